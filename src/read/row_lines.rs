//! Writes the rows of columns as lines of JSON.
//!
//! The lines are those of `arrow-json`, whose encoders write everything but strings: its strings
//! pass through a loop over single bytes, which took a quarter of all time of reading Parquet. Bytes
//! are written as text where they are text.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_json::EncoderOptions;
use arrow_json::writer::{Encoder, EncoderFactory, NullableEncoder, make_encoder};
use arrow_schema::{ArrowError, DataType, FieldRef};

/// Bytes of a string that are looked at together.
const CHUNK: usize = 32;

/// Appends each row to `lines`, as one line. A null is left out.
pub(super) fn write(batch: &RecordBatch, lines: &mut Vec<u8>) -> Result<(), ArrowError> {
    let options = EncoderOptions::default().with_encoder_factory(Arc::new(FastStrings));
    let schema = batch.schema_ref();
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let mut key = Vec::new();
        write_string(field.name(), &mut key);
        key.push(b':');
        columns.push((key, make_encoder(field, array, &options)?));
    }
    for row in 0..batch.num_rows() {
        lines.push(b'{');
        let mut between: &[u8] = b"";
        for (key, encoder) in &mut columns {
            if !encoder.is_null(row) {
                lines.extend_from_slice(between);
                lines.extend_from_slice(key);
                encoder.encode(row, lines);
                between = b",";
            }
        }
        lines.extend_from_slice(b"}\n");
    }
    Ok(())
}

/// Appends a string of JSON.
fn write_string(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut chunks = text.as_bytes().chunks_exact(CHUNK);
    for chunk in &mut chunks {
        // Written so that the compiler vectorises it.
        let special = chunk
            .iter()
            .fold(0, |any, &byte| any | u8::from(is_special(byte)));
        match special {
            0 => out.extend_from_slice(chunk),
            _ => escape(chunk, out),
        }
    }
    escape(chunks.remainder(), out);
    out.push(b'"');
}

/// Tells whether JSON has a byte of a string as an escape.
fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

/// Appends bytes of a string, escaped as `serde_json` does it.
fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(n) = rest.iter().position(|&byte| is_special(byte)) {
        out.extend_from_slice(&rest[..n]);
        let byte = rest[n];
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\x08' => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\x0c' => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            _ => {
                let digit = |n: u8| b"0123456789abcdef"[usize::from(n & 15)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
            }
        }
        rest = &rest[n + 1..];
    }
    out.extend_from_slice(rest);
}

/// Encoders of strings and bytes, at any depth.
#[derive(Debug)]
struct FastStrings;

impl EncoderFactory for FastStrings {
    fn make_default_encoder<'a>(
        &self,
        _: &'a FieldRef,
        array: &'a dyn Array,
        _: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let encoder: Box<dyn Encoder + 'a> = match array.data_type() {
            DataType::Utf8 => {
                let strings = array.as_string::<i32>();
                Box::new(StringColumn(move |row| strings.value(row)))
            }
            DataType::LargeUtf8 => {
                let strings = array.as_string::<i64>();
                Box::new(StringColumn(move |row| strings.value(row)))
            }
            DataType::Utf8View => {
                let strings = array.as_string_view();
                Box::new(StringColumn(move |row| strings.value(row)))
            }
            DataType::Binary => {
                let values = array.as_binary::<i32>();
                Box::new(BytesColumn(move |row| values.value(row)))
            }
            DataType::LargeBinary => {
                let values = array.as_binary::<i64>();
                Box::new(BytesColumn(move |row| values.value(row)))
            }
            DataType::BinaryView => {
                let values = array.as_binary_view();
                Box::new(BytesColumn(move |row| values.value(row)))
            }
            _ => return Ok(None),
        };
        Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
    }
}

/// Gives the string of a row.
struct StringColumn<F>(F);

impl<'a, F: Fn(usize) -> &'a str> Encoder for StringColumn<F> {
    fn encode(&mut self, row: usize, out: &mut Vec<u8>) {
        write_string((self.0)(row), out);
    }
}

/// Gives the bytes of a row. Hive and Impala mark no strings, so bytes are text if they are UTF-8;
/// others are written in hexadecimal.
struct BytesColumn<F>(F);

impl<'a, F: Fn(usize) -> &'a [u8]> Encoder for BytesColumn<F> {
    fn encode(&mut self, row: usize, out: &mut Vec<u8>) {
        let bytes = (self.0)(row);
        if let Ok(text) = std::str::from_utf8(bytes) {
            return write_string(text, out);
        }
        let digit = |n: u8| b"0123456789abcdef"[usize::from(n & 15)];
        out.push(b'"');
        out.extend(
            bytes
                .iter()
                .flat_map(|&byte| [digit(byte >> 4), digit(byte)]),
        );
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, BinaryArray, LargeBinaryArray};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_are_text_if_they_are_utf_8() {
        let values = [
            Some("café \"1\"".as_bytes()),
            Some(&[0xFF, 0x00, 0x1B]),
            None,
        ];
        let arrays: [ArrayRef; 2] = [
            Arc::new(BinaryArray::from_iter(values)),
            Arc::new(LargeBinaryArray::from_iter(values)),
        ];
        for array in arrays {
            let batch = RecordBatch::try_from_iter([("body", array)]).unwrap();
            let mut lines = Vec::new();
            write(&batch, &mut lines).unwrap();
            let expected = "{\"body\":\"café \\\"1\\\"\"}\n{\"body\":\"ff001b\"}\n{}\n";
            assert_eq!(String::from_utf8(lines).unwrap(), expected);
        }
    }

    proptest! {
        #[test]
        fn strings_are_written_as_serde_json_writes_them(
            text in "([a-z \u{0}-\u{1f}\"\\\\\u{7f}é中]|[a-z]{20,50}){0,12}"
        ) {
            let mut own = Vec::new();
            write_string(&text, &mut own);
            prop_assert_eq!(own, serde_json::to_vec(&text).unwrap());
        }
    }
}

//! Writes the rows of columns as lines of JSON.
//!
//! The lines are those of `arrow-json`, whose encoders write everything but strings: its strings
//! pass through a loop over single bytes, which took a quarter of all time of reading Parquet. Bytes
//! are written as text where they are text.

use std::sync::{Arc, LazyLock};

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, downcast_dictionary_array};
use arrow_json::EncoderOptions;
use arrow_json::writer::{Encoder, EncoderFactory, NullableEncoder, make_encoder};
use arrow_schema::{ArrowError, DataType, FieldRef};

/// Bytes of a string that are looked at together.
const CHUNK: usize = 32;

/// Most bytes that one byte of a string takes in a line.
pub(super) const LONGEST_ESCAPE: usize = r"\u0000".len();

/// Options of all encoders.
static OPTIONS: LazyLock<EncoderOptions> =
    LazyLock::new(|| EncoderOptions::default().with_encoder_factory(Arc::new(OwnEncoders)));

/// Appends each row to `lines`, as one line.
pub(super) fn write(batch: &RecordBatch, lines: &mut Vec<u8>) -> Result<(), ArrowError> {
    let mut rows = RowWriter::new(batch, 0..batch.num_columns())?;
    for row in 0..batch.num_rows() {
        rows.write(row, lines);
        lines.push(b'\n');
    }
    Ok(())
}

/// Writes rows of a batch, each as an object of JSON.
pub(super) struct RowWriter<'a> {
    columns: Vec<WrittenColumn<'a>>,
}

/// A column that is written.
struct WrittenColumn<'a> {
    /// Its name as JSON, and a colon.
    key: Vec<u8>,
    values: ColumnValues<'a>,
}

enum ColumnValues<'a> {
    Strings(&'a dyn Array, StringValues<'a>),
    Others(NullableEncoder<'a>),
}

impl<'a> RowWriter<'a> {
    /// Prepares to write the columns of a batch with these numbers.
    pub(super) fn new(
        batch: &'a RecordBatch,
        columns: impl IntoIterator<Item = usize>,
    ) -> Result<Self, ArrowError> {
        let columns = columns.into_iter().map(|number| {
            let field = &batch.schema_ref().fields()[number];
            let array: &'a dyn Array = batch.column(number);
            let mut key = Vec::new();
            write_string(field.name(), &mut key);
            key.push(b':');
            let values = match string_values(array) {
                Some(strings) => ColumnValues::Strings(array, strings),
                None => ColumnValues::Others(make_encoder(field, array, &OPTIONS)?),
            };
            Ok(WrittenColumn { key, values })
        });
        Ok(Self {
            columns: columns.collect::<Result<_, ArrowError>>()?,
        })
    }

    /// Appends a row.
    pub(super) fn write(&mut self, row: usize, line: &mut Vec<u8>) {
        self.write_members(line, |values, line| values.write(row, line));
    }

    /// Appends a row in which each text is an empty string, and fills `texts` with what stands for
    /// it: one item for each member of the object, `None` for one that is no text.
    pub(super) fn write_without_texts(
        &mut self,
        row: usize,
        line: &mut Vec<u8>,
        texts: &mut Vec<Option<&'a str>>,
    ) {
        texts.clear();
        self.write_members(line, |values, line| {
            let text = values.text(row);
            match text {
                Some(_) => line.extend_from_slice(b"\"\""),
                None => values.write(row, line),
            }
            texts.push(text);
        });
    }

    /// Appends an object with the values that `write` writes.
    fn write_members(
        &mut self,
        line: &mut Vec<u8>,
        mut write: impl FnMut(&mut ColumnValues<'a>, &mut Vec<u8>),
    ) {
        line.push(b'{');
        let mut between: &[u8] = b"";
        for column in &mut self.columns {
            line.extend_from_slice(between);
            line.extend_from_slice(&column.key);
            write(&mut column.values, line);
            between = b",";
        }
        line.push(b'}');
    }
}

impl<'a> ColumnValues<'a> {
    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Strings(array, _) => array.is_null(row),
            Self::Others(encoder) => encoder.is_null(row),
        }
    }

    /// The text of a row, if it is a string.
    fn text(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Strings(_, strings) if !self.is_null(row) => strings(row).text(),
            _ => None,
        }
    }

    fn write(&mut self, row: usize, out: &mut Vec<u8>) {
        match self {
            _ if self.is_null(row) => out.extend_from_slice(b"null"),
            Self::Strings(_, strings) => strings(row).write(out),
            Self::Others(encoder) => encoder.encode(row, out),
        }
    }
}

/// A value of a column of strings or bytes.
pub(super) enum StringValue<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> StringValue<'a> {
    /// Number of bytes.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// The value as text. Hive and Impala mark no strings, so bytes are text if they are UTF-8.
    fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(bytes) => simdutf8::basic::from_utf8(bytes).ok(),
        }
    }

    /// Appends the value as a string of JSON: bytes that are no text in hexadecimal.
    fn write(self, out: &mut Vec<u8>) {
        let bytes = match self {
            Self::Text(text) => return write_string(text, out),
            Self::Bytes(bytes) => bytes,
        };
        if let Some(text) = Self::Bytes(bytes).text() {
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

/// Gives the value of a row that is not null.
pub(super) type StringValues<'a> = Box<dyn Fn(usize) -> StringValue<'a> + 'a>;

/// The values of a column of strings or bytes, or of a dictionary of such; `None` for another one.
pub(super) fn string_values<'a>(array: &'a dyn Array) -> Option<StringValues<'a>> {
    Some(match array.data_type() {
        DataType::Utf8 => {
            let strings = array.as_string::<i32>();
            Box::new(move |row| StringValue::Text(strings.value(row)))
        }
        DataType::LargeUtf8 => {
            let strings = array.as_string::<i64>();
            Box::new(move |row| StringValue::Text(strings.value(row)))
        }
        DataType::Utf8View => {
            let strings = array.as_string_view();
            Box::new(move |row| StringValue::Text(strings.value(row)))
        }
        DataType::Binary => {
            let values = array.as_binary::<i32>();
            Box::new(move |row| StringValue::Bytes(values.value(row)))
        }
        DataType::LargeBinary => {
            let values = array.as_binary::<i64>();
            Box::new(move |row| StringValue::Bytes(values.value(row)))
        }
        DataType::BinaryView => {
            let values = array.as_binary_view();
            Box::new(move |row| StringValue::Bytes(values.value(row)))
        }
        DataType::Dictionary(..) => downcast_dictionary_array!(
            array => {
                let values = string_values(array.values())?;
                Box::new(move |row| array.key(row).map_or(StringValue::Text(""), &values))
            }
            _ => return None
        ),
        _ => return None,
    })
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

/// Encoders of strings, bytes and nulls, at any depth.
#[derive(Debug)]
struct OwnEncoders;

impl EncoderFactory for OwnEncoders {
    fn make_default_encoder<'a>(
        &self,
        _: &'a FieldRef,
        array: &'a dyn Array,
        _: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        // `arrow-json` panics at a null that is a value of a dictionary.
        let encoder: Box<dyn Encoder + 'a> = match array.data_type() {
            DataType::Null => Box::new(NullColumn),
            _ => match string_values(array) {
                Some(strings) => Box::new(StringColumn(strings)),
                None => return Ok(None),
            },
        };
        let nulls = match array.data_type() {
            DataType::Null => array.logical_nulls(),
            _ => array.nulls().cloned(),
        };
        Ok(Some(NullableEncoder::new(encoder, nulls)))
    }
}

/// Writes the strings of a column.
struct StringColumn<'a>(StringValues<'a>);

impl Encoder for StringColumn<'_> {
    fn encode(&mut self, row: usize, out: &mut Vec<u8>) {
        (self.0)(row).write(out);
    }
}

/// Writes the values of a column that has nothing but nulls.
struct NullColumn;

impl Encoder for NullColumn {
    fn encode(&mut self, _: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{
        ArrayRef, BinaryArray, DictionaryArray, Int8Array, LargeBinaryArray, NullArray,
        StringViewArray, TimestampMicrosecondArray,
    };
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
            let expected =
                "{\"body\":\"café \\\"1\\\"\"}\n{\"body\":\"ff001b\"}\n{\"body\":null}\n";
            assert_eq!(String::from_utf8(lines).unwrap(), expected);
        }
    }

    #[test]
    fn times_of_named_zones_are_written() {
        let micros = 1_772_341_200_000_000; // 2026-03-01T05:00:00Z
        for (zone, expected) in [
            (None, "2026-03-01T05:00:00"),
            (Some("UTC"), "2026-03-01T05:00:00Z"),
            (Some("Europe/Oslo"), "2026-03-01T06:00:00+01:00"),
            (Some("-03:30"), "2026-03-01T01:30:00-03:30"),
        ] {
            let times = TimestampMicrosecondArray::from(vec![micros]).with_timezone_opt(zone);
            let batch = RecordBatch::try_from_iter([("published", Arc::new(times) as ArrayRef)]);
            let mut lines = Vec::new();
            write(&batch.unwrap(), &mut lines).unwrap();
            let expected = format!("{{\"published\":\"{expected}\"}}\n");
            assert_eq!(String::from_utf8(lines).unwrap(), expected);
        }
    }

    #[test]
    fn a_dictionary_has_its_strings_and_a_null_in_it_is_null() {
        let keys = Int8Array::from(vec![Some(1), None, Some(0), Some(1)]);
        let strings = StringViewArray::from_iter_values(["tide", "\"ebb\""]);
        let bytes = BinaryArray::from_iter_values([&b"\xF1"[..], b"flow"]);
        for (values, expected) in [
            (Arc::new(strings) as ArrayRef, [r#""\"ebb\"""#, r#""tide""#]),
            (Arc::new(bytes), [r#""flow""#, r#""f1""#]),
            (Arc::new(NullArray::new(2)), ["null", "null"]),
        ] {
            let column = DictionaryArray::new(keys.clone(), values);
            let batch = RecordBatch::try_from_iter([("water", Arc::new(column) as ArrayRef)]);
            let mut lines = Vec::new();
            write(&batch.unwrap(), &mut lines).unwrap();
            let [second, first] = expected;
            let expected = format!(
                "{{\"water\":{second}}}\n{{\"water\":null}}\n{{\"water\":{first}}}\n{{\"water\":{second}}}\n"
            );
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

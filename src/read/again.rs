//! Reading a record again, by its place.

use super::assemble::AssembledRecord;
use super::cells::RecordFields;
use super::format::{LineEnd, SourceFormat};
use super::inputs::Inputs;
use super::jsonl;
use super::parse::{ParseBuffers, parse_record};
use super::source::{InputSource, OpenFile, SourceOrigin, read_full_at};
use crate::document::{Document, Fetch, SourcePlace};
use crate::error::ReadError;
use serde_json::Value;

impl Fetch for Inputs {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        match self.kept_row(place) {
            Some(kept) => self
                .fetch_kept(&kept, sink)
                .ok_or_else(|| changed(kept.input(), place)),
            None => self.read_again(place, &mut |_, document| sink(document)),
        }
    }
}

impl Inputs {
    /// Gives the bytes of a record, without its line end, and the line end. A record of JSON that
    /// stands on several lines comes on one.
    ///
    /// # Errors
    /// If the bytes are gone or no longer hold that record.
    pub fn copy(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&[u8], LineEnd),
    ) -> Result<(), ReadError> {
        if let Some(kept) = self.kept_row(place) {
            let mut line = Vec::new();
            let written = kept.write(&mut line);
            return written
                .map(|()| sink(&line, LineEnd::Lf))
                .ok_or_else(|| changed(kept.input(), place));
        }
        self.read_again(place, &mut |bytes, _| {
            let (record, after) = bytes.split_at(place.length as usize);
            if self.format(place.source as usize) == Some(SourceFormat::Json) {
                // JSON has line ends between its tokens alone.
                let one_line: Vec<u8> = record
                    .iter()
                    .map(|&byte| {
                        if matches!(byte, b'\n' | b'\r') {
                            b' '
                        } else {
                            byte
                        }
                    })
                    .collect();
                sink(&one_line, LineEnd::Lf);
            } else {
                sink(record, LineEnd::at_start_of(after));
            }
        })
    }

    /// Tells whether a record of JSON has a field of exactly that name.
    ///
    /// # Errors
    /// If the bytes are gone or no longer hold that record.
    pub fn has_field(&self, place: SourcePlace, name: &str) -> Result<bool, ReadError> {
        let mut found = false;
        self.copy(place, &mut |record, _| {
            found = jsonl::has_field(&String::from_utf8_lossy(record), name);
        })?;
        Ok(found)
    }

    /// The number in a field of a record, written as a number or as a text. `None` if it has none.
    /// In JSON, `a.b` is the field `b` of an object `a`. Only JSON and tables have such fields.
    ///
    /// # Errors
    /// If the bytes are gone or no longer hold that record.
    pub fn number(&self, place: SourcePlace, field: &str) -> Result<Option<f64>, ReadError> {
        let source = place.source as usize;
        let column = self.header(source).map(|header| {
            let mut names = header.names.iter();
            names.position(|name| name == field)
        });
        let dialect = self.dialect(source);
        let mut found = None;
        self.copy(place, &mut |record, _| {
            found = match (dialect, column) {
                (Some(dialect), Some(column)) => column.and_then(|column| {
                    let record = String::from_utf8_lossy(record);
                    let mut fields = RecordFields::default();
                    fields.split(record.as_bytes(), 0, dialect);
                    finite(&fields.names(&record, dialect).nth(column)?)
                }),
                _ => number_of_json(record, field),
            };
        })?;
        Ok(found)
    }

    /// Reads a record again. The sink gets its bytes, followed by one more byte if the source has
    /// one, and its document.
    fn read_again(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&[u8], &Document<'_>),
    ) -> Result<(), ReadError> {
        let changed = |input: &str| changed(input, place);
        let source = self
            .sources
            .get(place.source as usize)
            .ok_or_else(|| changed("a source that does not exist"))?;
        let length = place.length as usize;
        let mut buffers = ParseBuffers::take();
        if buffers.bytes.len() <= length {
            buffers.bytes.resize(length + 1, 0);
        }
        let read = self
            .read_bytes(source, place, &mut buffers.bytes[..=length])?
            .ok_or_else(|| changed(&source.name))?;
        let parsed = if read >= length {
            buffers.decoding.clear(self.context.settings.kept_bytes());
            parse_record(
                &self.context,
                source,
                &buffers.bytes[..length],
                &mut buffers.lossy,
                &mut buffers.fields,
                &mut buffers.decoding,
            )
            .ok()
        } else {
            None
        };
        let found = parsed.is_some();
        if let Some(parsed) = parsed {
            sink(&buffers.bytes[..read], &settled(parsed, source));
        }
        buffers.put_back(self.context.settings.kept_bytes());
        if found {
            Ok(())
        } else {
            Err(changed(&source.name))
        }
    }

    /// Fills `bytes`, one byte longer than the record, from the file or the spool. Returns the
    /// number of bytes read, or `None` if they were never spooled.
    fn read_bytes(
        &self,
        source: &InputSource,
        place: SourcePlace,
        bytes: &mut [u8],
    ) -> Result<Option<usize>, ReadError> {
        let read = if let SourceOrigin::File { path, open, .. } = &source.origin
            && source.layout.is_direct()
        {
            OpenFile::of(path, open.as_ref())
                .and_then(|file| read_full_at(&file, bytes, place.offset))
        } else {
            // The byte after the record is the source's only within the range that holds the
            // record.
            let length = bytes.len() - 1;
            let range = [length + 1, length]
                .into_iter()
                .find_map(|wanted| Some((wanted, source.in_spool(place.offset, wanted as u64)?)));
            let (Some((wanted, at)), Some(file)) = (range, self.context.spool.file()) else {
                return Ok(None);
            };
            read_full_at(file, &mut bytes[..wanted], at)
        };
        read.map(Some).map_err(|cause| ReadError::Read {
            input: source.name.clone(),
            cause,
        })
    }
}

/// The error of a record that is gone.
fn changed(input: &str, place: SourcePlace) -> ReadError {
    ReadError::Changed {
        input: input.to_owned(),
        offset: place.offset,
    }
}

/// The document of a record, with the dates as its source shows them.
pub(super) fn settled<'a>(record: AssembledRecord<'a>, source: &InputSource) -> Document<'a> {
    Document {
        published: record.published.settled(&source.orders.published),
        crawled: record.crawled.settled(&source.orders.crawled),
        ..record.document
    }
}

/// The number in a field of an object.
fn number_of_json(record: &[u8], field: &str) -> Option<f64> {
    let record: Value = serde_json::from_slice(record).ok()?;
    let value = match record.get(field) {
        Some(value) => value,
        None => field
            .split('.')
            .try_fold(&record, |value, name| value.get(name))?,
    };
    match value {
        Value::Number(number) => number.as_f64().filter(|number| number.is_finite()),
        Value::String(text) => finite(text),
        _ => None,
    }
}

/// A number that is written out; not-a-number and infinity are none.
fn finite(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

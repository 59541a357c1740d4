//! Rows that stay in memory: parsed, read again and copied where they lie.
//!
//! A row is the same record as its line of JSON in a file, and is parsed as that line would be, but
//! for its texts: these are taken from the arrays, and the line has only the rest. A row that gives
//! no document that way is written as a whole line, of which a reject tells the place of the fault.

use std::io;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::take::take_record_batch;

use super::again::settled;
use super::assemble::RejectedRecord;
use super::batches::BatchSource;
use super::inputs::Inputs;
use super::made_offsets::block_of_made;
use super::parse::{BlockParser, ParseBuffers, parse_row};
use super::row_lines::{LONGEST_ESCAPE, RowWriter};
use super::row_parser::cannot_be_read;
use super::source::InputSource;
use crate::document::{Document, SourcePlace};

/// A row divided into its texts and a line with everything else.
#[derive(Default)]
struct DividedRow<'a> {
    line: Vec<u8>,
    texts: Vec<Option<&'a str>>,
}

impl<'a> DividedRow<'a> {
    /// Takes the next row.
    fn take(&mut self, writer: &mut RowWriter<'a>, row: usize) {
        self.line.clear();
        writer.write_without_texts(row, &mut self.line, &mut self.texts);
    }

    /// Bytes of the texts.
    fn text_bytes(&self) -> usize {
        self.texts.iter().flatten().map(|text| text.len()).sum()
    }

    /// The line as text; `None` does not occur, as all of it is written from text.
    fn line(&self) -> Option<&str> {
        simdutf8::basic::from_utf8(&self.line).ok()
    }
}

impl BlockParser<'_, '_> {
    /// Rows that stay in memory. They count as the bytes of their lines without escapes.
    pub(super) fn kept_rows(&mut self, batch: &RecordBatch, offset: u64) {
        let Some(batches) = self.source.batches() else {
            return;
        };
        let mut writer = match RowWriter::new(batch, batches.fields()) {
            Ok(writer) => writer,
            Err(error) => {
                let rows = batch.num_rows() as u64;
                self.reject(RejectedRecord {
                    unknown_loss: true,
                    ..RejectedRecord::new(None, cannot_be_read(rows, &error))
                });
                self.tally.lines += rows;
                return;
            }
        };
        let mut divided = DividedRow {
            line: self.context.take_buffer(),
            ..DividedRow::default()
        };
        for row in 0..batch.num_rows() {
            self.kept_row(&mut writer, row, offset + row as u64, &mut divided);
        }
        self.context.give_back(divided.line);
    }

    fn kept_row<'a>(
        &mut self,
        writer: &mut RowWriter<'a>,
        row: usize,
        offset: u64,
        divided: &mut DividedRow<'a>,
    ) {
        divided.take(writer, row);
        let text_bytes = divided.text_bytes();
        let length = divided.line.len() + text_bytes;
        self.tally.bytes += length as u64 + 1;
        // Whatever escapes the whole line has.
        let longest = divided
            .line
            .len()
            .saturating_add(text_bytes.saturating_mul(LONGEST_ESCAPE));
        if longest <= self.context.settings.longest_record()
            && let Some(line) = divided.line()
            && self.row(line, &divided.texts, length as u32, offset)
        {
            return;
        }
        divided.line.clear();
        writer.write(row, &mut divided.line);
        self.line(&divided.line, offset);
    }
}

/// A row that stays in memory, and where it comes from.
pub(super) struct KeptRow<'i> {
    source: &'i InputSource,
    batches: &'i BatchSource,
    batch: RecordBatch,
    /// Number of the row in the batch.
    row: usize,
}

impl Inputs {
    /// The batches of a source, if it consists of such.
    pub(super) fn batches(&self, source: usize) -> Option<&BatchSource> {
        self.sources.get(source)?.batches()
    }

    /// Number of the row of a record among all rows of its source, if they stay in memory.
    pub fn row(&self, place: SourcePlace) -> Option<u64> {
        self.batches(place.source as usize)?.row(place.offset)
    }

    /// The row of a record, if it stays in memory.
    pub(super) fn kept_row(&self, place: SourcePlace) -> Option<KeptRow<'_>> {
        let source = self.sources.get(place.source as usize)?;
        let batches = source.batches()?;
        let (batch, row) = batches.kept_row(place.offset)?;
        Some(KeptRow {
            source,
            batches,
            batch,
            row,
        })
    }

    /// Gives the document of a row; `None` if it has none.
    pub(super) fn fetch_kept(
        &self,
        kept: &KeptRow<'_>,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Option<()> {
        let mut writer = RowWriter::new(&kept.batch, kept.batches.fields()).ok()?;
        let keep = self.context.settings.kept_bytes();
        let mut buffers = ParseBuffers::take();
        let mut divided = DividedRow {
            line: std::mem::take(&mut buffers.bytes),
            ..DividedRow::default()
        };
        divided.take(&mut writer, kept.row);
        buffers.decoding.clear(keep);
        let parsed = divided.line().and_then(|line| {
            let decoding = &mut buffers.decoding;
            parse_row(&self.context, kept.source, line, &divided.texts, decoding).ok()
        });
        let found = parsed.map(|record| sink(&settled(record, kept.source)));
        buffers.bytes = divided.line;
        buffers.put_back(keep);
        found
    }
}

impl KeptRow<'_> {
    /// Writes the row as a line of JSON without a line end; `None` if it is none.
    pub(super) fn write(&self, line: &mut Vec<u8>) -> Option<()> {
        let mut writer = RowWriter::new(&self.batch, self.batches.columns()).ok()?;
        writer.write(self.row, line);
        Some(())
    }

    /// Name of the source.
    pub(super) fn input(&self) -> &str {
        &self.source.name
    }
}

impl BatchSource {
    /// Gives the rows of records, which are in the order of the source, with all their columns.
    pub(super) fn copy_rows(
        &self,
        places: &[SourcePlace],
        sink: &mut dyn FnMut(RecordBatch) -> io::Result<()>,
    ) -> io::Result<()> {
        let same_block =
            |a: &SourcePlace, b: &SourcePlace| block_of_made(a.offset) == block_of_made(b.offset);
        for places in places.chunk_by(same_block) {
            let kept = places.iter().map(|place| {
                let kept = self.kept_row(place.offset);
                kept.ok_or_else(|| io::Error::other(format!("{place} was not kept")))
            });
            let kept = kept.collect::<io::Result<Vec<_>>>()?;
            if let Some((batch, _)) = kept.first() {
                let rows = kept.iter().map(|&(_, row)| row as u32);
                let rows = UInt32Array::from_iter_values(rows);
                sink(take_record_batch(batch, &rows).map_err(io::Error::other)?)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! Rows of columns as they are, for an output that keeps all their columns and types.

use std::fs::File;
use std::io;

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::SchemaRef;
use arrow_select::take::take_record_batch;
use memchr::memchr_iter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::compression::Compression;
use super::format::SourceFormat;
use super::inputs::Inputs;
use super::made_offsets::block_of_made;
use super::parquet_parts::ParquetFile;
use super::source::{OpenFile, SourceOrigin, read_full_at};
use crate::document::SourcePlace;

/// Rows that are read at once.
const ROWS: usize = 512;

/// Bytes of the spool that are read at once.
const SPOOL_BYTES: usize = 1 << 20;

impl Inputs {
    /// The columns of a source whose rows can be copied: a Parquet file, but not one in an archive
    /// or a stream, which can be read once, or batches that are all kept in memory, as far as they
    /// were read.
    #[must_use]
    pub fn row_schema(&self, source: usize) -> Option<SchemaRef> {
        if let Some(batches) = self.batches(source) {
            return batches.schema();
        }
        Some(SchemaRef::clone(self.row_reader(source)?.schema()))
    }

    /// Gives the rows of records of one source, which are in the order of the source, in batches.
    ///
    /// # Errors
    /// If the file cannot be read again or has changed, or `sink` fails.
    pub fn copy_rows(
        &self,
        source: usize,
        places: &[SourcePlace],
        sink: &mut dyn FnMut(RecordBatch) -> io::Result<()>,
    ) -> io::Result<()> {
        if let Some(batches) = self.batches(source) {
            return batches.copy_rows(places, sink);
        }
        let changed = || io::Error::other("a Parquet file has changed since it was read");
        let numbers = self.row_numbers(source, places)?;
        let mut numbers = numbers.as_slice();
        let reader = self.row_reader(source).ok_or_else(changed)?;
        let batches = reader.with_batch_size(ROWS).build();
        let mut before = 0;
        for batch in batches.map_err(io::Error::other)? {
            if numbers.is_empty() {
                break;
            }
            let batch = batch.map_err(io::Error::other)?;
            let end = before + batch.num_rows() as u64;
            let here = numbers.partition_point(|&number| number < end);
            let (these, rest) = numbers.split_at(here);
            if !these.is_empty() {
                let indices = these.iter().map(|number| number - before);
                let indices = UInt64Array::from_iter_values(indices);
                sink(take_record_batch(&batch, &indices).map_err(io::Error::other)?)?;
            }
            numbers = rest;
            before = end;
        }
        match numbers {
            [] => Ok(()),
            _ => Err(changed()),
        }
    }

    /// The number of the first row of each part of a Parquet file.
    fn first_rows(&self, source: usize) -> Option<Vec<u64>> {
        let whole = self.context.settings.whole_records;
        let lookup = &self.context.lookup;
        let file = ParquetFile::open(self.row_file(source)?, None, lookup, whole).ok()?;
        let parts = (0..file.row_groups()).flat_map(|group| file.parts(group));
        Some(parts.map(|part| part.first_row).collect())
    }

    fn row_reader(&self, source: usize) -> Option<ParquetRecordBatchReaderBuilder<File>> {
        ParquetRecordBatchReaderBuilder::try_new(self.row_file(source)?).ok()
    }

    /// A Parquet file of which rows can be read again.
    fn row_file(&self, source: usize) -> Option<File> {
        let source = self.sources.get(source)?;
        let layout = &source.layout;
        let SourceOrigin::File { path, open, .. } = &source.origin else {
            return None;
        };
        if layout.format != SourceFormat::Parquet || layout.compression != Compression::None {
            return None;
        }
        OpenFile::of(path, open.as_ref()).ok()?.try_clone().ok()
    }

    /// The number of the row of each place: rows are lines in the spool, those of each part of the
    /// file one after the other.
    fn row_numbers(&self, source: usize, places: &[SourcePlace]) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::with_capacity(places.len());
        let first_rows = self.first_rows(source).unwrap_or_default();
        let (Some(source), Some(file)) = (self.sources.get(source), self.context.spool.file())
        else {
            return Ok(numbers);
        };
        let mut wanted = places.iter().peekable();
        let mut buffer = vec![0; SPOOL_BYTES];
        let (mut part, mut line) = (None, 0);
        for range in source.spooled_ranges() {
            let of_range = block_of_made(range.offset);
            if part.replace(of_range) != Some(of_range) {
                line = first_rows.get(of_range as usize).copied().unwrap_or(line);
            }
            let mut at = 0;
            while at < range.length {
                let length = (range.length - at).min(SPOOL_BYTES as u64) as usize;
                let piece = &mut buffer[..length];
                read_full_at(file, piece, range.in_spool + at)?;
                let start = range.offset + at;
                let mut counted = 0;
                let in_piece = |place: &&SourcePlace| place.offset < start + length as u64;
                while let Some(place) = wanted.next_if(in_piece) {
                    let until = (place.offset.saturating_sub(start) as usize).max(counted);
                    line += memchr_iter(b'\n', &piece[counted..until]).count() as u64;
                    counted = until;
                    numbers.push(line);
                }
                line += memchr_iter(b'\n', &piece[counted..]).count() as u64;
                at += length as u64;
            }
        }
        match wanted.next() {
            None => Ok(numbers),
            Some(place) => Err(io::Error::other(format!("{place} was not kept"))),
        }
    }
}

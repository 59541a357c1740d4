//! Parts of a Parquet file: stretches of rows that threads read independently of each other.
//!
//! Many programs write a whole file as one row group, so row groups are cut further, where a page
//! of their largest column begins. A thread that reads a part passes over the headers of the pages
//! before it and unpacks none of them.

use std::fs::File;
use std::io::{self, BufReader};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::column::page::PageReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::columnar::{ColumnarError, columns};
use super::field_lookup::FieldLookup;
use super::parquet_fetch;
use super::remote::RemoteObject;
use super::source::{ReadFrom, read_full_at};

/// Bytes of a part, unpacked, at least. Each part unpacks the dictionaries of its row group again,
/// some 7 MB.
const PART_BYTES: u64 = 32 << 20;

/// Parts of a row group, at most, since each passes over the headers of the pages before it.
const MOST_PARTS: u64 = 64;

/// Bytes of the rows that are read at once, about.
const BATCH_BYTES: u64 = 1 << 20;

/// Rows that are read at once, at most.
const BATCH_ROWS: u64 = 4096;

/// A Parquet file, of which threads read parts at the same time.
#[derive(Debug)]
pub(super) struct ParquetFile {
    file: SharedFile,
    /// The object of which the file holds what was fetched.
    object: Option<RemoteObject>,
    metadata: ArrowReaderMetadata,
    /// The columns that are read.
    mask: ProjectionMask,
    /// Number of the first row of each row group.
    first_rows: Vec<u64>,
}

/// A part of a Parquet file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParquetPart {
    row_group: usize,
    /// Rows of the row group.
    rows: Range<usize>,
    /// Number of its first row in the file.
    pub(super) first_row: u64,
}

impl ParquetPart {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

impl ParquetFile {
    /// Opens a file. `whole` asks for all columns, and not only those that may hold fields. A file
    /// that holds the footer of an `object` gets the rest of it by [`Self::fetch`].
    pub(super) fn open(
        file: File,
        object: Option<RemoteObject>,
        lookup: &FieldLookup,
        whole: bool,
    ) -> Result<Self, ColumnarError> {
        let file = SharedFile(Arc::new(file));
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new());
        let metadata = metadata.map_err(|error| {
            ColumnarError::Damaged(format!("the Parquet file cannot be read: {error}"))
        })?;
        let columns = columns(metadata.schema(), lookup, whole)?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), columns);
        let mut next = 0u64;
        let groups = metadata.metadata().row_groups().iter();
        let first_rows = groups.map(|group| {
            let first = next;
            next = next.saturating_add(count(group.num_rows()));
            first
        });
        Ok(Self {
            file,
            object,
            mask,
            first_rows: first_rows.collect(),
            metadata,
        })
    }

    /// Number of row groups.
    pub(super) fn row_groups(&self) -> usize {
        self.first_rows.len()
    }

    /// Fetches the columns of a row group that are read, if the file is that of an object.
    pub(super) fn fetch(&self, row_group: usize) -> io::Result<()> {
        let Some(object) = &self.object else {
            return Ok(());
        };
        let group = self.metadata.metadata().row_group(row_group);
        let columns = group.columns().iter().enumerate();
        let wanted = columns.filter(|(leaf, _)| self.mask.leaf_included(*leaf));
        let ranges = wanted.map(|(_, column)| {
            let data = column.data_page_offset();
            let dictionary = column.dictionary_page_offset().filter(|&at| at > 0);
            let start = count(dictionary.map_or(data, |at| at.min(data)));
            start..start.saturating_add(count(column.compressed_size()))
        });
        parquet_fetch::columns(object, ranges.collect(), &self.file.0)
    }

    /// The parts of a row group, in the order of their rows.
    pub(super) fn parts(&self, row_group: usize) -> Vec<ParquetPart> {
        self.parts_of(row_group, PART_BYTES)
    }

    fn parts_of(&self, row_group: usize, bytes: u64) -> Vec<ParquetPart> {
        let group = self.metadata.metadata().row_group(row_group);
        let first = self.first_rows[row_group];
        let cuts = self.cuts(group, bytes).into_iter();
        let parts = cuts.map(|rows| ParquetPart {
            row_group,
            first_row: first.saturating_add(rows.start as u64),
            rows,
        });
        parts.collect()
    }

    /// The rows of a part.
    pub(super) fn read(
        &self,
        part: &ParquetPart,
    ) -> Result<ParquetRecordBatchReader, ParquetError> {
        let group = self.metadata.metadata().row_group(part.row_group);
        let row_bytes = self.bytes(group) / count(group.num_rows()).max(1);
        let batch = (BATCH_BYTES / row_bytes.max(1)).clamp(1, BATCH_ROWS);
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
            self.file.clone(),
            self.metadata.clone(),
        );
        builder
            .with_projection(self.mask.clone())
            .with_row_groups(vec![part.row_group])
            .with_row_selection(RowSelection::from(vec![
                RowSelector::skip(part.rows.start),
                RowSelector::select(part.rows.len()),
            ]))
            .with_batch_size(batch as usize)
            .build()
    }

    /// Bytes of the columns that are read, unpacked.
    fn bytes(&self, group: &RowGroupMetaData) -> u64 {
        let columns = group.columns().iter().enumerate();
        let wanted = columns.filter(|(leaf, _)| self.mask.leaf_included(*leaf));
        wanted.fold(0u64, |sum, (_, column)| {
            sum.saturating_add(count(column.uncompressed_size()))
        })
    }

    /// The rows of a row group, cut into parts of so many bytes or more.
    fn cuts(&self, group: &RowGroupMetaData, bytes: u64) -> Vec<Range<usize>> {
        let rows = count(group.num_rows()) as usize;
        let parts = (self.bytes(group) / bytes.max(1)).min(MOST_PARTS) as usize;
        let mut cuts = Vec::new();
        let mut start = 0;
        if parts > 1 {
            let step = rows.div_ceil(parts);
            // A damaged page shows when its part is read.
            for page in self.page_starts(group).unwrap_or_default() {
                if page >= start + step && page < rows {
                    cuts.push(start..page);
                    start = page;
                }
            }
        }
        cuts.push(start..rows);
        cuts
    }

    /// The rows at which the pages of the largest column begin. None are known of a column of
    /// lists, in whose pages rows must be counted.
    fn page_starts(&self, group: &RowGroupMetaData) -> Result<Vec<usize>, ParquetError> {
        let columns = group.columns().iter().enumerate();
        let wanted = columns.filter(|(leaf, _)| self.mask.leaf_included(*leaf));
        let largest = wanted.max_by_key(|(_, column)| column.uncompressed_size());
        let mut starts = Vec::new();
        let Some((_, column)) = largest.filter(|(_, c)| c.column_descr().max_rep_level() == 0)
        else {
            return Ok(starts);
        };
        let rows = count(group.num_rows()) as usize;
        let file = Arc::new(self.file.clone());
        let mut pages = SerializedPageReader::new(file, column, rows, None)?;
        let mut at = 0usize;
        while let Some(page) = pages.peek_next_page()? {
            if !page.is_dict {
                starts.push(at);
                let here = page.num_rows.or(page.num_levels).unwrap_or(0);
                at = at.saturating_add(here);
            }
            pages.skip_next_page()?;
        }
        Ok(starts)
    }
}

/// A number of the metadata. A damaged file may have one below 0.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A file that is read by place. Clones of a [`File`] would share one position.
#[derive(Debug, Clone)]
struct SharedFile(Arc<File>);

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.0.metadata().map_or(0, |metadata| metadata.len())
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<ReadFrom<Arc<File>>>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(ReadFrom {
            file: Arc::clone(&self.0),
            at: start,
        }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
        // The metadata of a damaged file may name any length.
        if self.len().saturating_sub(start) < length as u64 {
            return Err(cut_off().into());
        }
        let mut bytes = vec![0; length];
        match read_full_at(&self.0, &mut bytes, start)? == length {
            true => Ok(bytes.into()),
            false => Err(cut_off().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use arrow_array::cast::AsArray;
    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::WriterProperties;

    use super::*;
    use crate::read::FieldNames;

    /// A file of texts in small pages.
    fn file(texts: &[String], rows_of_group: usize, rows_of_page: usize) -> ParquetFile {
        let column: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
        let batch = RecordBatch::try_from_iter([("text", column)]).unwrap();
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(rows_of_group))
            .set_data_page_row_count_limit(rows_of_page)
            .set_write_batch_size(rows_of_page)
            .build();
        let mut bytes = Vec::new();
        let mut writer =
            ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let lookup = FieldLookup::new(&FieldNames::default());
        match ParquetFile::open(file, None, &lookup, false) {
            Ok(file) => file,
            Err(_) => panic!("the file cannot be opened"),
        }
    }

    #[test]
    fn the_parts_hold_every_row_once_in_order() {
        let texts: Vec<String> = (0..1000).map(|n| format!("Barge {n} has left.")).collect();
        for (rows_of_group, rows_of_page, bytes, expected) in [
            (1000, 1000, 1, 1),
            (1000, 50, 1, 20),
            (1000, 10, 1, 50),
            (1000, 10, u64::MAX, 1),
            (300, 1000, 1, 4),
            (300, 100, 1, 10),
        ] {
            let file = file(&texts, rows_of_group, rows_of_page);
            let groups = 0..file.row_groups();
            let parts: Vec<_> = groups
                .flat_map(|group| file.parts_of(group, bytes))
                .collect();
            assert_eq!(
                parts.len(),
                expected,
                "{rows_of_group}, {rows_of_page}, {bytes}"
            );
            let mut rows = Vec::new();
            for part in &parts {
                assert_eq!(part.first_row, rows.len() as u64);
                for batch in file.read(part).unwrap() {
                    let batch = batch.unwrap();
                    let column = batch.column(0).as_string::<i32>();
                    rows.extend(column.iter().flatten().map(str::to_owned));
                }
                assert_eq!(part.first_row + part.len() as u64, rows.len() as u64);
            }
            assert_eq!(rows, texts);
        }
    }
}

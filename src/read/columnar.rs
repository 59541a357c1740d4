//! Parquet files and Arrow IPC files and streams: their rows become lines of JSON.
//!
//! Only columns that can be fields of a document are read, unless whole records are wanted. Rows
//! come a batch at a time, so memory does not grow with the file. A line of JSON keeps nested
//! columns, lists and times as other inputs have them, so the same rules find the fields.

use std::fs::File;
use std::io::{self, BufReader, Seek};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_json::LineDelimitedWriter;
use arrow_schema::{ArrowError, DataType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::field_lookup::FieldLookup;
use super::names::{Field, list_names};

/// Rows that are read at once.
const ROWS: usize = 512;

/// First bytes of a Parquet file.
pub(super) const PARQUET_MAGIC: &[u8] = b"PAR1";

/// First bytes of an Arrow IPC file, which Feather files of version 2 are.
pub(super) const ARROW_MAGIC: &[u8] = b"ARROW1";

/// First bytes of an Arrow IPC stream.
pub(super) const ARROW_STREAM_MAGIC: &[u8] = b"\xff\xff\xff\xff";

/// Reader of the rows of one file.
pub(super) struct RowReader {
    batches: Batches,
    /// Rows of the last batch that were not handed out.
    pending: Option<RecordBatch>,
}

enum Batches {
    Parquet(ParquetRecordBatchReader),
    ArrowFile(Box<FileReader<BufReader<File>>>),
    ArrowStream(Box<StreamReader<BufReader<File>>>),
}

/// The reason why a file gives no rows.
pub(super) enum ColumnarError {
    /// None of these columns is the text.
    NoText(String),
    /// The file is damaged.
    Damaged(String),
}

impl From<ArrowError> for ColumnarError {
    fn from(error: ArrowError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl RowReader {
    /// Opens a Parquet file.
    pub(super) fn parquet(
        file: File,
        lookup: &FieldLookup,
        whole: bool,
    ) -> Result<Self, ColumnarError> {
        let damaged = |error: parquet::errors::ParquetError| {
            ColumnarError::Damaged(format!("the Parquet file cannot be read: {error}"))
        };
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(damaged)?;
        let columns = columns(builder.schema(), lookup, whole)?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns);
        let reader = builder.with_projection(mask).with_batch_size(ROWS).build();
        Ok(Self::of(Batches::Parquet(reader.map_err(damaged)?)))
    }

    /// Opens an Arrow IPC file or stream.
    pub(super) fn arrow(
        file: File,
        lookup: &FieldLookup,
        whole: bool,
        is_stream: bool,
    ) -> Result<Self, ColumnarError> {
        if is_stream {
            let reader = StreamReader::try_new(BufReader::new(file), None)?;
            columns(&reader.schema(), lookup, whole)?;
            return Ok(Self::of(Batches::ArrowStream(Box::new(reader))));
        }
        let open = |columns| FileReader::try_new(BufReader::new(file.try_clone()?), columns);
        let columns = columns(&open(None)?.schema(), lookup, whole)?;
        Ok(Self::of(Batches::ArrowFile(Box::new(open(Some(columns))?))))
    }

    fn of(batches: Batches) -> Self {
        Self {
            batches,
            pending: None,
        }
    }

    /// Appends the next rows to `lines`, one line of JSON each. Returns false at the end.
    pub(super) fn read(&mut self, lines: &mut Vec<u8>) -> Result<bool, String> {
        let broken = |error: ArrowError| format!("the rows from here on cannot be read: {error}");
        let next = match self.pending.take() {
            Some(rest) => Some(Ok(rest)),
            None => self.batches.next(),
        };
        let Some(batch) = next else {
            return Ok(false);
        };
        let mut batch = batch.map_err(broken)?;
        // A batch of Arrow may hold a whole file.
        if batch.num_rows() > ROWS {
            self.pending = Some(batch.slice(ROWS, batch.num_rows() - ROWS));
            batch = batch.slice(0, ROWS);
        }
        LineDelimitedWriter::new(lines)
            .write(&batch)
            .map_err(broken)?;
        Ok(true)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Parquet(reader) => reader.next(),
            Self::ArrowFile(reader) => reader.next(),
            Self::ArrowStream(reader) => reader.next(),
        }
    }
}

/// The columns that are read. Nested ones may hold fields.
fn columns(
    schema: &Schema,
    lookup: &FieldLookup,
    whole: bool,
) -> Result<Vec<usize>, ColumnarError> {
    let nested = |kind: &DataType| {
        matches!(
            kind,
            DataType::Struct(_) | DataType::List(_) | DataType::LargeList(_) | DataType::Map(..)
        )
    };
    let fields = schema.fields().iter();
    let may_hold_text = fields.clone().any(|field| {
        let targets = lookup.fields(field.name());
        nested(field.data_type()) || targets.iter().any(|target| target.field == Field::Text)
    });
    if !may_hold_text {
        let names = fields.map(|field| field.name().as_str().into());
        return Err(ColumnarError::NoText(list_names(names)));
    }
    let wanted = fields.enumerate().filter(|(_, field)| {
        let binary = matches!(
            field.data_type(),
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView
        );
        let known = !lookup.fields(field.name()).is_empty() || nested(field.data_type());
        !binary && (whole || known)
    });
    Ok(wanted.map(|(column, _)| column).collect())
}

/// Copies a stream to a nameless file, since these formats are read from their end.
pub(super) fn copied(mut reader: impl io::Read, directory: &std::path::Path) -> io::Result<File> {
    let mut file = tempfile::tempfile_in(directory)?;
    io::copy(&mut reader, &mut file)?;
    file.rewind()?;
    Ok(file)
}

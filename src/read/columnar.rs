//! Columns of Parquet and Arrow files, and the rows of Arrow IPC files and streams.
//!
//! Only columns that can be fields of a document are read, unless whole records are wanted. Rows
//! come a batch at a time and become lines of JSON, in which nested columns, lists and times stand
//! as other inputs have them, so the same rules find the fields.

use std::fs::File;
use std::io::{self, BufReader, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Schema};

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

/// Batches of the rows of an Arrow IPC file or stream.
pub(super) struct ArrowRows {
    batches: ArrowBatches,
    /// Rows of the last batch that were not handed out.
    pending: Option<RecordBatch>,
}

enum ArrowBatches {
    File(Box<FileReader<BufReader<File>>>),
    Stream(Box<StreamReader<BufReader<File>>>),
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

impl ArrowRows {
    pub(super) fn open(
        file: File,
        lookup: &FieldLookup,
        whole: bool,
        is_stream: bool,
    ) -> Result<Self, ColumnarError> {
        let batches = if is_stream {
            let open = || StreamReader::try_new(BufReader::new(file), None);
            let reader = without_panic(open)?;
            columns(&reader.schema(), lookup, whole)?;
            ArrowBatches::Stream(Box::new(reader))
        } else {
            let open = |columns| {
                let file = BufReader::new(file.try_clone()?);
                without_panic(|| FileReader::try_new(file, columns))
            };
            let columns = columns(&open(None)?.schema(), lookup, whole)?;
            ArrowBatches::File(Box::new(open(Some(columns))?))
        };
        Ok(Self {
            batches,
            pending: None,
        })
    }
}

impl Iterator for ArrowRows {
    type Item = Result<RecordBatch, ArrowError>;

    /// The next rows. A batch of the file may hold all its rows, so it is handed out in pieces,
    /// which share its memory.
    fn next(&mut self) -> Option<Self::Item> {
        let batch = match (self.pending.take(), &mut self.batches) {
            (Some(rest), _) => Ok(rest),
            (None, ArrowBatches::File(reader)) => {
                without_panic(|| reader.next().transpose()).transpose()?
            }
            (None, ArrowBatches::Stream(reader)) => {
                without_panic(|| reader.next().transpose()).transpose()?
            }
        };
        Some(batch.map(|batch| {
            let rows = batch.num_rows().min(ROWS);
            if rows < batch.num_rows() {
                self.pending = Some(batch.slice(rows, batch.num_rows() - rows));
            }
            batch.slice(0, rows)
        }))
    }
}

/// Makes a panic an error: the readers of Arrow files trust the lengths in them.
pub(super) fn without_panic<T>(
    read: impl FnOnce() -> Result<T, ArrowError>,
) -> Result<T, ArrowError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ArrowError::IpcError("a length in it is wrong".to_owned())))
}

/// The columns that are read. Nested ones may hold fields.
pub(super) fn columns(
    schema: &Schema,
    lookup: &FieldLookup,
    whole: bool,
) -> Result<Vec<usize>, ColumnarError> {
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
        whole || !lookup.fields(field.name()).is_empty() || nested(field.data_type())
    });
    Ok(wanted.map(|(column, _)| column).collect())
}

/// Tells whether values of a type may hold fields in objects. Lists of numbers, such as embeddings,
/// hold none.
fn nested(kind: &DataType) -> bool {
    match kind {
        DataType::Struct(_) | DataType::Map(..) => true,
        DataType::List(element) | DataType::LargeList(element) => nested(element.data_type()),
        _ => false,
    }
}

/// Copies a stream to a nameless file, since these formats are read from their end.
pub(super) fn copied(mut reader: impl io::Read, directory: &std::path::Path) -> io::Result<File> {
    let mut file = tempfile::tempfile_in(directory)?;
    io::copy(&mut reader, &mut file)?;
    file.rewind()?;
    Ok(file)
}

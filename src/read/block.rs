//! A block: the piece of a source that one thread parses at a time.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::parquet_parts::{ParquetFile, ParquetPart};
use super::pieces::Piece;

/// A piece of one source.
#[derive(Debug)]
pub struct InputBlock {
    pub(super) source: u32,
    pub(super) content: BlockContent,
}

/// Content of a block.
#[derive(Debug)]
pub(super) enum BlockContent {
    /// The lines of a plain file that start in a range of bytes.
    Range { start: u64, end: u64 },
    /// Whole records.
    Records {
        bytes: Vec<u8>,
        /// Offset of the first in the source.
        offset: u64,
        /// Bytes of the source before them that belong to no record.
        before: u64,
        /// The records in `bytes`; `None` if every line is one, or the whole source is.
        pieces: Option<Vec<Piece>>,
        /// The source ends here, within a line: its last line has no line end.
        ends_within_line: bool,
    },
    /// Rows of columns.
    Rows {
        rows: ColumnRows,
        /// Offset of the first in the source.
        offset: u64,
    },
    /// Rows that stay in memory. Each is at an offset of its own, one after the other.
    Kept {
        batch: RecordBatch,
        /// Offset of the first in the source.
        offset: u64,
    },
    /// A record, or the rest of a source, that cannot be read.
    Unreadable(UnreadableBytes),
}

/// Batches of rows.
type RowBatches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>;

/// Rows that the thread which parses them turns into lines of JSON.
#[derive(Debug)]
pub(super) enum ColumnRows {
    Batch(RecordBatch),
    Part(Arc<ParquetFile>, ParquetPart),
}

impl ColumnRows {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Batch(batch) => batch.num_rows(),
            Self::Part(_, part) => part.len(),
        }
    }

    /// The rows, some at a time.
    pub(super) fn batches(&self) -> Result<RowBatches, ArrowError> {
        match self {
            Self::Batch(batch) => Ok(Box::new(std::iter::once(Ok(batch.clone())))),
            Self::Part(file, part) => Ok(Box::new(file.read(part)?)),
        }
    }
}

/// Bytes that become one reject.
#[derive(Debug)]
pub(super) struct UnreadableBytes {
    pub(super) bytes: u64,
    pub(super) lines: u64,
    pub(super) id: Option<String>,
    pub(super) reason: String,
    /// Any number of records may be lost with them.
    pub(super) unknown_loss: bool,
}

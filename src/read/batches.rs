//! Arrow data in memory, or from a stream, as an input: batches are cut into blocks, and kept for a
//! second reading as far as there is room.
//!
//! A kept block shares the memory of its batch. What does not fit goes to the spool as lines of
//! JSON, like the rows of an Arrow file.
//!
//! Arrays are taken as they are: texts are UTF-8, and offsets and keys of dictionaries lie within
//! their buffers, because no safe way to make an array allows anything else. Whoever makes arrays
//! from the memory of another program (the C data interface) vouches for that.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError, RwLock};

use arrow_array::{RecordBatch, RecordBatchOptions, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};

use super::array_bytes;
use super::columnar::{self, ColumnarError};
use super::field_lookup::FieldLookup;
use super::made_offsets::{MOST_BLOCKS, block_of_made, offset_of_made};
use super::settings::ReadSettings;

/// Bytes of a block, about.
const BLOCK_BYTES: u64 = 1 << 20;

/// Most rows of a block.
const BLOCK_ROWS: usize = 4096;

/// Rows that come in batches.
pub(super) struct BatchSource {
    schema: SchemaRef,
    /// Numbers of the columns that may hold fields.
    fields: Vec<usize>,
    /// Numbers of the columns of lines of JSON: all if whole records are wanted.
    columns: Vec<usize>,
    /// Most bytes of rows that are kept.
    keep_bytes: u64,
    stream: Mutex<BatchStream>,
    /// The blocks that the stream has given so far.
    blocks: RwLock<Vec<BatchBlock>>,
}

/// The part of the rows that was not yet cut into blocks.
struct BatchStream {
    /// `None` at the end, and after an error.
    reader: Option<Box<dyn RecordBatchReader + Send>>,
    /// Rest of the last batch.
    pending: Option<RecordBatch>,
    /// Bytes of the blocks that are kept; `None` once a block found no room.
    kept: Option<u64>,
}

/// A block of rows.
#[derive(Clone)]
pub(super) enum BatchBlock {
    /// Rows with all their columns.
    Kept(RecordBatch),
    /// Rows that go to the spool when they are parsed, with the columns that are read.
    Unwritten(RecordBatch),
    /// Rows that are in the spool, as so many bytes.
    Spooled(u64),
    /// So many rows, or the rest of the stream as one, that cannot be read, and the reason.
    Unreadable { lines: u64, reason: String },
}

impl BatchSource {
    /// Rows of a stream.
    pub(super) fn new(
        reader: Box<dyn RecordBatchReader + Send>,
        lookup: &FieldLookup,
        settings: &ReadSettings,
    ) -> Result<Self, ColumnarError> {
        let schema = reader.schema();
        Ok(Self {
            fields: columnar::columns(&schema, lookup, false)?,
            columns: columnar::columns(&schema, lookup, settings.whole_records)?,
            schema,
            keep_bytes: settings.kept_rows.unwrap_or(u64::MAX),
            stream: Mutex::new(BatchStream {
                reader: Some(reader),
                pending: None,
                kept: Some(0),
            }),
            blocks: RwLock::default(),
        })
    }

    /// The columns of the rows, unless some of these are in the spool.
    pub(super) fn schema(&self) -> Option<SchemaRef> {
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.kept.map(|_| SchemaRef::clone(&self.schema))
    }

    /// Numbers of the columns that may hold fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = usize> {
        self.fields.iter().copied()
    }

    /// Numbers of the columns of lines of JSON.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().copied()
    }

    /// The kept batch with the row at an offset, and the number of the row in it.
    pub(super) fn kept_row(&self, offset: u64) -> Option<(RecordBatch, usize)> {
        let number = block_of_made(offset);
        let row = (offset - offset_of_made(number)) as usize;
        match self.known_block(number)? {
            BatchBlock::Kept(batch) if row < batch.num_rows() => Some((batch, row)),
            _ => None,
        }
    }

    /// Number of the row at an offset among all rows of the stream, if they are all kept.
    pub(super) fn row(&self, offset: u64) -> Option<u64> {
        let number = block_of_made(offset);
        let blocks = self.blocks.read().unwrap_or_else(PoisonError::into_inner);
        let rows = |block: &BatchBlock| match block {
            BatchBlock::Kept(batch) => Some(batch.num_rows() as u64),
            _ => None,
        };
        let before: Option<u64> = blocks.get(..number as usize)?.iter().map(rows).sum();
        Some(before? + offset - offset_of_made(number))
    }

    /// Notes that the rows of the block at an offset are in the spool, as so many bytes.
    pub(super) fn note_spooled(&self, offset: u64, bytes: u64) {
        self.replace(offset, BatchBlock::Spooled(bytes));
    }

    /// Notes that the rows of the block at an offset could not be spooled.
    pub(super) fn note_lost(&self, offset: u64, lines: u64, reason: String) {
        self.replace(offset, BatchBlock::Unreadable { lines, reason });
    }

    /// Replaces a block, and so lets go of its rows.
    fn replace(&self, offset: u64, by: BatchBlock) {
        let mut blocks = self.blocks.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(block) = blocks.get_mut(block_of_made(offset) as usize) {
            *block = by;
        }
    }

    /// A block that the stream has given.
    fn known_block(&self, number: u64) -> Option<BatchBlock> {
        let blocks = self.blocks.read().unwrap_or_else(PoisonError::into_inner);
        blocks.get(usize::try_from(number).ok()?).cloned()
    }

    /// A block; `number` is not greater than the number of blocks that the stream has given.
    pub(super) fn block(&self, number: u64) -> Option<BatchBlock> {
        if let Some(known) = self.known_block(number) {
            return Some(known);
        }
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        // Another reading may have been here.
        if let Some(known) = self.known_block(number) {
            return Some(known);
        }
        let mut block = self.next_block(&mut stream)?;
        if number >= MOST_BLOCKS {
            block = stream.fail(format!("there are more than {MOST_BLOCKS} blocks"));
        }
        let mut blocks = self.blocks.write().unwrap_or_else(PoisonError::into_inner);
        blocks.push(block.clone());
        Some(block)
    }

    /// Cuts the next block off the stream.
    fn next_block(&self, stream: &mut BatchStream) -> Option<BatchBlock> {
        loop {
            if let Some(batch) = stream.pending.take() {
                let (block, bytes) = stream.cut(batch);
                return Some(self.place(stream, block, bytes));
            }
            match stream.next_batch(&self.schema)? {
                Ok(batch) => stream.pending = Some(batch).filter(|batch| batch.num_rows() > 0),
                Err(error) => return Some(stream.fail(error.to_string())),
            }
        }
    }

    /// Decides whether a block is kept.
    fn place(&self, stream: &mut BatchStream, rows: RecordBatch, bytes: u64) -> BatchBlock {
        let kept = stream.kept.map(|kept| kept.saturating_add(bytes));
        stream.kept = kept.filter(|&kept| kept <= self.keep_bytes);
        if stream.kept.is_some() {
            return BatchBlock::Kept(rows);
        }
        match rows.project(&self.columns) {
            Ok(rows) => BatchBlock::Unwritten(rows),
            Err(error) => stream.fail(error.to_string()),
        }
    }
}

impl BatchStream {
    /// The next batch, with the columns of the stream.
    fn next_batch(&mut self, schema: &SchemaRef) -> Option<Result<RecordBatch, ArrowError>> {
        let reader = self.reader.as_mut()?;
        // The reader is any program's, and is not used again after a panic.
        let next = catch_unwind(AssertUnwindSafe(|| reader.next()));
        let next = next.unwrap_or_else(|_| {
            Some(Err(ArrowError::from_external_error(
                "the stream panicked".into(),
            )))
        });
        if next.is_none() {
            self.reader = None;
        }
        Some(next?.and_then(|batch| {
            if batch.schema_ref() == schema {
                return Ok(batch);
            }
            let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            let columns = batch.columns().to_vec();
            RecordBatch::try_new_with_options(SchemaRef::clone(schema), columns, &rows)
        }))
    }

    /// Cuts the rows of a block off a batch, and counts their bytes. The rest is pending.
    fn cut(&mut self, batch: RecordBatch) -> (RecordBatch, u64) {
        let mut rows = batch.num_rows().min(BLOCK_ROWS);
        loop {
            let block = batch.slice(0, rows);
            let bytes = array_bytes::of_columns(block.columns());
            if bytes <= BLOCK_BYTES || rows == 1 {
                if rows < batch.num_rows() {
                    self.pending = Some(batch.slice(rows, batch.num_rows() - rows));
                }
                return (block, bytes);
            }
            // A twentieth less than would fit if all rows were equal, so that one more step is
            // seldom needed.
            let fitting = (rows as u64).saturating_mul(BLOCK_BYTES - BLOCK_BYTES / 20) / bytes;
            rows = (fitting as usize).clamp(1, rows - 1);
        }
    }

    /// Ends the stream with an error.
    fn fail(&mut self, error: String) -> BatchBlock {
        self.pending = None;
        self.reader = None;
        BatchBlock::Unreadable {
            lines: 1,
            reason: format!("the rows from here on cannot be read: {error}"),
        }
    }
}

impl std::fmt::Debug for BatchSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "batches of {} columns", self.schema.fields().len())
    }
}

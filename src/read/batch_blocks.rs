//! Blocks of Arrow data in memory or from a stream.

use super::batches::{BatchBlock, BatchSource};
use super::block::{BlockContent, ColumnRows, InputBlock, UnreadableBytes};
use super::context::ReadContext;
use super::made_offsets::offset_of_made;
use super::source::{InputSource, read_full_at};
use crate::error::ReadError;

/// Iterator over the blocks of batches, which gives them from the first on at each reading.
pub(super) struct BatchBlocks<'c> {
    context: &'c ReadContext,
    source: &'c InputSource,
    batches: &'c BatchSource,
    number: u32,
    /// Number of the next block.
    next: u64,
}

impl<'c> BatchBlocks<'c> {
    pub(super) fn new(
        context: &'c ReadContext,
        number: u32,
        source: &'c InputSource,
        batches: &'c BatchSource,
    ) -> Self {
        Self {
            context,
            source,
            batches,
            number,
            next: 0,
        }
    }

    /// Reads lines back from the spool.
    fn spooled(&self, offset: u64, length: u64) -> Result<Vec<u8>, ReadError> {
        let changed = || ReadError::Changed {
            input: self.source.name.clone(),
            offset,
        };
        let at = self.source.in_spool(offset, length).ok_or_else(changed)?;
        let file = self.context.spool.file().ok_or_else(changed)?;
        let mut bytes = self.context.take_buffer();
        bytes.resize(length as usize, 0);
        let read = read_full_at(file, &mut bytes, at).map_err(|cause| ReadError::Read {
            input: self.source.name.clone(),
            cause,
        })?;
        match read as u64 == length {
            true => Ok(bytes),
            false => Err(changed()),
        }
    }
}

impl Iterator for BatchBlocks<'_> {
    type Item = Result<InputBlock, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.batches.block(self.next)?;
        let offset = offset_of_made(self.next);
        self.next += 1;
        let content = match block {
            BatchBlock::Kept(batch) => BlockContent::Kept { batch, offset },
            BatchBlock::Unwritten(batch) => BlockContent::Rows {
                rows: ColumnRows::Batch(batch),
                offset,
            },
            BatchBlock::Spooled(length) => match self.spooled(offset, length) {
                Ok(bytes) => BlockContent::Records {
                    bytes,
                    offset,
                    before: 0,
                    pieces: None,
                    ends_within_line: false,
                },
                Err(error) => return Some(Err(error)),
            },
            BatchBlock::Unreadable { lines, reason } => BlockContent::Unreadable(UnreadableBytes {
                bytes: 0,
                lines,
                id: None,
                reason,
                unknown_loss: true,
            }),
        };
        Some(Ok(InputBlock {
            source: self.number,
            content,
        }))
    }
}

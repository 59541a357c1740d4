//! Parses blocks of rows: the thread that parses them turns them into lines of JSON first, and
//! keeps those in the spool.

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::assemble::RejectedRecord;
use super::block::ColumnRows;
use super::parse::BlockParser;
use super::row_lines;

impl BlockParser<'_, '_> {
    /// Rows of columns. Where one cannot be read, those after it in the block are lost.
    pub(super) fn rows(&mut self, rows: &ColumnRows, offset: u64) {
        let mut left = rows.len() as u64;
        let read = match rows.batches() {
            Ok(batches) => self.row_batches(batches, offset, &mut left),
            Err(error) => Err(cannot_be_read(left, &error)),
        };
        if let Err(reason) = read {
            if let Some(batches) = self.source.batches() {
                batches.note_lost(offset, left, reason.clone());
            }
            self.reject(RejectedRecord {
                unknown_loss: true,
                ..RejectedRecord::new(None, reason)
            });
            self.tally.lines += left;
        }
    }

    /// Batches of rows; `left` becomes the number of rows that were not read.
    fn row_batches(
        &mut self,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
        mut offset: u64,
        left: &mut u64,
    ) -> Result<(), String> {
        let mut lines = self.context.take_buffer();
        for batch in batches {
            let batch = batch.map_err(|error| cannot_be_read(*left, &error))?;
            lines.clear();
            row_lines::write(&batch, &mut lines).map_err(|error| cannot_be_read(*left, &error))?;
            let kept = self.context.keep(self.source, &lines, offset);
            kept.map_err(|error| error.to_string())?;
            if let Some(batches) = self.source.batches() {
                batches.note_spooled(offset, lines.len() as u64);
            }
            self.tally.bytes += lines.len() as u64;
            self.lines(&lines, offset);
            offset += lines.len() as u64;
            *left = left.saturating_sub(batch.num_rows() as u64);
        }
        self.context.give_back(lines);
        Ok(())
    }
}

/// The reason to reject rows that cannot be written as JSON.
pub(super) fn cannot_be_read(rows: u64, error: &ArrowError) -> String {
    format!("{rows} rows from here on cannot be read: {error}")
}

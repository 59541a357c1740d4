//! Pieces of bytes: where the records of a source begin and end.
//!
//! Formats whose records cannot be found again from the bytes of a block alone (JSON over several
//! lines, tables, web archives) are cut by a [`PieceFinder`], which reads the source once, from
//! front to back. Threads then parse the pieces in any order.

use std::ops::Range;

use super::cells::line_ends;

/// Bytes of a record that is too long in which its id is looked for.
pub(super) const BEGINNING: usize = 4096;

/// A stretch of the bytes held that is one record, or in which records are lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The bytes, without separators.
    pub(super) range: Range<usize>,
    /// The reason why it is no record; `None` for one record.
    pub(super) fault: Option<PieceFault>,
    /// Bytes before the range that belong to it and are not held any more. A record that has any
    /// is too long.
    pub(super) dropped: Option<Box<DroppedBytes>>,
}

/// The reason why a piece is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceFault {
    /// Any number of records may be lost in it, for this reason.
    Lost(&'static str),
    /// A value of JSON ends here that has no records where the first value has them.
    NoRecords,
}

/// Bytes that went by without being held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DroppedBytes {
    /// The first of them.
    pub(super) beginning: Vec<u8>,
    /// Number of them.
    pub(super) bytes: u64,
    /// Number of their line ends.
    pub(super) lines: u64,
}

impl DroppedBytes {
    /// Counts bytes that are dropped.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if self.bytes == 0 {
            self.beginning = bytes[..bytes.len().min(BEGINNING)].to_vec();
        }
        self.bytes += bytes.len() as u64;
        self.lines += line_ends(bytes);
    }
}

/// Finds the records in bytes that arrive a block at a time.
pub(super) trait PieceFinder: Send {
    /// Looks at the bytes held and appends the pieces that are complete, in order. `held` begins
    /// where the last call was done; `last` says that the source ends with it. A piece of more than
    /// `longest` bytes is dropped as it goes by.
    fn find(
        &mut self,
        held: &[u8],
        last: bool,
        longest: usize,
        pieces: &mut Vec<Piece>,
    ) -> BytesDone;
}

/// Bytes at the front of those held that a [`PieceFinder`] does not need any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BytesDone {
    /// Number of bytes that hold whole pieces and what stands between them.
    pub(super) cut: usize,
    /// Number of bytes after them that were counted as dropped.
    pub(super) dropped: usize,
}

//! A block: the piece of a source that one thread parses at a time.

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
        /// The source ends here.
        last: bool,
    },
    /// A record, or the rest of a source, that cannot be read.
    Unreadable(UnreadableBytes),
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

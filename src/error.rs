//! Errors that end a scan. No message names a command-line flag: the program adds what to do.
//!
//! May import: nothing of this crate.
//! Imported by: `boilerplate`, `candidates`, `catalog`, `cli`, `cluster`, `document`, `in_memory`,
//! `index`, `pipeline`, `read`, `scan`, `stages`, `storage`.

use std::{fmt, io};

/// Error that ends the reading of a corpus.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// An input cannot be opened.
    #[error("cannot open {input}")]
    Open {
        /// The input as the user named it.
        input: String,
        /// Cause, from the operating system.
        #[source]
        cause: io::Error,
    },
    /// Reading an input failed.
    #[error("cannot read {input}")]
    Read {
        /// The input as the user named it.
        input: String,
        /// Cause, from the operating system.
        #[source]
        cause: io::Error,
    },
    /// A table has no column to take the text from.
    #[error("{input} has no text column: its columns are {columns}")]
    NoTextColumn {
        /// The input as the user named it.
        input: String,
        /// The columns that are there, comma-separated.
        columns: String,
    },
    /// A table begins with values where the names of its columns are expected.
    #[error("{input} has no header line: its first line holds values, not names of columns")]
    NoHeader {
        /// The input as the user named it.
        input: String,
    },
    /// The format of an input cannot be told.
    #[error("cannot read {input}: it is {kind}")]
    UnknownFormat {
        /// The input as the user named it.
        input: String,
        /// What the input is, as far as that is known.
        kind: String,
    },
    /// An input is of a kind that is known and not read.
    #[error("cannot read {input}: it is {kind}")]
    UnreadKind {
        /// The input as the user named it.
        input: String,
        /// What the input is, and what to do.
        kind: String,
    },
    /// A stream could not be kept for its second reading.
    #[error("cannot keep a copy of {input} in {directory}")]
    Spool {
        /// The input as the user named it.
        input: String,
        /// Directory for the copy.
        directory: String,
        /// Cause, from the operating system.
        #[source]
        cause: io::Error,
    },
    /// Data beyond the memory limit could not be written to disk, or not read back.
    #[error("cannot keep what does not fit in memory in {directory}")]
    Spill {
        /// Directory for it.
        directory: String,
        /// Cause, from the operating system.
        #[source]
        cause: io::Error,
    },
    /// A file of an index is not what was written.
    #[error("{file} of the index is damaged: {problem}")]
    Damaged {
        /// The file.
        file: String,
        /// Problem that was found.
        problem: String,
    },
    /// The corpus needs more memory than there may be.
    #[error(
        "{documents} documents and more need over {needed} of memory, and the limit is {limit}"
    )]
    TooLittleMemory {
        /// Documents read so far.
        documents: u64,
        /// Memory that they need, in bytes.
        needed: Size,
        /// Memory that is permitted, in bytes.
        limit: Size,
    },
    /// A record is not what it was when it was first read.
    #[error(
        "{input} changed while it was being read: the record at byte {offset} is gone; run again \
         when nothing writes to it"
    )]
    Changed {
        /// The input as the user named it.
        input: String,
        /// First byte of the record.
        offset: u64,
    },
}

/// A number of bytes, written as a person reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, unit) = match self.0 {
            0..1_048_576 => (self.0 >> 10, "K"),
            1_048_576..10_737_418_240 => (self.0 >> 20, "M"),
            _ => (self.0 >> 30, "G"),
        };
        write!(f, "{size}{unit}")
    }
}

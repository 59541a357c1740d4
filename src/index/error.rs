//! Errors of an index. Messages do not name command-line flags: the program adds its own advice.

use std::error::Error;
use std::io;
use std::path::Path;

use super::settings::IndexSettings;
use crate::error::ReadError;

/// Error that ends the use of an index.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The directory holds no index.
    #[error("there is no index in {directory}")]
    Missing {
        /// The directory.
        directory: String,
    },
    /// The manifest is missing, but other files of the index are there.
    #[error(
        "manifest.json of the index in {directory} is missing, and without it the other files \
         cannot be read"
    )]
    Lost {
        /// The directory.
        directory: String,
    },
    /// A later version of the program wrote the index.
    #[error(
        "the index in {directory} has format {format} and this program reads formats up to {newest}"
    )]
    TooNew {
        /// The directory.
        directory: String,
        /// Format of the index.
        format: u32,
        /// Newest format that this version reads.
        newest: u32,
    },
    /// The index was made with other settings than those of the run.
    #[error(
        "the index was made with {} and this run has {}",
        made.difference(asked),
        asked.difference(made)
    )]
    Settings {
        /// Settings of the index.
        made: Box<IndexSettings>,
        /// Settings of the run.
        asked: Box<IndexSettings>,
    },
    /// Another process is writing to the index.
    #[error("{holder} writes to the index in {directory}")]
    Busy {
        /// The directory.
        directory: String,
        /// The process that holds the lock.
        holder: String,
    },
    /// A file of the index differs from what was written.
    #[error("{file} of the index is damaged: {problem}")]
    Damaged {
        /// Name of the file.
        file: String,
        /// Description of the damage.
        problem: String,
    },
    /// A file cannot be read.
    #[error("cannot read {file}")]
    Read {
        /// Path of the file.
        file: String,
        /// Error of the system.
        #[source]
        cause: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {file}")]
    Write {
        /// Path of the file.
        file: String,
        /// Error of the system.
        #[source]
        cause: io::Error,
    },
    /// A document of the run cannot be read again.
    #[error(transparent)]
    Corpus(#[from] ReadError),
}

impl IndexError {
    /// The error for a file that cannot be read.
    pub(super) fn read(path: &Path, cause: io::Error) -> IndexError {
        IndexError::Read {
            file: path.display().to_string(),
            cause,
        }
    }

    /// The error for a file that cannot be written.
    pub(super) fn write(path: &Path, cause: io::Error) -> IndexError {
        IndexError::Write {
            file: path.display().to_string(),
            cause,
        }
    }

    /// The error for records that cannot be compressed or written.
    pub(super) fn records(cause: io::Error) -> IndexError {
        IndexError::Write {
            file: "records".to_owned(),
            cause,
        }
    }

    /// The message, followed by the messages of its causes.
    pub(super) fn with_causes(&self) -> String {
        let mut message = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            message += &format!(": {error}");
            cause = error.source();
        }
        message
    }
}

impl From<IndexError> for ReadError {
    fn from(error: IndexError) -> ReadError {
        match error {
            IndexError::Damaged { file, problem } => ReadError::Damaged { file, problem },
            IndexError::Read { file, cause } => ReadError::Read { input: file, cause },
            other => ReadError::Damaged {
                file: "a file".to_owned(),
                problem: other.with_causes(),
            },
        }
    }
}

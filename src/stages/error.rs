//! Errors of stages.

use arrow_schema::ArrowError;

use crate::error::ReadError;

/// Error of a stage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StageError {
    /// A batch lacks a column that the stage needs.
    #[error("the rows have no column {column}")]
    NoColumn {
        /// Name of the column.
        column: &'static str,
    },
    /// A column is of another type than the stage needs.
    #[error("the column {column} holds {found}, where {expected} is needed")]
    OtherType {
        /// Name of the column.
        column: &'static str,
        /// Type that is needed.
        expected: &'static str,
        /// Type of the column.
        found: String,
    },
    /// A value cannot be what it stands for.
    #[error("the column {column} holds a value that is damaged")]
    Damaged {
        /// Name of the column.
        column: &'static str,
    },
    /// A batch cannot be made.
    #[error("the rows cannot be a table")]
    Table(#[from] ArrowError),
    /// A report cannot be written.
    #[error("a report cannot be written")]
    Report(#[from] std::io::Error),
    /// Documents cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

//! Cells of a table, and the trait that writers of rows implement.

use std::fmt;
use std::io;

/// One value of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TableCell<'a> {
    /// A text; an empty one means unknown.
    Text(&'a str),
    /// A whole number.
    Count(u64),
    /// A share from 0 to 1, written with 4 decimals.
    Score(f64),
    /// Hours, written with 2 decimals.
    Hours(f64),
    /// True or false.
    Flag(bool),
    /// A list or an object, as JSON; only for formats that hold lists.
    Json(&'a str),
    /// An unknown value.
    Unknown,
}

/// A writer of rows; each row has a cell for each column.
pub(in crate::report) trait RowWriter {
    fn row(&mut self, cells: &[TableCell<'_>]) -> io::Result<()>;
}

impl<'a> TableCell<'a> {
    /// The cell of a value that may be unknown.
    pub(in crate::report) fn known<T>(
        value: Option<T>,
        cell: impl FnOnce(T) -> TableCell<'a>,
    ) -> TableCell<'a> {
        value.map_or(TableCell::Unknown, cell)
    }
}

/// The form that all formats share: numbers and flags. Each format escapes texts in its own way.
impl fmt::Display for TableCell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableCell::Text(text) | TableCell::Json(text) => f.write_str(text),
            TableCell::Count(count) => write!(f, "{count}"),
            TableCell::Score(score) => write!(f, "{score:.4}"),
            TableCell::Hours(hours) => write!(f, "{hours:.2}"),
            TableCell::Flag(flag) => write!(f, "{flag}"),
            TableCell::Unknown => Ok(()),
        }
    }
}

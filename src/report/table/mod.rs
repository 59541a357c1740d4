//! Tables: named columns and rows of typed cells, in any format. Each format is a file, as [`csv`]
//! and [`jsonl`] are.

pub mod csv;
pub mod jsonl;

use std::fmt;
use std::io::{self, Write};

/// A format that a table can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated values with a header line (RFC 4180, lines ending in a line feed).
    Csv,
    /// A JSON object a line.
    Jsonl,
}

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

impl TableFormat {
    /// All formats, in the order of the help.
    pub const ALL: [TableFormat; 2] = [TableFormat::Csv, TableFormat::Jsonl];

    /// Name of the format, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            TableFormat::Csv => "csv",
            TableFormat::Jsonl => "jsonl",
        }
    }

    /// Whether a cell can be a list.
    pub fn holds_lists(self) -> bool {
        self == TableFormat::Jsonl
    }

    /// Writes a table: `columns`, then the rows that `fill` passes to its argument.
    pub(super) fn write<W: Write>(
        self,
        columns: &'static [&'static str],
        out: &mut W,
        fill: impl FnOnce(&mut dyn RowWriter) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            TableFormat::Csv => {
                let mut rows = csv::CsvRows::new(columns, out)?;
                fill(&mut rows)?;
                rows.finish()
            }
            TableFormat::Jsonl => fill(&mut jsonl::JsonlRows::new(columns, out)),
        }
    }
}

/// A writer of rows; each row has a cell for each column.
pub(super) trait RowWriter {
    fn row(&mut self, cells: &[TableCell<'_>]) -> io::Result<()>;
}

impl<'a> TableCell<'a> {
    /// The cell of a value that may be unknown.
    pub(super) fn known<T>(
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

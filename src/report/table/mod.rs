//! Tables: named columns and rows of typed cells, in any format. A new format is a new file beside [`csv`] and [`jsonl`].

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
pub enum Cell<'a> {
    /// Words; no words mean unknown.
    Text(&'a str),
    /// A whole number.
    Count(u64),
    /// A share from 0 to 1, written with 4 decimals.
    Score(f64),
    /// Hours, written with 2 decimals.
    Hours(f64),
    /// Yes or no.
    Flag(bool),
    /// A list or an object, as JSON; only for formats that hold lists.
    Json(&'a str),
    /// Not known.
    Unknown,
}

impl TableFormat {
    /// Every format, in the order in which they are offered.
    pub const ALL: [TableFormat; 2] = [TableFormat::Csv, TableFormat::Jsonl];

    /// What the format is called, which is also the ending of its files.
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

    /// Writes a table: `columns`, then the rows that `fill` hands to its argument.
    pub(super) fn write<W: Write>(
        self,
        columns: &'static [&'static str],
        out: &mut W,
        fill: impl FnOnce(&mut dyn Rows) -> io::Result<()>,
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

/// Takes the rows of a table, each as long as its columns.
pub(super) trait Rows {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;
}

impl<'a> Cell<'a> {
    /// The cell of a value that may be unknown.
    pub(super) fn known<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell<'a>) -> Cell<'a> {
        value.map_or(Cell::Unknown, cell)
    }
}

/// Numbers and flags read the same in every format; texts are each format's own business.
impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Text(text) | Cell::Json(text) => f.write_str(text),
            Cell::Count(count) => write!(f, "{count}"),
            Cell::Score(score) => write!(f, "{score:.4}"),
            Cell::Hours(hours) => write!(f, "{hours:.2}"),
            Cell::Flag(flag) => write!(f, "{flag}"),
            Cell::Unknown => Ok(()),
        }
    }
}

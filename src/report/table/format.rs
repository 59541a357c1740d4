//! The formats of tables.

use std::io::{self, Write};

use super::cell::RowWriter;
use super::csv::CsvRows;
use super::jsonl::JsonlRows;

/// A format that a table can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated values with a header line (RFC 4180, lines ending in a line feed).
    Csv,
    /// JSON Lines: a JSON object per line.
    Jsonl,
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

    /// True if a cell can be a list.
    pub fn holds_lists(self) -> bool {
        self == TableFormat::Jsonl
    }

    /// Writes a table: `columns`, then the rows that `fill` passes to its argument.
    pub(in crate::report) fn write<W: Write>(
        self,
        columns: &[&str],
        out: &mut W,
        fill: impl FnOnce(&mut dyn RowWriter) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            TableFormat::Csv => {
                let mut rows = CsvRows::new(columns, out)?;
                fill(&mut rows)?;
                rows.finish()
            }
            TableFormat::Jsonl => fill(&mut JsonlRows::new(columns, out)),
        }
    }
}

//! Rows as comma- or tab-separated values, safe to open in a spreadsheet: texts for people are
//! [`escaping::cell`]s.

use std::io::{self, Write};

use super::cell::TableCell;
use super::column::Column;
use crate::text::escaping;

/// A writer of rows.
pub(super) struct DelimitedRows<W: Write> {
    table: csv::Writer<W>,
    /// Written form of the current cell.
    cell: Vec<u8>,
}

impl<W: Write> DelimitedRows<W> {
    pub(super) fn new(delimiter: u8, out: W) -> Self {
        let mut table = csv::WriterBuilder::new();
        Self {
            table: table.delimiter(delimiter).from_writer(out),
            cell: Vec::new(),
        }
    }

    /// Writes the names of the columns.
    pub(super) fn header<R>(&mut self, columns: &[Column<'_, R>]) -> io::Result<()> {
        let names = columns.iter().map(|column| column.name);
        self.table.write_record(names).map_err(as_io)
    }

    pub(super) fn row<R>(&mut self, columns: &[Column<'_, R>], row: &R) -> io::Result<()> {
        for column in columns {
            match column.cell(row) {
                TableCell::Text(text) => self.table.write_field(&*escaping::cell(&text)),
                TableCell::Data(text) => self.table.write_field(&*text),
                cell => {
                    self.cell.clear();
                    cell.append_to(&mut self.cell);
                    self.table.write_field(&self.cell)
                }
            }
            .map_err(as_io)?;
        }
        self.table.write_record(None::<&[u8]>).map_err(as_io)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.table.flush()
    }
}

/// The error of the system as it was, so that a closed pipe is still recognised. The conversion of
/// the `csv` crate gives every error the kind `Other`.
fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

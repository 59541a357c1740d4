//! Tables as comma- or tab-separated values, safe to open in a spreadsheet: texts for people are
//! [`escaping::cell`]s.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::cell::TableCell;
use super::column::{Column, RowSink};
use crate::text::escaping;

/// Writes a header line, and the rows that `fill` passes to its argument.
pub(super) fn write<R>(
    delimiter: u8,
    columns: &[Column<'_, R>],
    out: &mut (dyn Write + Send),
    fill: impl FnOnce(RowSink<'_, R>) -> io::Result<()>,
) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(out);
    let names = columns.iter().map(|column| column.name);
    table.write_record(names).map_err(as_io)?;
    let mut scratch = String::new();
    fill(&mut |row| {
        for column in columns {
            match column.cell(row) {
                TableCell::Text(text) => table.write_field(&*escaping::cell(&text)),
                TableCell::Data(text) => table.write_field(&*text),
                cell => {
                    scratch.clear();
                    write!(scratch, "{cell}").map_err(io::Error::other)?;
                    table.write_field(&scratch)
                }
            }
            .map_err(as_io)?;
        }
        table.write_record(None::<&[u8]>).map_err(as_io)
    })?;
    table.flush()
}

/// The error of the system as it was, so that a closed pipe is still recognised. The conversion of
/// the `csv` crate gives every error the kind `Other`.
fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

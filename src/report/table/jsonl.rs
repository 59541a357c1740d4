//! Tables as JSON Lines.
//!
//! Each row is an object whose keys are the columns in order. Unknown values are `null`.

use std::io::{self, Write};

use super::cell::TableCell;
use super::column::{Column, RowSink};

/// Writes the rows that `fill` passes to its argument.
pub(super) fn write<R>(
    columns: &[Column<'_, R>],
    out: &mut (dyn Write + Send),
    fill: impl FnOnce(RowSink<'_, R>) -> io::Result<()>,
) -> io::Result<()> {
    fill(&mut |row| {
        let mut before = "{";
        for column in columns {
            out.write_all(before.as_bytes())?;
            serde_json::to_writer(&mut *out, column.name)?;
            out.write_all(b":")?;
            match column.cell(row) {
                TableCell::Unknown => out.write_all(b"null")?,
                TableCell::Text(text) | TableCell::Data(text) => {
                    serde_json::to_writer(&mut *out, &text)?;
                }
                TableCell::Time(time) => serde_json::to_writer(&mut *out, &time.to_string())?,
                cell => write!(out, "{cell}")?,
            }
            before = ",";
        }
        out.write_all(b"}\n")
    })
}

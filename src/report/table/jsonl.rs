//! Rows as JSON Lines.
//!
//! Each row is an object whose keys are the columns in order. Unknown values are `null`.

use std::io::{self, Write};

use super::cell::TableCell;
use super::column::Column;

/// A writer of rows.
pub(super) struct JsonRows<W: Write> {
    out: W,
    /// Text before the value of each column.
    keys: Vec<String>,
    /// Written form of the current row.
    row: Vec<u8>,
}

impl<W: Write> JsonRows<W> {
    pub(super) fn new<R>(columns: &[Column<'_, R>], out: W) -> Self {
        let key = |(at, column): (usize, &Column<'_, R>)| {
            let before = if at == 0 { "{" } else { "," };
            format!("{before}{}:", serde_json::Value::from(column.name))
        };
        Self {
            out,
            keys: columns.iter().enumerate().map(key).collect(),
            row: Vec::new(),
        }
    }

    pub(super) fn row<R>(&mut self, columns: &[Column<'_, R>], row: &R) -> io::Result<()> {
        self.row.clear();
        for (column, key) in columns.iter().zip(&self.keys) {
            self.row.extend_from_slice(key.as_bytes());
            match column.cell(row) {
                TableCell::Unknown => self.row.extend_from_slice(b"null"),
                TableCell::Text(text) | TableCell::Data(text) => {
                    serde_json::to_writer(&mut self.row, &text)?;
                }
                cell @ TableCell::Time(_) => {
                    self.row.push(b'"');
                    cell.append_to(&mut self.row);
                    self.row.push(b'"');
                }
                cell => cell.append_to(&mut self.row),
            }
        }
        self.row.extend_from_slice(b"}\n");
        self.out.write_all(&self.row)
    }
}

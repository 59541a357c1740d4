//! Tables as JSON Lines.
//!
//! Each row is an object whose keys are the columns in order. Unknown values and empty texts are
//! `null`.

use std::io::{self, Write};

use super::cell::{RowWriter, TableCell};

pub(super) struct JsonlRows<'w, W: Write> {
    columns: &'w [&'w str],
    out: &'w mut W,
}

impl<'w, W: Write> JsonlRows<'w, W> {
    pub(super) fn new(columns: &'w [&'w str], out: &'w mut W) -> JsonlRows<'w, W> {
        JsonlRows { columns, out }
    }
}

impl<W: Write> RowWriter for JsonlRows<'_, W> {
    fn row(&mut self, cells: &[TableCell<'_>]) -> io::Result<()> {
        let mut before = "{";
        for (column, cell) in self.columns.iter().zip(cells) {
            // Column names are plain words, so they need no escaping.
            write!(self.out, "{before}\"{column}\":")?;
            match cell {
                TableCell::Text("") | TableCell::Unknown => write!(self.out, "null")?,
                TableCell::Text(text) => serde_json::to_writer(&mut *self.out, text)?,
                cell => write!(self.out, "{cell}")?,
            }
            before = ",";
        }
        self.out.write_all(b"}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::TableFormat;

    #[test]
    fn cells_of_every_kind() {
        let mut out = Vec::new();
        let cells = [
            TableCell::Text("=\"\n"),
            TableCell::Count(7),
            TableCell::Score(1.0 / 3.0),
            TableCell::Hours(-0.5),
            TableCell::Flag(true),
            TableCell::Unknown,
            TableCell::Text(""),
        ];
        TableFormat::Jsonl
            .write(&["t", "c", "s", "h", "f", "u", "e"], &mut out, |rows| {
                rows.row(&cells)
            })
            .expect("writing to a vector cannot fail");
        let expected = concat!(
            r#"{"t":"=\"\n","c":7,"s":0.3333,"h":-0.50,"f":true,"u":null,"e":null}"#,
            "\n"
        );
        assert_eq!(String::from_utf8_lossy(&out), expected);
        assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
    }
}

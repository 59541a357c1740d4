//! Tables as CSV, safe to open in a spreadsheet: texts are [`escaping::cell`]s.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::cell::{RowWriter, TableCell};
use crate::text::escaping;

pub(super) struct CsvRows<'w, W: Write> {
    out: csv::Writer<&'w mut W>,
    scratch: String,
}

impl<'w, W: Write> CsvRows<'w, W> {
    pub(super) fn new(columns: &[&str], out: &'w mut W) -> io::Result<CsvRows<'w, W>> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(columns).map_err(as_io)?;
        Ok(CsvRows {
            out,
            scratch: String::new(),
        })
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> RowWriter for CsvRows<'_, W> {
    fn row(&mut self, cells: &[TableCell<'_>]) -> io::Result<()> {
        for cell in cells {
            match cell {
                TableCell::Text(text) => self
                    .out
                    .write_field(&*escaping::cell(text))
                    .map_err(as_io)?,
                cell => {
                    self.scratch.clear();
                    write!(self.scratch, "{cell}").map_err(io::Error::other)?;
                    self.out.write_field(&self.scratch).map_err(as_io)?;
                }
            }
        }
        self.out.write_record(None::<&[u8]>).map_err(as_io)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::TableFormat;

    #[test]
    fn cells_of_every_kind() {
        let mut out = Vec::new();
        let cells = [
            TableCell::Text("a,\"b\"\n"),
            TableCell::Count(7),
            TableCell::Score(1.0 / 3.0),
            TableCell::Hours(-0.5),
            TableCell::Flag(true),
            TableCell::Unknown,
        ];
        TableFormat::Csv
            .write(&["t", "c", "s", "h", "f", "u"], &mut out, |rows| {
                rows.row(&cells)
            })
            .expect("a vector takes everything");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "t,c,s,h,f,u\n\"a,\"\"b\"\"\n\",7,0.3333,-0.50,true,\n"
        );
    }
}

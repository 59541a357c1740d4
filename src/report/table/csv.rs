//! Tables as CSV, safe to open in a spreadsheet.
//!
//! A text cell that a spreadsheet would run as a formula gets a leading apostrophe, and so does one that already starts with
//! apostrophes before such a text: taking one apostrophe away gives back what was there.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Cell, Rows};

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

impl<W: Write> Rows for CsvRows<'_, W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            match cell {
                Cell::Text(text) => self.out.write_field(&*inert(text)).map_err(as_io)?,
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

/// The error as the system told it, so that a reader that left is known by its kind; converted as they are, all kinds become `Other`.
fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// The text as a spreadsheet will leave it alone.
fn inert(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a spreadsheet may run the text (OWASP, "CSV Injection"), after the blanks, quotes and invisible characters it may strip.
fn is_formula(text: &str) -> bool {
    if text == "-" {
        // What standard input is called; alone it is no formula.
        return false;
    }
    for c in text.chars() {
        match c {
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' => {
                return true;
            }
            '"' | '\'' | '`' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            c if c.is_whitespace() || c.is_control() => {}
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::TableFormat;

    #[test]
    fn formulas_are_neutralised_and_nothing_else_is() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            " =1",
            "  \u{a0}=1",
            "\"=1",
            "' =1",
            "'=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "\u{feff}=1",
            "\0=1",
        ] {
            assert_eq!(inert(formula), format!("'{formula}"), "{formula:?}");
        }
        for harmless in [
            "",
            "-",
            "a=b",
            "1-2",
            "'quoted' words",
            "Über",
            "(=1)",
            "   ",
            "…=1",
        ] {
            assert_eq!(inert(harmless), harmless);
        }
    }

    #[test]
    fn cells_of_every_kind() {
        let mut out = Vec::new();
        let cells = [
            Cell::Text("a,\"b\"\n"),
            Cell::Count(7),
            Cell::Score(1.0 / 3.0),
            Cell::Hours(-0.5),
            Cell::Flag(true),
            Cell::Unknown,
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

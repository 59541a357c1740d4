//! The rejects report: a row for every record that could not be used, in order of source and line.

use std::io::{self, Write};

use super::table::{TableCell, TableFormat};
use crate::document::Reject;

/// Columns of the report. Their order never changes; new ones go to the end.
pub const COLUMNS: [&str; 5] = ["file", "record", "line", "id", "reason"];

/// Writes the report; `source_names` has the name of each source by its number.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    rejects: &[Reject],
    source_names: &[&str],
    format: TableFormat,
    out: &mut impl Write,
) -> io::Result<()> {
    format.write(&COLUMNS, out, |rows| {
        for reject in rejects {
            rows.row(&[
                TableCell::Text(source_names.get(reject.source as usize).unwrap_or(&"")),
                TableCell::Count(reject.record),
                TableCell::Count(reject.line),
                TableCell::known(reject.id.as_deref(), TableCell::Text),
                TableCell::Text(&reject.reason),
            ])?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_missing_ids_are_written_safely() {
        let reject = |id: Option<&str>| Reject {
            source: 0,
            record: 2,
            line: 3,
            id: id.map(str::to_owned),
            reason: "not JSON".to_owned(),
            unknown_loss: false,
        };
        let mut out = Vec::new();
        write(
            &[reject(None), reject(Some("=cmd"))],
            &["-"],
            TableFormat::Csv,
            &mut out,
        )
        .expect("a vector takes everything");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "file,record,line,id,reason\n-,2,3,,not JSON\n-,2,3,'=cmd,not JSON\n"
        );
    }
}

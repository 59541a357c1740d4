//! The rejects report: a row for every record that could not be used, in order of source and line.

use std::io::{self, Write};

use super::table::TableEncoding;
use super::table::column::Column;
use crate::document::Reject;

/// Writes the report; `source_names` has the name of each source by its number.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    rejects: &[Reject],
    source_names: &[&str],
    encoding: TableEncoding,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    encoding.write(&columns(source_names), rejects, out)
}

/// Columns of the report. Their order never changes; new ones go to the end.
fn columns<'t>(source_names: &'t [&str]) -> [Column<'t, &'t Reject>; 5] {
    type Row<'t> = &'t Reject;
    [
        Column::text("file", |reject: &Row| {
            let name = source_names.get(reject.source as usize);
            name.copied().unwrap_or_default().into()
        }),
        Column::count("record", |reject: &Row| Some(reject.record)),
        Column::count("line", |reject: &Row| Some(reject.line)),
        Column::text("id", |reject: &Row| {
            reject.id.as_deref().unwrap_or_default().into()
        }),
        Column::text("reason", |reject: &Row| (&*reject.reason).into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::TableFormat;

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
            TableFormat::Csv.into(),
            &mut out,
        )
        .expect("a vector takes everything");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "file,record,line,id,reason\n-,2,3,,not JSON\n-,2,3,'=cmd,not JSON\n"
        );
    }
}

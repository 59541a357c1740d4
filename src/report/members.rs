//! The members report: a row for every document of every cluster.

use std::io::{self, Write};

use super::moment;
use super::table::{Cell, TableFormat};
use crate::pipeline::ScanResult;

/// Columns of the report. Their order never changes; new ones go to the end.
pub const COLUMNS: [&str; 5] = ["cluster", "id", "site", "published", "role"];

/// Writes the report.
///
/// # Errors
/// Those of `out`.
pub fn write(findings: &ScanResult, format: TableFormat, out: &mut impl Write) -> io::Result<()> {
    let catalog = &findings.catalog;
    format.write(&COLUMNS, out, |rows| {
        for cluster in &findings.clusters {
            for member in &cluster.members {
                let doc = member.doc;
                rows.row(&[
                    Cell::Text(&cluster.name),
                    Cell::Text(catalog.id(doc)),
                    Cell::Text(catalog.site_name(catalog.site(doc))),
                    Cell::Text(&moment::written_or_empty(catalog.published(doc))),
                    Cell::Text(member.role.name()),
                ])?;
            }
        }
        Ok(())
    })
}

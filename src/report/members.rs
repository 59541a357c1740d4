//! The members report: a row for every document of every cluster.

use std::io::{self, Write};

use super::moment;
use super::table::{TableCell, TableFormat};
use crate::pipeline::ScanResult;

/// Columns of the report. Their order never changes; new ones go to the end.
pub const COLUMNS: [&str; 5] = ["cluster", "id", "site", "published", "role"];

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(findings: &ScanResult, format: TableFormat, out: &mut impl Write) -> io::Result<()> {
    let catalog = &findings.catalog;
    format.write(&COLUMNS, out, |rows| {
        for cluster in &findings.clusters {
            for member in &cluster.members {
                let doc = member.doc;
                rows.row(&[
                    TableCell::Text(&cluster.name),
                    TableCell::Text(catalog.id(doc)),
                    TableCell::Text(catalog.site_name(catalog.site(doc))),
                    TableCell::Text(&moment::written_or_empty(catalog.published(doc))),
                    TableCell::Text(member.role.name()),
                ])?;
            }
        }
        Ok(())
    })
}

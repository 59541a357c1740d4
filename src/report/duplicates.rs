//! The duplicates report: a row for every removed document, in the order in which they were read.

use std::io::{self, Write};

use super::moment;
use super::table::{TableCell, TableFormat};
use crate::catalog::cross_site;
use crate::pipeline::Duplicates;

/// Columns of the report. Their order never changes; new ones go to the end.
pub const COLUMNS: [&str; 10] = [
    "id",
    "duplicate_of",
    "relation",
    "jaccard",
    "cross_site",
    "site",
    "site_kept",
    "published",
    "published_kept",
    "file",
];

/// Writes the report; `source_names` has the name of each source by its number.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    found: &Duplicates,
    source_names: &[&str],
    format: TableFormat,
    out: &mut impl Write,
) -> io::Result<()> {
    let catalog = &found.catalog;
    format.write(&COLUMNS, out, |rows| {
        for outcome in found.outcomes() {
            let Some(duplicate) = outcome.duplicate else {
                continue;
            };
            let of = duplicate.of;
            let source = outcome.place.source as usize;
            rows.row(&[
                TableCell::Text(catalog.id(outcome.doc)),
                TableCell::Text(catalog.id(of)),
                TableCell::Text(duplicate.relation.name()),
                TableCell::Score(duplicate.jaccard),
                TableCell::known(cross_site(outcome.site, catalog.site(of)), TableCell::Flag),
                TableCell::Text(catalog.site_name(outcome.site)),
                TableCell::Text(catalog.site_name(catalog.site(of))),
                TableCell::Text(&moment::written_or_empty(outcome.published)),
                TableCell::Text(&moment::written_or_empty(catalog.published(of))),
                TableCell::Text(source_names.get(source).unwrap_or(&"")),
            ])?;
        }
        Ok(())
    })
}

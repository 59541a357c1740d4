//! The duplicates report: a row for every removed document, in the order in which they were read.

use std::io::{self, Write};

use super::table::TableEncoding;
use super::table::column::Column;
use crate::catalog::{Catalog, cross_site};
use crate::cluster::duplicates::Duplicate;
use crate::pipeline::{Duplicates, Outcome};

/// A removed document, and why it was removed.
struct RemovedRow<'t> {
    catalog: &'t Catalog,
    file: &'t str,
    outcome: Outcome,
    duplicate: Duplicate,
}

/// Writes the report; `source_names` has the name of each source by its number.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    found: &Duplicates,
    source_names: &[&str],
    encoding: TableEncoding,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let removed = |outcome: Outcome| {
        let file = source_names.get(outcome.place.source as usize);
        Some(RemovedRow {
            catalog: &found.catalog,
            file: file.copied().unwrap_or_default(),
            duplicate: outcome.duplicate?,
            outcome,
        })
    };
    encoding.write(&columns(), found.outcomes().filter_map(removed), out)
}

/// Columns of the report. Their order never changes; new ones go to the end.
fn columns<'t>() -> [Column<'t, RemovedRow<'t>>; 13] {
    type Row<'t> = RemovedRow<'t>;
    let site_kept = |row: &Row| row.catalog.site(row.duplicate.of);
    let published_kept = |row: &Row| row.catalog.published(row.duplicate.of);
    [
        Column::text("id", |row: &Row| row.catalog.id(row.outcome.doc).into()),
        Column::text("duplicate_of", |row: &Row| {
            row.catalog.id(row.duplicate.of).into()
        }),
        Column::text("relation", |row: &Row| row.duplicate.relation.name().into()),
        Column::score("jaccard", |row: &Row| Some(row.duplicate.jaccard)),
        Column::flag("cross_site", move |row: &Row| {
            cross_site(row.outcome.site, site_kept(row))
        }),
        Column::text("site", |row: &Row| {
            row.catalog.site_name(row.outcome.site).into()
        }),
        Column::text("site_kept", move |row: &Row| {
            row.catalog.site_name(site_kept(row)).into()
        }),
        Column::time("published", |row: &Row| row.outcome.published),
        Column::time("published_kept", published_kept),
        Column::text("file", |row: &Row| row.file.into()),
        Column::precision("precision", |row: &Row| row.outcome.published),
        Column::precision("precision_kept", published_kept),
        Column::count("longest_passage", |row: &Row| {
            row.duplicate.longest_passage.map(u64::from)
        }),
    ]
}

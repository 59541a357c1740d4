//! The pairs report: a row for every pair found, in canonical order of its documents.

use std::io::{self, Write};

use super::clusters::first;
use super::table::{Cell, TableFormat};
use super::{details, moment};
use crate::catalog::DocNo;
use crate::pipeline::Findings;

/// The columns; their order is a promise, new ones go to the end.
pub const COLUMNS: [&str; 18] = [
    "id_a",
    "id_b",
    "relation",
    "jaccard",
    "containment_a",
    "containment_b",
    "longest_passage",
    "cross_site",
    "site_a",
    "site_b",
    "published_a",
    "published_b",
    "lag_hours",
    "credit_a",
    "credit_b",
    "url_a",
    "url_b",
    "cluster",
];

/// Writes the report.
///
/// # Errors
/// Those of `out`.
pub fn write(findings: &Findings, format: TableFormat, out: &mut impl Write) -> io::Result<()> {
    let catalog = &findings.catalog;
    let url = |doc: DocNo| details(findings, doc).map_or("", |details| details.url.as_str());
    format.write(&COLUMNS, out, |rows| {
        for pair in &findings.pairs {
            let (a, b) = (pair.a, pair.b);
            let (when_a, when_b) = (catalog.published(a), catalog.published(b));
            rows.row(&[
                Cell::Text(catalog.id(a)),
                Cell::Text(catalog.id(b)),
                Cell::Text(pair.relation.name()),
                Cell::Score(pair.jaccard),
                Cell::Score(pair.containment_a),
                Cell::Score(pair.containment_b),
                Cell::Count(pair.longest_passage.into()),
                Cell::known(catalog.cross_site(a, b), Cell::Flag),
                Cell::Text(catalog.site_name(catalog.site(a))),
                Cell::Text(catalog.site_name(catalog.site(b))),
                Cell::Text(&moment::written_or_empty(when_a)),
                Cell::Text(&moment::written_or_empty(when_b)),
                Cell::known(moment::hours_between(when_a, when_b), Cell::Hours),
                Cell::Unknown,
                Cell::Unknown,
                Cell::Text(url(a)),
                Cell::Text(url(b)),
                Cell::known(findings.clusters.get(pair.cluster as usize), |cluster| {
                    Cell::Text(catalog.id(first(cluster)))
                }),
            ])?;
        }
        Ok(())
    })
}

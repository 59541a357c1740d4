//! The clusters report: a row for every cluster, in canonical order of its first document.

use std::collections::HashSet;
use std::io::{self, Write};

use super::table::{Cell, TableFormat};
use super::{details, moment};
use crate::catalog::{Catalog, DocNo, NO_SITE, SiteNo};
use crate::cluster::{Cluster, Relation};
use crate::pipeline::Findings;

/// The columns; their order is a promise, new ones go to the end.
pub const COLUMNS: [&str; 12] = [
    "cluster",
    "documents",
    "sites",
    "relation_mix",
    "first_published",
    "last_published",
    "source_id",
    "source_site",
    "source_basis",
    "credit",
    "boilerplate_share",
    "title",
];

/// Writes the report.
///
/// # Errors
/// Those of `out`.
pub fn write(findings: &Findings, format: TableFormat, out: &mut impl Write) -> io::Result<()> {
    let catalog = &findings.catalog;
    let relations = relations(findings);
    format.write(&COLUMNS, out, |rows| {
        for (number, cluster) in (0..).zip(&findings.clusters) {
            let first = first(cluster);
            let published = || {
                cluster
                    .members
                    .iter()
                    .filter_map(|&doc| catalog.published(doc))
            };
            rows.row(&[
                Cell::Text(catalog.id(first)),
                Cell::Count(cluster.members.len() as u64),
                Cell::Count(sites_among(catalog, cluster.members.iter().copied()) as u64),
                Cell::Text(&relation_mix(&relations, number)),
                Cell::Text(&moment::written_or_empty(published().min())),
                Cell::Text(&moment::written_or_empty(published().max())),
                Cell::Unknown,
                Cell::Unknown,
                Cell::Unknown,
                Cell::Unknown,
                Cell::Unknown,
                Cell::Text(details(findings, first).map_or("", |details| details.title.as_str())),
            ])?;
        }
        Ok(())
    })
}

/// The document that names the cluster; a cluster has at least two.
pub fn first(cluster: &Cluster) -> DocNo {
    cluster.members[0]
}

/// How many sites the documents stand on; those without a site are on none.
pub fn sites_among(catalog: &Catalog, documents: impl IntoIterator<Item = DocNo>) -> usize {
    let sites: HashSet<SiteNo> = documents
        .into_iter()
        .map(|doc| catalog.site(doc))
        .filter(|&site| site != NO_SITE)
        .collect();
    sites.len()
}

/// The cluster and relation of every pair, sorted.
fn relations(findings: &Findings) -> Vec<(u32, Relation)> {
    let mut relations: Vec<_> = findings
        .pairs
        .iter()
        .map(|pair| (pair.cluster, pair.relation))
        .collect();
    relations.sort_unstable();
    relations
}

/// `exact:3 near:5`, without the relations that the cluster has none of.
fn relation_mix(relations: &[(u32, Relation)], cluster: u32) -> String {
    let start = relations.partition_point(|&(of, _)| of < cluster);
    let end = relations.partition_point(|&(of, _)| of <= cluster);
    let runs = relations[start..end].chunk_by(|x, y| x.1 == y.1);
    runs.map(|run| format!("{}:{}", run[0].1.name(), run.len()))
        .collect::<Vec<_>>()
        .join(" ")
}

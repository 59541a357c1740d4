//! The clusters report: a row for every cluster, in canonical order of its first document.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use super::details::details;
use super::moment;
use super::table::{TableCell, TableFormat};
use crate::catalog::{Catalog, DocNo, NO_SITE, SiteNo};
use crate::cluster::{Cluster, Relation};
use crate::pipeline::ScanResult;

/// Columns of the report. Their order never changes; new ones go to the end.
pub const COLUMNS: [&str; 13] = [
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
    "source_sureness",
];

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(findings: &ScanResult, format: TableFormat, out: &mut impl Write) -> io::Result<()> {
    let catalog = &findings.catalog;
    let relations = relations(findings);
    format.write(&COLUMNS, out, |rows| {
        for (number, cluster) in (0..).zip(&findings.clusters) {
            let published = || cluster.documents().filter_map(|doc| catalog.published(doc));
            let source = &cluster.source;
            let basis: Vec<&str> = source.basis.iter().map(|basis| basis.name()).collect();
            let details = |doc| details(findings, doc);
            rows.row(&[
                TableCell::Text(&cluster.name),
                TableCell::Count(cluster.members.len() as u64),
                TableCell::Count(sites_among(catalog, cluster.documents()) as u64),
                TableCell::Text(&relation_mix(&relations, number)),
                TableCell::Text(&moment::written_or_empty(published().min())),
                TableCell::Text(&moment::written_or_empty(published().max())),
                TableCell::known(source.doc, |doc| TableCell::Text(catalog.id(doc))),
                TableCell::Text(&source.site),
                TableCell::Text(&basis.join("+")),
                TableCell::Text(&credit(findings, cluster)),
                TableCell::Score(boilerplate_share(catalog, cluster)),
                TableCell::Text(
                    details(cluster.first).map_or("", |details| details.title.as_str()),
                ),
                TableCell::known(source.sureness, |sureness| TableCell::Text(sureness.name())),
            ])?;
        }
        Ok(())
    })
}

/// The credit that most whole copies carry; the first by name if several are equally common. The
/// credit of an excerpt may be for the rest of its text, so it does not count.
fn credit(findings: &ScanResult, cluster: &Cluster) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for member in cluster.members.iter().filter(|member| member.whole) {
        if let Some(credit) =
            details(findings, member.doc).and_then(|details| details.credit.as_ref())
        {
            *counts.entry(credit.label()).or_default() += 1;
        }
    }
    let most = counts
        .into_iter()
        .max_by_key(|(label, count)| (*count, Reverse(label.clone())));
    most.map_or_else(String::new, |(label, _)| label)
}

/// Share of the words of the documents that were removed as boilerplate.
fn boilerplate_share(catalog: &Catalog, cluster: &Cluster) -> f64 {
    let sum = |words: fn(&Catalog, DocNo) -> u32| {
        cluster
            .documents()
            .map(|doc| f64::from(words(catalog, doc)))
            .sum::<f64>()
    };
    let removed = sum(Catalog::removed);
    removed / (removed + sum(Catalog::words)).max(1.0)
}

/// Number of sites that the documents are on, not counting documents without a site.
pub fn sites_among(catalog: &Catalog, documents: impl IntoIterator<Item = DocNo>) -> usize {
    let sites: HashSet<SiteNo> = documents
        .into_iter()
        .map(|doc| catalog.site(doc))
        .filter(|&site| site != NO_SITE)
        .collect();
    sites.len()
}

/// Cluster and relation of every pair, sorted.
fn relations(findings: &ScanResult) -> Vec<(u32, Relation)> {
    let mut relations: Vec<_> = findings
        .pairs
        .iter()
        .map(|pair| (pair.cluster, pair.relation))
        .collect();
    relations.sort_unstable();
    relations
}

/// Number of pairs of each relation that the cluster has, such as `exact:3 near:5`.
fn relation_mix(relations: &[(u32, Relation)], cluster: u32) -> String {
    let start = relations.partition_point(|&(of, _)| of < cluster);
    let end = relations.partition_point(|&(of, _)| of <= cluster);
    let runs = relations[start..end].chunk_by(|x, y| x.1 == y.1);
    runs.map(|run| format!("{}:{}", run[0].1.name(), run.len()))
        .collect::<Vec<_>>()
        .join(" ")
}

//! The clusters report: a row for every cluster, those with whole copies on the most sites first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::details::{details, title};
use super::table::TableEncoding;
use super::table::column::Column;
use crate::catalog::{Catalog, DocNo};
use crate::cluster::{Cluster, Relation};
use crate::document::Published;
use crate::pipeline::ScanResult;

/// A cluster and its number.
struct ClusterRow<'t> {
    number: u32,
    cluster: &'t Cluster,
}

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    findings: &ScanResult,
    encoding: TableEncoding,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let rows = (0..).zip(&findings.clusters);
    let rows = rows.map(|(number, cluster)| ClusterRow { number, cluster });
    encoding.write(&columns(findings), rows, out)
}

/// Columns of the report. Their order never changes; new ones go to the end.
fn columns<'t>(findings: &'t ScanResult) -> Vec<Column<'t, ClusterRow<'t>>> {
    type Row<'t> = ClusterRow<'t>;
    let catalog = &findings.catalog;
    let relations = relations(findings);
    let dates = |row: &Row| -> Vec<Published> {
        let dates = row.cluster.documents().map(|doc| catalog.published(doc));
        dates.flatten().collect()
    };
    let first = move |row: &Row| dates(row).into_iter().min();
    let last = move |row: &Row| dates(row).into_iter().max();
    let basis = |row: &Row| {
        let basis = row.cluster.source.basis.iter().map(|basis| basis.name());
        basis.collect::<Vec<_>>().join("+")
    };
    let sureness = |row: &Row| {
        row.cluster
            .source
            .sureness
            .map_or("", |sureness| sureness.name())
    };
    vec![
        Column::text("cluster", |row: &Row| (&*row.cluster.name).into()),
        Column::count("documents", |row: &Row| {
            Some(row.cluster.members.len() as u64)
        }),
        Column::count("sites", |row: &Row| {
            Some(catalog.sites_among(row.cluster.documents()) as u64)
        }),
        Column::text("relation_mix", move |row: &Row| {
            relation_mix(&relations, row.number).into()
        }),
        Column::time("first_published", first),
        Column::time("last_published", last),
        Column::text("source_id", |row: &Row| {
            row.cluster
                .source
                .doc
                .map_or("", |doc| catalog.id(doc))
                .into()
        }),
        Column::text("source_site", |row: &Row| {
            (&*row.cluster.source.site).into()
        }),
        Column::text("source_basis", move |row: &Row| basis(row).into()),
        Column::text("credit", |row: &Row| credit(findings, row.cluster).into()),
        Column::score("boilerplate_share", |row: &Row| {
            Some(boilerplate_share(catalog, row.cluster))
        }),
        Column::text("title", |row: &Row| {
            title(details(findings, row.cluster.first)).into()
        }),
        Column::text("source_sureness", move |row: &Row| sureness(row).into()),
        Column::precision("first_precision", first),
        Column::precision("last_precision", last),
        Column::text("source_candidates", |row: &Row| {
            let candidates = row.cluster.source.candidate_labels(|doc| catalog.id(doc));
            candidates.join("; ").into()
        }),
        Column::flag("quoted", |row: &Row| Some(row.cluster.is_quoted)),
        Column::text("storyline", |row: &Row| {
            row.cluster.storyline.as_deref().unwrap_or_default().into()
        }),
    ]
}

/// The credit that most whole copies carry; the first by name if several are equally common. The
/// credit of an excerpt may be for the rest of its text, so it does not count.
fn credit(findings: &ScanResult, cluster: &Cluster) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for member in cluster.members.iter().filter(|member| member.whole) {
        if let Some(credit) =
            details(findings, member.doc).and_then(|details| details.credit.as_ref())
        {
            *counts.entry(credit.label().into_owned()).or_default() += 1;
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

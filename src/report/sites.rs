//! The sites report: which sites share copy, a row for every two sites with a common pair, in order
//! of their names.
//!
//! The source is the site of the pair's `a`, its earlier document. Where dates are missing, equal,
//! or days without a time that fit either order, `a` is only the first by id. `ordered_pairs`
//! counts the pairs whose dates decide. If there are none, the row only says that the two sites
//! share copy.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::details::details;
use super::moment;
use super::table::TableEncoding;
use super::table::column::Column;
use crate::catalog::{Catalog, SiteNo};
use crate::cluster::{Relation, ReportedPair};
use crate::pipeline::ScanResult;

/// The pairs of two sites.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The site of the earlier documents.
    pub source: SiteNo,
    /// The site of the later documents.
    pub copy: SiteNo,
    /// Number of pairs.
    pub pairs: u64,
    /// Number of clusters that the pairs belong to.
    pub clusters: u64,
    /// Median of the hours between the two documents of an ordered pair.
    pub median_lag_hours: Option<f64>,
    /// Median of the share of the copy's shingles that its source contains.
    pub median_containment: Option<f64>,
    /// Number of pairs whose dates show that the source was first.
    pub ordered_pairs: u64,
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
    let routes = routes(findings);
    encoding.write(&columns(&findings.catalog), &routes, out)
}

/// Columns of the report. Their order never changes; new ones go to the end.
fn columns(catalog: &Catalog) -> [Column<'_, &Route>; 7] {
    type Row<'t> = &'t Route;
    [
        Column::text("source_site", |route: &Row| {
            catalog.site_name(route.source).into()
        }),
        Column::text("copy_site", |route: &Row| {
            catalog.site_name(route.copy).into()
        }),
        Column::count("pairs", |route: &Row| Some(route.pairs)),
        Column::count("clusters", |route: &Row| Some(route.clusters)),
        Column::hours("median_lag_hours", |route: &Row| route.median_lag_hours),
        Column::score("median_containment", |route: &Row| route.median_containment),
        Column::count("ordered_pairs", |route: &Row| Some(route.ordered_pairs)),
    ]
}

/// The routes of all pairs across sites, in order of the names of the two sites.
pub fn routes(findings: &ScanResult) -> Vec<Route> {
    let catalog = &findings.catalog;
    // A reworded pair is only likely, and has no common words to measure.
    let across = |pair: &&ReportedPair| {
        pair.relation != Relation::Reworded && catalog.cross_site(pair.a, pair.b) == Some(true)
    };
    let mut pairs: BTreeMap<(SiteNo, SiteNo), Vec<&ReportedPair>> = BTreeMap::new();
    for pair in findings.pairs.iter().filter(across) {
        // Site numbers are in order of name.
        pairs
            .entry((catalog.site(pair.a), catalog.site(pair.b)))
            .or_default()
            .push(pair);
    }
    let lag = |pair: &&ReportedPair| {
        moment::hours_between(catalog.published(pair.a), catalog.published(pair.b))
    };
    let when = |doc| details(findings, doc).map(|details| details.when);
    let ordered = |pair: &&&ReportedPair| {
        when(pair.a)
            .zip(when(pair.b))
            .is_some_and(|(a, b)| a.is_before(b))
    };
    let route = |((source, copy), pairs): ((SiteNo, SiteNo), Vec<&ReportedPair>)| Route {
        source,
        copy,
        pairs: pairs.len() as u64,
        clusters: pairs
            .iter()
            .map(|pair| pair.cluster)
            .collect::<BTreeSet<u32>>()
            .len() as u64,
        median_lag_hours: median(pairs.iter().filter(ordered).filter_map(lag).collect()),
        median_containment: median(pairs.iter().map(|pair| pair.containment_b).collect()),
        ordered_pairs: pairs.iter().filter(ordered).count() as u64,
    };
    pairs.into_iter().map(route).collect()
}

/// The middle value, or the mean of the two middle values; `None` if there are no values.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = *values.get(half)?;
    Some(if values.len() % 2 == 1 {
        upper
    } else {
        (values[half - 1] + upper) / 2.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_none_one_and_several() {
        for (values, expected) in [
            (vec![], None),
            (vec![3.0], Some(3.0)),
            (vec![4.0, 1.0], Some(2.5)),
            (vec![9.0, 1.0, 2.0], Some(2.0)),
        ] {
            assert_eq!(median(values), expected);
        }
    }
}

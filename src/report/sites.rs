//! The sites report: which sites share copy, in order of their names.
//!
//! Two sites have a row for each direction in which a pair is known to be published earlier on the
//! one and later on the other, and one row if no pair is. Pairs whose order is not known are counted
//! in the direction with more pairs of known order; a row without any only says that the two sites
//! share copy.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::table::TableEncoding;
use super::table::column::Column;
use crate::catalog::{Catalog, SiteNo};
use crate::cluster::{Relation, ReportedPair};
use crate::pipeline::ScanResult;

/// Fewest lags that have a median.
const FEWEST_LAGS: usize = 3;

/// The pairs of two sites.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The site of the earlier documents; if no order is known, the first of the two by name.
    pub source: SiteNo,
    /// The site of the later documents.
    pub copy: SiteNo,
    /// Number of pairs.
    pub pairs: u64,
    /// Number of clusters that the pairs belong to.
    pub clusters: u64,
    /// Median of the hours between the two documents of a pair, of at least three pairs that are
    /// known to be in this order to the minute.
    pub median_lag_hours: Option<f64>,
    /// Median of the share of the copy's shingles that its source contains.
    pub median_containment: Option<f64>,
    /// Number of pairs that are known to be published first by the source.
    pub ordered_pairs: u64,
    /// Number of pairs of the two sites that are known to be published first by the copy. They are
    /// not among `pairs`.
    pub reverse_pairs: u64,
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
fn columns(catalog: &Catalog) -> [Column<'_, &Route>; 8] {
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
        Column::count("reverse_pairs", |route: &Row| Some(route.reverse_pairs)),
    ]
}

/// The pairs of two sites, by what is known of their order.
#[derive(Default)]
struct SharedCopy<'t> {
    /// First on the site that is first by name, and first on the other.
    ordered: [Vec<&'t ReportedPair>; 2],
    unordered: Vec<&'t ReportedPair>,
}

/// The routes of all pairs across sites, in order of the names of the two sites.
pub fn routes(findings: &ScanResult) -> Vec<Route> {
    let catalog = &findings.catalog;
    // A reworded pair is only likely, and has no common words to measure.
    let across = |pair: &&ReportedPair| {
        pair.relation != Relation::Reworded && catalog.cross_site(pair.a, pair.b) == Some(true)
    };
    let mut shared: BTreeMap<[SiteNo; 2], SharedCopy<'_>> = BTreeMap::new();
    for pair in findings.pairs.iter().filter(across) {
        // Site numbers are in order of name.
        let (a, b) = (catalog.site(pair.a), catalog.site(pair.b));
        let copy = shared.entry([a.min(b), a.max(b)]).or_default();
        match findings.is_order_known(pair) {
            true => copy.ordered[usize::from(a > b)].push(pair),
            false => copy.unordered.push(pair),
        }
    }
    let mut routes = Vec::new();
    for ([first, second], SharedCopy { ordered, unordered }) in shared {
        let [forth, back] = ordered;
        let (way, main, other) = match forth.len() >= back.len() {
            true => ([first, second], forth, back),
            false => ([second, first], back, forth),
        };
        routes.push(route(findings, way, &main, &unordered, other.len()));
        if !other.is_empty() {
            let [source, copy] = way;
            routes.push(route(findings, [copy, source], &other, &[], main.len()));
        }
    }
    routes.sort_by_key(|route| (route.source, route.copy));
    routes
}

/// The route of these ordered and unordered pairs; `reverse` are ordered the other way.
fn route(
    findings: &ScanResult,
    [source, copy]: [SiteNo; 2],
    ordered: &[&ReportedPair],
    unordered: &[&ReportedPair],
    reverse: usize,
) -> Route {
    let pairs = || ordered.iter().chain(unordered).copied();
    let clusters: BTreeSet<u32> = pairs().map(|pair| pair.cluster).collect();
    let containment = |pair: &ReportedPair| match findings.catalog.site(pair.b) == copy {
        true => pair.containment_b,
        false => pair.containment_a,
    };
    let lags: Vec<f64> = ordered
        .iter()
        .filter_map(|pair| findings.lag_hours(pair))
        .collect();
    Route {
        source,
        copy,
        pairs: pairs().count() as u64,
        clusters: clusters.len() as u64,
        median_lag_hours: (lags.len() >= FEWEST_LAGS).then(|| median(lags)).flatten(),
        median_containment: median(pairs().map(containment).collect()),
        ordered_pairs: ordered.len() as u64,
        reverse_pairs: reverse as u64,
    }
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

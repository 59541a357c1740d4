//! The sites report: which sites share copy, in order of their names.
//!
//! Two sites have a row for each direction in which a pair is known to be published earlier on the
//! one and later on the other, and one row if no pair is. Pairs whose order is not known are counted
//! in the direction with more pairs of known order; a row without any only says that the two sites
//! share copy.

use std::io::{self, Write};

use rayon::prelude::*;

use super::table::TableEncoding;
use super::table::column::Column;
use crate::catalog::SiteNo;
use crate::cluster::Relation;
use crate::pipeline::ScanResult;

/// Fewest lags that have a median.
const FEWEST_LAGS: usize = 3;

/// The pairs of two sites. `Site` names or numbers sites, in order of their names.
#[derive(Debug, Clone, PartialEq)]
pub struct Route<Site = SiteNo> {
    /// The site of the earlier documents; if no order is known, the first of the two by name.
    pub source: Site,
    /// The site of the later documents.
    pub copy: Site,
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

/// A pair of documents on two sites. `Cluster` names or numbers clusters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairAcross<Site, Cluster> {
    /// The sites of `a` and `b` of the pair.
    pub sites: [Site; 2],
    /// The cluster of the pair.
    pub cluster: Cluster,
    /// True if it is known that `a` was published first.
    pub is_order_known: bool,
    /// Hours between the two documents, if they are known.
    pub lag_hours: Option<f64>,
    /// Share of the shingles of `a` that `b` has, and the other way round.
    pub containments: [f64; 2],
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
    let name = |site| findings.catalog.site_name(site);
    write_routes(&routes(pairs_across(findings)), name, encoding, out)
}

/// Writes the report of these routes; `name` gives the name of a site.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_routes<'t, Site: Copy + Send + Sync>(
    routes: &[Route<Site>],
    name: impl Fn(Site) -> &'t str + Sync,
    encoding: TableEncoding,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    encoding.write(&columns(&name), routes, out)
}

/// Columns of the report. Their order never changes; new ones go to the end.
fn columns<'t, 'n: 't, Site: Copy + 't>(
    name: &'t (dyn Fn(Site) -> &'n str + Sync),
) -> [Column<'t, &'t Route<Site>>; 8] {
    [
        Column::text("source_site", |route: &&Route<Site>| {
            name(route.source).into()
        }),
        Column::text("copy_site", |route: &&Route<Site>| name(route.copy).into()),
        Column::count("pairs", |route: &&Route<Site>| Some(route.pairs)),
        Column::count("clusters", |route: &&Route<Site>| Some(route.clusters)),
        Column::hours("median_lag_hours", |route: &&Route<Site>| {
            route.median_lag_hours
        }),
        Column::score("median_containment", |route: &&Route<Site>| {
            route.median_containment
        }),
        Column::count("ordered_pairs", |route: &&Route<Site>| {
            Some(route.ordered_pairs)
        }),
        Column::count("reverse_pairs", |route: &&Route<Site>| {
            Some(route.reverse_pairs)
        }),
    ]
}

/// The pairs across sites. A reworded pair is only likely, and has no common words to measure, so
/// it is not among them.
pub fn pairs_across(
    findings: &ScanResult,
) -> impl ParallelIterator<Item = PairAcross<SiteNo, u32>> {
    let catalog = &findings.catalog;
    let across = findings.pairs.par_iter().filter(|pair| {
        pair.relation != Relation::Reworded && catalog.cross_site(pair.a, pair.b) == Some(true)
    });
    across.map(|pair| PairAcross {
        // Site numbers are in order of name.
        sites: [catalog.site(pair.a), catalog.site(pair.b)],
        cluster: pair.cluster,
        is_order_known: findings.is_order_known(pair),
        lag_hours: findings.lag_hours(pair),
        containments: [pair.containment_a, pair.containment_b],
    })
}

impl<Site: Ord + Copy, Cluster> PairAcross<Site, Cluster> {
    /// The two sites in order of their names.
    fn sites_by_name(&self) -> [Site; 2] {
        let [a, b] = self.sites;
        [a.min(b), a.max(b)]
    }
}

/// The routes of pairs across sites, in order of the names of the two sites.
pub fn routes<Site: Ord + Copy + Send + Sync, Cluster: Ord + Copy + Send + Sync>(
    pairs: impl IntoParallelIterator<Item = PairAcross<Site, Cluster>>,
) -> Vec<Route<Site>> {
    let mut pairs: Vec<PairAcross<Site, Cluster>> = pairs.into_par_iter().collect();
    pairs.par_sort_unstable_by_key(PairAcross::sites_by_name);
    let of_sites = pairs.par_chunk_by(|x, y| x.sites_by_name() == y.sites_by_name());
    let mut routes: Vec<Route<Site>> = of_sites.flat_map_iter(routes_between).collect();
    routes.par_sort_by_key(|route| (route.source, route.copy));
    routes
}

/// The routes between two sites, of all their pairs.
fn routes_between<Site: Ord + Copy, Cluster: Ord + Copy>(
    pairs: &[PairAcross<Site, Cluster>],
) -> impl Iterator<Item = Route<Site>> {
    let [first, second] = pairs[0].sites_by_name();
    type Pairs<'p, Site, Cluster> = Vec<&'p PairAcross<Site, Cluster>>;
    let (ordered, unordered): (Pairs<'_, Site, Cluster>, Vec<_>) =
        pairs.iter().partition(|pair| pair.is_order_known);
    let (forth, back): (Vec<_>, Vec<_>) =
        ordered.into_iter().partition(|pair| pair.sites[0] == first);
    let ([source, copy], main, other) = match forth.len() >= back.len() {
        true => ([first, second], forth, back),
        false => ([second, first], back, forth),
    };
    let reverse = (!other.is_empty()).then(|| route([copy, source], &other, &[], main.len()));
    let route = route([source, copy], &main, &unordered, other.len());
    std::iter::once(route).chain(reverse)
}

/// The route of these ordered and unordered pairs; `reverse` are ordered the other way.
fn route<Site: Ord + Copy, Cluster: Ord + Copy>(
    [source, copy]: [Site; 2],
    ordered: &[&PairAcross<Site, Cluster>],
    unordered: &[&PairAcross<Site, Cluster>],
    reverse: usize,
) -> Route<Site> {
    let pairs = || ordered.iter().chain(unordered);
    let mut clusters: Vec<Cluster> = pairs().map(|pair| pair.cluster).collect();
    clusters.sort_unstable();
    clusters.dedup();
    let containment = |pair: &&PairAcross<Site, Cluster>| {
        let [of_a, of_b] = pair.containments;
        match pair.sites[1] == copy {
            true => of_b,
            false => of_a,
        }
    };
    let lags: Vec<f64> = ordered.iter().filter_map(|pair| pair.lag_hours).collect();
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

//! The site network: who copies whom, a row for every two sites that share a pair, by name of the two.
//!
//! The source is the site of the pair's `a`, its earlier document. Where dates are missing, equal, or bare days that may be either way, that order is
//! only the order of the ids: `ordered_pairs` counts the pairs of which the dates tell who was first. If there are none, the row says
//! that the two share copy, not who took it from whom.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::table::{TableCell, TableFormat};
use super::{details, moment};
use crate::catalog::SiteNo;
use crate::cluster::{Relation, ReportedPair};
use crate::pipeline::ScanResult;

/// The columns; their order is a promise, new ones go to the end.
pub const COLUMNS: [&str; 7] = [
    "source_site",
    "copy_site",
    "pairs",
    "clusters",
    "median_lag_hours",
    "median_containment",
    "ordered_pairs",
];

/// What one site took from another.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The site of the earlier documents.
    pub source: SiteNo,
    /// The site of the later ones.
    pub copy: SiteNo,
    /// Pairs of documents of the two.
    pub pairs: u64,
    /// Clusters that the pairs are of.
    pub clusters: u64,
    /// Hours from one to the other, of the ordered pairs.
    pub median_lag_hours: Option<f64>,
    /// Share of the copy's shingles that stand in its source.
    pub median_containment: Option<f64>,
    /// Pairs whose dates tell that the source was first.
    pub ordered_pairs: u64,
}

/// Writes the report.
///
/// # Errors
/// Those of `out`.
pub fn write(findings: &ScanResult, format: TableFormat, out: &mut impl Write) -> io::Result<()> {
    let catalog = &findings.catalog;
    format.write(&COLUMNS, out, |rows| {
        for route in routes(findings) {
            rows.row(&[
                TableCell::Text(catalog.site_name(route.source)),
                TableCell::Text(catalog.site_name(route.copy)),
                TableCell::Count(route.pairs),
                TableCell::Count(route.clusters),
                TableCell::known(route.median_lag_hours, TableCell::Hours),
                TableCell::known(route.median_containment, TableCell::Score),
                TableCell::Count(route.ordered_pairs),
            ])?;
        }
        Ok(())
    })
}

/// The routes of all pairs across sites, by the names of the two sites.
pub fn routes(findings: &ScanResult) -> Vec<Route> {
    let catalog = &findings.catalog;
    // What was reworded is likely, not sure, and shares no words to measure: it is no republishing.
    let across = |pair: &&ReportedPair| {
        pair.relation != Relation::Reworded && catalog.cross_site(pair.a, pair.b) == Some(true)
    };
    let mut pairs: BTreeMap<(SiteNo, SiteNo), Vec<&ReportedPair>> = BTreeMap::new();
    for pair in findings.pairs.iter().filter(across) {
        // Site numbers go by name.
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

/// The middle value, or the mean of the middle two.
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
    fn medians() {
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

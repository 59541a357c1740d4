//! The site network: who copies whom, a row for every two sites that share a pair, by name of the two.
//!
//! The source is the site of the pair's `a`, its earlier document. Where dates are missing or equal that order is only the order of
//! the ids; `median_lag_hours` is then empty or 0, and the row says that the two share copy, not who was first.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::moment;
use super::table::{Cell, TableFormat};
use crate::catalog::SiteNo;
use crate::pipeline::Findings;

/// The columns; their order is a promise, new ones go to the end.
pub const COLUMNS: [&str; 6] = [
    "source_site",
    "copy_site",
    "pairs",
    "clusters",
    "median_lag_hours",
    "median_containment",
];

/// What one site took from another.
#[derive(Default)]
struct Link {
    clusters: BTreeSet<u32>,
    lags: Vec<f64>,
    /// Share of each copy's shingles that stand in its source.
    containments: Vec<f64>,
}

/// Writes the report.
///
/// # Errors
/// Those of `out`.
pub fn write(findings: &Findings, format: TableFormat, out: &mut impl Write) -> io::Result<()> {
    let catalog = &findings.catalog;
    format.write(&COLUMNS, out, |rows| {
        for ((source, copy), link) in links(findings) {
            rows.row(&[
                Cell::Text(catalog.site_name(source)),
                Cell::Text(catalog.site_name(copy)),
                Cell::Count(link.containments.len() as u64),
                Cell::Count(link.clusters.len() as u64),
                Cell::known(median(link.lags), Cell::Hours),
                Cell::known(median(link.containments), Cell::Score),
            ])?;
        }
        Ok(())
    })
}

/// The links of all pairs across sites, by source and copy; site numbers go by name.
fn links(findings: &Findings) -> BTreeMap<(SiteNo, SiteNo), Link> {
    let catalog = &findings.catalog;
    let mut links: BTreeMap<_, Link> = BTreeMap::new();
    for pair in findings
        .pairs
        .iter()
        .filter(|pair| catalog.cross_site(pair.a, pair.b) == Some(true))
    {
        let link = links
            .entry((catalog.site(pair.a), catalog.site(pair.b)))
            .or_default();
        link.clusters.insert(pair.cluster);
        link.lags.extend(moment::hours_between(
            catalog.published(pair.a),
            catalog.published(pair.b),
        ));
        link.containments.push(pair.containment_b);
    }
    links
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

//! The figures of the page: histograms of scores, and the sites that share copy as a matrix and as
//! a network.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::fmt::Write as _;

use super::data;
use crate::catalog::SiteNo;
use crate::cluster::{Relation, ReportedPair};
use crate::pipeline::ScanResult;
use crate::report::sites::{self, Route};
use crate::text::escaping;

/// Number of columns of a histogram, from 0 to 1.
const BINS: usize = 20;

/// Most sites of the matrix and the network; more are not readable.
const SITES: usize = 20;

/// Most routes of the network; more are not readable.
const ROUTES: usize = 60;

/// Most characters that are shown of the name of a site.
const NAME: usize = 40;

/// Number of pairs by score.
pub(super) struct Histogram {
    pub title: &'static str,
    pub note: &'static str,
    pub bars: Vec<Bar>,
    /// Number of pairs of the highest column.
    pub most: u64,
}

/// The pairs of one relation in one column, as a rectangle in a drawing of 400 by 120.
pub(super) struct Bar {
    pub relation: &'static str,
    pub pairs: u64,
    pub from: String,
    pub until: String,
    pub x: usize,
    pub y: String,
    pub height: String,
}

/// The sites with the most pairs across sites.
pub(super) struct SiteFigures {
    pub names: Vec<String>,
    /// The same names as the data of the script has them.
    pub data_names: Vec<String>,
    /// Number of sites that are not shown.
    pub left_out: usize,
    /// A row for each site as the earlier one, with a cell for each site as the later one.
    pub rows: Vec<Vec<Option<MatrixCell>>>,
    pub nodes: Vec<NetworkNode>,
    pub edges: Vec<NetworkEdge>,
}

/// The pairs of two sites.
pub(super) struct MatrixCell {
    pub pairs: u64,
    pub clusters: u64,
    /// Median of the hours between the two documents, if known.
    pub lag: Option<String>,
    /// Number of pairs whose dates show which document was first.
    pub ordered: u64,
    /// Shade from 1 to 5, by number of pairs.
    pub shade: u32,
}

/// A site in the network.
pub(super) struct NetworkNode {
    pub name: String,
    pub x: String,
    pub y: String,
    pub radius: String,
    pub label_x: String,
    pub label_y: String,
    pub anchor: &'static str,
}

/// A route in the network.
pub(super) struct NetworkEdge {
    pub path: String,
    pub width: String,
    /// True if dates show the direction.
    pub told: bool,
    pub title: String,
}

/// The histograms of all pairs.
pub(super) fn histograms(pairs: &[ReportedPair], relations: &[Relation]) -> Vec<Histogram> {
    vec![
        histogram(
            "Jaccard",
            "shingles in both documents as a share of those in either",
            pairs,
            relations,
            |pair| pair.jaccard,
        ),
        histogram(
            "Containment",
            "share of one document that the other contains, the larger of the two",
            pairs,
            relations,
            |pair| pair.containment_a.max(pair.containment_b),
        ),
    ]
}

fn histogram(
    title: &'static str,
    note: &'static str,
    pairs: &[ReportedPair],
    relations: &[Relation],
    score: impl Fn(&ReportedPair) -> f64,
) -> Histogram {
    let mut counts = vec![vec![0_u64; relations.len()]; BINS];
    for pair in pairs {
        let bin = (score(pair) * BINS as f64) as usize;
        let relation = relations.iter().position(|&known| known == pair.relation);
        if let Some(relation) = relation {
            counts[bin.min(BINS - 1)][relation] += 1;
        }
    }
    let most = counts.iter().map(|bin| bin.iter().sum()).max().unwrap_or(0);
    let mut bars = Vec::new();
    for (bin, counts) in counts.iter().enumerate() {
        let mut below = 0;
        for (relation, &pairs) in relations.iter().zip(counts) {
            if pairs > 0 {
                let high = |pairs: u64| 120.0 * pairs as f64 / most as f64;
                below += pairs;
                bars.push(Bar {
                    relation: relation.name(),
                    pairs,
                    from: format!("{:.2}", bin as f64 / BINS as f64),
                    until: format!("{:.2}", (bin + 1) as f64 / BINS as f64),
                    x: bin * 400 / BINS,
                    y: format!("{:.1}", 120.0 - high(below)),
                    height: format!("{:.1}", high(pairs)),
                });
            }
        }
    }
    Histogram {
        title,
        note,
        bars,
        most,
    }
}

/// The matrix and the network of the sites.
pub(super) fn sites(findings: &ScanResult) -> SiteFigures {
    let routes = sites::routes(sites::pairs_across(findings));
    let mut pairs: BTreeMap<SiteNo, u64> = BTreeMap::new();
    for route in &routes {
        for site in [route.source, route.copy] {
            *pairs.entry(site).or_default() += route.pairs;
        }
    }
    let mut shown: Vec<SiteNo> = pairs.keys().copied().collect();
    shown.sort_by_key(|site| (Reverse(pairs[site]), *site));
    let left_out = shown.len().saturating_sub(SITES);
    shown.truncate(SITES);
    let place = |site| shown.iter().position(|&other| other == site);
    let mut routes: Vec<ShownRoute<'_>> = routes
        .iter()
        .filter_map(|route| Some((place(route.source)?, place(route.copy)?, route)))
        .collect();
    routes.sort_by_key(|&(from, to, route)| (Reverse(route.pairs), from, to));

    let named = |most: usize| -> Vec<String> {
        let names = shown.iter().map(|&site| findings.catalog.site_name(site));
        names.map(|name| escaping::field(name, most)).collect()
    };
    let names = named(NAME);
    let most = routes.first().map_or(1, |(_, _, route)| route.pairs);
    let busiest = shown.first().map_or(1, |site| pairs[site]);
    let node = |(at, site): (usize, &SiteNo)| {
        let radius = 3.0 + 8.0 * share(pairs[site], busiest);
        node(at, &names, radius)
    };
    let edges = routes.iter().take(ROUTES);
    SiteFigures {
        left_out,
        rows: matrix(names.len(), &routes, most),
        nodes: shown.iter().enumerate().map(node).collect(),
        edges: edges.map(|route| edge(route, &names, most)).collect(),
        data_names: named(data::NAME),
        names,
    }
}

/// A route with the positions of its two sites among those that are shown.
type ShownRoute<'a> = (usize, usize, &'a Route);

/// The rows of the matrix; `most` is the largest number of pairs of a route.
fn matrix(sites: usize, routes: &[ShownRoute<'_>], most: u64) -> Vec<Vec<Option<MatrixCell>>> {
    let mut rows: Vec<Vec<Option<MatrixCell>>> = Vec::new();
    rows.resize_with(sites, || {
        std::iter::repeat_with(|| None).take(sites).collect()
    });
    for &(from, to, route) in routes {
        rows[from][to] = Some(MatrixCell {
            pairs: route.pairs,
            clusters: route.clusters,
            lag: route.median_lag_hours.map(|hours| format!("{hours:.1}")),
            ordered: route.ordered_pairs,
            shade: 1 + (4.0 * share(route.pairs, most)).round() as u32,
        });
    }
    rows
}

fn node(at: usize, names: &[String], radius: f64) -> NetworkNode {
    let (x, y) = on_circle(at, names.len(), 150.0);
    let (label_x, label_y) = on_circle(at, names.len(), 168.0);
    NetworkNode {
        name: names[at].clone(),
        x: format!("{x:.1}"),
        y: format!("{y:.1}"),
        radius: format!("{radius:.1}"),
        anchor: match label_x {
            x if x > 1.0 => "start",
            x if x < -1.0 => "end",
            _ => "middle",
        },
        label_x: format!("{label_x:.1}"),
        label_y: format!("{:.1}", label_y + 4.0),
    }
}

fn edge(&(from, to, route): &ShownRoute<'_>, names: &[String], most: u64) -> NetworkEdge {
    let ((x, y), (to_x, to_y)) = (
        on_circle(from, names.len(), 150.0),
        on_circle(to, names.len(), 146.0),
    );
    // Bent to the right, so that the two directions between two sites do not overlap.
    let (bend_x, bend_y) = (
        (x + to_x) * 0.25 - (to_y - y) * 0.1,
        (y + to_y) * 0.25 + (to_x - x) * 0.1,
    );
    let way = if route.ordered_pairs > 0 {
        "→"
    } else {
        "and"
    };
    let mut title = format!("{} {way} {}: {} pairs", names[from], names[to], route.pairs);
    if route.ordered_pairs > 0 {
        let _ = write!(title, ", {} known to be in this order", route.ordered_pairs);
    }
    if let Some(lag) = route.median_lag_hours {
        let _ = write!(title, ", median lag {lag:.1} h");
    }
    NetworkEdge {
        path: format!("M{x:.1} {y:.1}Q{bend_x:.1} {bend_y:.1} {to_x:.1} {to_y:.1}"),
        width: format!("{:.1}", 1.0 + 5.0 * share(route.pairs, most)),
        told: route.ordered_pairs > 0,
        title,
    }
}

/// Share of the most, with the square root taken so that small numbers stay visible.
fn share(pairs: u64, most: u64) -> f64 {
    (pairs as f64 / most as f64).sqrt()
}

/// A position among others on a circle, clockwise from the right.
fn on_circle(at: usize, among: usize, radius: f64) -> (f64, f64) {
    let angle = TAU * (at as f64) / among as f64;
    (radius * angle.cos(), radius * angle.sin())
}

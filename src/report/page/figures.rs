//! The figures of the page: histograms of scores, and who shares copy with whom as a matrix and as a network.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::fmt::Write as _;

use crate::catalog::SiteNo;
use crate::cluster::{Relation, ReportedPair};
use crate::pipeline::ScanResult;
use crate::report::sites::{self, Route};
use crate::text::escaping;

/// Bars of a histogram, from 0 to 1.
const BINS: usize = 20;

/// Sites of the matrix and the network: more cannot be read.
const SITES: usize = 20;

/// Routes that are drawn: more are a ball of wool.
const ROUTES: usize = 60;

/// Characters that are shown of a site's name.
const NAME: usize = 40;

/// How many pairs have which score.
pub struct Histogram {
    pub title: &'static str,
    pub note: &'static str,
    pub bars: Vec<Bar>,
    /// Pairs of the highest column.
    pub most: u64,
}

/// The pairs of one relation in one column, as a rectangle in a field of 400 by 120.
pub struct Bar {
    pub relation: &'static str,
    pub pairs: u64,
    pub from: String,
    pub until: String,
    pub x: usize,
    pub y: String,
    pub height: String,
}

/// The sites of most pairs across sites.
pub struct Sites {
    pub names: Vec<String>,
    /// Sites that are not among them.
    pub left_out: usize,
    /// For each site as the earlier one, those of the others as the later one.
    pub rows: Vec<Vec<Option<Cell>>>,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

/// What one site shares with another.
pub struct Cell {
    pub pairs: u64,
    pub clusters: u64,
    /// Hours, if they are known.
    pub lag: Option<String>,
    /// Pairs whose dates tell who was first.
    pub ordered: u64,
    /// 1 to 5, by pairs.
    pub shade: u32,
}

/// A site in the network.
pub struct Node {
    pub name: String,
    pub x: String,
    pub y: String,
    pub radius: String,
    pub label_x: String,
    pub label_y: String,
    pub anchor: &'static str,
}

/// A route in the network.
pub struct Edge {
    pub path: String,
    pub width: String,
    pub told: bool,
    pub title: String,
}

/// The histograms of all pairs.
pub fn histograms(pairs: &[ReportedPair], relations: &[Relation]) -> Vec<Histogram> {
    vec![
        histogram(
            "Jaccard",
            "shingles in both, of those in either",
            pairs,
            relations,
            |pair| pair.jaccard,
        ),
        histogram(
            "Containment",
            "share of one document that stands in the other, whichever is more",
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
pub fn sites(findings: &ScanResult) -> Sites {
    let routes = sites::routes(findings);
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
    let mut routes: Vec<(usize, usize, &Route)> = routes
        .iter()
        .filter_map(|route| Some((place(route.source)?, place(route.copy)?, route)))
        .collect();
    routes.sort_by_key(|&(from, to, route)| (Reverse(route.pairs), from, to));

    let name = |site: &SiteNo| escaping::field(findings.catalog.site_name(*site), NAME);
    let names: Vec<String> = shown.iter().map(name).collect();
    let most = routes.first().map_or(1, |(_, _, route)| route.pairs);
    let mut rows: Vec<Vec<Option<Cell>>> = Vec::new();
    rows.resize_with(names.len(), || {
        std::iter::repeat_with(|| None).take(names.len()).collect()
    });
    for &(from, to, route) in &routes {
        rows[from][to] = Some(Cell {
            pairs: route.pairs,
            clusters: route.clusters,
            lag: route.median_lag_hours.map(|hours| format!("{hours:.1}")),
            ordered: route.ordered_pairs,
            shade: 1 + (4.0 * share(route.pairs, most)).round() as u32,
        });
    }
    let busiest = shown.first().map_or(1, |site| pairs[site]);
    let nodes = (0..names.len()).map(|at| {
        let (x, y) = on_circle(at, names.len(), 150.0);
        let (label_x, label_y) = on_circle(at, names.len(), 168.0);
        Node {
            name: names[at].clone(),
            x: format!("{x:.1}"),
            y: format!("{y:.1}"),
            radius: format!("{:.1}", 3.0 + 8.0 * share(pairs[&shown[at]], busiest)),
            anchor: match label_x {
                x if x > 1.0 => "start",
                x if x < -1.0 => "end",
                _ => "middle",
            },
            label_x: format!("{label_x:.1}"),
            label_y: format!("{:.1}", label_y + 4.0),
        }
    });
    let edge = |&(from, to, route): &(usize, usize, &Route)| {
        let ((x, y), (to_x, to_y)) = (
            on_circle(from, names.len(), 150.0),
            on_circle(to, names.len(), 146.0),
        );
        // Bent to the right of the way, so that both directions are seen.
        let (bend_x, bend_y) = (
            (x + to_x) * 0.25 - (to_y - y) * 0.1,
            (y + to_y) * 0.25 + (to_x - x) * 0.1,
        );
        let mut title = format!("{} → {}: {} pairs", names[from], names[to], route.pairs);
        if let Some(lag) = route.median_lag_hours {
            let _ = write!(title, ", {lag:.1} h later");
        }
        Edge {
            path: format!("M{x:.1} {y:.1}Q{bend_x:.1} {bend_y:.1} {to_x:.1} {to_y:.1}"),
            width: format!("{:.1}", 1.0 + 5.0 * share(route.pairs, most)),
            told: route.ordered_pairs > 0,
            title,
        }
    };
    Sites {
        left_out,
        rows,
        nodes: nodes.collect(),
        edges: routes.iter().take(ROUTES).map(edge).collect(),
        names,
    }
}

/// How much that is of the most, so that small ones are seen too.
fn share(pairs: u64, most: u64) -> f64 {
    (pairs as f64 / most as f64).sqrt()
}

/// A place among others on a circle, clockwise from the right, half a step down so that two stand side by side.
fn on_circle(at: usize, among: usize, radius: f64) -> (f64, f64) {
    let angle = TAU * (at as f64) / among as f64;
    (radius * angle.cos(), radius * angle.sin())
}

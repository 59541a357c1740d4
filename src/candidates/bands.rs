//! Candidates by buckets: pairs whose signatures agree in a band.
//!
//! Each band is sorted by hash on its own (no hash map of buckets); documents of one hash are a bucket. In a bucket of up to [`HOT_BUCKET`]
//! documents every pair is a candidate. A hotter one (pages of one skeleton, say) costs linear work: each of its documents meets a
//! [leader](Round::Leaders) of the bucket and, if that was no match, its [neighbours](Round::Neighbours) in time; what is left out is counted. Documents
//! that so turn out to be of one big family are not compared with each other any more.

use std::collections::HashSet;

use rayon::prelude::*;

use super::{Distinct, Pair, union};
use crate::catalog::{Catalog, DocNo, NO_SITE};

/// Most documents of a bucket in which every pair is compared: 32,640 pairs, some 30 ms of verification.
pub const HOT_BUCKET: usize = 256;

/// How many of the documents just before it in a hot bucket a document meets if it matched no leader.
pub const NEIGHBOURS: usize = 2;

/// A bucket of more than [`HOT_BUCKET`] documents, in canonical order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotBucket {
    /// Its documents.
    pub documents: Vec<DocNo>,
}

/// Whom the documents of a hot bucket meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// The bucket's first document, or the first from another site, whichever is wanted first.
    Leaders,
    /// The [`NEIGHBOURS`] documents before it, for those that no leader took into its family.
    Neighbours,
}

/// The distinct pairs of `documents` (sorted) that share at least one of the buckets of up to `largest` documents, in order, but for those that
/// `skip` says.
pub fn from_bands(
    catalog: &Catalog,
    documents: &[DocNo],
    bands: usize,
    largest: usize,
    skip: &(dyn Fn(Pair) -> bool + Sync),
) -> Vec<Pair> {
    let gather = |mut distinct: Distinct, band| {
        let sorted = sorted_band(catalog, documents, band);
        for bucket in buckets(&sorted).filter(|bucket| bucket.len() <= largest) {
            for (at, &b) in bucket.iter().enumerate() {
                let pairs = bucket[..at].iter().map(|&a| Pair {
                    a: doc(a),
                    b: doc(b),
                });
                pairs
                    .filter(|&pair| !skip(pair))
                    .for_each(|pair| distinct.push(pair));
            }
        }
        distinct
    };
    (0..bands)
        .into_par_iter()
        .fold(Distinct::default, gather)
        .map(Distinct::finish)
        .reduce(Vec::new, union)
}

/// The hot buckets of each band.
pub fn hot_buckets(catalog: &Catalog, documents: &[DocNo], bands: usize) -> Vec<Vec<HotBucket>> {
    let hot = |band| {
        let sorted = sorted_band(catalog, documents, band);
        let hot = buckets(&sorted).filter(|bucket| bucket.len() > HOT_BUCKET);
        hot.map(|bucket| HotBucket {
            documents: bucket.iter().map(|&key| doc(key)).collect(),
        })
        .collect()
    };
    (0..bands).into_par_iter().map(hot).collect()
}

impl HotBucket {
    /// The pairs to compare in this round: wanted ones that were not compared before, of documents of different families. One document meets
    /// a leader for its whole family.
    pub fn pairs(
        &self,
        catalog: &Catalog,
        round: Round,
        family: &dyn Fn(DocNo) -> usize,
        wanted: &dyn Fn(Pair) -> bool,
        compared: &HashSet<Pair>,
    ) -> Vec<Pair> {
        let documents = &self.documents;
        let first = documents[0];
        let elsewhere = documents
            .iter()
            .copied()
            .find(|&doc| ![NO_SITE, catalog.site(first)].contains(&catalog.site(doc)));
        let mut pairs = Vec::new();
        let mut sent = HashSet::new();
        for (at, &b) in documents.iter().enumerate() {
            let leaders = [Some(first), elsewhere]
                .into_iter()
                .flatten()
                .filter(|&leader| leader != b);
            let mut leaders = leaders
                .map(|leader| Pair::of(leader, b))
                .filter(|&pair| wanted(pair));
            let leader = leaders.next();
            let apart = |pair: Pair| family(pair.a) != family(pair.b);
            match round {
                Round::Leaders => {
                    let families = |pair: &Pair| (family(pair.a), family(pair.b));
                    pairs
                        .extend(leader.filter(|&pair| apart(pair) && sent.insert(families(&pair))));
                }
                Round::Neighbours if leader.is_none_or(apart) => {
                    let neighbours = documents[at.saturating_sub(NEIGHBOURS)..at]
                        .iter()
                        .map(|&a| Pair { a, b });
                    pairs.extend(neighbours.filter(|&pair| wanted(pair) && apart(pair)));
                }
                Round::Neighbours => {}
            }
        }
        pairs.retain(|pair| !compared.contains(pair));
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// The documents in order of their hash in a band, the hash above the number. Stable, so canonical order holds within a bucket.
fn sorted_band(catalog: &Catalog, documents: &[DocNo], band: usize) -> Vec<u64> {
    let mut sorted: Vec<u64> = documents
        .iter()
        .map(|&doc| u64::from(catalog.band(doc, band)) << 32 | u64::from(doc.0))
        .collect();
    radsort::sort_by_key(&mut sorted, |&key| (key >> 32) as u32);
    sorted
}

fn buckets(sorted: &[u64]) -> impl Iterator<Item = &[u64]> {
    sorted
        .chunk_by(|x, y| x >> 32 == y >> 32)
        .filter(|bucket| bucket.len() > 1)
}

fn doc(key: u64) -> DocNo {
    DocNo(key as u32)
}

//! Candidates by buckets: pairs whose signatures agree in a band.
//!
//! Each band is sorted by hash on its own (no hash map of buckets); documents of one hash are a bucket. In a bucket of up to [`HOT_BUCKET`]
//! documents every pair is a candidate. A hotter one (pages of one skeleton, say) costs linear work: each of its documents meets a
//! [leader](Round::Leaders) of the bucket and, if that was no match, its [neighbours](Round::Neighbours) in time; what is left out is counted. Documents
//! that so turn out to be of one big family are not compared with each other any more.

use std::collections::HashSet;

use rayon::prelude::*;

use super::{Among, Distinct, Sieve, union};
use crate::catalog::{Catalog, DocNo, DocPair, NO_SITE};
use crate::error::ReadError;

/// Most documents of a bucket in which every pair is compared: 32,640 pairs, some 30 ms of verification.
pub const HOT_BUCKET: usize = 256;

/// How many of the documents just before it in a hot bucket a document meets if it matched no leader.
pub const NEIGHBOURS: usize = 2;

/// Bytes of hashes that are sorted at a time, about: ten million documents take a band or two.
const BYTES_AT_A_TIME: usize = 128 << 20;

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

/// The distinct pairs of documents that share at least one of the buckets of up to `largest` documents, in order, but for those that
/// `skip` says.
///
/// # Errors
/// When hashes that were put away cannot be read back.
pub fn from_bands(
    among: Among<'_>,
    bands: usize,
    largest: usize,
    skip: &(dyn Fn(DocPair) -> bool + Sync),
) -> Result<Vec<DocPair>, ReadError> {
    let pairs = each_band(among, bands, |sorted| {
        let mut distinct = Distinct::default();
        for bucket in buckets(&sorted).filter(|bucket| bucket.len() <= largest) {
            for (at, &b) in bucket.iter().enumerate() {
                let pairs = bucket[..at].iter().map(|&a| DocPair {
                    a: doc(a),
                    b: doc(b),
                });
                pairs
                    .filter(|&pair| !skip(pair))
                    .for_each(|pair| distinct.push(pair));
            }
        }
        distinct.finish()
    })?;
    Ok(union(pairs.concat(), Vec::new()))
}

/// The hot buckets of each band.
///
/// # Errors
/// When hashes that were put away cannot be read back.
pub fn hot_buckets(among: Among<'_>, bands: usize) -> Result<Vec<Vec<HotBucket>>, ReadError> {
    each_band(among, bands, |sorted| {
        let hot = buckets(&sorted).filter(|bucket| bucket.len() > HOT_BUCKET);
        hot.map(|bucket| HotBucket {
            documents: bucket.iter().map(|&key| doc(key)).collect(),
        })
        .collect()
    })
}

impl HotBucket {
    /// The pairs to compare in this round: wanted ones that were not compared before, of documents of different families. One document meets
    /// a leader for its whole family.
    pub fn pairs(
        &self,
        catalog: &Catalog,
        round: Round,
        family: &dyn Fn(DocNo) -> usize,
        wanted: &dyn Fn(DocPair) -> bool,
        compared: &HashSet<DocPair>,
    ) -> Vec<DocPair> {
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
                .map(|leader| DocPair::of(leader, b))
                .filter(|&pair| wanted(pair));
            let leader = leaders.next();
            let apart = |pair: DocPair| family(pair.a) != family(pair.b);
            match round {
                Round::Leaders => {
                    let families = |pair: &DocPair| (family(pair.a), family(pair.b));
                    pairs
                        .extend(leader.filter(|&pair| apart(pair) && sent.insert(families(&pair))));
                }
                Round::Neighbours if leader.is_none_or(apart) => {
                    let neighbours = documents[at.saturating_sub(NEIGHBOURS)..at]
                        .iter()
                        .map(|&a| DocPair { a, b });
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

/// What `work` makes of each band: the documents in order of their hash, which stands above the number, then canonical order. Where only some
/// documents ask, those are left out that can be in no bucket with them.
fn each_band<R: Send>(
    among: Among<'_>,
    bands: usize,
    work: impl Fn(Vec<u64>) -> R + Sync,
) -> Result<Vec<R>, ReadError> {
    let (catalog, documents) = (among.catalog, among.documents);
    let hashes = catalog.bands(documents);
    let bytes_a_band = size_of::<u64>() * documents.len().max(1);
    let at_a_time =
        (among.bytes_a_round.min(BYTES_AT_A_TIME) / bytes_a_band).clamp(1, bands.max(1));
    let mut results = Vec::with_capacity(bands);
    for first in (0..bands).step_by(at_a_time) {
        let those = first..bands.min(first + at_a_time);
        let sieves = match among.asking {
            None => Vec::new(),
            Some(asking) => {
                let mut asked = vec![Vec::new(); those.len()];
                let reading = catalog.bands(asking);
                for piece in 0..reading.pieces() {
                    reading.read(piece, &mut |_, list| {
                        let list = list.get(those.clone()).unwrap_or_default();
                        let each = asked.iter_mut().zip(list);
                        each.for_each(|(asked, &hash)| asked.push(hash));
                    })?;
                }
                let sieve = |hashes: Vec<u32>| Sieve::of(hashes.into_iter());
                asked.into_iter().map(sieve).collect()
            }
        };
        let gather = |piece: usize| -> Result<Vec<Vec<u64>>, ReadError> {
            let mut keys = vec![Vec::new(); those.len()];
            hashes.read(piece, &mut |number, list| {
                let doc = documents[number as usize];
                let list = list.get(those.clone()).unwrap_or_default();
                for (at, (keys, &hash)) in keys.iter_mut().zip(list).enumerate() {
                    if sieves.get(at).is_none_or(|sieve: &Sieve| sieve.holds(hash)) {
                        keys.push(u64::from(hash) << 32 | u64::from(doc.0));
                    }
                }
            })?;
            Ok(keys)
        };
        let pieces: Vec<Vec<Vec<u64>>> = (0..hashes.pieces())
            .into_par_iter()
            .map(gather)
            .collect::<Result<_, ReadError>>()?;
        let band = |band: usize| {
            let keys: Vec<&[u64]> = pieces.iter().map(|keys| &keys[band][..]).collect();
            let mut keys = keys.concat();
            if !hashes.in_order() {
                radsort::sort_by_key(&mut keys, |&key| key as u32);
            }
            // Stable, so canonical order holds within a bucket.
            radsort::sort_by_key(&mut keys, |&key| (key >> 32) as u32);
            work(keys)
        };
        results.par_extend((0..those.len()).into_par_iter().map(band));
    }
    Ok(results)
}

fn buckets(sorted: &[u64]) -> impl Iterator<Item = &[u64]> {
    sorted
        .chunk_by(|x, y| x >> 32 == y >> 32)
        .filter(|bucket| bucket.len() > 1)
}

fn doc(key: u64) -> DocNo {
    DocNo(key as u32)
}

//! Candidates by bands: pairs of documents whose signatures agree in a band.
//!
//! The documents with one hash in a band are a bucket. Each band is sorted by hash, which takes
//! less time and memory than a hash map of buckets. In a bucket of up to [`HOT_BUCKET`] documents
//! every pair is a candidate. A larger bucket is *hot*: thousands of pages with the same skeleton,
//! say. It costs linear work, because there are two [rounds](Round) in which each of its documents
//! is compared with a few others: with a leader of the bucket, then with its neighbours.
//! Documents that turn out to be of one big family are not compared with each other any more. The
//! pairs left out are counted. A very large bucket is cut into [pieces](HotBucket::pieces), so that
//! no machine has to hold all of it.
//!
//! If pairs are looked for between two [sides](Sides) only, a bucket is hot if it has more of these
//! pairs than a bucket of [`HOT_BUCKET`] documents has otherwise.

use std::collections::HashSet;
use std::ops::Range;

use rayon::prelude::*;

use super::distinct_pairs::{DistinctPairs, union};
use super::scope::{SearchScope, Sides, count_pairs, each_pair};
use super::sieve::Sieve;
use crate::catalog::{Catalog, DocNo, DocPair, NO_SITE, pairs_of};
use crate::error::ReadError;
use crate::storage::lists::ListReader;

/// Most documents of a bucket in which every pair is compared: 32,640 pairs, some 30 ms of
/// verification.
pub const HOT_BUCKET: usize = 256;

/// Number of documents just before it in a hot bucket that a document is compared with.
pub const NEIGHBOURS: usize = 2;

/// Most documents of a [piece](HotBucket::pieces) of a hot bucket.
pub const PIECE: usize = 1 << 16;

/// Bytes of hashes that are sorted at a time, about: one or two bands of ten million documents.
const BYTES_AT_A_TIME: usize = 128 << 20;

/// A bucket of more than [`HOT_BUCKET`] documents, in canonical order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotBucket {
    /// Its documents.
    pub documents: Vec<DocNo>,
}

/// The two rounds in which documents of hot buckets are compared. Each takes the buckets of all
/// bands together. Near pairs of the first join families before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// With the first document of the bucket or the first one of another site, on either side: the
    /// first of these that makes a wanted pair. One document of each family is enough.
    Leaders,
    /// With the [`NEIGHBOURS`] documents before it.
    Neighbours,
}

impl HotBucket {
    /// The bucket in pieces that are handled apart, each with the first document of the bucket and
    /// up to `size` of the others, in order. A bucket that is not larger is its only piece.
    pub fn pieces(self, size: usize) -> Vec<HotBucket> {
        match &self.documents[..] {
            [first, others @ ..] if others.len() > size => {
                let piece = |others: &[DocNo]| HotBucket {
                    documents: [std::slice::from_ref(first), others].concat(),
                };
                others.chunks(size).map(piece).collect()
            }
            _ => vec![self],
        }
    }

    /// The pairs to compare in a round: wanted ones of different families.
    ///
    /// They follow from the documents of this piece, their sites and sides, and the families as
    /// they are when the round begins. Neither other buckets nor the comparisons of the round have
    /// an effect, so the pieces of a round can be handled in any order and on several machines. A
    /// piece of `n` documents has at most `n` pairs in the first round and [`NEIGHBOURS`]` * n` in
    /// the second; other buckets can have the same ones.
    pub fn pairs(
        &self,
        catalog: &Catalog,
        round: Round,
        family: &dyn Fn(DocNo) -> usize,
        wanted: &dyn Fn(DocPair) -> bool,
    ) -> Vec<DocPair> {
        let families = |pair: DocPair| (family(pair.a), family(pair.b));
        let are_apart = |pair: &DocPair| family(pair.a) != family(pair.b);
        match round {
            Round::Leaders => {
                let leaders = self.leaders(catalog);
                let with_leader = |&doc: &DocNo| {
                    let others = leaders.iter().filter(|&&leader| leader != doc);
                    let mut pairs = others.map(|&leader| DocPair::of(leader, doc));
                    pairs.find(|&pair| wanted(pair))
                };
                let mut families_sent = HashSet::new();
                let pairs = self.documents.iter().filter_map(with_leader);
                pairs
                    .filter(are_apart)
                    .filter(|&pair| families_sent.insert(families(pair)))
                    .collect()
            }
            Round::Neighbours => {
                let with_neighbours = |(at, &b): (usize, &DocNo)| {
                    let neighbours = &self.documents[at.saturating_sub(NEIGHBOURS)..at];
                    neighbours.iter().map(move |&a| DocPair { a, b })
                };
                let pairs = self.documents.iter().enumerate().flat_map(with_neighbours);
                pairs
                    .filter(|pair| wanted(*pair) && are_apart(pair))
                    .collect()
            }
        }
    }

    /// The first document, and the first one of another site; the same for each side, if there
    /// are reference documents.
    fn leaders(&self, catalog: &Catalog) -> Vec<DocNo> {
        let mut leaders = Vec::new();
        for is_reference in [false, true] {
            let of_side = |&&doc: &&DocNo| catalog.is_reference(doc) == is_reference;
            let mut side = self.documents.iter().filter(of_side);
            let Some(&first) = side.next() else { continue };
            let not_elsewhere = [NO_SITE, catalog.site(first)];
            let is_elsewhere = |&&doc: &&DocNo| !not_elsewhere.contains(&catalog.site(doc));
            leaders.push(first);
            leaders.extend(side.find(is_elsewhere));
        }
        leaders
    }
}

/// The distinct pairs of documents that share a bucket of up to `largest` documents, in order,
/// without those that `skip` returns true for.
///
/// # Errors
/// When hashes on disk cannot be read back.
pub fn from_bands(
    scope: SearchScope<'_>,
    bands: usize,
    largest: usize,
    skip: &(dyn Fn(DocPair) -> bool + Sync),
) -> Result<Vec<DocPair>, ReadError> {
    let pairs = each_band(scope, bands, |sorted| {
        let mut distinct = DistinctPairs::default();
        for bucket in buckets(&sorted).filter(|bucket| !is_larger(scope.sides, bucket, largest)) {
            each_pair(scope.sides, bucket.iter().map(|&key| doc(key)), |pair| {
                if !skip(pair) {
                    distinct.push(pair);
                }
            });
        }
        distinct.finish()
    })?;
    Ok(union(pairs.concat(), Vec::new()))
}

/// The hot buckets of all bands.
///
/// # Errors
/// When hashes on disk cannot be read back.
pub fn hot_buckets(scope: SearchScope<'_>, bands: usize) -> Result<Vec<HotBucket>, ReadError> {
    let hot = each_band(scope, bands, |sorted| {
        let hot = buckets(&sorted).filter(|bucket| is_larger(scope.sides, bucket, HOT_BUCKET));
        let documents = |bucket: &[u64]| bucket.iter().map(|&key| doc(key)).collect();
        hot.map(|bucket| HotBucket {
            documents: documents(bucket),
        })
        .collect::<Vec<HotBucket>>()
    })?;
    Ok(hot.into_iter().flatten().collect())
}

/// The distinct ones of the `pairs` that each hot bucket has, in order.
pub fn from_hot_buckets(
    buckets: &[HotBucket],
    pairs: impl Fn(&HotBucket) -> Vec<DocPair> + Sync,
) -> Vec<DocPair> {
    let gather = |mut distinct: DistinctPairs, bucket: &HotBucket| {
        let pairs = pairs(bucket);
        pairs.into_iter().for_each(|pair| distinct.push(pair));
        distinct
    };
    buckets
        .par_iter()
        .fold(DistinctPairs::default, gather)
        .map(DistinctPairs::finish)
        .reduce(Vec::new, union)
}

/// What some buckets propose: the distinct pairs of the buckets that are not hot, in order, and the
/// pieces of the hot buckets. Each of `buckets` has its documents in canonical order, each once.
pub fn of_buckets<'b>(
    buckets: impl Iterator<Item = &'b [DocNo]>,
    all_pairs: bool,
) -> (Vec<DocPair>, Vec<HotBucket>) {
    let (mut distinct, mut hot) = (DistinctPairs::default(), Vec::new());
    for bucket in buckets.filter(|bucket| bucket.len() > 1) {
        match bucket.len() > HOT_BUCKET && !all_pairs {
            true => {
                let documents = bucket.to_vec();
                hot.extend(HotBucket { documents }.pieces(PIECE));
            }
            false => each_pair(None, bucket.iter().copied(), |pair| distinct.push(pair)),
        }
    }
    (distinct.finish(), hot)
}

/// Results of `work` for each band.
///
/// `work` gets a [`key`] for each document, in order of hash, then in canonical order. If only some
/// documents ask, documents that share no bucket with them are left out.
fn each_band<R: Send>(
    scope: SearchScope<'_>,
    bands: usize,
    work: impl Fn(Vec<u64>) -> R + Sync,
) -> Result<Vec<R>, ReadError> {
    let reading = scope.catalog.bands(scope.documents);
    let bytes_a_band = size_of::<u64>() * scope.documents.len().max(1);
    let bands_at_a_time =
        (scope.bytes_a_round.min(BYTES_AT_A_TIME) / bytes_a_band).clamp(1, bands.max(1));
    let mut results = Vec::with_capacity(bands);
    for first in (0..bands).step_by(bands_at_a_time) {
        let these = first..bands.min(first + bands_at_a_time);
        let sieves = match scope.asking {
            None => Vec::new(),
            Some(asking) => sieves(scope.catalog, asking, these.clone())?,
        };
        let pieces: Vec<Vec<Vec<u64>>> = (0..reading.pieces())
            .into_par_iter()
            .map(|piece| keys(&reading, piece, scope.documents, these.clone(), &sieves))
            .collect::<Result<_, ReadError>>()?;
        let band = |band: usize| {
            let keys: Vec<&[u64]> = pieces.iter().map(|keys| &keys[band][..]).collect();
            let mut keys = keys.concat();
            if !reading.in_order() {
                radsort::sort_by_key(&mut keys, |&key| key as u32);
            }
            // Stable, so canonical order holds within a bucket.
            radsort::sort_by_key(&mut keys, |&key| (key >> 32) as u32);
            work(keys)
        };
        results.par_extend((0..these.len()).into_par_iter().map(band));
    }
    Ok(results)
}

/// Hashes of documents that ask, in each of some bands.
fn sieves(
    catalog: &Catalog,
    asking: &[DocNo],
    bands: Range<usize>,
) -> Result<Vec<Sieve>, ReadError> {
    let mut hashes = vec![Vec::new(); bands.len()];
    let reading = catalog.bands(asking);
    for piece in 0..reading.pieces() {
        reading.read(piece, &mut |_, list| {
            let list = list.get(bands.clone()).unwrap_or_default();
            let each = hashes.iter_mut().zip(list);
            each.for_each(|(hashes, &hash)| hashes.push(hash));
        })?;
    }
    let sieve = |hashes: Vec<u32>| Sieve::new(hashes.into_iter());
    Ok(hashes.into_iter().map(sieve).collect())
}

/// Keys of one piece of a reading in each of some bands: all of them if there are no sieves.
fn keys(
    reading: &ListReader<'_, u32>,
    piece: usize,
    documents: &[DocNo],
    bands: Range<usize>,
    sieves: &[Sieve],
) -> Result<Vec<Vec<u64>>, ReadError> {
    let mut keys = vec![Vec::new(); bands.len()];
    reading.read(piece, &mut |number, list| {
        let doc = documents[number as usize];
        let list = list.get(bands.clone()).unwrap_or_default();
        for (at, (keys, &hash)) in keys.iter_mut().zip(list).enumerate() {
            if sieves.get(at).is_none_or(|sieve| sieve.holds(hash)) {
                keys.push(key(hash, doc));
            }
        }
    })?;
    Ok(keys)
}

/// The runs of at least two keys with the same hash.
fn buckets(sorted: &[u64]) -> impl Iterator<Item = &[u64]> {
    sorted
        .chunk_by(|x, y| x >> 32 == y >> 32)
        .filter(|bucket| bucket.len() > 1)
}

/// True if a bucket makes more pairs than one of `largest` documents does without sides.
fn is_larger(sides: Option<&Sides>, bucket: &[u64], largest: usize) -> bool {
    match sides {
        None => bucket.len() > largest,
        Some(_) => count_pairs(sides, bucket.iter().map(|&key| doc(key))) > pairs_of(largest),
    }
}

/// A hash and a document in one number, which sorts by hash.
fn key(hash: u32, doc: DocNo) -> u64 {
    u64::from(hash) << 32 | u64::from(doc.0)
}

/// Document of a key.
fn doc(key: u64) -> DocNo {
    DocNo(key as u32)
}

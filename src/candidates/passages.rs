//! Candidates by shared passages: documents that have a fingerprint in common, and so most often a run of words.
//!
//! Of up to [`FEW`] documents that share a fingerprint every two are candidates, so two documents that share a passage which stands in
//! no more are compared for sure. A more common passage (a story in three hundred near copies, and the sixty articles that quote it) waits until
//! near-duplicates are known: then one document stands for each of its families, which are its *stories*. Every two of up to [`MOST_STORIES`]
//! are candidates; of more, each meets the first. What is left out so is counted.

use rayon::prelude::*;

use super::{Among, Distinct, Sieve, union};
use crate::catalog::{DocNo, DocPair, pairs_of};
use crate::error::ReadError;
use crate::sketch::winnowing::Fingerprint;
use crate::storage::buckets::{self, Bucket, Entry};

/// Most documents with one fingerprint of which every two are compared: 496 pairs.
pub const FEW: usize = 32;

/// Most stories with one fingerprint of which every two are compared: 2,016 pairs. An official statement is in more.
pub const MOST_STORIES: usize = 64;

/// Of the documents of two stories with a common passage so many pairs are looked at for a wanted one.
const PAIRS_LOOKED_AT: usize = 1 << 12;

/// What documents share.
#[derive(Debug, Default)]
pub struct Shared {
    /// The distinct pairs that share a fingerprint of up to [`FEW`] documents, in order.
    pub pairs: Vec<DocPair>,
    /// The documents of each more common fingerprint, in order; equal lists once.
    pub common: Vec<Vec<DocNo>>,
}

/// What common passages come to once stories are known.
#[derive(Debug, Default)]
pub struct Met {
    /// The distinct pairs to compare, in order.
    pub pairs: Vec<DocPair>,
    /// Passages in more than [`MOST_STORIES`] stories.
    pub bounded: u64,
    /// Stories that the most common passage stands in.
    pub most_stories: u64,
    /// At most so many pairs of documents of two stories share a common passage and are not compared for it.
    pub not_compared: u64,
}

/// Finds what documents share, but for the pairs that `skip` says. Where only some documents ask, what none of them has is left out.
///
/// # Errors
/// When fingerprints that were put away cannot be read back.
pub fn shared(
    among: Among<'_>,
    skip: &(dyn Fn(DocPair) -> bool + Sync),
) -> Result<Shared, ReadError> {
    let (catalog, documents) = (among.catalog, among.documents);
    let of_list =
        |list: &[(Fingerprint, DocNo)], pairs: &mut Distinct, common: &mut Vec<Vec<DocNo>>| {
            if list.len() <= FEW {
                for (at, &(y, b)) in list.iter().enumerate() {
                    let others = list[..at]
                        .iter()
                        .filter(|&&(x, a)| a != b && x.may_share_run(y));
                    others.for_each(|&(_, a)| pairs.push(DocPair::of(a, b)));
                }
                return;
            }
            for side in [Fingerprint::before, Fingerprint::after] {
                each_side(list, side, |holders| {
                    if holders.len() <= FEW {
                        every_two(holders, |pair| pairs.push(pair));
                    } else {
                        common.push(holders.to_vec());
                    }
                });
            }
        };
    let of_bucket = |mut bucket: Bucket<Fingerprint>| {
        let (mut pairs, mut common) = (Distinct::default(), Vec::new());
        let mut list: Vec<(Fingerprint, DocNo)> = Vec::new();
        bucket.sort();
        let runs = bucket.entries.chunk_by(Entry::same_hash);
        for run in runs.filter(|run| run.len() > 1) {
            list.clear();
            list.extend(
                run.iter()
                    .map(|entry| (entry.value, documents[entry.document as usize])),
            );
            of_list(&list, &mut pairs, &mut common);
        }
        (pairs.finish(), common)
    };
    let sieve = match among.asking {
        None => None,
        Some(asking) => {
            let (mut grams, reading) = (Vec::new(), catalog.passages(asking));
            for piece in 0..reading.pieces() {
                reading.read(piece, &mut |_, list| {
                    let list = list.iter().map(|&bits| Fingerprint::from_bits(bits).gram());
                    grams.extend(list);
                })?;
            }
            Some(Sieve::of(grams.into_iter()))
        }
    };
    let entry = |&bits: &u64| {
        let fingerprint = Fingerprint::from_bits(bits);
        let gram = fingerprint.gram();
        let asked = sieve.as_ref().is_none_or(|sieve| sieve.holds(gram));
        asked.then_some((gram, fingerprint))
    };
    let reading = catalog.passages(documents);
    let found = buckets::each(&reading, among.bytes_a_round, entry, of_bucket)?;
    let (pairs, common): (Vec<Vec<DocPair>>, Vec<Vec<Vec<DocNo>>>) = found.into_iter().unzip();
    let mut pairs = union(pairs.concat(), Vec::new());
    let mut common = common.concat();
    // Once a pair, not once a fingerprint that the two share.
    pairs.retain(|&pair| !skip(pair));
    common.par_sort_unstable();
    common.dedup();
    Ok(Shared { pairs, common })
}

/// The pairs that documents of common passages make, `story` being the same for those of one family: for two stories the first pair that is
/// `wanted`, unless it was `met` before.
pub fn between_stories(
    common: &[Vec<DocNo>],
    story: &(dyn Fn(DocNo) -> usize + Sync),
    wanted: &(dyn Fn(DocPair) -> bool + Sync),
    met_before: &(dyn Fn(DocPair) -> bool + Sync),
) -> Met {
    let gather = |(mut pairs, mut met): (Distinct, Met), list: &Vec<DocNo>| {
        let mut by_story: Vec<(usize, DocNo)> = list.iter().map(|&doc| (story(doc), doc)).collect();
        by_story.sort_unstable();
        let mut stories: Vec<Vec<DocNo>> = by_story
            .chunk_by(|x, y| x.0 == y.0)
            .map(|run| run.iter().map(|&(_, doc)| doc).collect())
            .collect();
        stories.sort_unstable();
        let same: u64 = stories.iter().map(|story| pairs_of(story.len())).sum();
        let mut meet = |x: &[DocNo], y: &[DocNo]| {
            let every = x
                .iter()
                .flat_map(|&x| y.iter().map(move |&y| DocPair::of(x, y)));
            let first = every.take(PAIRS_LOOKED_AT).find(|&pair| wanted(pair));
            first
                .into_iter()
                .filter(|&pair| !met_before(pair))
                .for_each(|pair| pairs.push(pair));
        };
        let compared = if stories.len() <= MOST_STORIES {
            for (at, y) in stories.iter().enumerate() {
                stories[..at].iter().for_each(|x| meet(x, y));
            }
            pairs_of(stories.len())
        } else {
            stories[1..]
                .iter()
                .for_each(|other| meet(&stories[0], other));
            met.bounded += 1;
            stories.len() as u64 - 1
        };
        met.most_stories = met.most_stories.max(stories.len() as u64);
        met.not_compared += pairs_of(list.len()) - same - compared;
        (pairs, met)
    };
    common
        .par_iter()
        .fold(<(Distinct, Met)>::default, gather)
        .map(|(pairs, met)| Met {
            pairs: pairs.finish(),
            ..met
        })
        .reduce(Met::default, |x, y| Met {
            pairs: union(x.pairs, y.pairs),
            bounded: x.bounded + y.bounded,
            most_stories: x.most_stories.max(y.most_stories),
            not_compared: x.not_compared + y.not_compared,
        })
}

/// Calls `each` with the documents, two at least and in order, that agree on one side of their gram.
fn each_side(
    list: &[(Fingerprint, DocNo)],
    side: fn(Fingerprint) -> Option<u16>,
    mut each: impl FnMut(&[DocNo]),
) {
    let mut sides: Vec<(u16, DocNo)> = list
        .iter()
        .filter_map(|&(fingerprint, doc)| Some((side(fingerprint)?, doc)))
        .collect();
    sides.sort_unstable();
    sides.dedup();
    let mut holders = Vec::new();
    for same in sides
        .chunk_by(|x, y| x.0 == y.0)
        .filter(|same| same.len() > 1)
    {
        holders.clear();
        holders.extend(same.iter().map(|&(_, doc)| doc));
        each(&holders);
    }
}

fn every_two(documents: &[DocNo], mut each: impl FnMut(DocPair)) {
    for (at, &b) in documents.iter().enumerate() {
        documents[..at]
            .iter()
            .for_each(|&a| each(DocPair::of(a, b)));
    }
}

//! Candidates by passages: documents that have a fingerprint in common, and so most likely a run of
//! words.
//!
//! Of up to [`FEW`] documents with one fingerprint, every two are candidates. So two documents that
//! share a passage are compared if it stands in no more documents than that.
//!
//! A more common passage waits until near-duplicates are known: think of a story in three hundred
//! near copies, and sixty articles that quote it. Then every family of near-duplicates is one
//! *story*, represented by one document. Of up to [`MOST_STORIES`] stories every two are
//! candidates; of more, each is compared with the first. The pairs left out are counted.
//!
//! If pairs are looked for between two [sides](Sides) only, the bound for documents counts these
//! pairs, not those within a side.

use rayon::prelude::*;

use super::distinct_pairs::{DistinctPairs, union};
use super::scope::{SearchScope, Sides, count_pairs, each_pair};
use super::sieve::Sieve;
use crate::catalog::{Catalog, DocNo, DocPair, pairs_of};
use crate::error::ReadError;
use crate::sketch::winnowing::Fingerprint;
use crate::storage::buckets::{self, Bucket, Entry};

/// Most documents with one fingerprint of which every two are compared: 496 pairs.
pub const FEW: usize = 32;

/// Most stories with one fingerprint of which every two are compared: 2,016 pairs. An official
/// statement stands in more.
pub const MOST_STORIES: usize = 64;

/// Most pairs of documents of two stories that are searched for a wanted one.
const PAIRS_LOOKED_AT: usize = 1 << 12;

/// The passages that documents share.
#[derive(Debug, Default)]
pub struct SharedPassages {
    /// The distinct pairs that share a fingerprint of up to [`FEW`] documents, in order.
    pub pairs: Vec<DocPair>,
    /// The documents of each more common fingerprint, in order; equal lists once.
    pub common: Vec<Vec<DocNo>>,
}

/// Candidates from common passages, once stories are known.
#[derive(Debug, Default)]
pub struct StoryPairs {
    /// The distinct pairs to compare, in order.
    pub pairs: Vec<DocPair>,
    /// Number of passages in more than [`MOST_STORIES`] stories.
    pub bounded: u64,
    /// Stories that the most common passage stands in.
    pub most_stories: u64,
    /// Upper bound of the number of pairs of documents of two stories that share a common passage
    /// and are not compared because of it.
    pub not_compared: u64,
}

/// Finds the passages that documents share, without pairs that `skip` returns true for. If only
/// some documents ask, passages that none of them has may be left out.
///
/// # Errors
/// When fingerprints on disk cannot be read back.
pub fn shared(
    scope: SearchScope<'_>,
    skip: &(dyn Fn(DocPair) -> bool + Sync),
) -> Result<SharedPassages, ReadError> {
    let documents = scope.documents;
    let sieve = match scope.asking {
        None => None,
        Some(asking) => Some(grams_of(scope.catalog, asking)?),
    };
    let entry = |&bits: &u64| {
        let fingerprint = Fingerprint::from_bits(bits);
        let gram = fingerprint.gram();
        let is_asked = sieve.as_ref().is_none_or(|sieve| sieve.holds(gram));
        is_asked.then_some((gram, fingerprint))
    };
    let of_bucket = |mut bucket: Bucket<Fingerprint>| {
        let mut gathered = Gathered::of(scope.sides);
        let mut list: Vec<(Fingerprint, DocNo)> = Vec::new();
        bucket.sort();
        let same_gram = bucket.entries.chunk_by(Entry::same_hash);
        for entries in same_gram.filter(|entries| entries.len() > 1) {
            list.clear();
            list.extend(
                entries
                    .iter()
                    .map(|entry| (entry.value, documents[entry.document as usize])),
            );
            gathered.add(&list);
        }
        (gathered.pairs.finish(), gathered.common)
    };
    let reading = scope.catalog.passages(documents);
    let found = buckets::each(&reading, scope.bytes_a_round, entry, of_bucket)?;
    let (pairs, common): (Vec<Vec<DocPair>>, Vec<Vec<Vec<DocNo>>>) = found.into_iter().unzip();
    let mut pairs = union(pairs.concat(), Vec::new());
    // Here, `skip` is called once for each pair, not once for each fingerprint that it shares.
    pairs.retain(|&pair| !skip(pair));
    let mut common = common.concat();
    common.par_sort_unstable();
    common.dedup();
    Ok(SharedPassages { pairs, common })
}

/// Finds the passages that documents share, given all fingerprints of some grams: each with its
/// document, in order of gram.
pub fn shared_of_grams(fingerprints: &[(Fingerprint, DocNo)]) -> SharedPassages {
    let mut gathered = Gathered::of(None);
    let same_gram = fingerprints.chunk_by(|x, y| x.0.gram() == y.0.gram());
    for of_gram in same_gram.filter(|of_gram| of_gram.len() > 1) {
        gathered.add(of_gram);
    }
    let mut common = gathered.common;
    common.sort_unstable();
    common.dedup();
    SharedPassages {
        pairs: gathered.pairs.finish(),
        common,
    }
}

/// The pairs that documents of common passages make: for every two stories the first pair that is
/// `wanted`, unless it was `met_before`.
///
/// `story` returns the same number for all documents of a story. If pairs are looked for between
/// two sides, the first story of each side takes the part of the first one.
pub fn between_stories(
    common: &[Vec<DocNo>],
    sides: Option<&Sides>,
    story: &(dyn Fn(DocNo) -> usize + Sync),
    wanted: &(dyn Fn(DocPair) -> bool + Sync),
    met_before: &(dyn Fn(DocPair) -> bool + Sync),
) -> StoryPairs {
    let gather = |(mut pairs, mut found): (DistinctPairs, StoryPairs), list: &Vec<DocNo>| {
        let stories = by_story(list, story);
        let pairs_among = |story: &[DocNo]| count_pairs(sides, story.iter().copied());
        let of_one_story: u64 = stories.iter().map(|story| pairs_among(story)).sum();
        let mut meet = |x: &[DocNo], y: &[DocNo]| {
            let every = x
                .iter()
                .flat_map(|&x| y.iter().map(move |&y| DocPair::of(x, y)));
            let first = every.take(PAIRS_LOOKED_AT).find(|&pair| wanted(pair));
            if let Some(pair) = first.filter(|&pair| !met_before(pair)) {
                pairs.push(pair);
            }
        };
        let compared = if stories.len() <= MOST_STORIES {
            for (at, y) in stories.iter().enumerate() {
                stories[..at].iter().for_each(|x| meet(x, y));
            }
            pairs_of(stories.len())
        } else {
            let leaders = leading_stories(&stories, sides);
            for &leader in &leaders {
                let others = stories.iter().enumerate().filter(|&(at, _)| at != leader);
                others.for_each(|(_, other)| meet(&stories[leader], other));
            }
            found.bounded += 1;
            (leaders.len() * (stories.len() - 1)) as u64
        };
        found.most_stories = found.most_stories.max(stories.len() as u64);
        found.not_compared += pairs_among(list).saturating_sub(of_one_story + compared);
        (pairs, found)
    };
    common
        .par_iter()
        .fold(<(DistinctPairs, StoryPairs)>::default, gather)
        .map(|(pairs, found)| StoryPairs {
            pairs: pairs.finish(),
            ..found
        })
        .reduce(StoryPairs::default, |x, y| StoryPairs {
            pairs: union(x.pairs, y.pairs),
            bounded: x.bounded + y.bounded,
            most_stories: x.most_stories.max(y.most_stories),
            not_compared: x.not_compared + y.not_compared,
        })
}

/// Places of the first story; of the first story with a document of each side, if there are sides.
fn leading_stories(stories: &[Vec<DocNo>], sides: Option<&Sides>) -> Vec<usize> {
    let Some(sides) = sides else { return vec![0] };
    let has = |on_side: &dyn Fn(DocNo) -> bool| {
        stories
            .iter()
            .position(|story| story.iter().any(|&doc| on_side(doc)))
    };
    let of_sides = [
        has(&|doc| sides.has_reference(doc)),
        has(&|doc| sides.has_input(doc)),
    ];
    let mut leading: Vec<usize> = of_sides.into_iter().flatten().collect();
    leading.dedup();
    leading
}

/// The grams of documents that ask.
fn grams_of(catalog: &Catalog, asking: &[DocNo]) -> Result<Sieve, ReadError> {
    let (mut grams, reading) = (Vec::new(), catalog.passages(asking));
    for piece in 0..reading.pieces() {
        reading.read(piece, &mut |_, list| {
            let list = list.iter().map(|&bits| Fingerprint::from_bits(bits).gram());
            grams.extend(list);
        })?;
    }
    Ok(Sieve::new(grams.into_iter()))
}

/// Pairs and common passages of some grams.
struct Gathered<'a> {
    sides: Option<&'a Sides>,
    pairs: DistinctPairs,
    common: Vec<Vec<DocNo>>,
}

impl<'a> Gathered<'a> {
    fn of(sides: Option<&'a Sides>) -> Gathered<'a> {
        Gathered {
            sides,
            pairs: DistinctPairs::default(),
            common: Vec::new(),
        }
    }

    /// True if every two of these documents are candidates: they make no more pairs than [`FEW`]
    /// documents do without sides.
    fn are_few(&self, documents: impl ExactSizeIterator<Item = DocNo>) -> bool {
        count_pairs(self.sides, documents) <= pairs_of(FEW)
    }

    /// Adds the fingerprints of one gram and the documents that they are from, in canonical order.
    fn add(&mut self, list: &[(Fingerprint, DocNo)]) {
        if list.len() <= FEW {
            let sides = self.sides;
            for (at, &(y, b)) in list.iter().enumerate() {
                let others = list[..at]
                    .iter()
                    .filter(|&&(x, a)| a != b && x.may_share_run(y));
                let pairs = others.map(|&(_, a)| DocPair::of(a, b));
                pairs
                    .filter(|&pair| sides.is_none_or(|sides| sides.may_pair(pair)))
                    .for_each(|pair| self.pairs.push(pair));
            }
            return;
        }
        for side in [Fingerprint::before, Fingerprint::after] {
            self.add_side(list, side);
        }
    }

    /// Adds the documents that agree on one side of their gram.
    fn add_side(&mut self, list: &[(Fingerprint, DocNo)], side: fn(Fingerprint) -> Option<u16>) {
        let mut sides: Vec<(u16, DocNo)> = list
            .iter()
            .filter_map(|&(fingerprint, doc)| Some((side(fingerprint)?, doc)))
            .collect();
        sides.sort_unstable();
        sides.dedup();
        for same in sides.chunk_by(|x, y| x.0 == y.0) {
            let documents = || same.iter().map(|&(_, doc)| doc);
            if self.are_few(documents()) {
                let pairs = &mut self.pairs;
                each_pair(self.sides, documents(), |pair| pairs.push(pair));
            } else {
                self.common.push(documents().collect());
            }
        }
    }
}

/// Documents of one list by story: the stories in order of their first documents.
fn by_story(list: &[DocNo], story: &(dyn Fn(DocNo) -> usize + Sync)) -> Vec<Vec<DocNo>> {
    let mut with_story: Vec<(usize, DocNo)> = list.iter().map(|&doc| (story(doc), doc)).collect();
    with_story.sort_unstable();
    let mut stories: Vec<Vec<DocNo>> = with_story
        .chunk_by(|x, y| x.0 == y.0)
        .map(|same| same.iter().map(|&(_, doc)| doc).collect())
        .collect();
    stories.sort_unstable();
    stories
}

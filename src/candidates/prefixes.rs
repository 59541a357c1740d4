//! Candidates by prefix filtering: every pair at or above the threshold, by proof.
//!
//! Put the shingles of every document in one order, the same for all documents. Two documents with
//! a Jaccard similarity of at least `t` share at least `t n` of the `n` shingles of each. So the
//! first `n - ceil(t n) + 1` shingles of each, its *prefix*, have one in common (Chaudhuri, Ganti
//! and Kaushik, ICDE 2006, "A primitive operator for similarity joins in data cleaning"; Bayardo,
//! Ma and Srikant, WWW 2007, "Scaling up all pairs similarity search"). If rare shingles come
//! first, prefixes seldom meet. A pair that meets is dropped if what is left of the two after the
//! place where they meet is too short to reach `t`, or their lengths differ too much (the
//! positional and length filters of PPJoin: Xiao, Wang, Lin and Yu, WWW 2008, "Efficient similarity
//! joins for near duplicate detection").
//!
//! The proof only needs one order, not a good one. So shingles are counted in a small table in
//! which some share a counter. A shingle whose counter is 1 stands in one document and cannot be
//! shared.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU8, Ordering};

use rayon::prelude::*;

use super::bands::{HOT_BUCKET, HotBucket};
use super::distinct_pairs::{DistinctPairs, union};
use super::families::SettledFamilies;
use super::scope::{Sides, count_pairs};
use crate::catalog::{DocNo, DocPair, pairs_of};
use crate::text::shingle::jaccard;

/// Counts above this are not told apart: all such shingles are common. A counter overflows at 255,
/// so up to 127 threads can count at once.
const COMMON: u8 = 128;

/// Smallest and largest table, in bits of its index: 1 MB to 1 GB.
const TABLE_BITS: RangeInclusive<u32> = 20..=30;

/// Number of documents in which each shingle stands, or more: a document may repeat a shingle, and
/// shingles may share a counter.
pub struct ShingleCounts {
    counters: Vec<AtomicU8>,
    shift: u32,
}

impl ShingleCounts {
    /// A table for a corpus of about that many words.
    pub fn new(words: u64) -> ShingleCounts {
        let bits = u64::BITS - words.leading_zeros();
        let bits = bits.clamp(*TABLE_BITS.start(), *TABLE_BITS.end());
        let counters = (0..1usize << bits).map(|_| AtomicU8::new(0)).collect();
        ShingleCounts {
            counters,
            shift: u64::BITS - bits,
        }
    }

    /// Counts a document's shingles; one that the document repeats may be counted more than once.
    pub fn count(&self, shingles: &[u64]) {
        for &shingle in shingles {
            let counter = self.counter(shingle);
            // The race between load and add does not matter: counts above COMMON are equal.
            if counter.load(Ordering::Relaxed) < COMMON {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn get(&self, shingle: u64) -> u8 {
        self.counter(shingle).load(Ordering::Relaxed).min(COMMON)
    }

    fn counter(&self, shingle: u64) -> &AtomicU8 {
        &self.counters[(shingle >> self.shift) as usize]
    }
}

/// One shingle in a document's prefix.
#[derive(Debug, Clone, Copy)]
pub struct Posting {
    /// Half of the shingle's hash; different shingles with the same half only cost a candidate.
    key: u32,
    doc: DocNo,
    /// Place among the document's ordered shingles, from 0.
    position: u32,
    /// Number of distinct shingles of the document.
    size: u32,
}

/// Appends the postings of a document's prefix; `buffer` saves an allocation for each document.
pub fn post(
    doc: DocNo,
    shingles: &[u64],
    threshold: f64,
    counts: &ShingleCounts,
    buffer: &mut Vec<(u8, u64)>,
    out: &mut Vec<Posting>,
) {
    // Shingles counted once come first in the order and are in no other document, so only their
    // number matters.
    let shared = buffer;
    shared.clear();
    shared.extend(
        shingles
            .iter()
            .map(|&shingle| (counts.get(shingle), shingle))
            .filter(|&(count, _)| count > 1),
    );
    let once = shingles.len() - shared.len();
    shared.sort_unstable();
    shared.dedup();
    let size = once + shared.len();
    // Rounding must not increase the result: 0.7 * 10 is a little over 7.
    let needed = (threshold * size as f64 - 1e-6).ceil().max(1.0) as usize;
    let prefix = (size + 1).saturating_sub(needed);
    let posted = shared.iter().take(prefix.saturating_sub(once)).enumerate();
    out.extend(posted.map(|(at, &(_, shingle))| Posting {
        key: shingle as u32,
        doc,
        position: (once + at) as u32,
        size: size as u32,
    }));
}

/// The prefixes of all documents, as a list of postings for each shingle.
pub struct Postings {
    /// In order of shingle, then of document.
    sorted: Vec<Posting>,
}

impl Postings {
    /// Sorts the postings of all documents.
    pub fn new(mut postings: Vec<Posting>) -> Postings {
        postings.par_sort_unstable_by_key(|posting| (posting.key, posting.doc));
        Postings { sorted: postings }
    }

    /// The lists of at least two postings.
    fn lists(&self) -> impl Iterator<Item = &[Posting]> {
        self.sorted
            .chunk_by(|x, y| x.key == y.key)
            .filter(|list| list.len() > 1)
    }

    /// The documents of each list of more than [`HOT_BUCKET`] postings; with sides, of each that
    /// makes more pairs between them than so many postings do without.
    pub fn hot_buckets(&self, sides: Option<&Sides>) -> Vec<HotBucket> {
        let is_hot = |list: &&[Posting]| {
            let documents = list.iter().map(|posting| posting.doc);
            count_pairs(sides, documents) > pairs_of(HOT_BUCKET)
        };
        let hot = self.lists().filter(is_hot);
        hot.map(|list| {
            let mut documents: Vec<DocNo> = list.iter().map(|posting| posting.doc).collect();
            documents.dedup();
            HotBucket { documents }
        })
        .collect()
    }

    /// The distinct pairs whose prefixes meet where the threshold can still be reached, in order,
    /// without those that `skip` returns true for.
    ///
    /// Pairs within one big family are not even looked at, so `skip` must return true for them. If
    /// there are sides, only pairs between them are.
    pub fn candidates(
        &self,
        threshold: f64,
        families: &SettledFamilies,
        sides: Option<&Sides>,
        skip: &(dyn Fn(DocPair) -> bool + Sync),
    ) -> Vec<DocPair> {
        let gather = |mut distinct: DistinctPairs, list: &[Posting]| {
            let each = |x: &Posting, y: &Posting| {
                if x.doc != y.doc && can_reach(x, y, threshold) {
                    let pair = DocPair::of(x.doc, y.doc);
                    if !skip(pair) {
                        distinct.push(pair);
                    }
                }
            };
            match sides {
                Some(sides) => each_pair_of_sides(list, families, sides, each),
                None => each_pair_of_families(list, families, each),
            }
            distinct
        };
        let lists: Vec<&[Posting]> = self.lists().collect();
        lists
            .into_par_iter()
            .fold(DistinctPairs::default, gather)
            .map(DistinctPairs::finish)
            .reduce(Vec::new, union)
    }
}

/// Calls `each` with every two postings of a list, except for those of one big family.
fn each_pair_of_families(
    list: &[Posting],
    families: &SettledFamilies,
    mut each: impl FnMut(&Posting, &Posting),
) {
    let mut by_family: Vec<(Option<usize>, &Posting)> = list
        .iter()
        .map(|posting| (families.big(posting.doc), posting))
        .collect();
    by_family.sort_by_key(|&(family, _)| family);
    let mut first_of_family = 0;
    for (at, &(family, y)) in by_family.iter().enumerate() {
        if at > 0 && by_family[at - 1].0 != family {
            first_of_family = at;
        }
        // Documents of no big family meet each other too.
        let others = if family.is_none() {
            at
        } else {
            first_of_family
        };
        for &(_, x) in &by_family[..others] {
            each(x, y);
        }
    }
}

/// Calls `each` with every two postings of a list that can be on different sides, except for those
/// of one big family.
fn each_pair_of_sides(
    list: &[Posting],
    families: &SettledFamilies,
    sides: &Sides,
    mut each: impl FnMut(&Posting, &Posting),
) {
    let references = list
        .iter()
        .filter(|posting| sides.has_reference(posting.doc));
    let references: Vec<&Posting> = references.collect();
    if references.is_empty() {
        return;
    }
    for y in list.iter().filter(|posting| sides.has_input(posting.doc)) {
        let family = families.big(y.doc);
        for x in &references {
            if family.is_none() || families.big(x.doc) != family {
                each(x, y);
            }
        }
    }
}

/// Returns `false` if two documents whose prefixes first meet at these places cannot reach the
/// threshold. The answer does not matter for later meeting places.
fn can_reach(x: &Posting, y: &Posting, threshold: f64) -> bool {
    let left = |posting: &Posting| posting.size - posting.position;
    let shared = left(x).min(left(y));
    jaccard(shared, [x.size, y.size]) >= threshold - 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn all_pairs(sets: &[BTreeSet<u64>], threshold: f64) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        for a in 0..sets.len() {
            for b in a + 1..sets.len() {
                let shared = sets[a].intersection(&sets[b]).count() as u32;
                let jaccard = jaccard(shared, [a, b].map(|set| sets[set].len() as u32));
                if shared > 0 && jaccard >= threshold {
                    pairs.push((a as u32, b as u32));
                }
            }
        }
        pairs
    }

    fn candidates(sets: &[BTreeSet<u64>], threshold: f64) -> Vec<DocPair> {
        let counts = ShingleCounts::new(100);
        let lists: Vec<Vec<u64>> = sets
            .iter()
            .map(|set| set.iter().copied().collect())
            .collect();
        lists.iter().for_each(|list| counts.count(list));
        let (mut buffer, mut postings) = (Vec::new(), Vec::new());
        for (doc, list) in (0..).map(DocNo).zip(&lists) {
            post(doc, list, threshold, &counts, &mut buffer, &mut postings);
        }
        Postings::new(postings).candidates(threshold, &SettledFamilies::default(), None, &|_| false)
    }

    /// Spreads small numbers, as hashes are spread.
    fn spread(set: &BTreeSet<u64>) -> BTreeSet<u64> {
        let spread = |n: &u64| (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        set.iter().map(spread).collect()
    }

    proptest! {
        #[test]
        fn every_pair_at_the_threshold_is_a_candidate(
            sets in prop::collection::vec(prop::collection::btree_set(0u64..30, 1..15), 2..20),
            threshold in prop::sample::select(vec![0.05, 0.3, 0.5, 0.7, 0.75, 0.8, 1.0]),
        ) {
            let sets: Vec<BTreeSet<u64>> = sets.iter().map(spread).collect();
            let found = candidates(&sets, threshold);
            for (a, b) in all_pairs(&sets, threshold) {
                let is_found = found.contains(&DocPair::of(DocNo(a), DocNo(b)));
                prop_assert!(is_found, "{} {} at {}", a, b, threshold);
            }
        }
    }
}

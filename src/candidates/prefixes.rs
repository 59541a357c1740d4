//! Candidates by prefix filtering: every pair at or over the threshold, by proof.
//!
//! Put the shingles of every document in one order, the same for all. If two documents have a Jaccard similarity of at least `t`, they share
//! at least `t` times the shingles of each, so the first `n - ceil(t n) + 1` of the `n` shingles of each hold one in common (Chaudhuri,
//! Ganti and Kaushik 2006; Bayardo, Ma and Srikant, WWW 2007, "Scaling up all pairs similarity search"). Rare shingles first makes those
//! prefixes meet seldom. Pairs that meet are dropped when their lengths, or what is left of them after the place where they meet, cannot reach `t`
//! (Xiao, Wang, Lin and Yu, WWW 2008, "Efficient similarity joins for near duplicate detection": PPJoin).
//!
//! The proof asks only that the order be one order. So rarity may be counted in a table that confuses some shingles, which keeps it small; a
//! shingle that the table saw once stands in one document and cannot be shared.

use std::sync::atomic::{AtomicU8, Ordering};

use rayon::prelude::*;

use super::bands::{HOT_BUCKET, HotBucket};
use super::{Distinct, union};
use crate::candidates::families::Settled;
use crate::catalog::{DocNo, DocPair};

/// Counts above this are the same: such shingles are all common. Leaves room for as many threads as there are steps to 255.
const COMMON: u8 = 128;

/// Smallest and largest table, in bits of its index: 1 MB to 1 GB.
const TABLE_BITS: std::ops::RangeInclusive<u32> = 20..=30;

/// In how many documents each shingle stands: that many or more, for a document may repeat it and shingles may share a counter.
pub struct Rarity {
    counters: Vec<AtomicU8>,
    shift: u32,
}

impl Rarity {
    /// A table for a corpus of about that many words.
    pub fn new(words: u64) -> Rarity {
        let bits = u64::BITS - words.leading_zeros();
        let bits = bits.clamp(*TABLE_BITS.start(), *TABLE_BITS.end());
        let counters = (0..1usize << bits).map(|_| AtomicU8::new(0)).collect();
        Rarity {
            counters,
            shift: 64 - bits,
        }
    }

    /// Counts a document's shingles; one that the document repeats may be counted more than once.
    pub fn count(&self, shingles: &[u64]) {
        for &shingle in shingles {
            let counter = &self.counters[(shingle >> self.shift) as usize];
            // More than COMMON is never told apart from COMMON, so the race between the two lines is not seen.
            if counter.load(Ordering::Relaxed) < COMMON {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn of(&self, shingle: u64) -> u8 {
        self.counters[(shingle >> self.shift) as usize]
            .load(Ordering::Relaxed)
            .min(COMMON)
    }
}

/// One shingle in a document's prefix.
#[derive(Debug, Clone, Copy)]
pub struct Posting {
    /// Half of the shingle's hash; unlike shingles that share it only make a candidate too many.
    key: u32,
    doc: DocNo,
    /// Place in the document's ordered shingles, from 0.
    position: u32,
    /// Distinct shingles of the document.
    size: u32,
}

/// Appends the postings of a document's prefix.
///
/// `common` is a buffer. Shingles seen once come first in the order and meet nothing, so it is enough to count them.
pub fn post(
    doc: DocNo,
    shingles: &[u64],
    threshold: f64,
    rarity: &Rarity,
    common: &mut Vec<(u8, u64)>,
    out: &mut Vec<Posting>,
) {
    common.clear();
    common.extend(
        shingles
            .iter()
            .map(|&shingle| (rarity.of(shingle), shingle))
            .filter(|&(seen, _)| seen > 1),
    );
    let once = shingles.len() - common.len();
    common.sort_unstable();
    common.dedup();
    let size = once + common.len();
    // Rounding must not lengthen what is asked for: 0.7 * 10 is a little over 7.
    let asked = (threshold * size as f64 - 1e-6).ceil().max(1.0) as usize;
    let prefix = (size + 1).saturating_sub(asked);
    let posted = common.iter().take(prefix.saturating_sub(once)).enumerate();
    out.extend(posted.map(|(at, &(_, shingle))| Posting {
        key: shingle as u32,
        doc,
        position: (once + at) as u32,
        size: size as u32,
    }));
}

/// The prefixes of all documents, in lists of one shingle each.
pub struct Postings {
    /// By key, then document.
    sorted: Vec<Posting>,
}

impl Postings {
    /// The lists of these postings.
    pub fn new(mut postings: Vec<Posting>) -> Postings {
        postings.par_sort_unstable_by_key(|posting| (posting.key, posting.doc));
        Postings { sorted: postings }
    }

    fn lists(&self) -> impl Iterator<Item = &[Posting]> {
        self.sorted
            .chunk_by(|x, y| x.key == y.key)
            .filter(|list| list.len() > 1)
    }

    /// The documents of each list of more than [`HOT_BUCKET`].
    pub fn hot_buckets(&self) -> Vec<HotBucket> {
        let hot = self.lists().filter(|list| list.len() > HOT_BUCKET);
        let documents = |list: &[Posting]| {
            let mut documents: Vec<DocNo> = list.iter().map(|posting| posting.doc).collect();
            documents.dedup();
            documents
        };
        hot.map(|list| HotBucket {
            documents: documents(list),
        })
        .collect()
    }

    /// The distinct pairs whose prefixes meet where the threshold can still be reached, in order, but for those that `skip` says. `skip` must say
    /// all pairs within one big family: those are not even looked at.
    pub fn candidates(
        &self,
        threshold: f64,
        families: &Settled,
        skip: &(dyn Fn(DocPair) -> bool + Sync),
    ) -> Vec<DocPair> {
        let gather = |mut distinct: Distinct, list: &[Posting]| {
            let mut by_family: Vec<(Option<usize>, &Posting)> = list
                .iter()
                .map(|posting| (families.big(posting.doc), posting))
                .collect();
            by_family.sort_by_key(|&(family, _)| family);
            let mut first = 0;
            for (at, &(family, y)) in by_family.iter().enumerate() {
                if at > 0 && by_family[at - 1].0 != family {
                    first = at;
                }
                let others = if family.is_none() { at } else { first };
                for &(_, x) in by_family[..others]
                    .iter()
                    .filter(|(_, x)| x.doc != y.doc && can_reach(x, y, threshold))
                {
                    let pair = DocPair::of(x.doc, y.doc);
                    if !skip(pair) {
                        distinct.push(pair);
                    }
                }
            }
            distinct
        };
        let lists: Vec<&[Posting]> = self.lists().collect();
        lists
            .into_par_iter()
            .fold(Distinct::default, gather)
            .map(Distinct::finish)
            .reduce(Vec::new, union)
    }
}

/// Whether two documents that first meet at these places can have that similarity. Where they met before, the answer does not matter.
fn can_reach(x: &Posting, y: &Posting, threshold: f64) -> bool {
    let left = |posting: &Posting| posting.size - posting.position;
    let shared = left(x).min(left(y));
    crate::text::shingle::jaccard(shared, [x.size, y.size]) >= threshold - 1e-9
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
                if shared > 0
                    && crate::text::shingle::jaccard(
                        shared,
                        [a, b].map(|set| sets[set].len() as u32),
                    ) >= threshold
                {
                    pairs.push((a as u32, b as u32));
                }
            }
        }
        pairs
    }

    proptest! {
        #[test]
        fn no_pair_is_lost(
            sets in proptest::collection::vec(proptest::collection::btree_set(0u64..30, 1..15), 2..20),
            threshold in prop::sample::select(vec![0.05, 0.3, 0.5, 0.7, 0.75, 0.8, 1.0]),
        ) {
            let spread: Vec<BTreeSet<u64>> = sets.iter()
                .map(|set| set.iter().map(|n| (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect())
                .collect();
            let rarity = Rarity::new(100);
            let lists: Vec<Vec<u64>> = spread.iter().map(|set| set.iter().copied().collect()).collect();
            lists.iter().for_each(|list| rarity.count(list));
            let mut postings = Vec::new();
            for (doc, list) in lists.iter().enumerate() {
                post(DocNo(doc as u32), list, threshold, &rarity, &mut Vec::new(), &mut postings);
            }
            let found = Postings::new(postings).candidates(threshold, &Settled::default(), &|_| false);
            for (a, b) in all_pairs(&spread, threshold) {
                prop_assert!(found.iter().any(|pair| pair.a.0 == a && pair.b.0 == b), "{} {} at {}", a, b, threshold);
            }
        }
    }
}

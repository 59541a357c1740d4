//! Verification: exact Jaccard, containment and longest passage of candidate pairs.
//!
//! What is compared are whole shingle sets, and what is reported is what was compared: a pair whose Jaccard similarity reaches the threshold is
//! *near*, one that does not but of which one document holds enough of the other, some of it in one run, is an *excerpt*.
//!
//! Candidates are ordered so that documents which may be alike stand together, cut into blocks that fit a worker's cache, and
//! compared block against block (a blocked join), so that a document's text is read and shingled about once and memory stays bounded
//! even when a hundred thousand documents hang together.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::compare::passage::{self, Passage};
use crate::text::shingle::{self, Shingle, Shingler, jaccard};

/// Words of the documents of a block: at some 45 bytes a word, 3 MB a block and two blocks a worker.
const BLOCK_WORDS: u64 = 1 << 16;

/// How much of the common-shingle table a passage search may walk, as a multiple of the words of both texts, before it turns to
/// the method whose time does not depend on repetition. Ordinary news stays under 2.
const WALK_LIMIT: usize = 8;

/// Width of the word runs that seed the passage search where shingles are made of characters.
const SEED_WORDS: usize = 5;

/// Spreads hashes over a table: high bits of a product with an odd number (Dietzfelbinger et al. 1997, multiply-shift).
const SLOT_FACTOR: u64 = 0xD6E8_FEB8_6659_FD93;

/// The containment from which a pair is an excerpt, unless told otherwise: at .3 on real news nearly all pairs are copy, below it fewer than half.
pub const DEFAULT_CONTAINMENT: f64 = 0.3;

/// The same where shingles are made of characters, which unlike texts share more of.
pub const DEFAULT_CONTAINMENT_OF_CHARACTERS: f64 = 0.5;

/// The words that the longest passage of an excerpt has at least, unless told otherwise: less is a quotation or a common phrase.
pub const DEFAULT_PASSAGE: u32 = 25;

/// The same where shingles are made of characters: they are chosen to find what was reworded, which leaves no long run.
pub const DEFAULT_PASSAGE_OF_CHARACTERS: u32 = 10;

/// What makes a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Criteria {
    /// The Jaccard similarity from which a pair is near.
    pub threshold: f64,
    /// What makes an excerpt of a pair below that; `None` if nothing does.
    pub excerpts: Option<Excerpts>,
}

/// What makes an excerpt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excerpts {
    /// The containment in either direction.
    pub containment: f64,
    /// The words of the longest passage. Documents that share a run of so many words are always compared.
    pub passage: u32,
}

/// The exact comparison of two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The two documents.
    pub pair: DocPair,
    /// Shingles that both have.
    pub shared: u32,
    /// Distinct shingles of `a`.
    pub shingles_a: u32,
    /// Distinct shingles of `b`.
    pub shingles_b: u32,
    /// The longest run that stands in both.
    pub longest: Passage,
    /// Whether the Jaccard similarity reaches the threshold; else it is an excerpt.
    pub near: bool,
}

impl Comparison {
    /// The same of two documents with the same words as the two compared, given in their order.
    pub fn between(self, a: DocNo, b: DocNo) -> Comparison {
        if a < b {
            return Comparison {
                pair: DocPair { a, b },
                ..self
            };
        }
        Comparison {
            pair: DocPair { a: b, b: a },
            shingles_a: self.shingles_b,
            shingles_b: self.shingles_a,
            longest: self.longest.turned(),
            ..self
        }
    }

    /// Shared shingles over all shingles.
    pub fn jaccard(&self) -> f64 {
        jaccard(self.shared, [self.shingles_a, self.shingles_b])
    }

    /// Share of the shingles of `a` that `b` has.
    pub fn containment_a(&self) -> f64 {
        f64::from(self.shared) / f64::from(self.shingles_a)
    }

    /// Share of the shingles of `b` that `a` has.
    pub fn containment_b(&self) -> f64 {
        f64::from(self.shared) / f64::from(self.shingles_b)
    }
}

/// Some candidate pairs between the documents of at most two blocks.
#[derive(Debug, Default)]
pub struct Task {
    pairs: Vec<DocPair>,
}

impl Task {
    /// The documents to read, sorted, each once.
    pub fn documents(&self) -> Vec<DocNo> {
        let mut documents: Vec<DocNo> = self
            .pairs
            .iter()
            .flat_map(|pair| [pair.a, pair.b])
            .collect();
        documents.sort_unstable();
        documents.dedup();
        documents
    }

    /// How many pairs there are to compare.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Compares the pairs, `texts` being what [`Task::documents`] names, and returns those that meet the criteria.
    pub fn compare(&self, texts: &[(DocNo, Shingled)], criteria: &Criteria) -> Vec<Comparison> {
        let text = |doc| {
            texts
                .binary_search_by_key(&doc, |entry| entry.0)
                .ok()
                .map(|at| &texts[at].1)
        };
        let compared = self
            .pairs
            .iter()
            .filter_map(|&pair| Some((pair, text(pair.a)?, text(pair.b)?)));
        compared
            .filter_map(|(pair, a, b)| a.compare(b, pair, criteria))
            .collect()
    }
}

/// Cuts sorted candidates into tasks.
pub fn tasks(catalog: &Catalog, candidates: &[DocPair]) -> Vec<Task> {
    let mut documents: Vec<DocNo> = candidates
        .iter()
        .flat_map(|pair| [pair.a, pair.b])
        .collect();
    documents.par_sort_unstable();
    documents.dedup();
    let at = |doc: DocNo| documents.partition_point(|&known| known < doc);
    let mut together = UnionFind::new(documents.len());
    for pair in candidates {
        together.join(at(pair.a), at(pair.b));
    }
    let mut order: Vec<(usize, usize)> = (0..documents.len())
        .map(|i| (together.root(i), i))
        .collect();
    order.par_sort_unstable();

    let mut block_of = vec![0u32; documents.len()];
    let (mut block, mut words) = (0, 0);
    for (_, i) in order {
        let more = u64::from(catalog.words(documents[i]));
        if words > 0 && words + more > BLOCK_WORDS {
            (block, words) = (block + 1, 0);
        }
        words += more;
        block_of[i] = block;
    }
    let mut tasks: BTreeMap<(u32, u32), Task> = BTreeMap::new();
    for &pair in candidates {
        let (x, y) = (block_of[at(pair.a)], block_of[at(pair.b)]);
        tasks
            .entry((x.min(y), x.max(y)))
            .or_default()
            .pairs
            .push(pair);
    }
    tasks.into_values().collect()
}

/// A text ready to be compared: its words, and where each of its shingles stands.
#[derive(Debug, Default)]
pub struct Shingled {
    words: Vec<u64>,
    shingles: Positions,
    /// Where runs of [`SEED_WORDS`] words stand, if shingles are not runs of words.
    seeds: Option<Positions>,
}

impl Shingled {
    /// Of a text that was read.
    pub fn new(text: &Shingler, shingle: Shingle) -> Shingled {
        let seeds = match shingle {
            Shingle::Words(_) => None,
            Shingle::Chars(_) => {
                let mut runs = Vec::new();
                shingle::runs(&text.words, SEED_WORDS, &mut runs);
                Some(Positions::new(runs))
            }
        };
        Shingled {
            words: text.words.clone(),
            shingles: Positions::new(text.shingles.clone()),
            seeds,
        }
    }

    fn compare(&self, other: &Shingled, pair: DocPair, criteria: &Criteria) -> Option<Comparison> {
        let (shingles_a, shingles_b) = (self.shingles.distinct, other.shingles.distinct);
        let smaller = shingles_a.min(shingles_b);
        let most = jaccard(smaller, [shingles_a, shingles_b]);
        if criteria.excerpts.is_none() && most < criteria.threshold {
            return None;
        }
        let (fewer, more) = if shingles_a <= shingles_b {
            (self, other)
        } else {
            (other, self)
        };
        let shared = fewer.shingles.shared(&more.shingles);
        let near = jaccard(shared, [shingles_a, shingles_b]) >= criteria.threshold;
        let contained =
            |excerpts: &Excerpts| f64::from(shared) / f64::from(smaller) >= excerpts.containment;
        let excerpts = criteria.excerpts.filter(contained);
        if !near && excerpts.is_none() {
            return None;
        }
        let longest = self.longest_passage(other);
        let copied = |excerpts: Excerpts| longest.words >= excerpts.passage as usize;
        (near || excerpts.is_some_and(copied)).then_some(Comparison {
            pair,
            shared,
            shingles_a,
            shingles_b,
            longest,
            near,
        })
    }

    /// What the two share, whatever comes of it: the comparison of a pair that was found another way. Neither may be near to the other.
    pub(crate) fn measure(&self, other: &Shingled, pair: DocPair) -> Comparison {
        let (shingles_a, shingles_b) = (self.shingles.distinct, other.shingles.distinct);
        let (fewer, more) = if shingles_a <= shingles_b {
            (self, other)
        } else {
            (other, self)
        };
        Comparison {
            pair,
            shared: fewer.shingles.shared(&more.shingles),
            shingles_a,
            shingles_b,
            longest: self.longest_passage(other),
            near: false,
        }
    }

    /// Extends every common seed to the run of words it stands in; without a common seed, or with too many, bisects.
    fn longest_passage(&self, other: &Shingled) -> Passage {
        let (mine, others) = (self.seeds(), other.seeds());
        let (a, b) = (&self.words, &other.words);
        let mut left = WALK_LIMIT * (a.len() + b.len());
        let mut longest = Passage::default();
        let mut expected = usize::MAX;
        for (i, &seed) in mine.hashes.iter().enumerate() {
            // The run goes on, and this seed stands nowhere else: there is nothing to see.
            if others.stands_only_at(expected, seed) {
                expected += 1;
                continue;
            }
            expected = usize::MAX;
            for j in others.all(seed) {
                if left == 0 {
                    return passage::longest(a, b);
                }
                left -= 1;
                expected = j + 1;
                // Only where a run begins: what stands further left was seen from there.
                if let Some(run) = Passage::beginning_at(a, b, i, j) {
                    left = left.saturating_sub(run.words);
                    if run.words > longest.words {
                        longest = run;
                    }
                }
            }
        }
        if longest.words == 0 {
            passage::longest(a, b)
        } else {
            longest
        }
    }

    fn seeds(&self) -> &Positions {
        self.seeds.as_ref().unwrap_or(&self.shingles)
    }
}

/// Where each hash of a sequence stands: an open-addressing table of first positions, and a chain from each position to the next of
/// the same hash. Positions are stored from 1, so 0 is none.
#[derive(Debug, Default)]
struct Positions {
    hashes: Vec<u64>,
    slots: Vec<u32>,
    next: Vec<u32>,
    /// Whether the hash stands at an earlier position too.
    repeats: Vec<bool>,
    shift: u32,
    distinct: u32,
}

impl Positions {
    fn new(hashes: Vec<u64>) -> Positions {
        // A quarter full at most: probes beyond the first slot are rare, and so are mispredicted branches.
        let size = (4 * hashes.len()).next_power_of_two().max(2);
        let mut positions = Positions {
            slots: vec![0; size],
            next: vec![0; hashes.len()],
            repeats: vec![false; hashes.len()],
            shift: 64 - size.trailing_zeros(),
            distinct: 0,
            hashes,
        };
        // From the end, so that a slot ends up with the first position and chains ascend.
        for at in (0..positions.hashes.len()).rev() {
            let slot = positions.slot(positions.hashes[at]);
            let later = std::mem::replace(&mut positions.slots[slot], at as u32 + 1);
            positions.next[at] = later;
            match later.checked_sub(1) {
                Some(later) => positions.repeats[later as usize] = true,
                None => positions.distinct += 1,
            }
        }
        positions
    }

    /// The slot that holds the hash, or the empty one where it would go.
    #[inline]
    fn slot(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = (hash.wrapping_mul(SLOT_FACTOR) >> self.shift) as usize;
        loop {
            match self.slots[slot & mask] {
                0 => return slot & mask,
                first if self.hashes[first as usize - 1] == hash => return slot & mask,
                _ => slot += 1,
            }
        }
    }

    fn first(&self, hash: u64) -> Option<usize> {
        (self.slots[self.slot(hash)] as usize).checked_sub(1)
    }

    fn all(&self, hash: u64) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.first(hash), |&at| {
            (self.next[at] as usize).checked_sub(1)
        })
    }

    fn stands_only_at(&self, at: usize, hash: u64) -> bool {
        self.hashes.get(at) == Some(&hash) && self.next[at] == 0 && !self.repeats[at]
    }

    /// How many distinct hashes both have.
    fn shared(&self, other: &Positions) -> u32 {
        let (mut shared, mut expected) = (0, usize::MAX);
        for (&hash, &repeat) in self.hashes.iter().zip(&self.repeats) {
            // Copied text goes on where it was: most lookups are a look at the next position.
            let found = if other.hashes.get(expected) == Some(&hash) {
                Some(expected)
            } else {
                other.first(hash)
            };
            shared += u32::from(found.is_some() && !repeat);
            expected = found.map_or(usize::MAX, |at| at + 1);
        }
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::passage::naive;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const PAIR: DocPair = DocPair {
        a: DocNo(0),
        b: DocNo(1),
    };

    const ANYTHING: Criteria = Criteria {
        threshold: 1e-9,
        excerpts: None,
    };

    /// Shared shingles, those of both, and the words of the longest passage.
    type Figures = (u32, u32, u32, usize);

    fn compare(a: &str, b: &str, shingle: Shingle) -> Option<Figures> {
        let mut shingler = Shingler::default();
        let [a, b] = [a, b].map(|text| {
            shingler.read(text, shingle);
            Shingled::new(&shingler, shingle)
        });
        let found = a.compare(&b, PAIR, &ANYTHING)?;
        let Passage { a: i, b: j, words } = found.longest;
        assert_eq!(a.words[i..i + words], b.words[j..j + words]);
        Some((found.shared, found.shingles_a, found.shingles_b, words))
    }

    fn oracle(a: &str, b: &str, shingle: Shingle) -> Option<Figures> {
        let read = |text: &str| {
            let mut shingler = Shingler::default();
            shingler.read(text, shingle);
            (
                shingler.words.clone(),
                shingler.shingles.iter().copied().collect::<HashSet<u64>>(),
            )
        };
        let ((words_a, a), (words_b, b)) = (read(a), read(b));
        let shared = a.intersection(&b).count() as u32;
        (shared > 0).then(|| {
            (
                shared,
                a.len() as u32,
                b.len() as u32,
                naive::longest(&words_a, &words_b),
            )
        })
    }

    #[test]
    fn a_page_of_one_word_costs_no_more_than_another() {
        let page = "buy ".repeat(60_000);
        let (shared, .., longest) = compare(&page, &page[4..], Shingle::Words(5)).unwrap();
        assert_eq!((shared, longest), (1, 59_999));
    }

    #[test]
    fn threshold_is_met_exactly_at_its_decimals() {
        for (shared, a, b, threshold) in [
            (1, 1, 2, 0.5),
            (7, 7, 10, 0.7),
            (4, 4, 5, 0.8),
            (3, 6, 7, 0.3),
            (9, 9, 10, 0.9),
        ] {
            assert!(
                jaccard(shared, [a, b]) >= threshold,
                "{shared} of {a} and {b}"
            );
        }
    }

    proptest! {
        #[test]
        fn equals_sets_and_naive_passages(a in "([a-d] ){0,40}", b in "([a-d] ){0,40}", chars: bool, width in 1usize..7) {
            let shingle = if chars { Shingle::Chars(width) } else { Shingle::Words(width) };
            prop_assert_eq!(compare(&a, &b, shingle), oracle(&a, &b, shingle));
        }
    }
}

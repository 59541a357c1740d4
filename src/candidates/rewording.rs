//! Candidates by names and numbers: stories that may be one told in other words.
//!
//! Every two rare [`anchors`] that stand close together in a document are joined like fingerprints of passages. What a document
//! shares with another by chance, or because both are about one person, is a pair or two of a name; whoever rewords a story keeps dozens. So
//! [`FEWEST_SHARED`] are asked for, and that rare anchors come in [one order](in_order). Pairs of anchors in more than [`FEW`] stories join nothing; how
//! many there are is counted.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use crate::catalog::pairs_of;
use crate::error::ReadError;
use crate::sketch::anchors;
use crate::storage::buckets::{self, BYTES_A_ROUND, Bucket, Entry};
use crate::storage::lists::Lists;

/// Most stories with two anchors close together of which every two are looked at: 496 pairs.
pub const FEW: usize = 32;

/// Pairs of anchors that two stories share at least. Of the twelve invented heavy spins the one with the fewest shares 10 with its source.
pub const FEWEST_SHARED: usize = 3;

/// Rare anchors that two stories have in one order: so many at least, and so much of the shorter list. On invented heavy spins these are never under 14
/// and .45, on one in four pairs of reports of one topic.
const FEWEST_IN_ORDER: usize = 6;
const LEAST_IN_ORDER: f64 = 0.35;

/// How much more of the shorter list is in order than with one list reversed. On invented spins never under .25, on real pairs of one topic .04 in the middle
/// and over .11 on one in four.
const LEAST_BEYOND_CHANCE: f64 = 0.15;

/// Rare anchors of a story whose order is looked at.
const MOST_IN_ORDER: usize = 256;

/// An anchor in more than one story of so many is too common to tell anything: *Tuesday*, *President*, *2016*.
const ONE_STORY_IN: usize = 256;

/// In a small corpus an anchor may be in so many stories all the same: those of one event.
const COMMON: usize = 64;

/// Smallest and largest table of counts, in bits of its index: 256 KB to 256 MB.
const TABLE_BITS: std::ops::RangeInclusive<u32> = 16..=26;

/// What stories share.
#[derive(Debug, Default)]
pub struct Sharing {
    /// Stories with enough in common, by number, the smaller first, in order.
    pub pairs: Vec<(u32, u32)>,
    /// Pairs of anchors in more than [`FEW`] stories.
    pub common: u64,
    /// At most so many pairs of stories share such a pair of anchors and were not looked at for it.
    pub not_compared: u64,
}

/// Finds which of the stories, each given by its anchors, share names and numbers, among those that `may` be a pair, which is asked for everything
/// that two share, and are `wanted`, which is asked once.
pub fn sharing(
    stories: &[&[u32]],
    may: &(dyn Fn(u32, u32) -> bool + Sync),
    wanted: &(dyn Fn(u32, u32) -> bool + Sync),
) -> Result<Sharing, ReadError> {
    let rarity = Rarity::of(stories);
    let rare = |story: u32| -> Vec<u32> {
        let anchors = stories[story as usize].iter().copied();
        anchors
            .filter(|&anchor| rarity.shared_by_few(anchor))
            .collect()
    };
    let neighbours: Vec<Lists<u32>> = (0..stories.len() as u32)
        .into_par_iter()
        .fold(Lists::default, |mut lists, story| {
            let mut neighbours = Vec::new();
            anchors::neighbours(&rare(story), &mut neighbours);
            lists.push(neighbours.into_iter());
            lists
        })
        .collect();
    let mut of_all = Lists::default();
    neighbours
        .into_iter()
        .for_each(|lists| of_all.append(lists));
    let of_bucket = |mut bucket: Bucket<()>| {
        bucket.sort();
        let (mut found, mut holders) = (Counted::default(), Vec::new());
        for run in bucket.entries.chunk_by(Entry::same_hash) {
            // In order of story, so one that has the pair twice stands there twice in a row.
            holders.clear();
            holders.extend(run.iter().map(|entry| entry.document));
            holders.dedup();
            if holders.len() > FEW {
                found.common += 1;
                found.not_compared += pairs_of(holders.len());
                continue;
            }
            for (at, &y) in holders.iter().enumerate() {
                let others = holders[..at].iter().map(|&x| (x, y));
                let others = others.filter(|&(x, y)| may(x, y));
                found.pairs.extend(others.map(|pair| (pair, 1)));
            }
        }
        // Two long lists may share thousands.
        found.sum();
        found
    };
    let reading = of_all.reader(0..stories.len());
    let mut all = Counted::default();
    let entry = |&hash: &u32| Some((hash, ()));
    for found in buckets::each(&reading, BYTES_A_ROUND, entry, of_bucket)? {
        all.pairs.extend(found.pairs);
        all.common += found.common;
        all.not_compared += found.not_compared;
    }
    all.sum();
    let enough = all
        .pairs
        .into_par_iter()
        .filter(|&(_, shared)| shared as usize >= FEWEST_SHARED)
        .map(|(pair, _)| pair);
    Ok(Sharing {
        pairs: enough
            .filter(|&(x, y)| wanted(x, y) && in_order(&rare(x), &rare(y)))
            .collect(),
        common: all.common,
        not_compared: all.not_compared,
    })
}

/// Pairs of stories with how many pairs of anchors they share, and what was left out.
#[derive(Default)]
struct Counted {
    pairs: Vec<((u32, u32), u32)>,
    common: u64,
    not_compared: u64,
}

impl Counted {
    /// Brings equal pairs together.
    fn sum(&mut self) {
        self.pairs.par_sort_unstable_by_key(|&(pair, _)| pair);
        self.pairs.dedup_by(|more, kept| {
            let same = more.0 == kept.0;
            kept.1 += if same { more.1 } else { 0 };
            same
        });
    }
}

/// Whether two lists of rare anchors have enough in one order, and more than in another.
pub fn in_order(x: &[u32], y: &[u32]) -> bool {
    let (x, y) = (
        &x[..x.len().min(MOST_IN_ORDER)],
        &y[..y.len().min(MOST_IN_ORDER)],
    );
    let least = |share: f64| share * x.len().min(y.len()) as f64;
    let there = longest_common(x.iter(), y);
    if there < FEWEST_IN_ORDER || (there as f64) < least(LEAST_IN_ORDER) {
        return false;
    }
    let back = longest_common(x.iter().rev(), y);
    there as f64 - back as f64 >= least(LEAST_BEYOND_CHANCE)
}

/// The length of the longest common subsequence (Wagner and Fischer 1974).
fn longest_common<'a>(x: impl Iterator<Item = &'a u32>, y: &[u32]) -> usize {
    let mut row = vec![0u16; y.len() + 1];
    for one in x {
        let mut diagonal = 0;
        for (j, other) in y.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if one == other {
                diagonal + 1
            } else {
                above.max(row[j])
            };
            diagonal = above;
        }
    }
    usize::from(row[y.len()])
}

/// In how many stories each anchor stands: that many or more, for anchors may share a counter.
struct Rarity {
    counters: Vec<AtomicU32>,
    shift: u32,
    most: u32,
}

impl Rarity {
    fn of(stories: &[&[u32]]) -> Rarity {
        let anchors: usize = stories.iter().map(|anchors| anchors.len()).sum();
        let bits = usize::BITS - anchors.leading_zeros() + 1;
        let bits = bits.clamp(*TABLE_BITS.start(), *TABLE_BITS.end());
        let rarity = Rarity {
            counters: (0..1usize << bits).map(|_| AtomicU32::new(0)).collect(),
            shift: u32::BITS - bits,
            most: COMMON.max(stories.len() / ONE_STORY_IN) as u32,
        };
        stories
            .par_iter()
            .for_each_init(Vec::new, |distinct, anchors| {
                distinct.clear();
                distinct.extend(anchors.iter().map(|&anchor| rarity.place(anchor)));
                distinct.sort_unstable();
                distinct.dedup();
                for &place in &*distinct {
                    rarity.counters[place].fetch_add(1, Ordering::Relaxed);
                }
            });
        rarity
    }

    fn place(&self, anchor: u32) -> usize {
        (anchor >> self.shift) as usize
    }

    /// Whether some other story has the anchor, and not too many have.
    fn shared_by_few(&self, anchor: u32) -> bool {
        let count = self.counters[self.place(anchor)].load(Ordering::Relaxed);
        (2..=self.most).contains(&count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// Spreads small numbers, as hashes are.
    fn spread(anchors: &[u32]) -> Vec<u32> {
        anchors
            .iter()
            .map(|anchor| (anchor + 1).wrapping_mul(0x9E37_79B1))
            .collect()
    }

    fn found(stories: &[Vec<u32>]) -> Sharing {
        let stories: Vec<&[u32]> = stories.iter().map(Vec::as_slice).collect();
        sharing(&stories, &|_, _| true, &|_, _| true).expect("nothing was put away")
    }

    /// All pairs of stories, by the definition; right where no anchor is common.
    fn naive(stories: &[Vec<u32>]) -> Vec<(u32, u32)> {
        let holders = |anchor: u32| {
            stories
                .iter()
                .filter(|story| story.contains(&anchor))
                .count()
        };
        let sets: Vec<HashSet<u32>> = stories
            .iter()
            .map(|story| {
                let rare: Vec<u32> = story
                    .iter()
                    .copied()
                    .filter(|&anchor| holders(anchor) > 1)
                    .collect();
                let mut neighbours = Vec::new();
                anchors::neighbours(&rare, &mut neighbours);
                neighbours.into_iter().collect()
            })
            .collect();
        let mut pairs = Vec::new();
        for y in 0..stories.len() {
            for x in 0..y {
                let rare = |at: usize| -> Vec<u32> {
                    stories[at]
                        .iter()
                        .copied()
                        .filter(|&anchor| holders(anchor) > 1)
                        .collect()
                };
                if sets[x].intersection(&sets[y]).count() >= FEWEST_SHARED
                    && in_order(&rare(x), &rare(y))
                {
                    pairs.push((x as u32, y as u32));
                }
            }
        }
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn what_all_have_joins_nobody_and_is_counted() {
        let stories = vec![spread(&[1, 2, 3, 4, 5, 6]); FEW + 1];
        let sharing = found(&stories);
        assert_eq!(sharing.pairs, []);
        assert_eq!(
            (sharing.common, sharing.not_compared),
            (9, 9 * pairs_of(FEW + 1))
        );
        assert_eq!(found(&stories[1..]).pairs.len() as u64, pairs_of(FEW));
        assert_eq!(
            found(&vec![spread(&[1, 2]); 2]).pairs,
            [],
            "one pair of anchors is too few"
        );
    }

    #[test]
    fn only_pairs_that_may_be() {
        let stories = vec![spread(&[1, 2, 3, 4, 5, 6]); 4];
        let stories: Vec<&[u32]> = stories.iter().map(Vec::as_slice).collect();
        assert_eq!(
            sharing(&stories, &|x, y| x + y == 3, &|x, _| x == 0)
                .expect("nothing was put away")
                .pairs,
            [(0, 3)]
        );
    }

    #[test]
    fn order_beyond_chance() {
        let story: Vec<u32> = (0..20).collect();
        let turned: Vec<u32> = story.iter().rev().copied().collect();
        let every_other: Vec<u32> = story.iter().step_by(2).copied().collect();
        assert!(in_order(&story, &story));
        assert!(in_order(&story, &every_other));
        assert!(!in_order(&story, &turned));
        assert!(
            !in_order(&[7; 20], &[7; 20]),
            "one name all the time has no order"
        );
        assert!(!in_order(&story[..5], &story), "too few");
        assert!(!in_order(&[], &story));
    }

    proptest! {
        #[test]
        fn finds_what_all_pairs_have(stories in proptest::collection::vec(proptest::collection::vec(0u32..40, 0..30), 0..12)) {
            let stories: Vec<Vec<u32>> = stories.iter().map(|story| spread(story)).collect();
            prop_assert_eq!(found(&stories).pairs, naive(&stories));
        }
    }
}

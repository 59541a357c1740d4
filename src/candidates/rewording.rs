//! Candidates by names and numbers: stories that may be the same story in other words.
//!
//! The names and numbers of a text are its [`anchors`]. Every two rare anchors that stand close
//! together in a story are hashed, and stories that share such hashes are joined, as documents are
//! joined by fingerprints of passages. Two stories that share a person or a place have one or two
//! pairs of anchors in common; a story that was reworded keeps dozens. So candidates must share
//! [`FEWEST_SHARED`] pairs, and their rare anchors must come in [one order](in_order). Pairs of
//! anchors in more than [`FEW`] stories join nothing; their number is counted.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use crate::catalog::pairs_of;
use crate::error::ReadError;
use crate::sketch::anchors;
use crate::storage::buckets::{self, BYTES_A_ROUND, Bucket, Entry};
use crate::storage::lists::Lists;

/// Most stories with two anchors close together of which every two are looked at: 496 pairs.
pub const FEW: usize = 32;

/// Fewest pairs of anchors that two stories share. Of the twelve invented stories that were heavily
/// reworded, the one with the fewest shares 10 with its source.
pub const FEWEST_SHARED: usize = 3;

/// Fewest rare anchors that two stories have in one order.
///
/// On the invented reworded stories these are never under 14, and never under .45 of the shorter
/// list. On pairs of real reports about one topic, one in four reaches that.
const FEWEST_IN_ORDER: usize = 6;

/// Smallest share of the shorter list that [`FEWEST_IN_ORDER`] must be.
const LEAST_IN_ORDER: f64 = 0.35;

/// By how much more of the shorter list two stories are in order than with one list reversed, at
/// least. On invented reworded stories this is never under .25. On real pairs about one topic the
/// median is .04, and one in four is over .11.
const LEAST_BEYOND_CHANCE: f64 = 0.15;

/// Most rare anchors of a story whose order is looked at.
const MOST_IN_ORDER: usize = 256;

/// An anchor in more than one story of this many is too common to say anything: *Tuesday*,
/// *President*, *2016*.
const ONE_STORY_IN: usize = 256;

/// In a small corpus, an anchor may be in so many stories all the same: those of one event.
const COMMON: usize = 64;

/// Smallest and largest table of counts, in bits of its index: 256 KB to 256 MB.
const TABLE_BITS: RangeInclusive<u32> = 16..=26;

/// Stories that share names and numbers.
#[derive(Debug, Default)]
pub struct Sharing {
    /// Stories with enough in common, by number, the smaller first, in order.
    pub pairs: Vec<(u32, u32)>,
    /// Number of pairs of anchors in more than [`FEW`] stories.
    pub common: u64,
    /// Upper bound of the number of pairs of stories that share such a pair of anchors and were not
    /// looked at because of it.
    pub not_compared: u64,
}

/// Finds the stories, given by their anchors, that share names and numbers.
///
/// A pair of stories is only looked at if `may` returns true, which is called for everything that
/// two stories share, and only returned if `wanted` does, which is called once for each pair.
///
/// # Errors
/// None in practice, because the lists are in memory.
pub fn sharing(
    stories: &[&[u32]],
    may: &(dyn Fn(u32, u32) -> bool + Sync),
    wanted: &(dyn Fn(u32, u32) -> bool + Sync),
) -> Result<Sharing, ReadError> {
    let counts = AnchorCounts::new(stories);
    let rare = |story: u32| -> Vec<u32> {
        let anchors = stories[story as usize].iter().copied();
        anchors
            .filter(|&anchor| counts.is_shared_by_few(anchor))
            .collect()
    };
    let neighbours = neighbours(stories.len(), &rare);
    let reading = neighbours.reader(0..stories.len());
    let mut all = SharedNeighbours::default();
    let entry = |&hash: &u32| Some((hash, ()));
    let count = |bucket| SharedNeighbours::count(bucket, may);
    for found in buckets::each(&reading, BYTES_A_ROUND, entry, count)? {
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

/// Returns `true` if two lists of rare anchors have enough in one order, and more than in reverse
/// order.
pub fn in_order(x: &[u32], y: &[u32]) -> bool {
    let (x, y) = (
        &x[..x.len().min(MOST_IN_ORDER)],
        &y[..y.len().min(MOST_IN_ORDER)],
    );
    let least = |share: f64| share * x.len().min(y.len()) as f64;
    let forwards = longest_common(x.iter(), y);
    if forwards < FEWEST_IN_ORDER || (forwards as f64) < least(LEAST_IN_ORDER) {
        return false;
    }
    let backwards = longest_common(x.iter().rev(), y);
    forwards as f64 - backwards as f64 >= least(LEAST_BEYOND_CHANCE)
}

/// Length of the longest common subsequence (Wagner and Fischer, JACM 1974, "The string-to-string
/// correction problem").
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

/// For each story, the hashes of every two rare anchors that stand close together.
fn neighbours(stories: usize, rare: &(impl Fn(u32) -> Vec<u32> + Sync)) -> Lists<u32> {
    let pieces: Vec<Lists<u32>> = (0..stories as u32)
        .into_par_iter()
        .fold(Lists::default, |mut lists, story| {
            let mut neighbours = Vec::new();
            anchors::neighbours(&rare(story), &mut neighbours);
            lists.push(neighbours.into_iter());
            lists
        })
        .collect();
    let mut all = Lists::default();
    pieces.into_iter().for_each(|lists| all.append(lists));
    all
}

/// Pairs of stories, with the number of pairs of anchors that they share.
#[derive(Default)]
struct SharedNeighbours {
    pairs: Vec<((u32, u32), u32)>,
    /// See [`Sharing::common`].
    common: u64,
    /// See [`Sharing::not_compared`].
    not_compared: u64,
}

impl SharedNeighbours {
    /// Counts one bucket of hashes.
    fn count(mut bucket: Bucket<()>, may: &(dyn Fn(u32, u32) -> bool + Sync)) -> SharedNeighbours {
        bucket.sort();
        let (mut found, mut holders) = (SharedNeighbours::default(), Vec::new());
        for entries in bucket.entries.chunk_by(Entry::same_hash) {
            // The entries are in order of story, so repeats within a story are next to each other.
            holders.clear();
            holders.extend(entries.iter().map(|entry| entry.document));
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
    }

    /// Adds up the numbers of equal pairs.
    fn sum(&mut self) {
        self.pairs.par_sort_unstable_by_key(|&(pair, _)| pair);
        self.pairs.dedup_by(|more, kept| {
            let same = more.0 == kept.0;
            kept.1 += if same { more.1 } else { 0 };
            same
        });
    }
}

/// Number of stories in which each anchor stands, or more, because anchors may share a counter.
struct AnchorCounts {
    counters: Vec<AtomicU32>,
    shift: u32,
    /// Most stories that a rare anchor is in.
    most: u32,
}

impl AnchorCounts {
    fn new(stories: &[&[u32]]) -> AnchorCounts {
        let anchors: usize = stories.iter().map(|anchors| anchors.len()).sum();
        let bits = usize::BITS - anchors.leading_zeros() + 1;
        let bits = bits.clamp(*TABLE_BITS.start(), *TABLE_BITS.end());
        let counts = AnchorCounts {
            counters: (0..1usize << bits).map(|_| AtomicU32::new(0)).collect(),
            shift: u32::BITS - bits,
            most: COMMON.max(stories.len() / ONE_STORY_IN) as u32,
        };
        stories
            .par_iter()
            .for_each_init(Vec::new, |distinct, anchors| {
                distinct.clear();
                distinct.extend(anchors.iter().map(|&anchor| counts.place(anchor)));
                distinct.sort_unstable();
                distinct.dedup();
                for &place in &*distinct {
                    counts.counters[place].fetch_add(1, Ordering::Relaxed);
                }
            });
        counts
    }

    fn place(&self, anchor: u32) -> usize {
        (anchor >> self.shift) as usize
    }

    /// Returns `true` if another story has the anchor, and not too many have.
    fn is_shared_by_few(&self, anchor: u32) -> bool {
        let count = self.counters[self.place(anchor)].load(Ordering::Relaxed);
        (2..=self.most).contains(&count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// Spreads small numbers, as hashes are spread.
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

    /// All pairs of stories, by the definition; right if no anchor is common.
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
    fn anchors_in_too_many_stories_join_nothing_and_are_counted() {
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
    fn only_pairs_that_may_be_and_are_wanted_are_returned() {
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
    fn two_stories_must_agree_in_order_more_than_by_chance() {
        let story: Vec<u32> = (0..20).collect();
        let turned: Vec<u32> = story.iter().rev().copied().collect();
        let every_other: Vec<u32> = story.iter().step_by(2).copied().collect();
        assert!(in_order(&story, &story));
        assert!(in_order(&story, &every_other));
        assert!(!in_order(&story, &turned));
        assert!(
            !in_order(&[7; 20], &[7; 20]),
            "one name repeated has no order"
        );
        assert!(!in_order(&story[..5], &story), "too few");
        assert!(!in_order(&[], &story));
    }

    proptest! {
        #[test]
        fn finds_the_pairs_of_the_definition(
            stories in prop::collection::vec(prop::collection::vec(0u32..40, 0..30), 0..12),
        ) {
            let stories: Vec<Vec<u32>> = stories.iter().map(|story| spread(story)).collect();
            prop_assert_eq!(found(&stories).pairs, naive(&stories));
        }
    }
}

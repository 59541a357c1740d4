//! Passages: maximal runs of words that two documents share.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::positions::{Positions, common_prefix};
use crate::text::shingle;

/// Fewest words of a run that is listed as a passage.
pub const SHORTEST: usize = 8;

/// Most places at which runs can begin that are looked at, as a multiple of the words of both
/// texts. Only repetitive texts have more.
const PLACES: usize = 8;

/// Modulus of the run hashes, the Mersenne prime 2^61 - 1. A power of two, as for shingles, would
/// not do: long runs of two words in the order of Thue and Morse collide there in every base.
const PRIME: u64 = (1 << 61) - 1;

/// Base of the run hashes.
const BASE: u64 = 0x1234_5678_9ABC_DEF1;

/// A run of words that is in both of two documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passage {
    /// Position of its first word in the one.
    pub a: usize,
    /// Position of its first word in the other.
    pub b: usize,
    /// Number of its words.
    pub words: usize,
}

impl Passage {
    /// The maximal run that begins at these positions; none if the words before them are the same
    /// too, because then it begins farther left.
    #[inline]
    pub fn beginning_at(a: &[u64], b: &[u64], i: usize, j: usize) -> Option<Passage> {
        let begins = i == 0 || j == 0 || a[i - 1] != b[j - 1];
        begins.then(|| {
            let words = common_prefix(&a[i..], &b[j..]);
            Passage { a: i, b: j, words }
        })
    }

    /// The same run with the two texts swapped.
    pub fn swapped(self) -> Passage {
        Passage {
            a: self.b,
            b: self.a,
            words: self.words,
        }
    }

    /// The part of this run that is left when words are taken off its two ends, so that it begins
    /// and ends in the free ranges.
    fn within(self, free_a: &Range<usize>, free_b: &Range<usize>) -> Passage {
        let before = |free: &Range<usize>, at: usize| free.start.saturating_sub(at);
        let after = |free: &Range<usize>, at: usize| (at + self.words).saturating_sub(free.end);
        let before = before(free_a, self.a).max(before(free_b, self.b));
        let after = after(free_a, self.a).max(after(free_b, self.b));
        Passage {
            a: self.a + before,
            b: self.b + before,
            words: self.words.saturating_sub(before + after),
        }
    }
}

/// Finds the passages of at least [`SHORTEST`] words that two texts share, in order of `a`.
///
/// The longest maximal run is taken first, of equals the earlier one. From runs that overlap it in
/// either text, the words that it holds are taken off, as in greedy string tiling (Wise 1993,
/// "String similarity via greedy string tiling and running Karp-Rabin matching"). So no word is in
/// two passages.
pub fn shared(a: &[u64], b: &[u64]) -> Vec<Passage> {
    let order = |run: Passage| (run.words, Reverse((run.a, run.b)));
    let mut runs: BinaryHeap<_> = maximal_runs(a, b).into_iter().map(order).collect();
    // The ends of the passages that were taken, by their beginnings.
    let (mut taken_a, mut taken_b) = (BTreeMap::new(), BTreeMap::new());
    let mut taken = Vec::new();
    while let Some((words, Reverse((a, b)))) = runs.pop() {
        if words < SHORTEST {
            break;
        }
        let run = Passage { a, b, words };
        let left = run.within(&free(&taken_a, a), &free(&taken_b, b));
        if left == run {
            taken_a.insert(a, a + words);
            taken_b.insert(b, b + words);
            taken.push(run);
        } else {
            runs.push(order(left));
        }
    }
    taken.sort_unstable();
    taken
}

/// The range between the taken runs on either side of a position. The one before can hold the
/// position, and the other can begin anywhere after it.
///
/// A run that is taken is at least as long as those that wait. So it cannot lie between the ends of
/// one of them, and what it leaves of a run is in one piece.
fn free(taken: &BTreeMap<usize, usize>, at: usize) -> Range<usize> {
    let before = taken.range(..=at).next_back();
    let after = taken.range(at + 1..).next();
    let start = before.map_or(0, |(_, &end)| end);
    let end = after.map_or(usize::MAX, |(&start, _)| start);
    start..end
}

/// Finds the maximal runs that begin with [`SHORTEST`] words of the same hash.
fn maximal_runs(a: &[u64], b: &[u64]) -> Vec<Passage> {
    let hashes = |words: &[u64]| {
        let mut runs = Vec::new();
        if words.len() >= SHORTEST {
            shingle::runs(words, SHORTEST, &mut runs);
        }
        runs
    };
    let places = Positions::new(hashes(b));
    let mut left = PLACES * (a.len() + b.len());
    let mut maximal = Vec::new();
    for (i, hash) in hashes(a).into_iter().enumerate() {
        for j in places.all(hash) {
            if left == 0 {
                return maximal;
            }
            left -= 1;
            if let Some(run) = Passage::beginning_at(a, b, i, j) {
                left = left.saturating_sub(run.words);
                maximal.push(run);
            }
        }
    }
    maximal
}

/// Finds a longest run that two texts share, exactly: of equals the first in `b`, and its first
/// place in `a`.
pub fn longest(a: &[u64], b: &[u64]) -> Passage {
    longest_from(a, b, 0)
}

/// Finds the longest run like [`longest`], given that one of `known` words is shared, in
/// `O((n + m) log min(n, m))` expected time.
///
/// If a common run of length `l` exists, so do all shorter ones. So steps that double bound the
/// length, and bisection finds it. Each step hashes the runs of one text and checks every hit of
/// the other word by word.
pub(super) fn longest_from(a: &[u64], b: &[u64], known: usize) -> Passage {
    let (mut shared, mut beyond) = (known, a.len().min(b.len()) + 1);
    let (mut found, mut step) = (None, 1);
    while beyond - shared > 1 {
        let length = (shared + step).min(shared.midpoint(beyond));
        match shared_run(a, b, length) {
            Some(run) => {
                (found, shared) = (Some(run), length);
                step *= 2;
            }
            None => beyond = length,
        }
    }
    match found {
        Some(run) => run,
        None if known == 0 => Passage::default(),
        None => shared_run(a, b, known).unwrap_or_default(),
    }
}

/// Finds the run of that length that two texts share which is first in `b`, and its first place in
/// `a`.
///
/// Only the runs of the smaller text are kept. The first position of each hash is enough: two
/// different runs have the same hash with a probability of about 2^-61.
fn shared_run(a: &[u64], b: &[u64], length: usize) -> Option<Passage> {
    let checked = |(i, j): (usize, usize)| {
        (a[i..i + length] == b[j..j + length]).then_some(Passage {
            a: i,
            b: j,
            words: length,
        })
    };
    let (smaller, larger) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut first = FxHashMap::with_capacity_and_hasher(smaller.len(), FxBuildHasher);
    for (at, hash) in fingerprints(smaller, length).enumerate() {
        first.entry(hash).or_insert(at);
    }
    let mut hits = fingerprints(larger, length)
        .enumerate()
        .filter_map(|(at, hash)| Some((at, *first.get(&hash)?)));
    if a.len() <= b.len() {
        return hits.find_map(|(j, i)| checked((i, j)));
    }
    let runs = hits.filter_map(checked);
    runs.min_by_key(|run| (run.b, run.a))
}

/// The polynomial hash of every run of `length` entries, modulo [`PRIME`] (Karp and Rabin 1987,
/// "Efficient randomized pattern-matching algorithms").
fn fingerprints(entries: &[u64], length: usize) -> impl Iterator<Item = u64> + '_ {
    let append = |hash: u64, entry: u64| times_plus(hash, BASE, entry % PRIME);
    let leaving = (0..length).fold(1, |power, _| append(power, 0));
    let mut hash = entries[..length]
        .iter()
        .fold(0, |hash, &entry| append(hash, entry));
    let rolled = entries[length..]
        .iter()
        .zip(entries)
        .map(move |(&enters, &leaves)| {
            let left = times_plus(leaves % PRIME, leaving, 0);
            hash = (append(hash, enters) + PRIME - left) % PRIME;
            hash
        });
    std::iter::once(hash).chain(rolled)
}

/// `x * y + z` modulo [`PRIME`], for numbers below it. As `2^61` is 1 there, the high bits are
/// added to the low ones.
#[inline]
fn times_plus(x: u64, y: u64, z: u64) -> u64 {
    let sum = u128::from(x) * u128::from(y) + u128::from(z);
    let folded = (sum as u64 & PRIME) + (sum >> 61) as u64;
    if folded >= PRIME {
        folded - PRIME
    } else {
        folded
    }
}

#[cfg(test)]
pub(crate) mod naive {
    /// Longest common substring by the quadratic recurrence.
    pub fn longest(a: &[u64], b: &[u64]) -> usize {
        let mut best = 0;
        let mut row = vec![0; b.len() + 1];
        for x in a {
            for j in (0..b.len()).rev() {
                row[j + 1] = if *x == b[j] { row[j] + 1 } else { 0 };
                best = best.max(row[j + 1]);
            }
        }
        best
    }

    /// The first longest run in `b`, at its first place in `a`.
    pub fn longest_run(a: &[u64], b: &[u64]) -> super::Passage {
        let words = longest(a, b);
        if words == 0 {
            return super::Passage::default();
        }
        let (b, run) = b
            .windows(words)
            .enumerate()
            .find(|(_, run)| a.windows(words).any(|other| other == *run))
            .expect("the run is in both");
        let at = a.windows(words).position(|other| other == run);
        let a = at.expect("the run is in both");
        super::Passage { a, b, words }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    /// Texts of up to `longest` words out of `vocabulary` different ones.
    fn words(vocabulary: u64, longest: usize) -> impl Strategy<Value = Vec<u64>> {
        vec(0..vocabulary, 0..longest)
    }

    #[test]
    fn longest_runs_of_named_cases() {
        for (name, a, b, expected) in [
            ("both empty", &[][..], &[][..], 0),
            ("one empty", &[1, 2][..], &[][..], 0),
            ("nothing shared", &[1, 2], &[3, 4], 0),
            ("whole", &[1, 2, 3], &[1, 2, 3], 3),
            ("at the two ends", &[1, 2, 3, 9], &[7, 1, 2, 3], 3),
            (
                "the longer of two",
                &[1, 2, 9, 4, 5, 6],
                &[1, 2, 8, 4, 5, 6],
                3,
            ),
            ("repeats", &[1, 1, 1, 1], &[1, 1, 1], 3),
        ] {
            assert_eq!(longest(a, b).words, expected, "{name}");
            assert_eq!(naive::longest(a, b), expected, "{name}: naive");
        }
    }

    #[test]
    fn thue_morse_sequences_do_not_collide() {
        let sequence = |complement: u32| {
            (0..4096u32).map(move |i| u64::from((i.count_ones() + complement) % 2))
        };
        let a: Vec<u64> = sequence(1).chain([7]).chain(sequence(0)).collect();
        let b: Vec<u64> = sequence(0).chain([8]).collect();
        assert!(longest(&a, &b).words >= 4096);
    }

    /// Greedy tiling by trying every two places and marking every word.
    fn naive_shared(a: &[u64], b: &[u64]) -> Vec<Passage> {
        let mut runs = Vec::new();
        for i in 0..a.len() {
            for j in 0..b.len() {
                if i > 0 && j > 0 && a[i - 1] == b[j - 1] {
                    continue;
                }
                let words = a[i..]
                    .iter()
                    .zip(&b[j..])
                    .take_while(|(x, y)| x == y)
                    .count();
                runs.push(Passage { a: i, b: j, words });
            }
        }
        let (mut taken_a, mut taken_b) = (vec![false; a.len()], vec![false; b.len()]);
        let mut taken = Vec::new();
        loop {
            runs.retain(|run| run.words >= SHORTEST);
            runs.sort_by_key(|run| (run.words, Reverse((run.a, run.b))));
            let Some(run) = runs.pop() else {
                break;
            };
            let is_free = |at: &usize| !taken_a[run.a + at] && !taken_b[run.b + at];
            let places: Vec<usize> = (0..run.words).filter(is_free).collect();
            if places.len() == run.words {
                taken_a[run.a..][..run.words].fill(true);
                taken_b[run.b..][..run.words].fill(true);
                taken.push(run);
            } else if let Some(&first) = places.first() {
                assert_eq!(places[places.len() - 1] + 1 - first, places.len());
                runs.push(Passage {
                    a: run.a + first,
                    b: run.b + first,
                    words: places.len(),
                });
            }
        }
        taken.sort();
        taken
    }

    #[test]
    fn passages_of_named_cases() {
        let run = |from: u64, words: u64| (from..from + words).collect::<Vec<u64>>();
        let passage = |a, b, words| Passage { a, b, words };
        let (short, shortest) = (run(100, SHORTEST as u64 - 1), run(100, SHORTEST as u64));
        for (name, a, b, expected) in [
            ("both empty", vec![], vec![], vec![]),
            (
                "too short",
                [run(0, 5), short.clone()].concat(),
                [run(50, 9), short].concat(),
                vec![],
            ),
            (
                "just long enough",
                [run(0, 5), shortest.clone()].concat(),
                [run(50, 9), shortest].concat(),
                vec![passage(5, 9, SHORTEST)],
            ),
            ("the whole", run(0, 30), run(0, 30), vec![passage(0, 0, 30)]),
            (
                "moved around",
                [run(0, 10), run(20, 12)].concat(),
                [run(20, 12), run(0, 10)].concat(),
                vec![passage(0, 12, 10), passage(10, 0, 12)],
            ),
            (
                "twice in one: the earlier",
                run(0, 10),
                [run(0, 10), run(70, 3), run(0, 10)].concat(),
                vec![passage(0, 0, 10)],
            ),
            (
                "twice in both",
                [run(0, 10), vec![90], run(0, 10)].concat(),
                [run(0, 10), vec![91], run(0, 10)].concat(),
                vec![passage(0, 0, 10), passage(11, 11, 10)],
            ),
            (
                "what an earlier one leaves is long enough",
                run(0, 20),
                [run(0, 12), vec![90], run(8, 12)].concat(),
                vec![passage(0, 0, 12), passage(12, 17, 8)],
            ),
            (
                "what an earlier one leaves is too short",
                run(0, 19),
                [run(0, 12), vec![90], run(8, 11)].concat(),
                vec![passage(0, 0, 12)],
            ),
            (
                "what a longer one leaves is too short",
                [run(0, 12), vec![90], run(5, 20)].concat(),
                run(0, 25),
                vec![passage(13, 5, 20)],
            ),
            (
                "an overlap of one word with a longer one",
                [run(0, 58), vec![90], run(57, 80)].concat(),
                run(0, 137),
                vec![passage(0, 0, 57), passage(59, 57, 80)],
            ),
            (
                "an overlap at both ends",
                [run(0, 30), vec![90], run(28, 14), vec![91], run(40, 30)].concat(),
                run(0, 70),
                vec![passage(0, 0, 30), passage(33, 30, 10), passage(46, 40, 30)],
            ),
        ] {
            assert_eq!(shared(&a, &b), expected, "{name}");
            assert_eq!(naive_shared(&a, &b), expected, "{name}: naive");
        }
    }

    proptest! {
        #[test]
        fn passages_equal_naive_tiles(
            mut a in words(6, 60),
            mut b in words(6, 60),
            runs in vec((vec(0u64..6, SHORTEST - 1..16), any::<Index>(), any::<Index>()), 0..4),
        ) {
            for (run, in_a, in_b) in runs {
                let (at, to) = (in_a.index(a.len() + 1), in_b.index(b.len() + 1));
                a.splice(at..at, run.iter().copied());
                b.splice(to..to, run);
            }
            let found = shared(&a, &b);
            prop_assert_eq!(&found, &naive_shared(&a, &b));
            let longest = found.iter().map(|run| run.words).max().unwrap_or(0);
            let expected = naive::longest(&a, &b);
            prop_assert!(longest == expected || longest == 0 && expected < SHORTEST);
        }

        #[test]
        fn passages_of_repetitive_texts_are_shared_and_do_not_overlap(
            a in words(2, 150),
            b in words(2, 150),
        ) {
            let found = shared(&a, &b);
            for (at, run) in found.iter().enumerate() {
                prop_assert_eq!(&a[run.a..run.a + run.words], &b[run.b..run.b + run.words]);
                prop_assert!(run.words >= SHORTEST);
                let meet = |x: usize, known: usize, words| x < known + words && known < x + run.words;
                let overlaps = |known: &&Passage| {
                    meet(run.a, known.a, known.words) || meet(run.b, known.b, known.words)
                };
                prop_assert_eq!(found[..at].iter().find(overlaps), None);
            }
        }

        #[test]
        fn longest_equals_naive(a in words(4, 60), b in words(4, 60)) {
            let expected = naive::longest_run(&a, &b);
            prop_assert_eq!(longest(&a, &b), expected);
            for known in 0..=expected.words {
                prop_assert_eq!(longest_from(&a, &b, known), expected);
            }
        }
    }
}

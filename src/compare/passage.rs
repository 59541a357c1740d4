//! Passages: maximal runs of words that two documents share.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::positions::{Positions, common_prefix};
use crate::text::shingle;

/// Fewest words of a run that is listed as a passage.
pub const SHORTEST: usize = 8;

/// Most places at which runs can begin that are looked at, as a multiple of the words of both
/// texts. Only repetitive texts have more.
const PLACES: usize = 8;

/// Times that a text can be as long as another and still be walked for the runs of the other.
const LONGER: usize = 4;

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

/// Words of a text. The positions of its runs are found when they are first needed, and kept for
/// the other texts that it is compared with.
#[derive(Debug, Default)]
pub struct IndexedWords {
    words: Vec<u64>,
    /// Positions of the runs of a width.
    runs: Mutex<BTreeMap<usize, Arc<Positions>>>,
}

impl IndexedWords {
    /// The words, given by their hashes.
    pub fn new(words: Vec<u64>) -> IndexedWords {
        IndexedWords {
            words,
            runs: Mutex::default(),
        }
    }

    /// The hashes of the words.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    fn positions(&self, width: usize) -> Arc<Positions> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let positions = || Arc::new(Positions::new(self.hashes(width)));
        Arc::clone(runs.entry(width).or_insert_with(positions))
    }

    /// The hashes of the runs of a width; none if there are fewer words.
    fn hashes(&self, width: usize) -> Vec<u64> {
        let mut hashes = Vec::new();
        if self.words.len() >= width {
            shingle::runs(&self.words, width, &mut hashes);
        }
        hashes
    }
}

/// Finds the passages of at least [`SHORTEST`] words that two texts share, in order of `a`.
///
/// The longest maximal run is taken first, of equals the earlier one. From runs that overlap it in
/// either text, the words that it holds are taken off, as in greedy string tiling (Wise 1993,
/// "String similarity via greedy string tiling and running Karp-Rabin matching"). So no word is in
/// two passages.
///
/// The shorter text is looked up in the positions of the longer one.
pub fn shared(a: &IndexedWords, b: &IndexedWords) -> Vec<Passage> {
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
fn maximal_runs(a: &IndexedWords, b: &IndexedWords) -> Vec<Passage> {
    let from_b = (b.words.len() < a.words.len()).then(|| runs_from_b(a, b));
    from_b.flatten().unwrap_or_else(|| runs_from_a(a, b))
}

/// Finds maximal runs in order of `a`, until the limit of [`PLACES`] is used up.
fn runs_from_a(a: &IndexedWords, b: &IndexedWords) -> Vec<Passage> {
    let places = b.positions(SHORTEST);
    let mut left = PLACES * (a.words.len() + b.words.len());
    let mut maximal = Vec::new();
    for (i, &hash) in a.positions(SHORTEST).hashes().iter().enumerate() {
        for j in places.all(hash) {
            if left == 0 {
                return maximal;
            }
            left -= 1;
            if let Some(run) = Passage::beginning_at(&a.words, &b.words, i, j) {
                left = left.saturating_sub(run.words);
                maximal.push(run);
            }
        }
    }
    maximal
}

/// Finds all maximal runs; `None` if [`runs_from_a`] would use up its limit before the last place.
fn runs_from_b(a: &IndexedWords, b: &IndexedWords) -> Option<Vec<Passage>> {
    let places = a.positions(SHORTEST);
    let limit = PLACES * (a.words.len() + b.words.len());
    let mut maximal = Vec::new();
    // The cost of all places, and the last place in the order of `a` with its cost.
    let (mut all, mut last) = (0, ((0, 0), 0));
    for (j, &hash) in b.positions(SHORTEST).hashes().iter().enumerate() {
        for i in places.all(hash) {
            let run = Passage::beginning_at(&a.words, &b.words, i, j);
            let cost = 1 + run.map_or(0, |run| run.words);
            all += cost;
            if (i, j) >= last.0 {
                last = ((i, j), cost);
            }
            if all - last.1 >= limit {
                return None;
            }
            maximal.extend(run);
        }
    }
    Some(maximal)
}

/// Share of marked words among the words of `a` that are in a run of `width` words which `b` has
/// too.
///
/// `marked` has an entry for every word of `a`. Returns `None` if it has not, or if the texts share
/// no such run.
///
/// Of texts of very different lengths the shorter one is walked.
pub fn marked_share(
    a: &IndexedWords,
    b: &IndexedWords,
    width: usize,
    marked: &[bool],
) -> Option<f64> {
    let words = a.words.len().min(b.words.len());
    if marked.len() != a.words.len() || words < width {
        return None;
    }
    let (mut shared, mut shared_and_marked, mut from) = (0, 0, 0);
    for at in common_runs(a, b, width) {
        let words: Range<usize> = from.max(at)..at + width;
        shared += words.len();
        shared_and_marked += marked[words.clone()]
            .iter()
            .filter(|&&marked| marked)
            .count();
        from = words.end;
    }
    (shared > 0).then(|| f64::from(shared_and_marked as u32) / f64::from(shared as u32))
}

/// Positions in `a` of the runs of a width that `b` has too, in order.
fn common_runs(a: &IndexedWords, b: &IndexedWords, width: usize) -> Vec<usize> {
    let (in_a, in_b) = (a.positions(width), b.positions(width));
    if a.words.len() / LONGER <= b.words.len() {
        return in_a.shared_places(&in_b).collect();
    }
    let runs = in_b.hashes().iter().enumerate();
    let distinct = runs.filter(|&(at, _)| !in_b.is_repeat(at));
    let mut both: Vec<usize> = distinct.flat_map(|(_, &run)| in_a.all(run)).collect();
    both.sort_unstable();
    both
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

    fn indexed_shared(a: &[u64], b: &[u64]) -> Vec<Passage> {
        let [a, b] = [a, b].map(|words| IndexedWords::new(words.to_vec()));
        shared(&a, &b)
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

    /// The marked share by looking up every run around every word.
    fn naive_marked_share(a: &[u64], b: &[u64], width: usize, marked: &[bool]) -> Option<f64> {
        let shared = |at: usize| {
            let starts = at.saturating_sub(width - 1)..=at;
            starts
                .filter_map(|start| a.get(start..start + width))
                .any(|run| b.windows(width).any(|other| other == run))
        };
        let shared: Vec<usize> = (0..a.len()).filter(|&at| shared(at)).collect();
        let both = shared.iter().filter(|&&at| marked[at]).count();
        (!shared.is_empty()).then(|| both as f64 / shared.len() as f64)
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
            assert_eq!(indexed_shared(&a, &b), expected, "{name}");
            assert_eq!(naive_shared(&a, &b), expected, "{name}: naive");
        }
    }

    #[test]
    fn marked_shares_of_named_cases() {
        let words: Vec<u64> = (0..20).collect();
        let marked =
            |range: Range<usize>| (0..20).map(|at| range.contains(&at)).collect::<Vec<bool>>();
        for (name, b, marked, expected) in [
            (
                "nothing shared",
                vec![90, 91, 92, 93, 94],
                marked(0..20),
                None,
            ),
            (
                "shared, none marked",
                words[3..13].to_vec(),
                marked(0..0),
                Some(0.0),
            ),
            (
                "shared, all marked",
                words[3..13].to_vec(),
                marked(3..13),
                Some(1.0),
            ),
            (
                "shared, half marked",
                words[3..13].to_vec(),
                marked(8..20),
                Some(0.5),
            ),
            ("a run too short", words[3..7].to_vec(), marked(0..20), None),
            ("marks that do not fit", words.clone(), vec![true; 19], None),
        ] {
            let [words, b] = [&words, &b].map(|words| IndexedWords::new(words.clone()));
            assert_eq!(marked_share(&words, &b, 5, &marked), expected, "{name}");
        }
        let [none, words] = [Vec::new(), words].map(IndexedWords::new);
        assert_eq!(marked_share(&none, &words, 5, &[]), None);
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
            let found = indexed_shared(&a, &b);
            prop_assert_eq!(&found, &naive_shared(&a, &b));
            let longest = found.iter().map(|run| run.words).max().unwrap_or(0);
            let expected = naive::longest(&a, &b);
            prop_assert!(longest == expected || longest == 0 && expected < SHORTEST);
        }

        #[test]
        fn runs_from_b_are_those_from_a_unless_the_limit_is_used_up(
            a in words(2, 400),
            b in words(2, 60),
        ) {
            let [a, b] = [a, b].map(IndexedWords::new);
            let mut expected = runs_from_a(&a, &b);
            expected.sort_unstable();
            if let Some(mut found) = runs_from_b(&a, &b) {
                found.sort_unstable();
                prop_assert_eq!(found, expected);
            } else {
                let places = a.hashes(SHORTEST);
                let cost: usize = expected.iter().map(|run| run.words).sum::<usize>()
                    + b.hashes(SHORTEST).iter()
                        .map(|hash| places.iter().filter(|&other| other == hash).count())
                        .sum::<usize>();
                prop_assert!(cost >= PLACES * (a.words.len() + b.words.len()));
            }
        }

        #[test]
        fn passages_of_repetitive_texts_are_shared_and_do_not_overlap(
            a in words(2, 150),
            b in words(2, 150),
        ) {
            let found = indexed_shared(&a, &b);
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
        fn marked_share_equals_naive(
            a in vec((0u64..4, any::<bool>()), 0..50),
            b in words(4, 50),
            width in 1usize..7,
        ) {
            let (a, marked): (Vec<u64>, Vec<bool>) = a.into_iter().unzip();
            let expected = naive_marked_share(&a, &b, width, &marked);
            let [a, b] = [a, b].map(IndexedWords::new);
            prop_assert_eq!(marked_share(&a, &b, width, &marked), expected);
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

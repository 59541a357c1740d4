//! Passages: maximal runs of words that stand in both of two documents.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::text::shingle;

/// The shortest run that is listed as a passage, in words.
pub const SHORTEST: usize = 8;

/// How many places where runs may begin are looked at, as a multiple of the words of both texts: repetitive texts have more.
const PLACES: usize = 8;

/// A run of words that stands in both of two documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passage {
    /// Its first word in one.
    pub a: usize,
    /// Its first word in the other.
    pub b: usize,
    /// How many words it has.
    pub words: usize,
}

impl Passage {
    /// The maximal run that begins at these words of both texts; none where it began further left, that is where the words before are the
    /// same too.
    #[inline]
    pub fn beginning_at(a: &[u64], b: &[u64], i: usize, j: usize) -> Option<Passage> {
        let begins = i == 0 || j == 0 || a[i - 1] != b[j - 1];
        begins.then(|| {
            let both = a[i..].iter().zip(&b[j..]);
            let words = both.take_while(|(x, y)| x == y).count();
            Passage { a: i, b: j, words }
        })
    }

    /// The same run, the texts named the other way round.
    pub fn turned(self) -> Passage {
        Passage {
            a: self.b,
            b: self.a,
            words: self.words,
        }
    }

    fn overlaps(&self, other: &Passage) -> bool {
        let meet = |x: usize, y: usize| x < y + other.words && y < x + self.words;
        meet(self.a, other.a) || meet(self.b, other.b)
    }
}

/// The passages of at least [`SHORTEST`] words that two texts share, in order of `a`: of maximal runs that overlap in either text the longer
/// one stays (of equals the earlier), as in greedy string tiling (Wise 1993, "String similarity via greedy string tiling and running Karp-Rabin
/// matching", with one round).
pub fn shared(a: &[u64], b: &[u64]) -> Vec<Passage> {
    let hashes = |words: &[u64]| {
        let mut runs = Vec::new();
        if words.len() >= SHORTEST {
            shingle::runs(words, SHORTEST, &mut runs);
        }
        runs
    };
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, hash) in hashes(b).into_iter().enumerate() {
        places.entry(hash).or_default().push(at);
    }
    let mut left = PLACES * (a.len() + b.len());
    let mut maximal = Vec::new();
    for (i, hash) in hashes(a).into_iter().enumerate() {
        for &j in places.get(&hash).into_iter().flatten() {
            if left == 0 {
                break;
            }
            left -= 1;
            if let Some(run) = Passage::beginning_at(a, b, i, j) {
                left = left.saturating_sub(run.words);
                maximal.push(run);
            }
        }
    }
    maximal.sort_unstable_by_key(|run| (std::cmp::Reverse(run.words), run.a, run.b));
    // Chosen ones do not overlap, so their neighbours by either order are all that a new one can overlap.
    let (mut chosen, mut by_a, mut by_b) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for run in maximal.into_iter().filter(|run| run.words >= SHORTEST) {
        let free = |by: &BTreeMap<usize, Passage>, at: usize| {
            let before = by.range(..=at).next_back();
            let after = by.range(at..).next();
            before
                .into_iter()
                .chain(after)
                .all(|(_, known)| !known.overlaps(&run))
        };
        if free(&by_a, run.a) && free(&by_b, run.b) {
            by_a.insert(run.a, run);
            by_b.insert(run.b, run);
            chosen.push(run);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// Of the words of `a` that stand in runs of `width` words which `b` has too, the share that `marked` marks; `None` if there are none, or if not
/// every word is marked or unmarked.
pub fn marked_share(a: &[u64], b: &[u64], width: usize, marked: &[bool]) -> Option<f64> {
    if marked.len() != a.len() || a.len() < width || b.len() < width {
        return None;
    }
    let (mut runs_a, mut runs_b) = (Vec::new(), Vec::new());
    shingle::runs(a, width, &mut runs_a);
    shingle::runs(b, width, &mut runs_b);
    let runs_b: FxHashSet<u64> = runs_b.into_iter().collect();
    let (mut shared, mut of_them, mut from) = (0, 0, 0);
    for (at, _) in runs_a
        .iter()
        .enumerate()
        .filter(|(_, run)| runs_b.contains(run))
    {
        let words: Range<usize> = from.max(at)..at + width;
        shared += words.len();
        of_them += marked[words.clone()]
            .iter()
            .filter(|&&marked| marked)
            .count();
        from = words.end;
    }
    (shared > 0).then(|| f64::from(of_them as u32) / f64::from(shared as u32))
}

/// The longest run that stands in both, of several one: exact, in `O((n + m) log min(n, m))` expected time.
///
/// Whether a common run of length `l` exists is monotone in `l`, so the longest is found by bisection; each
/// step hashes the runs of one side and checks every hit of the other word by word.
pub fn longest(a: &[u64], b: &[u64]) -> Passage {
    let (mut found, mut beyond) = (Passage::default(), a.len().min(b.len()) + 1);
    while beyond - found.words > 1 {
        let length = found.words.midpoint(beyond);
        match shared_run(a, b, length) {
            Some(run) => found = run,
            None => beyond = length,
        }
    }
    found
}

/// A run of that length that stands in both.
fn shared_run(a: &[u64], b: &[u64], length: usize) -> Option<Passage> {
    // The first position of each hash is enough: of equal hashes only those of equal runs are to be expected (about 2^-61 a pair).
    let mut first = HashMap::with_capacity(a.len());
    for (at, hash) in fingerprints(a, length).enumerate() {
        first.entry(hash).or_insert(at);
    }
    fingerprints(b, length).enumerate().find_map(|(at, hash)| {
        let start = *first.get(&hash)?;
        (a[start..start + length] == b[at..at + length]).then_some(Passage {
            a: start,
            b: at,
            words: length,
        })
    })
}

/// The Mersenne prime 2^61 - 1. Modulo a power of two, as shingles are hashed, long runs of two words in the order of Thue and Morse would
/// collide in every base.
const PRIME: u64 = (1 << 61) - 1;

/// The polynomial hash of every run of `length` entries, modulo [`PRIME`] (Karp and Rabin 1987).
fn fingerprints(entries: &[u64], length: usize) -> impl Iterator<Item = u64> + '_ {
    const BASE: u64 = 0x1234_5678_9ABC_DEF1;
    let append = |hash: u64, entry: u64| {
        ((u128::from(hash) * u128::from(BASE) + u128::from(entry)) % u128::from(PRIME)) as u64
    };
    let leaving = (0..length).fold(1, |power, _| append(power, 0));
    let mut hash = entries[..length]
        .iter()
        .fold(0, |hash, &entry| append(hash, entry));
    let rolled = entries[length..]
        .iter()
        .zip(entries)
        .map(move |(&enters, &leaves)| {
            let left = u128::from(leaves) * u128::from(leaving) % u128::from(PRIME);
            hash = (append(hash, enters) + PRIME - left as u64) % PRIME;
            hash
        });
    std::iter::once(hash).chain(rolled)
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn named_cases() {
        for (name, a, b, expected) in [
            ("both empty", &[][..], &[][..], 0),
            ("one empty", &[1, 2][..], &[][..], 0),
            ("nothing shared", &[1, 2], &[3, 4], 0),
            ("whole", &[1, 2, 3], &[1, 2, 3], 3),
            ("at the ends", &[1, 2, 3, 9], &[7, 1, 2, 3], 3),
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
    fn thue_and_morse_do_not_deceive() {
        let sequence = |complement: u32| {
            (0..4096u32).map(move |i| u64::from((i.count_ones() + complement) % 2))
        };
        let a: Vec<u64> = sequence(1).chain([7]).chain(sequence(0)).collect();
        let b: Vec<u64> = sequence(0).chain([8]).collect();
        assert!(longest(&a, &b).words >= 4096);
    }

    /// Greedy tiling by trying every two places.
    fn naive_shared(a: &[u64], b: &[u64]) -> Vec<Passage> {
        let mut maximal = Vec::new();
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
                maximal.push(Passage { a: i, b: j, words });
            }
        }
        maximal.retain(|run| run.words >= SHORTEST);
        maximal.sort_by_key(|run| (std::cmp::Reverse(run.words), run.a, run.b));
        let mut chosen: Vec<Passage> = Vec::new();
        for run in maximal {
            if !chosen.iter().any(|known| known.overlaps(&run)) {
                chosen.push(run);
            }
        }
        chosen.sort();
        chosen
    }

    /// The share by looking up every run of every word.
    fn naive_marked_share(a: &[u64], b: &[u64], width: usize, marked: &[bool]) -> Option<f64> {
        let shared = |at: usize| {
            let starts = at.saturating_sub(width - 1)..=at;
            starts
                .filter_map(|start| a.get(start..start + width))
                .any(|run| b.windows(width).any(|other| other == run))
        };
        let shared: Vec<usize> = (0..a.len()).filter(|&at| shared(at)).collect();
        let of_them = shared.iter().filter(|&&at| marked[at]).count();
        (!shared.is_empty()).then(|| of_them as f64 / shared.len() as f64)
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
                "the longer one stays",
                run(0, 20),
                [run(0, 12), vec![90], run(8, 12)].concat(),
                vec![passage(0, 0, 12)],
            ),
            (
                "of overlapping ones in one text the longer",
                [run(0, 15), vec![90], run(5, 20)].concat(),
                run(0, 25),
                vec![passage(16, 5, 20)],
            ),
        ] {
            assert_eq!(shared(&a, &b), expected, "{name}");
            assert_eq!(naive_shared(&a, &b), expected, "{name}: naive");
        }
    }

    #[test]
    fn shares_of_named_cases() {
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
            assert_eq!(marked_share(&words, &b, 5, &marked), expected, "{name}");
        }
        assert_eq!(marked_share(&[], &words, 5, &[]), None);
    }

    proptest! {
        #[test]
        fn passages_equal_naive_tiles(
            mut a in proptest::collection::vec(0u64..6, 0..60),
            mut b in proptest::collection::vec(0u64..6, 0..60),
            runs in proptest::collection::vec((proptest::collection::vec(0u64..6, SHORTEST - 1..16), any::<proptest::sample::Index>(), any::<proptest::sample::Index>()), 0..4),
        ) {
            for (run, in_a, in_b) in runs {
                let (at, to) = (in_a.index(a.len() + 1), in_b.index(b.len() + 1));
                a.splice(at..at, run.iter().copied());
                b.splice(to..to, run);
            }
            let found = shared(&a, &b);
            prop_assert_eq!(&found, &naive_shared(&a, &b));
            let longest = found.iter().map(|run| run.words).max().unwrap_or(0);
            prop_assert!(longest == naive::longest(&a, &b) || longest == 0 && naive::longest(&a, &b) < SHORTEST);
        }

        #[test]
        fn passages_of_repetitive_texts_are_shared_and_apart(a in proptest::collection::vec(0u64..2, 0..150), b in proptest::collection::vec(0u64..2, 0..150)) {
            let found = shared(&a, &b);
            for (at, run) in found.iter().enumerate() {
                prop_assert_eq!(&a[run.a..run.a + run.words], &b[run.b..run.b + run.words]);
                prop_assert!(run.words >= SHORTEST);
                prop_assert!(!found[..at].iter().any(|known| known.overlaps(run)));
            }
        }

        #[test]
        fn marked_share_equals_naive(a in proptest::collection::vec((0u64..4, any::<bool>()), 0..50), b in proptest::collection::vec(0u64..4, 0..50), width in 1usize..7) {
            let (a, marked): (Vec<u64>, Vec<bool>) = a.into_iter().unzip();
            prop_assert_eq!(marked_share(&a, &b, width, &marked), naive_marked_share(&a, &b, width, &marked));
        }

        #[test]
        fn equals_naive(a in proptest::collection::vec(0u64..4, 0..60), b in proptest::collection::vec(0u64..4, 0..60)) {
            let Passage { a: i, b: j, words } = longest(&a, &b);
            prop_assert_eq!(words, naive::longest(&a, &b));
            prop_assert_eq!(&a[i..i + words], &b[j..j + words]);
        }
    }
}

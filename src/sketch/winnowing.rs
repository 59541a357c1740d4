//! Fingerprints: a few of a text's word 8-grams, chosen so that a long enough shared run always shares one.
//!
//! Winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003, "Winnowing: local algorithms for document fingerprinting", section 3): of every
//! window of consecutive grams the smallest hash is chosen. What is chosen depends on the window alone, so two texts that share a run of
//! `GRAM + window - 1` words choose the same gram in it: that is the guarantee behind `--passage`. A text of `n` words has
//! about `2 n / (window + 1)` fingerprints.
//!
//! A shared gram is a common phrase more often than a part of a longer run. A run of `GRAM + 2 c - 1` words or more goes on for `c` words before
//! the gram chosen in it, or for `c` words after it; so a [`Fingerprint`] holds what stands on either side, and only those that agree there
//! as well can be of one run. That takes away most candidates and nothing of the guarantee.

use crate::text::shingle;

/// Words of the runs that grams and their sides are made of: the usual shingle, so that most often they are there already.
pub const RUN: usize = 5;

/// Words of a gram. On real news, 8 surfaces a sixth of the candidates that 5 does, at the same guarantee.
pub const GRAM: usize = 8;

/// Grams of a window where texts are searched for boilerplate: what a site repeats is seen to [`EDGE`] words.
pub const BOILERPLATE_WINDOW: usize = 6;

/// A repeated run begins at most so many words before its first fingerprint of that window, and ends as many after its last.
pub const EDGE: usize = BOILERPLATE_WINDOW - 1;

/// A chosen gram with what stands beside it: half of the gram's hash, a quarter of that of the words before and of the words after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Fingerprint(u64);

impl Fingerprint {
    fn new(gram: u64, before: u16, after: u16) -> Fingerprint {
        Fingerprint(gram >> 32 << 32 | u64::from(before) << 16 | u64::from(after))
    }

    /// As a number that [`Fingerprint::from_bits`] understands.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// What [`Fingerprint::to_bits`] gave.
    pub fn from_bits(bits: u64) -> Fingerprint {
        Fingerprint(bits)
    }

    /// Half of the hash of the gram.
    pub fn gram(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Whether two fingerprints of one gram can be of one run of the guaranteed length.
    pub fn may_share_run(self, other: Fingerprint) -> bool {
        let agree = |side: fn(Fingerprint) -> Option<u16>| {
            side(self).is_some() && side(self) == side(other)
        };
        agree(Fingerprint::before) || agree(Fingerprint::after)
    }

    /// What agrees in runs that go on before the gram; `None` where the text has too few words there.
    pub fn before(self) -> Option<u16> {
        Some((self.0 >> 16) as u16).filter(|&before| before != NOTHING)
    }

    /// What agrees in runs that go on after it.
    pub fn after(self) -> Option<u16> {
        Some(self.0 as u16).filter(|&after| after != NOTHING)
    }
}

/// Stands for what a text has too few words for.
const NOTHING: u16 = 0;

/// How fingerprints are chosen so that every shared run of so many words shares one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Winnowing {
    gram: usize,
    window: usize,
}

impl Winnowing {
    /// The widest windows that guarantee a fingerprint to every run of `passage` words, of at least [`RUN`].
    pub fn for_passages(passage: usize) -> Winnowing {
        let passage = passage.max(RUN);
        let gram = passage.min(GRAM);
        Winnowing {
            gram,
            window: passage - gram + 1,
        }
    }

    /// The windows that boilerplate is searched in.
    pub fn for_boilerplate() -> Winnowing {
        Winnowing {
            gram: GRAM,
            window: BOILERPLATE_WINDOW,
        }
    }

    /// The shortest run of words that always shares a fingerprint.
    pub fn guarantee(self) -> usize {
        self.gram + self.window - 1
    }

    /// How many words a run of the guaranteed length has before or after the chosen gram, at least on one side.
    fn context(self) -> usize {
        (self.guarantee() - self.gram).div_ceil(2)
    }
}

/// A gram that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// The number of its first word.
    pub at: usize,
    /// Its hash.
    pub hash: u64,
}

impl Chosen {
    /// What grams are compared by.
    fn rank(self) -> u64 {
        self.hash >> 32
    }
}

/// Chooses fingerprints; keeps its buffers from one text to the next.
#[derive(Debug, Default)]
pub struct Fingerprinter {
    grams: Vec<u64>,
    keys: Vec<u64>,
    chosen: Vec<Chosen>,
}

impl Fingerprinter {
    /// Chooses grams of a text, given by the hashes of its runs of [`RUN`] words, in order.
    pub fn choose(&mut self, runs: &[u64], winnowing: Winnowing) -> &[Chosen] {
        self.grams.clear();
        self.chosen.clear();
        let apart = winnowing.gram - RUN;
        match runs.get(apart..) {
            // Two runs that overlap are a gram: its hash is made of theirs.
            Some(ends) if !ends.is_empty() => self
                .grams
                .extend(runs.iter().zip(ends).map(|(&start, &end)| join(start, end))),
            _ => self.grams.extend(
                runs.first()
                    .zip(runs.last())
                    .map(|(&start, &end)| join(start, end)),
            ),
        }
        winnow(
            &self.grams,
            winnowing.window,
            &mut self.keys,
            &mut self.chosen,
        );
        &self.chosen
    }
}

/// The hashes of the runs of [`RUN`] words of a text.
pub fn runs(words: &[u64], out: &mut Vec<u64>) {
    out.clear();
    shingle::runs(words, RUN, out);
}

fn join(start: u64, end: u64) -> u64 {
    start.rotate_left(23) ^ end
}

/// Of the grams chosen in windows of one winnowing those that are chosen in the wider windows of another: the smallest of a window is the smallest of
/// every part of it. `None` if the other has other grams or narrower windows; `words` is the length of the text.
pub fn rechoose(
    chosen: &[Chosen],
    from: Winnowing,
    to: Winnowing,
    words: usize,
) -> Option<Vec<Chosen>> {
    if from.gram != to.gram || from.window > to.window {
        return None;
    }
    let grams = (words + 1).saturating_sub(to.gram).max(1);
    let mut out = Vec::with_capacity(chosen.len());
    winnow_sparse(chosen, grams, to.window, &mut out);
    Some(out)
}

/// The fingerprints of chosen grams: with what stands beside them. `runs` are those of the words.
pub fn fingerprints<'a>(
    words: &'a [u64],
    runs: &'a [u64],
    chosen: &'a [Chosen],
    winnowing: Winnowing,
) -> impl Iterator<Item = Fingerprint> + 'a {
    let context = winnowing.context();
    let side = move |from: usize| side(&words[from..from + context], runs, from);
    chosen.iter().map(move |&Chosen { at, hash }| {
        let before = at.checked_sub(context).map_or(NOTHING, side);
        let behind = at + winnowing.gram;
        let after = if behind + context <= words.len() {
            side(behind)
        } else {
            NOTHING
        };
        Fingerprint::new(hash, before, after)
    })
}

/// Appends the smallest of every window, in order, each once; `keys` is a buffer.
///
/// No branch depends on a hash, for a window's smallest changes too often to be foretold: minima of 2, 4, 8 … grams are made of each other, and what was
/// chosen is written whether it is new or not.
fn winnow(grams: &[u64], window: usize, keys: &mut Vec<u64>, out: &mut Vec<Chosen>) {
    let window = window.min(grams.len());
    if window == 0 {
        return;
    }
    // Half of the hash above the place, counted from the end: of equal hashes the last is chosen, so that in `spam spam spam` a window does not
    // keep what leaves it next.
    keys.clear();
    keys.extend(
        (0u32..)
            .zip(grams)
            .map(|(at, gram)| gram >> 32 << 32 | u64::from(!at)),
    );
    let mut covered = 1;
    while covered < window {
        let step = covered.min(window - covered);
        let shorter = keys.len() - step;
        for at in 0..shorter {
            keys[at] = keys[at].min(keys[at + step]);
        }
        keys.truncate(shorter);
        covered += step;
    }
    let first = out.len();
    out.resize(first + keys.len(), Chosen { at: 0, hash: 0 });
    let (mut count, mut last) = (first, u64::MAX);
    for &key in keys.iter() {
        let at = !(key as u32) as usize;
        count += usize::from(key != last);
        out[count - 1] = Chosen {
            at,
            hash: grams[at],
        };
        last = key;
    }
    out.truncate(count);
}

/// As [`winnow`], where only some of the `grams` can be the smallest.
fn winnow_sparse(some: &[Chosen], grams: usize, window: usize, out: &mut Vec<Chosen>) {
    let smallest = |from: usize, to: usize| {
        let mut smallest = from;
        for at in from + 1..to {
            if some[at].rank() <= some[smallest].rank() {
                smallest = at;
            }
        }
        smallest
    };
    let mut next = some.partition_point(|chosen| chosen.at < window);
    if next == 0 {
        return;
    }
    let mut last = smallest(0, next);
    out.push(some[last]);
    loop {
        let leaves = some[last].at + window;
        match some.get(next) {
            Some(new) if new.at < leaves => {
                next += 1;
                if new.rank() > some[last].rank() {
                    continue;
                }
                last = next - 1;
            }
            _ if leaves >= grams => return,
            _ => {
                while some.get(next).is_some_and(|new| new.at <= leaves) {
                    next += 1;
                }
                last = smallest(last + 1, next);
            }
        }
        out.push(some[last]);
    }
}

/// Some bits of a hash of these words, which begin at `from` in the text of those runs; never [`NOTHING`].
fn side(words: &[u64], runs: &[u64], from: usize) -> u16 {
    let hash = match words.len().checked_sub(RUN) {
        // Runs one behind the other, and one that ends where the words do.
        Some(last) => (0..last)
            .step_by(RUN)
            .chain([last])
            .fold(0, |hash, at| join(hash, runs[from + at])),
        None => words.iter().copied().fold(0, join),
    };
    ((hash >> 48) as u16).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chosen(words: &[u64], winnowing: Winnowing) -> Vec<(usize, u64)> {
        let (mut fingerprinter, mut hashes) = (Fingerprinter::default(), Vec::new());
        runs(words, &mut hashes);
        let chosen = fingerprinter.choose(&hashes, winnowing);
        chosen
            .iter()
            .map(|chosen| (chosen.at, chosen.hash))
            .collect()
    }

    #[test]
    fn windows_follow_from_the_guarantee() {
        for (passage, gram, window) in [(25, 8, 18), (9, 8, 2), (8, 8, 1), (5, 5, 1)] {
            let winnowing = Winnowing::for_passages(passage);
            assert_eq!(
                (winnowing.gram, winnowing.window),
                (gram, window),
                "{passage}"
            );
            assert_eq!(winnowing.guarantee(), passage);
        }
    }

    #[test]
    fn a_text_has_a_fingerprint_unless_it_is_empty() {
        let winnowing = Winnowing::for_passages(25);
        for (words, expected) in [(0, 0), (1, 1), (7, 1), (8, 1), (25, 1)] {
            let words: Vec<u64> = (0..words).collect();
            assert_eq!(chosen(&words, winnowing).len(), expected, "{}", words.len());
        }
    }

    /// From `scripts/reference-vectors`. Changing these changes every stored index: do not.
    #[test]
    fn pinned_fingerprints() {
        let words: Vec<u64> = (0..100).collect();
        let winnowing = Winnowing::for_passages(25);
        let (mut fingerprinter, mut hashes) = (Fingerprinter::default(), Vec::new());
        runs(&words, &mut hashes);
        let chosen = fingerprinter.choose(&hashes, winnowing);
        let positions: Vec<usize> = chosen.iter().map(|chosen| chosen.at).collect();
        assert_eq!(positions, [6, 19, 26, 40, 46, 59, 71, 85, 86]);
        let fingerprints: Vec<u64> = fingerprints(&words, &hashes, chosen, winnowing)
            .map(|fingerprint| fingerprint.0)
            .collect();
        assert_eq!(
            fingerprints[..2],
            [0x0FBF_BC0C_0000_ED52, 0x057E_16EE_A86D_7745]
        );
        assert_eq!(fingerprints[8], 0x05FF_279B_B75F_0000);
    }

    proptest! {
        #[test]
        fn a_shared_run_shares_a_fingerprint(
            run in proptest::collection::vec(0u64..5, 25..60),
            before in proptest::collection::vec(0u64..5, 0..30),
            after in proptest::collection::vec(0u64..5, 0..30),
            passage in 5usize..26,
        ) {
            let winnowing = Winnowing::for_passages(passage);
            let mine: Vec<u64> = [&before[..], &run, &after].concat();
            let others: Vec<u64> = [&after[..], &run, &before].concat();
            let hashes = |words: &[u64]| -> std::collections::BTreeSet<u64> {
                chosen(words, winnowing).into_iter().map(|(_, hash)| hash).collect()
            };
            prop_assert!(!hashes(&mine).is_disjoint(&hashes(&others)));
        }

        #[test]
        fn wider_windows_choose_among_what_narrower_ones_chose(words in proptest::collection::vec(0u64..9, 0..200), passage in 13usize..40) {
            let (from, to) = (Winnowing::for_boilerplate(), Winnowing::for_passages(passage));
            let (mut fingerprinter, mut hashes) = (Fingerprinter::default(), Vec::new());
            runs(&words, &mut hashes);
            let narrow = fingerprinter.choose(&hashes, from).to_vec();
            let wide = fingerprinter.choose(&hashes, to).to_vec();
            prop_assert_eq!(rechoose(&narrow, from, to, words.len()), Some(wide));
        }

        #[test]
        fn chosen_are_the_smallest_of_their_windows(grams in proptest::collection::vec(0u64..6, 0..60), window in 1usize..20) {
            let grams: Vec<u64> = grams.into_iter().map(|gram| gram << 32).collect();
            let mut found = Vec::new();
            winnow(&grams, window, &mut Vec::new(), &mut found);
            let mut naive: Vec<usize> = Vec::new();
            for start in 0..(grams.len() + 1).saturating_sub(window).max(usize::from(!grams.is_empty())) {
                let end = (start + window).min(grams.len());
                let smallest = (start..end).rev().min_by_key(|&at| grams[at]);
                naive.extend(smallest.filter(|at| naive.last() != Some(at)));
            }
            let found: Vec<usize> = found.into_iter().map(|chosen| chosen.at).collect();
            prop_assert_eq!(found, naive);
        }

        #[test]
        fn every_window_holds_a_fingerprint(words in proptest::collection::vec(0u64..9, 1..200)) {
            let winnowing = Winnowing::for_boilerplate();
            let chosen = chosen(&words, winnowing);
            let grams = words.len().saturating_sub(GRAM - 1).max(1);
            for start in 0..grams.saturating_sub(BOILERPLATE_WINDOW - 1).max(1) {
                prop_assert!(chosen.iter().any(|&(at, _)| (start..start + BOILERPLATE_WINDOW).contains(&at)));
            }
        }
    }
}

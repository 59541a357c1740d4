//! Winnowing: a few fingerprints of a text, chosen so that a long enough shared run of words always
//! shares one.
//!
//! A *gram* is a run of [`GRAM`] words (a k-gram in the paper), and a *window* is a number of
//! consecutive grams. Of every window, the gram with the smallest hash is chosen, the last one if
//! several are equal (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document
//! fingerprinting", SIGMOD 2003, section 3). The choice depends on the window alone, so two texts
//! that share a run of `GRAM + window - 1` words choose the same gram in it. That is the guarantee
//! behind `--passage`. A text of `n` words has about `2 n / (window + 1)` fingerprints.
//!
//! A gram that two texts share is more often a common phrase than a part of a longer run. If a
//! shared run has `GRAM + 2 c - 1` words or more, it goes on for `c` words before the gram chosen
//! in it, or for `c` words after it. So a [`Fingerprint`] also holds a hash of the words on either
//! side, and only two that agree on one side can belong to one run. This removes most candidates
//! and keeps the guarantee.

use crate::text::shingle;

/// Words of a run, from which grams and the words beside them are hashed. This is the length of the
/// default shingle, so the hashes are usually there already.
pub const RUN: usize = 5;

/// Words of a gram. On real news, 8 gives a sixth of the candidates that 5 gives, at the same
/// guarantee.
pub const GRAM: usize = 8;

/// Grams of a window when texts are searched for boilerplate.
pub const BOILERPLATE_WINDOW: usize = 6;

/// Largest number of words that a repeated run can have before its first fingerprint, or after its
/// last one, with windows of [`BOILERPLATE_WINDOW`] grams.
pub const EDGE: usize = BOILERPLATE_WINDOW - 1;

/// Stands in a [`Fingerprint`] for the hash of a side on which the text has too few words.
const NOTHING: u16 = 0;

/// A chosen gram and the words beside it: 32 bits of the hash of the gram, and 16 bits each of the
/// hashes of the words before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Fingerprint(u64);

impl Fingerprint {
    fn new(gram: u64, before: u16, after: u16) -> Fingerprint {
        Fingerprint(gram >> 32 << 32 | u64::from(before) << 16 | u64::from(after))
    }

    /// Returns the fingerprint as a number, for [`Fingerprint::from_bits`].
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// Returns the fingerprint of which [`Fingerprint::to_bits`] gave the number.
    pub fn from_bits(bits: u64) -> Fingerprint {
        Fingerprint(bits)
    }

    /// Returns the upper half of the hash of the gram.
    pub fn gram(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Returns true if two fingerprints of the same gram can belong to one shared run of the
    /// guaranteed length.
    pub fn may_share_run(self, other: Fingerprint) -> bool {
        let agree = |side: fn(Fingerprint) -> Option<u16>| {
            side(self).is_some() && side(self) == side(other)
        };
        agree(Fingerprint::before) || agree(Fingerprint::after)
    }

    /// Returns a hash of the words before the gram; `None` if the text has too few there.
    pub fn before(self) -> Option<u16> {
        Some((self.0 >> 16) as u16).filter(|&before| before != NOTHING)
    }

    /// Returns a hash of the words after the gram; `None` if the text has too few there.
    pub fn after(self) -> Option<u16> {
        Some(self.0 as u16).filter(|&after| after != NOTHING)
    }
}

/// Lengths of grams and windows, which decide the length of shared run that is guaranteed to share
/// a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Winnowing {
    /// Words of a gram.
    gram: usize,
    /// Grams of a window.
    window: usize,
}

impl Winnowing {
    /// Returns the widest windows that guarantee a fingerprint in every shared run of `passage`
    /// words. Fewer than [`RUN`] words count as [`RUN`].
    pub fn for_passages(passage: usize) -> Winnowing {
        let passage = passage.max(RUN);
        let gram = passage.min(GRAM);
        Winnowing {
            gram,
            window: passage - gram + 1,
        }
    }

    /// Returns the windows in which boilerplate is searched.
    pub fn for_boilerplate() -> Winnowing {
        Winnowing {
            gram: GRAM,
            window: BOILERPLATE_WINDOW,
        }
    }

    /// Returns the length in words from which on a shared run always shares a fingerprint.
    pub fn guarantee(self) -> usize {
        self.gram + self.window - 1
    }

    /// Returns the number of words that a run of the guaranteed length has on at least one side of
    /// the chosen gram.
    fn context(self) -> usize {
        (self.guarantee() - self.gram).div_ceil(2)
    }
}

/// A gram that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChosenGram {
    /// Number of its first word in the text.
    pub at: usize,
    /// Hash of the gram.
    pub hash: u64,
}

impl ChosenGram {
    /// Returns the part of the hash by which grams are compared.
    fn rank(self) -> u64 {
        self.hash >> 32
    }
}

/// Chooses the grams of texts. Keeps its buffers from one text to the next.
#[derive(Debug, Default)]
pub struct Fingerprinter {
    grams: Vec<u64>,
    keys: Vec<u64>,
    chosen: Vec<ChosenGram>,
}

impl Fingerprinter {
    /// Chooses grams of a text and returns them in order. The text is given by [`runs`].
    pub fn choose(&mut self, runs: &[u64], winnowing: Winnowing) -> &[ChosenGram] {
        self.grams.clear();
        self.chosen.clear();
        // A gram is its first and its last run, which overlap.
        let apart = winnowing.gram - RUN;
        match runs.get(apart..) {
            Some(ends) if !ends.is_empty() => self
                .grams
                .extend(runs.iter().zip(ends).map(|(&start, &end)| join(start, end))),
            // A text shorter than a gram is one gram.
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

/// Replaces `out` by the hashes of the runs of [`RUN`] words of a text, given by the hashes of its
/// words.
pub fn runs(words: &[u64], out: &mut Vec<u64>) {
    out.clear();
    shingle::runs(words, RUN, out);
}

/// Returns the grams that the winnowing `to` chooses from a text of `words` words, given those that
/// `from` chose. Returns `None` if `to` has grams of another length or narrower windows.
///
/// The smallest gram of a wide window is also the smallest of every part of it, so `from` chose it.
pub fn rechoose(
    chosen: &[ChosenGram],
    from: Winnowing,
    to: Winnowing,
    words: usize,
) -> Option<Vec<ChosenGram>> {
    if from.gram != to.gram || from.window > to.window {
        return None;
    }
    let grams = (words + 1).saturating_sub(to.gram).max(1);
    let mut out = Vec::with_capacity(chosen.len());
    winnow_sparse(chosen, grams, to.window, &mut out);
    Some(out)
}

/// Returns the fingerprints of chosen grams. `words` are the word hashes of the text, and `runs`
/// those of its [`runs`].
pub fn fingerprints<'a>(
    words: &'a [u64],
    runs: &'a [u64],
    chosen: &'a [ChosenGram],
    winnowing: Winnowing,
) -> impl Iterator<Item = Fingerprint> + 'a {
    let context = winnowing.context();
    let side = move |from: usize| side(&words[from..from + context], runs, from);
    chosen.iter().map(move |&ChosenGram { at, hash }| {
        let before = at.checked_sub(context).map_or(NOTHING, side);
        let end = at + winnowing.gram;
        let after = if end + context <= words.len() {
            side(end)
        } else {
            NOTHING
        };
        Fingerprint::new(hash, before, after)
    })
}

/// Combines the hashes of two runs to one.
fn join(start: u64, end: u64) -> u64 {
    start.rotate_left(23) ^ end
}

/// Appends the smallest gram of every window to `out`, in order and each gram once. `keys` is a
/// buffer.
///
/// The smallest gram of a window changes too often for a processor to predict it, so no branch
/// depends on a hash: minima of 2, 4, 8 … grams are made from each other, and a chosen gram is
/// written even if it is the same as the last one.
fn winnow(grams: &[u64], window: usize, keys: &mut Vec<u64>, out: &mut Vec<ChosenGram>) {
    let window = window.min(grams.len());
    if window == 0 {
        return;
    }
    // A key is half of the hash above the position, which is inverted so that the last of equal
    // hashes is smallest. Otherwise, in `spam spam spam`, every window would choose another gram.
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
    out.resize(first + keys.len(), ChosenGram { at: 0, hash: 0 });
    let (mut count, mut last) = (first, u64::MAX);
    for &key in keys.iter() {
        let at = !(key as u32) as usize;
        count += usize::from(key != last);
        out[count - 1] = ChosenGram {
            at,
            hash: grams[at],
        };
        last = key;
    }
    out.truncate(count);
}

/// Does the same as [`winnow`] for a text of `grams` grams of which only `some` can be smallest.
fn winnow_sparse(some: &[ChosenGram], grams: usize, window: usize, out: &mut Vec<ChosenGram>) {
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
        // The last gram of the first window that no longer holds the gram chosen last.
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

/// Returns 16 bits of a hash of `words`, which begin at `from` in the text of `runs`. They are
/// never [`NOTHING`].
fn side(words: &[u64], runs: &[u64], from: usize) -> u16 {
    let hash = match words.len().checked_sub(RUN) {
        // Consecutive runs, and one more that ends with the words.
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
    fn grams_and_windows_follow_from_the_guarantee() {
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
    fn only_an_empty_text_has_no_fingerprint() {
        let winnowing = Winnowing::for_passages(25);
        for (words, expected) in [(0, 0), (1, 1), (7, 1), (8, 1), (25, 1)] {
            let words: Vec<u64> = (0..words).collect();
            assert_eq!(chosen(&words, winnowing).len(), expected, "{}", words.len());
        }
    }

    /// Computed by `scripts/reference-vectors`. Every stored index holds fingerprints, so they must
    /// not change.
    #[test]
    fn fingerprints_equal_their_reference_vectors() {
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
        fn rechosen_grams_equal_those_chosen_directly(
            words in proptest::collection::vec(0u64..9, 0..200),
            passage in 13usize..40,
        ) {
            let (from, to) = (Winnowing::for_boilerplate(), Winnowing::for_passages(passage));
            let (mut fingerprinter, mut hashes) = (Fingerprinter::default(), Vec::new());
            runs(&words, &mut hashes);
            let narrow = fingerprinter.choose(&hashes, from).to_vec();
            let wide = fingerprinter.choose(&hashes, to).to_vec();
            prop_assert_eq!(rechoose(&narrow, from, to, words.len()), Some(wide));
        }

        #[test]
        fn chosen_grams_are_the_smallest_of_their_windows(
            grams in proptest::collection::vec(0u64..6, 0..60),
            window in 1usize..20,
        ) {
            let grams: Vec<u64> = grams.into_iter().map(|gram| gram << 32).collect();
            let mut found = Vec::new();
            winnow(&grams, window, &mut Vec::new(), &mut found);
            let mut naive: Vec<usize> = Vec::new();
            let windows = (grams.len() + 1).saturating_sub(window);
            for start in 0..windows.max(usize::from(!grams.is_empty())) {
                let end = (start + window).min(grams.len());
                let smallest = (start..end).rev().min_by_key(|&at| grams[at]);
                naive.extend(smallest.filter(|at| naive.last() != Some(at)));
            }
            let found: Vec<usize> = found.into_iter().map(|chosen| chosen.at).collect();
            prop_assert_eq!(found, naive);
        }

        #[test]
        fn every_window_holds_a_chosen_gram(words in proptest::collection::vec(0u64..9, 1..200)) {
            let winnowing = Winnowing::for_boilerplate();
            let chosen = chosen(&words, winnowing);
            let grams = words.len().saturating_sub(GRAM - 1).max(1);
            for start in 0..grams.saturating_sub(BOILERPLATE_WINDOW - 1).max(1) {
                let window = start..start + BOILERPLATE_WINDOW;
                prop_assert!(chosen.iter().any(|(at, _)| window.contains(at)));
            }
        }
    }
}

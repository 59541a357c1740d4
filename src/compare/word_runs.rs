//! Runs of words of a text, to find which of its words another text has too.

use super::positions::Positions;
use crate::text::shingle;

/// The runs of some number of words of a text.
#[derive(Debug, Default)]
pub struct WordRuns {
    width: usize,
    /// Number of words of the text.
    words: usize,
    /// Hashes of the runs; none if the text is shorter than one.
    runs: Positions,
}

impl WordRuns {
    /// The runs of `width` words.
    pub fn new(words: &[u64], width: usize) -> WordRuns {
        let mut runs = Vec::new();
        if words.len() >= width {
            shingle::runs(words, width, &mut runs);
        }
        WordRuns {
            width,
            words: words.len(),
            runs: Positions::new(runs),
        }
    }

    /// Share of marked words among the words that are in a run which the other text has too.
    ///
    /// `marked` has an entry for every word. Returns `None` if it has not, or if the texts share no
    /// run.
    pub fn marked_share(&self, other: &WordRuns, marked: &[bool]) -> Option<f64> {
        if marked.len() != self.words {
            return None;
        }
        let (mut shared, mut shared_and_marked, mut from) = (0, 0, 0);
        for at in self.runs.places_shared(&other.runs) {
            let words = from.max(at)..at + self.width;
            from = words.end;
            shared += words.len();
            let marked = &marked[words];
            shared_and_marked += marked.iter().filter(|&&marked| marked).count();
        }
        (shared > 0).then(|| f64::from(shared_and_marked as u32) / f64::from(shared as u32))
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use proptest::prelude::*;

    use super::*;

    fn share(a: &[u64], b: &[u64], width: usize, marked: &[bool]) -> Option<f64> {
        WordRuns::new(a, width).marked_share(&WordRuns::new(b, width), marked)
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
            assert_eq!(share(&words, &b, 5, &marked), expected, "{name}");
        }
        assert_eq!(share(&[], &words, 5, &[]), None);
    }

    proptest! {
        #[test]
        fn marked_share_equals_naive(
            a in proptest::collection::vec((0u64..4, any::<bool>()), 0..50),
            b in proptest::collection::vec(0u64..4, 0..50),
            width in 1usize..7,
        ) {
            let (a, marked): (Vec<u64>, Vec<bool>) = a.into_iter().unzip();
            let expected = naive_marked_share(&a, &b, width, &marked);
            prop_assert_eq!(share(&a, &b, width, &marked), expected);
        }
    }
}

//! Comparison of two clusterings of the same documents: the clusters that were found, and those
//! that people made.
//!
//! - B-cubed precision and recall (Bagga and Baldwin 1998, "Algorithms for scoring coreference
//!   chains"): for each document, the share of its found cluster that belongs to it, and the share
//!   of its true cluster that was found; the means over all documents.
//! - The adjusted Rand index (Hubert and Arabie 1985, "Comparing partitions", equation 5):
//!   agreement on pairs of documents beyond chance, 1 for equal clusterings and about 0 for random
//!   ones.

use std::collections::BTreeMap;

use super::evaluation::Confusion;

/// Documents by found cluster and true cluster: how many are in both.
#[derive(Debug, Clone, Default)]
pub struct Contingency {
    cells: BTreeMap<(u64, u64), u64>,
    found: BTreeMap<u64, u64>,
    truth: BTreeMap<u64, u64>,
    documents: u64,
}

/// B-cubed precision, recall and their harmonic mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BCubed {
    /// Mean share of the found cluster of a document that is of its true cluster.
    pub precision: f64,
    /// Mean share of the true cluster of a document that is in its found cluster.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

/// Pairs of so many documents.
fn pairs(documents: u64) -> f64 {
    let documents = documents as f64;
    documents * (documents - 1.0) / 2.0
}

impl Contingency {
    /// Counts documents, each given by the numbers of its found and of its true cluster.
    pub fn of(documents: impl Iterator<Item = (u64, u64)>) -> Contingency {
        let mut counted = Contingency::default();
        for (found, truth) in documents {
            *counted.cells.entry((found, truth)).or_default() += 1;
            *counted.found.entry(found).or_default() += 1;
            *counted.truth.entry(truth).or_default() += 1;
            counted.documents += 1;
        }
        counted
    }

    /// B-cubed precision and recall; `None` without documents.
    pub fn b_cubed(&self) -> Option<BCubed> {
        if self.documents == 0 {
            return None;
        }
        let (mut precision, mut recall) = (0.0, 0.0);
        for (&(found, truth), &both) in &self.cells {
            let squared = both as f64 * both as f64;
            precision += squared / self.found[&found] as f64;
            recall += squared / self.truth[&truth] as f64;
        }
        let documents = self.documents as f64;
        let (precision, recall) = (precision / documents, recall / documents);
        Some(BCubed {
            precision,
            recall,
            f1: 2.0 * precision * recall / (precision + recall),
        })
    }

    /// The adjusted Rand index; `None` without documents.
    pub fn adjusted_rand(&self) -> Option<f64> {
        if self.documents == 0 {
            return None;
        }
        let sum = |counts: &BTreeMap<u64, u64>| counts.values().copied().map(pairs).sum::<f64>();
        let together: f64 = self.cells.values().copied().map(pairs).sum();
        let (found, truth) = (sum(&self.found), sum(&self.truth));
        let expected = match pairs(self.documents) {
            0.0 => 0.0,
            all => found * truth / all,
        };
        let most = f64::midpoint(found, truth);
        // Both are one cluster, or all documents are alone in both.
        match most == expected {
            true => Some(1.0),
            false => Some((together - expected) / (most - expected)),
        }
    }

    /// Pairs of documents that are together in both, in one or in none of the clusterings.
    pub fn confusion(&self) -> Confusion {
        let sum = |counts: &mut dyn Iterator<Item = u64>| -> u64 {
            counts.map(|n| n * n.saturating_sub(1) / 2).sum()
        };
        let both = sum(&mut self.cells.values().copied());
        let (found, truth) = (
            sum(&mut self.found.values().copied()),
            sum(&mut self.truth.values().copied()),
        );
        let all = sum(&mut std::iter::once(self.documents));
        Confusion {
            true_positives: both,
            false_positives: found - both,
            false_negatives: truth - both,
            true_negatives: all + both - found - truth,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn measures_of_a_known_example() {
        // Bagga and Baldwin 1998, figure 2: truth 1-5, 6-7, 8-12; found 1-5, 6-12.
        let documents = (1..=12).map(|n| (u64::from(n > 5), u64::from(n > 5) + u64::from(n > 7)));
        let counted = Contingency::of(documents);
        let b_cubed = counted.b_cubed().expect("documents");
        assert!(
            (b_cubed.precision - 16.0 / 21.0).abs() < 1e-12,
            "{b_cubed:?}"
        );
        assert_eq!(b_cubed.recall, 1.0);
        // Pairs: 21 + 10 found, 10 + 1 + 10 true, 66 in all.
        let expected = (21.0 - 31.0 * 21.0 / 66.0) / (26.0 - 31.0 * 21.0 / 66.0);
        let rand = counted.adjusted_rand().expect("documents");
        assert!((rand - expected).abs() < 1e-12, "{rand}");
    }

    #[test]
    fn clusterings_without_pairs() {
        assert_eq!(Contingency::default().b_cubed(), None);
        assert_eq!(Contingency::default().adjusted_rand(), None);
        for documents in [vec![(0, 0)], vec![(0, 0), (1, 1)], vec![(0, 0), (0, 0)]] {
            let counted = Contingency::of(documents.into_iter());
            assert_eq!(counted.adjusted_rand(), Some(1.0));
        }
    }

    proptest! {
        #[test]
        fn b_cubed_and_pairs_equal_their_definitions(
            documents in proptest::collection::vec((0u64..5, 0u64..5), 1..30),
        ) {
            let counted = Contingency::of(documents.iter().copied());
            let mean = |own: fn(&(u64, u64)) -> u64| -> f64 {
                let share = |one: &(u64, u64)| {
                    let cluster = documents.iter().filter(|other| own(other) == own(one));
                    let both = documents.iter().filter(|&other| other == one);
                    both.count() as f64 / cluster.count() as f64
                };
                documents.iter().map(share).sum::<f64>() / documents.len() as f64
            };
            let found = counted.b_cubed().expect("documents");
            prop_assert!((found.precision - mean(|one| one.0)).abs() < 1e-9);
            prop_assert!((found.recall - mean(|one| one.1)).abs() < 1e-9);
            let judged = documents.iter().enumerate().flat_map(|(at, x)| {
                documents[..at].iter().map(move |y| (x.0 == y.0, x.1 == y.1))
            });
            prop_assert_eq!(counted.confusion(), Confusion::of(judged));
        }
    }
}

//! Banding: how a signature is cut into bands and rows, and the recall that this gives.
//!
//! A *signature* has one minimum for each *permutation* (hash function). It is cut into `b` *bands*
//! of `r` *rows*, and two documents become a candidate pair if they agree in all rows of at least
//! one band. For documents of Jaccard similarity `s`, one band agrees with probability `s^r`, so
//! they become a candidate pair with probability `1 - (1 - s^r)^b`: the *S-curve* (Leskovec,
//! Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4.2).
//!
//! datasketch calls the same numbers `b` and `r`, and the permutations `num_perm`. It chooses them
//! to balance false positives against false negatives. Here every candidate is compared exactly,
//! so no false positive remains, and bands are chosen for recall alone.

/// Jaccard similarity from which on a pair is reported by default. On real news, 0.8 finds 30 % of
/// the copies and 0.5 finds 47 %.
pub const DEFAULT_THRESHOLD: f64 = 0.5;

/// Default probability that a pair exactly at the threshold becomes a candidate.
pub const DEFAULT_RECALL: f64 = 0.99;

/// Number of permutations that a banding may use by default.
pub const DEFAULT_PERMUTATIONS: usize = 128;

/// Largest number of permutations that can be chosen.
pub const MOST_PERMUTATIONS: usize = 4096;

/// Number of bands of a signature, `b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bands(pub usize);

/// Number of rows of each band, `r`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows(pub usize);

/// Recall that a banding must reach, and the permutations it may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecallTarget {
    /// Jaccard similarity at which the recall is wanted, over 0 and at most 1.
    pub threshold: f64,
    /// Probability that a pair of that similarity becomes a candidate, at least 0 and below 1.
    pub recall: f64,
    /// Largest number of permutations.
    pub permutations: usize,
}

impl Default for RecallTarget {
    fn default() -> RecallTarget {
        RecallTarget {
            threshold: DEFAULT_THRESHOLD,
            recall: DEFAULT_RECALL,
            permutations: DEFAULT_PERMUTATIONS,
        }
    }
}

/// Bands and rows of a signature, both at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banding {
    bands: usize,
    rows: usize,
}

/// Reason for which there is no such banding.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BandingError {
    /// The recall cannot be reached with so few permutations.
    #[error(
        "a recall of {recall} at threshold {threshold} needs at least {needed} permutations: \
         raise --permutations, or lower --recall"
    )]
    TooFewPermutations {
        /// The recall asked for.
        recall: f64,
        /// The threshold at which it is asked for.
        threshold: f64,
        /// The smallest number of permutations that reaches it, in bands of one row.
        needed: usize,
    },
    /// A number is 0, or the product is over [`MOST_PERMUTATIONS`].
    #[error(
        "{bands} bands of {rows} rows: both must be at least 1 and their product at most \
         {MOST_PERMUTATIONS}"
    )]
    OutOfRange {
        /// Bands asked for.
        bands: usize,
        /// Rows asked for.
        rows: usize,
    },
}

impl Banding {
    /// Returns the banding with these bands of these rows.
    ///
    /// # Errors
    /// [`BandingError::OutOfRange`] if either is 0 or their product is over [`MOST_PERMUTATIONS`].
    pub fn new(bands: Bands, rows: Rows) -> Result<Banding, BandingError> {
        let (Bands(bands), Rows(rows)) = (bands, rows);
        match bands.checked_mul(rows) {
            Some(1..=MOST_PERMUTATIONS) => Ok(Banding { bands, rows }),
            _ => Err(BandingError::OutOfRange { bands, rows }),
        }
    }

    /// Returns the banding with the most rows that reaches the target, in as few bands as possible.
    ///
    /// More rows make fewer candidates of dissimilar pairs, and fewer bands make less work.
    ///
    /// # Errors
    /// [`BandingError::TooFewPermutations`] if not even bands of one row reach the target.
    pub fn for_recall(target: RecallTarget) -> Result<Banding, BandingError> {
        let RecallTarget {
            threshold,
            recall,
            permutations,
        } = target;
        let fitting = |rows| Banding {
            bands: bands_for(threshold, recall, rows),
            rows,
        };
        (1..=permutations)
            .map(fitting)
            .take_while(|banding| banding.bands.saturating_mul(banding.rows) <= permutations)
            .last()
            .ok_or(BandingError::TooFewPermutations {
                recall,
                threshold,
                needed: fitting(1).bands,
            })
    }

    /// Returns the number of bands.
    pub fn bands(self) -> usize {
        self.bands
    }

    /// Returns the number of rows of each band.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Returns the number of permutations of a signature: bands times rows.
    pub fn permutations(self) -> usize {
        self.bands * self.rows
    }

    /// Returns the probability that a pair of this Jaccard similarity becomes a candidate: the
    /// S-curve.
    pub fn recall_at(self, similarity: f64) -> f64 {
        1.0 - (1.0 - similarity.powi(self.rows as i32)).powi(self.bands as i32)
    }
}

/// Returns the smallest `bands` with `1 - (1 - threshold^rows)^bands >= recall`.
fn bands_for(threshold: f64, recall: f64, rows: usize) -> usize {
    let band = threshold.powi(rows as i32);
    let bands = ((1.0 - recall).ln() / (-band).ln_1p()).ceil();
    (bands.max(1.0)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(bands: usize, rows: usize) -> Result<Banding, BandingError> {
        Banding::new(Bands(bands), Rows(rows))
    }

    fn for_recall(
        threshold: f64,
        recall: f64,
        permutations: usize,
    ) -> Result<Banding, BandingError> {
        Banding::for_recall(RecallTarget {
            threshold,
            recall,
            permutations,
        })
    }

    #[test]
    fn bandings_of_named_targets() {
        for (threshold, recall, permutations, bands, rows) in [
            (0.5, 0.99, 128, 35, 3),
            (0.7, 0.99, 128, 17, 4),
            (0.8, 0.99, 128, 16, 6),
            (0.5, 0.99, 288, 72, 4),
            (0.5, 0.99, 287, 35, 3),
            (0.9, 0.99, 128, 11, 10),
            (1.0, 0.99, 128, 1, 128),
            (0.5, 0.0, 128, 1, 128),
        ] {
            let banding = for_recall(threshold, recall, permutations);
            assert_eq!(
                banding,
                new(bands, rows),
                "{threshold} {recall} {permutations}"
            );
        }
    }

    #[test]
    fn bandings_reach_their_recall_and_one_band_fewer_does_not() {
        for threshold in [0.1, 0.3, 0.5, 0.55, 0.7, 0.8, 0.95] {
            for recall in [0.5, 0.9, 0.99, 0.999] {
                let Ok(banding) = for_recall(threshold, recall, 512) else {
                    continue;
                };
                assert!(
                    banding.recall_at(threshold) >= recall - 1e-12,
                    "{banding:?} at {threshold}"
                );
                if banding.bands() > 1 {
                    let fewer = Banding {
                        bands: banding.bands() - 1,
                        ..banding
                    };
                    assert!(
                        fewer.recall_at(threshold) < recall,
                        "{fewer:?} at {threshold}"
                    );
                }
            }
        }
    }

    #[test]
    fn errors_name_the_permutations_that_would_do() {
        let error = for_recall(0.05, 0.99, 64).unwrap_err();
        assert_eq!(
            error,
            BandingError::TooFewPermutations {
                recall: 0.99,
                threshold: 0.05,
                needed: 90
            }
        );
        assert!(for_recall(0.05, 0.99, 90).is_ok());
    }

    #[test]
    fn bands_and_rows_are_checked() {
        assert!(new(0, 4).is_err());
        assert!(new(64, 64).is_ok());
        assert!(new(64, 65).is_err());
        assert!(new(usize::MAX, 2).is_err());
    }
}

//! The plan of a scan's banding: how many bands of how many rows, and the recall they promise.
//!
//! Two documents of Jaccard similarity `s` agree in all `r` rows of a band with probability `s^r`, and in at least
//! one of `b` bands with probability `1 - (1 - s^r)^b` (Leskovec, Rajaraman and Ullman, "Mining of
//! Massive Datasets", section 3.4.2). datasketch calls the two numbers `b` and `r` as well, but chooses them to balance
//! false positives against false negatives; here the verifier makes precision exact, so bands are chosen for recall alone.

/// The Jaccard similarity from which a pair is reported, unless told otherwise. On real news 0.8 finds 30 % of
/// the copies and 0.5 finds 47 %.
pub const DEFAULT_THRESHOLD: f64 = 0.5;

/// The chance that a pair exactly at the threshold becomes a candidate, unless told otherwise.
pub const DEFAULT_RECALL: f64 = 0.99;

/// The most hash functions that a plan may use, unless told otherwise.
pub const DEFAULT_PERMUTATIONS: usize = 128;

/// The most hash functions that can be asked for.
pub const MOST_PERMUTATIONS: usize = 4096;

/// How a signature is cut: `bands` of `rows` each. Made by [`Banding::for_recall`] or [`Banding::new`] only, so both are at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banding {
    bands: usize,
    rows: usize,
}

/// Why there is no such plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// No banding of so few permutations reaches the recall.
    #[error(
        "a recall of {recall} at threshold {threshold} needs at least {needed} permutations: raise --permutations, or lower --recall"
    )]
    TooFewPermutations {
        /// The recall asked for.
        recall: f64,
        /// The threshold it is asked at.
        threshold: f64,
        /// The fewest permutations that reach it, in bands of one row.
        needed: usize,
    },
    /// Bands times rows is nothing, or more than can be signed.
    #[error(
        "{bands} bands of {rows} rows: both must be at least 1 and their product at most {MOST_PERMUTATIONS}"
    )]
    OutOfRange {
        /// Bands asked for.
        bands: usize,
        /// Rows asked for.
        rows: usize,
    },
}

impl Banding {
    /// That many bands of that many rows.
    ///
    /// # Errors
    /// When either is 0 or their product is over [`MOST_PERMUTATIONS`].
    pub fn new(bands: usize, rows: usize) -> Result<Banding, PlanError> {
        match bands.checked_mul(rows) {
            Some(1..=MOST_PERMUTATIONS) => Ok(Banding { bands, rows }),
            _ => Err(PlanError::OutOfRange { bands, rows }),
        }
    }

    /// The banding with the most rows that gives at least `recall` at `threshold` within `permutations`.
    ///
    /// More rows make fewer candidates of unlike pairs; the fewest bands that reach the recall then make the least work.
    ///
    /// # Errors
    /// When not even bands of one row reach it.
    pub fn for_recall(
        threshold: f64,
        recall: f64,
        permutations: usize,
    ) -> Result<Banding, PlanError> {
        let fitting = |rows| Banding {
            bands: bands_for(threshold, recall, rows),
            rows,
        };
        (1..=permutations)
            .map(fitting)
            .take_while(|banding| banding.bands.saturating_mul(banding.rows) <= permutations)
            .last()
            .ok_or(PlanError::TooFewPermutations {
                recall,
                threshold,
                needed: fitting(1).bands,
            })
    }

    /// Bands: how many chances a pair has.
    pub fn bands(self) -> usize {
        self.bands
    }

    /// Rows: how many minima must agree in a band.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Hash functions that a signature needs.
    pub fn permutations(self) -> usize {
        self.bands * self.rows
    }

    /// The chance that a pair of Jaccard similarity `similarity` becomes a candidate: the S-curve.
    pub fn recall_at(self, similarity: f64) -> f64 {
        1.0 - (1.0 - similarity.powi(self.rows as i32)).powi(self.bands as i32)
    }
}

/// The fewest bands of `rows` with `1 - (1 - threshold^rows)^bands >= recall`.
fn bands_for(threshold: f64, recall: f64, rows: usize) -> usize {
    let band = threshold.powi(rows as i32);
    let bands = ((1.0 - recall).ln() / (-band).ln_1p()).ceil();
    (bands.max(1.0)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_of_named_settings() {
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
            let plan = Banding::for_recall(threshold, recall, permutations);
            assert_eq!(
                plan,
                Banding::new(bands, rows),
                "{threshold} {recall} {permutations}"
            );
        }
    }

    #[test]
    fn a_plan_keeps_its_promise_and_no_band_is_spare() {
        for threshold in [0.1, 0.3, 0.5, 0.55, 0.7, 0.8, 0.95] {
            for recall in [0.5, 0.9, 0.99, 0.999] {
                let Ok(plan) = Banding::for_recall(threshold, recall, 512) else {
                    continue;
                };
                assert!(
                    plan.recall_at(threshold) >= recall - 1e-12,
                    "{plan:?} at {threshold}"
                );
                if plan.bands() > 1 {
                    let fewer = Banding {
                        bands: plan.bands() - 1,
                        ..plan
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
    fn what_cannot_be_planned_says_what_would_do() {
        let error = Banding::for_recall(0.05, 0.99, 64).unwrap_err();
        assert_eq!(
            error,
            PlanError::TooFewPermutations {
                recall: 0.99,
                threshold: 0.05,
                needed: 90
            }
        );
        assert!(Banding::for_recall(0.05, 0.99, 90).is_ok());
        assert!(Banding::new(0, 4).is_err());
        assert!(Banding::new(64, 64).is_ok());
        assert!(Banding::new(64, 65).is_err());
        assert!(Banding::new(usize::MAX, 2).is_err());
    }
}

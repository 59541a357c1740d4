//! The evidence that one text rewords another, and its score.

/// Most seconds between the publication of reworded copy and its original, by default: three days.
/// Spinning is done in hours.
pub const DEFAULT_WINDOW: i64 = 3 * 24 * 60 * 60;

/// Score from which a pair is reworded, by default. With each story held back while fitting, 0.97
/// finds all spins, 29 of 36 that were abridged by a third, none of 360 pairs with independent
/// reports, and 4 of 1,500 real pairs on one topic. At 0.9 the last three are 31, 2 and 9
/// (`docs/reworded.md`).
pub const DEFAULT_SCORE: f64 = 0.97;

/// Fewest aligned sentences of a reworded pair. Fewer are no pattern: two reports of an accident in
/// five sentences each have no choice of order.
pub const FEWEST_ALIGNED: u32 = 6;

/// Coefficients of [`RewordingEvidence::score`], fitted by `scripts/calibrate-reworded`.
const INTERCEPT: f64 = -16.3;
const OF_ORDER: f64 = 31.1;
const OF_COVERAGE: f64 = 8.7;
const OF_ALIGNED: f64 = 2.7;

/// Conditions for a reworded pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rewording {
    /// Score from which a pair is reported, over 0 and at most 1.
    pub score: f64,
    /// Most seconds between the two publications. A document without a date is compared with all.
    pub window: i64,
}

impl Default for Rewording {
    fn default() -> Rewording {
        Rewording {
            score: DEFAULT_SCORE,
            window: DEFAULT_WINDOW,
        }
    }
}

/// Likeness of two texts in what they tell, and in its order.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RewordingEvidence {
    /// Order beyond chance, from -1 to 1; about 0 if the order is chance.
    ///
    /// It is the weight of the heaviest common subsequence of the two lists of rare terms, less the
    /// same with the sentences of one text in reverse, divided by the weight of the lighter list.
    pub order: f64,
    /// Share of the weight of the first text's terms that is in aligned sentences.
    pub coverage_a: f64,
    /// The same share of the second text.
    pub coverage_b: f64,
    /// Number of steps of the alignment. Two sentences aligned with one count once.
    pub aligned: u32,
}

/// A score and its basis, as reported.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// See [`RewordingEvidence::score`].
    pub score: f64,
    /// See [`RewordingEvidence::aligned`].
    pub aligned: u32,
}

impl RewordingEvidence {
    /// Estimated probability, from 0 to 1, that the pair is reworded copy, if both that and two
    /// reports on one topic were equally likely beforehand.
    ///
    /// A logistic regression (Cox 1958, "The regression analysis of binary sequences") on order,
    /// the mean coverage and the logarithm of the number of aligned sentences.
    pub fn score(&self) -> f64 {
        if self.aligned < FEWEST_ALIGNED {
            return 0.0;
        }
        let log_odds = INTERCEPT
            + OF_ORDER * self.order
            + OF_COVERAGE * (self.coverage_a + self.coverage_b) / 2.0
            + OF_ALIGNED * f64::from(self.aligned).ln();
        1.0 / (1.0 + (-log_odds).exp())
    }

    /// The score with its basis.
    pub fn likeness(&self) -> Likeness {
        Likeness {
            score: self.score(),
            aligned: self.aligned,
        }
    }
}

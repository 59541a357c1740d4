//! Evaluation: judges thresholds by labelled pairs.
//!
//! Precision, recall and F1 (van Rijsbergen 1979, "Information Retrieval", chapter 7) count only
//! labelled pairs. Each has a 95 % confidence interval, because labels are few: the score interval
//! of Wilson (1927, "Probable inference, the law of succession, and statistical inference",
//! section 3), which stays within 0 and 1 and holds for small samples too.

/// Two-sided 95 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Confusion matrix of the labelled pairs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Number of copies found.
    pub true_positives: u64,
    /// Number of pairs found that are no copies.
    pub false_positives: u64,
    /// Number of copies not found.
    pub false_negatives: u64,
    /// Number of pairs that are no copies and were not found.
    pub true_negatives: u64,
}

/// A share of a sample, with its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The share in the sample.
    pub value: f64,
    /// The ends of the interval.
    pub interval: [f64; 2],
}

impl Confusion {
    /// Counts pairs, each given as whether it is found and whether it is a copy.
    pub fn of(pairs: impl Iterator<Item = (bool, bool)>) -> Confusion {
        let mut confusion = Confusion::default();
        for (found, is_copy) in pairs {
            let count = match (found, is_copy) {
                (true, true) => &mut confusion.true_positives,
                (true, false) => &mut confusion.false_positives,
                (false, true) => &mut confusion.false_negatives,
                (false, false) => &mut confusion.true_negatives,
            };
            *count += 1;
        }
        confusion
    }

    /// Share of copies among the labelled pairs found.
    ///
    /// `None` if none was found, or if all labels are copies, because then no pair could have been
    /// found wrongly.
    pub fn precision(&self) -> Option<Estimate> {
        if !self.has_others() {
            return None;
        }
        Estimate::of(
            self.true_positives,
            self.true_positives + self.false_positives,
        )
    }

    /// Share of the copies that was found; `None` if there are no copies.
    pub fn recall(&self) -> Option<Estimate> {
        Estimate::of(
            self.true_positives,
            self.true_positives + self.false_negatives,
        )
    }

    /// Harmonic mean of precision and recall; `None` unless there are labels of both kinds, copies
    /// and others.
    ///
    /// If `j` is the share of copies found among all pairs that are copies or found, F1 is
    /// `2j / (1 + j)`. That grows with `j`, so the ends of its interval follow from those of `j`.
    pub fn f1(&self) -> Option<Estimate> {
        if !self.has_others() || self.true_positives + self.false_negatives == 0 {
            return None;
        }
        let all = self.true_positives + self.false_positives + self.false_negatives;
        let j = Estimate::of(self.true_positives, all)?;
        let f1 = |j: f64| 2.0 * j / (1.0 + j);
        Some(Estimate {
            value: f1(j.value),
            interval: j.interval.map(f1),
        })
    }

    /// True if some labels are no copies.
    fn has_others(&self) -> bool {
        self.false_positives + self.true_negatives > 0
    }
}

impl Estimate {
    /// Estimates the share `some / all`; `None` if `all` is 0.
    pub fn of(some: u64, all: u64) -> Option<Estimate> {
        if all == 0 {
            return None;
        }
        let (n, value) = (all as f64, some as f64 / all as f64);
        let middle = (value + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half =
            Z / (1.0 + Z * Z / n) * (value * (1.0 - value) / n + Z * Z / (4.0 * n * n)).sqrt();
        Some(Estimate {
            value,
            // Rounding must not put the value outside its interval.
            interval: [
                (middle - half).clamp(0.0, value),
                (middle + half).clamp(value, 1.0),
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn intervals_of_known_samples() {
        // Newcombe 1998, "Two-sided confidence intervals for the single proportion: comparison of
        // seven methods", table I, method 3.
        for (some, all, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let [from, to] = Estimate::of(some, all).expect("there are some").interval;
            assert!((from - low).abs() < 5e-5, "{some} of {all}: {from}");
            assert!((to - high).abs() < 5e-5, "{some} of {all}: {to}");
        }
        assert_eq!(Estimate::of(0, 0), None);
    }

    #[test]
    fn without_found_pairs_there_is_no_precision() {
        let missed = Confusion::of([(false, true), (false, false)].into_iter());
        assert_eq!(missed.precision(), None);
        assert_eq!(missed.recall().map(|recall| recall.value), Some(0.0));
        assert_eq!(missed.f1().map(|f1| f1.value), Some(0.0));
    }

    #[test]
    fn labels_of_one_kind_give_no_f1() {
        let copies = Confusion::of([(true, true), (false, true)].into_iter());
        assert_eq!(copies.precision(), None);
        assert_eq!(copies.recall().map(|recall| recall.value), Some(0.5));
        assert_eq!(copies.f1(), None);
        // Thresholds that find a wrong pair must not look better than those that find none.
        let others = Confusion::of([(true, false), (false, false)].into_iter());
        assert_eq!(others.precision().map(|share| share.value), Some(0.0));
        assert_eq!(others.recall(), None);
        assert_eq!(others.f1(), None);
    }

    proptest! {
        #[test]
        fn f1_is_the_harmonic_mean(tp in 1u64..500, fp in 0u64..500, fne in 0u64..500) {
            let confusion = Confusion {
                true_positives: tp,
                false_positives: fp,
                false_negatives: fne,
                true_negatives: 1,
            };
            let value = |estimate: Option<Estimate>| estimate.expect("some are found");
            let (p, r) = (value(confusion.precision()), value(confusion.recall()));
            let f1 = value(confusion.f1());
            prop_assert!((f1.value - 2.0 * p.value * r.value / (p.value + r.value)).abs() < 1e-12);
            for Estimate { value, interval: [from, to] } in [p, r, f1] {
                prop_assert!(0.0 <= from && from <= value && value <= to && to <= 1.0);
            }
        }
    }
}

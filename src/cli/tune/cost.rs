//! The expected time of a scan with other choices, from the time that one search took.

use crate::pipeline::Effect;

use crate::cli::progress::Progress;

/// Clock of a search.
pub struct SearchClock {
    /// Seconds of all stages when the search began.
    all: f64,
    /// Seconds of verification when the search began.
    compared: f64,
}

impl SearchClock {
    /// Starts the clock.
    pub fn start(progress: &Progress) -> SearchClock {
        SearchClock {
            all: seconds(progress, |_| true),
            compared: seconds(progress, is_verification),
        }
    }

    /// The cost of the search since the start, which compared this many candidates.
    pub fn stop(&self, progress: &Progress, candidates: u64) -> SearchCost {
        let compared = seconds(progress, is_verification) - self.compared;
        SearchCost {
            fixed: seconds(progress, |_| true) - self.all - compared,
            compared,
            candidates,
        }
    }
}

/// Cost of a search.
pub struct SearchCost {
    /// Seconds for the work that does not depend on the choice.
    fixed: f64,
    /// Seconds for comparing candidates.
    compared: f64,
    candidates: u64,
}

impl SearchCost {
    /// Expected seconds of a scan with the choice of `effect`, if its candidates were estimated.
    pub fn of(&self, effect: &Effect) -> Option<f64> {
        let share = effect.expected_candidates? / self.candidates.max(1) as f64;
        Some(self.fixed + self.compared * share.min(1.0))
    }
}

fn is_verification(stage: &str) -> bool {
    stage == "verify"
}

fn seconds(progress: &Progress, of: impl Fn(&str) -> bool) -> f64 {
    let costs = progress.costs();
    let costs = costs.iter().filter(|cost| of(cost.stage));
    costs.map(|cost| cost.seconds).sum()
}

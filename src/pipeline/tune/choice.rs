//! Choice of thresholds.

use rayon::prelude::*;

use crate::compare::exact::{Comparison, Excerpts};
use crate::pipeline::settings::Settings;

/// Thresholds that decide whether two documents are a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// Jaccard similarity from which a pair is near.
    pub threshold: f64,
    /// Definition of an excerpt; `None` if there are none.
    pub excerpts: Option<Excerpts>,
    /// Score from which a pair is reworded; `None` if reworded copy is not looked for.
    pub reworded_score: Option<f64>,
}

impl Choice {
    /// Thresholds of a scan.
    pub fn of(settings: &Settings) -> Choice {
        Choice {
            threshold: settings.threshold,
            excerpts: settings.excerpts,
            reworded_score: settings.reworded.map(|rewording| rewording.score),
        }
    }

    /// A choice that accepts every pair that one of several choices accepts; `None` of no choice.
    ///
    /// It takes the lowest value of each threshold.
    pub fn lowest(choices: &[Choice]) -> Option<Choice> {
        let (first, others) = choices.split_first()?;
        Some(others.iter().fold(*first, |lowest, choice| Choice {
            threshold: lowest.threshold.min(choice.threshold),
            excerpts: match (lowest.excerpts, choice.excerpts) {
                (Some(x), Some(y)) => Some(Excerpts {
                    containment: x.containment.min(y.containment),
                    passage: x.passage.min(y.passage),
                    // Without a number, no passage is long enough.
                    long_passage: x.long_passage.into_iter().chain(y.long_passage).min(),
                }),
                (x, y) => x.or(y),
            },
            reworded_score: match (lowest.reworded_score, choice.reworded_score) {
                (Some(x), Some(y)) => Some(x.min(y)),
                (x, y) => x.or(y),
            },
        }))
    }

    /// The comparisons that are pairs by this choice.
    pub(super) fn filter(&self, compared: &[Comparison]) -> Vec<Comparison> {
        let accepted = compared.par_iter().filter_map(|found| self.accept(found));
        accepted.collect()
    }

    /// The comparison as this choice sees it, if it is a pair.
    fn accept(&self, found: &Comparison) -> Option<Comparison> {
        let near = found.jaccard() >= self.threshold;
        let excerpts = self.excerpts;
        let is_excerpt = excerpts.is_some_and(|excerpts| excerpts.accept(found));
        (near || is_excerpt).then_some(Comparison { near, ..*found })
    }
}

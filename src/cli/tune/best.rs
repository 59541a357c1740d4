//! The best choice: by labels, or the reason why there is none.
//!
//! Labels are few, so the numbers of two choices differ by chance. The choice of the flags, which
//! are the defaults unless the user gave others, is kept unless the confidence interval of another
//! choice lies above its own.

use crate::report::tune::{Best, ChoiceRow, Suggested, Tuned};
use crate::tuning::evaluation::{Confusion, Estimate};
use anyhow::anyhow;

use crate::cli::status::Stop;

/// A choice that may be the best.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    /// Its position among the choices; 0 for that of the flags.
    row: usize,
    /// The measure that decides.
    estimate: Estimate,
    /// Its precision, which breaks ties.
    precision: f64,
}

/// The best of some candidates.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Decision {
    /// The choice with the highest value: that of the flags, or one of others if that of the flags
    /// is no candidate.
    Highest(Candidate),
    /// The highest of those whose interval lies above that of the flags.
    Above(Candidate),
    /// The choice of the flags. The rival has a higher value, and their intervals overlap.
    Kept { asked: Candidate, rival: Candidate },
}

/// The reason why labels or valleys give no choice to store, if they do not.
pub fn nothing_to_store(tuned: &Tuned) -> Option<&'static str> {
    let no_valley = Suggested {
        threshold: None,
        containment: None,
    };
    match (tuned.labels, tuned.suggested) {
        (Some(labels), _) => labels.silence(),
        (_, Some(suggested)) if suggested == no_valley => Some("The scores have no valley."),
        _ => None,
    }
}

/// The best choice against the labels, if there are any.
pub fn best(tuned: &Tuned, min_precision: Option<f64>) -> Result<Option<Best>, Stop> {
    let Some(labels) = tuned.labels else {
        return Ok(None);
    };
    if let Some(reason) = labels.silence() {
        return match min_precision {
            None => Ok(None),
            Some(_) => Err(Stop::Failed(anyhow!(
                "{reason} Nothing was written: label such pairs, or drop --min-precision"
            ))),
        };
    }
    match min_precision {
        None => Ok(by_f1(tuned)),
        Some(least) => by_recall(tuned, least).map(Some),
    }
}

/// The choice with the highest F1.
fn by_f1(tuned: &Tuned) -> Option<Best> {
    let decision = decide(&candidates(tuned, Confusion::f1, |_| true))?;
    Some(explained(tuned, decision, "F1", "the highest F1"))
}

/// The choice with the highest recall of those with at least this precision.
fn by_recall(tuned: &Tuned, least: f64) -> Result<Best, Stop> {
    let fits = |precision: Estimate| precision.value >= least;
    let Some(decision) = decide(&candidates(tuned, Confusion::recall, fits)) else {
        return Err(Stop::Failed(anyhow!(
            "no choice has a precision of {least} against the labels; nothing was written. Try \
             higher numbers (--thresholds, --containments) or a lower --min-precision"
        )));
    };
    let what = format!("the highest recall with a precision of at least {least}");
    let mut best = explained(tuned, decision, "recall", &what);
    let asked = tuned.rows.first();
    let asked = asked.and_then(|row| estimate(row, Confusion::precision));
    if let Some(asked) = asked.filter(|asked| asked.value < least && asked.interval[1] >= least) {
        best.why += &format!(
            "; the flags as given have {:.3}, but these labels do not prove that they miss it: \
             their interval ends at {:.3}",
            asked.value, asked.interval[1]
        );
    }
    Ok(best)
}

/// The choices whose precision `fits`, with the measure that decides.
fn candidates(
    tuned: &Tuned,
    of: fn(&Confusion) -> Option<Estimate>,
    fits: impl Fn(Estimate) -> bool,
) -> Vec<Candidate> {
    let candidate = |(at, row): (usize, &ChoiceRow)| {
        let precision = estimate(row, Confusion::precision).unwrap_or(Estimate {
            value: 0.0,
            interval: [0.0, 1.0],
        });
        Some(Candidate {
            row: at,
            estimate: estimate(row, of).filter(|_| fits(precision))?,
            precision: precision.value,
        })
    };
    tuned
        .rows
        .iter()
        .enumerate()
        .filter_map(candidate)
        .collect()
}

fn estimate(row: &ChoiceRow, of: fn(&Confusion) -> Option<Estimate>) -> Option<Estimate> {
    row.confusion.as_ref().and_then(of)
}

/// The best candidate; `None` if there is none. They are in the order of the choices.
fn decide(candidates: &[Candidate]) -> Option<Decision> {
    let highest = highest(candidates.iter())?;
    let asked = candidates.first().filter(|first| first.row == 0);
    let Some(&asked) = asked.filter(|asked| asked.estimate.value < highest.estimate.value) else {
        return Some(Decision::Highest(asked.copied().unwrap_or(highest)));
    };
    let end = asked.estimate.interval[1];
    let above = candidates
        .iter()
        .filter(|one| one.estimate.interval[0] > end);
    Some(match self::highest(above) {
        Some(above) => Decision::Above(above),
        None => Decision::Kept {
            asked,
            rival: highest,
        },
    })
}

/// The candidate with the highest value, then precision; the first one of equals.
fn highest<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> Option<Candidate> {
    let rank = |one: &Candidate| [one.estimate.value, one.precision];
    candidates
        .copied()
        .reduce(|best, next| match rank(&next) > rank(&best) {
            true => next,
            false => best,
        })
}

/// The decision with its reason. `what` is the highest value of the measure called `measure`.
fn explained(tuned: &Tuned, decision: Decision, measure: &str, what: &str) -> Best {
    match decision {
        Decision::Highest(best) => Best {
            row: best.row,
            why: format!("{what} against the labels"),
        },
        Decision::Above(best) => Best {
            row: best.row,
            why: format!(
                "{what} against the labels, with an interval above that of the flags as given"
            ),
        },
        Decision::Kept { asked, rival } => Best {
            row: asked.row,
            why: format!(
                "the flags as given are kept: {} has a higher {measure} ({:.3} instead of {:.3}), \
                 but the intervals overlap, so these labels cannot tell the two apart",
                tuned.rows[rival.row].varied_flag(),
                rival.estimate.value,
                asked.estimate.value
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A candidate that finds `some` of 100 labelled copies.
    fn candidate(row: usize, some: u64, precision: f64) -> Candidate {
        Candidate {
            row,
            estimate: Estimate::of(some, 100).expect("a share"),
            precision,
        }
    }

    #[test]
    fn the_flags_are_kept_where_intervals_overlap() {
        let asked = candidate(0, 80, 0.9);
        // The interval of 80 of 100 ends at 0.867. That of 92 of 100 begins at 0.850, that of 94
        // of 100 at 0.875.
        for (others, expected) in [
            (vec![], Decision::Highest(asked)),
            (vec![80, 10], Decision::Highest(asked)),
            (
                vec![85, 92, 91],
                Decision::Kept {
                    asked,
                    rival: candidate(2, 92, 0.9),
                },
            ),
            (vec![92, 94], Decision::Above(candidate(2, 94, 0.9))),
            (vec![94, 97, 97], Decision::Above(candidate(2, 97, 0.9))),
        ] {
            let others = (1..)
                .zip(&others)
                .map(|(row, &some)| candidate(row, some, 0.9));
            let all: Vec<Candidate> = [asked].into_iter().chain(others).collect();
            assert_eq!(decide(&all), Some(expected), "{all:?}");
        }
    }

    #[test]
    fn the_first_of_equals_is_best() {
        // The choice of the flags is no candidate, because its precision is too low.
        let candidates = [
            candidate(2, 50, 0.9),
            candidate(3, 90, 0.9),
            candidate(4, 90, 0.95),
            candidate(5, 90, 0.95),
        ];
        let expected = Some(Decision::Highest(candidates[2]));
        assert_eq!(decide(&candidates), expected);
        assert_eq!(decide(&[]), None);
        // Precision alone is no reason to leave the flags.
        let asked = candidate(0, 90, 0.9);
        let expected = Some(Decision::Highest(asked));
        assert_eq!(decide(&[asked, candidates[2]]), expected);
    }
}

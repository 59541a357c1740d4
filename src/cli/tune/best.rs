//! The best choice: by labels, or the reason why there is none.

use anyhow::anyhow;
use wirecopy::report::tune::{Best, ChoiceRow, Suggested, Tuned};
use wirecopy::tuning::evaluation::{Confusion, Estimate};

use crate::cli::status::Stop;

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
    let value = |row: &ChoiceRow, of: fn(&Confusion) -> Option<Estimate>| {
        row.confusion
            .as_ref()
            .and_then(of)
            .map_or(-1.0, |estimate| estimate.value)
    };
    let rows = || tuned.rows.iter().enumerate();
    let found = match min_precision {
        None => first_max(rows().map(|(at, row)| (at, [value(row, Confusion::f1), 0.0])))
            .map(|row| (row, "the highest F1 against the labels".to_owned())),
        Some(least) => {
            let fitting = rows().filter(|(_, row)| value(row, Confusion::precision) >= least);
            let scores = fitting.map(|(at, row)| {
                (
                    at,
                    [
                        value(row, Confusion::recall),
                        value(row, Confusion::precision),
                    ],
                )
            });
            let found = first_max(scores).ok_or_else(|| {
                Stop::Failed(anyhow!(
                    "no choice has a precision of {least} against the labels; nothing was written. \
                     Try higher numbers (--thresholds, --containments) or a lower --min-precision"
                ))
            })?;
            let why = format!(
                "the highest recall with a precision of at least {least} against the labels"
            );
            Some((found, why))
        }
    };
    Ok(found.map(|(row, why)| Best { row, why }))
}

/// The number with the highest scores; the first one of equals.
fn first_max(scores: impl Iterator<Item = (usize, [f64; 2])>) -> Option<usize> {
    let first = scores.reduce(|best, next| match next.1 > best.1 {
        true => next,
        false => best,
    });
    first.map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equals_is_best() {
        let scores = [
            (0, [0.5, 0.0]),
            (1, [0.9, 0.1]),
            (2, [0.9, 0.1]),
            (3, [0.2, 1.0]),
        ];
        assert_eq!(first_max(scores.into_iter()), Some(1));
        assert_eq!(first_max(std::iter::empty()), None);
    }
}

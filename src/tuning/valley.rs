//! The valley of a distribution of scores: the emptiest score between two groups of pairs, of which
//! one is alike and the other is not.
//!
//! A threshold at the valley of a histogram goes back to Prewitt and Mendelsohn (1966, "The
//! analysis of cell images"). It is a hint: it does not know the pairs themselves.
//!
//! The density is estimated on a grid with Gaussian kernels, whose width follows Silverman (1986,
//! "Density Estimation for Statistics and Data Analysis", equation 3.31). A valley is the lowest
//! place between two peaks. Of several the deepest counts; shallow ones do not.

use std::f64::consts::PI;

/// Number of places of the grid, from 0 to 1: the scores that a threshold with two decimals can
/// have.
const PLACES: usize = 101;

/// Fewest scores of a distribution; fewer show no shape.
const FEWEST_SCORES: usize = 50;

/// Least depth of a valley, as a share of the lower of its two peaks. Shallower ones can be chance.
const LEAST_DEPTH: f64 = 0.2;

/// Least share of the scores on either side of a valley. A few pairs by themselves are no group.
const LEAST_SIDE: f64 = 0.05;

/// The valley of a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Valley {
    /// Score of the valley.
    pub at: f64,
    /// Share of the lower of its two peaks that is missing there, from 0 to 1.
    pub depth: f64,
}

/// Estimates the density of scores at 101 places from 0 to 1; 0 everywhere if there are no scores.
pub fn density(scores: &[f64]) -> Vec<f64> {
    let n = scores.len() as f64;
    if scores.is_empty() {
        return vec![0.0; PLACES];
    }
    let mean = scores.iter().sum::<f64>() / n;
    let deviation = (scores
        .iter()
        .map(|score| (score - mean).powi(2))
        .sum::<f64>()
        / n)
        .sqrt();
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let quartile = |quarters: usize| sorted[(sorted.len() - 1) * quarters / 4];
    let spread = match (quartile(3) - quartile(1)) / 1.34 {
        0.0 => deviation,
        spread => spread.min(deviation),
    };
    // The grid cannot show anything narrower than the distance of its places.
    let width = (0.9 * spread * n.powf(-0.2)).max(1.0 / (PLACES - 1) as f64);
    let mut counts = vec![0.0; PLACES];
    for score in scores {
        counts[place(*score)] += 1.0;
    }
    let kernel = |distance: f64| (-0.5 * (distance / width).powi(2)).exp();
    let at = |x: usize| x as f64 / (PLACES - 1) as f64;
    let sum = |x: usize| -> f64 {
        let others = counts.iter().enumerate();
        others
            .map(|(y, count)| {
                // Kernels are reflected at 0 and 1, so that no mass is lost (Silverman 1986,
                // section 2.10).
                let reflected = kernel(at(x) + at(y)) + kernel(2.0 - at(x) - at(y));
                count * (kernel(at(x) - at(y)) + reflected)
            })
            .sum()
    };
    (0..PLACES)
        .map(|x| sum(x) / (n * width * (2.0 * PI).sqrt()))
        .collect()
}

/// Finds the deepest valley of scores; `None` if there is no clear one.
pub fn deepest_valley(scores: &[f64]) -> Option<Valley> {
    if scores.len() < FEWEST_SCORES {
        return None;
    }
    let density = density(scores);
    let highest = |range: &[f64]| range.iter().copied().fold(0.0, f64::max);
    let sides = |at: usize| {
        let below = scores.iter().filter(|&&score| place(score) < at).count() as f64;
        let share = below / scores.len() as f64;
        share.min(1.0 - share)
    };
    let valleys = (1..PLACES - 1).filter_map(|at| {
        let lower_peak = highest(&density[..at]).min(highest(&density[at + 1..]));
        let depth = 1.0 - density[at] / lower_peak;
        (lower_peak > 0.0 && depth >= LEAST_DEPTH && sides(at) >= LEAST_SIDE).then_some(Valley {
            at: at as f64 / (PLACES - 1) as f64,
            depth,
        })
    });
    // Of equally deep places the lowest score, which finds the most pairs.
    valleys.reduce(|deepest, valley| match valley.depth > deepest.depth {
        true => valley,
        false => deepest,
    })
}

/// Place of a score on the grid.
fn place(score: f64) -> usize {
    (score.clamp(0.0, 1.0) * (PLACES - 1) as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` scores around a middle, at equal distances.
    fn around(middle: f64, width: f64, n: usize) -> impl Iterator<Item = f64> {
        (0..n).map(move |i| middle + width * (i as f64 / n as f64 - 0.5))
    }

    #[test]
    fn valleys_of_named_distributions() {
        let two: Vec<f64> = around(0.35, 0.1, 300)
            .chain(around(0.9, 0.1, 200))
            .collect();
        let found = deepest_valley(&two).expect("two groups");
        assert!(
            (0.45..0.8).contains(&found.at) && found.depth > 0.9,
            "{found:?}"
        );
        for (name, scores) in [
            ("none", vec![]),
            ("one group", around(0.5, 0.4, 500).collect()),
            ("all alike", vec![0.7; 500]),
            (
                "too few",
                around(0.3, 0.1, 20).chain(around(0.9, 0.1, 20)).collect(),
            ),
            (
                "a few apart",
                around(0.3, 0.1, 500).chain(around(0.9, 0.1, 5)).collect(),
            ),
        ] {
            assert_eq!(deepest_valley(&scores), None, "{name}");
        }
    }

    #[test]
    fn densities_sum_to_one() {
        for scores in [
            vec![0.5],
            vec![0.0; 10],
            vec![1.0; 10],
            around(0.4, 0.8, 1000).collect(),
        ] {
            let density = density(&scores);
            let ends = (density[0] + density[PLACES - 1]) / 2.0;
            let sum = (density.iter().sum::<f64>() - ends) / (PLACES - 1) as f64;
            assert!((sum - 1.0).abs() < 0.02, "{sum}");
        }
    }
}

//! The valley of a distribution of scores: where few pairs lie between many that are alike and many that are not.
//!
//! The density is estimated with Gaussian kernels whose width follows Silverman (1986, "Density Estimation for Statistics and Data Analysis",
//! equation 3.31), on a grid. A valley is the lowest place between two peaks; of several the deepest counts, and none that is shallow: the
//! threshold at the valley of a histogram goes back to Prewitt and Mendelsohn (1966, "The analysis of cell images"). It is a hint. It
//! knows nothing of what the pairs are.

use std::f64::consts::PI;

/// Places of the grid, from 0 to 1.
const PLACES: usize = 101;

/// Fewer scores show no shape.
const FEWEST: usize = 50;

/// How much lower than the lower one of its peaks a valley is at least: less is chance.
const LEAST_DEPTH: f64 = 0.2;

/// The share of scores on either side at least: a few pairs apart are no group.
const LEAST_SIDE: f64 = 0.05;

/// Where a distribution has its valley.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Valley {
    /// The score.
    pub at: f64,
    /// How much of the lower peak is missing there, from 0 to 1.
    pub depth: f64,
}

/// The density of scores from 0 to 1 at 101 places; 0 everywhere if there are none.
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
    // A grid shows nothing that is narrower than its places are apart.
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
                // What would fall out at the ends is turned back (Silverman 1986, section 2.10).
                let turned = kernel(at(x) + at(y)) + kernel(2.0 - at(x) - at(y));
                count * (kernel(at(x) - at(y)) + turned)
            })
            .sum()
    };
    (0..PLACES)
        .map(|x| sum(x) / (n * width * (2.0 * PI).sqrt()))
        .collect()
}

/// The deepest valley of scores; `None` if there is none that means anything.
pub fn valley(scores: &[f64]) -> Option<Valley> {
    if scores.len() < FEWEST {
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
    // The middle of a flat one would be as good; its beginning finds more.
    valleys.reduce(|deepest, valley| match valley.depth > deepest.depth {
        true => valley,
        false => deepest,
    })
}

fn place(score: f64) -> usize {
    (score.clamp(0.0, 1.0) * (PLACES - 1) as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many scores around a middle, evenly.
    fn around(middle: f64, width: f64, n: usize) -> impl Iterator<Item = f64> {
        (0..n).map(move |i| middle + width * (i as f64 / n as f64 - 0.5))
    }

    #[test]
    fn valleys_of_named_distributions() {
        let two: Vec<f64> = around(0.35, 0.1, 300)
            .chain(around(0.9, 0.1, 200))
            .collect();
        let found = valley(&two).expect("two groups");
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
            assert_eq!(valley(&scores), None, "{name}");
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

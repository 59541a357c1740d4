//! Agreement of people who labelled the same pairs.
//!
//! - Percent agreement: the share of judgements of one pair, two at a time, that are the same.
//! - Cohen's kappa for two people (Cohen 1960, "A coefficient of agreement for nominal scales",
//!   equation 1): the agreement beyond what the shares of their labels give by chance.
//! - Krippendorff's alpha for any number of people, of whom not all labelled every pair
//!   (Krippendorff 2004, "Content analysis", 2nd edition, chapter 11, nominal data).
//!
//! Both coefficients are 1 if all agree and about 0 for labels by chance. They are unknown if all
//! labels are the same.

use std::collections::BTreeSet;

/// Agreement on pairs that were labelled more than once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Pairs with at least two judgements.
    pub pairs: u64,
    /// Pairs of which all judgements are the same.
    pub unanimous: u64,
    /// Share of judgements of one pair, two at a time, that are the same.
    pub percent: f64,
    /// Cohen's kappa; `None` unless there are two people, each with one judgement of a pair.
    pub kappa: Option<f64>,
    /// Krippendorff's alpha.
    pub alpha: Option<f64>,
}

impl Agreement {
    /// Agreement on pairs, each given as the people with their judgements; `None` if no pair has
    /// two judgements.
    pub fn of(pairs: &[Vec<(&str, bool)>]) -> Option<Agreement> {
        let several: Vec<&Vec<(&str, bool)>> = pairs
            .iter()
            .filter(|judgements| judgements.len() > 1)
            .collect();
        if several.is_empty() {
            return None;
        }
        let copies = |judgements: &[(&str, bool)]| {
            let copies = judgements.iter().filter(|(_, is_copy)| *is_copy);
            copies.count() as f64
        };
        let two_of = |n: f64| n * (n - 1.0) / 2.0;
        let (mut same, mut all) = (0.0, 0.0);
        for judgements in &several {
            let (number, copies) = (judgements.len() as f64, copies(judgements));
            same += two_of(copies) + two_of(number - copies);
            all += two_of(number);
        }
        let unanimous = several.iter().filter(|judgements| {
            let copies = copies(judgements);
            copies == 0.0 || copies == judgements.len() as f64
        });
        Some(Agreement {
            pairs: several.len() as u64,
            unanimous: unanimous.count() as u64,
            percent: same / all,
            kappa: kappa(&several),
            alpha: alpha(several.iter().map(|judgements| {
                let copies = copies(judgements);
                [copies, judgements.len() as f64 - copies]
            })),
        })
    }
}

impl Agreement {
    /// The agreement in a sentence.
    pub fn sentence(&self) -> String {
        let mut said = format!(
            "People agree on {} of the {} pairs that several labelled (agreement {:.3}",
            self.unanimous, self.pairs, self.percent
        );
        if let Some(kappa) = self.kappa {
            said += &format!(", Cohen's kappa {kappa:.3}");
        }
        match self.alpha {
            Some(alpha) => said += &format!(", Krippendorff's alpha {alpha:.3}"),
            None => said += "; all labels are the same, so no coefficient is known",
        }
        said + ")."
    }
}

/// Cohen's kappa of two people.
fn kappa(pairs: &[&Vec<(&str, bool)>]) -> Option<f64> {
    let people: BTreeSet<&str> = pairs
        .iter()
        .flat_map(|judgements| judgements.iter().map(|&(person, _)| person))
        .collect();
    let [first, second] = Vec::from_iter(people).try_into().ok()?;
    // Number of pairs by the label of the first person, then by that of the second.
    let mut table = [[0.0; 2]; 2];
    for judgements in pairs {
        let of = |person: &str| {
            let mut own = judgements.iter().filter(|(other, _)| *other == person);
            Some((own.next()?.1, own.next().is_none()))
        };
        let ((x, true), (y, true)) = (of(first)?, of(second)?) else {
            return None;
        };
        table[usize::from(x)][usize::from(y)] += 1.0;
    }
    let all: f64 = table.iter().flatten().sum();
    let observed = (table[0][0] + table[1][1]) / all;
    let share = |label: usize| {
        let row = table[label][0] + table[label][1];
        let column = table[0][label] + table[1][label];
        row * column / (all * all)
    };
    let chance = share(0) + share(1);
    (chance < 1.0).then(|| (observed - chance) / (1.0 - chance))
}

/// Krippendorff's alpha of two categories; each unit has the numbers of judgements of both.
fn alpha(units: impl Iterator<Item = [f64; 2]>) -> Option<f64> {
    // Coincidences of different categories, and judgements of each category.
    let (mut different, mut of) = (0.0, [0.0; 2]);
    for [x, y] in units {
        different += 2.0 * x * y / (x + y - 1.0);
        of[0] += x;
        of[1] += y;
    }
    let by_chance = 2.0 * of[0] * of[1];
    (by_chance > 0.0).then(|| 1.0 - (of[0] + of[1] - 1.0) * different / by_chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judgements of two people, as counts: both copy, only the first, only the second, neither.
    fn two([both, first, second, neither]: [usize; 4]) -> Vec<Vec<(&'static str, bool)>> {
        let pair = |x, y| vec![("ann", x), ("ben", y)];
        [
            vec![pair(true, true); both],
            vec![pair(true, false); first],
            vec![pair(false, true); second],
            vec![pair(false, false); neither],
        ]
        .concat()
    }

    #[test]
    fn kappa_of_a_known_table() {
        // Observed 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
        let agreement = Agreement::of(&two([20, 5, 10, 15])).expect("two people");
        assert_eq!(agreement.pairs, 50);
        assert_eq!(agreement.unanimous, 35);
        assert!((agreement.percent - 0.7).abs() < 1e-12);
        assert!((agreement.kappa.expect("two people") - 0.4).abs() < 1e-12);
    }

    #[test]
    fn alpha_of_known_data() {
        // Krippendorff 2011, "Computing Krippendorff's alpha-reliability", example A: two people,
        // ten units, alpha 0.095.
        let first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0];
        let second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
        let pair = |(x, y): (i32, i32)| vec![("ann", x == 1), ("ben", y == 1)];
        let pairs: Vec<_> = first.into_iter().zip(second).map(pair).collect();
        let agreement = Agreement::of(&pairs).expect("two people");
        let alpha = agreement.alpha.expect("both labels");
        assert!((alpha - 0.095).abs() < 5e-4, "{alpha}");
    }

    #[test]
    fn what_cannot_be_known_is_not_given() {
        assert_eq!(Agreement::of(&[vec![("ann", true)]]), None);
        let same = Agreement::of(&two([4, 0, 0, 0])).expect("two people");
        assert_eq!((same.percent, same.kappa, same.alpha), (1.0, None, None));
        let three = vec![
            vec![("ann", true), ("ben", true)],
            vec![("ann", false), ("cat", false)],
        ];
        let three = Agreement::of(&three).expect("two judgements each");
        assert_eq!((three.kappa, three.alpha), (None, Some(1.0)));
        let twice = vec![vec![("ann", true), ("ann", false), ("ben", true)]];
        assert_eq!(Agreement::of(&twice).expect("judgements").kappa, None);
    }
}

//! Reworded copy: whether one text tells what another does, sentence by sentence in other words.
//!
//! Round-trip translation and synonym tools leave no run of words, but one sentence for each sentence, and names and numbers in their order.
//! [`anchors`](crate::sketch::anchors) is the cheap reading of every document, by which candidates are found; [`sentences`] the careful one of those that are compared; [`weights`]
//! tells what a term is worth in the corpus; [`align`] finds which sentences go together. Here it comes to [`Evidence`] and a score.
//!
//! Independent reports of one event share names and numbers too, in another order and selection. So what counts is order beyond
//! chance, and that both texts are covered.

pub mod align;
pub mod sentences;
pub mod weights;

use rustc_hash::{FxHashMap, FxHashSet};

use align::{Bag, Item, Step};
use sentences::{Kind, Sentences, Term};
use weights::{RARE, Weights};

/// How far apart reworded copy is published, unless told otherwise, in seconds: three days. Spinning is done in hours.
pub const DEFAULT_WINDOW: i64 = 3 * 24 * 60 * 60;

/// The score from which a pair is reworded, unless told otherwise. With each story held back that finds all spins, 29 of 36 that were abridged by a
/// third, none of 360 pairs with independent reports and 4 of 1,500 real pairs on one topic; at .9 these are 31, 2 and 9.
pub const DEFAULT_SCORE: f64 = 0.97;

/// Fewer aligned sentences are no pattern: two reports of an accident in five sentences each have no choice of order.
pub const FEWEST_ALIGNED: u32 = 6;

/// Rare terms of a text whose order counts; comparing takes time in proportion to the product of both.
const MOST_RARE: usize = 1500;

/// Distinct terms of a text that may be other spellings of a name.
const MOST_SPELLINGS: usize = 600;

/// Names of fewer letters are not looked for in other spellings: nearly all four-letter names have a neighbour.
const SHORTEST_MISSPELT: usize = 4;

/// Longer words are no names. Comparing two takes time in proportion to the product of both.
const LONGEST_MISSPELT: usize = 32;

/// Names of so many letters may differ in two; shorter ones in one.
const LONG_NAME: usize = 7;

/// The logistic regression behind [`Evidence::score`], fitted by `scripts/calibrate-reworded`.
const INTERCEPT: f64 = -16.3;
const OF_ORDER: f64 = 31.1;
const OF_COVERAGE: f64 = 8.7;
const OF_ALIGNED: f64 = 2.7;

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rewording {
    /// The score from which a pair is reported, over 0 and at most 1.
    pub score: f64,
    /// Seconds that the two are published apart at most. A document without a date is compared whenever it was published.
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

/// How alike two texts are in what they tell, and in what order.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// Of the weight of the rare terms of the text with less of it, the share that both have in one order, less the share that they would have
    /// with the sentences of one in reverse; from -1 to 1, about 0 where order is chance.
    pub order: f64,
    /// Of the weight of all terms of the first text, the share in aligned sentences.
    pub coverage_a: f64,
    /// The same of the second text.
    pub coverage_b: f64,
    /// Steps of the alignment: sentences that go together, two beside one counted once.
    pub aligned: u32,
}

/// A score with what it rests on, as it is reported.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// As [`Evidence::score`].
    pub score: f64,
    /// As [`Evidence::aligned`].
    pub aligned: u32,
}

impl Evidence {
    /// The chance, from 0 to 1, that the pair is reworded copy, if before looking that was as likely as that it is two reports of one topic: a logistic regression on order, the mean coverage and the logarithm of the aligned sentences.
    pub fn score(&self) -> f64 {
        if self.aligned < FEWEST_ALIGNED {
            return 0.0;
        }
        let odds = INTERCEPT
            + OF_ORDER * self.order
            + OF_COVERAGE * (self.coverage_a + self.coverage_b) / 2.0
            + OF_ALIGNED * f64::from(self.aligned).ln();
        1.0 / (1.0 + (-odds).exp())
    }

    /// The score, and what it rests on.
    pub fn likeness(&self) -> Likeness {
        Likeness {
            score: self.score(),
            aligned: self.aligned,
        }
    }
}

/// Compares two texts. Nothing is told of what is not prose.
pub fn compare(a: &Sentences, b: &Sentences, weights: &Weights) -> Evidence {
    aligned(a, b, weights).0
}

/// Compares two texts, and tells which sentences go together.
pub fn aligned(a: &Sentences, b: &Sentences, weights: &Weights) -> (Evidence, Vec<Step>) {
    if !a.is_prose() || !b.is_prose() {
        return Default::default();
    }
    let ids = Spellings::of(a, b, weights);
    let (a, b) = (ids.items(a, weights), ids.items(b, weights));
    let bags = |text: &[Vec<Item>]| -> Vec<Bag> {
        text.iter()
            .map(|sentence| Bag::of(sentence.iter().copied()))
            .collect()
    };
    let (bags_a, bags_b) = (bags(&a), bags(&b));
    let steps = align::align(&bags_a, &bags_b);
    let covered = |bags: &[Bag], sentences: &mut dyn Iterator<Item = usize>| {
        let all: f64 = bags.iter().map(|bag| bag.weight).sum();
        let aligned: f64 = sentences.map(|at| bags[at].weight).sum();
        if all > 0.0 { aligned / all } else { 0.0 }
    };
    let evidence = Evidence {
        order: order(&a, &b),
        coverage_a: covered(&bags_a, &mut steps.iter().flat_map(|step| step.a.clone())),
        coverage_b: covered(&bags_b, &mut steps.iter().flat_map(|step| step.b.clone())),
        aligned: steps.len() as u32,
    };
    (evidence, steps)
}

/// As [`Evidence::order`].
fn order(a: &[Vec<Item>], b: &[Vec<Item>]) -> f64 {
    let rare = |sentences: &mut dyn Iterator<Item = &Vec<Item>>| -> Vec<Item> {
        let items = sentences.flatten().filter(|item| item.weight >= RARE);
        items.take(MOST_RARE).copied().collect()
    };
    let (of_a, of_b) = (rare(&mut a.iter()), rare(&mut b.iter()));
    let turned = {
        // The same terms: those that were not cut off, in sentences.
        let mut left = of_b.len();
        let kept = b.iter().take_while(|sentence| {
            let before = left;
            left = left.saturating_sub(sentence.iter().filter(|item| item.weight >= RARE).count());
            before > 0
        });
        let kept = kept.count();
        rare(&mut b[..kept].iter().rev())
    };
    let weight = |items: &[Item]| items.iter().map(|item| item.weight).sum::<f64>();
    let less = weight(&of_a).min(weight(&of_b));
    if less == 0.0 {
        return 0.0;
    }
    (align::common_order(&of_a, &of_b) - align::common_order(&of_a, &turned)) / less
}

/// The numbers by which the terms of two texts are known, the same for two spellings of one name.
struct Spellings {
    ids: FxHashMap<u64, u32>,
}

impl Spellings {
    fn of(a: &Sentences, b: &Sentences, weights: &Weights) -> Spellings {
        let mut ids = FxHashMap::default();
        for term in a.terms() {
            let next = ids.len() as u32;
            ids.entry(term.key).or_insert(next);
        }
        // By first letter, for that is spelt right most often.
        let mut known: FxHashMap<char, Vec<(&str, u32)>> = FxHashMap::default();
        for term in names(a, weights) {
            if let Some(first) = term.written.chars().next() {
                known
                    .entry(first)
                    .or_default()
                    .push((&term.written, ids[&term.key]));
            }
        }
        let mut next = ids.len() as u32;
        let mut new = move || {
            next += 1;
            next - 1
        };
        for term in names(b, weights) {
            ids.entry(term.key).or_insert_with(|| {
                let first = term.written.chars().next();
                let among = first.and_then(|first| known.get(&first));
                let spelt = among
                    .into_iter()
                    .flatten()
                    .find(|(name, _)| one_name(name, &term.written));
                spelt.map_or_else(&mut new, |&(_, id)| id)
            });
        }
        for term in b.terms() {
            ids.entry(term.key).or_insert_with(&mut new);
        }
        Spellings { ids }
    }

    fn items(&self, text: &Sentences, weights: &Weights) -> Vec<Vec<Item>> {
        let item = |term: &Term| Item {
            id: self.ids[&term.key],
            weight: weights.of(text.language, term),
        };
        text.sentences
            .iter()
            .map(|terms| terms.iter().map(item).collect())
            .collect()
    }
}

/// The distinct rare names of a text that are long enough to be known in another spelling, in order.
fn names<'t>(text: &'t Sentences, weights: &Weights) -> Vec<&'t Term> {
    let mut seen = FxHashSet::default();
    text.terms()
        .filter(|term| matches!(term.kind, Kind::Name | Kind::Opening))
        .filter(|term| (SHORTEST_MISSPELT..=LONGEST_MISSPELT).contains(&term.written.len()))
        .filter(|term| weights.of(text.language, term) >= RARE)
        .filter(|term| seen.insert(term.key))
        .take(MOST_SPELLINGS)
        .collect()
}

/// Whether two names with one first letter are spellings of one: by the edit distance of Levenshtein (1966).
fn one_name(x: &str, y: &str) -> bool {
    let shorter = x.len().min(y.len());
    let most = if shorter < LONG_NAME { 1 } else { 2 };
    x.len().abs_diff(y.len()) <= most && strsim::levenshtein(x, y) <= most
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn evidence(a: &str, b: &str) -> Evidence {
        compare(&Sentences::of(a), &Sentences::of(b), &Weights::default())
    }

    #[test]
    fn spellings_of_one_name() {
        for (x, y, one) in [
            ("kuleba", "kureba", true),
            ("kuleba", "kuleva", true),
            ("echavala", "echavalla", true),
            ("marisela", "mariselle", true),
            ("wilmer", "wilmar", true),
            ("kuleba", "kolchak", false),
            ("mora", "moro", true),
            ("tobanda", "tobago", false),
        ] {
            assert_eq!(one_name(x, y), one, "{x} and {y}");
        }
    }

    #[test]
    fn texts_without_terms_are_not_alike() {
        for (a, b) in [("", ""), ("", "Quito sent 6,200 tents."), ("— — —", "...")] {
            let evidence = evidence(a, b);
            assert_eq!(
                (evidence.aligned, evidence.score()),
                (0, 0.0),
                "{a:?} {b:?}"
            );
        }
    }

    #[test]
    fn few_sentences_prove_nothing() {
        let text = "Tobanda sued the directorate in Quito. Echavala said 14,900 households were listed. Oyarte arrives from Cuenca.";
        let evidence = evidence(text, text);
        assert!(evidence.aligned < FEWEST_ALIGNED);
        assert_eq!(evidence.score(), 0.0);
    }

    proptest! {
        #[test]
        fn evidence_is_within_its_bounds(a in "([A-Z][a-z]{2,6}|[a-z]{3,8}|[0-9]{1,4}|[.] ?| ){0,120}", b in "([A-Z][a-z]{2,6}|[a-z]{3,8}|[0-9]{1,4}|[.] ?| ){0,120}") {
            let evidence = evidence(&a, &b);
            prop_assert!((-1.0..=1.0 + 1e-9).contains(&evidence.order));
            for coverage in [evidence.coverage_a, evidence.coverage_b] {
                prop_assert!((0.0..=1.0 + 1e-9).contains(&coverage));
            }
            prop_assert!((0.0..=1.0).contains(&evidence.score()));
        }
    }
}

//! Comparison of two texts sentence by sentence.

use super::align::{self, AlignmentStep, Bag, WeightedTerm};
use super::evidence::RewordingEvidence;
use super::sentences::Sentences;
use super::spellings::Spellings;
use super::weights::{RARE, Weights};

/// Most rare terms of a text whose order counts. The time of a comparison grows with the product of
/// both numbers.
const MOST_RARE: usize = 1500;

/// Compares two texts. If one of them is no prose, there is no evidence.
pub fn compare(a: &Sentences, b: &Sentences, weights: &Weights) -> RewordingEvidence {
    aligned(a, b, weights).0
}

/// Compares two texts, and returns the alignment of their sentences too.
pub fn aligned(
    a: &Sentences,
    b: &Sentences,
    weights: &Weights,
) -> (RewordingEvidence, Vec<AlignmentStep>) {
    if !a.is_prose() || !b.is_prose() {
        return Default::default();
    }
    let spellings = Spellings::new(a, b, weights);
    let (a, b) = (
        spellings.weighted_terms(a, weights),
        spellings.weighted_terms(b, weights),
    );
    let bags = |text: &[Vec<WeightedTerm>]| -> Vec<Bag> {
        text.iter()
            .map(|sentence| Bag::of(sentence.iter().copied()))
            .collect()
    };
    let (bags_a, bags_b) = (bags(&a), bags(&b));
    let steps = align::align(&bags_a, &bags_b);
    let evidence = RewordingEvidence {
        order: order(&a, &b),
        coverage_a: coverage(&bags_a, steps.iter().flat_map(|step| step.a.clone())),
        coverage_b: coverage(&bags_b, steps.iter().flat_map(|step| step.b.clone())),
        aligned: steps.len() as u32,
    };
    (evidence, steps)
}

/// Share of the weight of all sentences that is in the aligned ones.
fn coverage(bags: &[Bag], aligned: impl Iterator<Item = usize>) -> f64 {
    let all: f64 = bags.iter().map(|bag| bag.weight).sum();
    let aligned: f64 = aligned.map(|at| bags[at].weight).sum();
    if all > 0.0 { aligned / all } else { 0.0 }
}

/// Computes [`RewordingEvidence::order`].
fn order(a: &[Vec<WeightedTerm>], b: &[Vec<WeightedTerm>]) -> f64 {
    let is_rare = |term: &&WeightedTerm| term.weight >= RARE;
    let rare = |sentences: &mut dyn Iterator<Item = &Vec<WeightedTerm>>| -> Vec<WeightedTerm> {
        let terms = sentences.flatten().filter(is_rare);
        terms.take(MOST_RARE).copied().collect()
    };
    let (of_a, of_b) = (rare(&mut a.iter()), rare(&mut b.iter()));
    let reversed = {
        // Only the sentences that were not cut off above, so that the terms are the same.
        let mut left = of_b.len();
        let kept = b.iter().take_while(|sentence| {
            let before = left;
            left = left.saturating_sub(sentence.iter().filter(is_rare).count());
            before > 0
        });
        let kept = kept.count();
        rare(&mut b[..kept].iter().rev())
    };
    let weight = |terms: &[WeightedTerm]| terms.iter().map(|term| term.weight).sum::<f64>();
    let lighter = weight(&of_a).min(weight(&of_b));
    if lighter == 0.0 {
        return 0.0;
    }
    (align::common_order(&of_a, &of_b) - align::common_order(&of_a, &reversed)) / lighter
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::evidence::FEWEST_ALIGNED;
    use super::*;

    fn evidence(a: &str, b: &str) -> RewordingEvidence {
        compare(&Sentences::of(a), &Sentences::of(b), &Weights::default())
    }

    #[test]
    fn texts_without_terms_have_no_evidence() {
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
        let text = "Tobanda sued the directorate in Quito. \
            Echavala said 14,900 households were listed. Oyarte arrives from Cuenca.";
        let evidence = evidence(text, text);
        assert!(evidence.aligned < FEWEST_ALIGNED);
        assert_eq!(evidence.score(), 0.0);
    }

    #[test]
    fn repetitive_texts_are_not_aligned_with_themselves() {
        for text in [
            "one two three ".repeat(9000),
            "Q".repeat(90_000),
            "1.".repeat(90_000),
        ] {
            assert_eq!(evidence(&text, &text).aligned, 0, "{}", &text[..9]);
        }
    }

    /// Sentences of names, words and numbers, as a pattern.
    const TEXT: &str = "([A-Z][a-z]{2,6}|[a-z]{3,8}|[0-9]{1,4}|[.] ?| ){0,120}";

    proptest! {
        #[test]
        fn evidence_is_within_its_bounds(a in TEXT, b in TEXT) {
            let evidence = evidence(&a, &b);
            prop_assert!((-1.0..=1.0 + 1e-9).contains(&evidence.order));
            for coverage in [evidence.coverage_a, evidence.coverage_b] {
                prop_assert!((0.0..=1.0 + 1e-9).contains(&coverage));
            }
            prop_assert!((0.0..=1.0).contains(&evidence.score()));
        }
    }
}

//! Spellings: numbers the terms of two texts, with the same number for two spellings of one name.
//!
//! Translation and transcription change the letters of names: `Kuleba`, `Kureba`.

use rustc_hash::{FxHashMap, FxHashSet};

use super::align::WeightedTerm;
use super::sentences::{Sentences, Term, TermKind};
use super::weights::{RARE, Weights};

/// Most distinct terms of a text that can be other spellings of a name. Bounds the quadratic work.
const MOST_SPELLINGS: usize = 600;

/// Fewest letters of a name with another spelling: nearly all names of fewer letters have a
/// neighbour that is another name.
const SHORTEST_MISSPELT: usize = 4;

/// Most letters of a name; longer words are none. The time to compare two grows with the product of
/// their lengths.
const LONGEST_MISSPELT: usize = 32;

/// Letters from which two spellings of a name can differ in two letters; shorter ones differ in
/// one.
const LONG_NAME: usize = 7;

/// Numbers of the terms of two texts.
pub(super) struct Spellings {
    /// By key of the term.
    numbers: FxHashMap<u64, u32>,
}

impl Spellings {
    pub(super) fn new(a: &Sentences, b: &Sentences, weights: &Weights) -> Spellings {
        let mut numbers = FxHashMap::default();
        for term in a.terms() {
            let next = numbers.len() as u32;
            numbers.entry(term.key).or_insert(next);
        }
        // By first letter, which is spelt the same most often.
        let mut names_of_a: FxHashMap<char, Vec<(&str, u32)>> = FxHashMap::default();
        for term in names(a, weights) {
            if let Some(first) = term.written.chars().next() {
                let with_first = names_of_a.entry(first).or_default();
                with_first.push((&term.written, numbers[&term.key]));
            }
        }
        let mut next = numbers.len() as u32;
        let mut new = move || {
            next += 1;
            next - 1
        };
        for term in names(b, weights) {
            numbers.entry(term.key).or_insert_with(|| {
                let first = term.written.chars().next();
                let with_first = first.and_then(|first| names_of_a.get(&first));
                let same_name = with_first
                    .into_iter()
                    .flatten()
                    .find(|(name, _)| are_one_name(name, &term.written));
                same_name.map_or_else(&mut new, |&(_, number)| number)
            });
        }
        for term in b.terms() {
            numbers.entry(term.key).or_insert_with(&mut new);
        }
        Spellings { numbers }
    }

    /// The numbers and weights of the terms of each sentence of one of the two texts.
    pub(super) fn weighted_terms(
        &self,
        text: &Sentences,
        weights: &Weights,
    ) -> Vec<Vec<WeightedTerm>> {
        let weighted = |term: &Term| WeightedTerm {
            number: self.numbers[&term.key],
            weight: weights.of(text.language, term),
        };
        text.sentences
            .iter()
            .map(|terms| terms.iter().map(weighted).collect())
            .collect()
    }
}

/// The distinct rare names of a text that are long enough to be found in another spelling, in
/// order.
fn names<'t>(text: &'t Sentences, weights: &Weights) -> Vec<&'t Term> {
    let mut seen = FxHashSet::default();
    text.terms()
        .filter(|term| matches!(term.kind, TermKind::Name | TermKind::Opening))
        .filter(|term| (SHORTEST_MISSPELT..=LONGEST_MISSPELT).contains(&term.written.len()))
        .filter(|term| weights.of(text.language, term) >= RARE)
        .filter(|term| seen.insert(term.key))
        .take(MOST_SPELLINGS)
        .collect()
}

/// True if two names with the same first letter are spellings of one, by their edit distance
/// (Levenshtein 1966, "Binary codes capable of correcting deletions, insertions, and reversals").
fn are_one_name(x: &str, y: &str) -> bool {
    let shorter = x.len().min(y.len());
    let most = if shorter < LONG_NAME { 1 } else { 2 };
    x.len().abs_diff(y.len()) <= most && strsim::levenshtein(x, y) <= most
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(are_one_name(x, y), one, "{x} and {y}");
        }
    }
}

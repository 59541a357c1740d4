//! Weights: how much a term tells, by how rare it is in the corpus.
//!
//! Inverse document frequency (Spärck Jones 1972, "A statistical interpretation of term specificity and its application in retrieval"), of a share
//! of documents that is smoothed with what is to be expected before anything was read: long words and numbers are rare in any language (Zipf
//! 1935, the law of abbreviation), so `ministry` tells more than `said` even in a corpus of two documents, where counts tell nothing.

use rustc_hash::{FxHashMap, FxHashSet};
use whatlang::Lang;

use super::sentences::{Kind, Sentences, Term};

/// Documents that weights are learned from: with the expectation as much again as is needed to tell a share of one in some hundred, and rarer is rare.
pub const SAMPLE: usize = 256;

/// The expectation weighs as much as so many documents (Dirichlet smoothing).
const EXPECTED_DOCUMENTS: f64 = 200.0;

/// A term in one document of so many has weight 1.
const RAREST: f64 = 2000.0;

/// What an ordinary word is worth beside a name or a number as rare: it has synonyms. Without that, the lowest of the twelve invented heavy spins scores
/// .62 in a corpus of other words, with it .86; a third less or more makes little difference.
const OF_WORD: f64 = 0.5;

/// Terms from this weight on are rare: names and numbers that about one document in fourteen has, words that one in two hundred has, or fewer. Only they
/// count for the order.
pub const RARE: f64 = 0.35;

/// In how many documents terms stand, of all and of each language: every German word is rare in an English corpus.
#[derive(Debug, Default)]
pub struct Weights {
    all: Counted,
    by_language: FxHashMap<Lang, Counted>,
}

/// How many of so many documents have a term.
#[derive(Debug, Default)]
struct Counted {
    documents: u32,
    terms: FxHashMap<u64, u32>,
}

impl Weights {
    /// Counts the terms of one more document.
    pub fn add(&mut self, document: &Sentences) {
        let distinct: FxHashSet<u64> = document.terms().map(|term| term.key).collect();
        if let Some(language) = document.language {
            self.by_language.entry(language).or_default().add(&distinct);
        }
        self.all.add(&distinct);
    }

    /// Adds what others counted.
    pub fn join(mut self, other: Weights) -> Weights {
        self.all.join(other.all);
        for (language, counted) in other.by_language {
            self.by_language.entry(language).or_default().join(counted);
        }
        self
    }

    /// What a term tells in a text of that language, from 0 to 1. Of both shares the larger counts, for the language of a short text is a guess.
    pub fn of(&self, language: Option<Lang>, term: &Term) -> f64 {
        let expected = expected_share(term);
        let share = |counted: &Counted| counted.share(term, expected);
        let of_language = language.and_then(|language| self.by_language.get(&language));
        let share = share(&self.all).max(of_language.map_or(0.0, share));
        let rarity = (-share.ln() / RAREST.ln()).clamp(0.0, 1.0);
        match term.kind {
            Kind::Word => OF_WORD * rarity,
            Kind::Name | Kind::Number | Kind::Opening => rarity,
        }
    }
}

impl Counted {
    fn add(&mut self, distinct: &FxHashSet<u64>) {
        self.documents += 1;
        for &key in distinct {
            *self.terms.entry(key).or_default() += 1;
        }
    }

    fn join(&mut self, other: Counted) {
        self.documents += other.documents;
        for (key, count) in other.terms {
            *self.terms.entry(key).or_default() += count;
        }
    }

    fn share(&self, term: &Term, expected: f64) -> f64 {
        let seen = f64::from(self.terms.get(&term.key).copied().unwrap_or(0));
        (seen + EXPECTED_DOCUMENTS * expected) / (f64::from(self.documents) + EXPECTED_DOCUMENTS)
    }
}

/// The share of documents that a term of this kind and length stands in, to an order of magnitude.
fn expected_share(term: &Term) -> f64 {
    let length = term.written.chars().filter(|c| c.is_alphanumeric()).count();
    match (term.kind, length) {
        (Kind::Name, _) => 0.01,
        (Kind::Number, 0..=1) => 0.3,
        (Kind::Number, 2) => 0.1,
        (Kind::Number, _) => 0.01,
        (Kind::Opening | Kind::Word, 0..=4) => 0.3,
        (Kind::Opening | Kind::Word, 5..=6) => 0.1,
        (Kind::Opening | Kind::Word, 7..=8) => 0.03,
        (Kind::Opening | Kind::Word, _) => 0.01,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(weights: &Weights, text: &str, word: &str) -> f64 {
        let read = Sentences::of(text);
        let term = read.terms().find(|term| &*term.written == word);
        weights.of(read.language, term.expect("the text has the word"))
    }

    #[test]
    fn expectation_alone_prefers_names_and_long_words() {
        let (nothing, text) = (
            Weights::default(),
            "The said ministry told Tobanda of 6,200 and of 12 tents.",
        );
        let weight = |word| weight(&nothing, text, word);
        assert!(weight("tobanda") > weight("ministry"));
        assert!(weight("ministry") > weight("said"));
        assert!(weight("6200") > weight("12"));
        assert!(weight("tobanda") >= RARE && weight("said") < RARE);
    }

    #[test]
    fn what_every_document_has_tells_nothing() {
        let mut weights = Weights::default();
        let text = "Yesterday Trump met Tobanda again in the garden.";
        for _ in 0..2000 {
            weights.add(&Sentences::of("It was Trump who was there, they said."));
        }
        assert!(weight(&weights, text, "trump") < 0.1);
        assert!(weight(&weights, text, "tobanda") > 0.8);
    }
}

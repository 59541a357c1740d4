//! Weights: how much a term says about a text, by its rarity in the corpus.
//!
//! The weight is the inverse document frequency (Spärck Jones 1972, "A statistical interpretation
//! of term specificity and its application in retrieval"), with the share of documents smoothed by
//! the share that is expected beforehand. Long words and numbers are rare in any language (Zipf
//! 1935, "The psycho-biology of language", the law of abbreviation). So `ministry` weighs more than
//! `said` even in a corpus of two documents, where counts say nothing.

use rustc_hash::{FxHashMap, FxHashSet};
use whatlang::Lang;

use super::sentences::{Sentences, Term, TermKind};

/// Documents that weights are learned from. Together with the 200 of the smoothing they are enough
/// to recognise a term in one of some hundred documents; rarer terms are all rare.
pub const SAMPLE: usize = 256;

/// Number of documents that the expected share weighs as much as (Dirichlet smoothing; Zhai and
/// Lafferty 2004, "A study of smoothing methods for language models applied to information
/// retrieval").
const EXPECTED_DOCUMENTS: f64 = 200.0;

/// A term in one document of this many, or rarer, has weight 1.
const RAREST: f64 = 2000.0;

/// Weight of an ordinary word relative to a name or a number of the same rarity, because it has
/// synonyms. The lowest of the twelve invented heavy spins of `data/reworded` scores 0.86 with it
/// in a corpus of other words, and 0.62 without it; a third less or more makes little difference.
const OF_WORD: f64 = 0.5;

/// Weight from which a term is rare; only rare terms count for the order. Names and numbers have it
/// from 2000^-0.35, one document in fourteen, words from 2000^-0.7, one in two hundred.
pub const RARE: f64 = 0.35;

/// Document frequencies of terms, in all documents and in those of each language, because every
/// German word is rare in an English corpus.
#[derive(Debug, Default)]
pub struct Weights {
    all: DocumentFrequencies,
    by_language: FxHashMap<Lang, DocumentFrequencies>,
}

/// Number of documents, and number of those with each term.
#[derive(Debug, Default)]
struct DocumentFrequencies {
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

    /// Adds the counts of other documents.
    pub fn join(mut self, other: Weights) -> Weights {
        self.all.join(other.all);
        for (language, counted) in other.by_language {
            self.by_language.entry(language).or_default().join(counted);
        }
        self
    }

    /// Weight of a term in a text of a language, from 0 to 1: `ln(1 / s) / ln(2000)`, where `s` is
    /// the smoothed share of documents with the term; half of that for an ordinary word.
    ///
    /// The share among all documents or among those of the language counts, whichever is larger,
    /// because the language of a short text is a guess.
    pub fn of(&self, language: Option<Lang>, term: &Term) -> f64 {
        let expected = expected_share(term);
        let share = |counted: &DocumentFrequencies| counted.share(term, expected);
        let of_language = language.and_then(|language| self.by_language.get(&language));
        let share = share(&self.all).max(of_language.map_or(0.0, share));
        let rarity = (-share.ln() / RAREST.ln()).clamp(0.0, 1.0);
        match term.kind {
            TermKind::Word => OF_WORD * rarity,
            TermKind::Name | TermKind::Number | TermKind::Opening => rarity,
        }
    }
}

impl DocumentFrequencies {
    fn add(&mut self, distinct: &FxHashSet<u64>) {
        self.documents += 1;
        for &key in distinct {
            *self.terms.entry(key).or_default() += 1;
        }
    }

    fn join(&mut self, other: DocumentFrequencies) {
        self.documents += other.documents;
        for (key, count) in other.terms {
            *self.terms.entry(key).or_default() += count;
        }
    }

    /// Smoothed share of documents with a term.
    fn share(&self, term: &Term, expected: f64) -> f64 {
        let seen = f64::from(self.terms.get(&term.key).copied().unwrap_or(0));
        (seen + EXPECTED_DOCUMENTS * expected) / (f64::from(self.documents) + EXPECTED_DOCUMENTS)
    }
}

/// Expected share of documents with a term of this kind and length, to an order of magnitude.
fn expected_share(term: &Term) -> f64 {
    let length = term.written.chars().filter(|c| c.is_alphanumeric()).count();
    match (term.kind, length) {
        (TermKind::Name, _) => 0.01,
        (TermKind::Number, 0..=1) => 0.3,
        (TermKind::Number, 2) => 0.1,
        (TermKind::Number, _) => 0.01,
        (TermKind::Opening | TermKind::Word, 0..=4) => 0.3,
        (TermKind::Opening | TermKind::Word, 5..=6) => 0.1,
        (TermKind::Opening | TermKind::Word, 7..=8) => 0.03,
        (TermKind::Opening | TermKind::Word, _) => 0.01,
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
    fn names_and_long_words_weigh_more_without_any_document() {
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
    fn a_term_of_every_document_weighs_little() {
        let mut weights = Weights::default();
        let text = "Yesterday Trump met Tobanda again in the garden.";
        for _ in 0..2000 {
            weights.add(&Sentences::of("It was Trump who was there, they said."));
        }
        assert!(weight(&weights, text, "trump") < 0.1);
        assert!(weight(&weights, text, "tobanda") > 0.8);
    }
}

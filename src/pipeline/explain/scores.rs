//! Scores of two documents.

use crate::catalog::DocPair;
use crate::compare::exact::{Excerpts, Shingled};
use crate::error::ReadError;
use crate::pipeline::long_passages::most_unquoted;
use crate::pipeline::pair_texts::map_pairs;
use crate::pipeline::quotations::larger_share;
use crate::pipeline::quoted_text::QuotedText;
use crate::pipeline::texts::CorpusTexts;

/// Scores of two documents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairScores {
    /// Exact Jaccard similarity of the shingle sets.
    pub jaccard: f64,
    /// Share of the shingles of `a` that `b` has.
    pub containment_a: f64,
    /// Share of the shingles of `b` that `a` has.
    pub containment_b: f64,
    /// Distinct shingles that both have.
    pub shared: u32,
    /// Distinct shingles of `a`.
    pub shingles_a: u32,
    /// Distinct shingles of `b`.
    pub shingles_b: u32,
    /// Words of the longest passage that both have.
    pub longest_passage: usize,
    /// Number of words that the longest passage counts as: fewer in scripts without spaces.
    pub passage_words: u32,
    /// Most words, quotations left out, of a passage that both have.
    pub unquoted_passage: usize,
    /// Share of the common words that are within quotation marks, if that is known. The pairs file
    /// gives it for excerpts only.
    pub quoted_share: Option<f64>,
}

impl PairScores {
    /// Measures two documents like a scan, which does not measure identical documents; `None` if
    /// one has no words.
    pub(super) fn measure(
        texts: &CorpusTexts<'_>,
        pair: DocPair,
        [a, b]: [&Shingled; 2],
    ) -> Result<Option<PairScores>, ReadError> {
        let catalog = texts.catalog;
        if catalog.words(pair.a) == 0 || catalog.words(pair.b) == 0 {
            return Ok(None);
        }
        let compared = a.measure(b, pair);
        let quoted = map_pairs(texts, &[pair], QuotedText::of, |_, [a, b]| {
            let unquoted = most_unquoted(a, b, compared.longest);
            (unquoted, larger_share([a, b]))
        })?;
        let (unquoted_passage, quoted_share) = quoted[0];
        Ok(Some(PairScores {
            jaccard: compared.jaccard(),
            containment_a: compared.containment_a(),
            containment_b: compared.containment_b(),
            shared: compared.shared,
            shingles_a: compared.shingles_a,
            shingles_b: compared.shingles_b,
            longest_passage: compared.longest.words,
            passage_words: compared.passage_words,
            unquoted_passage,
            quoted_share,
        }))
    }

    /// True if a passage makes the pair an excerpt whatever its containment.
    pub(super) fn has_long_passage(&self, excerpts: Excerpts) -> bool {
        let long = excerpts.long_passage;
        long.is_some_and(|long| self.unquoted_passage >= long as usize)
    }

    /// The larger of both containments.
    pub fn containment(&self) -> f64 {
        self.containment_a.max(self.containment_b)
    }
}

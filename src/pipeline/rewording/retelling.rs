//! Comparison of two given documents sentence by sentence.

use std::ops::Range;

use super::sentences::{SentenceTools, read_sentences};
use super::weights::learn_weights;
use crate::catalog::DocPair;
use crate::catalog::identical::IdenticalGroup;
use crate::compare::exact::Comparison;
use crate::compare::reworded::align::AlignmentStep;
use crate::compare::reworded::sentences::Sentences;
use crate::compare::reworded::weights::Weights;
use crate::compare::reworded::{self, RewordingEvidence};
use crate::error::ReadError;
use crate::pipeline::texts::CorpusTexts;

/// Two documents compared sentence by sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Retelling {
    /// RewordingEvidence that one document retells the other.
    pub evidence: RewordingEvidence,
    /// Sentences that correspond, one or two of each document: their bytes in both texts as they
    /// were read, in order.
    pub sentences: Vec<[Range<usize>; 2]>,
}

impl Retelling {
    /// Compares two documents as a search does, even if the search would not compare them.
    pub(in crate::pipeline) fn of(
        texts: &CorpusTexts<'_>,
        groups: &[IdenticalGroup],
        compared: &[Comparison],
        pair: DocPair,
    ) -> Result<Retelling, ReadError> {
        let weights = learn_weights(texts, groups, compared)?;
        Retelling::weighed(texts, &weights, pair)
    }

    /// The same comparison with the two documents swapped.
    pub(in crate::pipeline) fn swapped(self) -> Retelling {
        let evidence = RewordingEvidence {
            coverage_a: self.evidence.coverage_b,
            coverage_b: self.evidence.coverage_a,
            ..self.evidence
        };
        let swap = |[a, b]: [Range<usize>; 2]| [b, a];
        Retelling {
            evidence,
            sentences: self.sentences.into_iter().map(swap).collect(),
        }
    }

    /// Compares two documents with weights that were learned before.
    pub(in crate::pipeline) fn weighed(
        texts: &CorpusTexts<'_>,
        weights: &Weights,
        pair: DocPair,
    ) -> Result<Retelling, ReadError> {
        let mut tools = SentenceTools::default();
        let a = read_sentences(texts, pair.a, &mut tools)?;
        let b = read_sentences(texts, pair.b, &mut tools)?;
        let (evidence, steps) = reworded::aligned(&a, &b, weights);
        let bytes = |text: &Sentences, sentences: &Range<usize>| {
            let first = text.places.get(sentences.start)?;
            let last = text.places.get(sentences.end.checked_sub(1)?)?;
            Some(first.start..last.end)
        };
        let both = |step: &AlignmentStep| Some([bytes(&a, &step.a)?, bytes(&b, &step.b)?]);
        Ok(Retelling {
            evidence,
            sentences: steps.iter().filter_map(both).collect(),
        })
    }
}

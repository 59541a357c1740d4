//! Weights of terms, learned from a sample of the stories.

use rayon::prelude::*;

use super::sentences::{SentenceTools, read_sentences};
use super::stories::StoryTable;
use crate::catalog::identical::IdenticalGroup;
use crate::compare::exact::Comparison;
use crate::compare::reworded::weights::{SAMPLE, Weights};
use crate::error::ReadError;
use crate::pipeline::texts::CorpusTexts;

/// Learns the weights of terms, given the comparisons that form stories.
pub(in crate::pipeline) fn learn_weights(
    texts: &CorpusTexts<'_>,
    groups: &[IdenticalGroup],
    compared: &[Comparison],
) -> Result<Weights, ReadError> {
    weights_of(texts, &StoryTable::of(texts.catalog, groups, compared))
}

/// Learns weights from stories at equal distances. They do not depend on the pairs to compare.
pub(super) fn weights_of(
    texts: &CorpusTexts<'_>,
    stories: &StoryTable,
) -> Result<Weights, ReadError> {
    let step = stories.stories.len().div_ceil(SAMPLE).max(1);
    stories
        .stories
        .par_iter()
        .step_by(step)
        .try_fold(
            <(SentenceTools, Weights)>::default,
            |(mut tools, mut weights), story| {
                weights.add(&read_sentences(texts, story.documents[0], &mut tools)?);
                Ok((tools, weights))
            },
        )
        .map(|folded| folded.map(|(_, weights)| weights))
        .try_reduce(Weights::default, |x, y| Ok(x.join(y)))
}

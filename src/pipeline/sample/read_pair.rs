//! Texts of a sampled pair, read again, with their common parts marked.

use std::ops::Range;

use super::assess::AssessedPair;
use super::pieces::pieces;
use super::sampling::{MarkKind, SampledPair, SampledScores, SampledText};
use super::strata::Measure;
use crate::catalog::DocNo;
use crate::compare::reworded::weights::Weights;
use crate::error::ReadError;
use crate::pipeline::passages::{PlacedPassage, PlacedWords};
use crate::pipeline::rewording::Retelling;
use crate::pipeline::texts::{CorpusTexts, TextReader};

/// Bytes that are shown of a text, about: three times a usual article.
const BYTES_SHOWN: usize = 16 << 10;

/// Reads both texts. Marks corresponding sentences if the pair was found by its score, and
/// passages otherwise.
pub(super) fn read_pair(
    found: &AssessedPair,
    texts: &CorpusTexts<'_>,
    weights: Option<&Weights>,
    reader: &mut TextReader,
) -> Result<SampledPair, ReadError> {
    let a = MarkedText::read(texts, found.pair.a, reader)?;
    let b = MarkedText::read(texts, found.pair.b, reader)?;
    let by_score = found.stratum.measure == Measure::Score;
    let (shared, marks) = match weights.filter(|_| by_score) {
        Some(weights) => {
            let retelling = Retelling::weighed(texts, weights, found.pair)?;
            (MarkKind::Sentences, retelling.sentences)
        }
        None => {
            let bytes = |passage: PlacedPassage| [passage.bytes_a, passage.bytes_b];
            let passages = a.words.shared(&b.words).into_iter();
            (MarkKind::Passages, passages.map(bytes).collect())
        }
    };
    let [marks_a, marks_b] = [0, 1].map(|member| {
        let marks = marks.iter().map(|both| both[member].clone());
        marks.collect::<Vec<Range<usize>>>()
    });
    let compared = &found.compared;
    Ok(SampledPair {
        relation: found.relation,
        scores: SampledScores {
            jaccard: compared.jaccard(),
            containment: [compared.containment_a(), compared.containment_b()],
            longest: compared.longest.words,
        },
        reworded: found.reworded,
        shared,
        marks: marks.len(),
        documents: [a.marked(&marks_a), b.marked(&marks_b)],
    })
}

/// A document that was read again.
struct MarkedText {
    sampled: SampledText,
    text: String,
    words: PlacedWords,
    boilerplate: Vec<Range<usize>>,
}

impl MarkedText {
    fn read(
        texts: &CorpusTexts<'_>,
        doc: DocNo,
        reader: &mut TextReader,
    ) -> Result<MarkedText, ReadError> {
        let catalog = texts.catalog;
        let mut read = None;
        texts.read(doc, reader, &mut |document, reader| {
            let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let words = PlacedWords::of(&document.text, reader);
            let regions = reader.regions.iter();
            read = Some(MarkedText {
                boilerplate: regions.filter_map(|region| words.bytes(region)).collect(),
                words,
                sampled: SampledText {
                    id: catalog.id(doc).to_owned(),
                    site: catalog.site_name(catalog.site(doc)).to_owned(),
                    published: catalog.published(doc),
                    title: owned(document.title.as_deref()),
                    url: owned(document.url.as_deref()),
                    pieces: Vec::new(),
                },
                text: document.text.clone().into_owned(),
            });
        })?;
        read.ok_or_else(|| ReadError::Changed {
            input: catalog.id(doc).to_owned(),
            offset: catalog.place(doc).offset,
        })
    }

    fn marked(self, shared: &[Range<usize>]) -> SampledText {
        SampledText {
            pieces: pieces(&self.text, shared, &self.boilerplate, BYTES_SHOWN),
            ..self.sampled
        }
    }
}

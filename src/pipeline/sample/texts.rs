//! The texts of a pair, read once more, with what they share marked.

use std::ops::Range;

use super::super::rewording::Retelling;
use super::super::show::{LaidOut, Placed};
use super::super::texts::{Reader, Texts};
use super::judge::Found;
use super::strata::Measure;
use super::{SampledPair, SampledText, Shared, Shares, shown};
use crate::catalog::DocNo;
use crate::compare::reworded::weights::Weights;
use crate::error::ReadError;

/// Bytes that are shown of a text, about: three times a usual article.
const SHOWN: usize = 16 << 10;

/// Reads both texts. What is marked in a pair that was found by its score are sentences that go together.
pub(super) fn read(
    found: &Found,
    texts: &Texts<'_>,
    weights: Option<&Weights>,
    reader: &mut Reader,
) -> Result<SampledPair, ReadError> {
    let a = Text::read(texts, found.pair.a, reader)?;
    let b = Text::read(texts, found.pair.b, reader)?;
    let by_score = found.stratum.measure == Measure::Score;
    let (shared, marks) = match weights.filter(|_| by_score) {
        Some(weights) => {
            let retelling = Retelling::weighed(texts, weights, found.pair)?;
            (Shared::Sentences, retelling.sentences)
        }
        None => {
            let bytes = |passage: Placed| [passage.bytes_a, passage.bytes_b];
            let passages = a.laid_out.shared(&b.laid_out).into_iter();
            (Shared::Passages, passages.map(bytes).collect())
        }
    };
    let [of_a, of_b] = [0, 1].map(|side| {
        let marks = marks.iter().map(|both| both[side].clone());
        marks.collect::<Vec<Range<usize>>>()
    });
    Ok(SampledPair {
        relation: found.relation,
        scores: Shares {
            jaccard: found.compared.jaccard(),
            containment: [
                found.compared.containment_a(),
                found.compared.containment_b(),
            ],
            longest: found.compared.longest.words,
        },
        reworded: found.reworded,
        shared,
        marks: marks.len(),
        documents: [a.shown(&of_a), b.shown(&of_b)],
    })
}

/// A document that was read once more.
struct Text {
    sampled: SampledText,
    text: String,
    laid_out: LaidOut,
    boilerplate: Vec<Range<usize>>,
}

impl Text {
    fn read(texts: &Texts<'_>, doc: DocNo, reader: &mut Reader) -> Result<Text, ReadError> {
        let catalog = texts.catalog;
        let mut read = None;
        texts.read(doc, reader, &mut |document, reader| {
            let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let laid_out = LaidOut::of(&document.text, reader);
            let regions = reader.regions.iter();
            read = Some(Text {
                boilerplate: regions.filter_map(|words| laid_out.bytes(words)).collect(),
                laid_out,
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

    fn shown(self, shared: &[Range<usize>]) -> SampledText {
        SampledText {
            pieces: shown::pieces(&self.text, shared, &self.boilerplate, SHOWN),
            ..self.sampled
        }
    }
}

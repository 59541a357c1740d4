//! Words of documents, with a mark on those within quotation marks.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::texts::{CorpusTexts, TextReader};
use crate::catalog::{DocNo, DocPair};
use crate::document::Document;
use crate::error::ReadError;
use crate::text::{quotation, ranges};

/// Words that a thread keeps for the pairs that follow: 9 MB.
const WORDS_KEPT: usize = 1 << 20;

/// Words of a document without its boilerplate.
#[derive(Default)]
pub(super) struct QuotedText {
    pub(super) words: Vec<u64>,
    /// For each word, whether it is within quotation marks; empty if that cannot be known.
    pub(super) quoted: Vec<bool>,
    /// True if there are characters of scripts without spaces.
    pub(super) unspaced: bool,
}

/// Reads the texts of pairs one after the other. Pairs come in order of `a`, so pairs of one story
/// are next to each other and share texts.
#[derive(Default)]
pub(super) struct QuotedTexts {
    reader: TextReader,
    read: FxHashMap<DocNo, QuotedText>,
    kept: usize,
}

impl QuotedTexts {
    /// The texts of both documents of a pair.
    pub(super) fn of(
        &mut self,
        texts: &CorpusTexts<'_>,
        pair: DocPair,
    ) -> Result<[&QuotedText; 2], ReadError> {
        if self.kept > WORDS_KEPT {
            self.read.clear();
            self.kept = 0;
        }
        for doc in [pair.a, pair.b] {
            if let Entry::Vacant(place) = self.read.entry(doc) {
                let mut text = QuotedText::default();
                texts.read(doc, &mut self.reader, &mut |document, reader| {
                    text = QuotedText {
                        words: reader.shingler.words.clone(),
                        quoted: quoted(document, reader),
                        unspaced: reader.shingler.unspaced,
                    };
                })?;
                self.kept += text.words.len();
                place.insert(text);
            }
        }
        Ok([&self.read[&pair.a], &self.read[&pair.b]])
    }
}

/// For each remaining word of a document, whether it is within quotation marks; empty if that
/// cannot be known.
fn quoted(document: &Document<'_>, reader: &TextReader) -> Vec<bool> {
    let words = reader.shingler.words.len() + reader.removed();
    let mut quoted = quotation::quoted(&document.text, words);
    if !quoted.is_empty() {
        ranges::remove(&mut quoted, &reader.regions);
    }
    quoted
}

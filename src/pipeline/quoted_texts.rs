//! Words of documents, with a mark on those within quotation marks.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::texts::{CorpusTexts, DOCUMENTS_PER_TASK, TextReader};
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::compare::passage::IndexedWords;
use crate::document::Document;
use crate::error::ReadError;
use crate::text::{quotation, ranges};

/// Words that a thread keeps for the pairs that follow: 2 MB, and up to 25 MB with the positions
/// of runs.
const WORDS_KEPT: usize = 1 << 18;

/// Words of a document without its boilerplate.
#[derive(Default)]
pub(super) struct QuotedText {
    pub(super) words: IndexedWords,
    /// For each word, whether it is within quotation marks; empty if that cannot be known.
    pub(super) quoted: Vec<bool>,
    /// True if a word is within quotation marks.
    pub(super) has_quotes: bool,
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
            // A text can be larger than the limit, and all pairs that follow can have it.
            self.read.retain(|&doc, _| doc == pair.a || doc == pair.b);
            let kept = self.read.values().map(|text| text.words.words().len());
            self.kept = kept.sum();
        }
        for doc in [pair.a, pair.b] {
            if let Entry::Vacant(place) = self.read.entry(doc) {
                let mut text = QuotedText::default();
                texts.read(doc, &mut self.reader, &mut |document, reader| {
                    let quoted = quoted(document, reader);
                    text = QuotedText {
                        words: IndexedWords::new(reader.shingler.words.clone()),
                        has_quotes: quoted.contains(&true),
                        quoted,
                        unspaced: reader.shingler.unspaced,
                    };
                })?;
                self.kept += text.words.words().len();
                place.insert(text);
            }
        }
        Ok([&self.read[&pair.a], &self.read[&pair.b]])
    }
}

/// Splits what belongs to pairs into chunks for threads, each of [`DOCUMENTS_PER_TASK`] or more.
///
/// The smaller documents of a chunk have together as many words as its largest document, so that
/// reading a giant for each chunk costs no more than reading the others.
pub(super) fn chunks<T>(
    catalog: &Catalog,
    items: Vec<T>,
    pair: impl Fn(&T) -> DocPair,
) -> Vec<Vec<T>> {
    let mut chunks = Vec::new();
    let (mut chunk, mut largest, mut smaller) = (Vec::new(), 0, 0);
    for item in items {
        let DocPair { a, b } = pair(&item);
        let (a, b) = (catalog.words(a), catalog.words(b));
        largest = largest.max(a.max(b));
        smaller += u64::from(a.min(b));
        chunk.push(item);
        if chunk.len() >= DOCUMENTS_PER_TASK && smaller >= u64::from(largest) {
            chunks.push(std::mem::take(&mut chunk));
            (largest, smaller) = (0, 0);
        }
    }
    chunks.push(chunk);
    chunks
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

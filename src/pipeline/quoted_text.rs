//! Words of a document, with a mark on those within quotation marks.

use std::cell::OnceCell;

use super::texts::TextReader;
use crate::compare::word_runs::WordRuns;
use crate::document::Document;
use crate::text::{quotation, ranges};

/// Words of a run that both documents must have for its words to count as shared: as many as the
/// usual shingle.
const RUN: usize = 5;

/// Words of a document without its boilerplate.
pub(super) struct QuotedText {
    pub(super) words: Vec<u64>,
    /// For each word, whether it is within quotation marks; empty if that cannot be known.
    pub(super) quoted: Vec<bool>,
    /// True if there are characters of scripts without spaces.
    pub(super) unspaced: bool,
    runs: OnceCell<WordRuns>,
}

impl QuotedText {
    /// The text that a reader read last.
    pub(super) fn of(document: &Document<'_>, reader: &TextReader) -> QuotedText {
        QuotedText {
            words: reader.shingler.words.clone(),
            quoted: quoted(document, reader),
            unspaced: reader.shingler.unspaced,
            runs: OnceCell::new(),
        }
    }

    /// The runs of words that are looked up in other texts.
    pub(super) fn runs(&self) -> &WordRuns {
        self.runs.get_or_init(|| WordRuns::new(&self.words, RUN))
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

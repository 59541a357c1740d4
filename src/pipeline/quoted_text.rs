//! Words of a document, with a mark on those within quotation marks.

use super::texts::TextReader;
use crate::compare::passage::IndexedWords;
use crate::document::Document;
use crate::text::{quotation, ranges};

/// Words of a document without its boilerplate.
pub(super) struct QuotedText {
    pub(super) words: IndexedWords,
    /// For each word, whether it is within quotation marks; empty if that cannot be known.
    pub(super) quoted: Vec<bool>,
    /// True if a word is within quotation marks.
    pub(super) has_quotes: bool,
    /// True if there are characters of scripts without spaces.
    pub(super) unspaced: bool,
}

impl QuotedText {
    /// The text that a reader read last.
    pub(super) fn of(document: &Document<'_>, reader: &TextReader) -> QuotedText {
        let quoted = quoted(document, reader);
        QuotedText {
            words: IndexedWords::new(reader.shingler.words.clone()),
            has_quotes: quoted.contains(&true),
            quoted,
            unspaced: reader.shingler.unspaced,
        }
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

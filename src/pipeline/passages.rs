//! Shared passages, with their positions in the texts as they were read.

use std::ops::Range;

use super::pair_texts::map_pairs;
use super::settings::Settings;
use super::texts::{CorpusTexts, TextReader};
use crate::catalog::DocPair;
use crate::cluster::ReportedPair;
use crate::compare::passage::{self, IndexedWords};
use crate::document::Document;
use crate::error::ReadError;
use crate::text::{ranges, spans};

/// A passage of a pair, with its positions in both texts as they were read, boilerplate included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedPassage {
    /// Number of words that both texts have.
    pub words: usize,
    /// Its words in `a`; more than `words` if boilerplate is in the middle.
    pub words_a: Range<usize>,
    /// Its words in `b`.
    pub words_b: Range<usize>,
    /// Its bytes in the text of `a`.
    pub bytes_a: Range<usize>,
    /// Its bytes in the text of `b`.
    pub bytes_b: Range<usize>,
}

/// Passages of every pair, if the settings ask for them.
pub(super) fn list_passages(
    texts: &CorpusTexts<'_>,
    settings: &Settings,
    pairs: &[ReportedPair],
) -> Result<Vec<Vec<PlacedPassage>>, ReadError> {
    if !settings.list_passages {
        return Ok(Vec::new());
    }
    let documents = |pair: &ReportedPair| DocPair {
        a: pair.a,
        b: pair.b,
    };
    let documents: Vec<DocPair> = pairs.iter().map(documents).collect();
    let placed =
        |document: &Document<'_>, reader: &TextReader| PlacedWords::of(&document.text, reader);
    map_pairs(texts, &documents, placed, |_, [a, b]| a.shared(b))
}

/// Words of a text without its boilerplate, and their positions in the whole text.
#[derive(Default)]
pub(super) struct PlacedWords {
    words: IndexedWords,
    /// For each word, its number among all words of the whole text.
    numbers: Vec<usize>,
    /// Bytes of every word of the whole text.
    pub(super) spans: Vec<Range<usize>>,
}

impl PlacedWords {
    /// Words of the text that the reader read last.
    pub(super) fn of(text: &str, reader: &TextReader) -> PlacedWords {
        let spans = spans::of_words(text);
        let mut numbers: Vec<usize> = (0..spans.len()).collect();
        ranges::remove(&mut numbers, &reader.regions);
        PlacedWords {
            words: IndexedWords::new(reader.shingler.words.clone()),
            numbers,
            spans,
        }
    }

    /// Passages that two texts share.
    pub(super) fn shared(&self, other: &PlacedWords) -> Vec<PlacedPassage> {
        let placed = |passage: passage::Passage| {
            let (words_a, bytes_a) = self.place(passage.a..passage.a + passage.words)?;
            let (words_b, bytes_b) = other.place(passage.b..passage.b + passage.words)?;
            Some(PlacedPassage {
                words: passage.words,
                words_a,
                words_b,
                bytes_a,
                bytes_b,
            })
        };
        let passages = passage::shared(&self.words, &other.words);
        passages.into_iter().filter_map(placed).collect()
    }

    /// Bytes of a range of words of the whole text.
    pub(super) fn bytes(&self, words: &Range<usize>) -> Option<Range<usize>> {
        let (first, last) = (words.start, words.end.checked_sub(1)?);
        Some(self.spans.get(first)?.start..self.spans.get(last)?.end)
    }

    /// Words and bytes in the whole text of a run of the words without boilerplate.
    fn place(&self, run: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        let first = *self.numbers.get(run.start)?;
        let last = *self.numbers.get(run.end - 1)?;
        Some((
            first..last + 1,
            self.spans.get(first)?.start..self.spans.get(last)?.end,
        ))
    }
}

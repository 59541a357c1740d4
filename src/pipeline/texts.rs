//! Texts that are read again, without the boilerplate of their site: every stage after the first
//! sees the same words.

use std::ops::Range;

use super::settings::Settings;
use crate::catalog::{Catalog, DocNo};
use crate::document::{Document, Fetch};
use crate::error::ReadError;
use crate::text::shingle::{Shingle, Shingler};
use crate::text::spans;
use crate::text::words::WordRule;

/// Documents that one task reads again.
pub(super) const DOCUMENTS_PER_TASK: usize = 256;

/// Texts of the documents of a catalogue.
#[derive(Clone, Copy)]
pub(super) struct CorpusTexts<'a> {
    pub(super) corpus: &'a dyn Fetch,
    pub(super) catalog: &'a Catalog,
    pub(super) shingle: Shingle,
    pub(super) word_rule: WordRule,
}

impl<'a> CorpusTexts<'a> {
    pub(super) fn of(
        corpus: &'a dyn Fetch,
        catalog: &'a Catalog,
        settings: &Settings,
    ) -> CorpusTexts<'a> {
        CorpusTexts {
            corpus,
            catalog,
            shingle: settings.shingle,
            word_rule: settings.word_rule,
        }
    }

    /// Reads a document; `each` finds its words and shingles in the reader.
    ///
    /// # Errors
    /// When the document cannot be read again.
    pub(super) fn read(
        &self,
        doc: DocNo,
        reader: &mut TextReader,
        each: &mut dyn FnMut(&Document<'_>, &TextReader),
    ) -> Result<(), ReadError> {
        self.corpus.fetch(self.catalog.place(doc), &mut |document| {
            let TextReader { shingler, regions } = reader;
            shingler.set_rule(self.word_rule);
            regions.clear();
            regions.extend(self.catalog.regions(doc));
            if regions.is_empty() {
                shingler.read(&document.text, self.shingle);
            } else {
                shingler.read_without(&document.text, self.shingle, |_, _| regions);
            }
            each(document, reader);
        })
    }
}

/// Reads texts one after the other with the same buffers.
#[derive(Debug, Default)]
pub(super) struct TextReader {
    /// Words and shingles of the last text, without boilerplate.
    pub(super) shingler: Shingler,
    /// Words of the last text that were removed as boilerplate.
    pub(super) regions: Vec<Range<usize>>,
}

impl TextReader {
    /// Number of words that were removed from the last text.
    pub(super) fn removed(&self) -> usize {
        self.regions.iter().map(Range::len).sum()
    }

    /// Pieces of the last text, which is given again, between the removed regions. No word extends
    /// over two pieces.
    pub(super) fn remaining<'t>(&self, text: &'t str) -> Vec<&'t str> {
        remaining(&self.shingler, &self.regions, text)
    }
}

/// Pieces of a text between regions, which are given as words and were removed when the shingler
/// read the text.
///
/// White space always separates words, so lines are treated one by one. Most regions are whole
/// lines, in which no word has to be found.
pub(super) fn remaining<'t>(
    shingler: &Shingler,
    regions: &[Range<usize>],
    text: &'t str,
) -> Vec<&'t str> {
    let (mut pieces, mut from) = (Vec::new(), 0);
    let lines = &shingler.lines;
    let all = shingler.words.len() + regions.iter().map(Range::len).sum::<usize>();
    let mut regions = regions.iter().peekable();
    let (mut number, mut start) = (0, 0);
    while regions.peek().is_some() && number < lines.len() {
        let end = memchr::memchr(b'\n', &text.as_bytes()[start..]);
        let end = end.map_or(text.len(), |end| start + end);
        let words = lines[number]..lines.get(number + 1).copied().unwrap_or(all);
        while let Some(region) = regions.peek().filter(|region| region.start < words.end) {
            // Several words of one character share a span, so a region may begin before the end of
            // the last one.
            if let Some(gone) = bytes_within_line(&text[start..end], &words, region)
                && start + gone.start >= from
            {
                pieces.push(&text[from..start + gone.start]);
                from = start + gone.end;
            }
            if region.end > words.end {
                break;
            }
            regions.next();
        }
        number += 1;
        start = (end + 1).min(text.len());
    }
    pieces.push(&text[from..]);
    pieces
}

/// Bytes of the part of a region that is in a line; `None` if the line has none of its words.
///
/// `words` are the numbers of the words of the line.
fn bytes_within_line(
    line: &str,
    words: &Range<usize>,
    region: &Range<usize>,
) -> Option<Range<usize>> {
    if region.start <= words.start && words.end <= region.end {
        return Some(0..line.len());
    }
    let first = region.start.max(words.start) - words.start;
    let last = region.end.min(words.end).saturating_sub(words.start);
    match spans::of_words(line).get(first..last) {
        Some([first, .., last]) => Some(first.start..last.end),
        Some([only]) => Some(only.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ranges;
    use crate::text::words::reference;
    use proptest::prelude::*;

    /// Letters, digits, separators and characters that are normalised to several words or letters.
    const TEXTS: &str = "([a-z]{1,3}|[A-Z]|[0-9]{1,2}|[ ]|\n|’|\"|東|é|ﬁ){0,60}";

    proptest! {
        #[test]
        fn remaining_pieces_have_the_remaining_words(
            text in TEXTS,
            cuts in proptest::collection::vec(0usize..40, 0..6),
        ) {
            let mut reader = TextReader::default();
            let mut edges = cuts;
            edges.sort_unstable();
            edges.dedup();
            let mut regions = Vec::new();
            reader.shingler.read_without(&text, Shingle::Words(5), |words, _| {
                let within = edges.iter().copied().filter(|&edge| edge <= words.len());
                let within: Vec<usize> = within.collect();
                let cut = |ends: &[usize]| ends[0]..ends[1];
                regions = within.chunks_exact(2).map(cut).collect();
                &regions
            });
            reader.regions = regions;
            let words = reference(&text);
            let mut expected: Vec<&str> = words.iter().map(String::as_str).collect();
            ranges::remove(&mut expected, &reader.regions);
            prop_assert_eq!(reference(&reader.remaining(&text).join("\n")), expected);
        }
    }
}

//! Texts read once more, always without the boilerplate of their site, so that every stage after the first sees the same words.

use std::ops::Range;

use crate::catalog::{Catalog, DocNo};
use crate::document::{Document, Fetch};
use crate::error::ReadError;
use crate::text::shingle::{Shingle, Shingler};
use crate::text::spans;

/// How many documents one task of a second reading takes.
pub(super) const DOCUMENTS_A_TASK: usize = 256;

/// Documents of a corpus, to be read again.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    pub(super) corpus: &'a dyn Fetch,
    pub(super) catalog: &'a Catalog,
    pub(super) shingle: Shingle,
}

/// Reads texts; keeps its buffers from one to the next.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Holds the words and shingles that are left of the last text.
    pub(super) shingler: Shingler,
    /// The words that were taken out of the last text.
    pub(super) regions: Vec<Range<usize>>,
}

impl Reader {
    /// How many words were taken out of the last text.
    pub(super) fn removed(&self) -> usize {
        self.regions.iter().map(Range::len).sum()
    }

    /// The pieces of the last text, given again, between what was taken out of it; no word goes across a joint.
    pub(super) fn left<'t>(&self, text: &'t str) -> Vec<&'t str> {
        left(&self.shingler, &self.regions, text)
    }
}

/// The pieces of a text that are left between regions, which were taken out as the shingler read it.
///
/// White space never joins words, so lines can be dealt with one by one; most regions are whole lines, whose words need not be placed.
pub(super) fn left<'t>(
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
            // Words that cannot be told apart share a span, so one may begin before the last region ended.
            if let Some(gone) = within_line(&text[start..end], &words, region)
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

/// Where the words of a region stand in a line, whose words have these numbers, in bytes; `None` if it has none of them.
fn within_line(line: &str, words: &Range<usize>, region: &Range<usize>) -> Option<Range<usize>> {
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

impl Texts<'_> {
    /// Reads a document; `each` finds its words and shingles in the reader.
    ///
    /// # Errors
    /// When the document cannot be read again.
    pub(super) fn read(
        &self,
        doc: DocNo,
        reader: &mut Reader,
        each: &mut dyn FnMut(&Document<'_>, &Reader),
    ) -> Result<(), ReadError> {
        self.corpus.fetch(self.catalog.place(doc), &mut |document| {
            let Reader { shingler, regions } = reader;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ranges;
    use crate::text::words::reference;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_left_has_the_words_that_are_left(text in "([a-z]{1,3}|[A-Z]|[0-9]{1,2}|[ ]|\n|’|\"|東|é|ﬁ){0,60}", cuts in proptest::collection::vec(0usize..40, 0..6)) {
            let mut reader = Reader::default();
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
            prop_assert_eq!(reference(&reader.left(&text).join("\n")), expected);
        }
    }
}

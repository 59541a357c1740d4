//! Texts read once more, always without the boilerplate of their site, so that every stage after the first sees the same words.

use std::ops::Range;

use crate::boilerplate::{Profiles, Region, Stripper};
use crate::catalog::{Catalog, DocNo};
use crate::document::{Corpus, Document, ReadError};
use crate::shingle::{Shingle, Shingler};
use crate::spans;

/// Documents of a corpus, to be read again.
pub(super) struct Texts<'a, C> {
    pub(super) corpus: &'a C,
    pub(super) catalog: &'a Catalog,
    pub(super) profiles: &'a Profiles,
    pub(super) shingle: Shingle,
}

/// Reads texts; keeps its buffers from one to the next.
#[derive(Debug, Default)]
pub(super) struct Reader {
    stripper: Stripper,
    /// Holds the words and shingles that are left of the last text.
    pub(super) shingler: Shingler,
    /// What was taken out of the last text.
    pub(super) regions: Vec<Region>,
}

impl Reader {
    /// How many words were taken out of the last text.
    pub(super) fn removed(&self) -> usize {
        self.regions.iter().map(|region| region.words.len()).sum()
    }

    /// The pieces of the last text, given again, between what was taken out of it; no word goes across a joint.
    ///
    /// White space never joins words, so lines can be dealt with one by one; most regions are whole lines, whose words need not be placed.
    pub(super) fn left<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let ends = self.shingler.lines.get(1..).unwrap_or_default();
        let all = self.shingler.words.len() + self.removed();
        let (mut start, mut regions) = (0, &self.regions[..]);
        let whole = self.regions.is_empty().then_some(text);
        let lines = self.regions.first().map(|_| text.split('\n').enumerate());
        let pieces = lines.into_iter().flatten().flat_map(move |(number, line)| {
            let words = start..ends.get(number).copied().unwrap_or(all);
            start = words.end;
            let gone = regions.partition_point(|region| region.words.end <= words.start);
            regions = &regions[gone..];
            let here = regions.partition_point(|region| region.words.start < words.end);
            cut(line, words, &regions[..here])
        });
        whole.into_iter().chain(pieces)
    }
}

/// The pieces of a line, whose words have these numbers, between the regions.
fn cut<'t>(line: &'t str, words: Range<usize>, regions: &[Region]) -> Vec<&'t str> {
    match regions {
        [] => return vec![line],
        [region] if region.words.start <= words.start && words.end <= region.words.end => {
            return Vec::new();
        }
        _ => {}
    }
    let (spans, mut pieces, mut from) = (spans::of_words(line), Vec::new(), 0);
    for region in regions {
        let first = region.words.start.max(words.start) - words.start;
        let last = region.words.end.min(words.end) - words.start;
        let gone = spans.get(first..last).unwrap_or_default();
        // Words that cannot be told apart share a span, so one may begin before the last region ended.
        if let ([first, ..], [.., last]) = (gone, gone)
            && first.start >= from
        {
            pieces.push(&line[from..first.start]);
            from = last.end;
        }
    }
    pieces.push(&line[from..]);
    pieces
}

impl<C: Corpus> Texts<'_, C> {
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
            let Reader {
                stripper,
                shingler,
                regions,
            } = reader;
            regions.clear();
            if self.profiles.touches(doc) {
                shingler.read_without(&document.text, self.shingle, |words, lines| {
                    let site = self.catalog.site(doc);
                    stripper.regions(self.profiles, site, words, lines, regions);
                    regions
                });
            } else {
                shingler.read(&document.text, self.shingle);
            }
            each(document, reader);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boilerplate;
    use crate::words::reference;
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
                let cut = |ends: &[usize]| Region { words: ends[0]..ends[1], key: 0, everywhere: false };
                regions = within.chunks_exact(2).map(cut).collect();
                &regions
            });
            reader.regions = regions;
            let words = reference(&text);
            let mut expected: Vec<&str> = words.iter().map(String::as_str).collect();
            boilerplate::remove(&mut expected, &reader.regions);
            let left: Vec<&str> = reader.left(&text).collect();
            prop_assert_eq!(reference(&left.join("\n")), expected);
        }
    }
}

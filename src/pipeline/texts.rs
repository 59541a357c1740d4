//! Texts read once more, always without the boilerplate of their site, so that every stage after the first sees the same words.

use std::borrow::Cow;

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

    /// The last text without what was taken out of it, a line break in the place of each region.
    pub(super) fn left<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.regions.is_empty() {
            return Cow::Borrowed(text);
        }
        let spans = spans::of_words(text);
        let (mut left, mut from) = (String::with_capacity(text.len()), 0);
        for region in &self.regions {
            let words = spans.get(region.words.clone()).unwrap_or_default();
            // Words that cannot be told apart share a span, so one may begin before the last region ended.
            if let ([first, ..], [.., last]) = (words, words)
                && first.start >= from
            {
                left.push_str(&text[from..first.start]);
                left.push('\n');
                from = last.end;
            }
        }
        left.push_str(&text[from..]);
        Cow::Owned(left)
    }
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

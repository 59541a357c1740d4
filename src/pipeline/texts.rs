//! Texts read once more, always without the boilerplate of their site, so that every stage after the first sees the same words.

use std::ops::Range;

use crate::catalog::{Catalog, DocNo};
use crate::document::{Document, Fetch, ReadError};
use crate::shingle::{Shingle, Shingler};

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

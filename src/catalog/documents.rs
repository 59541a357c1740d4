//! The catalog of a scan: all its documents in canonical order.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::columns::Columns;
use super::numbers::{DocNo, SiteNo, Slot, cross_site};
use super::removed::RemovedRegions;
use super::strings::Strings;
use super::traces::{Stripped, bits};
use crate::document::{Published, SourcePlace};
use crate::error::ReadError;
use crate::storage::lists::{ListReader, Lists, WritableStore};

/// Every document of a scan, in canonical order.
///
/// Made by [`Catalog::join`].
#[derive(Debug, Default)]
pub struct Catalog {
    pub(super) ids: Strings,
    /// Sorted; the number of a site is its place here.
    pub(super) site_names: Vec<String>,
    /// Documents seen before come first, then those of this run in order of reading.
    pub(super) columns: Columns,
    pub(super) regions: RemovedRegions,
    /// Row of each document in the columns, by [`DocNo`].
    pub(super) slots: Vec<Slot>,
    /// Number in the index of each document seen before, by [`Slot`].
    pub(super) serials: Vec<u64>,
    /// Documents seen before that count as documents of this run, sorted.
    pub(super) again: Vec<DocNo>,
}

/// The documents and their sites.
impl Catalog {
    /// Number of documents.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Returns `true` if there is no document.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// All documents in canonical order.
    pub fn documents(&self) -> impl Iterator<Item = DocNo> + use<> {
        (0..self.slots.len() as u32).map(DocNo)
    }

    /// Id of the document.
    pub fn id(&self, doc: DocNo) -> &str {
        self.ids.get(self.slot(doc))
    }

    /// Site of the document, or [`NO_SITE`](super::numbers::NO_SITE).
    pub fn site(&self, doc: DocNo) -> SiteNo {
        self.columns.site[self.slot(doc)]
    }

    /// Name of the site; empty for [`NO_SITE`](super::numbers::NO_SITE).
    pub fn site_name(&self, site: SiteNo) -> &str {
        self.site_names
            .get(site.0 as usize)
            .map_or("", String::as_str)
    }

    /// Site of that name.
    pub fn site_called(&self, name: &str) -> Option<SiteNo> {
        let at = self
            .site_names
            .binary_search_by(|other| other.as_str().cmp(name));
        at.ok().map(|at| SiteNo(at as u32))
    }

    /// Returns `Some(true)` if the two stand on different sites, `None` if the site of one of them
    /// is unknown.
    pub fn cross_site(&self, a: DocNo, b: DocNo) -> Option<bool> {
        cross_site(self.site(a), self.site(b))
    }

    /// Row of the document in the columns.
    fn slot(&self, doc: DocNo) -> usize {
        self.slots[doc.0 as usize].index()
    }
}

/// One document's values.
impl Catalog {
    /// When the document was published.
    pub fn published(&self, doc: DocNo) -> Option<Published> {
        self.columns.published[self.slot(doc)]
    }

    /// Place from which the document can be read again.
    pub fn place(&self, doc: DocNo) -> SourcePlace {
        self.columns.place[self.slot(doc)]
    }

    /// Number of the page that the document was captured from: all captures of one url have the
    /// same, and a document without a url is a page of its own.
    pub fn page(&self, doc: DocNo) -> u64 {
        match self.known_page(doc) {
            // Hashes of urls are never as small as this.
            0 => u64::from(doc.0) + 1,
            page => page,
        }
    }

    /// Hash of the document's url; 0 if none is known.
    pub fn known_page(&self, doc: DocNo) -> u64 {
        self.columns.page[self.slot(doc)]
    }

    /// Hash of the document's title; `None` if it has none.
    pub fn title(&self, doc: DocNo) -> Option<u32> {
        Some(self.columns.title[self.slot(doc)]).filter(|&title| title != 0)
    }

    /// Number of words of the document, without those removed as boilerplate.
    pub fn words(&self, doc: DocNo) -> u32 {
        self.columns.words[self.slot(doc)]
    }

    /// Number of words removed as boilerplate.
    pub fn removed(&self, doc: DocNo) -> u32 {
        self.columns.removed[self.slot(doc)]
    }

    /// The words removed from the document, as positions in the whole text, in order.
    pub fn regions(&self, doc: DocNo) -> impl Iterator<Item = Range<usize>> + '_ {
        self.regions.of(self.slots[doc.0 as usize])
    }

    /// A 128-bit hash (XXH3) of the document's words in order, without those removed.
    pub fn content(&self, doc: DocNo) -> u128 {
        self.columns.content[self.slot(doc)]
    }

    /// The hash of the document's words as they were read.
    pub fn whole(&self, doc: DocNo) -> u128 {
        self.columns.whole[self.slot(doc)]
    }
}

/// Documents seen before.
impl Catalog {
    /// Returns `true` if the document was read in this run and not seen before.
    pub fn is_new(&self, doc: DocNo) -> bool {
        self.slot(doc) >= self.serials.len()
    }

    /// Number of the document in the index, if it was seen before.
    pub fn serial(&self, doc: DocNo) -> Option<u64> {
        self.serials.get(self.slot(doc)).copied()
    }

    /// Returns `true` if the run is about the document: it is new, was added by an earlier attempt
    /// at this same run, or was asked for.
    pub fn is_of_run(&self, doc: DocNo) -> bool {
        self.is_new(doc) || self.again.binary_search(&doc).is_ok()
    }

    /// Asks for documents seen before, by their ids: the run is about them too.
    pub(crate) fn ask(&mut self, ids: &[String]) {
        if ids.is_empty() || self.serials.is_empty() {
            return;
        }
        let asked: Vec<DocNo> = self
            .documents()
            .filter(|&doc| !self.is_of_run(doc) && ids.iter().any(|id| id == self.id(doc)))
            .collect();
        self.again.extend(asked);
        self.again.sort_unstable();
    }
}

/// Hashes, which may be on disk.
impl Catalog {
    /// Hashes of documents in each band, a list for each document in the order given; the lists
    /// are empty if there are no bands.
    pub(crate) fn bands(&self, documents: &[DocNo]) -> ListReader<'_, u32> {
        self.columns.bands.reader(self.slots(documents))
    }

    /// Fingerprints of documents for shared passages, as bits, a list for each document in the
    /// order given.
    pub(crate) fn passages(&self, documents: &[DocNo]) -> ListReader<'_, u64> {
        self.columns.passages.reader(self.slots(documents))
    }

    /// Fingerprints of documents for what their sites repeat, a list for each document in the
    /// order given.
    pub(crate) fn repeats(&self, documents: &[DocNo]) -> ListReader<'_, u32> {
        self.columns.repeats.reader(self.slots(documents))
    }

    /// Fingerprints of one document for what its site repeats; none after
    /// [`Catalog::forget_repeats`].
    pub(crate) fn repeats_of(&self, doc: DocNo) -> Result<Cow<'_, [u32]>, ReadError> {
        self.columns.repeats.get(self.slot(doc))
    }

    /// Number of fingerprints that [`Catalog::repeats_of`] returns.
    pub(crate) fn count_repeats_of(&self, doc: DocNo) -> usize {
        self.columns.repeats.length(self.slot(doc))
    }

    /// Names and numbers of the document, in order; none unless reworded copy is looked for.
    pub(crate) fn anchors(&self, doc: DocNo) -> Result<Cow<'_, [u32]>, ReadError> {
        self.columns.anchors.get(self.slot(doc))
    }

    /// Bytes of hashes that are held in memory.
    pub(crate) fn bytes_held(&self) -> usize {
        self.columns.bytes_held()
    }

    /// Moves all hashes out of memory.
    pub(crate) fn move_to(&mut self, store: &Arc<dyn WritableStore>) -> Result<(), ReadError> {
        self.columns.move_to(store)
    }

    /// Frees the hashes that only learning boilerplate needs.
    pub fn forget_repeats(&mut self) {
        self.columns.repeats = Lists::default();
    }

    /// Frees the hashes that only finding candidates needs.
    pub(crate) fn forget_hashes(&mut self) {
        self.columns.bands = Lists::default();
        self.columns.passages = Lists::default();
    }

    fn slots<'a>(&'a self, documents: &'a [DocNo]) -> impl Iterator<Item = usize> + 'a {
        documents.iter().map(|&doc| self.slot(doc))
    }
}

/// Changes after boilerplate was removed.
impl Catalog {
    /// Replaces the fingerprints of a document for what its site repeats.
    pub(crate) fn set_repeats(&mut self, doc: DocNo, repeats: &[u32]) {
        let slot = self.slot(doc);
        self.columns.repeats.replace(slot, repeats.iter().copied());
    }

    /// Replaces words and traces of documents by those of what is left of them.
    pub fn replace(&mut self, stripped: Vec<Stripped>) {
        for Stripped {
            doc,
            words,
            regions,
            content,
            traces,
        } in stripped
        {
            let slot = self.slots[doc.0 as usize];
            let (columns, at) = (&mut self.columns, slot.index());
            columns.words[at] = words;
            columns.removed[at] = self.regions.push(slot, regions);
            columns.content[at] = content;
            columns.bands.replace(at, traces.bands.into_iter());
            columns.passages.replace(at, bits(&traces.passages));
            if let Some(anchors) = traces.anchors {
                columns.anchors.replace(at, anchors.into_iter());
            }
        }
        self.regions.sort();
    }
}

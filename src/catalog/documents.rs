//! The catalog of a scan: all its documents in canonical order.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::columns::Columns;
use super::numbers::{DocNo, NO_SITE, SiteNo, Slot, cross_site};
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
    /// Sorted; a [`SiteNo`] is an index into this list.
    pub(super) site_names: Vec<String>,
    /// Documents from the index come first, then those of this run in the order in which they were
    /// read.
    pub(super) columns: Columns,
    pub(super) regions: RemovedRegions,
    /// Row of each document in the columns, by [`DocNo`].
    pub(super) slots: Vec<Slot>,
    /// Serial number in the index of each document seen before, by [`Slot`].
    pub(super) serials: Vec<u64>,
    /// Documents seen before that count as documents of this run, sorted.
    pub(super) seen_of_run: Vec<DocNo>,
    /// Number of the first source of reference documents, if there are any.
    pub(super) first_reference: Option<u32>,
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

    /// Number of sites that the documents are on, not counting documents without a site.
    pub fn sites_among(&self, documents: impl IntoIterator<Item = DocNo>) -> usize {
        let sites: FxHashSet<SiteNo> = documents
            .into_iter()
            .map(|doc| self.site(doc))
            .filter(|&site| site != NO_SITE)
            .collect();
        sites.len()
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

    /// Number of the site with this name.
    pub fn site_called(&self, name: &str) -> Option<SiteNo> {
        let at = self
            .site_names
            .binary_search_by(|other| other.as_str().cmp(name));
        at.ok().map(|at| SiteNo(at as u32))
    }

    /// Returns `Some(true)` if the two are on different sites, `None` if the site of one of them is
    /// unknown.
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
    /// Publication date of the document.
    pub fn published(&self, doc: DocNo) -> Option<Published> {
        self.columns.published[self.slot(doc)]
    }

    /// Place from which the document can be read again.
    pub fn place(&self, doc: DocNo) -> SourcePlace {
        self.columns.place[self.slot(doc)]
    }

    /// Number of the page that the document was captured from. All captures of one url have the
    /// same number, and a document without a url counts as a page of its own.
    pub fn page(&self, doc: DocNo) -> u64 {
        match self.known_page(doc) {
            // No url has this hash: hashes of urls are at least 2^32.
            0 => u64::from(doc.0) + 1,
            page => page,
        }
    }

    /// Hash of the url of the document's page; 0 if none is known.
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

    /// Positions of the removed words in the whole text, in order.
    pub fn regions(&self, doc: DocNo) -> impl Iterator<Item = Range<usize>> + '_ {
        self.regions.of(self.slots[doc.0 as usize])
    }

    /// 128-bit hash (XXH3) of the document's words in order, without those removed as boilerplate.
    pub fn content(&self, doc: DocNo) -> u128 {
        self.columns.content[self.slot(doc)]
    }

    /// 128-bit hash (XXH3) of all words of the document, before boilerplate was removed.
    pub fn whole(&self, doc: DocNo) -> u128 {
        self.columns.whole[self.slot(doc)]
    }
}

/// Documents seen before.
impl Catalog {
    /// Returns `true` if the document is not in the index yet.
    pub fn is_new(&self, doc: DocNo) -> bool {
        self.slot(doc) >= self.serials.len()
    }

    /// Serial number of the document in the index, if it was seen before.
    pub fn serial(&self, doc: DocNo) -> Option<u64> {
        self.serials.get(self.slot(doc)).copied()
    }

    /// Documents seen before that are not in the catalog, because they are replaced or withdrawn:
    /// their serial numbers in the index, and the hashes of their words as in
    /// [`content`](Catalog::content).
    pub(crate) fn refused_earlier(&self) -> impl Iterator<Item = (u64, u128)> + '_ {
        let mut kept = vec![false; self.serials.len()];
        for slot in &self.slots {
            if let Some(kept) = kept.get_mut(slot.index()) {
                *kept = true;
            }
        }
        let documents = self.serials.iter().zip(&self.columns.content);
        let documents = documents.zip(kept).filter(|(_, kept)| !kept);
        documents.map(|((&serial, &content), _)| (serial, content))
    }

    /// Returns `true` if the document belongs to this run: it is new, was added by an earlier
    /// attempt at this same run, or was requested by its id.
    pub fn is_of_run(&self, doc: DocNo) -> bool {
        self.is_new(doc) || self.seen_of_run.binary_search(&doc).is_ok()
    }

    /// Makes the documents with these ids belong to this run, if they were seen before.
    pub(crate) fn request(&mut self, ids: &[String]) {
        if ids.is_empty() || self.serials.is_empty() {
            return;
        }
        let requested: Vec<DocNo> = self
            .documents()
            .filter(|&doc| !self.is_of_run(doc) && ids.iter().any(|id| id == self.id(doc)))
            .collect();
        self.seen_of_run.extend(requested);
        self.seen_of_run.sort_unstable();
    }
}

/// Reference documents.
impl Catalog {
    /// Returns `true` if there are reference documents, so that only pairs of one of them and
    /// another document count.
    pub fn has_reference(&self) -> bool {
        self.first_reference.is_some()
    }

    /// Returns `true` if the document is a reference document.
    pub fn is_reference(&self, doc: DocNo) -> bool {
        self.first_reference
            .is_some_and(|first| self.is_new(doc) && self.place(doc).source >= first)
    }

    /// Returns `true` if two documents may be compared: one of them is a reference document, or
    /// there are none.
    pub fn may_pair(&self, a: DocNo, b: DocNo) -> bool {
        !self.has_reference() || self.is_reference(a) != self.is_reference(b)
    }
}

/// Hashes, which may be on disk.
impl Catalog {
    /// Band hashes of documents: one list for each document, in the order given. The lists are
    /// empty if there are no bands.
    pub(crate) fn bands(&self, documents: &[DocNo]) -> ListReader<'_, u32> {
        self.columns.bands.reader(self.slots(documents))
    }

    /// Fingerprints of documents for shared passages, as integers: one list for each document, in
    /// the order given.
    pub(crate) fn passages(&self, documents: &[DocNo]) -> ListReader<'_, u64> {
        self.columns.passages.reader(self.slots(documents))
    }

    /// Fingerprints of documents for learning boilerplate: one list for each document, in the order
    /// given.
    pub(crate) fn repeats(&self, documents: &[DocNo]) -> ListReader<'_, u32> {
        self.columns.repeats.reader(self.slots(documents))
    }

    /// Fingerprints of one document for learning boilerplate; empty after
    /// [`Catalog::forget_repeats`].
    pub(crate) fn repeats_of(&self, doc: DocNo) -> Result<Cow<'_, [u32]>, ReadError> {
        self.columns.repeats.get(self.slot(doc))
    }

    /// Number of fingerprints that [`Catalog::repeats_of`] returns.
    pub(crate) fn count_repeats_of(&self, doc: DocNo) -> usize {
        self.columns.repeats.length(self.slot(doc))
    }

    /// Hashes of the document's names and numbers, in the order of its text; empty unless the scan
    /// looks for reworded copy.
    pub(crate) fn anchors(&self, doc: DocNo) -> Result<Cow<'_, [u32]>, ReadError> {
        self.columns.anchors.get(self.slot(doc))
    }

    /// Number of bytes that the hashes take in memory.
    pub(crate) fn bytes_held(&self) -> usize {
        self.columns.bytes_held()
    }

    /// Moves all hashes from memory to a store.
    pub(crate) fn move_to(&mut self, store: &Arc<dyn WritableStore>) -> Result<(), ReadError> {
        self.columns.move_to(store)
    }

    /// Frees the hashes that are needed only to learn boilerplate.
    pub fn forget_repeats(&mut self) {
        self.columns.repeats = Lists::default();
    }

    /// Frees the hashes that are needed only to find candidates.
    pub(crate) fn forget_hashes(&mut self) {
        self.columns.bands = Lists::default();
        self.columns.passages = Lists::default();
    }

    fn slots<'a>(&'a self, documents: &'a [DocNo]) -> impl Iterator<Item = usize> + 'a {
        documents.iter().map(|&doc| self.slot(doc))
    }
}

/// Changes to documents from which boilerplate was removed.
impl Catalog {
    /// Replaces the fingerprints of a document for learning boilerplate.
    pub(crate) fn set_repeats(&mut self, doc: DocNo, repeats: &[u32]) {
        let slot = self.slot(doc);
        self.columns.repeats.replace(slot, repeats.iter().copied());
    }

    /// Replaces the word counts, content hashes and traces of documents by those of the words that
    /// are left.
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

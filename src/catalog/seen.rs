//! Documents of earlier runs, as read from an index.

use std::collections::HashSet;
use std::ops::Range;

use super::columns::{Columns, Row};
use super::numbers::{SiteNo, Slot};
use super::removed::RemovedRegions;
use super::site_names::SiteNames;
use super::strings::Strings;
use crate::document::{Published, SourcePlace};
use crate::storage::lists::{StoredChunk, StoredList};

/// Documents that earlier runs added to an index, column by column.
#[derive(Debug, Default)]
pub struct SeenDocuments {
    pub(super) ids: Strings,
    pub(super) site_names: SiteNames,
    pub(super) columns: Columns,
    pub(super) regions: RemovedRegions,
    pub(super) serials: Vec<u64>,
    /// Documents that were added by an earlier attempt at this same run.
    pub(super) of_run: HashSet<Slot>,
    pub(super) id_scope: IdScope,
    pub(super) reread: Reread,
}

/// Fate of the documents of an index that a run reads again, and of those that it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reread {
    /// Documents that an earlier attempt at this same run added belong to the run if it reads them
    /// again; all stay.
    #[default]
    OfRun,
    /// All documents that the run reads again belong to it; all stay.
    All,
    /// As with `OfRun`, but those that an earlier attempt added and the run does not read again are
    /// withdrawn.
    Withdrawn,
}

/// Extent to which ids name documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IdScope {
    /// Ids name the documents of one run.
    #[default]
    Run,
    /// Ids name the documents of all runs, because an index keeps them.
    Index {
        /// True if a record replaces the document with its id even if neither has a url or a site.
        by_id_alone: bool,
    },
}

/// Values that an index stores for a document, besides its text and hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDocument<'a> {
    /// Number of the document in the index.
    pub serial: u64,
    /// True if the document was added by an earlier attempt at this same run.
    pub is_of_run: bool,
    /// Id of the document.
    pub id: &'a str,
    /// Number that [`SeenDocuments::number_sites`] gave its site, or
    /// [`NO_SITE`](super::numbers::NO_SITE).
    pub site: SiteNo,
    /// Place of its record in the index; the files with records are the sources, numbered from 0.
    pub place: SourcePlace,
    /// Publication date that the document states.
    pub published: Option<Published>,
    /// Hash of the url of its page; 0 if none is known.
    pub page: u64,
    /// Hash of its title; 0 if it has none.
    pub title: u32,
    /// Number of its words, without those that were removed as boilerplate.
    pub words: u32,
    /// Hash of its words, without those that were removed.
    pub content: u128,
    /// Hash of all its words.
    pub whole: u128,
    /// Positions of the removed words in the whole text, in order.
    pub regions: Vec<Range<u32>>,
}

/// Hashes of consecutive documents of an index. Each chunk has the hashes of the first document,
/// then those of the second, and so on.
pub(crate) struct StoredHashes<'a> {
    /// Band hashes of all the documents.
    pub(crate) bands: StoredChunk,
    /// Number of band hashes that each document has.
    pub(crate) bands_per_document: u32,
    /// Passage fingerprints of all the documents.
    pub(crate) passages: StoredChunk,
    /// Number of passage fingerprints of each document.
    pub(crate) passages_per_document: &'a [u32],
    /// True for each document that was added; the hashes of the others are skipped.
    pub(crate) kept: &'a [bool],
}

impl SeenDocuments {
    /// The extent to which ids name documents.
    pub fn id_scope(&self) -> IdScope {
        self.id_scope
    }

    /// Sets what becomes of documents that are read again.
    pub fn set_reread(&mut self, reread: Reread) {
        self.reread = reread;
    }

    /// Sets the extent to which ids name documents.
    pub fn set_id_scope(&mut self, id_scope: IdScope) {
        self.id_scope = id_scope;
    }

    /// Returns the number of each of these sites. A new name gets the next number.
    pub fn number_sites(&mut self, names: &[String]) -> Vec<SiteNo> {
        let number = |name: &String| self.site_names.number(name);
        names.iter().map(number).collect()
    }

    /// Adds a document without its hashes. `push_hashes` adds the hashes of many documents at once.
    pub fn push(&mut self, document: SeenDocument<'_>) {
        let slot = Slot(self.len() as u32);
        if document.is_of_run {
            self.of_run.insert(slot);
        }
        self.ids.push(document.id);
        self.serials.push(document.serial);
        self.columns.push(Row {
            site: document.site,
            place: document.place,
            published: document.published,
            page: document.page,
            title: document.title,
            words: document.words,
            removed: self.regions.push(slot, document.regions),
            content: document.content,
            whole: document.whole,
        });
    }

    /// Adds the hashes of the next documents, in the order in which they were pushed.
    pub(crate) fn push_hashes(&mut self, hashes: StoredHashes<'_>) {
        let kept = || hashes.kept.iter().copied();
        let list = |length, keep| StoredList { length, keep };
        let of_bands = kept().map(|keep| list(hashes.bands_per_document, keep));
        self.columns.bands.push_stored(hashes.bands, of_bands);
        let lengths = hashes.passages_per_document.iter().copied();
        let of_passages = lengths.zip(kept()).map(|(length, keep)| list(length, keep));
        self.columns
            .passages
            .push_stored(hashes.passages, of_passages);
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Returns `true` if there is no document.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

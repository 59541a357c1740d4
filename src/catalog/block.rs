//! Documents of one block.

use std::sync::Arc;

use super::columns::{BYTES_A_DOCUMENT, Columns, Row};
use super::hashes;
use super::numbers::NO_SITE;
use super::seen::IdScope;
use super::site_names::SiteNames;
use super::strings::Strings;
use super::traces::{Traces, bits, word_count};
use crate::document::{OpenDate, ParsedRecord};
use crate::error::ReadError;
use crate::storage::lists::WritableStore;

/// The documents of one block, column by column, in order of reading.
#[derive(Debug, Default)]
pub struct BlockColumns {
    pub(super) id_scope: IdScope,
    /// Own ids of the records. In the place of a missing one stands the url if ids name the
    /// documents of an index, or nothing.
    pub(super) ids: Strings,
    /// For each record, true if it has an id of its own.
    pub(super) own_ids: Vec<bool>,
    pub(super) site_names: SiteNames,
    pub(super) columns: Columns,
    /// Number of each record's first line within the block, from 0.
    pub(super) lines: Vec<u64>,
    /// Number of each record within the block, from 0.
    pub(super) records: Vec<u64>,
    /// Dates that depend on the order of day and month in the source, each with the number of its
    /// document in the block, from 0.
    pub(super) open_dates: Vec<(u32, OpenDate)>,
}

impl BlockColumns {
    /// No documents yet. Their ids will have this scope.
    pub fn with_ids(id_scope: IdScope) -> BlockColumns {
        BlockColumns {
            id_scope,
            ..BlockColumns::default()
        }
    }

    /// Adds a document: its record, the hashes of its words, and the traces of its text.
    pub fn push(&mut self, record: &ParsedRecord<'_>, words: &[u64], traces: &Traces) {
        let document = &record.document;
        let site = document.site.as_deref().filter(|site| !site.is_empty());
        let content = hashes::of_words(words);
        if let Some(open) = record.open_date {
            self.open_dates.push((self.columns.len() as u32, open));
        }
        self.columns.push(Row {
            site: site.map_or(NO_SITE, |name| self.site_names.number(name)),
            place: record.place,
            published: document.published,
            page: hashes::of_page(document),
            title: hashes::of_title(document),
            words: word_count(words),
            removed: 0,
            content,
            whole: content,
        });
        self.columns.bands.push(traces.bands.iter().copied());
        self.columns.passages.push(bits(&traces.passages));
        self.columns.repeats.push(traces.repeats.iter().copied());
        if let Some(anchors) = &traces.anchors {
            self.columns.anchors.push(anchors.iter().copied());
        }
        let own_id = document.id.as_deref().filter(|id| !id.is_empty());
        self.own_ids.push(own_id.is_some());
        let url = || match self.id_scope {
            IdScope::Run => None,
            IdScope::Index { .. } => hashes::url_as_id(document),
        };
        self.ids.push(own_id.or_else(url).unwrap_or_default());
        self.lines.push(record.line);
        self.records.push(record.record);
    }

    /// Frees the memory that no document uses: there are thousands of blocks.
    pub fn shrink(&mut self) {
        self.columns.shrink();
        self.ids.shrink();
        self.own_ids.shrink_to_fit();
        self.lines.shrink_to_fit();
        self.records.shrink_to_fit();
        self.open_dates.shrink_to_fit();
    }

    /// Bytes of hashes that [`BlockColumns::move_to`] would move out of memory.
    pub fn bytes_held(&self) -> usize {
        self.columns.bytes_held()
    }

    /// Bytes of everything else.
    pub fn bytes_kept(&self) -> usize {
        self.ids.bytes()
            + self.columns.len() * BYTES_A_DOCUMENT
            + size_of_val(self.open_dates.as_slice())
    }

    /// Moves the hashes out of memory.
    ///
    /// # Errors
    /// When the store has no room.
    pub fn move_to(&mut self, store: &Arc<dyn WritableStore>) -> Result<(), ReadError> {
        self.columns.move_to(store)
    }
}

//! Counts and lists of what was read.

use std::collections::BTreeMap;

use super::numbers::{DocNo, SiteNo};
use super::settled_ids::ConflictWith;
use crate::document::{CountedValues, DateOrder, Published, Reject, SourcePlace};

/// Number of replaced documents from which [`ReadTally::mostly_replaces`] needs no other sign: more
/// corrections are rare in one night of a newsroom, and fewer are easily looked through.
pub const MANY_REPLACED: u64 = 10;

/// Counts of what was read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ReadTally {
    /// Sources read.
    pub sources: u64,
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// Records read, rejected ones included.
    pub records: u64,
    /// Documents whose broken UTF-8 was replaced.
    pub lossy: u64,
    /// Documents whose date was not understood.
    pub bad_dates: u64,
    /// First dates that were not understood, in order of source and record: up to
    /// [`DATE_EXAMPLES`](crate::document::DATE_EXAMPLES) different ones, short and escaped.
    pub bad_date_examples: Vec<String>,
    /// Sources with dates that depend on the order of day and month, in order.
    pub open_dates: Vec<OpenDates>,
    /// Documents whose id could not be one and was left out.
    pub bad_ids: u64,
    /// Records without a url that became documents. Those with a repeated id count, too.
    pub without_url: u64,
    /// Documents of this run without a site.
    pub without_site: u64,
    /// Documents of this run without a date.
    pub without_date: u64,
    /// Documents of this run whose date has a time of day in an unknown time zone.
    pub without_zone: u64,
    /// Documents of this run whose date is after the run, so that it proves nothing.
    pub dated_ahead: u64,
    /// Values that stood where the site was expected and were not taken for it.
    pub sites_passed_over: CountedValues,
    /// Records that are no documents, such as the requests of a web archive, by their kind.
    pub left_out: BTreeMap<&'static str, u64>,
    /// Documents that something is said about, such as `cut off`, by what that is. Those with a
    /// repeated id count, too.
    pub remarks: BTreeMap<&'static str, u64>,
    /// The first rejected records, in order of source and line: no more than
    /// [`MOST_REJECTS`](crate::document::MOST_REJECTS).
    pub rejects: Vec<Reject>,
    /// Number of further rejected records.
    pub more_rejects: u64,
    /// True if any number of records may be lost in one of all these.
    pub unknown_loss: bool,
    /// Records of documents that were seen before with the same id and the same words, in order of
    /// source and place. They are not documents of this run.
    pub known: Vec<KnownRecord>,
    /// Documents that were seen before and that a record with the same id and other words
    /// replaces, by their number in the index.
    pub replaced: Vec<u64>,
    /// Number of replaced documents that have neither the page nor the title nor the time of publication of the
    /// record in common with it.
    pub replaced_by_id_alone: u64,
    /// Documents that an earlier attempt at this run added and that it does not read again, by their
    /// number in the index, if they are withdrawn.
    pub withdrawn: Vec<u64>,
    /// The first records that stay under another id because an index has another document under
    /// theirs, in order of source and line: no more than
    /// [`MOST_REJECTS`](crate::document::MOST_REJECTS).
    pub conflicts: Vec<IdConflict>,
    /// Number of further records of that kind.
    pub more_conflicts: u64,
}

/// A record whose id names another document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdConflict {
    /// Number of the source in the corpus, from 0.
    pub source: u32,
    /// Number of the line in the source, from 1.
    pub line: u64,
    /// Id of the record.
    pub id: String,
    /// Id under which it stays.
    pub kept_as: String,
    /// The other document.
    pub with: ConflictWith,
}

/// Dates of one source that depend on the order of day and month, such as `03/04/2026`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDates {
    /// Number of the source in the corpus, from 0.
    pub source: u32,
    /// Number of documents with such a date.
    pub documents: u64,
    /// Order that other dates of the source prove. Without one these dates are not understood.
    pub order: Option<DateOrder>,
}

impl ReadTally {
    /// Number of rejected records.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejects.len() as u64 + self.more_rejects
    }

    /// Returns true if more than half of the documents replace one that was seen before; `read`
    /// is the number of documents of the run. Such a run more likely has ids that begin again from
    /// 1, or texts that were extracted in another way, than corrections.
    ///
    /// Fewer than [`MANY_REPLACED`] are let through if the page, the title or the time of
    /// publication confirms each of them.
    #[must_use]
    pub fn mostly_replaces(&self, read: u64) -> bool {
        let replaced = self.replaced.len() as u64;
        let documents = read + self.known.len() as u64;
        2 * replaced > documents && (replaced >= MANY_REPLACED || self.replaced_by_id_alone > 0)
    }

    /// Number of records whose id names another document.
    #[must_use]
    pub fn conflicting(&self) -> u64 {
        self.conflicts.len() as u64 + self.more_conflicts
    }
}

/// A record of a document that was seen before with the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRecord {
    /// The document that was seen before.
    pub doc: DocNo,
    /// True if that document counts as one of this run, because an earlier attempt at it added the
    /// document or because the run only asks.
    pub is_of_run: bool,
    /// Place of the record in its source.
    pub place: SourcePlace,
    /// Site that the record names, or [`NO_SITE`](super::numbers::NO_SITE).
    pub site: SiteNo,
    /// When the record says it was published.
    pub published: Option<Published>,
}

//! Fates of documents once their ids are settled.

use std::collections::HashSet;

use super::numbers::Slot;

/// Documents that stay, and the fate of those whose id another document has.
#[derive(Debug, Default)]
pub(super) struct SettledIds {
    /// Records that get another id, in any order.
    pub(super) renamed: Vec<(Slot, String)>,
    /// Records with the id of an earlier record of the same file, in any order.
    pub(super) repeats: Vec<SameId>,
    /// Records of a document that was seen before, in any order.
    pub(super) known: Vec<SameId>,
    /// Records that replace a document seen before, in any order.
    pub(super) replacing: Vec<SameId>,
    /// Records that stay under another id because theirs names another document, in any order.
    pub(super) conflicts: Vec<Conflict>,
    /// Documents of an earlier attempt at this run that it did not read again, in any order.
    pub(super) withdrawn: Vec<Slot>,
    /// Documents that do not stay, in any order.
    refused: Vec<Slot>,
}

/// A record and an earlier document with the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SameId {
    pub(super) record: Slot,
    pub(super) earlier: Slot,
}

/// A record whose id names another document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Conflict {
    pub(super) record: Slot,
    pub(super) with: ConflictWith,
}

/// Document that has the id of a record, and reason why it is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictWith {
    /// A document of the index, on another page or another site.
    Seen,
    /// A document of the index with other words. Too little is known of the two to tell that they
    /// are the same.
    SeenUnidentified,
    /// Another record of this run.
    Record,
}

impl SettledIds {
    /// Refuses a record with the id of an earlier record of the same file.
    pub(super) fn repeat(&mut self, same: SameId) {
        self.repeats.push(same);
        self.refused.push(same.record);
    }

    /// Takes a record for a document that was seen before.
    pub(super) fn know(&mut self, same: SameId) {
        self.known.push(same);
        self.refused.push(same.record);
    }

    /// Replaces a document that was seen before.
    pub(super) fn replace(&mut self, same: SameId) {
        self.replacing.push(same);
        self.refused.push(same.earlier);
    }

    /// Withdraws those of the documents that are not read again.
    pub(super) fn withdraw(&mut self, documents: impl Iterator<Item = Slot>) {
        let read: HashSet<Slot> = self.known.iter().map(|same| same.earlier).collect();
        self.withdrawn = documents.filter(|slot| !read.contains(slot)).collect();
        self.refused.extend(&self.withdrawn);
    }

    /// Puts the lists in order, and returns those of the first `count` documents that stay.
    pub(super) fn finish(&mut self, count: u32) -> Vec<Slot> {
        self.renamed.sort_unstable();
        self.repeats.sort_unstable();
        self.replacing.sort_unstable();
        self.conflicts.sort_unstable();
        self.withdrawn.sort_unstable();
        self.refused.sort_unstable();
        self.refused.dedup();
        let mut refused = std::mem::take(&mut self.refused).into_iter().peekable();
        (0..count)
            .map(Slot)
            .filter(|slot| refused.next_if_eq(slot).is_none())
            .collect()
    }
}

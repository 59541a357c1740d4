//! Records whose id another document has.
//!
//! Two files that number their records from 1 are common. So a record with the id of a record of
//! another file is called `file:id`; within one file, the first record keeps the id and the others
//! are refused.

use std::collections::HashMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::documents::Catalog;
use super::numbers::Slot;

/// Documents that stay, and the fate of those whose id was taken.
#[derive(Debug, Default)]
pub(super) struct RepeatedIds {
    /// Documents that stay, in order.
    pub(super) kept: Vec<Slot>,
    /// Records that get another id, in order.
    pub(super) renamed: Vec<(Slot, String)>,
    /// Records with the id of an earlier record of the same file, in order.
    pub(super) repeats: Vec<SameId>,
    /// Records with the id and the words of a document that was seen before, in any order.
    pub(super) known: Vec<SameId>,
    /// Documents seen before that a record with other words replaces, by their number in the
    /// index, in order.
    pub(super) replaced: Vec<u64>,
    /// Documents that do not stay, in any order.
    refused: Vec<Slot>,
}

/// A record and an earlier document with the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SameId {
    pub(super) record: Slot,
    pub(super) earlier: Slot,
}

/// Documents of one id.
#[derive(Default)]
struct Holders {
    seen_before: Option<Slot>,
    /// The last record that was not refused.
    last_record: Option<Slot>,
}

impl RepeatedIds {
    /// Finds repeated ids among all documents of the columns.
    pub(super) fn find(catalog: &Catalog, source_names: &[&str]) -> RepeatedIds {
        let count = catalog.columns.len() as u32;
        let id = |slot: Slot| catalog.ids.get(slot.index());
        // Sorting hashes is faster than a map of all ids.
        let mut by_hash: Vec<(u64, Slot)> = (0..count)
            .into_par_iter()
            .map(|slot| (xxh3_64(id(Slot(slot)).as_bytes()), Slot(slot)))
            .collect();
        by_hash.par_sort_unstable();
        let mut ids = RepeatedIds::default();
        let equal_hashes = by_hash.chunk_by(|x, y| x.0 == y.0);
        for documents in equal_hashes.filter(|documents| documents.len() > 1) {
            let mut by_id: HashMap<&str, Holders> = HashMap::new();
            for &(_, slot) in documents {
                let holders = by_id.entry(id(slot)).or_default();
                ids.add(catalog, slot, holders);
            }
        }
        for (slot, id) in std::mem::take(&mut ids.renamed) {
            let name = source_names.get(catalog.columns.place[slot.index()].source as usize);
            let id = format!("{}:{id}", name.copied().unwrap_or_default());
            ids.rename(catalog, &by_hash, slot, id);
        }
        ids.renamed.sort_unstable();
        ids.repeats.sort_unstable();
        ids.replaced.sort_unstable();
        ids.refused.sort_unstable();
        let mut refused = std::mem::take(&mut ids.refused).into_iter().peekable();
        ids.kept = (0..count)
            .map(Slot)
            .filter(|slot| refused.next_if_eq(slot).is_none())
            .collect();
        ids
    }

    /// Decides on the next document of an id; documents come in order of slot.
    fn add(&mut self, catalog: &Catalog, slot: Slot, holders: &mut Holders) {
        if slot.index() < catalog.serials.len() {
            holders.seen_before = Some(slot);
            return;
        }
        let source = |slot: Slot| catalog.columns.place[slot.index()].source;
        if let Some(earlier) = holders.last_record {
            if source(earlier) == source(slot) {
                self.repeats.push(SameId {
                    record: slot,
                    earlier,
                });
                self.refused.push(slot);
            } else {
                holders.last_record = Some(slot);
                self.renamed
                    .push((slot, catalog.ids.get(slot.index()).to_owned()));
            }
            return;
        }
        holders.last_record = Some(slot);
        if let Some(earlier) = holders.seen_before {
            self.meet(catalog, slot, earlier);
        }
    }

    /// Gives a record its new id, unless another document has that already.
    fn rename(&mut self, catalog: &Catalog, by_hash: &[(u64, Slot)], slot: Slot, id: String) {
        let hash = xxh3_64(id.as_bytes());
        let first = by_hash.partition_point(|&(other, _)| other < hash);
        let same_hash = by_hash[first..]
            .iter()
            .take_while(|(other, _)| *other == hash);
        let taken = same_hash
            .map(|&(_, other)| other)
            .find(|other| catalog.ids.get(other.index()) == id);
        match taken {
            Some(seen) if seen.index() < catalog.serials.len() => {
                self.meet(catalog, slot, seen);
                self.renamed.push((slot, id));
            }
            Some(earlier) => {
                self.repeats.push(SameId {
                    record: slot,
                    earlier,
                });
                self.refused.push(slot);
            }
            None => self.renamed.push((slot, id)),
        }
    }

    /// Decides on a record with the id of a document that was seen before.
    fn meet(&mut self, catalog: &Catalog, slot: Slot, earlier: Slot) {
        let whole = |slot: Slot| catalog.columns.whole[slot.index()];
        if whole(earlier) == whole(slot) {
            self.known.push(SameId {
                record: slot,
                earlier,
            });
            self.refused.push(slot);
        } else {
            self.replaced.push(catalog.serials[earlier.index()]);
            self.refused.push(earlier);
        }
    }
}

//! Records of a scan without an index whose id another record has.
//!
//! Two files that number their records from 1 are common. So a record with the id of a record of
//! another file is called `file:id`; within one file, the first record keeps the id and the others
//! are refused. Ids that an index keeps are settled in `stored_ids.rs`.

use std::collections::HashMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::documents::Catalog;
use super::numbers::Slot;
use super::settled_ids::{SameId, SettledIds};

/// Finds repeated ids among all documents of the columns, none of which was seen before.
pub(super) fn settle(catalog: &Catalog, source_names: &[&str]) -> SettledIds {
    let count = catalog.columns.len() as u32;
    let id = |slot: Slot| catalog.ids.get(slot.index());
    // Sorting hashes is faster than a map of all ids.
    let mut by_hash: Vec<(u64, Slot)> = (0..count)
        .into_par_iter()
        .map(|slot| (xxh3_64(id(Slot(slot)).as_bytes()), Slot(slot)))
        .collect();
    by_hash.par_sort_unstable();
    let mut ids = SettledIds::default();
    let equal_hashes = by_hash.chunk_by(|x, y| x.0 == y.0);
    for documents in equal_hashes.filter(|documents| documents.len() > 1) {
        let mut last_of_id: HashMap<&str, Slot> = HashMap::new();
        for &(_, slot) in documents {
            add(&mut ids, catalog, slot, &mut last_of_id);
        }
    }
    for (slot, id) in std::mem::take(&mut ids.renamed) {
        let name = source_names.get(catalog.columns.place[slot.index()].source as usize);
        let id = format!("{}:{id}", name.copied().unwrap_or_default());
        rename(&mut ids, catalog, &by_hash, slot, id);
    }
    ids
}

/// Decides on the next record of an id; records come in order of slot. `last_of_id` has the last
/// one that was not refused.
fn add<'c>(
    ids: &mut SettledIds,
    catalog: &'c Catalog,
    slot: Slot,
    last_of_id: &mut HashMap<&'c str, Slot>,
) {
    let source = |slot: Slot| catalog.columns.place[slot.index()].source;
    let id = catalog.ids.get(slot.index());
    match last_of_id.get(id) {
        Some(&earlier) if source(earlier) == source(slot) => {
            ids.repeat(SameId {
                record: slot,
                earlier,
            });
        }
        Some(_) => {
            last_of_id.insert(id, slot);
            ids.renamed.push((slot, id.to_owned()));
        }
        None => {
            last_of_id.insert(id, slot);
        }
    }
}

/// Gives a record its new id, unless another document has that already.
fn rename(
    ids: &mut SettledIds,
    catalog: &Catalog,
    by_hash: &[(u64, Slot)],
    slot: Slot,
    id: String,
) {
    let hash = xxh3_64(id.as_bytes());
    let first = by_hash.partition_point(|&(other, _)| other < hash);
    let mut same_hash = by_hash[first..]
        .iter()
        .take_while(|(other, _)| *other == hash)
        .map(|&(_, other)| other);
    match same_hash.find(|other| catalog.ids.get(other.index()) == id) {
        Some(earlier) => ids.repeat(SameId {
            record: slot,
            earlier,
        }),
        None => ids.renamed.push((slot, id)),
    }
}

//! Buckets: equal hashes of documents brought together, in portions that fit a processor's cache.
//!
//! To sort or count millions of hashes at once costs about one cache miss for each. So many threads
//! scatter them into buckets by value first, and then work on one bucket at a time each. If memory
//! does not hold all hashes, this is done in several *rounds*, each with a part of the values.

use bytemuck::Pod;
use rayon::prelude::*;

use super::lists::ListReader;
use crate::error::ReadError;

/// Buckets of a round. With a hundred thousand articles a bucket holds about 50,000 entries.
const BUCKETS: usize = 256;

/// Default of the bytes of entries that are in memory at a time, approximately.
pub(crate) const BYTES_A_ROUND: usize = 768 << 20;

/// Bytes of entries from which several rounds are made even if memory holds all, and the most
/// rounds that are. A round reads all lists once more, which takes 20 ms for 57 MB of fingerprints; four
/// rounds hold a quarter of the entries at a time.
const BYTES_WITHOUT_NEED: usize = 32 << 20;
const ROUNDS_WITHOUT_NEED: usize = 4;

/// Odd factor that spreads hashes over all buckets, because some were chosen for being small; and
/// its inverse modulo 2^32.
const SPREAD: u32 = 0x9E37_79B1;
const SPREAD_INVERSE: u32 = 0x0E8B_2F51;

/// Odd factor that distinguishes the entries of a bucket, whose spread hashes have the same highest
/// bits.
const SLOT_FACTOR: u32 = 0x85EB_CA6B;

/// A hash that a document has, and a value that belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry<V> {
    spread: u32,
    /// Number of the document in the reader.
    pub(crate) document: u32,
    /// Value that the document has with the hash.
    pub(crate) value: V,
}

impl<V> Entry<V> {
    /// Returns the hash.
    pub(crate) fn hash(&self) -> u32 {
        self.spread.wrapping_mul(SPREAD_INVERSE)
    }

    /// Returns a hash whose highest bits distinguish the entry from others of its bucket.
    pub(crate) fn slot_hash(&self) -> u32 {
        self.spread.wrapping_mul(SLOT_FACTOR)
    }

    /// Returns true if two entries have the same hash.
    pub(crate) fn same_hash(x: &Entry<V>, y: &Entry<V>) -> bool {
        x.spread == y.spread
    }
}

/// All entries whose hashes fall into one part of the values.
pub(crate) struct Bucket<V> {
    pub(crate) entries: Vec<Entry<V>>,
    /// True if they are in the order of their documents.
    in_order: bool,
}

impl<V: Copy> Bucket<V> {
    /// Sorts the entries by hash, and those with the same hash by document.
    pub(crate) fn sort(&mut self) {
        if !self.in_order {
            radsort::sort_by_key(&mut self.entries, |entry| entry.document);
        }
        radsort::sort_by_key(&mut self.entries, |entry| entry.spread);
    }
}

/// Calls `work` with every bucket of the hashes of some documents and returns the results.
///
/// `entry` gives the hash and the value of an item of a list, or `None` to leave it out. About
/// `bytes_a_round` bytes of entries are in memory at a time.
///
/// # Errors
/// If lists that are not in memory cannot be read.
pub(crate) fn each<T, V, R>(
    reader: &ListReader<'_, T>,
    bytes_a_round: usize,
    entry: impl Fn(&T) -> Option<(u32, V)> + Sync,
    work: impl Fn(Bucket<V>) -> R + Sync,
) -> Result<Vec<R>, ReadError>
where
    T: Pod + Send + Sync,
    V: Copy + Send + Sync,
    R: Send,
{
    let bytes = reader.values() * size_of::<Entry<V>>();
    let needed = bytes.div_ceil(bytes_a_round.max(size_of::<Entry<V>>()));
    let rounds = needed.max((bytes / BYTES_WITHOUT_NEED).clamp(1, ROUNDS_WITHOUT_NEED));
    let buckets_in_all = rounds * BUCKETS;
    let mut results = Vec::new();
    for round in 0..rounds {
        let scatter = |piece: usize| -> Result<Vec<Vec<Entry<V>>>, ReadError> {
            let expected = reader.values_in(piece) / buckets_in_all * 9 / 8 + 8;
            let mut buckets: Vec<Vec<Entry<V>>> =
                (0..BUCKETS).map(|_| Vec::with_capacity(expected)).collect();
            reader.read(piece, &mut |document, list| {
                for (hash, value) in list.iter().filter_map(&entry) {
                    let spread = hash.wrapping_mul(SPREAD);
                    let bucket = (u64::from(spread) * buckets_in_all as u64) >> u32::BITS;
                    let of_round = (bucket as usize).checked_sub(round * BUCKETS);
                    if let Some(bucket) = of_round.and_then(|bucket| buckets.get_mut(bucket)) {
                        bucket.push(Entry {
                            spread,
                            document,
                            value,
                        });
                    }
                }
            })?;
            Ok(buckets)
        };
        let scattered: Vec<Vec<Vec<Entry<V>>>> = (0..reader.pieces())
            .into_par_iter()
            .map(scatter)
            .collect::<Result<_, ReadError>>()?;
        let gather = |bucket: usize| {
            let pieces: Vec<&[Entry<V>]> = scattered
                .iter()
                .map(|buckets| &buckets[bucket][..])
                .collect();
            work(Bucket {
                entries: pieces.concat(),
                in_order: reader.in_order(),
            })
        };
        results.par_extend((0..BUCKETS).into_par_iter().map(gather));
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::lists::tests::MemoryStore;
    use crate::storage::lists::{Lists, WritableStore};
    use proptest::prelude::*;
    use std::sync::Arc;

    proptest! {
        #[test]
        fn every_entry_comes_once_and_together_with_its_equals(
            lists in prop::collection::vec(
                prop::collection::vec((0u32..9, any::<u32>()), 0..20),
                0..30,
            ),
            stored in any::<bool>(),
            bytes_a_round in prop::sample::select(vec![100, 1 << 20]),
        ) {
            let hash = |(few, many): (u32, u32)| if few == 0 { many } else { few };
            let mut kept = Lists::<u64>::default();
            for list in &lists {
                let items = list.iter();
                kept.push(items.map(|&(few, many)| u64::from(few) << 32 | u64::from(many)));
                if stored {
                    let store: Arc<dyn WritableStore> = Arc::new(MemoryStore::default());
                    kept.move_to(&store).expect("memory takes all");
                }
            }
            // From the last to the first, so that stored lists are not read in order of number.
            let reader = kept.reader((0..lists.len()).rev());
            let entry = |&item: &u64| {
                let (few, many) = ((item >> 32) as u32, item as u32);
                (few != 5).then_some((hash((few, many)), many))
            };
            let found = each(&reader, bytes_a_round, entry, |mut bucket| {
                bucket.sort();
                let parts = |entry: &Entry<u32>| (entry.hash(), entry.document, entry.value);
                let runs = bucket.entries.chunk_by(Entry::same_hash);
                runs.map(|run| run.iter().map(parts).collect()).collect::<Vec<Vec<_>>>()
            });
            let runs: Vec<Vec<(u32, u32, u32)>> = found.expect("it is there").concat();
            let mut hashes: Vec<u32> = runs.iter().map(|run| run[0].0).collect();
            hashes.sort_unstable();
            prop_assert!(hashes.is_sorted_by(|x, y| x < y), "a hash has one run");
            for run in &runs {
                prop_assert!(run.iter().all(|entry| entry.0 == run[0].0));
                prop_assert!(run.is_sorted_by_key(|entry| entry.1));
            }
            let mut entries = runs.concat();
            let mut expected: Vec<(u32, u32, u32)> = Vec::new();
            for (document, list) in (0u32..).zip(lists.iter().rev()) {
                let wanted = list.iter().filter(|item| item.0 != 5);
                expected.extend(wanted.map(|&item| (hash(item), document, item.1)));
            }
            entries.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(entries, expected);
        }
    }
}

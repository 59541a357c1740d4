//! Buckets: the hashes that documents leave, millions of them, brought together by value in pieces that fit a processor's cache.
//!
//! To sort or to count them all at once is one cache miss each. So they are scattered into buckets by many threads, and the buckets are
//! dealt with one by one, by many threads again. Of very many hashes only a share is held at a time.

use bytemuck::Pod;
use rayon::prelude::*;

use crate::error::ReadError;
use crate::storage::lists::Reading;

/// Buckets of a round; with a hundred thousand articles one holds some 50,000 entries.
const BUCKETS: usize = 256;

/// Bytes of entries that are held at a time, unless told otherwise, about.
pub(crate) const BYTES_A_ROUND: usize = 768 << 20;

/// Hashes that were chosen for being small are spread over all buckets by an odd factor, and brought back by its inverse modulo 2^32.
const SPREAD: u32 = 0x9E37_79B1;
const BRING_BACK: u32 = 0x0E8B_2F51;

/// Tells entries of one bucket apart, which have the highest bits in common.
const TELL: u32 = 0x85EB_CA6B;

/// That a document left a hash, and what it left with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry<V> {
    spread: u32,
    /// The document.
    pub(crate) document: u32,
    /// What it left with the hash.
    pub(crate) value: V,
}

/// The entries of one bucket.
pub(crate) struct Bucket<V> {
    pub(crate) entries: Vec<Entry<V>>,
    /// Whether they are in order of document.
    in_order: bool,
}

/// What `work` makes of every bucket of the hashes of the documents in a reading, holding about `bytes_a_round` of them at a time. `entry` tells
/// the hash of each and its value, or that it is not wanted.
pub(crate) fn each<T, V, R>(
    reading: &Reading<'_, T>,
    bytes_a_round: usize,
    entry: impl Fn(&T) -> Option<(u32, V)> + Sync,
    work: impl Fn(Bucket<V>) -> R + Sync,
) -> Result<Vec<R>, ReadError>
where
    T: Pod + Send + Sync,
    V: Copy + Send + Sync,
    R: Send,
{
    let entries_a_round = (bytes_a_round / size_of::<Entry<V>>()).max(1);
    let rounds = reading.values().div_ceil(entries_a_round).max(1);
    let buckets_in_all = rounds * BUCKETS;
    let mut results = Vec::new();
    for round in 0..rounds {
        let scatter = |piece: usize| -> Result<Vec<Vec<Entry<V>>>, ReadError> {
            let expected = reading.values_in(piece) / buckets_in_all * 9 / 8 + 8;
            let mut buckets: Vec<Vec<Entry<V>>> =
                (0..BUCKETS).map(|_| Vec::with_capacity(expected)).collect();
            reading.read(piece, &mut |document, list| {
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
        let scattered: Vec<Vec<Vec<Entry<V>>>> = (0..reading.pieces())
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
                in_order: reading.in_order(),
            })
        };
        results.par_extend((0..BUCKETS).into_par_iter().map(gather));
    }
    Ok(results)
}

impl<V: Copy> Bucket<V> {
    /// Sorts the entries so that those of one hash are together, in order of document.
    pub(crate) fn sort(&mut self) {
        if !self.in_order {
            radsort::sort_by_key(&mut self.entries, |entry| entry.document);
        }
        radsort::sort_by_key(&mut self.entries, |entry| entry.spread);
    }
}

impl<V> Entry<V> {
    /// The hash.
    pub(crate) fn hash(&self) -> u32 {
        self.spread.wrapping_mul(BRING_BACK)
    }

    /// What tells the entry from others of its bucket, in the highest bits.
    pub(crate) fn telling_bits(&self) -> u32 {
        self.spread.wrapping_mul(TELL)
    }

    /// Whether two entries have one hash.
    pub(crate) fn same_hash(x: &Entry<V>, y: &Entry<V>) -> bool {
        x.spread == y.spread
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::lists::tests::Drawer;
    use crate::storage::lists::{Lists, Shelf};
    use proptest::prelude::*;
    use std::sync::Arc;

    proptest! {
        #[test]
        fn every_wanted_hash_comes_once_beside_its_equals(
            lists in prop::collection::vec(prop::collection::vec((0u32..9, any::<u32>()), 0..20), 0..30),
            stored in any::<bool>(),
            bytes_a_round in prop::sample::select(vec![100, 1 << 20]),
        ) {
            let hash = |(few, many): (u32, u32)| if few == 0 { many } else { few };
            let mut kept = Lists::<u64>::default();
            for list in &lists {
                kept.push(list.iter().map(|&(few, many)| u64::from(few) << 32 | u64::from(many)));
                if stored {
                    let store: Arc<dyn Shelf> = Arc::new(Drawer::default());
                    kept.put_away(&store).expect("a drawer takes all");
                }
            }
            // Backwards, so that what is stored is not read in order of number.
            let reading = kept.reading((0..lists.len()).rev());
            let entry = |&item: &u64| {
                let (few, many) = ((item >> 32) as u32, item as u32);
                (few != 5).then_some((hash((few, many)), many))
            };
            let found = each(&reading, bytes_a_round, entry, |mut bucket| {
                bucket.sort();
                let runs = bucket.entries.chunk_by(Entry::same_hash);
                runs.map(|run| run.iter().map(|entry| (entry.hash(), entry.document, entry.value)).collect()).collect::<Vec<Vec<_>>>()
            });
            let runs: Vec<Vec<(u32, u32, u32)>> = found.expect("it is there").concat();
            let mut hashes: Vec<u32> = runs.iter().map(|run| run[0].0).collect();
            hashes.sort_unstable();
            prop_assert!(hashes.is_sorted_by(|x, y| x < y), "a hash has one run");
            prop_assert!(runs.iter().all(|run| run.iter().all(|entry| entry.0 == run[0].0) && run.is_sorted_by_key(|entry| entry.1)));
            let mut entries = runs.concat();
            let all = (0u32..).zip(lists.iter().rev());
            let mut expected: Vec<(u32, u32, u32)> = all.flat_map(|(document, list)| list.iter().filter(|item| item.0 != 5).map(move |&item| (hash(item), document, item.1))).collect();
            entries.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(entries, expected);
        }
    }
}

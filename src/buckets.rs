//! Buckets: the hashes that documents leave, millions of them, brought together by value in pieces that fit a processor's cache.
//!
//! To sort or to count them all at once is one cache miss each. So they are scattered into buckets by many threads, and the buckets are
//! dealt with one by one, by many threads again. Of very many hashes only a share is held at a time.

use rayon::prelude::*;

/// Buckets of a round; with a hundred thousand articles one holds some 50,000 entries.
const BUCKETS: usize = 256;

/// Entries that are held at a time, about: 512 MB.
const ENTRIES_A_ROUND: usize = 64 << 20;

/// How many documents one task scatters the hashes of.
const DOCUMENTS_A_TASK: usize = 4096;

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

/// The entries of one bucket, in order of document.
pub(crate) struct Bucket<V> {
    pub(crate) entries: Vec<Entry<V>>,
}

/// What `work` makes of every bucket of the hashes of documents 0 to `documents`. `list` tells what a document left, `entry` the hash of each and its
/// value.
pub(crate) fn each<'a, T, V, R>(
    documents: u32,
    list: impl Fn(u32) -> &'a [T] + Sync,
    entry: impl Fn(&T) -> (u32, V) + Sync,
    work: impl Fn(Bucket<V>) -> R + Sync,
) -> Vec<R>
where
    T: Sync + 'a,
    V: Copy + Send + Sync,
    R: Send,
{
    let numbers: Vec<u32> = (0..documents).collect();
    let all: usize = numbers
        .par_iter()
        .map(|&document| list(document).len())
        .sum();
    let rounds = all.div_ceil(ENTRIES_A_ROUND).max(1);
    let buckets_in_all = rounds * BUCKETS;
    let mut results = Vec::new();
    for round in 0..rounds {
        let scatter = |chunk: &[u32]| {
            let entries: usize = chunk.iter().map(|&document| list(document).len()).sum();
            let expected = entries / buckets_in_all * 9 / 8 + 8;
            let mut buckets: Vec<Vec<Entry<V>>> =
                (0..BUCKETS).map(|_| Vec::with_capacity(expected)).collect();
            for &document in chunk {
                for (hash, value) in list(document).iter().map(&entry) {
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
            }
            buckets
        };
        let scattered: Vec<Vec<Vec<Entry<V>>>> =
            numbers.par_chunks(DOCUMENTS_A_TASK).map(scatter).collect();
        let gather = |bucket: usize| {
            let pieces: Vec<&[Entry<V>]> = scattered
                .iter()
                .map(|buckets| &buckets[bucket][..])
                .collect();
            work(Bucket {
                entries: pieces.concat(),
            })
        };
        results.par_extend((0..BUCKETS).into_par_iter().map(gather));
    }
    results
}

impl<V: Copy> Bucket<V> {
    /// Sorts the entries so that those of one hash are together, and stay in order of document.
    pub(crate) fn sort(&mut self) {
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_hash_comes_once_beside_its_equals(lists in proptest::collection::vec(proptest::collection::vec((0u32..9, any::<u32>()), 0..20), 0..30)) {
            let hash = |&(few, many): &(u32, u32)| if few == 0 { many } else { few };
            let found = each(lists.len() as u32, |document| &lists[document as usize], |item| (hash(item), item.1), |mut bucket| {
                bucket.sort();
                let runs = bucket.entries.chunk_by(Entry::same_hash);
                runs.map(|run| run.iter().map(|entry| (entry.hash(), entry.document, entry.value)).collect()).collect::<Vec<Vec<_>>>()
            });
            let runs: Vec<Vec<(u32, u32, u32)>> = found.concat();
            let mut hashes: Vec<u32> = runs.iter().map(|run| run[0].0).collect();
            hashes.sort_unstable();
            prop_assert!(hashes.is_sorted_by(|x, y| x < y), "a hash has one run");
            prop_assert!(runs.iter().all(|run| run.iter().all(|entry| entry.0 == run[0].0) && run.is_sorted_by_key(|entry| entry.1)));
            let mut entries = runs.concat();
            let mut expected: Vec<(u32, u32, u32)> = (0u32..).zip(&lists).flat_map(|(document, list)| list.iter().map(move |item| (hash(item), document, item.1))).collect();
            entries.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(entries, expected);
        }
    }
}

//! Buckets: the hashes that documents leave, millions of them, brought together by value in pieces that fit a processor's cache.
//!
//! To sort or to count them all at once is one cache miss each. So they are scattered into buckets by their highest bits, by many threads, and the
//! buckets are dealt with one by one, by many threads again. Of very many hashes only a share is held at a time.

use rayon::prelude::*;

/// Buckets of a round; with a hundred thousand articles one holds some 50,000 entries.
const BUCKETS: usize = 256;

/// Entries that are held at a time, about: 256 MB.
const ENTRIES_A_ROUND: usize = 32 << 20;

/// How many documents one task scatters the hashes of.
const DOCUMENTS_A_TASK: usize = 4096;

/// The entries of one bucket: hashes above the numbers of the documents that left them, in order of document.
pub(crate) struct Bucket {
    pub(crate) entries: Vec<u64>,
    /// How many of the highest bits all hashes of the bucket have in common.
    common_bits: u32,
}

/// What `work` makes of every bucket of the hashes of documents 0 to `documents`, in order of hash. `list` tells what a document left, `hash` the
/// hash of each.
pub(crate) fn each<'a, T: Sync + 'a, R: Send>(
    documents: u32,
    list: impl Fn(u32) -> &'a [T] + Sync,
    hash: impl Fn(&T) -> u32 + Sync,
    work: impl Fn(Bucket) -> R + Sync,
) -> Vec<R> {
    let all: usize = (0..documents)
        .into_par_iter()
        .map(|document| list(document).len())
        .sum();
    let round_bits = all.div_ceil(ENTRIES_A_ROUND).next_power_of_two().ilog2();
    let common_bits = round_bits + BUCKETS.ilog2();
    let numbers: Vec<u32> = (0..documents).collect();
    let mut results = Vec::new();
    for round in 0..1u32 << round_bits {
        let of_round = |hash: u32| u64::from(hash) >> (u32::BITS - round_bits) == u64::from(round);
        let scatter = |chunk: &[u32]| {
            let entries: usize = chunk.iter().map(|&document| list(document).len()).sum();
            let expected = (entries >> common_bits) * 9 / 8 + 8;
            let mut buckets: Vec<Vec<u64>> =
                (0..BUCKETS).map(|_| Vec::with_capacity(expected)).collect();
            for &document in chunk {
                for hash in list(document)
                    .iter()
                    .map(&hash)
                    .filter(|&hash| of_round(hash))
                {
                    let bucket = (hash << round_bits) >> (u32::BITS - BUCKETS.ilog2());
                    buckets[bucket as usize].push(u64::from(hash) << 32 | u64::from(document));
                }
            }
            buckets
        };
        let scattered: Vec<Vec<Vec<u64>>> =
            numbers.par_chunks(DOCUMENTS_A_TASK).map(scatter).collect();
        let gather = |bucket: usize| {
            let pieces: Vec<&[u64]> = scattered
                .iter()
                .map(|buckets| &buckets[bucket][..])
                .collect();
            work(Bucket {
                entries: pieces.concat(),
                common_bits,
            })
        };
        results.par_extend((0..BUCKETS).into_par_iter().map(gather));
    }
    results
}

impl Bucket {
    /// The bits of a hash that tell the entries of the bucket apart, the highest at the top.
    pub(crate) fn telling_bits(&self, entry: u64) -> u32 {
        hash(entry) << self.common_bits
    }

    /// Sorts the entries by hash, those of one hash in order of document, each once.
    pub(crate) fn sort(&mut self) {
        radsort::sort_by_key(&mut self.entries, |&entry| hash(entry));
        self.entries.dedup();
    }
}

/// The hash of an entry.
pub(crate) fn hash(entry: u64) -> u32 {
    (entry >> 32) as u32
}

/// The document of an entry.
pub(crate) fn document(entry: u64) -> u32 {
    entry as u32
}

/// Whether two entries have one hash.
pub(crate) fn same_hash(x: &u64, y: &u64) -> bool {
    hash(*x) == hash(*y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_hash_comes_once_in_order(lists in proptest::collection::vec(proptest::collection::vec(any::<u32>(), 0..20), 0..30)) {
            let found = each(lists.len() as u32, |document| &lists[document as usize], |&hash| hash, |mut bucket| {
                bucket.sort();
                bucket.entries
            });
            let mut expected: Vec<u64> = (0u64..).zip(&lists).flat_map(|(document, list)| list.iter().map(move |&hash| u64::from(hash) << 32 | document)).collect();
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(found.concat(), expected);
        }
    }
}

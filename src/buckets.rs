//! Buckets: many small entries grouped by a hash, in pieces that fit a processor's cache.
//!
//! To sort or to count millions of hashes at once is one cache miss each. So threads share the hashes out among them in *parts* (each looks
//! at all, which is a sequential read), and scatter a part into buckets, which are then dealt with one by one.

/// Buckets of a part: with a hundred thousand articles one holds some 50,000 entries.
const BUCKETS: usize = 64;

/// Least and most parts: few enough to be looked through, enough for every thread to have one, and for one to be a small share of all.
const PARTS: std::ops::RangeInclusive<u32> = 4..=16;

/// The entries of one part, by bucket.
pub(crate) struct Buckets {
    part: u32,
    part_bits: u32,
    buckets: Vec<Vec<u64>>,
}

impl Buckets {
    /// How many parts there are to be.
    pub(crate) fn parts() -> u32 {
        (rayon::current_num_threads() as u32)
            .clamp(*PARTS.start(), *PARTS.end())
            .next_power_of_two()
    }

    /// One of so many parts.
    pub(crate) fn of(part: u32, parts: u32) -> Buckets {
        Buckets {
            part,
            part_bits: parts.trailing_zeros(),
            buckets: vec![Vec::new(); BUCKETS],
        }
    }

    /// Adds a value under a hash, if that is of this part.
    #[inline]
    pub(crate) fn add(&mut self, hash: u32, value: u32) {
        if hash >> (u32::BITS - self.part_bits) == self.part {
            let bucket = (hash << self.part_bits) >> (u32::BITS - BUCKETS.ilog2());
            self.buckets[bucket as usize].push(u64::from(hash) << 32 | u64::from(value));
        }
    }

    /// The bits of a hash that tell entries of one bucket apart, the highest at the top.
    #[inline]
    pub(crate) fn rest(&self, hash: u32) -> u32 {
        hash << (self.part_bits + BUCKETS.ilog2())
    }

    /// Takes the entries of each bucket, hashes above values, in the order in which they were added.
    pub(crate) fn take(&mut self) -> Vec<Vec<u64>> {
        std::mem::take(&mut self.buckets)
    }
}

/// Sorts entries by hash; those of one hash stay in order.
pub(crate) fn sort(entries: &mut [u64]) {
    radsort::sort_by_key(entries, |&entry| hash(entry));
}

/// The hash of an entry.
pub(crate) fn hash(entry: u64) -> u32 {
    (entry >> 32) as u32
}

/// The value of an entry.
pub(crate) fn value(entry: u64) -> u32 {
    entry as u32
}

/// Whether two entries have one hash.
pub(crate) fn same_hash(x: &u64, y: &u64) -> bool {
    hash(*x) == hash(*y)
}

//! Candidates by buckets: pairs whose signatures agree in a band.
//!
//! Each band is sorted by hash on its own (no hash map of buckets); documents of one hash are a bucket.
//! In a bucket of up to [`HOT_BUCKET`] documents every pair is a candidate. A hotter one costs linear work: each of its documents
//! meets the bucket's first document, the [`NEIGHBOURS`] before it and the last one before it from another site, and what is left out is counted.

use rayon::prelude::*;

use crate::catalog::{Catalog, DocNo, NO_SITE};

/// Most documents of a bucket in which every pair is compared. 256 documents are 32,640 pairs, some 30 ms of verification.
pub const HOT_BUCKET: usize = 256;

/// In a hot bucket, how many of the documents just before it each document meets.
pub const NEIGHBOURS: usize = 2;

/// Pairs are made distinct whenever a worker holds that many more than last time: 16 MB.
const PAIRS_BEFORE_DEDUP: usize = 2 << 20;

/// Two different documents, the earlier in canonical order first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// The earlier document.
    pub a: DocNo,
    /// The later document.
    pub b: DocNo,
}

/// Distinct candidate pairs in order, and what was left out.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Distinct, sorted.
    pub pairs: Vec<Pair>,
    /// Buckets over [`HOT_BUCKET`], each counted once a band.
    pub hot_buckets: u64,
    /// Documents in the largest bucket.
    pub largest_bucket: u64,
    /// Pairs that shared a hot bucket and were not made candidates there, each counted once a bucket.
    pub not_compared: u64,
}

/// Whether hot buckets are bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HotBuckets {
    /// Linear work: representatives and neighbours.
    Bounded,
    /// Every pair, whatever it costs.
    AllPairs,
}

/// The pairs of `documents` (sorted) that share at least one of the `bands` buckets.
pub fn from_bands(
    catalog: &Catalog,
    documents: &[DocNo],
    bands: usize,
    hot: HotBuckets,
) -> Candidates {
    (0..bands)
        .into_par_iter()
        .fold(Collector::default, |mut collector, band| {
            collector.keyed.clear();
            collector.keyed.extend(
                documents
                    .iter()
                    .map(|&doc| u64::from(catalog.band(doc, band)) << 32 | u64::from(doc.0)),
            );
            // Stable, so that documents stay in canonical order within a bucket.
            radsort::sort_by_key(&mut collector.keyed, |&key| (key >> 32) as u32);
            let keyed = std::mem::take(&mut collector.keyed);
            for bucket in keyed
                .chunk_by(|x, y| x >> 32 == y >> 32)
                .filter(|bucket| bucket.len() > 1)
            {
                collector.bucket(catalog, bucket, hot);
            }
            collector.keyed = keyed;
            collector
        })
        .map(Collector::finish)
        .reduce(Candidates::default, Candidates::merge)
}

impl Candidates {
    pub(crate) fn merge(mut self, mut other: Candidates) -> Candidates {
        self.pairs.append(&mut other.pairs);
        self.pairs.par_sort_unstable();
        self.pairs.dedup();
        self.hot_buckets += other.hot_buckets;
        self.not_compared += other.not_compared;
        self.largest_bucket = self.largest_bucket.max(other.largest_bucket);
        self
    }
}

/// Gathers distinct pairs; holds a few times the distinct ones at most.
#[derive(Default)]
pub(crate) struct Collector {
    keyed: Vec<u64>,
    found: Candidates,
    distinct: usize,
}

impl Collector {
    pub(crate) fn push(&mut self, a: DocNo, b: DocNo) {
        let pairs = &mut self.found.pairs;
        pairs.push(Pair { a, b });
        if pairs.len() > 2 * self.distinct + PAIRS_BEFORE_DEDUP {
            pairs.sort_unstable();
            pairs.dedup();
            self.distinct = pairs.len();
        }
    }

    fn bucket(&mut self, catalog: &Catalog, bucket: &[u64], hot: HotBuckets) {
        let doc = |i: usize| DocNo(bucket[i] as u32);
        let size = bucket.len() as u64;
        self.found.largest_bucket = self.found.largest_bucket.max(size);
        if bucket.len() <= HOT_BUCKET || hot == HotBuckets::AllPairs {
            for b in 1..bucket.len() {
                (0..b).for_each(|a| self.push(doc(a), doc(b)));
            }
            return;
        }
        let mut made = 0;
        let mut elsewhere = None;
        for b in 1..bucket.len() {
            let site = catalog.site(doc(b));
            if catalog.site(doc(b - 1)) != site {
                elsewhere = Some(b - 1);
            }
            let near = b.saturating_sub(NEIGHBOURS).max(1);
            let far = elsewhere.filter(|&a| a > 0 && a < near && site != NO_SITE);
            for a in std::iter::once(0).chain(far).chain(near..b) {
                self.push(doc(a), doc(b));
                made += 1;
            }
        }
        self.found.hot_buckets += 1;
        self.found.not_compared += size * (size - 1) / 2 - made;
    }

    pub(crate) fn finish(mut self) -> Candidates {
        self.found.pairs.sort_unstable();
        self.found.pairs.dedup();
        self.found
    }
}

//! Gathers pairs that may be found many times.

use rayon::prelude::*;

use crate::catalog::DocPair;

/// Pairs are made distinct when a worker holds so many more than twice the distinct ones of last
/// time: 16 MB.
const PAIRS_BEFORE_DEDUP: usize = 2 << 20;

/// Distinct pairs in the making. Memory stays within a few times that of the distinct pairs.
#[derive(Debug, Default)]
pub(super) struct DistinctPairs {
    pairs: Vec<DocPair>,
    distinct: usize,
}

impl DistinctPairs {
    /// Adds a pair, which may be there already.
    pub(super) fn push(&mut self, pair: DocPair) {
        self.pairs.push(pair);
        if self.pairs.len() > 2 * self.distinct + PAIRS_BEFORE_DEDUP {
            self.pairs.sort_unstable();
            self.pairs.dedup();
            self.distinct = self.pairs.len();
        }
    }

    /// The distinct pairs, in order.
    pub(super) fn finish(mut self) -> Vec<DocPair> {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.pairs
    }
}

/// The pairs of both lists, distinct and in order.
pub(crate) fn union(mut some: Vec<DocPair>, mut others: Vec<DocPair>) -> Vec<DocPair> {
    some.append(&mut others);
    some.par_sort_unstable();
    some.dedup();
    some
}

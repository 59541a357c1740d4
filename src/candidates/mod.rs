//! Candidates: pairs that are worth comparing. Nothing is reported on that evidence alone.
//!
//! [`bands`] and [`prefixes`] find documents that are alike as a whole, [`passages`] those that share a part, [`wording`] those that may tell one
//! story in other words.

pub mod bands;
pub mod passages;
pub mod prefixes;
pub mod wording;

use rayon::prelude::*;

use crate::catalog::DocNo;

/// Pairs are made distinct whenever a worker holds that many more than twice what was distinct last time: 16 MB.
const PAIRS_BEFORE_DEDUP: usize = 2 << 20;

/// Two different documents, the earlier in canonical order first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// The earlier document.
    pub a: DocNo,
    /// The later document.
    pub b: DocNo,
}

impl Pair {
    /// Of two different documents in any order.
    pub fn of(x: DocNo, y: DocNo) -> Pair {
        Pair {
            a: x.min(y),
            b: x.max(y),
        }
    }
}

/// Gathers distinct pairs; holds a few times the distinct ones at most.
#[derive(Debug, Default)]
struct Distinct {
    pairs: Vec<Pair>,
    distinct: usize,
}

impl Distinct {
    fn push(&mut self, pair: Pair) {
        self.pairs.push(pair);
        if self.pairs.len() > 2 * self.distinct + PAIRS_BEFORE_DEDUP {
            self.pairs.sort_unstable();
            self.pairs.dedup();
            self.distinct = self.pairs.len();
        }
    }

    fn finish(mut self) -> Vec<Pair> {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.pairs
    }
}

/// The pairs of either, distinct and in order.
pub(crate) fn union(mut some: Vec<Pair>, mut others: Vec<Pair>) -> Vec<Pair> {
    some.append(&mut others);
    some.par_sort_unstable();
    some.dedup();
    some
}

/// How many pairs so many documents make.
pub(crate) fn pairs_of(documents: usize) -> u64 {
    let documents = documents as u64;
    documents * documents.saturating_sub(1) / 2
}

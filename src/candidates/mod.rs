//! Candidates: pairs that are worth comparing. Nothing is reported on that evidence alone.
//!
//! [`bands`] and [`prefixes`] find documents that are alike as a whole, [`passages`] those that share a part, [`rewording`] those that may tell one
//! story in other words.

pub mod bands;
pub mod families;
pub mod passages;
pub mod prefixes;
pub mod rewording;

use rayon::prelude::*;

use crate::catalog::{Catalog, DocNo, DocPair};

/// Pairs are made distinct whenever a worker holds that many more than twice what was distinct last time: 16 MB.
const PAIRS_BEFORE_DEDUP: usize = 2 << 20;

/// The documents among which candidates are looked for.
#[derive(Clone, Copy)]
pub struct Among<'a> {
    /// The catalogue that has them.
    pub catalog: &'a Catalog,
    /// All of them, in canonical order.
    pub documents: &'a [DocNo],
    /// Those that one of each pair must be of, in canonical order; `None` if that is all of them.
    pub asking: Option<&'a [DocNo]>,
    /// Bytes of hashes that may be held at a time, about.
    pub bytes_a_round: usize,
}

/// Which hashes may be among some that were entered: a table of bits that confuses a few. What is not there is not looked at any further.
struct Sieve {
    bits: Vec<u64>,
    shift: u32,
}

/// Bits of a [`Sieve`] for every hash that is entered.
const BITS_A_HASH: usize = 16;

/// Spreads hashes over a table (multiply-shift, Dietzfelbinger et al. 1997).
const SIEVE_FACTOR: u32 = 0x9E37_79B1;

impl Sieve {
    fn of(hashes: impl ExactSizeIterator<Item = u32>) -> Sieve {
        let size = (hashes.len() * BITS_A_HASH).next_power_of_two().max(64);
        // A table of more bits than there are hashes would tell no more.
        let bits = size.trailing_zeros().min(u32::BITS);
        let mut sieve = Sieve {
            bits: vec![0; 1 << (bits - 6)],
            shift: u32::BITS - bits,
        };
        for hash in hashes {
            let (word, bit) = sieve.place(hash);
            sieve.bits[word] |= bit;
        }
        sieve
    }

    fn holds(&self, hash: u32) -> bool {
        let (word, bit) = self.place(hash);
        self.bits[word] & bit != 0
    }

    fn place(&self, hash: u32) -> (usize, u64) {
        let at = u64::from(hash.wrapping_mul(SIEVE_FACTOR)) >> self.shift;
        ((at >> 6) as usize, 1 << (at & 63))
    }
}

/// Gathers distinct pairs; holds a few times the distinct ones at most.
#[derive(Debug, Default)]
struct Distinct {
    pairs: Vec<DocPair>,
    distinct: usize,
}

impl Distinct {
    fn push(&mut self, pair: DocPair) {
        self.pairs.push(pair);
        if self.pairs.len() > 2 * self.distinct + PAIRS_BEFORE_DEDUP {
            self.pairs.sort_unstable();
            self.pairs.dedup();
            self.distinct = self.pairs.len();
        }
    }

    fn finish(mut self) -> Vec<DocPair> {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.pairs
    }
}

/// The pairs of either, distinct and in order.
pub(crate) fn union(mut some: Vec<DocPair>, mut others: Vec<DocPair>) -> Vec<DocPair> {
    some.append(&mut others);
    some.par_sort_unstable();
    some.dedup();
    some
}

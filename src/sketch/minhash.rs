//! Signatures: a set of shingles to a short vector of minima, and that to band hashes.
//!
//! The signature is the *fast similarity sketch* of Dahlgaard, Knudsen and Thorup (FOCS 2017, "Fast similarity
//! sketching", algorithm 1). Round `i` throws every shingle into one of `t` bins by a hash function of its own and
//! each bin that no earlier round filled keeps its minimum; rounds go on until no bin is empty. Two sets agree in a
//! bin with probability exactly their Jaccard similarity, whatever their sizes: where one-permutation hashing has to borrow for
//! the empty bins of a short document, this draws afresh. One round does for a long document, about
//! `ln t` rounds' worth of `t` insertions for a short one.

use std::borrow::Cow;

use crate::sketch::banding::Banding;

/// `--seed` unless told otherwise: the seed of the reference vectors.
pub const DEFAULT_SEED: u64 = 1;

/// A minimum that no shingle has reached yet.
const EMPTY: u64 = u64::MAX;

/// A text of that many shingles a bin that still leaves a bin empty repeats itself: of so many different ones, one bin in e^16 would be empty.
const REPEATS: usize = 16;

/// Signs sets of shingles.
#[derive(Debug, Clone)]
pub struct Signer {
    banding: Banding,
    /// One key a round: `t` rounds that choose the bin by hash, then `t` that fill bin `i` in round `t + i`.
    keys: Vec<u64>,
    /// `round << 32 | minimum`, so that an earlier round always wins.
    bins: Vec<u64>,
}

impl Signer {
    /// A signer for that banding; the same seed gives the same signatures for ever.
    pub fn new(banding: Banding, seed: u64) -> Signer {
        let bins = banding.permutations();
        let keys = (0..2 * bins as u64)
            .map(|round| split_mix(seed, round))
            .collect();
        Signer {
            banding,
            keys,
            bins: vec![EMPTY; bins],
        }
    }

    /// Bands of a signature.
    pub fn bands(&self) -> usize {
        self.banding.bands()
    }

    /// Appends the 32-bit hash of each band to `out`; nothing, and `false`, for a document without shingles.
    ///
    /// Repeated shingles change nothing: minima do not count.
    pub fn sign_into(&mut self, shingles: &[u64], out: &mut Vec<u32>) -> bool {
        if shingles.is_empty() {
            return false;
        }
        self.fill(shingles);
        out.extend(self.bins.chunks_exact(self.banding.rows()).map(|rows| {
            let hash = rows.iter().fold(rows.len() as u64, |hash, &row| {
                fold_multiply(hash ^ row, BAND_FACTOR)
            });
            (hash >> 32) as u32
        }));
        true
    }

    fn fill(&mut self, shingles: &[u64]) {
        self.bins.fill(EMPTY);
        self.throw(0, shingles);
        // A long text of few shingles needs many rounds; its repeats change nothing, so they are dropped before.
        let mut distinct = Cow::Borrowed(shingles);
        if shingles.len() > REPEATS * self.bins.len() && self.bins.contains(&EMPTY) {
            let distinct = distinct.to_mut();
            distinct.sort_unstable();
            distinct.dedup();
        }
        for round in 1..self.keys.len() {
            if !self.bins.contains(&EMPTY) {
                return;
            }
            self.throw(round, &distinct);
        }
    }

    /// One round: into bins by hash in the first half of the rounds, into the round's own bin in the second.
    fn throw(&mut self, round: usize, shingles: &[u64]) {
        let (bins, key, tag) = (self.bins.len(), self.keys[round], (round as u64) << 32);
        let hash = |shingle: u64| fold_multiply(shingle ^ key, ROUND_FACTOR);
        if let Some(own) = round.checked_sub(bins) {
            if self.bins[own] == EMPTY {
                let minimum = shingles
                    .iter()
                    .map(|&shingle| hash(shingle) & 0xFFFF_FFFF)
                    .min();
                self.bins[own] = minimum.map_or(EMPTY, |minimum| tag | minimum);
            }
            return;
        }
        for &shingle in shingles {
            let hash = hash(shingle);
            let bin = (((hash >> 32) * bins as u64) >> 32) as usize;
            let minimum = tag | hash & 0xFFFF_FFFF;
            // `bin` is below `bins` by construction; `get_mut` only spares the panic path.
            if let Some(kept) = self.bins.get_mut(bin) {
                *kept = minimum.min(*kept);
            }
        }
    }
}

/// Odd constants with about as many ones as zeros (from PCG and from wyhash).
const ROUND_FACTOR: u64 = 0x5851_F42D_4C95_7F2D;
const BAND_FACTOR: u64 = 0xA076_1D64_78BD_642F;

#[inline]
fn fold_multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): the `n`-th number of the stream `seed`.
fn split_mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add((n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bands(signer: &mut Signer, shingles: &[u64]) -> Vec<u32> {
        let mut out = Vec::new();
        signer.sign_into(shingles, &mut out);
        out
    }

    fn signer(bands: usize, rows: usize, seed: u64) -> Signer {
        Signer::new(Banding::new(bands, rows).unwrap(), seed)
    }

    /// Two sets of `size` shingles that share as many as give about that Jaccard, fresh for each `trial`; and the exact Jaccard.
    fn pair_of(size: usize, jaccard: f64, trial: u64) -> (Vec<u64>, Vec<u64>, f64) {
        let shared = (2.0 * size as f64 * jaccard / (1.0 + jaccard)).round() as usize;
        let element = |i: usize| split_mix(trial ^ 0xABCD, i as u64);
        let a = (0..size).map(element).collect();
        let b = (0..shared)
            .chain(size..2 * size - shared)
            .map(element)
            .collect();
        (a, b, shared as f64 / (2 * size - shared) as f64)
    }

    #[test]
    fn nothing_has_no_signature() {
        assert!(!signer(4, 2, 1).sign_into(&[], &mut Vec::new()));
    }

    #[test]
    fn the_estimate_is_unbiased_at_every_length() {
        for size in [1, 2, 5, 20, 60, 128, 500] {
            for jaccard in [0.2, 0.5, 0.8] {
                let trials = 400;
                let (mut agreeing, mut exact) = (0, 0.0);
                for trial in 0..trials {
                    let (a, b, truth) = pair_of(size, jaccard, trial);
                    let mut one = signer(128, 1, trial);
                    let (a, b) = (bands(&mut one, &a), bands(&mut one, &b));
                    agreeing += a.iter().zip(&b).filter(|(x, y)| x == y).count();
                    exact += truth;
                }
                let estimate = agreeing as f64 / (128 * trials) as f64;
                let exact = exact / trials as f64;
                // A sketch is at worst as spread as 128 draws of one shingle: five standard errors of that.
                let error =
                    5.0 * (exact * (1.0 - exact) / (trials as f64 * size.min(128) as f64)).sqrt();
                assert!(
                    (estimate - exact).abs() <= error + 1e-9,
                    "size {size}: {estimate} for {exact}"
                );
            }
        }
    }

    /// The promise of the plan, for sets of every length, against plain MinHash which keeps it by definition.
    #[test]
    fn recall_at_the_threshold_is_what_the_plan_says() {
        for (threshold, bands_rows) in [(0.5, (35, 3)), (0.7, (17, 4)), (0.8, (16, 6))] {
            for size in [9, 30, 100, 500] {
                let trials = 1500;
                let (mut found, mut promised) = (0, 0.0);
                for trial in 0..trials {
                    let (a, b, truth) = pair_of(size, threshold, trial);
                    let mut both = signer(bands_rows.0, bands_rows.1, trial);
                    let (a, b) = (bands(&mut both, &a), bands(&mut both, &b));
                    found += usize::from(a.iter().zip(&b).any(|(x, y)| x == y));
                    promised += both.banding.recall_at(truth);
                }
                let (found, promised) = (found as f64 / trials as f64, promised / trials as f64);
                let error = 4.0 * (promised * (1.0 - promised) / trials as f64).sqrt();
                assert!(
                    found >= promised - error,
                    "size {size} at {threshold}: found {found}, promised {promised}"
                );
            }
        }
    }

    /// From `scripts/reference-vectors`. Changing these changes every stored index: do not.
    #[test]
    fn pinned_signatures() {
        let shingles: Vec<u64> = (0..100).map(|i| split_mix(7, i)).collect();
        assert_eq!(
            bands(&mut signer(4, 3, 1), &shingles),
            [2_729_668_965, 1_254_372_122, 3_904_503_351, 363_440_486]
        );
        assert_eq!(
            bands(&mut signer(4, 3, 1), &shingles[..1]),
            [511_977_288, 909_565_135, 61_157_323, 3_469_454_950]
        );
    }

    proptest! {
        #[test]
        fn order_and_repeats_change_nothing(mut set in proptest::collection::vec(any::<u64>(), 1..50), seed: u64) {
            let mut signer = signer(8, 2, seed);
            let once = bands(&mut signer, &set);
            set.extend_from_within(..);
            set.reverse();
            prop_assert_eq!(bands(&mut signer, &set), once);
        }
    }
}

//! MinHash: a set of shingles becomes a signature of minima, and that becomes one hash a band.
//!
//! The probability that two sets have the same minimum under a random permutation is their Jaccard
//! similarity (Broder 1997, "On the resemblance and containment of documents"). Plain MinHash
//! hashes every shingle once for each of `t` permutations. This file uses the *fast similarity
//! sketch* instead (Dahlgaard, Knudsen and Thorup, "Fast similarity sketching", FOCS 2017,
//! algorithm 1), which takes expected time `O(t log t + n)` for `n` shingles:
//!
//! - The signature has `t` *bins*. Round `i` throws every shingle into one of them by a hash
//!   function of its own, and each bin that no earlier round filled keeps its minimum.
//! - Rounds go on until no bin is empty. After `t` rounds, each further round fills one bin.
//!
//! Two sets agree in a bin with probability exactly their Jaccard similarity, whatever their
//! sizes. One-permutation hashing, the other fast way, stops after the first round and has to fill
//! the empty bins of a short document from others. One round is enough for a long document. A short
//! one needs about `t ln t` insertions.

use std::borrow::Cow;

use super::banding::Banding;

/// Default of `--seed`: the seed of the reference vectors.
pub const DEFAULT_SEED: u64 = 1;

/// Minimum of a bin into which no shingle was thrown.
const EMPTY: u64 = u64::MAX;

/// Shingles a bin from which on repeats are removed before a second round. So many different
/// shingles would leave one bin in e^16 empty, so a text that leaves one has many repeats.
const REPEATS: usize = 16;

/// Factors of the hashes of a round and of a band: odd, and with about as many ones as zeros. They
/// come from PCG and from wyhash.
const ROUND_FACTOR: u64 = 0x5851_F42D_4C95_7F2D;
const BAND_FACTOR: u64 = 0xA076_1D64_78BD_642F;

/// Signs sets of shingles. Keeps its buffers from one set to the next.
#[derive(Debug, Clone)]
pub struct Signer {
    banding: Banding,
    /// One key for each round: `t` rounds that choose the bin by hash, then `t` rounds of which
    /// round `t + i` fills bin `i`.
    keys: Vec<u64>,
    /// `round << 32 | minimum` for each bin, so an earlier round always wins.
    bins: Vec<u64>,
}

impl Signer {
    /// Creates a signer. The same banding and seed give the same signatures in every version.
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

    /// Returns the number of bands of a signature.
    pub fn bands(&self) -> usize {
        self.banding.bands()
    }

    /// Appends the 32-bit hash of each band to `out` and returns true. Without shingles there is
    /// no signature: it appends nothing and returns false.
    ///
    /// The order of shingles and repeats among them do not matter.
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
        // A long text with few different shingles needs many rounds, each as long as the text.
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

    /// Throws shingles into bins: by hash in the first half of the rounds, into the bin of the
    /// round in the second half.
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
            // `bin` is always below `bins`. Indexing would only add the code of a panic.
            if let Some(kept) = self.bins.get_mut(bin) {
                *kept = minimum.min(*kept);
            }
        }
    }
}

/// Multiplies to 128 bits and combines the halves of the product by exclusive or.
#[inline]
fn fold_multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// Returns number `n` of the stream that SplitMix64 makes from `seed` (Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", OOPSLA 2014).
fn split_mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add((n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::banding::{Bands, Rows};
    use proptest::prelude::*;

    fn hashes(signer: &mut Signer, shingles: &[u64]) -> Vec<u32> {
        let mut out = Vec::new();
        signer.sign_into(shingles, &mut out);
        out
    }

    fn signer(bands: usize, rows: usize, seed: u64) -> Signer {
        Signer::new(Banding::new(Bands(bands), Rows(rows)).unwrap(), seed)
    }

    /// Returns two sets of `size` shingles with about this Jaccard similarity, and the exact
    /// similarity. Each `trial` has sets of its own.
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
    fn an_empty_set_has_no_signature() {
        assert!(!signer(4, 2, 1).sign_into(&[], &mut Vec::new()));
    }

    #[test]
    fn agreeing_rows_estimate_jaccard_without_bias_at_every_size() {
        for size in [1, 2, 5, 20, 60, 128, 500] {
            for jaccard in [0.2, 0.5, 0.8] {
                let trials = 400;
                let (mut agreeing, mut exact) = (0, 0.0);
                for trial in 0..trials {
                    let (a, b, truth) = pair_of(size, jaccard, trial);
                    let mut one = signer(128, 1, trial);
                    let (a, b) = (hashes(&mut one, &a), hashes(&mut one, &b));
                    agreeing += a.iter().zip(&b).filter(|(x, y)| x == y).count();
                    exact += truth;
                }
                let estimate = agreeing as f64 / (128 * trials) as f64;
                let exact = exact / trials as f64;
                // Five standard errors. The variance is at most that of as many independent draws
                // as the set has shingles, or 128 if it has more.
                let error =
                    5.0 * (exact * (1.0 - exact) / (trials as f64 * size.min(128) as f64)).sqrt();
                assert!(
                    (estimate - exact).abs() <= error + 1e-9,
                    "size {size}: {estimate} for {exact}"
                );
            }
        }
    }

    /// The S-curve holds for plain MinHash by definition. Here it is tested for sets of every size.
    #[test]
    fn recall_at_the_threshold_is_at_least_that_of_the_s_curve() {
        for (threshold, (bands, rows)) in [(0.5, (35, 3)), (0.7, (17, 4)), (0.8, (16, 6))] {
            for size in [9, 30, 100, 500] {
                let trials = 1500;
                let (mut found, mut expected) = (0, 0.0);
                for trial in 0..trials {
                    let (a, b, truth) = pair_of(size, threshold, trial);
                    let mut both = signer(bands, rows, trial);
                    let (a, b) = (hashes(&mut both, &a), hashes(&mut both, &b));
                    found += usize::from(a.iter().zip(&b).any(|(x, y)| x == y));
                    expected += both.banding.recall_at(truth);
                }
                let (found, expected) = (found as f64 / trials as f64, expected / trials as f64);
                let error = 4.0 * (expected * (1.0 - expected) / trials as f64).sqrt();
                assert!(
                    found >= expected - error,
                    "size {size} at {threshold}: found {found}, expected {expected}"
                );
            }
        }
    }

    /// Computed by `scripts/reference-vectors`. Every stored index holds such hashes, so they must
    /// not change.
    #[test]
    fn signatures_equal_their_reference_vectors() {
        let shingles: Vec<u64> = (0..100).map(|i| split_mix(7, i)).collect();
        assert_eq!(
            hashes(&mut signer(4, 3, 1), &shingles),
            [2_729_668_965, 1_254_372_122, 3_904_503_351, 363_440_486]
        );
        assert_eq!(
            hashes(&mut signer(4, 3, 1), &shingles[..1]),
            [511_977_288, 909_565_135, 61_157_323, 3_469_454_950]
        );
    }

    proptest! {
        #[test]
        fn order_and_repeats_change_nothing(
            mut set in proptest::collection::vec(any::<u64>(), 1..50),
            seed: u64,
        ) {
            let mut signer = signer(8, 2, seed);
            let once = hashes(&mut signer, &set);
            set.extend_from_within(..);
            set.reverse();
            prop_assert_eq!(hashes(&mut signer, &set), once);
        }
    }
}

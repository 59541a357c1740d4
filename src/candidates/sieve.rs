//! A set of hashes that may hold a few too many.

/// Bits for every hash; about one hash in so many is held by mistake.
const BITS_A_HASH: usize = 16;

/// Spreads hashes over the bits: multiply-shift hashing (Dietzfelbinger, Hagerup, Katajainen and
/// Penttonen, J. Algorithms 1997, "A reliable randomized algorithm for the closest-pair problem").
const FACTOR: u32 = 0x9E37_79B1;

/// Hashes of the documents that ask: a Bloom filter (Bloom, CACM 1970, "Space/time trade-offs in
/// hash coding with allowable errors") with one hash function. A hash that it does not hold can be
/// passed over.
pub(super) struct Sieve {
    bits: Vec<u64>,
    shift: u32,
}

impl Sieve {
    /// A sieve that holds these hashes.
    pub(super) fn new(hashes: impl ExactSizeIterator<Item = u32>) -> Sieve {
        let size = (hashes.len() * BITS_A_HASH).next_power_of_two().max(64);
        // With one bit for every possible hash the answer is exact.
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

    /// Returns `true` if the hash may be in the set, and `false` only if it is not.
    pub(super) fn holds(&self, hash: u32) -> bool {
        let (word, bit) = self.place(hash);
        self.bits[word] & bit != 0
    }

    fn place(&self, hash: u32) -> (usize, u64) {
        let at = u64::from(hash.wrapping_mul(FACTOR)) >> self.shift;
        ((at >> 6) as usize, 1 << (at & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn holds_what_was_put_in(hashes in proptest::collection::vec(any::<u32>(), 0..200)) {
            let sieve = Sieve::new(hashes.iter().copied());
            prop_assert!(hashes.iter().all(|&hash| sieve.holds(hash)));
        }
    }

    #[test]
    fn holds_few_others() {
        let sieve = Sieve::new(0..1_000);
        let others = (1_000..101_000).filter(|&hash| sieve.holds(hash)).count();
        assert!(others < 100_000 / 10, "{others}");
    }
}

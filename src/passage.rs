//! Passages: maximal runs of words that stand in both of two documents.

use std::collections::HashMap;

/// The length in words of the longest run that stands in both: exact, in `O((n + m) log min(n, m))` expected time.
///
/// Whether a common run of length `l` exists is monotone in `l`, so the longest is found by bisection; each
/// step hashes the runs of one side and checks every hit of the other word by word.
pub fn longest(a: &[u64], b: &[u64]) -> usize {
    let (mut found, mut beyond) = (0, a.len().min(b.len()) + 1);
    while beyond - found > 1 {
        let length = found.midpoint(beyond);
        if shares_run(a, b, length) {
            found = length;
        } else {
            beyond = length;
        }
    }
    found
}

fn shares_run(a: &[u64], b: &[u64], length: usize) -> bool {
    // The first position of each hash is enough: of equal hashes only those of equal runs are to be expected (about 2^-61 a pair).
    let mut first = HashMap::with_capacity(a.len());
    for (at, hash) in fingerprints(a, length).enumerate() {
        first.entry(hash).or_insert(at);
    }
    fingerprints(b, length).enumerate().any(|(at, hash)| {
        first
            .get(&hash)
            .is_some_and(|&start| a[start..start + length] == b[at..at + length])
    })
}

/// The Mersenne prime 2^61 - 1. Modulo a power of two, as shingles are hashed, long runs of two words in the order of Thue and Morse would
/// collide in every base.
const PRIME: u64 = (1 << 61) - 1;

/// The polynomial hash of every run of `length` entries, modulo [`PRIME`] (Karp and Rabin 1987).
fn fingerprints(entries: &[u64], length: usize) -> impl Iterator<Item = u64> + '_ {
    const BASE: u64 = 0x1234_5678_9ABC_DEF1;
    let append = |hash: u64, entry: u64| {
        ((u128::from(hash) * u128::from(BASE) + u128::from(entry)) % u128::from(PRIME)) as u64
    };
    let leaving = (0..length).fold(1, |power, _| append(power, 0));
    let mut hash = entries[..length]
        .iter()
        .fold(0, |hash, &entry| append(hash, entry));
    let rolled = entries[length..]
        .iter()
        .zip(entries)
        .map(move |(&enters, &leaves)| {
            let left = u128::from(leaves) * u128::from(leaving) % u128::from(PRIME);
            hash = (append(hash, enters) + PRIME - left as u64) % PRIME;
            hash
        });
    std::iter::once(hash).chain(rolled)
}

#[cfg(test)]
pub(crate) mod naive {
    /// Longest common substring by the quadratic recurrence.
    pub fn longest(a: &[u64], b: &[u64]) -> usize {
        let mut best = 0;
        let mut row = vec![0; b.len() + 1];
        for x in a {
            for j in (0..b.len()).rev() {
                row[j + 1] = if *x == b[j] { row[j] + 1 } else { 0 };
                best = best.max(row[j + 1]);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn named_cases() {
        for (name, a, b, expected) in [
            ("both empty", &[][..], &[][..], 0),
            ("one empty", &[1, 2][..], &[][..], 0),
            ("nothing shared", &[1, 2], &[3, 4], 0),
            ("whole", &[1, 2, 3], &[1, 2, 3], 3),
            ("at the ends", &[1, 2, 3, 9], &[7, 1, 2, 3], 3),
            (
                "the longer of two",
                &[1, 2, 9, 4, 5, 6],
                &[1, 2, 8, 4, 5, 6],
                3,
            ),
            ("repeats", &[1, 1, 1, 1], &[1, 1, 1], 3),
        ] {
            assert_eq!(longest(a, b), expected, "{name}");
            assert_eq!(naive::longest(a, b), expected, "{name}: naive");
        }
    }

    #[test]
    fn thue_and_morse_do_not_deceive() {
        let sequence = |complement: u32| {
            (0..4096u32).map(move |i| u64::from((i.count_ones() + complement) % 2))
        };
        let a: Vec<u64> = sequence(1).chain([7]).chain(sequence(0)).collect();
        let b: Vec<u64> = sequence(0).chain([8]).collect();
        assert!(longest(&a, &b) >= 4096);
    }

    proptest! {
        #[test]
        fn equals_naive(a in proptest::collection::vec(0u64..4, 0..60), b in proptest::collection::vec(0u64..4, 0..60)) {
            prop_assert_eq!(longest(&a, &b), naive::longest(&a, &b));
        }
    }
}

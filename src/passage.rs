//! Passages: maximal runs of words that stand in both of two documents.

use std::collections::HashMap;

use crate::shingle;

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
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    shingle::runs(a, length, &mut of_a);
    shingle::runs(b, length, &mut of_b);
    // The first position of each hash is enough: equal hashes of unequal runs do not occur (2^-64 a pair),
    // and if they did the answer would only be checked against one of the two.
    let mut first = HashMap::with_capacity(of_a.len());
    for (at, hash) in of_a.iter().enumerate() {
        first.entry(hash).or_insert(at);
    }
    of_b.iter().enumerate().any(|(at, hash)| {
        first
            .get(hash)
            .is_some_and(|&start| a[start..start + length] == b[at..at + length])
    })
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

    proptest! {
        #[test]
        fn equals_naive(a in proptest::collection::vec(0u64..4, 0..60), b in proptest::collection::vec(0u64..4, 0..60)) {
            prop_assert_eq!(longest(&a, &b), naive::longest(&a, &b));
        }
    }
}

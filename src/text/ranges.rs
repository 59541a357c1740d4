//! Removal of ranges from a sequence, such as boilerplate from the words of a text.

use std::ops::Range;

/// Removes `regions` from a sequence. They must be in order, and must not overlap or end beyond it.
pub fn remove<T: Copy>(sequence: &mut Vec<T>, regions: &[Range<usize>]) {
    let (mut kept, mut from) = (0, 0);
    for region in regions {
        sequence.copy_within(from..region.start, kept);
        kept += region.start - from;
        from = region.end;
    }
    let length = sequence.len();
    sequence.copy_within(from..length, kept);
    sequence.truncate(kept + length - from);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn removal_equals_a_filter(
            sequence in proptest::collection::vec(any::<u16>(), 0..60),
            ends in proptest::collection::btree_set(0usize..61, 0..12),
        ) {
            let ends: Vec<usize> = ends.into_iter().filter(|&end| end <= sequence.len()).collect();
            let pairs = ends.chunks_exact(2);
            let regions: Vec<Range<usize>> = pairs.map(|pair| pair[0]..pair[1]).collect();
            let expected: Vec<u16> = (0..sequence.len())
                .filter(|at| !regions.iter().any(|region| region.contains(at)))
                .map(|at| sequence[at])
                .collect();
            let mut left = sequence;
            remove(&mut left, &regions);
            prop_assert_eq!(left, expected);
        }
    }
}

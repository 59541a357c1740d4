//! Ranges of words taken out of a text.

use std::ops::Range;

/// Takes ranges, which come in order and apart from each other, out of a sequence.
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
        fn removing_equals_filtering(sequence in proptest::collection::vec(any::<u16>(), 0..60), ends in proptest::collection::btree_set(0usize..61, 0..12)) {
            let ends: Vec<usize> = ends.into_iter().filter(|&end| end <= sequence.len()).collect();
            let regions: Vec<Range<usize>> = ends.chunks_exact(2).map(|ends| ends[0]..ends[1]).collect();
            let kept = sequence.iter().enumerate().filter(|(at, _)| !regions.iter().any(|region| region.contains(at)));
            let expected: Vec<u16> = kept.map(|(_, &word)| word).collect();
            let mut left = sequence.clone();
            remove(&mut left, &regions);
            prop_assert_eq!(left, expected);
        }
    }
}

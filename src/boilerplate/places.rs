//! Finds how often a repeated fingerprint stands at the beginning or the end of a page.
//!
//! Boilerplate surrounds an article: navigation above, prompts and taglines below. A phrase or a
//! paragraph that the site's stories repeat stands wherever the story needs it.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::counting::{BucketRepeats, SiteRepeat};
use super::groups::{PageGroupNo, TextGroups};
use super::limits::SHORT_GAP;
use super::profiles::key;
use crate::error::ReadError;
use crate::storage::lists::ListReader;

/// Number of groups in which each repeated fingerprint stands at the beginning or the end.
pub(super) struct Places {
    /// By [`key`] of a site and a fingerprint: index into `at_ends`.
    numbers: FxHashMap<u64, u32>,
    at_ends: Vec<AtomicU32>,
}

impl Places {
    /// Looks at the ends of all groups, whose fingerprints `lists` has in order of group.
    pub(super) fn find(
        groups: &TextGroups<'_>,
        lists: &ListReader<'_, u32>,
        counted: &[BucketRepeats],
    ) -> Result<Places, ReadError> {
        let repeats = counted.iter().flat_map(|bucket| &bucket.repeats);
        let keys = repeats.map(|repeat| key(repeat.site, repeat.fingerprint));
        let numbers: FxHashMap<u64, u32> = keys.zip(0..).collect();
        let at_ends = (0..numbers.len()).map(|_| AtomicU32::new(0)).collect();
        let places = Places { numbers, at_ends };
        if places.numbers.is_empty() {
            return Ok(places);
        }
        (0..lists.pieces()).into_par_iter().try_for_each(|piece| {
            let mut found = Vec::new();
            lists.read(piece, &mut |number, list| {
                let site = groups.site(PageGroupNo(number));
                let number_of = |fingerprint: &u32| {
                    let number = places.numbers.get(&key(site, *fingerprint));
                    number.copied()
                };
                at_ends_of(list, number_of, &mut found);
                for &number in &found {
                    places.at_ends[number as usize].fetch_add(1, Ordering::Relaxed);
                }
            })
        })?;
        Ok(places)
    }

    /// Share of `holders`, the number of groups that have it, in which a fingerprint stands at the
    /// beginning or the end.
    pub(super) fn share_at_ends(&self, repeat: &SiteRepeat, holders: usize) -> f64 {
        let number = self.numbers.get(&key(repeat.site, repeat.fingerprint));
        let at_ends = number.map_or(0, |&number| {
            self.at_ends[number as usize].load(Ordering::Relaxed)
        });
        f64::from(at_ends) / holders.max(1) as f64
    }
}

/// Replaces `found` by the distinct numbers of the fingerprints of a page that stand at its
/// beginning or its end, with only short gaps before them or after them. `number` is `None` for a
/// fingerprint that is not repeated.
fn at_ends_of(fingerprints: &[u32], number: impl Fn(&u32) -> Option<u32>, found: &mut Vec<u32>) {
    found.clear();
    let mut push_until_long_gap = |from_end: &mut dyn Iterator<Item = &u32>| {
        let (mut gap, mut seen) = (0, 0);
        for fingerprint in from_end {
            seen += 1;
            match number(fingerprint) {
                Some(number) => {
                    found.push(number);
                    gap = 0;
                }
                None if gap == SHORT_GAP => break,
                None => gap += 1,
            }
        }
        seen
    };
    let seen = push_until_long_gap(&mut fingerprints.iter());
    push_until_long_gap(&mut fingerprints[seen..].iter().rev());
    found.sort_unstable();
    found.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Repeated fingerprints of the tests are even; their numbers are their halves.
    fn number(fingerprint: &u32) -> Option<u32> {
        fingerprint.is_multiple_of(2).then_some(fingerprint / 2)
    }

    fn found(fingerprints: &[u32]) -> Vec<u32> {
        let mut found = vec![77];
        at_ends_of(fingerprints, number, &mut found);
        found
    }

    #[test]
    fn ends_reach_to_the_first_long_gap() {
        let gap = |length: usize| vec![1; length];
        let page = |before, after| {
            [
                gap(before),
                vec![2, 1, 4],
                gap(9),
                vec![8],
                gap(9),
                vec![6],
                gap(after),
            ]
        };
        for (name, before, after, expected) in [
            ("at both ends", 0, 0, vec![1, 2, 3]),
            ("after short gaps", SHORT_GAP, SHORT_GAP, vec![1, 2, 3]),
            ("after a long gap", SHORT_GAP + 1, 0, vec![3]),
            ("before a long gap", 0, SHORT_GAP + 1, vec![1, 2]),
        ] {
            assert_eq!(found(&page(before, after).concat()), expected, "{name}");
        }
        assert!(found(&[]).is_empty());
        assert_eq!(found(&[2, 2, 4, 2]), [1, 2], "a number is listed once");
    }

    proptest! {
        /// A page is split at its long gaps; the first and the last part are its ends.
        #[test]
        fn ends_equal_the_outer_parts_between_long_gaps(
            fingerprints in proptest::collection::vec(prop_oneof![3 => Just(1u32), 1 => 0u32..20], 0..60),
        ) {
            let mut parts: Vec<Vec<u32>> = vec![Vec::new()];
            let mut gap = 0;
            for fingerprint in &fingerprints {
                gap = if number(fingerprint).is_none() { gap + 1 } else { 0 };
                if gap == SHORT_GAP + 1 {
                    parts.push(Vec::new());
                }
                if let (Some(number), Some(part)) = (number(fingerprint), parts.last_mut()) {
                    part.push(number);
                }
            }
            let mut expected = [&parts[0][..], &parts[parts.len() - 1]].concat();
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(found(&fingerprints), expected);
        }
    }
}

//! Common hashes: counts the hashes that two texts share and finds the longest run around them, in
//! one walk.
//!
//! The shorter text is walked and looked up in the longer one, so the parts of a giant page cost
//! about their own words each. Where both texts go on alike, and neither has the hashes a second
//! time, a whole stretch is compared at once.
//!
//! The walk may go in any order, but its result may not depend on it: every run has a place in the
//! order of the first text, and so has the last of the places that use up [`WALK_LIMIT`].

use super::passage::Passage;
use super::positions::{Positions, common_prefix};

/// Most positions that a search for the longest passage may visit, as a multiple of the words of
/// both texts. Ordinary news stays under 2. Beyond it, a method takes over whose time does not
/// depend on repetition.
const WALK_LIMIT: usize = 8;

/// The words of a text and the hashes of the runs that begin at each of them.
#[derive(Clone, Copy)]
pub(super) struct SeededWords<'t> {
    pub(super) words: &'t [u64],
    pub(super) seeds: &'t Positions,
}

/// Hashes that two texts share, and the longest run around one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Common {
    /// Number of distinct hashes that both have.
    pub(super) shared: u32,
    /// Longest run around a common hash, of equals the first in `a`, then in `b`. Its length is a
    /// lower bound if the walk is not `complete`.
    pub(super) longest: Passage,
    /// True if every place was visited at which a run can begin.
    pub(super) complete: bool,
}

/// Finds what two texts have in common.
pub(super) fn common(a: SeededWords<'_>, b: SeededWords<'_>) -> Common {
    let is_swapped = b.words.len() < a.words.len();
    let (short, long) = match is_swapped {
        true => (b.seeds, a.seeds),
        false => (a.seeds, b.seeds),
    };
    let mut visits = Visits::new(a, b);
    let (mut shared, mut at) = (0, 0);
    while let Some(&seed) = short.hashes().get(at) {
        let Some(first) = long.first(seed) else {
            at += 1;
            continue;
        };
        let place = |at: usize, found: usize| match is_swapped {
            true => (found, at),
            false => (at, found),
        };
        if short.is_unique(at) && long.is_unique(first) && visits.are_within_limit() {
            // No other run can begin in a stretch of hashes that neither has a second time.
            let most = short.unique_from(at).min(long.unique_from(first));
            let (i, j) = place(at, first);
            let stretch = match visits.goes_on(i, j) {
                true => common_prefix(
                    &short.hashes()[at..at + most],
                    &long.hashes()[first..first + most],
                ),
                false => visits.visit(i, j).clamp(1, most),
            };
            shared += stretch as u32;
            at += stretch;
            continue;
        }
        shared += u32::from(!short.is_repeat(at));
        let mut found = Some(first);
        while let Some(other) = found.filter(|_| visits.are_within_limit()) {
            let (i, j) = place(at, other);
            if !visits.goes_on(i, j) {
                visits.visit(i, j);
            }
            found = long.next(other);
        }
        at += 1;
    }
    Common {
        shared,
        longest: visits.longest,
        complete: visits.are_within_limit(),
    }
}

/// Visits of places at which both texts have the same hash.
///
/// In the order of `a`, a place is visited unless the run of the place before goes on there and `b`
/// has the hash nowhere else. The search ends when the limit is used up before the last visit.
struct Visits<'t> {
    a: SeededWords<'t>,
    b: SeededWords<'t>,
    limit: usize,
    /// Cost of all visits.
    cost: usize,
    /// The last place that was visited, in the order of `a`, and its cost.
    last: ((usize, usize), usize),
    longest: Passage,
}

impl<'t> Visits<'t> {
    fn new(a: SeededWords<'t>, b: SeededWords<'t>) -> Visits<'t> {
        Visits {
            a,
            b,
            limit: (WALK_LIMIT * (a.words.len() + b.words.len())).max(1),
            cost: 0,
            last: ((0, 0), 0),
            longest: Passage::default(),
        }
    }

    /// True if the hash at this place continues a run, and no other run can begin with it because
    /// `b` has it only here.
    #[inline]
    fn goes_on(&self, i: usize, j: usize) -> bool {
        let (a, b) = (self.a.seeds, self.b.seeds);
        i > 0
            && j > 0
            && b.is_unique(j)
            && a.hashes()[i - 1] == b.hashes()[j - 1]
            && b.next(j - 1).is_none()
    }

    /// Extends the run that begins at a place, if one does, and returns the number of its hashes.
    #[inline]
    fn visit(&mut self, i: usize, j: usize) -> usize {
        let (mut cost, mut hashes) = (1, 0);
        // A run is extended only from its first hash.
        if let Some(run) = Passage::beginning_at(self.a.words, self.b.words, i, j) {
            cost += run.words;
            hashes = (run.words + self.a.seeds.hashes().len()).saturating_sub(self.a.words.len());
            let longest = self.longest;
            if run.words > longest.words
                || run.words == longest.words && (i, j) < (longest.a, longest.b)
            {
                self.longest = run;
            }
        }
        self.cost += cost;
        if (i, j) >= self.last.0 {
            self.last = ((i, j), cost);
        }
        hashes
    }

    /// True if the limit is not used up before the last visit. Once it is, it stays so.
    #[inline]
    fn are_within_limit(&self) -> bool {
        self.cost - self.last.1 < self.limit
    }
}

#[cfg(test)]
pub(super) mod naive {
    use std::collections::HashMap;

    use super::{Passage, WALK_LIMIT};

    /// The longest run by walking `a` place by place; `None` if the limit is used up.
    pub fn longest(a: &[u64], b: &[u64], seeds: [&[u64]; 2]) -> Option<Passage> {
        let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
        for (j, &seed) in seeds[1].iter().enumerate() {
            places.entry(seed).or_default().push(j);
        }
        let mut left = WALK_LIMIT * (a.len() + b.len());
        let (mut longest, mut expected) = (Passage::default(), usize::MAX);
        for (i, seed) in seeds[0].iter().enumerate() {
            let found = places.get(seed).map_or(&[][..], Vec::as_slice);
            if found == [expected] {
                expected += 1;
                continue;
            }
            expected = usize::MAX;
            for &j in found {
                if left == 0 {
                    return None;
                }
                left -= 1;
                expected = j + 1;
                let goes_on = i > 0 && j > 0 && a[i - 1] == b[j - 1];
                if !goes_on {
                    let both = a[i..].iter().zip(&b[j..]);
                    let words = both.take_while(|(x, y)| x == y).count();
                    left = left.saturating_sub(words);
                    if words > longest.words {
                        longest = Passage { a: i, b: j, words };
                    }
                }
            }
        }
        Some(longest)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::text::shingle;

    fn check(a: &[u64], b: &[u64], width: usize) -> Result<(), TestCaseError> {
        let [of_a, of_b] = [a, b].map(|words| {
            let mut runs = Vec::new();
            shingle::runs(words, width, &mut runs);
            runs
        });
        let expected = naive::longest(a, b, [&of_a, &of_b]);
        let distinct = |hashes: &[u64]| hashes.iter().copied().collect::<HashSet<u64>>();
        let shared = distinct(&of_a).intersection(&distinct(&of_b)).count();
        let [of_a, of_b] = [of_a, of_b].map(Positions::new);
        let seeded = |words, seeds| SeededWords { words, seeds };
        let found = common(seeded(a, &of_a), seeded(b, &of_b));
        prop_assert_eq!(found.shared as usize, shared);
        prop_assert_eq!(of_a.shared(&of_b) as usize, shared);
        prop_assert_eq!(found.complete.then_some(found.longest), expected);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn common_equals_the_naive_walk(
            a in (1u64..9, 0usize..120)
                .prop_flat_map(|(vocabulary, longest)| vec(0..vocabulary, 0..=longest)),
            b in (1u64..9, 0usize..120)
                .prop_flat_map(|(vocabulary, longest)| vec(0..vocabulary, 0..=longest)),
            width in 1usize..7,
        ) {
            check(&a, &b, width)?;
        }

        #[test]
        fn common_of_edited_copies_equals_the_naive_walk(
            mut a in vec(0u64..300, 0..200),
            other in vec(0u64..300, 0..40),
            copies in vec((any::<Index>(), any::<Index>(), 0usize..60), 0..8),
            edits in vec((any::<Index>(), 0u64..3), 0..4),
            cut in any::<Index>(),
            width in 1usize..7,
        ) {
            let mut b = a.clone();
            b.truncate(cut.index(a.len() + 1));
            b.extend(&other);
            for (from, to, words) in copies {
                let from = from.index(a.len() + 1);
                let run = a[from..(from + words).min(a.len())].to_vec();
                let to = to.index(a.len() + 1);
                a.splice(to..to, run);
            }
            for (at, word) in edits {
                if !b.is_empty() {
                    let at = at.index(b.len());
                    b[at] = word;
                }
            }
            check(&a, &b, width)?;
            check(&b, &a, width)?;
        }
    }
}

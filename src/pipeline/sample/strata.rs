//! Which pairs are sampled: as many of every stratum, as far as it has them, and within it of as many documents and sites as it goes.

use std::collections::{BTreeMap, HashMap};

use super::Sampled;
use crate::catalog::{DocNo, SiteNo};

/// What is less than this from a threshold is close to it.
const CLOSE: f64 = 0.05;

/// What is less than this from a threshold is near it.
const NEAR: f64 = 0.15;

/// Candidates of a stratum that are looked at, the first of the lottery: choosing takes the square of them.
const DRAWN: usize = 4096;

/// What tells whether a pair is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Its Jaccard similarity.
    Jaccard,
    /// The greater containment.
    Containment,
    /// The longest passage, as a share of the passage that is asked for.
    Passage,
    /// The score of reworded copy.
    Score,
    /// That the words are the same.
    Words,
}

/// How far from the threshold it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distance {
    /// Less than .05.
    Close,
    /// Less than .15.
    Near,
    /// More.
    Far,
}

/// Pairs that teach the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stratum {
    /// How far from the threshold they are; those that are close come first.
    pub distance: Distance,
    /// By which measure.
    pub measure: Measure,
    /// Whether they reach it.
    pub over: bool,
}

impl Stratum {
    /// Pairs of the same words, which no threshold decides.
    pub(super) const SAME_WORDS: Stratum = Stratum {
        distance: Distance::Far,
        measure: Measure::Words,
        over: true,
    };

    /// The stratum of pairs that are so much over a threshold, or under it.
    pub(super) fn of(measure: Measure, beyond: f64) -> Stratum {
        Stratum {
            distance: match beyond.abs() {
                distance if distance < CLOSE => Distance::Close,
                distance if distance < NEAR => Distance::Near,
                _ => Distance::Far,
            },
            measure,
            over: beyond >= 0.0,
        }
    }
}

/// A pair that may be taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) stratum: Stratum,
    pub(super) documents: [DocNo; 2],
    pub(super) sites: [SiteNo; 2],
    /// Who is drawn first; as good as unique.
    pub(super) lot: u64,
}

/// Which candidates are taken, `asked` of them if there are so many: one of each stratum in turn, those near to thresholds first. In order of lots,
/// so that the order tells nothing.
pub(super) fn choose(candidates: &[Candidate], asked: usize) -> Vec<usize> {
    let mut by_stratum: BTreeMap<Stratum, Vec<usize>> = BTreeMap::new();
    for (at, candidate) in candidates.iter().enumerate() {
        by_stratum.entry(candidate.stratum).or_default().push(at);
    }
    for drawn in by_stratum.values_mut() {
        drawn.sort_unstable_by_key(|&at| (candidates[at].lot, at));
        drawn.truncate(DRAWN);
    }
    let mut taken = Taken::default();
    let mut chosen = Vec::new();
    while chosen.len() < asked && !by_stratum.is_empty() {
        by_stratum.retain(|_, drawn| {
            let best = (0..drawn.len()).min_by_key(|&at| (taken.often(&candidates[drawn[at]]), at));
            if let Some(best) = best.filter(|_| chosen.len() < asked) {
                let at = drawn.remove(best);
                taken.take(&candidates[at]);
                chosen.push(at);
            }
            !drawn.is_empty()
        });
    }
    chosen.sort_unstable_by_key(|&at| (candidates[at].lot, at));
    chosen
}

/// How many there are of each stratum, and how many were chosen.
pub(super) fn tally(candidates: &[Candidate], chosen: &[usize]) -> Vec<Sampled> {
    let mut counts: BTreeMap<Stratum, (usize, usize)> = BTreeMap::new();
    for candidate in candidates {
        counts.entry(candidate.stratum).or_default().0 += 1;
    }
    for &at in chosen {
        counts.entry(candidates[at].stratum).or_default().1 += 1;
    }
    let sampled = |(stratum, (found, taken))| Sampled {
        stratum,
        found,
        taken,
    };
    counts.into_iter().map(sampled).collect()
}

/// What was taken so far.
#[derive(Default)]
struct Taken {
    documents: HashMap<DocNo, usize>,
    sites: HashMap<[SiteNo; 2], usize>,
}

impl Taken {
    /// How often the candidate's documents were taken, and its two sites.
    fn often(&self, candidate: &Candidate) -> (usize, usize) {
        let documents = candidate.documents.iter();
        let documents = documents.filter_map(|doc| self.documents.get(doc));
        let sites = self.sites.get(&in_order(candidate.sites));
        (documents.sum(), sites.copied().unwrap_or(0))
    }

    fn take(&mut self, candidate: &Candidate) {
        for doc in candidate.documents {
            *self.documents.entry(doc).or_default() += 1;
        }
        *self.sites.entry(in_order(candidate.sites)).or_default() += 1;
    }
}

fn in_order([x, y]: [SiteNo; 2]) -> [SiteNo; 2] {
    [x.min(y), x.max(y)]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Candidates of so many in each of some strata, of distinct documents.
    fn candidates(sizes: &[usize]) -> Vec<Candidate> {
        let strata =
            [-0.3, -0.1, -0.01, 0.01, 0.1, 0.3].map(|beyond| Stratum::of(Measure::Jaccard, beyond));
        let of_stratum = |(stratum, &size): (Stratum, &usize)| (0..size).map(move |_| stratum);
        let all = strata.into_iter().zip(sizes).flat_map(of_stratum);
        let candidate = |(n, stratum): (u32, Stratum)| Candidate {
            stratum,
            documents: [DocNo(2 * n), DocNo(2 * n + 1)],
            sites: [SiteNo(n % 3), SiteNo(3)],
            lot: u64::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15),
        };
        (0..).zip(all).map(candidate).collect()
    }

    fn taken(sizes: &[usize], asked: usize) -> Vec<usize> {
        let candidates = candidates(sizes);
        let chosen = choose(&candidates, asked);
        let mut taken = tally(&candidates, &chosen);
        taken.sort_by_key(|sampled| {
            let rank = sampled.stratum.distance as i32 + 1;
            if sampled.stratum.over { rank } else { -rank }
        });
        taken.iter().map(|sampled| sampled.taken).collect()
    }

    #[test]
    fn strata_are_filled_evenly() {
        // In order of score: far, near and close under the threshold, then close, near and far over it.
        for (sizes, asked, expected) in [
            ([9, 9, 9, 9, 9, 9], 6, [1, 1, 1, 1, 1, 1]),
            ([9, 9, 9, 9, 9, 9], 12, [2, 2, 2, 2, 2, 2]),
            ([900, 90, 9, 9, 90, 900], 30, [5, 5, 5, 5, 5, 5]),
            ([1, 900, 2, 900, 3, 900], 30, [1, 8, 2, 8, 3, 8]),
            ([1, 1, 1, 1, 1, 1], 30, [1, 1, 1, 1, 1, 1]),
        ] {
            assert_eq!(taken(&sizes, asked), expected, "{sizes:?} {asked}");
        }
        // What cannot be shared evenly goes to those near to the threshold.
        assert_eq!(taken(&[9, 9, 9, 9, 9, 9], 4), [0, 1, 1, 1, 1, 0]);
    }

    #[test]
    fn documents_and_sites_that_were_not_taken_come_first() {
        let stratum = Stratum::of(Measure::Jaccard, 0.0);
        let candidate = |a, b, site, lot| Candidate {
            stratum,
            documents: [DocNo(a), DocNo(b)],
            sites: [SiteNo(site), SiteNo(0)],
            lot,
        };
        let candidates = [
            candidate(0, 1, 1, 0),
            candidate(0, 2, 2, 1),
            candidate(3, 4, 1, 2),
            candidate(5, 6, 2, 3),
        ];
        assert_eq!(choose(&candidates, 2), [0, 3]);
        assert_eq!(choose(&candidates, 3), [0, 2, 3]);
        assert_eq!(choose(&candidates, 4), [0, 1, 2, 3]);
    }

    #[test]
    fn bounds_of_strata() {
        for (beyond, distance, over) in [
            (0.0, Distance::Close, true),
            (0.049, Distance::Close, true),
            (0.05, Distance::Near, true),
            (0.15, Distance::Far, true),
            (-0.001, Distance::Close, false),
            (-0.05, Distance::Near, false),
            (-0.2, Distance::Far, false),
        ] {
            let stratum = Stratum::of(Measure::Containment, beyond);
            assert_eq!(
                (stratum.distance, stratum.over),
                (distance, over),
                "{beyond}"
            );
        }
    }

    proptest! {
        #[test]
        fn as_many_as_asked_and_none_twice(
            sizes in prop::collection::vec(0_usize..40, 6),
            asked in 0_usize..200,
        ) {
            let candidates = candidates(&sizes);
            let chosen = choose(&candidates, asked);
            prop_assert_eq!(chosen.len(), asked.min(candidates.len()));
            let distinct: BTreeSet<usize> = chosen.iter().copied().collect();
            prop_assert_eq!(distinct.len(), chosen.len());
            // None got two more than another that had more to give.
            for x in tally(&candidates, &chosen) {
                for y in tally(&candidates, &chosen) {
                    prop_assert!(x.taken <= y.taken + 1 || y.taken == y.found);
                }
            }
        }
    }
}

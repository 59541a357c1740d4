//! Choice of the pairs: equally many of every stratum, as far as it has enough, and within a
//! stratum from as many documents and sites as possible.

use std::collections::{BTreeMap, HashMap};

use crate::catalog::{DocNo, SiteNo};

/// Pairs within this distance of a threshold are close to it.
const CLOSE: f64 = 0.05;

/// Pairs within this distance of a threshold are near it.
const NEAR: f64 = 0.15;

/// Most members of a stratum that are looked at, those with the lowest lots: the time to choose is
/// quadratic in their number.
const MOST_DRAWN: usize = 4096;

/// Measure that decides whether two documents are a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Jaccard similarity.
    Jaccard,
    /// The larger containment.
    Containment,
    /// Longest passage, as a share of the required length.
    Passage,
    /// Passage that is long enough for any containment, as a share of the required length.
    LongPassage,
    /// Score of reworded copy.
    Score,
    /// Equality of all words.
    Words,
}

/// Distance of a pair to the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distance {
    /// Less than 0.05.
    Close,
    /// Less than 0.15.
    Near,
    /// More.
    Far,
}

/// Pairs whose labels teach the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stratum {
    /// Distance to the threshold; close pairs come first.
    pub distance: Distance,
    /// Measure of the threshold.
    pub measure: Measure,
    /// True if they reach the threshold.
    pub over: bool,
}

impl Stratum {
    /// Pairs with the same words, for which no threshold matters.
    pub(super) const SAME_WORDS: Stratum = Stratum {
        distance: Distance::Far,
        measure: Measure::Words,
        over: true,
    };

    /// Stratum of pairs that exceed a threshold by `beyond`, or miss it if that is negative.
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

/// Numbers of pairs of a stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampledStratum {
    /// The stratum.
    pub stratum: Stratum,
    /// Pairs that were found.
    pub found: usize,
    /// Pairs among them that are in the sample.
    pub taken: usize,
}

/// A pair of a stratum, which may be chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct StratumMember {
    pub(super) stratum: Stratum,
    pub(super) documents: [DocNo; 2],
    pub(super) sites: [SiteNo; 2],
    /// Random number, almost certainly unique; low numbers are preferred.
    pub(super) lot: u64,
}

/// Chooses `number` members, or all if there are fewer: one of each stratum in turn, those nearest
/// to a threshold first.
///
/// Returns indices in order of lots, so that the order says nothing about the pairs.
pub(super) fn choose(members: &[StratumMember], number: usize) -> Vec<usize> {
    let mut by_stratum: BTreeMap<Stratum, Vec<usize>> = BTreeMap::new();
    for (at, member) in members.iter().enumerate() {
        by_stratum.entry(member.stratum).or_default().push(at);
    }
    for drawn in by_stratum.values_mut() {
        drawn.sort_unstable_by_key(|&at| (members[at].lot, at));
        drawn.truncate(MOST_DRAWN);
    }
    let mut so_far = Chosen::default();
    let mut chosen = Vec::new();
    while chosen.len() < number && !by_stratum.is_empty() {
        by_stratum.retain(|_, drawn| {
            let best = (0..drawn.len()).min_by_key(|&at| (so_far.often(&members[drawn[at]]), at));
            if let Some(best) = best.filter(|_| chosen.len() < number) {
                let at = drawn.remove(best);
                so_far.add(&members[at]);
                chosen.push(at);
            }
            !drawn.is_empty()
        });
    }
    chosen.sort_unstable_by_key(|&at| (members[at].lot, at));
    chosen
}

/// Numbers of members of each stratum, and of chosen ones.
pub(super) fn tally(members: &[StratumMember], chosen: &[usize]) -> Vec<SampledStratum> {
    let mut counts: BTreeMap<Stratum, (usize, usize)> = BTreeMap::new();
    for member in members {
        counts.entry(member.stratum).or_default().0 += 1;
    }
    for &at in chosen {
        counts.entry(members[at].stratum).or_default().1 += 1;
    }
    let sampled = |(stratum, (found, taken))| SampledStratum {
        stratum,
        found,
        taken,
    };
    counts.into_iter().map(sampled).collect()
}

/// Numbers of times that documents and sites were chosen so far.
#[derive(Default)]
struct Chosen {
    documents: HashMap<DocNo, usize>,
    sites: HashMap<[SiteNo; 2], usize>,
}

impl Chosen {
    /// Number of times that the documents of a member were chosen, and its two sites.
    fn often(&self, member: &StratumMember) -> (usize, usize) {
        let documents = member.documents.iter();
        let documents = documents.filter_map(|doc| self.documents.get(doc));
        let sites = self.sites.get(&in_order(member.sites));
        (documents.sum(), sites.copied().unwrap_or(0))
    }

    fn add(&mut self, member: &StratumMember) {
        for doc in member.documents {
            *self.documents.entry(doc).or_default() += 1;
        }
        *self.sites.entry(in_order(member.sites)).or_default() += 1;
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

    /// Members of strata of the given sizes, with distinct documents.
    fn members(sizes: &[usize]) -> Vec<StratumMember> {
        let strata =
            [-0.3, -0.1, -0.01, 0.01, 0.1, 0.3].map(|beyond| Stratum::of(Measure::Jaccard, beyond));
        let of_stratum = |(stratum, &size): (Stratum, &usize)| (0..size).map(move |_| stratum);
        let all = strata.into_iter().zip(sizes).flat_map(of_stratum);
        let member = |(n, stratum): (u32, Stratum)| StratumMember {
            stratum,
            documents: [DocNo(2 * n), DocNo(2 * n + 1)],
            sites: [SiteNo(n % 3), SiteNo(3)],
            lot: u64::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15),
        };
        (0..).zip(all).map(member).collect()
    }

    fn taken(sizes: &[usize], number: usize) -> Vec<usize> {
        let members = members(sizes);
        let chosen = choose(&members, number);
        let mut taken = tally(&members, &chosen);
        taken.sort_by_key(|sampled| {
            let rank = sampled.stratum.distance as i32 + 1;
            if sampled.stratum.over { rank } else { -rank }
        });
        taken.iter().map(|sampled| sampled.taken).collect()
    }

    #[test]
    fn strata_are_filled_evenly() {
        // In order of score: far, near and close below the threshold; close, near and far above.
        for (sizes, number, expected) in [
            ([9, 9, 9, 9, 9, 9], 6, [1, 1, 1, 1, 1, 1]),
            ([9, 9, 9, 9, 9, 9], 12, [2, 2, 2, 2, 2, 2]),
            ([900, 90, 9, 9, 90, 900], 30, [5, 5, 5, 5, 5, 5]),
            ([1, 900, 2, 900, 3, 900], 30, [1, 8, 2, 8, 3, 8]),
            ([1, 1, 1, 1, 1, 1], 30, [1, 1, 1, 1, 1, 1]),
        ] {
            assert_eq!(taken(&sizes, number), expected, "{sizes:?} {number}");
        }
        // The remainder goes to the strata that are nearest to the threshold.
        assert_eq!(taken(&[9, 9, 9, 9, 9, 9], 4), [0, 1, 1, 1, 1, 0]);
    }

    #[test]
    fn new_documents_and_sites_are_preferred() {
        let stratum = Stratum::of(Measure::Jaccard, 0.0);
        let member = |a, b, site, lot| StratumMember {
            stratum,
            documents: [DocNo(a), DocNo(b)],
            sites: [SiteNo(site), SiteNo(0)],
            lot,
        };
        let members = [
            member(0, 1, 1, 0),
            member(0, 2, 2, 1),
            member(3, 4, 1, 2),
            member(5, 6, 2, 3),
        ];
        assert_eq!(choose(&members, 2), [0, 3]);
        assert_eq!(choose(&members, 3), [0, 2, 3]);
        assert_eq!(choose(&members, 4), [0, 1, 2, 3]);
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
        fn the_requested_number_is_chosen_and_no_pair_twice(
            sizes in prop::collection::vec(0_usize..40, 6),
            number in 0_usize..200,
        ) {
            let members = members(&sizes);
            let chosen = choose(&members, number);
            prop_assert_eq!(chosen.len(), number.min(members.len()));
            let distinct: BTreeSet<usize> = chosen.iter().copied().collect();
            prop_assert_eq!(distinct.len(), chosen.len());
            // No stratum has two more than another one that is not used up.
            for x in tally(&members, &chosen) {
                for y in tally(&members, &chosen) {
                    prop_assert!(x.taken <= y.taken + 1 || y.taken == y.found);
                }
            }
        }
    }
}

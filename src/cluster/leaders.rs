//! Leaders: which group of identical documents each group is a whole copy of.

use crate::catalog::union_find::UnionFind;

/// Of so many other members of a cluster, half must share copy with a document that is near to it but not to its leader.
const ASKED: usize = 8;

/// How two groups of identical documents, numbered in canonical order, were found to relate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tie {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) jaccard: f64,
    /// Else one is an excerpt of the other.
    pub(crate) near: bool,
}

/// The leader of each group: itself, or an earlier one whose whole copy it is.
///
/// Of groups in hot buckets not every two were compared, so those that are near are joined whoever leads.
pub(crate) fn cores(groups: usize, ties: &[Tie], hot: &dyn Fn(usize) -> bool) -> Vec<usize> {
    let mut joined = UnionFind::new(groups);
    for tie in ties
        .iter()
        .filter(|tie| tie.near && (hot(tie.x) || hot(tie.y)))
    {
        joined.join(tie.x, tie.y);
    }
    let mut neighbours: Vec<(usize, usize, bool, f64)> = ties
        .iter()
        .flat_map(|tie| {
            [
                (tie.x, tie.y, tie.near, tie.jaccard),
                (tie.y, tie.x, tie.near, tie.jaccard),
            ]
        })
        .collect();
    neighbours.sort_unstable_by_key(|&(of, other, ..)| (of, other));
    let of = |group: usize| {
        let start = neighbours.partition_point(|entry| entry.0 < group);
        let end = neighbours.partition_point(|entry| entry.0 <= group);
        &neighbours[start..end]
    };

    let mut leaders: Vec<usize> = Vec::with_capacity(groups);
    // Of each leader, the first who joined it.
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); groups];
    for group in 0..groups {
        let root = joined.root(group);
        let leader = if root < group {
            leaders[root]
        } else {
            let mine = of(group);
            let with = |other: usize| {
                mine.binary_search_by_key(&other, |entry| entry.1)
                    .ok()
                    .map(|at| mine[at])
            };
            let supported = |leader: usize| {
                let others = &members[leader];
                with(leader).is_some()
                    && 2 * others
                        .iter()
                        .filter(|&&other| with(other).is_some())
                        .count()
                        >= others.len()
            };
            let near = mine
                .iter()
                .filter(|&&(_, other, near, _)| near && other < group);
            near.filter_map(|&(_, other, ..)| {
                let leader = leaders[other];
                let (_, _, near, jaccard) = with(leader)?;
                (near || supported(leader)).then_some((near, jaccard, leader))
            })
            // The closest leader, of equals the first.
            .max_by(|x, y| x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)).then(y.2.cmp(&x.2)))
            .map_or(group, |(.., leader)| leader)
        };
        leaders.push(leader);
        if leader != group && members[leader].len() < ASKED {
            members[leader].push(group);
        }
    }
    leaders
}

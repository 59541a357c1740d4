//! Leaders: finds for each group of identical documents the group whose whole copy it is.
//!
//! Groups are taken in canonical order. Each follows the leader that it is nearest to. A group that
//! is near only to followers of a leader needs support: it must be a pair with the leader anyway
//! (an excerpt) and with half of the leader's first followers. A group without a leader becomes
//! one.

use rayon::prelude::*;

use super::group_pair::GroupPair;
use super::numbers::{GroupNo, LeaderNo};
use crate::catalog::union_find::UnionFind;

/// Followers of a leader that are asked for support, the first ones. Bounds the work for large
/// stories; in smaller ones all followers are asked.
const FOLLOWERS_ASKED: usize = 8;

/// Returns the leader of each group: the group itself, or an earlier one whose whole copy it is.
///
/// In hot buckets not all pairs are compared, so a missing pair proves nothing there: groups that
/// are near are joined, whichever leads.
pub(super) fn find_leaders(
    groups: usize,
    pairs: &[GroupPair<'_>],
    is_hot: &dyn Fn(GroupNo) -> bool,
) -> Vec<LeaderNo> {
    let mut joined = UnionFind::new(groups);
    let near_and_hot =
        |pair: &&GroupPair<'_>| pair.compared.near && (is_hot(pair.x) || is_hot(pair.y));
    for pair in pairs.iter().filter(near_and_hot) {
        joined.join(pair.x.0, pair.y.0);
    }
    let neighbours = Neighbours::new(pairs);
    let mut leaders = Leaders {
        by_group: Vec::with_capacity(groups),
        followers: vec![Vec::new(); groups],
    };
    for group in (0..groups).map(GroupNo) {
        let root = GroupNo(joined.root(group.0));
        let leader = if root < group {
            leaders.of(root)
        } else {
            leaders
                .closest(group, neighbours.of(group))
                .unwrap_or(LeaderNo(group))
        };
        leaders.push(group, leader);
    }
    leaders.by_group
}

/// The leaders found so far.
struct Leaders {
    by_group: Vec<LeaderNo>,
    /// By group number of the leader: its first followers.
    followers: Vec<Vec<GroupNo>>,
}

impl Leaders {
    fn of(&self, group: GroupNo) -> LeaderNo {
        self.by_group[group.0]
    }

    /// Sets the leader of the next group.
    fn push(&mut self, group: GroupNo, leader: LeaderNo) {
        self.by_group.push(leader);
        let followers = &mut self.followers[leader.0.0];
        if leader.0 != group && followers.len() < FOLLOWERS_ASKED {
            followers.push(group);
        }
    }

    /// The leader that a group follows: one that it is near to before all others, then the one with
    /// the highest Jaccard similarity, then the first.
    fn closest(&self, group: GroupNo, neighbours: &[Neighbour]) -> Option<LeaderNo> {
        neighbours
            .iter()
            .filter(|neighbour| neighbour.near && neighbour.group < group)
            .filter_map(|neighbour| {
                let leader = self.of(neighbour.group);
                let with_leader = find(neighbours, leader.0)?;
                (with_leader.near || self.is_supported(leader, neighbours))
                    .then_some((with_leader, leader))
            })
            .max_by(|(x, leader_x), (y, leader_y)| {
                x.near
                    .cmp(&y.near)
                    .then(x.jaccard.total_cmp(&y.jaccard))
                    .then(leader_y.cmp(leader_x))
            })
            .map(|(_, leader)| leader)
    }

    /// True if at least half of the followers asked are among the neighbours.
    fn is_supported(&self, leader: LeaderNo, neighbours: &[Neighbour]) -> bool {
        let followers = &self.followers[leader.0.0];
        let is_neighbour = |&&follower: &&GroupNo| find(neighbours, follower).is_some();
        2 * followers.iter().filter(is_neighbour).count() >= followers.len()
    }
}

/// A group that another one is a pair with.
struct Neighbour {
    of: GroupNo,
    group: GroupNo,
    /// True if the two are near; otherwise one is an excerpt of the other.
    near: bool,
    jaccard: f64,
}

/// All neighbours, by the group that they are neighbours of, then by their own group.
struct Neighbours(Vec<Neighbour>);

impl Neighbours {
    fn new(pairs: &[GroupPair<'_>]) -> Neighbours {
        let mut neighbours: Vec<Neighbour> = pairs
            .par_iter()
            .flat_map_iter(|pair| [(pair.x, pair.y, pair), (pair.y, pair.x, pair)])
            .map(|(of, group, pair)| Neighbour {
                of,
                group,
                near: pair.compared.near,
                jaccard: pair.compared.jaccard(),
            })
            .collect();
        neighbours.par_sort_unstable_by_key(|neighbour| (neighbour.of, neighbour.group));
        Neighbours(neighbours)
    }

    fn of(&self, group: GroupNo) -> &[Neighbour] {
        let start = self.0.partition_point(|neighbour| neighbour.of < group);
        let end = self.0.partition_point(|neighbour| neighbour.of <= group);
        &self.0[start..end]
    }
}

/// Finds a group among the neighbours of one group.
fn find(neighbours: &[Neighbour], group: GroupNo) -> Option<&Neighbour> {
    neighbours
        .binary_search_by_key(&group, |neighbour| neighbour.group)
        .ok()
        .map(|at| &neighbours[at])
}

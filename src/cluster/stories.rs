//! Stories: every group of identical documents follows the leader of one story.
//!
//! Stories rest on all comparisons, including those that the selection does not report, so that
//! `--site` or `--window` cannot change what a story is.

use rayon::prelude::*;

use super::group_pair::GroupPair;
use super::leaders::find_leaders;
use super::numbers::{GroupNo, LeaderNo};
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo};

/// Group of documents that are in none.
const NO_GROUP: GroupNo = GroupNo(usize::MAX);

/// The story of each group and document.
pub(super) struct StoryMap {
    /// By document.
    groups: Vec<GroupNo>,
    /// By group.
    leaders: Vec<LeaderNo>,
    /// Number of documents by leader; 0 for groups that lead no story.
    sizes: Vec<usize>,
    /// Groups found to be a pair, reported or not: the smaller number first, and sorted.
    paired: Vec<(GroupNo, GroupNo)>,
}

impl StoryMap {
    /// `hot` are the representatives in hot buckets, sorted.
    pub(super) fn new(
        catalog: &Catalog,
        identical: &[IdenticalGroup],
        pairs: &[GroupPair<'_>],
        hot: &[DocNo],
    ) -> StoryMap {
        let leaders = find_leaders(identical.len(), pairs, &|group| {
            hot.binary_search(&identical[group.0].members[0]).is_ok()
        });
        let mut sizes = vec![0; identical.len()];
        for (group, leader) in identical.iter().zip(&leaders) {
            sizes[leader.0.0] += group.members.len();
        }
        let mut groups = vec![NO_GROUP; catalog.len()];
        for (number, group) in identical.iter().enumerate() {
            for doc in &group.members {
                groups[doc.0 as usize] = GroupNo(number);
            }
        }
        let numbers = |pair: &GroupPair<'_>| in_order(pair.x, pair.y);
        let mut paired: Vec<(GroupNo, GroupNo)> = pairs.par_iter().map(numbers).collect();
        paired.par_sort_unstable();
        StoryMap {
            groups,
            leaders,
            sizes,
            paired,
        }
    }

    /// The groups that lead a story.
    pub(super) fn leaders(&self) -> impl Iterator<Item = LeaderNo> + '_ {
        let groups = (0..self.leaders.len()).map(GroupNo);
        groups
            .map(LeaderNo)
            .filter(|&leader| self.leader(leader.0) == leader)
    }

    /// Leader of a group.
    pub(super) fn leader(&self, group: GroupNo) -> LeaderNo {
        self.leaders[group.0]
    }

    /// Leader of the story that a document is a whole copy of.
    pub(super) fn leader_of(&self, doc: DocNo) -> LeaderNo {
        self.leader(self.group(doc))
    }

    /// Number of documents in a leader's story.
    pub(super) fn size(&self, leader: LeaderNo) -> usize {
        self.sizes[leader.0.0]
    }

    /// True if two documents of different groups were found to be a pair, reported or not.
    pub(super) fn are_pair(&self, x: DocNo, y: DocNo) -> bool {
        let groups = in_order(self.group(x), self.group(y));
        self.paired.binary_search(&groups).is_ok()
    }

    /// Stories with a pair between any of their groups.
    pub(super) fn related(&self) -> RelatedStories {
        let leaders = |&(x, y): &(GroupNo, GroupNo)| in_order(self.leader(x), self.leader(y));
        let mut related: Vec<(LeaderNo, LeaderNo)> = self.paired.par_iter().map(leaders).collect();
        related.par_sort_unstable();
        related.dedup();
        RelatedStories(related)
    }

    fn group(&self, doc: DocNo) -> GroupNo {
        self.groups[doc.0 as usize]
    }
}

/// Pairs of stories with a pair between any of their groups, by their leaders.
pub(super) struct RelatedStories(Vec<(LeaderNo, LeaderNo)>);

impl RelatedStories {
    /// True if a group of the one story was found to be a pair with a group of the other.
    pub(super) fn are_related(&self, x: LeaderNo, y: LeaderNo) -> bool {
        self.0.binary_search(&in_order(x, y)).is_ok()
    }
}

fn in_order<T: Ord>(x: T, y: T) -> (T, T) {
    if x <= y { (x, y) } else { (y, x) }
}

//! Big stories: writes links for stories with too many documents to write every pair of.

use std::collections::{HashMap, HashSet};

use super::group_pair::GroupPair;
use super::links::{LinkGroup, Links};
use super::numbers::{GroupNo, LeaderNo};
use super::relation::{Relation, ReportedPair};
use super::selection::Selection;
use super::stories::StoryMap;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, pairs_of};

/// Stories over [`BIG_CLUSTER`](crate::candidates::families::BIG_CLUSTER) documents, as links.
pub(super) struct BigStories<'a> {
    catalog: &'a Catalog,
    groups: &'a [IdenticalGroup],
    selection: &'a Selection,
    stories: &'a StoryMap,
    /// Groups of big stories.
    link_groups: HashMap<GroupNo, LinkGroup<'a>>,
    links: Links<'a>,
    /// Big stories that were linked with something outside: with a document or, where that is in
    /// a big story too, with the first document of its leader. Attempts do not count: the selection
    /// may want no pair with one group of the story, and some with the next.
    linked_outside: HashSet<(DocNo, LeaderNo)>,
    /// Number of pairs known to qualify.
    pub(super) qualifying: usize,
    /// The links, as pairs.
    pub(super) pairs: Vec<ReportedPair>,
}

impl<'a> BigStories<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        groups: &'a [IdenticalGroup],
        selection: &'a Selection,
        stories: &'a StoryMap,
    ) -> BigStories<'a> {
        BigStories {
            catalog,
            groups,
            selection,
            stories,
            link_groups: HashMap::new(),
            links: Links::new(catalog, selection),
            linked_outside: HashSet::new(),
            qualifying: 0,
            pairs: Vec::new(),
        }
    }

    /// Links the documents of a group of a big story.
    pub(super) fn add_identical(&mut self, group: GroupNo) {
        let members = &self.groups[group.0].members;
        let mut link_group = LinkGroup::new(self.catalog, members);
        if self.selection.takes(Relation::Exact) {
            self.qualifying += pairs_of(members.len()) as usize;
            self.links.link_within(&mut link_group, |x, y| {
                self.pairs.push(ReportedPair::exact(self.catalog, x, y));
            });
        }
        self.link_groups.insert(group, link_group);
    }

    /// Links the groups of pairs, the most similar first; at least one group of each pair is of a
    /// big story. Call it once all groups of big stories were added.
    pub(super) fn add_pairs(
        &mut self,
        mut pairs: Vec<&GroupPair<'_>>,
        is_big: &dyn Fn(GroupNo) -> bool,
    ) {
        pairs.sort_by(|s, t| {
            t.compared
                .jaccard()
                .total_cmp(&s.compared.jaccard())
                .then(s.compared.pair.cmp(&t.compared.pair))
        });
        for pair in pairs {
            let members = |group: GroupNo| self.groups[group.0].members.len();
            self.qualifying += members(pair.x) * members(pair.y);
            if self.stories.leader(pair.x) == self.stories.leader(pair.y) {
                self.link_inside(pair);
            } else {
                self.link_outside(pair, is_big);
            }
        }
    }

    /// Links two groups of one story.
    fn link_inside(&mut self, pair: &GroupPair<'_>) {
        let of_x = &self.groups[pair.x.0].members;
        let groups = self.link_groups.get_disjoint_mut([&pair.x, &pair.y]);
        let [Some(x), Some(y)] = groups else {
            return;
        };
        self.links.link_between(x, y, |one, other| {
            let in_order = of_x.binary_search(&one).is_ok();
            let (x, y) = if in_order { (one, other) } else { (other, one) };
            self.pairs.push(pair.between(x, y));
        });
    }

    /// Links groups of different stories: each document of the one group with the nearest in time
    /// of the other group, unless it has a link with that story. A big story counts as one
    /// document.
    fn link_outside(&mut self, pair: &GroupPair<'_>, is_big: &dyn Fn(GroupNo) -> bool) {
        let (from, to) = if is_big(pair.x) {
            (pair.y, pair.x)
        } else {
            (pair.x, pair.y)
        };
        let members = |group: GroupNo| &self.groups[group.0].members;
        let first_of_story = is_big(from).then(|| members(self.stories.leader(from).0)[0]);
        let story = self.stories.leader(to);
        let link_of = |one: DocNo| (first_of_story.unwrap_or(one), story);
        let documents = match first_of_story {
            Some(_) => &members(from)[..1],
            None => &members(from)[..],
        };
        if documents
            .iter()
            .all(|&one| self.linked_outside.contains(&link_of(one)))
        {
            return;
        }
        let targets = LinkGroup::new(self.catalog, members(to));
        for &one in documents {
            let nearest = targets.nearest(self.catalog, one).find(|&other| {
                self.selection.wants(self.catalog, one, other)
                    && pair.holds_enough(self.catalog, self.selection, one, other)
            });
            if let Some(other) = nearest
                && self.linked_outside.insert(link_of(one))
            {
                let (x, y) = if to == pair.y {
                    (one, other)
                } else {
                    (other, one)
                };
                self.pairs.push(pair.between(x, y));
            }
        }
    }
}

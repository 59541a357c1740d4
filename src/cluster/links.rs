//! Links: writes a big story as a spanning forest of its wanted pairs, with about one link a
//! document instead of every pair.
//!
//! Identical documents come as a [`LinkGroup`]. Every pair between two groups has the same scores,
//! so there are far more pairs than can be looked at. It is enough to offer each document its
//! nearest neighbours in time, before and after it, once on any site and once on another known
//! site. Such links join whatever a selection by window and site joins. Proof by induction on the
//! time between two documents: the nearest neighbour on the other's side is no farther away, and is
//! on another site than at least one of the two.

use super::selection::Selection;
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo, NO_SITE};

/// Times that all members of a larger group are offered neighbours in a smaller one, as long as
/// links do not connect the larger group by itself. Only a window can keep it unconnected for long;
/// without this bound, a group of 100,000 pages would be walked once for each page like it.
const MOST_WALKS: u32 = 64;

/// Identical documents in canonical order, prepared for links.
pub(super) struct LinkGroup<'a> {
    members: &'a [DocNo],
    /// The members on a known site.
    on_site: Vec<MemberOnSite>,
    /// True once links connect all members.
    connected: bool,
    walks: u32,
}

/// A member on a known site.
struct MemberOnSite {
    doc: DocNo,
    /// First place in [`LinkGroup::on_site`] of the run of members of one site that this one is in.
    run_start: usize,
    /// Place after the last one of that run.
    run_end: usize,
}

impl<'a> LinkGroup<'a> {
    pub(super) fn new(catalog: &Catalog, members: &'a [DocNo]) -> LinkGroup<'a> {
        let has_site = |doc: &DocNo| catalog.site(*doc) != NO_SITE;
        let with_site: Vec<DocNo> = members.iter().copied().filter(has_site).collect();
        let mut on_site = Vec::with_capacity(with_site.len());
        for run in with_site.chunk_by(|&x, &y| catalog.site(x) == catalog.site(y)) {
            let run_start = on_site.len();
            on_site.extend(run.iter().map(|&doc| MemberOnSite {
                doc,
                run_start,
                run_end: run_start + run.len(),
            }));
        }
        LinkGroup {
            members,
            on_site,
            connected: members.len() == 1,
            walks: 0,
        }
    }

    /// The members nearest in time to a document, before and after it: first on any site, then on
    /// another known site.
    pub(super) fn nearest(
        &self,
        catalog: &Catalog,
        doc: DocNo,
    ) -> impl Iterator<Item = DocNo> + use<> {
        let at = self.members.partition_point(|&member| member < doc);
        let before = at.checked_sub(1).map(|i| self.members[i]);
        let after = self.members[at..]
            .iter()
            .copied()
            .find(|&member| member != doc);

        let is_same_site = |i: usize| catalog.site(self.on_site[i].doc) == catalog.site(doc);
        let at = self.on_site.partition_point(|member| member.doc < doc);
        let before_elsewhere = at.checked_sub(1).and_then(|i| {
            if is_same_site(i) {
                self.on_site[i].run_start.checked_sub(1)
            } else {
                Some(i)
            }
        });
        let after_elsewhere = self
            .on_site
            .get(at)
            .map(|member| if is_same_site(at) { member.run_end } else { at });
        let elsewhere = [before_elsewhere, after_elsewhere].map(|place| {
            place
                .and_then(|i| self.on_site.get(i))
                .map(|member| member.doc)
        });
        [before, after].into_iter().chain(elsewhere).flatten()
    }
}

/// The links made so far.
pub(super) struct Links<'a> {
    catalog: &'a Catalog,
    selection: &'a Selection,
    joined: UnionFind,
}

impl<'a> Links<'a> {
    pub(super) fn new(catalog: &'a Catalog, selection: &'a Selection) -> Links<'a> {
        Links {
            catalog,
            selection,
            joined: UnionFind::new(catalog.len()),
        }
    }

    /// Links the members of a group, to its first member where that pair is wanted, so that most
    /// groups become a star. Calls `each` for every link.
    pub(super) fn link_within(
        &mut self,
        group: &mut LinkGroup<'_>,
        mut each: impl FnMut(DocNo, DocNo),
    ) {
        for &member in &group.members[1..] {
            self.link(group.members[0], member, &mut each);
        }
        if !self.is_connected(group) {
            for &member in group.members {
                for other in group.nearest(self.catalog, member) {
                    self.link(member, other, &mut each);
                }
            }
            self.is_connected(group);
        }
    }

    /// Links the members of one group with those of another. Calls `each` for every link.
    pub(super) fn link_between<'g>(
        &mut self,
        x: &mut LinkGroup<'g>,
        y: &mut LinkGroup<'g>,
        mut each: impl FnMut(DocNo, DocNo),
    ) {
        let (smaller, larger) = if x.members.len() <= y.members.len() {
            (x, y)
        } else {
            (y, x)
        };
        for &one in smaller.members {
            let both_connected = smaller.connected && larger.connected;
            if both_connected && self.root(one) == self.root(larger.members[0]) {
                return;
            }
            for other in larger.nearest(self.catalog, one) {
                self.link(one, other, &mut each);
            }
        }
        if !larger.connected && larger.walks < MOST_WALKS {
            larger.walks += 1;
            for &one in larger.members {
                for other in smaller.nearest(self.catalog, one) {
                    self.link(one, other, &mut each);
                }
            }
            self.is_connected(larger);
        }
        self.is_connected(smaller);
    }

    /// Links two documents if the pair is wanted and no links connect them yet.
    fn link(&mut self, x: DocNo, y: DocNo, each: &mut impl FnMut(DocNo, DocNo)) {
        if x != y && self.root(x) != self.root(y) && self.selection.wants(self.catalog, x, y) {
            self.joined.join(x.0 as usize, y.0 as usize);
            each(x, y);
        }
    }

    fn root(&mut self, doc: DocNo) -> usize {
        self.joined.root(doc.0 as usize)
    }

    /// True if links connect all members of the group, which the group then remembers.
    fn is_connected(&mut self, group: &mut LinkGroup<'_>) -> bool {
        let root = self.root(group.members[0]);
        group.connected = group.connected
            || group
                .members
                .iter()
                .all(|&member| self.root(member) == root);
        group.connected
    }
}

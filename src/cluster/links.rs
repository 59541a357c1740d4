//! Links: a big family written as a spanning forest of its wanted pairs, about one link a document instead of every pair.
//!
//! Documents of the same words come as a [`Group`], and every pair between two groups has the same scores, so there are far more pairs than can be
//! looked at. It is enough to offer each document its nearest neighbours in time on either side, on any site and on another known
//! site: whatever two documents a selection by window and site wants together, such links join (by induction on the time between
//! them: the nearest neighbour on the other's side is as near, and stands on another site than one of the two).

use super::selection::Selection;
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo, NO_SITE};

/// How often the members of a large group are each offered a neighbour in a smaller one, while the group does not hang together by itself. Only a
/// window can keep it apart for long; without a bound a group of 100,000 pages would be walked once for each page like it.
const WALKS: u32 = 64;

/// Documents of the same words, in canonical order.
pub(crate) struct Group<'a> {
    members: &'a [DocNo],
    /// The members whose site is known, and for each the first and last place of the run of one site that it stands in.
    sited: Vec<(DocNo, usize, usize)>,
    /// Whether links join all members.
    whole: bool,
    walks: u32,
}

/// The links made so far.
pub(crate) struct Links<'a> {
    catalog: &'a Catalog,
    selection: &'a Selection,
    joined: UnionFind,
}

impl<'a> Group<'a> {
    pub(crate) fn new(catalog: &Catalog, members: &'a [DocNo]) -> Group<'a> {
        let known = |doc: &DocNo| catalog.site(*doc) != NO_SITE;
        let known: Vec<DocNo> = members.iter().copied().filter(known).collect();
        let mut sited = Vec::with_capacity(known.len());
        for run in known.chunk_by(|&x, &y| catalog.site(x) == catalog.site(y)) {
            let first = sited.len();
            sited.extend(run.iter().map(|&doc| (doc, first, first + run.len() - 1)));
        }
        Group {
            members,
            sited,
            whole: members.len() == 1,
            walks: 0,
        }
    }

    /// The members nearest to a document before and after it, on any site and on another known one.
    pub(crate) fn around(
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
        let same_site = |i: usize| catalog.site(self.sited[i].0) == catalog.site(doc);
        let at = self.sited.partition_point(|&(member, ..)| member < doc);
        let before_elsewhere = at.checked_sub(1).and_then(|i| {
            if same_site(i) {
                self.sited[i].1.checked_sub(1)
            } else {
                Some(i)
            }
        });
        let after_elsewhere = self
            .sited
            .get(at)
            .map(|&(_, _, last)| if same_site(at) { last + 1 } else { at });
        let elsewhere = [before_elsewhere, after_elsewhere].map(|i| {
            i.and_then(|i| self.sited.get(i))
                .map(|&(member, ..)| member)
        });
        [before, after].into_iter().chain(elsewhere).flatten()
    }
}

impl<'a> Links<'a> {
    pub(crate) fn new(catalog: &'a Catalog, selection: &'a Selection) -> Links<'a> {
        Links {
            catalog,
            selection,
            joined: UnionFind::new(catalog.len()),
        }
    }

    /// Links the members of a group: to its first member where that is wanted, so that most often one document is the hub.
    pub(crate) fn within(&mut self, group: &mut Group<'_>, mut each: impl FnMut(DocNo, DocNo)) {
        for &member in &group.members[1..] {
            self.link(group.members[0], member, &mut each);
        }
        if !self.hangs_together(group) {
            for &member in group.members {
                for other in group.around(self.catalog, member) {
                    self.link(member, other, &mut each);
                }
            }
            self.hangs_together(group);
        }
    }

    /// Links the members of one group with those of another.
    pub(crate) fn between<'g>(
        &mut self,
        x: &mut Group<'g>,
        y: &mut Group<'g>,
        mut each: impl FnMut(DocNo, DocNo),
    ) {
        let (few, many) = if x.members.len() <= y.members.len() {
            (x, y)
        } else {
            (y, x)
        };
        for &one in few.members {
            if few.whole && many.whole && self.root(one) == self.root(many.members[0]) {
                return;
            }
            for other in many.around(self.catalog, one) {
                self.link(one, other, &mut each);
            }
        }
        if !many.whole && many.walks < WALKS {
            many.walks += 1;
            for &one in many.members {
                for other in few.around(self.catalog, one) {
                    self.link(one, other, &mut each);
                }
            }
            self.hangs_together(many);
        }
        self.hangs_together(few);
    }

    fn link(&mut self, x: DocNo, y: DocNo, each: &mut impl FnMut(DocNo, DocNo)) {
        if x != y && self.root(x) != self.root(y) && self.selection.wants(self.catalog, x, y) {
            self.joined.join(x.0 as usize, y.0 as usize);
            each(x, y);
        }
    }

    fn root(&mut self, doc: DocNo) -> usize {
        self.joined.root(doc.0 as usize)
    }

    /// Looks whether links join all members of the group, and remembers it if they do.
    fn hangs_together(&mut self, group: &mut Group<'_>) -> bool {
        let root = self.root(group.members[0]);
        group.whole = group.whole
            || group
                .members
                .iter()
                .all(|&member| self.root(member) == root);
        group.whole
    }
}

//! Families of whole copies too large to write every pair of.

use std::collections::{HashMap, HashSet};

use super::edge::Edge;
use super::links::{Group, Links};
use super::relation::{Relation, ReportedPair, exact};
use super::selection::Selection;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, pairs_of};

/// Families of over [`BIG_CLUSTER`] documents, written as links.
pub(super) struct BigFamilies<'a> {
    catalog: &'a Catalog,
    twins: &'a [IdenticalGroup],
    selection: &'a Selection,
    groups: HashMap<usize, Group<'a>>,
    links: Links<'a>,
    /// Pairs known to qualify.
    pub(super) known: usize,
    pub(super) pairs: Vec<ReportedPair>,
}

impl<'a> BigFamilies<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        twins: &'a [IdenticalGroup],
        selection: &'a Selection,
    ) -> BigFamilies<'a> {
        BigFamilies {
            catalog,
            twins,
            selection,
            groups: HashMap::new(),
            links: Links::new(catalog, selection),
            known: 0,
            pairs: Vec::new(),
        }
    }

    pub(super) fn add_twins(&mut self, at: usize) {
        let members = &self.twins[at].members;
        let mut group = Group::new(self.catalog, members);
        if self.selection.takes(Relation::Exact) {
            self.known += pairs_of(members.len()) as usize;
            self.links.within(&mut group, |x, y| {
                self.pairs.push(exact(self.catalog, x.min(y), x.max(y)))
            });
        }
        self.groups.insert(at, group);
    }

    /// Adds comparisons with groups of big families, those within a family as links.
    pub(super) fn add_edges(
        &mut self,
        mut edges: Vec<&Edge<'_>>,
        cores: &[usize],
        is_big: &dyn Fn(usize) -> bool,
    ) {
        edges.sort_by(|s, t| {
            t.found
                .jaccard()
                .total_cmp(&s.found.jaccard())
                .then(s.found.pair.cmp(&t.found.pair))
        });
        // Who was linked with a big family that it is not of: a document, or another big family by its first. Not who was looked at: the
        // selection may want no pair with one group of the family, and some with the next.
        let mut linked: HashSet<(DocNo, usize)> = HashSet::new();
        for edge in edges {
            let (x, y) = (edge.x, edge.y);
            self.known += self.twins[x].members.len() * self.twins[y].members.len();
            if cores[x] == cores[y] {
                if let [Some(some), Some(others)] = self.groups.get_disjoint_mut([&x, &y]) {
                    self.links.between(some, others, |one, other| {
                        let in_order = self.twins[x].members.binary_search(&one).is_ok();
                        let (x, y) = if in_order { (one, other) } else { (other, one) };
                        self.pairs.push(edge.finding(x, y));
                    });
                }
                continue;
            }
            // Every document of the smaller side with the nearest in time of the other.
            let (few, many) = if is_big(x) { (y, x) } else { (x, y) };
            let family = is_big(few).then(|| self.twins[cores[few]].members[0]);
            let ends = |one: DocNo| (family.unwrap_or(one), cores[many]);
            let few = match family {
                Some(_) => &self.twins[few].members[..1],
                None => &self.twins[few].members[..],
            };
            if few.iter().all(|&one| linked.contains(&ends(one))) {
                continue;
            }
            let of_many = Group::new(self.catalog, &self.twins[many].members);
            for &one in few {
                let nearest = of_many.around(self.catalog, one).find(|&other| {
                    self.selection.wants(self.catalog, one, other)
                        && edge.holds_enough(self.catalog, self.selection, one, other)
                });
                if let Some(other) = nearest
                    && linked.insert(ends(one))
                {
                    let (x, y) = if many == y {
                        (one, other)
                    } else {
                        (other, one)
                    };
                    self.pairs.push(edge.finding(x, y));
                }
            }
        }
    }
}

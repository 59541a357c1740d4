//! Pairs of groups: one comparison of two representatives stands for all documents of their groups.

use super::numbers::GroupNo;
use super::relation::{Relation, ReportedPair};
use super::selection::Selection;
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::{Catalog, DocNo};
use crate::compare::exact::Comparison;

/// A comparison of two groups of identical documents.
pub(super) struct GroupPair<'a> {
    /// Group of `a` of the comparison.
    pub(super) x: GroupNo,
    /// Group of `b` of the comparison.
    pub(super) y: GroupNo,
    pub(super) compared: &'a Comparison,
}

impl<'a> GroupPair<'a> {
    pub(super) fn new(groups: &[IdenticalGroup], compared: &'a Comparison) -> GroupPair<'a> {
        GroupPair {
            x: GroupNo(group_of(groups, compared.pair.a)),
            y: GroupNo(group_of(groups, compared.pair.b)),
            compared,
        }
    }

    pub(super) fn relation(&self) -> Relation {
        if self.compared.near {
            Relation::Near
        } else {
            Relation::Excerpt
        }
    }

    /// True if a pair of these members holds enough to be written.
    pub(super) fn holds_enough(
        &self,
        catalog: &Catalog,
        selection: &Selection,
        x: DocNo,
        y: DocNo,
    ) -> bool {
        let containment = self.compared.containment();
        self.compared.near || selection.holds_enough(catalog, containment, x, y)
    }

    /// The reported pair of a member of group `x` and a member of group `y`.
    pub(super) fn between(&self, x: DocNo, y: DocNo) -> ReportedPair {
        let (of_x, of_y) = (self.compared.containment_a(), self.compared.containment_b());
        let longest = self.compared.longest;
        let (containment_a, containment_b, longest) = if x < y {
            (of_x, of_y, longest)
        } else {
            (of_y, of_x, longest.swapped())
        };
        ReportedPair {
            a: x.min(y),
            b: x.max(y),
            relation: self.relation(),
            jaccard: self.compared.jaccard(),
            containment_a,
            containment_b,
            longest,
            quoted_share: None,
            cluster: 0,
            likeness: None,
        }
    }
}

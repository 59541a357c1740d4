//! A comparison of two representatives, as it holds for all documents of the same words.

use super::leaders::Tie;
use super::relation::{Relation, ReportedPair};
use super::selection::Selection;
use crate::catalog::{Catalog, DocNo};
use crate::compare::exact::Comparison;

/// A comparison between two groups of twins.
pub(super) struct Edge<'a> {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) found: &'a Comparison,
}

impl Edge<'_> {
    pub(super) fn relation(&self) -> Relation {
        if self.found.near {
            Relation::Near
        } else {
            Relation::Excerpt
        }
    }

    pub(super) fn holds_enough(
        &self,
        catalog: &Catalog,
        selection: &Selection,
        x: DocNo,
        y: DocNo,
    ) -> bool {
        let containment = self.found.containment_a().max(self.found.containment_b());
        self.found.near || selection.holds_enough(catalog, containment, x, y)
    }

    pub(super) fn tie(&self) -> Tie {
        Tie {
            x: self.x,
            y: self.y,
            jaccard: self.found.jaccard(),
            near: self.found.near,
        }
    }

    /// The comparison as it holds for a member of group `x` and one of group `y`.
    pub(super) fn finding(&self, x: DocNo, y: DocNo) -> ReportedPair {
        let (of_x, of_y) = (self.found.containment_a(), self.found.containment_b());
        let longest = self.found.longest;
        let (containment_a, containment_b, longest) = if x < y {
            (of_x, of_y, longest)
        } else {
            (of_y, of_x, longest.turned())
        };
        ReportedPair {
            a: x.min(y),
            b: x.max(y),
            relation: self.relation(),
            jaccard: self.found.jaccard(),
            containment_a,
            containment_b,
            longest,
            quoted_share: None,
            cluster: 0,
            likeness: None,
        }
    }
}

//! Which of the pairs found are reported.

use super::relation::Relation;
use crate::catalog::{Catalog, DocNo};

/// The containment from which two pages of one site are an excerpt, unless told otherwise: sites reuse the background of their own stories, which
/// is no syndication; a page that stands nearly whole in another is worth a row all the same.
pub const DEFAULT_SAME_SITE_CONTAINMENT: f64 = 0.8;

/// Which pairs are wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Only pairs of these relations; of every one if none is named.
    pub relations: Vec<Relation>,
    /// The containment from which two pages of one site are an excerpt, if that is more than is asked for anyway. Two captures of one page are asked
    /// for no more than documents of two sites.
    pub same_site_containment: f64,
    /// Only pairs with a document on one of these sites; on any if none is named.
    pub sites: Vec<String>,
    /// Only pairs with no document on any of these sites.
    pub not_sites: Vec<String>,
    /// Only pairs whose documents stand on different, known sites.
    pub cross_site_only: bool,
    /// Only pairs published at most that many seconds apart; a pair with an unknown date is not.
    pub window: Option<i64>,
    /// Every pair of clusters over [`BIG_CLUSTER`] too, instead of one link a document, and every pair of hot buckets.
    pub all_pairs: bool,
}

impl Selection {
    /// Whether pairs of all documents are wanted.
    pub fn takes_all(&self) -> bool {
        let Selection {
            relations: _,
            same_site_containment: _,
            sites,
            not_sites,
            cross_site_only,
            window,
            all_pairs: _,
        } = self;
        sites.is_empty() && not_sites.is_empty() && !cross_site_only && window.is_none()
    }

    /// Whether pairs of this relation are wanted.
    pub fn takes(&self, relation: Relation) -> bool {
        self.relations.is_empty() || self.relations.contains(&relation)
    }

    /// Whether a pair of these documents is wanted.
    pub fn wants(&self, catalog: &Catalog, a: DocNo, b: DocNo) -> bool {
        let apart = || match (catalog.published(a), catalog.published(b)) {
            (Some(a), Some(b)) => Some(a.seconds.abs_diff(b.seconds)),
            _ => None,
        };
        let on = |sites: &[String]| {
            [a, b].iter().any(|&doc| {
                sites
                    .iter()
                    .any(|site| site == catalog.site_name(catalog.site(doc)))
            })
        };
        (!self.cross_site_only || catalog.cross_site(a, b) == Some(true))
            && (self.sites.is_empty() || on(&self.sites))
            && (self.not_sites.is_empty() || !on(&self.not_sites))
            && self
                .window
                .is_none_or(|window| apart().is_some_and(|apart| apart <= window.unsigned_abs()))
    }

    /// Whether an excerpt of this containment is worth a row: on one site only if one page is in the other nearly whole, or is the same page.
    pub(crate) fn holds_enough(
        &self,
        catalog: &Catalog,
        containment: f64,
        a: DocNo,
        b: DocNo,
    ) -> bool {
        containment >= self.same_site_containment
            || catalog.cross_site(a, b) != Some(false)
            || catalog.page(a) == catalog.page(b)
    }
}

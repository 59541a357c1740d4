//! Selection: which of the pairs found are reported.

use super::relation::Relation;
use crate::catalog::{Catalog, DocNo, DocPair};

/// Containment from which two pages of one site are an excerpt, by default. Sites reuse the
/// background of their own stories, which is no syndication: at 0.3, such excerpts were 123 of 158
/// rows within one site (`docs/method/thresholds-us11.md`). A page that is nearly whole in another
/// page of its site is still worth a row.
pub const DEFAULT_SAME_SITE_CONTAINMENT: f64 = 0.8;

/// Conditions that a pair must meet to be reported.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Relations to report; all if empty.
    pub relations: Vec<Relation>,
    /// Containment from which two pages of one site are an excerpt, if it is larger than the
    /// containment required of any excerpt. It does not apply to two captures of one page.
    pub same_site_containment: f64,
    /// Sites of which at least one document of a pair must be; any site if empty.
    pub sites: Vec<String>,
    /// Sites of which no document of a pair may be.
    pub not_sites: Vec<String>,
    /// Reports only pairs whose documents are on different, known sites.
    pub cross_site_only: bool,
    /// Most seconds between the two publications; a pair with an unknown date is left out.
    pub window: Option<i64>,
    /// Largest share of the common words of an excerpt that may be quoted; any if `None`.
    pub max_quoted: Option<f64>,
    /// Reports all pairs of clusters over
    /// [`BIG_CLUSTER`](crate::candidates::families::BIG_CLUSTER) too, instead of about one link a
    /// document, and all pairs of hot buckets.
    pub all_pairs: bool,
}

impl Selection {
    /// True if no document is excluded because of its site or date.
    pub fn takes_all(&self) -> bool {
        // Names every field, so that a new one cannot be forgotten here.
        let Selection {
            relations: _,
            same_site_containment: _,
            sites,
            not_sites,
            cross_site_only,
            window,
            max_quoted: _,
            all_pairs: _,
        } = self;
        sites.is_empty() && not_sites.is_empty() && !cross_site_only && window.is_none()
    }

    /// True if pairs of this relation are wanted.
    pub fn takes(&self, relation: Relation) -> bool {
        self.relations.is_empty() || self.relations.contains(&relation)
    }

    /// True if a pair of these documents is wanted, by their sites and dates, and by the sides that
    /// they are on if there are reference documents.
    pub fn wants(&self, catalog: &Catalog, a: DocNo, b: DocNo) -> bool {
        let seconds_apart = || match (catalog.published(a), catalog.published(b)) {
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
        catalog.may_pair(a, b)
            && (!self.cross_site_only || catalog.cross_site(a, b) == Some(true))
            && (self.sites.is_empty() || on(&self.sites))
            && (self.not_sites.is_empty() || !on(&self.not_sites))
            && self.window.is_none_or(|window| {
                seconds_apart().is_some_and(|seconds| seconds <= window.unsigned_abs())
            })
    }

    /// True if a pair of documents may be wanted that stand for others with the same words: `wants`
    /// takes the two themselves, or might take other documents. `is_alone` tells whether a document
    /// stands for itself only.
    pub fn may_want(
        &self,
        catalog: &Catalog,
        pair: DocPair,
        is_alone: &dyn Fn(DocNo) -> bool,
    ) -> bool {
        self.wants(catalog, pair.a, pair.b)
            || !(self.decides_alike(catalog) || is_alone(pair.a) && is_alone(pair.b))
    }

    /// True if the answer is the same for all pairs of documents with the same words.
    pub fn decides_alike(&self, catalog: &Catalog) -> bool {
        self.takes_all() && !catalog.has_reference()
    }

    /// True if an excerpt with this containment is worth a row. Within one site it is only if it
    /// reaches [`Selection::same_site_containment`] or if both documents are captures of one page.
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

//! Stories: documents that are known to be whole copies of each other.

use std::collections::{BTreeMap, HashSet};

use rustc_hash::FxHashMap;

use crate::candidates::families::Families;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, DocPair, SiteNo};
use crate::compare::exact::Comparison;
use crate::compare::reworded::Rewording;
use crate::pipeline::settings::Settings;

/// Most pairs of documents of two stories that are looked at to find a wanted one.
const PAIRS_LOOKED_AT: usize = 1 << 12;

/// Documents that are known to be whole copies of each other.
pub(super) struct Story {
    /// In canonical order.
    pub(super) documents: Vec<DocNo>,
    /// First and last time of publication of the documents with a date, in seconds.
    published: Option<(i64, i64)>,
    /// True if a document has no date.
    has_undated: bool,
    /// Site of all documents, if they are on one that is known.
    site: Option<SiteNo>,
}

impl Story {
    fn of(catalog: &Catalog, mut documents: Vec<DocNo>) -> Story {
        documents.sort_unstable();
        let dates = || {
            documents
                .iter()
                .filter_map(|&doc| catalog.published(doc).map(|published| published.seconds))
        };
        let site = catalog.site(documents[0]);
        let on_one_site = documents
            .iter()
            .all(|&doc| catalog.cross_site(documents[0], doc) == Some(false));
        Story {
            published: dates().min().zip(dates().max()),
            has_undated: dates().count() < documents.len(),
            site: on_one_site.then_some(site),
            documents,
        }
    }
}

/// All documents, by story.
pub(super) struct StoryTable {
    /// In canonical order of their first documents.
    pub(super) stories: Vec<Story>,
    /// Pairs of stories with documents that share words, the smaller number first.
    sharing_words: HashSet<(u32, u32)>,
}

impl StoryTable {
    /// Forms stories by the near comparisons among those that are known.
    pub(super) fn of(
        catalog: &Catalog,
        groups: &[IdenticalGroup],
        compared: &[Comparison],
    ) -> StoryTable {
        let mut families = Families::new(catalog, groups);
        for found in compared.iter().filter(|found| found.near) {
            families.join(found.pair);
        }
        let family = families.flat();
        let mut by_family: BTreeMap<usize, Vec<DocNo>> = BTreeMap::new();
        for group in groups {
            let documents = by_family.entry(family(group.representative())).or_default();
            documents.extend(&group.members);
        }
        let number: FxHashMap<usize, u32> = by_family.keys().copied().zip(0..).collect();
        let sharing_words = compared.iter().map(|found| {
            let (x, y) = (number[&family(found.pair.a)], number[&family(found.pair.b)]);
            (x.min(y), x.max(y))
        });
        StoryTable {
            sharing_words: sharing_words.collect(),
            stories: by_family
                .into_values()
                .map(|documents| Story::of(catalog, documents))
                .collect(),
        }
    }

    /// True if documents of two stories, the smaller number first, are known to share words.
    pub(super) fn share_words(&self, x: u32, y: u32) -> bool {
        self.sharing_words.contains(&(x, y))
    }

    /// True if two stories can have documents to compare: a quick test without false negatives.
    pub(super) fn may_pair(&self, x: u32, y: u32, window: i64) -> bool {
        let (x, y) = (&self.stories[x as usize], &self.stories[y as usize]);
        let in_window = match (x.published, y.published) {
            (Some((first_x, last_x)), Some((first_y, last_y))) => {
                x.has_undated
                    || y.has_undated
                    || (first_x <= last_y.saturating_add(window)
                        && first_y <= last_x.saturating_add(window))
            }
            _ => true,
        };
        in_window && (x.site.is_none() || x.site != y.site)
    }

    /// First pair of documents of two stories to compare.
    ///
    /// They are not known to be on the same site or too far apart in time, and the selection wants
    /// them.
    pub(super) fn pair_to_compare(
        &self,
        catalog: &Catalog,
        x: u32,
        y: u32,
        settings: &Settings,
        rewording: Rewording,
    ) -> Option<DocPair> {
        let in_window = |pair: &DocPair| {
            let dates = catalog.published(pair.a).zip(catalog.published(pair.b));
            let apart = dates.map(|(a, b)| a.seconds.abs_diff(b.seconds));
            apart.is_none_or(|apart| apart <= rewording.window.unsigned_abs())
        };
        let (x, y) = (&self.stories[x as usize], &self.stories[y as usize]);
        x.documents
            .iter()
            .flat_map(|&a| y.documents.iter().map(move |&b| DocPair::of(a, b)))
            .take(PAIRS_LOOKED_AT)
            .filter(|pair| catalog.cross_site(pair.a, pair.b) != Some(false))
            .filter(in_window)
            .find(|pair| settings.selection.wants(catalog, pair.a, pair.b))
    }
}

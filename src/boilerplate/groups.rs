//! Documents of one site with the same words.

use std::borrow::Cow;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::limits::{LONGEST_REGION, SiteLimits};
use crate::catalog::{Catalog, DocNo, SiteNo};
use crate::error::ReadError;

/// Number of a group, in order of site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PageGroupNo(pub(super) u32);

impl PageGroupNo {
    /// The number as an index into a list of all groups.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Documents to learn from, grouped: those of one site with the same words have the same
/// fingerprints, so a group is counted once, except for the pages that its documents stand on.
pub(super) struct TextGroups<'a> {
    pub(super) catalog: &'a Catalog,
    /// In order of site, then of words, then of page.
    documents: Vec<DocNo>,
    /// Index of the first document of each group, and the end of the last group.
    starts: Vec<u32>,
    /// Site of each group.
    sites: Vec<SiteNo>,
    /// Number of pages of each site, in order of site.
    site_pages: Vec<(SiteNo, usize)>,
}

impl<'a> TextGroups<'a> {
    /// Groups documents.
    pub(super) fn new(catalog: &'a Catalog, documents: &[DocNo]) -> TextGroups<'a> {
        let site = |doc| catalog.site(doc);
        let mut documents = documents.to_vec();
        documents.par_sort_unstable_by_key(|&doc| {
            (site(doc), catalog.whole(doc), catalog.page(doc), doc)
        });
        let are_same =
            |&x: &DocNo, &y: &DocNo| (site(x), catalog.whole(x)) == (site(y), catalog.whole(y));
        let mut starts = vec![0];
        starts.extend(documents.chunk_by(are_same).scan(0, |end, group| {
            *end += group.len() as u32;
            Some(*end)
        }));
        let on_sites: Vec<&[DocNo]> = documents.chunk_by(|&x, &y| site(x) == site(y)).collect();
        let count_pages = |documents: &[DocNo]| {
            let pages = documents.iter().map(|&doc| catalog.page(doc));
            (site(documents[0]), count_distinct(pages, usize::MAX))
        };
        let site_pages = on_sites.into_par_iter().map(count_pages).collect();
        let firsts = &starts[..starts.len() - 1];
        let sites = firsts.iter().map(|&start| site(documents[start as usize]));
        TextGroups {
            sites: sites.collect(),
            catalog,
            documents,
            starts,
            site_pages,
        }
    }

    /// Number of groups.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// All groups, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = PageGroupNo> + use<> {
        (0..self.len() as u32).map(PageGroupNo)
    }

    /// Documents of a group, in order of page.
    pub(super) fn documents(&self, group: PageGroupNo) -> &[DocNo] {
        let (start, end) = (self.starts[group.index()], self.starts[group.index() + 1]);
        &self.documents[start as usize..end as usize]
    }

    /// First document of a group, whose fingerprints are those of all.
    pub(super) fn first(&self, group: PageGroupNo) -> DocNo {
        self.documents(group)[0]
    }

    /// First documents of all groups, in order.
    pub(super) fn firsts(&self) -> Vec<DocNo> {
        self.all().map(|group| self.first(group)).collect()
    }

    /// Site of a group.
    pub(super) fn site(&self, group: PageGroupNo) -> SiteNo {
        self.sites[group.index()]
    }

    /// Number of pages of a site.
    pub(super) fn site_pages(&self, site: SiteNo) -> usize {
        let at = self.site_pages.binary_search_by_key(&site, |pages| pages.0);
        at.map_or(0, |at| self.site_pages[at].1)
    }

    /// Limits of a site.
    pub(super) fn limits(&self, site: SiteNo) -> SiteLimits {
        SiteLimits::for_pages(self.site_pages(site))
    }

    /// Fingerprints of a group's text, in order.
    pub(super) fn fingerprints(&self, group: PageGroupNo) -> Result<Cow<'a, [u32]>, ReadError> {
        self.catalog.repeats_of(self.first(group))
    }

    /// Distinct pages of a group, in order.
    pub(super) fn pages(&self, group: PageGroupNo) -> impl Iterator<Item = u64> + '_ {
        self.pages_with_document(group).map(|(_, page)| page)
    }

    /// Distinct pages of a group, in order, each with its first document.
    pub(super) fn pages_with_document(
        &self,
        group: PageGroupNo,
    ) -> impl Iterator<Item = (DocNo, u64)> + '_ {
        let page = move |doc| self.catalog.page(doc);
        let pages = self
            .documents(group)
            .chunk_by(move |&x, &y| page(x) == page(y));
        pages.map(move |documents| (documents[0], page(documents[0])))
    }

    /// Hash of a page's title, of 31 bits; 0 for a page longer than boilerplate, because a story
    /// is the same under any title.
    pub(super) fn title_of_short_page(&self, doc: DocNo) -> u64 {
        let words = self.catalog.words(doc) + self.catalog.removed(doc);
        let is_short = words as usize <= LONGEST_REGION;
        let title = self.catalog.title(doc).filter(|_| is_short).unwrap_or(0);
        u64::from(title >> 1)
    }
}

/// Number of distinct numbers, counted up to `most`.
pub(super) fn count_distinct(numbers: impl Iterator<Item = u64>, most: usize) -> usize {
    let mut distinct = FxHashSet::default();
    for number in numbers {
        distinct.insert(number);
        if distinct.len() >= most {
            break;
        }
    }
    distinct.len()
}

//! The limits that the rules for boilerplate use.
//!
//! They were chosen on us11, 7,274 front-page articles of eleven US outlets, where they remove
//! 43,196 words from 639 documents and keep all 158 copies that people confirmed. The measurements
//! are in `docs/method/boilerplate.md`.

/// Smallest number of stories of a site that must have a text for it to count as repeated. On us11,
/// a limit of 3 finds more boilerplate, but also removes copied text.
pub const FEWEST_STORIES: usize = 5;

/// A large site needs more than [`FEWEST_STORIES`], because a common phrase is in that many stories
/// by chance. The limit is one story for every `ONE_PAGE_IN` pages, if that is more.
pub const ONE_PAGE_IN: usize = 2_000;

/// Smallest number of pages of a site that must have a text for it to be boilerplate in any case:
/// however few stories the pages are, and however long the region is. The text is then boilerplate
/// on every site, because copies often include the text around the article.
pub const MANY_PAGES: usize = 20;

/// A large site needs more than [`MANY_PAGES`]: one page in every `MANY_ARE_ONE_PAGE_IN`.
pub const MANY_ARE_ONE_PAGE_IN: usize = 500;

/// Largest number of words between two repeated runs of one region: enough for a date, a name or a
/// count.
pub const WIDEST_GAP: usize = 20;

/// Largest number of words of a region that is boilerplate without further evidence: most
/// boilerplate is shorter, and most stories are longer.
pub const LONGEST_REGION: usize = 200;

/// A page that loses at least half of its words and has fewer than this left is treated as nothing
/// but boilerplate: the words that are left are boilerplate that no rule recognises.
pub const FEWEST_WORDS_LEFT: usize = 30;

/// The limits of one site, which depend on its number of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SiteLimits {
    /// See [`FEWEST_STORIES`].
    pub(super) fewest_stories: usize,
    /// See [`MANY_PAGES`].
    pub(super) many_pages: usize,
}

impl SiteLimits {
    /// Limits of a site with this number of pages.
    pub(super) fn for_pages(pages: usize) -> SiteLimits {
        SiteLimits {
            fewest_stories: FEWEST_STORIES.max(pages / ONE_PAGE_IN),
            many_pages: MANY_PAGES.max(pages / MANY_ARE_ONE_PAGE_IN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_sites_need_more_stories_and_pages() {
        for (pages, fewest_stories, many_pages) in [
            (0, 5, 20),
            (10_000, 5, 20),
            (11_999, 5, 23),
            (12_000, 6, 24),
            (1_000_000, 500, 2_000),
        ] {
            let limits = SiteLimits {
                fewest_stories,
                many_pages,
            };
            assert_eq!(SiteLimits::for_pages(pages), limits, "{pages} pages");
        }
    }
}

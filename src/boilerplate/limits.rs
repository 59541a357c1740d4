//! The numbers behind the rules.
//!
//! They were chosen on us11, 7,274 front-page articles of eleven US outlets, where they remove
//! 43,196 words from 639 documents and keep all 158 copies that people confirmed. The measurements
//! are in `docs/method/boilerplate.md`.

/// Stories of a site in which text must stand to be repeated. On us11, 3 finds more boilerplate,
/// but removes copied text too.
pub const FEWEST_STORIES: usize = 5;

/// On a large site, a common phrase stands in [`FEWEST_STORIES`] stories by chance. There, text
/// must stand in one story for this many pages of the site.
pub const ONE_PAGE_IN: usize = 2_000;

/// Pages of a site on which text must stand to be boilerplate in any case: however few stories the
/// pages are, however long the region is, and on every site, because copies often take along the
/// text around them.
pub const MANY_PAGES: usize = 20;

/// On a large site, text must stand on one page in this many to be on [`MANY_PAGES`].
pub const MANY_ARE_ONE_PAGE_IN: usize = 500;

/// Most words between two repeated runs of one region: a date, a name or a count.
pub const WIDEST_GAP: usize = 20;

/// Most words of a region that is boilerplate without further evidence: most boilerplate is
/// shorter, and most stories are longer.
pub const LONGEST_REGION: usize = 200;

/// A page that lost at least half of its words and has fewer than this left is nothing but
/// boilerplate: what is left is the part of it that no rule recognises.
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
    /// Limits of a site of so many pages.
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

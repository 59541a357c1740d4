//! The limits that the rules for boilerplate use.
//!
//! They were chosen on us11, 7,274 front-page articles of eleven US outlets, where they remove
//! 36,741 words from 501 documents and keep all 158 copies that people confirmed. The
//! measurements are in `docs/method/boilerplate.md`.

use crate::sketch::winnowing::BOILERPLATE_WINDOW;

/// Smallest number of stories of a site that must have a text for it to count as repeated. On us11,
/// a limit of 3 finds more boilerplate, but also removes copied text.
pub const FEWEST_STORIES: usize = 5;

/// A large site needs more than [`FEWEST_STORIES`], because a common phrase is in that many stories
/// by chance. The limit is one story for every `ONE_PAGE_IN` pages, if that is more.
pub const ONE_PAGE_IN: usize = 200;

/// Smallest number of stories of a site that must have a text for it to be boilerplate wherever it
/// stands in them. The text is then boilerplate on every site, because copies often include the
/// text around the article.
pub const MANY_STORIES: usize = 20;

/// A large site needs more than [`MANY_STORIES`]: one story for every `MANY_ARE_ONE_PAGE_IN` pages.
pub const MANY_ARE_ONE_PAGE_IN: usize = 33;

/// A small site needs fewer stories than [`MANY_STORIES`] for a text to be boilerplate wherever it
/// stands: half of its pages.
pub const MOST_PAGES: usize = 2;

/// Share of the pages with a text on which it must stand at the beginning or the end, unless it is
/// in [`MANY_STORIES`]. Boilerplate has its place. A paragraph of background stands at the end of
/// some stories and in the middle of others.
pub const PLACED: f64 = 0.75;

/// Smallest number of stories of each of several sites that must have a text for it to be
/// boilerplate of a system that these sites share.
pub const FEWEST_SHARED_STORIES: usize = 4;

/// Share of the pages with a text of a system that several sites share on which it must stand at
/// the beginning or the end. It is higher than [`PLACED`] because a digest that several sites run
/// begins and ends with news.
pub const PLACED_SHARED: f64 = 0.9;

/// Smallest number of stories that must have a text on all sites together for it to be boilerplate
/// of a system that several sites share.
pub const SHARED_STORIES: usize = 8;

/// Smallest number of words of a region that begins or ends within a line. A shorter one is a
/// phrase of the site's prose.
pub const SHORTEST_WITHIN_LINE: usize = 15;

/// Largest number of words of a page that is a notice, such as a request to sign in, and not a
/// story if it stands under [`MANY_STORIES`] urls.
pub const LONGEST_NOTICE: usize = 50;

/// Largest number of words of a page that is a notice of a system that several sites share, if it
/// stands under [`FEWEST_SHARED_STORIES`] urls on each of [`FEWEST_NOTICE_SITES`] sites.
pub const LONGEST_SHARED_NOTICE: usize = 100;

/// See `LONGEST_SHARED_NOTICE`.
pub const FEWEST_NOTICE_SITES: usize = 3;

/// Days over which the publication of longer pages must be spread for them to be a notice under
/// many urls, and not a story.
pub const NOTICE_DAYS: usize = 5;

/// A text that is in fewer stories than one in this many of the pages that have it belongs to one
/// story, of which some versions were not recognised.
pub const PAGES_A_STORY: usize = 20;

/// Largest number of words between two repeated runs of one region: enough for a date, a name or a
/// count.
pub const WIDEST_GAP: usize = 20;

/// A gap between fingerprints is short if it has no more of them than [`WIDEST_GAP`] words have on
/// average.
pub(super) const SHORT_GAP: usize = 2 * WIDEST_GAP / (BOILERPLATE_WINDOW + 1);

/// Largest number of words of a region that is boilerplate without further evidence: most
/// boilerplate is shorter, and most stories are longer.
pub const LONGEST_REGION: usize = 200;

/// Smallest number of places of a page at which it has text that stands anywhere in the stories of
/// its site, together more than [`LONGEST_REGION`] words, for the page to hold a gallery.
pub const FEWEST_CAPTIONS: usize = 5;

/// A page that loses at least half of its words and has fewer than this left is treated as nothing
/// but boilerplate: the words that are left are boilerplate that no rule recognises.
pub const FEWEST_WORDS_LEFT: usize = 30;

/// The limits of one site, which depend on its number of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SiteLimits {
    /// See [`FEWEST_STORIES`].
    pub(super) fewest_stories: usize,
    /// Half of the pages, see [`MOST_PAGES`].
    pub(super) most_pages: usize,
    /// See [`MANY_STORIES`].
    pub(super) many_stories: usize,
}

impl SiteLimits {
    /// Limits of a site with this number of pages.
    pub(super) fn for_pages(pages: usize) -> SiteLimits {
        SiteLimits {
            fewest_stories: FEWEST_STORIES.max(pages / ONE_PAGE_IN),
            most_pages: FEWEST_STORIES.max(pages / MOST_PAGES),
            many_stories: MANY_STORIES.max(pages / MANY_ARE_ONE_PAGE_IN),
        }
    }

    /// Number of pages with a text up to which it is worth counting.
    pub(super) fn enough_pages(self) -> usize {
        self.fewest_stories * PAGES_A_STORY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_sites_need_more_stories_and_small_ones_fewer() {
        for (pages, fewest_stories, most_pages, many_stories) in [
            (0, 5, 5, 20),
            (13, 5, 6, 20),
            (1_199, 5, 599, 36),
            (1_200, 6, 600, 36),
            (100_000, 500, 50_000, 3_030),
        ] {
            let limits = SiteLimits {
                fewest_stories,
                most_pages,
                many_stories,
            };
            assert_eq!(SiteLimits::for_pages(pages), limits, "{pages} pages");
        }
    }
}

//! Learns which text each site repeats across its own pages, and finds that text in each page.
//!
//! May import: `catalog`, `error`, `sketch`, `storage`, `text`.
//! Imported by: `index`, `pipeline`, `stages`.
//!
//! *Boilerplate* is the fixed text of a site: navigation, sign-in prompts, taglines. It is removed
//! before documents are compared, because two pages of one site would otherwise share a passage.
//! Nothing about it is built in: everything is learned from the corpus, for each site.
//!
//! # Learning
//!
//! 1. Every text gets [fingerprints](crate::sketch::winnowing): hashes of some of its runs of eight
//!    words, chosen so that equal passages have equal fingerprints. Documents of a site with the
//!    same words form a *group* and are examined only once (`groups`).
//! 2. For every fingerprint, `counting` counts the *pages* of a site that have it. A page is the
//!    address in a url, so one article captured ten times is one page. A fingerprint on fewer than
//!    [`FEWEST_STORIES`] pages is boilerplate only if several sites share it.
//! 3. Pages of one site may share text because the site ran one article under several urls. Such an
//!    article must not be removed. So `stories` compares pages that share many repeated
//!    fingerprints: pages that are alike from end to end are one *story*, and every other page is a
//!    story of its own. Pages as short as boilerplate are one story only if they also have the same
//!    title: six sign-in pages for six articles are six stories, but six pages called *Log in* are
//!    one, unless there are as many of them as of a *notice*.
//! 4. `places` finds how often a fingerprint stands at the beginning or the end of a page.
//!    Boilerplate has its place; prose that stories repeat stands where a story needs it.
//! 5. A fingerprint is *repeated* on a site if it is in [`FEWEST_STORIES`] stories and at the
//!    beginning or the end of most, or in [`MANY_STORIES`] stories wherever it stands. It is
//!    repeated on all sites if it is in that many, or in some stories of several sites.
//!
//! On a large site, common phrases reach these limits by chance, so the limits grow with the number
//! of pages of the site. `judge` decides, and the result is a [`Profiles`].
//!
//! All but the last step look at one site at a time. So sites can be learned from apart, with a
//! small exchange between them (`parts`).
//!
//! # Stripping
//!
//! [`Stripper`] looks up the fingerprints of a page in the profile of its site. Repeated
//! fingerprints up to [`WIDEST_GAP`] words apart form a *region*, from the first word of the first
//! to the last word of the last; the gap typically holds a date, a name or a count. A region is
//! extended to the ends of its lines, and then removed, with two exceptions:
//!
//! - A region of more than [`LONGEST_REGION`] words is more likely copied text than boilerplate. It
//!   stays, except for parts in [`MANY_STORIES`] stories, and for long runs without a gap that no
//!   other site has, such as an embedded gallery.
//! - A region within a line is a phrase of the site's prose. It stays if it has fewer than
//!   [`SHORTEST_WITHIN_LINE`] words, or if its line goes on at both ends.
//!
//! The rules are listed with measurements in `docs/method/boilerplate.md`.

mod counting;
mod examine;
mod groups;
mod judge;
mod known;
mod learn;
mod limits;
mod parts;
mod placeholders;
mod places;
mod profiles;
mod stories;
mod strip;

pub use counting::SharingSite;
pub use judge::{SiteEvidence, judge};
pub use known::{KnownBoilerplate, KnownRepeat};
pub use limits::{
    FEWEST_NOTICE_SITES, FEWEST_SHARED_STORIES, FEWEST_STORIES, FEWEST_WORDS_LEFT, LONGEST_NOTICE,
    LONGEST_REGION, MANY_ARE_ONE_PAGE_IN, MANY_STORIES, ONE_PAGE_IN, SHARED_STORIES,
    SHORTEST_WITHIN_LINE, WIDEST_GAP,
};
pub use parts::{SitesPart, shared};
pub use profiles::{ProfileEntry, Profiles, Repeated, short};
pub use strip::{Region, Stripper};

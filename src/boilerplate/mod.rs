//! Learns which text each site repeats across its own pages, and finds that text in each page.
//!
//! May import: `catalog`, `error`, `sketch`, `storage`.
//! Imported by: `index`, `pipeline`.
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
//! 2. For every fingerprint, `counting` counts the *pages* of a site that have it. A page is a url,
//!    so one url that was captured ten times is one page. A fingerprint on fewer than
//!    [`FEWEST_STORIES`] pages is never boilerplate.
//! 3. Pages of one site may share text because the site ran one article under several urls. Such an
//!    article must not be removed. So `stories` compares pages that share many repeated
//!    fingerprints: pages that are alike from end to end are one *story*, and every other page is a
//!    story of its own. Pages as short as boilerplate are one story only if they also have the same
//!    title: six sign-in pages for six articles are six stories, but six pages called *Log in* are
//!    one.
//! 4. A fingerprint is *repeated* on a site if it is in [`FEWEST_STORIES`] stories, or on
//!    [`MANY_PAGES`] pages, however few stories these are. The second rule does not apply to a
//!    story that other sites have too: that is wire copy.
//!
//! On a large site, common phrases reach these limits by chance, so the limits grow with the number
//! of pages of the site. The result is a [`Profiles`].
//!
//! # Stripping
//!
//! [`Stripper`] looks up the fingerprints of a page in the profile of its site. Repeated
//! fingerprints up to [`WIDEST_GAP`] words apart form a *region*, from the first word of the first
//! to the last word of the last; the gap typically holds a date, a name or a count. A region is
//! extended to the ends of its lines, and then removed, with two exceptions:
//!
//! - A region of more than [`LONGEST_REGION`] words is more likely copied text than boilerplate. It
//!   stays, except for parts on [`MANY_PAGES`] pages, and for long runs without a gap that no other
//!   site has, such as an embedded gallery.
//! - A region inside a line is a phrase that the site's own prose uses often. It stays, unless some
//!   of it is on [`MANY_PAGES`] pages.
//!
//! The rules are listed with measurements in `docs/method/boilerplate.md`.

mod counting;
mod groups;
mod known;
mod learn;
mod limits;
mod profiles;
mod stories;
mod strip;

pub use known::{KnownBoilerplate, KnownRepeat};
pub use limits::{
    FEWEST_STORIES, FEWEST_WORDS_LEFT, LONGEST_REGION, MANY_ARE_ONE_PAGE_IN, MANY_PAGES,
    ONE_PAGE_IN, WIDEST_GAP,
};
pub use profiles::{Profiles, short};
pub use strip::{Region, Stripper};

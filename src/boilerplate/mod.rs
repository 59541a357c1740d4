//! Boilerplate: what a site repeats across its own pages is learned from the corpus and taken out before anything is compared.
//!
//! Every document leaves the [fingerprints](crate::fingerprint) of its text. Those that stand on many pages of one site are *repeated*; the words
//! that they cover, joined over short gaps, are the *regions* of a page that are navigation, prompts, taglines and skeletons.
//!
//! What must not be taken for boilerplate is a story that one site ran under several urls, or one url that was captured many times. So
//! pages are counted by url, pages that are alike from end to end are counted as one *story* (if they are as short as chrome, only those of one
//! title), and a region longer than chrome is wont to be is only taken if it stands on very many pages. A text under so many urls of a site that also stands on
//! a few pages of another site is wire copy, and stays.
//!
//! `learn` is how profiles come about, `strip` how texts lose what they name.

mod learn;
mod strip;

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::catalog::{DocNo, NO_SITE, SiteNo};

pub use strip::{Region, Stripper, remove};

/// A run of words is repeated if it stands in so many stories of a site. On real news 3 finds more chrome but eats copy.
pub const FEWEST_STORIES: usize = 5;

/// On a site of very many pages so many stories have a common phrase by chance. There it takes one page in so many.
pub const ONE_PAGE_IN: usize = 2_000;

/// A run of words on so many pages of a site is boilerplate however long the region it stands in, and on whatever site: copies often take
/// along what stood around them.
pub const MANY_PAGES: usize = 20;

/// On a site of very many pages it takes one page in so many.
pub const MANY_ARE_ONE_PAGE_IN: usize = 500;

/// Repeated words at most so many words apart are one region: what stands between is a date, a name, a count.
pub const WIDEST_GAP: usize = 20;

/// Longer regions are taken for copied text unless they stand on [`MANY_PAGES`]: most chrome is shorter, most stories are longer.
pub const LONGEST_REGION: usize = 200;

/// A page that lost most of its words and has fewer than this left is boilerplate only: the rest is what no rule can tell from chrome.
pub const FEWEST_WORDS_LEFT: usize = 30;

/// What every site repeats.
#[derive(Debug, Default)]
pub struct Profiles {
    /// By site and fingerprint; by [`NO_SITE`] what stands on very many pages of any.
    repeated: HashMap<u64, Repeated, FxBuildHasher>,
    /// Whether each document has a repeated fingerprint, by [`DocNo`].
    touched: Vec<bool>,
}

/// How a fingerprint is repeated on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeated {
    /// In [`FEWEST_STORIES`], and on a few pages of other sites.
    InStories,
    /// In [`FEWEST_STORIES`], on this site alone.
    InOwnStories,
    /// On [`MANY_PAGES`], and not as a story that other sites have too.
    OnManyPages,
}

impl Profiles {
    /// Whether the document holds anything that its site repeats.
    pub fn touches(&self, doc: DocNo) -> bool {
        self.touched
            .get(doc.0 as usize)
            .is_some_and(|&touched| touched)
    }

    /// How a fingerprint is repeated on a site or, on very many pages, on any.
    fn look_up(&self, site: SiteNo, hash: u64) -> Option<Repeated> {
        let on = |site| self.repeated.get(&key(site, short(hash))).copied();
        on(site).or_else(|| on(NO_SITE))
    }
}

fn key(site: SiteNo, fingerprint: u32) -> u64 {
    u64::from(site.0) << 32 | u64::from(fingerprint)
}

/// What is kept of a fingerprint to count it on a site.
pub fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

//! Boilerplate: what a site repeats across its own pages is learned from the corpus and taken out before anything is compared.
//!
//! Every document leaves the [fingerprints](crate::sketch::winnowing) of its text. Those that stand on many pages of one site are *repeated*; the words
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

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use rustc_hash::FxBuildHasher;

use crate::catalog::{Catalog, DocNo, NO_SITE, SiteNo};
use crate::error::ReadError;

pub use strip::{Region, Stripper};

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
    /// Of what was known before and not learned anew: when it was learned.
    learned: HashMap<u64, i64, FxBuildHasher>,
}

/// What sites were known to repeat before, as an archive keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The names of the sites.
    pub sites: Vec<String>,
    /// What they repeat.
    pub repeats: Vec<KnownRepeat>,
}

/// A run of words that a site was known to repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownRepeat {
    /// The number of the site among the names; any other if it is repeated on every site.
    pub site: u32,
    /// The fingerprint of the run.
    pub fingerprint: u32,
    /// How it is repeated, as a number that means the same for ever.
    pub kind: u8,
    /// When it was last learned, in seconds since 1970.
    pub learned: i64,
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

impl Repeated {
    /// By their numbers in archives, which mean the same for ever.
    const ALL: [Repeated; 3] = [
        Repeated::InStories,
        Repeated::InOwnStories,
        Repeated::OnManyPages,
    ];
}

impl Profiles {
    /// Adds what was known before, unless it was learned anew, and finds the new documents that hold some of it.
    ///
    /// # Errors
    /// When what documents repeat cannot be read back.
    pub fn add(&mut self, catalog: &Catalog, known: &Known) -> Result<(), ReadError> {
        if known.repeats.is_empty() {
            return Ok(());
        }
        let numbers: Vec<Option<SiteNo>> = known
            .sites
            .iter()
            .map(|name| catalog.site_called(name))
            .collect();
        for repeat in &known.repeats {
            let site = match numbers.get(repeat.site as usize) {
                None => NO_SITE,
                Some(Some(site)) => *site,
                // None of its pages are here.
                Some(None) => continue,
            };
            let Some(&kind) = Repeated::ALL.get(usize::from(repeat.kind)) else {
                continue;
            };
            let key = key(site, repeat.fingerprint);
            if let Entry::Vacant(place) = self.repeated.entry(key) {
                place.insert(kind);
                self.learned.insert(key, repeat.learned);
            }
        }
        let new: Vec<DocNo> = catalog
            .documents()
            .filter(|&doc| catalog.is_new(doc))
            .collect();
        let repeats = catalog.repeats(&new);
        for piece in 0..repeats.pieces() {
            repeats.read(piece, &mut |number, list| {
                let doc = new[number as usize];
                let site = catalog.site(doc);
                let repeated = |&fingerprint: &u32| {
                    let on = |site| self.repeated.contains_key(&key(site, fingerprint));
                    on(site) || on(NO_SITE)
                };
                let touched = &mut self.touched[doc.0 as usize];
                *touched = *touched || list.iter().any(repeated);
            })?;
        }
        Ok(())
    }

    /// What is known now, at that time, and was learned not before `since`; what sites repeated that have no page here stays as `before` has it.
    pub fn known(&self, catalog: &Catalog, before: &Known, now: i64, since: i64) -> Known {
        let mut by_name: BTreeMap<(Option<&str>, u32), (u8, i64)> = BTreeMap::new();
        for repeat in &before.repeats {
            let name = before.sites.get(repeat.site as usize).map(String::as_str);
            by_name.insert((name, repeat.fingerprint), (repeat.kind, repeat.learned));
        }
        for (&key, &repeated) in &self.repeated {
            let (site, fingerprint) = (SiteNo((key >> 32) as u32), key as u32);
            let name = Some(catalog.site_name(site)).filter(|_| site != NO_SITE);
            let learned = self.learned.get(&key).copied().unwrap_or(now);
            by_name.insert((name, fingerprint), (repeated as u8, learned));
        }
        by_name.retain(|_, (_, learned)| *learned >= since);
        let mut known = Known::default();
        for ((name, fingerprint), (kind, learned)) in by_name {
            if let Some(name) = name
                && known.sites.last().map(String::as_str) != Some(name)
            {
                known.sites.push(name.to_owned());
            }
            known.repeats.push(KnownRepeat {
                site: name.map_or(u32::MAX, |_| known.sites.len() as u32 - 1),
                fingerprint,
                kind,
                learned,
            });
        }
        known
    }

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

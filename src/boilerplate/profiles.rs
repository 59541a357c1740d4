//! The text that each site repeats, as a set of fingerprints.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::catalog::{DocNo, NO_SITE, SiteNo};

/// The text that each site repeats, and the documents that hold some of it.
///
/// Made by [`Profiles::learn`] or [`Profiles::of_entries`].
#[derive(Debug, Default)]
pub struct Profiles {
    /// By [`key`] of a site and a fingerprint. Text that is boilerplate on every site is there for
    /// [`NO_SITE`] too.
    pub(super) repeated: HashMap<u64, Repeated, FxBuildHasher>,
    /// True for documents that have a repeated fingerprint, by [`DocNo`]; empty if it is not known
    /// which have one.
    pub(super) touched: Vec<bool>,
    /// When a fingerprint was last learned, in seconds since 1970, by [`key`]. Only for those that
    /// an earlier run learned and this run did not.
    pub(super) learned: HashMap<u64, i64, FxBuildHasher>,
}

/// A fingerprint that a site repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileEntry {
    /// The site, or [`NO_SITE`] if every site repeats it.
    pub site: SiteNo,
    /// The fingerprint.
    pub fingerprint: u32,
    /// Evidence for it.
    pub repeated: Repeated,
}

/// Evidence that a fingerprint is repeated on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repeated {
    /// In enough stories of the site, at the beginning or the end of most, and on a few pages of
    /// other sites.
    AtEnds,
    /// In enough stories of the site, at the beginning or the end of most, and on no other site.
    AtEndsOnlyHere,
    /// In very many stories.
    InManyStories,
    /// In enough stories of the site and on no other site, but at no place of its own. It may be
    /// background, or part of an embedded gallery.
    AnywhereInOwnStories,
}

impl Repeated {
    /// By the numbers that indexes store, so the order must not change.
    const ALL: [Repeated; 4] = [
        Repeated::AtEnds,
        Repeated::AtEndsOnlyHere,
        Repeated::InManyStories,
        Repeated::AnywhereInOwnStories,
    ];

    /// Number that stands for it in an index.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The evidence with this number, if there is one.
    pub fn numbered(number: u8) -> Option<Repeated> {
        Repeated::ALL.get(usize::from(number)).copied()
    }
}

impl ProfileEntry {
    /// The entry if another site has the text on a few pages, given that of a text that is on no
    /// other site; `None` if the text then is not repeated.
    pub fn if_elsewhere(self) -> Option<ProfileEntry> {
        let repeated = match self.repeated {
            Repeated::AtEnds | Repeated::AtEndsOnlyHere => Repeated::AtEnds,
            Repeated::InManyStories => Repeated::InManyStories,
            Repeated::AnywhereInOwnStories => return None,
        };
        Some(ProfileEntry { repeated, ..self })
    }
}

impl Profiles {
    /// Profiles of these entries. It is not known which documents hold repeated text.
    pub fn of_entries(entries: impl IntoIterator<Item = ProfileEntry>) -> Profiles {
        let entries = entries.into_iter();
        let repeated = entries.map(|entry| (key(entry.site, entry.fingerprint), entry.repeated));
        Profiles {
            repeated: repeated.collect(),
            ..Profiles::default()
        }
    }

    /// All entries, in no order.
    pub fn entries(&self) -> impl Iterator<Item = ProfileEntry> + '_ {
        self.repeated.iter().map(|(&key, &repeated)| {
            let (site, fingerprint) = site_and_fingerprint(key);
            ProfileEntry {
                site,
                fingerprint,
                repeated,
            }
        })
    }

    /// Returns `true` if the document may hold text that its site repeats. Reading any other again
    /// changes nothing: only what has a repeated fingerprint, or is a placeholder, is removed.
    pub fn touches(&self, doc: DocNo) -> bool {
        self.touched
            .get(doc.0 as usize)
            .is_none_or(|&touched| touched)
    }

    /// Evidence that a fingerprint is repeated on a site, or on every site.
    pub(super) fn look_up(&self, site: SiteNo, hash: u64) -> Option<Repeated> {
        let on = |site| self.repeated.get(&key(site, short(hash))).copied();
        on(site).or_else(|| on(NO_SITE))
    }
}

/// A site and a shortened fingerprint in one number.
pub(super) fn key(site: SiteNo, fingerprint: u32) -> u64 {
    u64::from(site.0) << 32 | u64::from(fingerprint)
}

/// The site and the fingerprint of a [`key`].
pub(super) fn site_and_fingerprint(key: u64) -> (SiteNo, u32) {
    (SiteNo((key >> 32) as u32), key as u32)
}

/// Shortens the hash of a fingerprint to the half that is kept to count it on a site.
pub fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

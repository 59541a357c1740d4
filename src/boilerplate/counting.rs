//! Counts the pages of each site that have a fingerprint.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::groups::{PageGroupNo, TextGroups, count_distinct};
use super::limits::{FEWEST_SHARED_STORIES, FEWEST_STORIES, SHARED_STORIES};
use crate::catalog::{NO_SITE, SiteNo};
use crate::storage::buckets::{Bucket, Entry};

/// A way to know which fingerprints several sites share.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sharing<'s> {
    /// Count: the documents are those of all sites.
    Counted,
    /// Look it up among all that are shared: the documents are those of some sites.
    Known(&'s FxHashSet<u32>),
}

/// The pages of a site that have a fingerprint, if these are enough for it to be shared with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharingSite {
    /// The fingerprint.
    pub fingerprint: u32,
    /// Number of pages, counted up to a number that is enough for every rule.
    pub pages: usize,
}

/// A fingerprint on enough pages of one site to be repeated there, or on enough pages of several
/// sites to be repeated on each of them; never without a site.
pub(super) struct SiteRepeat {
    pub(super) fingerprint: u32,
    pub(super) site: SiteNo,
    /// Distinct pages of the site, counted up to [`SiteLimits::enough_pages`].
    ///
    /// [`SiteLimits::enough_pages`]: super::limits::SiteLimits::enough_pages
    pub(super) pages: usize,
    /// True if a site of the documents has it without repeating it.
    pub(super) elsewhere: bool,
    on_site: Range<usize>,
    on_any: Range<usize>,
}

/// The repeated fingerprints of one bucket of hashes.
#[derive(Default)]
pub(super) struct BucketRepeats {
    pub(super) repeats: Vec<SiteRepeat>,
    /// Groups that have the fingerprints, which each of them names a range of.
    holders: Vec<PageGroupNo>,
}

impl BucketRepeats {
    /// Finds the fingerprints of a bucket that are on enough pages of some site. A story has one
    /// page at least, so all others are in too few stories.
    pub(super) fn count(
        groups: &TextGroups<'_>,
        bucket: Bucket<()>,
        sharing: Sharing<'_>,
    ) -> BucketRepeats {
        let mut found = BucketRepeats::default();
        let fewest = match sharing {
            Sharing::Counted => FEWEST_STORIES,
            Sharing::Known(_) => FEWEST_SHARED_STORIES,
        };
        each_frequent(groups, bucket, fewest, |fingerprint, on_sites| {
            let is_shared = match sharing {
                Sharing::Counted => {
                    let sharing = on_sites.iter().filter(|on_site| on_site.may_share());
                    are_enough_to_share(sharing.map(|on_site| on_site.pages))
                }
                Sharing::Known(shared) => shared.contains(&fingerprint),
            };
            found.add(fingerprint, on_sites, is_shared);
        });
        found
    }

    /// The repeats of each fingerprint, in order of site.
    pub(super) fn fingerprints(&self) -> impl Iterator<Item = &[SiteRepeat]> {
        self.repeats.chunk_by(|x, y| x.fingerprint == y.fingerprint)
    }

    /// Groups of the site that have the fingerprint.
    pub(super) fn holders_on_site(&self, repeat: &SiteRepeat) -> &[PageGroupNo] {
        &self.holders[repeat.on_site.clone()]
    }

    /// Groups of the site that have the fingerprint of some repeats; those of every site, and of
    /// none, for [`NO_SITE`].
    pub(super) fn holders(&self, of_one: &[SiteRepeat], site: SiteNo) -> &[PageGroupNo] {
        match of_one.binary_search_by_key(&site, |repeat| repeat.site) {
            Ok(at) => self.holders_on_site(&of_one[at]),
            Err(_) => &self.holders[of_one[0].on_any.clone()],
        }
    }

    /// Adds a fingerprint for each site that repeats it.
    fn add(&mut self, fingerprint: u32, on_sites: &[OnSite<'_>], is_shared: bool) {
        let counts = |on_site: &OnSite<'_>| on_site.repeats || is_shared && on_site.may_share();
        if !on_sites.iter().any(counts) {
            return;
        }
        let elsewhere = on_sites.iter().any(OnSite::has_without_repeating);
        let start = self.holders.len();
        let holders = on_sites.iter().flat_map(|on_site| on_site.holders);
        self.holders.extend(holders.map(group));
        let on_any = start..self.holders.len();
        let mut next = start;
        for on_site in on_sites {
            let range = next..next + on_site.holders.len();
            next = range.end;
            if counts(on_site) {
                self.repeats.push(SiteRepeat {
                    fingerprint,
                    site: on_site.site,
                    pages: on_site.pages,
                    elsewhere,
                    on_site: range,
                    on_any: on_any.clone(),
                });
            }
        }
    }
}

/// Finds the fingerprints of a bucket that are on enough pages of a site to be shared.
pub(super) fn sharing_sites(groups: &TextGroups<'_>, bucket: Bucket<()>) -> Vec<SharingSite> {
    let mut found = Vec::new();
    each_frequent(
        groups,
        bucket,
        FEWEST_SHARED_STORIES,
        |fingerprint, on_sites| {
            let sharing = on_sites.iter().filter(|on_site| on_site.may_share());
            found.extend(sharing.map(|on_site| SharingSite {
                fingerprint,
                pages: on_site.pages,
            }));
        },
    );
    found
}

/// Finds the fingerprints of a bucket that some site has and does not repeat.
pub(super) fn not_repeated(groups: &TextGroups<'_>, bucket: Bucket<()>) -> Vec<u32> {
    let entries = distinct(bucket);
    let is_not_repeated = |holders: &&[Entry<()>]| {
        let on_sites = OnSite::count_all(groups, holders);
        on_sites.iter().any(OnSite::has_without_repeating)
    };
    let fingerprints = entries.chunk_by(Entry::same_hash);
    let found = fingerprints.filter(is_not_repeated);
    found.map(|holders| holders[0].hash()).collect()
}

/// Returns `true` if sites share a fingerprint, given its number of pages on each of them.
pub(super) fn are_enough_to_share(pages: impl Iterator<Item = usize>) -> bool {
    let (sites, pages) = pages.fold((0, 0), |(sites, sum), pages| (sites + 1, sum + pages));
    sites > 1 && pages >= SHARED_STORIES
}

/// The holders of a fingerprint on one site.
struct OnSite<'e> {
    site: SiteNo,
    holders: &'e [Entry<()>],
    pages: usize,
    /// True if the pages are enough; never without a site.
    repeats: bool,
}

impl<'e> OnSite<'e> {
    /// Counts a fingerprint on every site; `holders` is in order of group, and so of site.
    fn count_all(groups: &TextGroups<'_>, holders: &'e [Entry<()>]) -> Vec<OnSite<'e>> {
        holders
            .chunk_by(|x, y| groups.site(group(x)) == groups.site(group(y)))
            .map(|holders| OnSite::count(groups, holders))
            .collect()
    }

    fn count(groups: &TextGroups<'_>, holders: &'e [Entry<()>]) -> OnSite<'e> {
        let site = groups.site(group(&holders[0]));
        let limits = groups.limits(site);
        let pages = holders
            .iter()
            .flat_map(|holder| groups.pages(group(holder)));
        let pages = count_distinct(pages, limits.enough_pages());
        OnSite {
            site,
            holders,
            pages,
            repeats: site != NO_SITE && pages >= limits.fewest_stories,
        }
    }

    fn may_share(&self) -> bool {
        self.site != NO_SITE && self.pages >= FEWEST_SHARED_STORIES
    }

    fn has_without_repeating(&self) -> bool {
        self.site != NO_SITE && !self.repeats
    }
}

/// Calls `each` with the fingerprints of a bucket that may stand on `fewest` pages, and with the
/// sites that have them.
fn each_frequent(
    groups: &TextGroups<'_>,
    bucket: Bucket<()>,
    fewest: usize,
    mut each: impl FnMut(u32, &[OnSite<'_>]),
) {
    let entries = frequent(groups, bucket, fewest);
    for holders in entries.chunk_by(Entry::same_hash) {
        let one_group = holders.len() == 1;
        if one_group && groups.documents(group(&holders[0])).len() < fewest {
            continue;
        }
        each(holders[0].hash(), &OnSite::count_all(groups, holders));
    }
}

/// The entries of a bucket whose fingerprints may stand on `fewest` pages, sorted.
///
/// Most fingerprints stand on one page only. Counting in a table of small counters, several
/// fingerprints to a counter, drops them for less than sorting them would cost.
fn frequent(groups: &TextGroups<'_>, mut bucket: Bucket<()>, fewest: usize) -> Vec<Entry<()>> {
    let size = (bucket.entries.len() + 1).next_power_of_two();
    let bits = size.ilog2().max(1);
    let mut counters = vec![0u8; 1 << bits];
    let counter = |entry: &Entry<()>| (entry.slot_hash() >> (u32::BITS - bits)) as usize;
    let enough = fewest as u8;
    for entry in &bucket.entries {
        let pages = groups.documents(group(entry)).len().min(fewest) as u8;
        let count = &mut counters[counter(entry)];
        *count = enough.min(*count + pages);
    }
    bucket
        .entries
        .retain(|entry| counters[counter(entry)] == enough);
    distinct(bucket)
}

/// The distinct entries of a bucket, sorted.
fn distinct(mut bucket: Bucket<()>) -> Vec<Entry<()>> {
    bucket.sort();
    bucket.entries.dedup();
    bucket.entries
}

/// Group that left an entry: the lists of fingerprints are numbered by group.
fn group(entry: &Entry<()>) -> PageGroupNo {
    PageGroupNo(entry.document)
}

//! Counts the pages of each site that have a fingerprint.

use std::ops::Range;

use super::groups::{PageGroupNo, TextGroups, count_distinct};
use super::limits::{FEWEST_SHARED_STORIES, FEWEST_STORIES, SHARED_STORIES};
use crate::catalog::{NO_SITE, SiteNo};
use crate::storage::buckets::{Bucket, Entry};

/// A fingerprint on enough pages of one site to be repeated there, or on enough pages of several
/// sites to be repeated on each of them.
pub(super) struct SiteRepeat {
    pub(super) fingerprint: u32,
    pub(super) site: SiteNo,
    /// Distinct pages of the site, counted up to [`SiteLimits::enough_pages`].
    ///
    /// [`SiteLimits::enough_pages`]: super::limits::SiteLimits::enough_pages
    pub(super) pages: usize,
    /// True if other sites have it too, on a few pages.
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
    pub(super) fn count(groups: &TextGroups<'_>, bucket: Bucket<()>) -> BucketRepeats {
        let entries = frequent(groups, bucket);
        let mut found = BucketRepeats::default();
        for holders in entries.chunk_by(Entry::same_hash) {
            let one_group = holders.len() == 1;
            if one_group && groups.documents(group(&holders[0])).len() < FEWEST_STORIES {
                continue;
            }
            found.add(groups, holders);
        }
        found
    }

    /// Groups of the site that have the fingerprint.
    pub(super) fn holders_on_site(&self, repeat: &SiteRepeat) -> &[PageGroupNo] {
        &self.holders[repeat.on_site.clone()]
    }

    /// The repeats of each fingerprint.
    pub(super) fn fingerprints(&self) -> impl Iterator<Item = &[SiteRepeat]> {
        self.repeats.chunk_by(|x, y| x.fingerprint == y.fingerprint)
    }

    /// Groups of every site, and of none, that have the fingerprint.
    pub(super) fn holders_on_any(&self, repeat: &SiteRepeat) -> &[PageGroupNo] {
        &self.holders[repeat.on_any.clone()]
    }

    /// Adds a fingerprint for each site that repeats it; `holders` is in order of group, and so of
    /// site.
    fn add(&mut self, groups: &TextGroups<'_>, holders: &[Entry<()>]) {
        let on_sites: Vec<OnSite<'_>> = holders
            .chunk_by(|x, y| groups.site(group(x)) == groups.site(group(y)))
            .map(|holders| OnSite::count(groups, holders))
            .collect();
        let may_share = |on_site: &&OnSite<'_>| {
            on_site.site != NO_SITE && on_site.pages >= FEWEST_SHARED_STORIES
        };
        let sharing = on_sites.iter().filter(may_share);
        let (sites, pages) = sharing.fold((0, 0), |(sites, pages), on_site| {
            (sites + 1, pages + on_site.pages)
        });
        let is_shared = sites > 1 && pages >= SHARED_STORIES;
        if !is_shared && !on_sites.iter().any(|on_site| on_site.repeats) {
            return;
        }
        let elsewhere = on_sites
            .iter()
            .any(|on_site| on_site.site != NO_SITE && !on_site.repeats);
        let start = self.holders.len();
        self.holders.extend(holders.iter().map(group));
        let on_any = start..self.holders.len();
        let mut next = start;
        for on_site in on_sites {
            let range = next..next + on_site.holders.len();
            next = range.end;
            if on_site.repeats || is_shared && may_share(&&on_site) {
                self.repeats.push(SiteRepeat {
                    fingerprint: holders[0].hash(),
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

/// The holders of a fingerprint on one site.
struct OnSite<'e> {
    site: SiteNo,
    holders: &'e [Entry<()>],
    pages: usize,
    /// True if the pages are enough; never without a site.
    repeats: bool,
}

impl<'e> OnSite<'e> {
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
}

/// The entries of a bucket whose fingerprints may stand on [`FEWEST_STORIES`] pages, sorted.
///
/// Most fingerprints stand on one page only. Counting in a table of small counters, several
/// fingerprints to a counter, drops them for less than sorting them would cost.
fn frequent(groups: &TextGroups<'_>, mut bucket: Bucket<()>) -> Vec<Entry<()>> {
    let size = (bucket.entries.len() + 1).next_power_of_two();
    let bits = size.ilog2().max(1);
    let mut counters = vec![0u8; 1 << bits];
    let counter = |entry: &Entry<()>| (entry.slot_hash() >> (u32::BITS - bits)) as usize;
    let enough = FEWEST_STORIES as u8;
    for entry in &bucket.entries {
        let pages = groups.documents(group(entry)).len().min(FEWEST_STORIES) as u8;
        let count = &mut counters[counter(entry)];
        *count = enough.min(*count + pages);
    }
    bucket
        .entries
        .retain(|entry| counters[counter(entry)] == enough);
    bucket.sort();
    bucket.entries.dedup();
    bucket.entries
}

/// Group that left an entry: the lists of fingerprints are numbered by group.
fn group(entry: &Entry<()>) -> PageGroupNo {
    PageGroupNo(entry.document)
}

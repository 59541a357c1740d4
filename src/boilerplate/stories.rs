//! Tells one story on several pages from pages that share some boilerplate.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::counting::{BucketRepeats, SiteRepeat};
use super::groups::{PageGroupNo, TextGroups, count_distinct};
use super::limits::WIDEST_GAP;
use super::profiles::Repeated;
use crate::catalog::DocNo;
use crate::error::ReadError;
use crate::sketch::winnowing::BOILERPLATE_WINDOW;

/// Two pages are one story if this share of each stands in the other. Short gaps count as shared:
/// an edit leaves a short gap, and what only one page has leaves a long one.
const ONE_STORY: f64 = 0.8;

/// A gap is short if it has no more fingerprints than [`WIDEST_GAP`] words have on average.
const SHORT_GAP: usize = 2 * WIDEST_GAP / (BOILERPLATE_WINDOW + 1);

/// A page is compared with others only if at least one in this many of its fingerprints is
/// repeated.
const WORTH_COMPARING: usize = 6;

/// Odd factors that put fingerprints in four different orders. A group is compared with the first
/// group that has the fingerprint which is smallest in each order: two versions of a story most
/// likely share one of the four, as in MinHash.
const ORDERS: [u32; 4] = [0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D, 0x27D4_EB2F];

/// The stories that groups belong to.
pub(super) struct StoryGroups {
    /// By group: the first group of its story; `None` for a page that is like no other.
    story: Vec<Option<PageGroupNo>>,
    /// Stories of which other sites have most too, on a few pages.
    copied: FxHashSet<PageGroupNo>,
}

impl StoryGroups {
    /// Finds the stories of all groups.
    pub(super) fn find(
        groups: &TextGroups<'_>,
        counted: &[BucketRepeats],
    ) -> Result<StoryGroups, ReadError> {
        let comparisons = Comparisons::choose(groups, counted);
        let all: Vec<PageGroupNo> = groups.all().collect();
        let alike: Vec<Option<PageGroupNo>> = all
            .par_iter()
            .map(|&group| first_alike(groups, group, comparisons.of(groups, group)))
            .collect::<Result<_, ReadError>>()?;
        let has_several_pages = |group: PageGroupNo| groups.pages(group).nth(1).is_some();
        let mut story: Vec<Option<PageGroupNo>> = groups
            .all()
            .map(|group| has_several_pages(group).then_some(group))
            .collect();
        // A group is only ever like an earlier one, whose story is known.
        for (group, alike) in groups.all().zip(alike) {
            if let Some(earlier) = alike {
                let first = *story[earlier.index()].get_or_insert(earlier);
                story[group.index()] = Some(first);
            }
        }
        Ok(StoryGroups {
            copied: copied(counted, &story),
            story,
        })
    }

    /// Decides if a fingerprint is repeated on a site, where `holders` have it, and how.
    pub(super) fn judge(
        &self,
        groups: &TextGroups<'_>,
        repeat: &SiteRepeat,
        holders: &[PageGroupNo],
    ) -> Option<Repeated> {
        let is_copied = |&&group: &&PageGroupNo| {
            self.story[group.index()].is_some_and(|story| self.copied.contains(&story))
        };
        let mostly_copied = 2 * holders.iter().filter(is_copied).count() > holders.len();
        let limits = groups.limits(repeat.site);
        if repeat.pages >= limits.many_pages && !mostly_copied {
            return Some(Repeated::OnManyPages);
        }
        let stories = self.count(groups, holders, limits.fewest_stories);
        (stories >= limits.fewest_stories).then_some(if repeat.elsewhere {
            Repeated::InStories
        } else {
            Repeated::InOwnStories
        })
    }

    /// Number of stories that groups are, counted up to `most`. A page that is like no other is a
    /// story; short pages of one story that have different titles are different stories.
    fn count(&self, groups: &TextGroups<'_>, holders: &[PageGroupNo], most: usize) -> usize {
        let numbers = holders.iter().flat_map(|&group| {
            let story = self.story[group.index()];
            // The highest bit keeps stories apart from pages, whose hashes do not have it.
            let number = move |story: PageGroupNo| {
                move |&doc: &DocNo| {
                    1 << 63 | groups.title_of_short_page(doc) << 32 | u64::from(story.0)
                }
            };
            let of_story = story.map(|story| groups.documents(group).iter().map(number(story)));
            let of_pages = story.is_none().then(|| groups.pages(group));
            let of_pages = of_pages.into_iter().flatten();
            of_story.into_iter().flatten().chain(of_pages)
        });
        count_distinct(numbers, most)
    }
}

/// The earlier groups that each group is compared with.
struct Comparisons {
    /// By group: number of its repeated fingerprints.
    repeated: Vec<AtomicU32>,
    /// By group and order: the smallest of its repeated fingerprints in that order, and the first
    /// group of the site that has the same fingerprint, in the low half.
    smallest: Vec<[AtomicU64; ORDERS.len()]>,
}

impl Comparisons {
    fn choose(groups: &TextGroups<'_>, counted: &[BucketRepeats]) -> Comparisons {
        let none = || ORDERS.map(|_| AtomicU64::new(u64::MAX));
        let comparisons = Comparisons {
            repeated: groups.all().map(|_| AtomicU32::new(0)).collect(),
            smallest: groups.all().map(|_| none()).collect(),
        };
        counted.par_iter().for_each(|bucket| {
            for repeat in &bucket.repeats {
                let holders = bucket.holders_on_site(repeat);
                for &group in holders {
                    comparisons.add(group, repeat.fingerprint, holders[0]);
                }
            }
        });
        comparisons
    }

    fn add(&self, group: PageGroupNo, fingerprint: u32, first: PageGroupNo) {
        self.repeated[group.index()].fetch_add(1, Ordering::Relaxed);
        for (order, smallest) in ORDERS.iter().zip(&self.smallest[group.index()]) {
            let rank = u64::from(fingerprint.wrapping_mul(*order));
            smallest.fetch_min(rank << 32 | u64::from(first.0), Ordering::Relaxed);
        }
    }

    /// Groups to compare with one, in order: earlier ones on other pages.
    fn of(&self, groups: &TextGroups<'_>, group: PageGroupNo) -> Vec<PageGroupNo> {
        let repeated = self.repeated[group.index()].load(Ordering::Relaxed) as usize;
        let fingerprints = groups.catalog.count_repeats_of(groups.first(group));
        if repeated * WORTH_COMPARING < fingerprints {
            return Vec::new();
        }
        let smallest = self.smallest[group.index()].each_ref();
        let mut others = smallest
            .map(|smallest| PageGroupNo(smallest.load(Ordering::Relaxed) as u32))
            .to_vec();
        others.sort_unstable();
        others.dedup();
        others.retain(|&other| other < group && groups.pages(other).ne(groups.pages(group)));
        others
    }
}

/// The first of `others` that is one story with a group.
fn first_alike(
    groups: &TextGroups<'_>,
    group: PageGroupNo,
    others: Vec<PageGroupNo>,
) -> Result<Option<PageGroupNo>, ReadError> {
    if others.is_empty() {
        return Ok(None);
    }
    let set = |list: &[u32]| list.iter().copied().collect::<FxHashSet<u32>>();
    let own = groups.fingerprints(group)?;
    let own_set = set(&own);
    for other in others {
        let theirs = groups.fingerprints(other)?;
        if covered(&theirs, &own_set) >= ONE_STORY && covered(&own, &set(&theirs)) >= ONE_STORY {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// Share of a page's fingerprints that are in a set, or stand in a short gap: between two that are,
/// before the first, or after the last.
fn covered(fingerprints: &[u32], set: &FxHashSet<u32>) -> f64 {
    let (mut covered, mut next) = (0, 0);
    let short = |gap: usize| if gap <= SHORT_GAP { gap } else { 0 };
    let shared = fingerprints
        .iter()
        .enumerate()
        .filter(|(_, fingerprint)| set.contains(fingerprint));
    for (at, _) in shared {
        covered += short(at - next) + 1;
        next = at + 1;
    }
    if covered > 0 {
        covered += short(fingerprints.len() - next);
    }
    covered as f64 / fingerprints.len().max(1) as f64
}

/// Stories with more repeated fingerprints that other sites have than fingerprints that they do not
/// have. Not all need be elsewhere, because an edited copy lacks some.
fn copied(counted: &[BucketRepeats], story: &[Option<PageGroupNo>]) -> FxHashSet<PageGroupNo> {
    let mut more_elsewhere: HashMap<PageGroupNo, i64, FxBuildHasher> = HashMap::default();
    for bucket in counted {
        for repeat in &bucket.repeats {
            let mut holders = bucket.holders_on_site(repeat).iter();
            if let Some(story) = holders.find_map(|group| story[group.index()]) {
                *more_elsewhere.entry(story).or_default() += if repeat.elsewhere { 1 } else { -1 };
            }
        }
    }
    let copied = more_elsewhere.into_iter().filter(|&(_, more)| more > 0);
    copied.map(|(story, _)| story).collect()
}

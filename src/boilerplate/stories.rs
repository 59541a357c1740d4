//! Tells one story on several pages from pages that share some boilerplate.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::counting::{BucketRepeats, SiteRepeat};
use super::groups::{PageGroupNo, TextGroups, count_distinct};
use super::limits::{
    FEWEST_SHARED_STORIES, LONGEST_NOTICE, LONGEST_REGION, LONGEST_SHARED_NOTICE, MANY_STORIES,
    NOTICE_DAYS, PAGES_A_STORY, SHORT_GAP,
};
use crate::catalog::DocNo;
use crate::error::ReadError;

/// Two pages are one story if this share of each stands in the other. Short gaps count as shared:
/// an edit leaves a short gap, and what only one page has leaves a long one.
const ONE_STORY: f64 = 0.8;

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
    /// Stories that are no stories, but one notice under many urls.
    notices: FxHashSet<PageGroupNo>,
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
            notices: notices(groups, &story),
            story,
        })
    }

    /// Number of stories that the holders of a fingerprint on a site are, counted up to the number
    /// that is very many there. A page that is like no other is a story, and so is each page with a
    /// notice; short pages of one story that have different titles are different stories.
    ///
    /// Fewer stories count as one if most of their pages are one story, or if they have very many
    /// pages for so few stories: the text belongs to that story, and the other pages are excerpts
    /// of it or versions that were not recognised.
    pub(super) fn count(
        &self,
        groups: &TextGroups<'_>,
        repeat: &SiteRepeat,
        holders: &[PageGroupNo],
    ) -> usize {
        let most = groups.limits(repeat.site).many_stories;
        let mut pages: FxHashMap<u64, usize> = FxHashMap::default();
        for &group in holders {
            self.add_pages(groups, group, &mut pages);
            if pages.len() >= most {
                return most;
            }
        }
        let largest = pages.values().copied().max().unwrap_or(0);
        let belongs_to_one =
            2 * largest > pages.values().sum() || pages.len() * PAGES_A_STORY < repeat.pages;
        if belongs_to_one { 1 } else { pages.len() }
    }

    /// Adds the pages of a group to the pages of each story. The highest bit keeps stories apart
    /// from pages that are stories of their own, whose hashes do not have it.
    fn add_pages(
        &self,
        groups: &TextGroups<'_>,
        group: PageGroupNo,
        pages: &mut FxHashMap<u64, usize>,
    ) {
        let story = self.story[group.index()].filter(|story| !self.notices.contains(story));
        for (doc, page) in groups.pages_with_document(group) {
            let number = story.map_or(page, |story| {
                1 << 63 | groups.title_of_short_page(doc) << 32 | u64::from(story.0)
            });
            *pages.entry(number).or_default() += 1;
        }
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

/// Stories that are one notice under many urls, such as a request to sign in for the article there.
/// A notice is short. The longer it is, the more it looks like a story, which has many urls too if
/// it ran in many sections, but not on many days.
fn notices(groups: &TextGroups<'_>, story: &[Option<PageGroupNo>]) -> FxHashSet<PageGroupNo> {
    let catalog = groups.catalog;
    let words = |doc| words_of(groups, doc);
    let mut of_story: HashMap<PageGroupNo, Vec<PageGroupNo>, FxBuildHasher> = HashMap::default();
    for (group, &story) in groups.all().zip(story) {
        if let Some(story) = story.filter(|&story| words(groups.first(story)) <= LONGEST_REGION) {
            of_story.entry(story).or_default().push(group);
        }
    }
    let is_notice = |(story, members): &(PageGroupNo, Vec<PageGroupNo>)| {
        let pages = members.iter().flat_map(|&group| groups.pages(group));
        let documents = members.iter().flat_map(|&group| groups.documents(group));
        let published = documents.filter_map(|&doc| catalog.published(doc));
        let days = published.map(|published| published.seconds.div_euclid(86_400) as u64);
        count_distinct(pages, MANY_STORIES) >= MANY_STORIES
            && (words(groups.first(*story)) <= LONGEST_NOTICE
                || count_distinct(days, NOTICE_DAYS) >= NOTICE_DAYS)
    };
    of_story
        .into_iter()
        .filter(is_notice)
        .map(|(story, _)| story)
        .collect()
}

/// Number of distinct pages of groups that are as short as a shared notice, counted up to
/// [`FEWEST_SHARED_STORIES`].
pub(super) fn count_notices(groups: &TextGroups<'_>, holders: &[PageGroupNo]) -> usize {
    let is_short =
        |&&group: &&PageGroupNo| words_of(groups, groups.first(group)) <= LONGEST_SHARED_NOTICE;
    let pages = holders
        .iter()
        .filter(is_short)
        .flat_map(|&group| groups.pages(group));
    count_distinct(pages, FEWEST_SHARED_STORIES)
}

/// Number of words of a page, boilerplate included.
fn words_of(groups: &TextGroups<'_>, doc: DocNo) -> usize {
    (groups.catalog.words(doc) + groups.catalog.removed(doc)) as usize
}

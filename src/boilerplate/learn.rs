//! Learning what every site repeats.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::{
    FEWEST_STORIES, LONGEST_REGION, MANY_ARE_ONE_PAGE_IN, MANY_PAGES, ONE_PAGE_IN, Profiles,
    Repeated, WIDEST_GAP, key,
};
use crate::catalog::{Catalog, DocNo, NO_SITE, SiteNo};
use crate::error::ReadError;
use crate::sketch::winnowing::BOILERPLATE_WINDOW;
use crate::storage::buckets::{self, Bucket, Entry};

/// Two pages are one story if this share of each stands in the other, short gaps counted: edits leave short gaps, what a page has of its own a long one.
const ONE_STORY: f64 = 0.8;

/// A gap is short if it has no more fingerprints than there are in [`WIDEST_GAP`] words.
const SHORT_GAP: usize = 2 * WIDEST_GAP / (BOILERPLATE_WINDOW + 1);

/// A page is looked at as a story that may stand on others if at least one in so many of its fingerprints is repeated.
const WORTH_A_LOOK: usize = 6;

/// Odd numbers that put fingerprints in an order each: of each group one fingerprint by each order is asked which group had it first.
const ORDERS: [u32; 4] = [0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D, 0x27D4_EB2F];

/// A repeated fingerprint on one site.
struct Run {
    fingerprint: u32,
    site: SiteNo,
    /// Distinct pages, counted to [`MANY_PAGES`].
    pages: usize,
    /// Whether other sites have it too, on a few pages.
    elsewhere: bool,
    /// The groups of the site that have it.
    groups: Range<usize>,
    /// Those of every site, and of none.
    everybody: Range<usize>,
}

/// The repeated fingerprints of one part of all.
#[derive(Default)]
struct Part {
    runs: Vec<Run>,
    groups: Vec<u32>,
}

impl Profiles {
    /// Learns from the documents of a catalogue; those without a site teach nothing.
    ///
    /// # Errors
    /// When what documents repeat cannot be read back.
    pub fn learn(
        catalog: &Catalog,
        documents: &[DocNo],
        bytes_a_round: usize,
    ) -> Result<Profiles, ReadError> {
        let groups = Groups::of(catalog, documents);
        let firsts: Vec<DocNo> = groups
            .all()
            .map(|group| groups.documents(group)[0])
            .collect();
        let parts = buckets::each(
            &catalog.repeats(&firsts),
            bytes_a_round,
            |&fingerprint| Some((fingerprint, ())),
            |bucket| groups.repeated(bucket),
        )?;

        let stories = Stories::of(&groups, &parts)?;
        let touched: Vec<AtomicBool> = (0..catalog.len()).map(|_| AtomicBool::new(false)).collect();
        let repeated = parts
            .par_iter()
            .flat_map_iter(|part| {
                let groups = |range: &Range<usize>| &part.groups[range.clone()];
                part.runs
                    .iter()
                    .map(move |run| (run, groups(&run.groups), groups(&run.everybody)))
            })
            .filter_map(|(run, holders, everybody)| {
                let repeated = stories.judge(&groups, run, holders)?;
                let everywhere = repeated == Repeated::OnManyPages;
                let holders = if everywhere { everybody } else { holders };
                for &doc in holders.iter().flat_map(|&group| groups.documents(group)) {
                    touched[doc.0 as usize].store(true, Ordering::Relaxed);
                }
                let on_site = (key(run.site, run.fingerprint), repeated);
                let on_any = everywhere.then_some((key(NO_SITE, run.fingerprint), repeated));
                Some([Some(on_site), on_any].into_iter().flatten())
            })
            .flatten_iter()
            .collect();
        Ok(Profiles {
            repeated,
            touched: touched.into_iter().map(AtomicBool::into_inner).collect(),
            ..Profiles::default()
        })
    }
}

/// What it takes to be repeated on one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    fewest_stories: usize,
    many_pages: usize,
}

impl Bounds {
    fn of(pages: usize) -> Bounds {
        Bounds {
            fewest_stories: FEWEST_STORIES.max(pages / ONE_PAGE_IN),
            many_pages: MANY_PAGES.max(pages / MANY_ARE_ONE_PAGE_IN),
        }
    }
}

/// Documents of one site with the same words: counted once, but for the pages that they stand on.
struct Groups<'a> {
    catalog: &'a Catalog,
    /// By site, then content, then page.
    documents: Vec<DocNo>,
    /// Where each group begins, and the end.
    starts: Vec<u32>,
    /// By site.
    bounds: Vec<(SiteNo, Bounds)>,
}

impl<'a> Groups<'a> {
    fn of(catalog: &'a Catalog, documents: &[DocNo]) -> Groups<'a> {
        let mut documents = documents.to_vec();
        documents.par_sort_unstable_by_key(|&doc| {
            (
                catalog.site(doc),
                catalog.whole(doc),
                catalog.page(doc),
                doc,
            )
        });
        let alike = |&x: &DocNo, &y: &DocNo| {
            (catalog.site(x), catalog.whole(x)) == (catalog.site(y), catalog.whole(y))
        };
        let mut starts = vec![0];
        starts.extend(documents.chunk_by(alike).scan(0, |end, group| {
            *end += group.len() as u32;
            Some(*end)
        }));
        let of_site = |documents: &[DocNo]| {
            let pages = documents.iter().map(|&doc| catalog.page(doc));
            let pages = distinct(pages, usize::MAX);
            (catalog.site(documents[0]), Bounds::of(pages))
        };
        let on_sites: Vec<&[DocNo]> = documents
            .chunk_by(|&x, &y| catalog.site(x) == catalog.site(y))
            .collect();
        let bounds = on_sites.into_par_iter().map(of_site).collect();
        Groups {
            catalog,
            documents,
            starts,
            bounds,
        }
    }

    fn bounds(&self, site: SiteNo) -> &Bounds {
        let at = self.bounds.binary_search_by_key(&site, |bounds| bounds.0);
        &self.bounds[at.unwrap_or(0)].1
    }

    fn len(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    fn all(&self) -> Range<u32> {
        0..self.len()
    }

    fn documents(&self, group: u32) -> &[DocNo] {
        &self.documents
            [self.starts[group as usize] as usize..self.starts[group as usize + 1] as usize]
    }

    fn site(&self, group: u32) -> SiteNo {
        self.catalog.site(self.documents(group)[0])
    }

    fn fingerprints(&self, group: u32) -> Result<Cow<'a, [u32]>, ReadError> {
        self.catalog.repeats_of(self.documents(group)[0])
    }

    /// The first of the others that is one story with a group.
    fn alike(
        &self,
        group: u32,
        others: impl Iterator<Item = u32>,
    ) -> Result<Option<u32>, ReadError> {
        let set = |list: &[u32]| list.iter().copied().collect::<FxHashSet<u32>>();
        let own = self.fingerprints(group)?;
        let mine = set(&own);
        for other in others {
            let theirs = self.fingerprints(other)?;
            if covered(&theirs, &mine) >= ONE_STORY && covered(&own, &set(&theirs)) >= ONE_STORY {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// The title of a page as short as chrome is wont to be, else 0: a story that is longer is one whatever it is called.
    fn title_of_short_page(&self, doc: DocNo) -> u64 {
        let words = self.catalog.words(doc) + self.catalog.removed(doc);
        let short = words as usize <= LONGEST_REGION;
        let title = self.catalog.title(doc).filter(|_| short).unwrap_or(0);
        u64::from(title >> 1)
    }

    /// The distinct pages of a group, in order.
    fn pages(&self, group: u32) -> impl Iterator<Item = u64> + '_ {
        let pages = self
            .documents(group)
            .chunk_by(|&x, &y| self.catalog.page(x) == self.catalog.page(y));
        pages.map(|page| self.catalog.page(page[0]))
    }

    /// Takes the entries of a bucket whose fingerprints may stand on [`FEWEST_STORIES`] pages, sorted.
    ///
    /// Most fingerprints stand on one page alone. They are told by counting in a table that confuses some, which is cheaper than to sort all.
    fn frequent(&self, mut bucket: Bucket<()>) -> Vec<Entry<()>> {
        let bits = (bucket.entries.len() + 1)
            .next_power_of_two()
            .ilog2()
            .max(1);
        let mut table = vec![0u8; 1 << bits];
        let at = |entry: &Entry<()>| (entry.slot_hash() >> (u32::BITS - bits)) as usize;
        let enough = FEWEST_STORIES as u8;
        for entry in &bucket.entries {
            let pages = self.documents(entry.document).len().min(FEWEST_STORIES) as u8;
            let count = &mut table[at(entry)];
            *count = enough.min(*count + pages);
        }
        bucket.entries.retain(|entry| table[at(entry)] == enough);
        bucket.sort();
        bucket.entries.dedup();
        bucket.entries
    }

    /// The fingerprints of a bucket that stand on [`FEWEST_STORIES`] pages of a site or more: stories are no more than pages.
    fn repeated(&self, bucket: Bucket<()>) -> Part {
        let entries = self.frequent(bucket);
        let mut part = Part::default();
        for run in entries.chunk_by(Entry::same_hash) {
            if run.len() == 1 && self.documents(run[0].document).len() < FEWEST_STORIES {
                continue;
            }
            let on_sites: Vec<(&[Entry<()>], usize)> = run
                .chunk_by(|x, y| self.site(x.document) == self.site(y.document))
                .map(|holders| {
                    let pages = holders
                        .iter()
                        .flat_map(|&holder| self.pages(holder.document));
                    let most = self.bounds(self.site(holders[0].document)).many_pages;
                    (holders, distinct(pages, most))
                })
                .collect();
            let known = |holders: &[Entry<()>]| self.site(holders[0].document) != NO_SITE;
            let enough =
                |holders: &[Entry<()>]| self.bounds(self.site(holders[0].document)).fewest_stories;
            let repeats = |&(holders, pages): &(&[Entry<()>], usize)| {
                known(holders) && pages >= enough(holders)
            };
            if !on_sites.iter().any(repeats) {
                continue;
            }
            let elsewhere = on_sites
                .iter()
                .any(|&(holders, pages)| known(holders) && pages < enough(holders));
            let first = part.groups.len();
            part.groups.extend(run.iter().map(|holder| holder.document));
            let everybody = first..part.groups.len();
            let mut from = first;
            for (holders, pages) in on_sites {
                let groups = from..from + holders.len();
                from = groups.end;
                if repeats(&(holders, pages)) {
                    part.runs.push(Run {
                        fingerprint: run[0].hash(),
                        site: self.site(holders[0].document),
                        pages,
                        elsewhere,
                        groups,
                        everybody: everybody.clone(),
                    });
                }
            }
        }
        part
    }
}

/// Which groups are one story on several pages, rather than pages that share some chrome.
struct Stories {
    /// By group: the first group of its story; `None` for pages that are alike to no other.
    story: Vec<Option<u32>>,
    /// The stories of which other sites have most too, on a few pages.
    copied: FxHashSet<u32>,
}

impl Stories {
    fn of(groups: &Groups<'_>, parts: &[Part]) -> Result<Stories, ReadError> {
        let counts: Vec<AtomicU32> = groups.all().map(|_| AtomicU32::new(0)).collect();
        let asked: Vec<[AtomicU64; ORDERS.len()]> = groups
            .all()
            .map(|_| ORDERS.map(|_| AtomicU64::new(u64::MAX)))
            .collect();
        parts.par_iter().for_each(|part| {
            for run in &part.runs {
                let holders = &part.groups[run.groups.clone()];
                for &group in holders {
                    counts[group as usize].fetch_add(1, Ordering::Relaxed);
                    for (order, smallest) in ORDERS.iter().zip(&asked[group as usize]) {
                        let rank = u64::from(run.fingerprint.wrapping_mul(*order));
                        smallest.fetch_min(rank << 32 | u64::from(holders[0]), Ordering::Relaxed);
                    }
                }
            }
        });
        let likeness = |group: u32| {
            let repeated = counts[group as usize].load(Ordering::Relaxed) as usize;
            let first = groups.documents(group)[0];
            if repeated * WORTH_A_LOOK < groups.catalog.count_repeats_of(first) {
                return Ok(None);
            }
            let mut others = asked[group as usize]
                .each_ref()
                .map(|smallest| smallest.load(Ordering::Relaxed) as u32);
            others.sort_unstable();
            let distinct = others.chunk_by(|x, y| x == y).map(|same| same[0]);
            let earlier = distinct
                .filter(|&other| other < group && groups.pages(other).ne(groups.pages(group)));
            groups.alike(group, earlier)
        };
        let groups_in_order: Vec<u32> = groups.all().collect();
        let likenesses: Vec<Option<u32>> = groups_in_order
            .par_iter()
            .map(|&group| likeness(group))
            .collect::<Result<_, ReadError>>()?;
        let several_pages = |group: u32| groups.pages(group).nth(1).is_some();
        let mut story: Vec<Option<u32>> = groups
            .all()
            .map(|group| several_pages(group).then_some(group))
            .collect();
        for (group, likeness) in groups.all().zip(likenesses) {
            if let Some(other) = likeness {
                let first = *story[other as usize].get_or_insert(other);
                story[group as usize] = Some(first);
            }
        }
        // By story: repeated fingerprints that other sites have, less those that they have not, for an edited copy lacks some.
        let mut elsewhere: HashMap<u32, i64, FxBuildHasher> = HashMap::default();
        for part in parts {
            for run in &part.runs {
                let mut holders = part.groups[run.groups.clone()].iter();
                if let Some(story) = holders.find_map(|&group| story[group as usize]) {
                    *elsewhere.entry(story).or_default() += if run.elsewhere { 1 } else { -1 };
                }
            }
        }
        let copied = elsewhere
            .into_iter()
            .filter(|&(_, more)| more > 0)
            .map(|(story, _)| story);
        Ok(Stories {
            copied: copied.collect(),
            story,
        })
    }

    fn judge(&self, groups: &Groups<'_>, run: &Run, holders: &[u32]) -> Option<Repeated> {
        let of_copied = |&&group: &&u32| {
            self.story[group as usize].is_some_and(|story| self.copied.contains(&story))
        };
        let copied = 2 * holders.iter().filter(of_copied).count() > holders.len();
        let Bounds {
            fewest_stories,
            many_pages,
        } = *groups.bounds(run.site);
        if run.pages >= many_pages && !copied {
            return Some(Repeated::OnManyPages);
        }
        let stories = holders.iter().flat_map(|&group| {
            let story = self.story[group as usize];
            // Above all pages, whose hashes have a bit less.
            let key = move |story: u32| {
                move |&doc: &DocNo| {
                    1 << 63 | groups.title_of_short_page(doc) << 32 | u64::from(story)
                }
            };
            let of_story = story.map(|story| groups.documents(group).iter().map(key(story)));
            let own = story.is_none().then(|| groups.pages(group));
            of_story
                .into_iter()
                .flatten()
                .chain(own.into_iter().flatten())
        });
        (distinct(stories, fewest_stories) >= fewest_stories).then_some(if run.elsewhere {
            Repeated::InStories
        } else {
            Repeated::InOwnStories
        })
    }
}

/// The share of a page's fingerprints that are known, or stand in a short gap between such, or before the first or after the last.
fn covered(fingerprints: &[u32], known: &FxHashSet<u32>) -> f64 {
    let (mut covered, mut next) = (0, 0);
    let short = |gap: usize| if gap <= SHORT_GAP { gap } else { 0 };
    for (at, _) in fingerprints
        .iter()
        .enumerate()
        .filter(|(_, fingerprint)| known.contains(fingerprint))
    {
        covered += short(at - next) + 1;
        next = at + 1;
    }
    if covered > 0 {
        covered += short(fingerprints.len() - next);
    }
    covered as f64 / fingerprints.len().max(1) as f64
}

/// How many distinct numbers there are, counted to `most`.
fn distinct(numbers: impl Iterator<Item = u64>, most: usize) -> usize {
    let mut known = FxHashSet::default();
    for number in numbers {
        known.insert(number);
        if known.len() >= most {
            break;
        }
    }
    known.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_sites_ask_for_more() {
        for (pages, fewest_stories, many_pages) in [
            (0, 5, 20),
            (10_000, 5, 20),
            (11_999, 5, 23),
            (12_000, 6, 24),
            (1_000_000, 500, 2_000),
        ] {
            let bounds = Bounds {
                fewest_stories,
                many_pages,
            };
            assert_eq!(Bounds::of(pages), bounds, "{pages} pages");
        }
    }
}

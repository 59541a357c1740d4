//! Boilerplate: what a site repeats across its own pages is learned from the corpus and taken out before anything is compared.
//!
//! Every document leaves the [fingerprints](crate::fingerprint) of its text. Those that stand on many pages of one site are *repeated*; the words
//! that they cover, joined over short gaps, are the *regions* of a page that are navigation, prompts, taglines and skeletons.
//!
//! What must not be taken for boilerplate is a story that one site ran under several urls, or one url that was captured many times. So
//! pages are counted by url, pages that are alike from end to end are counted as one *story* (if they are as short as chrome, only those of one
//! title), and a region
//! longer than chrome is wont to be is only taken if it stands on very many pages. A text under so many urls of a site that also stands on
//! a few pages of another site is wire copy, and stays.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::buckets::{self, Bucket, Entry};
use crate::catalog::{Catalog, DocNo, NO_SITE, SiteNo};
use crate::fingerprint::{self, BOILERPLATE_WINDOW, Chosen, EDGE, Fingerprinter, GRAM, Winnowing};

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

/// Two pages are one story if this share of each stands in the other, short gaps counted: edits leave short gaps, what a page has of its own a long one.
const ONE_STORY: f64 = 0.8;

/// A gap is short if it has no more fingerprints than there are in [`WIDEST_GAP`] words.
const SHORT_GAP: usize = 2 * WIDEST_GAP / (BOILERPLATE_WINDOW + 1);

/// A page is looked at as a story that may stand on others if at least one in so many of its fingerprints is repeated.
const WORTH_A_LOOK: usize = 6;

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
    pub fn learn(catalog: &Catalog, documents: &[DocNo]) -> Profiles {
        let groups = Groups::of(catalog, documents);
        let parts = buckets::each(
            groups.len(),
            |group| groups.fingerprints(group),
            |&fingerprint| (fingerprint, ()),
            |bucket| groups.repeated(bucket),
        );

        let stories = Stories::of(&groups, &parts);
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
        Profiles {
            repeated,
            touched: touched.into_iter().map(AtomicBool::into_inner).collect(),
        }
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

/// A region of a page: words that its site repeats, to be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its words.
    pub words: Range<usize>,
    /// What regions that begin and end with the same repeated words have in common.
    pub key: u64,
    /// Whether some of it stands on very many pages.
    pub everywhere: bool,
}

/// Finds the regions of texts; keeps its buffers from one text to the next.
#[derive(Debug, Default)]
pub struct Stripper {
    fingerprinter: Fingerprinter,
    runs: Vec<u64>,
    found: Vec<(usize, u32, Repeated)>,
}

impl Stripper {
    /// Appends the regions to take out of a text of that site, in order, apart from each other; `lines` tells which of the words begin a line.
    pub fn regions(
        &mut self,
        profiles: &Profiles,
        site: SiteNo,
        words: &[u64],
        lines: &[usize],
        regions: &mut Vec<Region>,
    ) {
        self.find(profiles, site, words, regions);
        reach_line_ends(lines, words.len(), regions);
        // What stands within a line is a phrase that the site's own prose is fond of, unless it stands everywhere.
        let within_a_line = |region: &Region| {
            let line_end = lines.partition_point(|&line| line <= region.words.start);
            let (start, end) = (
                lines[line_end - 1],
                lines.get(line_end).copied().unwrap_or(words.len()),
            );
            start < region.words.start && region.words.end < end
        };
        if lines.len() > 1 {
            regions.retain(|region| region.everywhere || !within_a_line(region));
        }
    }

    fn find(
        &mut self,
        profiles: &Profiles,
        site: SiteNo,
        words: &[u64],
        regions: &mut Vec<Region>,
    ) {
        let winnowing = Winnowing::for_boilerplate();
        self.found.clear();
        fingerprint::runs(words, &mut self.runs);
        for &Chosen { at, hash } in self.fingerprinter.choose(&self.runs, winnowing) {
            let repeated = profiles.look_up(site, hash);
            self.found
                .extend(repeated.map(|repeated| (at, short(hash), repeated)));
        }
        let within = |gap: usize| {
            move |x: &(usize, u32, Repeated), y: &(usize, u32, Repeated)| y.0 <= x.0 + GRAM + gap
        };
        for region in self.found.chunk_by(within(WIDEST_GAP)) {
            let whole = Region::of(region, words.len());
            if whole.words.len() <= LONGEST_REGION {
                regions.push(whole);
                continue;
            }
            // Too long for chrome, unless the site has it on very many pages, or embeds it without a break and nobody else has it.
            let here = |kept: fn(Repeated) -> bool| {
                move |&&(.., repeated): &&(usize, u32, Repeated)| kept(repeated)
            };
            let own: Vec<_> = region
                .iter()
                .filter(here(|repeated| repeated != Repeated::InStories))
                .copied()
                .collect();
            for run in own.chunk_by(within(0)) {
                let whole = Region::of(run, words.len());
                if whole.words.len() > LONGEST_REGION {
                    regions.push(whole);
                    continue;
                }
                let everywhere: Vec<_> = run
                    .iter()
                    .filter(here(|repeated| repeated == Repeated::OnManyPages))
                    .copied()
                    .collect();
                regions.extend(
                    everywhere
                        .chunk_by(within(0))
                        .map(|run| Region::of(run, words.len())),
                );
            }
        }
    }
}

/// Extends regions to the beginning or the end of a line (or of the text) that is as near as a repeated run can reach unseen: what is repeated
/// is most often whole lines.
fn reach_line_ends(lines: &[usize], words: usize, regions: &mut [Region]) {
    let mut before = 0;
    for at in 0..regions.len() {
        let after = regions.get(at + 1).map_or(words, |next| next.words.start);
        let Range { start, end } = regions[at].words;
        let line_start = lines[..lines.partition_point(|&line| line <= start)]
            .last()
            .copied()
            .unwrap_or(0);
        let line_end = lines
            .get(lines.partition_point(|&line| line < end))
            .copied()
            .unwrap_or(words);
        let region = &mut regions[at].words;
        if start - line_start <= EDGE && line_start >= before {
            region.start = line_start;
        }
        if line_end - end <= EDGE && line_end <= after {
            region.end = line_end;
        }
        before = region.end;
    }
}

impl Region {
    /// From the first fingerprint to the end of the last.
    fn of(found: &[(usize, u32, Repeated)], words: usize) -> Region {
        let ((first, starts, _), (last, ends, _)) = (found[0], found[found.len() - 1]);
        let end = (last + GRAM).min(words);
        Region {
            words: first..end,
            key: u64::from(starts) << 32 | u64::from(ends),
            everywhere: found
                .iter()
                .any(|&(.., repeated)| repeated == Repeated::OnManyPages),
        }
    }
}

/// Takes the regions out of a sequence.
pub fn remove<T: Copy>(sequence: &mut Vec<T>, regions: &[Region]) {
    let (mut kept, mut from) = (0, 0);
    for region in regions {
        sequence.copy_within(from..region.words.start, kept);
        kept += region.words.start - from;
        from = region.words.end;
    }
    let length = sequence.len();
    sequence.copy_within(from..length, kept);
    sequence.truncate(kept + length - from);
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
                catalog.content(doc),
                catalog.page(doc),
                doc,
            )
        });
        let alike = |&x: &DocNo, &y: &DocNo| {
            (catalog.site(x), catalog.content(x)) == (catalog.site(y), catalog.content(y))
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

    fn fingerprints(&self, group: u32) -> &'a [u32] {
        self.catalog.repeats(self.documents(group)[0])
    }

    /// The first of the others that is one story with a group.
    fn alike(&self, group: u32, others: impl Iterator<Item = u32>) -> Option<u32> {
        let set = |group| {
            self.fingerprints(group)
                .iter()
                .copied()
                .collect::<FxHashSet<u32>>()
        };
        let mine = set(group);
        let alike = |&other: &u32| {
            covered(self.fingerprints(other), &mine) >= ONE_STORY
                && covered(self.fingerprints(group), &set(other)) >= ONE_STORY
        };
        others.into_iter().find(alike)
    }

    /// The title of a page as short as chrome is wont to be, else 0: a story that is longer is one whatever it is called.
    fn title_of_short_page(&self, doc: DocNo) -> u64 {
        let short = self.catalog.words(doc) as usize <= LONGEST_REGION;
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
        let at = |entry: &Entry<()>| (entry.telling_bits() >> (u32::BITS - bits)) as usize;
        let enough = FEWEST_STORIES as u8;
        for entry in &bucket.entries {
            let pages = self.documents(entry.document).len().min(FEWEST_STORIES) as u8;
            let count = &mut table[at(entry)];
            *count = enough.min(*count + pages);
        }
        let entries = std::mem::take(&mut bucket.entries);
        bucket.entries = entries
            .into_iter()
            .filter(|entry| table[at(entry)] == enough)
            .collect();
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

/// Odd numbers that put fingerprints in an order each: of each group one fingerprint by each order is asked which group had it first.
const ORDERS: [u32; 4] = [0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D, 0x27D4_EB2F];

impl Stories {
    fn of(groups: &Groups<'_>, parts: &[Part]) -> Stories {
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
            if repeated * WORTH_A_LOOK < groups.fingerprints(group).len() {
                return None;
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
            .collect();
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
        Stories {
            copied: copied.collect(),
            story,
        }
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
    use proptest::prelude::*;

    const SITE: SiteNo = SiteNo(7);

    fn text(words: usize) -> Vec<u64> {
        (0..words as u64)
            .map(|word| word.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            .collect()
    }

    fn chosen(words: &[u64]) -> Vec<Chosen> {
        let (mut fingerprinter, mut runs) = (Fingerprinter::default(), Vec::new());
        fingerprint::runs(words, &mut runs);
        fingerprinter
            .choose(&runs, Winnowing::for_boilerplate())
            .to_vec()
    }

    /// Where the fingerprints of a text stand.
    fn places(words: &[u64]) -> Vec<usize> {
        chosen(words).iter().map(|chosen| chosen.at).collect()
    }

    /// Profiles by which the fingerprints at these places are repeated.
    fn repeating(words: &[u64], at: impl Fn(usize) -> Option<Repeated>) -> Profiles {
        let repeated = chosen(words)
            .into_iter()
            .filter_map(|chosen| Some((key(SITE, short(chosen.hash)), at(chosen.at)?)));
        Profiles {
            repeated: repeated.collect(),
            touched: Vec::new(),
        }
    }

    fn regions(profiles: &Profiles, words: &[u64], lines: &[usize]) -> Vec<Range<usize>> {
        let mut regions = Vec::new();
        Stripper::default().regions(profiles, SITE, words, lines, &mut regions);
        regions.into_iter().map(|region| region.words).collect()
    }

    /// Two fingerprints of a text that stand exactly so far apart, and not where its first line is near.
    fn apart(words: &[u64], distance: usize) -> (usize, usize) {
        let places = places(words);
        let pairs = places.iter().map(|&at| (at, at + distance));
        let mut found = pairs.filter(|(from, to)| *from > EDGE && places.contains(to));
        found.next().expect("a long text has them")
    }

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

    #[test]
    fn gaps_on_both_sides_of_the_widest() {
        let words = text(3_000);
        for (gap, joined) in [(0, true), (WIDEST_GAP, true), (WIDEST_GAP + 1, false)] {
            let (first, last) = apart(&words, GRAM + gap);
            let profiles = repeating(&words, |at| {
                [first, last].contains(&at).then_some(Repeated::InStories)
            });
            // One line of all, so that no end of a line is near.
            let ends = if joined {
                vec![]
            } else {
                vec![first + GRAM, last]
            };
            let ends: Vec<usize> = [vec![first], ends, vec![last + GRAM]].concat();
            let expected: Vec<Range<usize>> = ends.chunks(2).map(|ends| ends[0]..ends[1]).collect();
            assert_eq!(regions(&profiles, &words, &[0]), expected, "{gap} words");
        }
    }

    #[test]
    fn regions_on_both_sides_of_the_longest() {
        let words = text(3_000);
        let cases = [
            (
                "other sites have it",
                Repeated::InStories,
                LONGEST_REGION,
                true,
            ),
            (
                "other sites have it",
                Repeated::InStories,
                LONGEST_REGION + 1,
                false,
            ),
            (
                "nobody else has it",
                Repeated::InOwnStories,
                LONGEST_REGION + 1,
                true,
            ),
            (
                "on many pages",
                Repeated::OnManyPages,
                LONGEST_REGION + 1,
                true,
            ),
        ];
        for (name, repeated, length, taken) in cases {
            let (first, last) = apart(&words, length - GRAM);
            let profiles = repeating(&words, |at| {
                (first..=last).contains(&at).then_some(repeated)
            });
            let expected: Vec<Range<usize>> =
                taken.then_some(first..first + length).into_iter().collect();
            assert_eq!(
                regions(&profiles, &words, &[0]),
                expected,
                "{name}, {length} words"
            );
        }
    }

    #[test]
    fn regions_reach_to_the_ends_of_lines_that_are_near() {
        let words = text(200);
        let places = places(&words);
        let first = places[places.partition_point(|&at| at < 80)];
        let end = first + GRAM;
        let profiles = repeating(&words, |at| (at == first).then_some(Repeated::InStories));
        for (name, lines, expected) in [
            ("no line near", vec![0], first..end),
            ("at both ends", vec![0, first, end], first..end),
            (
                "as far as can be",
                vec![0, first - EDGE, end + EDGE],
                first - EDGE..end + EDGE,
            ),
            (
                "empty lines",
                vec![0, first - 2, first - 2, end + 1, end + 1, end + 1],
                first - 2..end + 1,
            ),
            ("a line that begins within", vec![0, first + 1], first..end),
        ] {
            assert_eq!(regions(&profiles, &words, &lines), [expected], "{name}");
        }
        let lines = [0, first - EDGE - 1, end + EDGE + 1];
        assert!(
            regions(&profiles, &words, &lines).is_empty(),
            "a phrase within a line stays"
        );
        let profiles = repeating(&words, |at| (at == first).then_some(Repeated::OnManyPages));
        let found = regions(&profiles, &words, &lines);
        assert!(
            found.len() == 1 && found[0] == (first..end),
            "unless it stands everywhere"
        );
        let elsewhere = SiteNo(8);
        let mut found = Vec::new();
        Stripper::default().regions(&profiles, elsewhere, &words, &[0], &mut found);
        assert!(found.is_empty(), "another site's");
    }

    proptest! {
        #[test]
        fn removing_equals_filtering(sequence in proptest::collection::vec(any::<u16>(), 0..60), ends in proptest::collection::btree_set(0usize..61, 0..12)) {
            let ends: Vec<usize> = ends.into_iter().filter(|&end| end <= sequence.len()).collect();
            let regions: Vec<Region> = ends.chunks_exact(2).map(|ends| Region { words: ends[0]..ends[1], key: 0, everywhere: false }).collect();
            let kept = sequence.iter().enumerate().filter(|(at, _)| !regions.iter().any(|region| region.words.contains(at)));
            let expected: Vec<u16> = kept.map(|(_, &word)| word).collect();
            let mut left = sequence.clone();
            remove(&mut left, &regions);
            prop_assert_eq!(left, expected);
        }

        #[test]
        fn regions_are_in_order_apart_and_within_the_text(
            repeated in proptest::collection::vec(proptest::option::of(0usize..3), 400),
            lines in proptest::collection::vec(0usize..400, 0..30),
            length in 0usize..400,
        ) {
            let words = text(length);
            let kinds = [Repeated::InStories, Repeated::InOwnStories, Repeated::OnManyPages];
            let profiles = repeating(&words, |at| repeated[at].map(|kind| kinds[kind]));
            let mut lines: Vec<usize> = lines.into_iter().filter(|&line| line <= length).chain([0]).collect();
            lines.sort_unstable();
            let found = regions(&profiles, &words, &lines);
            let mut before = 0;
            for region in found {
                prop_assert!(before <= region.start && region.start < region.end && region.end <= length);
                before = region.end;
            }
        }
    }
}

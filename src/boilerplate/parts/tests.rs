use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::boilerplate::judge::judge;
use crate::boilerplate::profiles::{ProfileEntry, Profiles, Repeated, short};
use crate::boilerplate::strip::{Region, Stripper};
use crate::catalog::{DocumentRow, SiteNo, hash_of_words};
use crate::document::{Precision, Published};
use crate::sketch::winnowing::{self, Fingerprinter, Winnowing};
use crate::text::words::hash_word;

/// Lengths of texts in words: a phrase, a prompt, a short notice, a gallery.
const LENGTHS: [usize; 4] = [16, 45, 90, 260];

/// A document of a test corpus.
#[derive(Debug, Clone, Default)]
struct TestPage {
    id: String,
    site: Option<String>,
    /// Number of the url; `None` if there is none.
    url: Option<u64>,
    title: u32,
    day: Option<i64>,
    words: Vec<u64>,
}

/// A run of words that only texts with this number have.
fn text(number: usize, length: usize) -> Vec<u64> {
    let word = |at: usize| (number << 10 | at) as u64;
    (0..length)
        .map(|at| (word(at) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .collect()
}

/// Fingerprints of a text.
fn repeats(words: &[u64]) -> Vec<u32> {
    let (mut runs, mut fingerprinter) = (Vec::new(), Fingerprinter::default());
    winnowing::runs(words, &mut runs);
    let chosen = fingerprinter.choose(&runs, Winnowing::for_boilerplate());
    chosen.iter().map(|chosen| short(chosen.hash)).collect()
}

impl TestPage {
    fn row(&self) -> DocumentRow<'_> {
        DocumentRow {
            id: &self.id,
            site: self.site.as_deref(),
            published: self.day.map(|day| Published {
                seconds: day * 86_400,
                precision: Precision::Second,
            }),
            page: self.url.map_or(0, |url| 1 << 32 | url),
            title: self.title,
            words: self.words.len() as u32,
            whole: hash_of_words(&self.words),
            repeats: repeats(&self.words),
            ..DocumentRow::default()
        }
    }
}

/// An entry by the name of its site; `None` if every site repeats the text.
type NamedEntry = (Option<String>, u32, Repeated);

fn named(entries: impl IntoIterator<Item = ProfileEntry>, names: &[String]) -> Vec<NamedEntry> {
    let name = |entry: ProfileEntry| {
        let site = names.get(entry.site.0 as usize).cloned();
        (site, entry.fingerprint, entry.repeated)
    };
    let mut named: Vec<NamedEntry> = entries.into_iter().map(name).collect();
    named.sort_unstable();
    named
}

/// Names of all sites, sorted.
fn site_names(pages: &[TestPage]) -> Vec<String> {
    let names: BTreeSet<&String> = pages.iter().filter_map(|page| page.site.as_ref()).collect();
    names.into_iter().cloned().collect()
}

fn catalog_of<'p>(pages: impl IntoIterator<Item = &'p TestPage>) -> Catalog {
    Catalog::of_part(pages.into_iter().map(TestPage::row), &[])
}

/// Learns from all pages at once.
fn learn(pages: &[TestPage], bytes_a_round: usize) -> (Catalog, Profiles) {
    let catalog = catalog_of(pages);
    let documents: Vec<DocNo> = catalog.documents().collect();
    let profiles = Profiles::learn(&catalog, &documents, bytes_a_round).expect("it is in memory");
    (catalog, profiles)
}

/// Learns in parts; `part` is the number of the part that has a page.
fn learn_in_parts(
    pages: &[TestPage],
    part: impl Fn(&TestPage) -> usize,
    bytes_a_round: usize,
) -> Vec<ProfileEntry> {
    let names = site_names(pages);
    let mut pages_of: BTreeMap<usize, Vec<&TestPage>> = BTreeMap::new();
    for page in pages {
        pages_of.entry(part(page)).or_default().push(page);
    }
    let catalogs: Vec<Catalog> = pages_of.into_values().map(catalog_of).collect();
    // Parts come in another order than sites.
    let parts: Vec<SitesPart<'_>> = catalogs
        .iter()
        .rev()
        .map(|catalog| SitesPart::new(catalog, bytes_a_round))
        .collect();
    let sharing = parts
        .iter()
        .map(|part| part.sharing_sites().expect("memory"));
    let shared: FxHashSet<u32> = shared(sharing.flatten().collect()).into_iter().collect();

    let mut evidence: Vec<SiteEvidence> = Vec::new();
    for part in &parts {
        for on_site in part.evidence(&shared).expect("it is in memory") {
            let name = part.groups.catalog.site_name(on_site.site);
            let site = names.iter().position(|other| other == name);
            evidence.push(SiteEvidence {
                site: SiteNo(site.expect("all names are there") as u32),
                ..on_site
            });
        }
    }
    evidence.sort_by_key(|on_site| (on_site.fingerprint, on_site.site));
    let fingerprints = evidence.chunk_by(|x, y| x.fingerprint == y.fingerprint);
    let entries: Vec<ProfileEntry> = fingerprints.flat_map(judge).collect();

    let fingerprints = entries.iter().map(|entry| entry.fingerprint).collect();
    let not_repeated = parts
        .iter()
        .flat_map(|part| part.not_repeated(&fingerprints).expect("it is in memory"));
    let elsewhere: FxHashSet<u32> = not_repeated.collect();
    let settle = |entry: ProfileEntry| match elsewhere.contains(&entry.fingerprint) {
        true => entry.if_elsewhere(),
        false => Some(entry),
    };
    entries.into_iter().filter_map(settle).collect()
}

/// Regions that are removed from a page of a site; every `line` words begin a line.
fn regions(profiles: &Profiles, site: SiteNo, page: &TestPage, line: usize) -> Vec<Region> {
    let lines: Vec<usize> = (0..page.words.len()).step_by(line).collect();
    let mut regions = Vec::new();
    Stripper::default().regions(profiles, site, &page.words, &lines, &mut regions);
    regions
}

/// Pages of a site with texts made from their numbers.
fn pages(site: &str, count: usize, words: impl Fn(usize) -> Vec<Vec<u64>>) -> Vec<TestPage> {
    let page = |at: usize| TestPage {
        id: format!("{site}/{at}"),
        site: Some(site.to_owned()),
        url: Some(((site.as_bytes()[0] as u64) << 16) + at as u64),
        title: at as u32 + 1,
        day: Some(at as i64),
        words: words(at).concat(),
    };
    (0..count).map(page).collect()
}

/// A text of a site that no other page has.
fn own(site: &str, at: usize) -> Vec<u64> {
    text(1_000 * site.as_bytes()[0] as usize + at, 120)
}

#[test]
fn what_depends_on_other_sites_is_found_in_parts() {
    use Repeated::{AnywhereInOwnStories, AtEnds, AtEndsOnlyHere, InManyStories};
    let above =
        |site: &'static str, count| pages(site, count, move |at| vec![text(1, 45), own(site, at)]);
    let within = |site: &'static str, count| {
        let text_of = move |at: usize| {
            let gallery = if at < 8 { text(1, 45) } else { Vec::new() };
            let before = [own(site, at), text(500_000 + at, 60 + 60 * (at % 5))].concat();
            vec![before, gallery, text(600_000 + at, 300 - 50 * (at % 5))]
        };
        pages(site, count, text_of)
    };
    let notices = |site: &'static str| {
        let mut notices = pages(site, 4, |_| vec![text(1, 90)]);
        notices.iter_mut().for_each(|page| page.title = 7);
        notices
    };
    let nowhere = |words| TestPage {
        id: "nowhere".to_owned(),
        words,
        ..TestPage::default()
    };
    // Fingerprints near the ends of a text depend on what stands around it.
    let of_text = repeats(&text(1, 45));
    let middle = of_text[of_text.len() / 2];
    let (b, c) = (Some("b.example"), Some("c.example"));
    type Case = (
        &'static str,
        Vec<Vec<TestPage>>,
        Vec<(Option<&'static str>, Repeated)>,
    );
    let cases: [Case; 11] = [
        (
            "on one site",
            vec![above("b.example", 5)],
            vec![(b, AtEndsOnlyHere)],
        ),
        (
            "on a page of another site",
            vec![above("b.example", 5), above("c.example", 1)],
            vec![(b, AtEnds)],
        ),
        (
            "on a page without a site",
            vec![above("b.example", 5), vec![nowhere(text(1, 45))]],
            vec![(b, AtEndsOnlyHere)],
        ),
        (
            "in many stories",
            vec![above("b.example", 20), above("c.example", 1)],
            vec![(None, InManyStories), (b, InManyStories)],
        ),
        (
            "in many stories of the site with the second name",
            vec![above("c.example", 20), above("b.example", 5)],
            vec![
                (None, AtEndsOnlyHere),
                (b, AtEndsOnlyHere),
                (c, InManyStories),
            ],
        ),
        (
            "within stories",
            vec![within("b.example", 20)],
            vec![(b, AnywhereInOwnStories)],
        ),
        (
            "within stories, and on a page of another site",
            vec![within("b.example", 20), above("c.example", 1)],
            vec![],
        ),
        ("on four pages", vec![above("b.example", 4)], vec![]),
        (
            "on four pages of each of two sites",
            vec![above("b.example", 4), above("c.example", 4)],
            vec![(None, AtEnds), (b, AtEnds), (c, AtEnds)],
        ),
        (
            "a notice on two sites",
            vec![notices("b.example"), notices("c.example")],
            vec![],
        ),
        (
            "a notice on three sites",
            vec![
                notices("b.example"),
                notices("c.example"),
                notices("d.example"),
            ],
            vec![
                (None, AtEnds),
                (b, AtEnds),
                (c, AtEnds),
                (Some("d.example"), AtEnds),
            ],
        ),
    ];
    for (name, sites, expected) in cases {
        let pages = sites.concat();
        let names = site_names(&pages);
        let part = |page: &TestPage| {
            names
                .iter()
                .position(|name| Some(name) == page.site.as_ref())
        };
        let in_parts = learn_in_parts(&pages, |page| part(page).unwrap_or(0), 1 << 20);
        let (_, profiles) = learn(&pages, 1 << 20);
        let in_parts = named(in_parts, &names);
        assert_eq!(in_parts, named(profiles.entries(), &names), "{name}");
        let kinds: Vec<(Option<&str>, Repeated)> = in_parts
            .iter()
            .filter(|(_, fingerprint, _)| *fingerprint == middle)
            .map(|(site, _, repeated)| (site.as_deref(), *repeated))
            .collect();
        assert_eq!(kinds, expected, "{name}");
    }
}

/// A text that some pages of a site have besides their stories.
#[derive(Debug, Clone)]
struct Chrome {
    /// Number of the text: sites have texts in common.
    number: usize,
    /// Beginning, middle or end.
    place: usize,
    /// The first pages of the site that have it, and one in this many of these.
    pages: usize,
    one_in: usize,
}

#[derive(Debug, Clone)]
struct TestSite {
    pages: usize,
    chrome: Vec<Chrome>,
    /// Pages that run one story, and its number: sites have stories in common.
    rerun: (usize, usize),
    /// Pages that have nothing but the first chrome.
    bare: usize,
    /// Words of the other stories.
    words: usize,
    has_urls: bool,
    has_titles: bool,
    days: i64,
}

fn chrome() -> impl Strategy<Value = Chrome> {
    (0usize..6, 0usize..3, 1usize..40, 1usize..4).prop_map(|(number, place, pages, one_in)| {
        Chrome {
            number,
            place,
            pages,
            one_in,
        }
    })
}

prop_compose! {
    fn site()(
        pages in 1usize..40,
        chrome in prop::collection::vec(chrome(), 0..4),
        rerun in prop_oneof![Just((0, 0)), (0usize..30, 0usize..3)],
        bare in prop_oneof![Just(0), 0usize..25],
        words in prop::sample::select(vec![0, 25, 120, 240]),
        has_urls in prop::bool::weighted(0.8),
        has_titles in any::<bool>(),
        days in 1i64..9,
    ) -> TestSite {
        TestSite { pages, chrome, rerun, bare, words, has_urls, has_titles, days }
    }
}

impl TestSite {
    fn pages(&self, site: usize) -> Vec<TestPage> {
        (0..self.pages).map(|at| self.page(site, at)).collect()
    }

    fn page(&self, site: usize, at: usize) -> TestPage {
        let (reruns, story) = self.rerun;
        let (number, words) = match at < reruns {
            true => (100 + story, 150),
            false => (1_000 + 100 * site + at, self.words),
        };
        let mut texts = vec![text(number, words / 2), text(100_000 + number, words / 2)];
        let is_bare = at >= self.pages.saturating_sub(self.bare) && !self.chrome.is_empty();
        if is_bare {
            texts.clear();
        }
        for chrome in &self.chrome[..if is_bare { 1 } else { self.chrome.len() }] {
            if at < chrome.pages && at.is_multiple_of(chrome.one_in) || is_bare {
                let place = [0, texts.len() / 2, texts.len()][chrome.place];
                let length = LENGTHS[chrome.number % LENGTHS.len()];
                texts.insert(place, text(chrome.number, length));
            }
        }
        TestPage {
            id: format!("{site}/{at}"),
            site: Some(format!("s{site}.example")),
            // Two captures of some pages.
            url: self
                .has_urls
                .then_some((100 * site + at - at % 7 / 6) as u64),
            title: if self.has_titles { at as u32 + 1 } else { 1 },
            day: Some(at as i64 % self.days),
            words: texts.concat(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Parts learn the same entries, and what is removed with them is what is removed from the
    /// documents that are read again after learning from all: no document loses words that need
    /// not be read again.
    #[test]
    fn parts_learn_what_is_learned_from_all(
        sites in prop::collection::vec((site(), 0usize..3), 1..6),
        nowhere in prop::collection::vec((0usize..6, 0usize..3), 0..5),
        bytes_a_round in prop::sample::select(vec![1 << 12, 1 << 20]),
        line in 5usize..60,
    ) {
        let mut pages: Vec<TestPage> = sites
            .iter()
            .enumerate()
            .flat_map(|(number, (site, _))| site.pages(number))
            .collect();
        pages.extend(nowhere.iter().enumerate().map(|(at, &(number, _))| TestPage {
            id: format!("nowhere/{at}"),
            words: [text(number, LENGTHS[number % 4]), text(90_000 + at, 30)].concat(),
            ..TestPage::default()
        }));
        pages.push(TestPage {
            id: "nowhere/placeholder".to_owned(),
            words: vec![hash_word(b"removed")],
            ..TestPage::default()
        });
        let names = site_names(&pages);
        let part = |page: &TestPage| {
            let (owner, at) = page.id.split_once('/').expect("all ids have one");
            match owner.parse::<usize>() {
                Ok(site) => sites[site].1,
                Err(_) => at.parse::<usize>().map_or(0, |at| nowhere[at].1),
            }
        };
        let entries = learn_in_parts(&pages, part, bytes_a_round);
        let (catalog, profiles) = learn(&pages, bytes_a_round);
        prop_assert_eq!(
            named(entries.iter().copied(), &names),
            named(profiles.entries(), &names)
        );

        let of_entries = Profiles::of_entries(entries);
        for doc in catalog.documents() {
            let page = &pages[catalog.row(doc)];
            let site = catalog.site(doc);
            prop_assert!(of_entries.touches(doc));
            let found = regions(&of_entries, site, page, line);
            let expected = match profiles.touches(doc) {
                true => regions(&profiles, site, page, line),
                false => Vec::new(),
            };
            prop_assert_eq!(found, expected);
        }
    }
}

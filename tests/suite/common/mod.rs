//! A corpus in memory, texts for it, and oracles that compare every pair and so define the right
//! answer.

#![allow(dead_code, reason = "no test file uses all of it")]

#[cfg(all(unix, feature = "cli"))]
pub mod nights;
#[cfg(feature = "cli")]
pub mod program;
#[cfg(feature = "remote")]
pub mod web_server;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use wirecopy::catalog::DocNo;
use wirecopy::cluster::{Relation, ReportedPair, Selection};
use wirecopy::compare::exact::Excerpts;
use wirecopy::document::{
    BlockTally, Corpus, Document, Fetch, ParsedRecord, Precision, Published, SourcePlace,
};
use wirecopy::error::ReadError;
use wirecopy::pipeline::{self, ScanResult, Settings, Surfacing, Unobserved};
use wirecopy::text::shingle::{Shingle, Shingler};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Settings that find near-duplicates of whole texts, boilerplate included, and no excerpts.
pub fn whole_copies(threshold: f64, surfacing: Surfacing) -> Settings {
    Settings {
        threshold,
        surfacing,
        excerpts: None,
        boilerplate: false,
        ..defaults()
    }
}

/// The default settings, created once: reading the table of agencies takes longer than most scans
/// in the tests.
pub fn defaults() -> Settings {
    static DEFAULTS: LazyLock<Settings> = LazyLock::new(Settings::default);
    DEFAULTS.clone()
}

/// A document of a test corpus.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub id: String,
    pub site: Option<String>,
    pub published: Option<i64>,
    pub text: String,
    pub url: Option<String>,
    pub canonical: Option<String>,
    pub title: Option<String>,
}

impl Page {
    /// Creates a page without a date and with its own url.
    pub fn new(site: &str, id: &str, text: &str) -> Page {
        Page {
            id: id.to_owned(),
            site: Some(site.to_owned()),
            text: text.to_owned(),
            url: Some(format!("https://{site}/{id}")),
            ..Page::default()
        }
    }

    /// Creates a page without site and url.
    pub fn without_site(id: &str, text: &str) -> Page {
        Page {
            site: None,
            url: None,
            ..Page::new("", id, text)
        }
    }

    /// The page with a time of publication, in seconds.
    pub fn at(self, published: i64) -> Page {
        Page {
            published: Some(published),
            ..self
        }
    }
}

/// A corpus in memory, read in blocks of a given size.
pub struct Memory {
    pub pages: Vec<Page>,
    pub pages_a_block: usize,
}

/// Time from which the times of pages count, the first second of 2026: zero is a placeholder.
pub const EPOCH: i64 = 1_767_225_601;

impl Memory {
    pub fn new(pages: Vec<Page>) -> Memory {
        Memory {
            pages,
            pages_a_block: 7,
        }
    }

    fn document(page: &Page) -> Document<'_> {
        Document {
            id: Some(Cow::Borrowed(&page.id)),
            text: Cow::Borrowed(&page.text),
            site: page.site.as_deref().map(Cow::Borrowed),
            url: page.url.as_deref().map(Cow::Borrowed),
            canonical: page.canonical.as_deref().map(Cow::Borrowed),
            title: page.title.as_deref().map(Cow::Borrowed),
            published: page.published.map(|seconds| Published {
                seconds: EPOCH + seconds,
                precision: Precision::Second,
            }),
            ..Document::default()
        }
    }
}

impl Corpus for Memory {
    type Block = std::ops::Range<usize>;

    fn sources(&self) -> usize {
        1
    }

    fn source_name(&self, _: usize) -> &str {
        "memory"
    }

    fn blocks(
        &self,
        _: usize,
    ) -> Box<dyn Iterator<Item = Result<Self::Block, ReadError>> + Send + '_> {
        let all = 0..self.pages.len();
        let size = self.pages_a_block;
        Box::new(
            all.step_by(size)
                .map(move |start| Ok(start..(start + size).min(self.pages.len()))),
        )
    }

    fn parse(&self, block: Self::Block, sink: &mut dyn FnMut(ParsedRecord<'_>)) -> BlockTally {
        let first = block.start;
        for at in block.clone() {
            let place = SourcePlace {
                source: 0,
                length: 1,
                offset: at as u64,
            };
            let number = (at - first) as u64;
            sink(ParsedRecord {
                place,
                record: number,
                line: number,
                document: Memory::document(&self.pages[at]),
                open_date: None,
            });
        }
        BlockTally {
            records: block.len() as u64,
            lines: block.len() as u64,
            ..BlockTally::default()
        }
    }
}

impl Fetch for Memory {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        sink(&Memory::document(&self.pages[place.offset as usize]));
        Ok(())
    }
}

/// One reported pair: ids, Jaccard, both containments, longest passage in words.
pub type Row = (String, String, f64, f64, f64, u32);

/// Scans a corpus in memory.
pub fn scan(corpus: &Memory, settings: &Settings) -> ScanResult {
    pipeline::scan(corpus, settings, &Unobserved).expect("a corpus in memory can be read")
}

/// Scans the pages in shuffled order, in blocks of the given size and on that many threads.
pub fn scan_shuffled(
    pages: &[Page],
    seed: u64,
    pages_a_block: usize,
    threads: usize,
    settings: &Settings,
) -> ScanResult {
    let mut pages = pages.to_vec();
    pages.sort_by_key(|page| xxh3_64_with_seed(page.id.as_bytes(), seed));
    let corpus = Memory {
        pages,
        pages_a_block,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("threads can be started")
        .install(|| scan(&corpus, settings))
}

/// Asserts that two scans gave the same result in every respect.
pub fn assert_same(name: &str, one: &ScanResult, other: &ScanResult) {
    assert_eq!(named(one), named(other), "{name}: pairs");
    assert_eq!(one.pairs, other.pairs, "{name}: pairs");
    assert_eq!(one.clusters, other.clusters, "{name}: clusters");
    assert_eq!(one.details, other.details, "{name}: details");
    assert_eq!(one.passages, other.passages, "{name}: passages");
    assert_eq!(one.removed, other.removed, "{name}: removed");
    assert_eq!(one.counts, other.counts, "{name}: counts");
}

/// A text of `words` invented words, ten per sentence, in an order that no other subject has.
pub fn story(subject: u64, words: usize) -> String {
    let sentences: Vec<String> = story_words(subject, words)
        .chunks(10)
        .map(|sentence| sentence.join(" ") + ".")
        .collect();
    sentences.join(" ")
}

/// The words of [`story`].
pub fn story_words(subject: u64, words: usize) -> Vec<String> {
    const SYLLABLES: [&str; 16] = [
        "ba", "ke", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "wo", "zu",
        "ha",
    ];
    let word = |at: usize| {
        let hash = xxh3_64_with_seed(&(at as u64).to_le_bytes(), subject);
        (0..4)
            .map(|place| SYLLABLES[(hash >> (4 * place)) as usize % 16])
            .collect()
    };
    (0..words).map(word).collect()
}

/// The text with every `step`th word replaced by a new one. `own` determines the new words and the
/// first place, so that two copies differ.
pub fn edited(text: &str, step: usize, own: u64) -> String {
    let changed = |(at, word): (usize, &str)| {
        let first = xxh3_64_with_seed(b"where", own) as usize % step;
        if at % step == first {
            format!("own{own}x{at}")
        } else {
            word.to_owned()
        }
    };
    let words: Vec<String> = text.split(' ').enumerate().map(changed).collect();
    words.join(" ")
}

/// The ids and the relation of every pair, sorted by ids.
pub fn named(findings: &ScanResult) -> Vec<(String, String, Relation)> {
    let id = |doc: DocNo| findings.catalog.id(doc).to_owned();
    let mut named: Vec<_> = findings
        .pairs
        .iter()
        .map(|pair| (id(pair.a), id(pair.b), pair.relation))
        .collect();
    named.sort();
    named
}

/// Number of the document with the given id.
pub fn doc(findings: &ScanResult, id: &str) -> DocNo {
    let mut documents = findings.catalog.documents();
    let found = documents.find(|&doc| findings.catalog.id(doc) == id);
    found.unwrap_or_else(|| panic!("no document {id}"))
}

/// The pairs of a scan as rows, sorted by ids.
pub fn rows(findings: &ScanResult) -> Vec<Row> {
    let id = |doc| findings.catalog.id(doc).to_owned();
    let row = |p: &ReportedPair| {
        (
            id(p.a),
            id(p.b),
            p.jaccard,
            p.containment_a,
            p.containment_b,
            p.longest.words as u32,
        )
    };
    let mut rows: Vec<Row> = findings.pairs.iter().map(row).collect();
    rows.sort_by(|x, y| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
    rows
}

/// Compares every pair of pages with sets and with the quadratic recurrence for the longest common
/// run.
pub fn oracle(pages: &[Page], shingle: Shingle, threshold: f64) -> Vec<Row> {
    let everything = Settings {
        shingle,
        ..whole_copies(threshold, Surfacing::Prefixes)
    };
    let found = oracle_with_excerpts(pages, &everything);
    found.into_iter().map(|(_, row)| row).collect()
}

/// [`oracle`] with excerpts and with the selection of the settings.
pub fn oracle_with_excerpts(pages: &[Page], settings: &Settings) -> Vec<(Relation, Row)> {
    let Settings {
        shingle,
        threshold,
        excerpts,
        selection,
        ..
    } = settings;
    let (shingle, threshold) = (*shingle, *threshold);
    let read = |page: &Page| {
        let mut shingler = Shingler::default();
        shingler.read(&page.text, shingle);
        (
            shingler.words.clone(),
            shingler.shingles.iter().copied().collect::<BTreeSet<u64>>(),
        )
    };
    let texts: Vec<_> = pages.iter().map(read).collect();
    let mut rows = Vec::new();
    for a in 0..pages.len() {
        for b in (0..pages.len()).filter(|&b| are_in_order(pages, &pages[a], &pages[b])) {
            let ((words_a, set_a), (words_b, set_b)) = (&texts[a], &texts[b]);
            let shared = set_a.intersection(set_b).count() as f64;
            let union = set_a.union(set_b).count() as f64;
            if shared == 0.0 {
                continue;
            }
            let jaccard = shared / union;
            let (of_a, of_b) = (shared / set_a.len() as f64, shared / set_b.len() as f64);
            let contained = of_a.max(of_b);
            let relation = if words_a == words_b {
                Some(Relation::Exact)
            } else if jaccard >= threshold {
                Some(Relation::Near)
            } else {
                excerpts.and_then(
                    |Excerpts {
                         containment,
                         passage,
                         long_passage,
                     }| {
                        let longest = longest_run(words_a, words_b);
                        // No text of a test that uses this has a quotation.
                        let is_long = long_passage.is_some_and(|long| longest >= long);
                        (longest >= passage && (contained >= containment || is_long))
                            .then_some(Relation::Excerpt)
                    },
                )
            };
            let Some(relation) = relation else { continue };
            if selects(selection, &pages[a], &pages[b], relation, contained) {
                let (id_a, id_b) = (pages[a].id.clone(), pages[b].id.clone());
                let longest = longest_run(words_a, words_b);
                rows.push((relation, (id_a, id_b, jaccard, of_a, of_b, longest)));
            }
        }
    }
    rows.sort_by(|(_, x), (_, y)| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
    rows
}

/// Tells whether reports name two different pages in this order: the one known to be earlier first,
/// else the one with the smaller id.
pub fn are_in_order(pages: &[Page], a: &Page, b: &Page) -> bool {
    let seconds = |page: &Page| page.published.filter(|_| !has_placeholder(pages, page));
    let (first, second) = (seconds(a), seconds(b));
    // A time with zero seconds may be any second of its minute.
    let end = |seconds: i64| match (EPOCH + seconds) % 60 {
        0 => seconds + 59,
        _ => seconds,
    };
    let is_earlier = |x: Option<i64>, y: Option<i64>| x.zip(y).is_some_and(|(x, y)| end(x) < y);
    is_earlier(first, second) || !is_earlier(second, first) && a.id < b.id
}

/// Tells whether at least three texts and pages of a site, and a fifth of its dated documents, have
/// the time of this page.
fn has_placeholder(pages: &[Page], page: &Page) -> bool {
    let of_site = |other: &&Page| page.site.is_some() && other.site == page.site;
    let dated = pages.iter().filter(of_site);
    let dated = dated.filter(|other| other.published.is_some()).count();
    let same = || {
        let same = pages.iter().filter(of_site);
        same.filter(|other| other.published == page.published)
    };
    let texts: BTreeSet<&str> = same().map(|other| &*other.text).collect();
    let addresses = same().map(|other| other.url.as_ref().unwrap_or(&other.id));
    let addresses: BTreeSet<&String> = addresses.collect();
    let different = texts.len().min(addresses.len());
    different >= 3 && 5 * different >= dated
}

/// An independent implementation of [`Selection`].
fn selects(selection: &Selection, a: &Page, b: &Page, relation: Relation, contained: f64) -> bool {
    let elsewhere = a.site.is_some() && b.site.is_some() && a.site != b.site;
    let one_site = a.site.is_some() && a.site == b.site;
    let one_page = a.url.is_some() && a.url == b.url;
    let apart = a.published.zip(b.published).map(|(a, b)| (b - a).abs());
    let on = |sites: &[String]| {
        [a, b]
            .iter()
            .any(|page| page.site.iter().any(|site| sites.contains(site)))
    };
    (selection.relations.is_empty() || selection.relations.contains(&relation))
        && (relation != Relation::Excerpt
            || !one_site
            || one_page
            || contained >= selection.same_site_containment)
        && (!selection.cross_site_only || elsewhere)
        && (selection.sites.is_empty() || on(&selection.sites))
        && !on(&selection.not_sites)
        && selection
            .window
            .is_none_or(|window| apart.is_some_and(|apart| apart <= window))
}

/// The pairs of a scan in the form of [`oracle_with_excerpts`].
pub fn related_rows(findings: &ScanResult) -> Vec<(Relation, Row)> {
    let relations = named(findings).into_iter().map(|(.., relation)| relation);
    relations.zip(rows(findings)).collect()
}

/// Number of words of the longest common run.
fn longest_run(a: &[u64], b: &[u64]) -> u32 {
    let mut best = 0;
    let mut row = vec![0; b.len() + 1];
    for x in a {
        for j in (0..b.len()).rev() {
            row[j + 1] = if *x == b[j] { row[j] + 1 } else { 0 };
            best = best.max(row[j + 1]);
        }
    }
    best
}

//! A reference: documents of which the others are copies, or not. Compared with an oracle that
//! looks at every pair of the two sides.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::common::{
    Memory, Page, assert_same, defaults, named, oracle_with_excerpts, rows, whole_copies,
};
use crate::dedup::{bands_at, chains, crowds, sure_bands};
use proptest::prelude::*;
use wirecopy::cluster::Relation;
use wirecopy::cluster::duplicates::Preference;
use wirecopy::compare::exact::Excerpts;
use wirecopy::document::{BlockTally, Corpus, Document, Fetch, ParsedRecord, SourcePlace};
use wirecopy::error::ReadError;
use wirecopy::pipeline::{
    self, Duplicates, ReferencePassages, ScanResult, Settings, Surfacing, Unobserved,
};
use wirecopy::text::shingle::{Shingle, Shingler};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Inputs and a reference in memory.
struct TwoSides {
    sides: [Memory; 2],
}

impl TwoSides {
    /// Splits pages: those for which `is_reference` is true are the reference.
    fn of(pages: &[Page], is_reference: impl Fn(&Page) -> bool) -> TwoSides {
        let side = |wanted: bool| {
            let pages = pages.iter().filter(|page| is_reference(page) == wanted);
            Memory::new(pages.cloned().collect())
        };
        TwoSides {
            sides: [side(false), side(true)],
        }
    }

    fn side(&self, source: u32) -> &Memory {
        &self.sides[source as usize]
    }
}

impl Corpus for TwoSides {
    type Block = (u32, std::ops::Range<usize>);

    fn sources(&self) -> usize {
        2
    }

    fn first_reference(&self) -> usize {
        1
    }

    fn source_name(&self, source: usize) -> &str {
        ["inputs", "reference"][source]
    }

    fn blocks(
        &self,
        source: usize,
    ) -> Box<dyn Iterator<Item = Result<Self::Block, ReadError>> + Send + '_> {
        let blocks = self.side(source as u32).blocks(0);
        Box::new(blocks.map(move |block| Ok((source as u32, block?))))
    }

    fn parse(
        &self,
        (source, block): Self::Block,
        sink: &mut dyn FnMut(ParsedRecord<'_>),
    ) -> BlockTally {
        self.side(source).parse(block, &mut |record| {
            let place = SourcePlace {
                source,
                ..record.place
            };
            sink(ParsedRecord { place, ..record });
        })
    }
}

impl Fetch for TwoSides {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        self.side(place.source).fetch(place, sink)
    }
}

/// Every third page or so is of the reference.
fn is_reference(page: &Page) -> bool {
    xxh3_64_with_seed(page.id.as_bytes(), 5).is_multiple_of(3)
}

fn duplicates(corpus: &TwoSides, settings: &Settings) -> Duplicates {
    pipeline::duplicates(corpus, settings, Preference::default(), &Unobserved)
        .expect("a corpus in memory can be read")
}

fn scan(corpus: &TwoSides, settings: &Settings) -> ScanResult {
    pipeline::scan(corpus, settings, &Unobserved).expect("a corpus in memory can be read")
}

fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("threads can be started").install(work)
}

/// The id of every removed document, with the id of the document that stays, the relation and the
/// Jaccard similarity.
fn removed(found: &Duplicates) -> BTreeMap<String, (String, Relation, f64)> {
    let id = |doc| found.catalog.id(doc).to_owned();
    let removed = found.duplicates.iter().map(|duplicate| {
        let of = (id(duplicate.of), duplicate.relation, duplicate.jaccard);
        (id(duplicate.doc), of)
    });
    removed.collect()
}

/// Words and distinct shingles of a page.
fn read(page: &Page, shingle: Shingle) -> (Vec<u64>, HashSet<u64>) {
    let mut shingler = Shingler::default();
    shingler.read(&page.text, shingle);
    let shingles = shingler.shingles.iter().copied().collect();
    (shingler.words.clone(), shingles)
}

/// The Jaccard similarity of each input with each page of the reference, where it is high enough.
fn copies(pages: &[Page], settings: &Settings) -> BTreeMap<String, BTreeMap<String, f64>> {
    let texts: Vec<_> = pages
        .iter()
        .map(|page| read(page, settings.shingle))
        .collect();
    let mut copies: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for (input, (_, set)) in pages
        .iter()
        .zip(&texts)
        .filter(|(page, _)| !is_reference(page))
    {
        let references = pages
            .iter()
            .zip(&texts)
            .filter(|(page, _)| is_reference(page));
        for (reference, (_, other)) in references {
            let shared = set.intersection(other).count();
            let jaccard = shared as f64 / (set.len() + other.len() - shared) as f64;
            if shared > 0 && jaccard >= settings.threshold {
                let of_input = copies.entry(input.id.clone()).or_default();
                of_input.insert(reference.id.clone(), jaccard);
            }
        }
    }
    copies
}

fn two_words(threshold: f64, surfacing: Surfacing) -> Settings {
    Settings {
        shingle: Shingle::Words(2),
        ..whole_copies(threshold, surfacing)
    }
}

/// True if a text has so many words in a row of another one, or all of it if that has fewer.
fn holds_passage(text: &[u64], of: &[u64], passages: ReferencePassages) -> bool {
    let length = (passages.words as usize).min(of.len());
    of.len() >= passages.fewest_words as usize
        && of
            .windows(length.max(1))
            .any(|run| text.windows(run.len()).any(|own| own == run))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn documents_removed_against_a_reference_are_those_of_all_pairs(
        pages in chains(),
        threshold in prop::sample::select(vec![0.3, 0.5, 0.8, 1.0]),
    ) {
        let corpus = TwoSides::of(&pages, is_reference);
        for surfacing in [sure_bands(), Surfacing::Prefixes] {
            let settings = two_words(threshold, surfacing);
            let expected = copies(&pages, &settings);
            let removed = removed(&duplicates(&corpus, &settings));
            let of_all_pairs: BTreeSet<&String> = expected.keys().collect();
            prop_assert_eq!(removed.keys().collect::<BTreeSet<_>>(), of_all_pairs);
            for (id, (of, relation, jaccard)) in &removed {
                let best = expected[id].values().copied().fold(0.0, f64::max);
                prop_assert_eq!(expected[id].get(of), Some(jaccard));
                prop_assert_eq!(*jaccard, best);
                prop_assert!(*relation == Relation::Near || *jaccard == 1.0);
            }
        }
    }

    #[test]
    fn documents_with_a_passage_of_a_reference_are_those_of_all_pairs(
        pages in chains(),
        words in 2u32..6,
        fewest_words in 1u32..4,
    ) {
        let corpus = TwoSides::of(&pages, is_reference);
        let passages = ReferencePassages { words, fewest_words };
        let settings = Settings {
            reference_passages: Some(passages),
            ..two_words(0.8, Surfacing::Prefixes)
        };
        let texts = || pages.iter().map(|page| (page, read(page, settings.shingle).0));
        let copies = copies(&pages, &settings);
        let found = duplicates(&corpus, &settings);
        let removed = removed(&found);
        for (page, text) in texts().filter(|(page, _)| !is_reference(page)) {
            let mut references = texts().filter(|(page, _)| is_reference(page));
            let holds = references.any(|(_, of)| holds_passage(&text, &of, passages));
            let is_gone = holds || copies.contains_key(&page.id);
            prop_assert_eq!(removed.contains_key(&page.id), is_gone, "{:?}", &page.text);
        }
        for (id, (of, relation, _)) in &removed {
            let text = |id: &String| texts().find(|(page, _)| page.id == *id).expect("a page").1;
            if *relation == Relation::Excerpt {
                prop_assert!(holds_passage(&text(id), &text(of), passages), "{id} {of}");
            }
        }
        let counts = found.reference.expect("passages were looked for");
        let references = pages.iter().filter(|page| is_reference(page)).count() as u64;
        prop_assert_eq!(counts.passages + counts.wholes + counts.too_short, references);
    }

    #[test]
    fn pairs_with_a_reference_are_those_of_all_pairs(pages in chains(), seed: u64) {
        let settings = Settings {
            threshold: 0.5,
            surfacing: Surfacing::Prefixes,
            excerpts: Some(Excerpts {
                containment: 0.3,
                passage: 5,
                long_passage: None,
            }),
            boilerplate: false,
            ..defaults()
        };
        let of_reference = |id: &String| {
            let page = pages.iter().find(|page| page.id == *id);
            is_reference(page.expect("a page"))
        };
        let mut expected = oracle_with_excerpts(&pages, &settings);
        expected.retain(|(_, row)| of_reference(&row.0) != of_reference(&row.1));
        let mut expected: Vec<_> = expected.into_iter().map(|(_, row)| row).collect();
        expected.sort_by(|x, y| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
        let mut shuffled = pages.clone();
        shuffled.sort_by_key(|page| xxh3_64_with_seed(page.id.as_bytes(), seed));
        for surfacing in [sure_bands(), Surfacing::Prefixes] {
            let settings = Settings { surfacing, ..settings.clone() };
            let found = in_pool(1, || scan(&TwoSides::of(&pages, is_reference), &settings));
            prop_assert_eq!(&rows(&found), &expected);
            let again = in_pool(3, || scan(&TwoSides::of(&shuffled, is_reference), &settings));
            assert_same("in another order", &found, &again);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn crowds_are_removed_against_a_reference_in_any_order(pages in crowds(), seed: u64) {
        let mut shuffled = pages.clone();
        shuffled.sort_by_key(|page| xxh3_64_with_seed(page.id.as_bytes(), seed));
        for surfacing in [bands_at(0.5), Surfacing::Prefixes] {
            let settings = two_words(0.5, surfacing);
            let copies = copies(&pages, &settings);
            let once = |pages: &[Page], threads| {
                let corpus = TwoSides::of(pages, is_reference);
                in_pool(threads, || removed(&duplicates(&corpus, &settings)))
            };
            let found = once(&pages, 1);
            for (id, (of, _, jaccard)) in &found {
                prop_assert_eq!(copies[id].get(of), Some(jaccard));
            }
            prop_assert_eq!(&found, &once(&shuffled, 3));
            if surfacing == Surfacing::Prefixes {
                prop_assert_eq!(found.keys().collect::<Vec<_>>(), copies.keys().collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn ids_of_both_sides_do_not_clash() {
    let text = "the harbour master said the ferry would sail again on monday at noon sharp";
    let inputs = vec![
        Page::without_site("1", text),
        Page::without_site(
            "2",
            "the orchestra cancelled its tour of the northern islands today",
        ),
        Page::without_site(
            "3",
            "the orchestra cancelled its tour of the northern islands today",
        ),
    ];
    let reference = vec![Page::without_site("1", text), Page::without_site("2", text)];
    let corpus = TwoSides {
        sides: [Memory::new(inputs), Memory::new(reference)],
    };
    let settings = Settings {
        boilerplate: false,
        ..defaults()
    };
    let found = duplicates(&corpus, &settings);
    assert_eq!(found.read.rejected(), 0);
    let removed = removed(&found);
    assert_eq!(removed.len(), 1);
    assert_eq!(removed["1"].0, "reference:1");
    let counts = &found.counts.documents;
    assert_eq!((counts.read, counts.reference), (3, 2));

    let pairs = named(&scan(&corpus, &settings));
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned(), Relation::Exact);
    assert_eq!(pairs, [pair("1", "reference:1"), pair("1", "reference:2")]);
}

#[test]
fn a_passage_that_everyone_has_is_found_in_every_document() {
    let asked = "which river of the old kingdom carried the salt barges to the winter market";
    let inputs = (0..400).map(|number| {
        let own = crate::common::story(number, 60);
        Page::without_site(&format!("i{number}"), &format!("{own} {asked} {own}"))
    });
    let reference = (0..50).map(|number| {
        let own = crate::common::story(1_000 + number, 20);
        Page::without_site(&format!("r{number:02}"), &format!("{asked} {own}"))
    });
    let corpus = TwoSides {
        sides: [
            Memory::new(inputs.collect()),
            Memory::new(reference.collect()),
        ],
    };
    let settings = Settings {
        reference_passages: Some(ReferencePassages {
            words: 13,
            fewest_words: 5,
        }),
        boilerplate: false,
        ..defaults()
    };
    let found = duplicates(&corpus, &settings);
    assert_eq!(found.duplicates.len(), 400);
    for duplicate in &found.duplicates {
        assert_eq!(duplicate.relation, Relation::Excerpt);
        assert_eq!(duplicate.longest_passage, Some(14));
        assert_eq!(found.catalog.id(duplicate.of), "r00");
    }
}

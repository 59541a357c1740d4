//! Removal of duplicates, checked against an oracle that compares every pair and then applies the
//! rule for the document to keep.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use crate::common::{Memory, Page, defaults, edited, story, whole_copies};
use proptest::prelude::*;
use wirecopy::candidates::families::BIG_CLUSTER;
use wirecopy::catalog::{Catalog, DocNo};
use wirecopy::cluster::Relation;
use wirecopy::cluster::duplicates::{Keep, Preference};
use wirecopy::index::{Addition, Writer};
use wirecopy::pipeline::{self, Duplicates, EarlierRuns, Settings, Surfacing, Unobserved};
use wirecopy::sketch::banding::{Banding, Bands, RecallTarget, Rows};
use wirecopy::text::shingle::{Shingle, Shingler};
use xxhash_rust::xxh3::xxh3_64_with_seed;

const KEEPS: [Keep; 4] = [
    Keep::FirstPublished,
    Keep::LastPublished,
    Keep::Longest,
    Keep::FirstRead,
];

const NONE_SEEN: &(dyn Fn(&Catalog, DocNo) -> bool + Sync) = &|_, _| false;

/// Enough bands to find every pair at or above 0.3: the chance to miss one is below 1e-9.
pub fn sure_bands() -> Surfacing {
    Surfacing::Bands(Banding::new(Bands(230), Rows(2)).expect("in range"))
}

fn settings(threshold: f64, surfacing: Surfacing) -> Settings {
    Settings {
        shingle: Shingle::Words(2),
        ..whole_copies(threshold, surfacing)
    }
}

fn find(pages: &[Page], settings: &Settings, preference: Preference<'_>) -> Duplicates {
    let corpus = Memory::new(pages.to_vec());
    pipeline::duplicates(&corpus, settings, preference, &Unobserved)
        .expect("a corpus in memory can be read")
}

/// Scans one night against an index and adds the documents that are kept.
fn night(index: &Path, pages: &[Page], settings: &Settings) -> Duplicates {
    let corpus = Memory::new(pages.to_vec());
    let mut writer = Writer::open(index, false, &|_| {}).expect("no other process writes");
    let before = writer.index().map(|index| index.before(None, None));
    let (before, _) = before
        .transpose()
        .expect("the index is intact")
        .unwrap_or_else(|| (EarlierRuns::of_new_index(), 0));
    let preference = Preference {
        seen: &|catalog, doc| !catalog.is_new(doc),
        ..Preference::default()
    };
    let found = pipeline::duplicates_after(&corpus, before, settings, preference, &Unobserved);
    let found = found.expect("a corpus in memory can be read");
    let addition = Addition {
        catalog: &found.catalog,
        new: found.staying(),
        compared: &[],
        names: &[],
        boilerplate: &found.boilerplate,
        replaced: &found.read.replaced,
        withdrawn: &found.read.withdrawn,
        conflicts: found.read.conflicting(),
    };
    let change = writer.add(&addition, &corpus, settings, 0, None);
    change
        .and_then(|change| change.publish())
        .expect("the change can be published");
    found
}

fn keeping(keep: Keep) -> Preference<'static> {
    Preference {
        keep,
        seen: NONE_SEEN,
        ..Preference::default()
    }
}

/// The id of every duplicate, with the id of the kept document, the relation and the Jaccard
/// similarity.
fn removed(found: &Duplicates) -> BTreeMap<String, (String, Relation, f64)> {
    let id = |doc| found.catalog.id(doc).to_owned();
    let removed = found.duplicates.iter().map(|duplicate| {
        let of = (id(duplicate.of), duplicate.relation, duplicate.jaccard);
        (id(duplicate.doc), of)
    });
    removed.collect()
}

/// The ids of pages, the most preferred first.
fn preferred(pages: &[Page], keep: Keep, seen: &dyn Fn(&str) -> bool) -> Vec<String> {
    let words = |page: &Page| page.text.split_whitespace().count();
    let mut order: Vec<(usize, &Page)> = pages.iter().enumerate().collect();
    order.sort_by_key(|&(at, page)| {
        let own = match keep {
            Keep::FirstPublished => 0,
            Keep::LastPublished => page.published.map_or(usize::MAX, |at| 1_000 - at as usize),
            Keep::Longest => usize::MAX - words(page),
            Keep::FirstRead => at,
        };
        let published = (page.published.is_none(), page.published);
        (!seen(&page.id), own, published, page.id.clone())
    });
    order.into_iter().map(|(_, page)| page.id.clone()).collect()
}

/// The Jaccard similarity of every two pages that are whole copies, in both directions.
fn similarities(pages: &[Page], threshold: f64) -> BTreeMap<(String, String), f64> {
    let read = |page: &Page| {
        let mut shingler = Shingler::default();
        shingler.read(&page.text, Shingle::Words(2));
        shingler.shingles.iter().copied().collect::<HashSet<u64>>()
    };
    let sets: Vec<_> = pages.iter().map(read).collect();
    let mut similarity = BTreeMap::new();
    for (at, (a, set_a)) in pages.iter().zip(&sets).enumerate() {
        for (b, set_b) in pages[..at].iter().zip(&sets) {
            let shared = set_a.intersection(set_b).count();
            let jaccard = shared as f64 / (set_a.len() + set_b.len() - shared) as f64;
            if shared > 0 && jaccard >= threshold {
                similarity.insert((a.id.clone(), b.id.clone()), jaccard);
                similarity.insert((b.id.clone(), a.id.clone()), jaccard);
            }
        }
    }
    similarity
}

/// Fails unless the removed documents are those of the naive rule, each with a true reason.
fn check(
    pages: &[Page],
    jaccard: &BTreeMap<(String, String), f64>,
    settings: &Settings,
    keep: Keep,
    seen: &(dyn Fn(&str) -> bool + Sync),
) -> Result<(), TestCaseError> {
    let (mut staying, mut going) = (Vec::new(), BTreeSet::new());
    for id in preferred(pages, keep, seen) {
        let copies = |other: &String| jaccard.contains_key(&(id.clone(), other.clone()));
        if !seen(&id) && staying.iter().any(copies) {
            going.insert(id);
        } else {
            staying.push(id);
        }
    }
    let seen_document = |catalog: &Catalog, doc: DocNo| seen(catalog.id(doc));
    let preference = Preference {
        seen: &seen_document,
        ..keeping(keep)
    };
    let removed = removed(&find(pages, settings, preference));
    prop_assert_eq!(
        removed.keys().cloned().collect::<BTreeSet<_>>(),
        going,
        "{:?}",
        keep
    );
    for (id, (of, relation, value)) in removed {
        prop_assert!(
            staying.contains(&of),
            "{} is a duplicate of {}, which is removed",
            id,
            of
        );
        let pair = (id, of);
        prop_assert_eq!(jaccard.get(&pair), Some(&value), "{:?}", &pair);
        // Different texts may have equal sets of shingles, so 1 does not prove equal words.
        prop_assert!(relation == Relation::Near || value == 1.0, "{:?}", pair);
    }
    Ok(())
}

fn page(number: usize, published: Option<i64>, text: String) -> Page {
    Page {
        id: format!("p{number:04}"),
        published,
        text,
        ..Page::default()
    }
}

fn thresholds() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![0.3, 0.5, 0.8, 1.0])
}

/// Chains of edits: each text is another one with a word added or removed, so that the similarity
/// decreases along the chain.
pub fn chains() -> impl Strategy<Value = Vec<Page>> {
    let edit = (
        any::<prop::sample::Index>(),
        0usize..16,
        prop::option::of("[a-e]{1,2}"),
    );
    let first = prop::collection::vec("([a-e]{1,2} ){0,16}", 1..4);
    let when = prop::collection::vec(prop::option::of(0i64..9), 40);
    (first, prop::collection::vec(edit, 0..24), when).prop_map(|(mut texts, edits, when)| {
        for (of, at, word) in edits {
            let of = of.index(texts.len());
            let mut words: Vec<&str> = texts[of].split_whitespace().collect();
            let at = at.min(words.len());
            match &word {
                Some(word) => words.insert(at, word),
                None if at < words.len() => drop(words.remove(at)),
                None => {}
            }
            let text = words.join(" ");
            texts.push(text);
        }
        let numbered = texts.into_iter().enumerate();
        numbered.map(|(i, text)| page(i, when[i], text)).collect()
    })
}

/// More near copies than a bucket may hold before it is hot: edits of a few similar texts.
pub fn crowds() -> impl Strategy<Value = Vec<Page>> {
    let member = (0usize..3, 4usize..40, 0u64..400, prop::option::of(0i64..50));
    prop::collection::vec(member, BIG_CLUSTER + 1..BIG_CLUSTER + 100).prop_map(|members| {
        let texts = [
            story(1, 40),
            edited(&story(1, 40), 20, 1),
            edited(&story(1, 40), 9, 2),
        ];
        let text = |(of, step, own): (usize, usize, u64)| {
            let mut text = edited(&texts[of], step, own);
            if own % 3 == 0 {
                text.push_str(&" more".repeat(own as usize % 4));
            }
            text
        };
        let numbered = members.into_iter().enumerate();
        numbered
            .map(|(i, (of, step, own, when))| page(i, when, text((of, step, own))))
            .collect()
    })
}

pub fn bands_at(threshold: f64) -> Surfacing {
    let target = RecallTarget {
        threshold,
        ..RecallTarget::default()
    };
    Surfacing::Bands(Banding::for_recall(target).expect("the threshold can be planned"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn removed_documents_are_those_of_the_naive_rule(
        pages in chains(),
        threshold in thresholds(),
        seen in 0usize..4,
    ) {
        let jaccard = similarities(&pages, threshold);
        for keep in KEEPS {
            for surfacing in [sure_bands(), Surfacing::Prefixes] {
                // An earlier run kept one page in every `4 * seen`.
                let is_seen = |number: usize| seen > 0 && number % (4 * seen) == 1;
                let seen = |id: &str| id[1..].parse().is_ok_and(is_seen);
                check(&pages, &jaccard, &settings(threshold, surfacing), keep, &seen)?;
            }
        }
    }

    #[test]
    fn over_nights_every_removed_document_has_a_kept_copy(
        pages in chains(),
        threshold in thresholds(),
        nights in prop::collection::vec(0usize..3, 24),
    ) {
        let settings = Settings {
            keep_hashes: true,
            ..settings(threshold, Surfacing::Prefixes)
        };
        let directory = tempfile::tempdir().expect("a temporary directory can be created");
        let index = directory.path().join("index");
        let similarity = similarities(&pages, threshold);
        let mut kept = BTreeSet::new();
        for number in 0..3 {
            let dated = pages.iter().zip(nights.iter().cycle());
            let those = dated.filter(|(_, night)| **night == number);
            let those: Vec<Page> = those.map(|(page, _)| page.clone()).collect();
            let found = night(&index, &those, &settings);
            let removed = removed(&found);
            let ids = those.iter().map(|page| page.id.clone());
            kept.extend(ids.filter(|id| !removed.contains_key(id)));
            for (id, (of, _, jaccard)) in removed {
                prop_assert!(kept.contains(&of), "{} was not kept", of);
                prop_assert_eq!(similarity.get(&(id, of)), Some(&jaccard));
            }
        }
        for a in &kept {
            let is_copy = |b: &String| similarity.contains_key(&(a.clone(), b.clone()));
            prop_assert!(!kept.iter().any(is_copy), "{} is kept beside a copy", a);
        }
        // The kept documents are known, and the others are removed again.
        let again = night(&index, &pages, &settings);
        prop_assert_eq!(again.staying(), Vec::new());
        prop_assert_eq!(again.read.known.len(), kept.len());
    }

    #[test]
    fn over_nights_records_may_return_and_change(
        pages in chains(),
        threshold in thresholds(),
        nights in prop::collection::vec((0usize..4, 0usize..8), 40),
    ) {
        let settings = Settings {
            keep_hashes: true,
            ..settings(threshold, Surfacing::Prefixes)
        };
        let directory = tempfile::tempdir().expect("a temporary directory can be created");
        let index = directory.path().join("index");
        let similarity = similarities(&pages, threshold);
        let likeness = |a: usize, b: usize| {
            similarity.get(&(pages[a].id.clone(), pages[b].id.clone())).copied()
        };
        let words = |at: usize| pages[at].text.split_whitespace().collect::<Vec<_>>();
        // The page that was kept last, by id.
        let mut kept: BTreeMap<String, usize> = BTreeMap::new();
        for number in 0..4 {
            let mut tonight: BTreeMap<String, usize> = BTreeMap::new();
            let numbered = nights.iter().take(pages.len()).enumerate();
            for (at, (_, id)) in numbered.filter(|(_, (night, _))| *night == number) {
                tonight.entry(format!("n{id}")).or_insert(at);
            }
            // On one page, so that the id names one document.
            let with_id = |(id, &at): (&String, &usize)| Page {
                published: pages[at].published,
                ..Page::new("news.example", id, &pages[at].text)
            };
            let those: Vec<Page> = tonight.iter().map(with_id).collect();
            let found = night(&index, &those, &settings);
            let is_known = |(id, at): &(&String, &usize)| {
                kept.get(*id).is_some_and(|&before| words(before) == words(**at))
            };
            let known = tonight.iter().filter(is_known).map(|(id, _)| id.clone());
            let known: Vec<String> = known.collect();
            let outcomes: Vec<_> = found.outcomes().collect();
            let read = outcomes.iter().map(|outcome| found.catalog.id(outcome.doc));
            let read: Vec<&str> = read.collect();
            let ids: Vec<_> = tonight.keys().collect();
            prop_assert_eq!(read, ids, "every record has an outcome, in order of reading");
            let id_of = |doc| found.catalog.id(doc).to_owned();
            let of_itself = |outcome: &&pipeline::Outcome| {
                outcome.duplicate.is_some_and(|duplicate| duplicate.of == outcome.doc)
            };
            let themselves = outcomes.iter().filter(of_itself);
            let themselves: Vec<_> = themselves.map(|outcome| id_of(outcome.doc)).collect();
            prop_assert_eq!(themselves, known.clone());
            kept.retain(|id, _| known.contains(id) || !tonight.contains_key(id));
            let staying = outcomes.iter().filter(|outcome| outcome.duplicate.is_none());
            let staying = staying.map(|outcome| id_of(outcome.doc));
            kept.extend(staying.map(|id| (id.clone(), tonight[&id])));
            for duplicate in outcomes.iter().filter_map(|outcome| outcome.duplicate) {
                let (id, of) = (id_of(duplicate.doc), id_of(duplicate.of));
                prop_assert!(kept.contains_key(&of), "{} was not kept", of);
                let (doc, of) = (tonight[&id], kept[&of]);
                if words(doc) == words(of) {
                    let found = (duplicate.relation, duplicate.jaccard);
                    prop_assert_eq!(found, (Relation::Exact, 1.0));
                } else {
                    prop_assert_eq!(likeness(doc, of), Some(duplicate.jaccard));
                }
            }
        }
        for (id, &a) in &kept {
            for (other, &b) in &kept {
                let is_copy = id != other && likeness(a, b).is_some();
                prop_assert!(!is_copy, "{} is kept beside {}", id, other);
            }
        }
    }

    #[test]
    fn results_do_not_depend_on_order_blocks_or_threads(
        pages in chains(),
        pages_a_block in 1usize..9,
        threads in 1usize..4,
        seed: u64,
    ) {
        for keep in [Keep::FirstPublished, Keep::Longest] {
            let settings = settings(0.5, sure_bands());
            let once = removed(&find(&pages, &settings, keeping(keep)));
            let mut shuffled = pages.clone();
            shuffled.sort_by_key(|page| xxh3_64_with_seed(page.id.as_bytes(), seed));
            let corpus = Memory { pages: shuffled, pages_a_block };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.expect("threads can be started");
            let find = || pipeline::duplicates(&corpus, &settings, keeping(keep), &Unobserved);
            let again = pool.install(find);
            prop_assert_eq!(removed(&again.expect("a corpus in memory can be read")), once);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn crowds_follow_the_same_rule(
        pages in crowds(),
        threshold in prop::sample::select(vec![0.5, 0.8]),
        prefixes: bool,
    ) {
        // The chance to miss a pair at 0.5 is 1e-8.
        let bands = Surfacing::Bands(Banding::new(Bands(64), Rows(2)).expect("in range"));
        let surfacing = if prefixes { Surfacing::Prefixes } else { bands };
        let jaccard = similarities(&pages, threshold);
        for keep in KEEPS {
            check(&pages, &jaccard, &settings(threshold, surfacing), keep, &|_| false)?;
        }
    }
}

#[test]
fn a_document_similar_only_to_a_removed_one_is_kept() {
    let words: Vec<String> = (0..30).map(|n| format!("w{n}")).collect();
    let text = |from: usize| words[from..from + 20].join(" ");
    // Each is similar to the next only.
    let chain: Vec<Page> = (0..3)
        .map(|n| page(n, Some(n as i64), text(4 * n)))
        .collect();
    let found = find(
        &chain,
        &settings(0.6, sure_bands()),
        keeping(Keep::default()),
    );
    let removed = removed(&found);
    assert_eq!(removed.keys().collect::<Vec<_>>(), ["p0001"]);
    assert_eq!(removed["p0001"].0, "p0000");
    assert_eq!(removed["p0001"].1, Relation::Near);
}

#[test]
fn documents_seen_before_lead_and_are_not_written_again() {
    let words: Vec<String> = (0..30).map(|n| format!("w{n}")).collect();
    let text = |from: usize| words[from..from + 20].join(" ");
    let pages: Vec<Page> = [0, 4, 0, 8, 8]
        .into_iter()
        .enumerate()
        .map(|(n, from)| page(n, Some(n as i64), text(from)))
        .collect();
    // An earlier run kept the last two, although they are copies of each other.
    let seen = |catalog: &Catalog, doc: DocNo| ["p0003", "p0004"].contains(&catalog.id(doc));
    let preference = Preference {
        keep: Keep::FirstPublished,
        seen: &seen,
        ..Preference::default()
    };
    let found = find(&pages, &settings(0.6, sure_bands()), preference);
    let decided: Vec<&str> = found
        .decided
        .iter()
        .map(|&doc| found.catalog.id(doc))
        .collect();
    assert_eq!(decided, ["p0000", "p0001", "p0002"]);
    let removed = removed(&found);
    assert_eq!(removed.keys().collect::<Vec<_>>(), ["p0001", "p0002"]);
    assert_eq!(
        removed["p0001"].0, "p0003",
        "similar to both, and p0003 was seen before"
    );
    assert_eq!(removed["p0002"].0, "p0000");
}

#[test]
fn a_crowd_costs_about_linear_work() {
    let pages: Vec<Page> = (0..1000)
        .map(|n| page(n, None, edited(&story(1, 200), 190, n as u64)))
        .collect();
    for keep in KEEPS {
        let found = find(&pages, &whole_copies(0.8, bands_at(0.8)), keeping(keep));
        assert_eq!(found.duplicates.len(), 999, "{keep:?}");
        let candidates = found.counts.candidates.compared;
        assert!(candidates < 4000, "{keep:?}: {candidates} candidates");
        assert_eq!(found.counts.bounded.buckets.pairs, 0);
    }
}

/// Pages with a common beginning, no two of which are whole copies, are kept without comparing all
/// pairs.
#[test]
fn a_crowd_of_dissimilar_pages_is_bounded_and_counted() {
    let pages: Vec<Page> = (0..1500)
        .map(|n| {
            let text = format!("{} {}", story(1, 30), story(100 + n, 30));
            page(n as usize, None, text)
        })
        .collect();
    let bands = Surfacing::Bands(Banding::new(Bands(20), Rows(1)).expect("in range"));
    let found = find(&pages, &whole_copies(0.8, bands), keeping(Keep::default()));
    assert_eq!(found.duplicates, []);
    let counts = &found.counts;
    assert!(counts.bounded.buckets.number > 0, "{counts:?}");
    assert!(
        counts.bounded.buckets.largest > BIG_CLUSTER as u64,
        "{counts:?}"
    );
    assert!(counts.bounded.buckets.pairs > 0, "{counts:?}");
    assert!(
        2 * counts.candidates.compared < 1500 * 1499 / 2,
        "{counts:?}"
    );
}

/// A story with the prompt of one site, published on another: a duplicate, although the boilerplate
/// was removed from only one of the pages.
#[test]
fn documents_that_are_identical_as_read_are_duplicates() {
    let prompt = story(900, 40);
    let own = |n: u64, words| story(n, words);
    let mut pages: Vec<Page> = (0..8)
        .map(|n| {
            let text = format!("{prompt}\n{}", own(n, 80));
            Page::new("a.example", &format!("a{n}"), &text)
        })
        .collect();
    let shared = format!("{prompt}\n{}", own(50, 60));
    pages.push(Page::new("a.example", "a-shared", &shared));
    pages.push(Page::new("b.example", "b-shared", &shared));
    // These have no text but boilerplate, so only identical texts are duplicates.
    pages.push(Page::new("a.example", "bare-1", &prompt));
    pages.push(Page::new("a.example", "bare-2", &prompt));
    pages.push(Page::new("a.example", "bare-3", &format!("{prompt} now")));
    // Empty documents are never copies of each other.
    pages.push(Page::new("a.example", "empty-1", ""));
    pages.push(Page::new("a.example", "empty-2", ""));
    let settings = Settings {
        threshold: 0.8,
        surfacing: bands_at(0.8),
        ..defaults()
    };
    let found = find(&pages, &settings, keeping(Keep::default()));
    assert!(found.removed.words > 0, "boilerplate was found");
    assert!(
        found.counts.documents.boilerplate_only >= 2,
        "{:?}",
        found.counts
    );
    let removed = removed(&found);
    assert_eq!(removed.keys().collect::<Vec<_>>(), ["b-shared", "bare-2"]);
    assert_eq!(
        removed["b-shared"],
        ("a-shared".to_owned(), Relation::Exact, 1.0)
    );
    assert_eq!(removed["bare-2"].0, "bare-1");
}

//! The index: many nights give the result of one scan, clusters keep their names, and old documents
//! are removed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::common::{
    Memory, Page, Row, assert_same, defaults, edited, named, related_rows, scan, story,
    whole_copies,
};
use proptest::prelude::*;
use wirecopy::catalog::Reread;
use wirecopy::cluster::Relation;
use wirecopy::compare::exact::Excerpts;
use wirecopy::index::{Addition, Index, IndexError, IndexSettings, Writer};
use wirecopy::pipeline::{
    self, EarlierRuns, LEAST_MEMORY, ScanResult, Settings, Surfacing, Unobserved,
};
use wirecopy::sketch::banding::{Banding, RecallTarget};
use wirecopy::storage::spill::Spill;

const DAY: i64 = 86_400;

/// Settings for whole copies from .5 on and excerpts of 10 words, boilerplate included.
fn settings(surfacing: Surfacing) -> Settings {
    Settings {
        excerpts: Some(Excerpts {
            containment: 0.3,
            passage: 10,
            long_passage: Some(20),
        }),
        ..whole_copies(0.5, surfacing)
    }
}

fn by_bands() -> Surfacing {
    let banding = Banding::for_recall(RecallTarget::default());
    Surfacing::Bands(banding.expect("the default can be planned"))
}

/// Scans the pages of one night against the index and adds them to it.
fn night(
    index: &Path,
    pages: &[Page],
    settings: &Settings,
    now: i64,
    keep: Option<i64>,
) -> ScanResult {
    night_with(index, pages, settings, now, keep, Reread::OfRun)
}

fn night_with(
    index: &Path,
    pages: &[Page],
    settings: &Settings,
    now: i64,
    keep: Option<i64>,
    reread: Reread,
) -> ScanResult {
    let corpus = Memory::new(pages.to_vec());
    let since = keep.map(|keep| now - keep);
    let mut writer = writer(index);
    let (mut before, _) = writer
        .index()
        .map_or((EarlierRuns::of_new_index(), 0), |index| {
            index.before(Some(now), since).expect("the index is intact")
        });
    before.set_reread(reread);
    let settings = &Settings {
        keep_hashes: true,
        ..settings.clone()
    };
    let found = pipeline::scan_after(&corpus, before, settings, &Unobserved);
    let findings = found.expect("a corpus in memory can be read");
    let change = writer.add(&Addition::of(&findings), &corpus, settings, now, since);
    change
        .and_then(|change| change.publish())
        .expect("the change can be published");
    findings
}

fn writer(index: &Path) -> Writer {
    Writer::open(index, false, &|_| {}).expect("no other process writes")
}

/// The ids of the documents of every cluster, limited to the ids in `of`.
fn clusters(names: &BTreeMap<String, String>, of: &BTreeSet<&String>) -> BTreeSet<Vec<String>> {
    let mut clusters: BTreeMap<&String, Vec<String>> = BTreeMap::new();
    for (id, name) in names
        .iter()
        .filter(|(id, name)| of.contains(id) && !name.is_empty())
    {
        clusters.entry(name).or_default().push(id.clone());
    }
    clusters.into_values().collect()
}

/// The name of the cluster of every whole copy, by document id.
fn names(findings: &ScanResult) -> BTreeMap<String, String> {
    let ids = findings.names.iter();
    ids.map(|(doc, name)| (findings.catalog.id(*doc).to_owned(), name.to_string()))
        .collect()
}

/// The records of an index, in order.
fn exported(index: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let index = Index::open(index).expect("the index exists");
    let exported = index.export(&mut |line| {
        lines.extend_from_slice(line);
        Ok(())
    });
    exported.expect("the index is intact");
    let text = String::from_utf8(lines).expect("records are UTF-8");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Pages made of few different sentences, so that every relation occurs.
fn pages() -> impl Strategy<Value = Vec<Page>> {
    let page = (
        prop::collection::vec(0u64..14, 1..7),
        0usize..3,
        prop::option::weighted(0.8, 0i64..5),
    );
    prop::collection::vec(page, 1..24).prop_map(|pages| {
        let sites = ["a.example", "b.example", "c.example"];
        let page = |(at, (sentences, site, day)): (usize, (Vec<u64>, usize, Option<i64>))| {
            let text: Vec<String> = sentences
                .iter()
                .map(|&subject| story(subject, 12))
                .collect();
            Page {
                // Few of a site share a second: more would be placeholders, but not every night.
                published: day.map(|day| day * DAY + 61 * (at as i64 % 12)),
                ..Page::new(sites[site], &format!("p{at}"), &text.join("\n"))
            }
        };
        pages.into_iter().enumerate().map(page).collect()
    })
}

/// An index of several nights, each with its day and its pages.
fn index_of(nights: &[(i64, Vec<Page>)]) -> (tempfile::TempDir, Vec<ScanResult>) {
    let directory = tempfile::tempdir().expect("a temporary directory can be created");
    let index = directory.path().join("index");
    let found = nights
        .iter()
        .map(|(day, pages)| night(&index, pages, &defaults(), day * DAY, None));
    let found = found.collect();
    (directory, found)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn many_nights_equal_one_scan(
        pages in pages(),
        nights in prop::collection::vec((0usize..5, any::<bool>()), 24),
        proof in any::<bool>(),
    ) {
        let settings = settings(if proof { Surfacing::Prefixes } else { by_bands() });
        let directory = tempfile::tempdir().expect("a temporary directory can be created");
        let index = directory.path().join("index");
        let mut union: Vec<(Relation, Row)> = Vec::new();
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for number in 0..5 {
            let those = pages.iter().zip(&nights).filter(|(_, (night, _))| *night == number);
            let those: Vec<Page> = those.map(|(page, _)| page.clone()).collect();
            let found = night(&index, &those, &settings, number as i64 * DAY, None);
            // A second run at the same time finds the same.
            let again = night(&index, &those, &settings, number as i64 * DAY, None);
            prop_assert_eq!(related_rows(&again), related_rows(&found));
            let named = |found| {
                let mut named = names(found);
                named.retain(|_, name| !name.is_empty());
                named
            };
            prop_assert_eq!(named(&again), named(&found));
            union.extend(related_rows(&found));
            known.extend(names(&found));
            if nights[number].1 {
                writer(&index).compact().expect("the index is intact");
            }
        }
        union.sort_by(|(_, x), (_, y)| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
        let one = scan(&Memory::new(pages.clone()), &settings);
        prop_assert_eq!(union, related_rows(&one));
        // The clusters have the same documents, but not necessarily the same names.
        let of_one = names(&one);
        let everybody: BTreeSet<&String> = pages.iter().map(|page| &page.id).collect();
        prop_assert_eq!(clusters(&known, &everybody), clusters(&of_one, &everybody));
        let (contents, damages) = Index::verify(&index).expect("the index can be read");
        prop_assert!(damages.is_empty());
        prop_assert_eq!(contents.documents, pages.len() as u64);
    }

    #[test]
    fn a_replaced_night_equals_one_that_never_was_another(
        pages in pages(),
        nights in prop::collection::vec((0usize..3, any::<bool>(), any::<bool>()), 24),
    ) {
        let settings = settings(by_bands());
        let directory = tempfile::tempdir().expect("a temporary directory can be created");
        let [replaced, plain] = ["replaced", "plain"].map(|name| directory.path().join(name));
        let of_night = |number: usize, kept: &dyn Fn(bool, bool) -> bool| {
            let planned = pages.iter().zip(&nights);
            let those = planned.filter(|(_, (night, first, second))| {
                *night == number && kept(*first, *second)
            });
            those.map(|(page, _)| page.clone()).collect::<Vec<Page>>()
        };
        let old = of_night(0, &|_, _| true);
        for index in [&replaced, &plain] {
            night(index, &old, &settings, 0, None);
        }
        let (first, second) = (of_night(1, &|first, _| first), of_night(1, &|_, second| second));
        night(&replaced, &first, &settings, DAY, None);
        let again = night_with(&replaced, &second, &settings, DAY, None, Reread::Withdrawn);
        let found = night(&plain, &second, &settings, DAY, None);
        prop_assert_eq!(related_rows(&again), related_rows(&found));
        prop_assert_eq!(exported(&replaced), exported(&plain));
        let last = of_night(2, &|_, _| true);
        let again = night(&replaced, &last, &settings, 2 * DAY, None);
        let found = night(&plain, &last, &settings, 2 * DAY, None);
        prop_assert_eq!(related_rows(&again), related_rows(&found));
    }

    #[test]
    fn removing_documents_equals_never_having_read_them(
        pages in pages(),
        nights in prop::collection::vec((0usize..3, any::<bool>(), any::<bool>()), 24),
        compacted in any::<bool>(),
    ) {
        let settings = settings(by_bands());
        let directory = tempfile::tempdir().expect("a temporary directory can be created");
        let [all, without] = ["all", "without"].map(|name| directory.path().join(name));
        let planned = || pages.iter().zip(&nights);
        let removed = planned().filter(|(_, (_, _, removed))| *removed);
        let removed: Vec<String> = removed.map(|(page, _)| page.id.clone()).collect();
        for number in 0..2 {
            let those = planned().filter(|(_, (night, _, _))| *night == number);
            let those: Vec<Page> = those.map(|(page, _)| page.clone()).collect();
            let mut rest = those.clone();
            rest.retain(|page| !removed.contains(&page.id));
            night(&all, &those, &settings, number as i64 * DAY, None);
            night(&without, &rest, &settings, number as i64 * DAY, None);
            if compacted {
                writer(&all).compact().expect("the index is intact");
            }
        }
        let there = planned().filter(|(page, (night, _, _))| {
            *night < 2 && removed.contains(&page.id)
        });
        let removal = writer(&all).remove(&removed).expect("the index is intact");
        prop_assert_eq!(removal.documents, there.count() as u64);
        prop_assert_eq!(exported(&all), exported(&without));
        let (contents, damages) = Index::verify(&all).expect("the index can be read");
        prop_assert!(damages.is_empty());
        prop_assert_eq!(contents.gone, 0);
        // The next night finds the same, the clusters of old documents included.
        let last = planned().filter(|(_, (night, _, _))| *night == 2);
        let last: Vec<Page> = last.map(|(page, _)| page.clone()).collect();
        let found = night(&all, &last, &settings, 2 * DAY, None);
        let expected = night(&without, &last, &settings, 2 * DAY, None);
        prop_assert_eq!(related_rows(&found), related_rows(&expected));
        let everybody: BTreeSet<&String> = pages.iter().map(|page| &page.id).collect();
        let [found, expected] = [found, expected].map(|found| clusters(&names(&found), &everybody));
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn spilled_hashes_give_the_same_result(
        pages in pages(),
        proof in any::<bool>(),
        boilerplate in any::<bool>(),
    ) {
        let settings = Settings {
            boilerplate,
            ..settings(if proof { Surfacing::Prefixes } else { by_bands() })
        };
        let small = Settings {
            memory: Some(pipeline::Memory {
                // Almost no memory is left for hashes, so all of them are spilled.
                limit: LEAST_MEMORY - (15 << 20),
                store: Arc::new(Spill::new(None).expect("a temporary directory can be created")),
            }),
            ..settings.clone()
        };
        let corpus = Memory::new(pages);
        assert_same("in little memory", &scan(&corpus, &settings), &scan(&corpus, &small));
    }
}

#[test]
fn a_withdrawn_document_leaves_its_pairs_to_its_twin() {
    let directory = tempfile::tempdir().expect("a temporary directory can be created");
    let index = directory.path().join("index");
    let text = story(1, 60);
    // Pairs are stored for the first of two identical documents.
    let twins = [
        Page::new("b.example", "p1", &text),
        Page::new("c.example", "p2", &text),
    ];
    let copy = Page::new("a.example", "z", &edited(&text, 30, 1));
    let settings = settings(Surfacing::Prefixes);
    night(&index, &[copy], &settings, 0, None);
    assert_eq!(named(&night(&index, &twins, &settings, DAY, None)).len(), 3);
    let reread = Reread::Withdrawn;
    let again = night_with(&index, &twins[1..], &settings, DAY, None, reread);
    let pair = ("p2".to_owned(), "z".to_owned(), Relation::Near);
    assert_eq!(named(&again), [pair]);
}

#[test]
fn a_known_document_is_skipped_and_a_changed_one_is_replaced() {
    let text = story(1, 60);
    let page = Page::new("a.example", "a", &text);
    let copy = Page::new("b.example", "b", &text);
    let other = Page {
        text: story(2, 60),
        ..page.clone()
    };
    let (directory, found) = index_of(&[
        (1, vec![page.clone()]),
        (2, vec![page.clone(), copy.clone()]),
        (3, vec![other.clone()]),
        (
            4,
            vec![
                Page::new("c.example", "c", &text),
                Page::new("d.example", "d", &other.text),
            ],
        ),
    ]);
    let exact = |a: &str, b: &str| (a.to_owned(), b.to_owned(), Relation::Exact);
    assert_eq!(
        (found[1].read.known.len(), found[1].counts.documents.read),
        (1, 1)
    );
    assert_eq!(named(&found[1]), [exact("a", "b")]);
    assert_eq!(
        (found[2].read.replaced.len(), named(&found[2]).len()),
        (1, 0)
    );
    assert_eq!(named(&found[3]), [exact("a", "d"), exact("b", "c")]);
    let index = Index::open(&directory.path().join("index")).expect("the index exists");
    assert_eq!((index.contents().documents, index.contents().gone), (4, 0));
    let mut lines = Vec::new();
    let exported = index.export(&mut |line| {
        lines.extend_from_slice(line);
        Ok(())
    });
    exported.expect("the index is intact");
    let texts = String::from_utf8(lines).expect("records are UTF-8");
    assert_eq!(texts.lines().count(), 4);
    assert!(texts.contains(&other.text) && texts.contains("\"id\":\"d\""));
}

#[test]
fn a_repeated_id_within_a_night_is_rejected_even_if_the_first_is_known() {
    let page = Page::new("a.example", "a", &story(1, 60));
    let other = Page::new("a.example", "a", &story(2, 60));
    let (_directory, found) = index_of(&[(1, vec![page.clone()]), (2, vec![page, other])]);
    assert_eq!(
        (found[1].read.known.len(), found[1].read.rejects.len()),
        (1, 1)
    );
    assert_eq!(found[1].counts.documents.read, 0);
}

#[test]
fn a_growing_cluster_keeps_its_name_and_merges_are_reported() {
    let text = story(1, 200);
    // Each resembles the text, and the other one less.
    let (first, second) = (edited(&text, 16, 1), edited(&text, 16, 2));
    let at = |page: Page, day: i64| page.at(day * DAY);
    let (_directory, found) = index_of(&[
        (
            1,
            vec![
                at(Page::new("a.example", "x1", &first), 10),
                at(Page::new("b.example", "x2", &first), 11),
            ],
        ),
        (
            2,
            vec![
                at(Page::new("c.example", "y1", &second), 10),
                at(Page::new("d.example", "y2", &second), 11),
            ],
        ),
        // Published before all of them, but read later.
        (3, vec![at(Page::new("e.example", "z", &text), 1)]),
        (4, vec![at(Page::new("f.example", "late", &text), 20)]),
    ]);
    assert_eq!(found[0].clusters[0].name.as_ref(), "x1");
    assert_eq!(found[1].clusters[0].name.as_ref(), "y1");
    let last = &found[2];
    assert_eq!(last.clusters.len(), 1, "{:?}", last.clusters);
    assert_eq!(last.catalog.id(last.clusters[0].first), "z");
    assert_eq!(last.clusters[0].members.len(), 5);
    assert_eq!(last.clusters[0].name.as_ref(), "x1");
    assert_eq!(
        (last.merged[0].from.as_ref(), last.merged[0].into.as_ref()),
        ("y1", "x1")
    );
    assert_eq!(last.merged.len(), 1);
    assert_eq!(found[3].clusters[0].name.as_ref(), "x1");
    assert_eq!(found[3].clusters[0].members.len(), 6);
    assert!(found[3].merged.is_empty());
    // Only pairs with a page of this night are reported.
    assert!(
        named(&found[3])
            .iter()
            .all(|(a, b, _)| a == "late" || b == "late")
    );
}

#[test]
fn expired_documents_are_not_compared_and_are_removed() {
    let directory = tempfile::tempdir().expect("a temporary directory can be created");
    let index = directory.path().join("index");
    let page = |id: &str| Page::new(&format!("{id}.example"), id, &story(1, 60));
    let keep = Some(3 * DAY);
    night(&index, &[page("a")], &defaults(), DAY, keep);
    night(&index, &[page("b")], &defaults(), 3 * DAY, keep);
    writer(&index).compact().expect("the index is intact");
    let found = night(&index, &[page("c")], &defaults(), 5 * DAY, keep);
    assert_eq!(
        named(&found),
        [("b".to_owned(), "c".to_owned(), Relation::Exact)]
    );
    let contents = Index::open(&index).expect("the index exists").contents();
    assert_eq!((contents.documents, contents.gone), (2, 1));
    writer(&index).tidy().expect("the index is intact");
    let contents = Index::open(&index).expect("the index exists").contents();
    assert_eq!(
        (contents.documents, contents.gone, contents.segments),
        (2, 0, 2)
    );
    assert_eq!(
        writer(&index).prune(5 * DAY).expect("the index is intact"),
        1
    );
    let contents = Index::open(&index).expect("the index exists").contents();
    assert_eq!(
        (contents.documents, contents.gone, contents.segments),
        (1, 0, 1)
    );
    assert_eq!(
        (contents.first_added, contents.last_added),
        (Some(5 * DAY), Some(5 * DAY))
    );
}

#[test]
fn a_reader_keeps_the_index_as_it_was_when_opened() {
    let page = |id: &str| Page::new(&format!("{id}.example"), id, &story(1, 60));
    let (directory, _) = index_of(&[(1, vec![page("a")]), (2, vec![page("b")])]);
    let index = directory.path().join("index");
    let before = Index::open(&index).expect("the index exists");
    let mut writer = writer(&index);
    writer.compact().expect("the index is intact");
    writer.prune(100 * DAY).expect("the index is intact");
    drop(writer);
    let (known, _) = before.before(None, None).expect("its files are still open");
    let corpus = Memory::new(vec![page("c")]);
    let found = pipeline::scan_after(&corpus, known, &defaults(), &Unobserved);
    assert_eq!(named(&found.expect("its files are still open")).len(), 2);
    assert_eq!(
        Index::open(&index)
            .expect("the index exists")
            .contents()
            .documents,
        0
    );
}

#[test]
fn only_one_writer_opens_the_index_at_a_time() {
    let (directory, _) = index_of(&[(1, vec![])]);
    let index = directory.path().join("index");
    let first = writer(&index);
    match Writer::open(&index, false, &|_| {}) {
        Err(IndexError::Busy { holder, .. }) => {
            assert_eq!(holder, format!("process {}", std::process::id()));
        }
        _ => panic!("two writers opened the index"),
    }
    let holder_seen = std::sync::Mutex::new(String::new());
    std::thread::scope(|threads| {
        let second = threads.spawn(|| {
            let waiting =
                |holder: &str| *holder_seen.lock().expect("no thread panics") = holder.to_owned();
            Writer::open(&index, true, &waiting).map(drop)
        });
        while holder_seen.lock().expect("no thread panics").is_empty() {
            std::thread::yield_now();
        }
        drop(first);
        second
            .join()
            .expect("the thread does not panic")
            .expect("the first writer is closed");
    });
}

#[test]
fn learned_boilerplate_is_kept_for_nights_of_few_pages() {
    let boilerplate = story(99, 30);
    let page = |number: u64| {
        let text = format!("{}\n{boilerplate}", story(number, 80));
        Page::new("a.example", &format!("p{number}"), &text)
    };
    let (_directory, found) = index_of(&[(1, (0..6).map(page).collect()), (2, vec![page(7)])]);
    assert_eq!(found[0].removed.documents, 6);
    assert_eq!(
        (found[1].removed.documents, found[1].removed.words),
        (1, 30)
    );
    assert!(named(&found[1]).is_empty());
}

#[test]
fn an_index_refuses_settings_other_than_its_own() {
    let made = IndexSettings::of(&defaults());
    assert!(made.check(&made).is_ok());
    let other = Settings {
        threshold: 0.6,
        ..defaults()
    };
    let error = made
        .check(&IndexSettings::of(&other))
        .expect_err("the threshold differs");
    assert_eq!(
        error.to_string(),
        "the index was made with threshold 0.5 and this run has threshold 0.6"
    );
}

//! What scans find of generated news, against all pairs and against each other.

mod common;

use std::collections::BTreeMap;

use common::{Memory, Page, Row, oracle, rows};
use newsgen::{Profile, Spec};
use wirecopy::cluster::Selection;
use wirecopy::pipeline::{self, Settings, Surfacing, Unobserved};
use wirecopy::plan::{Banding, DEFAULT_PERMUTATIONS, DEFAULT_RECALL};
use wirecopy::read::dates;
use wirecopy::shingle::DEFAULT_SHINGLE;
use wirecopy::sign::DEFAULT_SEED;

#[test]
fn prefixes_find_what_comparing_all_pairs_finds() {
    // Shorter articles than usual: the oracle's longest passages are quadratic.
    let spec = Spec {
        mean_words: 120,
        ..news(600)
    };
    let pages = pages(&spec);
    for threshold in [0.3, 0.5, 0.8] {
        let expected = oracle(&pages, DEFAULT_SHINGLE, threshold);
        let settings = settings(threshold, Surfacing::Prefixes, true);
        let found = scan(&Memory::new(pages.clone()), &settings);
        assert!(expected.len() >= 20, "{} at {threshold}", expected.len());
        assert_eq!(found, expected, "at {threshold}");
    }
}

#[test]
fn bands_keep_the_recall_they_are_planned_for() {
    for (spec, enough) in [
        (news(3_000), 200),
        (repeated(Profile::Short), 20),
        (repeated(Profile::Skeleton), 1_000),
    ] {
        let corpus = Memory::new(pages(&spec));
        for threshold in [0.5, 0.7] {
            let all = keyed(scan(
                &corpus,
                &settings(threshold, Surfacing::Prefixes, true),
            ));
            let found = keyed(scan(&corpus, &settings(threshold, bands(threshold), true)));
            let of = format!("{:?} at {threshold}", spec.profile);
            assert!(all.len() >= enough, "{of}: {} pairs are too few", all.len());
            for (ids, row) in &found {
                assert_eq!(Some(row), all.get(ids), "{of}: {ids:?}");
            }
            let recall = found.len() as f64 / all.len() as f64;
            assert!(
                recall >= 0.995,
                "{of}: {} of {} pairs",
                found.len(),
                all.len()
            );
        }
    }
}

#[test]
fn threads_and_blocks_never_show() {
    // Hot buckets and big clusters are bounded here: that too must not depend on who came first.
    for spec in [news(800), repeated(Profile::Skeleton)] {
        let pages = pages(&spec);
        for surfacing in [bands(0.5), Surfacing::Prefixes] {
            let settings = settings(0.5, surfacing, false);
            let answers = [(1, 800), (2, 7), (7, 64)].map(|(threads, pages_a_block)| {
                let corpus = Memory {
                    pages: pages.clone(),
                    pages_a_block,
                };
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                pool.expect("threads can be started")
                    .install(|| scan(&corpus, &settings))
            });
            assert!(!answers[0].is_empty());
            assert_eq!(answers[0], answers[1], "{:?} {surfacing:?}", spec.profile);
            assert_eq!(answers[0], answers[2], "{:?} {surfacing:?}", spec.profile);
        }
    }
}

fn news(documents: u64) -> Spec {
    Spec {
        documents,
        mean_words: 150,
        ..Spec::default()
    }
}

fn repeated(profile: Profile) -> Spec {
    Spec {
        profile,
        ..news(400)
    }
}

fn bands(threshold: f64) -> Surfacing {
    let banding = Banding::for_recall(threshold, DEFAULT_RECALL, DEFAULT_PERMUTATIONS);
    Surfacing::Bands(banding.expect("the usual thresholds can be planned"))
}

fn settings(threshold: f64, surfacing: Surfacing, all_pairs: bool) -> Settings {
    Settings {
        shingle: DEFAULT_SHINGLE,
        threshold,
        surfacing,
        seed: DEFAULT_SEED,
        min_words: 1,
        selection: Selection {
            all_pairs,
            ..Selection::default()
        },
    }
}

fn scan(corpus: &Memory, settings: &Settings) -> Vec<Row> {
    let found = pipeline::scan(corpus, settings, &Unobserved);
    rows(&found.expect("a corpus in memory can be read"))
}

fn keyed(rows: Vec<Row>) -> BTreeMap<(String, String), Row> {
    let key = |row: Row| ((row.0.clone(), row.1.clone()), row);
    rows.into_iter().map(key).collect()
}

fn pages(spec: &Spec) -> Vec<Page> {
    let (documents, _) = newsgen::documents(spec).expect("the settings are in range");
    let page = |document: newsgen::Document| Page {
        published: dates::parse(&document.published).map(|moment| moment.seconds),
        id: document.id,
        site: Some(document.site),
        text: document.text,
    };
    documents.into_iter().map(page).collect()
}

//! Recall on generated news: scans are compared with all pairs and with each other.

use std::collections::BTreeMap;

use crate::common::{Memory, Page, Row, oracle, rows, scan, whole_copies};
use newsgen::{Profile, Spec};
use wirecopy::cluster::Selection;
use wirecopy::pipeline::{ScanResult, Settings, Surfacing};
use wirecopy::read::dates;
use wirecopy::sketch::banding::{Banding, RecallTarget};
use wirecopy::text::shingle::DEFAULT_SHINGLE;

/// Articles shorter than real ones: this runs without optimisation, and the oracle needs quadratic
/// time for the longest passages.
fn news(documents: u64) -> Spec {
    Spec {
        documents,
        mean_words: 80,
        ..Spec::default()
    }
}

fn with_profile(profile: Profile, documents: u64) -> Spec {
    Spec {
        profile,
        ..news(documents)
    }
}

fn bands(threshold: f64) -> Surfacing {
    let target = RecallTarget {
        threshold,
        ..RecallTarget::default()
    };
    let banding = Banding::for_recall(target);
    Surfacing::Bands(banding.expect("the usual thresholds can be planned"))
}

/// Settings that write every pair of a big cluster.
fn all_pairs(threshold: f64, surfacing: Surfacing) -> Settings {
    Settings {
        selection: Selection {
            all_pairs: true,
            ..Selection::default()
        },
        ..whole_copies(threshold, surfacing)
    }
}

fn by_ids(findings: &ScanResult) -> BTreeMap<(String, String), Row> {
    let key = |row: Row| ((row.0.clone(), row.1.clone()), row);
    rows(findings).into_iter().map(key).collect()
}

fn pages(spec: &Spec) -> Vec<Page> {
    let (documents, _) = newsgen::documents(spec).expect("the settings are in range");
    let page = |document: newsgen::Document| Page {
        published: dates::parse(&document.published).map(|moment| moment.seconds),
        id: document.id,
        site: Some(document.site),
        text: document.text,
        ..Page::default()
    };
    documents.into_iter().map(page).collect()
}

#[test]
fn prefixes_find_what_comparing_all_pairs_finds() {
    let pages = pages(&news(600));
    // Computed once at the lowest threshold, which includes the pairs of higher ones.
    let all = oracle(&pages, DEFAULT_SHINGLE, 0.3);
    let corpus = Memory::new(pages);
    for threshold in [0.3, 0.5, 0.8] {
        let over = |row: &&Row| row.2 >= threshold;
        let expected: Vec<Row> = all.iter().filter(over).cloned().collect();
        assert!(expected.len() >= 20, "{} at {threshold}", expected.len());
        let found = scan(&corpus, &all_pairs(threshold, Surfacing::Prefixes));
        assert_eq!(rows(&found), expected, "at {threshold}");
    }
}

#[test]
fn bands_keep_the_recall_they_are_planned_for() {
    for (spec, enough) in [
        (news(3_000), 200),
        (with_profile(Profile::Short, 900), 40),
        (with_profile(Profile::Skeleton, 200), 1_000),
    ] {
        let corpus = Memory::new(pages(&spec));
        for threshold in [0.5, 0.7] {
            let all = by_ids(&scan(&corpus, &all_pairs(threshold, Surfacing::Prefixes)));
            let found = by_ids(&scan(&corpus, &all_pairs(threshold, bands(threshold))));
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
fn results_do_not_depend_on_threads_or_blocks() {
    for (spec, surfacing, bounded) in [
        (news(800), bands(0.5), false),
        (news(800), Surfacing::Prefixes, false),
        // The pairs that hot buckets leave out must not depend on the order either.
        (with_profile(Profile::Skeleton, 300), bands(0.5), true),
    ] {
        let pages = pages(&spec);
        let settings = Settings {
            selection: Selection::default(),
            ..whole_copies(0.5, surfacing)
        };
        let answers = [(1, 800), (2, 7), (7, 64)].map(|(threads, pages_a_block)| {
            let corpus = Memory {
                pages: pages.clone(),
                pages_a_block,
            };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.expect("threads can be started");
            pool.install(|| scan(&corpus, &settings))
        });
        let of = format!("{:?} {surfacing:?}", spec.profile);
        assert!(!answers[0].pairs.is_empty(), "{of}");
        assert_eq!(
            answers[0].counts.bounded.buckets.number > 0,
            bounded,
            "{of}"
        );
        for other in &answers[1..] {
            assert_eq!(rows(other), rows(&answers[0]), "{of}");
            assert_eq!(other.counts, answers[0].counts, "{of}");
            assert_eq!(other.clusters, answers[0].clusters, "{of}");
        }
    }
}

//! The numbers that tuning reports for a choice agree with a scan with that choice.

use std::collections::BTreeSet;
use std::path::Path;

use crate::common::{Memory, Page, defaults, edited, story};
use proptest::prelude::*;
use wirecopy::catalog::{DocNo, DocPair};
use wirecopy::cluster::{Relation, Selection};
use wirecopy::compare::exact::Excerpts;
use wirecopy::compare::reworded::Rewording;
use wirecopy::document::Corpus;
use wirecopy::pipeline::{self, Choice, Judged, Settings, Surfacing, Tuner, Unobserved};
use wirecopy::read::{self, Inputs};
use wirecopy::text::shingle::Shingle;

const THRESHOLDS: [f64; 5] = [0.2, 0.35, 0.5, 0.8, 1.0];
const CONTAINMENTS: [f64; 4] = [0.1, 0.3, 0.5, 0.9];
const PASSAGES: [u32; 4] = [8, 12, 25, 60];

/// Words of a long passage, with the shortest of these passages.
const LONG_PASSAGE: u32 = 40;

/// Every combination of the numbers above, and each threshold without excerpts.
fn choices() -> Vec<Choice> {
    let mut choices = Vec::new();
    for threshold in THRESHOLDS {
        let mut add = |excerpts| {
            choices.push(Choice {
                threshold,
                excerpts,
                reworded_score: None,
            });
        };
        add(None);
        for containment in CONTAINMENTS {
            for passage in PASSAGES {
                add(Some(Excerpts {
                    containment,
                    passage,
                    long_passage: (passage == PASSAGES[0]).then_some(LONG_PASSAGE),
                }));
            }
        }
    }
    choices
}

/// Asserts that the numbers of every choice agree with a scan, pair by pair.
fn assert_agrees_with_a_scan<C: Corpus>(corpus: &C, settings: &Settings, choices: &[Choice]) {
    let lowest = Choice::lowest(choices).expect("the list has choices");
    let tuner = Tuner::new(corpus, settings, lowest, Surfacing::Prefixes, &Unobserved);
    let tuner = tuner.expect("the corpus can be read");
    let documents: Vec<DocNo> = tuner.catalog().documents().collect();
    let mut every = Vec::new();
    for (at, &b) in documents.iter().enumerate() {
        every.extend(documents[..at].iter().map(|&a| DocPair { a, b }));
    }
    for &choice in choices {
        let effect = tuner.effect(choice, Surfacing::Prefixes, Judged::Pairs(&every));
        let asked = Settings {
            threshold: choice.threshold,
            surfacing: Surfacing::Prefixes,
            excerpts: choice.excerpts,
            reworded: settings.reworded.map(|rewording| Rewording {
                score: choice.reworded_score.unwrap_or(rewording.score),
                ..rewording
            }),
            ..settings.clone()
        };
        let found = pipeline::scan(corpus, &asked, &Unobserved).expect("the corpus can be read");
        let of = |relation| {
            let pairs = found.pairs.iter();
            pairs.filter(|pair| pair.relation == relation).count() as u64
        };
        assert_eq!(effect.pairs, found.pairs.len() as u64, "{choice:?}");
        assert_eq!(effect.exact, of(Relation::Exact), "{choice:?}");
        assert_eq!(effect.near, of(Relation::Near), "{choice:?}");
        assert_eq!(effect.excerpt, of(Relation::Excerpt), "{choice:?}");
        if settings.reworded.is_some() {
            assert_eq!(effect.reworded, Some(of(Relation::Reworded)), "{choice:?}");
        }
        assert_eq!(
            effect.cross_site, found.counts.pairs.cross_site,
            "{choice:?}"
        );
        assert_eq!(effect.clusters, found.clusters.len() as u64, "{choice:?}");
        let sizes = found.clusters.iter().map(|cluster| cluster.members.len());
        assert_eq!(effect.biggest_cluster, sizes.max().unwrap_or(0) as u64);
        let in_pairs: BTreeSet<DocNo> = found
            .pairs
            .iter()
            .flat_map(|pair| [pair.a, pair.b])
            .collect();
        assert_eq!(effect.documents, in_pairs.len() as u64, "{choice:?}");
        let written: BTreeSet<(DocNo, DocNo)> =
            found.pairs.iter().map(|pair| (pair.a, pair.b)).collect();
        let labelled = every.iter().zip(&effect.labelled);
        for (pair, &is_found) in labelled {
            assert_eq!(written.contains(&(pair.a, pair.b)), is_found, "{pair:?}");
        }
    }
}

fn shipped(name: &str) -> Inputs {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name);
    Inputs::open(&[file.display().to_string()], read::ReadSettings::default())
        .expect("the input can be opened")
}

/// Different articles with one passage in common; up to 32 of them are all compared.
fn with_a_passage(documents: u64) -> Memory {
    let passage = story(1, 30);
    let page = |at: u64| {
        let text = format!("{} {passage} {}", story(100 + at, 30), story(500 + at, 30));
        Page::new(&format!("s{at}.example"), &format!("p{at:03}"), &text)
    };
    Memory::new((0..documents).map(page).collect())
}

#[test]
fn every_cell_for_the_newsroom_agrees_with_a_scan() {
    assert_agrees_with_a_scan(&shipped("newsroom.jsonl"), &defaults(), &choices());
}

#[test]
fn every_cell_agrees_with_a_scan_under_other_settings() {
    let selections = [
        Selection {
            cross_site_only: true,
            ..defaults().selection
        },
        Selection {
            window: Some(86_400),
            relations: vec![Relation::Near, Relation::Excerpt],
            ..defaults().selection
        },
    ];
    let every_third: Vec<Choice> = choices().into_iter().step_by(3).collect();
    for selection in selections {
        let settings = Settings {
            selection,
            boilerplate: false,
            shingle: Shingle::Words(3),
            ..defaults()
        };
        assert_agrees_with_a_scan(&shipped("newsroom.jsonl"), &settings, &every_third);
    }
}

#[test]
fn reworded_scores_agree_with_a_scan() {
    let rewording = Rewording::default();
    let settings = Settings {
        reworded: Some(rewording),
        surfacing: Surfacing::Prefixes,
        ..defaults()
    };
    let with_score = |score| Choice {
        reworded_score: Some(score),
        ..Choice::of(&settings)
    };
    let choices: Vec<Choice> = [rewording.score, 0.3, 0.9, 0.999].map(with_score).to_vec();
    assert_agrees_with_a_scan(&shipped("reworded/articles.jsonl"), &settings, &choices);
    // Other thresholds change the clusters, so tuning does not count their reworded pairs.
    let lowest = Choice::lowest(&choices).expect("the list has choices");
    let corpus = shipped("reworded/articles.jsonl");
    let tuner = Tuner::new(&corpus, &settings, lowest, Surfacing::Prefixes, &Unobserved);
    let other = Choice {
        threshold: 0.6,
        ..choices[0]
    };
    let effect = tuner.expect("the corpus can be read").effect(
        other,
        Surfacing::Prefixes,
        Judged::Pairs(&[]),
    );
    assert_eq!(effect.reworded, None);
}

#[test]
fn a_bounded_passage_makes_the_tuner_incomplete() {
    let settings = Settings {
        boilerplate: false,
        surfacing: Surfacing::Prefixes,
        ..defaults()
    };
    for (documents, is_complete) in [(32, true), (33, false)] {
        let corpus = with_a_passage(documents);
        let choice = Choice::of(&settings);
        let tuner = Tuner::new(&corpus, &settings, choice, Surfacing::Prefixes, &Unobserved);
        let tuner = tuner.expect("the corpus can be read");
        assert_eq!(tuner.is_complete(), is_complete, "{documents}");
    }
    let few: Vec<Choice> = choices().into_iter().step_by(5).collect();
    assert_agrees_with_a_scan(&with_a_passage(32), &settings, &few);
}

#[test]
fn every_cell_for_a_generated_corpus_agrees_with_a_scan() {
    let spec = newsgen::Spec {
        documents: 250,
        ..newsgen::Spec::default()
    };
    let (documents, _) = newsgen::documents(&spec).expect("a corpus");
    let page =
        |document: &newsgen::Document| Page::new(&document.site, &document.id, &document.text);
    let corpus = Memory::new(documents.iter().map(page).collect());
    let some: Vec<Choice> = choices().into_iter().step_by(6).collect();
    let lowest = Choice::lowest(&some).expect("the list has choices");
    let tuner = Tuner::new(
        &corpus,
        &defaults(),
        lowest,
        Surfacing::Prefixes,
        &Unobserved,
    );
    assert!(tuner.expect("the corpus can be read").is_complete());
    assert_agrees_with_a_scan(&corpus, &defaults(), &some);
}

/// A family of whole copies so big that only links are written; a labelled pair in it counts as
/// found.
#[test]
fn pairs_of_a_big_family_count_as_found() {
    let page = |at: usize| {
        let text = edited(&story(7, 120), 40, at as u64);
        Page::new(&format!("s{at}.example"), &format!("p{at:03}"), &text)
    };
    let corpus = Memory::new((0..300).map(page).collect());
    let settings = Settings {
        boilerplate: false,
        surfacing: Surfacing::Prefixes,
        ..defaults()
    };
    let choice = Choice::of(&settings);
    let tuner = Tuner::new(&corpus, &settings, choice, Surfacing::Prefixes, &Unobserved);
    let tuner = tuner.expect("the corpus can be read");
    let documents: Vec<DocNo> = tuner.catalog().documents().collect();
    let pairs: Vec<DocPair> = documents[1..]
        .iter()
        .map(|&b| DocPair { a: documents[0], b })
        .collect();
    let effect = tuner.effect(choice, Surfacing::Prefixes, Judged::Pairs(&pairs));
    assert!(effect.pairs < 1000, "{}", effect.pairs);
    assert!(effect.labelled.iter().all(|&found| found));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_cell_for_any_corpus_agrees_with_a_scan(
        pages in prop::collection::vec((prop::collection::vec(0u64..10, 1..6), 0usize..3), 1..16),
        keep_boilerplate: bool,
    ) {
        let page = |(at, (sentences, site)): (usize, &(Vec<u64>, usize))| {
            let text: Vec<String> = sentences.iter().map(|&subject| story(subject, 12)).collect();
            let site = ["a.example", "b.example", "c.example"][*site];
            Page::new(site, &format!("p{at}"), &text.join("\n"))
        };
        let corpus = Memory::new(pages.iter().enumerate().map(page).collect());
        let settings = Settings { boilerplate: !keep_boilerplate, ..defaults() };
        let some: Vec<Choice> = choices().into_iter().step_by(4).collect();
        assert_agrees_with_a_scan(&corpus, &settings, &some);
    }
}

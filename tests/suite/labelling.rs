//! Samples for labelling: they contain the pairs that an oracle finds at lower thresholds, agree
//! with a scan on every pair, and do not depend on the order of the documents. Their page is one
//! file of a bounded size, and nothing in a corpus can be more than text in it.
//! `scripts/test-report` labels a page in Chromium.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scraper::{Html, Selector};
use serde_json::Value;
use sha2::{Digest, Sha256};
use wirecopy::cluster::{Relation, Selection};
use wirecopy::compare::reworded::Rewording;
use wirecopy::pipeline::{
    self, MOST_SAMPLED, MarkKind, Measure, Sample, Sampling, Settings, Surfacing, TextPiece,
    Unobserved,
};
use wirecopy::read::{self, Inputs};
use wirecopy::report::labelling;

use crate::common::{Memory, Page, defaults, edited, oracle, scan, story, whole_copies};

/// Samples every pair that is found.
const ALL: Sampling = Sampling {
    pairs: MOST_SAMPLED,
    seed: 1,
};

/// Stories with copies that are edited more and more, from one word in 100 to one word in 6.
fn newsroom() -> Vec<Page> {
    let steps = [100, 60, 40, 30, 25, 20, 16, 13, 11, 9, 8, 7, 6];
    let of_story = |subject: u64| {
        let text = story(subject, 300);
        let copy = |(n, &step): (usize, &usize)| {
            let id = format!("{subject}-{n}");
            let site = format!("site{}.example", n % 4);
            Page::new(&site, &id, &edited(&text, step, subject * 100 + n as u64)).at(n as i64)
        };
        let copies: Vec<Page> = steps.iter().enumerate().map(copy).collect();
        copies
    };
    (1..5).flat_map(of_story).collect()
}

fn sample(pages: Vec<Page>, settings: &Settings, sampling: Sampling) -> Sample {
    pipeline::sample(&Memory::new(pages), settings, sampling, &Unobserved)
        .expect("a corpus in memory can be read")
}

fn ids(sample: &Sample) -> Vec<(String, String)> {
    let ids = sample.pairs.iter().map(|pair| {
        let [a, b] = &pair.documents;
        (a.id.clone(), b.id.clone())
    });
    ids.collect()
}

fn page(sample: &Sample) -> String {
    let mut page = Vec::new();
    labelling::write(sample, &defaults(), &mut page).expect("memory holds the page");
    String::from_utf8(page).expect("UTF-8")
}

/// The data for the script of a page.
fn shown(page: &str) -> Value {
    let html = Html::parse_document(page);
    let selector = Selector::parse("script#data").expect("a selector");
    let script = html.select(&selector).next().expect("a script");
    serde_json::from_str(&script.text().collect::<String>()).expect("JSON")
}

fn data(name: &str) -> Inputs {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name);
    Inputs::open(&[path.display().to_string()], read::ReadSettings::default()).expect("the sample")
}

#[test]
fn every_pair_down_to_lower_thresholds_is_found_once() {
    let settings = whole_copies(0.5, Surfacing::Prefixes);
    let found = sample(newsroom(), &settings, ALL);
    let expected: BTreeMap<_, f64> = oracle(&newsroom(), settings.shingle, 0.3)
        .into_iter()
        .map(|(a, b, jaccard, ..)| ((a, b), jaccard))
        .collect();
    let below = expected.values().filter(|&&jaccard| jaccard < 0.5).count();
    assert!(below > 20 && expected.len() - below > 20, "{expected:?}");
    let ids = ids(&found);
    let distinct: BTreeSet<_> = ids.iter().cloned().collect();
    assert_eq!(distinct.len(), ids.len());
    assert_eq!(distinct, expected.keys().cloned().collect());
    for (pair, ids) in found.pairs.iter().zip(&ids) {
        assert_eq!(pair.scores.jaccard, expected[ids]);
        let relation = (expected[ids] >= 0.5).then_some(Relation::Near);
        assert_eq!(pair.relation, relation, "{ids:?}");
    }
}

#[test]
fn relations_and_scores_agree_with_a_scan() {
    let settings = defaults();
    let mut pages = newsroom();
    // Excerpts: a part of a story inside another one; and a page that was published twice.
    for subject in 1..5 {
        let excerpt: String = story(subject, 120);
        let text = format!(
            "{} {excerpt} {}",
            story(subject + 50, 300),
            story(subject + 90, 200)
        );
        pages.push(Page::new(
            "digest.example",
            &format!("digest {subject}"),
            &text,
        ));
        let again = Page::new("again.example", &format!("again {subject}"), &pages[0].text);
        pages.push(again);
    }
    let found = scan(&Memory::new(pages.clone()), &settings);
    let id = |doc| found.catalog.id(doc).to_owned();
    let written: BTreeMap<_, _> = found
        .pairs
        .iter()
        .map(|pair| ((id(pair.a), id(pair.b)), pair))
        .collect();
    let sample = sample(pages, &settings, ALL);
    let mut relations = BTreeSet::new();
    for (pair, ids) in sample.pairs.iter().zip(ids(&sample)) {
        let written = written.get(&ids);
        assert_eq!(pair.relation, written.map(|pair| pair.relation), "{ids:?}");
        if let Some(written) = written {
            assert_eq!(pair.scores.jaccard, written.jaccard);
            assert_eq!(
                pair.scores.containment,
                [written.containment_a, written.containment_b]
            );
        }
        relations.insert(pair.relation.map(Relation::name));
    }
    let all = [None, Some("exact"), Some("near"), Some("excerpt")];
    assert_eq!(relations, BTreeSet::from(all));
}

#[test]
fn a_sample_depends_on_the_seed_and_not_on_the_order() {
    let sampling = |seed| Sampling { pairs: 30, seed };
    let settings = defaults();
    let once = sample(newsroom(), &settings, sampling(1));
    assert_eq!(once.pairs.len(), 30);
    let mut turned = newsroom();
    turned.reverse();
    assert_eq!(page(&once), page(&sample(turned, &settings, sampling(1))));
    assert_ne!(ids(&once), ids(&sample(newsroom(), &settings, sampling(2))));
    // Equally many of every stratum, or all that it has.
    let most = once.strata.iter().map(|stratum| stratum.taken).max();
    for stratum in &once.strata {
        assert!(
            Some(stratum.taken + 1) >= most || stratum.taken == stratum.found,
            "{:?}",
            once.strata
        );
    }
}

#[test]
fn only_selected_pairs_are_sampled() {
    let settings = Settings {
        selection: Selection {
            cross_site_only: true,
            ..defaults().selection
        },
        ..defaults()
    };
    let found = sample(newsroom(), &settings, ALL);
    assert!(found.pairs.len() > 20);
    for pair in &found.pairs {
        assert_ne!(pair.documents[0].site, pair.documents[1].site);
    }
}

#[test]
fn reworded_copy_is_sampled_on_request() {
    let settings = Settings {
        reworded: Some(Rewording::default()),
        ..defaults()
    };
    let corpus = data("reworded/articles.jsonl");
    let found = pipeline::scan(&corpus, &settings, &Unobserved).expect("the articles can be read");
    let id = |doc| found.catalog.id(doc).to_owned();
    let written: BTreeMap<_, _> = found
        .pairs
        .iter()
        .map(|pair| ((id(pair.a), id(pair.b)), pair.relation))
        .collect();
    let sample =
        pipeline::sample(&corpus, &settings, ALL, &Unobserved).expect("the articles can be read");
    let (mut reworded, mut unlikely) = (0, 0);
    for (pair, ids) in sample.pairs.iter().zip(ids(&sample)) {
        assert_eq!(pair.relation, written.get(&ids).copied(), "{ids:?}");
        reworded += usize::from(pair.relation == Some(Relation::Reworded));
        unlikely += usize::from(pair.relation.is_none() && pair.reworded.is_some());
        if pair.relation == Some(Relation::Reworded) {
            assert_eq!(pair.shared, MarkKind::Sentences, "{ids:?}");
            assert!(pair.marks > 2, "{ids:?}");
        }
    }
    assert!(reworded > 20 && unlikely > 0, "{reworded} {unlikely}");

    let without =
        pipeline::sample(&corpus, &defaults(), ALL, &Unobserved).expect("the articles can be read");
    let by_score = |sample: &Sample| {
        let mut strata = sample.strata.iter();
        strata.any(|sampled| sampled.stratum.measure == Measure::Score)
    };
    assert!(by_score(&sample) && !by_score(&without));
}

#[test]
fn passages_are_the_same_words_in_both_texts() {
    let corpus = data("newsroom.jsonl");
    let sample =
        pipeline::sample(&corpus, &defaults(), ALL, &Unobserved).expect("the newsroom can be read");
    let mut passages = 0;
    for pair in &sample.pairs {
        let [a, b] = &pair.documents.clone().map(|text| {
            let mut passages: BTreeMap<usize, Vec<String>> = BTreeMap::new();
            for piece in &text.pieces {
                if let TextPiece::Shared(number, text) = piece {
                    let words = wirecopy::text::words::reference(text);
                    passages.entry(*number).or_default().extend(words);
                }
            }
            passages
        });
        assert_eq!(a, b);
        assert_eq!(a.len(), pair.marks);
        passages += a.len();
    }
    assert!(passages > 45, "{passages}");
}

#[test]
fn hostile_fields_stay_text() {
    let fields = [
        "</script><script>window.hit=1</script>",
        "<img src=x onerror=\"window.hit=1\"><b>",
        "'-alert(1)-' {{ 7*7 }} ${7*7} &lt;b&gt;",
        "\u{202e}txt.exe\u{2066} \u{2028}\u{2029}\u{0}",
        "=HYPERLINK(\"https://evil.example\")",
    ];
    let urls = [
        "javascript:window.hit=1//",
        "https://a.example/\"onmouseover=\"window.hit=1",
        "data:text/html,<script>window.hit=1</script>",
        "JaVaScRiPt:window.hit=1",
        "https://b.example/?</script>",
    ];
    let text = story(1, 80);
    let page_of = |(n, (field, url)): (usize, (&&str, &&str))| Page {
        url: Some((*url).to_owned()),
        ..Page::new(
            field,
            &format!("{field}{n}"),
            &format!("{field}\n{text}\n{field}"),
        )
    };
    let pages = fields.iter().zip(&urls).enumerate().map(page_of).collect();
    let sample = sample(pages, &defaults(), ALL);
    assert!(sample.pairs.len() > 5);
    let page = page(&sample);
    let html = Html::parse_document(&page);
    assert!(html.errors.is_empty(), "{:?}", html.errors);
    let select = |selector: &str| {
        let selector = Selector::parse(selector).expect("a selector");
        html.select(&selector).collect::<Vec<_>>()
    };
    let kinds: Vec<_> = select("script")
        .iter()
        .map(|script| script.attr("type"))
        .collect();
    assert_eq!(kinds, [Some("application/json"), None]);
    assert!(select("img, iframe, object, embed, link, base, b, a").is_empty());
    for element in select("*") {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on") && name != "style", "{name}={value}");
            assert!(!matches!(name, "href" | "src" | "action"), "{name}={value}");
        }
    }
    assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{2028}', '\0']));
    let policy = select("meta[http-equiv='Content-Security-Policy']")[0]
        .attr("content")
        .expect("a policy");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"));
    for (directive, tag) in [("script-src", "script:not([type])"), ("style-src", "style")] {
        let inside: String = select(tag)[0].text().collect();
        let hash = STANDARD.encode(Sha256::digest(inside));
        assert!(
            policy.contains(&format!("{directive} 'sha256-{hash}'")),
            "{policy}"
        );
    }
    let data = shown(&page);
    for pair in data["pairs"].as_array().expect("pairs") {
        let row = pair["row"].as_str().expect("a row");
        assert!(!row.starts_with('=') && !row.contains(",="), "{row}");
        for document in pair["documents"].as_array().expect("two documents") {
            let url = document["url"].as_str().unwrap_or("https://");
            assert!(url.starts_with("https://"), "{url}");
        }
    }
    // Nothing is lost: a row has the ids of its documents unchanged.
    let rows: String = data["pairs"]
        .as_array()
        .expect("pairs")
        .iter()
        .map(|pair| pair["row"].to_string())
        .collect();
    assert!(
        rows.contains("</script><script>window.hit=1</script>0"),
        "{rows}"
    );
}

#[test]
fn a_page_is_bounded_and_states_what_is_left_out() {
    let long = story(1, 12_000);
    let pages = (0..12)
        .map(|n| Page::new("long.example", &n.to_string(), &format!("{long} {n}")))
        .collect();
    let sample = sample(pages, &defaults(), ALL);
    assert_eq!(sample.pairs.len(), 66);
    let page = page(&sample);
    assert!(page.len() < 66 * 2 * (20 << 10), "{}", page.len());
    assert!(page.contains("500 were asked for; there are no more."));
    let data = shown(&page);
    for pair in data["pairs"].as_array().expect("pairs") {
        for document in pair["documents"].as_array().expect("two documents") {
            let pieces = document["pieces"].as_array().expect("pieces");
            let left_out = pieces.iter().find(|piece| piece[0] == "left out");
            let left_out = left_out.and_then(|piece| piece[1].as_u64());
            assert!(left_out.is_some_and(|characters| characters > 70_000));
        }
    }
}

#[test]
fn a_corpus_without_pairs_has_a_page() {
    let sample = sample(vec![Page::without_site("1", "Alone.")], &defaults(), ALL);
    assert!(sample.pairs.is_empty() && sample.strata.is_empty());
    assert_eq!(shown(&page(&sample))["pairs"], Value::Array(Vec::new()));
}

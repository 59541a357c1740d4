//! Whatever the dates of documents, no output states an order that the moments of publication deny,
//! and all outputs state the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::common::{edited, story};

const DAY: i64 = 86_400;

/// The first second of 2 March 2026 in UTC.
const START: i64 = 1_772_409_600;

/// A way in which a site writes a moment.
#[derive(Debug, Clone, Copy)]
enum Form {
    Nothing,
    Day,
    Midnight,
    WithoutZone,
    Minute,
    Second,
    Epoch,
}

/// A document: its story, its site, its moment of publication in minutes and its form, the zone of
/// its site in quarters of an hour, and the minutes until it was crawled.
#[derive(Debug, Clone)]
struct Published {
    story: u64,
    site: usize,
    moment: i64,
    form: Form,
    zone: i64,
    crawled_after: Option<i64>,
    credits: bool,
}

impl Published {
    fn text_of_date(&self) -> Option<String> {
        let local = self.moment + self.zone * 900;
        let written = |seconds: i64, form: &str| {
            let time = jiff::Timestamp::from_second(seconds).expect("a year of four digits");
            time.strftime(form).to_string()
        };
        Some(match self.form {
            Form::Nothing => return None,
            Form::Day => written(local, "%Y-%m-%d"),
            Form::Midnight => written(local, "%Y-%m-%dT00:00:00Z"),
            Form::WithoutZone => written(local, "%Y-%m-%d %H:%M:%S"),
            Form::Minute => written(self.moment, "%Y-%m-%dT%H:%MZ"),
            Form::Second => written(self.moment, "%Y-%m-%dT%H:%M:%SZ"),
            Form::Epoch => "1970-01-01T01:00:00+01:00".to_owned(),
        })
    }

    fn record(&self, id: &str, number: u64) -> Value {
        let text = edited(&story(self.story, 120), 60, number);
        let credit = if self.credits { "\n\n(Reuters)" } else { "" };
        let mut record = json!({
            "id": id,
            "url": format!("https://www.site{}.example/{id}", self.site),
            "text": format!("{text}{credit}"),
        });
        if let Some(date) = self.text_of_date() {
            record["published"] = date.into();
        }
        if let Some(after) = self.crawled_after {
            let crawl = jiff::Timestamp::from_second(self.moment + after).expect("a crawl");
            record["crawled"] = crawl.to_string().into();
        }
        record
    }
}

fn published() -> impl Strategy<Value = Published> {
    let form = prop::sample::select(vec![
        Form::Nothing,
        Form::Day,
        Form::Midnight,
        Form::WithoutZone,
        Form::Minute,
        Form::Second,
        Form::Second,
        Form::Second,
        Form::Epoch,
    ]);
    (
        0u64..4,
        0usize..4,
        0i64..5 * DAY / 2,
        form,
        -48i64..=56,
        prop::option::weighted(0.3, 0i64..2 * DAY),
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(story, site, moment, form, zone, crawled_after, credits)| Published {
                story,
                site,
                moment: START + moment,
                form,
                zone,
                crawled_after,
                credits,
            },
        )
}

/// Outputs of a scan, each as its rows.
struct Outputs {
    pairs: Vec<Value>,
    clusters: Vec<Value>,
    members: Vec<Value>,
    sites: Vec<Value>,
    page: Value,
}

fn rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("the output exists");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object"))
        .collect()
}

fn run(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    let output = command.args(arguments).current_dir(directory).output();
    let output = output.expect("the program runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn outputs(directory: &Path) -> Outputs {
    run(
        directory,
        &[
            "scan",
            "in.jsonl",
            "-o",
            "pairs.jsonl",
            "--clusters",
            "clusters.jsonl",
            "--members",
            "members.jsonl",
            "--sites",
            "sites.jsonl",
            "--report",
            "page.html",
        ],
    );
    let page = fs::read_to_string(directory.join("page.html")).expect("the page exists");
    let page = Html::parse_document(&page);
    let data = Selector::parse("script#data").expect("a selector");
    let data = page.select(&data).next().expect("the data of the page");
    let rows_of = |name: &str| rows(&directory.join(name));
    Outputs {
        pairs: rows_of("pairs.jsonl"),
        clusters: rows_of("clusters.jsonl"),
        members: rows_of("members.jsonl"),
        sites: rows_of("sites.jsonl"),
        page: serde_json::from_str(&data.text().collect::<String>()).expect("JSON"),
    }
}

fn text<'v>(row: &'v Value, name: &str) -> &'v str {
    row[name].as_str().unwrap_or_default()
}

/// Asserts that pairs state no order that the moments deny.
fn check_pairs(pairs: &[Value], by_id: &BTreeMap<String, Published>) {
    for pair in pairs {
        let (a, b) = (text(pair, "id_a"), text(pair, "id_b"));
        let (first, second) = (&by_id[a], &by_id[b]);
        if pair["order_known"] == true {
            assert!(first.moment < second.moment, "{pair}");
        } else {
            assert!(a < b, "{pair}");
            assert!(pair["lag_hours"].is_null(), "{pair}");
        }
        if let Some(hours) = pair["lag_hours"].as_f64() {
            let exact = (second.moment - first.moment) as f64 / 3600.0;
            assert!((hours - exact).abs() < 0.03, "{pair}: {exact}");
            let has_time = |form| matches!(form, Form::Minute | Form::Second);
            assert!(has_time(first.form) && has_time(second.form), "{pair}");
        }
    }
}

/// Asserts that clusters, members and pairs agree on the source.
fn check_sources(found: &Outputs, by_id: &BTreeMap<String, Published>) {
    for cluster in &found.clusters {
        let (name, source) = (&cluster["cluster"], text(cluster, "source_id"));
        let members = found.members.iter().filter(|row| row["cluster"] == *name);
        let sources: Vec<&str> = members
            .clone()
            .filter(|row| row["role"] == "source")
            .map(|row| text(row, "id"))
            .collect();
        let is_known = !text(cluster, "source_basis").is_empty();
        assert_eq!(
            is_known,
            !text(cluster, "source_site").is_empty(),
            "{cluster}"
        );
        assert!(sources.iter().all(|id| *id == source), "{cluster}");
        if !is_known {
            assert!(source.is_empty() && sources.is_empty(), "{cluster}");
        }
        if cluster["source_sureness"] == "unsure" {
            assert!(!is_known && !text(cluster, "source_candidates").is_empty());
        }
        if source.is_empty() {
            assert!(members.clone().all(|row| row["role"] != "revised"));
            continue;
        }
        let others: BTreeSet<&str> = members.map(|row| text(row, "id")).collect();
        if text(cluster, "source_basis").contains("earliest") {
            let earlier = |id: &&str| *id != source && by_id[*id].moment <= by_id[source].moment;
            assert!(!others.iter().any(earlier), "{cluster}");
        }
        for pair in found.pairs.iter().filter(|pair| pair["id_b"] == source) {
            let is_earlier = pair["cluster"] == *name && pair["order_known"] == true;
            assert!(
                !is_earlier || pair["cross_site"] == false,
                "{pair} {cluster}"
            );
        }
    }
}

/// Asserts that routes count the pairs.
fn check_routes(found: &Outputs) {
    let mut ordered: BTreeMap<(&str, &str), (u64, usize)> = BTreeMap::new();
    let across = found.pairs.iter().filter(|pair| pair["cross_site"] == true);
    for pair in across.clone().filter(|pair| pair["order_known"] == true) {
        let sites = (text(pair, "site_a"), text(pair, "site_b"));
        let (pairs, lags) = ordered.entry(sites).or_default();
        *pairs += 1;
        *lags += usize::from(!pair["lag_hours"].is_null());
    }
    let mut counted = 0;
    for route in &found.sites {
        let sites = (text(route, "source_site"), text(route, "copy_site"));
        let way = |sites| ordered.get(&sites).copied().unwrap_or_default();
        assert_eq!(route["ordered_pairs"], way(sites).0, "{route}");
        assert_eq!(route["reverse_pairs"], way((sites.1, sites.0)).0, "{route}");
        assert_eq!(
            route["median_lag_hours"].is_null(),
            way(sites).1 < 3,
            "{route}"
        );
        counted += route["pairs"].as_u64().expect("a number");
    }
    assert_eq!(counted, across.count() as u64);
    let known: usize = found
        .sites
        .iter()
        .filter(|route| route["ordered_pairs"] != 0)
        .count();
    assert_eq!(known, ordered.len());
}

/// Asserts that the page has what the tables have.
fn check_page(found: &Outputs) {
    let page = &found.page;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let ids = list(&page["documents"]["id"]);
    let id = |number: &Value| ids[number.as_u64().expect("a number") as usize].clone();
    let pairs = &page["pairs"];
    let mut of_page: Vec<_> = (0..list(&pairs["a"]).len())
        .map(|at| {
            let lag = pairs["lag"][at].as_f64();
            let both = (id(&pairs["a"][at]), id(&pairs["b"][at]));
            (
                both.0.to_string(),
                both.1.to_string(),
                pairs["ordered"][at].clone(),
                lag,
            )
        })
        .collect();
    let mut of_table: Vec<_> = found
        .pairs
        .iter()
        .map(|pair| {
            let (a, b) = (pair["id_a"].to_string(), pair["id_b"].to_string());
            (
                a,
                b,
                pair["order_known"].clone(),
                pair["lag_hours"].as_f64(),
            )
        })
        .collect();
    let by_ids = |x: &(String, String, Value, Option<f64>),
                  y: &(String, String, Value, Option<f64>)| {
        (&x.0, &x.1).cmp(&(&y.0, &y.1))
    };
    // The timelines place the documents of a pair apart if their order is known.
    for at in 0..of_page.len() {
        let (a, b) = (&pairs["a"][at], &pairs["b"][at]);
        let second = |column: &str, doc: &Value| {
            page["documents"][column][doc.as_u64().expect("a number") as usize].as_i64()
        };
        let ends = second("until", a).zip(second("from", b));
        let apart = ends.is_some_and(|(until, from)| until < from);
        assert_eq!(pairs["ordered"][at], apart, "{} {}", id(a), id(b));
    }
    of_page.sort_by(by_ids);
    of_table.sort_by(by_ids);
    assert_eq!(of_page, of_table);
    for cluster in list(&page["clusters"]) {
        let mut rows = found.clusters.iter();
        let row = rows.find(|row| row["cluster"] == cluster["name"]);
        let row = row.expect("a row of the cluster");
        assert_eq!(text(row, "source_site"), text(&cluster, "source_site"));
        let source = (!cluster["source"].is_null()).then(|| id(&cluster["source"]));
        assert_eq!(row["source_id"], source.unwrap_or(Value::Null), "{row}");
        let candidates: Vec<Value> = list(&cluster["candidates"]);
        let candidates: Vec<&str> = candidates.iter().filter_map(Value::as_str).collect();
        assert_eq!(text(row, "source_candidates"), candidates.join("; "));
    }
}

/// Asserts that the explanation of a pair has what its row has.
fn check_explanation(directory: &Path, found: &Outputs) {
    let Some(pair) = found.pairs.last() else {
        return;
    };
    let (a, b) = (text(pair, "id_a"), text(pair, "id_b"));
    // The order in which a user names them does not matter.
    let told = run(
        directory,
        &["explain", b, a, "in.jsonl", "--format", "json"],
    );
    let told: Value = serde_json::from_slice(&told).expect("JSON");
    assert_eq!(told["documents"]["a"]["id"], a);
    for name in ["order_known", "lag_hours", "relation"] {
        assert_eq!(told[name], pair[name], "{name} of {pair}");
    }
    for name in ["containment_a", "containment_b"] {
        assert_eq!(told["scores"][name], pair[name], "{name} of {pair}");
    }
    let cluster = &told["clusters"][0];
    let row = found
        .clusters
        .iter()
        .find(|row| row["cluster"] == cluster["cluster"]);
    let row = row.expect("a row of the cluster");
    assert_eq!(cluster["source_id"], row["source_id"]);
    assert_eq!(cluster["source_sureness"], row["source_sureness"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn all_outputs_agree_and_no_moment_denies_them(
        documents in prop::collection::vec(published(), 2..14),
        ids in Just((0..14).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut lines = String::new();
        let mut by_id = BTreeMap::new();
        for ((number, document), id) in (0..).zip(&documents).zip(ids) {
            let id = format!("d{id:02}");
            lines.push_str(&format!("{}\n", document.record(&id, number)));
            by_id.insert(id, document.clone());
        }
        fs::write(directory.path().join("in.jsonl"), lines).expect("the directory is writable");
        let found = outputs(directory.path());
        let all = documents.iter().enumerate();
        let same = all.map(|(at, x)| documents[..at].iter().filter(|y| y.story == x.story).count());
        prop_assert_eq!(found.pairs.len(), same.sum::<usize>());
        check_pairs(&found.pairs, &by_id);
        check_sources(&found, &by_id);
        check_routes(&found);
        check_page(&found);
        check_explanation(directory.path(), &found);
    }
}

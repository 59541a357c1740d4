//! A scan of the sample newsroom, compared with the table of its expected pairs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wirecopy::cluster::{Relation, Role};
use wirecopy::compare::exact::DEFAULT_CONTAINMENT;
use wirecopy::pipeline::{self, ScanResult, Settings, Unobserved};
use wirecopy::read::{self, Inputs};
use wirecopy::sketch::banding::DEFAULT_THRESHOLD;
use wirecopy::text::shingle::Shingle;

/// The earlier document of a pair and the later one.
type Ids = (String, String);

/// A row of the table.
struct Expected {
    kind: String,
    jaccard: f64,
    containment: f64,
}

fn scan(settings: &Settings) -> ScanResult {
    let inputs = Inputs::open(&[sample("newsroom.jsonl")], read::ReadSettings::default());
    let inputs = inputs.expect("the sample can be opened");
    let findings = pipeline::scan(&inputs, settings, &Unobserved).expect("the sample can be read");
    assert_eq!(findings.read.rejects, []);
    findings
}

fn by_ids(findings: &ScanResult) -> BTreeMap<Ids, &wirecopy::cluster::ReportedPair> {
    let id = |doc| findings.catalog.id(doc).to_owned();
    let pairs = findings.pairs.iter();
    pairs.map(|pair| ((id(pair.a), id(pair.b)), pair)).collect()
}

fn table() -> BTreeMap<Ids, Expected> {
    let mut reader =
        csv::Reader::from_path(sample("newsroom-expected.csv")).expect("the table can be opened");
    let columns = ["id_a", "id_b", "kind", "note", "jaccard", "containment_max"];
    assert_eq!(reader.headers().expect("a header"), columns.as_slice());
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.expect("a well-formed row");
        let share = |column: usize| record[column].parse().expect("a share");
        let expected = Expected {
            kind: record[2].to_owned(),
            jaccard: share(4),
            containment: share(5),
        };
        ((record[0].to_owned(), record[1].to_owned()), expected)
    };
    reader.records().map(row).collect()
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name);
    path.to_str().expect("a path in UTF-8").to_owned()
}

#[test]
fn whole_copies_agree_with_the_table() {
    let wanted: BTreeMap<Ids, Expected> = table()
        .into_iter()
        .filter(|(_, row)| row.jaccard >= DEFAULT_THRESHOLD)
        .collect();
    let findings = scan(&Settings {
        excerpts: None,
        boilerplate: false,
        ..Settings::default()
    });
    let found = by_ids(&findings);

    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        wanted.keys().collect::<Vec<_>>()
    );
    for (ids, expected) in &wanted {
        let pair = found[ids];
        assert_eq!(
            format!("{:.4}", pair.jaccard),
            format!("{:.4}", expected.jaccard),
            "Jaccard of {ids:?}"
        );
        assert_eq!(
            format!("{:.4}", pair.containment_a.max(pair.containment_b)),
            format!("{:.4}", expected.containment),
            "larger containment of {ids:?}"
        );
        assert_eq!(
            pair.relation == Relation::Exact,
            expected.kind == "exact",
            "{ids:?}"
        );
    }
}

#[test]
fn the_default_scan_finds_copies_and_excerpts_and_no_boilerplate() {
    let findings = scan(&Settings::default());
    let found = by_ids(&findings);
    for (ids, row) in table() {
        // The scores of the Courier in the table include its boilerplate; without it, copied text
        // is a larger part of its pages.
        let of_the_courier = ids.0.starts_with("nc-") || ids.1.starts_with("nc-");
        let expected = match &*row.kind {
            "exact" | "near" | "recapture" => true,
            "excerpt" | "digest" if !of_the_courier => row.containment >= DEFAULT_CONTAINMENT,
            "excerpt" | "digest" => continue,
            // Three sign-in pages of the Standard are too few to tell them from a story under three
            // urls.
            "chrome" => ids.0.starts_with("es-"),
            _ => false,
        };
        assert_eq!(found.contains_key(&ids), expected, "{ids:?} {}", row.kind);
    }
    let outage = found[&("mn-0303-outage".to_owned(), "nc-0303-outage".to_owned())];
    assert_eq!(outage.relation, Relation::Exact, "without the boilerplate");
    assert_eq!(findings.removed.sites.len(), 1);
    let courier = &findings.removed.sites[0];
    assert_eq!(
        findings.catalog.site_name(courier.site),
        "northgatecourier.example"
    );
    assert_eq!(courier.documents, 6);
}

#[test]
fn the_morning_round_up_does_not_join_stories() {
    let findings = scan(&Settings::default());
    let catalog = &findings.catalog;
    let mut roles = Vec::new();
    for cluster in &findings.clusters {
        let whole = cluster.members.iter().filter(|member| member.whole);
        let stories: BTreeSet<&str> = whole
            .filter_map(|member| catalog.id(member.doc).split('-').nth(2))
            .collect();
        // The ids of two of the Standard's three sign-in pages name the hidden story, the third the
        // archive.
        assert!(
            stories.len() == 1 || stories == BTreeSet::from(["login"]),
            "{stories:?}"
        );
        let digest = cluster
            .members
            .iter()
            .filter(|member| catalog.id(member.doc) == "tp-0306-morning");
        roles.extend(digest.map(|member| member.role));
    }
    assert!(roles.len() >= 2, "it is a member of several clusters");
    assert!(roles.iter().all(|&role| role == Role::Digest), "{roles:?}");
}

#[test]
fn a_scan_by_characters_finds_the_exact_copies_too() {
    let findings = scan(&Settings {
        shingle: Shingle::Chars(9),
        boilerplate: false,
        ..Settings::default()
    });
    let exact: BTreeSet<Ids> = by_ids(&findings)
        .into_iter()
        .filter(|(_, pair)| pair.relation == Relation::Exact)
        .map(|(ids, _)| ids)
        .collect();
    let wanted = table().into_iter().filter(|(_, row)| row.kind == "exact");
    assert_eq!(exact, wanted.map(|(ids, _)| ids).collect());
}

//! The sample newsroom scanned from its file, against the table beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wirecopy::cluster::{Relation, Selection};
use wirecopy::pipeline::{self, Findings, Settings, Surfacing, Unobserved};
use wirecopy::plan::{Banding, DEFAULT_PERMUTATIONS, DEFAULT_RECALL, DEFAULT_THRESHOLD};
use wirecopy::read::{self, Inputs};
use wirecopy::shingle::{DEFAULT_SHINGLE, Shingle};
use wirecopy::sign::DEFAULT_SEED;

/// The earlier document of a pair and the later one.
type Ids = (String, String);

/// A row of the table.
struct Expected {
    exact: bool,
    jaccard: f64,
    containment: f64,
}

#[test]
fn the_default_scan_finds_what_the_table_says_and_nothing_else() {
    let wanted: BTreeMap<Ids, Expected> = table()
        .into_iter()
        .filter(|(_, row)| row.jaccard >= DEFAULT_THRESHOLD)
        .collect();
    let findings = scan(DEFAULT_SHINGLE);
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
        assert_eq!(pair.relation == Relation::Exact, expected.exact, "{ids:?}");
    }
}

#[test]
fn a_scan_by_characters_finds_the_exact_copies_too() {
    let findings = scan(Shingle::Chars(9));
    let exact: BTreeSet<Ids> = by_ids(&findings)
        .into_iter()
        .filter(|(_, pair)| pair.relation == Relation::Exact)
        .map(|(ids, _)| ids)
        .collect();
    let wanted = table().into_iter().filter(|(_, row)| row.exact);
    assert_eq!(exact, wanted.map(|(ids, _)| ids).collect());
}

/// The newsroom at the default settings but for the shingles.
fn scan(shingle: Shingle) -> Findings {
    let inputs = Inputs::open(&[sample("newsroom.jsonl")], read::Settings::default());
    let banding = Banding::for_recall(DEFAULT_THRESHOLD, DEFAULT_RECALL, DEFAULT_PERMUTATIONS);
    let settings = Settings {
        shingle,
        threshold: DEFAULT_THRESHOLD,
        surfacing: Surfacing::Bands(banding.expect("the defaults can be planned")),
        seed: DEFAULT_SEED,
        min_words: 1,
        selection: Selection::default(),
    };
    let inputs = inputs.expect("the sample can be opened");
    let findings = pipeline::scan(&inputs, &settings, &Unobserved).expect("the sample can be read");
    assert_eq!(findings.read.rejects, []);
    findings
}

fn by_ids(findings: &Findings) -> BTreeMap<Ids, &wirecopy::cluster::Finding> {
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
            exact: &record[2] == "exact",
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

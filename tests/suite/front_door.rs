//! The library's front door: what `Scan` makes of documents in memory equals what the readers make
//! of the same documents in a file.

use std::fs;

use tempfile::TempDir;
use wirecopy::{Document, Findings, Scan, ScanError, Shingle};

const STORY: &str = "The ferry to the islands stays in the harbour until Friday because the crew \
    found a crack in the stern ramp during the morning inspection and the shipyard has no spare \
    part before the end of the week";

/// A pair with the sites of its documents.
type SitedPair = (String, String, Option<String>, Option<String>);

#[test]
fn sites_are_those_that_a_reader_finds() {
    let sites = ["Gazette.Example", "www.news.courier.example", " ", ""];
    let documents: Vec<Document<'_>> = (0..)
        .zip(sites)
        .map(|(number, site)| Document::new(format!("d{number}"), STORY).site(site))
        .chain([Document::new("d4", STORY).url("https://www.post.example/ferry")])
        .collect();
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("same.jsonl");
    let record = |document: &Document<'_>| {
        serde_json::json!({
            "id": document.id, "text": document.text, "site": document.site, "url": document.url,
        })
        .to_string()
    };
    let lines: Vec<String> = documents.iter().map(record).collect();
    fs::write(&path, lines.join("\n")).expect("a file");

    let in_memory = Scan::new().run(&documents).expect("a scan");
    let in_a_file = Scan::new().run_paths([&path]).expect("a scan");
    assert_eq!(sited_pairs(&in_memory), sited_pairs(&in_a_file));
    assert!(
        sited_pairs(&in_memory)
            .iter()
            .any(|pair| pair.2.as_deref() == Some("courier.example"))
    );
}

#[test]
fn only_documents_of_the_slice_have_an_index() {
    let documents = [Document::new("b", STORY), Document::new("a", STORY)];
    let found = Scan::new().run(&documents).expect("a scan");
    let pair = found.pairs().next().expect("a pair");
    assert_eq!((pair.a.id(), pair.a.index()), ("a", Some(1)));
    assert_eq!((pair.b.id(), pair.b.index()), ("b", Some(0)));

    let directory = TempDir::new().expect("a directory");
    for name in ["a.txt", "b.txt"] {
        fs::write(directory.path().join(name), STORY).expect("a file");
    }
    let found = Scan::new().run_paths([directory.path()]).expect("a scan");
    let pair = found.pairs().next().expect("a pair");
    assert_eq!((pair.a.index(), pair.b.index()), (None, None));
}

#[test]
fn a_second_night_is_compared_with_the_first() {
    let directory = TempDir::new().expect("a directory");
    let scan = Scan::new().index(directory.path().join("index"));
    let night = |scan: Scan, time: &str, id: &'static str| {
        let scan = scan.as_of(time.parse().expect("a time"));
        scan.run(&[Document::new(id, STORY)]).expect("a night")
    };
    let first = night(scan.clone(), "2026-03-02T23:00:00Z", "a");
    assert_eq!(first.pairs().len(), 0);
    let second = night(scan.clone(), "2026-03-03T23:00:00Z", "b");
    let pair = second.pairs().next().expect("a pair");
    assert_eq!((pair.a.id(), pair.a.index()), ("a", None));
    assert_eq!((pair.b.id(), pair.b.index()), ("b", Some(0)));
    let other = scan.threshold(0.9).run(&[Document::new("c", STORY)]);
    assert!(matches!(other, Err(ScanError::Index(_))));
}

#[test]
fn settings_out_of_range_are_named() {
    for (scan, name) in [
        (Scan::new().threshold(0.0), "threshold"),
        (Scan::new().recall(1.1), "recall"),
        (Scan::new().containment(f64::NAN), "containment"),
        (Scan::new().passage(4), "passage"),
        (Scan::new().passage(1001), "passage"),
        (Scan::new().shingle(Shingle::Words(0)), "shingle"),
        (Scan::new().memory(1), "memory"),
    ] {
        match scan.run(&[]) {
            Err(ScanError::OutOfRange { name: named, .. }) => assert_eq!(named, name),
            other => panic!("{name}: {other:?}"),
        }
    }
}

fn sited_pairs(found: &Findings) -> Vec<SitedPair> {
    let pair = |pair: wirecopy::Pair<'_>| {
        let (id_a, id_b) = (pair.a.id().to_owned(), pair.b.id().to_owned());
        let site = |site: Option<&str>| site.map(str::to_owned);
        (id_a, id_b, site(pair.a.site()), site(pair.b.site()))
    };
    found.pairs().map(pair).collect()
}

//! Ids in an index: records without one, records whose id another document has, and nights that
//! mostly replace documents. Whatever the ids, no document is lost.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

use crate::common::program::{piped, said};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use wirecopy::index::Index;
use wirecopy::{Findings, Scan, ScanError};

const FERRY: &str = "The car ferry to the northern islands stays in port until Thursday, because \
    its bow door no longer closes. Some two hundred passengers wait in the harbour hotel, where \
    the cook has run out of eggs.";

const CHOIR: &str = "The choir of the fire brigade has won the regional contest for the third time \
    in a row. Its conductor, who retires in May, thanked the neighbours for their patience with \
    the rehearsals.";

const BRIDGE: &str = "A lorry with eleven tonnes of gravel has damaged the railing of the stone \
    bridge. Engineers will look at the pillars next week, and until then only bicycles may cross.";

const BEES: &str = "Somebody has stolen nine beehives from the orchard behind the monastery. The \
    monks offer a jar of last year's honey to whoever brings back the queen of the oldest one.";

/// A directory with an index and the files of nights.
struct Nights(TempDir);

impl Nights {
    fn new() -> Nights {
        Nights(TempDir::new().expect("a directory"))
    }

    fn put(&self, name: &str, content: &str) {
        fs::write(self.0.path().join(name), content).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap_or_default()
    }

    fn run(&self, words: &[&str], input: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        command.args(words).current_dir(self.0.path()).env_clear();
        piped(&mut command, input.as_bytes())
    }

    /// Runs a command on a file with the index; returns the status and standard error.
    fn night(&self, command: &str, file: &str, flags: &[&str]) -> (Option<i32>, String) {
        let output = if command == "scan" {
            &[
                "-o",
                "pairs.csv",
                "--summary",
                "run.json",
                "--metrics",
                "run.prom",
            ][..]
        } else {
            &["-o", "clean", "--removed", "removed.csv"][..]
        };
        let words = [&[command, file, "--index", "ix"], output, flags].concat();
        let input = match file {
            "-" => self.read(file),
            _ => String::new(),
        };
        let output = self.run(&words, &input);
        (output.status.code(), said(&output))
    }

    fn scan(&self, file: &str, flags: &[&str]) -> (Option<i32>, String) {
        self.night("scan", file, flags)
    }

    /// The documents of the index, in order of id.
    fn documents(&self) -> Vec<Value> {
        let exported = self.run(&["index", "export", "ix"], "");
        let lines = String::from_utf8(exported.stdout).expect("UTF-8");
        let read = |line| serde_json::from_str(line).expect("a record");
        let mut documents: Vec<Value> = lines.lines().map(read).collect();
        documents.sort_by_key(|document| document["id"].to_string());
        documents
    }

    fn ids(&self) -> Vec<String> {
        let documents = self.documents();
        let ids = documents.iter().map(|document| document["id"].as_str());
        ids.map(|id| id.unwrap_or_default().to_owned()).collect()
    }

    fn summary(&self) -> Value {
        serde_json::from_str(&self.read("run.json")).expect("a summary")
    }
}

/// The id without the hash that makes it differ from another.
fn base(id: &str) -> &str {
    id.split_once('#').map_or(id, |(base, _)| base)
}

/// Rows of a night, each with an id, a site and a text, as a file of a format.
fn file_of(format: &str, rows: &[(&str, &str, &str)]) -> String {
    let mut file = String::new();
    if format == "csv" {
        file.push_str("id,site,text\n");
    }
    for (id, site, text) in rows {
        match format {
            "csv" => file += &format!("{id},{site},\"{text}\"\n"),
            _ => {
                let record = json!({ "id": id, "site": site, "text": text });
                file += &format!("{record}\n");
            }
        }
    }
    file
}

#[test]
fn equal_ids_on_two_sites_are_two_documents() {
    for (format, name) in [
        ("csv", "tonight.csv"),
        ("jsonl", "tonight.jsonl"),
        ("jsonl", "-"),
    ] {
        let nights = Nights::new();
        let night = |rows: &[(&str, &str, &str)], flags: &[&str]| {
            nights.put(name, &file_of(format, rows));
            nights.scan(name, flags)
        };
        let first = [("1", "north.example", FERRY), ("2", "north.example", CHOIR)];
        assert_eq!(night(&first, &["-q"]), (Some(0), String::new()));
        // The second has the words of the first night's 1.
        let second = [
            ("1", "south.example", BRIDGE),
            ("2", "south.example", FERRY),
        ];

        let before = nights.ids();
        let (status, said) = night(&second, &["--strict", "-q"]);
        assert_eq!(status, Some(1), "{name}: {said}");
        assert!(
            said.contains("2 records have the id of another document"),
            "{said}"
        );
        assert_eq!(nights.ids(), before);

        let (status, said) = night(&second, &["-q"]);
        assert_eq!(status, Some(0), "{name}: {said}");
        assert_eq!(said.matches("id conflict:").count(), 2, "{said}");
        assert!(
            said.contains("the id 1 is that of a document of the index"),
            "{said}"
        );
        let ids = nights.ids();
        let bases: Vec<&str> = ids.iter().map(|id| base(id)).collect();
        assert_eq!(bases, ["1", "1", "2", "2"], "{name}");
        let pairs = nights.read("pairs.csv");
        assert!(pairs.contains(&format!("\n1,{},exact", ids[3])), "{pairs}");
        let index = nights.summary()["index"].clone();
        assert_eq!(
            (&index["conflicts"], &index["replaced"], &index["added"]),
            (&json!(2), &json!(0), &json!(2))
        );
        assert!(
            nights
                .read("run.prom")
                .contains("wirecopy_id_conflict_documents 2\n")
        );

        // The documents are known by now, whatever their ids.
        let (status, said) = night(&second, &["--strict"]);
        assert_eq!(status, Some(1), "{name}");
        assert!(
            said.contains("all 2 documents are in the index already"),
            "{said}"
        );
        assert_eq!(nights.ids(), ids);
    }
}

#[test]
fn equal_ids_on_one_site_stop_a_night_that_would_replace_the_last() {
    for command in ["scan", "dedup"] {
        let nights = Nights::new();
        let site = "north.example";
        nights.put(
            "a.csv",
            &file_of("csv", &[("1", site, FERRY), ("2", site, CHOIR)]),
        );
        nights.put(
            "b.csv",
            &file_of("csv", &[("1", site, BRIDGE), ("2", site, BEES)]),
        );
        assert_eq!(nights.night(command, "a.csv", &["-q"]).0, Some(0));
        let outputs = || ["pairs.csv", "clean", "removed.csv"].map(|name| nights.read(name));
        let (before, written) = (nights.documents(), outputs());
        for flags in [&[][..], &["-q"], &["--strict"], &["--keep", "9d"]] {
            let (status, said) = nights.night(command, "b.csv", flags);
            assert_eq!(status, Some(1), "{said}");
            assert!(
                said.contains(
                    "2 of 2 documents would replace one of the index with the same id, 2 of them \
                     with another page, title and time of publication; nothing was changed"
                ) && said.contains("--allow-replacing"),
                "{said}"
            );
            assert_eq!(
                (nights.documents(), outputs()),
                (before.clone(), written.clone())
            );
        }
        if command == "scan" {
            let index = nights.summary()["index"].clone();
            assert_eq!(index["mostly_replaces"], true);
            assert_eq!(
                (&index["added"], &index["replaced"]),
                (&json!(0), &json!(0))
            );
        }
        let (status, said) = nights.night(command, "b.csv", &["--allow-replacing"]);
        assert_eq!(status, Some(0), "{said}");
        let texts: Vec<Value> = nights
            .documents()
            .iter()
            .map(|one| one["text"].clone())
            .collect();
        assert_eq!(texts, [BRIDGE, BEES]);
    }
}

#[test]
fn a_night_of_corrections_needs_no_flag_until_it_has_ten() {
    let nights = Nights::new();
    let page = |number: u32, text: &str| {
        let url = format!("https://north.example/news/{number}");
        json!({ "id": number, "url": url, "text": format!("{text} Page {number}.") }).to_string()
    };
    let file = |range: std::ops::Range<u32>, text: &str| {
        range
            .map(|number| page(number, text) + "\n")
            .collect::<String>()
    };
    nights.put("a.jsonl", &file(0..20, FERRY));
    assert_eq!(nights.scan("a.jsonl", &[]).0, Some(0));
    nights.put("b.jsonl", &file(0..9, CHOIR));
    assert_eq!(nights.scan("b.jsonl", &[]).0, Some(0));
    assert_eq!(nights.summary()["index"]["replaced"], 9);
    assert!(
        nights
            .read("run.prom")
            .contains("wirecopy_replaced_documents 9\n")
    );
    nights.put("b.jsonl", &file(0..10, BEES));
    let (status, said) = nights.scan("b.jsonl", &[]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("10 of 10 documents would replace"), "{said}");
    // Half of the night is not most of it.
    nights.put("b.jsonl", &file(10..30, BEES));
    assert_eq!(nights.scan("b.jsonl", &[]).0, Some(0));
    assert_eq!(nights.summary()["index"]["replaced"], 10);
    // Such a night may be looked at.
    nights.put("b.jsonl", &file(0..10, BRIDGE));
    assert_eq!(nights.scan("b.jsonl", &["--no-add"]).0, Some(0));
}

#[test]
fn records_without_an_id_are_called_by_what_they_are() {
    let with_url = |text: &str, page: &str| {
        json!({ "url": format!("https://north.example/{page}"), "text": text }).to_string() + "\n"
    };
    let without = |site: &str, text: &str| {
        json!({ "site": site, "date": "2026-05-02", "text": text }).to_string() + "\n"
    };
    for name in ["tonight.jsonl", "-"] {
        for command in ["scan", "dedup"] {
            let nights = Nights::new();
            let night = |content: &str, flags: &[&str]| {
                nights.put(name, content);
                nights.night(command, name, flags)
            };
            let first = with_url(FERRY, "ferry") + &without("south.example", CHOIR);
            assert_eq!(night(&first, &["--strict", "-q"]), (Some(0), String::new()));
            let ids = nights.ids();
            assert_eq!(ids[0], "https://north.example/ferry");
            assert_eq!(
                (base(&ids[1]), ids[1].len()),
                ("south.example", 13 + 1 + 16)
            );
            // Another night, another file of the same name: nothing is replaced.
            let second = without("west.example", BEES) + &with_url(BRIDGE, "bridge");
            assert_eq!(
                night(&second, &["--strict", "-q"]),
                (Some(0), String::new())
            );
            assert_eq!(nights.ids().len(), 4);
            // All are recognised, in any order and among others.
            let all = second + &with_url("A new page.", "new") + &first;
            let (status, said) = night(&all, &["--strict"]);
            assert_eq!(status, Some(0), "{said}");
            assert!(said.contains("1 added, 4 in the index already"), "{said}");
            // A page with other words replaces its old text.
            let (status, said) = night(&with_url(BEES, "ferry"), &["--strict", "--no-add"]);
            assert_eq!(status, Some(0), "{said}");
            assert!(said.contains("1 that replace documents"), "{said}");
        }
    }
}

#[test]
fn captures_of_one_page_and_equal_texts_stay_apart() {
    let nights = Nights::new();
    let capture = |text: &str| {
        json!({ "url": "https://north.example/live", "text": text }).to_string() + "\n"
    };
    let bare = |text: &str| json!({ "text": text }).to_string() + "\n";
    let file = capture(FERRY) + &bare(CHOIR) + &capture(BRIDGE) + &bare(CHOIR) + &capture(BRIDGE);
    nights.put("a.jsonl", &file);
    let night = ["--strict", "--as-of", "2026-05-03"];
    assert_eq!(nights.scan("a.jsonl", &night).0, Some(0));
    let (ids, pairs) = (nights.ids(), nights.read("pairs.csv"));
    assert_eq!(ids.len(), 5, "{ids:?}");
    let text = ids
        .iter()
        .filter(|id| base(id) == "text")
        .collect::<Vec<_>>();
    assert_eq!(*text[1], format!("{}-2", text[0]));
    assert!(
        pairs.contains(&format!("{},{},exact", text[0], text[1])),
        "{pairs}"
    );
    // A retry of the night adds nothing and writes the same pairs.
    assert_eq!(nights.scan("a.jsonl", &night).0, Some(0));
    assert_eq!(
        (nights.ids(), nights.read("pairs.csv")),
        (ids.clone(), pairs)
    );
    // One of the captures alone is known too; a new one replaces none of several.
    nights.put(
        "b.jsonl",
        &(capture(BRIDGE) + &capture(FERRY) + &capture(BEES)),
    );
    let (status, said) = nights.scan("b.jsonl", &["--strict"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("1 added, 2 in the index already"), "{said}");
    assert_eq!(nights.ids().len(), 6);
}

#[test]
fn an_address_of_a_site_alone_is_no_id() {
    let nights = Nights::new();
    let record =
        |text: &str| json!({ "url": "https://north.example/", "text": text }).to_string() + "\n";
    for text in [FERRY, CHOIR] {
        nights.put("tonight.jsonl", &record(text));
        assert_eq!(nights.scan("tonight.jsonl", &["--strict", "-q"]).0, Some(0));
    }
    let ids = nights.ids();
    assert!(
        ids.len() == 2 && ids.iter().all(|id| base(id) == "north.example"),
        "{ids:?}"
    );
}

#[test]
fn equal_ids_in_two_files_of_a_night_do_not_take_their_names() {
    let nights = Nights::new();
    nights.put("a.csv", &file_of("csv", &[("1", "north.example", FERRY)]));
    nights.put("b.csv", &file_of("csv", &[("1", "south.example", FERRY)]));
    let run = |files: [&str; 2], flags: &[&str]| {
        let words = [
            "scan",
            files[0],
            files[1],
            "--index",
            "ix",
            "-q",
            "-o",
            "pairs.csv",
        ];
        let output = nights.run(&[&words, flags].concat(), "");
        (output.status.code(), said(&output))
    };
    let (status, said) = run(["a.csv", "b.csv"], &["--strict"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("another record of this run"), "{said}");
    assert_eq!(run(["a.csv", "b.csv"], &[]).0, Some(0));
    let (ids, pairs) = (nights.ids(), nights.read("pairs.csv"));
    assert_eq!(
        ids.iter().map(|id| base(id)).collect::<Vec<_>>(),
        ["1", "1"]
    );
    assert_eq!(pairs.lines().count(), 2, "{pairs}");
    // Neither the order nor the names of the files matter.
    fs::remove_dir_all(nights.0.path().join("ix")).expect("an index");
    nights.put("z.csv", &nights.read("a.csv"));
    assert_eq!(run(["b.csv", "z.csv"], &[]).0, Some(0));
    assert_eq!((nights.ids(), nights.read("pairs.csv")), (ids, pairs));
}

#[test]
fn without_url_and_site_an_equal_id_replaces_only_with_the_flag() {
    let nights = Nights::new();
    let record = |text: &str| json!({ "id": "7", "text": text }).to_string() + "\n";
    let other = json!({ "id": "8", "text": CHOIR }).to_string() + "\n";
    nights.put("a.jsonl", &(record(FERRY) + &other));
    assert_eq!(nights.scan("a.jsonl", &["--strict"]).0, Some(0));
    nights.put("b.jsonl", &(record(BRIDGE) + &other));
    let (status, said) = nights.scan("b.jsonl", &["-q", "--no-add"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("(--allow-replacing replaces it)"), "{said}");
    let (status, said) = nights.scan("b.jsonl", &["--strict", "--allow-replacing"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(
        said.contains("1 that replace documents with the same id"),
        "{said}"
    );
    assert_eq!(nights.ids(), ["7", "8"]);
    // Where url or site tell that they are two, the flag does not make them one.
    nights.put("c.csv", &file_of("csv", &[("7", "north.example", BEES)]));
    nights.put("d.csv", &file_of("csv", &[("7", "south.example", FERRY)]));
    for (file, documents) in [("c.csv", 2), ("d.csv", 3)] {
        assert_eq!(nights.scan(file, &["--allow-replacing"]).0, Some(0));
        assert_eq!(nights.ids().len(), documents);
    }
}

#[test]
fn an_exported_index_joins_another() {
    let nights = Nights::new();
    let record = |url: &str, text: &str| {
        let url = format!("https://{url}");
        json!({ "url": url, "date": "2026-05-02", "text": text }).to_string() + "\n"
    };
    let (north, south) = (
        record("north.example/a", FERRY),
        record("south.example/a", FERRY),
    );
    let both = record("west.example/a", CHOIR);
    let live = |text: &str| record("west.example/live", text);
    nights.put(
        "other.jsonl",
        &(south + &both + &live(BEES) + &live(BRIDGE)),
    );
    let words = [
        "scan",
        "other.jsonl",
        "--index",
        "other",
        "-q",
        "-o",
        "other.csv",
    ];
    assert_eq!(nights.run(&words, "").status.code(), Some(0));
    nights.put("first.jsonl", &(north + &both));
    assert_eq!(nights.scan("first.jsonl", &["-q"]).0, Some(0));

    let exported = nights.run(&["index", "export", "other"], "").stdout;
    nights.put("-", std::str::from_utf8(&exported).expect("UTF-8"));
    for _ in 0..2 {
        let night = ["--strict", "-q", "--as-of", "2026-05-03"];
        assert_eq!(nights.scan("-", &night), (Some(0), String::new()));
        let ids = nights.ids();
        assert_eq!(ids.len(), 5, "{ids:?}");
        assert!(ids.iter().all(|id| id.starts_with("https://")), "{ids:?}");
        let pairs = nights.read("pairs.csv");
        assert!(
            pairs.contains("\nhttps://north.example/a,https://south.example/a,exact,"),
            "{pairs}"
        );
    }
}

#[test]
fn a_page_that_moved_within_its_site_is_known_by_its_title() {
    let nights = Nights::new();
    let record = |url: &str, title: &str, text: &str| {
        let site = "north.example";
        json!({ "id": "7", "url": url, "site": site, "title": title, "text": text }).to_string()
            + "\n"
    };
    let others = "{\"id\": \"a\", \"text\": \"One.\"}\n{\"id\": \"b\", \"text\": \"Two.\"}\n";
    nights.put(
        "0.jsonl",
        &record("https://north.example/ferry", "Ferry stays", FERRY),
    );
    assert_eq!(nights.scan("0.jsonl", &[]).0, Some(0));
    let moved = record("https://north.example/harbour/ferry", "Ferry stays", CHOIR);
    nights.put("1.jsonl", &(moved + others));
    assert_eq!(nights.scan("1.jsonl", &["--strict"]).0, Some(0));
    assert_eq!(nights.summary()["index"]["replaced"], 1);
    let another = record("https://north.example/bees", "Bees swarm", BEES);
    nights.put("2.jsonl", &another);
    assert_eq!(nights.scan("2.jsonl", &["--strict"]).0, Some(1));
    assert_eq!(nights.scan("2.jsonl", &[]).0, Some(0));
    assert_eq!(nights.ids().iter().filter(|id| base(id) == "7").count(), 2);
}

#[test]
fn a_plain_scan_names_records_by_file_and_number() {
    let nights = Nights::new();
    let record =
        |text: &str| json!({ "url": "https://north.example/a", "text": text }).to_string() + "\n";
    nights.put("tonight.jsonl", &(record(FERRY) + &record(FERRY)));
    let output = nights.run(&["scan", "tonight.jsonl", "-q"], "");
    let pairs = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        pairs.contains("\ntonight.jsonl:1,tonight.jsonl:2,exact,"),
        "{pairs}"
    );
}

/// A record of a generated night.
#[derive(Debug, Clone, PartialEq)]
struct Record {
    id: Option<&'static str>,
    url: Option<&'static str>,
    site: Option<&'static str>,
    date: Option<&'static str>,
    text: &'static str,
}

impl Record {
    fn line(&self) -> String {
        let mut record = serde_json::Map::new();
        let fields = [
            ("id", self.id),
            ("url", self.url),
            ("site", self.site),
            ("date", self.date),
            ("text", Some(self.text)),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                record.insert(name.to_owned(), json!(value));
            }
        }
        Value::Object(record).to_string() + "\n"
    }

    /// True if nothing in a document of the index says that it is not this record.
    fn may_be(&self, document: &Value) -> bool {
        let agrees = |name: &str, own: Option<&str>| match (own, document[name].as_str()) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        };
        let id = document["id"].as_str().unwrap_or_default();
        let named = self.id.is_none_or(|own| {
            id.strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
        });
        named
            && document["text"] == self.text
            && agrees("url", self.url)
            && agrees("site", self.site)
    }
}

/// Records with ids, urls, sites and texts of few.
fn records() -> impl Strategy<Value = Vec<Record>> {
    const URL: &str = "https://north.example/p";
    let some = |values: &'static [&'static str]| prop::option::of(prop::sample::select(values));
    let record = (
        some(&["1", "2", URL, "north.example"]),
        some(&[URL, "https://south.example/q", "https://north.example/"]),
        some(&["north.example", "south.example"]),
        some(&["2026-05-01", "2026-05-02T10:00:00Z"]),
        prop::sample::select(&[FERRY, CHOIR, BEES, "..."]),
    );
    let record = record.prop_map(|(id, url, site, date, text)| Record {
        id,
        url,
        site,
        date,
        text,
    });
    prop::collection::vec(record, 0..9)
}

/// Scans files of records against the index; `None` if the night is refused.
fn scan_files(nights: &Nights, files: &[&[Record]], scan: Scan) -> Option<Findings> {
    let mut paths = Vec::new();
    for (number, records) in files.iter().enumerate() {
        let name = format!("{number}.jsonl");
        nights.put(&name, &records.iter().map(Record::line).collect::<String>());
        paths.push(nights.0.path().join(name));
    }
    match scan.index(nights.0.path().join("ix")).run_paths(paths) {
        Ok(found) => Some(found),
        Err(ScanError::MostlyReplaces { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

fn stored(nights: &Nights) -> Vec<Value> {
    let mut documents = Vec::new();
    let index = Index::open(&nights.0.path().join("ix")).expect("an index");
    let exported = index.export(&mut |line| {
        if line != b"\n" {
            documents.push(serde_json::from_slice(line).expect("a record"));
        }
        Ok(())
    });
    exported.expect("the index is intact");
    documents.sort_by_key(|document: &Value| document["id"].to_string());
    documents
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_ids_no_document_is_lost(
        all in prop::collection::vec((records(), records(), any::<bool>()), 1..5),
    ) {
        let nights = Nights::new();
        let mut before: Vec<Value> = Vec::new();
        for (first, second, replacing) in all {
            let scan = Scan::new().allow_replacing(replacing);
            let files = [&first[..], &second[..]];
            let Some(found) = scan_files(&nights, &files, scan) else {
                prop_assert_eq!(stored(&nights), before.clone());
                continue;
            };
            let after = stored(&nights);
            let mut ids: Vec<&Value> = after.iter().map(|document| &document["id"]).collect();
            ids.dedup();
            prop_assert_eq!(ids.len(), after.len());
            // Every record is in the index, as often as it was read, or among the rejects.
            let is_rejected = |source: u32, line: u64| {
                let mut rejects = found.rejects().iter();
                rejects.any(|reject| (reject.source, reject.line) == (source, line))
            };
            let records = (0..).zip(files).flat_map(|(source, records)| {
                (1..).zip(records).map(move |(line, record)| (source, line, record))
            });
            let kept = records.filter(|&(source, line, _)| !is_rejected(source, line));
            let kept: Vec<&Record> = kept.map(|(_, _, record)| record).collect();
            for record in &kept {
                let read = kept.iter().filter(|other| *other == record).count();
                let there = after.iter().filter(|document| record.may_be(document)).count();
                prop_assert!(there >= read, "{:?}: {} of {} in {:#?}", record, there, read, after);
            }
            // What is gone was replaced by a record of this night.
            let gone = before.iter().filter(|document| !after.contains(document));
            let gone: Vec<&Value> = gone.collect();
            prop_assert_eq!(gone.len(), found.result().read.replaced.len());
            for old in gone {
                let new = after.iter().find(|document| document["id"] == old["id"]);
                let new = new.expect("a document with that id");
                let of_night = kept.iter().any(|record| record.may_be(new));
                let sites = [&old["site"], &new["site"]];
                let on_two = sites.iter().all(|site| site.is_string()) && sites[0] != sites[1];
                prop_assert!(of_night && !on_two, "{} {}", old, new);
            }
            // Once more, it adds nothing.
            let again = Scan::new().allow_replacing(true);
            let again = scan_files(&nights, &files, again).expect("nothing is refused");
            prop_assert_eq!(again.counts().documents.read, 0);
            prop_assert_eq!(stored(&nights), after.clone());
            before = after;
        }
    }

    #[test]
    fn ids_do_not_depend_on_order_files_and_threads(
        first in records(),
        mut second in records(),
        order in prop::collection::vec(any::<u8>(), 9),
        cut in 0usize..9,
    ) {
        // A file may have an id only once.
        for records in [&first, &second] {
            let ids: Vec<&str> = records.iter().filter_map(|record| record.id).collect();
            let distinct: BTreeSet<&str> = ids.iter().copied().collect();
            prop_assume!(ids.len() == distinct.len());
        }
        let scan = |threads| Scan::new().allow_replacing(true).threads(threads);
        let (one, other) = (Nights::new(), Nights::new());
        scan_files(&one, &[&first], scan(1)).expect("a night");
        scan_files(&one, &[&second], scan(1)).expect("a night");

        let by_order = first.iter().cloned().zip(&order);
        let mut by_order: Vec<(Record, &u8)> = by_order.collect();
        by_order.sort_by_key(|(_, order)| **order);
        let first: Vec<Record> = by_order.into_iter().map(|(record, _)| record).collect();
        second.reverse();
        let (start, end) = first.split_at(cut.min(first.len()));
        scan_files(&other, &[end, start], scan(2)).expect("a night");
        let (start, end) = second.split_at(cut.min(second.len()));
        scan_files(&other, &[start, end], scan(3)).expect("a night");
        prop_assert_eq!(stored(&one), stored(&other));
    }
}

//! `--against` on the command line, and which of several duplicates stays.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::program::said;
use tempfile::TempDir;

const FERRY: &str = "the harbour master said the ferry would sail again on monday at noon sharp";
const TOUR: &str = "the orchestra cancelled its tour of the northern islands for want of a bassoon";

/// A directory with files, in which the program runs.
struct Place(TempDir);

impl Place {
    fn with(files: &[(&str, &str)]) -> Place {
        let place = Place(TempDir::new().expect("a directory"));
        for (name, content) in files {
            fs::write(place.path().join(name), content).expect("a file");
        }
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.path())
            .stdin(Stdio::null());
        command.output().expect("the program runs")
    }

    /// Standard output of a run that succeeds.
    fn out(&self, arguments: &str) -> String {
        let result = self.run(arguments);
        assert_eq!(result.status.code(), Some(0), "{}", said(&result));
        String::from_utf8(result.stdout).expect("UTF-8")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a file")
    }
}

fn ids(lines: &str) -> Vec<String> {
    let id = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
        record["id"].as_str().expect("an id").to_owned()
    };
    lines.lines().map(id).collect()
}

#[test]
fn only_copies_of_the_reference_are_removed() {
    let place = Place::with(&[
        (
            "new.csv",
            &format!("id,text\n1,{FERRY}\n2,{TOUR}\n3,{TOUR}\n"),
        ),
        ("old.csv", &format!("id,text\n1,{FERRY} today\n2,{FERRY}\n")),
    ]);
    let out = place.out("dedup new.csv --against old.csv -q --removed removed.csv");
    assert_eq!(out, format!("id,text\n2,{TOUR}\n3,{TOUR}\n"));
    let removed = place.read("removed.csv");
    let rows: Vec<&str> = removed.lines().skip(1).collect();
    assert_eq!(rows, ["1,old.csv:2,exact,1.0000,,,,,,new.csv,,,"]);

    let pairs = place.out("scan new.csv --against old.csv -q");
    let pairs: Vec<String> = pairs
        .lines()
        .skip(1)
        .map(|row| row.split(',').take(3).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(pairs, ["1 old.csv:1 near", "1 old.csv:2 exact"]);

    let again = place.run("dedup new.csv --against old.csv -o clean.csv");
    let said = said(&again);
    assert!(said.contains("3 documents"), "{said}");
    assert!(
        said.contains("compared with a reference of 2 documents only"),
        "{said}"
    );
    assert!(
        said.contains("2 documents kept, 1 removed: 1 exact, 0 near"),
        "{said}"
    );
}

#[test]
fn an_index_can_be_a_reference_whatever_it_was_made_with() {
    let place = Place::with(&[
        (
            "old.jsonl",
            &format!("{{\"id\":\"a\",\"text\":\"{FERRY}\"}}\n"),
        ),
        (
            "new.jsonl",
            &format!(
                "{{\"id\":\"a\",\"body\":\"{TOUR}\"}}\n{{\"id\":\"b\",\"body\":\"{FERRY}\"}}\n"
            ),
        ),
    ]);
    place.out("scan old.jsonl --index seen.index --shingle word:3 -q");
    let before = place.out("index info seen.index --format json");
    let out = place.out("dedup new.jsonl --text-field body --against seen.index -q --recall 1");
    assert_eq!(ids(&out), ["a"]);
    assert_eq!(place.out("index info seen.index --format json"), before);
}

#[test]
fn a_reference_of_which_nothing_can_be_compared_is_an_error() {
    let place = Place::with(&[
        ("new.csv", &format!("id,text\n1,{FERRY}\n")),
        ("empty.csv", "id,text\n"),
        ("asked.jsonl", &format!("{{\"question\":\"{FERRY}\"}}\n")),
    ]);
    for arguments in [
        "dedup new.csv --against empty.csv -o clean.csv",
        "scan new.csv --against empty.csv -o clean.csv",
        "dedup new.csv --against asked.jsonl -o clean.csv",
    ] {
        let result = place.run(arguments);
        assert_eq!(
            result.status.code(),
            Some(1),
            "{arguments}: {}",
            said(&result)
        );
        assert!(!place.path().join("clean.csv").exists(), "{arguments}");
    }
    let named = place.out("dedup new.csv --against asked.jsonl --against-text-field question -q");
    assert_eq!(named, "id,text\n");
    // A field that only the inputs have may be missing.
    let named = place.out(
        "dedup new.csv --against asked.jsonl --against-text-field question --text-field text \
         --id-field id -q",
    );
    assert_eq!(named, "id,text\n");
    let result = place.run("dedup new.csv --against asked.jsonl --against-text-field answer");
    assert_eq!(result.status.code(), Some(1), "{}", said(&result));
    let result = place.run("dedup new.csv --against asked.jsonl --index ix -o clean.csv");
    assert_eq!(result.status.code(), Some(2), "{}", said(&result));
    let result = place.run("dedup new.csv --against-id-field question -o clean.csv");
    assert_eq!(result.status.code(), Some(2), "{}", said(&result));
}

#[test]
fn documents_with_a_passage_of_a_test_are_removed() {
    let around = "long before the winter began and after the last boats had come home";
    let place = Place::with(&[
        (
            "train.csv",
            &format!(
                "id,text\nwhole,{around} {FERRY} {around}\nlink,{around} said the ferry would \
                 sail again on tuesday {around}\nshort,{around} who paid the old piper then \
                 {around}\nown,{TOUR}\n"
            ),
        ),
        (
            "test.csv",
            &format!("id,text\nq1,{FERRY}\nq2,who paid the old piper then\nq3,who paid\n"),
        ),
    ]);
    let kept = |flags: &str| {
        let out = place.out(&format!("dedup train.csv --against test.csv -q {flags}"));
        let rows = out.lines().skip(1);
        rows.map(|row| row.split(',').next().unwrap_or_default().to_owned())
            .collect::<Vec<String>>()
    };
    assert_eq!(kept(""), ["whole", "link", "short", "own"]);
    assert_eq!(kept("--excerpts"), ["link", "own"]);
    assert_eq!(kept("--excerpts --passage 7"), ["own"]);
    assert_eq!(
        kept("--excerpts --min-reference-words 7"),
        ["link", "short", "own"]
    );

    let result =
        place.run("dedup train.csv --against test.csv --excerpts -o clean.csv --removed r.csv");
    let said = said(&result);
    assert!(
        said.contains("2 removed: 0 exact, 0 near, 2 excerpts"),
        "{said}"
    );
    let looked = "looked for every 13 words in a row of 1 reference document, and for the whole of \
                  1 shorter one; 1 of fewer than 5 words not looked for (--min-reference-words)";
    assert!(said.contains(looked), "{said}");
    let removed = place.read("r.csv");
    let rows: Vec<&str> = removed.lines().skip(1).collect();
    let row = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<String>>();
    assert_eq!(row(rows[0])[..3], ["whole", "q1", "excerpt"]);
    assert_eq!(row(rows[0])[12], "14");
    assert_eq!(row(rows[1])[..3], ["short", "q2", "excerpt"]);
    assert_eq!(row(rows[1])[12], "6");

    let marked = place.out("dedup train.csv --against test.csv --excerpts --mark -q");
    let ends: Vec<&str> = marked
        .lines()
        .map(|line| line.rsplit(',').next().unwrap_or(""))
        .collect();
    assert_eq!(ends, ["duplicate_group", "q1", "", "q2", ""]);
    let result = place.run("dedup train.csv --excerpts -o clean.csv");
    assert_eq!(result.status.code(), Some(2), "passages need a reference");
}

#[test]
fn which_of_several_duplicates_stays() {
    let record =
        |id: &str, more: &str| format!("{{\"id\":\"{id}\",\"text\":\"{FERRY}\",{more}}}\n");
    let place = Place::with(&[(
        "all.jsonl",
        &[
            record(
                "a",
                r#""site":"one.example","date":"2026-03-02","rank":{"n":"7"}"#,
            ),
            record(
                "b",
                r#""site":"two.example","date":"2026-03-04","rank":{"n":-2}"#,
            ),
            record(
                "c",
                r#""site":"three.example","date":"2026-03-03","rank":{"n":1e3}"#,
            ),
            record("d", r#""site":"four.example","rank":{"n":"high"}"#),
        ]
        .concat(),
    )]);
    for (prefer, stays) in [
        ("first-published", "a"),
        ("last-published", "b"),
        ("site=three.example,two.example", "c"),
        ("site=nowhere.example,www.two.example", "b"),
        ("site=nowhere.example", "a"),
        ("field:rank.n", "c"),
    ] {
        let out = place.out(&format!("dedup all.jsonl --prefer {prefer} -q"));
        assert_eq!(ids(&out), [stays], "{prefer}");
    }
    let result = place.run("dedup all.jsonl --prefer site=nowhere.example -o out.jsonl");
    assert!(said(&result).contains("no document is on nowhere.example"));
    let result = place.run("dedup all.jsonl --prefer field:rank.n -o out.jsonl");
    assert!(said(&result).contains("1 document without a number"));
    let result = place.run("dedup all.jsonl --prefer field:weight -o none.jsonl");
    assert_eq!(result.status.code(), Some(1), "{}", said(&result));
    assert!(!place.path().join("none.jsonl").exists());
    for prefer in ["newest", "site=", "site=a,,b", "field:"] {
        let result = place.run(&format!("dedup all.jsonl --prefer {prefer}"));
        assert_eq!(result.status.code(), Some(2), "{prefer}: {}", said(&result));
    }

    let table = Place::with(&[(
        "all.csv",
        &format!("id;text;points\na;\"{FERRY}\";3\nb;\"{FERRY}\";\"11\"\nc;{FERRY};\n"),
    )]);
    let out = table.out("dedup all.csv --prefer field:points -q");
    assert_eq!(out, format!("id;text;points\nb;\"{FERRY}\";\"11\"\n"));
}

#[test]
fn every_member_of_a_group_has_its_name() {
    let place = Place::with(&[(
        "all.csv",
        &format!("id,text\na,{FERRY}\nb,{TOUR}\nc,{FERRY}\nd,{TOUR}\ne,alone\n"),
    )]);
    let out = place.out("dedup all.csv --mark -q --group-field group");
    let expected = format!(
        "id,text,duplicate_of,group\na,{FERRY},,a\nb,{TOUR},,b\nc,{FERRY},a,a\nd,{TOUR},b,b\n\
         e,alone,,\n"
    );
    assert_eq!(out, expected);
    let result = place.run("dedup all.csv --mark --group-field text");
    assert_eq!(result.status.code(), Some(2), "{}", said(&result));
    let result = place.run("dedup all.csv --mark --group-field duplicate_of");
    assert_eq!(result.status.code(), Some(2), "{}", said(&result));
}

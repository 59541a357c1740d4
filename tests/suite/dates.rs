//! Dates of records: the order of day and month in a file, and the flags that say more.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use wirecopy::document::Fetch;
use wirecopy::pipeline::{self, Unobserved};
use wirecopy::read::{Inputs, ReadSettings};

use crate::common::defaults;
use crate::common::program::said;

/// A text of its own for every number: two with the same number are a pair.
fn text(number: usize) -> String {
    let words = (0..40).map(|word| format!("word{}", number * 100 + word));
    words.collect::<Vec<_>>().join(" ")
}

/// One record of JSON for each date, with a copy on another site that has no date.
fn records(dates: &[&str]) -> String {
    let record = |(number, date): (usize, &&str)| {
        let text = text(number);
        let dated = json!({"id": format!("d{number}"), "site": "lake.example", "text": text,
            "published": date});
        let copy = json!({"id": format!("e{number}"), "site": "hill.example", "text": text});
        format!("{dated}\n{copy}\n")
    };
    dates.iter().enumerate().map(record).collect()
}

/// A run of `scan`: the date of each document `d0`, `d1`, ... in the pairs, the summary, and what
/// the program said.
struct DatedScan {
    published: Vec<String>,
    pairs: Vec<u8>,
    summary: Value,
    said: String,
}

/// Scans an input, or standard input with `bytes`.
fn scan(input: &str, bytes: Option<&[u8]>, flags: &[&str]) -> DatedScan {
    let at = TempDir::new().unwrap();
    let file = |name: &str| at.path().join(name).display().to_string();
    let (pairs, summary) = (file("pairs.csv"), file("summary.json"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(["scan", input, "--output", &pairs, "--summary", &summary])
        .args(flags)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(bytes.unwrap_or_default()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let pairs = fs::read(pairs).unwrap();
    DatedScan {
        published: published(&pairs),
        pairs,
        summary: serde_json::from_slice(&fs::read(summary).unwrap()).unwrap(),
        said: said(&output),
    }
}

/// The dates of `d0`, `d1`, ... in a pairs file.
fn published(pairs: &[u8]) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(pairs);
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let sides = ["a", "b"].map(|side| {
        (
            column(&format!("id_{side}")),
            column(&format!("published_{side}")),
        )
    });
    let mut dates: Vec<(usize, String)> = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        for (id, published) in sides {
            if let Some(number) = row[id].strip_prefix('d') {
                dates.push((number.parse().unwrap(), row[published].to_owned()));
            }
        }
    }
    dates.sort();
    dates.into_iter().map(|(_, date)| date).collect()
}

fn write(at: &Path, name: &str, bytes: &[u8]) -> String {
    let path = at.join(name);
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn days_over_twelve_tell_the_order_of_their_file() {
    for (dates, expected, order, bad) in [
        (
            &["03/04/2026", "05/06/2026", "13/03/2026"][..],
            &[
                "2026-04-03T00:00:00Z",
                "2026-06-05T00:00:00Z",
                "2026-03-13T00:00:00Z",
            ][..],
            "day_first",
            0,
        ),
        (
            &["03/04/2026 9:30 PM", "12/25/2025 10:15"],
            &["2026-03-04T21:30:00Z", "2025-12-25T10:15:00Z"],
            "month_first",
            0,
        ),
        (
            &["03/04/2026", "04/04/2026", "2026-03-20"],
            &["", "2026-04-04T00:00:00Z", "2026-03-20T00:00:00Z"],
            "unknown",
            1,
        ),
        (
            &["03/04/2026", "13/03/2026", "03/14/2026"],
            &["", "2026-03-13T00:00:00Z", "2026-03-14T00:00:00Z"],
            "unknown",
            1,
        ),
    ] {
        let at = TempDir::new().unwrap();
        let input = write(at.path(), "dates.jsonl", records(dates).as_bytes());
        let scan = scan(&input, None, &[]);
        assert_eq!(scan.published, expected, "{dates:?}");
        let read = &scan.summary["read"];
        assert_eq!(read["bad_dates"], bad, "{dates:?}");
        assert_eq!(read["date_order"][order], 1, "{read}");
        let line = match order {
            "day_first" => "the day comes first in",
            "month_first" => "the month comes first in",
            _ => "day or month first is not told by",
        };
        assert!(scan.said.contains(line), "{}", scan.said);
    }
}

#[test]
fn files_tell_their_order_apart() {
    let at = TempDir::new().unwrap();
    let dates = |name: &str, shift: usize, dates: [&str; 2]| {
        let lines = records(&[&["1900-01-01"; 4][..shift], &dates[..]].concat());
        let own: String = lines
            .lines()
            .skip(2 * shift)
            .map(|line| format!("{line}\n"))
            .collect();
        write(at.path(), name, own.as_bytes());
    };
    dates("a.jsonl", 0, ["03/04/2026", "03/13/2026"]);
    dates("b.jsonl", 2, ["03/04/2026", "13/03/2026"]);
    let scan = scan(&at.path().display().to_string(), None, &[]);
    assert_eq!(
        scan.published,
        [
            "2026-03-04T00:00:00Z",
            "2026-03-13T00:00:00Z",
            "2026-04-03T00:00:00Z",
            "2026-03-13T00:00:00Z",
        ]
    );
    assert_eq!(
        scan.summary["read"]["date_order"],
        json!({"day_first": 1, "month_first": 1, "unknown": 0})
    );
}

#[test]
fn the_order_does_not_depend_on_how_a_file_is_read() {
    let many: Vec<String> = (0..300)
        .map(|number| format!("{:02}/{:02}/2025", number % 12 + 1, number % 7 + 1))
        .collect();
    let mut dates: Vec<&str> = many.iter().map(String::as_str).collect();
    // Only the last record tells.
    dates.push("31/12/2025");
    let lines = records(&dates);
    let at = TempDir::new().unwrap();
    let plain = write(at.path(), "dates.jsonl", lines.as_bytes());
    let packed = zstd::encode_all(lines.as_bytes(), 1).unwrap();
    let packed = write(at.path(), "dates.jsonl.zst", &packed);
    let expected = scan(&plain, None, &["--threads", "1"]);
    assert_eq!(expected.published.len(), dates.len());
    assert_eq!(expected.published[1], "2025-02-02T00:00:00Z");
    assert_eq!(expected.published[2], "2025-03-03T00:00:00Z");
    assert_eq!(expected.published[9], "2025-03-10T00:00:00Z");
    for (input, bytes, flags) in [
        (&*plain, None, &["--threads", "4"][..]),
        (&*packed, None, &["--threads", "2"]),
        ("-", Some(lines.as_bytes()), &[]),
    ] {
        let came = scan(input, bytes, flags);
        assert_eq!(came.pairs, expected.pairs, "{input} {flags:?}");
    }
}

#[test]
fn the_order_does_not_depend_on_the_size_of_blocks() {
    let dates = [
        "03/04/2026",
        "2 hours ago",
        "05/06/2026",
        "13/03/2026",
        "06/07/2026",
    ];
    let lines = records(&dates);
    let at = TempDir::new().unwrap();
    let input = write(at.path(), "dates.jsonl", lines.as_bytes());
    let mut first = None;
    for block_bytes in [1, 100, 700, 1 << 20] {
        let settings = ReadSettings {
            block_bytes,
            ..ReadSettings::default()
        };
        let inputs = Inputs::open(std::slice::from_ref(&input), settings).unwrap();
        let result = pipeline::scan(&inputs, &defaults(), &Unobserved).unwrap();
        let catalog = &result.catalog;
        let mut read = Vec::new();
        for doc in catalog.documents() {
            let stored = catalog.published(doc);
            let mut again = None;
            inputs
                .fetch(catalog.place(doc), &mut |document| {
                    again = document.published
                })
                .unwrap();
            assert_eq!(again, stored, "{}", catalog.id(doc));
            read.push((catalog.id(doc).to_owned(), stored));
        }
        let tally = (result.read.bad_dates, result.read.open_dates.clone());
        let examples = result.read.bad_date_examples.clone();
        assert_eq!(tally.0, 1);
        let came = (read, tally, examples);
        assert_eq!(
            *first.get_or_insert_with(|| came.clone()),
            came,
            "{block_bytes}"
        );
    }
}

#[test]
fn dates_not_understood_are_counted_and_shown() {
    let at = TempDir::new().unwrap();
    let dates = [
        "2 hours ago",
        "2026-03-04",
        "2 hours ago",
        "a\u{1b}[31m day",
        "last spring, or perhaps in the early weeks of summer",
        "soon",
    ];
    let input = write(at.path(), "vague.jsonl", records(&dates).as_bytes());
    let scan = scan(&input, None, &[]);
    assert_eq!(scan.summary["read"]["bad_dates"], 5);
    assert_eq!(
        scan.summary["read"]["bad_date_examples"],
        json!([
            "2 hours ago",
            "a\\u{1b}[31m day",
            "last spring, or perhaps in the early wee..."
        ])
    );
    assert!(
        scan.said
            .contains("dates not understood: \"2 hours ago\", "),
        "{}",
        scan.said
    );
    assert!(scan.said.contains("--date-format"), "{}", scan.said);
}

#[test]
fn a_form_and_a_zone_can_be_given() {
    let at = TempDir::new().unwrap();
    let dates = ["03/04/2026 10:15", "260405", "2026-03-04T10:15:00Z"];
    let input = write(at.path(), "dates.jsonl", records(&dates).as_bytes());
    let flags = [
        "--date-format",
        "%d/%m/%Y %H:%M",
        "--date-format",
        "%y%m%d",
        "--time-zone",
        "America/New_York",
    ];
    let scan = scan(&input, None, &flags);
    assert_eq!(
        scan.published,
        [
            "2026-04-03T14:15:00Z",
            "2026-04-05T00:00:00Z",
            "2026-03-04T10:15:00Z",
        ]
    );
    let none = json!({"day_first": 0, "month_first": 0, "unknown": 0});
    assert_eq!(scan.summary["read"]["date_order"], none);
}

#[test]
fn the_day_of_a_run_lasts_until_it_has_ended_everywhere() {
    let site = |number: usize| format!("{}.example", ["york", "lake"][number]);
    let records = |dates: [&str; 2]| -> String {
        let record = |(number, date): (usize, &&str)| {
            let record = json!({"id": number.to_string(), "site": site(number), "text": text(0),
                "published": date});
            format!("{record}\n")
        };
        dates.iter().enumerate().map(record).collect()
    };
    // A quarter of an hour in the evening in New York, hours after midnight in UTC.
    let evening = records(["2026-03-11T23:30:00-04:00", "2026-03-11T23:45:00-04:00"]);
    for (as_of, ahead) in [
        ("2026-03-11", 0),
        ("2026-03-11T23:59:00-04:00", 0),
        ("2026-03-10T12:00:00Z", 2),
    ] {
        let found = scan("-", Some(evening.as_bytes()), &["--as-of", as_of]);
        assert_eq!(found.summary["read"]["dated_ahead"], ahead, "{as_of}");
        let is_said = found.said.contains("dated more than a day after the run");
        assert_eq!(is_said, ahead > 0, "{}", found.said);
        let row = String::from_utf8(found.pairs).unwrap();
        let row = row.lines().nth(1).unwrap().to_owned();
        let is_ordered = row.ends_with(",true") && row.contains(",0.25,");
        assert_eq!(is_ordered, ahead == 0, "{row}");
    }
}

#[test]
fn an_index_stores_dates_in_the_order_of_their_file() {
    let at = TempDir::new().unwrap();
    let index = at.path().join("seen").display().to_string();
    let first = write(
        at.path(),
        "first.jsonl",
        records(&["03/04/2026", "13/03/2026"]).as_bytes(),
    );
    scan(&first, None, &["--index", &index]);
    let copy = json!({"id": "c", "site": "coast.example", "text": text(0),
        "published": "2026-05-01"});
    let second = write(at.path(), "second.jsonl", format!("{copy}\n").as_bytes());
    let night = scan(&second, None, &["--index", &index]);
    assert_eq!(night.published, ["2026-04-03T00:00:00Z"]);
}

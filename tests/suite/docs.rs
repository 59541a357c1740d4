//! The documentation is correct: links point to files, flags exist, and defaults equal the
//! constants.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::program::{help_entries, newsroom, root};
use tempfile::TempDir;
use wirecopy::candidates::families::BIG_CLUSTER;
use wirecopy::cluster::{DEFAULT_SAME_SITE_CONTAINMENT, duplicates};
use wirecopy::compare::exact::{
    DEFAULT_CONTAINMENT, DEFAULT_CONTAINMENT_OF_CHARACTERS, DEFAULT_PASSAGE,
    DEFAULT_PASSAGE_OF_CHARACTERS,
};
use wirecopy::compare::reworded::DEFAULT_SCORE;
use wirecopy::pipeline::DEFAULT_PAGE_PAIRS;
use wirecopy::read::{
    AUTHOR_NAMES, CANONICAL_NAMES, CRAWLED_NAMES, ID_NAMES, MAX_RECORD, PUBLISHED_NAMES,
    SITE_NAMES, TEXT_NAMES, TITLE_NAMES, URL_NAMES,
};
use wirecopy::report::table::TableFormat;
use wirecopy::sketch::banding::{DEFAULT_PERMUTATIONS, DEFAULT_RECALL, DEFAULT_THRESHOLD};
use wirecopy::sketch::minhash::DEFAULT_SEED;
use wirecopy::text::shingle::DEFAULT_SHINGLE;

/// The options of `wirecopy scan`, each with its help.
fn options() -> BTreeMap<String, String> {
    options_of("scan")
}

/// The options of a command, each with its help.
fn options_of(command: &str) -> BTreeMap<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args([command, "--help"])
        .output()
        .expect("the program runs");
    let help = String::from_utf8(output.stdout).expect("help in UTF-8");
    let entries = help_entries(&help);
    let names = |entry: &String| -> Vec<(String, String)> {
        let words = entry.split([' ', ',']).filter(|word| !word.is_empty());
        let names = words.take_while(|word| word.starts_with('-'));
        names.map(|name| (name.to_owned(), entry.clone())).collect()
    };
    let options: BTreeMap<_, _> = entries.iter().flat_map(names).collect();
    assert!(options.len() > 20, "{options:?}");
    options
}

fn quoted_default(help: &str) -> Option<&str> {
    let (_, default) = help.split_once("[default: ")?;
    default.split(']').next()
}

/// The flags that a manual mentions: in calls of a command, which is given too, and in code that
/// begins with a flag of an unnamed command.
fn flags(markdown: &str) -> Vec<(Option<&'static str>, String)> {
    let calls = [
        ("wirecopy scan ", "scan"),
        ("-- scan ", "scan"),
        ("wirecopy dedup ", "dedup"),
        ("wirecopy explain ", "explain"),
        ("wirecopy tune ", "tune"),
    ];
    let mut flags = Vec::new();
    for code in code(markdown) {
        let called = calls.iter().find_map(|&(call, command)| {
            let (_, arguments) = code.split_once(call)?;
            Some((Some(command), arguments))
        });
        let (command, arguments) = match called {
            Some(called) => called,
            None if code.starts_with("--") => (None, &*code),
            None => continue,
        };
        let words = arguments
            .split_whitespace()
            .take_while(|word| !["|", ">", "#", "&&"].contains(word));
        let dashed = words.filter(|word| word.len() > 1 && word.starts_with('-'));
        flags.extend(dashed.filter_map(|word| Some((command, word.split('=').next()?.to_owned()))));
    }
    flags
}

/// The lines of code blocks, continued ones joined, and the code spans in the text.
fn code(markdown: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for (at, part) in markdown.split("```").enumerate() {
        if at % 2 == 1 {
            let joined = part.replace("\\\n", " ");
            pieces.extend(joined.lines().map(|line| line.trim().to_owned()));
        } else {
            // By paragraph, so that an unpaired backtick affects only its own paragraph.
            let paragraphs = part.split("\n\n");
            let spans = paragraphs.flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
            pieces.extend(spans.map(str::to_owned));
        }
    }
    pieces
}

/// The targets of a document's links within the repository, without their fragments.
fn links(markdown: &str) -> Vec<&str> {
    let targets = markdown
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next());
    targets
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
        .collect()
}

/// README.md and the Markdown in docs and docs/method.
fn manuals() -> Vec<PathBuf> {
    let mut manuals = vec![
        root().join("README.md"),
        root().join("docs/ARCHITECTURE.md"),
    ];
    manuals.extend(markdown_in("docs"));
    manuals.extend(markdown_in("docs/method"));
    manuals.sort();
    manuals.dedup();
    manuals
}

fn markdown_in(directory: &str) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(root().join(directory)).expect("the directory can be read");
    entries
        .map(|entry| entry.expect("the entry can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn links_point_to_existing_files() {
    let mut documents = manuals();
    documents.extend([
        root().join("data/README.md"),
        root().join("data/reworded/README.md"),
        root().join("benches/newsgen/README.md"),
        root().join("CONTRIBUTING.md"),
    ]);
    documents.extend(markdown_in("benches/results"));
    let required = ["docs/ARCHITECTURE.md", "data/README.md"].map(|name| root().join(name));
    for document in &documents {
        if !document.exists() && !required.contains(document) {
            continue;
        }
        let (text, name) = (read(document), document.display());
        let directory = document.parent().expect("a file is in a directory");
        for link in links(&text) {
            assert!(
                directory.join(link).exists(),
                "{name} links to {link}, which does not exist"
            );
        }
    }
}

#[test]
fn every_flag_in_the_manuals_exists() {
    let commands =
        ["scan", "dedup", "explain", "tune"].map(|command| (command, options_of(command)));
    let spark = read(&root().join("python/wirecopy/spark/__main__.py"));
    for manual in manuals().iter().filter(|manual| manual.exists()) {
        for (called, flag) in flags(&read(manual)) {
            let mut asked = commands
                .iter()
                .filter(|(command, _)| called.is_none_or(|called| called == *command));
            let of_spark = || manual.ends_with("scale.md") && spark.contains(&format!("{flag:?}"));
            assert!(
                asked.any(|(_, options)| options.contains_key(&flag)) || of_spark(),
                "{} mentions {flag}, which `wirecopy {} --help` does not know",
                manual.display(),
                called.unwrap_or("scan"),
            );
        }
    }
}

#[test]
fn help_quotes_the_constants() {
    let options = options();
    for (flag, default) in [
        ("--threshold", DEFAULT_THRESHOLD.to_string()),
        ("--recall", DEFAULT_RECALL.to_string()),
        ("--permutations", DEFAULT_PERMUTATIONS.to_string()),
        ("--shingle", DEFAULT_SHINGLE.to_string()),
        ("--seed", DEFAULT_SEED.to_string()),
        ("--report-limit", DEFAULT_PAGE_PAIRS.to_string()),
        (
            "--passage",
            format!(
                "{DEFAULT_PASSAGE}; {DEFAULT_PASSAGE_OF_CHARACTERS} for shingles of characters"
            ),
        ),
        (
            "--same-site-containment",
            DEFAULT_SAME_SITE_CONTAINMENT.to_string(),
        ),
        (
            "--containment",
            format!(
                "{DEFAULT_CONTAINMENT}; \
                 {DEFAULT_CONTAINMENT_OF_CHARACTERS} for shingles of characters"
            ),
        ),
        ("--reworded-score", DEFAULT_SCORE.to_string()),
        ("--max-record", format!("{}M", MAX_RECORD >> 20)),
    ] {
        assert_eq!(quoted_default(&options[flag]), Some(&*default), "{flag}");
    }
    for flag in ["--all-pairs", "--links"] {
        let said = format!("over {BIG_CLUSTER} documents");
        assert!(options[flag].contains(&said), "{flag}: {}", options[flag]);
    }
}

#[test]
fn manuals_name_every_column_and_every_ending() {
    let at = TempDir::new().expect("a directory");
    let path = |name: &str| at.path().join(name).display().to_string();
    let tables = |command: &str, flags: &[(&str, &str)]| {
        let mut run = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        run.args([command, &newsroom(), "-q"]);
        if command == "scan" {
            run.args([
                "--reworded",
                "-o",
                &path("pairs.csv"),
                "--clean",
                &path("clean.csv"),
            ]);
        } else {
            run.args(["-o", &path("kept.csv")]);
        }
        for (flag, name) in flags {
            run.args([flag, &*path(name)]);
        }
        assert!(run.status().expect("the program runs").success());
    };
    tables(
        "scan",
        &[
            ("--clusters", "clusters.csv"),
            ("--members", "members.csv"),
            ("--sites", "sites.csv"),
            ("--rejects", "rejects.csv"),
        ],
    );
    tables("dedup", &[("--removed", "removed.csv")]);
    for (table, manual) in [
        ("pairs.csv", "docs/results.md"),
        ("clusters.csv", "docs/results.md"),
        ("members.csv", "docs/results.md"),
        ("sites.csv", "docs/results.md"),
        ("rejects.csv", "docs/results.md"),
        ("clean.csv", "docs/results.md"),
        ("removed.csv", "docs/dedup.md"),
        ("kept.csv", "docs/dedup.md"),
    ] {
        let table = read(&at.path().join(table));
        let header = table.lines().next().expect("a header");
        let manual_text = read(&root().join(manual));
        for column in header.split(',') {
            let named = manual_text.contains(&format!("`{column}`"));
            assert!(named, "{manual} does not name {column}");
        }
    }
    let endings = TableFormat::known_endings();
    let texts = [
        options()["--output"].clone(),
        options()["--clean"].clone(),
        options_of("dedup")["--output"].clone(),
        options_of("dedup")["--removed"].clone(),
    ];
    for text in texts {
        assert!(text.contains(&endings), "no {endings} in {text}");
    }
    for format in TableFormat::ALL {
        let manual = read(&root().join("docs/results.md"));
        for ending in format.endings() {
            assert!(manual.contains(&format!("`{ending}`")), "{ending}");
        }
    }
}

#[test]
fn dedup_help_quotes_its_constants() {
    let options = options_of("dedup");
    for (flag, default) in [
        ("--threshold", duplicates::DEFAULT_THRESHOLD.to_string()),
        ("--recall", DEFAULT_RECALL.to_string()),
        ("--prefer", "first-published".to_owned()),
    ] {
        assert_eq!(quoted_default(&options[flag]), Some(&*default), "{flag}");
    }
    let quoted = duplicates::DEFAULT_THRESHOLD.to_string();
    let readme = read(&root().join("README.md"));
    let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!("a Jaccard of at least {quoted} (`--threshold`)");
    assert!(readme.contains(&said), "README.md does not say: {said}");
}

#[test]
fn help_names_the_fields_that_readers_look_for() {
    let options = options();
    for (flag, names) in [
        ("--id-field", ID_NAMES),
        ("--text-field", TEXT_NAMES),
        ("--url-field", URL_NAMES),
        ("--site-field", SITE_NAMES),
        ("--published-field", PUBLISHED_NAMES),
        ("--title-field", TITLE_NAMES),
        ("--author-field", AUTHOR_NAMES),
        ("--canonical-field", CANONICAL_NAMES),
        ("--crawled-field", CRAWLED_NAMES),
    ] {
        let (_, usual) = options[flag].split_once("usually ").expect("usual names");
        let usual = usual.split(", else").next().unwrap_or_default();
        for name in usual.replace(" or ", ", ").split(", ") {
            assert!(names.contains(&name), "{flag} names {name}");
        }
    }
}

#[test]
fn the_manuals_state_the_defaults_of_the_help() {
    let options = options();
    let defaults: Vec<&str> = options
        .values()
        .filter_map(|help| quoted_default(help))
        .collect();
    for manual in manuals().iter().filter(|manual| manual.exists()) {
        let text = read(manual);
        for mark in ["(default)", "unless told otherwise"] {
            let before = text.match_indices(mark).map(|(at, _)| &text[..at]);
            for value in before.filter_map(|before| before.split_whitespace().last()) {
                let value = value.trim_matches(['`', '(', '|']);
                assert!(
                    defaults.contains(&value),
                    "{} says {value} {mark}",
                    manual.display()
                );
            }
        }
    }
}

#[test]
fn the_readme_shows_what_a_scan_prints() {
    let readme = read(&root().join("README.md"));
    let (_, block) = readme.split_once("```text\n").expect("a block of output");
    let (block, _) = block.split_once("```").expect("its end");
    let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .args(["scan", "data/newsroom.jsonl", "-o", "-"])
        .current_dir(root())
        .output()
        .expect("the program runs");
    let printed = String::from_utf8(output.stderr).expect("closing lines in UTF-8");
    for line in block.lines().filter(|line| line.trim() != "…") {
        assert!(
            printed.lines().any(|printed| printed == line),
            "{line}: {printed}"
        );
    }
}

//! Every example in the manuals and in the help runs as written.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::program::root;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

/// Commands whose help has examples.
const COMMANDS: [&str; 4] = ["scan", "dedup", "explain", "tune"];

/// A directory with the files that the examples name.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(TempDir::new().expect("a temporary directory can be created"));
        let newsroom =
            fs::read_to_string(root().join("data/newsroom.jsonl")).expect("the file exists");
        for name in [
            "articles.jsonl",
            "tonight.jsonl",
            "crawl.jsonl",
            "new.jsonl",
            "archive.jsonl",
            "train.jsonl",
            "data/newsroom.jsonl",
            "week/monday.jsonl",
        ] {
            place.put(name, newsroom.as_bytes());
        }
        let records: Vec<Value> = newsroom
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        place.put("crawl.jsonl.gz", &packed(newsroom.as_bytes()));
        place.put("crawl.csv.gz", &packed(&table(&records, "text")));
        place.put("feed.csv", &table(&records, "body"));
        let text = |at: usize| records[at]["text"].as_str().expect("a text").to_owned();
        place.put("exports/2026-03.csv", &table(&records, "text"));
        place.put("archive.csv", &table(&records, "text"));
        let question =
            "{\"text\": \"Which of the nine harbours was closed first, and who closed it?\"}";
        place.put("tests/questions.jsonl", question.as_bytes());
        place.put("berlin.jsonl", newsroom.as_bytes());
        place.put("mine.txt", text(0).as_bytes());
        place.put("theirs.txt", text(1).as_bytes());
        let pair = "mn-0303-ruling,tp-0304-ruling,same\nmn-0303-ruling,mn-0303-outage,different\n";
        place.put("takedown.txt", b"mn-0303-ruling\n");
        place.put("labels.csv", format!("id_a,id_b,label\n{pair}").as_bytes());
        place
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("the path has a parent"))
            .expect("the test directory is writable");
        let written = File::create(path).and_then(|mut file| file.write_all(bytes));
        written.expect("the test directory is writable");
    }

    /// Runs a line of shell and returns its exit status.
    fn run(&self, line: &str) -> Option<i32> {
        let program = Path::new(env!("CARGO_BIN_EXE_wirecopy")).parent();
        let programs = program.expect("the program is in a directory").display();
        let status = Command::new("/bin/sh")
            .args(["-c", line])
            .current_dir(self.0.path())
            .env_clear()
            .env("PATH", format!("{programs}:/usr/bin:/bin"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        status.expect("a shell can be started").code()
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("memory can be written");
    packer.finish().expect("memory can be written")
}

/// The records as a CSV table whose column of texts has the given name.
fn table(records: &[Value], text: &str) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let columns = ["id", "site", "published", "text"];
    let header = columns.map(|column| if column == "text" { text } else { column });
    table.write_record(header).expect("memory can be written");
    for record in records {
        let cells = columns.map(|column| record[column].as_str().unwrap_or_default());
        table.write_record(cells).expect("memory can be written");
    }
    table.into_inner().expect("memory can be written")
}

/// The lines that run the program in shell blocks and in the examples of the help, each with the
/// file or command it is from.
fn examples() -> BTreeSet<(String, String)> {
    let mut examples = BTreeSet::new();
    let docs = fs::read_dir(root().join("docs")).expect("the file exists");
    let docs = docs.map(|entry| entry.expect("the entry can be read").path());
    let manuals = docs.chain([root().join("README.md"), root().join("data/README.md")]);
    for manual in manuals.filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let text = fs::read_to_string(&manual).expect("the file is text");
        let text = text.replace("\\\n", "");
        let mut is_shell = false;
        for line in text.lines() {
            match line.strip_prefix("```") {
                Some(kind) => is_shell = kind == "sh",
                None if is_shell => {
                    examples.insert((manual.display().to_string(), line.to_owned()));
                }
                None => {}
            }
        }
    }
    for command in COMMANDS {
        let help = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args([command, "--help"])
            .output()
            .expect("the program runs");
        let help = String::from_utf8(help.stdout).expect("UTF-8");
        let (_, after) = help
            .split_once("\nExamples:\n")
            .expect("there are examples");
        let lines = after.lines().take_while(|line| !line.is_empty());
        let of_shell = lines.filter(|line| !line.starts_with("   "));
        examples.extend(of_shell.map(|line| (format!("{command} --help"), line.trim().to_owned())));
    }
    let is_installation = |line: &str| {
        let of_others = ["cargo", "podman"]
            .iter()
            .any(|name| line.starts_with(name));
        of_others || line.contains("pip install")
    };
    let runs = |line: &str| line.contains("wirecopy ") && !is_installation(line);
    // `scripts/test-remote` reads from servers.
    let is_remote = |line: &str| line.contains("://");
    examples.retain(|(_, line)| runs(line) && !is_remote(line));
    examples
}

#[test]
fn examples_run_as_written() {
    let examples = examples();
    assert!(examples.len() > 25, "{examples:?}");
    for (origin, line) in &examples {
        let place = Place::new();
        let explains = line.contains("explain") && line.contains("--index");
        for (index, is_needed) in [
            ("news.index", explains || line.contains("index remove")),
            ("seen.index", line.contains("seen.index")),
        ] {
            let scan = format!("wirecopy scan articles.jsonl --index {index} -q -o seen.csv");
            assert!(!is_needed || place.run(&scan) == Some(0));
        }
        // Placeholders for any two documents.
        let line = line.replace(" A B ", " mn-0303-ruling tp-0304-ruling ");
        assert_eq!(place.run(&line), Some(0), "{origin}: {line}");
    }
}

//! Nights of the sample newsroom in a directory of their own, and the program run there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

/// What is in the output before a run.
pub const BEFORE: &str = "what was there before\n";

/// The second half of the newsroom joins.
pub const SCAN: &[&str] = &[
    "scan",
    "second.jsonl",
    "--index",
    "index",
    "-o",
    "out/pairs.csv",
    "--as-of",
    "2026-03-11",
    "-q",
];

/// Seven documents of the second half join.
pub const SCAN_FEW: &[&str] = &[
    "scan",
    "few.jsonl",
    "--index",
    "index",
    "-o",
    "out/pairs.csv",
    "--as-of",
    "2026-03-11",
    "-q",
];

/// A directory with the newsroom in two halves, `first.jsonl` and `second.jsonl`, and seven documents of the second in `few.jsonl`.
pub struct Nights {
    at: TempDir,
}

impl Nights {
    pub fn new() -> Nights {
        let at = TempDir::new().expect("there is room");
        let nights = Nights { at };
        let records = newsroom();
        let (first, second) = records.split_at(records.len() / 2);
        nights.put("first.jsonl", first.join("\n"));
        nights.put("second.jsonl", second.join("\n"));
        nights.put("few.jsonl", second[..7].join("\n"));
        nights
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.at.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("there is room");
    }

    /// Runs the program, or another that does; it is to end in time.
    pub fn run_by(&self, program: &[&str], arguments: &[&str]) -> Output {
        let words = [program, &[env!("CARGO_BIN_EXE_wirecopy")], arguments].concat();
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .current_dir(self.at.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null());
        let (done, ended) = mpsc::channel();
        std::thread::spawn(move || done.send(command.output()));
        let output = ended.recv_timeout(Duration::from_secs(60));
        output
            .unwrap_or_else(|_| panic!("{arguments:?} does not end"))
            .expect("it runs")
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_by(&[], arguments)
    }

    /// Runs the program, which must end with status 0.
    pub fn must(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.status.code(), Some(0), "{arguments:?}: {}", said(&ran));
        String::from_utf8(ran.stdout).expect("it is UTF-8")
    }

    /// Makes an index of the first half of the newsroom, in seven segments at most of about one size.
    pub fn index(&self, name: &str, segments: usize) {
        let records = newsroom();
        let mut rest = &records[..records.len() / 2];
        for left in (1..=segments).rev() {
            let (part, others) = rest.split_at(rest.len() / left);
            self.put("part.jsonl", part.join("\n"));
            let output = ["-o", "part.csv", "--as-of", "2026-03-10", "-q"];
            self.must(&[&["scan", "part.jsonl", "--index", name], &output[..]].concat());
            rest = others;
        }
    }

    /// Puts the output back to what it was, and a copy of an index in its place.
    pub fn reset(&self, kept: &str) {
        for name in ["index", "out"] {
            let _ = fs::remove_dir_all(self.path(name));
        }
        fs::create_dir(self.path("out")).expect("there is room");
        self.put("out/pairs.csv", BEFORE);
        copy(&self.path(kept), &self.path("index"));
    }

    /// Everything that somebody sees: the files beside the output, and what the index holds.
    pub fn state(&self) -> BTreeMap<String, String> {
        let mut seen = BTreeMap::new();
        for name in names_in(&self.path("out")) {
            let read = fs::read_to_string(self.path("out").join(&name));
            seen.insert(name, read.expect("it is text"));
        }
        let records = self.must(&["index", "export", "index"]);
        seen.insert("index".to_owned(), records);
        seen
    }

    /// Asserts that the index is whole, and that nothing lies about in it.
    pub fn is_tidy(&self, what: &str) {
        let verified = self.run(&["index", "verify", "index"]);
        assert_eq!(
            verified.status.code(),
            Some(0),
            "{what}: {}{}",
            String::from_utf8_lossy(&verified.stdout),
            said(&verified)
        );
        let manifest = fs::read_to_string(self.path("index/manifest.json")).expect("it is there");
        for name in names_in(&self.path("index")) {
            let known = ["lock", "manifest.json"].contains(&&*name)
                || manifest.contains(&format!("\"{name}\""));
            assert!(known, "{what}: index/{name} is of no use");
        }
    }
}

/// The records of the sample newsroom.
pub fn newsroom() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/newsroom.jsonl");
    let newsroom = fs::read_to_string(path).expect("it is there");
    newsroom.lines().map(str::to_owned).collect()
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What an environment variable says, for runs that are longer than those of every day.
pub fn number_from(variable: &str, default: u64) -> u64 {
    let said = std::env::var(variable).ok();
    said.map_or(default, |said| said.parse().expect("a number"))
}

pub fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("it is there");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry.expect("it can be read")))
        .collect();
    names.sort();
    names
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("there is room");
    for name in names_in(from) {
        fs::copy(from.join(&name), to.join(&name)).expect("there is room");
    }
}

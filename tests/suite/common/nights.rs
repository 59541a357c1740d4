//! Several nights of the sample newsroom in a temporary directory, and the program run there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

pub use super::program::said;

use tempfile::TempDir;

/// Content of the output before a run.
pub const BEFORE: &str = "what was there before\n";

/// Adds the second half of the newsroom.
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

/// Adds seven documents of the second half.
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

/// A directory with the newsroom in two halves, `first.jsonl` and `second.jsonl`, and seven
/// documents of the second half in `few.jsonl`.
pub struct Nights {
    at: TempDir,
}

impl Nights {
    pub fn new() -> Nights {
        let at = TempDir::new().expect("a temporary directory can be created");
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
        fs::write(self.path(name), bytes).expect("the test directory is writable");
    }

    /// Runs the program through another one, which may be empty. Panics if it takes too long.
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
            .unwrap_or_else(|_| panic!("{arguments:?} takes too long"))
            .expect("the program runs")
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_by(&[], arguments)
    }

    /// Runs the program, asserts that its exit status is 0 and returns its standard output.
    pub fn must(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.status.code(), Some(0), "{arguments:?}: {}", said(&ran));
        String::from_utf8(ran.stdout).expect("the output is UTF-8")
    }

    /// Makes an index of the first half of the newsroom, in `segments` segments (at most seven) of
    /// about the same size.
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

    /// Restores the output, and the index from the copy named `kept`.
    pub fn reset(&self, kept: &str) {
        for name in ["index", "out"] {
            let _ = fs::remove_dir_all(self.path(name));
        }
        fs::create_dir(self.path("out")).expect("the test directory is writable");
        self.put("out/pairs.csv", BEFORE);
        copy(&self.path(kept), &self.path("index"));
    }

    /// Everything a user can see: the files in the output directory and the records of the index.
    pub fn state(&self) -> BTreeMap<String, String> {
        let mut seen = BTreeMap::new();
        for name in names_in(&self.path("out")) {
            let read = fs::read_to_string(self.path("out").join(&name));
            seen.insert(name, read.expect("the file is text"));
        }
        let records = self.must(&["index", "export", "index"]);
        seen.insert("index".to_owned(), records);
        seen
    }

    /// Asserts that the index is intact and has no stray files.
    pub fn assert_tidy(&self, what: &str) {
        let verified = self.run(&["index", "verify", "index"]);
        assert_eq!(
            verified.status.code(),
            Some(0),
            "{what}: {}{}",
            String::from_utf8_lossy(&verified.stdout),
            said(&verified)
        );
        let manifest =
            fs::read_to_string(self.path("index/manifest.json")).expect("the file exists");
        for name in names_in(&self.path("index")) {
            let known = ["lock", "manifest.json"].contains(&&*name)
                || manifest.contains(&format!("\"{name}\""));
            assert!(known, "{what}: index/{name} is a stray file");
        }
    }
}

/// The records of the sample newsroom.
pub fn newsroom() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/newsroom.jsonl");
    let newsroom = fs::read_to_string(path).expect("the file exists");
    newsroom.lines().map(str::to_owned).collect()
}

/// Value of an environment variable, which extends a test beyond its everyday length.
pub fn number_from(variable: &str, default: u64) -> u64 {
    let said = std::env::var(variable).ok();
    said.map_or(default, |said| said.parse().expect("a number"))
}

/// The names in a directory, sorted.
pub fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("the directory exists");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry.expect("the entry can be read")))
        .collect();
    names.sort();
    names
}

/// Copies the files of a directory into another one.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the test directory is writable");
    for name in names_in(from) {
        fs::copy(from.join(&name), to.join(&name)).expect("the test directory is writable");
    }
}

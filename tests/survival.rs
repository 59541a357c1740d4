//! The index survives: kills at any instant, damage of any file, several processes at once, and time.
//!
//! `WIRECOPY_KILLS` says how many kills are tried (24 if it says nothing), `WIRECOPY_SEED` which.
#![cfg(all(unix, feature = "cli"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wirecopy::index::{Index, IndexError};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

/// Two nights of the sample newsroom, and an index that holds the first.
struct Nights {
    at: TempDir,
}

impl Nights {
    fn new() -> Nights {
        let nights = Nights {
            at: TempDir::new().expect("there is room"),
        };
        let newsroom = fs::read_to_string(root().join("data/newsroom.jsonl")).expect("it is there");
        let records: Vec<&str> = newsroom.lines().collect();
        let (first, second) = records.split_at(records.len() / 2);
        fs::write(nights.path("first.jsonl"), first.join("\n")).expect("there is room");
        fs::write(nights.path("second.jsonl"), second.join("\n")).expect("there is room");
        let made = nights.run(&[
            "scan",
            "first.jsonl",
            "--index",
            "index",
            "-o",
            "first.csv",
            "--as-of",
            "2026-03-10",
        ]);
        assert_eq!(made.status.code(), Some(0), "{}", said(&made));
        nights
    }

    fn path(&self, name: &str) -> PathBuf {
        self.at.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        command
            .args(arguments)
            .current_dir(self.at.path())
            .env_clear()
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("it runs")
    }

    /// Puts the index and the outputs back to what they were after the first night.
    fn reset(&self, kept: &Path) {
        for name in ["index", "out"] {
            let _ = fs::remove_dir_all(self.path(name));
        }
        fs::create_dir(self.path("out")).expect("there is room");
        fs::write(self.path("out/pairs.csv"), "what was there before\n").expect("there is room");
        copy(kept, &self.path("index"));
    }

    /// The documents of the index, sorted.
    fn documents(&self) -> BTreeSet<String> {
        let exported = self.run(&["index", "export", "index"]);
        assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
        let lines = String::from_utf8(exported.stdout).expect("records are UTF-8");
        lines.lines().map(str::to_owned).collect()
    }

    /// That every byte is as it was written.
    fn verify(&self) {
        let verified = self.run(&["index", "verify", "index"]);
        assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    }

    /// Asserts that nothing lies about that a run left.
    fn nothing_stray(&self) {
        let manifest = fs::read_to_string(self.path("index/manifest.json")).expect("it is there");
        for name in names_in(&self.path("index")) {
            let known = ["lock", "manifest.json"].contains(&&*name)
                || manifest.contains(&format!("\"{name}\""));
            assert!(known, "index/{name} is of no use");
        }
        let outputs: Vec<String> = names_in(&self.path("out"));
        assert_eq!(outputs, ["pairs.csv"], "beside the output");
    }
}

/// What a command does when nobody stops it.
struct Clean {
    pairs: Option<String>,
    documents: BTreeSet<String>,
}

const SCAN: &[&str] = &[
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
const PRUNE: &[&str] = &[
    "index",
    "prune",
    "index",
    "--older-than",
    "10h",
    "--as-of",
    "2026-03-11",
];
const COMPACT: &[&str] = &["index", "compact", "index"];
const EXPIRING: &[&str] = &[
    "scan",
    "second.jsonl",
    "--index",
    "index",
    "--keep",
    "10h",
    "-o",
    "out/pairs.csv",
    "--as-of",
    "2026-03-11",
    "-q",
];

#[test]
fn a_kill_at_any_instant_leaves_what_a_rerun_completes() {
    let kills = number_from("WIRECOPY_KILLS", 24);
    let seed = number_from("WIRECOPY_SEED", 1);
    let nights = Nights::new();
    // Of two segments, one of which half is gone, so that all commands have something to do.
    let kept = nights.path("kept");
    copy(&nights.path("index"), &kept);
    let mut done = 0;
    for (number, command) in [SCAN, PRUNE, COMPACT, EXPIRING].iter().cycle().enumerate() {
        if done >= kills {
            break;
        }
        nights.reset(&kept);
        if command == &COMPACT {
            assert_eq!(nights.run(SCAN).status.code(), Some(0));
        }
        let before = nights.path("before");
        let _ = fs::remove_dir_all(&before);
        copy(&nights.path("index"), &before);
        let began = Instant::now();
        let ran = nights.run(command);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        let lasted = began.elapsed();
        let writes_pairs = command.contains(&"scan");
        let pairs = || fs::read_to_string(nights.path("out/pairs.csv")).expect("it is there");
        let clean = Clean {
            pairs: writes_pairs.then(pairs),
            documents: nights.documents(),
        };
        // Several kills of one command, for the clean run is dear.
        for attempt in 0..6 {
            let share = xxh3_64_with_seed(&[number as u8, attempt], seed) as f64 / u64::MAX as f64;
            let delay = lasted.mul_f64(share * 1.1);
            nights.reset(&before);
            let mut child = nights
                .command(command)
                .stderr(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .expect("it runs");
            std::thread::sleep(delay);
            let _ = child.kill();
            let _ = child.wait();
            done += 1;
            completes(
                &nights,
                command,
                &clean,
                &format!("{command:?} killed after {delay:?}"),
            );
        }
    }
}

/// Asserts that after a run that was stopped, another completes what it began, or finds it done.
fn completes(nights: &Nights, command: &[&str], clean: &Clean, what: &str) {
    // A reader takes the index as it is, before anybody puts it right.
    nights.verify();
    let was_there = nights.documents() == clean.documents && clean.pairs.is_some();
    let pairs =
        |nights: &Nights| fs::read_to_string(nights.path("out/pairs.csv")).expect("it is there");
    if was_there {
        // Then the pairs are there too.
        assert_eq!(
            Some(pairs(nights)),
            clean.pairs,
            "{what}: the index without the pairs"
        );
    }
    let again = nights.run(command);
    assert_eq!(again.status.code(), Some(0), "{what}: {}", said(&again));
    assert_eq!(nights.documents(), clean.documents, "{what}");
    if let Some(expected) = clean.pairs.as_ref().filter(|_| !was_there) {
        assert_eq!(&pairs(nights), expected, "{what}");
    }
    nights.verify();
    nights.nothing_stray();
}

#[test]
fn damage_to_any_file_is_found_and_named_and_no_command_panics() {
    let nights = Nights::new();
    fs::create_dir(nights.path("out")).expect("there is room");
    assert_eq!(nights.run(SCAN).status.code(), Some(0));
    let kept = nights.path("kept");
    copy(&nights.path("index"), &kept);
    fs::write(
        nights.path("third.jsonl"),
        fs::read(nights.path("first.jsonl")).expect("it is there"),
    )
    .expect("there is room");
    for name in names_in(&kept).into_iter().filter(|name| name != "lock") {
        let whole = fs::read(kept.join(&name)).expect("it is there");
        let mut broken: Vec<(String, Option<Vec<u8>>)> = vec![
            ("missing".to_owned(), None),
            ("empty".to_owned(), Some(Vec::new())),
            (
                "cut short".to_owned(),
                Some(whole[..whole.len() / 2].to_vec()),
            ),
        ];
        for at in 0..3u64 {
            let bit = xxh3_64_with_seed(name.as_bytes(), at) as usize % (whole.len() * 8).max(1);
            let mut flipped = whole.clone();
            if let Some(byte) = flipped.get_mut(bit / 8) {
                *byte ^= 1 << (bit % 8);
                broken.push((format!("bit {bit} flipped"), Some(flipped)));
            }
        }
        for (what, bytes) in broken {
            if bytes.as_ref() == Some(&whole) {
                continue;
            }
            nights.reset(&kept);
            match bytes {
                None => fs::remove_file(nights.path("index").join(&name)).expect("it is there"),
                Some(bytes) => {
                    fs::write(nights.path("index").join(&name), bytes).expect("there is room")
                }
            }
            let verified = nights.run(&["index", "verify", "index"]);
            assert_eq!(
                verified.status.code(),
                Some(1),
                "{name} {what}: {}",
                said(&verified)
            );
            let named = said(&verified) + &String::from_utf8_lossy(&verified.stdout);
            let missing_index = name == "manifest.json" && what == "missing";
            assert!(
                named.contains(&name) || missing_index && named.contains("no index"),
                "{name} {what}: {named}"
            );
            for command in [
                &["index", "info", "index"][..],
                &["index", "export", "index"],
                &[
                    "scan",
                    "third.jsonl",
                    "--index",
                    "index",
                    "--no-add",
                    "-o",
                    "out/pairs.csv",
                    "-q",
                ],
                &[
                    "scan",
                    "third.jsonl",
                    "--index",
                    "index",
                    "-o",
                    "out/pairs.csv",
                    "-q",
                ],
                &["index", "compact", "index"],
            ] {
                let ran = nights.run(command);
                let code = ran.status.code();
                assert!(
                    matches!(code, Some(0 | 1)),
                    "{name} {what}: {command:?}: {code:?} {}",
                    said(&ran)
                );
            }
        }
    }
}

#[test]
fn a_night_that_is_run_again_is_no_empty_one() {
    let nights = Nights::new();
    fs::create_dir(nights.path("out")).expect("there is room");
    let careful = [SCAN, &["--fail-if-empty"]].concat();
    for _ in 0..2 {
        let ran = nights.run(&careful);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    }
    let pairs = fs::read_to_string(nights.path("out/pairs.csv")).expect("it is there");
    assert_eq!(
        pairs.lines().count(),
        1,
        "what is there already has no new pairs"
    );
}

#[test]
fn a_later_format_says_the_way_out() {
    let nights = Nights::new();
    let body = "{\"format\":999,\"whatever\":[]}";
    let manifest = format!("{body}\n{:032x}\n", xxh3_128(body.as_bytes()));
    fs::write(nights.path("index/manifest.json"), manifest).expect("there is room");
    let ran = nights.run(&["index", "info", "index"]);
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        said(&ran).contains("format 999 and this program reads formats up to 1; use the version"),
        "{}",
        said(&ran)
    );
}

#[test]
fn several_at_once_do_each_other_no_harm() {
    let nights = Nights::new();
    let lasting = Duration::from_secs(number_from("WIRECOPY_SECONDS", 4));
    let began = Instant::now();
    let busy = |ran: &Output| {
        ran.status.code() == Some(1) && said(ran).contains("writes to the index in index")
    };
    let record = |writer: u32, number: u32| {
        format!(
            "{{\"id\":\"w{writer}-{number}\",\"site\":\"s{writer}.example\",\"text\":\"document {number} of one of two that write\"}}\n"
        )
    };
    let write = |writer: u32, wait: bool| {
        let (input, output) = (format!("w{writer}.jsonl"), format!("w{writer}.csv"));
        let mut number = 0;
        while began.elapsed() < lasting {
            fs::write(nights.path(&input), record(writer, number)).expect("there is room");
            let mut command = vec!["scan", &input, "--index", "index", "-o", &output, "-q"];
            command.extend(wait.then_some("--wait"));
            let ran = nights.run(&command);
            match ran.status.code() {
                Some(0) => number += 1,
                _ => assert!(!wait && busy(&ran), "{}", said(&ran)),
            }
        }
        number
    };
    let read = |command: &[&str]| {
        while began.elapsed() < lasting {
            let ran = nights.run(command);
            assert_eq!(ran.status.code(), Some(0), "{command:?}: {}", said(&ran));
        }
    };
    let (first, second) = std::thread::scope(|threads| {
        let first = threads.spawn(|| write(1, true));
        let second = threads.spawn(|| write(2, false));
        threads.spawn(|| read(&["index", "info", "index"]));
        threads.spawn(|| read(&["index", "export", "index", "-o", "all.jsonl"]));
        threads.spawn(|| {
            read(&[
                "scan",
                "second.jsonl",
                "--index",
                "index",
                "--no-add",
                "-o",
                "asked.csv",
                "-q",
            ])
        });
        threads.spawn(|| {
            while began.elapsed() < lasting {
                let ran = nights.run(&["index", "compact", "index", "--wait"]);
                assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        (
            first.join().expect("it ends"),
            second.join().expect("it ends"),
        )
    });
    nights.verify();
    let contents = Index::open(&nights.path("index"))
        .expect("it is there")
        .contents();
    let first_night = fs::read_to_string(nights.path("first.jsonl")).expect("it is there");
    assert_eq!(
        contents.documents,
        first_night.lines().count() as u64 + u64::from(first + second)
    );
}

/// The index under `index-format-1` was written by the first version that wrote any, and is never written again.
#[test]
fn an_index_of_the_first_format_opens() {
    let nights = Nights::new();
    fs::remove_dir_all(nights.path("index")).expect("it is there");
    copy(&root().join("tests/index-format-1"), &nights.path("index"));
    fs::remove_file(nights.path("index/README.md")).expect("it is there");
    nights.verify();
    let documents = nights.documents().len();
    assert_eq!(documents, 30);
    let ran = nights.run(&[
        "scan",
        "second.jsonl",
        "--index",
        "index",
        "-o",
        "pairs.csv",
        "--as-of",
        "2026-03-11",
    ]);
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    let pairs = fs::read_to_string(nights.path("pairs.csv")).expect("it is there");
    // What the newsroom's second half has in common with itself and with its first half, as learned night by night.
    assert_eq!(
        pairs.lines().count(),
        fs::read_to_string(root().join("tests/index-format-1-pairs.csv"))
            .expect("it is there")
            .lines()
            .count()
    );
    assert_eq!(
        pairs,
        fs::read_to_string(root().join("tests/index-format-1-pairs.csv")).expect("it is there")
    );
    assert_eq!(
        nights.run(&["index", "compact", "index"]).status.code(),
        Some(0)
    );
    nights.verify();
}

#[test]
fn a_directory_that_cannot_be_written_to_says_so() {
    let nights = Nights::new();
    fs::write(nights.path("file"), "").expect("there is room");
    for index in ["file", "no/such/directory"] {
        let ran = nights.run(&[
            "scan",
            "second.jsonl",
            "--index",
            index,
            "-o",
            "pairs.csv",
            "-q",
        ]);
        assert_eq!(ran.status.code(), Some(1), "{index}");
        assert!(said(&ran).contains("cannot"), "{index}: {}", said(&ran));
        assert!(!nights.path("pairs.csv").exists(), "{index}");
    }
    let ran = nights.run(&[
        "scan",
        "second.jsonl",
        "--index",
        "nowhere",
        "--no-add",
        "-o",
        "pairs.csv",
        "-q",
    ]);
    assert!(
        said(&ran).contains("there is no index in nowhere"),
        "{}",
        said(&ran)
    );
    assert!(matches!(
        Index::open(&nights.path("nowhere")),
        Err(IndexError::Missing { .. })
    ));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn number_from(variable: &str, default: u64) -> u64 {
    let said = std::env::var(variable).ok();
    said.map_or(default, |said| said.parse().expect("a number"))
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("it is there");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("there is room");
    for name in names_in(from) {
        fs::copy(from.join(&name), to.join(&name)).expect("there is room");
    }
}

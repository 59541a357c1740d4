//! The index survives kills at any instant, damage to any file, several processes at once, and
//! newer versions of the program.
//!
//! `WIRECOPY_KILLS` is the number of kills to try (default 24), `WIRECOPY_SEED` selects them, and
//! `WIRECOPY_SECONDS` is the length of the test with several processes (default 4).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::common::nights::{BEFORE, SCAN, copy, names_in, number_from, said};
use crate::common::program::root;
use tempfile::TempDir;
use wirecopy::index::{Index, IndexError};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

/// Opens the index for writing and changes nothing.
const SETTLE: &[&str] = &["index", "prune", "index", "--older-than", "10000d"];
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

const DEDUP: &[&str] = &[
    "dedup",
    "second.jsonl",
    "--index",
    "index",
    "-o",
    "out/kept.jsonl",
    "--as-of",
    "2026-03-11",
    "-q",
];
const IN_LITTLE_MEMORY: &[&str] = &[
    "scan",
    "second.jsonl",
    "--memory",
    "128M",
    "-o",
    "out/pairs.csv",
    "-q",
];

const ASK: &[&str] = &[
    "scan",
    "third.jsonl",
    "--index",
    "index",
    "--no-add",
    "-o",
    "out/pairs.csv",
    "--as-of",
    "2026-03-12",
    "-q",
];
const ADD: &[&str] = &[
    "scan",
    "third.jsonl",
    "--index",
    "index",
    "-o",
    "out/pairs.csv",
    "--as-of",
    "2026-03-12",
    "-q",
];

/// Two nights of the sample newsroom, and an index that contains the first.
struct Nights {
    at: TempDir,
}

impl Nights {
    fn new() -> Nights {
        let nights = Nights {
            at: TempDir::new().expect("a temporary directory can be created"),
        };
        let newsroom =
            fs::read_to_string(root().join("data/newsroom.jsonl")).expect("the file exists");
        let records: Vec<&str> = newsroom.lines().collect();
        let (first, second) = records.split_at(records.len() / 2);
        fs::write(nights.path("first.jsonl"), first.join("\n"))
            .expect("the test directory is writable");
        fs::write(nights.path("second.jsonl"), second.join("\n"))
            .expect("the test directory is writable");
        fs::create_dir(nights.path("tmp")).expect("the test directory is writable");
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
            .env("TMPDIR", self.path("tmp"))
            .stdin(Stdio::null());
        command
    }

    /// Runs a command and panics if it takes too long.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        let (done, ended) = mpsc::channel();
        std::thread::spawn(move || done.send(command.output()));
        let output = ended.recv_timeout(Duration::from_secs(30));
        output
            .unwrap_or_else(|_| panic!("{arguments:?} takes too long"))
            .expect("the program runs")
    }

    /// Restores the outputs to their state after the first night, and the index from the copy at
    /// `kept` if that exists.
    fn reset(&self, kept: &Path) {
        for name in ["index", "out"] {
            let _ = fs::remove_dir_all(self.path(name));
        }
        fs::create_dir(self.path("out")).expect("the test directory is writable");
        fs::write(self.path("out/pairs.csv"), BEFORE).expect("the test directory is writable");
        if kept.exists() {
            copy(kept, &self.path("index"));
        }
    }

    /// The exported documents of the index; `None` if there is no index.
    fn documents(&self) -> Option<String> {
        let exported = self.run(&["index", "export", "index"]);
        if said(&exported).contains("there is no index") {
            return None;
        }
        assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
        Some(String::from_utf8(exported.stdout).expect("records are UTF-8"))
    }

    /// The files of the output directory and their contents.
    fn outputs(&self) -> BTreeMap<String, String> {
        let read = |name: &String| fs::read_to_string(self.path("out").join(name));
        let names = names_in(&self.path("out")).into_iter();
        names
            .map(|name| (name.clone(), read(&name).expect("the file is text")))
            .collect()
    }

    /// Asserts that the index is intact.
    fn verify(&self) {
        let verified = self.run(&["index", "verify", "index"]);
        assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    }

    /// Asserts that neither the index nor the temporary directory has stray files.
    fn assert_no_stray_files(&self, what: &str) {
        assert!(names_in(&self.path("tmp")).is_empty(), "{what}: in TMPDIR");
        let Ok(manifest) = fs::read_to_string(self.path("index/manifest.json")) else {
            assert!(!self.path("index").exists(), "{what}: no index");
            return;
        };
        for name in names_in(&self.path("index")) {
            let known = ["lock", "manifest.json"].contains(&&*name)
                || manifest.contains(&format!("\"{name}\""));
            assert!(known, "{what}: index/{name} is a stray file");
        }
    }
}

/// The next writer after a kill.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Rerun,
    /// Another command writes to the index before the rerun.
    AnotherCommand,
}

/// State after a command that was not killed.
struct Clean {
    outputs: BTreeMap<String, String>,
    documents: Option<String>,
}

/// Runs a command and kills it after `delay` if it still runs.
fn kill(nights: &Nights, command: &[&str], delay: Duration) {
    let mut child = nights
        .command(command)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    std::thread::sleep(delay);
    child.kill().expect("the child can be killed");
    child.wait().expect("the child can be killed");
}

/// Asserts that a rerun completes what a killed run began, or finds it done.
fn assert_rerun_completes(
    nights: &Nights,
    command: &[&str],
    clean: &Clean,
    next: Next,
    what: &str,
) {
    // Readers accept the index as it is, before a writer repairs it.
    let documents = nights.documents();
    if documents.is_some() {
        nights.verify();
    }
    let adds = command.contains(&"--index");
    let was_there = adds && documents == clean.documents;
    for (name, bytes) in nights.outputs() {
        let whole = clean.outputs.get(&name) == Some(&bytes);
        let as_before = !was_there && bytes == BEFORE;
        let temporary = name.starts_with(".wirecopy-");
        assert!(whole || as_before || temporary, "{what}: {name}: {bytes}");
    }
    if was_there {
        let there = nights.outputs();
        let missing = clean.outputs.keys().find(|&name| !there.contains_key(name));
        assert_eq!(
            missing, None,
            "{what}: the index has the night, but an output is missing"
        );
    }
    if next == Next::AnotherCommand && adds && documents.is_some() {
        // The next writer repairs the index, even if it is another command: either both index and
        // outputs have the night, or neither.
        let settled = nights.run(SETTLE);
        assert_eq!(settled.status.code(), Some(0), "{what}: {}", said(&settled));
        let before = BTreeMap::from([("pairs.csv".to_owned(), BEFORE.to_owned())]);
        let mut there = nights.outputs();
        // Temporary files of killed runs are removed when that output is written again.
        there.retain(|name, _| !name.ends_with(".tmp"));
        let expected = if was_there { &clean.outputs } else { &before };
        assert_eq!(&there, expected, "{what}: settled");
        assert_eq!(nights.documents(), documents, "{what}: settled");
    }
    let again = nights.run(command);
    assert_eq!(again.status.code(), Some(0), "{what}: {}", said(&again));
    assert_eq!(nights.documents(), clean.documents, "{what}");
    assert_eq!(nights.outputs(), clean.outputs, "{what}");
    if documents.is_some() {
        nights.verify();
    }
    nights.assert_no_stray_files(what);
}

#[test]
fn a_rerun_completes_a_run_killed_at_any_instant() {
    let kills = number_from("WIRECOPY_KILLS", 24);
    let seed = number_from("WIRECOPY_SEED", 1);
    let nights = Nights::new();
    // An index of one segment, of two, one made by dedup, and none.
    let [one, two, of_dedup, none] =
        ["one", "two", "of-dedup", "none"].map(|name| nights.path(name));
    fs::rename(nights.path("index"), &one).expect("the file exists");
    nights.reset(&one);
    assert_eq!(nights.run(SCAN).status.code(), Some(0));
    fs::rename(nights.path("index"), &two).expect("the file exists");
    nights.reset(&none);
    let first = DEDUP.iter().map(|&part| match part {
        "second.jsonl" => "first.jsonl",
        "2026-03-11" => "2026-03-10",
        same => same,
    });
    let made = nights.run(&first.collect::<Vec<&str>>());
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    fs::rename(nights.path("index"), &of_dedup).expect("the file exists");
    let commands = [
        (SCAN, &one),
        (COMPACT, &two),
        (SCAN, &none),
        (PRUNE, &two),
        (EXPIRING, &one),
        (DEDUP, &of_dedup),
        (SCAN, &one),
        (IN_LITTLE_MEMORY, &none),
    ];
    let mut done = 0;
    for (round, (command, start)) in commands.iter().cycle().enumerate() {
        if done >= kills {
            break;
        }
        nights.reset(start);
        let began = Instant::now();
        let ran = nights.run(command);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        let lasted = began.elapsed();
        let clean = Clean {
            outputs: nights.outputs(),
            documents: nights.documents(),
        };
        // Several kills per command, because the clean run takes long.
        for attempt in 0..3u64 {
            nights.reset(start);
            let mut what = format!("{command:?} on {start:?}");
            // In the last attempt the rerun is killed too, if it still has something to do.
            for time in 0..=attempt / 2 {
                let lot = [round as u64, attempt, time].map(u64::to_le_bytes).concat();
                let share = xxh3_64_with_seed(&lot, seed) as f64 / u64::MAX as f64;
                let delay = lasted.mul_f64(share * 1.05);
                what += &format!(", killed after {delay:?}");
                kill(&nights, command, delay);
                done += 1;
                if nights.documents() == clean.documents {
                    break;
                }
            }
            let next = if attempt == 1 {
                Next::AnotherCommand
            } else {
                Next::Rerun
            };
            assert_rerun_completes(&nights, command, &clean, next, &what);
        }
    }
}

/// A scheduler tries again without knowing how far the run came, and without its time.
#[test]
fn a_retry_without_the_time_empties_no_output() {
    let nights = Nights::new();
    let one = nights.path("one");
    fs::rename(nights.path("index"), &one).expect("the file exists");
    for (command, start) in [(SCAN, &one), (DEDUP, &nights.path("none"))] {
        nights.reset(start);
        let began = Instant::now();
        let ran = nights.run(command);
        assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
        let lasted = began.elapsed();
        let (outputs, documents) = (nights.outputs(), nights.documents());
        let at = command.iter().position(|&word| word == "--as-of");
        let mut untimed = command.to_vec();
        untimed.drain(at.expect("a time")..=at.expect("a time") + 1);
        for twentieths in [2, 8, 12, 15, 17, 18, 19, 20, 21, 30] {
            nights.reset(start);
            kill(&nights, command, lasted * twentieths / 20);
            let finished = nights.documents() == documents;
            let again = nights.run(&untimed);
            let status = again.status.code();
            let about = format!("{command:?} {twentieths}: {}", said(&again));
            assert_eq!(status, Some(i32::from(finished)), "{about}");
            assert!(nights.outputs() == outputs, "{about}");
            // Another try ends in the same way, and one with the time writes the outputs again.
            assert_eq!(nights.run(&untimed).status.code(), Some(1), "{about}");
            assert!(nights.outputs() == outputs, "{about}");
            if finished {
                assert_eq!(nights.run(command).status.code(), Some(0), "{about}");
                assert!(nights.outputs() == outputs, "{about}");
            }
        }
    }
}

#[test]
fn damage_to_any_file_is_found_and_named_and_no_command_panics() {
    let nights = Nights::new();
    fs::create_dir(nights.path("out")).expect("the test directory is writable");
    assert_eq!(nights.run(SCAN).status.code(), Some(0));
    let kept = nights.path("kept");
    copy(&nights.path("index"), &kept);
    let first = fs::read_to_string(nights.path("first.jsonl")).expect("the file exists");
    let copies = first.replace("{\"id\": \"", "{\"id\": \"copy-of-");
    fs::write(nights.path("third.jsonl"), copies).expect("the test directory is writable");
    nights.reset(&kept);
    assert_eq!(nights.run(ASK).status.code(), Some(0));
    let pairs = || fs::read_to_string(nights.path("out/pairs.csv")).expect("the file exists");
    let clean = pairs();
    assert!(clean.contains("copy-of-"), "{clean}");
    for name in names_in(&kept).into_iter().filter(|name| name != "lock") {
        let whole = fs::read(kept.join(&name)).expect("the file exists");
        let mut broken: Vec<(String, Option<Vec<u8>>)> = vec![
            ("missing".to_owned(), None),
            ("empty".to_owned(), Some(Vec::new())),
            (
                "cut short".to_owned(),
                Some(whole[..whole.len() / 2].to_vec()),
            ),
        ];
        for at in 0..5u64 {
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
                None => fs::remove_file(nights.path("index").join(&name)).expect("the file exists"),
                Some(bytes) => fs::write(nights.path("index").join(&name), bytes)
                    .expect("the test directory is writable"),
            }
            let verified = nights.run(&["index", "verify", "index"]);
            assert_eq!(
                verified.status.code(),
                Some(1),
                "{name} {what}: {}",
                said(&verified)
            );
            let named = said(&verified) + &String::from_utf8_lossy(&verified.stdout);
            assert!(named.contains(&name), "{name} {what}: {named}");
            let damaged_manifest = name == "manifest.json";
            let info = &["index", "info", "index"][..];
            let export = &["index", "export", "index"];
            for command in [info, export, ASK, SETTLE, ADD, COMPACT] {
                let before = pairs();
                let ran = nights.run(command);
                let (code, message) = (ran.status.code(), said(&ran));
                let about = format!("{name} {what}: {command:?}: {code:?} {message}");
                assert!(matches!(code, Some(0 | 1)), "{about}");
                if damaged_manifest {
                    assert!(
                        code == Some(1) && message.contains("manifest.json"),
                        "{about}"
                    );
                }
                // A command that does not notice the damage has not read the file.
                let expected = if command[0] == "scan" && code == Some(0) {
                    &clean
                } else {
                    &before
                };
                assert_eq!(&pairs(), expected, "{about}");
            }
        }
    }
}

#[test]
fn a_damaged_publishing_file_is_named() {
    let nights = Nights::new();
    let note = r#"{"generation":7,"files":[]}"#;
    let checksum = xxh3_128(note.replace('7', "3").as_bytes());
    for damaged in ["", note, &format!("{note}\n{checksum:032x}\n")] {
        fs::write(nights.path("index/publishing.json"), damaged)
            .expect("the test directory is writable");
        for command in [&["index", "verify", "index"], COMPACT] {
            let ran = nights.run(command);
            assert_eq!(ran.status.code(), Some(1), "{command:?}");
            let message = said(&ran) + &String::from_utf8_lossy(&ran.stdout);
            assert!(message.contains("publishing.json"), "{message}");
        }
    }
}

/// A pipeline repeats a night if it does not know how it ended.
#[test]
fn a_repeated_night_writes_the_same_files() {
    let nights = Nights::new();
    let tables = [
        "--clusters",
        "out/clusters.csv",
        "--members",
        "out/members.csv",
    ];
    let more = ["--sites", "out/sites.csv", "--fail-if-empty"];
    let scan = [SCAN, &tables, &more].concat();
    let removed = [DEDUP, &["--removed", "out/removed.csv"]].concat();
    let kept = nights.path("kept");
    fs::rename(nights.path("index"), &kept).expect("the file exists");
    for (command, start) in [(&scan, &kept), (&removed, &nights.path("none"))] {
        nights.reset(start);
        let mut results = Vec::new();
        for _ in 0..2 {
            let ran = nights.run(command);
            assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
            results.push((nights.outputs(), nights.documents()));
        }
        let written = |text: &String| text == BEFORE || text.lines().count() > 2;
        assert!(results[0].0.values().all(written), "{:?}", results[0].0);
        assert_eq!(results[0], results[1]);
    }
    // With another time it is no repetition, and nothing is written.
    nights.reset(&kept);
    let ran = nights.run(SCAN);
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    let first = nights.outputs();
    assert!(first["pairs.csv"].lines().count() > 2);
    let later = SCAN.iter().map(|&part| match part {
        "2026-03-11" => "2026-03-12",
        same => same,
    });
    let ran = nights.run(&later.collect::<Vec<_>>());
    assert_eq!(ran.status.code(), Some(1), "{}", said(&ran));
    assert_eq!(first, nights.outputs());
}

#[test]
fn a_newer_format_is_reported_with_a_remedy() {
    let nights = Nights::new();
    let body = "{\"format\":999,\"whatever\":[]}";
    let manifest = format!("{body}\n{:032x}\n", xxh3_128(body.as_bytes()));
    fs::write(nights.path("index/manifest.json"), manifest)
        .expect("the test directory is writable");
    let ran = nights.run(&["index", "info", "index"]);
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        said(&ran).contains("format 999 and this program reads formats up to 2; use the version"),
        "{}",
        said(&ran)
    );
}

#[test]
fn concurrent_processes_do_not_disturb_each_other() {
    let nights = Nights::new();
    let lasting = Duration::from_secs(number_from("WIRECOPY_SECONDS", 4));
    let began = Instant::now();
    let busy = |ran: &Output| {
        ran.status.code() == Some(1) && said(ran).contains("writes to the index in index")
    };
    let record = |writer: u32, number: u32| {
        format!(
            "{{\"id\":\"w{writer}-{number}\",\"site\":\"s{writer}.example\",\
             \"text\":\"document {number} of one of two that write\"}}\n"
        )
    };
    let write = |writer: u32, more: &[&str]| {
        let (input, output) = (format!("w{writer}.jsonl"), format!("w{writer}.csv"));
        let mut number = 0;
        while began.elapsed() < lasting {
            fs::write(nights.path(&input), record(writer, number))
                .expect("the test directory is writable");
            let mut command = vec!["scan", &input, "--index", "index", "-o", &output, "-q"];
            command.extend(more);
            let ran = nights.run(&command);
            match ran.status.code() {
                Some(0) => number += 1,
                _ => assert!(more.is_empty() && busy(&ran), "{}", said(&ran)),
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
        let first = threads.spawn(|| write(1, &["--wait"]));
        let second = threads.spawn(|| write(2, &[]));
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
            first.join().expect("the thread ends"),
            second.join().expect("the thread ends"),
        )
    });
    nights.verify();
    nights.assert_no_stray_files("afterwards");
    let documents = nights.documents().expect("the index exists");
    for (writer, count) in [(1, first), (2, second)] {
        for number in 0..count {
            let id = format!("\"w{writer}-{number}\"");
            assert_eq!(documents.matches(&id).count(), 1, "{id} of {count}");
        }
    }
    let first_night = fs::read_to_string(nights.path("first.jsonl")).expect("the file exists");
    assert_eq!(
        documents.lines().count(),
        first_night.lines().count() + (first + second) as usize
    );
}

/// The first version with an index wrote `index-format-1`; it is never written again.
#[test]
fn an_index_of_the_first_format_opens() {
    let nights = Nights::new();
    fs::remove_dir_all(nights.path("index")).expect("the file exists");
    copy(&root().join("tests/index-format-1"), &nights.path("index"));
    fs::remove_file(nights.path("index/README.md")).expect("the file exists");
    let manifest = fs::read(nights.path("index/manifest.json")).expect("the file exists");
    assert_eq!(
        format!("{:032x}", xxh3_128(&manifest)),
        "74b748a53c544accecf1ce399170cf36",
        "the files of this index must never change"
    );
    nights.verify();
    let count = || {
        nights
            .documents()
            .map(|documents| documents.lines().count())
    };
    assert_eq!(count(), Some(30));
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
    let pairs = fs::read_to_string(nights.path("pairs.csv")).expect("the file exists");
    // The pairs of the second half of the newsroom with itself and with the first half, with
    // boilerplate learned night by night.
    assert_eq!(
        pairs,
        fs::read_to_string(root().join("tests/index-format-1-pairs.csv")).expect("the file exists")
    );
    assert_eq!(
        nights.run(&["index", "compact", "index"]).status.code(),
        Some(0)
    );
    nights.verify();
    assert_eq!(count(), Some(61));
    // It keeps its format and the word rule of that format, by which its hashes were made.
    let manifest = fs::read_to_string(nights.path("index/manifest.json")).expect("it is text");
    assert!(manifest.starts_with("{\"format\":1,"), "{manifest}");
    assert!(!manifest.contains("word_rule"), "{manifest}");
}

/// A new index folds letters; an index of the first format goes on without.
#[test]
fn an_index_keeps_its_word_rule() {
    let body = "ёжик нёс тёплый мёд через чёрный лес и пёстрый луг где всё ещё шёл дождь \
                а за рекой её сестра пекла пироги для гостей из дальнего города";
    let record = |id: &str, text: &str| {
        format!("{{\"id\": \"{id}\", \"url\": \"https://{id}.example/1\", \"text\": \"{text}\"}}\n")
    };
    for (first_format, relation) in [(false, "exact"), (true, "near")] {
        let nights = Nights::new();
        fs::remove_dir_all(nights.path("index")).expect("the file exists");
        if first_format {
            copy(&root().join("tests/index-format-1"), &nights.path("index"));
            fs::remove_file(nights.path("index/README.md")).expect("the file exists");
        }
        // Two letters differ by the first rule, none by the newest.
        let other = body.replacen("тёплый", "теплый", 1);
        let mut found = String::new();
        for (night, line) in [record("dawn", body), record("dusk", &other)]
            .iter()
            .enumerate()
        {
            fs::write(nights.path("yo.jsonl"), line).expect("the test directory is writable");
            let as_of = format!("2026-04-0{}", night + 1);
            let ran = nights.run(&[
                "scan",
                "yo.jsonl",
                "--index",
                "index",
                "-o",
                "pairs.csv",
                "--as-of",
                &as_of,
            ]);
            assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
            found = fs::read_to_string(nights.path("pairs.csv")).expect("it is text");
        }
        assert!(
            found.contains(&format!("dawn,dusk,{relation},")),
            "{first_format}: {found}"
        );
        nights.verify();
    }
}

#[test]
fn an_unusable_directory_is_reported() {
    let nights = Nights::new();
    fs::write(nights.path("file"), "").expect("the test directory is writable");
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

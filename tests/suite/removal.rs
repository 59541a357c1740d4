//! `index remove`: nothing of a removed document is left in any file of the index.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::common::program::{files_in, said};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A word that only the document to remove has.
const MARK: &str = "Quittapahilla";

const STORY: &str = "The night train to the coast has a dining car again, after eleven years with \
    a machine for coffee. On the first evening all soup was gone before the second stop, and the \
    cook promised to buy a larger pot.";

/// A directory with an index and the files of nights.
struct Nights(TempDir);

impl Nights {
    fn new() -> Nights {
        Nights(TempDir::new().expect("a directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        command
            .args(words)
            .current_dir(self.0.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the program runs")
    }

    fn must(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{words:?}: {}",
            said(&output)
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Adds records to an index as of a day of May.
    fn add(&self, index: &str, day: u32, records: &[Value]) {
        let lines = records.iter().map(|record| format!("{record}\n"));
        fs::write(self.path("night.jsonl"), lines.collect::<String>()).expect("a file");
        let day = format!("2026-05-{day:02}");
        self.must(&[
            "scan",
            "night.jsonl",
            "--index",
            index,
            "--as-of",
            &day,
            "--allow-replacing",
            "-q",
            "-o",
            "pairs.csv",
        ]);
    }

    /// The bytes of the files of an index whose names end in this, file after file, and those of
    /// records unpacked.
    fn bytes(&self, index: &str, ending: &str) -> Vec<u8> {
        let directory = self.path(index);
        let names = files_in(&directory).into_iter();
        let read = |name: String| unpacked(&directory.join(name));
        names
            .filter(|name| name.ends_with(ending))
            .flat_map(read)
            .collect()
    }
}

/// The bytes of a file; those of records are unpacked.
fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("a file");
    match path.extension().is_some_and(|ending| ending == "zst") {
        true => zstd::decode_all(&bytes[..]).expect("frames"),
        false => bytes,
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

fn record(id: &str, site: &str, text: &str) -> Value {
    json!({
        "id": id,
        "url": format!("https://{site}/{id}"),
        "published": "2026-05-01T08:00:00Z",
        "title": format!("Title of {id}"),
        "text": text,
    })
}

/// Some records around the one to remove, which is the first of a cluster.
fn night(with_marked: bool) -> Vec<Value> {
    let mut all: Vec<Value> = (0..40)
        .map(|number| {
            let text = format!("{STORY} That was on day {number}, when it rained {number} times.");
            record(&format!("p{number:02}"), "coast.example", &text)
        })
        .collect();
    if with_marked {
        all.insert(
            20,
            record(
                "marked",
                "inland.example",
                &format!("{STORY} {MARK} river."),
            ),
        );
    }
    all
}

#[test]
fn nothing_of_a_removed_document_is_left() {
    let nights = Nights::new();
    nights.add("ix", 1, &night(true));
    nights.add("plain", 1, &night(false));
    let all = || nights.bytes("ix", "");
    assert!(holds(&all(), MARK) && holds(&all(), "inland.example/marked"));
    assert_ne!(
        nights.bytes("ix", ".bands"),
        nights.bytes("plain", ".bands")
    );

    assert_eq!(
        nights.must(&["index", "remove", "ix", "--id", "marked"]),
        "1 document removed\n"
    );
    for text in [MARK, "marked", "inland.example/marked"] {
        assert!(!holds(&all(), text), "{text}");
    }
    // Its hashes are gone too: what is left equals an index that never had it.
    for ending in [".bands", ".passages", ".records.jsonl.zst", ".ties.arrow"] {
        let [left, plain] = ["ix", "plain"].map(|index| nights.bytes(index, ending).len());
        assert!(left > 0 && left == plain, "{ending}");
    }
    for ending in [".bands", ".passages", ".records.jsonl.zst"] {
        assert!(
            nights.bytes("ix", ending) == nights.bytes("plain", ending),
            "{ending}"
        );
    }
    nights.must(&["index", "verify", "ix"]);
    let info: Value =
        serde_json::from_str(&nights.must(&["index", "info", "ix", "--format", "json"]))
            .expect("JSON");
    assert_eq!(
        (
            &info["documents"],
            &info["documents_gone"],
            &info["documents_removed"]
        ),
        (&json!(40), &json!(0), &json!(1))
    );
    let text = nights.must(&["index", "info", "ix"]);
    assert!(
        text.contains("\n1 document removed by id so far\n"),
        "{text}"
    );
}

#[test]
fn earlier_texts_go_too_and_clusters_get_another_name() {
    let nights = Nights::new();
    let old = record("a", "inland.example", &format!("{STORY} {MARK}"));
    let other = record(
        "e",
        "coast.example",
        "The swimming pool is closed until Easter.",
    );
    nights.add("ix", 1, &[old, record("b", "coast.example", STORY), other]);
    nights.add("ix", 2, &[record("c", "south.example", STORY)]);
    nights.add(
        "ix",
        3,
        &[record(
            "a",
            "inland.example",
            &format!("{STORY} It was cold."),
        )],
    );
    assert!(
        holds(&nights.bytes("ix", ""), MARK),
        "the old text is still on the disk"
    );
    let said = nights.must(&["index", "remove", "ix", "--id", "a"]);
    assert_eq!(
        said,
        "1 document removed, with 1 earlier text\ncluster a is called b now\n"
    );
    assert!(!holds(&nights.bytes("ix", ""), MARK));
    assert!(!holds(&nights.bytes("ix", ""), "inland.example/a"));
    nights.must(&["index", "verify", "ix"]);
    // The others are still one cluster.
    nights.add("ix", 4, &[record("d", "north.example", STORY)]);
    let pairs = fs::read_to_string(nights.path("pairs.csv")).expect("pairs");
    let rows: Vec<&str> = pairs.lines().skip(1).collect();
    assert!(
        rows.len() == 2 && rows.iter().all(|row| row.contains(",b,")),
        "{pairs}"
    );
}

#[test]
fn ids_come_from_a_file_and_unknown_ones_are_listed() {
    let nights = Nights::new();
    nights.add("ix", 1, &night(true));
    fs::write(nights.path("ids.txt"), "\u{feff}p01\r\n\nmarked\nnobody\n").expect("a file");
    let words = ["index", "remove", "ix", "--ids", "ids.txt", "--id", "p02"];
    let output = nights.run(&words);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(
        text,
        "3 documents removed\n1 id not in the index:\n   nobody\n"
    );
    // Nothing is left to remove.
    let output = nights.run(&words);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no document of the index has one of the 4 ids"));
    for (words, status) in [
        (&["index", "remove", "ix"][..], 2),
        (&["index", "remove", "none", "--id", "a"], 1),
        (&["index", "remove", "ix", "--ids", "nowhere.txt"], 1),
    ] {
        assert_eq!(nights.run(words).status.code(), Some(status), "{words:?}");
    }
    assert!(!nights.path("none").exists());
    // Documents that had to take another id are named.
    let twin = json!({ "id": "p03", "url": "https://other.example/p03", "text": STORY });
    nights.add("ix", 2, &[twin]);
    let text = nights.must(&["index", "remove", "ix", "--id", "p03"]);
    assert!(
        text.contains("\nstill there, under ids") && text.contains("\n   p03#"),
        "{text}"
    );
}

#[test]
fn a_kill_leaves_the_old_index_or_the_new_one() {
    let nights = Nights::new();
    nights.add("ix", 1, &night(true));
    nights.add("ix", 2, &[record("late", "south.example", STORY)]);
    let copy = |from: &str, to: &str| {
        let _ = fs::remove_dir_all(nights.path(to));
        fs::create_dir(nights.path(to)).expect("a directory");
        for name in files_in(&nights.path(from)) {
            fs::copy(nights.path(from).join(&name), nights.path(to).join(&name)).expect("a file");
        }
    };
    copy("ix", "kept");
    let export = || nights.must(&["index", "export", "ix"]);
    let words = ["index", "remove", "ix", "--id", "marked"];
    let before = export();
    let began = Instant::now();
    nights.must(&words);
    let (after, lasted) = (export(), began.elapsed());
    for kill in 0..12u32 {
        copy("kept", "ix");
        let mut child = nights.command(&words).spawn().expect("the program runs");
        std::thread::sleep(lasted * kill / 12 + Duration::from_micros(u64::from(kill) * 37));
        child.kill().expect("the child can be killed");
        child.wait().expect("the child can be killed");
        let found = export();
        assert!(found == before || found == after, "kill {kill}");
        nights.must(&["index", "verify", "ix"]);
        // The next attempt completes it, or finds it done and deletes what was left.
        let again = nights.run(&words);
        let expected = if found == after { 1 } else { 0 };
        assert_eq!(again.status.code(), Some(expected), "{}", said(&again));
        assert_eq!(export(), after);
        assert!(!holds(&nights.bytes("ix", ""), MARK), "kill {kill}");
    }
}

//! A night that was finished and is run again: without its time it leaves the outputs as they were.

use std::fs;
use std::process::{Command, Output};

use crate::common::program::{piped, said};
use serde_json::Value;
use tempfile::TempDir;

/// Three stories; the second copies the first, and the third stands alone.
const STORIES: [[&str; 4]; 3] = [
    [
        "n1",
        "harbour.example",
        "2026-05-02T08:00:00Z",
        "A barge with four hundred sheep ran aground below the old lighthouse before dawn on \
         Saturday. All animals were led ashore over a plank, said the keeper, who had counted them \
         twice. The owner paid for the hay that was eaten at the pier.",
    ],
    [
        "n2",
        "valley.example",
        "2026-05-02T09:30:00Z",
        "A barge with four hundred sheep ran aground below the old lighthouse before dawn on \
         Saturday. All animals were led ashore over a plank, said the keeper, who had counted them \
         twice. The owner paid for the hay that was eaten at the pier.",
    ],
    [
        "n3",
        "valley.example",
        "2026-05-02T10:00:00Z",
        "The town band has bought a second tuba. It will be played in public for the first time \
         when the new swimming pool opens in June, if the weather allows it.",
    ],
];

/// A further story, which no night before has.
const NEW: [&str; 4] = [
    "n4",
    "harbour.example",
    "2026-05-03T07:00:00Z",
    "Two hundred umbrellas that were left on trams last winter are sold by auction on Monday.",
];

/// Form of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Jsonl,
    Csv,
    StandardInput,
}

/// A directory with an index and the outputs of nights.
struct Nights {
    at: TempDir,
    form: Form,
}

impl Nights {
    fn new(form: Form) -> Nights {
        let at = TempDir::new().expect("a directory");
        Nights { at, form }
    }

    /// Runs a command on these stories, which are tonight's input.
    fn run(&self, command: &str, stories: &[[&str; 4]], flags: &[&str]) -> Output {
        self.run_on(command, &self.records(stories), flags)
    }

    fn run_on(&self, command: &str, records: &str, flags: &[&str]) -> Output {
        let input = match self.form {
            Form::Jsonl => "tonight.jsonl",
            Form::Csv => "tonight.csv",
            Form::StandardInput => "-",
        };
        fs::write(self.at.path().join(input), records).expect("a file");
        let mut program = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        program
            .args([command, input, "--index", "ix"])
            .args(flags)
            .current_dir(self.at.path())
            .env_clear();
        let on_pipe = match self.form {
            Form::StandardInput => records,
            Form::Jsonl | Form::Csv => "",
        };
        piped(&mut program, on_pipe.as_bytes())
    }

    fn records(&self, stories: &[[&str; 4]]) -> String {
        let line = |[id, site, published, text]: &[&str; 4]| match self.form {
            Form::Csv => format!("{id},{site},{published},\"{text}\"\n"),
            _ => format!(
                "{{\"id\":\"{id}\",\"site\":\"{site}\",\"published\":\"{published}\",\
                 \"text\":\"{text}\"}}\n"
            ),
        };
        let header = match self.form {
            Form::Csv => "id,site,published,text\n",
            _ => "",
        };
        header.to_owned() + &stories.iter().map(line).collect::<String>()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at.path().join(name)).unwrap_or_default()
    }

    /// The records of the index, in order.
    fn exported(&self) -> String {
        let exported = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args(["index", "export", "ix"])
            .current_dir(self.at.path())
            .env_clear()
            .output()
            .expect("the program runs");
        let lines = String::from_utf8(exported.stdout).expect("UTF-8");
        let mut lines: Vec<&str> = lines.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    }

    fn summary(&self) -> Value {
        serde_json::from_str(&self.read("run.json")).expect("a summary")
    }
}

/// Asserts an exit status and returns standard error.
fn said_with(output: &Output, status: i32) -> String {
    let said = said(output);
    assert_eq!(output.status.code(), Some(status), "{said}");
    said
}

const SCAN_OUTPUTS: [&str; 6] = [
    "pairs.csv",
    "clusters.csv",
    "members.csv",
    "sites.csv",
    "clean.jsonl",
    "page.html",
];

const SCAN_FLAGS: [&str; 16] = [
    "-o",
    "pairs.csv",
    "--clusters",
    "clusters.csv",
    "--members",
    "members.csv",
    "--sites",
    "sites.csv",
    "--clean",
    "clean.jsonl",
    "--report",
    "page.html",
    "--summary",
    "run.json",
    "--metrics",
    "run.prom",
];

#[test]
fn a_scan_of_a_finished_night_leaves_its_outputs() {
    for form in [Form::Jsonl, Form::Csv, Form::StandardInput] {
        let nights = Nights::new(form);
        let night = [&SCAN_FLAGS[..], &["--as-of", "2026-05-03T02:30:00Z"]].concat();
        said_with(&nights.run("scan", &STORIES, &night), 0);
        let outputs = || SCAN_OUTPUTS.map(|name| nights.read(name));
        let first = outputs();
        assert!(first.iter().all(|output| output.lines().count() > 1));
        assert_eq!(nights.summary()["index"]["nothing_new"], false);

        for more in [&[][..], &["-q"], &["--strict"], &["--fail-if-empty"]] {
            let again = nights.run("scan", &STORIES, &[&SCAN_FLAGS[..], more].concat());
            let said = said_with(&again, 1);
            assert_eq!(
                said,
                "error: all 3 documents are in the index already, added at 2026-05-03T02:30:00Z; \
                 the outputs stay as they were. If this run repeats that night, add --as-of \
                 2026-05-03T02:30:00Z to write its outputs again\n",
                "{form:?} {more:?}"
            );
            assert!(outputs() == first, "{form:?} {more:?}");
            let summary = nights.summary();
            assert_eq!(summary["index"]["nothing_new"], true);
            assert_eq!(summary["index"]["already_there"], 3);
            assert_eq!(summary["outputs"].as_array().map(Vec::len), Some(1));
            let metrics = nights.read("run.prom");
            assert!(
                metrics.contains("wirecopy_last_run_success 0\n"),
                "{metrics}"
            );
        }
        // The time that the message names writes the same outputs again. The page counts the
        // documents as seen before.
        said_with(&nights.run("scan", &STORIES, &night), 0);
        let again = outputs();
        assert_eq!(again[..5], first[..5], "{form:?}");
        // A day that is not the night's does not.
        let other = [&SCAN_FLAGS[..], &["--as-of", "2026-05-04"]].concat();
        said_with(&nights.run("scan", &STORIES, &other), 1);
        assert!(outputs() == again, "{form:?}");
    }
}

#[test]
fn a_dedup_of_a_finished_night_leaves_its_outputs() {
    for form in [Form::Jsonl, Form::Csv, Form::StandardInput] {
        let nights = Nights::new(form);
        let clean = if form == Form::Csv {
            "clean.csv"
        } else {
            "clean.jsonl"
        };
        for marks in [&[][..], &["--mark"]] {
            let _ = fs::remove_dir_all(nights.at.path().join("ix"));
            let flags = [&["-o", clean, "--removed", "removed.csv"][..], marks].concat();
            let night = [&flags[..], &["--as-of", "2026-05-03"]].concat();
            said_with(&nights.run("dedup", &STORIES, &night), 0);
            let outputs = || [clean, "removed.csv"].map(|name| nights.read(name));
            let first = outputs();
            assert!(first[0].contains("n1") && first[1].contains("n2,n1,exact"));

            for more in [&[][..], &["-q"], &["--strict"], &["--fail-if-empty"]] {
                let again = nights.run("dedup", &STORIES, &[&flags[..], more].concat());
                assert_eq!(
                    said_with(&again, 1),
                    "error: no document is new: 2 in the index already, 1 that copy one there, \
                     added at 2026-05-03T00:00:00Z; the outputs stay as they were. If this run \
                     repeats that night, add --as-of 2026-05-03T00:00:00Z to write its outputs \
                     again\n",
                    "{form:?} {more:?}"
                );
                assert_eq!(outputs(), first, "{form:?} {more:?}");
            }
            said_with(&nights.run("dedup", &STORIES, &night), 0);
            assert_eq!(outputs(), first, "{form:?}");
        }
    }
}

#[test]
fn nothing_goes_to_standard_output_either() {
    let nights = Nights::new(Form::Jsonl);
    for command in ["scan", "dedup"] {
        let flags = ["--relations", "exact,near"];
        let flags = if command == "scan" { &flags[..] } else { &[] };
        let _ = fs::remove_dir_all(nights.at.path().join("ix"));
        let first = nights.run(command, &STORIES, flags);
        said_with(&first, 0);
        assert!(!first.stdout.is_empty());
        let again = nights.run(command, &STORIES, flags);
        said_with(&again, 1);
        assert!(again.stdout.is_empty(), "{command}");
    }
}

#[test]
fn one_new_record_makes_a_new_night() {
    let nights = Nights::new(Form::Jsonl);
    said_with(&nights.run("scan", &STORIES, &["-o", "pairs.csv"]), 0);
    let with_new = [&STORIES[..], &[NEW]].concat();
    let said = said_with(&nights.run("scan", &with_new, &["-o", "pairs.csv"]), 0);
    assert!(said.contains("1 added, 3 in the index already"), "{said}");
    // So does a text that was changed.
    let mut changed = STORIES;
    changed[2][3] = "The town band sells its tuba after all.";
    let said = said_with(&nights.run("scan", &changed, &["-o", "pairs.csv"]), 0);
    assert!(
        said.contains("1 that replace documents with the same id"),
        "{said}"
    );
    // No record at all is an empty night as before.
    said_with(&nights.run("scan", &[], &["-o", "pairs.csv"]), 0);
}

#[test]
fn rejected_records_beside_known_ones_are_listed() {
    let nights = Nights::new(Form::Jsonl);
    let night = [
        "-o",
        "pairs.csv",
        "--rejects",
        "rejects.csv",
        "--as-of",
        "2026-05-03",
    ];
    let records = nights.records(&STORIES) + "no record\n";
    said_with(&nights.run_on("scan", &records, &night), 3);
    let (pairs, rejects) = (nights.read("pairs.csv"), nights.read("rejects.csv"));
    let said = said_with(&nights.run_on("scan", &records, &night[..4]), 1);
    assert!(
        said.contains("all 3 documents are in the index already"),
        "{said}"
    );
    assert_eq!(
        (pairs, rejects),
        (nights.read("pairs.csv"), nights.read("rejects.csv"))
    );
    // With the time of the night the rejects decide as before.
    said_with(&nights.run_on("scan", &records, &night), 3);
}

#[test]
fn records_of_several_nights_have_no_single_time() {
    let nights = Nights::new(Form::Jsonl);
    let night = |stories: &[[&str; 4]], as_of: &[&str]| {
        nights.run("scan", stories, &[&["-o", "pairs.csv"], as_of].concat())
    };
    said_with(&night(&STORIES[..2], &["--as-of", "2026-05-03"]), 0);
    said_with(&night(&STORIES[2..], &["--as-of", "2026-05-04"]), 0);
    assert_eq!(
        said_with(&night(&STORIES, &[]), 1),
        "error: all 3 documents are in the index already, added between 2026-05-03T00:00:00Z and \
         2026-05-04T00:00:00Z; the outputs stay as they were. To write the outputs of a night \
         again, give its time with --as-of\n"
    );
    let one = night(&STORIES[2..], &[]);
    assert!(said_with(&one, 1).starts_with("error: the only document is in the index already"));
}

#[test]
fn a_question_to_the_index_may_be_asked_again() {
    let nights = Nights::new(Form::Jsonl);
    said_with(&nights.run("dedup", &STORIES, &["-o", "clean.jsonl"]), 0);
    for _ in 0..2 {
        let asked = ["-o", "new.jsonl", "--removed", "known.csv", "--no-add"];
        said_with(&nights.run("dedup", &STORIES, &asked), 0);
        assert_eq!(nights.read("new.jsonl"), "");
        assert_eq!(nights.read("known.csv").lines().count(), 4);
    }
}

#[test]
fn a_question_about_known_documents_shows_their_matches() {
    let nights = Nights::new(Form::Csv);
    let scan = |stories: &[[&str; 4]], flags: &[&str]| {
        let output = nights.run("scan", stories, &[&["-o", "pairs.csv"], flags].concat());
        said_with(&output, 0);
        nights.read("pairs.csv")
    };
    let first = scan(&STORIES[..1], &["--as-of", "2026-05-03"]);
    assert_eq!(first.lines().count(), 1);
    let pairs = scan(&STORIES[1..], &["--as-of", "2026-05-04"]);
    assert!(pairs.contains("\nn1,n2,exact,"), "{pairs}");
    // The first, which was alone in its night, and a document that has no match.
    for _ in 0..2 {
        assert_eq!(scan(&STORIES[..1], &["--no-add", "--strict"]), pairs);
        assert_eq!(scan(&STORIES[2..], &["--no-add"]).lines().count(), 1);
    }
    let with_new = [&STORIES[..1], &[NEW]].concat();
    assert_eq!(scan(&with_new, &["--no-add"]), pairs);
}

#[test]
fn a_night_done_again_with_fewer_records_loses_the_others() {
    for (form, command) in [
        (Form::Csv, "scan"),
        (Form::Jsonl, "scan"),
        (Form::Jsonl, "dedup"),
    ] {
        let output = match (command, form) {
            ("scan", _) => ["-o", "pairs.csv"],
            _ => ["-o", "clean.jsonl"],
        };
        let result = |nights: &Nights, stories: &[[&str; 4]], flags: &[&str]| {
            let night = [&output[..], &["--as-of", "2026-05-03"], flags].concat();
            said_with(&nights.run(command, stories, &night), 0)
        };
        let mut changed = STORIES;
        changed[2] = NEW;
        changed[2][0] = "n3";
        let (nights, clean) = (Nights::new(form), Nights::new(form));
        let earlier = [&output[..], &["--as-of", "2026-05-02"]].concat();
        for each in [&nights, &clean] {
            let before = [["m1", "coast.example", "2026-05-01T08:00:00Z", NEW[3]]];
            said_with(&each.run(command, &before, &earlier), 0);
        }
        result(&nights, &STORIES, &[]);
        // Without the flag the document that is missing stays.
        let said = result(&nights, &STORIES[1..], &[]);
        assert!(!said.contains("withdrawn"), "{said}");
        let said = result(&nights, &changed[1..], &["--replace-night"]);
        assert!(said.contains("of the same night withdrawn"), "{said}");
        result(&clean, &changed[1..], &[]);
        assert_eq!(
            nights.read(output[1]),
            clean.read(output[1]),
            "{command} {form:?}"
        );
        assert_eq!(nights.exported(), clean.exported(), "{command} {form:?}");
        // Once more changes nothing, and a night of nothing leaves those of other nights.
        result(&nights, &changed[1..], &["--replace-night"]);
        assert_eq!(nights.exported(), clean.exported(), "{command} {form:?}");
        result(&nights, &[], &["--replace-night"]);
        assert_eq!(nights.exported().lines().count(), 1, "{command} {form:?}");
    }
    let nights = Nights::new(Form::Csv);
    for flags in [&["--replace-night"][..], &["--replace-night", "--no-add"]] {
        assert_eq!(nights.run("scan", &STORIES, flags).status.code(), Some(2));
    }
}

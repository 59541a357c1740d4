//! One settings file for all commands: what each of them takes from it, and what is said of it.

use std::fs;
use std::process::{Command, Output, Stdio};

use crate::common::program::{newsroom, said};
use serde_json::Value;
use tempfile::TempDir;

/// A directory in which commands run.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(TempDir::new().expect("a directory"))
    }

    /// A place with these lines in its `wirecopy.toml`.
    fn with_settings(text: &str) -> Place {
        let place = Place::new();
        place.put("wirecopy.toml", text);
        place
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).expect("a file")
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::null());
        command.output().expect("the program runs")
    }

    /// Standard output of a run that succeeds.
    fn printed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let status = output.status.code();
        assert_eq!(status, Some(0), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

/// Standard error of a run with this status.
fn said_with(output: &Output, status: i32) -> String {
    let said = said(output);
    assert_eq!(output.status.code(), Some(status), "{said}");
    said
}

/// Facts of the choices of `tune`, without durations.
fn choices(json: &str) -> Vec<Value> {
    let tuned: Value = serde_json::from_str(json).expect("JSON");
    let mut choices = tuned["choices"].as_array().expect("choices").clone();
    for choice in &mut choices {
        choice.as_object_mut().expect("an object").remove("seconds");
        let costs = choice.as_object_mut().expect("an object");
        costs.retain(|key, _| !key.contains("seconds"));
    }
    choices
}

#[test]
fn dedup_takes_settings_but_not_the_outputs_of_scan() {
    let place = Place::with_settings(&format!(
        "inputs = {:?}\noutput = \"pairs.csv\"\nrejects = \"rejects.csv\"\nthreshold = 0.95\n\
         window = \"3d\"\nkeep-boilerplate = true\n",
        newsroom()
    ));
    let output = place.run(&["dedup"]);
    let said = said_with(&output, 0);
    assert!(
        said.starts_with(
            "settings from wirecopy.toml; not used by dedup: output, rejects, window\n"
        ),
        "{said}"
    );
    assert!(!place.has("pairs.csv") && !place.has("rejects.csv"));
    let flags = ["--threshold", "0.95", "--keep-boilerplate"];
    let of_flags = Place::new().printed(&[&["dedup", &newsroom()], &flags[..]].concat());
    assert_eq!(String::from_utf8(output.stdout).expect("UTF-8"), of_flags);
    let of_defaults = Place::new().printed(&["dedup", &newsroom()]);
    assert_ne!(of_flags, of_defaults);
}

#[test]
fn explain_takes_the_inputs_and_thresholds_of_the_scan() {
    let place = Place::with_settings(&format!(
        "inputs = {:?}\nthreshold = 0.99\nrelations = [\"near\"]\nreport = \"report.html\"\n",
        newsroom()
    ));
    let pair = [
        "explain",
        "mn-0303-ruling",
        "tp-0304-ruling",
        "--format",
        "json",
    ];
    let of_file = place.printed(&pair);
    let flags = [&newsroom(), "--threshold", "0.99", "--relations", "near"];
    let of_flags = Place::new().printed(&[&pair[..], &flags].concat());
    assert_eq!(of_file, of_flags);
    // A typed flag and a typed input override the file.
    let typed = place.printed(&[&pair[..], &["--threshold", "0.4", &newsroom()]].concat());
    let flags = [&newsroom(), "--threshold", "0.4", "--relations", "near"];
    assert_eq!(typed, Place::new().printed(&[&pair[..], &flags].concat()));
}

#[test]
fn explain_of_two_files_takes_no_inputs_from_the_settings() {
    let place = Place::with_settings("inputs = \"missing.jsonl\"\nmin-words = 2\n");
    let story = "The ferry to the outer islands stopped at noon after a rope got into its screw. ";
    place.put("ours.txt", &story.repeat(3));
    place.put("theirs.txt", &story.repeat(3));
    let output = place.run(&["explain", "ours.txt", "theirs.txt"]);
    let said = said_with(&output, 0);
    let expected = "settings from wirecopy.toml; not used by explain: inputs\n";
    assert!(said.starts_with(expected), "{said}");
    assert!(output.stdout.starts_with(b"A pair: exact."));

    // An input never stands for a document that is not named.
    let said = said_with(&place.run(&["explain", "ours.txt"]), 2);
    assert!(said.contains("<B>"), "{said}");
}

#[test]
fn tune_compares_with_the_settings_of_the_scan() {
    let place = Place::with_settings(
        "threshold = 0.7\npassage = 40\noutput = \"pairs.csv\"\npassages = true\nindex = \"ix\"\n",
    );
    let tune = ["tune", &newsroom(), "--format", "json"];
    let output = place.run(&tune);
    let said = said_with(&output, 0);
    assert!(
        said.starts_with(
            "settings from wirecopy.toml; not used by tune: output, passages, index\n"
        ),
        "{said}"
    );
    let of_file = String::from_utf8(output.stdout).expect("UTF-8");
    let flags = ["--threshold", "0.7", "--passage", "40"];
    let of_flags = Place::new().printed(&[&tune[..], &flags].concat());
    assert_eq!(choices(&of_file), choices(&of_flags));
    assert!(!place.has("pairs.csv"));
}

#[test]
fn every_command_has_the_same_precedence_and_refuses_the_same_keys() {
    let place = Place::with_settings("threshold = 0.61\nmin-words = 12\nseed = 5\n");
    for command in ["scan", "dedup", "explain", "tune"] {
        let set = [("WIRECOPY_THRESHOLD", "0.62"), ("WIRECOPY_MIN_WORDS", "13")];
        let arguments = [command, "--print-config", "--threshold", "0.63"];
        let output = place.run_with(&arguments, &set);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{command}: {}",
            said(&output)
        );
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        for (key, value, origin) in [
            ("threshold", "0.63", "flag"),
            ("min-words", "13", "environment WIRECOPY_MIN_WORDS"),
            ("seed", "5", "file wirecopy.toml line 3"),
            ("recall", "0.99", "default"),
        ] {
            let line = printed
                .lines()
                .find(|line| line.starts_with(&format!("{key} = ")));
            let line = line.unwrap_or_else(|| panic!("{command} has no {key}: {printed}"));
            assert!(
                line.starts_with(&format!("{key} = {value} ")),
                "{command}: {line}"
            );
            assert!(line.ends_with(&format!(" # {origin}")), "{command}: {line}");
        }

        place.put("bad.toml", "threshhold = 0.6\n");
        let output = place.run(&[command, "a", "b", "--config", "bad.toml"]);
        let said = said_with(&output, 2);
        let expected = "error: bad.toml:1: unknown key 'threshhold'; did you mean 'threshold'?";
        assert!(said.starts_with(expected), "{command}: {said}");
        // A wrong value is an error even for a command that has no use for the key.
        place.put("bad.toml", "format = \"jsonlines\"\n");
        let said = said_with(&place.run(&[command, "a", "b", "--config", "bad.toml"]), 2);
        let expected = "error: bad.toml:1: invalid value 'jsonlines' for '--format <FORMAT>'";
        assert!(said.starts_with(expected), "{command}: {said}");
    }
}

#[test]
fn flags_of_one_command_are_printed_as_comments() {
    let place = Place::new();
    let printed = place.printed(&["dedup", "--mark", "--prefer", "longest", "--print-config"]);
    assert!(printed.contains("\n# --prefer \"longest\""), "{printed}");
    assert!(printed.contains("\n# --mark true"), "{printed}");
    let values: toml::Table = printed.parse().expect("TOML");
    assert!(!values.contains_key("prefer") && values.contains_key("threshold"));
}

#[test]
fn a_file_that_was_found_is_always_named() {
    let place = Place::with_settings("min-words = 3\n");
    place.put("named.toml", "min-words = 3\n");
    let quietly = [&newsroom(), "-o", "out.csv", "-q"];
    for command in ["scan", "dedup"] {
        let found = said_with(&place.run(&[&[command], &quietly[..]].concat()), 0);
        assert_eq!(found, "settings from wirecopy.toml\n", "{command}");
        let named = ["--config", "named.toml"];
        let named = place.run(&[&[command], &quietly[..], &named].concat());
        assert_eq!(said_with(&named, 0), "", "{command}");
        let variable = [("WIRECOPY_CONFIG", "named.toml"), ("WIRECOPY_SEED", "2")];
        let variable = place.run_with(&[&[command], &quietly[..]].concat(), &variable);
        let expected = "settings from named.toml, WIRECOPY_SEED\n";
        assert_eq!(said_with(&variable, 0), expected, "{command}");
    }
    let named = place.run(&[
        "scan",
        &newsroom(),
        "-o",
        "out.csv",
        "--config",
        "named.toml",
    ]);
    assert!(said_with(&named, 0).starts_with("settings from named.toml\n"));
    // Naming a file without settings turns the usual one off.
    let nothing = place.run_with(
        &[&["scan"], &quietly[..]].concat(),
        &[("WIRECOPY_CONFIG", "/dev/null")],
    );
    assert_eq!(said_with(&nothing, 0), "");
    // An empty file was found too.
    place.put("wirecopy.toml", "# nothing yet\n");
    let empty = place.run(&[&["scan"], &quietly[..]].concat());
    assert_eq!(said_with(&empty, 0), "settings from wirecopy.toml\n");
}

#[test]
fn the_summary_and_the_log_name_the_origin_of_settings() {
    let place = Place::with_settings("min-words = 3\nsummary = \"run.json\"\n");
    let scan = [
        "scan",
        &newsroom(),
        "-o",
        "pairs.csv",
        "--log-format",
        "json",
        "-q",
    ];
    let output = place.run_with(&scan, &[("WIRECOPY_SEED", "2")]);
    let said = said_with(&output, 0);
    let line: Value = serde_json::from_str(said.lines().next().expect("a line")).expect("JSON");
    assert_eq!(line["event"], "settings");
    assert_eq!(line["file"], "wirecopy.toml");
    assert_eq!(line["environment"][0], "WIRECOPY_SEED");
    let summary: Value = serde_json::from_str(&place.read("run.json")).expect("JSON");
    assert_eq!(summary["settings_from"]["file"], "wirecopy.toml");
    assert_eq!(summary["settings_from"]["environment"][0], "WIRECOPY_SEED");

    let place = Place::new();
    place.printed(&[
        "scan",
        &newsroom(),
        "-o",
        "pairs.csv",
        "--summary",
        "run.json",
    ]);
    let summary: Value = serde_json::from_str(&place.read("run.json")).expect("JSON");
    assert_eq!(summary["settings_from"]["file"], Value::Null);
}

#[test]
fn only_a_flag_or_a_named_file_asks_for_an_index() {
    let place = Place::with_settings("# left over\nindex = \"ix\"\n");
    let advice = "an index is used only if --index or a file that --config names asks for it: add \
                  --index DIRECTORY";
    for command in ["scan", "dedup"] {
        let run = [command, &newsroom(), "-o", "out.csv"];
        let said = said_with(&place.run(&run), 2);
        let expected = format!("error: wirecopy.toml:2: {advice} or --config wirecopy.toml,");
        assert!(said.starts_with(&expected), "{command}: {said}");
        let variable = [("WIRECOPY_INDEX", "ix"), ("WIRECOPY_CONFIG", "/dev/null")];
        let said = said_with(&place.run_with(&run, &variable), 2);
        let expected = format!("error: WIRECOPY_INDEX: {advice}, or remove this setting");
        assert!(said.starts_with(&expected), "{command}: {said}");
        // A file that a variable names was not named for this run either.
        let variable = [("WIRECOPY_CONFIG", "wirecopy.toml")];
        said_with(&place.run_with(&run, &variable), 2);
        assert!(!place.has("ix") && !place.has("out.csv"), "{command}");
    }
    let pair = ["explain", "mn-0303-ruling", "tp-0304-ruling", &newsroom()];
    assert!(said_with(&place.run(&pair), 2).contains(advice));

    let scan = ["scan", &newsroom(), "-o", "out.csv"];
    place.printed(&[&scan[..], &["--index", "other"]].concat());
    assert!(place.has("other") && !place.has("ix"));
    place.printed(&[&scan[..], &["--config", "wirecopy.toml"]].concat());
    assert!(place.has("ix"));
}

#[test]
fn settings_of_an_index_wait_for_one() {
    let place = Place::with_settings("keep = \"90d\"\nas-of = 2026-03-11\n");
    let output = place.run(&["dedup", &newsroom(), "-o", "out.jsonl"]);
    let said = said_with(&output, 0);
    let expected = "settings from wirecopy.toml; not used by dedup: keep, as-of\n";
    assert!(said.starts_with(expected), "{said}");
    place.printed(&["dedup", &newsroom(), "-o", "out.jsonl", "--index", "ix"]);
    let info = place.printed(&["index", "info", "ix", "--format", "json"]);
    assert!(info.contains("2026-03-11"), "{info}");
    // A scan that has a use for them misses the index.
    let said = said_with(&place.run(&["scan", &newsroom()]), 2);
    assert!(said.contains("--index <DIRECTORY>"), "{said}");
}

#[test]
fn unknown_variables_are_warned_of() {
    let place = Place::new();
    let set = [
        ("WIRECOPY_TRESHOLD", "0.6"),
        ("WIRECOPY_XYZZY", "1"),
        ("WIRECOPY_SERVICE_HOST", "10.0.0.1"),
        ("WIRECOPY_PORT_80_TCP_ADDR", "10.0.0.1"),
    ];
    let warnings = "warning: WIRECOPY_TRESHOLD is no setting and has no effect; did you mean \
                    WIRECOPY_THRESHOLD?\n\
                    warning: WIRECOPY_XYZZY is no setting and has no effect; the settings are the \
                    long flags of scan --help\n";
    for command in ["scan", "dedup"] {
        let run = [command, &newsroom(), "-o", "out.csv", "-q"];
        assert_eq!(
            said_with(&place.run_with(&run, &set), 0),
            warnings,
            "{command}"
        );
    }
    let run = ["tune", &newsroom(), "-o", "out.json"];
    assert_eq!(said_with(&place.run_with(&run, &set), 0), warnings);
}

#[test]
fn printed_settings_give_the_same_run() {
    let place = Place::with_settings(
        "# nightly\nrelations = [\"near\", \"excerpt\"]\nmin-words = 20\nstrict = true\n",
    );
    let set = [("WIRECOPY_WINDOW", "5d"), ("WIRECOPY_STRICT", "no")];
    for shingle in ["word:4", "char:12"] {
        let flags = [
            "--shingle",
            shingle,
            "--threshold",
            "0.45",
            "--not-site",
            "mirror.example",
            "--seed",
            "9",
            "--clusters",
            "clusters.csv",
            "--as-of",
            "2026-04-01",
            "--index",
            shingle,
            "--members",
            "members.csv",
            "-o",
            "pairs.csv",
        ];
        let newsroom = newsroom();
        let scan = [&["scan", &newsroom], &flags[..]].concat();
        let printed = place.run_with(&[&scan[..], &["--print-config"]].concat(), &set);
        said_with(&printed, 0);
        let printed = String::from_utf8(printed.stdout).expect("UTF-8");
        let values: toml::Table = printed.parse().expect("TOML");
        for key in ["containment", "passage", "long-passage"] {
            assert!(values.contains_key(key), "{key}: {printed}");
        }
        let outputs = || ["pairs.csv", "clusters.csv", "members.csv"].map(|name| place.read(name));

        said_with(&place.run_with(&scan, &set), 0);
        let first = outputs();
        assert!(first[0].lines().count() > 3, "{}", first[0]);
        fs::remove_dir_all(place.0.path().join(shingle)).expect("the index");
        place.put("again.toml", &printed);
        said_with(&place.run(&["scan", "--config", "again.toml"]), 0);
        assert_eq!(first, outputs(), "{printed}");

        // Printed again they are the same, but for their origin.
        let again = place.printed(&["scan", "--config", "again.toml", "--print-config"]);
        let values = |text: &str| text.parse::<toml::Table>().expect("TOML");
        assert_eq!(values(&printed), values(&again));
    }
}

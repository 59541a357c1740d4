//! The examples in `deploy` are valid commands. `scripts/check-deploy` runs them with the tools
//! that they are for.

use std::fs;
use std::process::Command;

use crate::common::program::root;

/// The files with commands in them.
const EXAMPLES: [&str; 4] = [
    "deploy/systemd/wirecopy.service",
    "deploy/cron/wirecopy",
    "deploy/airflow/wirecopy_nightly.py",
    "deploy/container/Containerfile",
];

/// The arguments of every `wirecopy scan` in the text, with a date for the placeholder that a shell
/// or Airflow would fill in.
fn calls(text: &str) -> Vec<Vec<String>> {
    // A continued line may be a comment if the whole command is one.
    let mut joined = text.replace("\\\n#", " ").replace("\\\n", " ");
    for night in ["$$night", "$night", "{{ ds }}"] {
        joined = joined.replace(night, "2026-03-08");
    }
    let after = |line: &str| {
        let (_, call) = line.split_once("wirecopy scan ")?;
        let end = call.find(['\'', '|', '`']).unwrap_or(call.len());
        Some(words(&call[..end]))
    };
    joined
        .lines()
        .filter_map(after)
        .map(with_settings_from_here)
        .collect()
}

/// The words of a command; text in double quotes is one word.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in command.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Replaces the path of the installed settings file by its path in this repository.
fn with_settings_from_here(mut words: Vec<String>) -> Vec<String> {
    for word in &mut words {
        if word == "/etc/wirecopy.toml" {
            "deploy/wirecopy.toml".clone_into(word);
        }
    }
    words
}

fn wirecopy() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    command.current_dir(root()).env_clear();
    command
}

fn read(name: &str) -> String {
    let path = root().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_command_in_the_examples_is_valid() {
    for example in EXAMPLES {
        let calls = calls(&read(example));
        assert_eq!(calls.len(), 1, "{example}: {calls:?}");
        for call in calls {
            let output = wirecopy()
                .arg("scan")
                .args(&call)
                .arg("--print-config")
                .output()
                .expect("the program runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{example}: {call:?}: {said}");
            let settings = String::from_utf8(output.stdout).expect("UTF-8");
            for key in ["inputs", "output", "summary", "metrics", "index", "keep"] {
                let set = settings
                    .lines()
                    .any(|line| line.starts_with(&format!("{key} = ")) && line.ends_with("# flag"));
                assert!(set, "{example} sets no {key}: {settings}");
            }
        }
    }
}

#[test]
fn the_nightly_settings_file_is_valid() {
    let output = wirecopy()
        .args(["scan", "--print-config", "--config", "deploy/wirecopy.toml"])
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(0));
    let settings = String::from_utf8(output.stdout).expect("UTF-8");
    let from_file = settings
        .lines()
        .filter(|line| line.contains("# file deploy/wirecopy.toml line "));
    let keys = read("deploy/wirecopy.toml");
    let keys = keys.lines().filter(|line| line.contains(" = "));
    assert_eq!(from_file.count(), keys.count());
}

#[test]
fn metrics_in_the_alerts_and_the_manual_exist() {
    let at = tempfile::TempDir::new().expect("a directory");
    let metrics = at.path().join("run.prom");
    let output = wirecopy()
        .args(["scan", "data/newsroom.jsonl", "-q", "--metrics"])
        .arg(&metrics)
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(0));
    let metrics = fs::read_to_string(metrics).expect("the metrics");
    let known: Vec<&str> = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    for file in [
        "docs/pipelines.md",
        "deploy/prometheus/wirecopy-alerts.yml",
        "deploy/prometheus/wirecopy-alerts-test.yml",
    ] {
        let text = read(file);
        let named: Vec<&str> = text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| word.starts_with("wirecopy_") && *word != "wirecopy_nightly")
            .collect();
        assert!(!named.is_empty(), "{file}");
        for name in named {
            assert!(known.contains(&name), "{file} names {name}");
        }
    }
    let manual = read("docs/pipelines.md");
    for name in known {
        assert!(manual.contains(name), "docs/pipelines.md leaves out {name}");
    }
}

#[test]
fn the_container_runs_as_a_numeric_user_other_than_root() {
    let text = read("deploy/container/Containerfile");
    let user = text.lines().rfind(|line| line.starts_with("USER "));
    let id = user.and_then(|line| line["USER ".len()..].split(':').next()?.parse::<u32>().ok());
    assert!(id.is_some_and(|id| id >= 1000), "{user:?}");
}

//! Helpers for tests that run the program: paths of shipped data, and what a run printed.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Path of the sample newsroom.
pub fn newsroom() -> String {
    root().join("data/newsroom.jsonl").display().to_string()
}

/// Path of a file with bad input.
pub fn bad(name: &str) -> String {
    root().join("data/bad").join(name).display().to_string()
}

/// Runs a command with `input` on standard input, which it must read unless that is empty.
pub fn piped(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(input).expect("input is read");
    drop(pipe);
    child.wait_with_output().expect("the program ends")
}

/// Standard error of a run.
pub fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// Names of the files in a directory, sorted.
pub fn files_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry.expect("an entry")))
        .collect();
    names.sort();
    names
}

/// The flags in the `--help` of a command, each with its text on one line.
pub fn help_entries(help: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in help.lines() {
        let text = line.trim_start();
        // Wrapped lines of help are indented more than flags, headings less.
        match line.len() - text.len() {
            2..=6 if text.starts_with('-') => entries.push(text.to_owned()),
            7.. => {
                if let Some(entry) = entries.last_mut() {
                    *entry = format!("{entry} {text}");
                }
            }
            _ => {}
        }
    }
    entries
}

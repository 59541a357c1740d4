//! The layers hold: no stage knows a path, a clock, a terminal or an environment; readers and reports do not know each other.

use std::fs;
use std::path::{Path, PathBuf};

/// What only the edges may use.
const WORLD: &[&str] = &[
    "std::fs",
    "std::env",
    "std::time",
    "std::process",
    "std::net",
    "clap",
    "indicatif",
    "tempfile",
    "anyhow",
];

#[test]
fn stages_know_nothing_of_the_world() {
    for (name, code) in sources().iter().filter(|(name, _)| {
        !["cli/", "read/", "index/", "storage/spill.rs", "main.rs"]
            .iter()
            .any(|edge| name.starts_with(edge))
    }) {
        for word in WORLD {
            assert!(
                !mentions(code, word),
                "src/{name} mentions {word}, which only src/cli, src/read, src/index, src/storage/spill.rs and src/main.rs may use"
            );
        }
    }
}

#[test]
fn readers_and_reports_do_not_know_each_other() {
    for (name, code) in sources() {
        for (room, other) in [
            ("report/", "crate::read"),
            ("read/", "crate::report"),
            ("read/", "crate::pipeline"),
        ] {
            assert!(
                !(name.starts_with(room) && mentions(&code, other)),
                "src/{name} mentions {other}"
            );
        }
    }
}

#[test]
fn only_outputs_opens_files_to_write() {
    for (name, code) in sources()
        .iter()
        .filter(|(name, _)| name.starts_with("cli/") && name != "cli/outputs.rs")
    {
        for word in [
            "File::create",
            "OpenOptions",
            "fs::write",
            "fs::rename",
            "NamedTempFile",
        ] {
            assert!(
                !mentions(code, word),
                "src/{name} mentions {word}; only src/cli/outputs.rs opens files to write"
            );
        }
    }
}

#[test]
fn a_word_is_found_in_code_and_not_in_comments_or_longer_words() {
    assert!(mentions("use std::fs;", "std::fs"));
    assert!(mentions("use std::{fs, io};", "std::fs"));
    assert!(mentions("use std::{\n    env,\n    io,\n};", "std::env"));
    assert!(!mentions("// use std::fs;\n/// std::env", "std::fs"));
    assert!(!mentions("use anyhow_like;", "anyhow"));
    assert!(!mentions("use std::{io, fmt};", "std::fs"));
}

/// Whether the code, comments aside, names the path, also in a braced import.
fn mentions(code: &str, path: &str) -> bool {
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let whole = |text: &str, word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
            outside(text[..at].chars().next_back())
                && outside(text[at + word.len()..].chars().next())
        })
    };
    let in_braces = |(module, name): (&str, &str)| {
        let start = format!("{module}::{{");
        code.match_indices(&start).any(|(at, _)| {
            let inside = &code[at + start.len()..];
            whole(&inside[..inside.find(';').unwrap_or(inside.len())], name)
        })
    };
    whole(&code, path) || path.rsplit_once("::").is_some_and(in_braces)
}

/// Every source file: its path under `src`, and its text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 20, "the sources are found");
    let named = |path: &PathBuf| {
        let name = path
            .strip_prefix(&root)
            .expect("under src")
            .display()
            .to_string();
        (name, fs::read_to_string(path).expect("a source file"))
    };
    files.iter().map(named).collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

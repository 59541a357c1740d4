//! Bad inputs, in tables: what each one gets.
//!
//! The tables stand in `tests/suite/bad_inputs`. A case makes one file, runs `wirecopy scan` on it
//! and names the exit status, the number of documents and rejects, and what is said. With
//! `BAD_INPUTS=part-of-a-name` only some cases run, and what they say is shown.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::common::program::{root, said};
use super::containers::{arrow, bzip2, encoded, gzip, lines, parquet, scan, table, xz, zip};

/// Cases that the tables hold at least.
const LEAST: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    cases: Vec<Case>,
}

/// One bad input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Name of the file.
    file: String,
    /// Content, before the steps.
    #[serde(default)]
    text: String,
    /// Content in Base64, instead of a text.
    base64: Option<String>,
    /// Content of good articles in a format, instead of a text.
    seed: Option<String>,
    /// Text before the content, which is repeated, and after it.
    #[serde(default)]
    before: String,
    #[serde(default)]
    after: String,
    repeat: Option<usize>,
    /// Changes to the bytes, such as `gzip`, `cut 50%`, `encode utf-16le`.
    #[serde(default)]
    steps: Vec<String>,
    /// Further files, each with its content.
    #[serde(default)]
    also: Vec<(String, String)>,
    /// Names on the command line instead of the file's.
    input: Option<Vec<String>>,
    #[serde(default)]
    flags: Vec<String>,
    status: i32,
    /// Documents and rejects, if the run is done.
    documents: Option<u64>,
    rejects: Option<u64>,
    /// Parts of what is said.
    #[serde(default)]
    says: Vec<String>,
}

impl Case {
    /// The content of the file.
    fn bytes(&self) -> Vec<u8> {
        let content = match (&self.base64, &self.seed) {
            (Some(encoded), _) => BASE64_STANDARD.decode(encoded).unwrap(),
            (None, Some(seed)) => seed_of(seed),
            (None, None) => self.text.clone().into_bytes(),
        };
        let repeated = content.repeat(self.repeat.unwrap_or(1));
        let mut bytes = [self.before.as_bytes(), &repeated, self.after.as_bytes()].concat();
        for step in &self.steps {
            bytes = changed(bytes, step);
        }
        bytes
    }

    /// Runs the case and returns what went another way than it says.
    fn failures(&self, shown: bool) -> String {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let bytes = self.bytes();
        write(at, &self.file, &bytes);
        for (name, text) in &self.also {
            write(at, name, text.as_bytes());
        }
        let own = vec![self.file.clone()];
        let mut arguments: Vec<&str> = Vec::new();
        arguments.extend(
            self.input
                .as_ref()
                .unwrap_or(&own)
                .iter()
                .map(String::as_str),
        );
        arguments.extend(self.flags.iter().map(String::as_str));
        arguments.extend(["-o", "out.csv", "--summary", "out.json", "--threads", "1"]);
        let stdin = arguments.contains(&"-").then_some(&bytes[..]);
        let output = scan(at, &arguments, stdin);
        let said = said(&output);
        let summary = fs::read(at.join("out.json")).unwrap_or_default();
        let summary: Value = serde_json::from_slice(&summary).unwrap_or_default();
        let mut failures = String::new();
        let status = output.status.code();
        if status != Some(self.status) {
            let _ = writeln!(failures, "  status {status:?}, not {}", self.status);
        }
        for (what, expected) in [("documents", self.documents), ("rejected", self.rejects)] {
            let found = summary["read"][what].as_u64();
            if expected.is_some() && found != expected {
                let _ = writeln!(failures, "  {what}: {found:?}, not {expected:?}");
            }
        }
        for piece in self.says.iter().filter(|piece| !said.contains(*piece)) {
            let _ = writeln!(failures, "  does not say: {piece}");
        }
        if said.contains("panicked") {
            failures.push_str("  panics\n");
        }
        if shown || !failures.is_empty() {
            let read = &summary["read"];
            let counts = (read["documents"].as_u64(), read["rejected"].as_u64());
            let said = said.replace('\n', "\n    | ");
            return format!(
                "{}: {status:?} {counts:?}\n{failures}    | {said}\n",
                self.name
            );
        }
        failures
    }
}

fn write(directory: &Path, name: &str, bytes: &[u8]) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Six good articles in a format.
fn seed_of(name: &str) -> Vec<u8> {
    match name {
        "lines" => lines().into_bytes(),
        "table" => table(b',', false).into_bytes(),
        "parquet" => parquet(),
        "arrow" => arrow(false),
        "arrow-stream" => arrow(true),
        "xlsx" => workbook(&[
            ["id", "text"],
            ["a", "the mill turns"],
            ["b", "the mill stands"],
        ]),
        "xlsx-without-text" => workbook(&[["id", "price"], ["a", "3"], ["b", "4"]]),
        "xlsx-empty" => workbook(&[]),
        other => panic!("no seed {other}"),
    }
}

/// A workbook with one sheet.
fn workbook(rows: &[[&str; 2]]) -> Vec<u8> {
    let mut cells = String::new();
    for (n, row) in rows.iter().enumerate() {
        let _ = write!(cells, "<row r=\"{}\">", n + 1);
        for (column, cell) in ["A", "B"].iter().zip(row) {
            let _ = write!(
                cells,
                "<c r=\"{column}{}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>",
                n + 1
            );
        }
        cells.push_str("</row>");
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"one\" \
         sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let relations = format!(
        "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" \
         Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let root = format!(
        "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" \
         Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{cells}</sheetData></worksheet>");
    let types = format!("<Types xmlns=\"{package}/content-types\"/>");
    zip(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// The bytes after a step.
fn changed(mut bytes: Vec<u8>, step: &str) -> Vec<u8> {
    let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
    let place = |rest: &str| match rest.strip_suffix('%') {
        Some(percent) => bytes.len() * percent.parse::<usize>().unwrap() / 100,
        None => rest.parse().unwrap(),
    };
    match verb {
        "gzip" => gzip(&bytes),
        "zstd" => zstd::encode_all(&bytes[..], 1).unwrap(),
        "bzip2" => bzip2(&bytes),
        "xz" => xz(&bytes),
        "zip" => zip(&[(rest, &bytes)]),
        "encode" => encoded(&String::from_utf8(bytes).unwrap(), rest),
        "cut" => {
            let end = place(rest);
            bytes.truncate(end);
            bytes
        }
        "cut-end" => {
            bytes.truncate(bytes.len() - rest.parse::<usize>().unwrap());
            bytes
        }
        "flip" => {
            let at = place(rest);
            bytes[at] ^= 0x55;
            bytes
        }
        "zero-end" => {
            let start = bytes.len() - rest.parse::<usize>().unwrap();
            bytes[start..].fill(0);
            bytes
        }
        // Bytes in hexadecimal figures.
        "append" | "prepend" => {
            let figures: Vec<u8> = (0..rest.len() / 2)
                .map(|n| u8::from_str_radix(&rest[2 * n..2 * n + 2], 16).unwrap())
                .collect();
            match verb {
                "append" => [bytes, figures].concat(),
                _ => [figures, bytes].concat(),
            }
        }
        other => panic!("no step {other}"),
    }
}

#[test]
fn every_bad_input_gets_what_its_case_says() {
    let only = std::env::var("BAD_INPUTS").ok();
    let directory = root().join("tests/suite/bad_inputs");
    let mut cases: Vec<Case> = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        cases.extend(toml::from_str::<Table>(&text).unwrap().cases);
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    for pair in cases.windows(2) {
        assert_ne!(
            pair[0].name, pair[1].name,
            "each case has a name of its own"
        );
    }
    assert!(cases.len() >= LEAST, "{} cases", cases.len());
    let failures: String = cases
        .par_iter()
        .filter(|case| only.as_ref().is_none_or(|part| case.name.contains(part)))
        .map(|case| case.failures(only.is_some()))
        .collect();
    assert!(failures.is_empty(), "\n{failures}");
}

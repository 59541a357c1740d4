//! One corpus in every container, compression and encoding gives the same pairs.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use serde_json::{Value, json};

use super::common::program::said;

const FIELDS: [&str; 5] = ["id", "url", "published", "title", "text"];

/// Articles with quotes, separators, line ends and letters of western Europe.
fn corpus() -> Vec<[String; 5]> {
    let sentences = [
        "The harbour café on Mole Street reopened after \"eleven weeks\" of repairs; regulars came.",
        "Señora Ibáñez, who runs it, said the roof had leaked since spring, and the till had rusted.",
        "A surveyor found the beams sound | the plaster was not, and the bill came to 4,100 crowns.",
        "Her brother plastered the ceiling by night; the council lent him two lamps and a ladder.",
        "On Saturday the first pot of coffee went to the postman, who had asked every single day.",
    ];
    let mut articles = Vec::new();
    for (n, site) in ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot"]
        .into_iter()
        .enumerate()
    {
        let own = format!("Our {site} desk adds that the street will be swept {n} times a week.");
        let mut text: Vec<&str> = sentences.to_vec();
        text.rotate_left(n % 3);
        text.push(&own);
        articles.push([
            format!("{site}-{n}"),
            format!("https://www.{site}.example/2026/03/0{}/cafe", n + 1),
            format!("2026-03-0{}T0{n}:30:00Z", n + 1),
            format!("The café reopens, part {n}"),
            text.join("\n\n"),
        ]);
    }
    articles
}

fn objects() -> Vec<Value> {
    let object = |article: [String; 5]| {
        let fields = FIELDS.iter().zip(article);
        Value::Object(
            fields
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect(),
        )
    };
    corpus().into_iter().map(object).collect()
}

pub(super) fn lines() -> String {
    objects()
        .iter()
        .map(|object| format!("{object}\n"))
        .collect()
}

/// The corpus as a table.
pub(super) fn table(delimiter: u8, always_quoted: bool) -> String {
    let style = match always_quoted {
        true => csv::QuoteStyle::Always,
        false => csv::QuoteStyle::Necessary,
    };
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .quote_style(style)
        .from_writer(Vec::new());
    writer.write_record(FIELDS).unwrap();
    for article in corpus() {
        writer.write_record(&article).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// The corpus as a table whose quotes are escaped by backslashes.
fn backslash_table() -> String {
    let cell = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let row = |article: &[String; 5]| article.iter().map(cell).collect::<Vec<_>>().join(",");
    let rows: Vec<String> = corpus().iter().map(row).collect();
    format!("{}\n{}\n", FIELDS.join(","), rows.join("\n"))
}

fn batch() -> RecordBatch {
    let corpus = corpus();
    let column = |at: usize| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(
            corpus.iter().map(|article| &article[at]),
        ))
    };
    RecordBatch::try_from_iter(
        FIELDS
            .iter()
            .enumerate()
            .map(|(at, name)| (*name, column(at))),
    )
    .unwrap()
}

pub(super) fn parquet() -> Vec<u8> {
    let mut bytes = Vec::new();
    let batch = batch();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

pub(super) fn arrow(stream: bool) -> Vec<u8> {
    let batch = batch();
    let mut bytes = Vec::new();
    if stream {
        let mut writer =
            arrow_ipc::writer::StreamWriter::try_new(&mut bytes, &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    } else {
        let mut writer =
            arrow_ipc::writer::FileWriter::try_new(&mut bytes, &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    }
    bytes
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::DEFLATE);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(super) fn encoded(text: &str, label: &str) -> Vec<u8> {
    let encoding = Encoding::for_label(label.as_bytes()).unwrap();
    let units = || text.encode_utf16();
    match () {
        () if encoding == UTF_16LE => units().flat_map(u16::to_le_bytes).collect(),
        () if encoding == UTF_16BE => units().flat_map(u16::to_be_bytes).collect(),
        () => encoding.encode(text).0.into_owned(),
    }
}

/// The corpus in every form, with the name of a file of each.
pub(super) fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let objects = objects();
    let indented: String = objects
        .iter()
        .map(|object| format!("{object:#}\n"))
        .collect();
    let by_id: serde_json::Map<String, Value> = objects
        .iter()
        .map(|object| (format!("key-{}", object["id"]), object.clone()))
        .collect();
    let csv = table(b',', false);
    let lines = lines();
    let mark = |text: &str| format!("\u{feff}{text}");
    vec![
        ("array.json", json!(objects).to_string().into_bytes()),
        (
            "indented-array.json",
            format!("{:#}", json!(objects)).into_bytes(),
        ),
        (
            "array-in.jsonl",
            format!("{:#}", json!(objects)).into_bytes(),
        ),
        (
            "wrapper.json",
            json!({"status": "ok", "totalResults": 6, "articles": objects})
                .to_string()
                .into(),
        ),
        (
            "deep-wrapper.json",
            format!(
                "{:#}",
                json!({"response": {"n": 6, "docs": objects}, "time": 3})
            )
            .into(),
        ),
        ("objects.json", indented.into_bytes()),
        ("by-id.json", json!(by_id).to_string().into_bytes()),
        (
            "by-id-indented.json",
            format!("{:#}", json!(by_id)).into_bytes(),
        ),
        ("marked.jsonl", mark(&lines).into_bytes()),
        ("crlf.jsonl", lines.replace('\n', "\r\n").into_bytes()),
        ("lines.csv", lines.clone().into_bytes()),
        ("no-ending", csv.clone().into_bytes()),
        ("comma.csv", csv.clone().into_bytes()),
        ("quoted.csv", table(b',', true).into_bytes()),
        ("semicolon.csv", table(b';', false).into_bytes()),
        ("bar.csv", table(b'|', false).into_bytes()),
        (
            "declared.csv",
            format!("sep=;\n{}", table(b';', true)).into_bytes(),
        ),
        ("tabs.csv", table(b'\t', false).into_bytes()),
        ("tabs.tsv", table(b'\t', false).into_bytes()),
        ("backslash.csv", backslash_table().into_bytes()),
        ("marked.csv", mark(&csv).into_bytes()),
        ("windows-1252.csv", encoded(&csv, "windows-1252")),
        ("utf-16le.csv", encoded(&mark(&csv), "utf-16le")),
        ("utf-16be.csv", encoded(&mark(&csv), "utf-16be")),
        ("utf-16-unmarked.jsonl", encoded(&lines, "utf-16le")),
        ("lines.jsonl.gz", gzip(lines.as_bytes())),
        (
            "lines.jsonl.zst",
            zstd::encode_all(lines.as_bytes(), 1).unwrap(),
        ),
        ("lines.jsonl.bz2", bzip2(lines.as_bytes())),
        ("lines.jsonl.xz", xz(lines.as_bytes())),
        ("misnamed.jsonl", gzip(csv.as_bytes())),
        ("utf-16.csv.gz", gzip(&encoded(&mark(&csv), "utf-16le"))),
        (
            "articles.zip",
            zip(&[("inner/lines.jsonl", lines.as_bytes())]),
        ),
        (
            "nested.zip",
            zip(&[("lines.jsonl.gz", &gzip(lines.as_bytes()))]),
        ),
        ("columns.parquet", parquet()),
        ("columns.parquet.gz", gzip(&parquet())),
        ("columns.arrow", arrow(false)),
        ("columns.arrows", arrow(true)),
        ("columns.feather", arrow(false)),
    ]
}

pub(super) fn scan(directory: &Path, arguments: &[&str], input: Option<&[u8]>) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
        .arg("scan")
        .args(arguments)
        .current_dir(directory)
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(input).unwrap();
    }
    child.wait_with_output().unwrap()
}

#[test]
fn every_container_gives_the_same_pairs() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::write(root.join("plain.jsonl"), lines()).unwrap();
    let plain = scan(root, &["plain.jsonl", "-q"], None);
    assert!(plain.status.success(), "{}", said(&plain));
    let pairs = String::from_utf8(plain.stdout).unwrap();
    assert_eq!(pairs.lines().count(), 1 + 15, "{pairs}");
    for (name, bytes) in forms() {
        fs::write(root.join(name), &bytes).unwrap();
        let output = scan(root, &[name, "-q"], None);
        let found = String::from_utf8_lossy(&output.stdout);
        assert_eq!(found, pairs, "{name}: {}", said(&output));
        if name.ends_with(".zip") || name == "no-ending" {
            continue;
        }
        let output = scan(root, &["-", "-q"], Some(&bytes));
        let found = String::from_utf8_lossy(&output.stdout);
        assert_eq!(found, pairs, "{name} on standard input: {}", said(&output));
    }
}

#[test]
fn a_directory_of_mixed_files_is_read_and_what_is_left_out_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::create_dir(root.join("in")).unwrap();
    let mut parts = corpus().into_iter();
    let mut next = || {
        let article = parts.next().unwrap();
        FIELDS
            .iter()
            .zip(article)
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect::<serde_json::Map<_, _>>()
    };
    for (name, content) in [
        ("a.json", json!([next(), next()]).to_string()),
        ("b.jsonl", json!(next()).to_string()),
        ("c.json", format!("{:#}", json!(next()))),
        ("notes.pdf", "%PDF-1.7".to_owned()),
        ("photo", "\u{89}PNG not text".to_owned()),
    ] {
        fs::write(root.join("in").join(name), content).unwrap();
    }
    let member = [(
        "two.jsonl",
        format!("{}\n{}\n", json!(next()), json!(next())),
    )];
    let member = [(member[0].0, member[0].1.as_bytes())];
    fs::write(root.join("in/two.zip"), zip(&member)).unwrap();
    let output = scan(
        root,
        &["in", "-o", "pairs.csv", "--summary", "summary.json"],
        None,
    );
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("6 documents from 6 sites"), "{said}");
    assert!(
        said.contains("left out: in/notes.pdf (a PDF document), in/photo"),
        "{said}"
    );
    let summary: Value =
        serde_json::from_slice(&fs::read(root.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["skipped"]["files"]["unknown_ending"], 2);
    assert_eq!(
        summary["skipped"]["files"]["left_out"][0],
        json!({"file": "in/notes.pdf", "reason": "a PDF document"})
    );
}

#[test]
fn patterns_name_many_files() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::create_dir_all(root.join("2026-03/x")).unwrap();
    fs::create_dir_all(root.join("2026-04")).unwrap();
    let objects = objects();
    for (n, path) in ["2026-03/a.jsonl", "2026-03/x/b.jsonl", "2026-04/c.jsonl"]
        .into_iter()
        .enumerate()
    {
        fs::write(root.join(path), objects[n].to_string()).unwrap();
    }
    for (pattern, documents) in [("2026-*/*.jsonl", 2), ("**/*.jsonl", 3), ("2026-0[3]/*", 2)] {
        let output = scan(root, &[pattern, "-o", "pairs.csv"], None);
        let said = said(&output);
        assert!(
            said.contains(&format!("{documents} documents")),
            "{pattern}: {said}"
        );
    }
    let output = scan(root, &["2027-*"], None);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no file matches the pattern"));
}

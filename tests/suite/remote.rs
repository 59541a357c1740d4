//! Inputs of web servers: the same result as from files, and clear errors.
//!
//! `scripts/test-remote` reads from servers that speak the protocols of object stores.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use serde_json::Value;

use super::common::program::said;
use super::common::web_server::{Reply, Request, WebServer};
use super::containers::{forms, gzip, lines, scan, zip};

/// More than the bytes that show what an input is.
const PADDING: usize = 700_000;

/// Letters that do not compress well.
fn noise(length: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut text = String::with_capacity(length + 16);
    while text.len() < length {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        write!(text, "{:x}", state >> 20).unwrap();
    }
    text
}

/// The corpus of six articles with a long field that is not read.
fn padded() -> String {
    let noise = noise(PADDING);
    let padding = |(n, line): (usize, &str)| {
        let mut object: Value = serde_json::from_str(line).unwrap();
        object["padding"] = Value::from(&noise[n..]);
        format!("{object}\n")
    };
    lines().lines().enumerate().map(padding).collect()
}

/// The same as a Parquet file of two row groups.
fn padded_parquet() -> Vec<u8> {
    let objects: Vec<Value> = padded()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names = ["id", "url", "padding", "published", "title", "text"];
    let columns = names.map(|name| {
        let values = objects.iter().map(|object| object[name].as_str().unwrap());
        let column: ArrayRef = Arc::new(StringArray::from_iter_values(values));
        (name, column)
    });
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_max_row_group_row_count(Some(4))
        .set_dictionary_enabled(false)
        .build();
    let mut bytes = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// The pairs of the corpus.
fn pairs(root: &Path) -> String {
    fs::write(root.join("plain.jsonl"), lines()).unwrap();
    let plain = scan(root, &["plain.jsonl", "-q"], None);
    assert!(plain.status.success(), "{}", said(&plain));
    String::from_utf8(plain.stdout).unwrap()
}

/// Scans one url that a server answers as it is told.
fn scanned(
    path: &str,
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (Output, String) {
    let directory = tempfile::tempdir().unwrap();
    let server = WebServer::start(answer);
    let output = scan(directory.path(), &[&server.url(path), "-q"], None);
    (output, pairs(directory.path()))
}

/// Fails unless the scan gave the pairs of the corpus.
fn assert_same((output, pairs): (Output, String), what: &str) {
    assert!(output.status.success(), "{what}: {}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), pairs, "{what}");
}

/// Fails unless the scan failed and said so.
fn assert_fails((output, _): (Output, String), expected: &[&str]) {
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(output.stdout.is_empty());
    for part in expected {
        assert!(said(&output).contains(part), "{part}: {}", said(&output));
    }
}

#[test]
fn every_container_gives_the_same_pairs_from_a_server() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let pairs = pairs(root);
    let forms = forms();
    let names: Vec<&str> = forms.iter().map(|(name, _)| *name).collect();
    let server = WebServer::start(move |request| {
        let name = request.path.trim_start_matches('/');
        match forms.iter().find(|(known, _)| *known == name) {
            Some((_, bytes)) => Reply::file(bytes, request, "one"),
            None => Reply::status(404),
        }
    });
    for name in names {
        let output = scan(root, &[&server.url(&format!("/{name}")), "-q"], None);
        let found = String::from_utf8_lossy(&output.stdout);
        assert_eq!(found, pairs, "{name}: {}", said(&output));
    }
}

#[test]
fn long_objects_give_the_same_pairs_with_and_without_ranges() {
    let padded = padded();
    let packed = gzip(padded.as_bytes());
    let archive = zip(&[("inner.jsonl", padded.as_bytes())]);
    for (name, bytes) in [
        ("/a.jsonl", padded.into_bytes()),
        ("/a.jsonl.gz", packed),
        ("/a.zip", archive),
        ("/a.parquet", padded_parquet()),
    ] {
        assert!(bytes.len() > PADDING, "{name}");
        let copy = bytes.clone();
        let ranged = scanned(name, move |request| Reply::file(&copy, request, "one"));
        assert_same(ranged, name);
        let whole = scanned(name, move |_| Reply::whole_file(&bytes, "one"));
        assert_same(whole, &format!("{name} without ranges"));
    }
}

#[test]
fn only_the_columns_that_are_read_are_fetched() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = padded_parquet();
    let size = bytes.len() as u64;
    let server = WebServer::start(move |request| Reply::file(&bytes, request, "one"));
    let output = scan(directory.path(), &[&server.url("/a.parquet"), "-q"], None);
    assert!(output.status.success(), "{}", said(&output));
    assert!(server.sent() < size / 3, "{} of {size}", server.sent());
}

#[test]
fn a_body_of_unknown_length_is_read() {
    let padded = padded();
    let answer = move |_: &Request| Reply {
        chunked: true,
        ..Reply::whole_file(padded.as_bytes(), "one")
    };
    assert_same(scanned("/a.jsonl", answer), "in chunks");
}

#[test]
fn a_download_that_breaks_is_resumed_where_it_broke() {
    let padded = padded();
    let answer = move |request: &Request| Reply {
        cut: (request.before < 4).then_some(300_000),
        ..Reply::file(padded.as_bytes(), request, "one")
    };
    assert_same(scanned("/a.jsonl", answer), "cut");
}

#[test]
fn a_download_that_breaks_for_good_is_an_unknown_loss() {
    for name in ["/a.jsonl", "/a.jsonl.gz"] {
        let padded = padded();
        let bytes = match name {
            "/a.jsonl" => padded.into_bytes(),
            _ => gzip(padded.as_bytes()),
        };
        // No tag: nothing would prove that the rest is of the same file.
        let answer = move |request: &Request| Reply {
            headers: Vec::new(),
            cut: (request.before > 0).then_some(600_000),
            ..Reply::whole_file(&bytes, "one")
        };
        assert_fails(scanned(name, answer), &["breaks off at byte", "run again"]);
    }
}

#[test]
fn an_object_that_is_replaced_while_it_is_read_is_an_unknown_loss() {
    let padded = padded();
    let answer = move |request: &Request| {
        let tag = if request.before == 0 { "one" } else { "two" };
        Reply::file(padded.as_bytes(), request, tag)
    };
    assert_fails(
        scanned("/a.jsonl", answer),
        &["was replaced while it was read"],
    );
    let bytes = padded_parquet();
    let answer = move |request: &Request| {
        let tag = if request.before < 2 { "one" } else { "two" };
        Reply::file(&bytes, request, tag)
    };
    assert_fails(
        scanned("/a.parquet", answer),
        &["was replaced while it was read"],
    );
}

#[test]
fn failures_of_a_server_are_said() {
    let corpus = lines();
    let passing = move |request: &Request| match request.before {
        0 => Reply::status(500),
        1 => Reply::status(503),
        _ => Reply::file(corpus.as_bytes(), request, "one"),
    };
    assert_same(scanned("/a.jsonl", passing), "after two failures");
    let denied = scanned("/a.jsonl?signature=secret77", |_| Reply::status(403));
    assert!(!said(&denied.0).contains("secret77"), "{}", said(&denied.0));
    assert_fails(
        denied,
        &["/a.jsonl?...", "access is denied (403 Forbidden, sorry)"],
    );
    let missing = scanned("/a.jsonl", |_| Reply::status(404));
    assert_fails(missing, &["there is no such object (404 Not Found"]);
    let refused = scanned("/a.jsonl", |_| Reply::status(410));
    assert_fails(refused, &["the server answers 410"]);
}

#[test]
fn a_redirection_is_followed() {
    let corpus = lines();
    let answer = move |request: &Request| match request.path.as_str() {
        "/old.jsonl" => Reply {
            headers: vec![("location", "/new.jsonl?x=1".to_owned())],
            ..Reply::status(302)
        },
        _ => Reply::file(corpus.as_bytes(), request, "one"),
    };
    assert_same(scanned("/old.jsonl", answer), "redirected");
}

#[test]
fn user_and_password_are_sent_and_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let pairs = pairs(root);
    let corpus = format!("{}not json\n", lines());
    let server = WebServer::start(move |request| match request.authorization.as_deref() {
        Some("Basic YW5uOnB3IGh1c2g=") => Reply::file(corpus.as_bytes(), request, "one"),
        _ => Reply::status(401),
    });
    let url = server.url_of_user("ann:pw%20hush", "/a.jsonl?part=1");
    let arguments = [
        &url,
        "--rejects",
        "rejects.csv",
        "--summary",
        "summary.json",
    ];
    let output = scan(root, &arguments, None);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), pairs);
    let shown = server.url("/a.jsonl?...");
    for file in ["rejects.csv", "summary.json"] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        assert!(!text.contains("hush"), "{file}: {text}");
    }
    assert!(
        fs::read_to_string(root.join("rejects.csv"))
            .unwrap()
            .contains(&shown)
    );
    assert!(!said(&output).contains("hush"), "{}", said(&output));
    let without = scan(root, &[&server.url("/a.jsonl"), "-q"], None);
    assert!(
        said(&without).contains("access is denied (401"),
        "{}",
        said(&without)
    );
}

#[test]
fn plain_http_must_be_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let output = scan(directory.path(), &["http://news.example/a.jsonl"], None);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("pass --allow-http"),
        "{}",
        said(&output)
    );
}

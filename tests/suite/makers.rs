//! Records in the shapes in which other programs write them, and the documents that they give.
//!
//! `makers` has a `.jsonl` or `.csv` file for each maker, with invented words. The `.json` file beside
//! it lists the documents that it gives; a field that is not listed is empty. `passed_over` is a
//! value that is not taken for the site.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::{fs, io};

use serde_json::{Map, Value};
use wirecopy::document::{Corpus, CountedValues, Document, Precision, Published};
use wirecopy::read::{FieldNames, Inputs, ReadSettings, SourceFormat};

/// Reads records with the usual names.
fn read(bytes: Vec<u8>, format: SourceFormat) -> (Vec<Map<String, Value>>, CountedValues) {
    read_with(bytes, format, FieldNames::default())
}

fn read_with(
    bytes: Vec<u8>,
    format: SourceFormat,
    fields: FieldNames,
) -> (Vec<Map<String, Value>>, CountedValues) {
    let settings = ReadSettings {
        fields,
        ..ReadSettings::default()
    };
    let inputs = Inputs::of_reader("x", format, io::Cursor::new(bytes), settings);
    let mut documents = Vec::new();
    let mut passed_over = CountedValues::default();
    for block in inputs.blocks(0) {
        let tally = inputs.parse(block.expect("a block"), &mut |record| {
            documents.push(fields_of(&record.document));
        });
        assert_eq!(tally.rejects, []);
        passed_over.append(tally.sites_passed_over);
    }
    (documents, passed_over)
}

/// The fields that a document has.
fn fields_of(document: &Document<'_>) -> Map<String, Value> {
    let text = |value: &Option<std::borrow::Cow<'_, str>>| value.as_ref().map(|v| v.to_string());
    let fields = [
        ("id", text(&document.id)),
        ("text", Some(document.text.to_string())),
        ("url", text(&document.url)),
        ("site", text(&document.site)),
        ("published", document.published.map(shown)),
        ("title", text(&document.title)),
        ("author", text(&document.author)),
        ("canonical", text(&document.canonical)),
        ("crawled", document.crawled.map(shown)),
    ];
    let given = fields.into_iter();
    given
        .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))))
        .collect()
}

fn shown(published: Published) -> String {
    let moment = jiff::Timestamp::from_second(published.seconds).expect("a year of four digits");
    match published.precision {
        Precision::Day => moment.strftime("%Y-%m-%d").to_string(),
        Precision::Midnight => format!("{moment} (midnight)"),
        Precision::Local => moment.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        Precision::Second => moment.to_string(),
    }
}

/// Compares the documents of one maker's file with those that are expected.
fn check(path: &Path) {
    let maker = path.file_stem().unwrap_or_default().to_string_lossy();
    let file = fs::read(path).expect("a file of a maker");
    let case: Value = serde_json::from_slice(&file).unwrap_or_else(|why| panic!("{maker}: {why}"));
    let (bytes, format) = match fs::read(path.with_extension("csv")) {
        Ok(table) => (table, SourceFormat::Csv),
        Err(_) => {
            let lines = fs::read(path.with_extension("jsonl")).expect("the records of a maker");
            (lines, SourceFormat::Jsonl)
        }
    };
    let (documents, passed_over) = read(bytes, format);
    let mut expected = case["documents"].as_array().cloned().unwrap_or_default();
    let mut not_taken = CountedValues::default();
    for document in &mut expected {
        let fields = document.as_object_mut().expect("an object");
        if let Some(value) = fields.remove("passed_over") {
            not_taken.add(value.as_str().unwrap_or_default());
        }
    }
    let documents: Vec<Value> = documents.into_iter().map(Value::Object).collect();
    assert_eq!(documents, expected, "{maker}");
    assert_eq!(passed_over, not_taken, "{maker}");
}

#[test]
fn records_of_each_maker_give_their_documents() {
    let mut makers = 0;
    let makers_directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/makers");
    for entry in fs::read_dir(makers_directory).expect("the makers") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "json") {
            check(&path);
            makers += 1;
        }
    }
    assert!(makers > 20, "{makers} makers");
}

#[test]
fn names_of_the_user_are_paths_and_their_values_count() {
    let one = |name: &str| vec![name.to_owned()];
    let chosen = FieldNames {
        text: one("story.words"),
        site: one("desk"),
        url: one("at"),
        ..FieldNames::default()
    };
    let lines = [
        r#"{"story":{"words":"Nested."},"text":"Not this.","desk":"Sea","at":"p 1","url":"u"}"#,
        r#"{"Story.Words":"Flat.","story":{"words":"Nested."},"site":"coast.example"}"#,
        r#"{"story":[{"n":1},{"words":"In a list."},{"words":"Later."}],"at":"https://a.example/1"}"#,
        r#"{"doc":{"story":{"words":["In a wrapper."]}},"desk":"None","at":"https://a.example/1"}"#,
    ];
    let read = read_with(lines.join("\n").into_bytes(), SourceFormat::Jsonl, chosen);
    let expected = serde_json::json!([
        {"text": "Nested.", "site": "sea", "url": "p 1"},
        {"text": "Flat."},
        {"text": "In a list.", "site": "a.example", "url": "https://a.example/1"},
        {"text": "In a wrapper.", "site": "a.example", "url": "https://a.example/1"},
    ]);
    let documents: Vec<Value> = read.0.into_iter().map(Value::Object).collect();
    assert_eq!(Value::Array(documents), expected);
    assert_eq!(read.1, CountedValues::default());
}

#[test]
fn a_value_that_cannot_be_what_the_field_needs_gives_way() {
    for (line, field, value) in [
        // A date that tells the time of the same day wins; one of another day does not.
        (
            r#"{"date":"2026-03-04","timestamp":"2026-03-04T23:30:00-09:00"}"#,
            "published",
            Some("2026-03-05T08:30:00Z"),
        ),
        (
            r#"{"date":"2026-03-04","timestamp":"2026-03-09T08:00:00Z"}"#,
            "published",
            Some("2026-03-04"),
        ),
        (
            r#"{"date":"soon","timestamp":"2026-03-04"}"#,
            "published",
            Some("2026-03-04"),
        ),
        // What a name promises of a site.
        (r#"{"domain":"sea"}"#, "site", None),
        (
            r#"{"domain":"coast.example"}"#,
            "site",
            Some("coast.example"),
        ),
        (
            r#"{"outlet":"The Coast","url":"https://a.example/1"}"#,
            "site",
            Some("the coast"),
        ),
        (r#"{"source":"The Coast"}"#, "site", Some("the coast")),
        (
            r#"{"source":"The Coast","url":"https://a.example/1"}"#,
            "site",
            Some("a.example"),
        ),
        (
            r#"{"source":"The Coast","url":"https://www.pressreader.com/1"}"#,
            "site",
            Some("the coast"),
        ),
        // Addresses.
        (
            r#"{"source":"https://a.example/1"}"#,
            "url",
            Some("https://a.example/1"),
        ),
        (r#"{"source":"https://a.example/"}"#, "url", None),
        (
            r#"{"url":"seven","link":"https://a.example/1"}"#,
            "url",
            Some("https://a.example/1"),
        ),
        (r#"{"url":"seven"}"#, "url", Some("seven")),
        (r#"{"url":"[Removed]"}"#, "url", None),
        // Wrappers within wrappers, three deep.
        (
            r#"{"doc":{"item":{"data":{"title":"T"}}}}"#,
            "title",
            Some("T"),
        ),
        (
            r#"{"doc":{"item":{"data":{"meta":{"title":"T"}}}}}"#,
            "title",
            None,
        ),
        (
            r#"{"doc":{"title":"inner"},"title":"outer"}"#,
            "title",
            Some("outer"),
        ),
        (
            r#"{"doc":{"title":"inner"},"title":null}"#,
            "title",
            Some("inner"),
        ),
        (r#"{"source":{"title":"no title"}}"#, "title", None),
    ] {
        let line = line.replacen('{', r#"{"text":"Words.","#, 1);
        let (documents, _) = read(line.clone().into_bytes(), SourceFormat::Jsonl);
        let found = documents[0].get(field).and_then(Value::as_str);
        assert_eq!(found, value, "{line}");
    }
}

#[test]
fn floods_of_names_and_levels_are_bounded() {
    let many = |piece: &str| piece.repeat(50_000);
    for (line, text) in [
        (
            format!(r#"{{{}"text":"Words."}}"#, many(r#""title":"","#)),
            "Words.",
        ),
        (
            format!(
                r#"{{"text":"Words.",{}"x":1}}"#,
                many(r#""doc":{"url":1},"#)
            ),
            "Words.",
        ),
        (
            format!(
                r#"{{"text":"Words.","@graph":[{}{{}}]}}"#,
                many(r#"{"url":"u"},"#)
            ),
            "Words.",
        ),
        (
            format!(r#"{{"text":"Words.","{}":1}}"#, many("doc.")),
            "Words.",
        ),
        (format!(r#"{{"text":[{}"Words."]}}"#, many("[],")), "Words."),
    ] {
        let (documents, _) = read(line.into_bytes(), SourceFormat::Jsonl);
        assert!(documents[0].get("text").is_some_and(|found| found == text));
    }
}

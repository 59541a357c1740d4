//! Tests of JSON lines.

use proptest::prelude::*;

use super::*;
use crate::document::{Document, Precision, Published};
use crate::read::FieldNames;
use crate::read::date_order::{RecordDate, SourceOrders};
use crate::read::dates::DateSettings;
use crate::read::json_scanner::tests::lines;
use crate::read::markup::text_of;
use crate::text::mending::mended;

/// Parses a line with the default names: document, lossy, bad date; or id and reason.
fn read(line: &str) -> Result<(Document<'static>, bool, bool), (Option<String>, String)> {
    let lookup = FieldLookup::new(&FieldNames::default());
    let mut decoding = Decoding::default();
    let dates = SourceDates {
        settings: &DateSettings::default(),
        orders: &SourceOrders::default(),
    };
    match parse(line, false, &lookup, &mut decoding, dates) {
        Ok(AssembledRecord {
            document,
            notes,
            published,
            ..
        }) => {
            let bad_date = published == RecordDate::NotUnderstood;
            Ok((own(&document), notes.lossy, bad_date))
        }
        Err(RejectedRecord { id, reason, .. }) => Err((id, reason)),
    }
}

fn own(document: &Document<'_>) -> Document<'static> {
    let own = |text: &Option<Cow<'_, str>>| text.as_ref().map(|text| Cow::Owned(text.to_string()));
    Document {
        id: own(&document.id),
        text: Cow::Owned(document.text.to_string()),
        url: own(&document.url),
        site: own(&document.site),
        published: document.published,
        title: own(&document.title),
        author: own(&document.author),
        canonical: own(&document.canonical),
        crawled: document.crawled,
    }
}

fn document(line: &str) -> Document<'static> {
    read(line).unwrap_or_else(|why| panic!("{line}: {why:?}")).0
}

#[test]
fn every_field_of_a_record_is_read() {
    let (document, lossy, bad_date) = read(concat!(
        r#" { "id" : "a\u00e91", "url": " https://www.example.com/x ", "#,
        r#""published":"2016-11-01", "n": [1, {"a": []}], "#,
        r#""title":"T\n","author":["A","B \"b\""],"canonical":"https://example.com/c","#,
        r#""crawl_ts":"20161101115959","text":"one\ntwo \ud83d\ude00"} "#
    ))
    .unwrap();
    assert_eq!(
        document,
        Document {
            id: Some("aé1".into()),
            text: "one\ntwo 😀".into(),
            url: Some("https://www.example.com/x".into()),
            site: Some("example.com".into()),
            published: Some(Published {
                seconds: 1_477_958_400,
                precision: Precision::Day
            }),
            title: Some("T".into()),
            author: Some("A; B \"b\"".into()),
            canonical: Some("https://example.com/c".into()),
            crawled: Some(Published {
                seconds: 1_478_001_599,
                precision: Precision::Local
            }),
        }
    );
    assert!(!lossy && !bad_date);
}

#[test]
fn the_preferred_name_that_holds_something_is_the_text() {
    for (line, text) in [
        (r#"{"text":"a","content":"b"}"#, "a"),
        (r#"{"content":"b","text":"a"}"#, "a"),
        (r#"{"TEXT":"a"}"#, "a"),
        (r#"{"te\u0078t":"a"}"#, "a"),
        (r#"{"text":null}"#, ""),
        (r#"{"text":""}"#, ""),
        (r#"{"text":null,"body":"b"}"#, "b"),
        (r#"{"body":"b","text":""}"#, "b"),
        (r#"{"text":5,"body":"b"}"#, "b"),
        (r#"{"text":[],"body":"b"}"#, "b"),
        (r#"{"text":[null,1],"body":"b"}"#, "b"),
        (r#"{"text":["a"],"body":"b"}"#, "a"),
        (r#"{"text":[]}"#, ""),
        (r#"{"text":{}}"#, ""),
        (r#"{"text":NaN,"body":"b"}"#, "b"),
        (r#"{"text":"a","text":"b"}"#, "b"),
        (r#"{"text":"a","text":null}"#, "a"),
        (r#"{"text":"a","Text":"b"}"#, "b"),
        (r#"{"text":" "}"#, " "),
        (r#"{"text":"\u0000"}"#, "\0"),
    ] {
        assert_eq!(document(line).text, text, "{line}");
    }
}

#[test]
fn numbers_arrays_and_nulls_as_values() {
    for (line, id) in [
        (r#"{"text":"","id":12}"#, Some("12")),
        (r#"{"text":"","id":1.50e3}"#, Some("1.50e3")),
        (
            r#"{"text":"","id":12345678901234567890123}"#,
            Some("12345678901234567890123"),
        ),
        (r#"{"text":"","id":""}"#, None),
        (r#"{"text":"","id":null}"#, None),
        (r#"{"text":"","id":null,"doc_id":"d"}"#, Some("d")),
        (r#"{"text":"","id":{},"doc_id":"d"}"#, Some("d")),
        (r#"{"text":"","id":{}}"#, None),
        (r#"{"text":"","id":[7]}"#, None),
        (r#"{"text":"","id":true}"#, None),
        (r#"{"text":"","id":-Infinity,"uuid":"u"}"#, Some("u")),
        (r#"{"text":"","id":"None","uuid":"u"}"#, Some("u")),
        (r#"{"text":"","_id":{"$oid":"65e5"}}"#, Some("65e5")),
        (r#"{"text":"","uri":"urn:wire:1"}"#, Some("urn:wire:1")),
        (r#"{"text":"","uri":"https://alpha.example/1"}"#, None),
        (r#"{"text":"","id":" a "}"#, Some(" a ")),
    ] {
        assert_eq!(document(line).id.as_deref(), id, "{line}");
    }
    for (line, author) in [
        (r#"{"text":"","author":5}"#, Some("5")),
        (r#"{"text":"","author":true}"#, None),
        (r#"{"text":"","author":{"name":"A"}}"#, Some("A")),
        (r#"{"text":"","author":{"job":"A"}}"#, None),
        (
            r#"{"text":"","author":[{"name":"A"},{"name":"B"}]}"#,
            Some("A; B"),
        ),
        (
            r#"{"text":"","author":[{"name":null,"byline":"A"},null]}"#,
            Some("A"),
        ),
        (
            r#"{"text":"","author":[[[[[["A"]]]]]],"byline":"C"}"#,
            Some("C"),
        ),
        (r#"{"text":"","author":"nan","byline":"C"}"#, Some("C")),
        (r#"{"text":"","author":[]}"#, None),
        (r#"{"text":"","author":[ "A" ]}"#, Some("A")),
        (r#"{"text":"","author":["A" , "B"]}"#, Some("A; B")),
        (r#"{"text":"","author":["A",1]}"#, Some("A; 1")),
        (
            r#"{"text":"","author":["A",["B"]],"byline":"C"}"#,
            Some("A; B"),
        ),
        (r#"{"text":"","author":"  "}"#, None),
    ] {
        assert_eq!(document(line).author.as_deref(), author, "{line}");
    }
    for (line, site) in [
        (
            r#"{"text":"","url":"https://a.example.com/","site":" The.Site "}"#,
            Some("the.site"),
        ),
        (
            r#"{"text":"","url":"https://a.example.com/","site":""}"#,
            Some("example.com"),
        ),
        (
            r#"{"text":"","url":"https://a.example.com/","site":{"n":1}}"#,
            Some("example.com"),
        ),
        (
            r#"{"text":"","url":"https:\/\/a.example.com\/"}"#,
            Some("example.com"),
        ),
        (r#"{"text":"","url":5}"#, None),
    ] {
        assert_eq!(document(line).site.as_deref(), site, "{line}");
    }
    for (line, seconds, bad) in [
        (
            r#"{"text":"","date":1478001600}"#,
            Some(1_478_001_600),
            false,
        ),
        (
            r#"{"text":"","date":1478001600000}"#,
            Some(1_478_001_600),
            false,
        ),
        (
            r#"{"text":"","date":["2016-11-01"]}"#,
            Some(1_477_958_400),
            false,
        ),
        (r#"{"text":"","date":"soon"}"#, None, true),
        (r#"{"text":"","date":7}"#, None, true),
        (r#"{"text":"","date":{"$date":1}}"#, None, true),
        (
            r#"{"text":"","date":{"$date":{"$numberLong":"1478001600000"}}}"#,
            Some(1_478_001_600),
            false,
        ),
        (r#"{"text":"","date":{"name":"2016-11-01"}}"#, None, true),
        (r#"{"text":"","date":[1]}"#, None, true),
        (r#"{"text":"","date":null}"#, None, false),
        (r#"{"text":"","date":" "}"#, None, false),
        (r#"{"text":""}"#, None, false),
    ] {
        let (document, _, bad_date) = read(line).unwrap();
        assert_eq!(
            (document.published.map(|p| p.seconds), bad_date),
            (seconds, bad),
            "{line}"
        );
    }
}

#[test]
fn half_surrogate_pairs_are_replaced_and_counted() {
    for (escapes, text, lossy) in [
        (r"\ud83d\ude00", "😀", false),
        (r"\uD83D\uDE00x", "😀x", false),
        (r"\ud83d", "\u{fffd}", true),
        (r"\ude00", "\u{fffd}", true),
        (r"\ude00\ud83d", "\u{fffd}\u{fffd}", true),
        (r"\ud83d\ud83d\ude00", "\u{fffd}😀", true),
        (r"\ud83d\n", "\u{fffd}\n", true),
        (r"\ud83d\u0041", "\u{fffd}A", true),
        (r"\ud83dx", "\u{fffd}x", true),
        (r"\ud83d\\ude00", "\u{fffd}\\ude00", true),
    ] {
        let (document, replaced, _) = read(&format!(r#"{{"text":"{escapes}"}}"#)).unwrap();
        assert_eq!(
            (document.text.as_ref(), replaced),
            (text, lossy),
            "{escapes}"
        );
    }
    // Not in a field that is not read.
    assert!(!read(r#"{"text":"a","x":"\ud83d"}"#).unwrap().1);
}

#[test]
fn rejects_name_the_column_and_the_remedy() {
    for (line, id, reason) in [
        (
            r#"{"id":"a""#,
            Some("a"),
            "not JSON at column 10: the line ends in the middle of the record",
        ),
        (
            r#"{"id":"a","text":"b"#,
            Some("a"),
            "not JSON at column 20: a string is not closed",
        ),
        (
            r#"{"text":"a"} {}"#,
            None,
            "not JSON at column 14: something follows the record",
        ),
        (
            r#"{"text":"a",}"#,
            None,
            "not JSON at column 13: a name in double quotes is missing",
        ),
        (
            r#"{"text" "a"}"#,
            None,
            "not JSON at column 9: a colon is missing after the name",
        ),
        (
            r#"{"text":"a" "b"}"#,
            None,
            "not JSON at column 13: a comma or a closing brace is missing",
        ),
        (
            r#"{"text":Nan}"#,
            None,
            "not JSON at column 9: a value is missing",
        ),
        (
            r#"{"text":01}"#,
            None,
            "not JSON at column 10: a number may not start with 0",
        ),
        (
            r#"{"text":"\x"}"#,
            None,
            "not JSON at column 10: an escape that JSON does not know",
        ),
        (
            "{\"text\":\"a\tb\"}",
            None,
            "not JSON at column 11: a control character in a string; write it as an escape",
        ),
        (
            "{\"text\":\"a\0b\"}",
            None,
            "not JSON at column 11: a control character in a string; write it as an escape",
        ),
        (
            "[]",
            None,
            "an array where an object with named fields belongs; write one JSON object a line",
        ),
        (
            "\"a\"",
            None,
            "a string where an object with named fields belongs; write one JSON object a line",
        ),
        (
            "5",
            None,
            "a number where an object with named fields belongs; write one JSON object a line",
        ),
        (
            "[",
            None,
            "not JSON at column 2: the line ends in the middle of the record",
        ),
        (
            r#"{"id":7,"text":[1]}"#,
            Some("7"),
            "the text is an array without strings; name another field with --text-field",
        ),
        (
            r#"{"id":7,"text":7}"#,
            Some("7"),
            "the text is a number, not a string; name another field with --text-field",
        ),
    ] {
        let expected = (id.map(str::to_owned), reason.to_owned());
        assert_eq!(read(line), Err(expected), "{line}");
    }
    let (id, reason) = read(r#"{"id":"x\ny","tale":"s","tale":"t","a\u0007":1}"#).unwrap_err();
    assert_eq!(id.as_deref(), Some("x\\u{a}y"));
    assert!(
        reason.starts_with("no text field (looked for text, content, body, maintext, "),
        "{reason}"
    );
    assert!(
        reason.ends_with(
            "); the record has: id, tale, a\\u{7}; name the right one with --text-field"
        ),
        "{reason}"
    );
    assert!(
        read("{}")
            .unwrap_err()
            .1
            .ends_with("the record has: nothing; name the right one with --text-field")
    );
}

#[test]
fn nesting_is_bounded_as_in_serde_json() {
    for (depth, good) in [(1, true), (126, true), (127, false), (100_000, false)] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = if open == "[" { "" } else { "1" };
            let line = format!(
                "{{\"text\":\"\",\"x\":{}{inner}{}}}",
                open.repeat(depth),
                close.repeat(depth)
            );
            assert_eq!(read(&line).is_ok(), good, "{depth} {open}");
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&line).is_ok(),
                good,
                "{depth} {open}"
            );
        }
    }
    let (_, reason) = read(&"[".repeat(1000)).unwrap_err();
    assert_eq!(reason, "nested more than 127 deep at column 128");
}

#[test]
fn a_beginning_gives_the_id() {
    let lookup = FieldLookup::new(&FieldNames::default());
    assert_eq!(
        id_of_beginning(br#"{"id":"a","text":"bbbbb"#, &lookup).as_deref(),
        Some("a")
    );
    assert_eq!(id_of_beginning(br#"{"text":"bbbbb"#, &lookup), None);
    assert_eq!(id_of_beginning(b"\xff\xff", &lookup), None);
}

/// The strings of a text in pieces. Keys of objects are not in their order here, so `None` for text
/// that depends on it.
fn naive_text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Array(pieces) => {
            let pieces: Option<Vec<String>> = pieces.iter().map(naive_text).collect();
            let pieces = pieces?.into_iter().filter(|piece| !piece.is_empty());
            Some(pieces.collect::<Vec<_>>().join("\n"))
        }
        serde_json::Value::Object(keys) if !keys.is_empty() => None,
        _ => Some(String::new()),
    }
}

/// The text of the first of `names` that has one.
fn naive(value: &serde_json::Value, names: &[String]) -> Option<String> {
    let object = value.as_object()?;
    let texts = names.iter().filter_map(|name| object.get(name));
    let texts: Option<Vec<String>> = texts.map(naive_text).collect();
    Some(
        texts?
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default(),
    )
}

/// The text without markup, and with entities and hyphens repaired, as their own tests show.
fn repaired(text: &str) -> String {
    mended(&text_of(text)).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn values_are_the_same_as_by_serde_json(line in lines()) {
        // Numbers beyond floats and half surrogate pairs are errors there.
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&line) else { return Ok(()) };
        let names = FieldNames::default();
        let count = |name: &str| line.matches(&format!("\"{name}\"")).count();
        let duplicates = count("te\\u0078t") > 0
            || ["text", "content", "body", "author", "title"].iter().any(|name| count(name) > 1);
        if let (Ok((document, lossy, _)), false) = (read(&line), duplicates) {
            prop_assert!(!lossy);
            if let Some(expected) = naive(&value, &names.text) {
                prop_assert_eq!(document.text.into_owned(), repaired(&expected));
            }
            if let Some(title) = value.get("title").and_then(|title| title.as_str()) {
                prop_assert_eq!(document.title.as_deref().unwrap_or_default(), title.trim());
            }
        }
    }

    #[test]
    fn any_string_is_read_as_it_was_written(text in any::<String>(), id in "\\PC{1,10}") {
        let line = serde_json::json!({ "text": text, "id": id }).to_string();
        let found = document(&line);
        prop_assert_eq!(found.text.as_ref(), repaired(&text));
        prop_assert_eq!(found.id.as_deref(), Some(id.as_str()));
    }
}

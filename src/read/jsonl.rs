//! JSON lines: one record of JSON a line.
//!
//! The scanner walks over the record once; the values of known names are remembered where they stand, and only those that
//! win are decoded.

use std::borrow::Cow;

use super::fields::{
    Decoding, FIELDS, Field, Found, Held, Lookup, Parsed, Refused, Target, assemble, show,
};
use super::json::{Scanner, Value, join};

/// How many characters of an id a reject shows.
const ID_CHARACTERS: usize = 200;

/// Makes a document of one line. `line` has no line end; `lossy` says that broken UTF-8 was replaced in it.
pub(super) fn parse<'s>(
    line: &'s str,
    lossy: bool,
    lookup: &Lookup,
    decoding: &'s mut Decoding,
) -> Result<Parsed<'s>, Refused> {
    let mut slots = Slots::default();
    let mut escapes = std::mem::take(&mut decoding.escapes);
    let scanned = Scanner::new(line, &mut escapes)
        .record(|key, value| slots.take(lookup.targets(key), value));
    let parsed = match scanned {
        Ok(()) => decode(line, lossy, &slots, &escapes, lookup, decoding),
        Err(flaw) => Err(Refused {
            id: slots.id(&escapes),
            reason: flaw.reason(),
        }),
    };
    match parsed {
        Ok(Decoded {
            found,
            lossy,
            bad_date,
        }) => {
            decoding.escapes = escapes;
            Ok(assemble(&found, decoding, lossy, bad_date))
        }
        Err(refused) => {
            decoding.escapes = escapes;
            Err(refused)
        }
    }
}

/// What [`decode`] found.
struct Decoded<'s> {
    found: Found<'s>,
    lossy: bool,
    bad_date: bool,
}

/// Decodes the values that the slots hold.
fn decode<'s>(
    line: &'s str,
    mut lossy: bool,
    slots: &Slots<'s>,
    escapes: &[u32],
    lookup: &Lookup,
    decoding: &mut Decoding,
) -> Result<Decoded<'s>, Refused> {
    let mut found: Found<'s> = [const { None }; FIELDS];
    let mut bad_date = false;
    for field in Field::ALL {
        let refuse = |reason: String| {
            Err(Refused {
                id: slots.id(escapes),
                reason,
            })
        };
        found[field.index()] = match (field, slots.of[field.index()].value) {
            (Field::Text, None) => return refuse(lookup.no_text(names(line))),
            (_, None | Some(Value::Null)) => None,
            (_, Some(Value::String(quoted))) if quoted.escapes == 0 => {
                Some(Held::Record(quoted.inner))
            }
            (_, Some(Value::String(quoted))) => {
                let start = decoding.decoded.len();
                lossy |= quoted.unescape(escapes, &mut decoding.decoded);
                Some(Held::Decoded(start..decoding.decoded.len()))
            }
            (Field::Text, Some(other)) => {
                return refuse(format!(
                    "the text is {}, not a string; name another field with --text-field",
                    other.kind()
                ));
            }
            (_, Some(Value::Number(digits))) => Some(Held::Record(digits)),
            (Field::Id, Some(other)) => {
                return refuse(format!(
                    "the id is {}, not a string or a number; name another field with --id-field",
                    other.kind()
                ));
            }
            (_, Some(Value::Array(array))) => {
                let start = decoding.decoded.len();
                match join(array, &mut decoding.decoded) {
                    Some(replaced) => {
                        lossy |= replaced;
                        Some(Held::Decoded(start..decoding.decoded.len()))
                    }
                    None => {
                        bad_date |= field == Field::Published;
                        None
                    }
                }
            }
            (field, Some(_)) => {
                bad_date |= field == Field::Published;
                None
            }
        };
    }
    Ok(Decoded {
        found,
        lossy,
        bad_date,
    })
}

/// The id of a record of which only the beginning is at hand.
pub(super) fn id_of_beginning(beginning: &[u8], lookup: &Lookup) -> Option<String> {
    let beginning = String::from_utf8_lossy(beginning);
    let mut slots = Slots::default();
    // The beginning breaks off somewhere; what stood before is in the slots.
    let mut escapes = Vec::new();
    let _ = Scanner::new(&beginning, &mut escapes)
        .record(|key, value| slots.take(lookup.targets(key), value));
    slots.id(&escapes)
}

/// Whether a value holds something that `field` can use.
fn serves(value: Value<'_>, field: Field) -> bool {
    match value {
        Value::Null | Value::Bool | Value::Object => false,
        Value::String(quoted) => !quoted.inner.is_empty(),
        Value::Number(_) => field != Field::Text,
        Value::Array(array) => {
            !matches!(field, Field::Id | Field::Text) && join(array, &mut String::new()).is_some()
        }
    }
}

/// The best value so far for each field.
#[derive(Default)]
struct Slots<'a> {
    of: [Slot<'a>; FIELDS],
}

#[derive(Clone, Copy, Default)]
struct Slot<'a> {
    serves: bool,
    rank: u32,
    value: Option<Value<'a>>,
}

impl<'a> Slots<'a> {
    /// Keeps `value` where it is better than what was there: one that serves before one that does not, then the
    /// preferred name, then the later.
    #[inline]
    fn take(&mut self, targets: &[Target], value: Value<'a>) {
        for target in targets {
            let serves = serves(value, target.field);
            let slot = &mut self.of[target.field.index()];
            let better = match (slot.value, serves.cmp(&slot.serves)) {
                (None, _) | (_, std::cmp::Ordering::Greater) => true,
                (_, std::cmp::Ordering::Equal) => target.rank <= slot.rank,
                (_, std::cmp::Ordering::Less) => false,
            };
            if better {
                *slot = Slot {
                    serves,
                    rank: target.rank,
                    value: Some(value),
                };
            }
        }
    }

    /// The id for a reject.
    fn id(&self, escapes: &[u32]) -> Option<String> {
        match self.of[Field::Id.index()].value? {
            Value::Number(digits) => Some(show(digits, ID_CHARACTERS)),
            Value::String(quoted) if !quoted.inner.is_empty() => {
                let mut id = String::new();
                quoted.unescape(escapes, &mut id);
                Some(show(&id, ID_CHARACTERS))
            }
            _ => None,
        }
    }
}

/// The names of a record's own fields; `line` is known to be a JSON object.
fn names(line: &str) -> impl Iterator<Item = Cow<'static, str>> {
    let mut names = Vec::new();
    // Cannot fail: the line was scanned before.
    let _ = Scanner::new(line, &mut Vec::new()).record(|key, _| {
        // Enough to list twenty different ones unless they repeat; bounded, as the line may hold millions.
        if names.len() < 1000 {
            names.push(Cow::Owned(show(key, 100)));
        }
    });
    names.into_iter()
}

/// Whether a record has a field of that very name; `line` is known to be a JSON object.
pub(super) fn has_field(line: &str, name: &str) -> bool {
    let mut found = false;
    // Cannot fail: the line was scanned before.
    let _ = Scanner::new(line, &mut Vec::new()).record(|key, _| found |= key == name);
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::{Document, Precision, Published};
    use crate::read::FieldNames;
    use crate::read::json::tests::lines;

    /// Parses a line with the default names and shows document, lossy, bad date; or id and reason.
    fn read(line: &str) -> Result<(Document<'static>, bool, bool), (Option<String>, String)> {
        let lookup = Lookup::new(&FieldNames::default());
        let mut decoding = Decoding::default();
        match parse(line, false, &lookup, &mut decoding) {
            Ok(Parsed {
                document,
                lossy,
                bad_date,
            }) => Ok((own(&document), lossy, bad_date)),
            Err(Refused { id, reason }) => Err((id, reason)),
        }
    }

    fn own(document: &Document<'_>) -> Document<'static> {
        let own =
            |text: &Option<Cow<'_, str>>| text.as_ref().map(|text| Cow::Owned(text.to_string()));
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
    fn a_whole_record() {
        let (document, lossy, bad_date) = read(concat!(
            r#" { "id" : "a\u00e91", "url": " https://www.example.com/x ", "published":"2016-11-01", "n": [1, {"a": []}], "#,
            r#""title":"T\n","author":["A","B \"b\""],"canonical":"https://example.com/c","crawl_ts":"20161101115959","text":"one\ntwo \ud83d\ude00"} "#
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
                    precision: Precision::Second
                }),
            }
        );
        assert!(!lossy && !bad_date);
    }

    #[test]
    fn what_stands_for_the_text() {
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
            (r#"{"text":["a"],"body":"b"}"#, "b"),
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
    fn values_of_other_types() {
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
            (r#"{"text":"","id":" a "}"#, Some(" a ")),
        ] {
            assert_eq!(document(line).id.as_deref(), id, "{line}");
        }
        for (line, author) in [
            (r#"{"text":"","author":5}"#, Some("5")),
            (r#"{"text":"","author":true}"#, None),
            (r#"{"text":"","author":{"name":"A"}}"#, None),
            (r#"{"text":"","author":[]}"#, None),
            (r#"{"text":"","author":[ "A" ]}"#, Some("A")),
            (r#"{"text":"","author":["A" , "B"]}"#, Some("A; B")),
            (r#"{"text":"","author":["A",1]}"#, None),
            (
                r#"{"text":"","author":["A",["B"]],"byline":"C"}"#,
                Some("C"),
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
        // Not where nobody looks.
        assert!(!read(r#"{"text":"a","x":"\ud83d"}"#).unwrap().1);
    }

    #[test]
    fn rejects_say_where_and_what_to_do() {
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
                r#"{"text":NaN}"#,
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
                "the text is an array, not a string; name another field with --text-field",
            ),
            (
                r#"{"id":7,"text":7}"#,
                Some("7"),
                "the text is a number, not a string; name another field with --text-field",
            ),
            (
                r#"{"id":{},"text":""}"#,
                None,
                "the id is an object, not a string or a number; name another field with --id-field",
            ),
            (
                r#"{"id":true,"text":""}"#,
                None,
                "the id is true or false, not a string or a number; name another field with --id-field",
            ),
        ] {
            let expected = (id.map(str::to_owned), reason.to_owned());
            assert_eq!(read(line), Err(expected), "{line}");
        }
        let (id, reason) =
            read(r#"{"id":"x\ny","story":"s","story":"t","a\u0007":1}"#).unwrap_err();
        assert_eq!(id.as_deref(), Some("x\\u{a}y"));
        assert!(
            reason.starts_with("no text field (looked for text, content, body, maintext, "),
            "{reason}"
        );
        assert!(
            reason.ends_with(
                "); the record has: id, story, a\\u{7}; name the right one with --text-field"
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
    fn the_id_of_a_beginning() {
        let lookup = Lookup::new(&FieldNames::default());
        assert_eq!(
            id_of_beginning(br#"{"id":"a","text":"bbbbb"#, &lookup).as_deref(),
            Some("a")
        );
        assert_eq!(id_of_beginning(br#"{"text":"bbbbb"#, &lookup), None);
        assert_eq!(id_of_beginning(b"\xff\xff", &lookup), None);
    }

    /// The same rules, on serde_json's values.
    fn naive(value: &serde_json::Value, names: &[String]) -> Option<String> {
        let object = value.as_object()?;
        let of = |name: &str| {
            let text = object.get(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        names.iter().find_map(|name| of(name))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

        #[test]
        fn the_same_values_as_serde_json(line in lines()) {
            // Numbers beyond floats and half surrogate pairs are errors there.
            let Ok(value) = serde_json::from_str::<serde_json::Value>(&line) else { return Ok(()) };
            let names = FieldNames::default();
            let duplicates = line.matches("\"text\"").count() > 1 || line.matches("\"te\\u0078t\"").count() > 0
                || ["content", "body", "author", "title"].iter().any(|name| line.matches(&format!("\"{name}\"")).count() > 1);
            if let (Ok((document, lossy, _)), false) = (read(&line), duplicates) {
                prop_assert!(!lossy);
                prop_assert_eq!(document.text.into_owned(), naive(&value, &names.text).unwrap_or_default());
                if let Some(title) = value.get("title").and_then(|title| title.as_str()) {
                    prop_assert_eq!(document.title.as_deref().unwrap_or_default(), title.trim());
                }
            }
        }

        #[test]
        fn any_string_comes_back(text in any::<String>(), id in "\\PC{1,10}") {
            let line = serde_json::json!({ "text": text, "id": id }).to_string();
            let found = document(&line);
            prop_assert_eq!(found.text.as_ref(), text);
            prop_assert_eq!(found.id.as_deref(), Some(id.as_str()));
        }
    }
}

//! Works out, from the first bytes, where the records of a JSON input stand.

use super::field_lookup::FieldLookup;
use super::json_pieces::{JsonFinder, RecordPath, RecordsWithin};
use super::json_scanner::{Enters, JsonScanner, NamesOnly};
use super::pieces::{Piece, PieceFinder};

/// Lines at the start of a file that are parsed to see whether each is a record.
const LINES_PARSED: usize = 20;

/// Most arrays and objects around a value that is looked at.
const DEEPEST: usize = 8;

/// Most keys around the text within its record.
const DEEPEST_TEXT: usize = 3;

/// Place of the records in a JSON input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JsonLayout {
    /// Each line is a record.
    Lines,
    /// They stand at a path of each top-level value.
    At(RecordPath),
}

/// Tells whether bytes begin like JSON that has objects or an array.
pub(super) fn is_json(head: &[u8]) -> bool {
    let mut bytes = head
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace() && *b != 0x1e);
    match (bytes.next(), bytes.next()) {
        (Some(b'{'), second) => matches!(second, Some(b'"' | b'}') | None),
        (Some(b'['), second) => matches!(second, Some(b'{' | b'[' | b'"' | b']') | None),
        _ => false,
    }
}

/// Tells whether bytes are JSON with a record among the first of them.
pub(super) fn has_records(head: &[u8], complete: bool, lookup: &FieldLookup) -> bool {
    let is_record = |line: &str| {
        let mut escapes = Vec::new();
        let scanned = JsonScanner::new(line, &mut escapes).record(&mut NamesOnly(|_: &str| {}));
        scanned.is_ok()
    };
    is_json(head)
        && match of(head, complete, lookup) {
            JsonLayout::At(_) => true,
            JsonLayout::Lines => String::from_utf8_lossy(head)
                .lines()
                .take(LINES_PARSED)
                .any(is_record),
        }
}

/// Works out the layout of JSON that begins with `head`. `complete` says that it ends there.
pub(super) fn of(head: &[u8], complete: bool, lookup: &FieldLookup) -> JsonLayout {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches([' ', '\t', '\r', '\n', '\u{1e}']);
    let first = text.as_bytes().first();
    if first == Some(&b'[') {
        let path = RecordPath {
            keys: Vec::new(),
            within: RecordsWithin::Array,
        };
        return match holds_records(text, complete, &path) {
            true => JsonLayout::At(path),
            false => JsonLayout::Lines,
        };
    }
    let last_is_whole = complete || text.ends_with('\n');
    let count = text.lines().count();
    let lines: Vec<&str> = text
        .lines()
        .take(count.saturating_sub(usize::from(!last_is_whole)))
        .filter(|line| !line.trim().is_empty())
        .take(LINES_PARSED)
        .collect();
    let is_object = |line: &&&str| {
        line.starts_with('{')
            && JsonScanner::new(line, &mut Vec::new())
                .record(&mut NamesOnly(|_: &str| {}))
                .is_ok()
    };
    if let Some(line) = lines.iter().find(is_object) {
        // Answers of an interface, one a line.
        let wrapped = wrapper(line.as_bytes(), lookup)
            .filter(|path| path.within == RecordsWithin::Array || lines.len() == 1);
        return wrapped.map_or(JsonLayout::Lines, JsonLayout::At);
    }
    let path = wrapper(text.as_bytes(), lookup).unwrap_or_default();
    match holds_records(text, complete, &path) {
        true => JsonLayout::At(path),
        false => JsonLayout::Lines,
    }
}

/// Tells whether the first thing at a path is a record: an object, over several lines if it is a
/// top-level value.
fn holds_records(text: &str, complete: bool, path: &RecordPath) -> bool {
    let mut pieces = Vec::new();
    JsonFinder::new(path.clone()).find(text.as_bytes(), complete, usize::MAX, &mut pieces);
    let on_top = *path == RecordPath::default();
    match pieces.first() {
        Some(Piece {
            range, lost: None, ..
        }) => {
            let record = &text[range.clone()];
            let mut escapes = Vec::new();
            let is_object = JsonScanner::new(record, &mut escapes)
                .record(&mut NamesOnly(|_: &str| {}))
                .is_ok();
            is_object && (record.contains('\n') || !on_top)
        }
        // A record that is longer than the first bytes, or none.
        Some(_) | None if on_top => {
            !complete && text.lines().next().is_some_and(|line| line.trim() == "{")
        }
        Some(_) => false,
        None => !complete || text.trim_end().ends_with([']', '}']) && text.lines().count() == 1,
    }
}

/// A part of the place of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Element,
}

/// The path of records that stand in an array within an object, or under their ids in an object;
/// `None` if the first top-level value is a record itself.
fn wrapper(head: &[u8], lookup: &FieldLookup) -> Option<RecordPath> {
    let mut found: Option<RecordPath> = None;
    let mut is_record = false;
    let mut only_objects = true;
    walk(head, |place, value| {
        // Records by their ids, as `{"a1": {"text": ...}, ...}`: no other value stands beside them.
        let by_ids = RecordPath {
            keys: Vec::new(),
            within: RecordsWithin::Object,
        };
        if place.len() == 1 && value != b'{' {
            found.take_if(|path| *path == by_ids);
            only_objects = false;
        }
        let Some(Step::Key(name)) = place.last() else {
            return true;
        };
        if !lookup.names_text(name) {
            return true;
        }
        let element = place.iter().position(|step| *step == Step::Element);
        let within = element.map_or(place, |at| &place[at + 1..]);
        if within.len() > DEEPEST_TEXT || within.contains(&Step::Element) {
            return true;
        }
        match element {
            None if only_objects && is_unknown_object(place, lookup) => {
                found.get_or_insert(by_ids);
                true
            }
            None => {
                is_record = true;
                false
            }
            Some(at) => {
                let keys = place[..at].iter().filter_map(|step| match step {
                    Step::Key(key) => Some(key.clone()),
                    Step::Element => None,
                });
                found.get_or_insert_with(|| RecordPath {
                    keys: keys.collect(),
                    within: RecordsWithin::Array,
                });
                true
            }
        }
    });
    found.filter(|_| !is_record)
}

/// Tells whether a value stands in an object within the top-level value that no record is known to
/// have.
fn is_unknown_object(place: &[Step], lookup: &FieldLookup) -> bool {
    let [Step::Key(name), _] = place else {
        return false;
    };
    let found = lookup.find(&lookup.top(), name);
    matches!(lookup.enters(&found), Enters::Nothing)
}

/// Walks over the first top-level value and calls `each` with the place and the first byte of each
/// value that is not empty, until that returns false or the bytes end.
fn walk(head: &[u8], mut each: impl FnMut(&[Step], u8) -> bool) {
    let mut open: Vec<u8> = Vec::new();
    let mut place: Vec<Step> = Vec::new();
    let mut key_next = false;
    let mut at = 0;
    while let Some(&byte) = head.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let Some(length) = string_length(&head[at..]) else {
                    let value = !key_next && !place.is_empty();
                    if value {
                        each(&place, byte);
                    }
                    return;
                };
                let content = &head[at..at + length];
                at += length + 1;
                if key_next {
                    if open.len() == place.len() && !open.is_empty() {
                        place.pop();
                    }
                    place.push(Step::Key(String::from_utf8_lossy(content).into_owned()));
                    key_next = false;
                } else if length > 0 && !each(&place, byte) {
                    return;
                }
            }
            b'{' | b'[' => {
                if (!place.is_empty() && !each(&place, byte)) || open.len() == DEEPEST {
                    return;
                }
                open.push(byte);
                key_next = byte == b'{';
                if byte == b'[' {
                    place.push(Step::Element);
                }
            }
            b'}' | b']' => {
                if place.len() == open.len() {
                    place.pop();
                }
                open.pop();
                key_next = false;
                if open.is_empty() {
                    return;
                }
            }
            b',' => {
                key_next = open.last() == Some(&b'{');
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' if open.len() == 1 && !each(&place, byte) => {
                return;
            }
            _ => {}
        }
    }
}

/// Length of the string at the start of `bytes`, up to its closing quote.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::FieldNames;

    #[test]
    fn layouts_are_worked_out() {
        let at = |keys: &[&str], array: bool| {
            JsonLayout::At(RecordPath {
                keys: keys.iter().map(|&key| key.to_owned()).collect(),
                within: match array {
                    true => RecordsWithin::Array,
                    false => RecordsWithin::Itself,
                },
            })
        };
        for (json, expected) in [
            ("[]", at(&[], true)),
            ("[{\"text\": \"x\"}]", at(&[], true)),
            ("[\n{\"text\": \"x\"},\n", at(&[], true)),
            ("{\"text\": \"x\"}\n{\"text\": \"y\"}\n", JsonLayout::Lines),
            ("{\"text\": \"x\"}", JsonLayout::Lines),
            ("{\"tex\n{\"text\": \"y\"}\n", JsonLayout::Lines),
            ("{\n \"text\": \"x\"\n}\n", at(&[], false)),
            (
                "{\n \"text\": \"x\",\n \"tags\": [{\"name\":1}]\n}{\n",
                at(&[], false),
            ),
            (
                "{\"status\": \"ok\", \"articles\": [{\"title\": \"t\", \"content\": \"x\"}]}",
                at(&["articles"], true),
            ),
            (
                "{\"response\": {\"n\": 1, \"docs\": [{\"body\": \"x\"}, {\"body\": \"y\"}]}}\n",
                at(&["response", "docs"], true),
            ),
            (
                "{\"hits\": {\"hits\": [{\"_id\": \"1\", \"_source\": {\"text\": \"x\"}}]}}",
                at(&["hits", "hits"], true),
            ),
            (
                "{\"id\": 1, \"entities\": [{\"text\": \"Aldra\"}], \"text\": \"x\"}",
                JsonLayout::Lines,
            ),
            (
                "{\"a1\": {\"text\": \"x\"}, \"a2\": {\"text\": \"y\"}}",
                JsonLayout::At(RecordPath {
                    keys: Vec::new(),
                    within: RecordsWithin::Object,
                }),
            ),
            (
                "{\"id\": 7, \"extra\": {\"text\": \"x\"}}\n",
                JsonLayout::Lines,
            ),
            (
                "{\"extra\": {\"text\": \"x\"}, \"id\": 7}\n",
                JsonLayout::Lines,
            ),
            (
                "{\"page\": 1,\n\"items\": [\n{\"url\": \"u\",\n\"text\": \"cut o",
                at(&["items"], true),
            ),
        ] {
            let lookup = FieldLookup::new(&FieldNames::default());
            let complete = !json.ends_with("cut o");
            assert_eq!(of(json.as_bytes(), complete, &lookup), expected, "{json}");
        }
    }
}

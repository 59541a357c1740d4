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
    /// A data frame that is not written record by record: what it is, and what to do.
    DataFrame(&'static str),
}

/// A data frame by columns, as pandas writes it without an `orient`: `{"text": {"0": "x"}}`.
const BY_COLUMNS: &str = "a data frame that was written column by column; \
    write it with df.to_json(path, orient=\"records\", lines=True)";

/// `{"columns": ["text"], "index": [0], "data": [["x"]]}`.
const SPLIT: &str = "a data frame that was written in split form; \
    write it with df.to_json(path, orient=\"records\", lines=True)";

/// `[["x"]]`.
const BY_VALUES: &str = "an array of arrays, which does not say what its values are; \
    write a data frame with df.to_json(path, orient=\"records\", lines=True)";

/// Begins each record of RFC 7464.
const RECORD_SEPARATOR: char = '\u{1e}';

/// Names of the list of articles in answers of interfaces, for an answer that has none.
const LIST_NAMES: &[&str] = &[
    "articles",
    "data",
    "docs",
    "documents",
    "hits",
    "items",
    "news",
    "posts",
    "records",
    "results",
    "stories",
    "value",
];

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
            // Prose may begin with two brackets.
            JsonLayout::DataFrame(_) => false,
            JsonLayout::Lines => String::from_utf8_lossy(head)
                .lines()
                .take(LINES_PARSED)
                .any(is_record),
        }
}

/// Works out the layout of JSON that begins with `head`. `complete` says that it ends there.
pub(super) fn of(head: &[u8], complete: bool, lookup: &FieldLookup) -> JsonLayout {
    let text = String::from_utf8_lossy(head);
    let start = text.trim_start_matches([' ', '\t', '\r', '\n']);
    let text = start.trim_start_matches([' ', '\t', '\r', '\n', RECORD_SEPARATOR]);
    let first = text.as_bytes().first();
    let one_line = !text.contains('\n') && text.trim_end().contains('\r');
    if first == Some(&b'{') && (start.starts_with(RECORD_SEPARATOR) || one_line) {
        return JsonLayout::At(RecordPath::default());
    }
    if let Some(frame) = data_frame(text) {
        return JsonLayout::DataFrame(frame);
    }
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
    let objects: Vec<_> = lines.iter().filter(is_object).collect();
    if !objects.is_empty() {
        // Answers of an interface, one a line. The first of them may be an error.
        let mut found = objects
            .iter()
            .map(|line| first_value(line.as_bytes(), lookup));
        let telling = found.find(|value| *value != FirstValue::Other);
        let paths_count =
            |path: &RecordPath| path.within == RecordsWithin::Array || lines.len() == 1;
        return match telling {
            Some(FirstValue::Wrapper(path)) if paths_count(&path) => JsonLayout::At(path),
            _ => JsonLayout::Lines,
        };
    }
    let path = match first_value(text.as_bytes(), lookup) {
        FirstValue::Wrapper(path) => path,
        FirstValue::Record | FirstValue::Other => RecordPath::default(),
    };
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
            range, fault: None, ..
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

/// The data frame that a text is, if it is one that is not written record by record.
fn data_frame(text: &str) -> Option<&'static str> {
    if let Some(inner) = after(text, '[') {
        let values = after(inner, '[')?;
        return (!values.starts_with(['{', '['])).then_some(BY_VALUES);
    }
    let inner = after(text, '{')?;
    let key = after(inner, '"')?;
    let (key, rest) = key.split_at(string_length(key.as_bytes())?);
    let value = after(rest.strip_prefix('"')?, ':')?;
    if key == "columns" && value.starts_with('[') {
        return Some(SPLIT);
    }
    let label = after(after(value, '{')?, '"')?;
    let (label, rest) = label.split_at(string_length(label.as_bytes())?);
    let cell = after(rest.strip_prefix('"')?, ':')?;
    let is_row = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
    let is_column = is_row && !cell.starts_with(['{', '[']);
    (is_column && has_columns_only(text.as_bytes())).then_some(BY_COLUMNS)
}

/// What follows a mark at the start of a text.
fn after(text: &str, mark: char) -> Option<&str> {
    Some(text.trim_start().strip_prefix(mark)?.trim_start())
}

/// Tells whether the values of an object are objects with numbers for keys.
fn has_columns_only(head: &[u8]) -> bool {
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    let mut only = true;
    walk(head, |place, value| {
        only = match place {
            [_] => value == b'{',
            [_, Step::Key(label)] => is_number(label) && !matches!(value, b'{' | b'['),
            _ => false,
        };
        only
    });
    only
}

/// The first top-level value of a text.
#[derive(Debug, PartialEq, Eq)]
enum FirstValue {
    /// A record.
    Record,
    /// Something around records: they stand in an array within an object, or under their ids.
    Wrapper(RecordPath),
    /// Neither.
    Other,
}

/// Tells what the first top-level value is.
fn first_value(head: &[u8], lookup: &FieldLookup) -> FirstValue {
    let mut found: Option<RecordPath> = None;
    let mut empty_list: Option<RecordPath> = None;
    let mut has_fields = false;
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
        has_fields |= place.len() == 1 && value != b'{' && lookup.knows(name);
        if value == b'[' && LIST_NAMES.contains(&name.as_str()) {
            empty_list.get_or_insert_with(|| RecordPath {
                keys: keys_of(place),
                within: RecordsWithin::Array,
            });
        }
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
                found.get_or_insert_with(|| RecordPath {
                    keys: keys_of(&place[..at]),
                    within: RecordsWithin::Array,
                });
                true
            }
        }
    });
    match found.or(empty_list.filter(|_| !has_fields)) {
        _ if is_record => FirstValue::Record,
        Some(path) => FirstValue::Wrapper(path),
        None => FirstValue::Other,
    }
}

/// The keys on the way to a place.
fn keys_of(place: &[Step]) -> Vec<String> {
    let keys = place.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.clone()),
        Step::Element => None,
    });
    keys.collect()
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
            (
                "{\"status\": \"error\"}\n{\"articles\": [{\"text\": \"x\"}]}\n",
                at(&["articles"], true),
            ),
            (
                "{\"status\": \"ok\", \"response\": {\"results\": []}}\n",
                at(&["response", "results"], true),
            ),
            ("{\"title\": \"x\", \"items\": []}\n", JsonLayout::Lines),
            ("\u{1e}{\"text\": \"x\"}\n", at(&[], false)),
            ("{\"text\": \"x\"}\r{\"text\": \"y\"}\r", at(&[], false)),
            (
                "{\"id\": {\"0\": 1}, \"text\": {\"0\": \"x\"}}",
                JsonLayout::DataFrame(BY_COLUMNS),
            ),
            (
                "{\"counts\": {\"2026\": 1}, \"text\": \"x\"}",
                JsonLayout::Lines,
            ),
            (
                "{\"columns\":[\"text\"],\"index\":[0],\"data\":[[\"x\"]]}",
                JsonLayout::DataFrame(SPLIT),
            ),
            ("[[1, \"x\"]]", JsonLayout::DataFrame(BY_VALUES)),
        ] {
            let lookup = FieldLookup::new(&FieldNames::default());
            let complete = !json.ends_with("cut o");
            assert_eq!(of(json.as_bytes(), complete, &lookup), expected, "{json}");
        }
    }
}

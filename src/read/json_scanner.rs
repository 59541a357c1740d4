//! Walks over one line of JSON without decoding it.
//!
//! It accepts what `serde_json` accepts, which tests compare on arbitrary lines, with three
//! differences: a `\u` escape of half a surrogate pair is decoded as U+FFFD and counted, since
//! crawls hold such text; a number too large for a float is no error, since numbers are only
//! copied; and `NaN`, `Infinity` and `-Infinity`, which Python writes, stand for null.
//!
//! Own code, because the crates cost more than the 3 % of a scan that a crate may cost. Measured on
//! 100,000 generated articles (331 MB) in warm memory, on one core:
//!
//! | finding and decoding seven fields of each record | CPU time |
//! |---|---|
//! | this scanner | 155 ms |
//! | `serde_json` 1.0.154, `Cow<str>` per field | 198 ms |
//! | `sonic-rs` 0.5.10, `to_object_iter` | 238 ms |
//! | `jiter` 0.19.0, `known_str` per field | 247 ms |
//! | `serde_json`, `&RawValue` per field, strings decoded afterwards | 283 ms |
//!
//! A whole default scan, which reads some records twice, took 6.2 s of CPU time with this scanner
//! and 6.5 s, 4.7 % more, with `serde_json` and `RawValue` (medians of six runs in turn, two
//! threads, a busy machine). `Cow<str>` would be cheaper, but it fails on half a surrogate pair and
//! loses the digits of a number, so it would need a second way of reading beside it.
//!
//! Advice before a change: nearly all time goes into finding the end of the text. `memchr2` jumps
//! from one quote or backslash to the next with SIMD. Control characters, which JSON forbids in
//! strings, are looked for once in the whole line ([`has_controls`]); only a line that has any (a
//! tab between tokens, for example) is checked string by string. The places of escapes are noted on
//! the way, so that decoding searches nothing twice. A test of each byte costs more than everything
//! else together.

use arrayvec::ArrayVec;
use memchr::memchr2;

use super::json_value::{DEEPEST, JsonError, JsonErrorKind, JsonString, JsonValue};

/// Objects and lists within one another that a visitor may enter. Deeper ones are values.
pub(super) const MOST_ENTERED: usize = 10;

/// Kinds of values that a visitor enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Enters {
    Nothing,
    Objects,
    /// Objects, and lists that begin with an object.
    ObjectsAndLists,
}

/// Visitor of the names and values of a record.
pub(super) trait RecordVisitor<'a> {
    /// Takes the next name of the innermost object, and tells whether to enter its value.
    fn name(&mut self, name: &str) -> Enters;

    /// Takes the value of the last name, if it was not entered.
    fn value(&mut self, _: JsonValue<'a>) {}

    /// Enters the value of the last name, a list or an object.
    fn enter(&mut self, _is_list: bool) {}

    /// Comes to an object in the list that was entered last. Returns true to enter it.
    fn element(&mut self) -> bool {
        false
    }

    /// Leaves what was entered last.
    fn leave(&mut self, _: JsonValue<'a>) {}
}

/// Visits the names of a record, and no names within objects.
pub(super) struct NamesOnly<F>(pub(super) F);

impl<F: FnMut(&str)> RecordVisitor<'_> for NamesOnly<F> {
    fn name(&mut self, name: &str) -> Enters {
        (self.0)(name);
        Enters::Nothing
    }
}

/// An object or list that was entered.
#[derive(Debug, Clone, Copy)]
struct Entered {
    start: usize,
    /// Where its first name or element may stand.
    first: usize,
    is_list: bool,
}

impl Entered {
    fn at(start: usize, is_list: bool) -> Self {
        Self {
            start,
            first: start,
            is_list,
        }
    }

    /// The whole value; `text` ends with it.
    fn value<'a>(&self, text: &'a str) -> JsonValue<'a> {
        match self.is_list {
            true => JsonValue::Array(&text[self.start..]),
            false => JsonValue::Object(&text[self.start..]),
        }
    }
}

/// A place in one line of JSON.
pub(super) struct JsonScanner<'a, 'e> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The line holds control characters, so strings must be searched for them.
    controls: bool,
    /// Places of the backslashes in strings, each counted from its string's start. A line is
    /// shorter than 4 GiB.
    escapes: &'e mut Vec<u32>,
}

impl<'a, 'e> JsonScanner<'a, 'e> {
    pub(super) fn new(text: &'a str, escapes: &'e mut Vec<u32>) -> Self {
        escapes.clear();
        let bytes = text.as_bytes();
        Self {
            text,
            bytes,
            at: 0,
            controls: has_controls(bytes),
            escapes,
        }
    }

    /// Index of the next byte.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes on at another byte.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Decodes a string that this scanner walked over. Returns true if half a surrogate pair was
    /// replaced.
    pub(super) fn unescape(&self, string: JsonString<'a>, out: &mut String) -> bool {
        string.unescape(self.escapes, out)
    }

    /// Walks over a whole record and shows it to `visitor`.
    ///
    /// It does not recurse: containers that the visitor enters are on a short stack, and all others
    /// are walked over as values.
    pub(super) fn record(&mut self, visitor: &mut impl RecordVisitor<'a>) -> Result<(), JsonError> {
        self.space();
        if self.peek() != Some(b'{') {
            let value = self.value(0)?;
            return match self.end() {
                Ok(()) => Err(JsonError {
                    at: 0,
                    kind: JsonErrorKind::NoObject(value.kind()),
                }),
                error => error,
            };
        }
        let mut open = ArrayVec::<Entered, MOST_ENTERED>::new();
        let mut decoded = String::new();
        let mut innermost = Entered::at(self.at, false);
        self.at += 1;
        self.space();
        innermost.first = self.at;
        loop {
            // Before a name or an element, or at the closing brace of an empty object.
            let entered = if innermost.is_list {
                let entered = self.peek() == Some(b'{') && visitor.element();
                if !entered {
                    self.value(open.len() as u32 + 1)?;
                }
                entered.then_some(false)
            } else if self.peek() == Some(b'}') && self.at == innermost.first {
                None
            } else {
                let room = open.len() < MOST_ENTERED;
                self.member(visitor, &mut decoded, open.len() as u32 + 1, room)?
            };
            if let Some(is_list) = entered {
                open.push(innermost);
                innermost = Entered::at(self.at, is_list);
                self.at += 1;
                self.space();
                innermost.first = self.at;
                continue;
            }
            // After a value.
            loop {
                self.space();
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.space();
                        break;
                    }
                    Some(b'}') if !innermost.is_list => self.at += 1,
                    Some(b']') if innermost.is_list => self.at += 1,
                    _ => return self.error("a comma or a closing brace is missing"),
                }
                let value = innermost.value(&self.text[..self.at]);
                match open.pop() {
                    None => return self.end(),
                    Some(outer) => {
                        visitor.leave(value);
                        innermost = outer;
                    }
                }
            }
        }
    }

    /// Walks over a name and its value, at `depth` open containers. If the visitor enters the
    /// value, stops before it and tells whether it is a list.
    #[inline]
    fn member(
        &mut self,
        visitor: &mut impl RecordVisitor<'a>,
        decoded: &mut String,
        depth: u32,
        room: bool,
    ) -> Result<Option<bool>, JsonError> {
        let key = self.key()?;
        let enters = if key.escapes == 0 {
            visitor.name(key.raw)
        } else {
            decoded.clear();
            key.unescape(self.escapes, decoded);
            visitor.name(decoded)
        };
        if enters != Enters::Nothing && room {
            let lists = enters == Enters::ObjectsAndLists;
            let is_list = match self.peek() {
                Some(b'{') => Some(false),
                // There must be room for the object in the list, too.
                Some(b'[') if lists && (depth as usize) < MOST_ENTERED => {
                    self.begins_with_object().then_some(true)
                }
                _ => None,
            };
            if let Some(is_list) = is_list {
                visitor.enter(is_list);
                return Ok(Some(is_list));
            }
        }
        let value = self.value(depth)?;
        visitor.value(value);
        Ok(None)
    }

    /// Tells whether the list that opens here begins with an object.
    fn begins_with_object(&self) -> bool {
        let inside = self.bytes[self.at + 1..].iter();
        inside.copied().find(|byte| !byte.is_ascii_whitespace()) == Some(b'{')
    }

    /// Walks over a name and its colon.
    #[inline]
    pub(super) fn key(&mut self) -> Result<JsonString<'a>, JsonError> {
        if self.peek() != Some(b'"') {
            return self.error("a name in double quotes is missing");
        }
        let key = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return self.error("a colon is missing after the name");
        }
        self.at += 1;
        self.space();
        Ok(key)
    }

    /// Walks over one value; `depth` arrays and objects are open around it.
    #[inline]
    pub(super) fn value(&mut self, depth: u32) -> Result<JsonValue<'a>, JsonError> {
        match self.peek() {
            Some(b'"') => self.string().map(JsonValue::String),
            Some(bracket @ (b'{' | b'[')) => {
                let start = self.at;
                self.nested(depth)?;
                let text = &self.text[start..self.at];
                Ok(match bracket {
                    b'{' => JsonValue::Object(text),
                    _ => JsonValue::Array(text),
                })
            }
            _ => self.scalar(),
        }
    }

    /// Walks over a number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<JsonValue<'a>, JsonError> {
        let (word, value) = match self.peek() {
            Some(b't') => ("true", JsonValue::Bool),
            Some(b'f') => ("false", JsonValue::Bool),
            Some(b'n') => ("null", JsonValue::Null),
            Some(b'N') => ("NaN", JsonValue::Null),
            Some(b'I') => ("Infinity", JsonValue::Null),
            Some(b'-') if self.bytes.get(self.at + 1) == Some(&b'I') => {
                ("-Infinity", JsonValue::Null)
            }
            Some(b'-' | b'0'..=b'9') => return self.number(),
            Some(_) => return self.error("a value is missing"),
            None => return self.error("the line ends in the middle of the record"),
        };
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.error("a value is missing");
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<JsonValue<'a>, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self.error("a number may not start with 0");
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(JsonValue::Number(&self.text[start..self.at]))
    }

    /// Walks over one digit or more.
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            self.error("a digit is missing in a number")
        } else {
            Ok(())
        }
    }

    /// Walks over a string, from its opening quote on.
    #[inline]
    pub(super) fn string(&mut self) -> Result<JsonString<'a>, JsonError> {
        self.at += 1;
        let start = self.at;
        let first_escape = self.escapes.len();
        loop {
            let rest = &self.bytes[self.at..];
            let Some(n) = memchr2(b'"', b'\\', rest) else {
                if let Some(control) = self.control_in(rest) {
                    return control;
                }
                self.at = self.bytes.len();
                return self.error("a string is not closed");
            };
            if let Some(control) = self.control_in(&rest[..n]) {
                return control;
            }
            self.at += n;
            if rest[n] == b'"' {
                let raw = &self.text[start..self.at];
                self.at += 1;
                let escapes = (self.escapes.len() - first_escape) as u32;
                return Ok(JsonString {
                    raw,
                    first_escape: first_escape as u32,
                    escapes,
                });
            }
            self.escapes.push((self.at - start) as u32);
            self.escape()?;
        }
    }

    #[inline]
    fn control_in(&self, piece: &[u8]) -> Option<Result<JsonString<'a>, JsonError>> {
        if !self.controls {
            return None;
        }
        let n = piece.iter().position(|&byte| byte < 0x20)?;
        Some(Err(JsonError {
            at: self.at + n,
            kind: JsonErrorKind::Syntax("a control character in a string; write it as an escape"),
        }))
    }

    /// Walks over an escape, from its backslash on.
    #[inline]
    fn escape(&mut self) -> Result<(), JsonError> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u')
                if self
                    .bytes
                    .get(self.at + 2..self.at + 6)
                    .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) =>
            {
                self.at += 6;
            }
            _ => return self.error("an escape that JSON does not know"),
        }
        Ok(())
    }

    /// Walks over an array or object; `depth` of them are open around it. It does not recurse: the
    /// open ones are a stack of bits, 1 for an object.
    fn nested(&mut self, depth: u32) -> Result<(), JsonError> {
        let mut open: u128 = 0;
        let mut depth_here = depth;
        loop {
            // Before a value.
            let empty = match self.peek() {
                Some(bracket @ (b'{' | b'[')) => {
                    depth_here += 1;
                    if depth_here > DEEPEST {
                        return Err(JsonError {
                            at: self.at,
                            kind: JsonErrorKind::TooDeep,
                        });
                    }
                    let object = bracket == b'{';
                    open = open << 1 | u128::from(object);
                    self.at += 1;
                    self.space();
                    let closing = if object { b'}' } else { b']' };
                    if self.peek() != Some(closing) {
                        if object {
                            self.key()?;
                        }
                        continue;
                    }
                    true
                }
                Some(b'"') => {
                    let noted = self.escapes.len();
                    self.string()?;
                    // Nothing inside is decoded, so its escapes need not be noted.
                    self.escapes.truncate(noted);
                    false
                }
                _ => {
                    self.scalar()?;
                    false
                }
            };
            // After a value, or on the closing bracket of an empty array or object.
            let mut closing = empty;
            loop {
                if !closing {
                    self.space();
                }
                closing = false;
                let in_object = open & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.space();
                        if in_object {
                            self.key()?;
                        }
                        break;
                    }
                    Some(b'}') if in_object => self.at += 1,
                    Some(b']') if !in_object => self.at += 1,
                    _ => return self.error("a comma or a closing bracket is missing"),
                }
                open >>= 1;
                depth_here -= 1;
                if depth_here == depth {
                    return Ok(());
                }
            }
        }
    }

    /// Checks that nothing but white space follows.
    fn end(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            self.error("something follows the record")
        }
    }

    /// Skips white space.
    #[inline]
    pub(super) fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The next byte.
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[cold]
    fn error<T>(&self, what: &'static str) -> Result<T, JsonError> {
        let what = if self.at == self.bytes.len() && !what.contains("closed") {
            "the line ends in the middle of the record"
        } else {
            what
        };
        Err(JsonError {
            at: self.at,
            kind: JsonErrorKind::Syntax(what),
        })
    }
}

/// Tells whether any byte is a control character. Written so that the compiler vectorises it.
fn has_controls(bytes: &[u8]) -> bool {
    let mut chunks = bytes.chunks_exact(64);
    chunks.any(|chunk| {
        chunk
            .iter()
            .fold(0u8, |any, &byte| any | u8::from(byte < 0x20))
            != 0
    }) || chunks.remainder().iter().any(|&byte| byte < 0x20)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    /// Lines that are JSON, nearly JSON, and nothing like it.
    pub(in crate::read) fn lines() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("false".to_owned()),
            "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
            "[-+.0-9eE]{1,6}",
            "-?0?[0-9]{1,2}",
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
            concat!(
                "\"([a-z \\t\u{1}é\u{1F600}]|\\\\[\"\\\\/bfnrtux]|\\\\u[0-9a-fA-F]{4}",
                "|\\\\ud83d|\\\\ude00){0,8}\""
            ),
        ];
        let value = scalar.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4)
                    .prop_map(|values| format!("[{}]", values.join(" , "))),
                proptest::collection::vec(("\"[a-zé]{0,5}\"", inner), 0..4).prop_map(
                    |pairs| format!(
                        "{{{}}}",
                        pairs
                            .iter()
                            .map(|(k, v)| format!("{k}:{v}"))
                            .collect::<Vec<_>>()
                            .join(",")
                    )
                ),
            ]
        });
        let key = prop_oneof![
            "\"(id|text|content|body|url|date|title|author|x|te\\\\u0078t)\"",
            "\"[a-z\\\\]{0,3}\""
        ];
        let record = proptest::collection::vec((key, value.clone()), 0..6).prop_map(|pairs| {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(key, value)| format!("{key} :{value}"))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        });
        prop_oneof![
            4 => record.clone(),
            1 => value,
            2 => (record, any::<prop::sample::Index>(), "[\\[\\]{}\":,\\\\ \\t\\r\u{b}0a]?")
                .prop_map(|(line, at, put)| {
                    let starts: Vec<_> = line.char_indices().map(|(n, _)| n).collect();
                    let at = starts.get(at.index(starts.len())).copied().unwrap_or(0);
                    let next = line[at..].chars().next().map_or(0, char::len_utf8);
                    format!("{}{put}{}", &line[..at], &line[at + next..])
                }),
            1 => any::<String>(),
        ]
    }

    /// Cases that a scanner easily gets wrong and that random lines rarely hold.
    #[test]
    fn hard_cases_are_accepted_or_not_as_by_serde_json() {
        let values = "0 -0 00 01 -01 0.0 0. .0 -.0 1. 1.e1 1e 1e+ 1e-1 1E5 +1 - -- 0x1 1_0 1e1.0 \
            Infinit NaNs -Inf nan nul nulll tru truex True [] [,] [1,] [,1] [1,,2] [1 2] [[]] \
            [[] [}] {} {,} {\"a\"} {\"a\":} {\"a\":1,} {,\"a\":1} {a:1} {1:1} \
            {\"a\":1\"b\":2} {\"a\"::1} {\"a\",1} [{]} {[]} {\"a\":[} 'a' \"\\\" \
            \"\\\\\" \"\\u12\" \"\\u123g\" \"\\u+123\" \"\\U1234\" \"\\'\" \"a\"b \"a";
        let spaces = [
            "", " ", "\t", "\r", "\n", "\u{b}", "\u{c}", "\u{a0}", "\u{feff}", "\u{0}", "//",
            "/**/",
        ];
        let lines = values
            .split_ascii_whitespace()
            .map(|value| format!("{{\"a\":{value}}}"))
            .chain(spaces.iter().flat_map(|space| {
                [
                    "@{\"a\":[1]}",
                    "{@\"a\":1}",
                    "{\"a\"@:1}",
                    "{\"a\":@1}",
                    "{\"a\":1@}",
                    "{\"a\":1}@",
                    "{\"a\":[@1]}",
                    "{\"a\":[1@,2]}",
                    "{\"a\":[1,@2]}",
                    "{\"a\":[@]}",
                    "{\"a\":{@}}",
                    "{@}",
                ]
                .map(|line| line.replace('@', space))
            }));
        for line in lines {
            let own = JsonScanner::new(&line, &mut Vec::new()).record(&mut NamesOnly(|_: &str| {}));
            let theirs = serde_json::from_str::<IgnoredAny>(&line);
            assert_eq!(own.is_ok(), theirs.is_ok(), "{line:?}: {own:?}, {theirs:?}");
        }
        for control in 0..=0x20u8 {
            let line = format!("{{\"a\":\"{}\"}}", char::from(control));
            assert_eq!(
                JsonScanner::new(&line, &mut Vec::new())
                    .record(&mut NamesOnly(|_: &str| {}))
                    .is_ok(),
                control == 0x20,
                "{line:?}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn lines_are_accepted_or_not_as_by_serde_json(line in lines()) {
            let mut escapes = Vec::new();
            let own = JsonScanner::new(&line, &mut escapes).record(&mut NamesOnly(|_: &str| {}));
            let object = line.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{');
            let kind = own.as_ref().err().map(|error| &error.kind);
            let syntax = matches!(kind, Some(JsonErrorKind::Syntax(_)));
            let no_object = matches!(kind, Some(JsonErrorKind::NoObject(_)));
            match serde_json::from_str::<IgnoredAny>(&line) {
                Ok(_) if object => prop_assert!(own.is_ok(), "{:?}", own),
                Ok(_) => prop_assert!(no_object, "{:?}", own),
                Err(_) => prop_assert!(syntax, "{:?}", own),
            }
        }
    }
}

//! Walks over one line of JSON without decoding it.
//!
//! The scanner is exactly as strict as `serde_json` (the tests hold it against it on arbitrary lines), with
//! two differences that are meant: a `\u` escape of half a surrogate pair is decoded as U+FFFD and counted instead of
//! failing, and a number too large for a float is no error, since numbers are only ever copied.
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
//! To the next person: nearly all time goes into finding the end of the text. `memchr2` jumps from one quote or
//! backslash to the next with SIMD, and control characters, which JSON forbids in strings, are looked for once in the
//! whole line ([`Scanner::controls`]); only a line that has any (a tab between tokens, for one) is checked
//! string by string. Where escapes stand is noted on the way, so that decoding searches nothing a second time. A test of
//! each byte costs more than everything else together.

use memchr::memchr2;

/// How deep arrays and objects may nest, the record's own object included: as deep as `serde_json` goes.
const DEEPEST: u32 = 127;

/// A JSON value, its extent checked and nothing decoded.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Null,
    Bool,
    Number(&'a str),
    String(Quoted<'a>),
    Array(&'a str),
    Object,
}
impl Value<'_> {
    pub(super) fn kind(self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object => "an object",
        }
    }
}

/// Appends the strings of an array to `out`, joined by "; ". `None`, and nothing appended, if the array is empty or
/// holds anything else; else whether half surrogate pairs were replaced.
pub(super) fn join(array: &str, out: &mut String) -> Option<bool> {
    let start = out.len();
    let mut escapes = Vec::new();
    let mut scanner = Scanner::new(array, &mut escapes);
    scanner.at = 1;
    let mut lossy = false;
    loop {
        scanner.space();
        let Some(b'"') = scanner.peek() else { break };
        let Ok(quoted) = scanner.string() else { break };
        if out.len() > start {
            out.push_str("; ");
        }
        lossy |= quoted.unescape(scanner.escapes, out);
        scanner.space();
        match scanner.peek() {
            Some(b',') => scanner.at += 1,
            Some(b']') => return (out.len() > start).then_some(lossy),
            _ => break,
        }
    }
    out.truncate(start);
    None
}

/// What stands between a string's quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoted<'a> {
    pub(super) inner: &'a str,
    /// Which of the escapes that the scanner noted are this string's.
    first_escape: u32,
    pub(super) escapes: u32,
}

impl Quoted<'_> {
    /// Appends the meaning of the string to `out`. True if half a surrogate pair had to be replaced.
    ///
    /// `escapes` is where the scanner noted them: jumping there spares a second search for backslashes.
    pub(super) fn unescape(&self, escapes: &[u32], out: &mut String) -> bool {
        let inner = self.inner;
        let first = self.first_escape as usize;
        let escapes = escapes
            .get(first..first + self.escapes as usize)
            .unwrap_or_default();
        out.reserve(inner.len());
        let mut lossy = false;
        let mut done = 0;
        for &at in escapes {
            let at = at as usize;
            if at < done {
                // The second half of a surrogate pair.
                continue;
            }
            out.push_str(&inner[done..at]);
            done = at + 2;
            out.push(match inner.as_bytes()[at + 1] {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => {
                    let unit = hex(&inner[done..]);
                    done += 4;
                    let low = match unit {
                        0xd800..=0xdbff => inner[done..].strip_prefix("\\u").map(hex),
                        _ => None,
                    };
                    let decoded = match low {
                        Some(low @ 0xdc00..=0xdfff) => {
                            done += 6;
                            char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
                        }
                        _ => char::from_u32(unit),
                    };
                    lossy |= decoded.is_none();
                    decoded.unwrap_or(char::REPLACEMENT_CHARACTER)
                }
                itself => char::from(itself),
            });
        }
        out.push_str(&inner[done..]);
        lossy
    }
}

/// The number in the four hexadecimal digits at the start of `text`.
fn hex(text: &str) -> u32 {
    text.bytes().take(4).fold(0, |sum, digit| {
        sum << 4 | char::from(digit).to_digit(16).unwrap_or(0)
    })
}

/// Why a line is no record.
#[derive(Debug)]
pub(super) struct Flaw {
    /// The byte, from 0.
    at: usize,
    why: Why,
}

#[derive(Debug)]
pub(super) enum Why {
    Syntax(&'static str),
    TooDeep,
    NoObject(&'static str),
}

impl Flaw {
    pub(super) fn reason(&self) -> String {
        let column = self.at + 1;
        match self.why {
            Why::Syntax(what) => format!("not JSON at column {column}: {what}"),
            Why::TooDeep => format!("nested more than {DEEPEST} deep at column {column}"),
            Why::NoObject(kind) => format!(
                "{kind} where an object with named fields belongs; write one JSON object a line"
            ),
        }
    }
}

/// Walks over one line.
pub(super) struct Scanner<'a, 'e> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The line holds control characters somewhere, so strings must be searched for them.
    controls: bool,
    /// Where the backslashes of strings stand, each counted from its string's start; a line is shorter than 4 GiB.
    escapes: &'e mut Vec<u32>,
}

impl<'a, 'e> Scanner<'a, 'e> {
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

    /// Walks over a whole record and hands each name and value of its object to `each`.
    pub(super) fn record(&mut self, mut each: impl FnMut(&str, Value<'a>)) -> Result<(), Flaw> {
        self.space();
        if self.peek() != Some(b'{') {
            let value = self.value(0)?;
            return match self.end() {
                Ok(()) => Err(Flaw {
                    at: 0,
                    why: Why::NoObject(value.kind()),
                }),
                flaw => flaw,
            };
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return self.end();
        }
        let mut decoded = String::new();
        loop {
            let key = self.key()?;
            let value = self.value(1)?;
            if key.escapes == 0 {
                each(key.inner, value);
            } else {
                decoded.clear();
                key.unescape(self.escapes, &mut decoded);
                each(&decoded, value);
            }
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return self.end();
                }
                _ => return self.flaw("a comma or a closing brace is missing"),
            }
            self.space();
        }
    }

    /// A name and its colon.
    #[inline]
    fn key(&mut self) -> Result<Quoted<'a>, Flaw> {
        if self.peek() != Some(b'"') {
            return self.flaw("a name in double quotes is missing");
        }
        let key = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return self.flaw("a colon is missing after the name");
        }
        self.at += 1;
        self.space();
        Ok(key)
    }

    /// One value; `depth` containers are open around it.
    #[inline]
    fn value(&mut self, depth: u32) -> Result<Value<'a>, Flaw> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{') => {
                self.nested(depth)?;
                Ok(Value::Object)
            }
            Some(b'[') => {
                let start = self.at;
                self.nested(depth)?;
                Ok(Value::Array(&self.text[start..self.at]))
            }
            _ => self.scalar(),
        }
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<Value<'a>, Flaw> {
        let (word, value) = match self.peek() {
            Some(b't') => ("true", Value::Bool),
            Some(b'f') => ("false", Value::Bool),
            Some(b'n') => ("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => return self.number(),
            Some(_) => return self.flaw("a value is missing"),
            None => return self.flaw("the line ends in the middle of the record"),
        };
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.flaw("a value is missing");
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value<'a>, Flaw> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self.flaw("a number may not start with 0");
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
        Ok(Value::Number(&self.text[start..self.at]))
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            self.flaw("a digit is missing in a number")
        } else {
            Ok(())
        }
    }

    /// A string; the scanner stands on its opening quote.
    #[inline]
    fn string(&mut self) -> Result<Quoted<'a>, Flaw> {
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
                return self.flaw("a string is not closed");
            };
            if let Some(control) = self.control_in(&rest[..n]) {
                return control;
            }
            self.at += n;
            if rest[n] == b'"' {
                let inner = &self.text[start..self.at];
                self.at += 1;
                let escapes = (self.escapes.len() - first_escape) as u32;
                return Ok(Quoted {
                    inner,
                    first_escape: first_escape as u32,
                    escapes,
                });
            }
            self.escapes.push((self.at - start) as u32);
            self.escape()?;
        }
    }

    #[inline]
    fn control_in(&self, piece: &[u8]) -> Option<Result<Quoted<'a>, Flaw>> {
        if !self.controls {
            return None;
        }
        let n = piece.iter().position(|&byte| byte < 0x20)?;
        Some(Err(Flaw {
            at: self.at + n,
            why: Why::Syntax("a control character in a string; write it as an escape"),
        }))
    }

    /// An escape; the scanner stands on its backslash.
    #[inline]
    fn escape(&mut self) -> Result<(), Flaw> {
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
            _ => return self.flaw("an escape that JSON does not know"),
        }
        Ok(())
    }

    /// Walks over an array or object, `depth` of which are open around it. Not by recursion: what is open is a stack of
    /// bits, 1 for an object.
    fn nested(&mut self, depth: u32) -> Result<(), Flaw> {
        let mut open: u128 = 0;
        let mut depth_here = depth;
        loop {
            // Before a value.
            let empty = match self.peek() {
                Some(bracket @ (b'{' | b'[')) => {
                    depth_here += 1;
                    if depth_here > DEEPEST {
                        return Err(Flaw {
                            at: self.at,
                            why: Why::TooDeep,
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
                    // Nobody decodes what is inside; the notes would only grow.
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
                    _ => return self.flaw("a comma or a closing bracket is missing"),
                }
                open >>= 1;
                depth_here -= 1;
                if depth_here == depth {
                    return Ok(());
                }
            }
        }
    }

    /// Nothing but white space may follow.
    fn end(&mut self) -> Result<(), Flaw> {
        self.space();
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            self.flaw("something follows the record")
        }
    }

    #[inline]
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[cold]
    fn flaw<T>(&self, what: &'static str) -> Result<T, Flaw> {
        let what = if self.at == self.bytes.len() && !what.contains("closed") {
            "the line ends in the middle of the record"
        } else {
            what
        };
        Err(Flaw {
            at: self.at,
            why: Why::Syntax(what),
        })
    }
}

/// Whether any byte is a control character. Written for the compiler to vectorise.
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

    /// Lines that are JSON, nearly JSON, and not at all.
    pub(in crate::read) fn lines() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("false".to_owned()),
            "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
            "[-+.0-9eE]{1,6}",
            "-?0?[0-9]{1,2}",
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
            "\"([a-z \\t\u{1}é\u{1F600}]|\\\\[\"\\\\/bfnrtux]|\\\\u[0-9a-fA-F]{4}|\\\\ud83d|\\\\ude00){0,8}\"",
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
            2 => (record, any::<prop::sample::Index>(), "[\\[\\]{}\",:\\\\ \\t\\r\u{b}0a]?").prop_map(|(line, at, put)| {
                let at = line.char_indices().map(|(n, _)| n).nth(at.index(line.chars().count())).unwrap_or(0);
                let next = line[at..].chars().next().map_or(0, char::len_utf8);
                format!("{}{put}{}", &line[..at], &line[at + next..])
            }),
            1 => any::<String>(),
        ]
    }

    /// What a scanner by hand gets wrong most easily; the random lines seldom come by.
    #[test]
    fn hard_values_are_judged_as_by_serde_json() {
        let values = "0 -0 00 01 -01 0.0 0. .0 -.0 1. 1.e1 1e 1e+ 1e-1 1E5 +1 - -- 0x1 1_0 1e1.0 Infinity NaN nul nulll \
            tru truex True [] [,] [1,] [,1] [1,,2] [1 2] [[]] [[] [}] {} {,} {\"a\"} {\"a\":} {\"a\":1,} {,\"a\":1} {a:1} \
            {1:1} {\"a\":1\"b\":2} {\"a\"::1} {\"a\",1} [{]} {[]} {\"a\":[} 'a' \"\\\" \"\\\\\" \"\\u12\" \"\\u123g\" \
            \"\\u+123\" \"\\U1234\" \"\\'\" \"a\"b \"a";
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
            let own = Scanner::new(&line, &mut Vec::new()).record(|_, _| {});
            let theirs = serde_json::from_str::<IgnoredAny>(&line);
            assert_eq!(own.is_ok(), theirs.is_ok(), "{line:?}: {own:?}, {theirs:?}");
        }
        for control in 0..=0x20u8 {
            let line = format!("{{\"a\":\"{}\"}}", char::from(control));
            assert_eq!(
                Scanner::new(&line, &mut Vec::new())
                    .record(|_, _| {})
                    .is_ok(),
                control == 0x20,
                "{line:?}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn exactly_as_strict_as_serde_json(line in lines()) {
            let mut escapes = Vec::new();
            let own = Scanner::new(&line, &mut escapes).record(|_, _| {});
            let object = line.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{');
            let why = own.as_ref().err().map(|flaw| &flaw.why);
            let (syntax, no_object) = (matches!(why, Some(Why::Syntax(_))), matches!(why, Some(Why::NoObject(_))));
            match serde_json::from_str::<IgnoredAny>(&line) {
                Ok(_) if object => prop_assert!(own.is_ok(), "{:?}", own),
                Ok(_) => prop_assert!(no_object, "{:?}", own),
                Err(_) => prop_assert!(syntax, "{:?}", own),
            }
        }
    }
}

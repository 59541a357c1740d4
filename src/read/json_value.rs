//! Values, strings and errors of JSON.

/// Deepest nesting of arrays and objects, the record's own object included: as deep as `serde_json`
/// goes.
pub(super) const DEEPEST: u32 = 127;

/// A JSON value: checked, but not decoded.
#[derive(Debug, Clone, Copy)]
pub(super) enum JsonValue<'a> {
    Null,
    Bool,
    Number(&'a str),
    String(JsonString<'a>),
    /// As it stands in the line.
    Array(&'a str),
    /// As it stands in the line.
    Object(&'a str),
}

impl JsonValue<'_> {
    /// Name of the value's type in messages.
    pub(super) fn kind(self) -> &'static str {
        match self {
            JsonValue::Null => "null",
            JsonValue::Bool => "true or false",
            JsonValue::Number(_) => "a number",
            JsonValue::String(_) => "a string",
            JsonValue::Array(_) => "an array",
            JsonValue::Object(_) => "an object",
        }
    }
}

/// A string of JSON, without its quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonString<'a> {
    /// Its content, escapes included.
    pub(super) raw: &'a str,
    /// Index of its first escape among those that the scanner noted.
    pub(super) first_escape: u32,
    /// Number of its escapes.
    pub(super) escapes: u32,
}

impl JsonString<'_> {
    /// Appends the decoded string to `out`. Returns true if half a surrogate pair was replaced.
    ///
    /// `escapes` are the places that the scanner noted, which saves a second search for
    /// backslashes.
    pub(super) fn unescape(&self, escapes: &[u32], out: &mut String) -> bool {
        let raw = self.raw;
        let first = self.first_escape as usize;
        let escapes = escapes
            .get(first..first + self.escapes as usize)
            .unwrap_or_default();
        out.reserve(raw.len());
        let mut lossy = false;
        let mut done = 0;
        for &at in escapes {
            let at = at as usize;
            if at < done {
                // The second half of a surrogate pair, decoded with the first.
                continue;
            }
            out.push_str(&raw[done..at]);
            done = at + 2;
            out.push(match raw.as_bytes()[at + 1] {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => {
                    let unit = hex(&raw[done..]);
                    done += 4;
                    let low = match unit {
                        0xd800..=0xdbff => raw[done..].strip_prefix("\\u").map(hex),
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
        out.push_str(&raw[done..]);
        lossy
    }
}

/// The number that is written in the four hexadecimal digits at the start of `text`.
fn hex(text: &str) -> u32 {
    text.bytes().take(4).fold(0, |sum, digit| {
        sum << 4 | char::from(digit).to_digit(16).unwrap_or(0)
    })
}

/// The reason why a line is no record.
#[derive(Debug)]
pub(super) struct JsonError {
    /// Index of the byte at fault.
    pub(super) at: usize,
    pub(super) kind: JsonErrorKind,
}

/// Kind of a [`JsonError`].
#[derive(Debug)]
pub(super) enum JsonErrorKind {
    /// Not JSON.
    Syntax(&'static str),
    TooDeep,
    /// JSON of another type than an object.
    NoObject(&'static str),
}

impl JsonError {
    /// The reason to reject the line.
    pub(super) fn reason(&self) -> String {
        let column = self.at + 1;
        match self.kind {
            JsonErrorKind::Syntax(what) => format!("not JSON at column {column}: {what}"),
            JsonErrorKind::TooDeep => format!("nested more than {DEEPEST} deep at column {column}"),
            JsonErrorKind::NoObject(kind) => format!(
                "{kind} where an object with named fields belongs; write one JSON object a line"
            ),
        }
    }
}

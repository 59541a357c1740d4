//! Strings within lists and objects that stand for the value of one field.
//!
//! | value | is read as |
//! |---|---|
//! | `["A", "B"]` as author | `A; B` |
//! | `[{"name": "A"}, {"name": "B"}]` as author | `A; B` |
//! | the same in another field | `A` |
//! | `{"$date": {"$numberLong": "1772611200000"}}` | `1772611200000` |
//! | `["One.", {"type": "paragraph", "text": "Two."}]` as text | a line each |
//! | `{"summary": ["One."], "sections": [{"paragraphs": ["Two."]}]}` as text | a line each |
//!
//! The values were walked over before, so they are valid JSON.

use super::field_lookup::VALUE_KEYS;
use super::json_scanner::JsonScanner;
use super::json_value::JsonValue;
use super::names::Field;

/// Keys under which an object that is a text, or a piece of one, keeps its words.
const TEXT_KEYS: &[&str] = &[
    "summary",
    "sections",
    "section",
    "headline",
    "heading",
    "paragraphs",
    "paragraph",
    "text",
    "value",
    "content",
    "children",
    "blocks",
    "body",
    "plaintext",
    "rendered",
    "#text",
    "@value",
    "p",
];

/// Objects and lists within one another that stand for the value of a field other than the text.
const DEEPEST_VALUE: u32 = 4;

/// Appends the strings of a list or object to `out`, as the value of `field`. Returns true if half
/// a surrogate pair was replaced, or `None`, with nothing appended, if there is no string.
pub(super) fn join_strings(value: &str, field: Field, out: &mut String) -> Option<bool> {
    let start = out.len();
    let mut escapes = Vec::new();
    let mut strings = Strings {
        scanner: JsonScanner::new(value, &mut escapes),
        out,
        start,
        lossy: false,
    };
    // The value was walked over before, so this does not fail.
    let _ = match field {
        Field::Text => strings.text(),
        _ => strings.value(field, DEEPEST_VALUE),
    };
    let lossy = strings.lossy;
    (out.len() > start).then_some(lossy)
}

/// The strings of a value, in the making.
struct Strings<'a, 'e, 'o> {
    scanner: JsonScanner<'a, 'e>,
    out: &'o mut String,
    /// Length of `out` before the value.
    start: usize,
    lossy: bool,
}

/// A step through valid JSON; `None` where it ends.
type Step = Option<()>;

impl Strings<'_, '_, '_> {
    /// The words of a text: all strings in lists, and in objects those under [`TEXT_KEYS`].
    fn text(&mut self) -> Step {
        // The containers around, innermost last: 1 for an object. They nest at most 127 deep.
        let mut open: u128 = 1;
        loop {
            // Before a value.
            self.scanner.space();
            match self.scanner.peek()? {
                bracket @ (b'{' | b'[') => {
                    open = open << 1 | u128::from(bracket == b'{');
                    self.skip_byte();
                    if !self.at_closing() && (open & 1 == 0 || self.text_key()?) {
                        continue;
                    }
                }
                b'"' => {
                    let string = self.scanner.string().ok()?;
                    self.append(JsonValue::String(string), "\n");
                }
                _ => drop(self.scanner.value(1).ok()?),
            }
            // After a value.
            loop {
                self.scanner.space();
                match self.scanner.peek()? {
                    b',' => {
                        self.skip_byte();
                        if open & 1 == 0 || self.text_key()? {
                            break;
                        }
                        continue;
                    }
                    _ => self.skip_byte(),
                }
                open >>= 1;
                if open == 1 {
                    return Some(());
                }
            }
        }
    }

    /// Walks over members of an object until the value of one of [`TEXT_KEYS`] follows. Returns
    /// false at the end of the object.
    fn text_key(&mut self) -> Option<bool> {
        loop {
            self.scanner.space();
            let key = self.scanner.key().ok()?;
            if TEXT_KEYS
                .iter()
                .any(|known| key.raw.eq_ignore_ascii_case(known))
            {
                return Some(true);
            }
            self.scanner.value(1).ok()?;
            self.scanner.space();
            if self.scanner.peek()? != b',' {
                return Some(false);
            }
            self.skip_byte();
        }
    }

    /// One string or number, or the best one within a list or an object.
    fn value(&mut self, field: Field, deepest: u32) -> Step {
        self.scanner.space();
        match self.scanner.peek()? {
            b'[' if deepest > 0 => {
                self.skip_byte();
                while !self.at_closing() {
                    // Of a list, all authors count, and the first of all else.
                    match field == Field::Author || self.out.len() == self.start {
                        true => self.value(field, deepest - 1)?,
                        false => drop(self.scanner.value(1).ok()?),
                    }
                    self.scanner.space();
                    if self.scanner.peek()? == b',' {
                        self.skip_byte();
                    }
                }
                self.skip_byte();
            }
            b'{' if deepest > 0 => self.best_member(field, deepest)?,
            _ => {
                let value = self.scanner.value(1).ok()?;
                self.append(value, "; ");
            }
        }
        Some(())
    }

    /// The value of an object's best key.
    fn best_member(&mut self, field: Field, deepest: u32) -> Step {
        let mut best: Option<(usize, usize)> = None;
        self.skip_byte();
        while !self.at_closing() {
            let key = self.scanner.key().ok()?;
            let at = self.scanner.at();
            let value = self.scanner.value(1).ok()?;
            let empty = match value {
                JsonValue::Null | JsonValue::Bool => true,
                JsonValue::String(string) => string.raw.is_empty(),
                _ => false,
            };
            if let (Some(rank), false) = (key_rank(field, key.raw), empty)
                && best.is_none_or(|(known, _)| rank < known)
            {
                best = Some((rank, at));
            }
            self.scanner.space();
            if self.scanner.peek()? == b',' {
                self.skip_byte();
            }
        }
        self.skip_byte();
        let after = self.scanner.at();
        if let Some((_, at)) = best {
            self.scanner.go_to(at);
            self.value(field, deepest - 1)?;
        }
        self.scanner.go_to(after);
        Some(())
    }

    /// Appends a string or a number, after `between` if it is not the first.
    fn append(&mut self, value: JsonValue<'_>, between: &str) {
        let before = self.out.len();
        if before > self.start {
            self.out.push_str(between);
        }
        let begins = self.out.len();
        match value {
            JsonValue::String(string) => {
                self.lossy |= self.scanner.unescape(string, self.out);
            }
            JsonValue::Number(digits) => self.out.push_str(digits),
            _ => {}
        }
        if self.out.len() == begins {
            self.out.truncate(before);
        }
    }

    fn skip_byte(&mut self) {
        self.scanner.go_to(self.scanner.at() + 1);
    }

    /// Skips white space, and tells whether a container ends there.
    fn at_closing(&mut self) -> bool {
        self.scanner.space();
        matches!(self.scanner.peek(), None | Some(b']' | b'}'))
    }
}

/// Preference of a key of an object that stands for a value of `field`, the smallest first.
fn key_rank(field: Field, key: &str) -> Option<usize> {
    let of_field: &[&str] = match field {
        Field::Url | Field::Canonical => &["@id", "url", "href", "uri", "link"],
        Field::Site => &["name", "title", "domain", "host", "uri"],
        Field::Title => &["main", "rendered", "text", "name"],
        Field::Author => &["name", "full_name", "fullname", "byline", "title"],
        Field::Id | Field::Text | Field::Published | Field::Crawled => &[],
    };
    let find = |keys: &[&str]| keys.iter().position(|known| *known == key);
    let usual = VALUE_KEYS.iter().position(|known| *known == key);
    // An id or a date has no name.
    let named = matches!(field, Field::Id | Field::Published | Field::Crawled) && key == "name";
    find(of_field).or(usual.map(|rank| rank + of_field.len()).filter(|_| !named))
}

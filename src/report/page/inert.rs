//! What comes from outside, made harmless: on a page a field is text and never more than that.
//!
//! The template escapes what it is given. This is for what it cannot know: characters that turn the text around them, urls, and JSON within HTML.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use url::Url;

/// A longer url is not linked: servers refuse it.
const LONGEST_URL: usize = 2000;

/// Whether the character shows nothing itself and changes what stands around it.
fn is_hidden(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control()
}

/// At most `most` characters of a field, with an ellipsis where some are missing; hidden characters as escapes.
pub fn field(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == most {
            out.push('…');
            break;
        }
        if is_hidden(c) {
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// A whole text, each hidden character but tabs and line breaks as U+FFFD, which takes as many UTF-16 units: places in the text stay.
pub fn body(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => c,
        c if is_hidden(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}

/// A url to link to, if it is one of the web; written so that it hides nothing.
pub fn link(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let of_the_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    (of_the_web && url.as_str().len() <= LONGEST_URL).then(|| url.into())
}

/// A value as JSON that may stand in a `script` element: nothing in it ends the element or begins another.
///
/// # Errors
/// None that is known: what is on the page can be written as JSON.
pub fn json(value: &impl Serialize) -> io::Result<String> {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(
        &mut out,
        Inert(CompactFormatter),
    ))?;
    String::from_utf8(out).map_err(io::Error::other)
}

/// Writes `<`, `>`, `&` and the line breaks of JavaScript as escapes; they stand in strings alone.
struct Inert(CompactFormatter);

impl Formatter for Inert {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut from = 0;
        let special = |c| matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
        for (at, found) in fragment.match_indices(special) {
            out.write_all(&fragment.as_bytes()[from..at])?;
            for c in found.chars() {
                write!(out, "\\u{:04x}", u32::from(c))?;
            }
            from = at + found.len();
        }
        out.write_all(&fragment.as_bytes()[from..])
    }

    fn write_char_escape<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(out, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_hide_nothing() {
        for (text, shown) in [
            ("text", "text"),
            ("longer", "long…"),
            ("abc\u{202e}def", "abc\\u{202e}…"),
            ("a\u{2066}b\0", "a\\u{2066}b\\u{0}"),
            ("שלום", "שלום"),
        ] {
            assert_eq!(field(text, 4), shown);
        }
    }

    #[test]
    fn places_in_bodies_stay() {
        let text = "a\u{202e}b\u{1f600}\r\n\u{0}c";
        assert_eq!(body(text), "a\u{fffd}b\u{1f600}\r\n\u{fffd}c");
        assert_eq!(
            body(text).encode_utf16().count(),
            text.encode_utf16().count()
        );
    }

    #[test]
    fn only_the_web_is_linked() {
        for (url, expected) in [
            ("https://a.example/x", Some("https://a.example/x")),
            ("HTTP://A.example", Some("http://a.example/")),
            (
                "https://a.example/\u{202e}\"<",
                Some("https://a.example/%E2%80%AE%22%3C"),
            ),
            ("javascript:alert(1)", None),
            ("JaVaScRiPt://a.example/%0aalert(1)", None),
            ("data:text/html,x", None),
            ("//a.example/", None),
            ("a.example", None),
            ("", None),
        ] {
            assert_eq!(link(url).as_deref(), expected, "{url}");
        }
        assert_eq!(
            link(&format!("https://a.example/{}", "x".repeat(2000))),
            None
        );
    }

    #[test]
    fn json_stays_within_its_element() {
        let text = "</script><!--&&\u{2028}\u{2029}\"\\\n\0<<é";
        let written = json(&text).expect("JSON");
        assert!(
            !written.contains(['<', '>', '&', '\u{2028}', '\u{2029}']),
            "{written}"
        );
        let read: String = serde_json::from_str(&written).expect("JSON");
        assert_eq!(read, text);
    }
}

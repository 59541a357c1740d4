//! Parts that all HTML pages share: style, script, a content security policy, and JSON that
//! is safe in a `script` element.
//!
//! Templates escape their values, and [`crate::text::escaping`] replaces characters that could
//! reverse or hide text.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use sha2::{Digest, Sha256};

/// The common style, with light and dark colours, followed by a page's own.
macro_rules! style {
    ($own:literal) => {
        concat!(include_str!("../html/base.css"), include_str!($own))
    };
}
pub(super) use style;

/// The common script, followed by the parts of a page's own, in a scope of their own.
macro_rules! script {
    ($($part:literal),+) => {
        concat!(
            include_str!("../html/base.js"),
            "(() => {\n",
            $(include_str!($part),)+
            "})();\n"
        )
    };
}
pub(super) use script;

/// The content security policy of a page: it allows this style and this script, and nothing else.
pub fn policy(style: &str, script: Option<&str>) -> String {
    let hash = |inline: &str| STANDARD.encode(Sha256::digest(inline));
    let mut policy = format!("default-src 'none'; style-src 'sha256-{}'", hash(style));
    if let Some(script) = script {
        policy += &format!("; script-src 'sha256-{}'", hash(script));
    }
    policy
        + "; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
           trusted-types 'none'"
}

/// A number with commas between thousands.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A value as JSON that can stand in a `script` element: nothing in it ends the element or begins
/// another.
///
/// # Errors
/// When the value has no form in JSON; the values of our pages all have one.
pub fn json(value: &impl Serialize) -> io::Result<String> {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(
        &mut out,
        ScriptSafe(CompactFormatter),
    ))?;
    String::from_utf8(out).map_err(io::Error::other)
}

/// Writes `<`, `>`, `&` and the line separators of JavaScript, which only occur in strings, as
/// escapes.
struct ScriptSafe(CompactFormatter);

impl Formatter for ScriptSafe {
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
    fn thousands_are_separated() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(n), text);
        }
    }

    #[test]
    fn json_cannot_end_its_element() {
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

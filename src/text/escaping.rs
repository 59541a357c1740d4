//! Text that can do nothing to whoever looks at it: what a hostile record holds is written out, not obeyed.

use std::borrow::Cow;
use std::fmt::Write as _;

use url::Url;

/// A longer url is not linked: servers refuse it.
const LONGEST_URL: usize = 2000;

/// The text with every character written out that could move the cursor, colour the screen or turn the direction of writing.
pub fn escaped(text: &str) -> String {
    field(text, usize::MAX)
}

/// At most `most` characters of a text, written out as by [`escaped`]; with an ellipsis where some are missing.
pub fn field(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most));
    for (at, c) in text.chars().enumerate() {
        if at == most {
            out.push('…');
            break;
        }
        if is_unsafe(c) {
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// A whole text, each such character but tabs and line breaks as U+FFFD, which takes as many UTF-16 units: places in the text stay.
pub fn body(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => c,
        c if is_unsafe(c) => char::REPLACEMENT_CHARACTER,
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

/// The JSON with every such character written as an escape, which means the same. It must be on one line.
pub fn json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            // All of them stand within strings, and within the first 65,536 characters of Unicode.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether the character could do something to a terminal or to the order of the text.
pub fn is_unsafe(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control()
}

/// The text of a cell as a spreadsheet will leave it alone: what it would run as a formula gets a leading apostrophe, and so does what already starts
/// with apostrophes before such a text, so that [`restored`] gives back what was there.
pub fn cell(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// What a cell was before it was made inert.
pub fn restored(cell: &str) -> &str {
    let neutral = cell.strip_prefix('\'').filter(|text| is_formula(text));
    neutral.unwrap_or(cell)
}

/// Whether a spreadsheet may run the text (OWASP, "CSV Injection"), after the blanks, quotes and invisible characters it may strip.
fn is_formula(text: &str) -> bool {
    if text == "-" {
        // What standard input is called; alone it is no formula.
        return false;
    }
    for c in text.chars() {
        match c {
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' => {
                return true;
            }
            '"' | '\'' | '`' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            c if c.is_whitespace() || c.is_control() => {}
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_raw() {
        for (text, expected) in [
            ("plain, Привет, 港新報, é", "plain, Привет, 港新報, é"),
            ("\x1b[31mred\x07", "\\u{1b}[31mred\\u{7}"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("abc\u{202e}cba\u{2069}", "abc\\u{202e}cba\\u{2069}"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

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
    fn formulas_are_neutralised_and_nothing_else_is() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            " =1",
            "  \u{a0}=1",
            "\"=1",
            "' =1",
            "'=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "\u{feff}=1",
            "\0=1",
        ] {
            assert_eq!(cell(formula), format!("'{formula}"), "{formula:?}");
            assert_eq!(restored(&cell(formula)), formula);
        }
        for harmless in [
            "",
            "-",
            "a=b",
            "1-2",
            "'quoted' words",
            "Über",
            "(=1)",
            "   ",
            "…=1",
        ] {
            assert_eq!(cell(harmless), harmless);
            assert_eq!(restored(harmless), harmless);
        }
    }
}

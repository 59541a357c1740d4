//! Escaping: text from outside made safe to show on a terminal, in HTML, JSON and spreadsheets.
//!
//! *Unsafe* characters can move the cursor, colour the screen or change the direction of writing.
//! The functions here write them out, so a hostile record can neither disguise its own text nor
//! act on the program that shows it.

use std::borrow::Cow;
use std::fmt::Write as _;

use url::Url;

/// Length in bytes of the longest url that is linked. Servers refuse longer ones.
const LONGEST_URL: usize = 2000;

/// Writes out every unsafe character of a text, as in `\u{202e}`.
pub fn escaped(text: &str) -> String {
    field(text, usize::MAX)
}

/// Returns at most `most` characters of a text, escaped as by [`escaped`], and an ellipsis if the
/// text goes on.
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

/// Replaces every unsafe character of a text, except tabs and line breaks, by U+FFFD. Both take
/// one UTF-16 unit, so positions in the text stay valid.
pub fn body(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => c,
        c if is_unsafe(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}

/// Returns a url in its normalised form, which hides nothing, if it can be linked: it must be an
/// `http` or `https` url with a host, of at most 2000 bytes.
pub fn link(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let of_the_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    (of_the_web && url.as_str().len() <= LONGEST_URL).then(|| url.into())
}

/// Writes every unsafe character of some JSON as an escape. The meaning stays the same. The JSON
/// must be on one line.
pub fn json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            // Four digits do: unsafe characters are below U+10000. In JSON on one line they stand
            // within strings only.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Returns true for a character that acts on a terminal or changes the order in which text is
/// shown.
pub fn is_unsafe(c: char) -> bool {
    let changes_direction = matches!(
        c,
        '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    );
    changes_direction || c.is_control()
}

/// Returns the text of a cell such that no spreadsheet runs it.
///
/// A text that a spreadsheet could run as a formula gets an apostrophe in front. So does such a
/// text that already has one, and that lets [`restored`] return the original.
pub fn cell(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns the text that [`cell`] was given.
pub fn restored(cell: &str) -> &str {
    let neutral = cell.strip_prefix('\'').filter(|text| is_formula(text));
    neutral.unwrap_or(cell)
}

/// Returns true if a spreadsheet might run the text as a formula (OWASP, "CSV Injection"). Blanks,
/// quotes and invisible characters at its beginning are skipped, because a spreadsheet may skip
/// them too.
fn is_formula(text: &str) -> bool {
    // The name of standard input. A lone hyphen is no formula.
    if text == "-" {
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
    fn unsafe_characters_are_escaped() {
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
    fn fields_are_escaped_and_cut() {
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
    fn positions_in_bodies_stay_valid() {
        let text = "a\u{202e}b\u{1f600}\r\n\u{0}c";
        assert_eq!(body(text), "a\u{fffd}b\u{1f600}\r\n\u{fffd}c");
        assert_eq!(
            body(text).encode_utf16().count(),
            text.encode_utf16().count()
        );
    }

    #[test]
    fn only_web_addresses_are_linked() {
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
    fn formulas_get_an_apostrophe_and_other_texts_do_not() {
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

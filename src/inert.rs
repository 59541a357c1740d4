//! Text that can do nothing to whoever looks at it: what a hostile record holds is written out, not obeyed.

use std::fmt::Write as _;

/// The text with every character written out that could move the cursor, colour the screen or turn the direction of writing.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
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
}

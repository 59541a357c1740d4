//! Numbers, words and signs of a folded date.

use unicode_normalization::char::is_combining_mark;

/// Characters that stand behind a number of East Asian dates and times and begin a word of their
/// own, even if no space follows: year, month, day, hour, minute, second.
const UNITS: &str = "年年月月日日号號時时点點分秒년월일시분초";

/// A piece of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    /// True if white space stands before it.
    pub(super) spaced: bool,
    /// Place of its first byte.
    pub(super) start: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind<'t> {
    /// ASCII digits.
    Number(&'t str),
    /// Letters of any script.
    Word(&'t str),
    /// Any other character but white space.
    Sign(char),
}

/// Splits a text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut spaced = false;
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let rest = &text[start..];
        let run = |is_part: fn(char) -> bool| {
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            &rest[..end]
        };
        let after_number = matches!(
            tokens.last(),
            Some(Token {
                kind: TokenKind::Number(_),
                ..
            })
        );
        let (kind, length) = if first.is_whitespace() {
            spaced = true;
            start += first.len_utf8();
            continue;
        } else if first.is_ascii_digit() {
            let digits = run(|c| c.is_ascii_digit());
            (TokenKind::Number(digits), digits.len())
        } else if after_number && UNITS.contains(first) {
            let unit = &rest[..first.len_utf8()];
            (TokenKind::Word(unit), unit.len())
        } else if is_letter(first) {
            let word = run(is_letter);
            (TokenKind::Word(word), word.len())
        } else {
            (TokenKind::Sign(first), first.len_utf8())
        };
        tokens.push(Token {
            kind,
            spaced,
            start,
        });
        spaced = false;
        start += length;
    }
    tokens
}

/// Tells whether a character is part of a word: a letter, or a mark that belongs to one.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() || is_combining_mark(c)
}

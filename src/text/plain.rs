//! Plain text: bytes that break into words by the rules for ASCII.
//!
//! [`WordHasher`](super::word_hasher::WordHasher) rewrites ordinary text to plain bytes before it
//! looks for words. ASCII stays as it is. Curly quotes, dashes and the punctuation of other scripts
//! become ASCII characters that separate words alike. Letters such as é or Ж become their
//! case-folded form, whose bytes all count as letters. Hangul syllables stay as they are. Han,
//! hiragana and katakana characters, each a word of its own, are set between exclamation marks.
//! Every other character has no plain form.

use std::sync::LazyLock;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

use super::words::{WordRule, reference_by};

/// Number of code points that [`LETTERS`] covers: those with at most two bytes in UTF-8.
const LETTERS_END: usize = 0x800;

/// Plain forms of letters below U+0800, by code point.
///
/// A letter is listed if it breaks words as an ASCII letter does, does not compose with its
/// neighbours and folds to nothing but letters. The definition of a word decides that when the
/// table is first used.
///
/// A double quotation mark joins two Hebrew letters, as in an acronym (WB7b and WB7c of UAX #29),
/// and no others, so the writer of plain text puts an apostrophe in its place.
static LETTERS: LazyLock<Letters> = LazyLock::new(|| letters_of(WordRule::Folded));

/// The same by the first word rule.
static UNFOLDED_LETTERS: LazyLock<Letters> = LazyLock::new(|| letters_of(WordRule::Unfolded));

/// Plain forms of letters by code point.
pub(super) type Letters = Vec<Option<PlainForm>>;

/// Returns the plain forms of letters by a word rule.
pub(super) fn letters(rule: WordRule) -> &'static Letters {
    match rule {
        WordRule::Folded => &LETTERS,
        WordRule::Unfolded => &UNFOLDED_LETTERS,
    }
}

fn letters_of(rule: WordRule) -> Letters {
    let letter = |c: char| {
        let normal: String = [c].into_iter().nfkc().default_case_fold().nfkc().collect();
        let folded = rule.fold_letters(&normal);
        let ordinary =
            c.is_alphabetic() && !folded.is_empty() && folded.chars().all(char::is_alphabetic);
        let within = format!("a{c}b.{c}a");
        let within_expected = format!("a{folded}b{folded}a");
        let first = format!("!{c}b");
        let first_expected = format!("{folded}b");
        (ordinary
            && reference_by(rule, &within) == [within_expected]
            && reference_by(rule, &first) == [first_expected])
        .then(|| PlainForm::new(&folded))
        .flatten()
    };
    (0..LETTERS_END as u32)
        .map(|code| {
            char::from_u32(code)
                .filter(|c| !c.is_ascii())
                .and_then(letter)
        })
        .collect()
}

/// The plain form of one character: at most five bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlainForm {
    bytes: [u8; 5],
    len: u8,
}

impl PlainForm {
    /// Returns the form with these bytes; `None` if they do not fit.
    fn new(text: &str) -> Option<PlainForm> {
        let mut bytes = [0; 5];
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        Some(PlainForm {
            bytes,
            len: text.len() as u8,
        })
    }

    const fn ascii(b: u8) -> PlainForm {
        PlainForm {
            bytes: [b, 0, 0, 0, 0],
            len: 1,
        }
    }

    /// Returns the form of a letter of three bytes that is its own form.
    fn letter(c: char) -> PlainForm {
        let mut bytes = [0; 5];
        let len = c.encode_utf8(&mut bytes).len() as u8;
        PlainForm { bytes, len }
    }

    /// Returns the form of a character of three bytes that is a word whatever stands beside it.
    fn word(c: char) -> PlainForm {
        let mut bytes = [b'!'; 5];
        c.encode_utf8(&mut bytes[1..4]);
        PlainForm { bytes, len: 5 }
    }

    /// Returns true if this is the form of a character that is a word of its own.
    pub(super) fn is_word(self) -> bool {
        self.bytes[0] == b'!' && self.len > 1
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    pub(super) fn len(self) -> usize {
        usize::from(self.len)
    }
}

/// Returns true for a letter that a double quotation mark joins to another one.
#[inline]
pub(super) fn is_hebrew(c: char) -> bool {
    ('\u{590}'..'\u{600}').contains(&c)
}

/// Returns the plain form of a character, if it has one. `letters` are those of the word rule.
#[inline]
pub(super) fn plain_form(c: char, letters: &Letters) -> Option<PlainForm> {
    match c {
        '\0'..='\x7F' => Some(PlainForm::ascii(c as u8)),
        '‘' | '’' => Some(PlainForm::ascii(b'\'')),
        '“' | '”' | '„' | '«' | '»' | '–' | '—' | '‐' | '‑' | '…' | '•' | '−' | '€' | '£' | '©'
        | '®' | '°' => Some(PlainForm::ascii(b'!')),
        '、' | '。' | '〈'..='】' | '！' | '？' | '（' | '）' => {
            Some(PlainForm::ascii(b'!'))
        }
        '，' | '،' => Some(PlainForm::ascii(b',')),
        '．' => Some(PlainForm::ascii(b'.')),
        '：' => Some(PlainForm::ascii(b':')),
        '；' => Some(PlainForm::ascii(b';')),
        '\u{A0}' | '\u{3000}' => Some(PlainForm::ascii(b' ')),
        // Unified ideographs, hiragana and katakana without their marks, because normalisation
        // leaves these as they are.
        '\u{4E00}'..='\u{9FFF}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' => {
            Some(PlainForm::word(c))
        }
        // Hangul syllables, which compose with nothing but jamo, and those have no plain form.
        '\u{AC00}'..='\u{D7A3}' => Some(PlainForm::letter(c)),
        _ => letters.get(c as usize).copied().flatten(),
    }
}

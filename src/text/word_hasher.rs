//! Hashes of the words of a text, fast.
//!
//! [`WordHasher`] gives the hashes of the words that [`reference()`] defines, without making the
//! words. Three steps do nearly all of the work:
//!
//! 1. Characters are rewritten to *plain* bytes (`plain.rs`), which break into words by the rules
//!    for ASCII.
//! 2. Word breaks are found in plain bytes, 64 at a time (`word_breaks.rs`).
//! 3. Words of up to 16 bytes are lower-cased and hashed in registers.
//!
//! A character that has no plain form sends the text between the white space around it to the
//! definition. Cutting at white space is sound because neither UAX #29 nor NFKC joins words
//! across it. Keep that in mind before you change this file.

use std::ops::Range;

use super::plain::{PlainForm, is_hebrew, letters, plain_form};
use super::word_breaks::{WordMasks, word_edges};
use super::words::{
    LONGEST_SHORT, WordRule, for_each_word, hash_short, hash_word, writes_no_spaces,
};

#[cfg(doc)]
use super::words::reference;

/// Masks of the first `n` bytes of a little-endian word, for each `n`.
const FIRST_BYTES: [u128; LONGEST_SHORT + 1] = {
    let mut masks = [u128::MAX; LONGEST_SHORT + 1];
    let mut n = 0;
    while n < LONGEST_SHORT {
        masks[n] = (1 << (8 * n)) - 1;
        n += 1;
    }
    masks
};

/// Turns texts into word hashes. Keeps its buffers from one text to the next.
#[derive(Debug, Default)]
pub struct WordHasher {
    /// Version of the definition of a word.
    pub rule: WordRule,
    /// True if a word since this was set to false is a character of a script without spaces.
    pub(super) unspaced: bool,
    plain: Vec<u8>,
    masks: WordMasks,
    edges: Vec<u32>,
    long: Vec<u8>,
    word: String,
}

impl WordHasher {
    /// Appends the hash of every word of `text` to `out`, in order.
    pub fn hash_into(&mut self, text: &str, out: &mut Vec<u64>) {
        if text.is_ascii() {
            return self.hash_plain(text.as_bytes(), out);
        }
        let letters = letters(self.rule);
        let mut plain = std::mem::take(&mut self.plain);
        plain.clear();
        // Words before `start` are hashed; `plain` holds the plain form of `text[start..at]`.
        let (mut start, mut at) = (0, 0);
        while let Some(ascii) = first_non_ascii(&text.as_bytes()[at..]) {
            plain.extend_from_slice(&text.as_bytes()[at..at + ascii]);
            at += ascii;
            let Some(c) = text[at..].chars().next() else {
                break;
            };
            if let Some(form) = plain_form(c, letters) {
                self.unspaced |= form.is_word();
                if is_hebrew(c) && joins_hebrew(&text[start..at]) {
                    plain.pop();
                    plain.push(b'\'');
                }
                plain.extend_from_slice(form.as_bytes());
                at += c.len_utf8();
                continue;
            }
            let stretch = stretch_around(text, start, at);
            // The definition takes the whole stretch, so its beginning is taken off `plain` again.
            let begun: usize = text[stretch.start..at]
                .chars()
                .map(|c| plain_form(c, letters).map_or(0, PlainForm::len))
                .sum();
            self.hash_plain(&plain[..plain.len() - begun], out);
            for_each_word(&text[stretch.clone()], self.rule, &mut self.word, |word| {
                self.unspaced |= word.starts_with(writes_no_spaces);
                out.push(hash_word(word.as_bytes()))
            });
            plain.clear();
            (start, at) = (stretch.end, stretch.end);
        }
        plain.extend_from_slice(&text.as_bytes()[at..]);
        self.hash_plain(&plain, out);
        self.plain = plain;
    }

    /// Appends the hash of every word of a plain text.
    fn hash_plain(&mut self, plain: &[u8], out: &mut Vec<u64>) {
        self.masks.classify(plain);
        let edges = word_edges(&self.masks.word, &mut self.edges);
        out.reserve(edges / 2);
        for edge in self.edges[..edges].chunks_exact(2) {
            let (start, end) = (edge[0] as usize, edge[1] as usize);
            let register = plain
                .get(start..)
                .and_then(|rest| rest.first_chunk::<LONGEST_SHORT>());
            match register {
                Some(bytes)
                    if end - start <= LONGEST_SHORT && !self.masks.has_joiner(start, end) =>
                {
                    out.push(hash_short(
                        lower(u128::from_le_bytes(*bytes)) & FIRST_BYTES[end - start],
                    ));
                }
                _ => {
                    self.long.clear();
                    let alphanumeric = plain[start..end]
                        .iter()
                        .filter(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
                    self.long.extend(alphanumeric.map(u8::to_ascii_lowercase));
                    // A run of underscores holds no word.
                    if !self.long.is_empty() {
                        out.push(hash_word(&self.long));
                    }
                }
            }
        }
    }
}

/// Returns true if a text ends with a Hebrew letter and a double quotation mark.
fn joins_hebrew(before: &str) -> bool {
    before
        .strip_suffix('"')
        .is_some_and(|before| before.ends_with(is_hebrew))
}

/// Returns the stretch of `text` between ASCII white space that holds the byte `at`. It begins at
/// `start` at the earliest.
fn stretch_around(text: &str, start: usize, at: usize) -> Range<usize> {
    let (before, after) = (&text.as_bytes()[start..at], &text.as_bytes()[at..]);
    let from = before
        .iter()
        .rposition(u8::is_ascii_whitespace)
        .map_or(start, |space| start + space + 1);
    let to = after
        .iter()
        .position(u8::is_ascii_whitespace)
        .map_or(text.len(), |space| at + space);
    from..to
}

/// Lower-cases ASCII letters, 16 bytes at once; digits and bytes that are not ASCII stay. Other
/// ASCII bytes become anything.
#[inline]
fn lower(bytes: u128) -> u128 {
    const HIGH_BITS: u128 = u128::from_le_bytes([0x80; LONGEST_SHORT]);
    bytes | (!bytes & HIGH_BITS) >> 2
}

/// Returns the index of the first byte that is not ASCII.
fn first_non_ascii(bytes: &[u8]) -> Option<usize> {
    const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    let high = |eight: &[u8]| {
        eight
            .first_chunk::<8>()
            .map_or(0, |eight| u64::from_le_bytes(*eight) & HIGH_BITS)
    };
    let ascii = bytes
        .chunks_exact(32)
        .take_while(|block| block.is_ascii())
        .count()
        * 32;
    let rest = &bytes[ascii..];
    for (at, eight) in rest.chunks_exact(8).enumerate() {
        let high = high(eight);
        if high != 0 {
            return Some(ascii + 8 * at + high.trailing_zeros() as usize / 8);
        }
    }
    let tail = rest.len() / 8 * 8;
    rest[tail..]
        .iter()
        .position(|b| !b.is_ascii())
        .map(|at| ascii + tail + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words::tests::CASES;
    use crate::text::words::{reference, reference_by};
    use proptest::prelude::*;

    fn hashes(text: &str) -> Vec<u64> {
        let mut out = Vec::new();
        WordHasher::default().hash_into(text, &mut out);
        out
    }

    fn reference_hashes(text: &str) -> Vec<u64> {
        reference(text)
            .iter()
            .map(|word| hash_word(word.as_bytes()))
            .collect()
    }

    #[test]
    fn words_of_named_cases_are_hashed_alike() {
        for (name, text, _) in CASES {
            assert_eq!(hashes(text), reference_hashes(text), "{name}");
        }
    }

    #[test]
    fn scripts_without_spaces_are_noticed() {
        for (text, expected) in [
            ("plain", false),
            ("café Ещё שלום 서울", false),
            ("Tokyo 東京", true),
            ("カ\u{3099}", true),
            ("กขค", true),
            ("\u{20000}", true),
        ] {
            let mut hasher = WordHasher::default();
            hasher.hash_into(text, &mut Vec::new());
            assert_eq!(hasher.unspaced, expected, "{text}");
        }
    }

    #[test]
    fn words_at_every_offset_within_a_block_are_hashed_alike() {
        for pad in 0..200 {
            for word in [
                "can't",
                "U.S.",
                "3.14",
                "_a_",
                "abcdefghijklmnop",
                "abcdefghijklmnopq",
                "“a”",
                "é",
            ] {
                let text = format!(
                    "{}{word} {word}{}",
                    "x ".repeat(pad / 2) + &"y".repeat(pad % 2),
                    "z".repeat(pad % 70)
                );
                assert_eq!(hashes(&text), reference_hashes(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn plain_forms_break_words_as_their_characters_do() {
        let mut forms = 0;
        for c in (0x80..=0x30FF)
            .chain((0x4E00..0xA000).step_by(97))
            .chain((0xAC00..0xD7A4).step_by(97))
            .chain(0xFF00..0xFF60)
            .filter_map(char::from_u32)
            .filter(|&c| plain_form(c, letters(WordRule::Folded)).is_some())
        {
            forms += 1;
            for (left, right) in [
                ("a", "b"),
                ("1", "2"),
                ("a.", "b"),
                ("1", ",2"),
                ("_", "a"),
                ("'", "'"),
                ("a", "2"),
                ("1.", "1"),
                ("", "'a"),
                ("カ", "_"),
                ("か", "゙"),
                ("東", "京"),
                ("א\"", "\"א"),
                ("\"", "\"b"),
                ("가", "각"),
            ] {
                for text in [
                    format!("{left}{c}{right}"),
                    format!("x {left}{c}{c}{right} y"),
                    format!("{left}{c}東ก {c}{right}"),
                ] {
                    assert_eq!(
                        hashes(&text),
                        reference_hashes(&text),
                        "U+{:04X} in {text:?}",
                        c as u32
                    );
                }
            }
        }
        // Latin, Greek, Cyrillic, Armenian and Arabic together have more letters than this.
        assert!(forms > 1000, "{forms}");
    }

    proptest! {
        #[test]
        fn hashes_equal_the_definition_on_ascii(text in "[a-c0-2A-C.,:;'_ \n-]{0,300}") {
            prop_assert_eq!(hashes(&text), reference_hashes(&text));
        }

        #[test]
        fn hashes_equal_the_definition_on_text_like_news(
            pieces in proptest::collection::vec(
                "[a-zA-Z]{1,20}|[0-9]{1,5}|[ .,'\"’“”—…，：、。،éÉßжЖςİ\u{301}\u{A0}\u{AD}_-]|東|ก|ß|[אב한\u{5B8}\u{11A8}]",
                0..80,
            ),
        ) {
            let text = pieces.concat();
            prop_assert_eq!(hashes(&text), reference_hashes(&text));
        }

        #[test]
        fn hashes_equal_both_definitions_on_letters_that_are_folded(
            text in "[a .'\"1ёеЁאב\u{5B8}\u{5BE}اأآىیيكکةه\u{640}\u{64B}\u{654}\u{670}٣۳東]{0,40}",
        ) {
            for rule in [WordRule::Unfolded, WordRule::Folded] {
                let mut hasher = WordHasher { rule, ..WordHasher::default() };
                let mut fast = Vec::new();
                hasher.hash_into(&text, &mut fast);
                let words = reference_by(rule, &text);
                let slow: Vec<u64> = words.iter().map(|w| hash_word(w.as_bytes())).collect();
                prop_assert_eq!(fast, slow);
                prop_assert_eq!(words.len(), reference(&text).len());
            }
        }

        #[test]
        fn hashes_equal_the_definition_on_any_text(text in any::<String>()) {
            prop_assert_eq!(hashes(&text), reference_hashes(&text));
        }
    }
}

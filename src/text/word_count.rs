//! Word count: number of words that a run counts as.
//!
//! In scripts that are written without spaces every character is a word of its own (see
//! [`words`](super::words)), so a run of them has more "words" than the same sentence in another
//! language. Where a number of words stands for an amount of text, such characters count as parts
//! of a word: two Han or kana characters as one word, and four Thai, Lao, Khmer or Burmese ones.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_script::{Script, UnicodeScript};

use super::words::{hash_word, writes_no_spaces};

/// Parts of a word that an ordinary word counts as.
pub(crate) const WHOLE: usize = 4;

/// The same for a Han or kana character.
const HALF: usize = 2;

/// The same for a character of the other scripts.
const QUARTER: usize = 1;

/// The end of the planes that have characters of these scripts.
const END: char = '\u{40000}';

/// Parts of a word by the hash of a character of a script without spaces.
static PARTS: LazyLock<FxHashMap<u64, usize>> = LazyLock::new(|| {
    let characters = ('\0'..END).filter(|&c| c.is_alphanumeric() && writes_no_spaces(c));
    let parts = characters.map(|c| {
        let parts = match c.script() {
            Script::Han | Script::Hiragana | Script::Katakana => HALF,
            _ => QUARTER,
        };
        (hash_word(c.encode_utf8(&mut [0; 4]).as_bytes()), parts)
    });
    parts.collect()
});

/// Number of words that words count as, rounded down, given by their hashes.
///
/// Use it only for texts that have characters of scripts without spaces: it looks up every word.
pub fn counted(words: impl Iterator<Item = u64>) -> usize {
    words.map(parts).sum::<usize>() / WHOLE
}

/// Parts of a word that a word counts as, given by its hash; [`WHOLE`] for most.
pub(crate) fn parts(word: u64) -> usize {
    PARTS.get(&word).copied().unwrap_or(WHOLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words::reference;

    #[test]
    fn counts_of_named_cases() {
        for (text, expected) in [
            ("", 0),
            ("three short words", 3),
            ("東京都", 1),
            ("東京都庁", 2),
            ("トヨタの車", 2),
            ("กขคง", 1),
            ("AI時代", 2),
            ("서울 시장", 2),
            ("\u{20000}\u{323AF}", 1),
        ] {
            let words = reference(text);
            let hashes = words.iter().map(|word| hash_word(word.as_bytes()));
            assert_eq!(counted(hashes), expected, "{text}");
        }
    }

    #[test]
    fn no_script_without_spaces_goes_beyond_the_table() {
        assert!(!(END..=char::MAX).any(writes_no_spaces));
    }
}

//! Whether a line can name an agency at all, found out without cutting it into words.
//!
//! Most lines of most documents name none, and cutting them costs more than all the rest. This looks only at where words
//! begin, in ASCII text 64 bytes at a time, and may say yes where the exact search then finds nothing, never no where
//! it finds something: a test holds it against the exact search.

use rustc_hash::FxHashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::line::{fold, is_in_word};

/// Bytes whose classes are kept in one mask.
const BLOCK: usize = 64;

/// Bytes of a word that are hashed.
const KEY: usize = 8;

/// Places in a block at which words are looked up: the last ones lack the bytes of their keys and come with the next block.
const STEP: usize = BLOCK - KEY;

/// Bits of a slot's number. The built-in table has about 130 first words: of other words one in 30 meets a used slot.
const SLOT_BITS: u32 = 12;

/// Characters for which is noted whether a word that begins with them matters: Latin, Greek and Cyrillic.
const NOTED: u32 = 0x530;

/// What names, marks and taglines open with.
#[derive(Debug, Default)]
pub(super) struct Openings {
    /// By the hash of the first word's key: 0 where no opening has it, else the number of a bucket, from 1.
    slots: Vec<u16>,
    buckets: Vec<Vec<Opening>>,
    first_words: FxHashSet<String>,
    first_chars: FxHashSet<char>,
    /// Whether a word that begins with this character can be a first word.
    noted: Vec<bool>,
    /// Whether an opening holds `©`, which is not written as words are.
    has_sign: bool,
}

#[derive(Debug)]
struct Opening {
    key: u64,
    words: Vec<String>,
    /// The first word as it must be written, where case counts.
    exact: Option<String>,
}

impl Openings {
    /// Each opening is folded words that follow each other, and how the first one must be written where case counts.
    pub(super) fn of<'o>(
        openings: impl Iterator<Item = (&'o [String], Option<&'o String>)>,
    ) -> Openings {
        let mut all = Openings {
            slots: vec![0; 1 << SLOT_BITS],
            ..Openings::default()
        };
        for (words, exact) in openings {
            all.add(words, exact);
        }
        let noted = (0..NOTED).filter_map(char::from_u32);
        all.noted = noted.map(|c| all.can_begin(c)).collect();
        all
    }

    fn add(&mut self, words: &[String], exact: Option<&String>) {
        let Some(first) = words.first() else {
            return;
        };
        self.has_sign |= words.iter().any(|word| word == "©");
        self.first_chars.extend(first.chars().next());
        self.first_words.insert(first.clone());
        // Only ASCII words are looked up by their keys.
        if !first.is_ascii() {
            return;
        }
        let mut begin = [0; KEY];
        let length = first.len().min(KEY);
        begin[..length].copy_from_slice(&first.as_bytes()[..length]);
        let key = key(begin, length);
        let slot = &mut self.slots[slot(key)];
        if *slot == 0 {
            self.buckets.push(Vec::new());
            *slot = self.buckets.len() as u16;
        }
        self.buckets[usize::from(*slot) - 1].push(Opening {
            key,
            words: words.to_vec(),
            exact: exact.cloned(),
        });
    }

    /// Whether a line may hold one of the openings.
    pub(super) fn may_stand_in(&self, line: &str) -> bool {
        if self.has_sign {
            return true;
        }
        let bytes = line.as_bytes();
        let mut padded;
        let (mut after_word, mut after_other) = (false, false);
        // Foreign words up to here have been looked at.
        let mut seen = 0;
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let block = match rest.first_chunk::<BLOCK>() {
                Some(block) => block,
                None => {
                    padded = [0; BLOCK];
                    padded[..rest.len()].copy_from_slice(rest);
                    &padded
                }
            };
            let (words, others) = classes(block);
            let mut starts = words & !(words << 1 | u64::from(after_word)) & (u64::MAX >> KEY);
            while starts != 0 {
                let start = starts.trailing_zeros() as usize;
                starts &= starts - 1;
                let length = (words >> start).trailing_ones() as usize;
                let Some(&begin) = block[start..].first_chunk::<KEY>() else {
                    break;
                };
                let key = key(begin, length.min(KEY));
                let bucket = self.slots[slot(key)];
                if bucket != 0 {
                    let mut known = self.buckets[usize::from(bucket) - 1].iter();
                    if known.any(|o| o.key == key && o.may_stand_at(&bytes[at + start..])) {
                        return true;
                    }
                }
            }
            let mut starts = others & !(others << 1 | u64::from(after_other)) & (u64::MAX >> KEY);
            while starts != 0 {
                let start = at + starts.trailing_zeros() as usize;
                starts &= starts - 1;
                if start >= seen {
                    match self.foreign(line, start) {
                        Some(end) => seen = end,
                        None => return true,
                    }
                }
            }
            after_word = words >> (STEP - 1) & 1 == 1;
            after_other = others >> (STEP - 1) & 1 == 1;
            at += STEP;
        }
        false
    }

    /// Looks at the words around a piece that is not ASCII, and says where they end; `None` when one of them may open a
    /// name.
    fn foreign(&self, line: &str, at: usize) -> Option<usize> {
        // Quotes, dashes and spaces are most of what is not ASCII in English, and part of no word.
        let bytes = line.as_bytes();
        if bytes[at..].starts_with(&[0xE2, 0x80]) && bytes.get(at + 3).is_none_or(u8::is_ascii) {
            return Some(at + 3);
        }
        let is_inside = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii();
        let from = bytes[..at].iter().rposition(|b| !is_inside(b));
        let from = from.map_or(0, |before| before + 1);
        let to = bytes[at..].iter().position(|b| !is_inside(b));
        let to = to.map_or(line.len(), |length| at + length);
        let piece = &line[from..to];
        // The words are those of `Line::new`.
        let mut start = None;
        for (at, c) in piece.char_indices() {
            if is_in_word(c, start.is_some()) {
                start.get_or_insert(at);
            } else if let Some(start) = start.take()
                && self.is_first_word(&piece[start..at])
            {
                return None;
            }
        }
        match start {
            Some(start) if self.is_first_word(&piece[start..]) => None,
            _ => Some(to),
        }
    }

    /// Whether a name opens with a word that is not ASCII. Others are looked up where they begin.
    fn is_first_word(&self, word: &str) -> bool {
        let may_be = word.chars().next().is_some_and(|c| {
            let noted = self.noted.get(c as usize).copied();
            noted.unwrap_or_else(|| self.can_begin(c))
        });
        if !may_be || word.is_ascii() {
            return false;
        }
        let mut folded = String::with_capacity(word.len());
        fold(word, &mut folded);
        self.first_words.contains(&folded)
    }

    /// Whether a word that begins with a character can be a first word as it is compared. What folds to nothing tells
    /// nothing about the word.
    fn can_begin(&self, c: char) -> bool {
        let mut folded = c
            .nfkd()
            .filter(|&c| !is_combining_mark(c))
            .flat_map(char::to_lowercase);
        folded.next().is_none_or(|c| self.first_chars.contains(&c))
    }
}

impl Opening {
    /// Whether the words may stand at the beginning of some text. What is not ASCII is left to the exact search.
    fn may_stand_at(&self, mut text: &[u8]) -> bool {
        if let Some(exact) = &self.exact
            && !text.starts_with(exact.as_bytes())
        {
            return false;
        }
        for word in &self.words {
            let Some(start) = text
                .iter()
                .position(|b| b.is_ascii_alphanumeric() || !b.is_ascii())
            else {
                return false;
            };
            text = &text[start..];
            for (number, wanted) in word.bytes().enumerate() {
                match text.get(number) {
                    Some(b) if !b.is_ascii() => return true,
                    Some(b) if b.to_ascii_lowercase() == wanted => {}
                    _ => return false,
                }
            }
            text = &text[word.len()..];
            if text.first().is_some_and(u8::is_ascii_alphanumeric) {
                return false;
            }
        }
        true
    }
}

/// The first bytes of a word in lower case, and nothing of what follows it.
fn key(bytes: [u8; KEY], length: usize) -> u64 {
    // Of ASCII letters and digits this bit parts only capitals from small letters.
    let folded = u64::from_le_bytes(bytes) | u64::from_le_bytes([0x20; KEY]);
    folded & (u64::MAX >> (64 - 8 * length))
}

/// Fibonacci hashing: the upper bits of the product with 2^64 / φ.
fn slot(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOT_BITS)) as usize
}

/// A mask of the bytes that are ASCII letters or digits, and one of those that are not ASCII.
///
/// Plain loops over arrays: the compiler makes vector code of them, and none of `map`.
fn classes(block: &[u8; BLOCK]) -> (u64, u64) {
    let mut words = [0; BLOCK];
    for (word, &b) in words.iter_mut().zip(block) {
        let is_letter = (b | 0x20).wrapping_sub(b'a') < 26;
        let is_digit = b.wrapping_sub(b'0') < 10;
        *word = u8::from(is_letter | is_digit);
    }
    if block.is_ascii() {
        return (mask(&words), 0);
    }
    let mut others = [0; BLOCK];
    for (other, &b) in others.iter_mut().zip(block) {
        *other = b >> 7;
    }
    (mask(&words), mask(&others))
}

/// The bits of bytes that are 0 or 1, the first byte's lowest: of eight bytes the product brings bit 8 i to bit 56 + i.
fn mask(bits: &[u8; BLOCK]) -> u64 {
    let eights = bits.as_chunks::<8>().0.iter().enumerate();
    eights.fold(0, |mask, (number, &eight)| {
        let gathered = u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask | gathered << (8 * number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_classed() {
        for byte in 0..=u8::MAX {
            for place in [0, 7, 8, 63] {
                let mut block = [b' '; BLOCK];
                block[place] = byte;
                let expected = (
                    u64::from(byte.is_ascii_alphanumeric()) << place,
                    u64::from(!byte.is_ascii()) << place,
                );
                assert_eq!(classes(&block), expected, "{byte} at {place}");
            }
        }
    }
}

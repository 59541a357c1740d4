//! Openings: a fast filter for lines that cannot name an agency.
//!
//! Most lines of most documents name none, and splitting them into words costs more than all other
//! steps together. The filter looks only at the beginnings of words, in ASCII text 64 bytes at a
//! time. It may pass a line in which the exact search then finds nothing, but it never stops one in
//! which the search finds something. Before you change it, read
//! `lines_without_openings_name_nobody` in `tests.rs`, which compares it with the exact search.

use rustc_hash::FxHashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::line::{fold, is_in_word};

/// Bytes that are classified at a time, one a bit of a mask.
const BLOCK: usize = 64;

/// Bytes of a word that make its key.
const KEY: usize = 8;

/// Positions in a block at which words are looked up. Words at the last ones lack bytes of their
/// keys; they are looked up with the next block.
const STEP: usize = BLOCK - KEY;

/// Bits of a slot's number. The built-in table has about 350 first words in ASCII, so of other words
/// one in 8192 / 350 = 23 hits a used slot.
const SLOT_BITS: u32 = 13;

/// Characters for which [`Openings::can_begin_word`] is stored: Latin, Greek and Cyrillic.
const STORED_CHARS: u32 = 0x530;

/// The first words of names, marks and taglines.
#[derive(Debug, Default)]
pub(super) struct Openings {
    /// By the hash of a first word's key: the number of its bucket, from 1; 0 if there is none.
    slots: Vec<u16>,
    buckets: Vec<Vec<Opening>>,
    first_words: FxHashSet<String>,
    first_chars: FxHashSet<char>,
    /// By character below [`STORED_CHARS`]: true if a first word can begin with it.
    can_begin_word: Vec<bool>,
    /// True if an opening contains `©`, which is no word in a text.
    has_sign: bool,
}

/// Words of one name, mark or tagline.
#[derive(Debug)]
struct Opening {
    /// Key of the first word.
    key: u64,
    words: Vec<String>,
    /// The first word as it must be written, if case counts.
    exact: Option<String>,
}

impl Openings {
    /// Each opening is a run of folded words, with the first one as it must be written if case
    /// counts.
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
        let chars = (0..STORED_CHARS).filter_map(char::from_u32);
        all.can_begin_word = chars.map(|c| all.can_begin(c)).collect();
        all
    }

    fn add(&mut self, words: &[String], exact: Option<&String>) {
        let Some(first) = words.first() else {
            return;
        };
        self.has_sign |= words.iter().any(|word| word == "©");
        self.first_chars.extend(first.chars().next());
        self.first_words.insert(first.clone());
        // Only ASCII words are looked up by key.
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

    /// True if a line may contain one of the openings.
    pub(super) fn may_be_in(&self, line: &str) -> bool {
        if self.has_sign {
            return true;
        }
        let bytes = line.as_bytes();
        let mut padded;
        let (mut after_word, mut after_other) = (false, false);
        // End of the words with other characters that have been looked up.
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
                    if known.any(|o| o.key == key && o.may_be_at(&bytes[at + start..])) {
                        return true;
                    }
                }
            }
            let mut starts = others & !(others << 1 | u64::from(after_other)) & (u64::MAX >> KEY);
            while starts != 0 {
                let start = at + starts.trailing_zeros() as usize;
                starts &= starts - 1;
                if start >= seen {
                    match self.look_up_non_ascii(line, start) {
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

    /// Looks up the words around a piece that is not ASCII. Returns their end, or `None` if one of
    /// them may be the first word of a name.
    fn look_up_non_ascii(&self, line: &str, at: usize) -> Option<usize> {
        // In English most of it is quotes, dashes and spaces, which are part of no word.
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
        // Splits words like `FoldedLine::new`.
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

    /// True if a word that is not ASCII is a first word. ASCII words are looked up elsewhere.
    fn is_first_word(&self, word: &str) -> bool {
        let may_be = word.chars().next().is_some_and(|c| {
            let stored = self.can_begin_word.get(c as usize).copied();
            stored.unwrap_or_else(|| self.can_begin(c))
        });
        if !may_be || word.is_ascii() {
            return false;
        }
        let mut folded = String::with_capacity(word.len());
        fold(word, &mut folded);
        self.first_words.contains(&folded)
    }

    /// True if a word that begins with this character can be a first word once it is folded. A
    /// character that folds to nothing does not decide.
    fn can_begin(&self, c: char) -> bool {
        let mut folded = c
            .nfkd()
            .filter(|&c| !is_combining_mark(c))
            .flat_map(char::to_lowercase);
        folded.next().is_none_or(|c| self.first_chars.contains(&c))
    }
}

impl Opening {
    /// True if a text may begin with these words. The first character that is not ASCII decides for
    /// it, because only the exact search reads those.
    fn may_be_at(&self, mut text: &[u8]) -> bool {
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

/// The first bytes of a word in lower case, followed by zeros.
fn key(bytes: [u8; KEY], length: usize) -> u64 {
    // For ASCII letters and digits, this bit only tells small letters from capitals.
    let folded = u64::from_le_bytes(bytes) | u64::from_le_bytes([0x20; KEY]);
    folded & (u64::MAX >> (64 - 8 * length))
}

/// Fibonacci hashing (Knuth 1973, "The Art of Computer Programming", volume 3, section 6.4): the
/// upper bits of the product with 2^64 / φ.
fn slot(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOT_BITS)) as usize
}

/// Returns a mask of the bytes that are ASCII letters or digits, and one of those that are not
/// ASCII.
///
/// Plain loops over arrays, because the compiler vectorises them and does not vectorise `map`.
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

/// Packs bytes that are 0 or 1 into bits, the first byte into the lowest. For each eight bytes, the
/// product moves bit 8 i to bit 56 + i.
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
    fn bytes_are_classified() {
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

//! Anchors: the names and numbers of a text, in order, each as a 32-bit hash.
//!
//! A reworded story keeps its names and numbers, because they have no synonyms. So anchors find the
//! documents that may tell one story in other words. They are read cheaply, once for every
//! document: each byte is looked at once, and sentences and languages are not told apart.
//!
//! A name is a word that begins with a capital letter. At the beginning of a sentence that is often
//! wrong, but such words are common, and common anchors are left out later. Only the first five
//! letters of a name count, because translations spell the rest differently (*Echavala*,
//! *Echavalla*).

use unicode_normalization::char::decompose_canonical;

/// Letters of a name that count. On twelve invented stories, every number from four on finds every
/// reworded copy. In large corpora, four letters give equal anchors to different names.
const PREFIX: usize = 5;

/// Letters of the shortest name. Shorter capitalised words are initials and abbreviations, which
/// many names share.
const SHORTEST_NAME: usize = 3;

/// Digits of the shortest number. Nearly every text has a number of one digit.
const FEWEST_DIGITS: usize = 2;

/// Largest number of anchors of a document; those after it are ignored. A news article has about
/// eighty, so a page with more than this is a list.
pub const MOST_ANCHORS: usize = 1000;

/// Largest distance in anchors at which two are [`neighbours`]. It is over 1 because translation
/// changes the order within a sentence.
const REACH: usize = 2;

/// Bits of a letter that count: enough to distinguish those of the Latin script. Five letters fit
/// 64 bits.
const LETTER_BITS: u32 = 12;
const LETTER: u64 = (1 << LETTER_BITS) - 1;

/// Odd factors of the hashes of anchors.
const NAME: u64 = 0x9E37_79B9_7F4A_7C15;
const NUMBER: u64 = 0xC2B2_AE3D_27D4_EB4F;

/// Replaces `out` by the anchors of a text, or by none if the text is mostly not in Latin script.
/// The text is given in pieces; no word may cross from one to the next.
pub fn read<'t>(pieces: impl IntoIterator<Item = &'t str>, out: &mut Vec<u32>) {
    out.clear();
    let mut scripts = ScriptCounts::default();
    for piece in pieces {
        read_piece(piece, out, &mut scripts);
    }
    if scripts.other > scripts.latin {
        out.clear();
    }
}

/// Appends the hash of every two different anchors that are at most two apart. The order of the two
/// does not matter.
pub fn neighbours(anchors: &[u32], out: &mut Vec<u32>) {
    for (at, &x) in anchors.iter().enumerate() {
        let following = anchors[at + 1..].iter().take(REACH);
        out.extend(following.filter(|&&y| y != x).map(|&y| {
            let (less, more) = (x.min(y), x.max(y));
            (mixed(mixed(NAME, u64::from(less)), u64::from(more)) >> 32) as u32
        }));
    }
}

/// Returns a number in a form in which different ways to write it are equal.
///
/// - `6,200` and `6200` are the same number.
/// - `41` also stands for 41 thousand and 41 million, because one text has `41 million` where
///   another has `41,000,000`.
/// - `7,250` is not `7.25`: only some readers read it as seven and a quarter.
pub fn plain_number(written: &str) -> String {
    let groups: Vec<&str> = written
        .split(['.', ','])
        .filter(|group| !group.is_empty())
        .collect();
    let thousands = groups.len() > 1
        && groups[0].len() <= 3
        && groups[1..].iter().all(|group| group.len() == 3);
    if groups.len() > 1 && !thousands {
        let decimals = groups.join(".");
        return decimals
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned();
    }
    without_thousands(&groups.concat()).to_owned()
}

/// Returns true for the blocks of the Latin script: Basic Latin to Latin Extended-B, and Latin
/// Extended Additional. Their digits, signs and spaces count too.
pub(crate) fn is_latin(c: char) -> bool {
    c < '\u{250}' || ('\u{1E00}'..'\u{1F00}').contains(&c)
}

/// Numbers of characters of a text by script, to decide which prevails.
#[derive(Debug, Default)]
struct ScriptCounts {
    /// Latin characters. Spaces count too; texts in other scripts have about as many.
    latin: usize,
    /// Characters of other scripts, except signs that all scripts use.
    other: usize,
}

/// Appends the anchors of a piece of text, and counts its characters.
fn read_piece(text: &str, out: &mut Vec<u32>, scripts: &mut ScriptCounts) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while out.len() < MOST_ANCHORS {
        let skipped = bytes_before_anchor(&bytes[at..]);
        scripts.latin += skipped;
        at += skipped;
        let Some(&byte) = bytes.get(at) else {
            return;
        };
        if byte.is_ascii_digit() {
            let end = end_of_number(bytes, at);
            let digits = bytes[at..end].iter().filter(|byte| byte.is_ascii_digit());
            if digits.count() >= FEWEST_DIGITS {
                out.push(number_hash(&text[at..end]));
            }
            at = end;
            continue;
        }
        let Some(first) = latin_letter_at(text, at) else {
            let other = text[at..].chars().next();
            scripts.other += usize::from(other.is_some_and(|c| !is_latin(c) && !is_sign(c)));
            at += other.map_or(1, char::len_utf8);
            continue;
        };
        let inside_word = at > 0 && bytes[at - 1].is_ascii_alphabetic();
        let (mut letters, mut prefix) = (0, 0);
        while let Some(c) = latin_letter_at(text, at) {
            if letters < PREFIX {
                prefix = prefix << LETTER_BITS | base_letter(c) & LETTER;
            }
            letters += 1;
            at += c.len_utf8();
        }
        scripts.latin += letters;
        if first.is_uppercase() && letters >= SHORTEST_NAME && !inside_word {
            out.push((mixed(NAME, prefix) >> 32) as u32);
        }
    }
}

/// Returns the hash of the [`plain_number`] of a number.
fn number_hash(written: &str) -> u32 {
    let hash = |plain: &str| {
        let plain = plain.bytes();
        plain.fold(NUMBER, |key, digit| mixed(key, u64::from(digit))) >> 32
    };
    // Digits alone, the usual case, need no allocation.
    if written.bytes().all(|byte| byte.is_ascii_digit()) {
        hash(without_thousands(written)) as u32
    } else {
        hash(&plain_number(written)) as u32
    }
}

/// Removes groups of three zeros from the end of digits, but never all digits.
fn without_thousands(mut digits: &str) -> &str {
    while let Some(fewer) = digits.strip_suffix("000").filter(|fewer| !fewer.is_empty()) {
        digits = fewer;
    }
    digits
}

fn mixed(key: u64, more: u64) -> u64 {
    let key = (key ^ more).wrapping_mul(NAME);
    key ^ key >> 29
}

/// Returns the number of bytes before the first one with which an anchor can begin. Looks at eight
/// bytes at once.
fn bytes_before_anchor(bytes: &[u8]) -> usize {
    const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    // Sets the high bit of every byte that is at least `least`, if all are ASCII.
    let at_least = |eight: u64, least: u8| eight + u64::from_le_bytes([0x80 - least; 8]);
    let (eights, rest) = bytes.as_chunks::<8>();
    for (at, &eight) in eights.iter().enumerate() {
        let eight = u64::from_le_bytes(eight);
        let ascii = eight & !HIGH_BITS;
        let capitals = at_least(ascii, b'A') & !at_least(ascii, b'Z' + 1);
        let digits = at_least(ascii, b'0') & !at_least(ascii, b'9' + 1);
        let found = (capitals | digits | eight) & HIGH_BITS;
        if found != 0 {
            return 8 * at + found.trailing_zeros() as usize / 8;
        }
    }
    let in_rest = rest.iter().position(can_begin_anchor);
    bytes.len() - rest.len() + in_rest.unwrap_or(rest.len())
}

/// Returns true for a capital, a digit and a byte that is not ASCII.
fn can_begin_anchor(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || !byte.is_ascii()
}

/// Returns the end of the digits at `at`, with single points and commas between them.
fn end_of_number(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'0'..=b'9'), _) | (Some(b'.' | b','), Some(b'0'..=b'9')) => at += 1,
            _ => return at,
        }
    }
}

/// Returns the letter that begins at byte `at`, if there is one of the Latin script.
fn latin_letter_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at)? {
        byte if byte.is_ascii() => Some(char::from(*byte)).filter(char::is_ascii_alphabetic),
        _ => text[at..]
            .chars()
            .next()
            .filter(|&c| is_latin(c) && c.is_alphabetic()),
    }
}

/// Returns true for the blocks of signs that texts of any script use: General Punctuation to
/// Miscellaneous Symbols and Arrows.
fn is_sign(c: char) -> bool {
    ('\u{2000}'..'\u{2C00}').contains(&c)
}

/// Returns a letter in lower case and without its accent.
fn base_letter(c: char) -> u64 {
    if c.is_ascii() {
        return u64::from(c.to_ascii_lowercase());
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    let mut base = None;
    decompose_canonical(lower, |part| {
        base.get_or_insert(part);
    });
    u64::from(base.unwrap_or(lower))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn anchors_of(text: &str) -> Vec<u32> {
        let mut anchors = Vec::new();
        read([text], &mut anchors);
        anchors
    }

    #[test]
    fn spellings_of_one_anchor_are_equal() {
        for (x, y) in [
            ("Echavala", "Echavalla"),
            ("Tomás Ibárrola", "Tomas Ibarrola"),
            ("ECUADOR", "Ecuador’s"),
            ("“Tobanda", "Tobanda,"),
            ("9,400", "9400"),
            ("9.400", "9400"),
            ("$41", "41,000,000"),
            ("6.90", "6.9"),
            ("24th", "24"),
            ("Åland", "Aland"),
        ] {
            assert_eq!(anchors_of(x), anchors_of(y), "{x} and {y}");
            assert!(!anchors_of(x).is_empty(), "{x}");
        }
    }

    #[test]
    fn texts_without_anchors() {
        for text in [
            "",
            "the governor",
            "UN",
            "7",
            "a 5 b",
            "été",
            "“”—…",
            "Москва и Киев",
            "東京 2020年",
            "Губернатор Москвы и Киева, 2020 год, NATO",
        ] {
            assert_eq!(anchors_of(text), [0; 0], "{text}");
        }
    }

    #[test]
    fn a_long_list_of_names_is_cut() {
        let text = "Quimis ".repeat(3 * MOST_ANCHORS);
        assert_eq!(anchors_of(&text).len(), MOST_ANCHORS);
    }

    #[test]
    fn plain_numbers_of_named_cases() {
        for (written, plain) in [
            ("38,000", "38"),
            ("6,200", "6200"),
            ("6200", "6200"),
            ("2,600,000", "2600"),
            ("7.25", "7.25"),
            ("7,25", "7.25"),
            ("7.0", "7"),
            ("11.03.2026", "11.03.2026"),
            ("000", "000"),
            ("1000", "1"),
        ] {
            assert_eq!(plain_number(written), plain, "{written}");
        }
    }

    /// Returns the number of pairs of neighbours, found by the definition.
    fn count_neighbours_naively(anchors: &[u32]) -> usize {
        let mut pairs = Vec::new();
        for i in 0..anchors.len() {
            for j in 0..anchors.len() {
                if i < j && j <= i + REACH && anchors[i] != anchors[j] {
                    pairs.push((anchors[i].min(anchors[j]), anchors[i].max(anchors[j])));
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs.len()
    }

    fn mostly_small_letter(byte: u8) -> u8 {
        match byte {
            0..200 => b'a' + byte % 26,
            _ => byte.wrapping_mul(7),
        }
    }

    proptest! {
        #[test]
        fn neighbours_are_all_pairs_within_reach(
            anchors in proptest::collection::vec(0u32..12, 0..40),
        ) {
            let mut found = Vec::new();
            neighbours(&anchors, &mut found);
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(found.len(), count_neighbours_naively(&anchors));
            let reversed: Vec<u32> = anchors.iter().rev().copied().collect();
            let mut again = Vec::new();
            neighbours(&reversed, &mut again);
            again.sort_unstable();
            again.dedup();
            prop_assert_eq!(found, again, "order does not matter");
        }

        #[test]
        fn bytes_before_an_anchor_equal_those_counted_one_by_one(
            bytes in proptest::collection::vec(any::<u8>().prop_map(mostly_small_letter), 0..40),
        ) {
            let expected = bytes.iter().position(can_begin_anchor).unwrap_or(bytes.len());
            prop_assert_eq!(bytes_before_anchor(&bytes), expected);
        }

        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            prop_assert!(anchors_of(&text).len() <= MOST_ANCHORS);
        }
    }
}

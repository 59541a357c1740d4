//! Anchors: the names and numbers of a text, in order, each as a short hash.
//!
//! Whoever rewords a story changes its words and keeps its names and numbers, for they have no synonyms. So documents that may tell one story in
//! other words are found by them. This is the cheap reading, done once for every document: it knows no sentence and no language, and looks at
//! each byte once. A name is a word with a capital; at the head of a sentence that is wrong, but such words are common and the join leaves
//! common anchors out. Names are cut to five letters, because translations spell the rest in their own way (*Echavala*, *Echavalla*).

use unicode_normalization::char::decompose_canonical;

/// Letters of a name that count. On the twelve invented stories any number from four on finds every spin; four letters collide in large corpora.
const PREFIX: usize = 5;

/// Shorter capitalised words are initials and abbreviations, which many names share.
const SHORTEST_NAME: usize = 3;

/// A number of one digit is in nearly every text.
const FEWEST_DIGITS: usize = 2;

/// Anchors of a document that count, from its beginning: news has some eighty, so a page of more is a list.
pub const MOST_ANCHORS: usize = 1000;

/// Up to so many places on, an anchor makes a pair with those that follow: translation turns the order within a sentence about.
const REACH: usize = 2;

/// What is kept of a letter: enough to tell those of the Latin script apart. Five fit 64 bits.
const LETTER_BITS: u32 = 12;
const LETTER: u64 = (1 << LETTER_BITS) - 1;

/// Odd factors with which anchors are mixed.
const NAME: u64 = 0x9E37_79B9_7F4A_7C15;
const NUMBER: u64 = 0xC2B2_AE3D_27D4_EB4F;

/// Replaces `out` by the anchors of a text, given in pieces that no word goes across; by none if it is not for the most part in Latin script.
pub fn read<'t>(pieces: impl IntoIterator<Item = &'t str>, out: &mut Vec<u32>) {
    out.clear();
    // Letters of other scripts, and what is not foreign: spaces count as well, which are as few in one script as in another.
    let (mut foreign, mut familiar) = (0, 0);
    for piece in pieces {
        read_piece(piece, out, &mut foreign, &mut familiar);
    }
    if foreign > familiar {
        out.clear();
    }
}

fn read_piece(text: &str, out: &mut Vec<u32>, foreign: &mut usize, familiar: &mut usize) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while out.len() < MOST_ANCHORS {
        let plain = plain_bytes(&bytes[at..]);
        *familiar += plain;
        at += plain;
        let Some(&byte) = bytes.get(at) else {
            return;
        };
        if byte.is_ascii_digit() {
            let end = end_of_number(bytes, at);
            let digits = bytes[at..end].iter().filter(|byte| byte.is_ascii_digit());
            if digits.count() >= FEWEST_DIGITS {
                out.push(number(&text[at..end]));
            }
            at = end;
            continue;
        }
        let Some(first) = letter_at(text, at) else {
            let other = text[at..].chars().next();
            *foreign += usize::from(other.is_some_and(|c| !is_latin(c) && !is_sign(c)));
            at += other.map_or(1, char::len_utf8);
            continue;
        };
        let inside = at > 0 && bytes[at - 1].is_ascii_alphabetic();
        let (mut letters, mut prefix) = (0, 0);
        while let Some(c) = letter_at(text, at) {
            if letters < PREFIX {
                prefix = prefix << LETTER_BITS | base(c) & LETTER;
            }
            letters += 1;
            at += c.len_utf8();
        }
        *familiar += letters;
        if first.is_uppercase() && letters >= SHORTEST_NAME && !inside {
            out.push((mixed(NAME, prefix) >> 32) as u32);
        }
    }
}

/// Appends the hash of every two different anchors that stand at most two places apart, whichever is first.
pub fn neighbours(anchors: &[u32], out: &mut Vec<u32>) {
    for (at, &x) in anchors.iter().enumerate() {
        let following = anchors[at + 1..].iter().take(REACH);
        out.extend(following.filter(|&&y| y != x).map(|&y| {
            let (less, more) = (x.min(y), x.max(y));
            (mixed(mixed(NAME, u64::from(less)), u64::from(more)) >> 32) as u32
        }));
    }
}

/// A number as it is told from others, however it is written: `6,200` and `6200` are one; `41` stands for 41 thousand and million too, because
/// one text writes `41 million` where another has `41,000,000`; `7,250` is a thousand times `7.25` only for some readers, so it is another number.
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

/// The hash of a number's plain form.
fn number(written: &str) -> u32 {
    let hash = |plain: &str| {
        let plain = plain.bytes();
        plain.fold(NUMBER, |key, digit| mixed(key, u64::from(digit))) >> 32
    };
    if written.bytes().all(|byte| byte.is_ascii_digit()) {
        hash(without_thousands(written)) as u32
    } else {
        hash(&plain_number(written)) as u32
    }
}

/// Digits without groups of three zeros at the end, of which there are other ways to write.
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

/// How many bytes there are before one that an anchor can begin with: a capital, a digit, or what is not ASCII. Eight at once.
fn plain_bytes(bytes: &[u8]) -> usize {
    const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    // Sets the high bit of every byte that is at least `least`, where all are ASCII.
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
    let begins = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || !byte.is_ascii();
    bytes.len() - rest.len() + rest.iter().position(begins).unwrap_or(rest.len())
}

/// Where digits end, with single points and commas between them.
fn end_of_number(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'0'..=b'9'), _) | (Some(b'.' | b','), Some(b'0'..=b'9')) => at += 1,
            _ => return at,
        }
    }
}

/// The letter that begins there, if it is of the Latin script.
fn letter_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at)? {
        byte if byte.is_ascii() => Some(char::from(*byte)).filter(char::is_ascii_alphabetic),
        _ => text[at..]
            .chars()
            .next()
            .filter(|&c| is_latin(c) && c.is_alphabetic()),
    }
}

/// Whether a character is of the blocks of signs that texts of any script share: General Punctuation to Miscellaneous Symbols and Arrows.
fn is_sign(c: char) -> bool {
    ('\u{2000}'..'\u{2C00}').contains(&c)
}

/// The letter without case and accent.
fn base(c: char) -> u64 {
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

/// Whether a letter is of the Latin script, by its block: Basic Latin to Latin Extended-B, and Latin Extended Additional.
pub(crate) fn is_latin(c: char) -> bool {
    c < '\u{250}' || ('\u{1E00}'..'\u{1F00}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<u32> {
        let mut anchors = Vec::new();
        read([text], &mut anchors);
        anchors
    }

    #[test]
    fn spellings_of_one_anchor() {
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
            assert_eq!(of(x), of(y), "{x} and {y}");
            assert!(!of(x).is_empty(), "{x}");
        }
    }

    #[test]
    fn what_is_no_anchor() {
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
            assert_eq!(of(text), [0; 0], "{text}");
        }
    }

    #[test]
    fn a_list_of_names_is_cut() {
        let text = "Quimis ".repeat(3 * MOST_ANCHORS);
        assert_eq!(of(&text).len(), MOST_ANCHORS);
    }

    #[test]
    fn numbers_in_one_form() {
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

    /// Every two within reach, by the definition.
    fn naive_neighbours(anchors: &[u32]) -> usize {
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

    proptest! {
        #[test]
        fn neighbours_are_all_pairs_within_reach(anchors in proptest::collection::vec(0u32..12, 0..40)) {
            let mut found = Vec::new();
            neighbours(&anchors, &mut found);
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(found.len(), naive_neighbours(&anchors));
            let turned: Vec<u32> = anchors.iter().rev().copied().collect();
            let mut again = Vec::new();
            neighbours(&turned, &mut again);
            again.sort_unstable();
            again.dedup();
            prop_assert_eq!(found, again, "order does not matter");
        }

        #[test]
        fn plain_bytes_are_counted_as_one_by_one(bytes in proptest::collection::vec(any::<u8>().prop_map(|byte| if byte < 200 { b'a' + byte % 26 } else { byte.wrapping_mul(7) }), 0..40)) {
            let begins = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || !byte.is_ascii();
            prop_assert_eq!(plain_bytes(&bytes), bytes.iter().position(begins).unwrap_or(bytes.len()));
        }

        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            prop_assert!(of(&text).len() <= MOST_ANCHORS);
        }
    }
}

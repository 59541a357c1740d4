//! Words: the definition of a word, and the 64-bit hash that stands for one.
//!
//! A word is a word of UAX #29 (Unicode text segmentation), found in the text after NFKC
//! normalisation and case folding. Characters in it that are not alphanumeric are removed, so
//! `can't`, `can’t` and `CANT` are one word, and so are `U.S.` and `US`: outlets differ in exactly
//! these spellings. Curly apostrophes count as straight ones. In scripts that are written without
//! spaces (Han, kana, Thai, Lao, Khmer, Burmese) every character is a word, so word shingles of
//! such text are character shingles.
//!
//! Forms of one letter that writers use side by side count as one ([`WordRule::Folded`]). The
//! Arabic and Persian letters are those that Lucene folds in its `ArabicNormalizer` and
//! `PersianNormalizer`: alef with hamza or madda is alef, alef maqsura and Persian yeh are yeh,
//! Persian kaf is kaf, ta marbuta is heh. Tatweel, vowel marks and Hebrew points are removed, the
//! Russian letter yo is ye, and Arabic digits are those of ASCII.
//!
//! [`reference()`] is the definition, written for clarity. [`WordHasher`] computes the hashes of
//! the same words much faster; property tests hold the two equal.
//!
//! [`WordHasher`]: super::word_hasher::WordHasher

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;
use xxhash_rust::xxh3::xxh3_64;

/// Keys of the hash of short words. Each holds a byte that UTF-8 text cannot hold (0xFE or 0xFF),
/// so no choice of word makes a factor of the product zero.
const KEY_LOW: u64 = 0xFF51_AFD7_ED55_8CCD;
const KEY_HIGH: u64 = 0xC4CE_FEB9_FE1A_85EC;

/// Length in bytes of the longest word that is hashed by [`hash_short`]; longer ones go through
/// XXH3.
pub(super) const LONGEST_SHORT: usize = 16;

/// Version of the definition of a word. An index keeps the one that its hashes were made by.
///
/// Both find the same words at the same places in a text; they differ in the letters of some.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WordRule {
    /// Letters stay as NFKC normalisation and case folding leave them.
    Unfolded,
    /// Forms of one letter are folded, and marks that are optional in writing are removed.
    #[default]
    Folded,
}

impl WordRule {
    /// The number that stands for the rule in an index. It must not change.
    pub fn number(self) -> u32 {
        match self {
            WordRule::Unfolded => 1,
            WordRule::Folded => 2,
        }
    }

    /// The rule with this number; `None` if there is none.
    pub fn from_number(number: u32) -> Option<WordRule> {
        [WordRule::Unfolded, WordRule::Folded]
            .into_iter()
            .find(|rule| rule.number() == number)
    }
}

/// Returns the words of `text` in order, by the newest definition, without regard to speed.
pub fn reference(text: &str) -> Vec<String> {
    reference_by(WordRule::default(), text)
}

/// Returns the words of `text` in order, by a version of the definition.
pub fn reference_by(rule: WordRule, text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_word(text, rule, &mut String::new(), |word| {
        words.push(word.to_owned());
    });
    words
}

/// Returns the hash that stands for a normalised word, given as UTF-8.
///
/// A word of at most 16 bytes is padded with zeros to 16. Its two little-endian halves, each
/// combined with a key by exclusive or, are multiplied to 128 bits, and the halves of the product
/// are combined by exclusive or, as wyhash does. Longer words are hashed by XXH3 with 64 bits.
pub fn hash_word(word: &[u8]) -> u64 {
    if word.len() > LONGEST_SHORT {
        return xxh3_64(word);
    }
    let mut padded = [0; LONGEST_SHORT];
    padded[..word.len()].copy_from_slice(word);
    hash_short(u128::from_le_bytes(padded))
}

/// Returns the hash of a word of at most [`LONGEST_SHORT`] bytes, given padded with zeros.
#[inline]
pub(super) fn hash_short(word: u128) -> u64 {
    let low = word as u64 ^ KEY_LOW;
    let high = (word >> 64) as u64 ^ KEY_HIGH;
    let product = u128::from(low) * u128::from(high);
    product as u64 ^ (product >> 64) as u64
}

/// Calls `each` with every word of `text`: the definition at the head of this module. `word` is a
/// buffer.
pub(super) fn for_each_word(
    text: &str,
    rule: WordRule,
    word: &mut String,
    mut each: impl FnMut(&str),
) {
    let straight = text
        .chars()
        .map(|c| if matches!(c, '‘' | '’') { '\'' } else { c });
    let folded: String = straight.nfkc().default_case_fold().nfkc().collect();
    for piece in folded.split_word_bounds() {
        word.clear();
        for c in piece.chars().filter(|c| c.is_alphanumeric()) {
            if writes_no_spaces(c) {
                if !word.is_empty() {
                    each(rule.fold(word));
                }
                each(c.encode_utf8(&mut [0; 4]));
                word.clear();
            } else {
                word.push(c);
            }
        }
        if !word.is_empty() {
            each(rule.fold(word));
        }
    }
}

impl WordRule {
    /// Folds the letters of a normalised word. A word of nothing but marks stays as it is, so that
    /// the number of words does not depend on the rule.
    fn fold(self, word: &mut String) -> &str {
        let changes = |c: char| folded_letter(c) != Some(c);
        if self == WordRule::Folded && !word.is_ascii() && word.contains(changes) {
            let folded: String = word.chars().filter_map(folded_letter).collect();
            if !folded.is_empty() {
                *word = folded;
            }
        }
        word
    }

    /// Folds the letters of a normalised text, and leaves nothing of marks.
    pub(super) fn fold_letters(self, text: &str) -> String {
        match self {
            WordRule::Unfolded => text.to_owned(),
            WordRule::Folded => text.chars().filter_map(folded_letter).collect(),
        }
    }
}

/// Returns the letter that stands for a character of a word, `None` if it is an optional mark.
fn folded_letter(c: char) -> Option<char> {
    let folded = match c {
        'ё' => 'е',
        // Hebrew accents and points; maqaf and the other punctuation among them separate words.
        '\u{591}'..='\u{5BD}'
        | '\u{5BF}'
        | '\u{5C1}'
        | '\u{5C2}'
        | '\u{5C4}'
        | '\u{5C5}'
        | '\u{5C7}' => return None,
        // Arabic marks and tatweel.
        '\u{610}'..='\u{61A}'
        | '\u{640}'
        | '\u{64B}'..='\u{65F}'
        | '\u{670}'
        | '\u{6D6}'..='\u{6DC}'
        | '\u{6DF}'..='\u{6E4}'
        | '\u{6E7}'
        | '\u{6E8}'
        | '\u{6EA}'..='\u{6ED}' => return None,
        // Alef with madda, hamza above or below, and wasla.
        '\u{622}' | '\u{623}' | '\u{625}' | '\u{671}' => '\u{627}',
        // Alef maqsura and Persian yeh.
        '\u{649}' | '\u{6CC}' => '\u{64A}',
        // Persian kaf.
        '\u{6A9}' => '\u{643}',
        // Ta marbuta, heh with yeh above, heh goal with and without hamza.
        '\u{629}' | '\u{6C0}' | '\u{6C1}' | '\u{6C2}' => '\u{647}',
        '\u{660}'..='\u{669}' => ascii_digit(c as u32 - 0x660),
        '\u{6F0}'..='\u{6F9}' => ascii_digit(c as u32 - 0x6F0),
        _ => c,
    };
    Some(folded)
}

/// Returns the ASCII digit of a value under 10.
fn ascii_digit(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}

/// Returns true if a character belongs to a script that is written without spaces between words.
pub(crate) fn writes_no_spaces(c: char) -> bool {
    use Script::{Han, Hiragana, Katakana, Khmer, Lao, Myanmar, Thai};
    c >= '\u{E00}'
        && matches!(
            c.script(),
            Han | Hiragana | Katakana | Thai | Lao | Khmer | Myanmar
        )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Name, text and words of each case.
    pub(in crate::text) const CASES: &[(&str, &str, &[&str])] = &[
        ("empty", "", &[]),
        ("no word in it", " … -- !? __ ", &[]),
        (
            "case and punctuation",
            "The Mayor, said: \"No.\"",
            &["the", "mayor", "said", "no"],
        ),
        (
            "straight and curly apostrophes",
            "can't can’t CANT",
            &["cant", "cant", "cant"],
        ),
        ("abbreviation", "U.S. US u.s", &["us", "us", "us"]),
        (
            "numbers",
            "1,000 3.14 10:30 7;8",
            &["1000", "314", "10", "30", "78"],
        ),
        (
            "a hyphen separates words",
            "by-election",
            &["by", "election"],
        ),
        (
            "a full stop without a space joins letters",
            "today.The",
            &["todaythe"],
        ),
        (
            "a full stop does not join a letter and a digit",
            "today.3",
            &["today", "3"],
        ),
        ("underscore", "snake_case __init__", &["snakecase", "init"]),
        (
            "curly quotes and dashes",
            "“Hello”—said…he",
            &["hello", "said", "he"],
        ),
        ("compatibility forms", "ﬁne ＡＢＣ ①", &["fine", "abc", "1"]),
        (
            "composed and decomposed",
            "caf\u{E9} cafe\u{301}",
            &["caf\u{E9}", "caf\u{E9}"],
        ),
        (
            "full case folding",
            "STRASSE straße",
            &["strasse", "strasse"],
        ),
        (
            "soft hyphens and joiners are removed",
            "co\u{AD}operate a\u{200D}b",
            &["cooperate", "ab"],
        ),
        ("no-break space", "10\u{A0}000 men", &["10", "000", "men"]),
        ("Cyrillic", "Москва, «Заря»", &["москва", "заря"]),
        ("Han", "東京都は", &["東", "京", "都", "は"]),
        ("katakana", "トヨタ", &["ト", "ヨ", "タ"]),
        ("Thai", "กขค", &["ก", "ข", "ค"]),
        ("mixed scripts", "AI時代2026", &["ai", "時", "代", "2026"]),
        ("right to left", "שלום עולם", &["שלום", "עולם"]),
        (
            "Persian and Arabic yeh and kaf",
            "یک كتاب ي",
            &["\u{64A}\u{643}", "\u{643}تاب", "\u{64A}"],
        ),
        (
            "alef with hamza or madda",
            "أحمد إلى آن",
            &["احمد", "ال\u{64A}", "ان"],
        ),
        ("hamza as a mark of its own", "ا\u{654}حمد", &["احمد"]),
        ("ta marbuta", "مدرسة", &["مدرسه"]),
        ("tatweel", "مــدرســه", &["مدرسه"]),
        ("tatweel alone", "ــ a", &["ــ", "a"]),
        ("vowel marks", "كَتَبَ", &["كتب"]),
        (
            "Hebrew points and a maqaf",
            "שָׁלוֹם בֵּית\u{5BE}סֵפֶר",
            &["שלום", "בית", "ספר"],
        ),
        ("Russian yo", "Ещё ёлка е\u{308}ж", &["еще", "елка", "еж"]),
        ("Arabic and Persian digits", "٢٠٢٦ ۱۴۰۵", &["2026", "1405"]),
    ];

    #[test]
    fn words_of_named_cases() {
        for (name, text, expected) in CASES {
            assert_eq!(reference(text), *expected, "{name}");
        }
    }

    #[test]
    fn the_first_rule_folds_no_letters() {
        let cases: &[(&str, &[&str])] = &[
            ("ёлка", &["ёлка"]),
            ("مدرسة", &["مدرسة"]),
            ("مــد", &["مــد"]),
            ("٢٠٢٦", &["٢٠٢٦"]),
        ];
        for (text, expected) in cases {
            assert_eq!(reference_by(WordRule::Unfolded, text), *expected, "{text}");
        }
        for rule in [WordRule::Unfolded, WordRule::Folded] {
            assert_eq!(WordRule::from_number(rule.number()), Some(rule));
        }
        assert_eq!(WordRule::from_number(0), None);
    }

    /// Computed by `scripts/reference-vectors`. Every stored index holds such hashes, so they must
    /// not change.
    #[test]
    fn word_hashes_equal_their_reference_vectors() {
        assert_eq!(hash_word(b"the"), 0x4158_4689_85F8_EAA7);
        assert_eq!(hash_word(b"minneapolis"), 0xC570_B09D_86A2_7151);
        assert_eq!(hash_word(b"counterrevolutionary"), 0xD151_57EF_95CE_26E2);
    }
}

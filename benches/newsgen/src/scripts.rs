//! Pseudo-text in scripts other than plain Latin. Every word is computed from its rank, so a script
//! has a Zipf vocabulary without storing it. Only letters that NFKC does not change are used.

use crate::draw::{Draw, mix};

/// The script of a document's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// English function words and invented content words.
    Plain,
    Accented,
    Cyrillic,
    Greek,
    Arabic,
    Hebrew,
    Hangul,
    Han,
    Kana,
    Thai,
}

/// The scripts that are not Latin.
pub(crate) const FOREIGN: [Script; 8] = [
    Script::Cyrillic,
    Script::Greek,
    Script::Arabic,
    Script::Hebrew,
    Script::Hangul,
    Script::Han,
    Script::Kana,
    Script::Thai,
];

/// Octaves of ranks: each script has 2^12 words.
const OCTAVES: usize = 12;

impl Script {
    /// True if the script has no spaces between words.
    pub(crate) fn unspaced(self) -> bool {
        matches!(self, Script::Han | Script::Kana | Script::Thai)
    }

    /// Draws a word by its rank.
    pub(crate) fn word(self, draw: &mut Draw) -> String {
        let rank = draw.rank(OCTAVES);
        let mut draw = Draw::new(self as u64, mix(rank));
        let octave = (rank + 1).ilog2() as usize;
        let letters = match self {
            Script::Han => draw.between(1, 2),
            Script::Kana => draw.between(1, 4),
            Script::Hangul => draw.between(1, 3),
            Script::Arabic | Script::Hebrew => draw.between(2, 3 + octave / 4),
            _ => draw.between(1 + octave / 3, 4 + octave / 2),
        };
        (0..letters).map(|i| self.letter(&mut draw, i)).collect()
    }

    fn letter(self, draw: &mut Draw, position: usize) -> char {
        let among = |draw: &mut Draw, letters: &str| {
            letters.chars().nth(draw.below(letters.chars().count()))
        };
        let range = |draw: &mut Draw, first: u32, last: u32| {
            char::from_u32(draw.between(first as usize, last as usize) as u32)
        };
        let letter = match (self, position % 2) {
            (Script::Cyrillic, 0) => among(draw, "бвгджзклмнпрстфхцчшщ"),
            (Script::Cyrillic, _) => among(draw, "аеиоуыэюя"),
            (Script::Greek, 0) => among(draw, "βγδζθκλμνξπρστφχψ"),
            (Script::Greek, _) => among(draw, "αεηιουωάέήίόύώ"),
            (Script::Arabic, _) => among(draw, "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"),
            (Script::Hebrew, _) => among(draw, "אבגדהוזחטיכלמנסעפצקרשת"),
            (Script::Hangul, _) => range(draw, 0xac00, 0xd7a3),
            (Script::Han, _) => range(draw, 0x4e00, 0x77ff),
            (Script::Kana, _) if draw.chance(0.25) => range(draw, 0x4e00, 0x5fff),
            (Script::Kana, _) => among(
                draw,
                "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめも\
                 やゆよらりるれろわをんアイウエオカキクケコサシスセソタチツテトナニ",
            ),
            (Script::Thai, 0) => among(draw, "กขคงจชซญดตถทนบปผพฟมยรลวสหอ"),
            (Script::Thai, _) => among(draw, "ะาิีึืุูเแโ"),
            (_, 0) => among(draw, "bcdfghjlmnprstvzçñ"),
            (_, _) => among(draw, "aeiouaeiouáéíóúàèêîôûäöüåøæ"),
        };
        letter.unwrap_or('x')
    }

    /// Appends a sentence of `words` words with the punctuation of the script.
    pub(crate) fn sentence(self, words: usize, draw: &mut Draw, out: &mut String) {
        let (comma, stop) = match self {
            Script::Han | Script::Kana => ("、", "。"),
            Script::Arabic => ("،", "."),
            Script::Thai => (" ", ""),
            _ => (",", "."),
        };
        for i in 0..words {
            if i > 0 && !self.unspaced() {
                out.push(' ');
            }
            let word = if draw.chance(0.02) {
                draw.between(2, 2030).to_string()
            } else {
                self.word(draw)
            };
            if i == 0 {
                let mut letters = word.chars();
                out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                out.push_str(letters.as_str());
            } else {
                out.push_str(&word);
            }
            if i + 1 < words && i % 8 == 5 {
                out.push_str(comma);
            }
        }
        out.push_str(stop);
    }
}

//! A short piece of text cut into words that can be compared.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A piece of text, its words, and the words as they are compared: lower case, accents gone.
///
/// `©` is a word of its own, and so is the `c` of `(c)`, which compares as `©`.
pub(super) struct Line<'t> {
    /// The text as it was given.
    pub(super) text: &'t str,
    words: Vec<Word>,
    folded: String,
}

struct Word {
    raw: Range<usize>,
    folded: Range<usize>,
}

impl<'t> Line<'t> {
    pub(super) fn new(text: &'t str) -> Line<'t> {
        let mut line = Line {
            text,
            // A word and its space are rarely shorter; this saves growing step by step.
            words: Vec::with_capacity(text.len() / 5 + 1),
            folded: String::with_capacity(text.len()),
        };
        let mut start = None;
        for (at, c) in text.char_indices() {
            if is_in_word(c, start.is_some()) {
                start.get_or_insert(at);
                continue;
            }
            if let Some(start) = start.take() {
                line.push(start..at);
            }
            if c == '©' {
                line.push(at..at + c.len_utf8());
            }
        }
        if let Some(start) = start {
            line.push(start..text.len());
        }
        line
    }

    fn push(&mut self, raw: Range<usize>) {
        let from = self.folded.len();
        let word = &self.text[raw.clone()];
        let in_parentheses =
            || self.text[..raw.start].ends_with('(') && self.text[raw.end..].starts_with(')');
        if word.eq_ignore_ascii_case("c") && in_parentheses() {
            self.folded.push('©');
        } else {
            fold(word, &mut self.folded);
        }
        let folded = from..self.folded.len();
        self.words.push(Word { raw, folded });
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// A word as it is compared.
    pub(super) fn word(&self, index: usize) -> &str {
        &self.folded[self.words[index].folded.clone()]
    }

    /// A word as it was written.
    pub(super) fn raw(&self, index: usize) -> &'t str {
        &self.text[self.words[index].raw.clone()]
    }

    /// What stands between a word and the one before it; before the first word, and after the last one (`len`), what
    /// stands at the ends.
    pub(super) fn gap(&self, index: usize) -> &'t str {
        let from = match index {
            0 => 0,
            _ => self.words[index - 1].raw.end,
        };
        let to = self
            .words
            .get(index)
            .map_or(self.text.len(), |word| word.raw.start);
        &self.text[from..to]
    }

    /// The text from the end of the word before `index`.
    pub(super) fn after(&self, index: usize) -> &'t str {
        match index {
            0 => self.text,
            _ => &self.text[self.words[index - 1].raw.end..],
        }
    }

    /// Whether the folded words stand at `index`.
    pub(super) fn starts_at(&self, index: usize, words: &[String]) -> bool {
        index + words.len() <= self.len()
            && words
                .iter()
                .zip(index..)
                .all(|(word, i)| word == self.word(i))
    }

    /// Whether a word begins like a name: with a capital, a digit, or a letter of a script without case.
    pub(super) fn is_capitalised(&self, index: usize) -> bool {
        self.raw(index).starts_with(|c: char| !c.is_lowercase())
    }

    /// Whether a word has at least `least` letters, all of them capitals.
    pub(super) fn is_capitals(&self, index: usize, least: usize) -> bool {
        let raw = self.raw(index);
        raw.chars().filter(|c| c.is_uppercase()).count() >= least
            && raw
                .chars()
                .all(|c| c.is_uppercase() || is_combining_mark(c))
    }

    /// The sentences as ranges of words. When in doubt two sentences stay one: phrases are matched close to the agency,
    /// so little is lost, while `Columbia, S.C. contributed` must not be parted.
    pub(super) fn sentences(&self) -> Vec<Range<usize>> {
        let mut sentences = Vec::new();
        let mut start = 0;
        for index in 1..self.len() {
            if self.is_sentence_break(index) {
                sentences.push(start..index);
                start = index;
            }
        }
        if start < self.len() {
            sentences.push(start..self.len());
        }
        sentences
    }

    fn is_sentence_break(&self, index: usize) -> bool {
        let gap = self.gap(index);
        // A mark and a space; most gaps are only the space.
        if gap.len() < 2 {
            return false;
        }
        let before = self.raw(index - 1);
        let letters = before.chars().take(5).count();
        let abbreviation = letters == 1
            || (letters < 5 && self.is_capitalised(index - 1) && !self.is_capitals(index - 1, 2));
        gap.contains(['.', '!', '?', '…'])
            && gap.contains(char::is_whitespace)
            && self.is_capitalised(index)
            && !abbreviation
    }
}

/// Whether a character is part of a word, at its beginning or where the word has begun.
pub(super) fn is_in_word(c: char, begun: bool) -> bool {
    match c {
        '\0'..='\x7F' => c.is_ascii_alphanumeric(),
        // The standard library searches for these. Quotes and dashes are frequent, and so are letters where they are used.
        '\u{2000}'..='\u{203F}' | '\u{3000}'..='\u{3004}' => false,
        '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2AF}' | '\u{3A3}'..='\u{3F5}' => true,
        '\u{400}'..='\u{481}' | '\u{5D0}'..='\u{5EA}' | '\u{620}'..='\u{64A}' => true,
        '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' => true,
        '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => true,
        _ => c.is_alphanumeric() || (begun && is_combining_mark(c)),
    }
}

/// Appends a word as it is compared.
pub(super) fn fold(word: &str, room: &mut String) {
    if word.is_ascii() {
        let from = room.len();
        room.push_str(word);
        room[from..].make_ascii_lowercase();
    } else {
        room.extend(
            word.nfkd()
                .filter(|&c| !is_combining_mark(c))
                .flat_map(char::to_lowercase),
        );
    }
}

/// The words of a pattern, as they are compared.
pub(super) fn folded_words(text: &str) -> Vec<String> {
    let line = Line::new(text);
    (0..line.len()).map(|i| line.word(i).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case_and_accents() {
        let cases: &[(&str, &[&str])] = &[
            (
                "L'Agence France-Presse",
                &["l", "agence", "france", "presse"],
            ),
            ("Agência BRASIL", &["agencia", "brasil"]),
            ("Age\u{302}ncia", &["agencia"]),
            ("(c) 2016, © (C) c", &["©", "2016", "©", "©", "c"]),
            ("«ТАСС»", &["тасс"]),
            ("", &[]),
            (" — ", &[]),
        ];
        for &(text, expected) in cases {
            assert_eq!(folded_words(text), expected, "{text}");
        }
    }

    #[test]
    fn every_character_is_in_a_word_or_not() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_in_word(c, false), c.is_alphanumeric(), "{c:?}");
            let begun = c.is_alphanumeric() || is_combining_mark(c);
            assert_eq!(is_in_word(c, true), begun, "{c:?}");
        }
        // `openings` knows these by their first bytes, E2 80.
        assert!(('\u{2000}'..='\u{203F}').all(|c| !is_in_word(c, true)));
    }

    #[test]
    fn sentences_stay_whole_when_in_doubt() {
        let cases: &[(&str, usize)] = &[
            ("The boats left. The AP contributed.", 2),
            ("He told the AP. The rain stopped.", 2),
            ("Roe in Columbia, S.C. contributed.", 1),
            ("Thomas J. Roe of St. Osyth wrote.", 1),
            ("\"It rained.\" She left!", 2),
            ("version 2.0 is out", 1),
            ("", 0),
        ];
        for &(text, expected) in cases {
            assert_eq!(Line::new(text).sentences().len(), expected, "{text}");
        }
    }
}

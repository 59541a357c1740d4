//! A short piece of text, split into words that can be compared.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A piece of text, its words, and the words in the form in which they are compared (*folded*): in
/// lower case and without accents.
///
/// `©` is a word of its own, and so is the `c` of `(c)`, which is folded to `©`.
pub(super) struct FoldedLine<'t> {
    /// The text as it was given.
    pub(super) text: &'t str,
    words: Vec<Word>,
    folded: String,
}

/// Positions of a word in the text and in the folded text.
struct Word {
    raw: Range<usize>,
    folded: Range<usize>,
}

impl<'t> FoldedLine<'t> {
    pub(super) fn new(text: &'t str) -> FoldedLine<'t> {
        let mut line = FoldedLine {
            text,
            // A word and the space after it rarely have fewer than five bytes, so the list rarely
            // grows.
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

    /// Number of words.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// A word in its folded form.
    pub(super) fn word(&self, index: usize) -> &str {
        &self.folded[self.words[index].folded.clone()]
    }

    /// A word as written.
    pub(super) fn raw(&self, index: usize) -> &'t str {
        &self.text[self.words[index].raw.clone()]
    }

    /// The text between a word and the one before it. Index 0 gives the text before the first word,
    /// index `len` the text after the last one.
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

    /// The text from the end of the word before `index`; for index 0, the whole text.
    pub(super) fn after(&self, index: usize) -> &'t str {
        match index {
            0 => self.text,
            _ => &self.text[self.words[index - 1].raw.end..],
        }
    }

    /// True if the words from `index` on begin with these folded words.
    pub(super) fn starts_at(&self, index: usize, words: &[String]) -> bool {
        index + words.len() <= self.len()
            && words
                .iter()
                .zip(index..)
                .all(|(word, i)| word == self.word(i))
    }

    /// True if a word begins like a name: with a capital, a digit, or a letter of a script without
    /// case.
    pub(super) fn is_capitalised(&self, index: usize) -> bool {
        self.raw(index).starts_with(|c: char| !c.is_lowercase())
    }

    /// True if a word consists of at least `least` capital letters, with or without accents.
    pub(super) fn is_all_capitals(&self, index: usize, least: usize) -> bool {
        let raw = self.raw(index);
        raw.chars().filter(|c| c.is_uppercase()).count() >= least
            && raw
                .chars()
                .all(|c| c.is_uppercase() || is_combining_mark(c))
    }

    /// The sentences, as ranges of words. Text is not split at a doubtful break: `Columbia, S.C.
    /// contributed` must stay one sentence. Joining two sentences does little harm, because phrases
    /// are matched only close to the agency's name.
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
        // A break needs a punctuation mark and white space. Most gaps are a single space.
        if gap.len() < 2 {
            return false;
        }
        let before = self.raw(index - 1);
        let letters = before.chars().take(5).count();
        let abbreviation = letters == 1
            || (letters < 5
                && self.is_capitalised(index - 1)
                && !self.is_all_capitals(index - 1, 2));
        gap.contains(['.', '!', '?', '…'])
            && gap.contains(char::is_whitespace)
            && self.is_capitalised(index)
            && !abbreviation
    }
}

/// True if a character is part of a word. `begun` is true after the first character
/// of a word.
pub(super) fn is_in_word(c: char, begun: bool) -> bool {
    match c {
        '\0'..='\x7F' => c.is_ascii_alphanumeric(),
        // Shortcuts for frequent characters (quotes, dashes and the letters of common scripts). The
        // last arm would give the same answers, but it has to search tables.
        '\u{2000}'..='\u{203F}' | '\u{3000}'..='\u{3004}' => false,
        '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2AF}' | '\u{3A3}'..='\u{3F5}' => true,
        '\u{400}'..='\u{481}' | '\u{5D0}'..='\u{5EA}' | '\u{620}'..='\u{64A}' => true,
        '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' => true,
        '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => true,
        _ => c.is_alphanumeric() || (begun && is_combining_mark(c)),
    }
}

/// Appends the folded form of a word.
pub(super) fn fold(word: &str, folded: &mut String) {
    if word.is_ascii() {
        let from = folded.len();
        folded.push_str(word);
        folded[from..].make_ascii_lowercase();
    } else {
        folded.extend(
            word.nfkd()
                .filter(|&c| !is_combining_mark(c))
                .flat_map(char::to_lowercase),
        );
    }
}

/// The folded words of a pattern.
pub(super) fn folded_words(text: &str) -> Vec<String> {
    let line = FoldedLine::new(text);
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
    fn fast_character_classes_equal_the_standard_library() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_in_word(c, false), c.is_alphanumeric(), "{c:?}");
            let begun = c.is_alphanumeric() || is_combining_mark(c);
            assert_eq!(is_in_word(c, true), begun, "{c:?}");
        }
        // `openings` relies on this range: its characters begin with the bytes E2 80.
        assert!(('\u{2000}'..='\u{203F}').all(|c| !is_in_word(c, true)));
    }

    #[test]
    fn doubtful_sentence_breaks_are_ignored() {
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
            assert_eq!(FoldedLine::new(text).sentences().len(), expected, "{text}");
        }
    }
}

//! Careful reading of a text: its sentences, and the terms of each that can survive rewording.
//!
//! Only documents that are compared are read so. A term is a name, a number or the stem of a word.
//! Well-kept libraries have the language rules: sentences and words by UAX #29, the language by
//! trigrams (`whatlang`), stems by Snowball (`rust-stemmers`), and numbers in words by `text2num`,
//! so that "nine hours" and "9 hours" are the same. In a language that the stemmers do not know,
//! words stay whole. Words in other scripts than Latin are no terms.

use std::ops::Range;
use std::sync::Arc;

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;
use text2num::{Language, get_interpreter_for, replace_numbers_in_text, text2digits};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;
use whatlang::Lang;
use xxhash_rust::xxh3::xxh3_64;

use crate::sketch::anchors::{is_latin, plain_number};

/// Bytes of a text that are read: some 15,000 words, twenty times an article. Longer texts are
/// archive pages.
const LONGEST_TEXT: usize = 100_000;

/// Most sentences of a text that are compared. The time of a comparison grows with the product of
/// both numbers.
pub const MOST_SENTENCES: usize = 250;

/// Most terms of a sentence that count. A sentence of news has some twelve, a table without full
/// stops thousands.
pub const MOST_TERMS: usize = 64;

/// Bytes of a text that its language is detected from.
const LANGUAGE_SAMPLE: usize = 500;

/// Least share of ordinary words (no names, no numbers, not the first of a sentence) among the
/// terms of prose. One in fifty real articles has less, and is a table or a list. German prose,
/// whose nouns have capitals, has 0.5, English prose 0.6 and more.
const LEAST_WORD_SHARE: f64 = 0.4;

/// Most words of a language that are kept: some 10 MB.
const MOST_WORDS: usize = 1 << 17;

/// Fewest letters of a term. Nearly all shorter words are articles, prepositions and initials.
const SHORTEST_WORD: usize = 3;

/// A text as its sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentences {
    /// Likely language of the text.
    pub language: Option<Lang>,
    /// The terms of each sentence that has any, in order.
    pub sentences: Vec<Vec<Term>>,
    /// Position of each of these sentences in the text, in bytes.
    pub places: Vec<Range<usize>>,
}

/// A name, a number or a word, which can survive rewording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Hash of the stem, or of the plain form of a number.
    pub key: u64,
    /// Kind of term.
    pub kind: TermKind,
    /// Its letters without case and accents, or the plain form of a number.
    pub written: Arc<str>,
}

/// Kind of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    /// A number.
    Number,
    /// A word with a capital letter, but not at the beginning of a sentence.
    Name,
    /// The first word of a sentence, with a capital letter, which may be a name.
    Opening,
    /// Any other word.
    Word,
}

/// A word that was looked up.
#[derive(Debug, Clone)]
struct KnownWord {
    written: Arc<str>,
    /// Hash of its stem.
    key: u64,
    /// True if it is a number in words, or a part of one.
    numeral: bool,
    letters: usize,
}

/// Reads texts, and keeps the stems of words from one text to the next.
#[derive(Debug, Default)]
pub struct SentenceReader {
    /// By language: the words read so far, by their letters without case and accents.
    words: FxHashMap<Option<Lang>, FxHashMap<Arc<str>, KnownWord>>,
    /// Buffer for the plain form of a word.
    plain: String,
}

impl SentenceReader {
    /// Reads a text.
    pub fn read(&mut self, text: &str) -> Sentences {
        let text = beginning(text, LONGEST_TEXT);
        let language = whatlang::detect_lang(beginning(text, LANGUAGE_SAMPLE));
        let words = self.words.entry(language).or_default();
        if words.len() > MOST_WORDS {
            words.clear();
        }
        let mut terms = TermReader {
            stemmer: language.and_then(algorithm).map(Stemmer::create),
            numbers: language.and_then(|language| get_interpreter_for(code(language)?)),
            words,
            plain: &mut self.plain,
        };
        let lines = text.split_inclusive('\n').scan(0, |end, line| {
            *end += line.len();
            Some((*end - line.len(), line))
        });
        let (sentences, places) = lines
            .flat_map(|(start, line)| {
                let within = line.split_sentence_bound_indices();
                within.map(move |(at, sentence)| (start + at, sentence.trim_end()))
            })
            .map(|(at, sentence)| (terms.read_sentence(sentence), at..at + sentence.len()))
            .filter(|(terms, _)| !terms.is_empty())
            .take(MOST_SENTENCES)
            .unzip();
        Sentences {
            language,
            sentences,
            places,
        }
    }
}

impl Sentences {
    /// Reads one text.
    pub fn of(text: &str) -> Sentences {
        SentenceReader::default().read(text)
    }

    /// True if this is prose, because enough of its terms are ordinary words. Tables, price lists
    /// and lists of names are not; they have the same order in any two reports.
    pub fn is_prose(&self) -> bool {
        let words = self.terms().filter(|term| term.kind == TermKind::Word);
        words.count() as f64 >= LEAST_WORD_SHARE * self.terms().count() as f64
    }

    /// The terms of all sentences, in order.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.sentences.iter().flatten()
    }
}

/// The beginning of a text, of at most `most` bytes.
fn beginning(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Reads the terms of sentences in one language.
struct TermReader<'k> {
    stemmer: Option<Stemmer>,
    numbers: Option<Language>,
    words: &'k mut FxHashMap<Arc<str>, KnownWord>,
    plain: &'k mut String,
}

impl TermReader<'_> {
    /// Reads the terms of a sentence, with numbers in words as digits.
    fn read_sentence(&mut self, sentence: &str) -> Vec<Term> {
        let (terms, has_numerals) = self.read(sentence);
        match &self.numbers {
            Some(numbers) if has_numerals => {
                let digits = replace_numbers_in_text(sentence, numbers, 0.0);
                self.read(&digits).0
            }
            _ => terms,
        }
    }

    /// Reads the terms of a sentence as written. Also returns true if a word may be a number in
    /// words.
    fn read(&mut self, sentence: &str) -> (Vec<Term>, bool) {
        let (mut terms, mut has_numerals) = (Vec::new(), false);
        for (at, word) in sentence.unicode_words().enumerate() {
            if terms.len() == MOST_TERMS {
                break;
            }
            let Some(first) = word.chars().next() else {
                continue;
            };
            if first.is_ascii_digit() {
                terms.extend(number(word));
            } else if first.is_alphabetic() && is_latin(first) {
                let known = self.look_up(word);
                has_numerals |= known.numeral;
                if known.letters >= SHORTEST_WORD {
                    let kind = match first.is_uppercase() {
                        false => TermKind::Word,
                        true if at == 0 => TermKind::Opening,
                        true => TermKind::Name,
                    };
                    terms.push(Term {
                        key: known.key,
                        kind,
                        written: Arc::clone(&known.written),
                    });
                }
            }
        }
        (terms, has_numerals)
    }

    /// Looks up a word, and adds it if it is new.
    fn look_up(&mut self, word: &str) -> &KnownWord {
        plain_word(word, self.plain);
        if !self.words.contains_key(self.plain.as_str()) {
            let written: Arc<str> = Arc::from(self.plain.as_str());
            let stem = self.stemmer.as_ref().map(|stemmer| stemmer.stem(&written));
            let numbers = self.numbers.as_ref();
            let known = KnownWord {
                key: xxh3_64(stem.as_deref().unwrap_or(&written).as_bytes()),
                numeral: numbers.is_some_and(|numbers| text2digits(&written, numbers).is_ok()),
                letters: written.chars().count(),
                written: Arc::clone(&written),
            };
            self.words.insert(written, known);
        }
        &self.words[self.plain.as_str()]
    }
}

/// Reads a word that begins with a digit as a number.
fn number(word: &str) -> Option<Term> {
    let end = word.find(|c: char| !matches!(c, '0'..='9' | '.' | ','));
    let written = plain_number(&word[..end.unwrap_or(word.len())]);
    // "One" is an article in most languages, and "a million" is a million without a number.
    (written != "1").then(|| Term {
        key: xxh3_64(written.as_bytes()),
        kind: TermKind::Number,
        written: Arc::from(written),
    })
}

/// Sets `plain` to a word without case, accents, apostrophes and the English genitive.
fn plain_word(word: &str, plain: &mut String) {
    let word = word
        .strip_suffix("'s")
        .or_else(|| word.strip_suffix("’s"))
        .unwrap_or(word);
    plain.clear();
    if word.is_ascii() {
        let letters = word.bytes().filter(u8::is_ascii_alphanumeric);
        plain.extend(letters.map(|byte| char::from(byte.to_ascii_lowercase())));
    } else {
        let lower = word.chars().flat_map(char::to_lowercase).nfkd();
        plain.extend(lower.filter(|&c| !is_combining_mark(c) && c.is_alphanumeric()));
    }
}

/// The Snowball stemmer of a language in Latin script.
fn algorithm(language: Lang) -> Option<Algorithm> {
    Some(match language {
        Lang::Dan => Algorithm::Danish,
        Lang::Nld => Algorithm::Dutch,
        Lang::Eng => Algorithm::English,
        Lang::Fin => Algorithm::Finnish,
        Lang::Fra => Algorithm::French,
        Lang::Deu => Algorithm::German,
        Lang::Hun => Algorithm::Hungarian,
        Lang::Ita => Algorithm::Italian,
        Lang::Nob => Algorithm::Norwegian,
        Lang::Por => Algorithm::Portuguese,
        Lang::Ron => Algorithm::Romanian,
        Lang::Spa => Algorithm::Spanish,
        Lang::Swe => Algorithm::Swedish,
        Lang::Tur => Algorithm::Turkish,
        _ => return None,
    })
}

/// The two-letter code of a language that `text2num` knows.
fn code(language: Lang) -> Option<&'static str> {
    Some(match language {
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Spa => "es",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> Vec<Vec<String>> {
        let sentences = Sentences::of(text).sentences;
        let written =
            |terms: &Vec<Term>| terms.iter().map(|term| term.written.to_string()).collect();
        sentences.iter().map(written).collect()
    }

    #[test]
    fn sentences_and_their_terms() {
        let text = "Quito's governor, Tomás Ibárrola, filed it on Tuesday. \
            The quake killed 214 people and nine dogs in the\n$41 million harbour.";
        assert_eq!(
            written(text),
            [
                vec!["quito", "governor", "tomas", "ibarrola", "filed", "tuesday"],
                vec![
                    "the", "quake", "killed", "214", "people", "and", "9", "dogs", "the"
                ],
                vec!["41", "harbour"],
            ]
        );
        let kinds: Vec<TermKind> = Sentences::of(text).sentences[0]
            .iter()
            .map(|term| term.kind)
            .collect();
        assert_eq!(
            kinds[..4],
            [
                TermKind::Opening,
                TermKind::Word,
                TermKind::Name,
                TermKind::Name
            ]
        );
    }

    #[test]
    fn inflected_words_share_a_key() {
        let text = |word: &str| {
            format!(
                "The ministers of the government said on Tuesday that they were {word} the tents \
                 to the people who had lost their homes. Nobody would be refused help, they told \
                 the reporters who had been waiting in the rain outside the building."
            )
        };
        let key = |word: &str| {
            let read = Sentences::of(&text(word));
            read.terms()
                .find(|term| &*term.written == word)
                .map(|term| term.key)
        };
        assert!(key("delivering").is_some());
        assert_eq!(key("delivering"), key("delivered"));
        assert_ne!(key("delivering"), key("refusing"));
    }

    #[test]
    fn words_in_other_scripts_are_no_terms() {
        assert!(
            Sentences::of("Губернатор Сергей Иванов приехал в Киев. 東京で会議")
                .sentences
                .is_empty()
        );
    }

    #[test]
    fn very_long_texts_are_cut() {
        let endless = "Budget and ".repeat(200_000);
        let read = Sentences::of(&endless);
        assert!(read.sentences.len() <= MOST_SENTENCES);
        assert!(read.sentences.iter().all(|terms| terms.len() <= MOST_TERMS));
        assert!(Sentences::of(&"Nine. ".repeat(100_000)).sentences.len() <= MOST_SENTENCES);
        for text in [
            "one two three ".repeat(9000),
            "Q".repeat(90_000),
            "1.".repeat(90_000),
        ] {
            let read = Sentences::of(&text);
            assert!(read.terms().count() <= MOST_TERMS, "{}", &text[..9]);
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            let read = Sentences::of(&text);
            prop_assert!(read.sentences.iter().all(|terms| !terms.is_empty()));
        }
    }
}

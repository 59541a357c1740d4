//! The careful reading of a text: its sentences, and of each the terms that can survive rewording, in order.
//!
//! Done for documents that are compared, not for all. A term is a name, a number or the stem of a word. Language rules are those of kept
//! libraries: sentences and words by UAX #29, the language by trigrams (`whatlang`), stems by Snowball (`rust-stemmers`), numbers that are written out
//! by `text2num` ("nine hours" and "9 hours" are one). A language that a library does not know keeps its words whole. What is not in Latin
//! script is no term.

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

/// Bytes of a text that are read: some 15,000 words. Twenty times an article; more is an archive page.
const LONGEST_TEXT: usize = 100_000;

/// Sentences of a text that are compared. Comparing takes time in proportion to the product of both.
pub const MOST_SENTENCES: usize = 250;

/// Terms of a sentence that count: a sentence of news has some twelve, a table without full stops thousands.
pub const MOST_TERMS: usize = 64;

/// Bytes of the text that the language is told from.
const TELLING: usize = 500;

/// The share of ordinary words (no names, no numbers, not the first of a sentence) among the terms of prose, at
/// least. Of real articles one in fifty has less, tables and lists; German prose, whose nouns have capitals, has .5, English .6 and more.
const LEAST_WORDS: f64 = 0.4;

/// Words of a language that are kept: some 10 MB.
const MOST_WORDS: usize = 1 << 17;

/// Words of fewer letters are no terms: nearly all are articles, prepositions and initials.
const SHORTEST_WORD: usize = 3;

/// A text as its sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentences {
    /// The language that the text seems to be in.
    pub language: Option<Lang>,
    /// The terms of each sentence that has any, in order.
    pub sentences: Vec<Vec<Term>>,
    /// Where each of these stands in the text.
    pub places: Vec<Range<usize>>,
}

/// What can survive rewording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The hash of the stem, or of the number in its plain form.
    pub key: u64,
    /// What it is.
    pub kind: Kind,
    /// Its letters or digits, without case and accents; of a number in its plain form.
    pub written: Arc<str>,
}

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A word with a capital inside a sentence.
    Name,
    /// The first word of a sentence: a name or not.
    Opening,
    /// Any other word.
    Word,
}

/// What is known of a word.
#[derive(Debug, Clone)]
struct Known {
    written: Arc<str>,
    /// The hash of its stem.
    key: u64,
    /// Whether it is a number, or a part of one.
    numeral: bool,
    letters: usize,
}

/// Reads texts; keeps the stems of words from one to the next.
#[derive(Debug, Default)]
pub struct SentenceReader {
    /// By language, what is known of every word that was met, by how it is written without case and accents.
    words: FxHashMap<Option<Lang>, FxHashMap<Arc<str>, Known>>,
    plain: String,
}

impl SentenceReader {
    /// Reads a text.
    pub fn read(&mut self, text: &str) -> Sentences {
        let text = beginning(text, LONGEST_TEXT);
        let language = whatlang::detect_lang(beginning(text, TELLING));
        let words = self.words.entry(language).or_default();
        if words.len() > MOST_WORDS {
            words.clear();
        }
        let mut terms = Terms {
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
            .map(|(at, sentence)| (terms.of(sentence), at..at + sentence.len()))
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

    /// Whether this is prose: enough of its terms are ordinary words. Tables, price lists and lists of names are not, and keep their order whoever
    /// tells them.
    pub fn is_prose(&self) -> bool {
        let words = self.terms().filter(|term| term.kind == Kind::Word);
        words.count() as f64 >= LEAST_WORDS * self.terms().count() as f64
    }

    /// The terms of all sentences, in order.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.sentences.iter().flatten()
    }
}

/// At most so many bytes of a text.
fn beginning(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Finds the terms of sentences in one language.
struct Terms<'k> {
    stemmer: Option<Stemmer>,
    numbers: Option<Language>,
    words: &'k mut FxHashMap<Arc<str>, Known>,
    plain: &'k mut String,
}

impl Terms<'_> {
    fn of(&mut self, sentence: &str) -> Vec<Term> {
        let (terms, numerals) = self.read(sentence);
        match &self.numbers {
            Some(numbers) if numerals => {
                let digits = replace_numbers_in_text(sentence, numbers, 0.0);
                self.read(&digits).0
            }
            _ => terms,
        }
    }

    /// The terms of a sentence, and whether there are numerals among its words.
    fn read(&mut self, sentence: &str) -> (Vec<Term>, bool) {
        let (mut terms, mut numerals) = (Vec::new(), false);
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
                let known = self.known(word);
                numerals |= known.numeral;
                if known.letters >= SHORTEST_WORD {
                    let kind = match first.is_uppercase() {
                        false => Kind::Word,
                        true if at == 0 => Kind::Opening,
                        true => Kind::Name,
                    };
                    terms.push(Term {
                        key: known.key,
                        kind,
                        written: Arc::clone(&known.written),
                    });
                }
            }
        }
        (terms, numerals)
    }

    fn known(&mut self, word: &str) -> &Known {
        plain_word(word, self.plain);
        if !self.words.contains_key(self.plain.as_str()) {
            let written: Arc<str> = Arc::from(self.plain.as_str());
            let stem = self.stemmer.as_ref().map(|stemmer| stemmer.stem(&written));
            let numbers = self.numbers.as_ref();
            let known = Known {
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

/// A word that begins with a digit, as a number.
fn number(word: &str) -> Option<Term> {
    let end = word.find(|c: char| !matches!(c, '0'..='9' | '.' | ','));
    let written = plain_number(&word[..end.unwrap_or(word.len())]);
    // One is an article in most languages, and what a million is without its number.
    (written != "1").then(|| Term {
        key: xxh3_64(written.as_bytes()),
        kind: Kind::Number,
        written: Arc::from(written),
    })
}

/// Replaces `plain` by a word without case, accents, apostrophes and the English genitive.
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

/// The two letters by which `text2num` knows a language.
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
    use super::*;
    use crate::compare::reworded;
    use crate::compare::reworded::weights::Weights;
    use proptest::prelude::*;

    fn written(text: &str) -> Vec<Vec<String>> {
        let sentences = Sentences::of(text).sentences;
        let written =
            |terms: &Vec<Term>| terms.iter().map(|term| term.written.to_string()).collect();
        sentences.iter().map(written).collect()
    }

    #[test]
    fn sentences_and_their_terms() {
        let text = "Quito's governor, Tomás Ibárrola, filed it on Tuesday. The quake killed 214 people and nine dogs in the\n$41 million harbour.";
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
        let kinds: Vec<Kind> = Sentences::of(text).sentences[0]
            .iter()
            .map(|term| term.kind)
            .collect();
        assert_eq!(
            kinds[..4],
            [Kind::Opening, Kind::Word, Kind::Name, Kind::Name]
        );
    }

    #[test]
    fn inflected_words_share_a_key() {
        let text = |word: &str| {
            format!(
                "The ministers of the government said on Tuesday that they were {word} the tents to the people who had lost their homes. \
                 Nobody would be refused help, they told the reporters who had been waiting in the rain outside the building."
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
    fn another_script_has_no_terms() {
        assert!(
            Sentences::of("Губернатор Сергей Иванов приехал в Киев. 東京で会議")
                .sentences
                .is_empty()
        );
    }

    #[test]
    fn hostile_texts_are_cut() {
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
            assert_eq!(
                reworded::compare(&read, &read, &Weights::default()).aligned,
                0
            );
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

//! The careful reading of a text: its sentences, and of each the terms that can survive rewording, in order.
//!
//! Done for documents that are compared, not for all. A term is a name, a number or the stem of a word. Language rules are those of kept
//! libraries: sentences and words by UAX #29, the language by trigrams (`whatlang`), stems by Snowball (`rust-stemmers`), numbers that are written out
//! by `text2num` ("nine hours" and "9 hours" are one). A language that a library does not know keeps its words whole. What is not in Latin
//! script is no term.

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;
use text2num::{Language, get_interpreter_for, replace_numbers_in_text};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;
use whatlang::Lang;
use xxhash_rust::xxh3::xxh3_64;

use super::anchors::{is_latin, plain_number};

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

/// Words of a language whose stems are kept: some 10 MB.
const MOST_KEYS: usize = 1 << 17;

/// Words of fewer letters are no terms: nearly all are articles, prepositions and initials.
const SHORTEST_WORD: usize = 3;

/// A text as its sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentences {
    /// The language that the text seems to be in.
    pub language: Option<Lang>,
    /// The terms of each sentence that has any, in order.
    pub sentences: Vec<Vec<Term>>,
}

/// What can survive rewording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The hash of the stem, or of the number in its plain form.
    pub key: u64,
    /// What it is.
    pub kind: Kind,
    /// Its letters or digits, without case and accents; of a number in its plain form.
    pub written: String,
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

/// Reads texts; keeps the stems of words from one to the next.
#[derive(Debug, Default)]
pub struct SentenceReader {
    /// By language, the key of every word that was met.
    keys: FxHashMap<Option<Lang>, FxHashMap<String, u64>>,
}

impl SentenceReader {
    /// Reads a text.
    pub fn read(&mut self, text: &str) -> Sentences {
        let text = beginning(text, LONGEST_TEXT);
        let language = whatlang::detect_lang(beginning(text, TELLING));
        let keys = self.keys.entry(language).or_default();
        if keys.len() > MOST_KEYS {
            keys.clear();
        }
        let mut terms = Terms {
            stemmer: language.and_then(algorithm).map(Stemmer::create),
            numbers: language.and_then(|language| get_interpreter_for(code(language)?)),
            keys,
        };
        let sentences = text
            .lines()
            .flat_map(UnicodeSegmentation::unicode_sentences)
            .map(|sentence| terms.of(sentence))
            .filter(|terms| !terms.is_empty())
            .take(MOST_SENTENCES)
            .collect();
        Sentences {
            language,
            sentences,
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
    keys: &'k mut FxHashMap<String, u64>,
}

impl Terms<'_> {
    fn of(&mut self, sentence: &str) -> Vec<Term> {
        let numbers = self.numbers.as_ref();
        let digits = numbers.map(|numbers| replace_numbers_in_text(sentence, numbers, 0.0));
        let sentence = digits.as_deref().unwrap_or(sentence);
        let words = sentence.unicode_words().enumerate();
        words
            .filter_map(|(at, word)| self.term(word, at == 0))
            .take(MOST_TERMS)
            .collect()
    }

    fn term(&mut self, word: &str, opening: bool) -> Option<Term> {
        let first = word.chars().next()?;
        if first.is_ascii_digit() {
            let end = word.find(|c: char| !matches!(c, '0'..='9' | '.' | ','));
            let written = plain_number(&word[..end.unwrap_or(word.len())]);
            // An article in most languages; and what a million is without its number.
            return (written != "1").then(|| Term {
                key: xxh3_64(written.as_bytes()),
                kind: Kind::Number,
                written,
            });
        }
        if !first.is_alphabetic() || !is_latin(first) {
            return None;
        }
        let written = plain_word(word);
        if written.chars().count() < SHORTEST_WORD {
            return None;
        }
        let kind = match first.is_uppercase() {
            false => Kind::Word,
            true if opening => Kind::Opening,
            true => Kind::Name,
        };
        Some(Term {
            key: self.key(&written),
            kind,
            written,
        })
    }

    fn key(&mut self, written: &str) -> u64 {
        if let Some(&key) = self.keys.get(written) {
            return key;
        }
        let stem = self.stemmer.as_ref().map(|stemmer| stemmer.stem(written));
        let key = xxh3_64(stem.as_deref().unwrap_or(written).as_bytes());
        self.keys.insert(written.to_owned(), key);
        key
    }
}

/// A word without case, accents, apostrophes and the English genitive.
fn plain_word(word: &str) -> String {
    let word = word
        .strip_suffix("'s")
        .or_else(|| word.strip_suffix("’s"))
        .unwrap_or(word);
    if word.is_ascii() {
        let letters = word.bytes().filter(u8::is_ascii_alphanumeric);
        return letters
            .map(|byte| char::from(byte.to_ascii_lowercase()))
            .collect();
    }
    let lower = word.chars().flat_map(char::to_lowercase);
    let letters = lower.nfkd().filter(|&c| !is_combining_mark(c));
    letters.filter(|c| c.is_alphanumeric()).collect()
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
    use proptest::prelude::*;

    fn written(text: &str) -> Vec<Vec<String>> {
        let sentences = Sentences::of(text).sentences;
        let written = |terms: &Vec<Term>| terms.iter().map(|term| term.written.clone()).collect();
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
                .find(|term| term.written == word)
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
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            let read = Sentences::of(&text);
            prop_assert!(read.sentences.iter().all(|terms| !terms.is_empty()));
        }
    }
}

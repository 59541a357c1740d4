//! N-grams of reference texts, by which every other text that holds a passage of one is found.
//!
//! A text that has `n` words in a row of a reference text has one of its n-grams, so looking up
//! every n-gram of a text misses nothing, however common the passage is. This is how training
//! corpora are freed from texts of tests (Brown et al. 2020, "Language models are few-shot
//! learners", appendix C, with 13 words). A reference text with fewer words than that has one gram,
//! its whole text.
//!
//! A gram is as long as its words count: in scripts without spaces it has more of them. It begins at
//! any word, and its length depends on the words that follow alone, so equal runs of words have
//! equal grams.

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::sieve::Sieve;
use crate::catalog::DocNo;
use crate::text::word_count;

/// Default of the fewest words of a passage: 13, as in Brown et al. 2020. Runs of eight words of
/// different news stories are often the same phrase.
pub const DEFAULT_NGRAM: u32 = 13;

/// Default of the fewest words of a reference text that is looked for: as many as a shingle has.
/// Shorter ones are single phrases, which stand in many texts.
pub const DEFAULT_FEWEST_WORDS: u32 = 5;

/// Most reference texts of one gram that are told apart. More texts with it change only which of
/// them is named.
const MOST_OF_GRAM: usize = 32;

/// The grams of reference texts.
#[derive(Debug, Default)]
pub struct Ngrams {
    /// Parts of a word that a gram counts as.
    parts: usize,
    fewest_words: usize,
    /// Grams of texts with enough words, and their documents; sorted once all are there.
    of_passages: Vec<(u64, DocNo)>,
    /// The same of shorter texts, of which each is one gram.
    of_wholes: Vec<(u64, DocNo)>,
    /// First words of shorter texts: as many as the shortest of them has.
    heads: Vec<u64>,
    /// Numbers of words of shorter texts, as they are written; sorted once all are there.
    lengths: Vec<usize>,
}

/// Grams that are ready to be looked up.
pub struct NgramLookup {
    grams: Ngrams,
    passages: Option<Sieve>,
    heads: Option<Sieve>,
}

/// Part that a reference text takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceText {
    /// Each of its passages is looked for.
    Passages,
    /// It is shorter than a passage and looked for as a whole.
    Whole,
    /// It is too short to be looked for.
    TooShort,
}

impl Ngrams {
    /// No grams yet. A passage has `words` words, a reference text at least `fewest_words`.
    pub fn new(words: u32, fewest_words: u32) -> Ngrams {
        Ngrams {
            parts: words.max(1) as usize * word_count::WHOLE,
            fewest_words: fewest_words.max(1) as usize,
            ..Ngrams::default()
        }
    }

    /// Adds a reference text, given by the hashes of its words. `unspaced` is true if some are of a
    /// script without spaces.
    pub fn add(&mut self, doc: DocNo, words: &[u64], unspaced: bool) -> ReferenceText {
        let counted: usize = match unspaced {
            true => word_count::counted(words.iter().copied()),
            false => words.len(),
        };
        if words.is_empty() || counted < self.fewest_words {
            return ReferenceText::TooShort;
        }
        let before = self.of_passages.len();
        let mut grams = Vec::new();
        each_gram(words, unspaced, self.parts, |gram| grams.push(gram));
        self.of_passages
            .extend(grams.into_iter().map(|gram| (gram, doc)));
        if self.of_passages.len() > before {
            return ReferenceText::Passages;
        }
        self.of_wholes.push((hash(words), doc));
        self.lengths.push(words.len());
        self.heads.extend_from_slice(words);
        ReferenceText::Whole
    }

    /// Adds the grams of other documents.
    pub fn append(&mut self, mut other: Ngrams) {
        self.of_passages.append(&mut other.of_passages);
        self.of_wholes.append(&mut other.of_wholes);
        self.heads.append(&mut other.heads);
        self.lengths.append(&mut other.lengths);
    }

    /// Prepares the grams for being looked up.
    pub fn finish(mut self) -> NgramLookup {
        for grams in [&mut self.of_passages, &mut self.of_wholes] {
            grams.sort_unstable();
            grams.dedup();
        }
        // Until here, `heads` are the words of all shorter texts, one after the other.
        let shortest = self.lengths.iter().copied().min().unwrap_or(0);
        let (mut at, mut heads) = (0, Vec::new());
        for &length in &self.lengths {
            heads.push(hash(&self.heads[at..at + shortest]) as u32);
            at += length;
        }
        self.heads = Vec::new();
        self.lengths.sort_unstable();
        self.lengths.dedup();
        let passages = self.of_passages.iter().map(|&(gram, _)| gram as u32);
        NgramLookup {
            passages: (!self.of_passages.is_empty()).then(|| Sieve::new(passages)),
            heads: (!heads.is_empty()).then(|| Sieve::new(heads.into_iter())),
            grams: self,
        }
    }
}

impl NgramLookup {
    /// The reference text that has the most grams of a text; of several the first in canonical
    /// order. `None` if none has any.
    pub fn find(&self, words: &[u64], unspaced: bool) -> Option<DocNo> {
        let grams = &self.grams;
        let mut hits: FxHashMap<DocNo, usize> = FxHashMap::default();
        let mut count = |list: &[(u64, DocNo)], gram: u64| {
            let first = list.partition_point(|&(other, _)| other < gram);
            let same = list[first..]
                .iter()
                .take_while(|&&(other, _)| other == gram);
            same.take(MOST_OF_GRAM)
                .for_each(|&(_, doc)| *hits.entry(doc).or_default() += 1);
        };
        if let Some(sieve) = &self.passages {
            each_gram(words, unspaced, grams.parts, |gram| {
                if sieve.holds(gram as u32) {
                    count(&grams.of_passages, gram);
                }
            });
        }
        if let (Some(sieve), Some(&shortest)) = (&self.heads, grams.lengths.first()) {
            for (at, head) in words.windows(shortest).enumerate() {
                if sieve.holds(hash(head) as u32) {
                    let wholes = grams
                        .lengths
                        .iter()
                        .map_while(|&length| words.get(at..at + length));
                    wholes.for_each(|whole| count(&grams.of_wholes, hash(whole)));
                }
            }
        }
        let best = hits
            .into_iter()
            .max_by_key(|&(doc, hits)| (hits, std::cmp::Reverse(doc)));
        best.map(|(doc, _)| doc)
    }
}

/// Calls `each` with every gram of a text that counts as so many parts of a word.
fn each_gram(words: &[u64], unspaced: bool, parts: usize, mut each: impl FnMut(u64)) {
    if !unspaced {
        let grams = words.windows(parts / word_count::WHOLE);
        grams.for_each(|gram| each(hash(gram)));
        return;
    }
    let (mut end, mut counted) = (0, 0);
    for (start, &first) in words.iter().enumerate() {
        while counted < parts {
            let Some(&word) = words.get(end) else { return };
            counted += word_count::parts(word);
            end += 1;
        }
        each(hash(&words[start..end]));
        counted -= word_count::parts(first);
    }
}

fn hash(words: &[u64]) -> u64 {
    xxh3_64(bytemuck::cast_slice(words))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::text::words::{hash_word, reference};

    /// A text of three letters or three Han characters.
    fn text() -> impl Strategy<Value = String> {
        vec(
            prop::sample::select(vec!["a ", "b ", "c ", "東", "京", "都"]),
            0..24,
        )
        .prop_map(|pieces| pieces.concat())
    }

    fn hashes(text: &str) -> Vec<u64> {
        let words = reference(text);
        words
            .iter()
            .map(|word| hash_word(word.as_bytes()))
            .collect()
    }

    fn counted(words: &[u64]) -> usize {
        word_count::counted(words.iter().copied())
    }

    /// True if a text has a run of a reference text that counts as enough words, or all of a
    /// reference text that has none.
    fn holds(text: &[u64], of: &[u64], words: usize, fewest: usize) -> bool {
        let runs = |of: &[u64]| -> Vec<Vec<u64>> {
            let starts = 0..of.len();
            let ends = |start| (start + 1..=of.len()).map(move |end| (start, end));
            starts
                .flat_map(ends)
                .map(|(start, end)| of[start..end].to_vec())
                .collect()
        };
        let has = |run: &[u64]| text.windows(run.len()).any(|other| other == run);
        if of.is_empty() || counted(of) < fewest {
            return false;
        }
        if counted(of) < words {
            return has(of);
        }
        runs(of).iter().any(|run| counted(run) >= words && has(run))
    }

    proptest! {
        #[test]
        fn texts_with_a_passage_are_found_and_no_others(
            references in vec(text(), 1..5),
            texts in vec(text(), 1..5),
            words in 1usize..7,
            fewest in 1usize..4,
        ) {
            let references: Vec<Vec<u64>> = references.iter().map(|text| hashes(text)).collect();
            let mut grams = Ngrams::new(words as u32, fewest as u32);
            for (doc, reference) in (0..).map(DocNo).zip(&references) {
                grams.add(doc, reference, true);
            }
            let lookup = grams.finish();
            for text in &texts {
                let text = hashes(text);
                let expected = references.iter().any(|of| holds(&text, of, words, fewest));
                let found = lookup.find(&text, true);
                prop_assert_eq!(found.is_some(), expected);
                if let Some(doc) = found {
                    prop_assert!(holds(&text, &references[doc.0 as usize], words, fewest));
                }
            }
        }
    }

    #[test]
    fn texts_of_named_cases() {
        let reference = "the ferry to the outer island leaves at seven on every day but sunday";
        for (text, unspaced, expected) in [
            (
                "they say that the ferry to the outer island leaves at eight",
                false,
                true,
            ),
            (
                "they say that the ferry to the outer harbour leaves at eight",
                false,
                false,
            ),
            ("leaves at seven on every day but", false, false),
            ("leaves at seven on every day but sunday", false, true),
        ] {
            let mut grams = Ngrams::new(8, 5);
            grams.add(DocNo(3), &hashes(reference), unspaced);
            let found = grams.finish().find(&hashes(text), unspaced);
            assert_eq!(found, expected.then_some(DocNo(3)), "{text}");
        }
    }
}

//! Exact comparison: Jaccard similarity, containment and longest passage of a pair.
//!
//! Whole shingle sets are compared, and the figures of that comparison are reported. A pair whose
//! Jaccard similarity reaches the threshold is *near*. A pair below it is an *excerpt* if one
//! document holds enough of the other, some of it in one passage, or if a long passage of unquoted
//! words is in both.

use std::ops::RangeInclusive;

use super::common::{Common, SeededWords, common};
use super::passage::{self, Passage};
use super::positions::Positions;
use crate::catalog::{DocNo, DocPair};
use crate::text::shingle::{self, Shingle, Shingler, jaccard};
use crate::text::word_count;

/// Words of the runs that seed the search for the longest passage if shingles are made of
/// characters.
const SEED_WORDS: usize = 5;

/// Containment from which a pair is an excerpt, by default. At 0.3 nearly all pairs of real news
/// are copy, below it fewer than half are (`docs/method/thresholds-us11.md`).
pub const DEFAULT_CONTAINMENT: f64 = 0.3;

/// The same if shingles are made of characters, of which unrelated texts share more.
pub const DEFAULT_CONTAINMENT_OF_CHARACTERS: f64 = 0.5;

/// Fewest words of the longest passage of an excerpt, by default. Shorter runs are quotations and
/// common phrases (`docs/method/thresholds-us11.md`).
pub const DEFAULT_PASSAGE: u32 = 25;

/// The same if shingles are made of characters. These are chosen to find edited text, which has no
/// long runs.
pub const DEFAULT_PASSAGE_OF_CHARACTERS: u32 = 10;

/// Fewest unquoted words of a passage that is copied text however small its share of the documents
/// is, by default. From here on nearly all such passages of real news are copied, and shorter ones
/// are often the same background (`docs/method/thresholds-us11.md`).
pub const DEFAULT_LONG_PASSAGE: u32 = 80;

/// Conditions for a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Criteria {
    /// Jaccard similarity from which a pair is near.
    pub threshold: f64,
    /// Conditions for an excerpt, below that threshold; `None` if excerpts are not wanted.
    pub excerpts: Option<Excerpts>,
}

/// Conditions for an excerpt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excerpts {
    /// Least containment, in either direction.
    pub containment: f64,
    /// Fewest words of the longest passage. Documents that share a run of so many words are always
    /// compared.
    pub passage: u32,
    /// Fewest unquoted words of a passage that makes an excerpt whatever the containment; `None` if
    /// the containment always counts.
    pub long_passage: Option<u32>,
}

impl Excerpts {
    /// Shortest and longest passage, in words, that can be asked for.
    pub const PASSAGES: RangeInclusive<u32> = 5..=1000;

    /// Fewest words of the longest passage of an excerpt with this containment; `None` if there is
    /// no excerpt with so little.
    fn fewest_words(&self, containment: f64) -> Option<u32> {
        match containment >= self.containment {
            true => Some(self.passage),
            false => self.long_passage.map(|long| long.max(self.passage)),
        }
    }

    /// True if a pair that is not near is an excerpt.
    pub fn accept(&self, found: &Comparison) -> bool {
        found.passage_words >= self.passage
            && (found.containment() >= self.containment
                || self.long_passage.is_some() && found.long_passage)
    }

    /// The default conditions for a unit of shingles.
    pub fn default_for(shingle: Shingle) -> Excerpts {
        match shingle {
            Shingle::Words(_) => Excerpts {
                containment: DEFAULT_CONTAINMENT,
                passage: DEFAULT_PASSAGE,
                long_passage: Some(DEFAULT_LONG_PASSAGE),
            },
            Shingle::Chars(_) => Excerpts {
                containment: DEFAULT_CONTAINMENT_OF_CHARACTERS,
                passage: DEFAULT_PASSAGE_OF_CHARACTERS,
                long_passage: Some(DEFAULT_LONG_PASSAGE),
            },
        }
    }
}

/// The exact comparison of two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The two documents.
    pub pair: DocPair,
    /// Number of shingles that both have.
    pub shared: u32,
    /// Number of distinct shingles of `a`.
    pub shingles_a: u32,
    /// Number of distinct shingles of `b`.
    pub shingles_b: u32,
    /// Longest passage.
    pub longest: Passage,
    /// Number of words that the longest passage counts as: fewer than it has in scripts without
    /// spaces, where two Han or kana characters, or four of the others, count as one word.
    pub passage_words: u32,
    /// True if a passage is known to have enough unquoted words to make the pair an excerpt
    /// whatever its containment.
    pub long_passage: bool,
    /// True if the Jaccard similarity reaches the threshold; otherwise the pair is an excerpt.
    pub near: bool,
}

impl Comparison {
    /// The same comparison of two other documents, with the words of `self.pair.a` and
    /// `self.pair.b`.
    pub fn between(self, a: DocNo, b: DocNo) -> Comparison {
        if a < b {
            return Comparison {
                pair: DocPair { a, b },
                ..self
            };
        }
        Comparison {
            pair: DocPair { a: b, b: a },
            shingles_a: self.shingles_b,
            shingles_b: self.shingles_a,
            longest: self.longest.swapped(),
            ..self
        }
    }

    /// Jaccard similarity: shared shingles divided by all distinct shingles of both (the
    /// *resemblance* of Broder 1997, "On the resemblance and containment of documents").
    pub fn jaccard(&self) -> f64 {
        jaccard(self.shared, [self.shingles_a, self.shingles_b])
    }

    /// Containment of `a` in `b`: share of the shingles of `a` that `b` has (Broder 1997).
    pub fn containment_a(&self) -> f64 {
        f64::from(self.shared) / f64::from(self.shingles_a)
    }

    /// Containment of `b` in `a`.
    pub fn containment_b(&self) -> f64 {
        f64::from(self.shared) / f64::from(self.shingles_b)
    }

    /// The larger of both containments.
    pub fn containment(&self) -> f64 {
        self.containment_a().max(self.containment_b())
    }
}

/// A text prepared for comparisons: its words, and the positions of its shingles.
#[derive(Debug, Default)]
pub struct Shingled {
    words: Vec<u64>,
    shingles: Positions,
    /// Positions of the runs of [`SEED_WORDS`] words, if shingles are no runs of words.
    seeds: Option<Positions>,
    /// True if there are characters of scripts without spaces.
    unspaced: bool,
}

impl Shingled {
    /// Prepares a text that was read with these shingles.
    pub fn new(text: &Shingler, shingle: Shingle) -> Shingled {
        let seeds = match shingle {
            Shingle::Words(_) => None,
            Shingle::Chars(_) => {
                let mut runs = Vec::new();
                shingle::runs(&text.words, SEED_WORDS, &mut runs);
                Some(Positions::new(runs))
            }
        };
        Shingled {
            words: text.words.clone(),
            shingles: Positions::new(text.shingles.clone()),
            seeds,
            unspaced: text.unspaced,
        }
    }

    /// Compares two texts; `None` if they do not meet the criteria.
    ///
    /// A pair that would be an excerpt only by a long passage is returned too: its text decides
    /// whether the passage is quoted.
    pub(super) fn compare(
        &self,
        other: &Shingled,
        pair: DocPair,
        criteria: &Criteria,
    ) -> Option<Comparison> {
        let (shingles_a, shingles_b) = (self.shingles.distinct(), other.shingles.distinct());
        let smaller = shingles_a.min(shingles_b);
        let highest_jaccard = jaccard(smaller, [shingles_a, shingles_b]);
        if criteria.excerpts.is_none() && highest_jaccard < criteria.threshold {
            return None;
        }
        let (shared, common) = self.common(other);
        let near = jaccard(shared, [shingles_a, shingles_b]) >= criteria.threshold;
        let fewest_words = criteria.excerpts.and_then(|excerpts| {
            let containment = f64::from(shared) / f64::from(smaller);
            excerpts.fewest_words(containment)
        });
        let words = self.words.len().min(other.words.len());
        let fewest_words = fewest_words.filter(|&fewest| shared > 0 && words >= fewest as usize);
        if !near && fewest_words.is_none() {
            return None;
        }
        let longest = self.longest_passage(other, common);
        let passage_words = self.words_counted(longest);
        (near || fewest_words.is_some_and(|fewest| passage_words >= fewest)).then_some(Comparison {
            pair,
            shared,
            shingles_a,
            shingles_b,
            longest,
            passage_words,
            long_passage: false,
            near,
        })
    }

    /// Compares two texts without any criteria, for a pair that was found by its sentences. The
    /// caller knows that they are not near.
    pub(crate) fn measure(&self, other: &Shingled, pair: DocPair) -> Comparison {
        let (shared, common) = self.common(other);
        let longest = self.longest_passage(other, common);
        Comparison {
            pair,
            shared,
            shingles_a: self.shingles.distinct(),
            shingles_b: other.shingles.distinct(),
            longest,
            passage_words: self.words_counted(longest),
            long_passage: false,
            near: false,
        }
    }

    /// Number of words that a passage counts as, given by its place in this text.
    fn words_counted(&self, passage: Passage) -> u32 {
        let words = &self.words[passage.a..passage.a + passage.words];
        let counted = match self.unspaced {
            true => word_count::counted(words.iter().copied()),
            false => words.len(),
        };
        counted as u32
    }

    /// Number of distinct shingles that both have, and the seeds that both have.
    fn common(&self, other: &Shingled) -> (u32, Common) {
        let common = common(self.seeded(), other.seeded());
        let shared = match self.seeds {
            None => common.shared,
            Some(_) => self.shingles.shared(&other.shingles),
        };
        (shared, common)
    }

    /// The longest run around a common seed. Without a common seed, or with too many,
    /// [`passage::longest_from`] finds it.
    fn longest_passage(&self, other: &Shingled, common: Common) -> Passage {
        match common.complete && common.longest.words > 0 {
            true => common.longest,
            false => passage::longest_from(&self.words, &other.words, common.longest.words),
        }
    }

    fn seeded(&self) -> SeededWords<'_> {
        SeededWords {
            words: &self.words,
            seeds: self.seeds.as_ref().unwrap_or(&self.shingles),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::compare::{common, passage::naive};

    const PAIR: DocPair = DocPair {
        a: DocNo(0),
        b: DocNo(1),
    };

    const ANYTHING: Criteria = Criteria {
        threshold: 1e-9,
        excerpts: None,
    };

    /// Shared shingles, shingles of each text, and words of the longest passage.
    type Figures = (u32, u32, u32, usize);

    fn compare(a: &str, b: &str, shingle: Shingle) -> Option<Figures> {
        let mut shingler = Shingler::default();
        let [a, b] = [a, b].map(|text| {
            shingler.read(text, shingle);
            Shingled::new(&shingler, shingle)
        });
        let found = a.compare(&b, PAIR, &ANYTHING)?;
        let Passage { a: i, b: j, words } = found.longest;
        assert_eq!(a.words[i..i + words], b.words[j..j + words]);
        Some((found.shared, found.shingles_a, found.shingles_b, words))
    }

    fn oracle(a: &str, b: &str, shingle: Shingle) -> Option<Figures> {
        let read = |text: &str| {
            let mut shingler = Shingler::default();
            shingler.read(text, shingle);
            (
                shingler.words.clone(),
                shingler.shingles.iter().copied().collect::<HashSet<u64>>(),
            )
        };
        let ((words_a, a), (words_b, b)) = (read(a), read(b));
        let shared = a.intersection(&b).count() as u32;
        (shared > 0).then(|| {
            (
                shared,
                a.len() as u32,
                b.len() as u32,
                naive::longest(&words_a, &words_b),
            )
        })
    }

    #[test]
    fn a_page_of_one_repeated_word_is_compared_quickly() {
        let page = "buy ".repeat(60_000);
        let (shared, .., longest) = compare(&page, &page[4..], Shingle::Words(5)).unwrap();
        assert_eq!((shared, longest), (1, 59_999));
    }

    #[test]
    fn a_jaccard_equal_to_the_threshold_meets_it() {
        for (shared, a, b, threshold) in [
            (1, 1, 2, 0.5),
            (7, 7, 10, 0.7),
            (4, 4, 5, 0.8),
            (3, 6, 7, 0.3),
            (9, 9, 10, 0.9),
        ] {
            assert!(
                jaccard(shared, [a, b]) >= threshold,
                "{shared} of {a} and {b}"
            );
        }
    }

    /// The comparison without any shortcut, but with the limit of the walk.
    fn naive_comparison(a: &Shingler, b: &Shingler, shingle: Shingle) -> Comparison {
        let distinct = |text: &Shingler| text.shingles.iter().copied().collect::<HashSet<u64>>();
        let (of_a, of_b) = (distinct(a), distinct(b));
        let seeds = |text: &Shingler| match shingle {
            Shingle::Words(_) => text.shingles.clone(),
            Shingle::Chars(_) => {
                let mut runs = Vec::new();
                shingle::runs(&text.words, SEED_WORDS, &mut runs);
                runs
            }
        };
        let (seeds_a, seeds_b) = (seeds(a), seeds(b));
        let longest = common::naive::longest(&a.words, &b.words, [&seeds_a, &seeds_b])
            .filter(|longest| longest.words > 0)
            .unwrap_or_else(|| naive::longest_run(&a.words, &b.words));
        Comparison {
            pair: PAIR,
            shared: of_a.intersection(&of_b).count() as u32,
            shingles_a: of_a.len() as u32,
            shingles_b: of_b.len() as u32,
            longest,
            passage_words: longest.words as u32,
            long_passage: false,
            near: false,
        }
    }

    proptest! {
        #[test]
        fn whole_comparisons_equal_naive_ones(
            a in "([a-h] ){0,30}(([a-d] ){0,8}|([a-h] ){3}){0,9}",
            b in "([a-h] ){0,30}(([a-d] ){0,8}|([a-h] ){3}){0,9}",
            copies in 0usize..5,
            chars: bool,
            width in 1usize..7,
        ) {
            let shingle = if chars { Shingle::Chars(width) } else { Shingle::Words(width) };
            // The one text of the pair is several times as long as the other.
            let a = format!("{a}{}", b.repeat(copies));
            let mut shinglers = [Shingler::default(), Shingler::default()];
            for (shingler, text) in shinglers.iter_mut().zip([&a, &b]) {
                shingler.read(text, shingle);
            }
            let [of_a, of_b] = &shinglers;
            let texts = shinglers.each_ref().map(|text| Shingled::new(text, shingle));
            let [text_a, text_b] = &texts;
            let found = text_a.measure(text_b, PAIR);
            prop_assert_eq!(found, naive_comparison(of_a, of_b, shingle));
            let found = text_b.measure(text_a, PAIR);
            prop_assert_eq!(found, naive_comparison(of_b, of_a, shingle));
        }

        #[test]
        fn comparison_equals_the_naive_oracle(
            a in "([a-d] ){0,40}",
            b in "([a-d] ){0,40}",
            chars: bool,
            width in 1usize..7,
        ) {
            let shingle = if chars { Shingle::Chars(width) } else { Shingle::Words(width) };
            prop_assert_eq!(compare(&a, &b, shingle), oracle(&a, &b, shingle));
        }
    }
}

//! Invented vocabulary: content words made of syllables, with a Zipf distribution, and names.
//!
//! Function words are English, so that tokenisers and stop lists see familiar text. All content
//! words are made up.

use std::collections::BTreeSet;

use crate::draw::{Draw, Weighted, mix};

// An entry that is listed twice is twice as likely.
const ONSETS: &[&str] = &[
    "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "w", "b", "c", "d", "f", "h",
    "l", "m", "n", "p", "r", "s", "t", "br", "ch", "cl", "cr", "dr", "fl", "fr", "gr", "j", "k",
    "pl", "pr", "qu", "sh", "sp", "st", "str", "th", "tr", "v", "",
];
const NUCLEI: &[&str] = &[
    "a", "e", "i", "o", "u", "a", "e", "i", "o", "a", "e", "i", "ai", "ea", "ee", "ou",
];
const CODAS: &[&str] = &[
    "", "", "", "", "", "", "", "n", "r", "l", "t", "s", "m", "n", "r", "nd", "rt", "st", "ck",
    "ng", "ll", "nt", "d", "p",
];

// Words of each class. Together with names, 5.2 million words of text then have about as many
// distinct words as the measured corpus (README.md).
const NOUNS: usize = 9_000;
const VERBS: usize = 2_400;
const ADJECTIVES: usize = 4_000;
const ADVERBS: usize = 1_000;

/// Forms of a noun.
#[derive(Debug)]
pub(crate) struct Noun {
    pub(crate) one: String,
    pub(crate) many: String,
}

/// Forms of a verb.
#[derive(Debug)]
pub(crate) struct Verb {
    pub(crate) base: String,
    pub(crate) third: String,
    pub(crate) past: String,
    pub(crate) ing: String,
}

/// All content words, with the weights to draw them.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(crate) nouns: Vec<Noun>,
    pub(crate) verbs: Vec<Verb>,
    pub(crate) adjectives: Vec<String>,
    pub(crate) adverbs: Vec<String>,
    pub(crate) noun_ranks: Weighted,
    pub(crate) verb_ranks: Weighted,
    pub(crate) adjective_ranks: Weighted,
    pub(crate) adverb_ranks: Weighted,
}

impl Lexicon {
    pub(crate) fn new(seed: u64) -> Self {
        let mut draw = Draw::new(seed, mix(0x001e_81c0));
        let mut taken = BTreeSet::new();
        let mut stems = |count: usize, suffix: &str| -> Vec<String> {
            let mut stems = Vec::with_capacity(count);
            while stems.len() < count {
                // Frequent words are short: one or two syllables for the first ranks, two or three
                // for the last.
                let (fewest, most) = match stems.len() {
                    0..500 => (1, 2),
                    500..4_000 => (2, 2),
                    _ => (2, 3),
                };
                let syllables = draw.between(fewest, most);
                let stem = syllables_of(&mut draw, syllables) + suffix;
                if stem.len() > 2 && taken.insert(stem.clone()) {
                    stems.push(stem);
                }
            }
            stems
        };
        let nouns = stems(NOUNS, "");
        let verbs = stems(VERBS, "");
        let adjectives = stems(ADJECTIVES, "");
        let adverbs = stems(ADVERBS, "ly");
        Self {
            nouns: nouns
                .into_iter()
                .map(|one| Noun {
                    many: plural(&one),
                    one,
                })
                .collect(),
            verbs: verbs.into_iter().map(verb).collect(),
            adjectives,
            adverbs,
            noun_ranks: Weighted::zipf(NOUNS, 12),
            verb_ranks: Weighted::zipf(VERBS, 6),
            adjective_ranks: Weighted::zipf(ADJECTIVES, 10),
            adverb_ranks: Weighted::zipf(ADVERBS, 5),
        }
    }

    /// Draws the index of a common noun.
    pub(crate) fn noun(&self, draw: &mut Draw) -> usize {
        self.noun_ranks.draw(draw)
    }
}

/// Makes a capitalised name of `syllables` syllables, at least two.
pub(crate) fn name(draw: &mut Draw, syllables: usize) -> String {
    let lower = syllables_of(draw, syllables.max(2));
    let mut name = String::with_capacity(lower.len());
    for (i, letter) in lower.chars().enumerate() {
        name.push(if i == 0 {
            letter.to_ascii_uppercase()
        } else {
            letter
        });
    }
    name
}

/// Makes a word of `syllables` syllables.
pub(crate) fn syllables_of(draw: &mut Draw, syllables: usize) -> String {
    let mut word = String::new();
    for _ in 0..syllables {
        word.push_str(draw.pick(ONSETS));
        word.push_str(draw.pick(NUCLEI));
        word.push_str(draw.pick(CODAS));
    }
    word
}

fn plural(one: &str) -> String {
    if one.ends_with(['s', 'h', 'x']) {
        format!("{one}es")
    } else {
        format!("{one}s")
    }
}

fn verb(base: String) -> Verb {
    let bare = base.strip_suffix('e').unwrap_or(&base);
    Verb {
        third: plural(&base),
        past: format!("{bare}ed"),
        ing: format!("{bare}ing"),
        base,
    }
}

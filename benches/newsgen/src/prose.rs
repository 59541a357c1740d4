//! Writes sentences and articles.
//!
//! A small grammar (noun phrase, verb, prepositional phrases, quotation, report) is filled with
//! English function words, the invented lexicon, and the names and numbers of a story. Stock
//! phrases make runs of five words recur between unrelated articles, as in real news. They are not
//! stored: phrase number r is the output of the same grammar with draws seeded by r.

use crate::draw::{Draw, Weighted, mix};
use crate::lexicon::{Lexicon, name};
use crate::pen::Pen;
use crate::scripts::Script;
use crate::shingles::{count_words, is_unspaced};

/// Octaves of ranks of stock phrases, and the weight of each in thousandths of the previous one.
/// Few phrases are very common, and most occur twice. Both are chosen by the document frequencies
/// in README.md.
const STOCK_OCTAVES: usize = 18;
const STOCK_STEP: u64 = 1_420;
/// Documents of an era. Each era has phrases of its own.
const ERA: u64 = 8_192;
/// Octaves of ranks of people and places that many stories name.
const PUBLIC_OCTAVES: usize = 14;
const PLACE_OCTAVES: usize = 12;

/// Article lengths in words at percentiles of 6,634 real articles without copies (README.md),
/// before scaling.
const LENGTHS: [(u32, u32); 11] = [
    (0, 20),
    (1, 37),
    (5, 140),
    (10, 223),
    (25, 370),
    (50, 619),
    (75, 982),
    (90, 1_428),
    (95, 1_756),
    (99, 3_245),
    (100, 6_000),
];
/// Mean of that distribution, with linear steps between the percentiles.
const LENGTHS_MEAN: u64 = 788;

pub(crate) const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Facts of a story. Two reports of one event share them, but no sentence.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) people: Vec<(String, String)>,
    pub(crate) places: Vec<String>,
    pub(crate) bodies: Vec<String>,
    pub(crate) numbers: Vec<String>,
    pub(crate) nouns: Vec<u16>,
    pub(crate) day: &'static str,
    /// Era whose stock phrases its reporters use.
    pub(crate) era: u64,
}

/// Lexicon and weights, made once for a corpus.
#[derive(Debug)]
pub(crate) struct Language {
    pub(crate) seed: u64,
    pub(crate) lexicon: Lexicon,
    pub(crate) determiners: Weighted,
    pub(crate) prepositions: Weighted,
    pub(crate) stock: Weighted,
}

// Determiners and their weights. The empty determiner leaves the noun bare and plural.
pub(crate) const DETERMINERS: [(&str, u64); 16] = [
    ("the", 330),
    ("a", 205),
    ("", 420),
    ("his", 44),
    ("their", 42),
    ("its", 36),
    ("her", 28),
    ("this", 34),
    ("that", 30),
    ("some", 18),
    ("an early", 8),
    ("no", 12),
    ("any", 9),
    ("our", 14),
    ("my", 12),
    ("these", 1),
];
pub(crate) const PREPOSITIONS: [(&str, u64); 18] = [
    ("of", 210),
    ("in", 160),
    ("to", 110),
    ("for", 100),
    ("on", 80),
    ("with", 75),
    ("at", 56),
    ("from", 48),
    ("by", 46),
    ("about", 26),
    ("after", 22),
    ("over", 14),
    ("into", 14),
    ("against", 12),
    ("between", 6),
    ("under", 8),
    ("during", 9),
    ("through", 8),
];
const BODIES: [&str; 12] = [
    "Council",
    "University",
    "Department",
    "Commission",
    "Bank",
    "Institute",
    "Party",
    "Company",
    "Hospital",
    "Union",
    "Association",
    "Court",
];

impl Facts {
    /// Draws the facts of story `story`, told in the era of document `document`.
    pub(crate) fn new(language: &Language, story: u64, document: u64) -> Self {
        let mut draw = Draw::new(language.seed, mix(story) ^ 0xfac7);
        let people = (0..draw.between(2, 6))
            .map(|_| {
                if draw.chance(0.45) {
                    language.public_person(&mut draw)
                } else {
                    person(&mut draw)
                }
            })
            .collect();
        let places = (0..draw.between(1, 3))
            .map(|_| language.place(&mut draw))
            .collect();
        let bodies = (0..draw.between(1, 3))
            .map(|_| language.body(&mut draw))
            .collect();
        let numbers = (0..draw.between(2, 6)).map(|_| number(&mut draw)).collect();
        let nouns = (0..draw.between(10, 24))
            .map(|_| language.lexicon.noun(&mut draw) as u16)
            .collect();
        Self {
            people,
            places,
            bodies,
            numbers,
            nouns,
            day: DAYS[draw.below(7)],
            era: document / ERA,
        }
    }
}

impl Language {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            lexicon: Lexicon::new(seed),
            determiners: Weighted::new(&DETERMINERS.map(|d| d.1)),
            prepositions: Weighted::new(&PREPOSITIONS.map(|p| p.1)),
            stock: Weighted::new(&stock_octaves()),
        }
    }

    pub(crate) fn public_person(&self, draw: &mut Draw) -> (String, String) {
        person(&mut Draw::new(
            self.seed,
            mix(draw.rank(PUBLIC_OCTAVES)) ^ 0x9e0,
        ))
    }

    pub(crate) fn place(&self, draw: &mut Draw) -> String {
        let mut draw = Draw::new(self.seed, mix(draw.rank(PLACE_OCTAVES)) ^ 0x91ace);
        let syllables = draw.between(2, 3);
        let stem = name(&mut draw, syllables);
        match draw.below(6) {
            0 => format!("{stem} City"),
            1 => format!("New {stem}"),
            2 => format!("{stem} County"),
            _ => stem,
        }
    }

    pub(crate) fn body(&self, draw: &mut Draw) -> String {
        let place = self.place(draw);
        format!("{place} {}", draw.pick(&BODIES))
    }

    /// Draws a person's name for a byline.
    pub(crate) fn byline(&self, draw: &mut Draw) -> String {
        let (given, family) = person(draw);
        format!("{given} {family}")
    }

    /// Draws the length of an article in words, scaled so that the mean is `mean_words`.
    pub(crate) fn article_words(&self, mean_words: usize, draw: &mut Draw) -> usize {
        let at = draw.below(100_000) as u64;
        let upper = LENGTHS
            .iter()
            .position(|&(p, _)| u64::from(p) * 1_000 > at)
            .unwrap_or(LENGTHS.len() - 1);
        let ((p0, w0), (p1, w1)) = (LENGTHS[upper - 1], LENGTHS[upper]);
        let step = (at - u64::from(p0) * 1_000) * u64::from(w1 - w0) / (u64::from(p1 - p0) * 1_000);
        let words = (u64::from(w0) + step) * mean_words as u64 / LENGTHS_MEAN;
        (words as usize).max(12)
    }

    /// Writes paragraphs of about `words` words in all, without dateline or chrome.
    pub(crate) fn paragraphs(
        &self,
        facts: &Facts,
        script: Script,
        words: usize,
        draw: &mut Draw,
    ) -> Vec<String> {
        let mut paragraphs = Vec::new();
        let mut written = 0;
        while written < words {
            let left = words - written;
            let (paragraph, count) = if script == Script::Plain {
                self.paragraph(facts, left, draw)
            } else {
                foreign_paragraph(script, left, draw)
            };
            written += count.max(1);
            paragraphs.push(paragraph);
        }
        paragraphs
    }

    /// Writes a paragraph in the plain script and returns it with its number of words: mostly one
    /// to three sentences, sometimes a heading or a short line.
    fn paragraph(&self, facts: &Facts, most: usize, draw: &mut Draw) -> (String, usize) {
        let mut pen = Pen::new(self, Some(facts), draw);
        if pen.draw.chance(0.13) {
            pen.heading();
            return (pen.out, pen.words);
        }
        // The measured paragraphs (README.md) have a mean of 32.6 words, and half of them have 15
        // to 45 words.
        let aim = pen.draw.between(4, 48).min(most);
        loop {
            pen.sentence(aim);
            if pen.words >= aim {
                return (pen.out, pen.words);
            }
        }
    }

    /// Writes a headline of five to ten words.
    pub(crate) fn title(&self, facts: &Facts, script: Script, draw: &mut Draw) -> String {
        if script != Script::Plain {
            let mut text = String::new();
            let words = draw.between(4, 8);
            script.sentence(words, draw, &mut text);
            return text.trim_end_matches(['.', '。']).to_owned();
        }
        let mut pen = Pen::new(self, Some(facts), draw);
        pen.titled = true;
        match pen.draw.below(3) {
            0 => pen.name(false),
            1 => pen.word(&facts.places[0]),
            _ => pen.noun_phrase(),
        }
        pen.verb_phrase();
        if pen.words < 6 {
            pen.prepositional();
        }
        pen.out
    }

    /// Draws a word that replaces another.
    pub(crate) fn spare_word(&self, script: Script, draw: &mut Draw) -> String {
        if script != Script::Plain {
            return script.word(draw);
        }
        let lexicon = &self.lexicon;
        match draw.below(4) {
            0 => lexicon.adjectives[draw.below(lexicon.adjectives.len())].clone(),
            1 => lexicon.verbs[draw.below(lexicon.verbs.len())].past.clone(),
            2 => lexicon.nouns[draw.below(lexicon.nouns.len())].many.clone(),
            _ => lexicon.nouns[draw.below(lexicon.nouns.len())].one.clone(),
        }
    }

    /// Writes exactly `words` words, for pages that are a line or a caption.
    pub(crate) fn line(&self, facts: &Facts, words: usize, draw: &mut Draw) -> String {
        let mut pen = Pen::new(self, Some(facts), draw);
        while pen.words < words {
            pen.clause();
        }
        let mut text = pen.out;
        cut_to_words(&mut text, words);
        text
    }
}

fn foreign_paragraph(script: Script, left: usize, draw: &mut Draw) -> (String, usize) {
    let mut text = String::new();
    for i in 0..draw.between(1, 3) {
        if i > 0 && !matches!(script, Script::Han | Script::Kana) {
            text.push(' ');
        }
        let most = left.clamp(4, 24);
        script.sentence(draw.between(most.min(8), most), draw, &mut text);
    }
    let count = count_words(&text);
    (text, count)
}

/// Cuts a text after its first `words` words, counted as in the truth file.
pub(crate) fn cut_to_words(text: &mut String, words: usize) {
    let mut seen = 0;
    let mut inside = false;
    for (at, letter) in text.char_indices() {
        let now = letter.is_alphanumeric();
        let alone = now && is_unspaced(letter);
        if now && (!inside || alone) {
            if seen == words {
                let end = text[..at]
                    .trim_end_matches(|c: char| !c.is_alphanumeric())
                    .len();
                text.truncate(end);
                return;
            }
            seen += 1;
        }
        inside = now && !alone;
    }
}

fn stock_octaves() -> [u64; STOCK_OCTAVES] {
    let mut weights = [1_000_000; STOCK_OCTAVES];
    for octave in 1..STOCK_OCTAVES {
        weights[octave] = weights[octave - 1] * STOCK_STEP / 1_000;
    }
    weights
}

/// Draws one of 512 given names and one of 16,384 family names, each by Zipf's law.
fn person(draw: &mut Draw) -> (String, String) {
    let mut given = Draw::new(7, draw.rank(9));
    let mut family = Draw::new(8, draw.rank(14));
    (name(&mut given, 2), name(&mut family, 2))
}

pub(crate) fn number(draw: &mut Draw) -> String {
    match draw.below(8) {
        0 => format!("{} percent", draw.between(2, 98)),
        1 => format!("{}.{} percent", draw.between(1, 40), draw.between(1, 9)),
        2 => format!("${} million", draw.between(1, 900)),
        3 => format!("${},{:03}", draw.between(1, 90), draw.below(1_000)),
        4 => format!("{},{:03}", draw.between(1, 400), draw.below(1_000)),
        5 => format!("{}-{}", draw.between(1, 60), draw.between(1, 60)),
        6 => draw.between(1_960, 2_026).to_string(),
        _ => draw.between(2, 800).to_string(),
    }
}

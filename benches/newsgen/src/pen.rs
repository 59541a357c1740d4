//! The grammar of the texts: noun phrases, verbs, clauses, quotations.

use crate::draw::{Draw, mix};
use crate::lexicon::syllables_of;
use crate::prose::{DAYS, DETERMINERS, Facts, Language, PREPOSITIONS, number};

/// Probability that a part of a sentence is a stock phrase. Chosen by the share of runs of five
/// words that recur (README.md).
const STOCK: f64 = 0.50;
/// Share of phrases that belong to an era of documents, like the news of a week.
const OF_ITS_ERA: f64 = 0.7;
/// Probability that a noun is one of the nouns of the story.
const TOPICAL: f64 = 0.30;
/// Probability that a noun is new: misspellings and rare words, which are a third of the distinct
/// words of real news.
const RARE: f64 = 0.02;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const PRONOUNS: [&str; 10] = [
    "he", "it", "they", "he", "she", "we", "I", "you", "who", "there",
];
const AUXILIARIES: [&str; 16] = [
    "has", "had", "was", "is", "will", "have", "would", "were", "are", "could", "has been",
    "was not", "can", "may", "will be", "should",
];
const CONTRACTIONS: [&str; 10] = [
    "didn't", "don't", "can't", "won't", "wasn't", "doesn't", "isn't", "couldn't", "hasn't",
    "wouldn't",
];
const OPENERS: [&str; 12] = [
    "But",
    "And",
    "Still,",
    "Meanwhile,",
    "In a statement,",
    "On the other hand,",
    "For now,",
    "Last year,",
    "So",
    "At the same time,",
    "However,",
    "Earlier this week,",
];
const CONJUNCTIONS: [&str; 9] = [
    "and", "but", "as", "while", "because", "when", "and", "after", "if",
];
const TITLES: [&str; 10] = [
    "Mr.",
    "Ms.",
    "Sen.",
    "Gov.",
    "Rep.",
    "Dr.",
    "Mayor",
    "President",
    "Judge",
    "Chief",
];
const SAYS: [&str; 6] = ["said", "said", "said", "says", "told reporters", "added"];

/// Writes words with spaces between them, and capitalises the first word of a sentence.
pub(crate) struct Pen<'a> {
    language: &'a Language,
    facts: Option<&'a Facts>,
    pub(crate) draw: &'a mut Draw,
    pub(crate) out: String,
    pub(crate) words: usize,
    capital: bool,
    /// Capitalises every word, for headlines.
    pub(crate) titled: bool,
    /// Omits the space before the next word.
    tight: bool,
    /// Number of words after which words and marks are dropped.
    limit: usize,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(
        language: &'a Language,
        facts: Option<&'a Facts>,
        draw: &'a mut Draw,
    ) -> Self {
        Self {
            language,
            facts,
            draw,
            out: String::with_capacity(480),
            words: 0,
            capital: false,
            titled: false,
            tight: false,
            limit: usize::MAX,
        }
    }

    pub(crate) fn word(&mut self, word: &str) {
        if word.is_empty() || self.words >= self.limit {
            return;
        }
        if !self.out.is_empty() && !self.tight {
            self.out.push(' ');
        }
        self.tight = false;
        if self.capital || self.titled {
            let mut letters = word.chars();
            if let Some(first) = letters.next() {
                self.out.push(first.to_ascii_uppercase());
                self.out.push_str(letters.as_str());
            }
            self.capital = false;
        } else {
            self.out.push_str(word);
        }
        self.words += 1 + word.bytes().filter(|&b| b == b' ').count();
    }

    /// Writes a mark directly after the previous word.
    fn mark(&mut self, mark: &str) {
        if self.words >= self.limit {
            return;
        }
        self.out.push_str(mark);
    }

    /// Writes a mark directly before the next word.
    fn open(&mut self, mark: &str) {
        if !self.out.is_empty() && !self.tight {
            self.out.push(' ');
        }
        self.out.push_str(mark);
        self.tight = true;
    }

    pub(crate) fn heading(&mut self) {
        self.capital = true;
        if self.draw.chance(0.4) {
            self.word_of_noun(true);
        } else {
            self.noun_phrase();
            if self.draw.chance(0.5) {
                self.prepositional();
            }
        }
        if self.draw.chance(0.2) {
            self.mark(":");
        }
    }

    /// Writes a sentence, a short one if `aim` is small.
    pub(crate) fn sentence(&mut self, aim: usize) {
        self.capital = true;
        let kind = self.draw.below(100);
        if aim < 8 {
            self.noun_phrase();
            self.verb_phrase();
            self.mark(".");
        } else if kind < 23 {
            self.quotation();
        } else if kind < 35 {
            self.report();
        } else {
            if self.draw.chance(0.14) {
                let opener = self.draw.pick(&OPENERS);
                self.word(opener);
            }
            self.clause();
            if self.draw.chance(0.56) {
                if self.draw.chance(0.6) {
                    self.mark(",");
                }
                let conjunction = self.draw.pick(&CONJUNCTIONS);
                self.word(conjunction);
                self.clause();
            } else if self.draw.chance(0.12) {
                if self.draw.chance(0.5) {
                    self.mark(" —");
                } else {
                    self.mark(" --");
                }
                self.noun_phrase();
                self.prepositional();
            }
            let asks = self.draw.chance(0.03);
            self.mark(if asks { "?" } else { "." });
        }
    }

    fn quotation(&mut self) {
        self.open("“");
        self.clause();
        if self.draw.chance(0.45) {
            self.mark(",");
            let conjunction = self.draw.pick(&CONJUNCTIONS);
            self.word(conjunction);
            self.clause();
        }
        if self.draw.chance(0.25) {
            self.mark(".”");
            return;
        }
        self.mark(",”");
        let full = self.draw.chance(0.5);
        self.name(full);
        self.says();
        if self.draw.chance(0.3) {
            self.on_day();
        }
        self.mark(".");
    }

    fn report(&mut self) {
        let full = self.draw.chance(0.6);
        self.name(full);
        self.says();
        if self.draw.chance(0.4) {
            self.on_day();
        }
        self.word("that");
        self.clause();
        self.mark(".");
    }

    fn says(&mut self) {
        let says = self.draw.pick(&SAYS);
        self.word(says);
    }

    fn on_day(&mut self) {
        self.word("on");
        let day = match self.facts {
            Some(facts) => facts.day,
            None => DAYS[self.draw.below(7)],
        };
        self.word(day);
    }

    pub(crate) fn clause(&mut self) {
        if self.facts.is_some() && self.draw.chance(STOCK * 0.6) {
            self.stock(true);
        } else {
            self.noun_phrase();
            self.verb_phrase();
        }
        let parts = [0, 1, 1, 2][self.draw.below(4)];
        for _ in 0..parts {
            if self.facts.is_some() && self.draw.chance(STOCK) {
                self.stock(false);
            } else {
                self.prepositional();
            }
        }
    }

    /// Writes a stock phrase of five to eleven words, which begins or continues a clause.
    fn stock(&mut self, begins: bool) {
        let octave = self.language.stock.draw(self.draw);
        let first = 1u64 << octave;
        let rank = first + (self.draw.bits() & (first - 1));
        let era = match self.facts {
            Some(facts) if self.draw.chance(OF_ITS_ERA) => facts.era + 1,
            _ => 0,
        };
        let mut own = Draw::new(
            self.language.seed,
            mix(rank) ^ mix(era) ^ (0x0005_70c4 + u64::from(begins)),
        );
        let words = own.between(5, 11);

        // A stock phrase must not depend on the story: it has its own draws and no facts.
        std::mem::swap(self.draw, &mut own);
        let facts = self.facts.take();
        self.limit = self.words + words;
        if begins {
            self.noun_phrase();
            self.verb_phrase();
        }
        while self.words < self.limit {
            self.prepositional();
        }
        self.limit = usize::MAX;
        self.facts = facts;
        std::mem::swap(self.draw, &mut own);
    }

    pub(crate) fn noun_phrase(&mut self) {
        match self.draw.below(100) {
            0..=15 => {
                let pronoun = self.draw.pick(&PRONOUNS);
                self.word(pronoun);
            }
            16..=30 => {
                let full = self.draw.chance(0.3);
                self.name(full);
            }
            31..=36 => {
                self.word("the");
                self.organisation();
            }
            37..=38 => {
                self.number();
                self.word_of_noun(true);
            }
            _ => {
                let at = self.language.determiners.draw(self.draw);
                let determiner = DETERMINERS[at].0;
                self.word(determiner);
                if self.draw.chance(0.33) {
                    self.adjective();
                }
                if self.draw.chance(0.12) {
                    self.word_of_noun(false);
                }
                let many = determiner.is_empty() || (determiner != "a" && self.draw.chance(0.3));
                self.word_of_noun(many);
                if self.draw.chance(0.08) {
                    self.mark("'s");
                    self.word_of_noun(many);
                }
            }
        }
    }

    pub(crate) fn verb_phrase(&mut self) {
        let at = self.language.lexicon.verb_ranks.draw(self.draw);
        let verb = &self.language.lexicon.verbs[at];
        if self.draw.chance(0.08) {
            let at = self.language.lexicon.adverb_ranks.draw(self.draw);
            self.word(&self.language.lexicon.adverbs[at]);
        }
        match self.draw.below(12) {
            0..=3 => self.word(&verb.past),
            4 => self.word(&verb.third),
            5 => {
                let contraction = self.draw.pick(&CONTRACTIONS);
                self.word(contraction);
                self.word(&verb.base);
            }
            6 => {
                self.word("is");
                self.word(&verb.ing);
            }
            7 => {
                self.word("to");
                self.word(&verb.base);
            }
            8 => {
                self.word(&verb.past);
                self.word("that");
            }
            _ => {
                let auxiliary = self.draw.pick(&AUXILIARIES);
                self.word(auxiliary);
                self.word(&verb.past);
            }
        }
        if self.draw.chance(0.72) {
            self.noun_phrase();
            if self.draw.chance(0.10) {
                self.word("and");
                self.noun_phrase();
            }
        }
    }

    pub(crate) fn prepositional(&mut self) {
        let at = self.language.prepositions.draw(self.draw);
        let preposition = PREPOSITIONS[at].0;
        self.word(preposition);
        match self.draw.below(18) {
            0 if preposition != "of" => {
                let place = match self.facts {
                    Some(facts) => facts.places[self.draw.below(facts.places.len())].clone(),
                    None => self.language.place(self.draw),
                };
                self.word(&place);
            }
            1 => {
                let month = MONTHS[self.draw.below(12)];
                self.word(month);
                let day = self.draw.between(1, 30).to_string();
                self.word(&day);
            }
            _ => self.noun_phrase(),
        }
    }

    fn adjective(&mut self) {
        let at = self.language.lexicon.adjective_ranks.draw(self.draw);
        self.word(&self.language.lexicon.adjectives[at]);
    }

    fn word_of_noun(&mut self, many: bool) {
        if self.facts.is_some() && self.draw.chance(RARE) {
            let word = syllables_of(self.draw, 3);
            self.word(&word);
            return;
        }
        let at = match self.facts {
            Some(facts) if self.draw.chance(TOPICAL) => {
                usize::from(facts.nouns[self.draw.below(facts.nouns.len())])
            }
            _ => self.language.lexicon.noun(self.draw),
        };
        let noun = &self.language.lexicon.nouns[at];
        self.word(if many { &noun.many } else { &noun.one });
    }

    /// Writes a person: given and family name, title and family name, or family name.
    pub(crate) fn name(&mut self, full: bool) {
        let fresh;
        let (given, family) = match self.facts {
            Some(facts) if self.draw.chance(0.93) => {
                &facts.people[self.draw.below(facts.people.len())]
            }
            _ => {
                fresh = self.language.public_person(self.draw);
                &fresh
            }
        };
        if full {
            self.word(given);
        } else if self.draw.chance(0.2) {
            let title = self.draw.pick(&TITLES);
            self.word(title);
        }
        self.word(family);
    }

    fn organisation(&mut self) {
        let body = match self.facts {
            Some(facts) => facts.bodies[self.draw.below(facts.bodies.len())].clone(),
            None => self.language.body(self.draw),
        };
        self.word(&body);
    }

    fn number(&mut self) {
        let number = match self.facts {
            Some(facts) if self.draw.chance(0.6) => {
                facts.numbers[self.draw.below(facts.numbers.len())].clone()
            }
            _ => number(self.draw),
        };
        self.word(&number);
    }
}

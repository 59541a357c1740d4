//! Settings that an index is made with and that every run on it must share.

use serde::{Deserialize, Serialize};

use crate::pipeline::Settings;
use crate::text::words::WordRule;

/// Settings that decide which hashes an index stores and which pairs it knows. They stay the same
/// for the life of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexSettings {
    /// Kind and length of a shingle, such as `w5`.
    pub shingle: String,
    /// Jaccard similarity from which a pair is near.
    pub threshold: f64,
    /// Bands of a signature; 0 if pairs are found by prefix filtering.
    pub bands: usize,
    /// Rows of a band.
    pub rows: usize,
    /// Seed of the signatures.
    pub seed: u64,
    /// Containment from which a pair is an excerpt; `None` if excerpts are not looked for.
    pub containment: Option<f64>,
    /// Words of the shortest passage of an excerpt.
    pub passage: Option<u32>,
    /// Unquoted words of a passage that makes an excerpt whatever the containment; `None` if there
    /// is no such passage, as in indexes of format 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long_passage: Option<u32>,
    /// True if boilerplate stays in the documents.
    pub keep_boilerplate: bool,
    /// Number of words that a document needs to take part.
    pub min_words: u32,
    /// Version of the definition of a word. A run on the index takes this one, so it need not be
    /// asked for. Indexes of format 1 name none.
    #[serde(
        default = "first_word_rule",
        with = "word_rule_number",
        skip_serializing_if = "is_first_word_rule"
    )]
    pub word_rule: WordRule,
}

/// The rule of indexes that name none.
fn first_word_rule() -> WordRule {
    WordRule::Unfolded
}

fn is_first_word_rule(rule: &WordRule) -> bool {
    *rule == first_word_rule()
}

/// A word rule as its number.
mod word_rule_number {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::text::words::WordRule;

    pub(super) fn serialize<S: Serializer>(rule: &WordRule, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u32(rule.number())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<WordRule, D::Error> {
        let number = u32::deserialize(from)?;
        let unknown = || D::Error::custom(format!("word rule {number} is unknown"));
        WordRule::from_number(number).ok_or_else(unknown)
    }
}

impl IndexSettings {
    /// The settings of a scan.
    pub fn of(settings: &Settings) -> IndexSettings {
        let banding = settings.surfacing.banding();
        IndexSettings {
            shingle: settings.shingle.to_string(),
            threshold: settings.threshold,
            bands: banding.map_or(0, |banding| banding.bands()),
            rows: banding.map_or(0, |banding| banding.rows()),
            seed: settings.seed,
            containment: settings.excerpts.map(|excerpts| excerpts.containment),
            passage: settings.excerpts.map(|excerpts| excerpts.passage),
            long_passage: settings.excerpts.and_then(|excerpts| excerpts.long_passage),
            keep_boilerplate: !settings.boilerplate,
            min_words: settings.min_words,
            word_rule: settings.word_rule,
        }
    }

    /// The first setting that differs from the other, in words; empty if none does.
    pub(super) fn difference(&self, other: &IndexSettings) -> String {
        let mut both = self.described().into_iter().zip(other.described());
        let different = both.find(|(mine, theirs)| mine != theirs);
        different.map_or_else(String::new, |(mine, _)| mine)
    }

    /// Each setting in words.
    pub(super) fn described(&self) -> [String; 7] {
        let surfacing = match self.bands {
            0 => "recall 1".to_owned(),
            bands => format!("{bands} bands of {} rows", self.rows),
        };
        let excerpts = match (self.containment, self.passage) {
            (Some(containment), Some(passage)) => {
                let long = self.long_passage.unwrap_or(0);
                format!("containment {containment}, passage {passage} and long passage {long}")
            }
            _ => "no excerpts".to_owned(),
        };
        let boilerplate = match self.keep_boilerplate {
            true => "boilerplate kept",
            false => "boilerplate removed",
        };
        [
            format!("shingle {}", self.shingle),
            format!("threshold {}", self.threshold),
            surfacing,
            format!("seed {}", self.seed),
            excerpts,
            boilerplate.to_owned(),
            format!("{} words at least", self.min_words),
        ]
    }
}

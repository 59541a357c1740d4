//! The results of tuning, which every format writes.

use crate::pipeline::{Choice, Effect};
use crate::text::shingle::Shingle;
use crate::tuning::agreement::Agreement;
use crate::tuning::evaluation::Confusion;
use crate::tuning::valley::Valley;

/// Everything that is known about the choices.
#[derive(Debug, Clone)]
pub struct Tuned {
    /// The choices. The first is the base that the others are compared with.
    pub rows: Vec<ChoiceRow>,
    /// The pairs that were searched; every choice reports some of them.
    pub searched: Searched,
    /// Counts of the labels; `None` if there are none.
    pub labels: Option<Labelled>,
    /// The people who gave them; `None` if there are no labels of pairs.
    pub people: Option<People>,
    /// Judgement of each site with enough labels, the one with the most labels first.
    pub sites: Vec<JudgedSite>,
    /// Valleys of the scores, if they were asked for.
    pub suggested: Option<Suggested>,
    /// The best choice by the labels; `None` if they cannot decide.
    pub best: Option<Best>,
}

/// A choice and its effect.
#[derive(Debug, Clone)]
pub struct ChoiceRow {
    /// The setting that differs from the first row.
    pub varied: Varied,
    /// Kind and length of a shingle.
    pub shingle: Shingle,
    /// Pairs and clusters that a scan would find.
    pub effect: Effect,
    /// Labelled pairs that a scan would find or miss.
    pub confusion: Option<Confusion>,
    /// Duration of a scan in seconds, an estimate.
    pub expected_seconds: Option<f64>,
}

/// The setting in which a choice differs from the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varied {
    /// None: it is the base.
    Nothing,
    /// The threshold.
    Threshold,
    /// The containment.
    Containment,
    /// The passage.
    Passage,
    /// The shingle.
    Shingle,
    /// The score of reworded copy.
    RewordedScore,
    /// More than one.
    Several,
}

/// The pairs that were searched.
#[derive(Debug, Clone, Default)]
pub struct Searched {
    /// The lowest settings of all choices.
    pub lowest: Option<Choice>,
    /// Number of documents.
    pub documents: u64,
    /// Number of pairs that were compared.
    pub candidates: u64,
    /// True if a bucket or a passage was in too many documents to compare all pairs of them. A scan
    /// may then find slightly more or less.
    pub bounded: bool,
    /// Upper bound of the pairs that were not compared for that reason.
    pub not_compared: u64,
    /// Jaccard similarities of all pairs that any choice may report, except exact ones.
    pub jaccards: Vec<f64>,
    /// Larger containment of those pairs that have a passage of the length in the first choice.
    pub containments: Vec<f64>,
}

impl Searched {
    /// A warning, if a scan may find other counts.
    pub fn caution(&self) -> Option<String> {
        self.bounded.then(|| {
            format!(
                "Some passages or buckets are in too many documents to compare all pairs of them \
                 (up to {} pairs were not compared). The bounds depend on the choice, so a scan \
                 may find slightly more or less.",
                self.not_compared
            )
        })
    }
}

/// People who labelled pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct People {
    /// Their names, sorted.
    pub names: Vec<String>,
    /// Agreement on pairs that several of them labelled.
    pub agreement: Option<Agreement>,
    /// Pairs of which they said different things, in words.
    pub conflicts: Vec<String>,
    /// Number of these without a majority, which are left out.
    pub undecided: u64,
}

/// Judgement of the pairs of one site.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedSite {
    /// Name of the site.
    pub site: String,
    /// Labelled pairs with a document on it.
    pub pairs: u64,
    /// Pairs that the choice of the flags finds or misses.
    pub as_asked: Confusion,
    /// The best choice for it, if the labels decide.
    pub best: Option<Best>,
}

/// Counts of the labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Labelled {
    /// Pairs that are copies.
    pub copies: u64,
    /// Pairs that are no copies.
    pub others: u64,
    /// Pairs labelled as unsure.
    pub unsure: u64,
    /// Pairs with a document that is not in the corpus; of clusters, such documents.
    pub missing: u64,
    /// Documents of the corpus in clusters that people made; `None` if they labelled pairs.
    pub clustered: Option<u64>,
}

impl Labelled {
    /// The reason why these labels cannot decide between choices, if they cannot.
    pub fn silence(self) -> Option<&'static str> {
        match (self.copies, self.others) {
            (0, 0) => Some("No labelled pair is in the corpus, so the labels decide nothing."),
            (0, _) => {
                Some("No pair of the corpus is labelled as a copy, so recall and F1 are unknown.")
            }
            (_, 0) => Some(
                "No pair of the corpus is labelled as different, so precision and F1 are unknown.",
            ),
            _ => None,
        }
    }
}

/// Valleys of the scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggested {
    /// Valley of the Jaccard similarities.
    pub threshold: Option<Valley>,
    /// Valley of the containments.
    pub containment: Option<Valley>,
}

/// The choice that is recommended.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// Its position among the rows.
    pub row: usize,
    /// Reason for it.
    pub why: String,
}

impl Varied {
    /// The name of the flag; `base` for none and `several` for more than one.
    pub fn name(self) -> &'static str {
        match self {
            Varied::Nothing => "base",
            Varied::Threshold => "threshold",
            Varied::Containment => "containment",
            Varied::Passage => "passage",
            Varied::Shingle => "shingle",
            Varied::RewordedScore => "reworded-score",
            Varied::Several => "several",
        }
    }
}

impl ChoiceRow {
    /// The value of a setting that is a number.
    pub fn number(&self, varied: Varied) -> Option<f64> {
        let choice = &self.effect.choice;
        match varied {
            Varied::Threshold => Some(choice.threshold),
            Varied::Containment => Some(choice.excerpts?.containment),
            Varied::Passage => Some(choice.excerpts?.passage.into()),
            Varied::RewordedScore => choice.reworded_score,
            Varied::Nothing | Varied::Shingle | Varied::Several => None,
        }
    }

    /// The flag that differs from the first row.
    pub fn varied_flag(&self) -> String {
        match (self.varied, self.number(self.varied)) {
            (Varied::Shingle, _) => format!("--shingle {}", self.shingle),
            (varied, Some(number)) => format!("--{} {number}", varied.name()),
            (_, None) => self.flags(),
        }
    }

    /// The flags of the choice.
    pub fn flags(&self) -> String {
        let mut flags = format!("--threshold {}", self.effect.choice.threshold);
        if let Some(excerpts) = self.effect.choice.excerpts {
            flags += &format!(
                " --containment {} --passage {}",
                excerpts.containment, excerpts.passage
            );
        }
        if let Some(score) = self.effect.choice.reworded_score {
            flags += &format!(" --reworded --reworded-score {score}");
        }
        flags + &format!(" --shingle {}", self.shingle)
    }
}

/// An estimate rounded to two digits.
pub fn rounded(estimate: f64) -> u64 {
    let digits = 10_f64
        .powf(estimate.max(1.0).log10().floor() - 1.0)
        .max(1.0);
    ((estimate / digits).round() * digits) as u64
}

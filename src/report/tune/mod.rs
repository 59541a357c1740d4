//! What tuning tells: a row for every choice, in the order in which they were asked for.

pub mod csv;
pub mod html;
pub mod json;

use crate::pipeline::{Choice, Effect};
use crate::text::shingle::Shingle;
use crate::tuning::evaluation::Confusion;
use crate::tuning::valley::Valley;

/// Everything that was found out about choices.
#[derive(Debug, Clone)]
pub struct Tuned {
    /// The choices, the one that the others are compared with first.
    pub rows: Vec<Row>,
    /// The pairs of the search, of which every choice takes some.
    pub searched: Searched,
    /// What is known of labels; `None` if there are none.
    pub labels: Option<Labelled>,
    /// Where the scores have a valley, if that was asked for.
    pub suggested: Option<Suggested>,
    /// The choice that labels speak for; `None` if they speak for none.
    pub best: Option<Best>,
}

/// A choice and what comes of it.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is other than in the first row.
    pub varied: Varied,
    /// What a shingle is.
    pub shingle: Shingle,
    /// What a scan would find.
    pub effect: Effect,
    /// What becomes of labelled pairs.
    pub confusion: Option<Confusion>,
    /// How long a scan would take, in seconds: an estimate.
    pub expected_seconds: Option<f64>,
}

/// Which number of a choice is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varied {
    /// None: it is the choice that the others are compared with.
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
    /// Any of them.
    Several,
}

/// What was searched, and what that took.
#[derive(Debug, Clone, Default)]
pub struct Searched {
    /// The lowest numbers.
    pub lowest: Option<Choice>,
    /// Documents.
    pub documents: u64,
    /// Pairs of documents that were compared.
    pub candidates: u64,
    /// Whether a bucket or a passage was in too many documents to compare every two of them: then a scan may find a little more or less.
    pub bounded: bool,
    /// At most so many pairs were not compared for that.
    pub not_compared: u64,
    /// The Jaccard similarities of all pairs that some choice may take, but for those of the same words.
    pub jaccards: Vec<f64>,
    /// Of those with a passage of the first choice, how much of one document the other holds.
    pub containments: Vec<f64>,
}

impl Searched {
    /// What to say of counts that a scan may not meet.
    pub fn caution(&self) -> Option<String> {
        self.bounded.then(|| {
            format!(
                "Some passages or buckets are in too many documents to compare every two ({} pairs at most were not compared). What is bounded depends on the choice, so a scan may find a little more or less.",
                self.not_compared
            )
        })
    }
}

/// The labels that were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Labelled {
    /// Pairs that are copies.
    pub copies: u64,
    /// Pairs that are none.
    pub others: u64,
    /// Pairs of which that is not known.
    pub unsure: u64,
    /// Pairs of which a document is not in the corpus.
    pub missing: u64,
}

impl Labelled {
    /// Why these labels speak for no choice, if they do not.
    pub fn silence(self) -> Option<&'static str> {
        match (self.copies, self.others) {
            (0, 0) => Some("No labelled pair is in the corpus, so nothing can be told."),
            (0, _) => Some(
                "No pair of the corpus is labelled as a copy, so neither recall nor F1 can be told.",
            ),
            (_, 0) => Some(
                "No pair of the corpus is labelled as no copy, so neither precision nor F1 can be told.",
            ),
            _ => None,
        }
    }
}

/// Where the scores have a valley.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggested {
    /// Of the Jaccard similarities.
    pub threshold: Option<Valley>,
    /// Of the containments.
    pub containment: Option<Valley>,
}

/// The choice that is recommended.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// Its place among the rows.
    pub row: usize,
    /// Why.
    pub why: String,
}

impl Varied {
    /// The flag, or what stands for several.
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

impl Row {
    /// The number that a flag has in it.
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

    /// The flag that is other than in the first row.
    pub fn varied_flag(&self) -> String {
        match (self.varied, self.number(self.varied)) {
            (Varied::Shingle, _) => format!("--shingle {}", self.shingle),
            (varied, Some(number)) => format!("--{} {number}", varied.name()),
            (_, None) => self.flags(),
        }
    }

    /// The flags that ask for it.
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

/// An estimate of a large number, with the digits that it is worth.
pub fn rounded(estimate: f64) -> u64 {
    let digits = 10_f64
        .powf(estimate.max(1.0).log10().floor() - 1.0)
        .max(1.0);
    ((estimate / digits).round() * digits) as u64
}

//! Judgements of people, and the one label that they give each pair.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::words::PairLabel;

/// Name of a document in a file of labels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentName {
    /// Its id.
    Id(String),
    /// Its text, in files without ids.
    Text(String),
}

/// Judgement of one person about a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The person; the name of the file if it does not tell.
    pub annotator: String,
    /// The label.
    pub label: PairLabel,
}

/// All judgements and clusters that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgements {
    /// Judgements by the documents of the pair, the smaller name first.
    pub pairs: BTreeMap<[DocumentName; 2], Vec<Judgement>>,
    /// Clusters by the id of the document; empty for a document that is alone.
    pub clusters: BTreeMap<String, String>,
}

/// Labels by the documents of the pair, the smaller name first.
pub type Labels = BTreeMap<[DocumentName; 2], PairLabel>;

/// A pair of which people said different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The documents.
    pub pair: [DocumentName; 2],
    /// Judgements, in the order in which it was read.
    pub judgements: Vec<Judgement>,
    /// The label that most people gave; `None` if as many gave the other one.
    pub majority: Option<PairLabel>,
}

impl Judgements {
    /// Adds a judgement.
    pub(super) fn add(&mut self, mut pair: [DocumentName; 2], judgement: Judgement) {
        pair.sort();
        self.pairs.entry(pair).or_default().push(judgement);
    }

    /// One label for each pair, and the pairs of which people said different things. These have the
    /// label of the majority, or are unsure.
    ///
    /// Who was unsure does not count, unless nobody was sure.
    #[must_use]
    pub fn settle(&self) -> (Labels, Vec<Conflict>) {
        let mut conflicts = Vec::new();
        let settled = self.pairs.iter().map(|(pair, judgements)| {
            let number = |label| judgements.iter().filter(|one| one.label == label).count();
            let (copies, others) = (number(PairLabel::Copy), number(PairLabel::Other));
            let majority = match copies.cmp(&others) {
                std::cmp::Ordering::Greater => Some(PairLabel::Copy),
                std::cmp::Ordering::Less => Some(PairLabel::Other),
                std::cmp::Ordering::Equal => None,
            };
            if copies > 0 && others > 0 {
                conflicts.push(Conflict {
                    pair: pair.clone(),
                    judgements: judgements.clone(),
                    majority,
                });
            }
            (pair.clone(), majority.unwrap_or(PairLabel::Unsure))
        });
        (settled.collect(), conflicts)
    }

    /// For each pair that several judgements decide: the annotators, and whether each called it a
    /// copy.
    #[must_use]
    pub fn decided(&self) -> Vec<Vec<(&str, bool)>> {
        let pairs = self.pairs.values().map(|judgements| decided_of(judgements));
        pairs.filter(|judgements| judgements.len() > 1).collect()
    }

    /// Names of all annotators, sorted.
    #[must_use]
    pub fn annotators(&self) -> Vec<&str> {
        let all = self.pairs.values().flatten();
        let names: BTreeSet<&str> = all.map(|one| &*one.annotator).collect();
        names.into_iter().collect()
    }
}

/// The annotators of a pair who were sure, and whether each called it a copy.
fn decided_of(judgements: &[Judgement]) -> Vec<(&str, bool)> {
    let decided = judgements.iter().filter_map(|one| match one.label {
        PairLabel::Copy => Some((&*one.annotator, true)),
        PairLabel::Other => Some((&*one.annotator, false)),
        PairLabel::Unsure => None,
    });
    decided.collect()
}

impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DocumentName::Id(id) => f.write_str(id),
            DocumentName::Text(text) => {
                let begin: String = text.chars().take(40).collect();
                write!(f, "“{}”", begin.trim())
            }
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = &self.pair;
        write!(f, "{a} and {b}:")?;
        for (at, Judgement { annotator, label }) in self.judgements.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(f, "{comma} {annotator} {}", label.name())?;
        }
        Ok(())
    }
}

//! Reported pairs, and the relation between their documents.

use crate::catalog::{Catalog, DocNo};
use crate::compare::exact::Comparison;
use crate::compare::passage::Passage;
use crate::compare::reworded::Likeness;

/// Relation between the two documents of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same normalised words in the same order.
    Exact,
    /// Jaccard similarity at or over the threshold.
    Near,
    /// Jaccard similarity below the threshold, but one document holds enough of the other, some of
    /// it in a long enough passage.
    Excerpt,
    /// The same story sentence by sentence in other words, and none of the above.
    Reworded,
}

impl Relation {
    /// All relations between texts that share words, in the order in which they are listed to
    /// users.
    pub const ALL: [Relation; 3] = [Relation::Exact, Relation::Near, Relation::Excerpt];

    /// Word in the `relation` column.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Exact => "exact",
            Relation::Near => "near",
            Relation::Excerpt => "excerpt",
            Relation::Reworded => "reworded",
        }
    }
}

/// A pair of documents to report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReportedPair {
    /// The one document.
    pub a: DocNo,
    /// The other document.
    pub b: DocNo,
    /// Relation between the two.
    pub relation: Relation,
    /// Exact Jaccard similarity of the shingle sets.
    pub jaccard: f64,
    /// Share of `a`'s shingles that `b` has.
    pub containment_a: f64,
    /// Share of `b`'s shingles that `a` has.
    pub containment_b: f64,
    /// Longest passage, in words of the texts without their boilerplate.
    pub longest: Passage,
    /// Share of the common words of an excerpt that are inside quotation marks, in the text where
    /// that share is larger; `None` until the texts were read for it.
    pub quoted_share: Option<f64>,
    /// Index of the pair's cluster.
    pub cluster: u32,
    /// Likeness of the two sentence by sentence, for a reworded pair.
    pub likeness: Option<Likeness>,
}

impl ReportedPair {
    /// The same pair with the two documents swapped.
    pub(crate) fn swapped(self) -> ReportedPair {
        ReportedPair {
            a: self.b,
            b: self.a,
            containment_a: self.containment_b,
            containment_b: self.containment_a,
            longest: self.longest.swapped(),
            ..self
        }
    }

    /// Pair of two documents with the same words.
    pub(super) fn exact(catalog: &Catalog, x: DocNo, y: DocNo) -> ReportedPair {
        let (a, b) = (x.min(y), x.max(y));
        let longest = Passage {
            words: catalog.words(a) as usize,
            ..Passage::default()
        };
        ReportedPair {
            a,
            b,
            relation: Relation::Exact,
            jaccard: 1.0,
            containment_a: 1.0,
            containment_b: 1.0,
            longest,
            quoted_share: None,
            cluster: 0,
            likeness: None,
        }
    }
}

/// Two documents, one of which tells the other's story in other words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RewordedPair {
    /// Text that they share word by word.
    pub compared: Comparison,
    /// Likeness sentence by sentence.
    pub likeness: Likeness,
}

impl RewordedPair {
    pub(super) fn reported(&self) -> ReportedPair {
        ReportedPair {
            a: self.compared.pair.a,
            b: self.compared.pair.b,
            relation: Relation::Reworded,
            jaccard: self.compared.jaccard(),
            containment_a: self.compared.containment_a(),
            containment_b: self.compared.containment_b(),
            longest: self.compared.longest,
            quoted_share: None,
            cluster: 0,
            likeness: Some(self.likeness),
        }
    }
}

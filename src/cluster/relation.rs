//! The pairs that are reported, and how their documents relate.

use crate::catalog::{Catalog, DocNo};
use crate::compare::exact::Comparison;
use crate::compare::passage::Passage;
use crate::compare::reworded::Likeness;

/// How two documents of a pair relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The same normalised words in the same order.
    Exact,
    /// Jaccard similarity at or over the threshold.
    Near,
    /// Jaccard similarity below the threshold, but one document holds enough of the other, and a long enough run of it.
    Excerpt,
    /// The same story sentence by sentence in other words, and none of the above.
    Reworded,
}

impl Relation {
    /// Every relation of texts that share words, in the order in which they are offered.
    pub const ALL: [Relation; 3] = [Relation::Exact, Relation::Near, Relation::Excerpt];

    /// The word in the `relation` column.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Exact => "exact",
            Relation::Near => "near",
            Relation::Excerpt => "excerpt",
            Relation::Reworded => "reworded",
        }
    }
}

/// A pair to report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReportedPair {
    /// The earlier document in canonical order.
    pub a: DocNo,
    /// The later one.
    pub b: DocNo,
    /// How they relate.
    pub relation: Relation,
    /// Exact Jaccard similarity of the shingle sets.
    pub jaccard: f64,
    /// Share of `a`'s shingles that `b` has.
    pub containment_a: f64,
    /// Share of `b`'s shingles that `a` has.
    pub containment_b: f64,
    /// The longest run that stands in both, in words of what is left of the texts.
    pub longest: Passage,
    /// Of an excerpt, the share of the words in common that stand within quotation marks, in the text where that is more; `None` until the texts were looked at.
    pub quoted_share: Option<f64>,
    /// Index of their cluster.
    pub cluster: u32,
    /// Of a reworded pair, how alike the two are sentence by sentence.
    pub likeness: Option<Likeness>,
}

/// Two documents of which one tells the other's story in other words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reworded {
    /// What they share word by word.
    pub compared: Comparison,
    /// What they share sentence by sentence.
    pub likeness: Likeness,
}

impl Reworded {
    pub(super) fn finding(&self) -> ReportedPair {
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

/// The pair of two documents of the same words.
pub(super) fn exact(catalog: &Catalog, a: DocNo, b: DocNo) -> ReportedPair {
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

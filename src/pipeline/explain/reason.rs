//! Reasons why two documents are not in the pairs file.

use crate::cluster::Relation;

/// One of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairMember {
    /// The earlier one.
    A,
    /// The later one.
    B,
}

impl PairMember {
    /// Both documents.
    pub const ALL: [PairMember; 2] = [PairMember::A, PairMember::B];

    /// Its letter in the pairs file.
    pub fn name(self) -> &'static str {
        match self {
            PairMember::A => "a",
            PairMember::B => "b",
        }
    }
}

/// A reason why two documents have no row in the pairs file.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// A document has no words.
    Empty(PairMember),
    /// A document has too few words.
    TooShort {
        /// The document.
        document: PairMember,
        /// Number of its words.
        words: u32,
        /// Required number.
        asked: u32,
    },
    /// A document has next to no words without its boilerplate.
    BoilerplateOnly {
        /// The document.
        document: PairMember,
        /// Number of remaining words.
        left: u32,
        /// Number of words that were removed.
        removed: u32,
    },
    /// The Jaccard similarity is below the threshold, so the two are not near.
    UnderThreshold {
        /// Their similarity.
        jaccard: f64,
        /// The threshold.
        asked: f64,
    },
    /// Neither document holds enough of the other to be an excerpt.
    UnderContainment {
        /// The larger containment.
        containment: f64,
        /// Required containment.
        asked: f64,
        /// Most words, quotations left out, of a shared passage.
        unquoted_passage: usize,
        /// Required number of these words for any containment, if there is one.
        long_passage: Option<u32>,
    },
    /// The longest passage is too short for an excerpt.
    PassageTooShort {
        /// Number of words that it counts as.
        words: u32,
        /// Required number.
        asked: u32,
    },
    /// Too much of the common text is quoted.
    TooQuoted {
        /// Share of the common words that is within quotation marks.
        share: f64,
        /// Largest share that is allowed.
        asked: f64,
    },
    /// Excerpts are not looked for.
    NoExcerpts,
    /// The score of the comparison sentence by sentence is too low.
    NotReworded {
        /// Their score.
        score: f64,
        /// Required score.
        asked: f64,
    },
    /// An excerpt within one site holds too little to be reported.
    SameSite {
        /// The larger containment.
        containment: f64,
        /// Required containment within one site.
        asked: f64,
    },
    /// The selection excludes pairs of this relation.
    UnwantedRelation(Relation),
    /// Neither document is on a selected site.
    OnNoWantedSite,
    /// A document is on an excluded site.
    OnUnwantedSite(PairMember),
    /// Both documents are on one site, and the selection wants pairs across sites.
    NotAcrossSites,
    /// The site of a document is unknown, and the selection wants pairs across sites.
    NoSite(PairMember),
    /// The score of the comparison sentence by sentence is high enough, but both documents are on
    /// one site.
    RewordedOnOneSite,
    /// The score of the comparison sentence by sentence is high enough, but the two were not
    /// compared: they were no candidate, or other documents of their stories were compared.
    RewordedNotCompared {
        /// Their score.
        score: f64,
    },
    /// The times of publication are too far apart.
    OutsideWindow {
        /// Their distance in seconds.
        apart: u64,
        /// Largest distance in seconds.
        asked: u64,
    },
    /// A document has no date, and the selection wants pairs within a window of time.
    NoDate(PairMember),
    /// Both documents were in the index before. If they were found, the row was written when the
    /// later one was added.
    SeenBefore,
    /// The two belong to a family that is so big that links are written instead of all pairs, or
    /// one is an excerpt of such a family.
    Linked,
    /// The two qualify, but no band and no passage made them a candidate.
    NotSurfaced,
}

//! The complete explanation of two documents.

use super::clusters::ClusterOfPair;
use super::document::ExplainedDocument;
use super::reason::Reason;
use super::scores::PairScores;
use super::why_candidate::WhyCandidate;
use crate::cluster::Relation;
use crate::pipeline::passages::PlacedPassage;
use crate::pipeline::rewording::Retelling;
use crate::pipeline::settings::Settings;

/// Everything that is known about two documents.
#[derive(Debug)]
pub struct Explanation {
    /// The documents: the one known to be published earlier first, else the one with the smaller id.
    pub documents: [ExplainedDocument; 2],
    /// Their scores; `None` if one has no words.
    pub scores: Option<PairScores>,
    /// Their relation by these scores.
    pub relation: Option<Relation>,
    /// True if the pairs file has a row for them.
    pub written: bool,
    /// Reasons why it has none.
    pub reasons: Vec<Reason>,
    /// True if they are on different sites; `None` if that is unknown.
    pub cross_site: Option<bool>,
    /// Reason why they became a candidate, or could have; `None` if one takes no part.
    pub candidacy: Option<WhyCandidate>,
    /// Passages that they share, in the order of the first document.
    pub passages: Vec<PlacedPassage>,
    /// Comparison sentence by sentence, if reworded copy is looked for and the two are neither
    /// copies nor excerpts.
    pub retelling: Option<Retelling>,
    /// Clusters with one of the two, or both.
    pub clusters: Vec<ClusterOfPair>,
    /// Settings of the scan.
    pub settings: Settings,
}

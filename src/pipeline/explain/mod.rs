//! Explanation of two documents: their scores, and the reasons why they are or are not a pair.
//!
//! The scan runs as always, because boilerplate, candidates and clusters depend on all documents.
//! What it does not keep of the two documents is computed again from their texts by the same code.
//! So all values agree with the pairs file, and pairs without a row have scores too.

mod clusters;
mod document;
mod error;
mod explainer;
mod explanation;
mod finished_scan;
mod reason;
mod scores;
mod segments;
mod verdict;
mod why_candidate;

pub use clusters::ClusterOfPair;
pub use document::{ExplainedDocument, Participation, RemovedRegion};
pub use error::ExplainError;
pub use explainer::Explainer;
pub use explanation::Explanation;
pub use reason::{PairMember, Reason};
pub use scores::PairScores;
pub use segments::{SegmentMark, TextSegment};
pub use why_candidate::{SharedBand, SharedPassage, WhyCandidate};

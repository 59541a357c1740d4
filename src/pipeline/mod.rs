//! Runs the stages in order over a corpus, and is where work fans out to threads.
//!
//! May import: every stage, but no reader and no report.
//! Imported by: `index`, `report`, `cli`.

mod before;
mod dedup;
mod explain;
mod findings;
mod memory;
mod observer;
mod page;
mod prepare;
mod read;
mod rewording;
mod sample;
mod scan;
mod search;
mod settings;
mod show;
mod texts;
mod tune;

pub use before::{Before, KnownTie, Merged};
pub use dedup::{Duplicates, Outcome, duplicates, duplicates_after};
pub use explain::{
    Boilerplate, Candidacy, ExplainError, Explainer, Explanation, Mark, Part, Reason, Scores,
    Segment, SharedBand, SharedPassage, Side, Story, Which,
};
pub use findings::{
    BoundedBuckets, BoundedClusters, BoundedCounts, BoundedPassages, CandidateCounts, Counts,
    DocumentCounts, PairCounts, ScanResult,
};
pub use memory::{LEAST_MEMORY, Memory};
pub use observer::{Observer, Stage, Unobserved};
pub use page::{DEFAULT_PAGE_PAIRS, Page, PageLimits, PageText, SideBySide};
pub use read::{Removed, RemovedOnSite, RemovedPassage};
pub use rewording::{Retelling, RewordedCounts};
pub use sample::{
    Distance, MOST_SAMPLED, Measure, Piece, Sample, Sampled, SampledPair, SampledText, Sampling,
    Shared, Shares, Stratum, sample,
};
pub use scan::{scan, scan_after};
pub use settings::{DEFAULT_MIN_WORDS, Settings, Surfacing};
pub use show::{Details, Placed};
pub use tune::{Choice, Effect, Tuner};

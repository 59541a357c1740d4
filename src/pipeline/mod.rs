//! Runs the stages in order over a corpus, and is where work fans out to threads.
//!
//! May import: `attribution`, `boilerplate`, `candidates`, `catalog`, `cluster`, `compare`,
//! `document`, `error`, `sketch`, `storage`, `text`, `tuning`.
//! Imported by: `cli`, `found`, `index`, `report`, `scan`, `stages`.
//!
//! [`scan()`] is the main job. [`duplicates`], [`Tuner`], [`Explainer`] and [`sample()`] begin in
//! the same way and use the same search.

mod clean;
mod cluster_names;
mod corpus_and_archive;
mod dedup;
mod details;
mod earlier;
mod explain;
mod findings;
mod long_passages;
mod memory;
mod observer;
mod page;
mod pair_texts;
mod parts;
mod passages;
mod prepare;
mod quotations;
mod quoted_text;
mod ranking;
mod read;
mod removed;
mod rewording;
mod sample;
mod scan;
mod search;
mod settings;
mod signing;
mod sources;
mod storylines;
mod strip;
mod texts;
mod tracer;
mod tune;

pub use clean::{CleanCorpus, CleanDocument};
pub use cluster_names::MergedCluster;
pub use dedup::{Duplicates, Outcome, ReferenceCounts, duplicates, duplicates_after};
pub use details::{Details, foreign_host};
pub use earlier::{EarlierRuns, KnownPair};
pub use explain::{
    ClusterOfPair, ExplainError, ExplainedDocument, Explainer, Explanation, PairMember, PairScores,
    Participation, Reason, RemovedRegion, SegmentMark, SharedBand, SharedPassage, TextSegment,
    WhyCandidate,
};
pub use findings::{
    BoundedBuckets, BoundedClusters, BoundedCounts, BoundedPassages, CandidateCounts, Counts,
    DocumentCounts, PairCounts, ScanResult,
};
pub use memory::{LEAST_MEMORY, Memory};
pub use observer::{Observer, Stage, Unobserved};
pub use page::{PageContent, PageText, SideBySide};
pub use parts::{compare_pairs, duplicates_among, join_components};
pub use passages::PlacedPassage;
pub use prepare::Fate;
pub use removed::{Removed, RemovedOnSite, RemovedPassage};
pub use rewording::{Retelling, RewordedCounts};
pub use sample::{
    Distance, MOST_SAMPLED, MarkKind, Measure, Sample, SampledPair, SampledScores, SampledStratum,
    SampledText, Sampling, Stratum, TextPiece, sample,
};
pub use scan::{page_content, scan, scan_after};
pub use settings::{
    DEFAULT_MIN_WORDS, DEFAULT_PAGE_PAIRS, PageLimits, ReferencePassages, Settings, Surfacing,
};
pub use signing::TextSigner;
pub use tune::{Choice, ClusterAgreement, Effect, Judged, Tuner};

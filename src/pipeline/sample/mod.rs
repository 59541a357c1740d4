//! Sample of pairs to be labelled by a person: pairs on both sides of every threshold, so that the
//! labels show where it should be.
//!
//! The search of a scan runs at lower thresholds than those of the settings. The scores of each
//! pair then tell what the settings make of it. One document stands for all with the same words.

mod assess;
mod pieces;
mod read_pair;
mod sampler;
mod sampling;
mod strata;

pub use pieces::TextPiece;
pub use sampler::sample;
pub use sampling::{
    MOST_SAMPLED, MarkKind, Sample, SampledPair, SampledScores, SampledText, Sampling,
};
pub use strata::{Distance, Measure, SampledStratum, Stratum};

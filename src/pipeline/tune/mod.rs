//! Tuning: the results of a scan at other thresholds, computed from one search at the lowest of
//! them.
//!
//! The search at the lowest thresholds finds every pair that any other choice of thresholds
//! accepts, with its exact scores. So a choice is a filter of these pairs. Families, links,
//! clusters and the selection are then computed as in a scan. What differs is the number of whole
//! copies that the bands of a scan would miss. This is given as an expected value, from the S-curve
//! of the bands that the choice plans.
//!
//! A scan bounds hot buckets and common passages, and its thresholds decide what is bounded: a
//! wider window has fewer fingerprints, and a higher threshold has shorter prefixes and smaller
//! families. If the search at the lowest thresholds bounds nothing, no scan does, and the result is
//! exact for every choice ([`Tuner::is_complete`]). Otherwise the bounds are those of the lowest
//! thresholds.

mod choice;
mod effect;
mod judged;
mod tuner;
mod unmatched;

pub use choice::Choice;
pub use effect::Effect;
pub use judged::{ClusterAgreement, Judged};
pub use tuner::Tuner;

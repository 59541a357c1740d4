//! Which thresholds are good ones: judged by labels, or hinted at by the distribution of scores.
//!
//! May import: nothing of this crate.
//! Imported by: `pipeline`, `report`, `cli`.

pub mod evaluation;
pub mod valley;

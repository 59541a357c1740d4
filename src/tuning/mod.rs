//! Tuning: judges thresholds by labels, or suggests them from the distribution of scores.
//!
//! May import: nothing of this crate.
//! Imported by: `cli`, `pipeline`, `report`.

pub mod agreement;
pub mod clusterings;
pub mod evaluation;
pub mod valley;

//! What is kept of a text to find others like it: signatures, fingerprints, names and numbers.
//!
//! May import: `text`.
//! Imported by: every stage from `catalog` on.

pub mod anchors;
pub mod banding;
pub mod minhash;
pub mod winnowing;

//! Sketches: what is kept of a text to find similar ones (signatures, fingerprints, anchors).
//!
//! May import: `text`.
//! Imported by: `boilerplate`, `candidates`, `catalog`, `cli`, `compare`, `pipeline`, `report`,
//! `scan`, `stages`.

pub mod anchors;
pub mod banding;
pub mod minhash;
pub mod winnowing;

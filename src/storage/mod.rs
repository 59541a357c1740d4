//! Storage: hashes in memory or outside of it, and equal hashes brought together.
//!
//! May import: `error`, `platform`.
//! Imported by: `boilerplate`, `candidates`, `catalog`, `cli`, `index`, `pipeline`, `scan`.

pub mod buckets;
pub mod lists;
pub mod spill;

//! Storage: hashes in memory or outside of it, and equal hashes brought together.
//!
//! May import: `error`.
//! Imported by: `catalog`, the stages that go through all hashes, and `index`.

pub mod buckets;
pub mod lists;
pub mod spill;

//! Exact comparison of two documents: shared shingles, shared passages, and reworded sentences.
//!
//! May import: `catalog`, `sketch`, `text`.
//! Imported by: `cluster`, `pipeline`, `index`, `report`.

pub mod exact;
pub mod passage;
pub mod reworded;

//! Exact comparison of two documents: shared shingles, shared passages, and reworded sentences.
//!
//! May import: `catalog`, `sketch`, `text`.
//! Imported by: `cli`, `cluster`, `index`, `pipeline`, `report`, `scan`, `stages`.

mod common;
pub mod exact;
pub mod passage;
mod positions;
pub mod reworded;
pub mod tasks;

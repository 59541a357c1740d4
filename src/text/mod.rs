//! One text: its words and shingles, where they stand, and what a text needs to be shown or kept safely.
//!
//! May import: nothing of this crate.
//! Imported by: everything that looks at texts.

pub mod domain;
pub mod escaping;
pub mod quotation;
pub mod ranges;
pub mod shingle;
pub mod spans;
pub mod words;

//! One text: its words and shingles, their positions, and what makes a text safe to show.
//!
//! May import: nothing of this crate.
//! Imported by: `attribution`, `boilerplate`, `candidates`, `catalog`, `cli`, `compare`, `in_memory`,
//! `index`, `pipeline`, `read`, `report`, `scan`, `sketch`.

mod page_copies;
mod plain;
mod word_breaks;

pub mod domain;
pub mod escaping;
pub mod mending;
pub(crate) mod page_address;
pub mod quotation;
pub mod ranges;
pub mod shingle;
pub mod spans;
pub(crate) mod word_count;
pub mod word_hasher;
pub mod words;

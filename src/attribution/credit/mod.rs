//! Credits: finds the news agency that a document names as its source.
//!
//! May import: `document`, `text`.
//! Imported by: `pipeline`, `report`, `scan`, `cli`.
//!
//! A credit is a statement of the document itself: in its byline, its dateline, a line of its own,
//! a tagline, a copyright line, its url or its canonical url. Mere mentions do not count: an
//! article about an agency, "told Reuters", a poll, a photo credit. Agencies and phrases are in the
//! table `data/credits.toml`, whose head describes its form; a user's table of the same form
//! extends it.
//!
//! The cost of a document is bounded, whatever its length: `ends` cuts its lines out of the first
//! 4 KiB and the last 2 KiB of the text.

mod address;
mod byline;
mod credits;
mod dateline;
mod ends;
mod evidence;
mod line;
mod openings;
mod phrases;
mod sentences;
mod table;
mod table_file;

#[cfg(test)]
mod tests;

pub use credits::{BUILT_IN, Credits};
pub use evidence::{Credit, CreditEvidence, CreditKind};
pub use table_file::CreditTableError;

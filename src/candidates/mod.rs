//! Finds pairs of documents that are worth comparing.
//!
//! May import: `catalog`, `error`, `sketch`, `storage`, `text`.
//! Imported by: `cli`, `cluster`, `pipeline`, `report`, `stages`.
//!
//! A candidate is only a proposal: nothing is reported before the two texts were compared.
//!
//! - [`bands`] and [`prefixes`] find documents that are similar as a whole: the first by LSH, with
//!   a planned recall, the second without missing any, for more time.
//! - [`passages`] finds documents that share a part.
//! - [`ngrams`] finds documents that have a passage of a reference document, however many have it.
//! - [`rewording`] finds stories that share names and numbers, but not words.
//!
//! [`families`] knows which documents turned out to be near-duplicates so far, so that candidates
//! within a large family can be left out.

pub mod bands;
mod distinct_pairs;
pub mod families;
pub mod ngrams;
pub mod passages;
pub mod prefixes;
pub mod rewording;
mod scope;
mod sieve;

pub(crate) use distinct_pairs::union;
pub use scope::{SearchScope, Sides};

//! Search for reworded copy: stories with the same names and numbers are compared sentence by
//! sentence.
//!
//! It runs when whole copies and excerpts are known. So a story that ran in three hundred copies is
//! compared once, and documents that share words are not compared again.

mod retelling;
mod search;
mod sentences;
mod stories;
mod weights;

pub use retelling::Retelling;
pub use search::RewordedCounts;
pub(super) use search::find_reworded;
pub(super) use weights::learn_weights;

//! Reworded copy: decides whether one text tells the story of another, sentence by sentence in
//! other words.
//!
//! May import: `sketch`.
//! Imported by: `cluster`, `pipeline`, `report`, `scan`, `cli`.
//!
//! Round-trip translation and synonym tools leave no run of words, but one sentence for each
//! sentence, with names and numbers in the same order. Independent reports of one event share names
//! and numbers too, in another order and selection. So the evidence is order beyond chance, and the
//! share of both texts that is covered.
//!
//! Candidates come from [`anchors`](crate::sketch::anchors), a cheap reading of every document.
//! [`sentences`] reads the compared ones with care, [`weights`] says how much a term weighs in the
//! corpus, `spellings` matches spellings of one name, [`align`] pairs the sentences, `comparison`
//! runs these steps, and `evidence` turns the result into a score.

pub mod align;
mod comparison;
mod evidence;
pub mod sentences;
mod spellings;
pub mod weights;

pub use comparison::{aligned, compare};
pub use evidence::{
    DEFAULT_SCORE, DEFAULT_WINDOW, FEWEST_ALIGNED, Likeness, Rewording, RewordingEvidence,
};

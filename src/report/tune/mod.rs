//! The reports of tuning: a row for every choice of settings, in the order in which they were
//! given.

pub mod csv;
pub mod html;
pub mod json;

mod tuned;

pub use tuned::{
    Best, ChoiceRow, JudgedSite, Labelled, People, Searched, Suggested, Tuned, Varied, rounded,
};

//! The explanation of two documents: what every format of it says, in the same order.
//!
//! [`json`] and [`html`] are files; the program lays out the same facts for a terminal itself.

pub mod html;
pub mod json;

mod facts;
mod side_by_side;
mod verdict;
mod words;

pub use facts::{Section, sections};
pub use side_by_side::{MarkedPiece, passages, pieces, rows};
pub use verdict::{because, headline};

//! Tables: named columns and rows of typed cells, in any format. Each format is a file, as [`csv`]
//! and [`jsonl`] are.

pub mod csv;
pub mod jsonl;

mod cell;
mod format;

pub use cell::TableCell;
pub use format::TableFormat;

//! The stages of a scan as functions on batches of Arrow, for programs that run them in many tasks.
//!
//! May import: `attribution`, `boilerplate`, `catalog`, `document`, `error`.
//! Imported by: nothing of this crate.
//!
//! Each function takes all batches of one task and returns what the task gives. It has no state, and
//! holds no more than the task's rows. The tasks of a stage can run on any machines and in any order.
//! What a task must have together is said at each function; the program brings it there.
//!
//! Documents are rows (`documents`): a task makes a [`Catalog`](crate::catalog::Catalog) of the rows
//! that it has, in canonical order. Results depend on nothing but this order, so the stages run the
//! code of a scan of one machine on it, and find the same.

mod columns;
mod documents;
mod error;
pub mod learn;
pub mod placeholders;

pub use error::StageError;

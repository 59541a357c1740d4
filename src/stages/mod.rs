//! The stages of a scan as functions on batches of Arrow, for programs that run them in many tasks.
//!
//! May import: `attribution`, `boilerplate`, `candidates`, `catalog`, `cluster`, `compare`,
//! `document`, `error`, `pipeline`, `read`, `report`, `sketch`.
//! Imported by: nothing of this crate.
//!
//! Each function takes all batches of one task and returns what the task gives. It has no state,
//! and holds no more than the task's rows. The tasks of a stage can run on any machines and in any
//! order. What a task must have together is said at each function; the program brings it there.
//!
//! Documents are rows (`documents`): a task makes a [`Catalog`](crate::catalog::Catalog) of the
//! rows that it has, in canonical order. Results depend on nothing but this order, so the stages
//! run the code of a scan of one machine on it, and find the same.

mod buckets;
mod columns;
mod compare;
mod documents;
mod duplicates;
mod error;
mod files;
mod join;
mod keys;
mod later;
pub mod learn;
mod lists;
mod part;
pub mod placeholders;
mod records;
mod sign;
mod texts;

pub use buckets::{entries, propose};
pub use compare::compare;
pub use duplicates::duplicates;
pub use error::StageError;
pub use join::{join, sites};
pub use keys::keys;
pub use later::{hot_pairs, story_pairs};
pub use sign::{Pass, sign};
pub use texts::texts;

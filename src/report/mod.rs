//! Turns findings into reports: each is a pure function from findings to bytes, one file per
//! report.
//!
//! May import: `attribution`, `candidates`, `catalog`, `cluster`, `compare`, `document`,
//! `pipeline`, `sketch`, `text`, `tuning`.
//! Imported by: `cli`, `stages`.
//!
//! A tabular report names its columns and fills its rows; [`table`] writes them in any format.
//! Nothing here opens a file.

pub mod bounded;
pub mod clusters;
pub mod documents;
pub mod duplicates;
pub mod explain;
pub mod labelling;
pub mod members;
pub mod metrics;
pub mod page;
pub mod pairs;
pub mod records;
pub mod rejects;
pub mod rows;
pub mod sites;
pub mod summary;
pub mod table;
pub mod tune;

mod details;
mod html;
mod moment;

pub use html::count;

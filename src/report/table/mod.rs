//! Tables: one description of the columns, and a writer of rows for each format.
//!
//! A report lists its `Column`s: a name, a type, and how the value follows from a
//! row. [`TableEncoding`] writes rows of these columns as delimited text, as JSON lines or as
//! Parquet, so names, order and values cannot differ between formats.

pub(super) mod column;

mod cell;
mod compression;
mod delimited;
mod encoding;
mod format;
mod jsonl;
pub(super) mod parquet;

pub use compression::FileCompression;
pub use encoding::TableEncoding;
pub use format::TableFormat;

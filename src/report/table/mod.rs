//! Tables: one description of the columns, and a writer of rows for each format.
//!
//! A report lists its [`Column`](column::Column)s: a name, a type, and how the value follows from a
//! row. [`TableEncoding`] writes rows of these columns as [`delimited`] text, as [`jsonl`] or as
//! [`parquet`], so names, order and values cannot differ between formats.

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

//! Tables: one description of the columns, and a writer of rows for each format.
//!
//! A report lists its `Column`s: a name, a type, and how the value follows from a
//! row. [`TableEncoding`] writes rows of these columns as delimited text, as JSON lines, or as
//! columns of Parquet or Arrow, so names, order and values cannot differ between formats.

pub(super) mod column;
pub(super) mod columnar;

mod cell;
mod compression;
mod delimited;
mod encoding;
mod format;
mod jsonl;
mod number;
mod text;

pub use compression::FileCompression;
pub use encoding::TableEncoding;
pub use format::TableFormat;

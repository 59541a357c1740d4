//! Labels: what people said of pairs of documents, or the clusters that they put documents in.
//!
//! May import: `text`.
//! Imported by: `cli`.
//!
//! [`read`] recognises by its content what a file is:
//!
//! - a table (`rows`): `id_a,id_b,label`, an export of Label Studio, the labels of Splink, a table
//!   `id,cluster`;
//! - JSON, an object or an array of them, or JSON lines (`json`): the same fields, an export of
//!   Label Studio, Prodigy or doccano, the training file of dedupe.
//!
//! All of them become [`Judgements`] (`judgements`), from which [`Judgements::settle`] makes one
//! label for each pair.

mod error;
mod json;
mod judgements;
mod record;
mod rows;
mod settings;
mod source;
mod words;

#[cfg(test)]
mod tests;

pub use error::{LabelError, Place};
pub use judgements::{Conflict, DocumentName, Judgement, Judgements, Labels};
pub use settings::{LabelColumns, LabelSettings};
pub use source::read;
pub use words::{COPIES, LabelWords, OTHERS, PairLabel, UNSURE};

//! Error of an explanation.

use crate::error::ReadError;

/// Reason why two documents cannot be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The corpus cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no such document.
    #[error(
        "no document is called {id} among {documents} that were read{}",
        and_rejected(.rejected)
    )]
    Unknown {
        /// The requested id.
        id: String,
        /// Number of documents.
        documents: usize,
        /// Records with that id that were rejected, each with the reason.
        rejected: Vec<String>,
    },
}

fn and_rejected(rejected: &[String]) -> String {
    let rejected = rejected
        .iter()
        .map(|reject| format!("; it was rejected: {reject}"));
    rejected.collect()
}

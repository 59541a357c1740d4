//! Pairs of documents.

use super::numbers::DocNo;

/// Two different documents; [`DocPair::of`] puts the first in canonical order first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocPair {
    /// The one document.
    pub a: DocNo,
    /// The other document.
    pub b: DocNo,
}

impl DocPair {
    /// The pair of two different documents, given in any order.
    pub fn of(x: DocNo, y: DocNo) -> DocPair {
        DocPair {
            a: x.min(y),
            b: x.max(y),
        }
    }
}

/// Number of pairs that so many documents make.
pub fn pairs_of(documents: usize) -> u64 {
    let documents = documents as u64;
    documents * documents.saturating_sub(1) / 2
}

//! The documents of a search.

use crate::catalog::{Catalog, DocNo};

/// The documents among which candidates are looked for.
#[derive(Clone, Copy)]
pub struct SearchScope<'a> {
    /// Catalog of the documents.
    pub catalog: &'a Catalog,
    /// All documents of the search, in canonical order.
    pub documents: &'a [DocNo],
    /// Documents of which each pair must have one, in canonical order; `None` if any pair will do.
    pub asking: Option<&'a [DocNo]>,
    /// Bytes of hashes that may be held at a time, about.
    pub bytes_a_round: usize,
}

//! Documents of the same words, found by their hashes.

use rayon::prelude::*;

use super::{Catalog, DocNo};

/// Documents of the same words, in canonical order; the first stands for all while candidates are found and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdenticalGroup {
    /// The documents, in canonical order.
    pub members: Vec<DocNo>,
}

/// The number of the group that a document represents.
pub(crate) fn group_of(twins: &[IdenticalGroup], representative: DocNo) -> usize {
    twins.partition_point(|twins| twins.members[0] < representative)
}

/// Groups documents of the same words, in canonical order of their first members.
pub fn group_identical(
    catalog: &Catalog,
    documents: impl Iterator<Item = DocNo>,
) -> Vec<IdenticalGroup> {
    let mut by_content: Vec<(u128, DocNo)> =
        documents.map(|doc| (catalog.content(doc), doc)).collect();
    by_content.par_sort_unstable();
    let mut twins: Vec<IdenticalGroup> = by_content
        .chunk_by(|x, y| x.0 == y.0)
        .map(|run| IdenticalGroup {
            members: run.iter().map(|&(_, doc)| doc).collect(),
        })
        .collect();
    twins.par_sort_unstable_by_key(|twins| twins.members[0]);
    twins
}

//! Documents with the same words, found by the hash of their words.

use rayon::prelude::*;

use super::documents::Catalog;
use super::numbers::DocNo;

/// Documents with the same words. The first represents the others while candidates are found and
/// compared, so that many copies of one text cost as much as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdenticalGroup {
    /// The documents, in canonical order.
    pub members: Vec<DocNo>,
}

impl IdenticalGroup {
    /// The first member, which stands for all.
    pub fn representative(&self) -> DocNo {
        self.members[0]
    }
}

/// Groups documents with the same words; the groups are in order of their representatives.
pub fn group_identical(
    catalog: &Catalog,
    documents: impl Iterator<Item = DocNo>,
) -> Vec<IdenticalGroup> {
    let mut by_content: Vec<(u128, DocNo)> =
        documents.map(|doc| (catalog.content(doc), doc)).collect();
    by_content.par_sort_unstable();
    let mut groups: Vec<IdenticalGroup> = by_content
        .chunk_by(|x, y| x.0 == y.0)
        .map(|same| IdenticalGroup {
            members: same.iter().map(|&(_, doc)| doc).collect(),
        })
        .collect();
    groups.par_sort_unstable_by_key(IdenticalGroup::representative);
    groups
}

/// Index of the group that a document represents.
pub(crate) fn group_of(groups: &[IdenticalGroup], representative: DocNo) -> usize {
    groups.partition_point(|group| group.representative() < representative)
}

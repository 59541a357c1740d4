//! Whole copies: joins the documents of one story that pairs connect.

use super::numbers::{ClusterNo, PairedNo};
use super::relation::ReportedPair;
use super::stories::StoryMap;
use crate::catalog::DocNo;
use crate::catalog::union_find::UnionFind;

/// The documents of the pairs, and the cluster that each is a whole copy of.
#[derive(Default)]
pub(super) struct WholeCopies {
    /// In canonical order.
    documents: Vec<DocNo>,
    clusters: Vec<ClusterNo>,
    /// By document of the catalog, up to the last one in a pair: its number.
    numbers: Vec<u32>,
}

impl WholeCopies {
    /// Joins the documents that pairs within one story connect. A selection may leave out pairs of
    /// a story, which then falls into several clusters.
    pub(super) fn join(pairs: &[ReportedPair], stories: &StoryMap) -> WholeCopies {
        let last = pairs.iter().map(|pair| pair.a.max(pair.b).0).max();
        let mut is_paired = vec![false; last.map_or(0, |last| last as usize + 1)];
        for pair in pairs {
            is_paired[pair.a.0 as usize] = true;
            is_paired[pair.b.0 as usize] = true;
        }
        let mut copies = WholeCopies::default();
        for (document, is_paired) in (0..).map(DocNo).zip(is_paired) {
            copies.numbers.push(copies.documents.len() as u32);
            if is_paired {
                copies.documents.push(document);
            }
        }
        let mut joined = UnionFind::new(copies.len());
        for pair in pairs {
            if stories.leader_of(pair.a) == stories.leader_of(pair.b) {
                joined.join(copies.number(pair.a).0, copies.number(pair.b).0);
            }
        }
        copies.clusters = copies
            .numbers()
            .map(|document| ClusterNo(PairedNo(joined.root(document.0))))
            .collect();
        copies
    }

    pub(super) fn len(&self) -> usize {
        self.documents.len()
    }

    /// All documents, in canonical order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = PairedNo> + use<> {
        (0..self.documents.len()).map(PairedNo)
    }

    /// Number of a document that is in a pair.
    pub(super) fn number(&self, document: DocNo) -> PairedNo {
        PairedNo(self.numbers[document.0 as usize] as usize)
    }

    pub(super) fn document(&self, number: PairedNo) -> DocNo {
        self.documents[number.0]
    }

    /// First document of a cluster.
    pub(super) fn first(&self, cluster: ClusterNo) -> DocNo {
        self.document(cluster.0)
    }

    /// Cluster that a document is a whole copy of.
    pub(super) fn cluster(&self, number: PairedNo) -> ClusterNo {
        self.clusters[number.0]
    }
}

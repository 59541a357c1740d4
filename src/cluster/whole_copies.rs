//! Whole copies: joins the documents of one story that pairs connect.

use super::numbers::{ClusterNo, PairedNo};
use super::relation::ReportedPair;
use super::stories::StoryMap;
use crate::catalog::DocNo;
use crate::catalog::union_find::UnionFind;

/// The documents of the pairs, and the cluster that each is a whole copy of.
pub(super) struct WholeCopies {
    /// In canonical order.
    documents: Vec<DocNo>,
    clusters: Vec<ClusterNo>,
}

impl WholeCopies {
    /// Joins the documents that pairs within one story connect. A selection may leave out pairs of
    /// a story, which then falls into several clusters.
    pub(super) fn join(pairs: &[ReportedPair], stories: &StoryMap) -> WholeCopies {
        let mut documents: Vec<DocNo> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
        documents.sort_unstable();
        documents.dedup();
        let mut joined = UnionFind::new(documents.len());
        for pair in pairs {
            if stories.leader_of(pair.a) == stories.leader_of(pair.b) {
                joined.join(place(&documents, pair.a), place(&documents, pair.b));
            }
        }
        let clusters = (0..documents.len())
            .map(|document| ClusterNo(PairedNo(joined.root(document))))
            .collect();
        WholeCopies {
            documents,
            clusters,
        }
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
        PairedNo(place(&self.documents, document))
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

fn place(documents: &[DocNo], document: DocNo) -> usize {
    documents.partition_point(|&known| known < document)
}

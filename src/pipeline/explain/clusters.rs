//! Clusters of two documents.

use std::sync::Arc;

use crate::attribution::source::{Basis, LikelySource, Sureness};
use crate::catalog::{DocNo, DocPair};
use crate::cluster::{Cluster, Role};
use crate::pipeline::findings::ScanResult;

/// A cluster with one of two documents, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterOfPair {
    /// Its name.
    pub name: Arc<str>,
    /// Number of its documents.
    pub documents: usize,
    /// Roles of the two documents in it.
    pub roles: [Option<Role>; 2],
    /// Id of its source, if that is in the corpus.
    pub source_id: Option<String>,
    /// Site of its source; empty if unknown.
    pub source_site: String,
    /// Evidence for the source.
    pub basis: Vec<Basis>,
    /// Strength of this evidence.
    pub sureness: Option<Sureness>,
    /// What may be the source, if the evidence does not decide, in words.
    pub candidates: Vec<String>,
}

/// All clusters with one of two documents.
pub(super) fn clusters_of(result: &ScanResult, pair: DocPair) -> Vec<ClusterOfPair> {
    let catalog = &result.catalog;
    let role = |cluster: &Cluster, doc: DocNo| {
        let at = cluster
            .members
            .binary_search_by_key(&doc, |member| member.doc);
        at.ok().map(|at| cluster.members[at].role)
    };
    let with_roles = |cluster: &Cluster| {
        let roles = [role(cluster, pair.a), role(cluster, pair.b)];
        let LikelySource {
            doc,
            site,
            basis,
            sureness,
            ..
        } = cluster.source.clone();
        roles.iter().any(Option::is_some).then(|| ClusterOfPair {
            name: Arc::clone(&cluster.name),
            documents: cluster.members.len(),
            roles,
            source_id: doc.map(|doc| catalog.id(doc).to_owned()),
            source_site: site,
            basis,
            sureness,
            candidates: cluster.source.candidate_labels(|doc| catalog.id(doc)),
        })
    };
    result.clusters.iter().filter_map(with_roles).collect()
}

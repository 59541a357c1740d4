//! Names of clusters, which stay the same from run to run as far as possible.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo};
use crate::cluster::Cluster;

/// A cluster of an earlier run whose documents are now in another cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MergedCluster {
    /// The name it had.
    pub from: Arc<str>,
    /// Name of the cluster that has most of its documents now.
    pub into: Arc<str>,
}

/// Names that documents have after a run.
pub(super) struct ClusterNames {
    /// Name of its cluster for each whole copy; an empty name for documents that had a cluster and
    /// have none now.
    pub(super) of_documents: Vec<(DocNo, Arc<str>)>,
    pub(super) merged: Vec<MergedCluster>,
}

/// Names all clusters, given the names of earlier runs by the numbers of documents in the archive.
pub(super) fn assign(
    catalog: &Catalog,
    groups: &[IdenticalGroup],
    clusters: &mut [Cluster],
    earlier: &HashMap<u64, Arc<str>>,
) -> ClusterNames {
    let merged = name_clusters(catalog, clusters, earlier);
    let mut of_documents: Vec<(DocNo, Arc<str>)> = Vec::new();
    for cluster in &*clusters {
        let named = whole_copies(cluster).map(|doc| (doc, Arc::clone(&cluster.name)));
        of_documents.extend(named);
    }
    let lost = lost_their_cluster(catalog, groups, &of_documents, earlier);
    of_documents.extend(lost.into_iter().map(|doc| (doc, Arc::from(""))));
    ClusterNames {
        of_documents,
        merged,
    }
}

fn whole_copies(cluster: &Cluster) -> impl Iterator<Item = DocNo> {
    let whole = cluster.members.iter().filter(|member| member.whole);
    whole.map(|member| member.doc)
}

/// Names each cluster as before, or after its first document if it is new.
///
/// If an earlier cluster fell apart, the part with most of its documents keeps the name. If
/// several became one, the earlier cluster with most documents gives the name, and the others are
/// returned.
fn name_clusters(
    catalog: &Catalog,
    clusters: &mut [Cluster],
    earlier: &HashMap<u64, Arc<str>>,
) -> Vec<MergedCluster> {
    let mut candidates = names_by_cluster(catalog, clusters, earlier);
    let taken: FxHashSet<&Arc<str>> = earlier.values().collect();
    let mut merged = Vec::new();
    for (number, cluster) in clusters.iter_mut().enumerate() {
        let mut names = candidates.remove(&number).unwrap_or_default();
        names.sort_by(|x, y| y.0.cmp(&x.0).then(x.1.cmp(y.1)));
        let mut names = names.into_iter().map(|(_, name)| Arc::clone(name));
        cluster.name = names.next().unwrap_or_else(|| {
            let mut ids = whole_copies(cluster).map(|doc| Arc::from(catalog.id(doc)));
            let free = ids.find(|id| !taken.contains(id));
            free.unwrap_or_else(|| Arc::from(catalog.id(cluster.first)))
        });
        merged.extend(names.map(|from| MergedCluster {
            from,
            into: Arc::clone(&cluster.name),
        }));
    }
    merged.sort_unstable();
    merged
}

/// Earlier names by the cluster that has most documents of that name, with their number.
fn names_by_cluster<'n>(
    catalog: &Catalog,
    clusters: &[Cluster],
    earlier: &'n HashMap<u64, Arc<str>>,
) -> BTreeMap<usize, Vec<(usize, &'n Arc<str>)>> {
    // Documents of each earlier name, by the cluster that they are in now.
    let mut shares: BTreeMap<&Arc<str>, BTreeMap<usize, usize>> = BTreeMap::new();
    if !earlier.is_empty() {
        for (number, cluster) in clusters.iter().enumerate() {
            let serials = whole_copies(cluster).filter_map(|doc| catalog.serial(doc));
            for name in serials.filter_map(|serial| earlier.get(&serial)) {
                *shares.entry(name).or_default().entry(number).or_default() += 1;
            }
        }
    }
    let mut by_cluster: BTreeMap<usize, Vec<(usize, &Arc<str>)>> = BTreeMap::new();
    for (name, clusters) in &shares {
        let most = clusters
            .iter()
            .max_by_key(|&(&cluster, &share)| (share, usize::MAX - cluster));
        if let Some((&cluster, &share)) = most {
            by_cluster.entry(cluster).or_default().push((share, name));
        }
    }
    by_cluster
}

/// Documents that had a cluster in an earlier run and have none now.
fn lost_their_cluster(
    catalog: &Catalog,
    groups: &[IdenticalGroup],
    named: &[(DocNo, Arc<str>)],
    earlier: &HashMap<u64, Arc<str>>,
) -> Vec<DocNo> {
    if earlier.is_empty() {
        return Vec::new();
    }
    let named: FxHashSet<DocNo> = named.iter().map(|&(doc, _)| doc).collect();
    let had_one = |doc: DocNo| {
        let serial = catalog.serial(doc);
        serial.is_some_and(|serial| earlier.contains_key(&serial))
    };
    let documents = groups.iter().flat_map(|group| &group.members).copied();
    documents
        .filter(|&doc| had_one(doc) && !named.contains(&doc))
        .collect()
}

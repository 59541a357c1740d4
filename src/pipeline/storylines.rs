//! Storylines: clusters that are linked because a document of one shares text with the other.
//!
//! A story that goes on for weeks is told in many versions. The later ones share less and less with
//! the first, so each stretch of it is a cluster of its own, and joining all of them would also
//! join what has no words in common. A storyline links them and leaves the clusters as they are.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::sources::is_quotation;
use crate::catalog::DocNo;
use crate::catalog::union_find::UnionFind;
use crate::cluster::{Assembled, Cluster, Relation, ReportedPair, Role};

/// Names the storyline of every cluster that is linked to another one, after the first of its
/// clusters; these must be in canonical order.
///
/// A document links the clusters in which it shares text that is its own: excerpts and whole
/// copies, but no digest, whose parts have nothing to do with each other, no quotation of a third
/// party and no reworded copy, which is an estimate.
pub(super) fn link(assembled: &mut Assembled) {
    let clusters = &assembled.clusters;
    let mut storylines = UnionFind::new(clusters.len());
    let mut cluster_of: FxHashMap<DocNo, usize> = FxHashMap::default();
    for (number, cluster) in clusters.iter().enumerate() {
        let whole = cluster.members.iter().filter(|member| member.whole);
        cluster_of.extend(whole.map(|member| (member.doc, number)));
    }
    let may_link = |pair: &&ReportedPair| {
        let number = pair.cluster as usize;
        let is_in_it = |doc| cluster_of.get(doc) == Some(&number);
        let within = [&pair.a, &pair.b].into_iter().all(is_in_it);
        !within && links(&clusters[number], pair)
    };
    let linking: Vec<&ReportedPair> = assembled.pairs.par_iter().filter(may_link).collect();
    for pair in linking {
        let number = pair.cluster as usize;
        for doc in [pair.a, pair.b] {
            storylines.join(*cluster_of.entry(doc).or_insert(number), number);
        }
    }
    let roots: Vec<usize> = (0..clusters.len()).map(|at| storylines.root(at)).collect();
    let mut sizes = vec![0; clusters.len()];
    for &root in &roots {
        sizes[root] += 1;
    }
    let names: Vec<_> = clusters
        .iter()
        .map(|cluster| cluster.name.clone())
        .collect();
    for (cluster, root) in assembled.clusters.iter_mut().zip(roots) {
        cluster.storyline = (sizes[root] > 1).then(|| names[root].clone());
    }
}

/// True if a pair shows that its two documents tell of the same.
fn links(cluster: &Cluster, pair: &ReportedPair) -> bool {
    let is_digest = |doc| {
        let at = cluster
            .members
            .binary_search_by_key(&doc, |member| member.doc);
        at.is_ok_and(|at| cluster.members[at].role == Role::Digest)
    };
    pair.relation != Relation::Reworded
        && !is_quotation(pair)
        && !is_digest(pair.a)
        && !is_digest(pair.b)
}

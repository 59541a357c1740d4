//! Ranking of clusters: what people look for comes first.

use std::cmp::Reverse;

use crate::catalog::Catalog;
use crate::cluster::{Assembled, Cluster};

/// Ranks the clusters: those with whole copies on the most sites come first, then those of the most
/// whole copies and the most documents. Of equals the one with the first document comes first.
/// Clusters that only share quotations come last.
pub(super) fn rank(catalog: &Catalog, assembled: &mut Assembled) {
    let clusters = std::mem::take(&mut assembled.clusters);
    let mut ranked: Vec<(usize, Cluster)> = clusters.into_iter().enumerate().collect();
    ranked.sort_by_cached_key(|(number, cluster)| {
        let whole = cluster.members.iter().filter(|member| member.whole);
        let sites = catalog.sites_among(whole.clone().map(|member| member.doc));
        let size = (sites, whole.count(), cluster.members.len());
        (cluster.is_quoted, Reverse(size), *number)
    });
    let mut ranks = vec![0; ranked.len()];
    for (rank, (number, _)) in (0..).zip(&ranked) {
        ranks[*number] = rank;
    }
    for pair in &mut assembled.pairs {
        pair.cluster = ranks[pair.cluster as usize];
    }
    assembled.clusters = ranked.into_iter().map(|(_, cluster)| cluster).collect();
}

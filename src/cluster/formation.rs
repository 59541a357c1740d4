//! Formation: makes clusters of the documents of the pairs.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::attachment::Attachments;
use super::members::{Cluster, Member, Role};
use super::numbers::ClusterNo;
use super::relation::ReportedPair;
use super::stories::StoryMap;
use super::whole_copies::WholeCopies;
use crate::attribution::source::LikelySource;
use crate::catalog::Catalog;

/// Forms clusters, in canonical order of their first documents, and sets the cluster of each pair.
///
/// Sources are not known yet, so all whole copies have the role of copies.
pub(super) fn form_clusters(
    catalog: &Catalog,
    pairs: &mut [ReportedPair],
    stories: &StoryMap,
) -> Vec<Cluster> {
    let copies = WholeCopies::join(pairs, stories);
    let attachments = Attachments::new(catalog, pairs, stories, &copies);

    let mut clusters: BTreeMap<ClusterNo, Vec<Member>> = BTreeMap::new();
    for number in copies.numbers() {
        let members = clusters.entry(copies.cluster(number)).or_default();
        members.push(Member {
            doc: copies.document(number),
            role: Role::Copy,
            whole: true,
        });
    }
    for number in copies.numbers() {
        for (&cluster, &role) in attachments.of_document(number) {
            clusters.entry(cluster).or_default().push(Member {
                doc: copies.document(number),
                role,
                whole: false,
            });
        }
    }
    // A document whose only pairs attach it to other clusters has none of its own.
    clusters.retain(|_, members| members.len() > 1);

    let indices: BTreeMap<ClusterNo, u32> = clusters.keys().copied().zip(0..).collect();
    pairs.par_iter_mut().enumerate().for_each(|(number, pair)| {
        let own = || copies.cluster(copies.number(pair.a));
        pair.cluster = indices[&attachments.of_pair(number).unwrap_or_else(own)];
    });
    clusters
        .into_iter()
        .map(|(cluster, mut members)| {
            members.sort_unstable_by_key(|member| member.doc);
            Cluster {
                first: copies.first(cluster),
                name: Arc::from(""),
                members,
                source: LikelySource::default(),
                is_quoted: false,
                storyline: None,
            }
        })
        .collect()
}

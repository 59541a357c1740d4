//! Joins the documents of pairs to clusters.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::hanging::{Hanging, Stories};
use super::members::{Cluster, Member, Role};
use super::relation::ReportedPair;
use crate::attribution::source::Source;
use crate::catalog::union_find::UnionFind;
use crate::catalog::{Catalog, DocNo};

/// Joins the documents of the pairs to clusters, in canonical order of their first documents, and tells each pair its cluster.
///
/// A source is not known yet, so whole copies all have the role of copies.
pub(crate) fn clusters(
    catalog: &Catalog,
    pairs: &mut [ReportedPair],
    stories: &Stories,
) -> Vec<Cluster> {
    let core = |doc: DocNo| stories.cores[stories.group(doc)];
    let mut documents: Vec<DocNo> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    documents.sort_unstable();
    documents.dedup();
    let at = |doc: DocNo| documents.partition_point(|&known| known < doc);
    let mut joined = UnionFind::new(documents.len());
    for pair in pairs.iter().filter(|pair| core(pair.a) == core(pair.b)) {
        joined.join(at(pair.a), at(pair.b));
    }
    // The cluster that each document is a whole copy of, by the place of its first document.
    let home: Vec<usize> = (0..documents.len()).map(|at| joined.root(at)).collect();

    let hanging = Hanging::of(catalog, pairs, stories, &documents, &home);
    let mut found: BTreeMap<usize, Vec<Member>> = BTreeMap::new();
    for (place, &home) in home.iter().enumerate() {
        found.entry(home).or_default().push(Member {
            doc: documents[place],
            role: Role::Copy,
            whole: true,
        });
    }
    for (place, hosts) in hanging.hosts.iter().enumerate() {
        for (&host, &role) in hosts {
            found.entry(host).or_default().push(Member {
                doc: documents[place],
                role,
                whole: false,
            });
        }
    }
    found.retain(|_, members| members.len() > 1);
    let number: BTreeMap<usize, u32> = found.keys().copied().zip(0..).collect();
    for (pair, host) in pairs.iter_mut().zip(hanging.of_pairs) {
        pair.cluster = number[&host.unwrap_or(home[at(pair.a)])];
    }
    let cluster = |(first, mut members): (usize, Vec<Member>)| {
        members.sort_unstable_by_key(|member| member.doc);
        Cluster {
            first: documents[first],
            name: Arc::from(""),
            members,
            source: Source::default(),
        }
    };
    found.into_iter().map(cluster).collect()
}

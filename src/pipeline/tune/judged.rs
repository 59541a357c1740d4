//! Judgements of people, and how a choice agrees with them.

use std::collections::HashMap;

use crate::candidates::families::BIG_CLUSTER;
use crate::catalog::{DocNo, DocPair};
use crate::cluster::{Assembled, Cluster};
use crate::tuning::clusterings::{BCubed, Contingency};
use crate::tuning::evaluation::Confusion;

/// Judgements of people about the documents of a corpus.
#[derive(Debug, Clone, Copy)]
pub enum Judged<'a> {
    /// Pairs with a label.
    Pairs(&'a [DocPair]),
    /// Documents with the numbers of the clusters that they belong to, in canonical order.
    Clusters(&'a [(DocNo, u64)]),
}

/// Agreement of the clusters of a choice with those that people made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusterAgreement {
    /// Pairs of judged documents: found or not, of one cluster or not.
    pub pairs: Confusion,
    /// B-cubed precision and recall.
    pub b_cubed: BCubed,
    /// Adjusted Rand index.
    pub adjusted_rand: f64,
}

/// Compares what was found with clusters that people made; `None` if none of the documents is
/// judged.
///
/// A document that shares only a part with clusters counts as a member of the first of them. One in
/// no cluster is a cluster of its own.
pub(super) fn agreement(
    assembled: &Assembled,
    judged: &[(DocNo, u64)],
) -> Option<ClusterAgreement> {
    let mut cluster: HashMap<DocNo, u64> = HashMap::new();
    for whole in [true, false] {
        for (number, found) in (0..).zip(&assembled.clusters) {
            let members = found.members.iter().filter(|member| member.whole == whole);
            for member in members {
                cluster.entry(member.doc).or_insert(number);
            }
        }
    }
    let alone = |doc: DocNo| assembled.clusters.len() as u64 + u64::from(doc.0);
    let documents = judged.iter().map(|&(doc, truth)| {
        let found = cluster.get(&doc).copied();
        (found.unwrap_or_else(|| alone(doc)), truth)
    });
    let contingency = Contingency::of(documents);
    Some(ClusterAgreement {
        pairs: pairs(assembled, judged, contingency.confusion()),
        b_cubed: contingency.b_cubed()?,
        adjusted_rand: contingency.adjusted_rand()?,
    })
}

/// Judged pairs, found or not. `of_clusters` are those within found clusters, which have as many
/// pairs within true ones.
fn pairs(assembled: &Assembled, judged: &[(DocNo, u64)], of_clusters: Confusion) -> Confusion {
    let truth = |doc: DocNo| {
        let at = judged.binary_search_by_key(&doc, |&(judged, _)| judged);
        at.ok().map(|at| judged[at].1)
    };
    let big = big_families(assembled);
    // All pairs of a big family are found, although not all are written.
    let in_big = judged
        .iter()
        .filter_map(|&(doc, truth)| Some((*big.get(&doc)? as u64, truth)));
    let within = Contingency::of(in_big).confusion();
    let (mut right, mut wrong) = (within.true_positives, within.false_positives);
    for pair in &assembled.pairs {
        let family = big.get(&pair.a);
        if family.is_some() && family == big.get(&pair.b) {
            continue;
        }
        match truth(pair.a).zip(truth(pair.b)) {
            Some((a, b)) if a == b => right += 1,
            Some(_) => wrong += 1,
            None => {}
        }
    }
    let together = of_clusters.true_positives + of_clusters.false_negatives;
    let apart = of_clusters.false_positives + of_clusters.true_negatives;
    Confusion {
        true_positives: right,
        false_positives: wrong,
        false_negatives: together - right,
        true_negatives: apart - wrong,
    }
}

/// Number of the family of each document that is a whole copy in a family too big to write all its
/// pairs.
pub(super) fn big_families(assembled: &Assembled) -> HashMap<DocNo, usize> {
    let whole_copies = |cluster: &Cluster| -> Vec<DocNo> {
        let whole = cluster.members.iter().filter(|member| member.whole);
        whole.map(|member| member.doc).collect()
    };
    let families = assembled.clusters.iter().map(whole_copies).enumerate();
    families
        .filter(|(_, family)| family.len() > BIG_CLUSTER)
        .flat_map(|(number, family)| family.into_iter().map(move |doc| (doc, number)))
        .collect()
}

//! Attachment: assigns excerpts, digests and reworded copy to the clusters that they share text
//! with.
//!
//! A pair of documents of different stories attaches one of them to the cluster of the other, in
//! general the later to the earlier one. Pairs are taken in this order:
//!
//! 1. pairs without a digest, by the earlier of their two clusters, so that two excerpts of one
//!    story are attached to the story and not to each other;
//! 2. pairs with one digest, which is attached to the other's cluster even if that is later;
//! 3. pairs of two digests;
//! 4. reworded pairs.
//!
//! If both documents are attached to a common cluster already, the pair belongs to that cluster.

use std::collections::BTreeMap;

use super::digests::{CrossPair, find_digests};
use super::members::Role;
use super::numbers::{ClusterNo, PairedNo};
use super::relation::{Relation, ReportedPair};
use super::stories::StoryMap;
use super::whole_copies::WholeCopies;
use crate::candidates::passages::FEW;
use crate::catalog::Catalog;

/// Rank of reworded pairs, behind all that share words, whose rank is their number of digests.
const REWORDED_LAST: u8 = 3;

/// The clusters that documents and pairs are attached to.
pub(super) struct Attachments {
    /// By document: its clusters, and its role in each.
    of_documents: Vec<BTreeMap<ClusterNo, Role>>,
    /// By pair: its cluster; `None` for pairs within one cluster.
    of_pairs: Vec<Option<ClusterNo>>,
}

impl Attachments {
    pub(super) fn new(
        catalog: &Catalog,
        pairs: &[ReportedPair],
        stories: &StoryMap,
        copies: &WholeCopies,
    ) -> Attachments {
        let cross_pairs: Vec<CrossPair> = pairs
            .iter()
            .enumerate()
            .map(|(number, pair)| CrossPair {
                pair: number,
                x: copies.number(pair.a),
                y: copies.number(pair.b),
            })
            .filter(|cross| copies.cluster(cross.x) != copies.cluster(cross.y))
            .collect();
        let rules = Rules {
            pairs,
            stories,
            copies,
            digests: find_digests(catalog, pairs, stories, copies, &cross_pairs),
        };
        let mut steps: Vec<AttachmentStep> =
            cross_pairs.iter().map(|&pair| rules.step(pair)).collect();
        steps.sort_unstable_by_key(|step| (step.rank, step.cluster, step.cross.pair));

        let mut attachments = Attachments {
            of_documents: vec![BTreeMap::new(); copies.len()],
            of_pairs: vec![None; pairs.len()],
        };
        for step in steps {
            let CrossPair { pair, x, y } = step.cross;
            let cluster = attachments.common_cluster(x, y).unwrap_or_else(|| {
                let (document, cluster) = rules.choose(&step);
                attachments.attach(document, cluster, rules.role(document, pair));
                cluster
            });
            attachments.of_pairs[pair] = Some(cluster);
        }
        attachments
    }

    /// The clusters that a document is attached to, and its role in each.
    pub(super) fn of_document(&self, number: PairedNo) -> &BTreeMap<ClusterNo, Role> {
        &self.of_documents[number.0]
    }

    /// Cluster of a pair between two clusters; `None` for pairs within one.
    pub(super) fn of_pair(&self, pair: usize) -> Option<ClusterNo> {
        self.of_pairs[pair]
    }

    /// The first cluster that both documents are attached to.
    fn common_cluster(&self, x: PairedNo, y: PairedNo) -> Option<ClusterNo> {
        let (x, y) = (self.of_document(x), self.of_document(y));
        let (fewer, more) = if x.len() <= y.len() { (x, y) } else { (y, x) };
        fewer
            .keys()
            .find(|cluster| more.contains_key(cluster))
            .copied()
    }

    fn attach(&mut self, document: PairedNo, cluster: ClusterNo, role: Role) {
        let known = self.of_documents[document.0].entry(cluster).or_insert(role);
        *known = role.min(*known);
    }
}

/// A pair to attach, and its place in the order.
struct AttachmentStep {
    rank: u8,
    /// Cluster of one of the two documents, that the other one is attached to.
    cluster: ClusterNo,
    cross: CrossPair,
}

/// The facts that decide which document of a pair is attached.
struct Rules<'a> {
    pairs: &'a [ReportedPair],
    stories: &'a StoryMap,
    copies: &'a WholeCopies,
    digests: Vec<bool>,
}

impl Rules<'_> {
    fn step(&self, cross: CrossPair) -> AttachmentStep {
        let (of_x, of_y) = (self.copies.cluster(cross.x), self.copies.cluster(cross.y));
        let earlier = of_x.min(of_y);
        if self.pairs[cross.pair].relation == Relation::Reworded {
            return AttachmentStep {
                rank: REWORDED_LAST,
                cluster: earlier,
                cross,
            };
        }
        let digests = (self.is_digest(cross.x), self.is_digest(cross.y));
        AttachmentStep {
            rank: u8::from(digests.0) + u8::from(digests.1),
            cluster: match digests {
                (true, false) => of_y,
                (false, true) => of_x,
                _ => earlier,
            },
            cross,
        }
    }

    /// Chooses the document to attach, and its cluster.
    ///
    /// A document that shares text with a copy but not with the first document of the copy's story
    /// shares what the copy added. Then the copy is attached to the document's cluster instead. In
    /// larger stories not every pair was compared, so a missing one proves nothing.
    fn choose(&self, step: &AttachmentStep) -> (PairedNo, ClusterNo) {
        let CrossPair { x, y, .. } = step.cross;
        let (document, copy) = if self.copies.cluster(x) == step.cluster {
            (y, x)
        } else {
            (x, y)
        };
        let own = self.copies.cluster(document);
        let leader = self.stories.leader_of(self.copies.first(step.cluster));
        let all_compared = self.stories.size(leader) <= FEW;
        let shares_an_addition = step.rank == 0
            && all_compared
            && !self.shares_first(document, step.cluster)
            && self.shares_first(copy, own);
        if shares_an_addition {
            (copy, own)
        } else {
            (document, step.cluster)
        }
    }

    /// True if a document is a pair with the first document of a cluster, or is that document.
    fn shares_first(&self, document: PairedNo, cluster: ClusterNo) -> bool {
        let (document, first) = (self.copies.document(document), self.copies.first(cluster));
        first == document || self.stories.are_pair(first, document)
    }

    fn role(&self, document: PairedNo, pair: usize) -> Role {
        match self.pairs[pair].relation {
            Relation::Reworded => Role::Reworded,
            _ if self.is_digest(document) => Role::Digest,
            Relation::Excerpt => Role::Excerpt,
            Relation::Exact | Relation::Near => Role::Revised,
        }
    }

    fn is_digest(&self, document: PairedNo) -> bool {
        self.digests[document.0]
    }
}

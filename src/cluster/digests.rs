//! Digests: finds the documents that hold parts of unrelated stories.

use std::cmp::Reverse;
use std::ops::Range;

use super::numbers::{ClusterNo, PairedNo};
use super::relation::{Relation, ReportedPair};
use super::stories::StoryMap;
use super::whole_copies::WholeCopies;
use crate::catalog::Catalog;
use crate::catalog::union_find::UnionFind;

/// Unrelated stories published before a document, or at an unknown time, that make it a digest.
const DIGEST_EARLIER: usize = 2;

/// Unrelated stories that make a document a digest whichever was first. If that many were excerpts
/// of the document instead, some would overlap.
const DIGEST_PARTS: usize = 5;

/// Parts of a document that are compared with each other; bounds the quadratic work.
const MOST_PARTS: usize = 64;

/// A pair of documents in different clusters.
#[derive(Clone, Copy)]
pub(super) struct CrossPair {
    /// Index of the pair.
    pub(super) pair: usize,
    /// `a` of the pair.
    pub(super) x: PairedNo,
    /// `b` of the pair.
    pub(super) y: PairedNo,
}

/// Finds out for each document whether it is a digest, by its pairs with other clusters.
pub(super) fn find_digests(
    catalog: &Catalog,
    pairs: &[ReportedPair],
    stories: &StoryMap,
    copies: &WholeCopies,
    cross_pairs: &[CrossPair],
) -> Vec<bool> {
    let related = stories.related();
    let leader = |part: &SharedPart| stories.leader_of(copies.first(part.cluster));
    let are_related = |x: &SharedPart, y: &SharedPart| related.are_related(leader(x), leader(y));
    let mut digests: Vec<bool> = Vec::with_capacity(copies.len());
    let parts = parts(pairs, copies, cross_pairs);
    for (number, parts) in copies.numbers().zip(parts) {
        let first = copies.cluster(number).0;
        // A whole copy is a digest if the first document of its cluster is.
        digests.push(if first < number {
            digests[first.0]
        } else {
            parts.len() > 1 && is_digest(catalog, copies, number, parts, &are_related)
        });
    }
    digests
}

/// Longest passage that a document shares with another cluster.
#[derive(Debug, Clone)]
struct SharedPart {
    cluster: ClusterNo,
    /// Position in the document, in words.
    words: Range<usize>,
}

/// The parts that each document shares with other clusters, by document.
fn parts(
    pairs: &[ReportedPair],
    copies: &WholeCopies,
    cross_pairs: &[CrossPair],
) -> Vec<Vec<SharedPart>> {
    let mut parts = vec![Vec::new(); copies.len()];
    for &CrossPair { pair, x, y } in cross_pairs {
        // Reworded text has no position.
        if pairs[pair].relation == Relation::Reworded {
            continue;
        }
        let passage = pairs[pair].longest;
        let part = |cluster, start| SharedPart {
            cluster,
            words: start..start + passage.words,
        };
        parts[x.0].push(part(copies.cluster(y), passage.a));
        parts[y.0].push(part(copies.cluster(x), passage.b));
    }
    parts
}

fn is_digest(
    catalog: &Catalog,
    copies: &WholeCopies,
    document: PairedNo,
    mut parts: Vec<SharedPart>,
    are_related: &dyn Fn(&SharedPart, &SharedPart) -> bool,
) -> bool {
    // Keeps the longest part of each cluster; of equals the first.
    parts.sort_unstable_by_key(|part| (part.cluster, Reverse(part.words.len()), part.words.start));
    parts.dedup_by_key(|part| part.cluster);
    parts.truncate(MOST_PARTS);
    let has_date = |number| catalog.published(copies.document(number)).is_some();
    let may_be_earlier = |part: &&SharedPart| {
        let first = part.cluster.0;
        first < document || !has_date(document) || !has_date(first)
    };
    let earlier: Vec<SharedPart> = parts.iter().filter(may_be_earlier).cloned().collect();
    count_unrelated(&earlier, are_related) >= DIGEST_EARLIER
        || count_unrelated(&parts, are_related) >= DIGEST_PARTS
}

/// Counts the unrelated parts. Parts of one cluster, or of related stories, count as one. So do
/// parts that overlap in the document, because then one text is in all of their stories.
fn count_unrelated(
    parts: &[SharedPart],
    are_related: &dyn Fn(&SharedPart, &SharedPart) -> bool,
) -> usize {
    let mut groups = UnionFind::new(parts.len());
    for (at, y) in parts.iter().enumerate() {
        for (other, x) in parts[..at].iter().enumerate() {
            let overlap = x.words.start < y.words.end && y.words.start < x.words.end;
            if overlap || x.cluster == y.cluster || are_related(x, y) {
                groups.join(other, at);
            }
        }
    }
    (0..parts.len()).filter(|&at| groups.root(at) == at).count()
}

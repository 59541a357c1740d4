//! Clusters, their members, and the role of each.

use std::sync::Arc;

use super::relation::ReportedPair;
use crate::attribution::source::Source;
use crate::catalog::DocNo;

/// From this Jaccard similarity with the source on, a document is a copy; below, a revision.
pub const COPY: f64 = 0.8;

/// Documents joined by pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The earliest of the whole copies.
    pub first: DocNo,
    /// What it is called: the id of its first document, or what it was called before that one was known.
    pub name: Arc<str>,
    /// The documents, in canonical order.
    pub members: Vec<Member>,
    /// Who is likely to have published it first.
    pub source: Source,
}

/// A document in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The document.
    pub doc: DocNo,
    /// Its part in the cluster.
    pub role: Role,
    /// Whether it is a whole copy, not one that hangs on the cluster.
    pub whole: bool,
}

/// What a document is to its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Likely the first to publish it.
    Source,
    /// A whole copy with next to no changes.
    Copy,
    /// A whole copy with changes.
    Revised,
    /// Holds a part of it, or is a part of it.
    Excerpt,
    /// Holds parts of stories that have nothing to do with each other, of this one among them.
    Digest,
    /// Tells it sentence by sentence in other words.
    Reworded,
}

impl Role {
    /// The word in the `role` column.
    pub fn name(self) -> &'static str {
        match self {
            Role::Source => "source",
            Role::Copy => "copy",
            Role::Revised => "revised",
            Role::Excerpt => "excerpt",
            Role::Digest => "digest",
            Role::Reworded => "reworded",
        }
    }
}

impl Cluster {
    /// The documents, in canonical order.
    pub fn documents(&self) -> impl Iterator<Item = DocNo> + '_ {
        self.members.iter().map(|member| member.doc)
    }

    /// Makes a member the source and tells copies from revisions: by the pair with the source or, where none was written, the closest of all.
    pub(crate) fn assign(&mut self, source: Source, pairs: &[ReportedPair]) {
        let mut closest = vec![(false, 0.0); self.members.len()];
        for pair in pairs {
            for (doc, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
                if let Ok(at) = self.members.binary_search_by_key(&doc, |member| member.doc) {
                    let with = (source.doc == Some(other), pair.jaccard);
                    if with > closest[at] {
                        closest[at] = with;
                    }
                }
            }
        }
        let whole = self.members.iter().filter(|member| member.whole).count();
        for (member, (_, jaccard)) in self.members.iter_mut().zip(closest) {
            member.role = match member.role {
                role if !member.whole => role,
                _ if source.doc == Some(member.doc) => Role::Source,
                // Alone it is a revision of nothing.
                _ if jaccard >= COPY || whole == 1 => Role::Copy,
                _ => Role::Revised,
            };
        }
        self.source = source;
    }
}

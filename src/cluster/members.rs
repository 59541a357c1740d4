//! Clusters, their members, and the role of each member.

use std::sync::Arc;

use super::relation::ReportedPair;
use crate::attribution::source::LikelySource;
use crate::catalog::DocNo;

/// Jaccard similarity with the source from which a whole copy is a [`Role::Copy`]; below it is a
/// [`Role::Revised`]. At 0.8 only a word or a tagline differs (`docs/method/thresholds-us11.md`).
pub const COPY: f64 = 0.8;

/// Documents joined by pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The earliest of the whole copies.
    pub first: DocNo,
    /// Name of the cluster: the id of its first document, or the name that an earlier run gave it
    /// before it knew that document.
    pub name: Arc<str>,
    /// Its documents, in canonical order.
    pub members: Vec<Member>,
    /// Likely first publisher.
    pub source: LikelySource,
    /// True if what its documents share is mostly within quotation marks, in every pair.
    pub is_quoted: bool,
    /// Name of the first cluster of the storyline; `None` if no other cluster is linked to this
    /// one.
    pub storyline: Option<Arc<str>>,
}

/// A document in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The document.
    pub doc: DocNo,
    /// Its role in the cluster.
    pub role: Role,
    /// True for a whole copy, false for a document that is attached to the cluster.
    pub whole: bool,
}

/// Role of a document in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Likely the first to publish the story.
    Source,
    /// A whole copy with next to no changes.
    Copy,
    /// A whole copy with changes.
    Revised,
    /// Holds a part of the story, or is a part of it.
    Excerpt,
    /// Holds parts of unrelated stories, among them this one.
    Digest,
    /// Tells the story sentence by sentence in other words.
    Reworded,
}

impl Role {
    /// Word in the `role` column.
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
    /// Its documents, in canonical order.
    pub fn documents(&self) -> impl Iterator<Item = DocNo> + '_ {
        self.members.iter().map(|member| member.doc)
    }

    /// Sets the source, and tells copies from revisions by their pair with the source or, if none
    /// was written, by their closest pair. Without a document of the source all are copies: which
    /// of them was revised is not known.
    pub(crate) fn assign_source(&mut self, source: LikelySource, pairs: &[&ReportedPair]) {
        // By member: whether the pair is with the source, which beats any other, and its Jaccard.
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
        let whole_copies = self.members.iter().filter(|member| member.whole).count();
        for (member, (_, jaccard)) in self.members.iter_mut().zip(closest) {
            member.role = match member.role {
                role if !member.whole => role,
                _ if source.doc == Some(member.doc) => Role::Source,
                // The only whole copy is a revision of nothing.
                _ if jaccard >= COPY || whole_copies == 1 => Role::Copy,
                _ if source.doc.is_none() => Role::Copy,
                _ => Role::Revised,
            };
        }
        self.source = source;
    }
}

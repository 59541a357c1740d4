//! Numbers of groups, documents and clusters, each of its own type so that they cannot be swapped.

/// Number of a group of identical documents: its index, in canonical order of first documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct GroupNo(pub(super) usize);

/// A group that leads a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LeaderNo(pub(super) GroupNo);

/// Number of a document among the documents of the pairs, in canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PairedNo(pub(super) usize);

/// A cluster, known by the first of its whole copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClusterNo(pub(super) PairedNo);

//! What a scan found, and what it counted on the way.

use std::sync::Arc;

use super::before::Merged;
use super::page::Page;
use super::read::Removed;
use super::rewording::RewordedCounts;
use super::show::{Details, Placed};
use crate::boilerplate::Profiles;
use crate::catalog::{Catalog, DocNo, ReadTally};
use crate::cluster::{Cluster, ReportedPair};
use crate::compare::exact::Comparison;

/// What a scan found.
#[derive(Debug)]
pub struct ScanResult {
    /// Every document.
    pub catalog: Catalog,
    /// The pairs, in canonical order of `a`, then `b`.
    pub pairs: Vec<ReportedPair>,
    /// The clusters, in canonical order of their first documents.
    pub clusters: Vec<Cluster>,
    /// What reports show of the documents in `clusters`, in canonical order of document.
    pub details: Vec<Details>,
    /// The passages of each pair, if they were to be listed.
    pub passages: Vec<Vec<Placed>>,
    /// What the report page shows, if there is to be one.
    pub page: Option<Page>,
    /// What was taken out as boilerplate.
    pub removed: Removed,
    /// What was read and rejected.
    pub read: ReadTally,
    /// What was skipped, compared, bounded and found.
    pub counts: Counts,
    /// Every comparison of this run that found a pair, wanted or not, in canonical order.
    pub compared: Vec<Comparison>,
    /// The name of its cluster for each document that is a whole copy in one which this run looked at; no name for those that were one before and
    /// are no more.
    pub names: Vec<(DocNo, Arc<str>)>,
    /// Clusters known before that this run found to be one with others.
    pub merged: Vec<Merged>,
    /// What sites repeat, for as long as they were learned from documents.
    pub boilerplate: Profiles,
}

/// Counts of a scan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Documents seen before this run.
    pub seen: u64,
    /// Pairs found of which a document lost words as boilerplate.
    pub less_boilerplate: u64,
    /// Documents read, whether they took part or not.
    pub documents: u64,
    /// Documents without a word: they take part in nothing.
    pub empty: u64,
    /// Documents with words, but fewer than `min_words`.
    pub too_short: u64,
    /// Documents that lost boilerplate and have next to nothing left.
    pub boilerplate_only: u64,
    /// Documents whose words another earlier document has, in order.
    pub identical: u64,
    /// Distinct candidate pairs (of representatives of identical documents).
    pub candidates: u64,
    /// Those of them that only a shared passage surfaced.
    pub by_passages: u64,
    /// Candidate pairs that turned out to be near-duplicates or excerpts.
    pub verified: u64,
    /// Buckets too large to compare every pair in, each counted once a band.
    pub hot_buckets: u64,
    /// Documents in the largest hot bucket; 0 if there is none.
    pub largest_bucket: u64,
    /// At most so many pairs share a hot bucket and were not compared there: a pair counts once for every such bucket.
    pub not_compared: u64,
    /// Passages in too many stories to compare every two of.
    pub common_passages: u64,
    /// Stories that the most common passage stands in.
    pub most_stories: u64,
    /// At most so many pairs share a common passage and were not compared for it; one document stands for each story.
    pub passages_not_compared: u64,
    /// Clusters too large to write every pair of.
    pub big_clusters: u64,
    /// At most so many pairs known to be at or over the threshold were kept out of the pairs file by big clusters; what the selection does not
    /// want is among them.
    pub not_written: u64,
    /// Excerpts within one site that hold too little to be worth a row.
    pub same_site_excerpts: u64,
    /// Pairs found whose documents stand on different sites.
    pub cross_site: u64,
    /// Pairs found whose words are the same.
    pub exact: u64,
    /// Pairs found at or over the threshold whose words are not the same.
    pub near: u64,
    /// Pairs found of which one holds a part of the other.
    pub excerpt: u64,
    /// What was looked at and found as reworded copy; `None` if it was not looked for.
    pub reworded: Option<RewordedCounts>,
}

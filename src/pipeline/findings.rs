//! Result of a scan, and what it counted on the way.

use std::sync::Arc;

use super::cluster_names::MergedCluster;
use super::details::Details;
use super::page::PageContent;
use super::passages::PlacedPassage;
use super::removed::Removed;
use super::rewording::RewordedCounts;
use crate::attribution::interval::PublicationInterval;
use crate::boilerplate::Profiles;
use crate::catalog::{Catalog, DocNo, ReadTally};
use crate::cluster::{Cluster, ReportedPair};
use crate::compare::exact::Comparison;

/// Result of a scan.
#[derive(Debug)]
pub struct ScanResult {
    /// Every document.
    pub catalog: Catalog,
    /// The pairs, in canonical order of `a`, then `b`. `a` is the document known to be published
    /// earlier, else the one with the smaller id.
    pub pairs: Vec<ReportedPair>,
    /// The clusters, those with whole copies on the most sites first and those that only share
    /// quotations last.
    pub clusters: Vec<Cluster>,
    /// Details of the documents in `clusters`, in canonical order of document.
    pub details: Vec<Details>,
    /// The passages of each pair, if the settings ask for them.
    pub passages: Vec<Vec<PlacedPassage>>,
    /// Content of the report page, if the settings ask for one.
    pub page: Option<PageContent>,
    /// Boilerplate that was removed.
    pub removed: Removed,
    /// Records that were read and rejected.
    pub read: ReadTally,
    /// Numbers of documents and pairs that were skipped, compared, bounded and found.
    pub counts: Counts,
    /// Every comparison of this run that found a pair, wanted or not, in canonical order.
    pub compared: Vec<Comparison>,
    /// For each whole copy in a cluster that this run formed, the name of the cluster; an empty
    /// name for documents that had a cluster in an earlier run and have none now.
    pub names: Vec<(DocNo, Arc<str>)>,
    /// Clusters of earlier runs that this run joined with others.
    pub merged: Vec<MergedCluster>,
    /// Profiles of the text that each site repeats.
    pub boilerplate: Profiles,
}

impl ScanResult {
    /// Time in which a document of a cluster can have been published; unknown for others.
    pub fn when(&self, doc: DocNo) -> PublicationInterval {
        Details::when_among(&self.details, doc)
    }

    /// True if it is known which document of a pair was published first; that is `a` then.
    pub fn is_order_known(&self, pair: &ReportedPair) -> bool {
        self.when(pair.a).is_before(self.when(pair.b))
    }

    /// Hours between the two documents of a pair, if their order is known and both have a time of
    /// day in a known zone.
    pub fn lag_hours(&self, pair: &ReportedPair) -> Option<f64> {
        self.when(pair.a).hours_until(self.when(pair.b))
    }
}

/// Numbers that a scan counted, grouped by what they are numbers of.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Documents that were read.
    pub documents: DocumentCounts,
    /// Pairs of documents that were proposed and compared.
    pub candidates: CandidateCounts,
    /// Work and rows that were left out where documents are too alike to treat every pair.
    pub bounded: BoundedCounts,
    /// Pairs that were found.
    pub pairs: PairCounts,
    /// Reworded copy; `None` if it was not looked for.
    pub reworded: Option<RewordedCounts>,
}

/// Numbers of documents. Those seen in an earlier run are counted in `seen` only, and reference
/// documents in the two numbers about them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentCounts {
    /// Documents of this run, whether they took part or not.
    pub read: u64,
    /// Documents of earlier runs that the index has.
    pub seen: u64,
    /// Documents without a word.
    pub empty: u64,
    /// Documents with words, but fewer than the required minimum.
    pub too_short: u64,
    /// Documents with next to no words left without boilerplate.
    pub boilerplate_only: u64,
    /// Documents with the same words in the same order as an earlier document.
    pub identical: u64,
    /// Reference documents, whether they took part or not.
    pub reference: u64,
    /// Reference documents that were not compared: without a word, with fewer than the required
    /// minimum, or with next to none left without boilerplate.
    pub reference_not_compared: u64,
}

/// Numbers of candidate pairs. One document stands for all that are identical to it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CandidateCounts {
    /// Distinct pairs that were compared.
    pub compared: u64,
    /// Pairs among them that only a shared passage proposed.
    pub by_passages: u64,
    /// Pairs among them that are near-duplicates or excerpts.
    pub verified: u64,
}

/// Numbers of what was bounded, and the most pairs that each bound can have hidden.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BoundedCounts {
    /// LSH buckets that hold too many documents to compare every pair.
    pub buckets: BoundedBuckets,
    /// Passages that are in too many stories to compare every two of them.
    pub passages: BoundedPassages,
    /// Clusters of too many documents to write every pair.
    pub clusters: BoundedClusters,
}

/// Bounded LSH buckets.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct BoundedBuckets {
    /// Number of buckets, each counted once a band.
    pub number: u64,
    /// Documents in the largest one.
    pub largest: u64,
    /// Upper bound of the pairs that were not compared; a pair counts once for each bucket it
    /// shares.
    pub pairs: u64,
}

/// Bounded passages.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct BoundedPassages {
    /// Number of passages.
    pub number: u64,
    /// Stories with the most common passage.
    pub most_stories: u64,
    /// Upper bound of the pairs that were not compared; one document stands for each story.
    pub pairs: u64,
}

/// Bounded clusters.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct BoundedClusters {
    /// Number of clusters.
    pub number: u64,
    /// Upper bound of the pairs at or over the threshold that were not written; pairs that the
    /// selection rules out are among them.
    pub pairs: u64,
}

/// Numbers of pairs that were found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PairCounts {
    /// Pairs of documents with the same words.
    pub exact: u64,
    /// Pairs at or over the threshold whose words are not the same.
    pub near: u64,
    /// Pairs of which one document has a part of the other.
    pub excerpt: u64,
    /// Pairs of documents on different sites.
    pub cross_site: u64,
    /// Pairs with a document that lost words as boilerplate.
    pub less_boilerplate: u64,
    /// Excerpts within one site that were not reported because they hold too little.
    pub same_site_excerpts: u64,
}

//! Pairs, clusters and documents of a finished scan, to be looped over.
//!
//! May import: `attribution`, `catalog`, `cluster`, `document`, `pipeline`.
//! Imported by: `scan`.

use crate::attribution::source::LikelySource;
use crate::catalog::DocNo;
use crate::cluster::{Cluster, Member, Relation, ReportedPair, Role};
use crate::document::{Published, Reject};
use crate::pipeline::{Counts, Details, ScanResult};

/// Pairs and clusters that a [`Scan`](crate::Scan) found.
#[derive(Debug)]
pub struct Findings {
    result: ScanResult,
    /// True if the documents of the run came from a slice.
    in_memory: bool,
}

/// Two documents that share their text.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Pair<'f> {
    /// The document known to be published earlier; the one with the smaller id if that is not
    /// known.
    pub a: FoundDocument<'f>,
    /// The other document.
    pub b: FoundDocument<'f>,
    /// True if it is known that `a` was published first.
    pub order_known: bool,
    /// Hours between the two, if their order is known and both have a time of day in a known zone.
    pub lag_hours: Option<f64>,
    /// Relation of the two.
    pub relation: Relation,
    /// Exact Jaccard similarity of the two shingle sets, from 0 to 1.
    pub jaccard: f64,
    /// Share of `a`'s shingles that `b` has too, from 0 to 1.
    pub containment_a: f64,
    /// Share of `b`'s shingles that `a` has too, from 0 to 1.
    pub containment_b: f64,
    /// Length of the longest passage that stands in both, in words.
    pub longest_passage: usize,
    /// True if the two are on different sites; `None` if the site of either is unknown.
    pub cross_site: Option<bool>,
    findings: &'f Findings,
    cluster: u32,
}

/// Documents that tell one story, joined by verified pairs.
#[derive(Debug, Clone, Copy)]
pub struct FoundCluster<'f> {
    findings: &'f Findings,
    cluster: &'f Cluster,
}

/// A document of a pair or a cluster.
#[derive(Debug, Clone, Copy)]
pub struct FoundDocument<'f> {
    findings: &'f Findings,
    doc: DocNo,
}

impl Findings {
    pub(crate) fn new(result: ScanResult, in_memory: bool) -> Findings {
        Findings { result, in_memory }
    }

    /// Pairs, ordered by the publication of `a`, then of `b`.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = Pair<'_>> {
        self.result.pairs.iter().map(|pair| Pair::new(self, pair))
    }

    /// Clusters: those with whole copies on the most sites first, those that only share quotations
    /// last.
    pub fn clusters(&self) -> impl ExactSizeIterator<Item = FoundCluster<'_>> {
        self.result.clusters.iter().map(|cluster| FoundCluster {
            findings: self,
            cluster,
        })
    }

    /// Numbers of documents read, skipped and compared, and of pairs found.
    pub fn counts(&self) -> &Counts {
        &self.result.counts
    }

    /// Records that could not be read, each with a reason. Documents in memory are rejected only if
    /// their id is taken.
    pub fn rejects(&self) -> &[Reject] {
        &self.result.read.rejects
    }

    /// Everything that the scan knows, as the functions in [`report`](crate::report) take it.
    #[doc(hidden)]
    pub fn result(&self) -> &ScanResult {
        &self.result
    }
}

impl<'f> Pair<'f> {
    fn new(findings: &'f Findings, pair: &ReportedPair) -> Pair<'f> {
        Pair {
            a: FoundDocument {
                findings,
                doc: pair.a,
            },
            b: FoundDocument {
                findings,
                doc: pair.b,
            },
            order_known: findings.result.is_order_known(pair),
            lag_hours: findings.result.lag_hours(pair),
            relation: pair.relation,
            jaccard: pair.jaccard,
            containment_a: pair.containment_a,
            containment_b: pair.containment_b,
            longest_passage: pair.longest.words,
            cross_site: findings.result.catalog.cross_site(pair.a, pair.b),
            findings,
            cluster: pair.cluster,
        }
    }

    /// The cluster that the pair belongs to.
    pub fn cluster(&self) -> FoundCluster<'f> {
        FoundCluster {
            findings: self.findings,
            cluster: &self.findings.result.clusters[self.cluster as usize],
        }
    }
}

impl<'f> FoundCluster<'f> {
    /// Name of the cluster: the id of its first document.
    pub fn name(&self) -> &'f str {
        &self.cluster.name
    }

    /// Name of the first cluster of the storyline that the cluster belongs to; `None` if no other
    /// cluster is linked to it.
    pub fn storyline(&self) -> Option<&'f str> {
        self.cluster.storyline.as_deref()
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.cluster.members.len()
    }

    /// Always `false`: a cluster has at least two documents.
    pub fn is_empty(&self) -> bool {
        self.cluster.members.is_empty()
    }

    /// Documents and their roles, in order of publication.
    pub fn members(&self) -> impl ExactSizeIterator<Item = (FoundDocument<'f>, Role)> + use<'f> {
        let findings = self.findings;
        let member =
            move |&Member { doc, role, .. }: &Member| (FoundDocument { findings, doc }, role);
        self.cluster.members.iter().map(member)
    }

    /// The document that was likely published first; `None` if that is unknown or it is not among
    /// the documents.
    pub fn source(&self) -> Option<FoundDocument<'f>> {
        self.cluster.source.doc.map(|doc| FoundDocument {
            findings: self.findings,
            doc,
        })
    }

    /// The likely source with the evidence for it; its site may be known where its document is not.
    pub fn evidence(&self) -> &'f LikelySource {
        &self.cluster.source
    }
}

impl<'f> FoundDocument<'f> {
    /// Id of the document; `source:record` if it had none.
    pub fn id(&self) -> &'f str {
        self.findings.result.catalog.id(self.doc)
    }

    /// Site of the document; `None` if unknown.
    pub fn site(&self) -> Option<&'f str> {
        let catalog = &self.findings.result.catalog;
        Some(catalog.site_name(catalog.site(self.doc))).filter(|site| !site.is_empty())
    }

    /// Time of publication; `None` if unknown.
    pub fn published(&self) -> Option<Published> {
        self.findings.result.catalog.published(self.doc)
    }

    /// Address of the document; empty if unknown.
    pub fn url(&self) -> &'f str {
        self.details().map_or("", |details| &details.url)
    }

    /// Headline of the document; empty if unknown.
    pub fn title(&self) -> &'f str {
        self.details().map_or("", |details| &details.title)
    }

    /// News agency that the document names as its origin, such as `AP` or `AP (contributed)`.
    pub fn credit(&self) -> Option<String> {
        self.details()?
            .credit
            .as_ref()
            .map(|credit| credit.label().into_owned())
    }

    /// Place of the document in the slice that was scanned; `None` for a document that was read
    /// from a file or belongs to an index.
    pub fn index(&self) -> Option<usize> {
        let catalog = &self.findings.result.catalog;
        let in_slice = self.findings.in_memory && catalog.is_new(self.doc);
        in_slice.then(|| catalog.place(self.doc).offset as usize)
    }

    fn details(&self) -> Option<&'f Details> {
        Details::find(&self.findings.result.details, self.doc)
    }
}

//! Result of deduplication.

use super::excerpts::ReferenceCounts;
use crate::boilerplate::Profiles;
use crate::catalog::{Catalog, DocNo, ReadTally, SiteNo};
use crate::cluster::Relation;
use crate::cluster::duplicates::Duplicate;
use crate::document::{Published, SourcePlace};
use crate::pipeline::findings::Counts;
use crate::pipeline::removed::Removed;

/// Duplicates of a corpus.
#[derive(Debug)]
pub struct Duplicates {
    /// Every document.
    pub catalog: Catalog,
    /// The documents that are removed, in canonical order. All others stay, including those
    /// without words, which are no copies of anything.
    pub duplicates: Vec<Duplicate>,
    /// All documents except those that an earlier run kept, whether they stay or not, in the order
    /// in which they were read.
    pub decided: Vec<DocNo>,
    /// Boilerplate that was removed before documents were compared.
    pub removed: Removed,
    /// Records that were read and rejected.
    pub read: ReadTally,
    /// Numbers of documents that were skipped, compared and bounded. What a scan finds is not
    /// counted.
    pub counts: Counts,
    /// Reference documents by the part that they took; `None` if their passages were not looked
    /// for.
    pub reference: Option<ReferenceCounts>,
    /// Number of documents that have no number in the field by which they are preferred, among
    /// those to decide on.
    pub without_number: u64,
    /// Profiles of the text that each site repeats.
    pub boilerplate: Profiles,
}

/// Decision on a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Its document, or the document of an earlier run with its id and words.
    pub doc: DocNo,
    /// Place of the record in its source.
    pub place: SourcePlace,
    /// The site that it names, or [`NO_SITE`](crate::catalog::NO_SITE).
    pub site: SiteNo,
    /// Its time of publication.
    pub published: Option<Published>,
    /// The document that it duplicates, if it is removed. A record that an earlier run read in the
    /// same state is a duplicate of itself.
    pub duplicate: Option<Duplicate>,
}

impl Duplicates {
    /// Decisions on every record of this run, in the order in which they were read.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> {
        let decided = self.decided.iter().map(|&doc| Outcome {
            doc,
            place: self.catalog.place(doc),
            site: self.catalog.site(doc),
            published: self.catalog.published(doc),
            duplicate: self.find(doc).copied(),
        });
        let known = self.read.known.iter().map(|known| Outcome {
            doc: known.doc,
            place: known.place,
            site: known.site,
            published: known.published,
            // If this same run was made before, the documents that it kept stay again.
            duplicate: (!known.is_of_run).then_some(Duplicate {
                doc: known.doc,
                of: known.doc,
                relation: Relation::Exact,
                jaccard: 1.0,
                longest_passage: None,
            }),
        });
        let (mut decided, mut known) = (decided.peekable(), known.peekable());
        let order = |outcome: &Outcome| (outcome.place.source, outcome.place.offset);
        std::iter::from_fn(move || match (decided.peek(), known.peek()) {
            (Some(new), Some(old)) if order(old) < order(new) => known.next(),
            (None, _) => known.next(),
            (Some(_), _) => decided.next(),
        })
    }

    /// The new documents that stay, in canonical order.
    pub fn staying(&self) -> Vec<DocNo> {
        let mut staying = self.decided.clone();
        staying.retain(|&doc| self.catalog.is_new(doc) && self.find(doc).is_none());
        staying.sort_unstable();
        staying
    }

    /// The documents of which a record of this run is a duplicate, in canonical order.
    pub fn originals(&self) -> Vec<DocNo> {
        let outcomes = self.outcomes().filter_map(|outcome| outcome.duplicate);
        let mut originals: Vec<DocNo> = outcomes.map(|duplicate| duplicate.of).collect();
        originals.sort_unstable();
        originals.dedup();
        originals
    }

    /// The reason for the removal of a document, if it is removed.
    pub fn find(&self, doc: DocNo) -> Option<&Duplicate> {
        let found = self
            .duplicates
            .binary_search_by_key(&doc, |duplicate| duplicate.doc);
        found.ok().map(|at| &self.duplicates[at])
    }
}

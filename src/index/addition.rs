//! The documents that a run adds to an index.

use std::sync::Arc;

use crate::boilerplate::Profiles;
use crate::catalog::{Catalog, DocNo};
use crate::compare::exact::Comparison;
use crate::pipeline::ScanResult;

/// New documents for an index, and what was found of them.
pub struct Addition<'a> {
    /// The documents, together with those that were seen before.
    pub catalog: &'a Catalog,
    /// The new documents, in canonical order.
    pub new: Vec<DocNo>,
    /// The compared pairs that contain a new document.
    pub compared: &'a [Comparison],
    /// The names of the clusters of whole copies, for documents whose cluster is new or has
    /// changed.
    pub names: &'a [(DocNo, Arc<str>)],
    /// Text that sites repeat.
    pub boilerplate: &'a Profiles,
    /// The serials of documents that new ones replace.
    pub replaced: &'a [u64],
    /// The serials of documents that an earlier attempt at the run added and that it withdraws.
    pub withdrawn: &'a [u64],
    /// Number of documents that were read whose id named another document.
    pub conflicts: u64,
}

impl<'a> Addition<'a> {
    /// The new documents of a scan.
    pub fn of(findings: &'a ScanResult) -> Addition<'a> {
        let catalog = &findings.catalog;
        let documents = catalog.documents();
        Addition {
            catalog,
            new: documents.filter(|&doc| catalog.is_new(doc)).collect(),
            compared: &findings.compared,
            names: &findings.names,
            boilerplate: &findings.boilerplate,
            replaced: &findings.read.replaced,
            withdrawn: &findings.read.withdrawn,
            conflicts: findings.read.conflicting(),
        }
    }
}

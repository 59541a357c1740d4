//! Steps of a scan on a part of a corpus.
//!
//! The catalog of a part has its documents in canonical order, so whatever depends on the order of
//! documents is what it is in a scan of the whole corpus.

use std::collections::HashMap;

use super::findings::{Counts, ScanResult};
use super::observer::Unobserved;
use super::scan::FoundAmong;
use super::search::{confirm, verify};
use super::settings::Settings;
use super::texts::CorpusTexts;
use crate::attribution::placeholders::PlaceholderTimes;
use crate::catalog::identical::group_identical;
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::compare::exact::Comparison;
use crate::document::Fetch;
use crate::error::ReadError;

/// Compares pairs of documents exactly and returns those that meet the criteria, in order.
///
/// # Errors
/// When a document cannot be read.
pub fn compare_pairs(
    texts: &dyn Fetch,
    catalog: &Catalog,
    settings: &Settings,
    pairs: &[DocPair],
) -> Result<Vec<Comparison>, ReadError> {
    let texts = CorpusTexts::of(texts, catalog, settings);
    let mut found = verify(&texts, settings, &Unobserved, pairs)?;
    found.sort_unstable_by_key(|found| found.pair);
    confirm(&texts, settings, &mut found)?;
    Ok(found)
}

/// Joins documents to clusters and finds what reports show of them.
///
/// The part must have whole components: with a document, all that have the same words, all that
/// comparisons connect it with, and all these comparisons. All its documents take part. `compared`
/// is in order, and so is `hot`, which has the documents of hot buckets.
///
/// # Errors
/// When a document cannot be read.
pub fn join_components(
    texts: &dyn Fetch,
    catalog: Catalog,
    compared: Vec<Comparison>,
    hot: Vec<DocNo>,
    placeholders: PlaceholderTimes,
    settings: &Settings,
) -> Result<ScanResult, ReadError> {
    let found = FoundAmong {
        texts,
        groups: group_identical(&catalog, catalog.documents()),
        known: Vec::new(),
        compared,
        hot,
        reworded: Vec::new(),
        cluster_names: HashMap::new(),
        placeholders,
        catalog,
        settings,
        counts: Counts::default(),
    };
    found.join(&Unobserved)
}

//! Steps of a scan on a part of a corpus.
//!
//! The catalog of a part has its documents in canonical order, so whatever depends on the order of
//! documents is what it is in a scan of the whole corpus.

use std::collections::HashMap;

use super::dedup::{self, Duplicates};
use super::findings::{Counts, ScanResult};
use super::observer::Unobserved;
use super::prepare::taking_part;
use super::removed::Removed;
use super::scan::FoundAmong;
use super::search::{confirm, verify};
use super::settings::Settings;
use super::texts::CorpusTexts;
use crate::attribution::placeholders::PlaceholderTimes;
use crate::boilerplate::Profiles;
use crate::catalog::identical::group_identical;
use crate::catalog::{Catalog, DocNo, DocPair, ReadTally};
use crate::cluster::duplicates::Preference;
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

/// Finds the duplicates among documents of a part.
///
/// The part must have, with a document, all documents that are whole copies of it, that have the
/// same words, before boilerplate was removed or after, and that are in a hot bucket with it.
/// `numbers` are those by which documents are preferred, in canonical order, if there are any.
///
/// # Errors
/// When a document cannot be read.
pub fn duplicates_among(
    texts: &dyn Fetch,
    catalog: Catalog,
    preference: Preference<'_>,
    numbers: &[Option<f64>],
    settings: &Settings,
) -> Result<Duplicates, ReadError> {
    let settings = &dedup::for_duplicates(settings);
    let mut counts = Counts::default();
    let documents = taking_part(&catalog, settings, &mut counts);
    let groups = group_identical(&catalog, documents.into_iter());
    let texts = CorpusTexts::of(texts, &catalog, settings);
    let decisions = dedup::decide(
        &texts,
        &groups,
        preference,
        numbers,
        settings,
        &Unobserved,
        &mut counts,
    )?;
    let decided: Vec<DocNo> = catalog.documents().collect();
    let is_without = |doc: &&DocNo| numbers.get(doc.0 as usize) == Some(&None);
    let without_number = decided.iter().filter(is_without).count() as u64;
    Ok(Duplicates {
        catalog,
        duplicates: decisions.duplicates,
        decided,
        removed: Removed::default(),
        read: ReadTally::default(),
        counts,
        reference: None,
        without_number,
        boilerplate: Profiles::default(),
    })
}

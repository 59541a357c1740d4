//! Decides which documents are removed because another one stays.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch, StringArray};
use serde_json::json;

use super::columns::{Columns, table, value};
use super::error::StageError;
use super::files::{file_of, named_files};
use super::part::Part;
use super::records::key_of;
use super::texts::RowTexts;
use crate::cluster::Relation;
use crate::cluster::duplicates::{Keep, Preference};
use crate::pipeline::{Duplicates, Settings, duplicates_among};
use crate::report::duplicates as report;
use crate::report::table::{TableEncoding, TableFormat};

/// The documents that are removed, as rows with the name of a `table` and its `rows`, which are
/// files of Arrow: `removed`, `marks` of the documents that are removed and of those that stay for
/// them, and `counts` as JSON.
///
/// A mark has the `key` of a document, the id of the document that it duplicates (`duplicate_of`,
/// null if it stays), and that of the one that stays (`duplicate_group`).
///
/// The batches have rows of documents with their hashes, their texts (null if no other document of
/// the task can be like it) and a `number`, the larger the preferred. With a document, there must be
/// all documents that are whole copies of it, that have the same words, before boilerplate was
/// removed or after, and that are in a hot bucket with it. `sites` are preferred to all others.
///
/// # Errors
/// When the batches lack a column.
pub fn duplicates(
    batches: &[RecordBatch],
    settings: &Settings,
    keep: Keep,
    sites: &[String],
) -> Result<RecordBatch, StageError> {
    let part = Part::of_documents(batches)?;
    let (catalog, _) = part.catalog(&[])?;
    let mut of_rows = Vec::new();
    for batch in &part.documents {
        let numbers = Columns(batch).doubles("number")?;
        let number = |row| value(numbers, row, |row| numbers.value(row));
        of_rows.extend((0..batch.num_rows()).map(number));
    }
    let numbers: Vec<Option<f64>> = catalog
        .documents()
        .map(|doc| of_rows[catalog.row(doc)])
        .collect();
    let preference = Preference {
        keep,
        sites,
        ..Preference::default()
    };
    let texts = RowTexts::of(&part.documents)?;
    let found = duplicates_among(&texts, catalog, preference, &numbers, settings)?;
    let mut removed = Vec::new();
    report::write(
        &found,
        &[],
        TableEncoding::from(TableFormat::Arrow),
        &mut removed,
    )?;
    named_files([
        ("removed", removed),
        ("marks", file_of(&marks(&found)?)?),
        ("counts", counts(&found).to_string().into_bytes()),
    ])
}

/// The marks of documents that are removed and of those that stay for them.
fn marks(found: &Duplicates) -> Result<RecordBatch, StageError> {
    let id = |doc| found.catalog.id(doc);
    // In order of their numbers, so that equal tasks give equal bytes.
    let mut marks = BTreeMap::new();
    for duplicate in &found.duplicates {
        marks.insert(duplicate.doc, (Some(id(duplicate.of)), id(duplicate.of)));
        marks
            .entry(duplicate.of)
            .or_insert((None, id(duplicate.of)));
    }
    let keys = marks.keys().map(|&doc| key_of(id(doc)) as i64);
    let originals: StringArray = marks.values().map(|&(of, _)| of).collect();
    let groups: StringArray = marks.values().map(|&(_, group)| Some(group)).collect();
    table([
        ("key", Arc::new(Int64Array::from_iter_values(keys))),
        ("duplicate_of", Arc::new(originals)),
        ("duplicate_group", Arc::new(groups)),
    ])
}

/// Counts of a part of the findings, which add up to those of all, besides `largest_bucket`.
fn counts(found: &Duplicates) -> serde_json::Value {
    let relations = found.duplicates.iter().map(|found| found.relation);
    let of = |relation| relations.clone().filter(|&other| other == relation).count();
    let buckets = &found.counts.bounded.buckets;
    json!({
        "exact": of(Relation::Exact),
        "near": of(Relation::Near),
        "compared": found.counts.candidates.compared,
        "hot_buckets": buckets.number,
        "largest_bucket": buckets.largest,
        "not_compared": buckets.pairs,
    })
}

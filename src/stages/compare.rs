//! Compares pairs exactly.
//!
//! | column | type | content |
//! |---|---|---|
//! | `a`, `b` | 64 bits | numbers of the two documents, the smaller first |
//! | `shared` | 32 bits | shingles that both have |
//! | `shingles_a`, `shingles_b` | 32 bits | distinct shingles of each |
//! | `start_a`, `start_b`, `length` | 32 bits | longest passage, in words |
//! | `passage_words` | 32 bits | words that the passage counts as |
//! | `long_passage`, `near` | true or false | as in [`Comparison`] |

use std::sync::Arc;

use arrow_array::{BooleanArray, Int32Array, Int64Array, RecordBatch};

use super::columns::{Columns, table};
use super::error::StageError;
use super::part::{Numbers, Part};
use super::texts::RowTexts;
use crate::catalog::{DocNo, DocPair};
use crate::compare::exact::Comparison;
use crate::compare::passage::Passage;
use crate::pipeline::{Settings, compare_pairs};

/// Rows of the pairs that are wanted and meet the criteria. The batches have rows of pairs, with
/// `a` and `b`, and rows of all their documents, with their texts and `size`, the number of
/// documents that each stands for.
///
/// # Errors
/// When a document of a pair is missing.
pub fn compare(batches: &[RecordBatch], settings: &Settings) -> Result<RecordBatch, StageError> {
    let part = Part::of(batches)?;
    let (catalog, numbers) = part.catalog(&[])?;
    let mut pairs = Vec::new();
    for batch in &part.pairs {
        let columns = Columns(batch);
        let (a, b) = (columns.longs("a")?, columns.longs("b")?);
        for (&a, &b) in a.values().iter().zip(b.values()) {
            pairs.push(numbers.pair(a, b)?);
        }
    }
    let mut alone = vec![true; catalog.len()];
    for batch in &part.documents {
        let columns = Columns(batch);
        let (documents, sizes) = (columns.longs("doc")?, columns.longs("size")?);
        for (&doc, &size) in documents.values().iter().zip(sizes.values()) {
            alone[numbers.of_part(doc)?.0 as usize] = size == 1;
        }
    }
    let is_alone = |doc: DocNo| alone[doc.0 as usize];
    let selection = &settings.selection;
    pairs.retain(|&pair| selection.may_want(&catalog, pair, &is_alone));
    pairs.sort_unstable();
    pairs.dedup();
    let texts = RowTexts::of(&part.documents)?;
    let found = compare_pairs(&texts, &catalog, settings, &pairs)?;
    rows(&found, &numbers)
}

fn rows(found: &[Comparison], numbers: &Numbers) -> Result<RecordBatch, StageError> {
    let longs = |value: &dyn Fn(&Comparison) -> i64| {
        Arc::new(Int64Array::from_iter_values(found.iter().map(value)))
    };
    let ints = |value: &dyn Fn(&Comparison) -> usize| {
        let values = found.iter().map(|found| value(found) as i32);
        Arc::new(Int32Array::from_iter_values(values))
    };
    let flags = |value: &dyn Fn(&Comparison) -> bool| {
        let values = found.iter().map(|found| Some(value(found)));
        Arc::new(values.collect::<BooleanArray>())
    };
    table([
        ("a", longs(&|found| numbers.of_corpus(found.pair.a))),
        ("b", longs(&|found| numbers.of_corpus(found.pair.b))),
        ("shared", ints(&|found| found.shared as usize)),
        ("shingles_a", ints(&|found| found.shingles_a as usize)),
        ("shingles_b", ints(&|found| found.shingles_b as usize)),
        ("start_a", ints(&|found| found.longest.a)),
        ("start_b", ints(&|found| found.longest.b)),
        ("length", ints(&|found| found.longest.words)),
        ("passage_words", ints(&|found| found.passage_words as usize)),
        ("long_passage", flags(&|found| found.long_passage)),
        ("near", flags(&|found| found.near)),
    ])
}

/// The comparisons of rows, in order.
pub(super) fn comparisons(
    batches: &[RecordBatch],
    numbers: &Numbers,
) -> Result<Vec<Comparison>, StageError> {
    let mut found = Vec::new();
    for batch in batches {
        let columns = Columns(batch);
        let (a, b) = (columns.longs("a")?, columns.longs("b")?);
        let int = |column| columns.ints(column);
        let (shared, passage_words) = (int("shared")?, int("passage_words")?);
        let (shingles_a, shingles_b) = (int("shingles_a")?, int("shingles_b")?);
        let (start_a, start_b, length) = (int("start_a")?, int("start_b")?, int("length")?);
        let (long, near) = (columns.flags("long_passage")?, columns.flags("near")?);
        for row in 0..batch.num_rows() {
            let (a, b) = (
                numbers.of_part(a.value(row))?,
                numbers.of_part(b.value(row))?,
            );
            found.push(Comparison {
                pair: DocPair { a, b },
                shared: shared.value(row) as u32,
                shingles_a: shingles_a.value(row) as u32,
                shingles_b: shingles_b.value(row) as u32,
                longest: Passage {
                    a: start_a.value(row) as usize,
                    b: start_b.value(row) as usize,
                    words: length.value(row) as usize,
                },
                passage_words: passage_words.value(row) as u32,
                long_passage: long.value(row),
                near: near.value(row),
            });
        }
    }
    found.sort_unstable_by_key(|found| found.pair);
    Ok(found)
}

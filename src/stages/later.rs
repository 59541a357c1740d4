//! Candidates from hot buckets and common passages, which depend on what was found before.

use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};

use super::columns::table;
use super::error::StageError;
use super::lists::DocumentLists;
use crate::candidates::bands::{HotBucket, Round};
use crate::candidates::passages::{StoryPairs, between_stories};
use crate::catalog::DocPair;
use crate::pipeline::Settings;

/// The pairs of hot buckets to compare in a round, with the columns `a` and `b`. They are distinct.
///
/// The batches have a row for each document of each bucket: those of a document with `list`, the
/// number of the bucket, `story`, equal for the documents of one family, and `size`, the number of
/// documents that it stands for. All rows of a bucket must be there.
///
/// # Errors
/// When the batches lack a column.
pub fn hot_pairs(
    batches: &[RecordBatch],
    settings: &Settings,
    round: Round,
) -> Result<RecordBatch, StageError> {
    let rows = DocumentLists::of(batches)?;
    let is_wanted = |pair| rows.is_wanted(&settings.selection, pair);
    let of_bucket = |documents| {
        let bucket = HotBucket { documents };
        bucket.pairs(&rows.catalog, round, &|doc| rows.story(doc), &is_wanted)
    };
    let mut pairs: Vec<DocPair> = rows.lists.iter().cloned().flat_map(of_bucket).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pair_rows(pairs.into_iter().map(|pair| rows.of_corpus(pair)))
}

/// The pairs that the documents of common passages make: for every two stories the first that is
/// wanted. The batches have rows as for [`hot_pairs`], for each document of each list of documents
/// with one passage, and no two lists are equal.
///
/// Rows with a negative `a` count what was bounded, in `b`: -1 the passages in too many stories, -2
/// the stories of the largest of them, -3 the pairs that were not compared.
///
/// # Errors
/// When the batches lack a column.
pub fn story_pairs(
    batches: &[RecordBatch],
    settings: &Settings,
) -> Result<RecordBatch, StageError> {
    let rows = DocumentLists::of(batches)?;
    let StoryPairs {
        pairs,
        bounded,
        most_stories,
        not_compared,
    } = between_stories(
        &rows.lists,
        None,
        &|doc| rows.story(doc),
        &|pair| rows.is_wanted(&settings.selection, pair),
        &|_| false,
    );
    let counts = [(-1, bounded), (-2, most_stories), (-3, not_compared)];
    let counts = counts.map(|(of, number)| (of, number as i64));
    pair_rows(
        pairs
            .into_iter()
            .map(|pair| rows.of_corpus(pair))
            .chain(counts),
    )
}

fn pair_rows(pairs: impl Iterator<Item = (i64, i64)>) -> Result<RecordBatch, StageError> {
    let (a, b): (Vec<i64>, Vec<i64>) = pairs.unzip();
    table([
        ("a", Arc::new(Int64Array::from(a))),
        ("b", Arc::new(Int64Array::from(b))),
    ])
}

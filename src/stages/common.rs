//! Candidates from common passages, once stories are known.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};

use super::columns::{Columns, table};
use super::error::StageError;
use super::part::Part;
use crate::candidates::passages::{StoryPairs, between_stories};
use crate::catalog::DocNo;
use crate::pipeline::Settings;

/// The pairs that the documents of common passages make: for every two stories the first that is
/// wanted.
///
/// The batches have a row for each document of each list: those of a document with its `list`, and
/// `story`, equal for the documents of one story, and `size`, the number of documents that it
/// stands for. All rows of a list must be there, and no two lists may be equal. The result has the
/// columns `a` and `b`. Rows with a negative `a` count what was bounded, in `b`: -1 the passages in
/// too many stories, -2 the stories of the largest of them, -3 the pairs that were not compared.
///
/// # Errors
/// When the batches lack a column.
pub fn between(batches: &[RecordBatch], settings: &Settings) -> Result<RecordBatch, StageError> {
    let part = Part::of_documents(batches)?;
    let (catalog, numbers) = part.catalog(&[])?;
    let mut lists: BTreeMap<i64, Vec<DocNo>> = BTreeMap::new();
    let mut stories = vec![0; catalog.len()];
    let mut alone = vec![true; catalog.len()];
    for batch in batches {
        let columns = Columns(batch);
        let (documents, of_list) = (columns.longs("doc")?, columns.longs("list")?);
        let (of_story, sizes) = (columns.longs("story")?, columns.longs("size")?);
        for row in 0..batch.num_rows() {
            let doc = numbers.of_part(documents.value(row))?;
            lists.entry(of_list.value(row)).or_default().push(doc);
            stories[doc.0 as usize] = of_story.value(row) as usize;
            alone[doc.0 as usize] = sizes.value(row) == 1;
        }
    }
    let mut lists: Vec<Vec<DocNo>> = lists.into_values().collect();
    lists.iter_mut().for_each(|list| list.sort_unstable());
    let is_alone = |doc: DocNo| alone[doc.0 as usize];
    let StoryPairs {
        pairs,
        bounded,
        most_stories,
        not_compared,
    } = between_stories(
        &lists,
        None,
        &|doc| stories[doc.0 as usize],
        &|pair| settings.selection.may_want(&catalog, pair, &is_alone),
        &|_| false,
    );
    let counts = [(-1, bounded), (-2, most_stories), (-3, not_compared)];
    let counts = counts.map(|(of, number)| (of, number as i64));
    let of_corpus = |doc| numbers.of_corpus(doc);
    let pairs = pairs
        .iter()
        .map(|pair| (of_corpus(pair.a), of_corpus(pair.b)));
    let rows: Vec<(i64, i64)> = pairs.chain(counts).collect();
    let column = |value: fn(&(i64, i64)) -> i64| {
        Arc::new(Int64Array::from_iter_values(rows.iter().map(value)))
    };
    table([("a", column(|row| row.0)), ("b", column(|row| row.1))])
}

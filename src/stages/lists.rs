//! Lists of documents that share something, as rows: one for each document of each list.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;

use super::columns::Columns;
use super::error::StageError;
use super::part::{Numbers, Part};
use crate::catalog::{Catalog, DocNo, DocPair};
use crate::cluster::Selection;

/// The lists of a task.
pub(super) struct DocumentLists {
    pub(super) catalog: Catalog,
    pub(super) numbers: Numbers,
    /// Documents of each list, in canonical order.
    pub(super) lists: Vec<Vec<DocNo>>,
    /// Story or family of each document.
    stories: Vec<usize>,
    /// True for each document that stands for itself only.
    alone: Vec<bool>,
}

impl DocumentLists {
    /// The lists of rows of documents with `list`, `story`, equal for the documents of one story,
    /// and `size`, the number of documents that each stands for.
    pub(super) fn of(batches: &[RecordBatch]) -> Result<DocumentLists, StageError> {
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
        Ok(DocumentLists {
            catalog,
            numbers,
            lists,
            stories,
            alone,
        })
    }

    /// Story of a document.
    pub(super) fn story(&self, doc: DocNo) -> usize {
        self.stories[doc.0 as usize]
    }

    /// True if a pair may be wanted.
    pub(super) fn is_wanted(&self, selection: &Selection, pair: DocPair) -> bool {
        let is_alone = |doc: DocNo| self.alone[doc.0 as usize];
        selection.may_want(&self.catalog, pair, &is_alone)
    }

    /// Numbers of a pair in the corpus.
    pub(super) fn of_corpus(&self, pair: DocPair) -> (i64, i64) {
        let DocPair { a, b } = pair;
        (self.numbers.of_corpus(a), self.numbers.of_corpus(b))
    }
}

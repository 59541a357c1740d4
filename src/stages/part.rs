//! Rows of one task: documents, and what was found between them.
//!
//! Rows of both kinds come in the same batches. Those of documents have a number in the column
//! `doc`, which is that of the document in canonical order of the whole corpus. The others name
//! documents by these numbers, in the columns `a` and `b`.

use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use rustc_hash::{FxHashMap, FxHashSet};

use super::columns::Columns;
use super::documents::catalog_of;
use super::error::StageError;
use crate::catalog::{Catalog, DocNo, DocPair};

/// The documents and the pairs of a task.
#[derive(Default)]
pub(super) struct Part {
    /// Rows of documents.
    pub(super) documents: Vec<RecordBatch>,
    /// Rows of pairs.
    pub(super) pairs: Vec<RecordBatch>,
    /// Numbers of the documents in the corpus, by their row.
    numbers: Vec<i64>,
}

impl Part {
    /// Takes the rows apart.
    pub(super) fn of(batches: &[RecordBatch]) -> Result<Part, StageError> {
        let mut part = Part::default();
        for batch in batches {
            let columns = Columns(batch);
            let (documents, pairs) = (columns.longs("doc")?, columns.longs("a")?);
            for (rows, taken) in [(documents, &mut part.documents), (pairs, &mut part.pairs)] {
                let of_kind: BooleanArray = (0..batch.num_rows())
                    .map(|row| Some(rows.is_valid(row)))
                    .collect();
                let rows = filter_record_batch(batch, &of_kind)?;
                if rows.num_rows() > 0 {
                    taken.push(rows);
                }
            }
        }
        part.number()
    }

    /// The part with the numbers of its documents.
    fn number(mut self) -> Result<Part, StageError> {
        for batch in &self.documents {
            let numbers = Columns(batch).longs("doc")?;
            self.numbers.extend(numbers.values().iter().copied());
        }
        Ok(self)
    }

    /// Takes rows of documents alone, of which each may come several times.
    pub(super) fn of_documents(batches: &[RecordBatch]) -> Result<Part, StageError> {
        let mut part = Part::default();
        let mut seen = FxHashSet::default();
        for batch in batches {
            let numbers = Columns(batch).longs("doc")?.values().iter();
            let is_first: BooleanArray = numbers.map(|&doc| Some(seen.insert(doc))).collect();
            part.documents.push(filter_record_batch(batch, &is_first)?);
        }
        part.number()
    }

    /// The catalog of the documents, and their numbers in the corpus.
    pub(super) fn catalog(&self, other_sites: &[String]) -> Result<(Catalog, Numbers), StageError> {
        let catalog = catalog_of(&self.documents, other_sites)?;
        let number = |doc| self.numbers[catalog.row(doc)];
        let of_corpus: Vec<i64> = catalog.documents().map(number).collect();
        let of_part = of_corpus.iter().copied().zip((0..).map(DocNo)).collect();
        Ok((catalog, Numbers { of_corpus, of_part }))
    }
}

/// Numbers of the documents of a part, in the part and in the corpus.
pub(super) struct Numbers {
    /// By number in the part.
    of_corpus: Vec<i64>,
    of_part: FxHashMap<i64, DocNo>,
}

impl Numbers {
    /// Number in the corpus.
    pub(super) fn of_corpus(&self, doc: DocNo) -> i64 {
        self.of_corpus[doc.0 as usize]
    }

    /// Number in the part.
    pub(super) fn of_part(&self, number: i64) -> Result<DocNo, StageError> {
        let doc = self.of_part.get(&number).copied();
        doc.ok_or(StageError::Damaged { column: "doc" })
    }

    /// The pair of a row with these numbers.
    pub(super) fn pair(&self, a: i64, b: i64) -> Result<DocPair, StageError> {
        Ok(DocPair::of(self.of_part(a)?, self.of_part(b)?))
    }
}

//! Rows of documents: what the stages keep of each.
//!
//! | column | type | content |
//! |---|---|---|
//! | `key` | 64 bits | hash of the id |
//! | `id` | text | id |
//! | `site` | text | name of the site; null if unknown |
//! | `seconds`, `precision` | 64 and 8 bits | date of publication; null if unknown |
//! | `page`, `title` | 64 and 32 bits | hashes of page and title; 0 if there is none |
//! | `words`, `removed` | 32 bits | words that are left, and words removed as boilerplate |
//! | `content`, `whole` | 16 bytes | hash of the words that are left, and of all |
//! | `regions` | bytes | first and last position of each removed region, of 32 bits |
//! | `bands`, `repeats` | bytes | hashes of 32 bits |
//! | `passages` | bytes | fingerprints of 64 bits |
//!
//! Numbers within bytes are little-endian. A stage that has no use for a list takes rows without
//! it.

use std::ops::Range;

use arrow_array::{Array, BinaryArray, RecordBatch};

use super::columns::{Columns, value};
use super::error::StageError;
use crate::catalog::{Catalog, DocumentRow};
use crate::document::{Precision, Published, SourcePlace};
use crate::pipeline::Fate;

/// Precisions by the numbers of the column.
const PRECISIONS: [Precision; 4] = [
    Precision::Day,
    Precision::Midnight,
    Precision::Local,
    Precision::Second,
];

/// A catalog of the documents of all batches. Row `n` is counted over all of them, and the place of
/// a document is its row.
///
/// `other_sites` are names of sites that the catalog knows besides those of its documents.
pub(super) fn catalog_of(
    batches: &[RecordBatch],
    other_sites: &[String],
) -> Result<Catalog, StageError> {
    let mut rows = Vec::new();
    for batch in batches {
        push_rows(batch, &mut rows)?;
    }
    Ok(Catalog::of_part(rows, other_sites))
}

fn push_rows<'b>(
    batch: &'b RecordBatch,
    rows: &mut Vec<DocumentRow<'b>>,
) -> Result<(), StageError> {
    let columns = Columns(batch);
    let (ids, sites) = (columns.texts("id")?, columns.texts("site")?);
    let dates = Dates::of(columns)?;
    let (pages, titles) = (columns.longs("page")?, columns.ints("title")?);
    let words = columns.ints("words")?;
    let hash = |column| match columns.has(column) {
        true => columns.bytes(column).map(Some),
        false => Ok(None),
    };
    let (content, whole) = (hash("content")?, hash("whole")?);
    let (regions, bands) = (hash("regions")?, hash("bands")?);
    let (passages, repeats) = (hash("passages")?, hash("repeats")?);
    for row in 0..batch.num_rows() {
        let offset = rows.len() as u64;
        rows.push(DocumentRow {
            id: ids.value(row),
            site: value(sites, row, |row| sites.value(row)),
            place: SourcePlace {
                offset,
                ..SourcePlace::default()
            },
            published: dates.at(row)?,
            page: pages.value(row) as u64,
            title: titles.value(row) as u32,
            words: words.value(row) as u32,
            content: content.map_or(Ok(0), |array| hash_at("content", array, row))?,
            whole: whole.map_or(Ok(0), |array| hash_at("whole", array, row))?,
            regions: regions.map_or(Ok(Vec::new()), |array| regions_at(array, row))?,
            bands: numbers_at("bands", bands, row, u32::from_le_bytes)?,
            passages: numbers_at("passages", passages, row, u64::from_le_bytes)?,
            repeats: numbers_at("repeats", repeats, row, u32::from_le_bytes)?,
        });
    }
    Ok(())
}

/// Dates of publication of a batch.
pub(super) struct Dates<'b> {
    seconds: &'b arrow_array::Int64Array,
    precisions: &'b arrow_array::Int8Array,
}

impl<'b> Dates<'b> {
    pub(super) fn of(columns: Columns<'b>) -> Result<Dates<'b>, StageError> {
        Ok(Dates {
            seconds: columns.longs("seconds")?,
            precisions: columns.small("precision")?,
        })
    }

    /// Date of a row, if it has one.
    pub(super) fn at(&self, row: usize) -> Result<Option<Published>, StageError> {
        if self.seconds.is_null(row) {
            return Ok(None);
        }
        let seconds = self.seconds.value(row);
        precision_of(self.precisions.value(row))
            .map(|precision| Some(Published { seconds, precision }))
    }
}

/// Precision with this number.
pub(super) fn precision_of(number: i8) -> Result<Precision, StageError> {
    let precision = usize::try_from(number)
        .ok()
        .and_then(|at| PRECISIONS.get(at));
    precision.copied().ok_or(StageError::Damaged {
        column: "precision",
    })
}

/// Number of a precision.
pub(super) fn number_of(precision: Precision) -> i8 {
    let at = PRECISIONS.iter().position(|&other| other == precision);
    at.unwrap_or_default() as i8
}

/// Number of a fate; 0 for documents that take part.
pub(super) fn number_of_fate(fate: Fate) -> i8 {
    match fate {
        Fate::TakesPart => 0,
        Fate::Empty => 1,
        Fate::TooShort => 2,
        Fate::BoilerplateOnly => 3,
    }
}

/// Hash of 128 bits; 0 if it is missing.
pub(super) fn hash_at(
    column: &'static str,
    array: &BinaryArray,
    row: usize,
) -> Result<u128, StageError> {
    if array.is_null(row) {
        return Ok(0);
    }
    let bytes = array.value(row).try_into();
    bytes
        .map(u128::from_le_bytes)
        .map_err(|_| StageError::Damaged { column })
}

fn regions_at(array: &BinaryArray, row: usize) -> Result<Vec<Range<u32>>, StageError> {
    let ends = numbers_at("regions", Some(array), row, u32::from_le_bytes)?;
    let damaged = StageError::Damaged { column: "regions" };
    let (ranges, rest) = ends.as_chunks::<2>();
    let is_in_order = ranges.iter().all(|[start, end]| start <= end);
    match rest.is_empty() && is_in_order {
        true => Ok(ranges.iter().map(|&[start, end]| start..end).collect()),
        false => Err(damaged),
    }
}

/// Numbers of a list; none if the list is missing.
pub(super) fn numbers_at<T, const BYTES: usize>(
    column: &'static str,
    array: Option<&BinaryArray>,
    row: usize,
    number: fn([u8; BYTES]) -> T,
) -> Result<Vec<T>, StageError> {
    let Some(array) = array.filter(|array| array.is_valid(row)) else {
        return Ok(Vec::new());
    };
    let (numbers, rest) = array.value(row).as_chunks::<BYTES>();
    match rest.is_empty() {
        true => Ok(numbers.iter().map(|&bytes| number(bytes)).collect()),
        false => Err(StageError::Damaged { column }),
    }
}

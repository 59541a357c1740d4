//! Candidates: documents that share a band or a passage.
//!
//! [`entries`] packs the hashes of documents for the tasks that bring equal ones together, with 12
//! bytes for each: rows with a few bytes would cost many times that in a shuffle. [`propose`] then
//! does for the hashes of one task what a scan does for all.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, Int8Builder, Int32Builder, Int64Builder, ListBuilder};
use arrow_array::{Array, BinaryArray, RecordBatch};

use super::columns::{Columns, table};
use super::documents::numbers_at;
use super::error::StageError;
use crate::candidates::bands::{self, HotBucket};
use crate::candidates::passages::{self, SharedPassages};
use crate::catalog::{DocNo, DocPair};
use crate::sketch::winnowing::Fingerprint;

/// Bytes of an entry: a hash of 64 bits and the number of a document.
const ENTRY: usize = 12;

/// Factor that spreads hashes over the tasks (Fibonacci hashing).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Packs the hashes of documents, for each of so many tasks.
///
/// The batches have rows of documents with `doc`, `bands` and `passages`. The result has a row for
/// each task that gets an entry: `task`, and the entries for `bands` and `passages` as bytes. Of a
/// band, the hash is its number and then its own; of a passage, its fingerprint.
///
/// # Errors
/// When the batches lack a column.
pub fn entries(batches: &[RecordBatch], tasks: u32) -> Result<RecordBatch, StageError> {
    let mut packed: Vec<[Vec<u8>; 2]> = (0..tasks).map(|_| Default::default()).collect();
    for batch in batches {
        let columns = Columns(batch);
        let documents = columns.longs("doc")?;
        let (bands, passages) = (columns.bytes("bands")?, columns.bytes("passages")?);
        for row in 0..batch.num_rows() {
            let doc = (documents.value(row) as u32).to_le_bytes();
            let mut pack = |of: usize, grouped: u64, hash: u64| {
                let task = (u64::from(tasks) * (grouped.wrapping_mul(SPREAD) >> 32)) >> 32;
                let entries = &mut packed[task as usize][of];
                entries.extend(hash.to_le_bytes());
                entries.extend(doc);
            };
            let hashes = numbers_at("bands", Some(bands), row, u32::from_le_bytes)?;
            for (band, hash) in (0u64..).zip(hashes) {
                let key = band << 32 | u64::from(hash);
                pack(0, key, key);
            }
            for bits in numbers_at("passages", Some(passages), row, u64::from_le_bytes)? {
                pack(1, u64::from(Fingerprint::from_bits(bits).gram()), bits);
            }
        }
    }
    let mut numbers = Int32Builder::new();
    let (mut bands, mut passages) = (BinaryBuilder::new(), BinaryBuilder::new());
    for (task, [of_bands, of_passages]) in (0..).zip(packed) {
        if of_bands.len() + of_passages.len() > 0 {
            numbers.append_value(task);
            bands.append_value(of_bands);
            passages.append_value(of_passages);
        }
    }
    table([
        ("task", Arc::new(numbers.finish())),
        ("bands", Arc::new(bands.finish())),
        ("passages", Arc::new(passages.finish())),
    ])
}

/// Kind of a row that [`propose`] gives.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A pair that shares a band.
    Similar,
    /// A pair that shares a passage which few documents have.
    SharesPassage,
    /// The documents of a hot bucket.
    HotBucket,
    /// The documents of a common passage.
    CommonPassage,
    /// A number of buckets (`b`) that have so many documents (`a`).
    BucketSize,
    /// The same of passages.
    PassageSize,
}

/// Candidates, given all entries of one task.
///
/// The result has the columns `kind`, `a` and `b`, and `documents` for hot buckets and
/// common passages: the kinds are numbered from 0 in the order of a pair by a band, a pair by a
/// passage, a hot bucket, a common passage, and numbers of buckets and of passages (`b`) with so
/// many documents (`a`). Pairs are distinct within each of the first two kinds.
///
/// # Errors
/// When the batches lack a column.
pub fn propose(batches: &[RecordBatch], all_pairs: bool) -> Result<RecordBatch, StageError> {
    let mut rows = Proposals::default();
    let sorted = sorted_entries(batches, "bands")?;
    let documents: Vec<DocNo> = sorted.iter().map(|&(_, doc)| doc).collect();
    let mut start = 0;
    let buckets = sorted.chunk_by(|x, y| x.0 == y.0).map(|bucket| {
        let bucket = start..start + bucket.len();
        start = bucket.end;
        &documents[bucket]
    });
    let buckets: Vec<&[DocNo]> = buckets.filter(|bucket| bucket.len() > 1).collect();
    rows.push_sizes(Kind::BucketSize, buckets.iter().map(|bucket| bucket.len()));
    let (pairs, hot) = bands::of_buckets(buckets.into_iter(), all_pairs);
    rows.push_pairs(Kind::Similar, &pairs);
    for HotBucket { documents } in &hot {
        rows.push_documents(Kind::HotBucket, documents);
    }
    drop((sorted, documents, pairs, hot));

    let sorted: Vec<(Fingerprint, DocNo)> = sorted_entries(batches, "passages")?
        .into_iter()
        .map(|(bits, doc)| (Fingerprint::from_bits(bits), doc))
        .collect();
    let grams = sorted.chunk_by(|x, y| x.0.gram() == y.0.gram());
    rows.push_sizes(
        Kind::PassageSize,
        grams.map(<[_]>::len).filter(|&size| size > 1),
    );
    let SharedPassages { pairs, common } = passages::shared_of_grams(&sorted);
    rows.push_pairs(Kind::SharesPassage, &pairs);
    for documents in &common {
        rows.push_documents(Kind::CommonPassage, documents);
    }
    rows.finish()
}

/// All entries of a column, in order of hash and document.
fn sorted_entries(
    batches: &[RecordBatch],
    column: &'static str,
) -> Result<Vec<(u64, DocNo)>, StageError> {
    let mut entries = Vec::new();
    for batch in batches {
        let packed: &BinaryArray = Columns(batch).bytes(column)?;
        for row in (0..batch.num_rows()).filter(|&row| packed.is_valid(row)) {
            let (of_row, rest) = packed.value(row).as_chunks::<ENTRY>();
            if !rest.is_empty() {
                return Err(StageError::Damaged { column });
            }
            entries.extend(of_row.iter().map(|&[a, b, c, d, e, f, g, h, w, x, y, z]| {
                let hash = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
                (hash, DocNo(u32::from_le_bytes([w, x, y, z])))
            }));
        }
    }
    entries.sort_unstable();
    Ok(entries)
}

#[derive(Default)]
struct Proposals {
    kinds: Int8Builder,
    a: Int64Builder,
    b: Int64Builder,
    documents: ListBuilder<Int64Builder>,
}

impl Proposals {
    fn push_pairs(&mut self, kind: Kind, pairs: &[DocPair]) {
        for pair in pairs {
            self.push(kind, u64::from(pair.a.0), u64::from(pair.b.0));
        }
    }

    fn push(&mut self, kind: Kind, a: u64, b: u64) {
        self.kinds.append_value(kind as i8);
        self.a.append_value(a as i64);
        self.b.append_value(b as i64);
        self.documents.append_null();
    }

    fn push_documents(&mut self, kind: Kind, documents: &[DocNo]) {
        self.kinds.append_value(kind as i8);
        self.a.append_null();
        self.b.append_null();
        let numbers = documents.iter().map(|doc| Some(i64::from(doc.0)));
        self.documents.append_value(numbers);
    }

    /// Adds the number of buckets of each size.
    fn push_sizes(&mut self, kind: Kind, sizes: impl Iterator<Item = usize>) {
        let mut sizes: Vec<usize> = sizes.collect();
        sizes.sort_unstable();
        for same in sizes.chunk_by(|x, y| x == y) {
            self.push(kind, same[0] as u64, same.len() as u64);
        }
    }

    fn finish(mut self) -> Result<RecordBatch, StageError> {
        table([
            ("kind", Arc::new(self.kinds.finish())),
            ("a", Arc::new(self.a.finish())),
            ("b", Arc::new(self.b.finish())),
            ("documents", Arc::new(self.documents.finish())),
        ])
    }
}

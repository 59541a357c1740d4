//! Names of records, to find again those that stay.

use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};

use super::columns::table;
use super::error::StageError;
use super::records::{Names, Records};
use crate::pipeline::{Settings, TextSigner};
use crate::read::{ProvenOrders, ReadSettings};

/// The `key` and the `identity` of the record of each row, as [`sign`](super::sign()) gives them;
/// nulls for rows that are rejected. The result has as many rows as the batches, in their order.
///
/// # Errors
/// When the batches have no column with texts.
pub fn keys(
    batches: Vec<RecordBatch>,
    reading: &ReadSettings,
    settings: &Settings,
) -> Result<RecordBatch, StageError> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let (mut keys, mut identities) = (vec![None; rows], vec![None; rows]);
    if let Some(records) = Records::open(batches, reading, ProvenOrders::default())? {
        let mut signer = TextSigner::new(settings);
        records.each(|record| {
            let document = &record.document;
            signer.read(&document.text);
            let names = Names::of(document, signer.whole());
            let row = records.inputs.row(record.place);
            let row = row.ok_or(StageError::Damaged { column: "text" })? as usize;
            keys[row] = Some(names.key as i64);
            identities[row] = Some(names.identity as i64);
            Ok(())
        })?;
    }
    table([
        ("key", Arc::new(Int64Array::from(keys))),
        ("identity", Arc::new(Int64Array::from(identities))),
    ])
}

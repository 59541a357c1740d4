//! Tables that a task gives as files of Arrow, because their columns differ.

use std::sync::Arc;

use arrow_array::{BinaryArray, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;

use super::columns::table;
use super::error::StageError;

/// Rows with the name of a `table` and its `rows`, which are a file.
pub(super) fn named_files<const FILES: usize>(
    files: [(&str, Vec<u8>); FILES],
) -> Result<RecordBatch, StageError> {
    let names = files.iter().map(|(name, _)| name);
    let rows = files.iter().map(|(_, file)| file);
    table([
        ("table", Arc::new(StringArray::from_iter_values(names))),
        ("rows", Arc::new(BinaryArray::from_iter_values(rows))),
    ])
}

/// A batch as a file of Arrow.
pub(super) fn file_of(batch: &RecordBatch) -> Result<Vec<u8>, StageError> {
    let mut file = Vec::new();
    let mut writer = FileWriter::try_new(&mut file, batch.schema_ref())?;
    writer.write(batch)?;
    writer.finish()?;
    drop(writer);
    Ok(file)
}

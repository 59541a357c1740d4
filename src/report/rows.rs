//! Rows of Parquet files, copied to a Parquet file with all their columns and types.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};

use super::table::parquet::{as_io, finish, writer};

/// Takes rows, and for each the document that it duplicates.
pub type RowSink<'s> = &'s mut dyn FnMut(RecordBatch, &[Option<&str>]) -> io::Result<()>;

/// Writes the rows that `fill` passes to its argument. With `mark`, a column of that name follows
/// with the documents that are duplicated.
///
/// # Errors
/// When `out` cannot be written to, or `fill` fails.
pub fn write(
    schema: &Schema,
    mark: Option<&str>,
    out: &mut (dyn Write + Send),
    fill: impl FnOnce(RowSink<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
    fields.extend(mark.map(|mark| Arc::new(Field::new(mark, DataType::Utf8, true))));
    let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
    let mut table = writer(Arc::clone(&schema), true, out)?;
    fill(&mut |rows, duplicated| {
        let mut columns = rows.columns().to_vec();
        if mark.is_some() {
            let marks = StringArray::from_iter(duplicated.iter().copied());
            debug_assert_eq!(marks.len(), rows.num_rows());
            columns.push(Arc::new(marks) as ArrayRef);
        }
        let rows = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(io::Error::other)?;
        table.write(&rows).map_err(as_io)
    })?;
    finish(table)
}

//! Rows of columns, copied to a Parquet or Arrow file with all their columns and types.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};

use super::table::TableFormat;
use super::table::columnar::ColumnarWriter;

/// Takes rows, and for each the values of its marks.
pub type RowSink<'s> = &'s mut dyn FnMut(RecordBatch, &[Vec<Option<&str>>]) -> io::Result<()>;

/// Writes the rows that `fill` passes to its argument. A column of text follows for each of the
/// names in `marks`.
///
/// # Errors
/// When `out` cannot be written to, or `fill` fails.
pub fn write(
    format: TableFormat,
    schema: &Schema,
    marks: &[&str],
    out: &mut (dyn Write + Send),
    fill: impl FnOnce(RowSink<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
    let of_mark = |mark: &&str| Arc::new(Field::new(*mark, DataType::Utf8, true));
    fields.extend(marks.iter().map(of_mark));
    let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
    let mut table = ColumnarWriter::new(format, Arc::clone(&schema), true, out)?;
    fill(&mut |rows, values| {
        let mut columns = rows.columns().to_vec();
        for mark in 0..marks.len() {
            let of_rows = values
                .iter()
                .map(|values| values.get(mark).copied().flatten());
            let column = StringArray::from_iter(of_rows);
            debug_assert_eq!(column.len(), rows.num_rows());
            columns.push(Arc::new(column) as ArrayRef);
        }
        let rows = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(io::Error::other)?;
        table.write(&rows)
    })?;
    table.finish()
}

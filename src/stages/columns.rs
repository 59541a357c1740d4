//! Columns of batches by name and type.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int8Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Float64Array, Int8Array, Int32Array, Int64Array,
    RecordBatch, StringArray,
};

use super::error::StageError;

/// The columns of one batch.
#[derive(Clone, Copy)]
pub(super) struct Columns<'b>(pub(super) &'b RecordBatch);

impl<'b> Columns<'b> {
    pub(super) fn texts(self, column: &'static str) -> Result<&'b StringArray, StageError> {
        self.typed(column, "text", AsArray::as_string_opt)
    }

    pub(super) fn bytes(self, column: &'static str) -> Result<&'b BinaryArray, StageError> {
        self.typed(column, "bytes", AsArray::as_binary_opt)
    }

    pub(super) fn longs(self, column: &'static str) -> Result<&'b Int64Array, StageError> {
        self.typed(
            column,
            "numbers of 64 bits",
            AsArray::as_primitive_opt::<Int64Type>,
        )
    }

    pub(super) fn ints(self, column: &'static str) -> Result<&'b Int32Array, StageError> {
        self.typed(
            column,
            "numbers of 32 bits",
            AsArray::as_primitive_opt::<Int32Type>,
        )
    }

    pub(super) fn small(self, column: &'static str) -> Result<&'b Int8Array, StageError> {
        self.typed(
            column,
            "numbers of 8 bits",
            AsArray::as_primitive_opt::<Int8Type>,
        )
    }

    pub(super) fn doubles(self, column: &'static str) -> Result<&'b Float64Array, StageError> {
        self.typed(
            column,
            "numbers with a fraction",
            AsArray::as_primitive_opt::<Float64Type>,
        )
    }

    pub(super) fn flags(self, column: &'static str) -> Result<&'b BooleanArray, StageError> {
        self.typed(column, "true or false", AsArray::as_boolean_opt)
    }

    /// True if the batch has the column.
    pub(super) fn has(self, column: &str) -> bool {
        self.0.schema_ref().column_with_name(column).is_some()
    }

    fn typed<A>(
        self,
        column: &'static str,
        expected: &'static str,
        typed: impl FnOnce(&'b dyn Array) -> Option<&'b A>,
    ) -> Result<&'b A, StageError> {
        let array = self.0.column_by_name(column);
        let array = array.ok_or(StageError::NoColumn { column })?;
        typed(&**array).ok_or_else(|| StageError::OtherType {
            column,
            expected,
            found: array.data_type().to_string(),
        })
    }
}

/// A value, unless it is missing.
pub(super) fn value<T>(array: &dyn Array, row: usize, value: impl FnOnce(usize) -> T) -> Option<T> {
    array.is_valid(row).then(|| value(row))
}

/// A batch of these columns. Each of them may lack values, so that all batches of a stage have one
/// schema.
pub(super) fn table<const COLUMNS: usize>(
    columns: [(&str, ArrayRef); COLUMNS],
) -> Result<RecordBatch, StageError> {
    let columns = columns.map(|(name, array)| (name, array, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// Numbers of a list as bytes.
pub(super) fn int_bytes(numbers: impl Iterator<Item = u32>) -> Vec<u8> {
    numbers.flat_map(u32::to_le_bytes).collect()
}

/// Longer numbers of a list as bytes.
pub(super) fn long_bytes(numbers: impl Iterator<Item = u64>) -> Vec<u8> {
    numbers.flat_map(u64::to_le_bytes).collect()
}

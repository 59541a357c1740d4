//! Rows as columns of an Arrow IPC file: one record batch, read whole, so that a checksum of the
//! file covers all of it.
//!
//! [`RowColumns`] name each field of a row once, for writing and for reading. To add a column, add a
//! field to the row and a line to the columns of its table.
//!
//! `serde_arrow` 0.15 could do the same and writes the same bytes, but it reads too slowly.
//! CPU time for a table of 300,000 documents (arrow 60.1, one thread):
//!
//! | | write | read |
//! |---|--:|--:|
//! | this module | 85 ms | 19 ms |
//! | `serde_arrow` | 110 ms | 100 ms |
//!
//! It matches every field of every row by name and copies the names of sites. A nightly run against
//! a million documents takes two seconds; reading their table would add a quarter of a second.

use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringDictionaryBuilder, UInt32Builder};
use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Int64Type, UInt8Type, UInt32Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, ArrowNativeTypeOp, BooleanArray, FixedSizeBinaryArray, LargeStringArray,
    PrimitiveArray, RecordBatch,
};
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_schema::ArrowError;

use super::error::IndexError;

/// Rows that are read at a time; their columns fit into the cache of a core.
const ROWS_AT_ONCE: usize = 256;

/// One column of a table with rows `R`.
struct Column<'a, R> {
    name: &'static str,
    nullable: bool,
    array: Box<MakeArray<'a, R>>,
    fill: Box<Fill<'a, R>>,
}

/// Collects a field of rows.
type MakeArray<'a, R> = dyn Fn(&mut [R]) -> Result<ArrayRef, ArrowError> + 'a;

/// Sets a field of rows to the values of a range, unless the array has another type.
type Fill<'a, R> = dyn Fn(&'a ArrayRef, Range<usize>, &mut [R]) -> Option<()> + 'a;

/// The columns of a table.
pub(super) struct RowColumns<'a, R>(Vec<Column<'a, R>>);

impl<'a, R: 'a> RowColumns<'a, R> {
    pub(super) fn new() -> RowColumns<'a, R> {
        RowColumns(Vec::new())
    }

    /// The same columns and another one, which stores a field of the row.
    pub(super) fn with<T: ColumnValue<'a> + 'a>(
        mut self,
        name: &'static str,
        field: impl Fn(&mut R) -> &mut T + Copy + 'a,
    ) -> RowColumns<'a, R> {
        self.0.push(Column {
            name,
            nullable: T::NULLABLE,
            array: Box::new(move |rows| T::array(rows.iter_mut().map(|row| &*field(row)))),
            fill: Box::new(move |array, range, rows| {
                for (row, value) in rows.iter_mut().zip(T::values(array, range)?) {
                    *field(row) = value;
                }
                Some(())
            }),
        });
        self
    }
}

/// The file of a table. The rows stay as they are; a column only gets at a field through `&mut`.
pub(super) fn write<'a, R>(
    columns: RowColumns<'a, R>,
    rows: &mut [R],
) -> Result<Vec<u8>, IndexError> {
    let unwritable = |error: ArrowError| IndexError::Write {
        file: "a table".to_owned(),
        cause: std::io::Error::other(error),
    };
    let arrays = columns.0.into_iter().map(|column| {
        let array = (column.array)(rows)?;
        Ok((column.name, array, column.nullable))
    });
    let arrays = arrays.collect::<Result<Vec<_>, _>>().map_err(unwritable)?;
    let batch = RecordBatch::try_from_iter_with_nullable(arrays).map_err(unwritable)?;
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new(&mut bytes, &batch.schema()).map_err(unwritable)?;
    writer.write(&batch).map_err(unwritable)?;
    writer.finish().map_err(unwritable)?;
    drop(writer);
    Ok(bytes)
}

/// A table that was read.
pub(super) struct Table {
    batch: RecordBatch,
    file: String,
}

impl Table {
    /// Reads the bytes of a file.
    pub(super) fn read(bytes: &[u8], file: &str) -> Result<Table, IndexError> {
        let damaged = |problem: String| IndexError::Damaged {
            file: file.to_owned(),
            problem,
        };
        let not_read = |error: ArrowError| damaged(error.to_string());
        let mut reader = FileReader::try_new(Cursor::new(bytes), None).map_err(not_read)?;
        let batch = reader.next().transpose().map_err(not_read)?;
        Ok(Table {
            batch: batch.ok_or_else(|| damaged("it has no rows".to_owned()))?,
            file: file.to_owned(),
        })
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// The values of a column of numbers.
    pub(super) fn numbers<N: Number>(&self, column: &str) -> Result<&[N], IndexError> {
        let numbers = self.array(column)?.as_primitive_opt::<N::Arrow>();
        Ok(numbers.ok_or_else(|| self.damaged(column))?.values())
    }

    /// The distinct names of a column, by their keys.
    pub(super) fn names(&self, column: &str) -> Result<Vec<String>, IndexError> {
        let names = self.array(column)?.as_dictionary_opt::<UInt32Type>();
        let names = names.and_then(|names| names.values().as_string_opt::<i32>());
        let names = names.ok_or_else(|| self.damaged(column))?;
        Ok(names
            .iter()
            .map(|name| name.unwrap_or_default().to_owned())
            .collect())
    }

    /// Passes each row to `each`, made from `blank` by filling in the columns.
    pub(super) fn each<'a, R: Clone>(
        &'a self,
        columns: RowColumns<'a, R>,
        blank: &R,
        each: &mut dyn FnMut(R) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let columns = columns
            .0
            .into_iter()
            .map(|column| Ok((self.array(column.name)?, column)));
        let columns = columns.collect::<Result<Vec<_>, IndexError>>()?;
        for start in (0..self.len()).step_by(ROWS_AT_ONCE) {
            let range = start..self.len().min(start + ROWS_AT_ONCE);
            let mut rows = vec![blank.clone(); range.len()];
            for (array, column) in &columns {
                (column.fill)(array, range.clone(), &mut rows)
                    .ok_or_else(|| self.damaged(column.name))?;
            }
            rows.into_iter().try_for_each(&mut *each)?;
        }
        Ok(())
    }

    fn array(&self, column: &str) -> Result<&ArrayRef, IndexError> {
        let array = self.batch.column_by_name(column);
        array.ok_or_else(|| self.damaged(column))
    }

    fn damaged(&self, column: &str) -> IndexError {
        IndexError::Damaged {
            file: self.file.clone(),
            problem: format!("its column {column} is not there, or not what it should be"),
        }
    }
}

/// A type of fields, and its type in Arrow.
pub(super) trait ColumnValue<'a>: Sized {
    const NULLABLE: bool = false;

    fn array<'v>(values: impl Iterator<Item = &'v Self>) -> Result<ArrayRef, ArrowError>
    where
        Self: 'v;

    /// The values of some rows, unless the array has another type.
    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = Self>>;
}

/// A number that is stored as it is.
pub(super) trait Number: ArrowNativeTypeOp {
    type Arrow: ArrowPrimitiveType<Native = Self>;
}

impl Number for u8 {
    type Arrow = UInt8Type;
}

impl Number for u32 {
    type Arrow = UInt32Type;
}

impl Number for u64 {
    type Arrow = UInt64Type;
}

impl Number for i64 {
    type Arrow = Int64Type;
}

impl<'a, N: Number> ColumnValue<'a> for N {
    fn array<'v>(values: impl Iterator<Item = &'v N>) -> Result<ArrayRef, ArrowError> {
        let values = values.copied();
        Ok(Arc::new(PrimitiveArray::<N::Arrow>::from_iter_values(
            values,
        )))
    }

    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = N>> {
        let values = array.as_primitive_opt::<N::Arrow>()?.values();
        Some(values[rows].iter().copied())
    }
}

impl<'a, N: Number> ColumnValue<'a> for Option<N> {
    const NULLABLE: bool = true;

    fn array<'v>(values: impl Iterator<Item = &'v Option<N>>) -> Result<ArrayRef, ArrowError> {
        let values = values.copied();
        Ok(Arc::new(PrimitiveArray::<N::Arrow>::from_iter(values)))
    }

    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = Self>> {
        let array = array.as_primitive_opt::<N::Arrow>()?;
        Some(rows.map(|at| array.is_valid(at).then(|| array.value(at))))
    }
}

/// An index into a text; no text has more words than 32 bits can count.
impl<'a> ColumnValue<'a> for usize {
    fn array<'v>(values: impl Iterator<Item = &'v usize>) -> Result<ArrayRef, ArrowError> {
        let values = values.map(|&value| value as u32);
        Ok(Arc::new(PrimitiveArray::<UInt32Type>::from_iter_values(
            values,
        )))
    }

    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = usize>> {
        Some(u32::values(array, rows)?.map(|value| value as usize))
    }
}

impl<'a> ColumnValue<'a> for bool {
    fn array<'v>(values: impl Iterator<Item = &'v bool>) -> Result<ArrayRef, ArrowError> {
        let values = values.copied().map(Some);
        Ok(Arc::new(BooleanArray::from_iter(values)))
    }

    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = bool>> {
        let array = array.as_boolean_opt()?;
        Some(rows.map(|at| array.value(at)))
    }
}

/// A text that differs from row to row. All texts together may have more than 4 GB.
impl<'a> ColumnValue<'a> for &'a str {
    fn array<'v>(values: impl Iterator<Item = &'v &'a str>) -> Result<ArrayRef, ArrowError>
    where
        'a: 'v,
    {
        Ok(Arc::new(LargeStringArray::from_iter_values(values)))
    }

    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = Self>> {
        let texts = array.as_string_opt::<i64>()?;
        Some(rows.map(|at| texts.value(at)))
    }
}

/// A hash, as 16 bytes in little-endian order.
impl<'a> ColumnValue<'a> for u128 {
    fn array<'v>(values: impl Iterator<Item = &'v u128>) -> Result<ArrayRef, ArrowError> {
        let bytes: Vec<[u8; 16]> = values.map(|value| value.to_le_bytes()).collect();
        let bytes = bytes.into_flattened().into();
        Ok(Arc::new(FixedSizeBinaryArray::try_new(16, bytes, None)?))
    }

    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = u128>> {
        let hashes = array.as_fixed_size_binary_opt();
        let hashes = hashes.filter(|hashes| hashes.value_length() == 16)?;
        Some(rows.map(|at| hashes.value(at).try_into().map_or(0, u128::from_le_bytes)))
    }
}

/// Ranges, as a list of their starts and ends in turn.
impl<'a> ColumnValue<'a> for Vec<Range<u32>> {
    fn array<'v>(values: impl Iterator<Item = &'v Self>) -> Result<ArrayRef, ArrowError> {
        let mut lists = ListBuilder::new(UInt32Builder::new());
        for ranges in values {
            let ends = ranges.iter().flat_map(|range| [range.start, range.end]);
            lists.append_value(ends.map(Some));
        }
        Ok(Arc::new(lists.finish()))
    }

    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = Self>> {
        let lists = array.as_list_opt::<i32>()?;
        let ends = lists.values().as_primitive_opt::<UInt32Type>()?.values();
        let offsets = lists.value_offsets();
        Some(rows.map(move |at| {
            let ends = &ends[offsets[at] as usize..offsets[at + 1] as usize];
            ends.chunks_exact(2).map(|ends| ends[0]..ends[1]).collect()
        }))
    }
}

/// A name that stands in many rows and is stored once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    /// Number of the name among those of the column. Only known for a name that was read.
    pub(super) key: u32,
}

impl<'a> From<&'a str> for Name<'a> {
    fn from(text: &'a str) -> Name<'a> {
        Name { text, key: 0 }
    }
}

impl<'a> ColumnValue<'a> for Name<'a> {
    fn array<'v>(values: impl Iterator<Item = &'v Self>) -> Result<ArrayRef, ArrowError>
    where
        'a: 'v,
    {
        dictionary(values.map(|name| Some(name.text)))
    }

    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = Self>> {
        Some(Option::<Name>::values(array, rows)?.map(Option::unwrap_or_default))
    }
}

impl<'a> ColumnValue<'a> for Option<Name<'a>> {
    const NULLABLE: bool = true;

    fn array<'v>(values: impl Iterator<Item = &'v Self>) -> Result<ArrayRef, ArrowError>
    where
        'a: 'v,
    {
        dictionary(values.map(|name| name.map(|name| name.text)))
    }

    fn values(array: &'a ArrayRef, rows: Range<usize>) -> Option<impl Iterator<Item = Self>> {
        let dictionary = array.as_dictionary_opt::<UInt32Type>()?;
        let keys = dictionary.keys();
        let texts = dictionary.values().as_string_opt::<i32>()?;
        Some(rows.map(move |at| {
            let key = keys.is_valid(at).then(|| keys.value(at))?;
            let known = (key as usize) < texts.len();
            known.then(|| Name {
                text: texts.value(key as usize),
                key,
            })
        }))
    }
}

fn dictionary<'n>(names: impl Iterator<Item = Option<&'n str>>) -> Result<ArrayRef, ArrowError> {
    let mut dictionary = StringDictionaryBuilder::<UInt32Type>::new();
    for name in names {
        dictionary.append_option(name);
    }
    Ok(Arc::new(dictionary.finish()))
}

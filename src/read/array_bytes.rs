//! Bytes of Arrow arrays, without what other slices of the same memory hold.
//!
//! `arrow-data` counts them too, but with all strings of views, all elements of lists and the whole
//! dictionary, which every slice has in common.

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, GenericListArray, ListLikeArray, OffsetSizeTrait, downcast_dictionary_array,
    downcast_run_array,
};
use arrow_schema::DataType;

use super::row_lines::string_values;

/// Bytes of a view of a string, and those that a row of a union counts as.
const VIEW: u64 = 16;

/// Bytes of some rows of columns.
pub(super) fn of_columns(columns: &[ArrayRef]) -> u64 {
    columns
        .iter()
        .fold(0, |sum, column| sum.saturating_add(of_array(column)))
}

/// Bytes of an array. Strings of a dictionary count for each row that has them, since that is what
/// a reader of the rows works on. List views and runs take their share of all values.
fn of_array(array: &dyn Array) -> u64 {
    let rows = array.len() as u64;
    match array.data_type() {
        DataType::Utf8View => rows * VIEW + array.as_string_view().total_bytes_len() as u64,
        DataType::BinaryView => rows * VIEW + array.as_binary_view().total_bytes_len() as u64,
        DataType::Struct(_) => of_columns(array.as_struct().columns()),
        DataType::List(_) => of_list(array.as_list::<i32>()),
        DataType::LargeList(_) => of_list(array.as_list::<i64>()),
        DataType::Map(..) => {
            let map = array.as_map();
            let (first, last) = (map.offsets()[0], map.offsets()[map.len()]);
            let entries = map.entries().slice(first as usize, (last - first) as usize);
            of_columns(entries.columns()).saturating_add(4 * rows)
        }
        DataType::FixedSizeList(..) => of_array(array.as_fixed_size_list().values()),
        DataType::ListView(_) => of_views(array.as_list_view::<i32>()),
        DataType::LargeListView(_) => of_views(array.as_list_view::<i64>()),
        DataType::Union(..) => rows * VIEW,
        DataType::Dictionary(..) => of_dictionary(array),
        DataType::RunEndEncoded(..) => downcast_run_array!(
            array => {
                let all = array.run_ends().max_value() as u64;
                share(array.values(), rows, all)
            }
            _ => 0
        ),
        _ => {
            let counted = array.to_data().get_slice_memory_size();
            counted.unwrap_or_else(|_| array.get_array_memory_size()) as u64
        }
    }
}

fn of_list<O: OffsetSizeTrait>(list: &GenericListArray<O>) -> u64 {
    let offsets = list.value_offsets();
    let (first, last) = (offsets[0].as_usize(), offsets[list.len()].as_usize());
    let offset_bytes = size_of_val(offsets) as u64;
    offset_bytes.saturating_add(of_array(&list.values().slice(first, last - first)))
}

fn of_views(list: &impl ListLikeArray) -> u64 {
    let elements: usize = (0..list.len())
        .map(|row| list.element_range(row).len())
        .sum();
    let values = list.values();
    share(values, elements as u64, values.len() as u64).saturating_add(VIEW * list.len() as u64)
}

/// Bytes of `part` of `all` values.
fn share(values: &dyn Array, part: u64, all: u64) -> u64 {
    let bytes = values.get_array_memory_size() as u128;
    let share = bytes * u128::from(part) / u128::from(all.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}

fn of_dictionary(array: &dyn Array) -> u64 {
    let keys = downcast_dictionary_array!(
        array => of_array(array.keys()),
        _ => 0
    );
    let Some(strings) = string_values(array) else {
        return keys;
    };
    let rows = (0..array.len()).filter(|&row| array.is_valid(row));
    rows.fold(keys, |sum, row| {
        sum.saturating_add(strings(row).len() as u64)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::builder::{ListBuilder, ListViewBuilder, MapBuilder, StringBuilder};
    use arrow_array::types::Int8Type;
    use arrow_array::{
        DictionaryArray, Float64Array, RunArray, StringArray, StringViewArray, StructArray,
    };

    use super::*;

    /// Words that are too long to stand in a view.
    fn words() -> impl Iterator<Item = String> {
        (0..64).map(|n| format!("lighthouse keeper {n:02}"))
    }

    fn lists() -> ArrayRef {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for word in words() {
            lists.append_value([Some(word.as_str()), None, Some(&word)]);
        }
        Arc::new(lists.finish())
    }

    fn list_views() -> ArrayRef {
        let mut lists = ListViewBuilder::new(StringBuilder::new());
        for word in words() {
            lists.append_value([Some(word.as_str()), Some(&word)]);
        }
        Arc::new(lists.finish())
    }

    fn maps() -> ArrayRef {
        let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for word in words() {
            maps.keys().append_value("post");
            maps.values().append_value(word);
            maps.append(true).unwrap();
        }
        Arc::new(maps.finish())
    }

    #[test]
    fn slices_of_equal_rows_share_the_bytes() {
        let strings: ArrayRef = Arc::new(StringArray::from_iter_values(words()));
        let names: Vec<String> = words().collect();
        let keys: DictionaryArray<Int8Type> = names.iter().map(String::as_str).collect();
        let runs = arrow_array::Int32Array::from_iter_values(1..=64);
        let arrays: [ArrayRef; 8] = [
            Arc::new(StringViewArray::from_iter_values(words())),
            Arc::new(StructArray::from(vec![(
                Arc::new(arrow_schema::Field::new("word", DataType::Utf8, false)),
                Arc::clone(&strings),
            )])),
            Arc::new(Float64Array::from_iter_values((0..64).map(f64::from))),
            Arc::new(RunArray::try_new(&runs, &strings).unwrap()),
            Arc::new(keys),
            lists(),
            list_views(),
            maps(),
        ];
        for array in arrays.into_iter().chain([strings]) {
            let whole = of_array(&array);
            let words = match array.data_type() {
                DataType::Float64 => 64 * 8,
                _ => words().map(|word| word.len() as u64).sum(),
            };
            assert!(whole >= words, "{}: {whole}", array.data_type());
            // Offsets have one number more than there are rows, and bits fill bytes.
            for rows in [1, 8, 32] {
                let sliced = of_array(&array.slice(16, rows));
                let share = whole * rows as u64 / 64;
                let close = share.saturating_sub(4)..=share + 16;
                let kind = array.data_type();
                assert!(
                    close.contains(&sliced),
                    "{kind}: {sliced} of {whole} in {rows}"
                );
            }
        }
    }
}

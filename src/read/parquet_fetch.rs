//! Parquet files in object stores: only the footer and the columns that are read are fetched, each
//! to its own place in a nameless file, which has holes elsewhere.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::slice;

use super::remote::RemoteObject;
use super::source::read_full_at;

/// Bytes at the end of a file that are fetched first. Most footers fit in.
const TAIL: u64 = 64 << 10;

/// Length of the footer's length and the magic number behind it.
const LAST: u64 = 8;

/// Ranges with less between them are fetched as one.
const GAP: u64 = 1 << 20;

/// Makes the file and fetches the footer.
pub(super) fn footer(object: &RemoteObject, directory: &Path) -> io::Result<File> {
    let size = object.bytes().unwrap_or(0);
    let file = tempfile::tempfile_in(directory)?;
    file.set_len(size)?;
    let tail = size.saturating_sub(TAIL);
    object.fetch(slice::from_ref(&(tail..size)), &file, 0)?;
    let mut length = [0; 4];
    read_full_at(&file, &mut length, size.saturating_sub(LAST))?;
    let length = u64::from(u32::from_le_bytes(length));
    let start = size.saturating_sub(length.saturating_add(LAST));
    if start < tail {
        object.fetch(slice::from_ref(&(start..tail)), &file, 0)?;
    }
    Ok(file)
}

/// Fetches the bytes of columns.
pub(super) fn columns(
    object: &RemoteObject,
    ranges: Vec<Range<u64>>,
    file: &File,
) -> io::Result<()> {
    object.fetch(&joined(ranges, object.bytes().unwrap_or(0)), file, 0)
}

/// The ranges within `size` bytes, in order, those that are near each other as one.
fn joined(mut ranges: Vec<Range<u64>>, size: u64) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        let range = range.start..range.end.min(size);
        if range.is_empty() {
            continue;
        }
        match joined.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(GAP) => {
                last.end = last.end.max(range.end);
            }
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_near_each_other_are_fetched_as_one() {
        const MIB: u64 = 1 << 20;
        type Ends = &'static [(u64, u64)];
        let cases: [(Ends, Ends); 7] = [
            (&[], &[]),
            (&[(5, 9), (0, 3)], &[(0, 9)]),
            (&[(0, 9), (2, 4)], &[(0, 9)]),
            (&[(0, 9), (9 + MIB, 11 + MIB)], &[(0, 11 + MIB)]),
            (
                &[(0, 9), (10 + MIB, 11 + MIB)],
                &[(0, 9), (10 + MIB, 11 + MIB)],
            ),
            (&[(4, 4), (9 * MIB, u64::MAX)], &[(9 * MIB, 10 * MIB)]),
            (&[(11 * MIB, 12 * MIB)], &[]),
        ];
        let ranges = |ends: Ends| -> Vec<Range<u64>> {
            ends.iter().map(|&(start, end)| start..end).collect()
        };
        for (given, expected) in cases {
            assert_eq!(
                joined(ranges(given), 10 * MIB),
                ranges(expected),
                "{given:?}"
            );
        }
    }
}

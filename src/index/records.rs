//! The documents of a segment as JSON lines in Zstandard frames. Any tool can read them, and
//! reading one document costs no more than its frame.

use std::borrow::Cow;
use std::fs::File;

use serde::{Deserialize, Serialize};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

use super::error::IndexError;
use super::tables::RecordPlace;
use crate::document::{Document, SourcePlace};
use crate::platform;
use crate::read::dates;

/// Bytes of records from which a frame is closed: about ten articles of 2.2 kB each, the mean of
/// real ones. Frames of 16 KB take 6 % more space and half the time to read one document; frames of
/// 64 KB take 5 % less space and twice the time.
pub(super) const FRAME: usize = 32 << 10;

/// Compression level of Zstandard.
const LEVEL: i32 = 3;

/// Largest frame that is read, unpacked: one record of the largest size, with every byte escaped.
const LARGEST_FRAME: usize = 7 << 30;

/// A document as a JSON object, which readers of JSON lines can use as it is.
#[derive(Serialize, Deserialize)]
struct StoredRecord<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    site: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    url: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    published: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    crawled: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    author: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    canonical: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// Appends a document as a line. The id is passed in, because a record need not have one.
pub(super) fn write_line(
    id: &str,
    document: &Document<'_>,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    let borrowed =
        |text: &'_ Option<Cow<'_, str>>| text.as_deref().map(|text| Cow::Owned(text.to_owned()));
    let record = StoredRecord {
        id: Cow::Borrowed(id),
        site: borrowed(&document.site),
        url: borrowed(&document.url),
        published: document
            .published
            .map(|moment| Cow::Owned(moment.to_string())),
        crawled: document
            .crawled
            .map(|moment| Cow::Owned(moment.to_string())),
        title: borrowed(&document.title),
        author: borrowed(&document.author),
        canonical: borrowed(&document.canonical),
        text: Cow::Borrowed(&document.text),
    };
    serde_json::to_writer(&mut *out, &record)?;
    out.push(b'\n');
    Ok(())
}

/// Reads a line as a document.
pub(super) fn parse_line(line: &[u8]) -> serde_json::Result<Document<'_>> {
    let record: StoredRecord<'_> = serde_json::from_slice(line)?;
    Ok(Document {
        published: record.published.as_deref().and_then(dates::parse),
        crawled: record.crawled.as_deref().and_then(dates::parse),
        id: Some(record.id),
        text: record.text,
        url: record.url,
        site: record.site,
        title: record.title,
        author: record.author,
        canonical: record.canonical,
    })
}

/// Compresses lines to a frame with a checksum.
pub(super) fn pack(lines: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::ChecksumFlag(true))?;
    compressor.compress(lines)
}

/// The place of a record as the catalogue stores it. Frames begin below 2^48, and a frame has fewer
/// than 2^16 records.
pub(super) fn place(segment: u32, at: RecordPlace) -> SourcePlace {
    SourcePlace {
        source: segment,
        length: at.frame_bytes,
        offset: at.frame << 16 | u64::from(at.record),
    }
}

/// The first byte of the frame at a place, and the number of the record within it.
pub(super) fn frame_and_record(place: SourcePlace) -> (u64, u32) {
    (place.offset >> 16, (place.offset & 0xFFFF) as u32)
}

/// A line of a frame by its number, without its line feed.
pub(super) fn line(lines: &[u8], number: usize) -> Option<&[u8]> {
    let mut ends = memchr::memchr_iter(b'\n', lines);
    let start = match number.checked_sub(1) {
        None => 0,
        Some(before) => ends.nth(before)? + 1,
    };
    lines.get(start..ends.next()?)
}

/// The error for a record that is not in its frame.
pub(super) fn missing(name: &str, frame: u64, record: u32) -> IndexError {
    IndexError::Damaged {
        file: name.to_owned(),
        problem: format!("the frame at byte {frame} has no record {record}"),
    }
}

/// Reads and unpacks a frame.
pub(super) fn read_frame(
    file: &File,
    name: &str,
    at: u64,
    bytes: u32,
    lines: &mut Vec<u8>,
) -> Result<(), IndexError> {
    let packed = packed_frame(file, name, at, bytes)?;
    unpack(&packed, lines).map_err(|problem| IndexError::Damaged {
        file: name.to_owned(),
        problem: format!("the frame at byte {at} cannot be unpacked: {problem}"),
    })
}

/// Reads a frame without unpacking it.
pub(super) fn packed_frame(
    file: &File,
    name: &str,
    at: u64,
    bytes: u32,
) -> Result<Vec<u8>, IndexError> {
    let mut packed = vec![0; bytes as usize];
    match platform::read_exact_at(file, &mut packed, at) {
        Ok(()) => Ok(packed),
        Err(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(IndexError::Damaged {
                file: name.to_owned(),
                problem: "it ends too early".to_owned(),
            })
        }
        Err(cause) => Err(IndexError::Read {
            file: name.to_owned(),
            cause,
        }),
    }
}

fn unpack(packed: &[u8], lines: &mut Vec<u8>) -> Result<(), String> {
    let size = zstd::zstd_safe::get_frame_content_size(packed)
        .ok()
        .flatten()
        .and_then(|size| usize::try_from(size).ok())
        .filter(|&size| size <= LARGEST_FRAME)
        .ok_or_else(|| "it does not tell its length".to_owned())?;
    lines.clear();
    // A damaged length must not allocate memory, so it is held against the most that a frame of
    // this size can hold.
    let most = packed.len().saturating_mul(1 << 16);
    if size > most {
        return Err("its length is larger than it can be".to_owned());
    }
    lines.reserve(size);
    Decompressor::new()
        .and_then(|mut decompressor| decompressor.decompress_to_buffer(packed, lines))
        .map_err(|error| error.to_string())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Precision, Published};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn written_moments_read_as_the_same(
            seconds in -30_000_000_000i64..60_000_000_000,
            midnight in any::<bool>(),
            code in 0usize..4,
        ) {
            let precision = [
                Precision::Day,
                Precision::Midnight,
                Precision::Local,
                Precision::Second,
            ][code];
            // Days begin at midnight; time zones are whole quarters of an hour.
            let seconds = match precision {
                Precision::Day => seconds.div_euclid(86_400) * 86_400,
                Precision::Midnight => seconds.div_euclid(900) * 900,
                Precision::Second if midnight => seconds.div_euclid(86_400) * 86_400,
                Precision::Local if seconds.rem_euclid(86_400) == 0 => seconds + 1,
                Precision::Local | Precision::Second => seconds,
            };
            let moment = Published { seconds, precision };
            let text = moment.to_string();
            prop_assert_eq!(dates::parse(&text), Some(moment), "{}", text);
        }
    }

    #[test]
    fn a_flipped_bit_in_a_frame_is_detected() {
        let lines = b"{\"id\":\"a\",\"text\":\"a line that is long enough to be compressed, \
            compressed, compressed\"}\n";
        let packed = pack(lines).expect("it fits in memory");
        let mut unpacked = Vec::new();
        unpack(&packed, &mut unpacked).expect("it is whole");
        assert_eq!(unpacked, lines);
        for bit in 0..packed.len() * 8 {
            let mut broken = packed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let read = unpack(&broken, &mut unpacked);
            // One bit of the head of a frame has no meaning.
            assert!(read.is_err() || unpacked == lines, "bit {bit}");
        }
    }
}

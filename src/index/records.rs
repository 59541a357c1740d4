//! The documents of a segment as JSON lines in Zstandard frames: any tool reads them, and one document costs no more than its frame.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fs::File;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

use super::files::IndexError;
use super::segment::Reading;
use super::tables::RecordPlace;
use crate::document::{Document, Fetch, Precision, Published, SourcePlace};
use crate::error::ReadError;
use crate::platform;
use crate::read::dates;

/// Bytes of records from which on a frame is closed: some ten articles, of which real ones take 2.2 kB each. Frames of 16 KB take 6 % more and half the
/// time to read one document of, those of 64 KB 5 % less and twice the time.
pub(super) const FRAME: usize = 32 << 10;

/// Level of compression.
const LEVEL: i32 = 3;

/// The largest frame that is read: a record of the largest size, escaped.
const LARGEST_FRAME: usize = 7 << 30;

/// A document as a JSON object; readers of JSON lines take it as it is.
#[derive(Serialize, Deserialize)]
struct Record<'a> {
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

/// Appends a document as a line. What it is called is told, for it need not have an id of its own.
pub(super) fn write_line(
    id: &str,
    document: &Document<'_>,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    let borrowed =
        |text: &'_ Option<Cow<'_, str>>| text.as_deref().map(|text| Cow::Owned(text.to_owned()));
    let record = Record {
        id: Cow::Borrowed(id),
        site: borrowed(&document.site),
        url: borrowed(&document.url),
        published: document.published.map(|moment| Cow::Owned(written(moment))),
        crawled: document.crawled.map(|moment| Cow::Owned(written(moment))),
        title: borrowed(&document.title),
        author: borrowed(&document.author),
        canonical: borrowed(&document.canonical),
        text: Cow::Borrowed(&document.text),
    };
    serde_json::to_writer(&mut *out, &record)?;
    out.push(b'\n');
    Ok(())
}

/// A moment so that reading it gives it back: midnight in some time zone stays one, and what is none in its own does not become one.
fn written(moment: Published) -> String {
    const DAY: i64 = 86_400;
    let after_midnight = moment.seconds.rem_euclid(DAY);
    let offset = match moment.precision {
        Precision::Day => {
            let time = Timestamp::from_second(moment.seconds);
            return time.map_or_else(
                |_| String::new(),
                |time| TimeZone::UTC.to_datetime(time).date().to_string(),
            );
        }
        // So far west of Greenwich, or so far east, it was midnight.
        Precision::Midnight if after_midnight <= DAY / 2 => -after_midnight,
        Precision::Midnight => DAY - after_midnight,
        Precision::Second if after_midnight == 0 => 3600,
        Precision::Second => 0,
    };
    let time = Timestamp::from_second(moment.seconds);
    let offset = Offset::from_seconds(offset as i32);
    match (time, offset) {
        (Ok(time), Ok(offset)) => time.display_with_offset(offset).to_string(),
        _ => String::new(),
    }
}

/// Compresses lines to a frame with a checksum.
pub(super) fn pack(lines: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::ChecksumFlag(true))?;
    compressor.compress(lines)
}

/// Records of all segments of an index.
pub(super) struct Archive {
    segments: Vec<(Arc<File>, String)>,
}

/// The frame that a thread read last: documents that are read one after the other often share it.
#[derive(Default)]
struct LastFrame {
    file: Option<Arc<File>>,
    at: u64,
    lines: Vec<u8>,
}

thread_local! {
    static LAST_FRAME: RefCell<LastFrame> = RefCell::default();
}

impl Archive {
    pub(super) fn of(segments: &[Reading]) -> Archive {
        let records = |segment: &Reading| (Arc::clone(&segment.records), segment.records_name());
        Archive {
            segments: segments.iter().map(records).collect(),
        }
    }
}

/// A record's place as the catalogue keeps it: frames stand at less than 2^48, and a frame has less than 2^16 records.
pub(super) fn place(segment: u32, at: RecordPlace) -> SourcePlace {
    SourcePlace {
        source: segment,
        length: at.frame_bytes,
        offset: at.frame << 16 | u64::from(at.record),
    }
}

impl Fetch for Archive {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        let (file, name) = match self.segments.get(place.source as usize) {
            Some(segment) => segment,
            None => {
                return Err(ReadError::Damaged {
                    file: "a table of documents".to_owned(),
                    problem: "it names a segment that is not there".to_owned(),
                });
            }
        };
        let (frame, record) = (place.offset >> 16, (place.offset & 0xFFFF) as usize);
        // Taken out, so that a sink that fetches further documents finds no borrow in its way.
        let mut last = LAST_FRAME.take();
        let same = last.at == frame
            && last
                .file
                .as_ref()
                .is_some_and(|last| Arc::ptr_eq(last, file));
        if !same {
            last.file = None;
            read_frame(file, name, frame, place.length, &mut last.lines)?;
            last.file = Some(Arc::clone(file));
            last.at = frame;
        }
        let damaged = |problem: String| ReadError::Damaged {
            file: name.clone(),
            problem,
        };
        let line = line(&last.lines, record);
        let line = line.ok_or_else(|| no_such(name, frame, record as u32))?;
        let record: Record<'_> = serde_json::from_slice(line).map_err(|error| {
            damaged(format!(
                "the frame at byte {frame} holds no record there: {error}"
            ))
        })?;
        sink(&Document {
            published: record.published.as_deref().and_then(dates::parse),
            crawled: record.crawled.as_deref().and_then(dates::parse),
            id: Some(record.id),
            text: record.text,
            url: record.url,
            site: record.site,
            title: record.title,
            author: record.author,
            canonical: record.canonical,
        });
        LAST_FRAME.set(last);
        Ok(())
    }
}

/// One of the lines of a frame, without its end.
pub(super) fn line(lines: &[u8], number: usize) -> Option<&[u8]> {
    let mut ends = memchr::memchr_iter(b'\n', lines);
    let start = match number.checked_sub(1) {
        None => 0,
        Some(before) => ends.nth(before)? + 1,
    };
    lines.get(start..ends.next()?)
}

pub(super) fn no_such(name: &str, frame: u64, record: u32) -> IndexError {
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

/// Reads a frame as it stands.
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
        .ok_or_else(|| "it does not say how long it is".to_owned())?;
    lines.clear();
    // A damaged length must not take memory: what a frame of so many bytes can hold is known.
    let most = packed.len().saturating_mul(1 << 16);
    if size > most {
        return Err("it says that it is longer than it can be".to_owned());
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn moments_are_read_back(seconds in -30_000_000_000i64..60_000_000_000, midnight in any::<bool>(), code in 0usize..3) {
            let precision = [Precision::Day, Precision::Midnight, Precision::Second][code];
            // Days begin at midnight; time zones are whole quarters of an hour.
            let seconds = match precision {
                Precision::Day => seconds.div_euclid(86_400) * 86_400,
                Precision::Midnight => seconds.div_euclid(900) * 900,
                Precision::Second if midnight => seconds.div_euclid(86_400) * 86_400,
                Precision::Second => seconds,
            };
            let moment = Published { seconds, precision };
            prop_assert_eq!(dates::parse(&written(moment)), Some(moment), "{}", written(moment));
        }
    }

    #[test]
    fn a_flipped_bit_in_a_frame_is_seen() {
        let lines = b"{\"id\":\"a\",\"text\":\"a line that is long enough to be compressed, compressed, compressed\"}\n";
        let packed = pack(lines).expect("it fits in memory");
        let mut unpacked = Vec::new();
        unpack(&packed, &mut unpacked).expect("it is whole");
        assert_eq!(unpacked, lines);
        for bit in 0..packed.len() * 8 {
            let mut broken = packed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let read = unpack(&broken, &mut unpacked);
            // One bit of a frame's head means nothing.
            assert!(read.is_err() || unpacked == lines, "bit {bit}");
        }
    }
}

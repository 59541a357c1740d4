//! Parsing: the bytes of a block become documents, rejects and counts.

use std::borrow::Cow;
use std::cell::Cell;

use memchr::{memchr, memrchr};

use super::assemble::{AssembledRecord, Decoding, RecordNotes, RejectedRecord};
use super::block::UnreadableBytes;
use super::context::ReadContext;
use super::delimited::{self, RecordFields};
use super::field_lookup::FieldLookup;
use super::format::{BOM, SourceFormat};
use super::jsonl;
use super::settings::READ_ON;
use super::source::{InputSource, OpenFile, SourceOrigin, read_full_at};
use crate::document::{BlockTally, Document, ParsedRecord, Reject, SourcePlace};

/// The reason to reject the rest of a file that was cut off during the run.
const SHRUNK: &str =
    "the file is shorter than it was when it was opened; run again when nothing writes to it";

/// Parses the records of one block, one after the other, and counts.
pub(super) struct BlockParser<'p, 's> {
    context: &'p ReadContext,
    number: u32,
    source: &'p InputSource,
    tally: BlockTally,
    sink: &'s mut dyn FnMut(ParsedRecord<'_>),
    buffers: ParseBuffers,
}

impl<'p, 's> BlockParser<'p, 's> {
    pub(super) fn new(
        context: &'p ReadContext,
        number: u32,
        source: &'p InputSource,
        buffers: ParseBuffers,
        sink: &'s mut dyn FnMut(ParsedRecord<'_>),
    ) -> Self {
        Self {
            context,
            number,
            source,
            tally: BlockTally::default(),
            sink,
            buffers,
        }
    }

    /// Ends the block: its counts, and the buffers for the next one.
    pub(super) fn finish(self) -> (BlockTally, ParseBuffers) {
        (self.tally, self.buffers)
    }

    /// Whole records of any format, the first `header` bytes of them a table's header.
    pub(super) fn records(
        &mut self,
        bytes: &[u8],
        offset: u64,
        before: u64,
        header: usize,
        last: bool,
    ) {
        self.tally.bytes += before + bytes.len() as u64;
        match self.source.format {
            SourceFormat::Jsonl => self.lines(bytes, offset),
            SourceFormat::Csv | SourceFormat::Tsv => self.table(bytes, offset, header, last),
            SourceFormat::Text => self.text(bytes, offset),
        }
    }

    /// Bytes that cannot be read: one reject.
    pub(super) fn unreadable(&mut self, lost: UnreadableBytes) {
        self.tally.bytes += lost.bytes;
        self.reject(lost.id, lost.reason);
        self.tally.lines += lost.lines;
    }

    /// The lines of a plain file that start in a range of bytes.
    pub(super) fn range(&mut self, start: u64, end: u64) {
        // The parser's other methods take the whole of `self`.
        let mut bytes = std::mem::take(&mut self.buffers.bytes);
        if let Err(reason) = self.lines_of_range(start, end, &mut bytes) {
            self.reject(None, reason);
            self.tally.lines += 1;
        }
        self.buffers.bytes = bytes;
    }

    /// Reads the range into `buffer` and parses its lines. `Err` is the reason to reject the rest.
    fn lines_of_range(&mut self, start: u64, end: u64, buffer: &mut Vec<u8>) -> Result<(), String> {
        self.tally.bytes += end - start;
        let SourceOrigin::File {
            path,
            bytes: size,
            open,
            ..
        } = &self.source.origin
        else {
            return Ok(());
        };
        let file = OpenFile::of(path, open.as_ref())
            .map_err(|cause| format!("cannot be opened again: {cause}"))?;
        // The byte before `start` tells whether a line starts there.
        let from = start.saturating_sub(1);
        let wanted = usize::try_from(end - from).unwrap_or(usize::MAX);
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        read_exactly(&file, &mut buffer[..wanted], from)?;
        let first = match start {
            0 => 0,
            _ => memchr(b'\n', &buffer[..wanted]).map_or(wanted, |n| n + 1),
        };
        let last = memrchr(b'\n', &buffer[first..wanted]).map_or(first, |n| first + n + 1);
        self.lines(&buffer[first..last], from + first as u64);
        if last == wanted {
            return Ok(());
        }
        // The last line goes on after the range.
        let longest = self.context.settings.longest_record();
        let mut held = wanted;
        let mut step = READ_ON;
        let line_end = loop {
            // A byte order mark is not part of the line.
            if held - last > longest.saturating_add(BOM.len()) {
                break held;
            }
            let more = (size - from - held as u64).min(step as u64) as usize;
            if more == 0 {
                break held;
            }
            if buffer.len() < held + more {
                buffer.resize(held + more, 0);
            }
            read_exactly(&file, &mut buffer[held..held + more], from + held as u64)?;
            if let Some(n) = memchr(b'\n', &buffer[held..held + more]) {
                break held + n;
            }
            held += more;
            step = step.saturating_mul(2).min(longest.saturating_add(1)).max(1);
        };
        let line = &buffer[last..line_end];
        if line != BOM || *size != BOM.len() as u64 {
            self.line(line, from + last as u64);
        }
        Ok(())
    }

    /// Lines of JSON; each but the last has its line end.
    fn lines(&mut self, bytes: &[u8], offset: u64) {
        let mut at = 0;
        while at < bytes.len() {
            let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
            self.line(&bytes[at..end], offset + at as u64);
            at = end + 1;
        }
    }

    /// One line without its line feed.
    fn line(&mut self, line: &[u8], offset: u64) {
        let (line, offset) = match (offset, line.strip_prefix(BOM)) {
            (0, Some(line)) => (line, BOM.len() as u64),
            _ => (line, offset),
        };
        let settings = &self.context.settings;
        if line.len() > settings.longest_record() {
            let id = self.context.id_of_too_long(line);
            self.reject(id, settings.too_long(SourceFormat::Jsonl));
        } else if !line.trim_ascii_start().is_empty() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let ParseBuffers {
                lossy, decoding, ..
            } = &mut self.buffers;
            decoding.clear(settings.kept_bytes());
            let (text, replaced) = decode(line, lossy);
            let first = offset <= BOM.len() as u64 && self.tally.records == 0;
            if first && self.context.lookup.has_chosen() {
                self.context.note_names(jsonl::names(text));
            }
            let parsed = jsonl::parse(text, replaced, &self.context.lookup, decoding);
            let place = SourcePlace {
                source: self.number,
                length: line.len() as u32,
                offset,
            };
            hand_over(parsed, place, &mut self.tally, self.sink);
        }
        self.tally.lines += 1;
    }

    /// Whole records of a table.
    fn table(&mut self, bytes: &[u8], offset: u64, header: usize, last: bool) {
        let (Some(delimiter), Some(columns)) =
            (self.source.format.delimiter(), self.source.columns.get())
        else {
            self.tally.lines += delimited::line_ends(bytes);
            return;
        };
        let settings = &self.context.settings;
        let mut counted = 0;
        let mut at = header;
        loop {
            at = delimited::skip_line_ends(bytes, at);
            self.tally.lines += delimited::line_ends(&bytes[counted..at]);
            counted = at;
            if at == bytes.len() {
                break;
            }
            let ParseBuffers {
                lossy,
                fields,
                decoding,
                ..
            } = &mut self.buffers;
            let end = fields.split(bytes, at, delimiter);
            let record = &bytes[at..end];
            if record.len() > settings.longest_record() {
                self.reject(None, settings.too_long(self.source.format));
            } else {
                decoding.clear(settings.kept_bytes());
                let (text, replaced) = decode(record, lossy);
                if replaced {
                    fields.split(text.as_bytes(), 0, delimiter);
                }
                let parsed = delimited::parse(text, replaced, fields, columns, decoding);
                let place = SourcePlace {
                    source: self.number,
                    length: record.len() as u32,
                    offset: offset + at as u64,
                };
                hand_over(parsed, place, &mut self.tally, self.sink);
            }
            at = end;
        }
        self.tally.lines += u64::from(last && !bytes.is_empty() && !bytes.ends_with(b"\n"));
    }

    /// A text file.
    fn text(&mut self, bytes: &[u8], offset: u64) {
        let (text, replaced) = decode(bytes, &mut self.buffers.lossy);
        let place = SourcePlace {
            source: self.number,
            length: bytes.len() as u32,
            offset,
        };
        let parsed = Ok(text_document(&self.source.name, text, replaced));
        hand_over(parsed, place, &mut self.tally, self.sink);
        self.tally.lines +=
            delimited::line_ends(bytes) + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
    }

    /// Rejects the current record.
    fn reject(&mut self, id: Option<String>, reason: String) {
        reject(RejectedRecord { id, reason }, self.number, &mut self.tally);
    }
}

/// Buffers for parsing, kept by each thread from block to block.
#[derive(Debug, Default)]
pub(super) struct ParseBuffers {
    /// Bytes read from a file or the spool.
    pub(super) bytes: Vec<u8>,
    /// A record whose broken UTF-8 was replaced.
    pub(super) lossy: String,
    pub(super) fields: RecordFields,
    pub(super) decoding: Decoding,
}

thread_local! {
    /// Taken while in use, since a sink may parse too (rayon runs other work on a waiting thread).
    static BUFFERS: Cell<Option<Box<ParseBuffers>>> = const { Cell::new(None) };
}

impl ParseBuffers {
    pub(super) fn take() -> Self {
        BUFFERS
            .take()
            .map_or_else(Self::default, |buffers| *buffers)
    }

    /// Keeps the buffers for the next use on this thread, except those that are longer than `keep`.
    pub(super) fn put_back(mut self, keep: usize) {
        if self.bytes.len() > keep {
            self.bytes = Vec::new();
        }
        if self.lossy.capacity() > keep {
            self.lossy = String::new();
        }
        self.decoding.clear(keep);
        BUFFERS.set(Some(Box::new(self)));
    }
}

/// Parses the bytes of one record, whatever its format.
pub(super) fn parse_record<'s>(
    lookup: &FieldLookup,
    source: &'s InputSource,
    bytes: &'s [u8],
    lossy: &'s mut String,
    fields: &mut RecordFields,
    decoding: &'s mut Decoding,
) -> Result<AssembledRecord<'s>, RejectedRecord> {
    let (text, replaced) = decode(bytes, lossy);
    match source.format {
        SourceFormat::Jsonl => jsonl::parse(text, replaced, lookup, decoding),
        SourceFormat::Text => Ok(text_document(&source.name, text, replaced)),
        SourceFormat::Csv | SourceFormat::Tsv => {
            let (Some(delimiter), Some(columns)) =
                (source.format.delimiter(), source.columns.get())
            else {
                return Err(RejectedRecord {
                    id: None,
                    reason: "the table has no header".to_owned(),
                });
            };
            fields.split(text.as_bytes(), 0, delimiter);
            delimited::parse(text, replaced, fields, columns, decoding)
        }
    }
}

/// The document of a text file.
fn text_document<'s>(name: &'s str, text: &'s str, lossy: bool) -> AssembledRecord<'s> {
    let document = Document {
        id: Some(Cow::Borrowed(name)),
        text: Cow::Borrowed(text),
        ..Document::default()
    };
    AssembledRecord {
        document,
        notes: RecordNotes {
            lossy,
            ..RecordNotes::default()
        },
    }
}

/// Takes bytes as text. Broken UTF-8 is replaced, in `buffer`, and makes the second value true.
fn decode<'s>(bytes: &'s [u8], buffer: &'s mut String) -> (&'s str, bool) {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(_) => {
            buffer.clear();
            buffer.push_str(&String::from_utf8_lossy(bytes));
            (buffer, true)
        }
    }
}

/// Fills `buffer` from an offset on. `Err` is the reason to reject what should be there.
fn read_exactly(file: &std::fs::File, buffer: &mut [u8], offset: u64) -> Result<(), String> {
    match read_full_at(file, buffer, offset) {
        Ok(read) if read == buffer.len() => Ok(()),
        Ok(_) => Err(SHRUNK.to_owned()),
        Err(cause) => Err(format!("reading fails here: {cause}")),
    }
}

/// Gives a document to the sink, or notes the reject. The caller counts the record's lines
/// afterwards.
fn hand_over(
    parsed: Result<AssembledRecord<'_>, RejectedRecord>,
    place: SourcePlace,
    tally: &mut BlockTally,
    sink: &mut dyn FnMut(ParsedRecord<'_>),
) {
    match parsed {
        Ok(AssembledRecord { document, notes }) => {
            let record = tally.records;
            tally.records += 1;
            tally.lossy += u64::from(notes.lossy);
            tally.bad_dates += u64::from(notes.bad_date);
            tally.bad_ids += u64::from(notes.bad_id);
            tally.without_url += u64::from(document.url.is_none());
            if let Some(value) = notes.site_passed_over {
                tally.sites_passed_over.add(value);
            }
            sink(ParsedRecord {
                place,
                record,
                line: tally.lines,
                document,
            });
        }
        Err(rejected) => reject(rejected, place.source, tally),
    }
}

fn reject(RejectedRecord { id, reason }: RejectedRecord, source: u32, tally: &mut BlockTally) {
    tally.rejects.push(Reject {
        source,
        record: tally.records,
        line: tally.lines,
        id,
        reason,
    });
    tally.records += 1;
}

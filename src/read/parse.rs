//! Parsing: the bytes of a block become documents, rejects and counts.

use std::borrow::Cow;
use std::cell::Cell;

use memchr::{memchr, memrchr};

use super::assemble::{AssembledRecord, Decoding, RecordNotes, RejectedRecord};
use super::block::UnreadableBytes;
use super::cells::{self, RecordFields};
use super::context::ReadContext;
use super::date_order::RecordDate;
use super::delimited;
use super::encoding;
use super::feeds::{self, UnreadableItem};
use super::format::{BOM, SourceFormat};
use super::html;
use super::jsonl;
use super::names::show;
use super::pieces::{Piece, PieceFault};
use super::raw_document::RawDocument;
use super::settings::READ_ON;
use super::source::{InputSource, OpenFile, SourceOrigin, read_full_at};
use super::warc::{self, WarcContent};
use crate::document::{
    BlockTally, DATE_EXAMPLES, DateExample, Document, ParsedRecord, Reject, SourcePlace,
};
use crate::text::mending::mended;

/// The reason to reject the rest of a file that was cut off during the run.
const SHRUNK: &str =
    "the file is shorter than it was when it was opened; run again when nothing writes to it";

/// Characters of a date that are shown as an example of what was not understood.
const DATE_CHARACTERS: usize = 40;

/// Parses the records of one block, one after the other, and counts.
pub(super) struct BlockParser<'p, 's> {
    pub(super) context: &'p ReadContext,
    number: u32,
    pub(super) source: &'p InputSource,
    pub(super) tally: BlockTally,
    sink: &'s mut dyn FnMut(ParsedRecord<'_>),
    buffers: ParseBuffers,
    /// The names of the first record that could be read were noted, if they must be.
    noted_first: bool,
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
            noted_first: false,
        }
    }

    /// Ends the block: its counts, and the buffers for the next one.
    pub(super) fn finish(self) -> (BlockTally, ParseBuffers) {
        (self.tally, self.buffers)
    }

    /// Whole records of any format.
    pub(super) fn records(
        &mut self,
        bytes: &[u8],
        offset: u64,
        before: u64,
        pieces: Option<&[Piece]>,
        ends_within_line: bool,
    ) {
        self.tally.bytes += before + bytes.len() as u64;
        match (pieces, self.source.layout.format) {
            (pieces, format) if format.is_converted() => self.convert(bytes, offset, pieces),
            (Some(pieces), _) => self.pieces(bytes, offset, pieces),
            (None, SourceFormat::Text) => self.text(bytes, offset),
            // Counts a line without an end itself.
            (None, _) => return self.lines(bytes, offset),
        }
        self.tally.lines += u64::from(ends_within_line);
    }

    /// Bytes that cannot be read: one reject.
    pub(super) fn unreadable(&mut self, lost: UnreadableBytes) {
        self.tally.bytes += lost.bytes;
        self.reject(RejectedRecord {
            unknown_loss: lost.unknown_loss,
            ..RejectedRecord::new(lost.id, lost.reason)
        });
        self.tally.lines += lost.lines;
    }

    /// The lines of a plain file that start in a range of bytes.
    pub(super) fn range(&mut self, start: u64, end: u64) {
        // The parser's other methods take the whole of `self`.
        let mut bytes = std::mem::take(&mut self.buffers.bytes);
        if let Err(reason) = self.lines_of_range(start, end, &mut bytes) {
            self.reject(RejectedRecord {
                unknown_loss: true,
                ..RejectedRecord::new(None, reason)
            });
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
    pub(super) fn lines(&mut self, bytes: &[u8], offset: u64) {
        let mut at = 0;
        while at < bytes.len() {
            let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
            self.line(&bytes[at..end], offset + at as u64);
            at = end + 1;
        }
    }

    /// One line without its line feed.
    pub(super) fn line(&mut self, line: &[u8], offset: u64) {
        let (line, offset) = match (offset, line.strip_prefix(BOM)) {
            (0, Some(line)) => (line, BOM.len() as u64),
            _ => (line, offset),
        };
        let settings = &self.context.settings;
        if line.len() > settings.longest_record() {
            let id = self.context.id_of_too_long(line);
            let reason = settings.too_long(SourceFormat::Jsonl);
            self.reject(RejectedRecord::new(id, reason));
        } else if !line.trim_ascii_start().is_empty() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.record(line, offset);
        }
        self.tally.lines += 1;
    }

    /// One whole record, at a place of the source.
    fn record(&mut self, bytes: &[u8], offset: u64) {
        self.note_first(bytes, offset);
        let ParseBuffers {
            lossy,
            fields,
            decoding,
            ..
        } = &mut self.buffers;
        decoding.clear(self.context.settings.kept_bytes());
        let parsed = parse_record(self.context, self.source, bytes, lossy, fields, decoding);
        let place = SourcePlace {
            source: self.number,
            length: bytes.len() as u32,
            offset,
        };
        hand_over(parsed, place, &mut self.tally, self.sink);
    }

    /// Notes the names of the first record of the block, which may be suggested for one that no
    /// record has.
    fn note_first(&mut self, bytes: &[u8], offset: u64) {
        let is_json = self.source.layout.format != SourceFormat::Text;
        let first = !std::mem::replace(&mut self.noted_first, true);
        if is_json && first && self.context.lookup.has_chosen() {
            let text = String::from_utf8_lossy(bytes);
            let place = (self.number, offset);
            self.context.note_names(place, jsonl::names(&text));
        }
    }

    /// A row of which the `texts` are in memory and the rest is in a line. Returns false, and does
    /// nothing, if it gives no document. `length` is that of the record.
    pub(super) fn row(
        &mut self,
        line: &str,
        texts: &[Option<&str>],
        length: u32,
        offset: u64,
    ) -> bool {
        self.note_first(line.as_bytes(), offset);
        let decoding = &mut self.buffers.decoding;
        decoding.clear(self.context.settings.kept_bytes());
        let parsed = parse_row(self.context, self.source, line, texts, decoding);
        let is_document = parsed.is_ok();
        if is_document {
            let place = SourcePlace {
                source: self.number,
                length,
                offset,
            };
            hand_over(parsed, place, &mut self.tally, self.sink);
            self.tally.lines += 1;
        }
        is_document
    }

    /// Records whose documents are made by a conversion. The documents are kept in the spool, as
    /// lines of JSON.
    fn convert(&mut self, bytes: &[u8], offset: u64, pieces: Option<&[Piece]>) {
        let mut kept = Vec::new();
        match self.source.layout.format {
            SourceFormat::Warc => {
                let mut counted = 0;
                for piece in pieces.unwrap_or_default() {
                    let range = piece.range.clone();
                    self.tally.lines += cells::line_ends(&bytes[counted..range.start]);
                    counted = range.end;
                    self.warc_record(piece, &bytes[range.clone()], offset, &mut kept);
                    if let Some(dropped) = &piece.dropped {
                        self.tally.lines += dropped.lines;
                        self.tally.bytes += dropped.bytes;
                    }
                    self.tally.lines += cells::line_ends(&bytes[range]);
                }
                self.tally.lines += cells::line_ends(&bytes[counted..]);
            }
            SourceFormat::Feed => {
                let mut items = Vec::new();
                let read = feeds::items(bytes, &mut |item| items.push(item));
                for item in items {
                    match item {
                        Ok(document) => self.converted(document, offset, &mut kept),
                        Err(UnreadableItem { id, reason }) => {
                            self.reject(RejectedRecord::new(id, reason));
                        }
                    }
                }
                if let Err(error) = read {
                    self.reject(RejectedRecord {
                        unknown_loss: true,
                        ..RejectedRecord::new(None, error.to_string())
                    });
                }
            }
            _ => {
                let encoding = self.context.settings.encoding;
                let declared = encoding.map(|label| format!("text/html; charset={}", label.name()));
                let (text, _) = html::decode(bytes, declared.as_deref());
                match html::page(&text, None) {
                    Ok(document) => {
                        let id = document.id.or_else(|| Some(self.source.name.clone()));
                        let document = RawDocument { id, ..document };
                        self.converted(document, offset, &mut kept);
                    }
                    Err(error) => self.reject(RejectedRecord::new(None, error.to_string())),
                }
            }
        }
        if pieces.is_none() {
            self.tally.lines += cells::line_ends(bytes);
        }
        if let Err(error) = self.context.keep(self.source, &kept, offset) {
            self.reject(RejectedRecord {
                unknown_loss: true,
                ..RejectedRecord::new(None, error.to_string())
            });
        }
    }

    /// One record of a web archive.
    fn warc_record(&mut self, piece: &Piece, record: &[u8], offset: u64, kept: &mut Vec<u8>) {
        if let Some(PieceFault::Lost(reason)) = piece.fault {
            return self.reject(RejectedRecord {
                unknown_loss: true,
                ..RejectedRecord::new(None, reason.to_owned())
            });
        }
        if piece.dropped.is_some() || record.len() > self.context.settings.longest_record() {
            let reason = self.context.settings.too_long(SourceFormat::Warc);
            return self.reject(RejectedRecord::new(None, reason));
        }
        match warc::parse(record) {
            WarcContent::Document {
                document, cut_off, ..
            } => {
                if cut_off {
                    self.remark("cut off");
                }
                self.converted(*document, offset, kept);
            }
            WarcContent::Other(kind) => {
                *self.tally.left_out.entry(kind.name()).or_default() += 1;
            }
            WarcContent::Rejected { id, reason } => {
                self.reject(RejectedRecord::new(id, reason));
            }
        }
    }

    /// Hands over a document that was converted, and keeps it.
    fn converted(&mut self, document: RawDocument, base: u64, kept: &mut Vec<u8>) {
        let start = kept.len();
        if document.text.is_none() && self.source.layout.format != SourceFormat::Feed {
            self.remark("without an article");
        }
        let text = document.text.or_else(|| Some(String::new()));
        RawDocument { text, ..document }.write(kept);
        self.record(&kept[start..kept.len() - 1], base + start as u64);
    }

    /// Records that a finder found, and what it lost.
    fn pieces(&mut self, bytes: &[u8], offset: u64, pieces: &[Piece]) {
        let settings = &self.context.settings;
        let mut counted = 0;
        for piece in pieces {
            let range = piece.range.clone();
            self.tally.lines += cells::line_ends(&bytes[counted..range.start]);
            counted = range.end;
            let record = &bytes[range.clone()];
            match (&piece.dropped, piece.fault) {
                (_, Some(PieceFault::Lost(reason))) => self.reject(RejectedRecord {
                    unknown_loss: true,
                    ..RejectedRecord::new(None, reason.to_owned())
                }),
                (_, Some(PieceFault::NoRecords)) => {
                    let reason = self.source.layout.records.missing();
                    self.reject(RejectedRecord::new(None, reason));
                }
                (None, None) if record.len() <= settings.longest_record() => {
                    self.record(record, offset + range.start as u64);
                }
                (dropped, None) => {
                    let beginning = dropped
                        .as_ref()
                        .map_or(record, |dropped| &dropped.beginning);
                    let id = match self.source.layout.format {
                        SourceFormat::Json => self.context.id_of_too_long(beginning),
                        _ => None,
                    };
                    let reason = settings.too_long(self.source.layout.format);
                    self.reject(RejectedRecord::new(id, reason));
                }
            }
            if let Some(dropped) = &piece.dropped {
                self.tally.lines += dropped.lines;
                self.tally.bytes += dropped.bytes;
            }
            self.tally.lines += cells::line_ends(record);
        }
        self.tally.lines += cells::line_ends(&bytes[counted..]);
    }

    /// A text file.
    fn text(&mut self, bytes: &[u8], offset: u64) {
        self.record(bytes, offset);
        self.tally.lines += cells::line_ends(bytes);
    }

    /// Counts a document that something is said about.
    fn remark(&mut self, remark: &'static str) {
        *self.tally.remarks.entry(remark).or_default() += 1;
    }

    /// Rejects the current record.
    pub(super) fn reject(&mut self, rejected: RejectedRecord) {
        reject(rejected, self.number, &mut self.tally);
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
    context: &ReadContext,
    source: &'s InputSource,
    bytes: &'s [u8],
    lossy: &'s mut String,
    fields: &mut RecordFields,
    decoding: &'s mut Decoding,
) -> Result<AssembledRecord<'s>, RejectedRecord> {
    let (text, replaced) = decode(context, source, bytes, lossy);
    let dates = context.dates(source);
    let parsed = match source.layout.format {
        SourceFormat::Jsonl
        | SourceFormat::Json
        | SourceFormat::Parquet
        | SourceFormat::Arrow
        | SourceFormat::Xlsx => jsonl::parse(text, replaced, &context.lookup, decoding, dates),
        SourceFormat::Html | SourceFormat::Warc | SourceFormat::Feed => {
            jsonl::parse(text, replaced, &context.own_lookup, decoding, dates)
        }
        SourceFormat::Text => Ok(text_document(&source.name, text, replaced)),
        SourceFormat::Csv | SourceFormat::Tsv => {
            let Some(columns) = source.columns.get() else {
                let reason = "the table has no header".to_owned();
                return Err(RejectedRecord::new(None, reason));
            };
            let fits = fields.split_whole(text.as_bytes(), columns.dialect, columns.count());
            let parsed = delimited::parse(text, replaced, fits, fields, columns, decoding, dates);
            parsed.map(|mut record| {
                record.notes.mended = fields.is_mended(columns.dialect);
                record
            })
        }
    };
    parsed.map(|record| with_path_fields(context, source, record))
}

/// Parses a row of which the `texts` are in memory and the rest is in a line.
pub(super) fn parse_row<'s>(
    context: &ReadContext,
    source: &'s InputSource,
    line: &'s str,
    texts: &[Option<&'s str>],
    decoding: &'s mut Decoding,
) -> Result<AssembledRecord<'s>, RejectedRecord> {
    let dates = context.dates(source);
    let parsed = jsonl::parse_row(line, texts, &context.lookup, decoding, dates);
    parsed.map(|record| with_path_fields(context, source, record))
}

/// Takes the site and the date of publication from the path of the file, if the user wants that and
/// the record has none.
fn with_path_fields<'s>(
    context: &ReadContext,
    source: &'s InputSource,
    mut record: AssembledRecord<'s>,
) -> AssembledRecord<'s> {
    let wanted = context.settings.from_path;
    if wanted.site
        && record.document.site.is_none()
        && let Some(site) = &source.path_fields().site
    {
        record.document.site = Some(Cow::Borrowed(site));
        record.notes.site_of_path = true;
    }
    if wanted.date
        && record.published == RecordDate::Missing
        && let Some(published) = source.path_fields().published
    {
        record.document.published = Some(published);
        record.published = RecordDate::Known(published);
        record.notes.date_of_path = true;
    }
    record
}

/// The document of a text file.
fn text_document<'s>(name: &'s str, text: &'s str, lossy: bool) -> AssembledRecord<'s> {
    let document = Document {
        id: Some(Cow::Borrowed(name)),
        text: mended(text),
        ..Document::default()
    };
    AssembledRecord {
        document,
        notes: RecordNotes {
            lossy,
            ..RecordNotes::default()
        },
        published: RecordDate::Missing,
        crawled: RecordDate::Missing,
        published_text: None,
    }
}

/// Takes bytes as text. Bytes that are not UTF-8 are decoded, in `buffer`; what is broken in them is
/// replaced, and makes the second value true.
fn decode<'s>(
    context: &ReadContext,
    source: &InputSource,
    bytes: &'s [u8],
    buffer: &'s mut String,
) -> (&'s str, bool) {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return (text, false);
    }
    let given = context.settings.encoding;
    let encoding = given.unwrap_or_else(|| source.encoding_of_broken(context.settings.expansion));
    let (text, broken) = encoding::decode(bytes, encoding);
    buffer.clear();
    buffer.push_str(&text);
    (buffer, broken)
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
        Ok(AssembledRecord {
            document,
            notes,
            published,
            published_text,
            ..
        }) => {
            let record = tally.records;
            tally.records += 1;
            tally.lossy += u64::from(notes.lossy);
            tally.bad_dates += u64::from(published == RecordDate::NotUnderstood);
            note_example(published, published_text, tally);
            tally.bad_ids += u64::from(notes.bad_id);
            for (is, remark) in [
                (notes.mended, "with quotes mended"),
                (notes.site_of_path, "with the site of their path"),
                (notes.date_of_path, "with the date of their path"),
            ] {
                if is {
                    *tally.remarks.entry(remark).or_default() += 1;
                }
            }
            tally.without_url += u64::from(document.url.is_none());
            if let Some(value) = notes.site_passed_over {
                tally.sites_passed_over.add(value);
            }
            sink(ParsedRecord {
                place,
                record,
                line: tally.lines,
                document,
                open_date: published.open(),
            });
        }
        Err(rejected) => reject(rejected, place.source, tally),
    }
}

/// Keeps a date as an example if it is not understood, or not yet.
fn note_example(date: RecordDate, text: Option<&str>, tally: &mut BlockTally) {
    let (RecordDate::NotUnderstood | RecordDate::Open(_)) = date else {
        return;
    };
    let open = date.open().is_some();
    let examples = &mut tally.date_examples;
    let of_kind = examples.iter().filter(|one| one.open == open);
    if of_kind.clone().count() == DATE_EXAMPLES {
        return;
    }
    if let Some(text) = text.map(|text| show(text, DATE_CHARACTERS))
        && !of_kind.clone().any(|one| one.text == text)
    {
        examples.push(DateExample { text, open });
    }
}

fn reject(rejected: RejectedRecord, source: u32, tally: &mut BlockTally) {
    let RejectedRecord {
        id,
        reason,
        unknown_loss,
    } = rejected;
    tally.reject(Reject {
        source,
        record: tally.records,
        line: tally.lines,
        id,
        reason,
        unknown_loss,
    });
    tally.records += 1;
}

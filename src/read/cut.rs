//! Cuts a source that can only be read from front to back into blocks of whole records.
//!
//! Every source but a plain JSONL file is cut here: streams and compressed files are decompressed,
//! tables must be read in order because a quoted field may hold line ends, JSON because its
//! brackets must be counted, and a text file is one record. The threads that take the blocks parse
//! them; here bytes are only searched for the ends of records.
//!
//! At most `max_record` and one block of bytes are held at a time. A record longer than that is
//! skipped without being held.

use std::collections::VecDeque;
use std::io;

use memchr::{memchr, memrchr};

use super::block::{BlockContent, InputBlock, UnreadableBytes};
use super::cells::{RecordFields, line_ends, skip_line_ends};
use super::compression::Decompressor;
use super::context::ReadContext;
use super::delimited::{HeaderError, TableColumns};
use super::format::{BOM, LineEnd, SourceFormat};
use super::json_pieces::JsonFinder;
use super::made_offsets::offset_of_made;
use super::pieces::{DroppedBytes, Piece, PieceFinder};
use super::settings::HeaderLine;
use super::source::InputSource;
use super::table_pieces::{TableFinder, TableShape};
use super::warc::WarcFinder;
use crate::error::ReadError;

/// Iterator over the blocks of one source.
pub(super) struct BlockCutter<'c> {
    context: &'c ReadContext,
    source: &'c InputSource,
    number: u32,
    /// The source cannot be read again, so a copy goes to the spool.
    spooled: bool,
    reader: Decompressor<'c>,
    ends: EndFinder,
    /// Bytes read and not yet in a block; the first is the start of a record.
    held: Vec<u8>,
    /// Place of `held` in the source.
    offset: u64,
    /// Bytes before the first record that belong to no other block: the byte order mark.
    before: u64,
    started: bool,
    /// The bytes read so far end within a line.
    within_line: bool,
    ready: VecDeque<Result<InputBlock, ReadError>>,
    finished: bool,
    /// Number of blocks made.
    blocks: u64,
}

/// How the ends of records are found.
enum EndFinder {
    Lines(LineFinder),
    /// The whole source is one record, which goes by if it is too long.
    Source(Option<Box<DroppedBytes>>),
    /// The header of the table is not known yet.
    Header,
    Pieces(Box<dyn PieceFinder>),
}

/// State of finding the ends of lines.
#[derive(Default)]
struct LineFinder {
    /// Number of the bytes held that were searched.
    searched: usize,
    /// A line that is too long goes by.
    dropped: Option<Box<DroppedBytes>>,
}

impl<'c> BlockCutter<'c> {
    pub(super) fn new(
        context: &'c ReadContext,
        number: u32,
        source: &'c InputSource,
        reader: Decompressor<'c>,
        spooled: bool,
    ) -> Self {
        let layout = &source.layout;
        Self {
            context,
            source,
            number,
            spooled,
            reader,
            ends: match layout.format {
                SourceFormat::Jsonl => EndFinder::Lines(LineFinder::default()),
                SourceFormat::Json => {
                    EndFinder::Pieces(Box::new(JsonFinder::new(layout.records.clone())))
                }
                SourceFormat::Csv | SourceFormat::Tsv => EndFinder::Header,
                SourceFormat::Warc => EndFinder::Pieces(Box::new(WarcFinder::new())),
                _ => EndFinder::Source(None),
            },
            held: Vec::new(),
            offset: 0,
            before: 0,
            started: false,
            within_line: false,
            ready: VecDeque::new(),
            finished: false,
            blocks: 0,
        }
    }

    /// Reads some bytes, and cuts.
    fn step(&mut self) {
        match self.read() {
            Ok(0) => self.finish(None),
            Ok(_) => self.cut(false),
            Err(cause) => {
                let reason = self.reader.reason(&cause);
                self.cut(false);
                self.finish(Some(reason));
            }
        }
    }

    fn read(&mut self) -> io::Result<usize> {
        let block = self.context.settings.block_bytes.max(1);
        let begins = !std::mem::replace(&mut self.started, true);
        let limit = match begins {
            true => block.max(BOM.len()),
            false => block,
        };
        if begins {
            self.held = self.context.take_buffer();
        }
        let before = self.held.len();
        let read = self.reader.append(limit, &mut self.held);
        if begins && self.held.starts_with(BOM) {
            self.held.drain(..BOM.len());
            self.offset = BOM.len() as u64;
            self.before = BOM.len() as u64;
        }
        if let Some(byte) = self.held[before..].last() {
            self.within_line = *byte != b'\n';
        }
        read
    }

    /// Makes a block of the whole records among the bytes held. `last` says that the source ends
    /// with them.
    fn cut(&mut self, last: bool) {
        if matches!(self.ends, EndFinder::Header) && !self.read_header(last) {
            return;
        }
        let longest = self.context.settings.longest_record();
        match &mut self.ends {
            EndFinder::Lines(lines) => {
                if let Some(end) = lines.end(&self.held, last) {
                    self.push_records(end, None, last);
                } else {
                    self.skip_line(last);
                }
            }
            EndFinder::Source(dropped) if dropped.is_some() || self.held.len() > longest => {
                let so_far = dropped.get_or_insert_default();
                so_far.add(&self.held);
                self.held.clear();
                if last {
                    let dropped = dropped.take().unwrap_or_default();
                    let reason = self.too_long();
                    self.push_too_long(*dropped, None, reason, self.within_line);
                }
            }
            EndFinder::Source(_) if last => self.push_records(self.held.len(), None, true),
            EndFinder::Pieces(finder) => {
                let mut pieces = Vec::new();
                let done = finder.find(&self.held, last, longest, &mut pieces);
                if done.cut > 0 || last {
                    self.push_records(done.cut, Some(pieces), last);
                }
                self.held.drain(..done.dropped);
                self.offset += done.dropped as u64;
            }
            EndFinder::Source(_) | EndFinder::Header => {}
        }
    }

    /// Ends the source, either where it ends or where it breaks for `reason`. A record that is cut
    /// off by an error is lost with it.
    fn finish(&mut self, reason: Option<String>) {
        if self.finished {
            return;
        }
        if let Some(reason) = reason {
            self.push(BlockContent::Unreadable(UnreadableBytes {
                bytes: self.held.len() as u64,
                lines: 1,
                id: None,
                reason,
                unknown_loss: true,
            }));
        } else {
            self.cut(true);
        }
        self.finished = true;
    }

    /// Drops the bytes of a line that is too long as they go by.
    fn skip_line(&mut self, last: bool) {
        let longest = self.context.settings.longest_record();
        let EndFinder::Lines(lines) = &mut self.ends else {
            return;
        };
        if lines.dropped.is_none() && self.held.len() <= longest {
            return;
        }
        let dropped = lines.dropped.get_or_insert_default();
        let end = memchr(b'\n', &self.held).map(|n| n + 1);
        let passed = end.unwrap_or(self.held.len());
        dropped.add(&self.held[..passed]);
        lines.searched = 0;
        if end.is_some() || last {
            let dropped = lines.dropped.take().unwrap_or_default();
            let id = self.context.id_of_too_long(&dropped.beginning);
            let reason = self.too_long();
            self.push_too_long(*dropped, id, reason, end.is_none());
        }
        self.held.drain(..passed);
        self.offset += passed as u64;
    }

    /// Makes one reject of a record that went by. The source may end within its last line.
    fn push_too_long(
        &mut self,
        dropped: DroppedBytes,
        id: Option<String>,
        reason: String,
        ends_within_line: bool,
    ) {
        let before = std::mem::take(&mut self.before);
        self.push(BlockContent::Unreadable(UnreadableBytes {
            bytes: dropped.bytes + before,
            lines: dropped.lines + u64::from(ends_within_line),
            id,
            reason,
            unknown_loss: false,
        }));
    }

    fn too_long(&self) -> String {
        self.context.settings.too_long(self.source.layout.format)
    }

    /// Reads the header of a table from the bytes held. Returns false if they do not hold it, or if
    /// the table cannot be read.
    fn read_header(&mut self, last: bool) -> bool {
        let settings = &self.context.settings;
        let layout = &self.source.layout;
        let start = layout.before_header.min(self.held.len());
        let start = skip_line_ends(&self.held, start);
        if start == self.held.len() {
            if last {
                self.push_records(start, Some(Vec::new()), true);
            }
            return false;
        }
        let mut fields = RecordFields::default();
        let end = fields.split(&self.held, start, layout.dialect);
        if end == self.held.len() && !last {
            if end > settings.longest_record() {
                self.refuse("the first line is longer than a record may be".to_owned());
            }
            return false;
        }
        let first = &self.held[start..end];
        let lookup = &self.context.lookup;
        let (columns, end) = match &settings.header {
            HeaderLine::Present => {
                let line_end = LineEnd::at_start_of(&self.held[end..]);
                let columns = TableColumns::of_header(first, line_end, layout.dialect, lookup);
                (columns, end)
            }
            HeaderLine::Given(names) => (TableColumns::given(names, layout.dialect, lookup), start),
            HeaderLine::Inferred => (TableColumns::inferred(first, layout.dialect), start),
        };
        match columns {
            Ok(columns) => {
                let finder = TableFinder::new(TableShape::of(&columns), end);
                self.ends = EndFinder::Pieces(Box::new(finder));
                // Only this iterator sets it, and there is one per source.
                let _ = self.source.columns.set(Box::new(columns));
                true
            }
            Err(error) => {
                self.refuse_header(error);
                false
            }
        }
    }

    /// Gives up a table whose header cannot be used.
    fn refuse_header(&mut self, error: HeaderError) {
        let input = self.source.name.clone();
        let failure = match error {
            HeaderError::QuoteOpen => {
                return self
                    .refuse("a quote in the header line is never closed; close it".to_owned());
            }
            HeaderError::NoText(columns) => ReadError::NoTextColumn { input, columns },
            HeaderError::NoHeader => ReadError::NoHeader { input },
        };
        if self.source.walked {
            self.refuse(failure.to_string());
        } else {
            self.finished = true;
            self.ready.push_back(Err(failure));
        }
    }

    /// Makes one reject of a table that cannot be read.
    fn refuse(&mut self, reason: String) {
        let lost = self.unreadable(&self.held, reason);
        self.finished = true;
        self.push(lost);
    }

    fn unreadable(&self, bytes: &[u8], reason: String) -> BlockContent {
        BlockContent::Unreadable(UnreadableBytes {
            bytes: bytes.len() as u64,
            lines: line_ends(bytes),
            id: None,
            reason,
            unknown_loss: true,
        })
    }

    fn push(&mut self, content: BlockContent) {
        self.ready.push_back(Ok(InputBlock {
            source: self.number,
            content,
        }));
    }

    /// Makes a block of the first `end` bytes held.
    fn push_records(&mut self, end: usize, pieces: Option<Vec<Piece>>, last: bool) {
        let mut rest = self.context.take_buffer();
        rest.extend_from_slice(&self.held[end..]);
        let mut bytes = std::mem::replace(&mut self.held, rest);
        bytes.truncate(end);
        let converted = self.source.layout.format.is_converted();
        let offset = match converted {
            true => offset_of_made(self.blocks),
            false => self.offset,
        };
        self.blocks += 1;
        self.offset += end as u64;
        let before = std::mem::take(&mut self.before);
        let spooled = match converted {
            true => Ok(()),
            false => self.spool(&bytes, offset),
        };
        match spooled {
            Ok(()) => self.push(BlockContent::Records {
                bytes,
                offset,
                before,
                pieces,
                ends_within_line: last && self.within_line,
            }),
            Err(error) => {
                self.finished = true;
                self.ready.push_back(Err(error));
            }
        }
    }

    /// Keeps a copy of `bytes` if the source cannot be read again.
    fn spool(&self, bytes: &[u8], offset: u64) -> Result<(), ReadError> {
        match self.spooled {
            true => self.context.keep(self.source, bytes, offset),
            false => Ok(()),
        }
    }
}

impl Iterator for BlockCutter<'_> {
    type Item = Result<InputBlock, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(block) = self.ready.pop_front() {
                return Some(block);
            }
            if self.finished {
                return None;
            }
            self.step();
        }
    }
}

impl LineFinder {
    /// Index after the last whole line of the bytes held; at the end of the source, of all of them.
    fn end(&mut self, held: &[u8], last: bool) -> Option<usize> {
        if self.dropped.is_some() {
            return None;
        }
        let searched = std::mem::replace(&mut self.searched, held.len());
        if last {
            return Some(held.len());
        }
        let end = searched + memrchr(b'\n', &held[searched..])? + 1;
        self.searched = held.len() - end;
        Some(end)
    }
}

//! Cuts a source that can only be read from front to back into blocks of whole records.
//!
//! Every source but a plain JSONL file is cut here: streams and compressed files are decompressed,
//! tables must be read in order because a quoted field may hold line ends, and a text file is one
//! record. The threads that take the blocks parse them; here bytes are only searched for the ends
//! of records.
//!
//! At most `max_record` and one block of bytes are held at a time. A record longer than that is
//! skipped without being held.

use std::collections::VecDeque;
use std::io;

use memchr::{memchr, memrchr};

use super::block::{BlockContent, InputBlock, UnreadableBytes};
use super::compression::Decompressor;
use super::context::ReadContext;
use super::delimited::{RecordEnds, RecordFields, TableColumns, line_ends, skip_line_ends};
use super::format::{BOM, LineEnd, SourceFormat};
use super::source::InputSource;
use super::spool::SpooledRange;
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
    /// Number of them that were searched for the ends of records.
    searched: usize,
    /// Place of `held` in the source.
    offset: u64,
    /// Bytes before the first record that belong to no other block: the byte order mark.
    before: u64,
    started: bool,
    /// A record that is too long and is being skipped.
    skipping: Option<UnreadableBytes>,
    ready: VecDeque<Result<InputBlock, ReadError>>,
    finished: bool,
}

impl<'c> BlockCutter<'c> {
    pub(super) fn new(
        context: &'c ReadContext,
        number: u32,
        source: &'c InputSource,
        reader: Decompressor<'c>,
        spooled: bool,
    ) -> Self {
        Self {
            context,
            source,
            number,
            spooled,
            reader,
            ends: EndFinder::of(source.format),
            held: Vec::new(),
            searched: 0,
            offset: 0,
            before: 0,
            started: false,
            skipping: None,
            ready: VecDeque::new(),
            finished: false,
        }
    }

    /// Reads some bytes if all that were read are searched, then cuts.
    fn step(&mut self) {
        if self.searched == self.held.len() {
            match self.read() {
                Ok(0) => return self.finish(None),
                Ok(_) => {}
                Err(cause) => {
                    self.cut();
                    let reason = self.reader.reason(&cause);
                    return self.finish(Some(reason));
                }
            }
        }
        self.cut();
    }

    fn read(&mut self) -> io::Result<usize> {
        let block = self.context.settings.block_bytes.max(1);
        if self.started {
            return self.reader.append(block, &mut self.held);
        }
        self.started = true;
        self.held = self.context.take_buffer();
        let read = self.reader.append(block.max(BOM.len()), &mut self.held)?;
        if self.held.starts_with(BOM) {
            self.held.drain(..BOM.len());
            self.offset = BOM.len() as u64;
            self.before = BOM.len() as u64;
        }
        Ok(read)
    }

    /// Makes a block of the whole records among the bytes not yet searched.
    fn cut(&mut self) {
        if self.skipping.is_some() {
            return self.skip();
        }
        let end = self
            .ends
            .last(&self.held[self.searched..])
            .map(|end| self.searched + end);
        self.searched = self.held.len();
        if let Some(end) = end {
            self.push_records(end, false);
        }
        let settings = &self.context.settings;
        if self.held.len() > settings.longest_record() {
            self.skipping = Some(UnreadableBytes {
                bytes: self.held.len() as u64 + std::mem::take(&mut self.before),
                lines: line_ends(&self.held),
                id: match self.ends {
                    EndFinder::Lines => self.context.id_of_too_long(&self.held),
                    _ => None,
                },
                reason: settings.too_long(self.source.format),
            });
            self.offset += self.held.len() as u64;
            self.held = Vec::new();
            self.searched = 0;
        }
    }

    /// Drops the bytes not yet searched, up to the end of the record that is being skipped.
    fn skip(&mut self) {
        let Some(skipped) = &mut self.skipping else {
            return;
        };
        let fresh = &self.held[self.searched..];
        let end = self.ends.first(fresh);
        let passed = end.unwrap_or(fresh.len());
        skipped.bytes += passed as u64;
        skipped.lines += line_ends(&fresh[..passed]);
        self.held.drain(..self.searched + passed);
        self.offset += passed as u64;
        self.searched = 0;
        if end.is_some() {
            self.end_skipping();
        }
    }

    fn end_skipping(&mut self) {
        if let Some(skipped) = self.skipping.take() {
            // Without its header, the rest of a table cannot be understood.
            if matches!(self.ends, EndFinder::Table(_)) && self.source.columns.get().is_none() {
                self.finished = true;
            }
            self.push(BlockContent::Unreadable(skipped));
        }
    }

    /// Ends the source, either where it ends or where it breaks for `reason`. A record that is cut
    /// off by an error is lost with it.
    fn finish(&mut self, reason: Option<String>) {
        if self.finished {
            return;
        }
        if let Some(skipped) = &mut self.skipping {
            // The end of the source ends its last line.
            skipped.lines += 1;
            self.end_skipping();
        } else if reason.is_none()
            && (!self.held.is_empty() || self.before > 0 || matches!(self.ends, EndFinder::Source))
        {
            self.push_records(self.held.len(), true);
        }
        if let Some(reason) = reason {
            self.push(BlockContent::Unreadable(UnreadableBytes {
                bytes: self.held.len() as u64,
                lines: 1,
                id: None,
                reason,
            }));
        }
        self.finished = true;
    }

    fn push(&mut self, content: BlockContent) {
        self.ready.push_back(Ok(InputBlock {
            source: self.number,
            content,
        }));
    }

    /// Makes a block of the first `end` bytes held.
    fn push_records(&mut self, end: usize, last: bool) {
        let mut rest = self.context.take_buffer();
        rest.extend_from_slice(&self.held[end..]);
        self.searched -= end;
        let mut bytes = std::mem::replace(&mut self.held, rest);
        bytes.truncate(end);
        let offset = self.offset;
        self.offset += end as u64;

        let prepared = self.header(&bytes).and_then(|header| {
            self.spool(&bytes, offset).map_err(Err)?;
            Ok(header)
        });
        match prepared {
            Ok(header) => {
                let before = std::mem::take(&mut self.before);
                self.push(BlockContent::Records {
                    bytes,
                    offset,
                    before,
                    header,
                    last,
                });
            }
            Err(stop) => {
                self.finished = true;
                self.ready.push_back(stop);
            }
        }
    }

    /// Keeps a copy of `bytes` if the source cannot be read again.
    fn spool(&self, bytes: &[u8], offset: u64) -> Result<(), ReadError> {
        if !self.spooled {
            return Ok(());
        }
        let spool = &self.context.spool;
        let in_spool = spool.append(bytes).map_err(|cause| ReadError::Spool {
            input: self.source.name.clone(),
            directory: spool.directory().display().to_string(),
            cause,
        })?;
        self.source.note_spooled(SpooledRange {
            offset,
            in_spool,
            length: bytes.len() as u64,
        });
        Ok(())
    }

    /// Reads the header of a table if it is not known yet. Returns how many of `bytes` it takes, or
    /// the last item of a source that ends here.
    fn header(&self, bytes: &[u8]) -> Result<usize, Result<InputBlock, ReadError>> {
        let Some(delimiter) = self.source.format.delimiter() else {
            return Ok(0);
        };
        if self.source.columns.get().is_some() {
            return Ok(0);
        }
        let start = skip_line_ends(bytes, 0);
        if start == bytes.len() {
            return Ok(start);
        }
        let mut fields = RecordFields::default();
        let end = fields.split(bytes, start, delimiter);
        let line_end = LineEnd::at_start_of(&bytes[end..]);
        let header = &bytes[start..end];
        match TableColumns::of_header(header, line_end, delimiter, &self.context.lookup) {
            Ok(columns) if !fields.quote_open() => {
                // Only this iterator sets it, and there is one per source.
                let _ = self.source.columns.set(Box::new(columns));
                Ok(end)
            }
            Ok(_) => Err(self.unreadable_table(
                bytes,
                "a quote in the header line is never closed; close it".to_owned(),
            )),
            Err(columns) => {
                let failure = ReadError::NoTextColumn {
                    input: self.source.name.clone(),
                    columns,
                };
                if self.source.walked {
                    Err(self.unreadable_table(bytes, failure.to_string()))
                } else {
                    Err(Err(failure))
                }
            }
        }
    }

    /// The only block of a table that cannot be used.
    fn unreadable_table(&self, bytes: &[u8], reason: String) -> Result<InputBlock, ReadError> {
        Ok(InputBlock {
            source: self.number,
            content: BlockContent::Unreadable(UnreadableBytes {
                bytes: bytes.len() as u64,
                lines: line_ends(bytes),
                id: None,
                reason,
            }),
        })
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

/// Finds the ends of records in bytes that arrive piece by piece.
enum EndFinder {
    Lines,
    Table(RecordEnds),
    /// The whole source is one record.
    Source,
}

impl EndFinder {
    fn of(format: SourceFormat) -> Self {
        match (format, format.delimiter()) {
            (SourceFormat::Text, _) => Self::Source,
            (_, Some(delimiter)) => Self::Table(RecordEnds::new(delimiter)),
            (_, None) => Self::Lines,
        }
    }

    /// Index after the first end of a record in `fresh`.
    fn first(&mut self, fresh: &[u8]) -> Option<usize> {
        match self {
            Self::Lines => memchr(b'\n', fresh).map(|n| n + 1),
            Self::Table(ends) => ends.next_end(fresh),
            Self::Source => None,
        }
    }

    /// Index after the last end of a record in `fresh`.
    fn last(&mut self, fresh: &[u8]) -> Option<usize> {
        match self {
            Self::Lines => memrchr(b'\n', fresh).map(|n| n + 1),
            Self::Table(ends) => {
                let mut last = None;
                while let Some(end) = ends.next_end(&fresh[last.unwrap_or(0)..]) {
                    last = Some(last.unwrap_or(0) + end);
                }
                last
            }
            Self::Source => None,
        }
    }
}

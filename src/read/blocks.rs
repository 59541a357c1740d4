//! Cuts a source that can only be read from front to back into blocks of whole records.
//!
//! That is every source but a plain JSONL file: streams and compressed files are decompressed here, tables must be read in
//! order because a quote may hold line ends, a text file is one record. Parsing is left to the threads
//! that take the blocks; here bytes are only searched for the ends of records.
//!
//! At most `max_record` and one block of bytes are held at a time. A record longer than that is walked over, not kept.

use std::collections::VecDeque;
use std::io;

use memchr::{memchr, memrchr};

use super::delimited::{Columns, Ended, Fields, RecordEnds, line_ends, skip_line_ends};
use super::source::{Kept, Source, Spool, Unpacked};
use super::{BOM, Block, Format, Inputs, LineEnd, Lost, Work};
use crate::error::ReadError;

/// The blocks of one source.
pub(super) struct Cut<'c> {
    inputs: &'c Inputs,
    source: &'c Source,
    number: u32,
    /// Where to keep a copy; `None` where the file itself can be read again.
    spool: Option<&'c Spool>,
    reader: Unpacked<'c>,
    ends: Ends,
    /// Bytes read and not yet given away; the first is the start of a record.
    held: Vec<u8>,
    /// How many of them were searched for the ends of records.
    searched: usize,
    /// Where in the source `held` starts.
    offset: u64,
    /// Bytes before the first record that belong to no block otherwise: the byte order mark.
    before: u64,
    started: bool,
    /// A record that is too long is being walked over.
    skipping: Option<Lost>,
    ready: VecDeque<Result<Block, ReadError>>,
    finished: bool,
}

/// How the end of a record is known.
enum Ends {
    Line,
    Table(RecordEnds),
    /// The whole source is one record.
    Source,
}

impl Ends {
    fn first(&mut self, fresh: &[u8]) -> Option<usize> {
        match self {
            Self::Line => memchr(b'\n', fresh).map(|n| n + 1),
            Self::Table(ends) => ends.next_end(fresh),
            Self::Source => None,
        }
    }

    fn last(&mut self, fresh: &[u8]) -> Option<usize> {
        match self {
            Self::Line => memrchr(b'\n', fresh).map(|n| n + 1),
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

impl<'c> Cut<'c> {
    pub(super) fn new(
        inputs: &'c Inputs,
        number: u32,
        source: &'c Source,
        reader: Unpacked<'c>,
        spool: Option<&'c Spool>,
    ) -> Self {
        let ends = match (source.format, source.format.delimiter()) {
            (Format::Text, _) => Ends::Source,
            (_, Some(delimiter)) => Ends::Table(RecordEnds::new(delimiter)),
            (_, None) => Ends::Line,
        };
        Self {
            inputs,
            source,
            number,
            spool,
            reader,
            ends,
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

    /// Does one step: reads some, or cuts what was read.
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
        let block = self.inputs.settings.block_bytes.max(1);
        if self.started {
            return self.reader.append(block, &mut self.held);
        }
        self.started = true;
        self.held = self.inputs.buffer();
        let read = self.reader.append(block.max(BOM.len()), &mut self.held)?;
        if self.held.starts_with(BOM) {
            self.held.drain(..BOM.len());
            self.offset = BOM.len() as u64;
            self.before = BOM.len() as u64;
        }
        Ok(read)
    }

    /// Gives away the whole records among the bytes not yet searched.
    fn cut(&mut self) {
        let max_record = self.inputs.max_record();
        if let Some(lost) = &mut self.skipping {
            let fresh = &self.held[self.searched..];
            let end = self.ends.first(fresh);
            let passed = end.unwrap_or(fresh.len());
            lost.bytes += passed as u64;
            lost.lines += line_ends(&fresh[..passed]);
            self.held.drain(..self.searched + passed);
            self.offset += passed as u64;
            self.searched = 0;
            if end.is_some() {
                self.end_skipping();
            }
            return;
        }
        let end = self
            .ends
            .last(&self.held[self.searched..])
            .map(|end| self.searched + end);
        self.searched = self.held.len();
        if let Some(end) = end {
            self.give(end, false);
        }
        if self.held.len() > max_record {
            self.skipping = Some(Lost {
                bytes: self.held.len() as u64 + std::mem::take(&mut self.before),
                lines: line_ends(&self.held),
                id: match self.ends {
                    Ends::Line => self.inputs.id_of_too_long(&self.held),
                    _ => None,
                },
                reason: self.inputs.too_long(self.source.format),
            });
            self.offset += self.held.len() as u64;
            self.held = Vec::new();
            self.searched = 0;
        }
    }

    fn end_skipping(&mut self) {
        if let Some(lost) = self.skipping.take() {
            // What follows a header that was lost cannot be understood.
            if matches!(self.ends, Ends::Table(_)) && self.source.columns.get().is_none() {
                self.finished = true;
            }
            self.ready.push_back(Ok(Block {
                source: self.number,
                work: Work::Lost(lost),
            }));
        }
    }

    /// The source is at its end, or breaks off for `reason`; then a record that is not whole is lost with it.
    fn finish(&mut self, reason: Option<String>) {
        if self.finished {
            return;
        }
        if let Some(lost) = &mut self.skipping {
            // The line that the end of the source ends.
            lost.lines += 1;
            self.end_skipping();
        } else if reason.is_none()
            && (!self.held.is_empty() || self.before > 0 || matches!(self.ends, Ends::Source))
        {
            self.give(self.held.len(), true);
        }
        if let Some(reason) = reason {
            let lost = Lost {
                bytes: self.held.len() as u64,
                lines: 1,
                id: None,
                reason,
            };
            self.ready.push_back(Ok(Block {
                source: self.number,
                work: Work::Lost(lost),
            }));
        }
        self.finished = true;
    }

    /// Gives away the first `end` bytes held.
    fn give(&mut self, end: usize, last: bool) {
        let mut rest = self.inputs.buffer();
        rest.extend_from_slice(&self.held[end..]);
        self.searched -= end;
        let mut bytes = std::mem::replace(&mut self.held, rest);
        bytes.truncate(end);
        let offset = self.offset;
        self.offset += end as u64;

        let skip = match self.header(&bytes) {
            Ok(skip) => skip,
            Err(stop) => {
                self.finished = true;
                self.ready.push_back(stop);
                return;
            }
        };
        if let Some(spool) = self.spool {
            match spool.append(&bytes) {
                Ok(spooled) => self.source.keep(Kept {
                    offset,
                    spooled,
                    length: end as u64,
                }),
                Err(cause) => {
                    self.finished = true;
                    self.ready.push_back(Err(ReadError::Spool {
                        input: self.source.name.clone(),
                        directory: spool.directory().display().to_string(),
                        cause,
                    }));
                    return;
                }
            }
        }
        let before = std::mem::take(&mut self.before);
        self.ready.push_back(Ok(Block {
            source: self.number,
            work: Work::Bytes {
                bytes,
                offset,
                before,
                skip,
                last,
            },
        }));
    }

    /// Reads the header of a table where it is not yet known; how many bytes it takes of this block.
    fn header(&self, bytes: &[u8]) -> Result<usize, Result<Block, ReadError>> {
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
        let (end, ended) = Fields::default().split(bytes, start, delimiter);
        let line_end = LineEnd::before(&bytes[end..]);
        let header = &bytes[start..end];
        match Columns::of_header(header, line_end, delimiter, &self.inputs.lookup) {
            Ok(columns) if ended == Ended::Whole => {
                // Only this source's one iterator sets it.
                let _ = self.source.columns.set(Box::new(columns));
                Ok(end)
            }
            Ok(_) => Err(self.lost_table(
                bytes,
                "a quote in the header line is never closed; close it".to_owned(),
            )),
            Err(columns) => {
                let failure = ReadError::NoTextColumn {
                    input: self.source.name.clone(),
                    columns,
                };
                if self.source.walked {
                    Err(self.lost_table(bytes, failure.to_string()))
                } else {
                    Err(Err(failure))
                }
            }
        }
    }

    /// A table of which nothing can be used.
    fn lost_table(&self, bytes: &[u8], reason: String) -> Result<Block, ReadError> {
        let lost = Lost {
            bytes: bytes.len() as u64,
            lines: line_ends(bytes),
            id: None,
            reason,
        };
        Ok(Block {
            source: self.number,
            work: Work::Lost(lost),
        })
    }
}

impl Iterator for Cut<'_> {
    type Item = Result<Block, ReadError>;

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

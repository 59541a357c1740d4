//! Blocks of the rows of columnar files and workbooks, as lines of JSON.

use std::fs::File;
use std::io;
use std::sync::PoisonError;

use super::block::{BlockContent, InputBlock, UnreadableBytes};
use super::columnar::{self, ARROW_STREAM_MAGIC, ColumnarError, RowReader};
use super::compression::{Compression, Decompressor};
use super::context::ReadContext;
use super::format::SourceFormat;
use super::source::{InputSource, ReadFrom, SourceOrigin, read_full_at};
use super::spreadsheet;
use crate::error::ReadError;

/// Iterator over the blocks of one columnar source.
pub(super) struct RowBlocks<'c> {
    context: &'c ReadContext,
    source: &'c InputSource,
    number: u32,
    state: RowState,
    /// Bytes of lines in the blocks before.
    offset: u64,
}

enum RowState {
    Closed,
    Open(Box<RowReader>),
    /// The rows, or the rest of them, cannot be read for this reason.
    Broken(String),
    Done,
}

impl<'c> RowBlocks<'c> {
    pub(super) fn new(context: &'c ReadContext, number: u32, source: &'c InputSource) -> Self {
        Self {
            context,
            source,
            number,
            state: RowState::Closed,
            offset: 0,
        }
    }

    /// The file with the rows: the input itself, or a copy of what it decompresses to.
    fn file(&self) -> io::Result<File> {
        let settings = &self.context.settings;
        let compression = self.source.layout.compression;
        let limit = settings.expansion;
        let directory = self.context.spool.directory();
        let unpack = |reader| Decompressor::new(compression, None, reader, limit);
        match &self.source.origin {
            SourceOrigin::File { path, open, .. } => {
                let file = match open {
                    Some(file) => file.try_clone()?,
                    None => File::open(path)?,
                };
                if compression == Compression::None {
                    return Ok(file);
                }
                let reader = ReadFrom { file: &file, at: 0 };
                columnar::copied(unpack(Box::new(reader))?, directory)
            }
            SourceOrigin::Member(place) => {
                columnar::copied(place.open(compression, None, limit)?, directory)
            }
            SourceOrigin::Stream(stream) => {
                let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                let reader = stream.take().unwrap_or_else(|| Box::new(io::empty()));
                columnar::copied(unpack(reader)?, directory)
            }
            SourceOrigin::Unreadable(cause) => Err(io::Error::other(cause.clone())),
        }
    }

    /// Opens the source. A workbook gives all its rows at once.
    fn open(&mut self, lines: &mut Vec<u8>) -> Result<RowState, ReadError> {
        let cannot_read = |cause: io::Error| RowState::Broken(format!("cannot be read: {cause}"));
        let file = match self.file() {
            Ok(file) => file,
            Err(cause) => return Ok(cannot_read(cause)),
        };
        let lookup = &self.context.lookup;
        let whole = self.context.settings.whole_records;
        let opened = match self.source.layout.format {
            SourceFormat::Parquet => RowReader::parquet(file, lookup, whole),
            SourceFormat::Arrow => {
                let mut first = [0; 4];
                let read = read_full_at(&file, &mut first, 0);
                let is_stream = read.is_ok() && first == ARROW_STREAM_MAGIC;
                RowReader::arrow(file, lookup, whole, is_stream)
            }
            _ => {
                let book = io::BufReader::new(file);
                return Ok(match spreadsheet::read(book, lookup, lines) {
                    Ok(()) => RowState::Done,
                    Err(reason) => RowState::Broken(reason),
                });
            }
        };
        let input = self.source.name.clone();
        match opened {
            Ok(reader) => Ok(RowState::Open(Box::new(reader))),
            Err(ColumnarError::Damaged(reason)) => Ok(RowState::Broken(reason)),
            Err(ColumnarError::NoText(columns)) => {
                let error = ReadError::NoTextColumn { input, columns };
                match self.source.walked {
                    true => Ok(RowState::Broken(error.to_string())),
                    false => Err(error),
                }
            }
        }
    }

    /// Reads lines of about one block, and closes the source where it ends.
    fn fill(&mut self, lines: &mut Vec<u8>) -> Result<(), ReadError> {
        if matches!(self.state, RowState::Closed) {
            self.state = RowState::Done;
            self.state = self.open(lines)?;
        }
        while let RowState::Open(reader) = &mut self.state
            && lines.len() < self.context.settings.block_bytes
        {
            match reader.read(lines) {
                Ok(true) => {}
                Ok(false) => self.state = RowState::Done,
                Err(reason) => self.state = RowState::Broken(reason),
            }
        }
        Ok(())
    }

    /// Makes a block of lines.
    fn records(&mut self, lines: Vec<u8>) -> Result<InputBlock, ReadError> {
        let offset = self.offset;
        self.context.keep(self.source, &lines, offset)?;
        self.offset += lines.len() as u64;
        Ok(InputBlock {
            source: self.number,
            content: BlockContent::Records {
                bytes: lines,
                offset,
                before: 0,
                pieces: None,
                last: false,
            },
        })
    }
}

impl Iterator for RowBlocks<'_> {
    type Item = Result<InputBlock, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut lines = self.context.take_buffer();
        if let Err(error) = self.fill(&mut lines) {
            return Some(Err(error));
        }
        if !lines.is_empty() {
            return Some(self.records(lines));
        }
        let RowState::Broken(reason) = std::mem::replace(&mut self.state, RowState::Done) else {
            return None;
        };
        Some(Ok(InputBlock {
            source: self.number,
            content: BlockContent::Unreadable(UnreadableBytes {
                bytes: 0,
                lines: 1,
                id: None,
                reason,
                unknown_loss: true,
            }),
        }))
    }
}

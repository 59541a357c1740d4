//! Blocks of the rows of columnar files and workbooks.

use std::fs::File;
use std::io;
use std::sync::{Arc, PoisonError};

use super::block::{BlockContent, ColumnRows, InputBlock, UnreadableBytes};
use super::columnar::{self, ARROW_STREAM_MAGIC, ArrowRows, ColumnarError};
use super::compression::{Compression, Decompressor};
use super::context::ReadContext;
use super::format::SourceFormat;
use super::made_offsets::offset_of_made;
use super::parquet_fetch;
use super::parquet_parts::ParquetFile;
use super::remote::RemoteObject;
use super::source::{InputSource, ReadFrom, SourceOrigin, read_full_at};
use super::spreadsheet;
use crate::error::ReadError;

/// Iterator over the blocks of one columnar source.
pub(super) struct RowBlocks<'c> {
    context: &'c ReadContext,
    source: &'c InputSource,
    number: u32,
    /// `None` until the source was opened.
    contents: Option<Contents>,
    /// Number of blocks made.
    blocks: u64,
}

/// What a source gives: rows, and the reason why the rest cannot be read.
type Contents = Box<dyn Iterator<Item = Result<Rows, String>> + Send>;

/// Rows of a block.
enum Rows {
    Columns(ColumnRows),
    /// Lines of JSON.
    Lines(Vec<u8>),
}

impl<'c> RowBlocks<'c> {
    pub(super) fn new(context: &'c ReadContext, number: u32, source: &'c InputSource) -> Self {
        Self {
            context,
            source,
            number,
            contents: None,
            blocks: 0,
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
            SourceOrigin::Remote(object) => columnar::copied(unpack(object.reader())?, directory),
            SourceOrigin::Stream(stream) => {
                let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                let reader = stream.take().unwrap_or_else(|| Box::new(io::empty()));
                columnar::copied(unpack(reader)?, directory)
            }
            SourceOrigin::Batches(_) => Err(io::ErrorKind::Unsupported.into()),
            SourceOrigin::Unreadable(cause) => Err(io::Error::other(cause.clone())),
        }
    }

    /// The object, if it is a Parquet file of which parts can be fetched.
    fn parquet_object(&self) -> Option<&RemoteObject> {
        let layout = &self.source.layout;
        let is_parquet = layout.format == SourceFormat::Parquet;
        match &self.source.origin {
            SourceOrigin::Remote(object)
                if is_parquet && layout.compression == Compression::None =>
            {
                Some(object).filter(|object| object.has_ranges())
            }
            _ => None,
        }
    }

    /// Opens the source. A workbook gives all its rows at once.
    fn open(&self) -> Result<Contents, ReadError> {
        let broken = |reason: String| -> Contents { Box::new(std::iter::once(Err(reason))) };
        let object = self.parquet_object();
        let file = match object {
            Some(object) => parquet_fetch::footer(object, self.context.spool.directory()),
            None => self.file(),
        };
        let file = match file {
            Ok(file) => file,
            Err(cause) => return Ok(broken(format!("cannot be read: {cause}"))),
        };
        let lookup = &self.context.lookup;
        let whole = self.context.settings.whole_records;
        let opened = match self.source.layout.format {
            SourceFormat::Parquet => {
                let object = object.cloned();
                ParquetFile::open(file, object, lookup, whole).map(parquet_parts)
            }
            SourceFormat::Arrow => {
                let mut first = [0; 4];
                let read = read_full_at(&file, &mut first, 0);
                let is_stream = read.is_ok() && first == ARROW_STREAM_MAGIC;
                ArrowRows::open(file, lookup, whole, is_stream).map(arrow_batches)
            }
            _ => {
                let mut lines = Vec::new();
                let read = spreadsheet::read(io::BufReader::new(file), lookup, &mut lines);
                let rows = (!lines.is_empty()).then_some(Ok(Rows::Lines(lines)));
                return Ok(Box::new(rows.into_iter().chain(read.err().map(Err))));
            }
        };
        let input = self.source.name.clone();
        match opened {
            Ok(contents) => Ok(contents),
            Err(ColumnarError::Damaged(reason)) => Ok(broken(reason)),
            Err(ColumnarError::NoText(columns)) => {
                let error = ReadError::NoTextColumn { input, columns };
                match self.source.walked {
                    true => Ok(broken(error.to_string())),
                    false => Err(error),
                }
            }
        }
    }

    /// Makes a block.
    fn block(&mut self, rows: Result<Rows, String>) -> Result<InputBlock, ReadError> {
        let offset = offset_of_made(self.blocks);
        self.blocks += 1;
        let content = match rows {
            Ok(Rows::Columns(rows)) => BlockContent::Rows { rows, offset },
            Ok(Rows::Lines(bytes)) => {
                self.context.keep(self.source, &bytes, offset)?;
                BlockContent::Records {
                    bytes,
                    offset,
                    before: 0,
                    pieces: None,
                    ends_within_line: false,
                }
            }
            Err(reason) => BlockContent::Unreadable(UnreadableBytes {
                bytes: 0,
                lines: 1,
                id: None,
                reason,
                unknown_loss: true,
            }),
        };
        Ok(InputBlock {
            source: self.number,
            content,
        })
    }
}

impl Iterator for RowBlocks<'_> {
    type Item = Result<InputBlock, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.contents.is_none() {
            match self.open() {
                Ok(contents) => self.contents = Some(contents),
                Err(error) => {
                    self.contents = Some(Box::new(std::iter::empty()));
                    return Some(Err(error));
                }
            }
        }
        let rows = self.contents.as_mut()?.next()?;
        Some(self.block(rows))
    }
}

/// The parts of a file, one row group after the other. Those of an object are fetched here.
fn parquet_parts(file: ParquetFile) -> Contents {
    let file = Arc::new(file);
    let groups = 0..file.row_groups();
    let mut broken = false;
    let groups = groups.map_while(move |group| {
        let fetched = (!broken).then(|| file.fetch(group))?;
        broken = fetched.is_err();
        let parts = match &fetched {
            Ok(()) => file.parts(group),
            Err(_) => Vec::new(),
        };
        let file = Arc::clone(&file);
        let parts = parts.into_iter().map(move |part| {
            let rows = ColumnRows::Part(Arc::clone(&file), part);
            Ok(Rows::Columns(rows))
        });
        let failed = fetched.err().map(|cause| {
            let reason = format!("the rows from here on cannot be read: {cause}");
            Err(reason)
        });
        Some(parts.chain(failed))
    });
    Box::new(groups.flatten())
}

/// The rows up to the first that cannot be read.
fn arrow_batches(rows: ArrowRows) -> Contents {
    let mut broken = false;
    let readable = rows.take_while(move |batch| !std::mem::replace(&mut broken, batch.is_err()));
    Box::new(readable.map(|batch| match batch {
        Ok(batch) => Ok(Rows::Columns(ColumnRows::Batch(batch))),
        Err(error) => Err(format!("the rows from here on cannot be read: {error}")),
    }))
}

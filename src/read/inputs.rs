//! The inputs of a run as a [`Corpus`]: opened, cut into blocks, parsed block by block.

use std::fs::File;
use std::io;
use std::sync::PoisonError;

use arrow_array::RecordBatchReader;
use encoding_rs::UTF_8;

use super::batch_blocks::BatchBlocks;
use super::batches::BatchSource;
use super::block::{BlockContent, InputBlock, UnreadableBytes};
use super::cells::Dialect;
use super::columnar::ColumnarError;
use super::compression::{Compression, Decompressor};
use super::context::ReadContext;
use super::cut::BlockCutter;
use super::date_order::SeenOrders;
use super::delimited::Header;
use super::discovery::SkippedInputs;
use super::format::SourceFormat;
use super::open::{self, Content};
use super::parse::{BlockParser, ParseBuffers};
use super::recognise::Layout;
use super::rows::RowBlocks;
use super::settings::ReadSettings;
use super::source::{InputSource, ReadFrom, SourceOrigin};
use crate::document::{BlockTally, Corpus, DateOrder, ParsedRecord};
use crate::error::ReadError;

/// The assumption about a stream whose first bytes are UTF-8 and later ones are not.
const STREAM_ENCODING: &str = "encoding UTF-8, as the first 256 KiB show; what is not UTF-8 after \
    them was replaced: --encoding gives the encoding of a stream";

/// The inputs of a run.
#[derive(Debug)]
pub struct Inputs {
    pub(super) sources: Vec<InputSource>,
    skipped: SkippedInputs,
    pub(super) context: ReadContext,
}

/// Orders of day and month that dates prove, as bits: 1 if the day comes first, 2 for the month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProvenOrders {
    /// Those of times of publication.
    pub published: u8,
    /// Those of times of crawling.
    pub crawled: u8,
}

/// The blocks of one source.
pub(super) type Blocks<'b> = Box<dyn Iterator<Item = Result<InputBlock, ReadError>> + Send + 'b>;

impl Inputs {
    /// Opens files, directories (walked to any depth), addresses such as `s3://bucket/prefix/` and
    /// `-` for standard input.
    ///
    /// # Errors
    /// If a named input cannot be opened or its format cannot be detected. An error inside a
    /// directory becomes a reject instead.
    pub fn open(names: &[String], settings: ReadSettings) -> Result<Self, ReadError> {
        let context = ReadContext::new(settings);
        let (sources, skipped) = open::sources(names, &context)?;
        Ok(Self {
            sources,
            skipped,
            context,
        })
    }

    /// Reads one stream of bytes, as from a pipe. Rejects call it `name`.
    #[must_use]
    pub fn of_reader(
        name: &str,
        format: SourceFormat,
        reader: impl io::Read + Send + 'static,
        mut settings: ReadSettings,
    ) -> Self {
        settings.format = Some(format);
        let context = ReadContext::new(settings);
        let opened = open::open_stream(name, reader, &context);
        let (layout, origin) = match opened.map(Content::into_stream) {
            Ok(Some(opened)) => opened,
            Ok(None) => (Layout::plain(format), SourceOrigin::stream(io::empty())),
            Err(cause) => (
                Layout::plain(format),
                SourceOrigin::Unreadable(cause.to_string()),
            ),
        };
        Self {
            sources: vec![InputSource::new(name.to_owned(), false, layout, origin)],
            skipped: SkippedInputs::default(),
            context,
        }
    }

    /// Reads rows of columns that are in memory or come as a stream. Rejects call it `name`.
    ///
    /// Batches are kept in memory for a second reading, without a copy and with all their columns,
    /// until they have more than [`ReadSettings::kept_rows`] bytes. The rows after that are kept in the
    /// temporary directory. The stream is read by one thread at a time, on whichever asks for the
    /// next block.
    ///
    /// # Errors
    /// If no column can hold a text.
    pub fn of_batches(
        name: &str,
        batches: Box<dyn RecordBatchReader + Send>,
        settings: ReadSettings,
    ) -> Result<Self, ReadError> {
        let context = ReadContext::new(settings);
        let batches = BatchSource::new(batches, &context.lookup, &context.settings);
        let origin = match batches {
            Ok(batches) => SourceOrigin::Batches(Box::new(batches)),
            Err(ColumnarError::NoText(columns)) => {
                let input = name.to_owned();
                return Err(ReadError::NoTextColumn { input, columns });
            }
            Err(ColumnarError::Damaged(reason)) => SourceOrigin::Unreadable(reason),
        };
        let layout = Layout::plain(SourceFormat::Arrow);
        Ok(Self {
            sources: vec![InputSource::new(name.to_owned(), false, layout, origin)],
            skipped: SkippedInputs::default(),
            context,
        })
    }

    /// Reads what `write` writes to a temporary file.
    ///
    /// # Errors
    /// If there is no room for the file; those of `write`.
    pub fn of_written(
        name: &str,
        format: SourceFormat,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
        settings: ReadSettings,
    ) -> io::Result<Self> {
        let directory = settings.temp_dir.clone();
        let directory = directory.unwrap_or_else(std::env::temp_dir);
        let mut out = io::BufWriter::new(tempfile::tempfile_in(directory)?);
        write(&mut out)?;
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        io::Seek::rewind(&mut file)?;
        Ok(Self::of_reader(name, format, file, settings))
    }

    /// Total bytes of all blocks; `None` if a source is compressed or a stream, since its size is
    /// not known in advance.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.sources
            .iter()
            .map(|source| match &source.origin {
                SourceOrigin::File { bytes, .. } if source.layout.is_direct() => Some(*bytes),
                SourceOrigin::Remote(object) if source.layout.is_direct() => object.bytes(),
                SourceOrigin::Member(place)
                    if source.layout.is_direct() && place.compression == Compression::None =>
                {
                    Some(place.length)
                }
                SourceOrigin::Unreadable(_) => Some(0),
                _ => None,
            })
            .sum()
    }

    /// Tells whether the inputs can be read several times.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        let is_stream = |source: &InputSource| matches!(source.origin, SourceOrigin::Stream(_));
        !self.sources.iter().any(is_stream)
    }

    /// Orders of day and month that the dates of all sources prove. Complete once all blocks were
    /// parsed.
    #[must_use]
    pub fn proven_orders(&self) -> ProvenOrders {
        let all = |orders: fn(&InputSource) -> &SeenOrders| {
            let each = self.sources.iter().map(|source| orders(source).bits());
            each.fold(0, |all, bits| all | bits)
        };
        ProvenOrders {
            published: all(|source| &source.orders.published),
            crawled: all(|source| &source.orders.crawled),
        }
    }

    /// Adds orders of day and month that dates elsewhere prove, for sources that are parts of one.
    pub fn add_proven_orders(&self, proven: ProvenOrders) {
        for source in &self.sources {
            source.orders.published.add(proven.published);
            source.orders.crawled.add(proven.crawled);
        }
    }

    /// Files that were found in directories and archives and not read.
    #[must_use]
    pub fn skipped(&self) -> &SkippedInputs {
        &self.skipped
    }

    /// What was assumed of each source and the user may want to know: its number, and the
    /// encoding, the separator or the quotes. Complete once everything was read.
    pub fn assumptions(&self) -> impl Iterator<Item = (usize, String)> {
        self.sources
            .iter()
            .enumerate()
            .flat_map(|(number, source)| {
                let late = source.late_encoding().filter(|late| *late != UTF_8);
                let late = late.map(|late| format!("encoding {}", late.name()));
                let hidden = source.hides_encoding().then(|| STREAM_ENCODING.to_owned());
                let assumed = source.layout.assumptions().into_iter();
                let assumed = assumed.chain(late).chain(hidden);
                assumed.map(move |assumed| (number, assumed))
            })
    }

    /// Format of a source.
    #[must_use]
    pub fn format(&self, source: usize) -> Option<SourceFormat> {
        self.sources.get(source).map(|source| source.layout.format)
    }

    /// Separator and quotes of a table; `None` for a source of another format.
    #[must_use]
    pub fn dialect(&self, source: usize) -> Option<Dialect> {
        let layout = &self.sources.get(source)?.layout;
        layout.format.delimiter().map(|_| layout.dialect)
    }

    /// Header of a table, once its first block was read; `None` for a source that has none.
    #[must_use]
    pub fn header(&self, source: usize) -> Option<&Header> {
        let columns = self.sources.get(source)?.columns.get()?;
        Some(&columns.header)
    }

    /// Field names that were chosen in the settings and that no record had, each with the field
    /// that it was chosen for. Known once all blocks were parsed.
    #[must_use]
    pub fn unseen_names(&self) -> Vec<(&'static str, &str)> {
        let unseen = self.context.lookup.unseen();
        unseen.map(|(field, name)| (field.name(), name)).collect()
    }

    /// Names in the headers of tables and in the first records of other sources, sorted. Known once
    /// all blocks were parsed, if the settings choose names.
    #[must_use]
    pub fn names_found(&self) -> Vec<String> {
        let mut names = self.context.noted_names();
        for source in &self.sources {
            if let Some(columns) = source.columns.get() {
                names.extend(columns.header.names.iter().cloned());
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The blocks of a source that gives nothing but one reject.
    fn unreadable(number: u32, reason: String) -> Blocks<'static> {
        let content = BlockContent::Unreadable(UnreadableBytes {
            bytes: 0,
            lines: 1,
            id: None,
            reason,
            // The reject names the file.
            unknown_loss: false,
        });
        Box::new(std::iter::once(Ok(InputBlock {
            source: number,
            content,
        })))
    }

    /// The blocks of a plain JSONL file of `size` bytes, cut by arithmetic.
    fn ranges(&self, number: u32, size: u64) -> Blocks<'_> {
        let step = self.context.settings.block_bytes.max(1);
        let starts = (0..size).step_by(step);
        Box::new(starts.map(move |start| {
            let end = start.saturating_add(step as u64).min(size);
            Ok(InputBlock {
                source: number,
                content: BlockContent::Range { start, end },
            })
        }))
    }

    /// The bytes of a source as they are cut into records.
    fn decompressed<'c>(
        &self,
        source: &InputSource,
        reader: Box<dyn io::Read + Send + 'c>,
    ) -> io::Result<Decompressor<'c>> {
        let layout = &source.layout;
        let limit = self.context.settings.expansion;
        Decompressor::new(layout.compression, layout.transcoded(), reader, limit)
    }

    /// The blocks of a source that is read from front to back. `spooled` asks for a copy.
    fn cut<'c>(
        &'c self,
        number: u32,
        source: &'c InputSource,
        reader: io::Result<Decompressor<'c>>,
        spooled: bool,
    ) -> Blocks<'c> {
        match reader {
            Ok(reader) => {
                let context = &self.context;
                Box::new(BlockCutter::new(context, number, source, reader, spooled))
            }
            Err(cause) => Self::unreadable(number, format!("cannot be read: {cause}")),
        }
    }
}

impl Corpus for Inputs {
    type Block = InputBlock;

    fn sources(&self) -> usize {
        self.sources.len()
    }

    fn source_name(&self, source: usize) -> &str {
        self.sources.get(source).map_or("", |source| &source.name)
    }

    fn blocks(&self, source: usize) -> Blocks<'_> {
        let Some(from) = self.sources.get(source) else {
            return Box::new(std::iter::empty());
        };
        let number = u32::try_from(source).unwrap_or(u32::MAX);
        match &from.origin {
            SourceOrigin::Unreadable(cause) => {
                Self::unreadable(number, format!("cannot be opened: {cause}"))
            }
            SourceOrigin::Batches(batches) => {
                Box::new(BatchBlocks::new(&self.context, number, from, batches))
            }
            _ if from.layout.format.is_columnar() => {
                Box::new(RowBlocks::new(&self.context, number, from))
            }
            SourceOrigin::Stream(stream) => {
                match stream.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    Some(reader) => self.cut(number, from, self.decompressed(from, reader), true),
                    None => Box::new(std::iter::empty()),
                }
            }
            SourceOrigin::File { bytes, .. }
                if from.layout.format == SourceFormat::Jsonl && from.layout.is_direct() =>
            {
                self.ranges(number, *bytes)
            }
            SourceOrigin::File { path, open, .. } => {
                let reader = match open {
                    Some(file) => self.decompressed(from, Box::new(ReadFrom { file, at: 0 })),
                    None => {
                        File::open(path).and_then(|file| self.decompressed(from, Box::new(file)))
                    }
                };
                self.cut(number, from, reader, !from.layout.is_direct())
            }
            SourceOrigin::Remote(object) => {
                let reader = self.decompressed(from, object.reader());
                self.cut(number, from, reader, true)
            }
            SourceOrigin::Member(place) => {
                let layout = &from.layout;
                let limit = self.context.settings.expansion;
                let reader = place.open(layout.compression, layout.transcoded(), limit);
                self.cut(number, from, reader, true)
            }
        }
    }

    fn date_order(&self, source: usize) -> Option<DateOrder> {
        self.sources.get(source)?.orders.published.order()
    }

    fn parse(&self, block: InputBlock, sink: &mut dyn FnMut(ParsedRecord<'_>)) -> BlockTally {
        let Some(source) = self.sources.get(block.source as usize) else {
            return BlockTally::default();
        };
        let buffers = ParseBuffers::take();
        let mut parser = BlockParser::new(&self.context, block.source, source, buffers, sink);
        match block.content {
            BlockContent::Range { start, end } => parser.range(start, end),
            BlockContent::Records {
                bytes,
                offset,
                before,
                pieces,
                ends_within_line,
            } => {
                parser.records(&bytes, offset, before, pieces.as_deref(), ends_within_line);
                self.context.give_back(bytes);
            }
            BlockContent::Rows { rows, offset } => parser.rows(&rows, offset),
            BlockContent::Kept { batch, offset } => parser.kept_rows(&batch, offset),
            BlockContent::Unreadable(bytes) => parser.unreadable(bytes),
        }
        let (tally, buffers) = parser.finish();
        buffers.put_back(self.context.settings.kept_bytes());
        tally
    }
}

//! Readers: turn the bytes of files, directories and standard input into documents.
//!
//! [`Inputs`] is a [`Corpus`] of JSON lines, comma- or tab-separated tables and text files, plain or compressed.
//! What it gives depends on the bytes alone: not on the size of blocks, the number of threads, or the order in which
//! inputs are named.
//!
//! | | blocks are cut | read again from |
//! |---|---|---|
//! | plain JSONL file | by arithmetic: a block owns the lines that start in its range | the file |
//! | plain table, text file | in order, at the ends of records | the file |
//! | compressed file, standard input, pipe | in order, at the ends of records | the spool, a nameless copy in the temporary directory |
//!
//! Broken UTF-8 is replaced by U+FFFD and counted; a byte order mark is skipped; records longer than
//! [`Settings::max_record`] are rejected without being held in memory.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use memchr::{memchr, memrchr};

use crate::document::{BlockTally, Corpus, Document, Fetch, Place, Record, Reject};
use crate::error::ReadError;

mod blocks;
pub mod dates;
mod delimited;
mod fields;
mod json;
mod jsonl;
pub mod labels;
mod open;
mod source;

pub use fields::{
    AUTHOR_NAMES, CANONICAL_NAMES, CRAWLED_NAMES, FieldNames, ID_NAMES, PUBLISHED_NAMES,
    SITE_NAMES, TEXT_NAMES, TITLE_NAMES, URL_NAMES,
};

pub use delimited::Header;

use delimited::Fields;
use fields::{Decoding, Lookup, Parsed, Refused};
use source::{Origin, Packing, ReadFrom, Source, Spool, Unpacked, read_full_at};

/// The name that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// Default of [`Settings::block_bytes`]. Reading 306 MB of JSONL on one core took 185 ms in blocks of 32 KiB, 159 to
/// 164 ms anywhere from 256 KiB to 4 MiB, and 169 ms in blocks of 16 MiB.
pub const BLOCK_BYTES: usize = 1 << 20;

/// Default of [`Settings::max_record`]: twenty times the longest book.
pub const MAX_RECORD: usize = 64 << 20;

/// How a search for the end of a record that leaves its block starts; it doubles from there.
const READ_ON: usize = 64 << 10;

/// How much of a record that is too long is looked at for its id.
const BEGINNING: usize = 4096;

/// The byte order mark, which some editors put before the first line.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Buffers kept for the next block, at most.
const SPARE_BUFFERS: usize = 32;

/// How to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The format of every input; `None`: told by each name's ending, after `.gz` or `.zst` is taken off.
    pub format: Option<Format>,
    /// The names under which fields are found.
    pub fields: FieldNames,
    /// Bytes read at once. Results never depend on it.
    pub block_bytes: usize,
    /// The longest record in bytes; longer ones are rejected. At most 4 GiB less one byte.
    pub max_record: usize,
    /// Where copies of streams are kept; `None`: the system's directory for temporary files.
    pub temp_dir: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: None,
            fields: FieldNames::default(),
            block_bytes: BLOCK_BYTES,
            max_record: MAX_RECORD,
            temp_dir: None,
        }
    }
}

/// A format of inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header line.
    Csv,
    /// Tab-separated values with a header line, quoted like CSV.
    Tsv,
    /// One document a file; its id is the file's name.
    Text,
}

impl Format {
    /// The endings that tell a format.
    pub const ENDINGS: &[(&str, Self)] = &[
        (".jsonl", Self::Jsonl),
        (".ndjson", Self::Jsonl),
        (".json-lines", Self::Jsonl),
        (".jsonlines", Self::Jsonl),
        (".jl", Self::Jsonl),
        (".csv", Self::Csv),
        (".tsv", Self::Tsv),
        (".tab", Self::Tsv),
        (".txt", Self::Text),
        (".text", Self::Text),
    ];

    /// The endings of compressed files, which may follow one that tells the format.
    pub const PACKED_ENDINGS: &[&str] = &[".gz", ".zst"];

    /// Tells the format by the ending of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let bare = Self::PACKED_ENDINGS
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(&name);
        Self::ENDINGS
            .iter()
            .find(|(ending, _)| bare.ends_with(ending))
            .map(|&(_, format)| format)
    }

    /// The endings for people.
    fn known_endings() -> String {
        let endings: Vec<_> = Self::ENDINGS.iter().map(|&(ending, _)| ending).collect();
        format!(
            "{} (or these with {})",
            endings.join(" "),
            Self::PACKED_ENDINGS.join(" ")
        )
    }

    /// What a person calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "JSON lines",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Text => "plain text",
        }
    }

    /// What separates the fields of a table.
    #[must_use]
    pub fn delimiter(self) -> Option<u8> {
        match self {
            Self::Csv => Some(b','),
            Self::Tsv => Some(b'\t'),
            Self::Jsonl | Self::Text => None,
        }
    }
}

/// How a line ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// With a line feed, or with the source.
    #[default]
    Lf,
    /// With a carriage return. That no line feed follows is so rare that it is not asked: it would stand in the next block.
    CrLf,
}

impl LineEnd {
    /// How the line ends that these bytes follow.
    fn before(after: &[u8]) -> Self {
        match after.first() {
            Some(b'\r') => Self::CrLf,
            _ => Self::Lf,
        }
    }

    /// The bytes to write.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        }
    }
}

/// What was found in directories and left alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Files whose ending tells no format.
    pub unknown_ending: u64,
    /// Hidden files and directories.
    pub hidden: u64,
    /// Other names of files that are inputs already.
    pub same_file: u64,
}

/// The inputs of a run.
#[derive(Debug)]
pub struct Inputs {
    sources: Vec<Source>,
    skipped: Skipped,
    settings: Settings,
    lookup: Lookup,
    spool: Spool,
    /// Buffers of blocks that are done.
    spare: Mutex<Vec<Vec<u8>>>,
}

/// A piece of one source.
#[derive(Debug)]
pub struct Block {
    source: u32,
    work: Work,
}

/// What there is to do for a block.
#[derive(Debug)]
enum Work {
    /// The lines of a plain file that start in a range of bytes.
    Range { start: u64, end: u64 },
    /// Whole records.
    Bytes {
        bytes: Vec<u8>,
        /// Where they start in the source.
        offset: u64,
        /// Bytes of the source that stood before and are no record's.
        before: u64,
        /// A header, to be skipped.
        skip: usize,
        /// The source ends here.
        last: bool,
    },
    /// A record, or the rest of a source, that cannot be read.
    Lost(Lost),
}

#[derive(Debug)]
struct Lost {
    bytes: u64,
    lines: u64,
    id: Option<String>,
    reason: String,
}

impl Inputs {
    /// Opens files, directories (walked, in any depth) and `-` for standard input.
    ///
    /// # Errors
    /// When a named input cannot be opened, or its format cannot be told. What is wrong inside a directory is no
    /// error but becomes a reject.
    pub fn open(names: &[String], settings: Settings) -> Result<Self, ReadError> {
        let (sources, skipped) = open::sources(names, &settings)?;
        Ok(Self::of_sources(sources, skipped, settings))
    }

    /// One source of bytes that is no file: what a pipe would give. `name` is what it is called in rejects.
    #[must_use]
    pub fn of_reader(
        name: &str,
        format: Format,
        reader: impl io::Read + Send + 'static,
        settings: Settings,
    ) -> Self {
        let source = open::stream_source(name, format, reader);
        Self::of_sources(vec![source], Skipped::default(), settings)
    }

    fn of_sources(sources: Vec<Source>, skipped: Skipped, settings: Settings) -> Self {
        Self {
            sources,
            skipped,
            lookup: Lookup::new(&settings.fields),
            spool: Spool::new(settings.temp_dir.clone()),
            settings,
            spare: Mutex::default(),
        }
    }

    /// How many bytes the blocks will hold together, where that is known before: when all sources are plain files.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.sources
            .iter()
            .map(|source| match source.origin {
                Origin::File {
                    bytes,
                    packing: Packing::None,
                    ..
                } => Some(bytes),
                Origin::Unreadable(_) => Some(0),
                _ => None,
            })
            .sum()
    }

    /// What was found in directories and left alone.
    #[must_use]
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// What format a source is read in.
    #[must_use]
    pub fn format(&self, source: usize) -> Option<Format> {
        self.sources.get(source).map(|source| source.format)
    }

    /// The header of a table, once it was read; `None` for a table without one and for what is no table.
    #[must_use]
    pub fn header(&self, source: usize) -> Option<&Header> {
        let columns = self.sources.get(source)?.columns.get()?;
        Some(&columns.header)
    }

    /// Hands on the very bytes of a record, without its line end, and how its line ends.
    ///
    /// # Errors
    /// When the bytes are gone or no longer hold that record.
    pub fn copy(
        &self,
        place: Place,
        sink: &mut dyn FnMut(&[u8], LineEnd),
    ) -> Result<(), ReadError> {
        self.read_again(place, &mut |bytes, _| {
            let (record, after) = bytes.split_at(place.length as usize);
            sink(record, LineEnd::before(after));
        })
    }

    /// Whether a record of JSON has a field of that very name.
    ///
    /// # Errors
    /// When the bytes are gone or no longer hold that record.
    pub fn has_field(&self, place: Place, name: &str) -> Result<bool, ReadError> {
        let mut found = false;
        self.copy(place, &mut |record, _| {
            found = jsonl::has_field(&String::from_utf8_lossy(record), name);
        })?;
        Ok(found)
    }

    /// Reads a record once more: its bytes, with the one after it where there is one, and what they mean.
    fn read_again(
        &self,
        place: Place,
        sink: &mut dyn FnMut(&[u8], &Document<'_>),
    ) -> Result<(), ReadError> {
        let changed = |input: &str| ReadError::Changed {
            input: input.to_owned(),
            offset: place.offset,
        };
        let source = self
            .sources
            .get(place.source as usize)
            .ok_or_else(|| changed("a source that is not there"))?;
        let length = place.length as usize;
        let mut room = Room::take();
        if room.buffer.len() <= length {
            room.buffer.resize(length + 1, 0);
        }
        let bytes = &mut room.buffer[..=length];
        let read = match &source.origin {
            Origin::File {
                path,
                packing: Packing::None,
                open,
                ..
            } => opened(path, open.as_ref())
                .and_then(|file| read_full_at(&file, bytes, place.offset)),
            _ => {
                // What follows in the spool is the source's own only within the stretch that holds the record.
                let stretch = [length + 1, length].into_iter().find_map(|wanted| {
                    Some((wanted, source.spooled(place.offset, wanted as u64)?))
                });
                match (stretch, self.spool.file()) {
                    (Some((wanted, at)), Some(file)) => {
                        read_full_at(file, &mut bytes[..wanted], at)
                    }
                    _ => return Err(changed(&source.name)),
                }
            }
        };
        let read = read.map_err(|cause| ReadError::Read {
            input: source.name.clone(),
            cause,
        })?;
        let parsed = if read >= length {
            room.decoding.clear(self.keep());
            parse_one(
                &self.lookup,
                source,
                &room.buffer[..length],
                &mut room.lossy,
                &mut room.fields,
                &mut room.decoding,
            )
            .ok()
        } else {
            None
        };
        let found = parsed.is_some();
        if let Some(parsed) = parsed {
            sink(&room.buffer[..read], &parsed.document);
        }
        room.put_back(self.keep());
        if found {
            Ok(())
        } else {
            Err(changed(&source.name))
        }
    }

    /// The longest record; a [`Place`] cannot hold a longer one.
    fn max_record(&self) -> usize {
        self.settings.max_record.min(u32::MAX as usize)
    }

    fn too_long(&self, format: Format) -> String {
        let quote = if format.delimiter().is_some() {
            "; is a quote left open?"
        } else {
            ""
        };
        format!(
            "longer than {} bytes{quote}; raise --max-record to read it",
            self.max_record()
        )
    }

    /// The id of a line that is too long. Looks no further than any way of reading it has it in memory, so that the
    /// answer never depends on the way.
    fn id_of_too_long(&self, line: &[u8]) -> Option<String> {
        let at_hand = BEGINNING.min(self.max_record()).min(line.len());
        jsonl::id_of_beginning(&line[..at_hand], &self.lookup)
    }

    /// An empty buffer for a block, used before where possible: fresh memory must be zeroed page by page.
    fn buffer(&self) -> Vec<u8> {
        self.spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default()
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= self.keep() {
            buffer.clear();
            let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.len() < SPARE_BUFFERS {
                spare.push(buffer);
            }
        }
    }

    /// How much room is kept from one use of a buffer to the next.
    fn keep(&self) -> usize {
        self.settings.block_bytes.saturating_mul(4).max(4 * READ_ON)
    }

    /// A source that gives nothing but one reject.
    fn lost(number: u32, reason: String) -> Blocks<'static> {
        let lost = Lost {
            bytes: 0,
            lines: 1,
            id: None,
            reason,
        };
        Box::new(std::iter::once(Ok(Block {
            source: number,
            work: Work::Lost(lost),
        })))
    }

    /// Cuts a source that is read from front to back.
    fn cut<'c>(
        &'c self,
        number: u32,
        reader: io::Result<Unpacked<'c>>,
        spool: Option<&'c Spool>,
    ) -> Blocks<'c> {
        match (reader, self.sources.get(number as usize)) {
            (Ok(reader), Some(source)) => {
                Box::new(blocks::Cut::new(self, number, source, reader, spool))
            }
            (Err(cause), _) => Self::lost(number, format!("cannot be read: {cause}")),
            (_, None) => Box::new(std::iter::empty()),
        }
    }

    /// Parses the lines that start in a range of a plain file.
    fn parse_range(&self, start: u64, end: u64, buffer: &mut Vec<u8>, out: &mut Sink<'_, '_>) {
        out.tally.bytes += end - start;
        let Origin::File {
            path,
            bytes: size,
            open,
            ..
        } = &out.source.origin
        else {
            return;
        };
        let file = match opened(path, open.as_ref()) {
            Ok(file) => file,
            Err(cause) => return out.broken(format!("cannot be opened again: {cause}")),
        };
        // The byte before tells whether a line starts at `start`.
        let from = start.saturating_sub(1);
        let wanted = usize::try_from(end - from).unwrap_or(usize::MAX);
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        match read_full_at(&file, &mut buffer[..wanted], from) {
            Ok(read) if read == wanted => {}
            Ok(_) => return out.broken(SHRUNK.to_owned()),
            Err(cause) => return out.broken(format!("reading fails here: {cause}")),
        }
        let first = match start {
            0 => 0,
            _ => memchr(b'\n', &buffer[..wanted]).map_or(wanted, |n| n + 1),
        };
        let last = memrchr(b'\n', &buffer[first..wanted]).map_or(first, |n| first + n + 1);
        out.lines(&buffer[first..last], from + first as u64);
        if last == wanted {
            return;
        }
        // The last line leaves the range.
        let max_record = self.max_record();
        let mut held = wanted;
        let mut step = READ_ON;
        let line_end = loop {
            // A byte order mark is not the line's.
            if held - last > max_record.saturating_add(BOM.len()) {
                break held;
            }
            let more = (size - from - held as u64).min(step as u64) as usize;
            if more == 0 {
                break held;
            }
            if buffer.len() < held + more {
                buffer.resize(held + more, 0);
            }
            match read_full_at(&file, &mut buffer[held..held + more], from + held as u64) {
                Ok(read) if read == more => {}
                Ok(_) => return out.broken(SHRUNK.to_owned()),
                Err(cause) => return out.broken(format!("reading fails here: {cause}")),
            }
            if let Some(n) = memchr(b'\n', &buffer[held..held + more]) {
                break held + n;
            }
            held += more;
            step = step
                .saturating_mul(2)
                .min(max_record.saturating_add(1))
                .max(1);
        };
        let line = &buffer[last..line_end];
        if line != BOM || *size != BOM.len() as u64 {
            out.line(line, from + last as u64);
        }
    }
}

type Blocks<'b> = Box<dyn Iterator<Item = Result<Block, ReadError>> + Send + 'b>;

const SHRUNK: &str =
    "the file is shorter than it was when it was opened; run again when nothing writes to it";

impl Corpus for Inputs {
    type Block = Block;

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
            Origin::Unreadable(cause) => Self::lost(number, format!("cannot be opened: {cause}")),
            Origin::Stream(stream) => {
                match stream.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    Some(reader) => self.cut(number, Unpacked::sniff(reader), Some(&self.spool)),
                    None => Box::new(std::iter::empty()),
                }
            }
            Origin::File {
                bytes,
                packing: Packing::None,
                ..
            } if from.format == Format::Jsonl => {
                let size = *bytes;
                let step = self.settings.block_bytes.max(1);
                let starts = (0..size).step_by(step);
                Box::new(starts.map(move |start| {
                    let end = start.saturating_add(step as u64).min(size);
                    Ok(Block {
                        source: number,
                        work: Work::Range { start, end },
                    })
                }))
            }
            Origin::File {
                path,
                packing,
                open,
                ..
            } => {
                let reader = match open {
                    Some(file) => Unpacked::sniff(Box::new(ReadFrom { file, at: 0 })),
                    None => File::open(path).and_then(|file| Unpacked::sniff(Box::new(file))),
                };
                self.cut(
                    number,
                    reader,
                    (*packing != Packing::None).then_some(&self.spool),
                )
            }
        }
    }

    fn parse(&self, block: Block, sink: &mut dyn FnMut(Record<'_>)) -> BlockTally {
        let Some(source) = self.sources.get(block.source as usize) else {
            return BlockTally::default();
        };
        let Room {
            mut buffer,
            lossy,
            fields,
            decoding,
        } = Room::take();
        let mut out = Sink {
            inputs: self,
            number: block.source,
            source,
            tally: BlockTally::default(),
            sink,
            lossy,
            fields,
            decoding,
        };
        match block.work {
            Work::Range { start, end } => self.parse_range(start, end, &mut buffer, &mut out),
            Work::Bytes {
                bytes,
                offset,
                before,
                skip,
                last,
            } => {
                out.tally.bytes += before + bytes.len() as u64;
                match source.format {
                    Format::Jsonl => out.lines(&bytes, offset),
                    Format::Csv | Format::Tsv => out.table(&bytes, offset, skip, last),
                    Format::Text => out.text(&bytes, offset),
                }
                self.give_back(bytes);
            }
            Work::Lost(lost) => {
                out.tally.bytes += lost.bytes;
                out.reject(lost.id, lost.reason);
                out.tally.lines += lost.lines;
            }
        }
        let Sink {
            tally,
            lossy,
            fields,
            decoding,
            ..
        } = out;
        Room {
            buffer,
            lossy,
            fields,
            decoding,
        }
        .put_back(self.keep());
        tally
    }
}

impl Fetch for Inputs {
    fn fetch(&self, place: Place, sink: &mut dyn FnMut(&Document<'_>)) -> Result<(), ReadError> {
        self.read_again(place, &mut |_, document| sink(document))
    }
}

/// A file that is held open, or is opened for the moment.
fn opened<'f>(path: &std::path::Path, open: Option<&'f File>) -> io::Result<Opened<'f>> {
    match open {
        Some(file) => Ok(Opened::Held(file)),
        None => File::open(path).map(Opened::Now),
    }
}

enum Opened<'f> {
    Held(&'f File),
    Now(File),
}

impl std::ops::Deref for Opened<'_> {
    type Target = File;

    fn deref(&self) -> &File {
        match self {
            Self::Held(file) => file,
            Self::Now(file) => file,
        }
    }
}

/// Parses the bytes of one record, whatever its format.
fn parse_one<'s>(
    lookup: &Lookup,
    source: &'s Source,
    bytes: &'s [u8],
    lossy: &'s mut String,
    fields: &mut Fields,
    decoding: &'s mut Decoding,
) -> Result<Parsed<'s>, Refused> {
    let (text, replaced) = decode(bytes, lossy);
    match (source.format.delimiter(), source.format) {
        (Some(delimiter), _) => {
            let Some(columns) = source.columns.get() else {
                return Err(Refused {
                    id: None,
                    reason: "the table has no header".to_owned(),
                });
            };
            let (_, ended) = fields.split(text.as_bytes(), 0, delimiter);
            delimited::parse(text, replaced, (fields, &ended), columns, decoding)
        }
        (None, Format::Text) => Ok(text_document(&source.name, text, replaced)),
        (None, _) => jsonl::parse(text, replaced, lookup, decoding),
    }
}

/// The document that a text file is.
fn text_document<'s>(name: &'s str, text: &'s str, lossy: bool) -> Parsed<'s> {
    let document = Document {
        id: Some(Cow::Borrowed(name)),
        text: Cow::Borrowed(text),
        ..Document::default()
    };
    Parsed {
        document,
        lossy,
        bad_date: false,
    }
}

/// Bytes as text; broken UTF-8 is replaced, in `room`.
fn decode<'s>(bytes: &'s [u8], room: &'s mut String) -> (&'s str, bool) {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(_) => {
            room.clear();
            room.push_str(&String::from_utf8_lossy(bytes));
            (room, true)
        }
    }
}

/// What parsing needs again and again, kept by each thread.
#[derive(Debug, Default)]
struct Room {
    buffer: Vec<u8>,
    lossy: String,
    fields: Fields,
    decoding: Decoding,
}

thread_local! {
    /// Taken while in use: what a sink does may come back here (rayon runs other work on a waiting thread).
    static ROOM: Cell<Option<Box<Room>>> = const { Cell::new(None) };
}

impl Room {
    fn take() -> Self {
        ROOM.take().map_or_else(Self::default, |room| *room)
    }

    fn put_back(mut self, keep: usize) {
        if self.buffer.len() > keep {
            self.buffer = Vec::new();
        }
        if self.lossy.capacity() > keep {
            self.lossy = String::new();
        }
        self.decoding.clear(keep);
        ROOM.set(Some(Box::new(self)));
    }
}

/// Parses records one after the other and counts.
struct Sink<'p, 's> {
    inputs: &'p Inputs,
    number: u32,
    source: &'p Source,
    tally: BlockTally,
    sink: &'s mut dyn FnMut(Record<'_>),
    lossy: String,
    fields: Fields,
    decoding: Decoding,
}

impl Sink<'_, '_> {
    /// Lines of JSON; each but the last has its line end.
    fn lines(&mut self, bytes: &[u8], offset: u64) {
        let mut at = 0;
        while at < bytes.len() {
            let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
            self.line(&bytes[at..end], offset + at as u64);
            at = end + 1;
        }
    }

    /// One line without its line end.
    fn line(&mut self, line: &[u8], offset: u64) {
        let (line, offset) = match (offset, line.strip_prefix(BOM)) {
            (0, Some(line)) => (line, BOM.len() as u64),
            _ => (line, offset),
        };
        if line.len() > self.inputs.max_record() {
            let id = self.inputs.id_of_too_long(line);
            let reason = self.inputs.too_long(Format::Jsonl);
            self.reject(id, reason);
        } else if !line.trim_ascii_start().is_empty() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.decoding.clear(self.inputs.keep());
            let (text, replaced) = decode(line, &mut self.lossy);
            let parsed = jsonl::parse(text, replaced, &self.inputs.lookup, &mut self.decoding);
            let place = Place {
                source: self.number,
                length: line.len() as u32,
                offset,
            };
            hand_over(parsed, place, &mut self.tally, self.sink);
        }
        self.tally.lines += 1;
    }

    /// Whole records of a table.
    fn table(&mut self, bytes: &[u8], offset: u64, skip: usize, last: bool) {
        let (Some(delimiter), Some(columns)) =
            (self.source.format.delimiter(), self.source.columns.get())
        else {
            self.tally.lines += delimited::line_ends(bytes);
            return;
        };
        let mut counted = 0;
        let mut at = skip;
        loop {
            at = delimited::skip_line_ends(bytes, at);
            self.tally.lines += delimited::line_ends(&bytes[counted..at]);
            counted = at;
            if at == bytes.len() {
                break;
            }
            let (end, ended) = self.fields.split(bytes, at, delimiter);
            let record = &bytes[at..end];
            if record.len() > self.inputs.max_record() {
                let reason = self.inputs.too_long(self.source.format);
                self.reject(None, reason);
            } else {
                self.decoding.clear(self.inputs.keep());
                let (text, replaced) = decode(record, &mut self.lossy);
                if replaced {
                    self.fields.split(text.as_bytes(), 0, delimiter);
                }
                let parsed = delimited::parse(
                    text,
                    replaced,
                    (&self.fields, &ended),
                    columns,
                    &mut self.decoding,
                );
                let place = Place {
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
        let (text, replaced) = decode(bytes, &mut self.lossy);
        let place = Place {
            source: self.number,
            length: bytes.len() as u32,
            offset,
        };
        hand_over(
            Ok(text_document(&self.source.name, text, replaced)),
            place,
            &mut self.tally,
            self.sink,
        );
        self.tally.lines +=
            delimited::line_ends(bytes) + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
    }

    /// Rejects the record at hand.
    fn reject(&mut self, id: Option<String>, reason: String) {
        reject(Refused { id, reason }, self.number, &mut self.tally);
    }

    /// The rest of the block cannot be had.
    fn broken(&mut self, reason: String) {
        self.reject(None, reason);
        self.tally.lines += 1;
    }
}

/// Hands a document over, or notes why there is none. The line is counted by the caller, afterwards.
fn hand_over(
    parsed: Result<Parsed<'_>, Refused>,
    place: Place,
    tally: &mut BlockTally,
    sink: &mut dyn FnMut(Record<'_>),
) {
    match parsed {
        Ok(Parsed {
            document,
            lossy,
            bad_date,
        }) => {
            let record = tally.records;
            tally.records += 1;
            tally.lossy += u64::from(lossy);
            tally.bad_dates += u64::from(bad_date);
            sink(Record {
                place,
                record,
                line: tally.lines,
                document,
            });
        }
        Err(refused) => reject(refused, place.source, tally),
    }
}

fn reject(Refused { id, reason }: Refused, source: u32, tally: &mut BlockTally) {
    tally.rejects.push(Reject {
        source,
        record: tally.records,
        line: tally.lines,
        id,
        reason,
    });
    tally.records += 1;
}

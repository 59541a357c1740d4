//! Settings of the readers.

use std::path::PathBuf;

use encoding_rs::Encoding;

use super::cells::DialectSettings;
use super::dates::DateSettings;
use super::format::SourceFormat;
use super::names::FieldNames;
use super::path_fields::WantedFromPath;

/// Default of [`ReadSettings::block_bytes`]. Reading 306 MB of JSONL on one core took 185 ms in
/// blocks of 32 KiB, 159 to 164 ms in blocks of 256 KiB to 4 MiB, and 169 ms in blocks of 16 MiB.
pub const BLOCK_BYTES: usize = 1 << 20;

/// Default of [`ReadSettings::max_record`]: twenty times the longest book.
pub const MAX_RECORD: usize = 64 << 20;

/// Step in which the search for the end of a long record reads on; it doubles from there.
pub(super) const READ_ON: usize = 64 << 10;

/// Settings of the readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadSettings {
    /// The format of every input. `None` recognises it from the first bytes.
    pub format: Option<SourceFormat>,
    /// Label of the encoding of every input, as the Encoding Standard has it (`windows-1252`).
    /// `None` recognises it.
    pub encoding: Option<&'static Encoding>,
    /// How the cells of tables are written, as far as it is not recognised.
    pub dialect: DialectSettings,
    /// Header line of every table.
    pub header: HeaderLine,
    /// Most bytes that a compressed input may expand to.
    pub expansion: ExpansionLimit,
    /// The names under which fields are found.
    pub fields: FieldNames,
    /// Forms of dates, and the time zone of times without one.
    pub dates: DateSettings,
    /// Fields that documents may take from the path of their file.
    pub from_path: WantedFromPath,
    /// Keep all columns of columnar inputs, for copies of their records.
    pub whole_records: bool,
    /// Most bytes of rows in memory that are kept there for reading records again; the rest goes to
    /// the spool. `None` keeps all.
    pub kept_rows: Option<u64>,
    /// Bytes read at once. Results never depend on it.
    pub block_bytes: usize,
    /// Size of the longest record in bytes; longer ones are rejected. At most 4 GiB less one byte.
    pub max_record: usize,
    /// Read addresses of web servers that begin with `http:`. Those of the computer itself are
    /// always read.
    pub plain_http: bool,
    /// Directory for copies of streams; `None` is the system's directory for temporary files.
    pub temp_dir: Option<PathBuf>,
}

/// Header line of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum HeaderLine {
    /// It is the first line.
    #[default]
    Present,
    /// There is none, and these are the names of the columns.
    Given(Vec<String>),
    /// There is none, and the first record shows what its columns are.
    Inferred,
}

/// Limit to what a compressed input may expand to: a small file can hold terabytes of zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpansionLimit {
    /// Most bytes that come from one compressed byte, beyond the first 256 MiB.
    pub ratio: u64,
}

/// Decompressed bytes of an input for which no ratio is asked.
pub const FREE_EXPANSION: u64 = 256 << 20;

/// Default of [`ExpansionLimit::ratio`]. News compresses to a third or a tenth; one line repeated
/// for ever compresses to a thousandth by gzip.
pub const EXPANSION_RATIO: u64 = 200;

impl Default for ExpansionLimit {
    fn default() -> Self {
        Self {
            ratio: EXPANSION_RATIO,
        }
    }
}

impl ExpansionLimit {
    /// Tells whether so many bytes came from so many compressed ones against the limit.
    pub(super) fn is_exceeded(self, compressed: u64, produced: u64) -> bool {
        produced > FREE_EXPANSION && produced / self.ratio.max(1) > compressed
    }

    /// The reason to stop.
    pub(super) fn reason(self) -> String {
        format!(
            "one compressed byte expands to more than {} bytes, as in a file made to fill a disk; \
             raise --max-expansion to read it",
            self.ratio
        )
    }
}

impl Default for ReadSettings {
    fn default() -> Self {
        Self {
            format: None,
            encoding: None,
            dialect: DialectSettings::default(),
            header: HeaderLine::default(),
            expansion: ExpansionLimit::default(),
            fields: FieldNames::default(),
            dates: DateSettings::default(),
            from_path: WantedFromPath::default(),
            whole_records: false,
            kept_rows: None,
            block_bytes: BLOCK_BYTES,
            max_record: MAX_RECORD,
            plain_http: false,
            temp_dir: None,
        }
    }
}

impl ReadSettings {
    /// Size of the longest record, bounded by what a
    /// [`SourcePlace`](crate::document::SourcePlace) can hold.
    pub(super) fn longest_record(&self) -> usize {
        self.max_record.min(u32::MAX as usize)
    }

    /// Bytes that a buffer may keep from one use to the next.
    pub(super) fn kept_bytes(&self) -> usize {
        self.block_bytes.saturating_mul(4).max(4 * READ_ON)
    }

    /// The reason to reject a record of `format` that is too long.
    pub(super) fn too_long(&self, format: SourceFormat) -> String {
        let quote = if format.delimiter().is_some() {
            "; is a quote left open?"
        } else {
            ""
        };
        format!(
            "longer than {} bytes{quote}; raise --max-record to read it",
            self.longest_record()
        )
    }
}

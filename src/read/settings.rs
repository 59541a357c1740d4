//! Settings of the readers.

use std::path::PathBuf;

use super::dates::DateSettings;
use super::format::SourceFormat;
use super::names::FieldNames;

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
    /// The format of every input. `None` detects it from the ending of each name, without `.gz` or
    /// `.zst`.
    pub format: Option<SourceFormat>,
    /// The names under which fields are found.
    pub fields: FieldNames,
    /// Forms of dates, and the time zone of times without one.
    pub dates: DateSettings,
    /// Bytes read at once. Results never depend on it.
    pub block_bytes: usize,
    /// Size of the longest record in bytes; longer ones are rejected. At most 4 GiB less one byte.
    pub max_record: usize,
    /// Directory for copies of streams; `None` is the system's directory for temporary files.
    pub temp_dir: Option<PathBuf>,
}

impl Default for ReadSettings {
    fn default() -> Self {
        Self {
            format: None,
            fields: FieldNames::default(),
            dates: DateSettings::default(),
            block_bytes: BLOCK_BYTES,
            max_record: MAX_RECORD,
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

//! One input: its name, its format, and its bytes.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

use super::compression::Compression;
use super::date_order::SourceOrders;
use super::delimited::TableColumns;
use super::format::SourceFormat;
use super::spool::SpooledRange;
use crate::platform;

/// One input.
#[derive(Debug)]
pub(super) struct InputSource {
    /// Name for people.
    pub(super) name: String,
    /// Found in a directory rather than named by the user, so an error in it does not end the run.
    pub(super) walked: bool,
    pub(super) format: SourceFormat,
    pub(super) origin: SourceOrigin,
    /// Ranges of the source that were spooled, in order. Empty if the file itself can be read
    /// again.
    pub(super) spooled: RwLock<Vec<SpooledRange>>,
    /// Columns of a table, known once its header was read.
    pub(super) columns: OnceLock<Box<TableColumns>>,
    /// Orders of day and month that its dates prove.
    pub(super) orders: SourceOrders,
}

impl InputSource {
    pub(super) fn new(
        name: String,
        walked: bool,
        format: SourceFormat,
        origin: SourceOrigin,
    ) -> Self {
        Self {
            name,
            walked,
            format,
            origin,
            spooled: RwLock::default(),
            columns: OnceLock::new(),
            orders: SourceOrders::default(),
        }
    }

    /// Offset in the spool of `length` bytes from `offset` of the source; `None` if it has none, or
    /// not in one piece.
    pub(super) fn in_spool(&self, offset: u64, length: u64) -> Option<u64> {
        let ranges = self.spooled.read().unwrap_or_else(PoisonError::into_inner);
        let range = ranges[..ranges.partition_point(|range| range.offset <= offset)].last()?;
        let into = offset - range.offset;
        (into + length <= range.length).then_some(range.in_spool + into)
    }

    /// Notes that a range was spooled.
    pub(super) fn note_spooled(&self, range: SpooledRange) {
        self.spooled
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(range);
    }
}

/// Origin of the bytes of an input.
pub(super) enum SourceOrigin {
    /// A regular file.
    File {
        path: PathBuf,
        bytes: u64,
        compression: Compression,
        /// Kept open if there are few sources, so that replacing the file during a run does no
        /// harm.
        open: Option<File>,
    },
    /// Standard input or a pipe, which can be read once.
    Stream(Mutex<Option<Box<dyn Read + Send>>>),
    /// Something in a directory that cannot be opened.
    Unreadable(io::Error),
}

impl SourceOrigin {
    pub(super) fn stream(reader: impl Read + Send + 'static) -> Self {
        Self::Stream(Mutex::new(Some(Box::new(reader))))
    }
}

impl std::fmt::Debug for SourceOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File {
                path,
                bytes,
                compression,
                ..
            } => write!(f, "{} ({bytes} bytes, {compression:?})", path.display()),
            Self::Stream(_) => f.write_str("a stream"),
            Self::Unreadable(cause) => write!(f, "unreadable: {cause}"),
        }
    }
}

/// A file that was open already, or is open for one use.
pub(super) enum OpenFile<'f> {
    Kept(&'f File),
    Reopened(File),
}

impl<'f> OpenFile<'f> {
    pub(super) fn of(path: &Path, kept: Option<&'f File>) -> io::Result<Self> {
        match kept {
            Some(file) => Ok(Self::Kept(file)),
            None => File::open(path).map(Self::Reopened),
        }
    }
}

impl std::ops::Deref for OpenFile<'_> {
    type Target = File;

    fn deref(&self) -> &File {
        match self {
            Self::Kept(file) => file,
            Self::Reopened(file) => file,
        }
    }
}

/// Reads a file from an offset on, without moving the file's own position.
pub(super) struct ReadFrom<'f> {
    pub(super) file: &'f File,
    pub(super) at: u64,
}

impl Read for ReadFrom<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = platform::read_at(self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Reads until `buffer` is full or the file ends; returns the number of bytes read.
pub(super) fn read_full_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match platform::read_at(file, &mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spooled_ranges_are_found_again() {
        let source = InputSource::new(
            "-".into(),
            false,
            SourceFormat::Jsonl,
            SourceOrigin::Stream(Mutex::new(None)),
        );
        source.note_spooled(SpooledRange {
            offset: 3,
            in_spool: 100,
            length: 10,
        });
        source.note_spooled(SpooledRange {
            offset: 20,
            in_spool: 0,
            length: 5,
        });
        for (offset, length, expected) in [
            (2, 1, None),
            (3, 10, Some(100)),
            (3, 11, None),
            (12, 1, Some(109)),
            (13, 0, Some(110)),
            (13, 1, None),
            (20, 5, Some(0)),
            (24, 1, Some(4)),
            (24, 2, None),
            (30, 1, None),
        ] {
            let found = source.in_spool(offset, length);
            assert_eq!(found, expected, "{offset}+{length}");
        }
    }
}

//! One input: its name, its format, and its bytes.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

use encoding_rs::{Encoding, UTF_8};

use super::archive::MemberPlace;
use super::batches::BatchSource;
use super::compression::{Compression, Decompressor};
use super::date_order::SourceOrders;
use super::delimited::TableColumns;
use super::encoding::Evidence;
use super::path_fields::PathFields;
use super::recognise::Layout;
use super::remote::RemoteObject;
use super::settings::ExpansionLimit;
use super::spool::SpooledRange;
use crate::platform;

/// One input.
#[derive(Debug)]
pub(super) struct InputSource {
    /// Name for people.
    pub(super) name: String,
    /// Found in a directory rather than named by the user, so an error in it does not end the run.
    pub(super) walked: bool,
    pub(super) layout: Layout,
    pub(super) origin: SourceOrigin,
    /// Ranges of the source that were spooled, by their first byte. Empty if the file itself can be
    /// read again.
    spooled: RwLock<BTreeMap<u64, SpooledRange>>,
    /// Columns of a table, known once its header was read.
    pub(super) columns: OnceLock<Box<TableColumns>>,
    /// Encoding of records that are not UTF-8, once one was seen.
    late_encoding: OnceLock<&'static Encoding>,
    /// Site and date in its name, once they were asked for.
    path_fields: OnceLock<PathFields>,
    /// Orders of day and month that its dates prove.
    pub(super) orders: SourceOrders,
}

impl InputSource {
    pub(super) fn new(name: String, walked: bool, layout: Layout, origin: SourceOrigin) -> Self {
        Self {
            name,
            walked,
            layout,
            origin,
            spooled: RwLock::default(),
            columns: OnceLock::new(),
            late_encoding: OnceLock::new(),
            path_fields: OnceLock::new(),
            orders: SourceOrders::default(),
        }
    }

    /// The batches, if the source consists of such.
    pub(super) fn batches(&self) -> Option<&BatchSource> {
        match &self.origin {
            SourceOrigin::Batches(batches) => Some(batches),
            _ => None,
        }
    }

    /// Offset in the spool of `length` bytes from `offset` of the source; `None` if it has none, or
    /// not in one piece.
    pub(super) fn in_spool(&self, offset: u64, length: u64) -> Option<u64> {
        let ranges = self.spooled.read().unwrap_or_else(PoisonError::into_inner);
        let (_, range) = ranges.range(..=offset).next_back()?;
        let into = offset - range.offset;
        (into + length <= range.length).then_some(range.in_spool + into)
    }

    /// The ranges that were spooled, in order.
    pub(super) fn spooled_ranges(&self) -> Vec<SpooledRange> {
        let ranges = self.spooled.read().unwrap_or_else(PoisonError::into_inner);
        ranges.values().copied().collect()
    }

    /// Notes that a range was spooled.
    pub(super) fn note_spooled(&self, range: SpooledRange) {
        self.spooled
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(range.offset, range);
    }

    /// Encoding of a record that is not UTF-8: that of the first bytes, or else the one that the
    /// whole file shows.
    pub(super) fn encoding_of_broken(&self, limit: ExpansionLimit) -> &'static Encoding {
        if self.layout.encoding != UTF_8 || self.layout.transcoded().is_some() {
            return self.layout.encoding;
        }
        self.late_encoding.get_or_init(|| {
            let mut evidence = Evidence::new();
            let read = self.open_again(limit).map(|mut reader| {
                // What was read before an error is evidence too.
                let _ = evidence.read(&mut reader);
            });
            match read {
                Some(()) => evidence.encoding(),
                None => UTF_8,
            }
        })
    }

    /// Site and date in the name of the source.
    pub(super) fn path_fields(&self) -> &PathFields {
        self.path_fields.get_or_init(|| PathFields::of(&self.name))
    }

    /// True for a stream with records that are not UTF-8, of which the first bytes showed nothing.
    pub(super) fn hides_encoding(&self) -> bool {
        matches!(self.origin, SourceOrigin::Stream(_)) && self.late_encoding.get().is_some()
    }

    /// The encoding that a broken record showed.
    pub(super) fn late_encoding(&self) -> Option<&'static Encoding> {
        self.late_encoding.get().copied()
    }

    /// Reads a file again from its first byte; `None` for a stream, which can be read once.
    fn open_again(&self, limit: ExpansionLimit) -> Option<Decompressor<'_>> {
        match &self.origin {
            SourceOrigin::File { path, open, .. } => {
                let file: Box<dyn Read + Send> = match open {
                    Some(file) => Box::new(ReadFrom { file, at: 0 }),
                    None => Box::new(File::open(path).ok()?),
                };
                Decompressor::new(self.layout.compression, None, file, limit).ok()
            }
            SourceOrigin::Member(place) => place.open(self.layout.compression, None, limit).ok(),
            SourceOrigin::Remote(object) => {
                Decompressor::new(self.layout.compression, None, object.reader(), limit).ok()
            }
            SourceOrigin::Stream(_) | SourceOrigin::Batches(_) | SourceOrigin::Unreadable(_) => {
                None
            }
        }
    }
}

/// Origin of the bytes of an input.
pub(super) enum SourceOrigin {
    /// A regular file.
    File {
        path: PathBuf,
        bytes: u64,
        /// Kept open if there are few sources, so that replacing the file during a run does no
        /// harm.
        open: Option<File>,
    },
    /// A member of a zip archive.
    Member(MemberPlace),
    /// An object in a store or on a web server.
    Remote(RemoteObject),
    /// Standard input or a pipe, which can be read once.
    Stream(Mutex<Option<Box<dyn Read + Send>>>),
    /// Arrow data in memory or from a stream.
    Batches(Box<BatchSource>),
    /// Something in a directory that cannot be opened, and the reason.
    Unreadable(String),
}

impl SourceOrigin {
    pub(super) fn stream(reader: impl Read + Send + 'static) -> Self {
        Self::Stream(Mutex::new(Some(Box::new(reader))))
    }
}

impl MemberPlace {
    /// Reads the member, which is compressed by `inner` within the archive's own compression.
    pub(super) fn open(
        &self,
        inner: Compression,
        transcoded: Option<&'static Encoding>,
        limit: ExpansionLimit,
    ) -> io::Result<Decompressor<'static>> {
        let mut archive = self.archive.open()?;
        archive.seek(SeekFrom::Start(self.start))?;
        let stored = archive.take(self.length);
        let own = (self.compression, self.checksum);
        let of_member = transcoded.filter(|_| inner == Compression::None);
        let member = Decompressor::checked(own, of_member, Box::new(stored), limit)?;
        match inner {
            Compression::None => Ok(member),
            inner => Decompressor::new(inner, transcoded, Box::new(member), limit),
        }
    }
}

impl std::fmt::Debug for SourceOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { path, bytes, .. } => write!(f, "{} ({bytes} bytes)", path.display()),
            Self::Member(place) => write!(f, "{place:?}"),
            Self::Remote(object) => write!(f, "{object:?}"),
            Self::Batches(batches) => write!(f, "{batches:?}"),
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
pub(super) struct ReadFrom<F> {
    pub(super) file: F,
    pub(super) at: u64,
}

impl<F: Borrow<File>> Read for ReadFrom<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = platform::read_at(self.file.borrow(), buffer, self.at)?;
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
    use crate::read::SourceFormat;

    #[test]
    fn spooled_ranges_are_found_again() {
        let source = InputSource::new(
            "-".into(),
            false,
            Layout::plain(SourceFormat::Jsonl),
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

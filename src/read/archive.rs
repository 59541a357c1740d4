//! Zip archives: their members are read like files.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use zip::{CompressionMethod, ZipArchive};

use super::compression::Compression;
use crate::platform;

/// First bytes of a zip archive.
const MAGIC: &[u8] = b"PK\x03\x04";

/// First bytes of a zip archive without members.
const EMPTY_MAGIC: &[u8] = b"PK\x05\x06";

/// Most members of an archive that are read.
const MOST_MEMBERS: usize = 100_000;

/// A member of an archive.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Its path within the archive.
    pub(super) name: String,
    /// Its compressed bytes in the archive, or the reason why it cannot be read.
    pub(super) place: Result<MemberPlace, String>,
}

/// The bytes of an archive.
#[derive(Debug, Clone)]
pub(super) enum ArchiveFile {
    /// A file of its own.
    Path(PathBuf),
    /// A range of a file that holds copies.
    Copy {
        file: Arc<File>,
        start: u64,
        length: u64,
    },
}

impl ArchiveFile {
    /// Opens it for reading from its first byte.
    pub(super) fn open(&self) -> io::Result<ArchiveReader> {
        let (file, start, length) = match self {
            Self::Path(path) => {
                let file = File::open(path)?;
                let length = file.metadata()?.len();
                (Arc::new(file), 0, length)
            }
            Self::Copy {
                file,
                start,
                length,
            } => (Arc::clone(file), *start, *length),
        };
        Ok(ArchiveReader {
            file,
            start,
            length,
            at: 0,
        })
    }
}

/// A reader of an archive that can seek.
pub(super) struct ArchiveReader {
    file: Arc<File>,
    /// Place of the archive in the file.
    start: u64,
    length: u64,
    /// Place in the archive.
    at: u64,
}

impl Read for ArchiveReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.at);
        let wanted = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = platform::read_at(&self.file, &mut buffer[..wanted], self.start + self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for ArchiveReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// The compressed bytes of a member.
#[derive(Debug, Clone)]
pub(super) struct MemberPlace {
    pub(super) archive: ArchiveFile,
    pub(super) start: u64,
    pub(super) length: u64,
    pub(super) compression: Compression,
    /// CRC-32 of the bytes that it decompresses to.
    pub(super) checksum: u32,
}

impl Member {
    /// Tells whether it, or a folder around it, is hidden.
    pub(super) fn is_hidden(&self) -> bool {
        let hidden = |part: &str| part.starts_with('.') && !matches!(part, "." | "..");
        let mut parts = self.name.split('/');
        parts.any(|part| hidden(part) || part == "__MACOSX")
    }
}

/// Tells whether a file is a zip archive by its first bytes.
pub(super) fn is_archive(head: &[u8]) -> bool {
    head.starts_with(MAGIC) || head.starts_with(EMPTY_MAGIC)
}

/// Lists the members of an archive that are files, in their order.
pub(super) fn members(from: &ArchiveFile) -> io::Result<Vec<Member>> {
    let mut archive = ZipArchive::new(BufReader::new(from.open()?))?;
    let mut members = Vec::new();
    for at in 0..archive.len().min(MOST_MEMBERS) {
        let file = archive.by_index_raw(at)?;
        if file.is_dir() {
            continue;
        }
        let name = file.name()?.into_owned();
        let compression = match file.compression() {
            CompressionMethod::Stored => Ok(Compression::None),
            CompressionMethod::Deflated => Ok(Compression::Deflate),
            other => Err(format!("compressed by {other}, which is not read")),
        };
        let place = match (file.encrypted(), compression, file.data_start()) {
            (true, ..) => Err("encrypted".to_owned()),
            (_, Err(reason), _) => Err(reason),
            (_, _, None) => Err("without data".to_owned()),
            (false, Ok(compression), Some(start)) => Ok(MemberPlace {
                archive: from.clone(),
                start,
                length: file.compressed_size(),
                compression,
                checksum: file.crc32(),
            }),
        };
        members.push(Member { name, place });
    }
    Ok(members)
}

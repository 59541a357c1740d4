//! Zip archives: their members are read like files.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use zip::{CompressionMethod, ZipArchive};

use super::compression::Compression;

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

/// The compressed bytes of a member.
#[derive(Debug, Clone)]
pub(super) struct MemberPlace {
    pub(super) archive: PathBuf,
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
pub(super) fn members(path: &Path) -> io::Result<Vec<Member>> {
    let mut archive = ZipArchive::new(BufReader::new(File::open(path)?))?;
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
                archive: path.to_owned(),
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

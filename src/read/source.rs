//! Where bytes come from: files read at a place, compressed or plain streams, and the copy that is kept of a stream.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use flate2::bufread::MultiGzDecoder;

use super::Format;
use super::delimited::Columns;

use crate::platform;

/// Bytes by which a compressed file is known; the longest magic number has four.
pub(super) const MAGIC: usize = 4;

/// Compressed bytes read at once.
const COMPRESSED_CHUNK: usize = 256 << 10;

/// One input.
#[derive(Debug)]
pub(super) struct Source {
    /// What a person calls it.
    pub(super) name: String,
    /// Found in a directory rather than named: what is wrong with it does not end the run.
    pub(super) walked: bool,
    pub(super) format: Format,
    pub(super) origin: Origin,
    /// What of the source was kept, in order of its bytes. Empty where the file itself can be read again.
    pub(super) kept: RwLock<Vec<Kept>>,
    /// A table's columns, once its header was read.
    pub(super) columns: OnceLock<Box<Columns>>,
}

/// How a source's bytes are had.
pub(super) enum Origin {
    /// A regular file.
    File {
        path: PathBuf,
        bytes: u64,
        packing: Packing,
        /// Held open where there are few sources, so that a file that is replaced meanwhile does no harm.
        open: Option<File>,
    },
    /// Standard input or a pipe: read once.
    Stream(Mutex<Option<Box<dyn Read + Send>>>),
    /// A file or directory found in a directory that cannot be opened.
    Unreadable(io::Error),
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File {
                path,
                bytes,
                packing,
                ..
            } => write!(f, "{} ({bytes} bytes, {packing:?})", path.display()),
            Self::Stream(_) => f.write_str("a stream"),
            Self::Unreadable(cause) => write!(f, "unreadable: {cause}"),
        }
    }
}

/// A stretch of a source in the spool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    /// First byte in the source.
    pub(super) offset: u64,
    /// First byte in the spool.
    pub(super) spooled: u64,
    pub(super) length: u64,
}

impl Source {
    /// Where `length` bytes from `offset` of the source stand in the spool. `None` if they were not kept.
    pub(super) fn spooled(&self, offset: u64, length: u64) -> Option<u64> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let stretch = kept[..kept.partition_point(|kept| kept.offset <= offset)].last()?;
        let into = offset - stretch.offset;
        (into + length <= stretch.length).then_some(stretch.spooled + into)
    }

    /// Notes that a stretch was kept.
    pub(super) fn keep(&self, stretch: Kept) {
        self.kept
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(stretch);
    }
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Packing {
    /// Tells the packing by a file's first bytes, whatever its name says.
    pub(super) fn of(first: &[u8]) -> Self {
        match first {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A zstd frame, or a skippable frame before one (pzstd and seekable files start so).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// Decompressed bytes, and where in the compressed ones they come from.
pub(super) enum Unpacked<'r> {
    Plain(Box<dyn Read + Send + 'r>),
    Gzip(Box<MultiGzDecoder<Counted<'r>>>),
    Zstd(Box<zstd::Decoder<'static, Counted<'r>>>),
}

impl<'r> Unpacked<'r> {
    /// Looks at the first bytes of `reader` and unpacks what follows accordingly.
    pub(super) fn sniff(mut reader: Box<dyn Read + Send + 'r>) -> io::Result<Self> {
        let first = first_bytes(&mut reader)?;
        let packing = Packing::of(&first);
        let whole = io::Cursor::new(first).chain(reader);
        let counted = |whole| Counted {
            inner: BufReader::with_capacity(COMPRESSED_CHUNK, whole),
            consumed: 0,
        };
        Ok(match packing {
            Packing::None => Self::Plain(Box::new(whole)),
            Packing::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(counted(Box::new(whole))))),
            Packing::Zstd => Self::Zstd(Box::new(zstd::Decoder::with_buffer(counted(Box::new(
                whole,
            )))?)),
        })
    }

    /// Appends up to `limit` bytes to `buffer`; what came before an error stays appended.
    pub(super) fn append(&mut self, limit: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
        fn upto(reader: &mut impl Read, limit: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
            buffer.reserve(limit);
            reader.take(limit as u64).read_to_end(buffer)
        }
        match self {
            Self::Plain(reader) => upto(reader, limit, buffer),
            Self::Gzip(reader) => upto(reader, limit, buffer),
            Self::Zstd(reader) => upto(reader, limit, buffer),
        }
    }

    /// Why the source ends before its end.
    pub(super) fn reason(&self, cause: &io::Error) -> String {
        let (name, at) = match self {
            Self::Plain(_) => return format!("reading fails here: {cause}"),
            Self::Gzip(reader) => ("gzip", reader.get_ref().consumed),
            Self::Zstd(reader) => ("zstd", reader.get_ref().consumed),
        };
        if cause.kind() == io::ErrorKind::UnexpectedEof {
            format!(
                "the {name} stream ends in the middle (byte {at} of the compressed file); fetch the file again"
            )
        } else {
            format!(
                "the {name} stream is broken at byte {at} of the compressed file ({cause}); fetch the file again"
            )
        }
    }
}

/// The first [`MAGIC`] bytes, fewer at the end.
pub(super) fn first_bytes(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut first = Vec::with_capacity(MAGIC);
    reader.take(MAGIC as u64).read_to_end(&mut first)?;
    Ok(first)
}

/// Counts what is taken out of a buffered reader.
pub(super) struct Counted<'r> {
    inner: BufReader<Box<dyn Read + Send + 'r>>,
    consumed: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.consumed += read as u64;
        Ok(read)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.consumed += amount as u64;
        self.inner.consume(amount);
    }
}

/// Reads a file from an offset on without moving anyone's position.
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

/// Reads until `buffer` is full or the file ends; how much was read.
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

/// The copy of all streams: one file without a name, gone when the process is.
///
/// One for all sources, since a directory may hold more compressed files than a process may hold open.
#[derive(Debug)]
pub(super) struct Spool {
    directory: PathBuf,
    file: OnceLock<File>,
    creating: Mutex<()>,
    length: AtomicU64,
}

impl Spool {
    pub(super) fn new(directory: Option<PathBuf>) -> Self {
        Self {
            directory: directory.unwrap_or_else(std::env::temp_dir),
            file: OnceLock::new(),
            creating: Mutex::new(()),
            length: AtomicU64::new(0),
        }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Keeps `bytes`; where.
    pub(super) fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let file = match self.file.get() {
            Some(file) => file,
            None => {
                let _one: MutexGuard<'_, ()> =
                    self.creating.lock().unwrap_or_else(PoisonError::into_inner);
                match self.file.get() {
                    Some(file) => file,
                    None => {
                        let file = tempfile::tempfile_in(&self.directory)?;
                        self.file.get_or_init(|| file)
                    }
                }
            }
        };
        let start = self.length.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        platform::write_all_at(file, bytes, start)?;
        Ok(start)
    }

    /// The file, if anything was kept.
    pub(super) fn file(&self) -> Option<&File> {
        self.file.get()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(bytes: Vec<u8>) -> (Vec<u8>, Option<String>) {
        let mut unpacked = Unpacked::sniff(Box::new(io::Cursor::new(bytes))).unwrap();
        let mut out = Vec::new();
        loop {
            match unpacked.append(7, &mut out) {
                Ok(0) => return (out, None),
                Ok(_) => {}
                Err(cause) => return (out, Some(unpacked.reason(&cause))),
            }
        }
    }

    #[test]
    fn packings_are_told_by_their_first_bytes() {
        let plain = b"one\ntwo\nthree\n".to_vec();
        let zst = zstd::encode_all(&plain[..], 1).unwrap();
        for packed in [
            plain.clone(),
            gzip(&plain),
            zst.clone(),
            [gzip(&plain[..4]), gzip(&plain[4..])].concat(),
            [
                zstd::encode_all(&plain[..4], 1).unwrap(),
                zstd::encode_all(&plain[4..], 1).unwrap(),
            ]
            .concat(),
            [&[0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9][..], &zst].concat(),
        ] {
            assert_eq!(unpack(packed), (plain.clone(), None));
        }
        for short in [&b""[..], b"{", b"\x1f", b"\x28\xb5\x2f"] {
            assert_eq!(unpack(short.to_vec()), (short.to_vec(), None));
        }
    }

    #[test]
    fn a_stream_cut_short_gives_what_came_before_and_says_where() {
        let plain: Vec<u8> = (0..20_000u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        for (name, packed) in [
            ("gzip", gzip(&plain)),
            ("zstd", zstd::encode_all(&plain[..], 1).unwrap()),
        ] {
            let half = packed.len() / 2;
            let (out, reason) = unpack(packed[..half].to_vec());
            assert_eq!(out, plain[..out.len()], "{name}");
            assert_eq!(
                reason.unwrap(),
                format!(
                    "the {name} stream ends in the middle (byte {half} of the compressed file); fetch the file again"
                )
            );
        }
        let mut broken = gzip(&plain);
        let end = broken.len();
        broken[end - 6] ^= 1;
        let (_, reason) = unpack(broken);
        assert!(
            reason
                .unwrap()
                .starts_with("the gzip stream is broken at byte ")
        );
    }

    #[test]
    fn kept_stretches_are_found_again() {
        let source = Source {
            name: "-".into(),
            walked: false,
            format: Format::Jsonl,
            origin: Origin::Stream(Mutex::new(None)),
            kept: RwLock::default(),
            columns: OnceLock::new(),
        };
        source.keep(Kept {
            offset: 3,
            spooled: 100,
            length: 10,
        });
        source.keep(Kept {
            offset: 20,
            spooled: 0,
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
            if offset + length <= 25 || expected.is_none() {
                let found = if offset > 25 {
                    None
                } else {
                    source.spooled(offset, length)
                };
                assert_eq!(found, expected, "{offset}+{length}");
            }
        }
    }
}

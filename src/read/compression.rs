//! Compressed inputs: recognised by their first bytes, decompressed as they are read.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use encoding_rs::Encoding;
use flate2::CrcReader;
use flate2::bufread::{DeflateDecoder, GzDecoder};
use lzma_rust2::XzReader;

use super::encoding::Transcoder;
use super::remote_failure::RemoteFailure;
use super::settings::ExpansionLimit;

/// Compressed bytes read at once.
const COMPRESSED_CHUNK: usize = 256 << 10;

/// Memory that a decompressor may ask for, in KiB.
const MOST_MEMORY_KIB: u32 = 1 << 20;

/// First byte of a member of a gzip file.
const GZIP_START: u8 = 0x1f;

/// Windows of zstd up to 2 GiB, which `zstd --long=31` makes, are read.
const ZSTD_WINDOW_LOG: u32 = 31;

/// Compression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    /// Without a header, as in a member of a zip archive.
    Deflate,
}

impl Compression {
    /// Detects the compression from the first bytes of a file, whatever its name says.
    pub(super) fn detect(first: &[u8]) -> Self {
        match first {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A zstd frame, or a skippable frame before one (pzstd and seekable files start with
            // it).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::None,
        }
    }

    /// Name of the compression in messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "uncompressed",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Deflate => "zip",
        }
    }
}

/// A stream of plain bytes.
type Plain<'r> = Box<dyn Read + Send + 'r>;

/// A reader of decompressed bytes in UTF-8 that knows its place in the compressed ones.
pub(super) struct Decompressor<'r> {
    compression: Compression,
    reader: Unpacker<'r>,
    limit: ExpansionLimit,
    produced: u64,
}

/// The decompressor of each kind, and what decodes its output if that is not UTF-8.
enum Unpacker<'r> {
    Plain(Plain<'r>),
    Gzip(Box<GzipMembers<'r>>),
    Zstd(Box<zstd::Decoder<'static, CountingReader<'r>>>),
    Bzip2(Box<MultiBzDecoder<CountingReader<'r>>>),
    Xz(Box<XzReader<CountingReader<'r>>>),
    Deflate(Box<DeflateDecoder<CountingReader<'r>>>),
    Checked(Box<CheckedReader<'r>>),
    Transcoded(Box<Transcoder<Unpacker<'r>>>),
}

impl<'r> Unpacker<'r> {
    fn new(compression: Compression, reader: Plain<'r>) -> io::Result<Self> {
        let counting = |reader| CountingReader {
            inner: BufReader::with_capacity(COMPRESSED_CHUNK, reader),
            consumed: 0,
        };
        Ok(match compression {
            Compression::None => Self::Plain(reader),
            Compression::Gzip => Self::Gzip(Box::new(GzipMembers::new(counting(reader)))),
            Compression::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(counting(reader))?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Self::Zstd(Box::new(decoder))
            }
            Compression::Bzip2 => Self::Bzip2(Box::new(MultiBzDecoder::new(counting(reader)))),
            Compression::Xz => Self::Xz(Box::new(XzReader::new_mem_limit(
                counting(reader),
                true,
                MOST_MEMORY_KIB,
            ))),
            Compression::Deflate => Self::Deflate(Box::new(DeflateDecoder::new(counting(reader)))),
        })
    }

    /// Compressed bytes that were used; `None` if the bytes are not compressed.
    fn consumed(&self) -> Option<u64> {
        Some(match self {
            Self::Plain(_) => return None,
            Self::Gzip(reader) => reader.consumed(),
            Self::Zstd(reader) => reader.get_ref().consumed,
            Self::Bzip2(reader) => reader.get_ref().consumed,
            Self::Xz(reader) => reader.inner().consumed,
            Self::Deflate(reader) => reader.get_ref().consumed,
            Self::Checked(reader) => return reader.inner.get_ref().consumed(),
            Self::Transcoded(reader) => return reader.inner().consumed(),
        })
    }
}

impl Read for Unpacker<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Gzip(reader) => reader.read(buffer),
            Self::Zstd(reader) => reader.read(buffer),
            Self::Bzip2(reader) => reader.read(buffer),
            Self::Xz(reader) => reader.read(buffer),
            Self::Deflate(reader) => reader.read(buffer),
            Self::Checked(reader) => reader.read(buffer),
            Self::Transcoded(reader) => reader.read(buffer),
        }
    }
}

impl<'r> Decompressor<'r> {
    /// Reads `reader`, and decodes its text if that must be done before it is cut.
    pub(super) fn new(
        compression: Compression,
        transcoded: Option<&'static Encoding>,
        reader: Plain<'r>,
        limit: ExpansionLimit,
    ) -> io::Result<Self> {
        let unpacker = Unpacker::new(compression, reader)?;
        Ok(Self::of(compression, unpacker, transcoded, limit))
    }

    /// Reads a member of an archive, and compares the bytes with their checksum, a CRC-32.
    pub(super) fn checked(
        (compression, checksum): (Compression, u32),
        transcoded: Option<&'static Encoding>,
        reader: Plain<'r>,
        limit: ExpansionLimit,
    ) -> io::Result<Self> {
        let unpacker = Unpacker::Checked(Box::new(CheckedReader {
            inner: CrcReader::new(Unpacker::new(compression, reader)?),
            checksum,
        }));
        Ok(Self::of(compression, unpacker, transcoded, limit))
    }

    fn of(
        compression: Compression,
        unpacker: Unpacker<'r>,
        transcoded: Option<&'static Encoding>,
        limit: ExpansionLimit,
    ) -> Self {
        Self {
            compression,
            reader: match transcoded {
                None => unpacker,
                Some(encoding) => {
                    Unpacker::Transcoded(Box::new(Transcoder::new(unpacker, encoding)))
                }
            },
            limit,
            produced: 0,
        }
    }

    /// Appends up to `limit` bytes to `buffer`. After an error, the bytes before it are in the
    /// buffer.
    pub(super) fn append(&mut self, limit: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
        buffer.reserve(limit);
        let before = buffer.len();
        let read = (&mut self.reader).take(limit as u64).read_to_end(buffer);
        self.produced += (buffer.len() - before) as u64;
        let read = read?;
        let consumed = self.reader.consumed().unwrap_or(u64::MAX);
        if self.limit.is_exceeded(consumed, self.produced) {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                self.limit.reason(),
            ));
        }
        Ok(read)
    }

    /// Describes an error of [`Self::append`], for a reject.
    pub(super) fn reason(&self, cause: &io::Error) -> String {
        let Some(at) = self.reader.consumed() else {
            return format!("reading fails here: {cause}");
        };
        let name = self.compression.name();
        match cause.kind() {
            _ if RemoteFailure::is_behind(cause) => {
                format!("reading fails at byte {at} of the compressed file: {cause}")
            }
            io::ErrorKind::FileTooLarge => format!("{cause} (byte {at} of the compressed file)"),
            io::ErrorKind::UnexpectedEof => format!(
                "the {name} stream ends in the middle (byte {at} of the compressed file); \
                 fetch the file again"
            ),
            _ => format!(
                "the {name} stream is broken at byte {at} of the compressed file ({cause}); \
                 fetch the file again"
            ),
        }
    }
}

impl Read for Decompressor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.produced += read as u64;
        Ok(read)
    }
}

/// Reads up to `limit` bytes from the start of a source, decompressed. An error ends them early.
pub(super) fn head(compression: Compression, reader: Plain<'_>, limit: usize) -> (Vec<u8>, bool) {
    let mut head = Vec::new();
    let complete = Unpacker::new(compression, reader).is_ok_and(|unpacker| {
        let read = unpacker.take(limit as u64).read_to_end(&mut head);
        read.is_ok_and(|read| read < limit)
    });
    (head, complete)
}

/// A reader of the members of a gzip file, one after the other. Zeros may follow the last one, as
/// tapes and archives of fixed block size leave them; anything else there is an error.
struct GzipMembers<'r> {
    /// `None` once the file has ended.
    member: Option<GzDecoder<CountingReader<'r>>>,
    /// Compressed bytes that were used, of a file that has ended.
    used: u64,
}

impl<'r> GzipMembers<'r> {
    fn new(reader: CountingReader<'r>) -> Self {
        Self {
            member: Some(GzDecoder::new(reader)),
            used: 0,
        }
    }

    fn consumed(&self) -> u64 {
        let member = self.member.as_ref();
        member.map_or(self.used, |member| member.get_ref().consumed)
    }

    /// Looks at what follows a member.
    fn next_member(&mut self, mut reader: CountingReader<'r>) -> io::Result<()> {
        let mut zeros = false;
        let next = loop {
            let ahead = reader.fill_buf()?;
            let passed = ahead.iter().take_while(|byte| **byte == 0).count();
            zeros |= passed > 0;
            match ahead.get(passed) {
                Some(byte) => break Some(*byte),
                None if passed == 0 => break None,
                None => reader.consume(passed),
            }
        };
        self.used = reader.consumed;
        match next {
            None => Ok(()),
            Some(GZIP_START) if !zeros => {
                self.member = Some(GzDecoder::new(reader));
                Ok(())
            }
            Some(_) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "what follows is neither gzip nor zeros",
            )),
        }
    }
}

impl Read for GzipMembers<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            if let Some(member) = self.member.take() {
                self.next_member(member.into_inner())?;
            }
        }
        Ok(0)
    }
}

/// A reader that fails at the end if the bytes do not have their checksum.
struct CheckedReader<'r> {
    inner: CrcReader<Unpacker<'r>>,
    checksum: u32,
}

impl Read for CheckedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let ended = read == 0 && !buffer.is_empty();
        if ended && self.inner.crc().sum() != self.checksum {
            let cause = "its bytes do not have the checksum that the archive gives";
            return Err(io::Error::new(io::ErrorKind::InvalidData, cause));
        }
        Ok(read)
    }
}

/// A buffered reader that counts the bytes taken from it.
pub(super) struct CountingReader<'r> {
    inner: BufReader<Box<dyn Read + Send + 'r>>,
    consumed: u64,
}

impl Read for CountingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.consumed += read as u64;
        Ok(read)
    }
}

impl BufRead for CountingReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.consumed += amount as u64;
        self.inner.consume(amount);
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

    fn decompress(bytes: Vec<u8>) -> (Vec<u8>, Option<String>) {
        let mut reader = Decompressor::new(
            Compression::detect(&bytes),
            None,
            Box::new(io::Cursor::new(bytes)),
            ExpansionLimit::default(),
        )
        .unwrap();
        let mut out = Vec::new();
        loop {
            match reader.append(7, &mut out) {
                Ok(0) => return (out, None),
                Ok(_) => {}
                Err(cause) => return (out, Some(reader.reason(&cause))),
            }
        }
    }

    #[test]
    fn compression_is_detected_from_the_first_bytes() {
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
            assert_eq!(decompress(packed), (plain.clone(), None));
        }
        for short in [&b""[..], b"{", b"\x1f", b"\x28\xb5\x2f"] {
            assert_eq!(decompress(short.to_vec()), (short.to_vec(), None));
        }
    }

    #[test]
    fn zeros_may_follow_the_last_gzip_member() {
        let plain = b"one\ntwo\n".to_vec();
        let half = gzip(&plain[..4]);
        let whole = gzip(&plain);
        for zeros in [1, 511, COMPRESSED_CHUNK + 3] {
            let padded = [&half[..], &gzip(&plain[4..]), &vec![0; zeros]].concat();
            assert_eq!(decompress(padded), (plain.clone(), None), "{zeros} zeros");
        }
        for garbage in [&b"more"[..], b"\0\0more", &[&[0, 0][..], &half].concat()] {
            let (out, reason) = decompress([&whole[..], garbage].concat());
            assert_eq!(out, plain);
            let reason = reason.unwrap();
            assert!(reason.contains("neither gzip nor zeros"), "{reason}");
        }
    }

    #[test]
    fn a_truncated_stream_gives_its_beginning_and_the_place_of_the_error() {
        let plain: Vec<u8> = (0..20_000u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        for (name, packed) in [
            ("gzip", gzip(&plain)),
            ("zstd", zstd::encode_all(&plain[..], 1).unwrap()),
        ] {
            let half = packed.len() / 2;
            let (out, reason) = decompress(packed[..half].to_vec());
            assert_eq!(out, plain[..out.len()], "{name}");
            assert_eq!(
                reason.unwrap(),
                format!(
                    "the {name} stream ends in the middle (byte {half} of the compressed file); \
                     fetch the file again"
                )
            );
        }
        let mut broken = gzip(&plain);
        let end = broken.len();
        broken[end - 6] ^= 1;
        let (_, reason) = decompress(broken);
        assert!(
            reason
                .unwrap()
                .starts_with("the gzip stream is broken at byte ")
        );
    }
}

//! Compressed inputs: detected by their first bytes, decompressed as they are read.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// Bytes by which a compressed file is known; the longest magic number has four.
const MAGIC: usize = 4;

/// Compressed bytes read at once.
const COMPRESSED_CHUNK: usize = 256 << 10;

/// Compression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    /// Detects the compression from the first bytes of a file, whatever its name says.
    pub(super) fn detect(first: &[u8]) -> Self {
        match first {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // A zstd frame, or a skippable frame before one (pzstd and seekable files start with
            // it).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// Reads the bytes that [`Compression::detect`] needs; fewer if the input is shorter.
pub(super) fn first_bytes(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut first = Vec::with_capacity(MAGIC);
    reader.take(MAGIC as u64).read_to_end(&mut first)?;
    Ok(first)
}

/// A reader of decompressed bytes that knows its place in the compressed ones.
pub(super) enum Decompressor<'r> {
    Plain(Box<dyn Read + Send + 'r>),
    Gzip(Box<MultiGzDecoder<CountingReader<'r>>>),
    Zstd(Box<zstd::Decoder<'static, CountingReader<'r>>>),
}

impl<'r> Decompressor<'r> {
    /// Detects the compression of `reader` from its first bytes.
    pub(super) fn new(mut reader: Box<dyn Read + Send + 'r>) -> io::Result<Self> {
        let first = first_bytes(&mut reader)?;
        let compression = Compression::detect(&first);
        let whole = io::Cursor::new(first).chain(reader);
        let counting = |whole| CountingReader {
            inner: BufReader::with_capacity(COMPRESSED_CHUNK, whole),
            consumed: 0,
        };
        Ok(match compression {
            Compression::None => Self::Plain(Box::new(whole)),
            Compression::Gzip => {
                Self::Gzip(Box::new(MultiGzDecoder::new(counting(Box::new(whole)))))
            }
            Compression::Zstd => Self::Zstd(Box::new(zstd::Decoder::with_buffer(counting(
                Box::new(whole),
            ))?)),
        })
    }

    /// Appends up to `limit` bytes to `buffer`. After an error, the bytes before it are in the
    /// buffer.
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

    /// Describes an error of [`Self::append`], for a reject.
    pub(super) fn reason(&self, cause: &io::Error) -> String {
        let (name, at) = match self {
            Self::Plain(_) => return format!("reading fails here: {cause}"),
            Self::Gzip(reader) => ("gzip", reader.get_ref().consumed),
            Self::Zstd(reader) => ("zstd", reader.get_ref().consumed),
        };
        if cause.kind() == io::ErrorKind::UnexpectedEof {
            format!(
                "the {name} stream ends in the middle (byte {at} of the compressed file); \
                 fetch the file again"
            )
        } else {
            format!(
                "the {name} stream is broken at byte {at} of the compressed file ({cause}); \
                 fetch the file again"
            )
        }
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
        let mut reader = Decompressor::new(Box::new(io::Cursor::new(bytes))).unwrap();
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

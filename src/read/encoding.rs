//! Encodings of text: recognised from the first bytes, or from the whole file when broken UTF-8
//! turns up later.
//!
//! A byte order mark decides. Without one, bytes that are UTF-8 are UTF-8. Otherwise `chardetng`,
//! the detector of Firefox, names the encoding, unless the bytes are UTF-8 with a few broken places.

use std::borrow::Cow;
use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, CoderResult, Decoder, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

/// Bytes of a whole file that are fed to the detector, at most. Only lines that are not ASCII count.
const MOST_FED: usize = 4 << 20;

/// Characters of UTF-8 that one which is cut off weighs as evidence.
const CUT_CHARACTER: u64 = 4;

/// Encoded bytes that are decoded at once.
const CHUNK: usize = 64 << 10;

/// Recognises the encoding of a source that begins with `head`. `complete` says that it ends there.
pub(super) fn recognise(head: &[u8], complete: bool) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    if let Some(encoding) = utf_16_without_mark(head) {
        return encoding;
    }
    if let Err(error) = std::str::from_utf8(head) {
        let cut_off = error.error_len().is_none() && !complete;
        if !cut_off {
            return Evidence::of(head).encoding();
        }
    }
    // Escapes of ISO-2022-JP are ASCII.
    if memchr::memmem::find(head, b"\x1b$B").is_some() {
        return ISO_2022_JP;
    }
    UTF_8
}

/// UTF-16 without a byte order mark: every second byte is zero, as in text of Latin letters.
fn utf_16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    if pairs < 2 {
        return None;
    }
    let zeros = |odd: usize| head.chunks_exact(2).filter(|pair| pair[odd] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    match () {
        () if second * 4 > pairs * 3 && first * 20 < pairs => Some(UTF_16LE),
        () if first * 4 > pairs * 3 && second * 20 < pairs => Some(UTF_16BE),
        () => None,
    }
}

/// Tells whether bytes in an encoding must be decoded before they can be cut into records: a line
/// end, a quote or a separator may be part of another character there.
pub(super) fn must_be_transcoded(encoding: &'static Encoding) -> bool {
    [
        UTF_16LE,
        UTF_16BE,
        ISO_2022_JP,
        SHIFT_JIS,
        GBK,
        GB18030,
        BIG5,
    ]
    .contains(&encoding)
}

/// What the bytes of a file tell about its encoding.
pub(super) struct Evidence {
    detector: EncodingDetector,
    fed: usize,
    /// Characters of several bytes that are UTF-8.
    utf_8: u64,
    /// Bytes that are not.
    broken: u64,
}

impl Evidence {
    pub(super) fn new() -> Self {
        Self {
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            fed: 0,
            utf_8: 0,
            broken: 0,
        }
    }

    fn of(bytes: &[u8]) -> Self {
        let mut evidence = Self::new();
        evidence.add(bytes);
        evidence
    }

    /// Reads everything that `reader` gives.
    pub(super) fn read(&mut self, reader: &mut impl Read) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        loop {
            match reader.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(read) => self.add(&chunk[..read]),
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        if bytes.is_ascii() {
            return;
        }
        for chunk in bytes.utf8_chunks() {
            self.utf_8 += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
            match chunk.invalid().len() as u64 {
                // The beginning of a character of UTF-8, which is rare in other encodings.
                2.. => self.utf_8 += CUT_CHARACTER,
                broken => self.broken += broken,
            }
        }
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            if self.fed < MOST_FED && !line.is_ascii() {
                self.detector.feed(line, false);
                self.fed += line.len();
            }
        }
    }

    /// The encoding that fits.
    pub(super) fn encoding(&self) -> &'static Encoding {
        if self.utf_8 >= self.broken {
            return UTF_8;
        }
        self.detector.guess(None, Utf8Detection::Deny)
    }
}

/// Decodes bytes in an encoding of which every line end is one byte. The second value says that
/// some were broken.
pub(super) fn decode<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> (Cow<'b, str>, bool) {
    encoding.decode_without_bom_handling(bytes)
}

/// Reader that turns an encoding into UTF-8.
pub(super) struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    /// Bytes read and not decoded.
    encoded: Vec<u8>,
    /// UTF-8 that was not handed out.
    decoded: Vec<u8>,
    handed_out: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            encoded: Vec::new(),
            decoded: Vec::new(),
            handed_out: 0,
            ended: false,
        }
    }

    pub(super) fn inner(&self) -> &R {
        &self.inner
    }

    /// Decodes some more bytes.
    fn fill(&mut self) -> io::Result<()> {
        let held = self.encoded.len();
        self.encoded.resize(held + CHUNK, 0);
        let read = self.inner.read(&mut self.encoded[held..]);
        self.encoded
            .truncate(held + read.as_ref().copied().unwrap_or(0));
        let last = read? == 0;
        let longest = self
            .decoder
            .max_utf8_buffer_length(self.encoded.len())
            .unwrap_or(4 * CHUNK);
        self.decoded.resize(longest, 0);
        self.handed_out = 0;
        let (result, used, written, _) =
            self.decoder
                .decode_to_utf8(&self.encoded, &mut self.decoded, last);
        self.decoded.truncate(written);
        self.encoded.drain(..used);
        self.ended = last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed_out == self.decoded.len() && !self.ended {
            self.fill()?;
        }
        let rest = &self.decoded[self.handed_out..];
        let taken = rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&rest[..taken]);
        self.handed_out += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPANISH: &str =
        "El año pasado la región registró más inundaciones. ¿Volverán? Señales.\n";
    const RUSSIAN: &str = "Жители района вышли на площадь, чтобы обсудить новый мост через реку.\n";

    #[test]
    fn encodings_are_recognised() {
        let of = |label: &str| Encoding::for_label(label.as_bytes()).unwrap();
        for (text, label) in [
            (SPANISH, "windows-1252"),
            (RUSSIAN, "windows-1251"),
            (RUSSIAN, "koi8-r"),
            (
                "市長は新しい橋の計画を発表した。住民は賛成している。\n",
                "shift_jis",
            ),
            (
                "市长宣布了新桥的计划，居民们表示赞成。他们希望明年完工。\n",
                "gb18030",
            ),
            (
                "시장은 새 다리 계획을 발표했다. 주민들은 찬성하고 있다.\n",
                "euc-kr",
            ),
            (SPANISH, "utf-8"),
        ] {
            let (bytes, _, _) = of(label).encode(text);
            let found = recognise(&bytes.repeat(4), true);
            let decoded = decode(&bytes, found).0;
            assert_eq!(decoded, text, "{label}: {}", found.name());
        }
    }

    #[test]
    fn utf_16_is_recognised_with_and_without_a_mark() {
        let units: Vec<u16> = "id,text\na,Ferry\n".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(recognise(&little, true), UTF_16LE);
        assert_eq!(recognise(&big, true), UTF_16BE);
        assert_eq!(
            recognise(&[b"\xff\xfe", &little[..]].concat(), true),
            UTF_16LE
        );
        let mut text = String::new();
        Transcoder::new(&little[..], UTF_16LE)
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "id,text\na,Ferry\n");
    }

    #[test]
    fn utf_8_with_broken_places_stays_utf_8() {
        let mut bytes = SPANISH.repeat(20).into_bytes();
        bytes.extend_from_slice(b"caf\xe9\n");
        assert_eq!(recognise(&bytes, true), UTF_8);
        assert_eq!(
            recognise("año".as_bytes().split_last().unwrap().1, true),
            UTF_8
        );
        let cut = "año".as_bytes();
        assert_eq!(recognise(&cut[..2], false), UTF_8);
    }
}

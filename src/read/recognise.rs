//! Recognises what an input is from its first bytes; its name is a hint.

use std::str::Utf8Error;

use encoding_rs::{Encoding, UTF_8};

use super::cells::Dialect;
use super::columnar;
use super::compression::{self, Compression};
use super::dialect::{self, SniffedTable};
use super::encoding;
use super::feeds;
use super::field_lookup::FieldLookup;
use super::format::{BOM, SourceFormat};
use super::html;
use super::json_outline;
use super::json_pieces::RecordPath;
use super::settings::ReadSettings;
use super::warc;
use crate::error::ReadError;

/// Bytes of an input that are looked at, decompressed.
pub(super) const HEAD: usize = 256 << 10;

/// What an input is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) compression: Compression,
    pub(super) format: SourceFormat,
    pub(super) encoding: &'static Encoding,
    /// How the cells of a table are written.
    pub(super) dialect: Dialect,
    /// Bytes of a line before a table's header.
    pub(super) before_header: usize,
    /// Place of the records in JSON.
    pub(super) records: RecordPath,
}

/// The reason why an input is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unrecognised {
    /// Of a kind that is known and not read.
    Known(&'static str),
    /// Of no kind that is known.
    Unknown,
}

impl Unrecognised {
    /// What the input is.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Known(kind) => kind,
            Self::Unknown => "of no format that is known",
        }
    }

    /// The error for an input that the user named.
    pub(super) fn error(&self, input: String) -> ReadError {
        let kind = self.reason().to_owned();
        match self {
            Self::Known(_) => ReadError::UnreadKind { input, kind },
            Self::Unknown => ReadError::UnknownFormat { input, kind },
        }
    }
}

impl Layout {
    /// Plain input of a format, in UTF-8.
    pub(super) fn plain(format: SourceFormat) -> Self {
        Self {
            compression: Compression::None,
            format,
            encoding: UTF_8,
            dialect: Dialect::of_delimiter(format.delimiter().unwrap_or(b',')),
            before_header: 0,
            records: RecordPath::default(),
        }
    }

    /// The encoding, if text must be decoded before it is cut into records.
    pub(super) fn transcoded(&self) -> Option<&'static Encoding> {
        encoding::must_be_transcoded(self.encoding).then_some(self.encoding)
    }

    /// Tells whether the bytes of the file itself are those that are cut and parsed.
    pub(super) fn is_direct(&self) -> bool {
        let converted = self.format.is_columnar() || self.format.is_converted();
        self.compression == Compression::None && self.transcoded().is_none() && !converted
    }

    /// What was assumed and the user may want to know; empty if nothing was.
    pub(super) fn assumptions(&self) -> Vec<String> {
        let mut assumed = Vec::new();
        if self.encoding != UTF_8 {
            assumed.push(format!("encoding {}", self.encoding.name()));
        }
        if self.format.delimiter().is_some() {
            if Some(self.dialect.delimiter) != self.format.delimiter() {
                assumed.push(format!("separator {}", self.dialect.delimiter_name()));
            }
            if self.dialect.backslash {
                assumed.push("quotes escaped by backslashes".to_owned());
            }
        }
        assumed
    }
}

/// Recognises an input that is called `name` and begins with `head`, still compressed. `complete`
/// says that it ends there.
pub(super) fn recognise(
    name: &str,
    head: &[u8],
    complete: bool,
    settings: &ReadSettings,
    lookup: &FieldLookup,
) -> Result<Layout, Unrecognised> {
    let compression = Compression::detect(head);
    let (unpacked, complete) = match compression {
        Compression::None => (None, complete),
        packed => {
            let reader = Box::new(std::io::Cursor::new(head.to_vec()));
            let (bytes, ended) = compression::head(packed, reader, HEAD);
            (Some(bytes), ended && complete)
        }
    };
    let head = unpacked.as_deref().unwrap_or(head);
    let layout = recognise_plain(name, head, complete, settings, lookup)?;
    Ok(Layout {
        compression,
        ..layout
    })
}

fn recognise_plain(
    name: &str,
    head: &[u8],
    complete: bool,
    settings: &ReadSettings,
    lookup: &FieldLookup,
) -> Result<Layout, Unrecognised> {
    if settings.format.is_none()
        && let Some(kind) = unreadable_kind(head)
    {
        return Err(Unrecognised::Known(kind));
    }
    let magic = match settings.format {
        Some(format) => Some(format).filter(|f| f.is_columnar() || f.is_converted()),
        None => by_magic(head, SourceFormat::of_name(name)),
    };
    if let Some(format) = magic {
        return Ok(Layout::plain(format));
    }
    let encoding = settings
        .encoding
        .unwrap_or_else(|| encoding::recognise(head, complete));
    let text = match encoding == UTF_8 {
        true => None,
        false => Some(encoding.decode(head).0.into_owned()),
    };
    let head = text.as_deref().map_or(head, str::as_bytes);
    let head = head.strip_prefix(BOM).unwrap_or(head);
    let promised = SourceFormat::of_name(name);
    let table = |format: Option<SourceFormat>| {
        let delimiter = format.and_then(SourceFormat::delimiter);
        dialect::sniff(head, complete, delimiter, settings.dialect, lookup)
    };
    let format = match settings.format {
        Some(format) => Some(format),
        None => by_content(head, complete, promised, lookup, || table(promised)),
    };
    let Some(format) = format else {
        return Err(Unrecognised::Unknown);
    };
    let mut layout = Layout {
        encoding,
        ..Layout::plain(format)
    };
    match format {
        SourceFormat::Csv | SourceFormat::Tsv => {
            let sniffed = table(Some(format));
            layout.dialect = sniffed.dialect;
            layout.before_header = sniffed.before;
            if settings.format.is_none() {
                let tabs = sniffed.dialect.delimiter == b'\t';
                layout.format = if tabs {
                    SourceFormat::Tsv
                } else {
                    SourceFormat::Csv
                };
            }
        }
        SourceFormat::Json | SourceFormat::Jsonl => {
            let outline = json_outline::of(head, complete, lookup);
            if settings.format != Some(SourceFormat::Jsonl) {
                layout.format = match outline {
                    json_outline::JsonLayout::Lines => SourceFormat::Jsonl,
                    json_outline::JsonLayout::DataFrame(frame) => {
                        return Err(Unrecognised::Known(frame));
                    }
                    json_outline::JsonLayout::At(path) => {
                        layout.records = path;
                        SourceFormat::Json
                    }
                };
            }
        }
        _ => {}
    }
    Ok(layout)
}

/// The format of a file that is known by its first bytes, whatever they are encoded in.
fn by_magic(head: &[u8], promised: Option<SourceFormat>) -> Option<SourceFormat> {
    let is_arrow = |head: &[u8]| {
        let length = head.get(4..8).and_then(|length| length.try_into().ok());
        // After the marker of a stream comes the length of its schema.
        let of_schema = |length: u32| (8..1 << 24).contains(&length) && length.is_multiple_of(8);
        let length = length.map(u32::from_le_bytes);
        head.starts_with(columnar::ARROW_MAGIC)
            || (head.starts_with(columnar::ARROW_STREAM_MAGIC) && length.is_some_and(of_schema))
    };
    match () {
        () if head.starts_with(columnar::PARQUET_MAGIC) => Some(SourceFormat::Parquet),
        () if is_arrow(head) => Some(SourceFormat::Arrow),
        () if warc::is_warc(head) => Some(SourceFormat::Warc),
        () if promised == Some(SourceFormat::Text) => None,
        () if feeds::recognise(head).is_some() => Some(SourceFormat::Feed),
        () if html::is_html(head) => Some(SourceFormat::Html),
        () => None,
    }
}

/// The format that the first bytes show. What they do not show is as the name promises.
fn by_content(
    head: &[u8],
    complete: bool,
    promised: Option<SourceFormat>,
    lookup: &FieldLookup,
    table: impl Fn() -> SniffedTable,
) -> Option<SourceFormat> {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x1e;
    let first = head.iter().find(|byte| !blank(byte));
    let binary = is_binary(head, complete);
    match (first, promised) {
        (None, promised) => promised.or(Some(SourceFormat::Jsonl)),
        // Prose may begin with a bracket.
        (Some(b'{' | b'['), Some(SourceFormat::Text))
            if !json_outline::has_records(head, complete, lookup) =>
        {
            Some(SourceFormat::Text)
        }
        (Some(b'{' | b'['), promised)
            if json_outline::is_json(head)
                || matches!(promised, Some(SourceFormat::Json | SourceFormat::Jsonl)) =>
        {
            Some(SourceFormat::Json)
        }
        (_, Some(SourceFormat::Text)) => Some(SourceFormat::Text),
        (_, Some(table @ (SourceFormat::Csv | SourceFormat::Tsv))) => Some(table),
        // A line that is broken may come first.
        (_, Some(SourceFormat::Jsonl | SourceFormat::Json)) if !table().names_text => {
            Some(SourceFormat::Jsonl)
        }
        _ if binary => None,
        _ => table().names_text.then_some(SourceFormat::Csv),
    }
}

/// Tells whether bytes are no text in UTF-8.
fn is_binary(head: &[u8], complete: bool) -> bool {
    let cut_off = |error: Utf8Error| error.error_len().is_none() && !complete;
    head.contains(&0) || std::str::from_utf8(head).is_err_and(|error| !cut_off(error))
}

/// Tells whether bytes are text in UTF-32, with a byte order mark or of ASCII characters.
fn is_utf_32(head: &[u8]) -> bool {
    match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => true,
        [a, 0, 0, 0, b, 0, 0, 0, ..] | [0, 0, 0, a, 0, 0, 0, b, ..] => {
            let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
            is_text(a) && is_text(b)
        }
        _ => false,
    }
}

/// Kinds of files that are known by their first bytes and not read.
fn unreadable_kind(head: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF document"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "a document of old Microsoft Office",
        ),
        (
            b"PK\x03\x04",
            "a zip archive or an Office document, which is read only as a file of its own",
        ),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"\x80\x04\x95", "a Python pickle"),
        (b"Obj\x01", "an Avro file"),
        (b"ORC", "an ORC file"),
        (
            b"FEA1",
            "a Feather file of version 1; write it again as version 2 or as Parquet",
        ),
    ];
    if Compression::detect(head) != Compression::None {
        return Some("compressed twice; decompress it once");
    }
    if is_utf_32(head) {
        return Some("text in UTF-32; convert it to UTF-8");
    }
    let known = KINDS.iter().find(|(magic, _)| head.starts_with(magic));
    let tar = head.get(257..262) == Some(b"ustar");
    known
        .map(|&(_, kind)| kind)
        .or(tar.then_some("a tar archive"))
}

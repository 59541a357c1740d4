//! Formats of inputs, and how their lines end.

/// The byte order mark, which some editors put before the first line.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Format of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceFormat {
    /// One JSON object per line.
    Jsonl,
    /// JSON in another form: an array, a wrapper object with an array, objects over several lines.
    Json,
    /// Comma-separated values, or with another separator.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// One document per file; its id is the file's name.
    Text,
    /// A web page: its main text and what it says about itself.
    Html,
    /// A web archive: the pages in it, or their texts.
    Warc,
    /// A feed in XML: RSS, Atom, NewsML-G2, NITF.
    Feed,
    /// An Apache Parquet file.
    Parquet,
    /// An Apache Arrow IPC file or stream; Feather of version 2.
    Arrow,
    /// A workbook of Excel.
    Xlsx,
}

/// A format as users know it.
#[derive(Debug, Clone, Copy)]
pub struct FormatInfo {
    /// The format.
    pub format: SourceFormat,
    /// Its value of `--input-format`.
    pub key: &'static str,
    /// Its name in messages.
    pub name: &'static str,
    /// What a file of it holds.
    pub content: &'static str,
    /// Endings of file names that promise it.
    pub endings: &'static [&'static str],
}

impl FormatInfo {
    /// One line for a user.
    #[must_use]
    pub fn help(&self) -> String {
        format!("{} ({})", self.content, self.endings.join(" "))
    }
}

impl SourceFormat {
    /// All formats: the one table that the program, its help and the documentation share.
    pub const ALL: &[FormatInfo] = &[
        FormatInfo {
            format: Self::Jsonl,
            key: "jsonl",
            name: "JSON lines",
            content: "One JSON object a line",
            endings: &[".jsonl", ".ndjson", ".json-lines", ".jsonlines", ".jl"],
        },
        FormatInfo {
            format: Self::Json,
            key: "json",
            name: "JSON",
            content: "An array of objects, an object around one, or objects over several lines",
            endings: &[".json", ".geojson"],
        },
        FormatInfo {
            format: Self::Csv,
            key: "csv",
            name: "CSV",
            content: "A table with a header line",
            endings: &[".csv"],
        },
        FormatInfo {
            format: Self::Tsv,
            key: "tsv",
            name: "TSV",
            content: "A table separated by tabs",
            endings: &[".tsv", ".tab"],
        },
        FormatInfo {
            format: Self::Text,
            key: "text",
            name: "plain text",
            content: "One document a file",
            endings: &[".txt", ".text"],
        },
        FormatInfo {
            format: Self::Html,
            key: "html",
            name: "HTML",
            content: "A web page: its main text, and the metadata in it",
            endings: &[".html", ".htm", ".xhtml"],
        },
        FormatInfo {
            format: Self::Warc,
            key: "warc",
            name: "WARC",
            content: "A web archive, or the texts of one",
            endings: &[".warc", ".wet"],
        },
        FormatInfo {
            format: Self::Feed,
            key: "feed",
            name: "XML feed",
            content: "RSS, Atom, NewsML-G2 or NITF",
            endings: &[".xml", ".rss", ".atom", ".nitf", ".newsml"],
        },
        FormatInfo {
            format: Self::Parquet,
            key: "parquet",
            name: "Parquet",
            content: "Columns of Apache Parquet",
            endings: &[".parquet", ".pq"],
        },
        FormatInfo {
            format: Self::Arrow,
            key: "arrow",
            name: "Arrow",
            content: "Columns of Apache Arrow IPC, which Feather files are",
            endings: &[".arrow", ".arrows", ".feather", ".ipc"],
        },
        FormatInfo {
            format: Self::Xlsx,
            key: "xlsx",
            name: "XLSX",
            content: "A workbook of Excel: its first sheet with a text column",
            endings: &[".xlsx"],
        },
    ];

    /// Endings of compressed files, which may follow the ending of a format.
    pub const PACKED_ENDINGS: &[&str] = &[".gz", ".zst", ".bz2", ".xz"];

    /// The format that the ending of a name promises.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let bare = Self::PACKED_ENDINGS
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(&name);
        let promises = |info: &&FormatInfo| info.endings.iter().any(|end| bare.ends_with(end));
        Self::ALL.iter().find(promises).map(|info| info.format)
    }

    /// What users know of the format.
    #[must_use]
    pub fn info(self) -> &'static FormatInfo {
        let of_format = |info: &&FormatInfo| info.format == self;
        Self::ALL.iter().find(of_format).unwrap_or(&Self::ALL[0])
    }

    /// Name of the format in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// Tells whether each row becomes a line of JSON before it is parsed.
    pub(super) fn is_columnar(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow | Self::Xlsx)
    }

    /// Tells whether a document is made by a conversion that is kept, since it takes long.
    pub(super) fn is_converted(self) -> bool {
        matches!(self, Self::Html | Self::Warc | Self::Feed)
    }

    /// Tells whether a record can be copied as a line of JSON.
    #[must_use]
    pub fn is_json(self) -> bool {
        self.is_columnar() || self.is_converted() || matches!(self, Self::Jsonl | Self::Json)
    }

    /// Separator of a table's fields, unless the table shows another; `None` for a format that is
    /// no table.
    #[must_use]
    pub fn delimiter(self) -> Option<u8> {
        match self {
            Self::Csv => Some(b','),
            Self::Tsv => Some(b'\t'),
            _ => None,
        }
    }
}

/// End of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// A line feed, or the end of the source.
    #[default]
    Lf,
    /// A carriage return and a line feed. A carriage return alone counts as this too: it is rare,
    /// and the byte after it may stand in the next block.
    CrLf,
}

impl LineEnd {
    /// The line end that `after`, the bytes after a line, begins with.
    pub(super) fn at_start_of(after: &[u8]) -> Self {
        match after.first() {
            Some(b'\r') => Self::CrLf,
            _ => Self::Lf,
        }
    }

    /// The bytes to write.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        }
    }
}

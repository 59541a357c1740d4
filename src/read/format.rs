//! Formats of inputs, and how their lines end.

/// The byte order mark, which some editors put before the first line.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Format of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceFormat {
    /// One JSON object per line.
    Jsonl,
    /// Comma-separated values with a header line.
    Csv,
    /// Tab-separated values with a header line, quoted like CSV.
    Tsv,
    /// One document per file; its id is the file's name.
    Text,
}

impl SourceFormat {
    /// Endings of file names, and the format that each stands for.
    pub const ENDINGS: &[(&str, Self)] = &[
        (".jsonl", Self::Jsonl),
        (".ndjson", Self::Jsonl),
        (".json-lines", Self::Jsonl),
        (".jsonlines", Self::Jsonl),
        (".jl", Self::Jsonl),
        (".csv", Self::Csv),
        (".tsv", Self::Tsv),
        (".tab", Self::Tsv),
        (".txt", Self::Text),
        (".text", Self::Text),
    ];

    /// Endings of compressed files, which may follow one of [`Self::ENDINGS`].
    pub const PACKED_ENDINGS: &[&str] = &[".gz", ".zst"];

    /// Detects the format from the ending of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let bare = Self::PACKED_ENDINGS
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(&name);
        Self::ENDINGS
            .iter()
            .find(|(ending, _)| bare.ends_with(ending))
            .map(|&(_, format)| format)
    }

    /// Lists the endings, for an error message.
    pub(super) fn known_endings() -> String {
        let endings: Vec<_> = Self::ENDINGS.iter().map(|&(ending, _)| ending).collect();
        format!(
            "{} (or these with {})",
            endings.join(" "),
            Self::PACKED_ENDINGS.join(" ")
        )
    }

    /// Name of the format in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "JSON lines",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Text => "plain text",
        }
    }

    /// Separator of a table's fields; `None` for a format that is no table.
    #[must_use]
    pub fn delimiter(self) -> Option<u8> {
        match self {
            Self::Csv => Some(b','),
            Self::Tsv => Some(b'\t'),
            Self::Jsonl | Self::Text => None,
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

//! The formats of tables and the endings of their files.

use super::compression::FileCompression;

/// A format that a table can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated values with a header line (RFC 4180, lines ending in a line feed).
    Csv,
    /// Tab-separated values with a header line, quoted like CSV.
    Tsv,
    /// JSON Lines: a JSON object per line.
    Jsonl,
    /// Apache Parquet, compressed inside with Zstandard.
    Parquet,
    /// Apache Arrow IPC, in its file format, which is Feather of version 2.
    Arrow,
}

impl TableFormat {
    /// All formats, in the order of the help.
    pub const ALL: [TableFormat; 5] = [
        TableFormat::Csv,
        TableFormat::Tsv,
        TableFormat::Jsonl,
        TableFormat::Parquet,
        TableFormat::Arrow,
    ];

    /// Name of the format.
    pub fn name(self) -> &'static str {
        match self {
            TableFormat::Csv => "csv",
            TableFormat::Tsv => "tsv",
            TableFormat::Jsonl => "jsonl",
            TableFormat::Parquet => "parquet",
            TableFormat::Arrow => "arrow",
        }
    }

    /// Endings of file names that stand for the format. A compression may follow if the format
    /// [can be compressed](Self::is_text).
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            TableFormat::Csv => &[".csv"],
            TableFormat::Tsv => &[".tsv", ".tab"],
            TableFormat::Jsonl => &[".jsonl", ".ndjson"],
            TableFormat::Parquet => &[".parquet"],
            TableFormat::Arrow => &[".arrow", ".feather"],
        }
    }

    /// True if a cell can be a list.
    pub fn holds_lists(self) -> bool {
        self == TableFormat::Jsonl
    }

    /// True for text whose cells stand between delimiters.
    pub fn is_delimited(self) -> bool {
        matches!(self, TableFormat::Csv | TableFormat::Tsv)
    }

    /// True for text, which can be compressed as a whole.
    pub fn is_text(self) -> bool {
        !self.is_columnar()
    }

    /// True for columns with types.
    pub fn is_columnar(self) -> bool {
        matches!(self, TableFormat::Parquet | TableFormat::Arrow)
    }

    /// The endings of all formats as a phrase, for help and messages.
    pub fn known_endings() -> String {
        let endings = |is_text: bool| {
            let formats = TableFormat::ALL.into_iter();
            let formats = formats.filter(|format| format.is_text() == is_text);
            let endings = formats.flat_map(TableFormat::endings).copied();
            endings.collect::<Vec<&str>>()
        };
        let packed = FileCompression::ALL.map(FileCompression::ending);
        format!(
            "{} (also with {}), {}",
            endings(true).join(", "),
            packed.join(" or "),
            one_of(&endings(false))
        )
    }
}

/// Words as a phrase of which one holds.
fn one_of(words: &[&str]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        words => words.concat(),
    }
}

//! The flags of the explain command.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum, ValueHint};

use super::matching::FindingArguments;
use super::reading::ReadingArguments;
use super::running::RunningArguments;
use super::settings::SettingsArguments;
use super::sources::SourceArguments;

const EXPLAIN_SHORT_END: &str =
    "`wirecopy explain --help` shows all flags, with examples and exit statuses.";

const EXPLAIN_LONG_END: &str = "\
Examples:
  wirecopy explain mn-0303-ruling tp-0304-ruling articles.jsonl
      explain two documents of a scan, by their ids
  wirecopy explain mine.txt theirs.txt
      compare two text files
  wirecopy explain A B articles.jsonl --window 3d -o pair.html
      write a page, for a scan with the same flags
  wirecopy explain A B tonight.jsonl --index news.index
      explain a document of tonight and one of the index, which does not change

How it works:
  The command runs the scan of all inputs with the same flags, because boilerplate and candidates
  depend on every document. `a` is the document known to be published earlier, as in the pairs
  file. wirecopy.toml and the environment count as for the scan, also their inputs, unless A and B
  are files. --color applies to text on standard output.

Exit status:
  0    success, whether the two are a pair or not
  1    failure, for example if no document has that id
  2    wrong command line
  3    success, but some records of the inputs were rejected
  130  interrupted (143: terminated); no output is incomplete";

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_SHORT_END, after_long_help = EXPLAIN_LONG_END)]
pub struct ExplainArguments {
    /// Id of one document; a text file if there are no inputs and no index
    #[arg(value_name = "A", value_hint = ValueHint::FilePath)]
    pub a: String,

    /// Id of the other document, or another text file
    #[arg(value_name = "B", value_hint = ValueHint::FilePath)]
    pub b: String,

    /// Files, directories, addresses (s3://bucket/prefix/), or - for standard input
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Write to this file (default: standard output)
    #[arg(
        short,
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Output"
    )]
    pub output: Option<PathBuf>,

    /// Output format
    ///
    /// The default is the format that the file name shows, or text.
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output")]
    pub format: Option<ExplainFormat>,

    /// Width of the text in columns, at least 40
    ///
    /// The default is the width of the terminal, or 80. From 120 columns on, the two texts stand
    /// side by side.
    #[arg(
        long,
        value_name = "N",
        value_parser = RangedU64ValueParser::<usize>::new().range(40..=1000),
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub width: Option<usize>,

    #[command(flatten)]
    pub finding: FindingArguments,

    #[command(flatten)]
    pub reading: ReadingArguments,

    #[command(flatten)]
    pub sources: SourceArguments,

    /// Also search the documents of this index, which does not change
    #[arg(
        long,
        value_name = "DIRECTORY",
        value_hint = ValueHint::DirPath,
        help_heading = "Index"
    )]
    pub index: Option<PathBuf>,

    #[command(flatten)]
    pub settings: SettingsArguments,

    #[command(flatten)]
    pub running: RunningArguments,
}

/// Format of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
    /// A page for the browser
    Html,
}

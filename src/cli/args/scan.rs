//! The flags of the scan command.

use std::path::PathBuf;

use crate::pipeline::DEFAULT_PAGE_PAIRS;
use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum, ValueHint};

use super::matching::FindingArguments;
use super::nightly::SeenArguments;
use super::reading::ReadingArguments;
use super::reference::ReferenceArguments;
use super::running::RunningArguments;
use super::settings::SettingsArguments;
use super::sources::SourceArguments;
use crate::cli::values;

const SCAN_SHORT_END: &str =
    "`wirecopy scan --help` shows all flags, with examples and exit statuses.";

const SCAN_LONG_END: &str = "\
Examples:
  wirecopy scan articles.jsonl -o pairs.csv
      all pairs of articles that are copies, or of which one contains a part of the other
  wirecopy scan week/ -o pairs.csv --clusters clusters.csv --sites sites.csv --cross-site-only
      read a directory of files, and show which site copied from which
  wirecopy scan crawl.jsonl -o pairs.csv --relations exact,near --keep-boilerplate
      find only near-duplicates of whole pages, in half of the time
  zcat crawl.jsonl.gz | wirecopy scan - --threshold 0.8 --recall 1 > pairs.csv
      use standard input and output, and find every pair of at least 0.8, by proof
  wirecopy scan feed.csv --text-field body --window 3d --summary run.json -o pairs.jsonl
      read the text from the column body, and find pairs at most three days apart

Configuration:
  Every flag is also a key of wirecopy.toml (threshold = 0.6) and an environment variable
  (WIRECOPY_THRESHOLD=0.6). A flag overrides the environment, which overrides the file, which
  overrides the default.

Exit status:
  0    success
  1    failure; nothing was written, except for --metrics (if every record was rejected or in the
       index already, also --rejects and --summary)
  2    wrong command line or configuration
  3    success, all outputs are complete, but some records were rejected
  130  interrupted (143: terminated); no output is incomplete";

#[derive(Debug, Args)]
#[command(after_help = SCAN_SHORT_END, after_long_help = SCAN_LONG_END)]
pub struct ScanArguments {
    /// Files, directories, addresses (s3://bucket/prefix/), or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Write pairs to this file (default: standard output, as CSV)
    ///
    /// The ending of the name decides the format of this and every other table:
    /// .csv, .tsv, .tab, .jsonl, .ndjson (also with .gz or .zst), .parquet, .arrow or
    /// .feather.
    #[arg(
        short,
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Reports"
    )]
    pub output: Option<PathBuf>,

    /// Format of the pairs if the file name does not show it (default: csv)
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        hide_short_help = true,
        help_heading = "Reports"
    )]
    pub format: Option<OutputFormatName>,

    /// Begin tables in .csv and .tsv with a byte order mark, for Excel
    ///
    /// Without it, Excel shows accents and other scripts as wrong letters when a file is opened by
    /// a double click.
    #[arg(long, hide_short_help = true, help_heading = "Reports")]
    pub bom: bool,

    /// Write clusters of documents that pairs join
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Reports"
    )]
    pub clusters: Option<PathBuf>,

    /// Write the documents of every cluster
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Reports"
    )]
    pub members: Option<PathBuf>,

    /// Write which site copies from which, how much and how fast
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Reports"
    )]
    pub sites: Option<PathBuf>,

    /// Write every document without its boilerplate
    ///
    /// Documents are in the order in which they were read, with the fields id, text, url, site,
    /// published, title, author, canonical and crawled. The ending of the name decides the format:
    /// .csv, .tsv, .tab, .jsonl, .ndjson (also with .gz or .zst), .parquet, .arrow or
    /// .feather.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        hide_short_help = true,
        help_heading = "Reports"
    )]
    pub clean: Option<PathBuf>,

    /// Add to each pair the positions of its shared passages; needs pairs in .jsonl
    #[arg(long, hide_short_help = true, help_heading = "Reports")]
    pub passages: bool,

    /// Write counts, settings, times and memory as JSON
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Reports"
    )]
    pub summary: Option<PathBuf>,

    /// Write a page for the browser
    ///
    /// The page has figures, clusters, texts side by side, and pairs to search and sort.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Reports"
    )]
    pub report: Option<PathBuf>,

    /// Maximum number of pairs on the page; those of the biggest clusters come first
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_PAGE_PAIRS,
        value_parser = RangedU64ValueParser::<u32>::new().range(1..=200_000),
        hide_short_help = true,
        help_heading = "Reports"
    )]
    pub report_limit: u32,

    /// Write rejected records with file, line and reason
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Reports"
    )]
    pub rejects: Option<PathBuf>,

    /// Write metrics in the text format of Prometheus, even if the run fails
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        hide_short_help = true,
        help_heading = "Reports"
    )]
    pub metrics: Option<PathBuf>,

    /// Add a label to every metric, to tell jobs apart; can be repeated
    #[arg(
        long,
        value_name = "NAME=VALUE",
        value_parser = values::label,
        requires = "metrics",
        hide_short_help = true,
        help_heading = "Reports"
    )]
    pub metrics_label: Vec<(String, String)>,

    #[command(flatten)]
    pub finding: FindingArguments,

    #[command(flatten)]
    pub reading: ReadingArguments,

    #[command(flatten)]
    pub reference: ReferenceArguments,

    #[command(flatten)]
    pub sources: SourceArguments,

    #[command(flatten)]
    pub seen: SeenArguments,

    #[command(flatten)]
    pub settings: SettingsArguments,

    #[command(flatten)]
    pub running: RunningArguments,
}

/// Format of the pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormatName {
    Csv,
    Tsv,
    Jsonl,
    Parquet,
    Arrow,
}

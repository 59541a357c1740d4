//! The flags of the dedup command.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use wirecopy::cluster::duplicates;

use super::matching::ComparingArguments;
use super::nightly::SeenArguments;
use super::reading::ReadingArguments;
use super::running::RunningArguments;
use super::settings::SettingsArguments;
use crate::cli::values::{self, DEFAULT_MARK_FIELD};

const DEDUP_SHORT_END: &str =
    "`wirecopy dedup --help` shows all flags, with examples and exit statuses.";

const DEDUP_LONG_END: &str = "\
Examples:
  wirecopy dedup crawl.jsonl -o clean.jsonl
      remove whole copies, and leave all other records byte for byte as they are
  wirecopy dedup crawl.csv.gz -o clean.csv.gz --prefer longest --removed removed.csv
      keep the longest of each family, and list the removed records
  zcat crawl.jsonl.gz | wirecopy dedup - --mark --threshold 0.9 > marked.jsonl
      write all records, and add to each duplicate the id of the record it duplicates

Output:
  Records are written in the order in which they were read (inputs by name) and in the format of
  the inputs, which must all have the same one. Text files become JSON lines. Rejected records are
  not written (see --rejects). Documents without words are never duplicates. Boilerplate is not
  compared unless --keep-boilerplate is given, but it is always written.

Exit status:
  0    success
  1    failure; nothing was written (if every record was rejected or nothing is new for the index,
       only --rejects)
  2    wrong command line
  3    success, all outputs are complete, but some records were rejected
  130  interrupted (143: terminated); no output is incomplete";

#[derive(Debug, Args)]
#[command(after_help = DEDUP_SHORT_END, after_long_help = DEDUP_LONG_END)]
pub struct DedupArguments {
    /// Files, directories, addresses (s3://bucket/prefix/), or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Write documents to this file (default: standard output)
    ///
    /// The ending of the name decides the format:
    /// .csv, .tsv, .tab, .jsonl, .ndjson (also with .gz or .zst) or .parquet. Records of inputs in
    /// that format are copied byte for byte. From other inputs, the fields id, text, url, site,
    /// published, title, author, canonical and crawled are written.
    #[arg(
        short,
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Outputs"
    )]
    pub output: Option<PathBuf>,

    /// Mark duplicates instead of removing them
    ///
    /// All documents are written, each with one more field: the id of the document that it
    /// duplicates, if it is a duplicate.
    #[arg(long, help_heading = "Outputs")]
    pub mark: bool,

    /// Name of the field that --mark adds
    #[arg(
        long,
        value_name = "NAME",
        default_value = DEFAULT_MARK_FIELD,
        requires = "mark",
        hide_short_help = true,
        help_heading = "Outputs"
    )]
    pub mark_field: String,

    /// Write the removed documents to this file, with reasons
    ///
    /// The ending of the name decides the format:
    /// .csv, .tsv, .tab, .jsonl, .ndjson (also with .gz or .zst) or .parquet.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Outputs"
    )]
    pub removed: Option<PathBuf>,

    /// Write rejected records with file, line and reason
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Outputs"
    )]
    pub rejects: Option<PathBuf>,

    /// Which of several duplicates to keep
    #[arg(
        long,
        value_name = "WHICH",
        default_value_t,
        value_enum,
        help_heading = "Matching"
    )]
    pub prefer: KeepName,

    /// Minimum Jaccard similarity of a duplicate
    ///
    /// Over 0, at most 1.
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = duplicates::DEFAULT_THRESHOLD,
        value_parser = values::share,
        help_heading = "Matching"
    )]
    pub threshold: f64,

    #[command(flatten)]
    pub comparing: ComparingArguments,

    #[command(flatten)]
    pub reading: ReadingArguments,

    #[command(flatten)]
    pub seen: SeenArguments,

    /// Date on which the kept documents are added to the index (default: now)
    #[arg(
        long,
        value_name = "DATE",
        requires = "index",
        value_parser = values::moment,
        hide_short_help = true,
        help_heading = "Index"
    )]
    pub as_of: Option<i64>,

    #[command(flatten)]
    pub settings: SettingsArguments,

    #[command(flatten)]
    pub running: RunningArguments,
}

/// Rule that picks the duplicate to keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum KeepName {
    /// The one published first; undated ones last, ties by id
    #[default]
    FirstPublished,
    /// The one with the most words without boilerplate; ties by publication
    Longest,
    /// The one read first
    FirstRead,
}

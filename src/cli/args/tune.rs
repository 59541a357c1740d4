//! The flags of the tune command.

use std::fmt::Display;
use std::path::PathBuf;

use crate::pipeline::MOST_SAMPLED;
use crate::text::shingle::Shingle;
use clap::builder::RangedU64ValueParser;
use clap::{ArgGroup, Args, ValueEnum, ValueHint};

use super::matching::FindingArguments;
use super::reading::ReadingArguments;
use super::running::RunningArguments;
use super::settings::SettingsArguments;
use crate::cli::values::{
    self, TRIED_CONTAINMENTS, TRIED_PASSAGES, TRIED_REWORDED_SCORES, TRIED_THRESHOLDS,
};

const TUNE_SHORT_END: &str =
    "`wirecopy tune --help` shows all flags, with examples and exit statuses.";

const TUNE_LONG_END: &str = "\
Examples:
  wirecopy tune articles.jsonl
      what scan finds with its defaults, and with each number higher and lower
  wirecopy tune articles.jsonl --thresholds 0.4,0.5,0.6 --containments 0.3,0.5 --grid --format csv
      every combination of these numbers, as a table
  wirecopy tune articles.jsonl --labels labels.csv --min-precision 0.95 --write wirecopy.toml
      store the choice that finds the most labelled copies with at most one error in twenty pairs
  wirecopy tune articles.jsonl --sample 50 -o sample.html
      write a page on which to label 50 pairs; it saves labels.csv
  wirecopy tune articles.jsonl --suggest --report tune.html
      get a hint without labels, and a page with curves

How it works:
  The flags of scan set the choice that all others are compared with. One search at the lowest
  numbers shows for each choice exactly the pairs and clusters that scan would write with it and
  --recall 1, unless the output says that something was bounded. Each further shingle takes a
  search of its own. Recall is the share that the bands of the choice are expected to find;
  candidates and seconds are estimates. --color applies to text on standard output.

Labels:
  A table with the columns id_a, id_b and label (or same), or an export of Label Studio, Prodigy,
  doccano, dedupe or Splink: same, yes, 1, match, accept and the like mean a copy; different, no, 0,
  distinct, reject and the like mean no copy; ?, unsure, skip and an empty cell are left out. Any
  other word is an error, unless --copies lists the words that mean a copy. A table with id and
  cluster has the clusters that people made. The flags as given are kept as the best choice unless
  the interval of another one lies above theirs.

Exit status:
  0    success
  1    failure; nothing was written
  2    wrong command line
  3    success, but some records were rejected
  130  interrupted (143: terminated); no output is incomplete";

// clap needs an argument or a group of the name `index` here, because `--reworded` conflicts with
// it in the other commands.
#[derive(Debug, Args)]
#[command(
    after_help = TUNE_SHORT_END,
    after_long_help = TUNE_LONG_END,
    group = ArgGroup::new("index")
)]
pub struct TuneArguments {
    /// Files, directories, addresses (s3://bucket/prefix/), or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    #[arg(
        long,
        help = "Values of --threshold to try, separated by commas",
        long_help = tried(
            "Values of --threshold to try, separated by commas",
            &TRIED_THRESHOLDS
        ),
        value_name = "SHARE",
        value_parser = values::share,
        value_delimiter = ',',
        help_heading = "Choices"
    )]
    pub thresholds: Option<Vec<f64>>,

    #[arg(
        long,
        help = "Values of --containment to try, separated by commas",
        long_help = tried(
            "Values of --containment to try, separated by commas",
            &TRIED_CONTAINMENTS
        ),
        value_name = "SHARE",
        value_parser = values::share,
        value_delimiter = ',',
        help_heading = "Choices"
    )]
    pub containments: Option<Vec<f64>>,

    #[arg(
        long,
        help = "Values of --passage to try, separated by commas",
        long_help = tried("Values of --passage to try, separated by commas", &TRIED_PASSAGES),
        value_name = "N",
        value_parser = values::passage(),
        value_delimiter = ',',
        help_heading = "Choices"
    )]
    pub passages: Option<Vec<u32>>,

    /// Values of --shingle to try too; each takes a search of its own
    #[arg(
        long,
        value_name = "word:N|char:N",
        value_delimiter = ',',
        hide_short_help = true,
        help_heading = "Choices"
    )]
    pub shingles: Option<Vec<Shingle>>,

    #[arg(
        long,
        help = "Values of --reworded-score to try with --reworded",
        long_help = tried(
            "Values of --reworded-score to try with --reworded, separated by commas",
            &TRIED_REWORDED_SCORES
        ),
        value_name = "SHARE",
        value_parser = values::share,
        value_delimiter = ',',
        requires = "reworded",
        hide_short_help = true,
        help_heading = "Choices"
    )]
    pub reworded_scores: Option<Vec<f64>>,

    /// Try all combinations of these values, instead of one at a time
    #[arg(long, help_heading = "Choices")]
    pub grid: bool,

    /// Read labelled pairs, to show precision and recall; can be repeated
    ///
    /// Tables, JSON and JSON lines; exports of Label Studio, Prodigy and doccano, training files of
    /// dedupe, labels of Splink. A table with the columns id and cluster has clusters instead.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Judging"
    )]
    pub labels: Vec<PathBuf>,

    /// Labels that mean a copy, separated by commas; all others then mean no copy
    #[arg(
        long,
        value_name = "WORD",
        value_delimiter = ',',
        requires = "labels",
        hide_short_help = true,
        help_heading = "Judging"
    )]
    pub copies: Vec<String>,

    /// Labels to leave out, separated by commas
    #[arg(
        long,
        value_name = "WORD",
        value_delimiter = ',',
        requires = "labels",
        hide_short_help = true,
        help_heading = "Judging"
    )]
    pub unsure: Vec<String>,

    /// Columns of labels with the two ids, if they have other names
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "labels",
        hide_short_help = true,
        help_heading = "Judging"
    )]
    pub id_columns: Vec<String>,

    /// Column with the label, if it has another name
    ///
    /// Several columns, separated by commas, are labels of several people. In Label Studio, it is
    /// the name of the control.
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "labels",
        hide_short_help = true,
        help_heading = "Judging"
    )]
    pub label_column: Vec<String>,

    /// Column with the person who labelled the pair, if it has another name
    #[arg(
        long,
        value_name = "NAME",
        requires = "labels",
        hide_short_help = true,
        help_heading = "Judging"
    )]
    pub annotator_column: Option<String>,

    /// Take the label of most people for pairs with different labels
    ///
    /// Pairs without a majority are left out. Without this flag, different labels of one pair are
    /// an error that lists them.
    #[arg(long, requires = "labels", help_heading = "Judging")]
    pub majority: bool,

    /// Minimum precision of the best choice
    ///
    /// The best choice then has the highest recall of all with this precision. Without the flag,
    /// it has the highest F1.
    #[arg(
        long,
        value_name = "SHARE",
        value_parser = values::share,
        requires = "labels",
        help_heading = "Judging"
    )]
    pub min_precision: Option<f64>,

    /// Suggest numbers without labels, from a valley in the scores
    #[arg(long, conflicts_with = "labels", help_heading = "Judging")]
    pub suggest: bool,

    /// Write a page with this many pairs to label, instead of choices
    ///
    /// The pairs lie on both sides of every threshold. The page saves labels.csv. Another --seed
    /// draws other pairs.
    #[arg(
        long,
        value_name = "N",
        value_parser = RangedU64ValueParser::<u32>::new().range(1..=u64::from(MOST_SAMPLED)),
        conflicts_with_all = [
            "thresholds", "containments", "passages", "shingles", "reworded_scores", "grid",
            "labels", "min_precision", "suggest", "write", "format", "report", "width",
        ],
        help_heading = "Judging"
    )]
    pub sample: Option<u32>,

    /// Store the best choice in this settings file
    ///
    /// With neither --labels nor --suggest, the numbers of the flags are stored.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Output"
    )]
    pub write: Option<PathBuf>,

    /// Write to this file (default: standard output)
    ///
    /// The choices are written, or the page of --sample.
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
    pub format: Option<TuneFormat>,

    /// Write a page with curves for the browser
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Output"
    )]
    pub report: Option<PathBuf>,

    /// Width of the text in columns, at least 40 (default: that of the terminal, or 80)
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
    pub settings: SettingsArguments,

    #[command(flatten)]
    pub running: RunningArguments,
}

/// Format of the choices of `tune`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TuneFormat {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
    /// A table
    Csv,
}

/// Help of a list flag, with the values that are tried by default.
fn tried<T: Display>(help: &str, usual: &[T]) -> String {
    let usual: Vec<String> = usual.iter().map(T::to_string).collect();
    format!("{help} [default: {}]", usual.join(", "))
}

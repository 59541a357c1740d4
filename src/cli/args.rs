//! The command line as it is typed. [`super::plan`] turns it into checked settings.
//!
//! The first paragraph of a doc comment is the line that `-h` prints for a flag; `--help` prints
//! all paragraphs. `-h` leaves out flags that are `hide_short_help`, so that it fits a screen.

use std::fmt::Display;
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use encoding_rs::Encoding;
use wirecopy::candidates::families::BIG_CLUSTER;
use wirecopy::cluster::{DEFAULT_SAME_SITE_CONTAINMENT, duplicates};
use wirecopy::compare::exact::{
    DEFAULT_CONTAINMENT, DEFAULT_CONTAINMENT_OF_CHARACTERS, DEFAULT_PASSAGE,
    DEFAULT_PASSAGE_OF_CHARACTERS,
};
use wirecopy::compare::reworded::DEFAULT_SCORE;
use wirecopy::pipeline::{DEFAULT_MIN_WORDS, DEFAULT_PAGE_PAIRS, MOST_SAMPLED};
use wirecopy::read::dates::{DateFormat, UsualZone};
use wirecopy::read::{EXPANSION_RATIO, SourceFormat};
use wirecopy::sketch::banding::{DEFAULT_PERMUTATIONS, DEFAULT_RECALL, DEFAULT_THRESHOLD};
use wirecopy::sketch::minhash::DEFAULT_SEED;
use wirecopy::text::shingle::{DEFAULT_SHINGLE, Shingle};

use super::values::{
    self, DEFAULT_MARK_FIELD, DEFAULT_MAX_RECORD, TRIED_CONTAINMENTS, TRIED_PASSAGES,
    TRIED_REWORDED_SCORES, TRIED_THRESHOLDS,
};

/// More threads than any machine has cores. A larger number is a typing error, and each thread
/// takes memory.
const MOST_THREADS: u64 = 1024;

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
  1    failure; nothing was written, except for --metrics (if every record was rejected, also
       --rejects and --summary)
  2    wrong command line or configuration
  3    success, all outputs are complete, but some records were rejected
  130  interrupted (143: terminated); no output is incomplete";

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
  1    failure; nothing was written (if every record was rejected, only --rejects)
  2    wrong command line
  3    success, all outputs are complete, but some records were rejected
  130  interrupted (143: terminated); no output is incomplete";

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
  file. Settings of wirecopy.toml and the environment apply to scan only. --color applies to text on
  standard output.

Exit status:
  0    success, whether the two are a pair or not
  1    failure, for example if no document has that id
  2    wrong command line
  3    success, but some records of the inputs were rejected
  130  interrupted (143: terminated); no output is incomplete";

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
  A table with the columns id_a, id_b and label (or same): same, y, yes, 1, true mean a copy;
  different, n, no, 0, false, none mean no copy; ?, unsure and an empty cell are left out. Any
  other word means a copy, unless --copies lists the words that do.

Exit status:
  0    success
  1    failure; nothing was written
  2    wrong command line
  3    success, but some records were rejected
  130  interrupted (143: terminated); no output is incomplete";

/// Finds who republished whose copy: exact near-duplicate and syndication detection for news and
/// crawls.
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// Use colour on standard error; auto: on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        value_name = "WHEN",
        default_value_t,
        value_enum,
        global = true,
        hide_short_help = true,
        help_heading = "Running",
        display_order = 100
    )]
    pub color: UseWhen,

    /// Format of standard error: text, or one JSON object per line
    #[arg(
        long,
        value_name = "FORMAT",
        default_value_t,
        value_enum,
        global = true,
        hide_short_help = true,
        help_heading = "Running",
        display_order = 100
    )]
    pub log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find the pairs of documents that share text
    Scan(Box<ScanArguments>),
    /// Remove or mark duplicates of a corpus
    Dedup(Box<DedupArguments>),
    /// Explain why two documents are a pair, or why they are not
    Explain(Box<ExplainArguments>),
    /// Show what other thresholds would find, and which of them is best
    Tune(Box<TuneArguments>),
    /// Inspect and maintain an index of earlier documents
    Index {
        #[command(subcommand)]
        command: IndexCommand,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print a manual page; read it with `man -l`
    Man {
        /// The command to describe (default: the whole program)
        command: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum IndexCommand {
    /// Show what an index contains and the settings it was made with
    Info(IndexArguments),
    /// Check every byte of an index, and list damaged files
    Verify(IndexArguments),
    /// Remove documents that were added long ago
    Prune {
        #[command(flatten)]
        index: IndexArguments,

        /// Remove documents that were added longer ago than this, such as 90d
        #[arg(long, value_name = "TIME", value_parser = values::window)]
        older_than: i64,

        /// Count back from this date (default: now)
        #[arg(long, value_name = "DATE", value_parser = values::moment)]
        as_of: Option<i64>,

        /// Wait for another run that writes to the index
        #[arg(long)]
        wait: bool,
    },
    /// Merge all segments of an index, without the removed documents
    Compact {
        #[command(flatten)]
        index: IndexArguments,

        /// Wait for another run that writes to the index
        #[arg(long)]
        wait: bool,
    },
    /// Write the documents of an index as JSON lines
    Export {
        /// The directory of the index
        #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
        directory: PathBuf,

        /// Write to this file (default: standard output)
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct IndexArguments {
    /// The directory of the index
    #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    pub directory: PathBuf,

    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: InfoFormat,
}

#[derive(Debug, Args)]
#[command(after_help = SCAN_SHORT_END, after_long_help = SCAN_LONG_END)]
pub struct ScanArguments {
    /// Files, directories (read with all below them), or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Write pairs to this file (default: standard output, as CSV)
    ///
    /// The ending of the name decides the format of this and every other table:
    /// .csv, .tsv, .tab, .jsonl, .ndjson (also with .gz or .zst) or .parquet.
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
    /// .csv, .tsv, .tab, .jsonl, .ndjson (also with .gz or .zst) or .parquet.
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
    pub sources: SourceArguments,

    #[command(flatten)]
    pub seen: SeenArguments,

    /// Read settings from this file
    ///
    /// Without this flag, wirecopy.toml in the working directory is read if it exists.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Running"
    )]
    pub config: Option<PathBuf>,

    /// Print every setting and its origin as a wirecopy.toml, and exit
    #[arg(long, hide_short_help = true, help_heading = "Running")]
    pub print_config: bool,

    #[command(flatten)]
    pub running: RunningArguments,
}

#[derive(Debug, Args)]
#[command(after_help = DEDUP_SHORT_END, after_long_help = DEDUP_LONG_END)]
pub struct DedupArguments {
    /// Files, directories (read with all below them), or - for standard input
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
    pub running: RunningArguments,
}

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_SHORT_END, after_long_help = EXPLAIN_LONG_END)]
pub struct ExplainArguments {
    /// Id of one document; a text file if there are no inputs and no index
    #[arg(value_name = "A", value_hint = ValueHint::FilePath)]
    pub a: String,

    /// Id of the other document, or another text file
    #[arg(value_name = "B", value_hint = ValueHint::FilePath)]
    pub b: String,

    /// Files, directories (read with all below them), or - for standard input
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
    pub running: RunningArguments,
}

// clap needs an argument or a group of the name `index` here, because `--reworded` conflicts with
// it in the other commands.
#[derive(Debug, Args)]
#[command(
    after_help = TUNE_SHORT_END,
    after_long_help = TUNE_LONG_END,
    group = ArgGroup::new("index")
)]
pub struct TuneArguments {
    /// Files, directories (read with all below them), or - for standard input
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
    pub running: RunningArguments,
}

/// Settings that decide which pairs are found and which are written.
#[derive(Debug, Clone, Args)]
pub struct FindingArguments {
    /// Minimum Jaccard similarity of near-duplicates
    ///
    /// Over 0, at most 1.
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = DEFAULT_THRESHOLD,
        value_parser = values::share,
        help_heading = "Matching"
    )]
    pub threshold: f64,

    #[arg(
        long,
        value_name = "SHARE",
        value_parser = values::share,
        help_heading = "Matching",
        help = format!("Minimum containment of an excerpt [default: {DEFAULT_CONTAINMENT}]"),
        long_help = format!(
            "Minimum containment of an excerpt: the share of one document's shingles that the \
             other contains [default: {DEFAULT_CONTAINMENT}; {DEFAULT_CONTAINMENT_OF_CHARACTERS} \
             for shingles of characters]"
        )
    )]
    pub containment: Option<f64>,

    /// Minimum containment of an excerpt within one site, if it is higher
    ///
    /// Sites reuse the background of their own stories.
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = DEFAULT_SAME_SITE_CONTAINMENT,
        value_parser = values::share,
        hide_short_help = true,
        help_heading = "Matching"
    )]
    pub same_site_containment: f64,

    #[arg(
        long,
        value_name = "N",
        value_parser = values::passage(),
        help_heading = "Matching",
        help = format!(
            "Minimum words in the longest passage of an excerpt [default: {DEFAULT_PASSAGE}]"
        ),
        long_help = format!(
            "Minimum number of words in the longest passage of an excerpt. Two documents that \
             share a run of this many words are always compared, unless very many documents \
             contain it [default: {DEFAULT_PASSAGE}; {DEFAULT_PASSAGE_OF_CHARACTERS} for shingles \
             of characters]"
        )
    )]
    pub passage: Option<u32>,

    #[command(flatten)]
    pub comparing: ComparingArguments,

    /// Also find reworded copy
    ///
    /// Reworded copy tells a story sentence by sentence in other words, as translation and synonym
    /// tools do. Such pairs are likely, not exact. Works for Latin scripts only, and for pairs at
    /// most three days apart unless --window is given.
    #[arg(long, conflicts_with = "index", help_heading = "Matching")]
    pub reworded: bool,

    /// Minimum probability of reworded copy: over 0, at most 1
    ///
    /// A lower value finds more pairs with more errors.
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = DEFAULT_SCORE,
        value_parser = values::share,
        hide_short_help = true,
        help_heading = "Matching"
    )]
    pub reworded_score: f64,

    /// Write only these relations
    ///
    /// Several relations are separated by commas. Without excerpt, no shared passages are searched.
    #[arg(
        long,
        value_name = "RELATION",
        value_enum,
        value_delimiter = ',',
        help_heading = "Selecting"
    )]
    pub relations: Vec<RelationName>,

    /// Write only pairs with a document on this site; can be repeated
    #[arg(long, value_name = "SITE", help_heading = "Selecting")]
    pub site: Vec<String>,

    /// Write only pairs with no document on this site; can be repeated
    #[arg(
        long,
        value_name = "SITE",
        hide_short_help = true,
        help_heading = "Selecting"
    )]
    pub not_site: Vec<String>,

    /// Write only pairs of documents on different, known sites
    #[arg(long, help_heading = "Selecting")]
    pub cross_site_only: bool,

    /// Find only pairs published within this time, such as 3d, 36h or 1d12h
    #[arg(
        long,
        value_name = "TIME",
        value_parser = values::window,
        help_heading = "Selecting"
    )]
    pub window: Option<i64>,

    #[arg(
        long,
        overrides_with = "links",
        hide_short_help = true,
        help_heading = "Selecting",
        help = format!("Write every pair, even in clusters of over {BIG_CLUSTER} documents")
    )]
    pub all_pairs: bool,

    #[arg(
        long,
        overrides_with = "all_pairs",
        hide_short_help = true,
        help_heading = "Selecting",
        help = format!(
            "In clusters of over {BIG_CLUSTER} documents, write one link per document (the default)"
        )
    )]
    pub links: bool,
}

/// Settings that decide how whole documents are compared and how candidates are found.
#[derive(Debug, Clone, Args)]
pub struct ComparingArguments {
    /// Compare boilerplate too: text that a site repeats on its pages
    ///
    /// Prompts, navigation and taglines are examples.
    #[arg(long, hide_short_help = true, help_heading = "Matching")]
    pub keep_boilerplate: bool,

    /// Compare runs of N words or N characters
    #[arg(
        long,
        value_name = "word:N|char:N",
        default_value_t = DEFAULT_SHINGLE,
        hide_short_help = true,
        help_heading = "Matching"
    )]
    pub shingle: Shingle,

    /// Ignore documents with fewer words
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_MIN_WORDS,
        hide_short_help = true,
        help_heading = "Matching"
    )]
    pub min_words: u32,

    /// Probability that a pair at the threshold is found
    ///
    /// Over 0, at most 1. With 1, prefix filtering finds every pair by proof, without signatures.
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = DEFAULT_RECALL,
        value_parser = values::share,
        help_heading = "Matching"
    )]
    pub recall: f64,

    /// Maximum number of hash functions in a signature
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_PERMUTATIONS,
        value_parser = values::permutations,
        hide_short_help = true,
        help_heading = "Matching"
    )]
    pub permutations: usize,

    /// Number of bands in a signature
    ///
    /// Overrides --recall; the closing lines show the recall that results.
    #[arg(
        long,
        value_name = "N",
        requires = "rows",
        hide_short_help = true,
        help_heading = "Matching"
    )]
    pub bands: Option<usize>,

    /// Number of rows in each band
    #[arg(
        long,
        value_name = "N",
        requires = "bands",
        hide_short_help = true,
        help_heading = "Matching"
    )]
    pub rows: Option<usize>,

    /// Seed of the signatures
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_SEED,
        hide_short_help = true,
        help_heading = "Matching"
    )]
    pub seed: u64,
}

/// Settings of the readers.
#[derive(Debug, Args)]
pub struct ReadingArguments {
    /// Format of all inputs
    ///
    /// By default, the first bytes of each input show its format, and its name is a hint.
    #[arg(
        long,
        value_name = "FORMAT",
        value_parser = values::source_format(),
        help_heading = "Reading"
    )]
    pub input_format: Option<SourceFormat>,

    #[command(flatten)]
    pub dialect: DialectArguments,

    #[command(flatten)]
    pub fields: FieldArguments,

    /// Form of dates as in strptime, tried first, such as '%d/%m/%Y %H:%M'
    ///
    /// Give it once for each form; the first that fits a date counts. Usual forms need none. With
    /// %d/%m/%Y or %m/%d/%Y, other dates in figures have that order too.
    #[arg(
        long,
        value_name = "FORM",
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub date_format: Vec<DateFormat>,

    /// Time zone of times without one, such as Europe/Berlin, UTC or +01:00
    ///
    /// Without it such a time may be of any zone: it tells which of two documents was first only if
    /// they are a day apart, and it has no lag.
    #[arg(
        long,
        value_name = "ZONE",
        allow_hyphen_values = true,
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub time_zone: Option<UsualZone>,

    /// Maximum size of a record
    #[arg(
        long,
        value_name = "SIZE",
        default_value = DEFAULT_MAX_RECORD,
        value_parser = values::record_size,
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub max_record: u64,

    /// Maximum number of bytes that one compressed byte may expand to
    #[arg(
        long,
        value_name = "N",
        default_value_t = EXPANSION_RATIO,
        value_parser = clap::value_parser!(u64).range(1..),
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub max_expansion: u64,

    /// Go on if an unknown number of records is lost
    ///
    /// A compressed file that is cut off, a file that shrinks, or a quote that goes wrong in a
    /// table loses records that nobody can count. Without this flag the run fails.
    #[arg(
        long,
        conflicts_with = "strict",
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub allow_loss: bool,

    /// Fail and write nothing if any record is rejected
    #[arg(long, conflicts_with = "max_rejects", help_heading = "Reading")]
    pub strict: bool,

    /// Fail and write nothing if more records than this are rejected
    #[arg(
        long,
        value_name = "N",
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub max_rejects: Option<u64>,

    /// Fail and write nothing if no document with a word was read
    #[arg(long, hide_short_help = true, help_heading = "Reading")]
    pub fail_if_empty: bool,
}

/// How text and tables are written, where the first bytes do not show it.
#[derive(Debug, Args)]
pub struct DialectArguments {
    /// Encoding of all inputs, such as windows-1252
    ///
    /// By default, it is recognised from the bytes of each input.
    #[arg(
        long,
        value_name = "LABEL",
        value_parser = values::encoding,
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub encoding: Option<&'static Encoding>,

    /// Separator of the cells of tables: a character, or `tab`
    #[arg(
        long,
        value_name = "CHAR",
        value_parser = values::delimiter,
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub delimiter: Option<u8>,

    /// Meaning of double quotes in tables
    #[arg(
        long,
        value_name = "RULE",
        value_enum,
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub quote: Option<QuoteName>,

    /// Names of the columns of tables that have no header line
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        hide_short_help = true,
        help_heading = "Reading"
    )]
    pub columns: Option<Vec<String>>,

    /// Take the first line of tables for a record
    ///
    /// Without --columns, the columns are told by what the first line holds: an address, a date, a
    /// text.
    #[arg(long, hide_short_help = true, help_heading = "Reading")]
    pub no_header: bool,
}

/// Field names that replace the usual ones.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fields")]
pub struct FieldArguments {
    /// Field with the document's id; usually id or doc_id
    #[arg(long, value_name = "NAME")]
    pub id_field: Option<String>,
    /// Field with the text; usually text, content, body or maintext
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// Field with the url; usually url or link
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub url_field: Option<String>,
    /// Field with the site; usually site, source or domain, else taken from the url
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub site_field: Option<String>,
    /// Field with the time of publication; usually published, date, date_publish or timestamp
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub published_field: Option<String>,
    /// Field with the headline; usually title
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub title_field: Option<String>,
    /// Field with the byline; usually author
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub author_field: Option<String>,
    /// Field with the url of the original; usually canonical
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub canonical_field: Option<String>,
    /// Field with the time of the crawl; usually crawled, crawl_ts or date_download
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub crawled_field: Option<String>,

    /// Take the site of documents without one from the path of their file
    ///
    /// It is the deepest directory that is called like a host, else a file that is, else the deepest
    /// directory whose name is not a date: crawl/alpha.example/2026-03-04/17.html.
    #[arg(long, hide_short_help = true)]
    pub site_from_path: bool,
    /// Take the date of documents without one from the path of their file
    ///
    /// It is the last date in the path, such as 2026-03-04, 20260304 or 2026/03/04.
    #[arg(long, hide_short_help = true)]
    pub date_from_path: bool,
}

/// Evidence of sources.
#[derive(Debug, Args)]
pub struct SourceArguments {
    /// Recognise the agencies of this table too; data/credits.toml shows the format
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        hide_short_help = true,
        help_heading = "Sources"
    )]
    pub credits: Option<PathBuf>,

    /// Ignore later dates as evidence of who was first (default: now)
    #[arg(
        long,
        value_name = "DATE",
        value_parser = values::moment,
        hide_short_help = true,
        help_heading = "Sources"
    )]
    pub as_of: Option<i64>,
}

/// Use of an index.
#[derive(Debug, Args)]
pub struct SeenArguments {
    /// Compare with this index too, then add the documents of this run
    ///
    /// The index is a directory, which is created if it does not exist. A repeated run with the
    /// same --as-of writes the same outputs.
    #[arg(
        long,
        value_name = "DIRECTORY",
        value_hint = ValueHint::DirPath,
        help_heading = "Index"
    )]
    pub index: Option<PathBuf>,

    /// Compare with the index, but do not change it
    #[arg(
        long,
        requires = "index",
        conflicts_with_all = ["keep", "wait"],
        hide_short_help = true,
        help_heading = "Index"
    )]
    pub no_add: bool,

    /// Remove documents from the index this long after they were added, such as 90d
    ///
    /// They are not compared either.
    #[arg(
        long,
        value_name = "TIME",
        requires = "index",
        value_parser = values::window,
        hide_short_help = true,
        help_heading = "Index"
    )]
    pub keep: Option<i64>,

    /// Wait for another run that writes to the index
    #[arg(
        long,
        requires = "index",
        hide_short_help = true,
        help_heading = "Index"
    )]
    pub wait: bool,
}

/// Resources of a run, and messages on standard error.
#[derive(Debug, Args)]
pub struct RunningArguments {
    /// Directory for temporary files (default: that of the system)
    ///
    /// Standard input, compressed files and data beyond --memory are kept there until the run ends.
    #[arg(
        long,
        value_name = "DIRECTORY",
        value_hint = ValueHint::DirPath,
        hide_short_help = true,
        help_heading = "Running"
    )]
    pub temp_dir: Option<PathBuf>,

    /// Maximum memory, such as 2G; the rest goes to disk (default: no limit)
    ///
    /// Data beyond the limit is written to --temp-dir.
    #[arg(
        long,
        value_name = "SIZE",
        value_parser = values::memory_size,
        help_heading = "Running"
    )]
    pub memory: Option<u64>,

    /// Number of threads, at most 1024; 0 means one per core
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = RangedU64ValueParser::<usize>::new().range(..=MOST_THREADS),
        help_heading = "Running"
    )]
    pub threads: usize,

    /// Show progress on standard error; auto: on a terminal
    #[arg(
        long,
        value_name = "WHEN",
        default_value_t,
        value_enum,
        hide_short_help = true,
        help_heading = "Running"
    )]
    pub progress: UseWhen,

    /// Print only errors and rejected records
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Running")]
    pub quiet: bool,

    /// Print what each stage did, and every rejected record
    #[arg(short, long, help_heading = "Running")]
    pub verbose: bool,
}

/// Choice to do something always, never, or on a terminal only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum UseWhen {
    #[default]
    Auto,
    Always,
    Never,
}

/// Format of standard error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// Format of the facts about an index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum InfoFormat {
    /// Text for people
    #[default]
    Text,
    /// JSON for programs
    Json,
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

/// Format of the pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormatName {
    Csv,
    Tsv,
    Jsonl,
    Parquet,
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

/// A relation of two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RelationName {
    Exact,
    Near,
    Excerpt,
}

/// Meaning of double quotes in tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QuoteName {
    /// They may enclose a cell
    Double,
    /// None
    None,
}

impl UseWhen {
    /// The user's choice; for `Auto`, the result of `auto`.
    pub fn or_else(self, auto: impl FnOnce() -> bool) -> bool {
        match self {
            UseWhen::Auto => auto(),
            UseWhen::Always => true,
            UseWhen::Never => false,
        }
    }
}

impl SeenArguments {
    /// Returns true if the documents of the run are added to an index.
    pub fn adds(&self) -> bool {
        self.index.is_some() && !self.no_add
    }
}

/// Help of a list flag, with the values that are tried by default.
fn tried<T: Display>(help: &str, usual: &[T]) -> String {
    let usual: Vec<String> = usual.iter().map(T::to_string).collect();
    format!("{help} [default: {}]", usual.join(", "))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn short_help_has_one_line_for_each_flag() {
        let mut program = Arguments::command();
        program.build();
        for name in ["scan", "dedup", "explain", "tune"] {
            let command = program.find_subcommand(name).expect("a command");
            let help = command.clone().term_width(100).render_help().to_string();
            let lines = help.lines().count();
            assert!(lines <= 64, "{name} -h has {lines} lines:\n{help}");
            // A wrapped line begins in the column of the help texts. Lists of values may wrap.
            let wrapped = |line: &&str| line.starts_with("          ") && !line.ends_with(']');
            let wrapped = help.lines().find(wrapped);
            assert_eq!(wrapped, None, "{name} -h wraps a line:\n{help}");
        }
    }
}

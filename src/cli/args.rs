//! What was typed. [`super::meaning`] works out what is meant by it.

use std::fmt::Display;
use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use wirecopy::candidates::families::BIG_CLUSTER;
use wirecopy::cluster::{DEFAULT_SAME_SITE_CONTAINMENT, duplicates};
use wirecopy::compare::exact::{
    DEFAULT_CONTAINMENT, DEFAULT_CONTAINMENT_OF_CHARACTERS, DEFAULT_PASSAGE,
    DEFAULT_PASSAGE_OF_CHARACTERS,
};
use wirecopy::compare::reworded::DEFAULT_SCORE;
use wirecopy::pipeline::{DEFAULT_MIN_WORDS, DEFAULT_PAGE_PAIRS, MOST_SAMPLED};
use wirecopy::sketch::banding::{DEFAULT_PERMUTATIONS, DEFAULT_RECALL, DEFAULT_THRESHOLD};
use wirecopy::sketch::minhash::DEFAULT_SEED;
use wirecopy::text::shingle::{DEFAULT_SHINGLE, Shingle};

use super::meaning::{self, DEFAULT_MAX_RECORD};
use super::tune::meaning::{CONTAINMENTS, PASSAGES, REWORDED_SCORES, THRESHOLDS};

/// Finds who republished whose copy: exact near-duplicate and syndication detection for news and crawls.
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

    /// Colour on standard error; auto means on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        value_name = "WHEN",
        default_value_t,
        value_enum,
        global = true,
        help_heading = "Running",
        display_order = 100
    )]
    pub color: When,

    /// How standard error is written: text for people, or json, an object a line
    #[arg(
        long,
        value_name = "FORMAT",
        default_value_t,
        value_enum,
        global = true,
        help_heading = "Running",
        display_order = 100
    )]
    pub log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find the pairs of documents that share their copy
    Scan(Box<ScanArguments>),
    /// Write a corpus less its duplicates
    Dedup(Box<DedupArguments>),
    /// Tell everything about two documents: why they are a pair, or why they are none
    Explain(Box<ExplainArguments>),
    /// Show what other thresholds would find, and which of them does best
    Tune(Box<TuneArguments>),
    /// Look after an index of documents that were seen
    Index {
        #[command(subcommand)]
        command: IndexCommand,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
    /// Print a manual page, to be read with `man -l`
    Man {
        /// The command to print the page of; of the whole program if there is none
        command: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum IndexCommand {
    /// Tell what an index holds and what it was made with
    Info(IndexArguments),
    /// Look at every byte of an index, and name the files that are damaged
    Verify(IndexArguments),
    /// Let documents go that joined long ago
    Prune {
        #[command(flatten)]
        index: IndexArguments,

        /// Those that joined that long ago, such as 90d
        #[arg(long, value_name = "TIME", value_parser = meaning::window)]
        older_than: i64,

        /// Count from then; from now if not given
        #[arg(long, value_name = "DATE", value_parser = meaning::moment)]
        as_of: Option<i64>,

        /// If another run writes to the index, wait until it is done
        #[arg(long)]
        wait: bool,
    },
    /// Make all segments of an index one, without the documents that are gone
    Compact {
        #[command(flatten)]
        index: IndexArguments,

        /// If another run writes to the index, wait until it is done
        #[arg(long)]
        wait: bool,
    },
    /// Write the documents of an index as JSON lines
    Export {
        /// The directory of the index
        #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
        directory: PathBuf,

        /// Where they go; - or nothing for standard output
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct IndexArguments {
    /// The directory of the index
    #[arg(value_name = "DIRECTORY", value_hint = ValueHint::DirPath)]
    pub directory: PathBuf,

    /// How to say it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: InfoFormat,
}

/// For whom an index is described.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum InfoFormat {
    /// For a person
    #[default]
    Text,
    /// For a program
    Json,
}

/// Whether to do something that suits a terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    #[default]
    Auto,
    Always,
    Never,
}

impl When {
    /// What was said, or in doubt what `auto` finds.
    pub fn or_else(self, auto: impl FnOnce() -> bool) -> bool {
        match self {
            When::Auto => auto(),
            When::Always => true,
            When::Never => false,
        }
    }
}

/// How standard error is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// More threads than any machine has cores: a slip of the finger, and each takes memory.
const MOST_THREADS: u64 = 1024;

/// What the field is called that tells duplicates.
const MARK_FIELD: &str = "duplicate_of";

const SCAN_AFTER_HELP: &str = "\
Examples:
  wirecopy scan articles.jsonl -o pairs.csv
      every pair of articles that are copies, or of which one holds a part of the other
  wirecopy scan week/ -o pairs.csv --clusters clusters.csv --sites sites.csv --cross-site-only
      a directory of files; who took whose copy
  wirecopy scan crawl.jsonl -o pairs.csv --relations exact,near --keep-boilerplate
      near-duplicates of whole pages alone, in half of the time
  zcat crawl.jsonl.gz | wirecopy scan - --threshold 0.8 --recall 1 > pairs.csv
      standard input and output; every pair at or over 0.8, by proof
  wirecopy scan feed.csv --text-field body --window 3d --summary run.json -o pairs.jsonl
      a column of another name; pairs at most three days apart

Configuration:
  Every flag is also a key of wirecopy.toml (threshold = 0.6) and a variable of the environment
  (WIRECOPY_THRESHOLD=0.6): flag over environment over file over default.

Exit status:
  0    done
  1    failed; nothing was written (where every record was rejected: only --rejects and --summary;
       --metrics always)
  2    the command line or the configuration cannot be meant
  3    done and the outputs are whole, but some records were rejected
  130  interrupted (143: terminated); no output is half written";

#[derive(Debug, Args)]
#[command(after_help = SCAN_AFTER_HELP)]
pub struct ScanArguments {
    /// Files, directories (walked), or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Where the pairs go: .csv or .jsonl by its ending; - or nothing for standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Reports")]
    pub output: Option<PathBuf>,

    /// Format of the pairs where the name does not tell; else csv
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Reports")]
    pub format: Option<OutputFormat>,

    /// Write the clusters: documents joined by pairs
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Reports")]
    pub clusters: Option<PathBuf>,

    /// Write the documents of every cluster
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Reports")]
    pub members: Option<PathBuf>,

    /// Write the site network: who copies whom, how much and how fast
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Reports")]
    pub sites: Option<PathBuf>,

    /// Tell of every pair where its passages stand in both texts; for pairs in .jsonl
    #[arg(long, help_heading = "Reports")]
    pub passages: bool,

    /// Write a summary of the run as JSON: counts, settings, times, memory
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Reports")]
    pub summary: Option<PathBuf>,

    /// Write a page to read in a browser: figures, clusters, texts side by side, pairs to search and sort
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Reports")]
    pub report: Option<PathBuf>,

    /// The most pairs on the page; those of the biggest clusters
    #[arg(long, value_name = "N", default_value_t = DEFAULT_PAGE_PAIRS, value_parser = RangedU64ValueParser::<u32>::new().range(1..=200_000), help_heading = "Reports")]
    pub report_limit: u32,

    /// Write the records that could not be used, with file, line and reason
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Reports")]
    pub rejects: Option<PathBuf>,

    /// Write metrics of the run in the text format of Prometheus, also where the run fails
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Reports")]
    pub metrics: Option<PathBuf>,

    /// A label that every metric gets, to tell jobs apart; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = meaning::label, requires = "metrics", help_heading = "Reports")]
    pub metrics_label: Vec<(String, String)>,

    #[command(flatten)]
    pub finding: FindingArguments,

    #[command(flatten)]
    pub reading: ReadingArguments,

    #[command(flatten)]
    pub sources: SourceArguments,

    #[command(flatten)]
    pub seen: SeenArguments,

    /// Take settings from this file; without the flag from wirecopy.toml, if that is in the working directory
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Running")]
    pub config: Option<PathBuf>,

    /// Print every setting and where it comes from, as a wirecopy.toml, and do nothing else
    #[arg(long, help_heading = "Running")]
    pub print_config: bool,

    #[command(flatten)]
    pub running: RunningArguments,
}

/// What a pair is, and which are wanted.
#[derive(Debug, Clone, Args)]
pub struct FindingArguments {
    /// The Jaccard similarity from which two documents are near-duplicates: over 0, at most 1
    #[arg(long, value_name = "SHARE", default_value_t = DEFAULT_THRESHOLD, value_parser = meaning::share, help_heading = "Matching")]
    pub threshold: f64,

    #[arg(long, value_name = "SHARE", value_parser = meaning::share, help_heading = "Matching", help = format!(
        "The share of one document's shingles that the other holds, from which the two are an excerpt [default: {DEFAULT_CONTAINMENT}; {DEFAULT_CONTAINMENT_OF_CHARACTERS} for shingles of characters]"))]
    pub containment: Option<f64>,

    /// The same for two pages of one site, where that is more: sites reuse the background of their own stories
    #[arg(long, value_name = "SHARE", default_value_t = DEFAULT_SAME_SITE_CONTAINMENT, value_parser = meaning::share, help_heading = "Matching")]
    pub same_site_containment: f64,

    #[arg(long, value_name = "N", help = format!(
        "The words of the longest passage that an excerpt has at least. Documents that share a run of so many words are always compared, unless it stands in very many [default: {DEFAULT_PASSAGE}; {DEFAULT_PASSAGE_OF_CHARACTERS} for shingles of characters]"), value_parser = RangedU64ValueParser::<u32>::new().range(5..=1000), help_heading = "Matching")]
    pub passage: Option<u32>,

    #[command(flatten)]
    pub comparing: ComparingArguments,

    /// Look for reworded copy too: stories told sentence by sentence in other words, as translation and synonym tools leave them. Latin scripts only.
    /// Likely, not exact; pairs at most three days apart, unless --window says otherwise
    #[arg(long, conflicts_with = "index", help_heading = "Matching")]
    pub reworded: bool,

    /// With --reworded: how likely reworded copy has to be: over 0, at most 1. Lower finds more and errs more
    #[arg(long, value_name = "SHARE", default_value_t = DEFAULT_SCORE, value_parser = meaning::share, help_heading = "Matching")]
    pub reworded_score: f64,

    /// Only pairs of these relations, commas between; without excerpt, passages are not looked for
    #[arg(
        long,
        value_name = "RELATION",
        value_enum,
        value_delimiter = ',',
        help_heading = "Selecting"
    )]
    pub relations: Vec<RelationName>,

    /// Only pairs with a document on this site; may be given several times
    #[arg(long, value_name = "SITE", help_heading = "Selecting")]
    pub site: Vec<String>,

    /// Only pairs with no document on this site; may be given several times
    #[arg(long, value_name = "SITE", help_heading = "Selecting")]
    pub not_site: Vec<String>,

    /// Only pairs whose documents stand on different, known sites
    #[arg(long, help_heading = "Selecting")]
    pub cross_site_only: bool,

    /// Only pairs published at most that far apart, such as 3d, 36h or 1d12h
    #[arg(long, value_name = "TIME", value_parser = meaning::window, help_heading = "Selecting")]
    pub window: Option<i64>,

    #[arg(long, overrides_with = "links", help_heading = "Selecting", help = format!(
        "Write every pair, in clusters of over {BIG_CLUSTER} documents too, however many there are"))]
    pub all_pairs: bool,

    #[arg(long, overrides_with = "all_pairs", help_heading = "Selecting", help = format!(
        "In clusters of over {BIG_CLUSTER} documents write one link a document (the default)"))]
    pub links: bool,
}

/// What speaks for a source.
#[derive(Debug, Args)]
pub struct SourceArguments {
    /// A table of agencies to recognise beside those that are known; data/credits.toml shows its form
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Sources")]
    pub credits: Option<PathBuf>,

    /// Dates later than this are no evidence of who was first; the time of the run if not given
    #[arg(long, value_name = "DATE", value_parser = meaning::moment, help_heading = "Sources")]
    pub as_of: Option<i64>,
}

const DEDUP_AFTER_HELP: &str = "\
Examples:
  wirecopy dedup crawl.jsonl -o clean.jsonl
      every record but whole copies of others, byte for byte
  wirecopy dedup crawl.csv.gz -o clean.csv.gz --prefer longest --removed removed.csv
      the longest of each family stays; what went, and for which record
  zcat crawl.jsonl.gz | wirecopy dedup - --mark --threshold 0.9 > marked.jsonl
      every record, with the id of the one that it is a duplicate of

What comes out:
  Records in the order in which they were read (inputs by name), in the format of the inputs, which
  must be one; text files come out as JSON lines. Rejected records do not come out (--rejects).
  Documents without words stay: they are copies of nothing. Texts come out whole: what a site
  repeats does not count when they are compared, unless --keep-boilerplate says so.

Exit status:
  0    done
  1    failed; nothing was written (where every record was rejected: only --rejects)
  2    the command line cannot be meant
  3    done and the outputs are whole, but some records were rejected
  130  interrupted (143: terminated); no output is half written";

#[derive(Debug, Args)]
#[command(after_help = DEDUP_AFTER_HELP)]
pub struct DedupArguments {
    /// Files, directories (walked), or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Where the documents go, packed if it ends in .gz or .zst; - or nothing for standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Outputs")]
    pub output: Option<PathBuf>,

    /// Write all documents, each with a field more: the id of the one it is a duplicate of, if it is one
    #[arg(long, help_heading = "Outputs")]
    pub mark: bool,

    /// What that field is called
    #[arg(long, value_name = "NAME", default_value = MARK_FIELD, requires = "mark", help_heading = "Outputs")]
    pub mark_field: String,

    /// Write which documents were removed, for which, and why: .csv or .jsonl by its ending
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Outputs")]
    pub removed: Option<PathBuf>,

    /// Write the records that could not be used, with file, line and reason
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Outputs")]
    pub rejects: Option<PathBuf>,

    /// Which of several duplicates stays
    #[arg(
        long,
        value_name = "WHICH",
        default_value_t,
        value_enum,
        help_heading = "Matching"
    )]
    pub prefer: KeepName,

    /// The Jaccard similarity from which a document is a duplicate of one that stays: over 0, at most 1
    #[arg(long, value_name = "SHARE", default_value_t = duplicates::DEFAULT_THRESHOLD, value_parser = meaning::share, help_heading = "Matching")]
    pub threshold: f64,

    #[command(flatten)]
    pub comparing: ComparingArguments,

    #[command(flatten)]
    pub reading: ReadingArguments,

    #[command(flatten)]
    pub seen: SeenArguments,

    /// When the documents that stay join the index; the time of the run if not given
    #[arg(long, value_name = "DATE", requires = "index", value_parser = meaning::moment, help_heading = "Index")]
    pub as_of: Option<i64>,

    #[command(flatten)]
    pub running: RunningArguments,
}

const EXPLAIN_AFTER_HELP: &str = "\
Examples:
  wirecopy explain mn-0303-ruling tp-0304-ruling articles.jsonl
      two documents of a scan, by their ids
  wirecopy explain mine.txt theirs.txt
      two text files
  wirecopy explain A B articles.jsonl --window 3d -o pair.html
      as a page; with the flags of the scan that is to be explained
  wirecopy explain A B tonight.jsonl --index news.index
      a document of tonight and one that was seen before; the index stays as it is

What is told:
  The scan of all inputs is made as `wirecopy scan` makes it, with the same flags, for what a site
  repeats and who meets whom depends on every document. `a` is the one published earlier, as in the
  pairs file. Settings of wirecopy.toml and the environment are those of scan and do not count here.
  --color counts for the text on standard output.

Exit status:
  0    done, whether the two are a pair or not
  1    failed: no document has that id, for one
  2    the command line cannot be meant
  3    done, but some records of the inputs were rejected
  130  interrupted (143: terminated); no output is half written";

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_AFTER_HELP)]
pub struct ExplainArguments {
    /// The id of one document; or a text file, if there are no inputs and no index
    #[arg(value_name = "A", value_hint = ValueHint::FilePath)]
    pub a: String,

    /// The id of the other, or another text file
    #[arg(value_name = "B", value_hint = ValueHint::FilePath)]
    pub b: String,

    /// Files, directories (walked), or - for standard input
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    /// Where it goes; - or nothing for standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// How to say it; else by the ending of --output, or text
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output")]
    pub format: Option<ExplainFormat>,

    /// Columns of text, 40 at least; as the terminal has, else 80. From 120 on, both texts stand side by side
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(40..=1000), help_heading = "Output")]
    pub width: Option<usize>,

    #[command(flatten)]
    pub finding: FindingArguments,

    #[command(flatten)]
    pub reading: ReadingArguments,

    #[command(flatten)]
    pub sources: SourceArguments,

    /// Look among the documents of this index too, and leave it as it is
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath, help_heading = "Index")]
    pub index: Option<PathBuf>,

    #[command(flatten)]
    pub running: RunningArguments,
}

const TUNE_AFTER_HELP: &str = "\
Examples:
  wirecopy tune articles.jsonl
      what scan finds with its defaults, and with each number higher and lower
  wirecopy tune articles.jsonl --thresholds 0.4,0.5,0.6 --containments 0.3,0.5 --grid --format csv
      every combination of these, as a table
  wirecopy tune articles.jsonl --labels labels.csv --min-precision 0.95 --write wirecopy.toml
      the choice that finds most of what somebody labelled, and errs at most one time in twenty
  wirecopy tune articles.jsonl --sample 50 -o sample.html
      a page on which somebody labels 50 pairs, and saves labels.csv
  wirecopy tune articles.jsonl --suggest --report tune.html
      a hint where there are no labels, and a page with curves

What is shown:
  The flags of scan say what the other choices are compared with. Pairs and clusters are
  exactly what scan writes with that choice and --recall 1, from one search at the lowest
  numbers, unless it is said that something was bounded; each further shingle takes a
  search of its own. Recall is what the bands of the choice are expected to find of them;
  candidates and seconds are estimates. --color counts for the text on standard output.

Labels:
  A table with the columns id_a, id_b and label (or same): same, y, yes, 1, true mean a copy;
  different, n, no, 0, false, none mean no copy; ?, unsure and nothing are left out. Any other word
  means a copy, unless --copies names those that do.

Exit status:
  0    done
  1    failed; nothing was written
  2    the command line cannot be meant
  3    done, but some records were rejected
  130  interrupted (143: terminated); no output is half written";

// --reworded does not go with --index, which must be something here too.
#[derive(Debug, Args)]
#[command(after_help = TUNE_AFTER_HELP, group = ArgGroup::new("index"))]
pub struct TuneArguments {
    /// Files, directories (walked), or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<String>,

    #[arg(long, help = tried("Values of --threshold to try, commas between", &THRESHOLDS), value_name = "SHARE", value_parser = meaning::share, value_delimiter = ',', help_heading = "Choices")]
    pub thresholds: Option<Vec<f64>>,

    #[arg(long, help = tried("Values of --containment to try", &CONTAINMENTS), value_name = "SHARE", value_parser = meaning::share, value_delimiter = ',', help_heading = "Choices")]
    pub containments: Option<Vec<f64>>,

    #[arg(long, help = tried("Values of --passage to try", &PASSAGES), value_name = "N", value_parser = RangedU64ValueParser::<u32>::new().range(5..=1000), value_delimiter = ',', help_heading = "Choices")]
    pub passages: Option<Vec<u32>>,

    /// Values of --shingle to try too; each takes a search of its own
    #[arg(
        long,
        value_name = "word:N|char:N",
        value_delimiter = ',',
        help_heading = "Choices"
    )]
    pub shingles: Option<Vec<Shingle>>,

    #[arg(long, help = tried("With --reworded, values of --reworded-score to try", &REWORDED_SCORES), value_name = "SHARE", value_parser = meaning::share, value_delimiter = ',', requires = "reworded", help_heading = "Choices")]
    pub reworded_scores: Option<Vec<f64>>,

    /// Try every combination of thresholds, containments and passages, instead of one number at a time
    #[arg(long, help_heading = "Choices")]
    pub grid: bool,

    /// Pairs that somebody labelled, to tell precision and recall of each choice; may be given several times
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Judging")]
    pub labels: Vec<PathBuf>,

    /// Labels that mean a copy, commas between; other words then mean none
    #[arg(
        long,
        value_name = "WORD",
        value_delimiter = ',',
        requires = "labels",
        help_heading = "Judging"
    )]
    pub copies: Vec<String>,

    /// Labels that are left out
    #[arg(
        long,
        value_name = "WORD",
        value_delimiter = ',',
        requires = "labels",
        help_heading = "Judging"
    )]
    pub unsure: Vec<String>,

    /// The best choice is the one of the highest recall among those of at least this precision, not of the highest F1
    #[arg(long, value_name = "SHARE", value_parser = meaning::share, requires = "labels", help_heading = "Judging")]
    pub min_precision: Option<f64>,

    /// Look for the valley in the scores of all pairs: a hint where there are no labels
    #[arg(long, conflicts_with = "labels", help_heading = "Judging")]
    pub suggest: bool,

    /// Instead of choices, write a page with that many pairs to be labelled by who reads them, from both sides of every threshold. It saves labels.csv; another --seed draws others
    #[arg(
        long,
        value_name = "N",
        value_parser = RangedU64ValueParser::<u32>::new().range(1..=u64::from(MOST_SAMPLED)),
        conflicts_with_all = [
            "thresholds", "containments", "passages", "shingles", "reworded_scores", "grid", "labels", "min_precision", "suggest", "write", "format",
            "report", "width",
        ],
        help_heading = "Judging"
    )]
    pub sample: Option<u32>,

    /// Store the best choice in this file of settings: with neither labels nor --suggest that of the flags
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub write: Option<PathBuf>,

    /// Where the choices go, or the page of --sample; - or nothing for standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// How to say them; else by the ending of --output, or text
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output")]
    pub format: Option<TuneFormat>,

    /// Write a page with the choices as curves
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub report: Option<PathBuf>,

    /// Columns of text, 40 at least; as the terminal has, else 80
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(40..=1000), help_heading = "Output")]
    pub width: Option<usize>,

    #[command(flatten)]
    pub finding: FindingArguments,

    #[command(flatten)]
    pub reading: ReadingArguments,

    #[command(flatten)]
    pub running: RunningArguments,
}

/// The help of a list whose usual values are these.
fn tried<T: Display>(what: &str, usual: &[T]) -> String {
    let usual: Vec<String> = usual.iter().map(T::to_string).collect();
    format!("{what} [default: {}]", usual.join(", "))
}

/// For whom choices are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TuneFormat {
    /// For a person at a terminal
    Text,
    /// For a program
    Json,
    /// A table
    Csv,
}

/// For whom two documents are explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For a person at a terminal
    Text,
    /// For a program
    Json,
    /// A page on its own
    Html,
}

/// How documents are compared as wholes, and how pairs worth comparing are found.
#[derive(Debug, Clone, Args)]
pub struct ComparingArguments {
    /// Let what a site repeats on its pages (prompts, navigation, taglines) count as text
    #[arg(long, help_heading = "Matching")]
    pub keep_boilerplate: bool,

    /// What a shingle is: a run of words or of characters
    #[arg(long, value_name = "word:N|char:N", default_value_t = DEFAULT_SHINGLE, help_heading = "Matching")]
    pub shingle: Shingle,

    /// Documents of fewer words take no part
    #[arg(long, value_name = "N", default_value_t = DEFAULT_MIN_WORDS, help_heading = "Matching")]
    pub min_words: u32,

    /// The chance that a pair exactly at the threshold is found: over 0, at most 1.
    /// 1 finds every pair by proof (prefix filtering), without signatures
    #[arg(long, value_name = "SHARE", default_value_t = DEFAULT_RECALL, value_parser = meaning::share, help_heading = "Matching")]
    pub recall: f64,

    /// The most hash functions that a signature may use
    #[arg(long, value_name = "N", default_value_t = DEFAULT_PERMUTATIONS, value_parser = meaning::permutations, help_heading = "Matching")]
    pub permutations: usize,

    /// Cut signatures into that many bands, whatever the recall (which the closing lines then tell)
    #[arg(long, value_name = "N", requires = "rows", help_heading = "Matching")]
    pub bands: Option<usize>,

    /// Rows of each band
    #[arg(long, value_name = "N", requires = "bands", help_heading = "Matching")]
    pub rows: Option<usize>,

    /// Seed of the signatures
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED, help_heading = "Matching")]
    pub seed: u64,
}

/// How inputs are read.
#[derive(Debug, Args)]
pub struct ReadingArguments {
    /// Format of the inputs, whatever their names
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Reading")]
    pub input_format: Option<InputFormat>,

    #[command(flatten)]
    pub fields: FieldArguments,

    /// The largest record that is taken
    #[arg(long, value_name = "SIZE", default_value = DEFAULT_MAX_RECORD, value_parser = meaning::record_size, help_heading = "Reading")]
    pub max_record: u64,

    /// Fail, and write nothing, if any record is rejected
    #[arg(long, conflicts_with = "max_rejects", help_heading = "Reading")]
    pub strict: bool,

    /// Fail, and write nothing, if more than that many records are rejected
    #[arg(long, value_name = "N", help_heading = "Reading")]
    pub max_rejects: Option<u64>,

    /// Fail, and write nothing, if no document with a word was read
    #[arg(long, help_heading = "Reading")]
    pub fail_if_empty: bool,
}

/// What to do with documents that were seen before.
#[derive(Debug, Args)]
pub struct SeenArguments {
    /// Compare with the documents of this index too; afterwards those of this run are in it. A directory, made if it is not there.
    /// The same run made again with the same --as-of writes the same
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath, help_heading = "Index")]
    pub index: Option<PathBuf>,

    /// Compare with the index, and leave it as it is
    #[arg(long, requires = "index", conflicts_with_all = ["keep", "wait"], help_heading = "Index")]
    pub no_add: bool,

    /// Keep documents in the index for so long after they joined, such as 90d; earlier ones are not compared with, and go
    #[arg(long, value_name = "TIME", requires = "index", value_parser = meaning::window, help_heading = "Index")]
    pub keep: Option<i64>,

    /// If another run writes to the index, wait until it is done
    #[arg(long, requires = "index", help_heading = "Index")]
    pub wait: bool,
}

impl SeenArguments {
    /// Whether documents of the run join an index.
    pub fn adds(&self) -> bool {
        self.index.is_some() && !self.no_add
    }
}

/// How the program runs and talks.
#[derive(Debug, Args)]
pub struct RunningArguments {
    /// Where to keep standard input, compressed files and what --memory leaves no room for until the end of the run; the system's place if not given
    #[arg(long, value_name = "DIRECTORY", value_hint = ValueHint::DirPath, help_heading = "Running")]
    pub temp_dir: Option<PathBuf>,

    /// The most memory to take, such as 2G; what does not fit goes to --temp-dir. As much as it needs if not given
    #[arg(long, value_name = "SIZE", value_parser = meaning::memory_size, help_heading = "Running")]
    pub memory: Option<u64>,

    /// Threads to work with, at most 1024; 0 means one a core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = RangedU64ValueParser::<usize>::new().range(..=MOST_THREADS), help_heading = "Running")]
    pub threads: usize,

    /// Progress on standard error; auto means on a terminal
    #[arg(
        long,
        value_name = "WHEN",
        default_value_t,
        value_enum,
        help_heading = "Running"
    )]
    pub progress: When,

    /// Say nothing but errors and rejected records
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Running")]
    pub quiet: bool,

    /// Say what each stage did and took, and every rejected record
    #[arg(short, long, help_heading = "Running")]
    pub verbose: bool,
}

/// Fields of other names than the usual ones.
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
    #[arg(long, value_name = "NAME")]
    pub url_field: Option<String>,
    /// Field with the site; usually site, source or domain, else taken from the url
    #[arg(long, value_name = "NAME")]
    pub site_field: Option<String>,
    /// Field with the time of publication; usually published, date, date_publish or timestamp
    #[arg(long, value_name = "NAME")]
    pub published_field: Option<String>,
    /// Field with the headline; usually title
    #[arg(long, value_name = "NAME")]
    pub title_field: Option<String>,
    /// Field with the byline; usually author
    #[arg(long, value_name = "NAME")]
    pub author_field: Option<String>,
    /// Field with the url of the original; usually canonical
    #[arg(long, value_name = "NAME")]
    pub canonical_field: Option<String>,
    /// Field with the time when the page was fetched; usually crawled, crawl_ts or date_download
    #[arg(long, value_name = "NAME")]
    pub crawled_field: Option<String>,
}

/// A format of the pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    Csv,
    Jsonl,
}

/// Which of several duplicates stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum KeepName {
    /// The one published first; undated ones last, ties by id
    #[default]
    FirstPublished,
    /// The one with the most words, boilerplate aside; of equals the one published first
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

/// A format of the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    Jsonl,
    Csv,
    Tsv,
    Text,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}

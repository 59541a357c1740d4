//! The flags of the dedup command.

use std::fmt;
use std::path::PathBuf;

use crate::candidates::ngrams::{DEFAULT_FEWEST_WORDS, DEFAULT_NGRAM};
use crate::cluster::duplicates;
use clap::{Args, ValueHint};

use super::matching::ComparingArguments;
use super::nightly::SeenArguments;
use super::reading::ReadingArguments;
use super::reference::ReferenceArguments;
use super::running::RunningArguments;
use super::settings::SettingsArguments;
use crate::cli::values::{self, DEFAULT_GROUP_FIELD, DEFAULT_MARK_FIELD};

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
  wirecopy dedup new.jsonl --against archive.jsonl -o fresh.jsonl
      remove what is in the archive already, and leave duplicates within the input
  wirecopy dedup train.jsonl --against tests/ --excerpts --passage 8 -o clean.jsonl
      remove documents that hold eight words in a row of a test

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
    /// .csv, .tsv, .tab, .jsonl, .ndjson (also with .gz or .zst), .parquet, .arrow or
    /// .feather. Records of inputs in that format are copied byte for byte. From other inputs, the
    /// fields id, text, url, site, published, title, author, canonical and crawled are written.
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
    /// All documents are written, each with two more fields: the id of the document that it
    /// duplicates, if it is a duplicate; and the group, which is the id of the document that stays,
    /// for that document and its duplicates alike.
    #[arg(long, help_heading = "Outputs")]
    pub mark: bool,

    /// Name of the field for the document that is duplicated, with --mark
    #[arg(
        long,
        value_name = "NAME",
        default_value = DEFAULT_MARK_FIELD,
        requires = "mark",
        hide_short_help = true,
        help_heading = "Outputs"
    )]
    pub mark_field: String,

    /// Name of the field for the group, with --mark
    #[arg(
        long,
        value_name = "NAME",
        default_value = DEFAULT_GROUP_FIELD,
        requires = "mark",
        hide_short_help = true,
        help_heading = "Outputs"
    )]
    pub group_field: String,

    /// Write the removed documents to this file, with reasons
    ///
    /// The ending of the name decides the format:
    /// .csv, .tsv, .tab, .jsonl, .ndjson (also with .gz or .zst), .parquet, .arrow or
    /// .feather.
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

    /// Which of several duplicates to keep; --help lists the rules
    ///
    /// first-published: the one published first; undated ones last, ties by id.
    /// last-published: the one published last; undated ones last, ties by id.
    /// longest: the one with the most words without boilerplate; ties by publication.
    /// first-read: the one read first.
    /// site=a.example,b.example: the one on the first of these sites, then on the second, then on
    /// any other; ties by publication.
    /// field:NAME: the one with the largest number in this field of the record; ties by
    /// publication, records without a number last. In JSON, a.b is the field b of an object a.
    #[arg(
        long,
        value_name = "WHICH",
        default_value_t,
        value_parser = PreferRule::parse,
        help_heading = "Matching"
    )]
    pub prefer: PreferRule,

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
    pub reference: ReferenceArguments,

    /// Also remove documents that hold a passage of the reference
    ///
    /// Frees a training corpus from texts of a test. Boilerplate is compared too. Every passage of
    /// --passage words is found, however many documents have it.
    #[arg(long, requires = "against", help_heading = "Reference")]
    pub excerpts: bool,

    /// Words of a passage, with --excerpts
    ///
    /// A document of the reference with fewer words counts as a whole.
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_NGRAM,
        value_parser = values::passage(),
        help_heading = "Reference"
    )]
    pub passage: u32,

    /// Ignore documents of the reference with fewer words, with --excerpts
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_FEWEST_WORDS,
        requires = "excerpts",
        value_parser = clap::value_parser!(u32).range(1..),
        hide_short_help = true,
        help_heading = "Reference"
    )]
    pub min_reference_words: u32,

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PreferRule {
    /// The one published first.
    #[default]
    FirstPublished,
    /// The one published last.
    LastPublished,
    /// The one with the most words without boilerplate.
    Longest,
    /// The one read first.
    FirstRead,
    /// The one on the first of these sites.
    Sites(Vec<String>),
    /// The one with the largest number in this field.
    Field(String),
}

impl PreferRule {
    /// Parses a rule.
    fn parse(typed: &str) -> Result<PreferRule, String> {
        match typed {
            "first-published" => return Ok(PreferRule::FirstPublished),
            "last-published" => return Ok(PreferRule::LastPublished),
            "longest" => return Ok(PreferRule::Longest),
            "first-read" => return Ok(PreferRule::FirstRead),
            _ => {}
        }
        let sites = typed.strip_prefix("site=").map(|sites| {
            let sites = sites.split(',').map(|site| site.trim().to_owned());
            sites.collect::<Vec<String>>()
        });
        match (sites, typed.strip_prefix("field:")) {
            (Some(sites), _) if sites.iter().all(|site| !site.is_empty()) => {
                Ok(PreferRule::Sites(sites))
            }
            (None, Some(field)) if !field.is_empty() => Ok(PreferRule::Field(field.to_owned())),
            _ => Err(
                "it must be first-published, last-published, longest, first-read, \
                 site=a.example,b.example or field:NAME"
                    .to_owned(),
            ),
        }
    }
}

impl fmt::Display for PreferRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PreferRule::FirstPublished => f.write_str("first-published"),
            PreferRule::LastPublished => f.write_str("last-published"),
            PreferRule::Longest => f.write_str("longest"),
            PreferRule::FirstRead => f.write_str("first-read"),
            PreferRule::Sites(sites) => write!(f, "site={}", sites.join(",")),
            PreferRule::Field(field) => write!(f, "field:{field}"),
        }
    }
}

//! Flags that decide which pairs are found and which of them are written.

use crate::candidates::families::BIG_CLUSTER;
use crate::cluster::DEFAULT_SAME_SITE_CONTAINMENT;
use crate::compare::exact::{
    DEFAULT_CONTAINMENT, DEFAULT_CONTAINMENT_OF_CHARACTERS, DEFAULT_LONG_PASSAGE, DEFAULT_PASSAGE,
    DEFAULT_PASSAGE_OF_CHARACTERS,
};
use crate::compare::reworded::DEFAULT_SCORE;
use crate::pipeline::DEFAULT_MIN_WORDS;
use crate::sketch::banding::{DEFAULT_PERMUTATIONS, DEFAULT_RECALL, DEFAULT_THRESHOLD};
use crate::sketch::minhash::DEFAULT_SEED;
use crate::text::shingle::{DEFAULT_SHINGLE, Shingle};
use clap::{Args, ValueEnum};

use crate::cli::values;

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

    /// Minimum unquoted words of a passage that is an excerpt whatever the containment
    ///
    /// 0 turns this off: the containment always counts.
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_LONG_PASSAGE,
        value_parser = values::long_passage,
        hide_short_help = true,
        help_heading = "Matching"
    )]
    pub long_passage: u32,

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

    /// Find no excerpts of whose common words more than this share is quoted: from 0 to 1
    ///
    /// An excerpt can be what somebody else said, as two reports of one speech quote it. Whole
    /// copies are found whatever they quote.
    #[arg(
        long,
        value_name = "SHARE",
        value_parser = values::share_or_none,
        hide_short_help = true,
        help_heading = "Selecting"
    )]
    pub max_quoted: Option<f64>,

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

/// A relation of two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RelationName {
    Exact,
    Near,
    Excerpt,
}

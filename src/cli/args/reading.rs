//! Flags of the readers: formats, fields and limits.

use crate::read::dates::{DateFormat, UsualZone};
use crate::read::{EXPANSION_RATIO, SourceFormat};
use clap::{Args, ValueEnum};
use encoding_rs::Encoding;

use crate::cli::values::{self, DEFAULT_MAX_RECORD};

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

    /// Read addresses that begin with http:// (others on the way can read and change them)
    #[arg(long, hide_short_help = true, help_heading = "Reading")]
    pub allow_http: bool,

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
    ///
    /// Also if a record has the id of another document in the index.
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
    /// It is the deepest directory that is called like a host, else a file that is, else the
    /// deepest directory whose name is not a date: crawl/alpha.example/2026-03-04/17.html.
    #[arg(long, hide_short_help = true)]
    pub site_from_path: bool,
    /// Take the date of documents without one from the path of their file
    ///
    /// It is the last date in the path, such as 2026-03-04, 20260304 or 2026/03/04.
    #[arg(long, hide_short_help = true)]
    pub date_from_path: bool,
}

/// Meaning of double quotes in tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QuoteName {
    /// They may enclose a cell
    Double,
    /// None
    None,
}

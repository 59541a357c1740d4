//! Documents, and the corpus that they come from.
//!
//! May import: `error`.
//! Imported by: `attribution`, `catalog`, `cli`, `cluster`, `found`, `in_memory`, `index`,
//! `pipeline`, `read`, `report`, `scan`, `stages`.
//!
//! [`Corpus`] is all that the pipeline knows of its input, so no stage knows a path or a format.
//! [`Inputs`](crate::read::Inputs) implements it for files and streams. To scan documents from
//! somewhere else, without holding all of them in memory, implement it and pass it to
//! [`pipeline::scan`](crate::pipeline::scan):
//!
//! - A corpus has numbered *sources*, such as files. Each source is cut into *blocks*, and
//!   [`Corpus::parse`] turns a block into documents. Blocks of one source are cut in order by one
//!   thread and parsed by many threads in any order, so cutting must be cheap.
//! - Each document comes with its [`SourcePlace`]. Later, [`Fetch::fetch`] is called with that
//!   place by any thread, and must give the same document again. Offset and length can be anything
//!   that finds the record, as long as offsets grow along the source.
//! - A record that cannot be used goes to [`BlockTally::rejects`]. It still counts as a record.
//!
//! ```
//! use std::borrow::Cow;
//! use std::ops::Range;
//!
//! use wirecopy::document::{BlockTally, Corpus, Document, Fetch, ParsedRecord, SourcePlace};
//! use wirecopy::error::ReadError;
//!
//! /// Texts in memory: one source, in blocks of 100 texts.
//! struct Texts(Vec<String>);
//!
//! impl Texts {
//!     fn document(&self, number: usize) -> Document<'_> {
//!         Document {
//!             text: Cow::Borrowed(&self.0[number]),
//!             ..Document::default()
//!         }
//!     }
//! }
//!
//! impl Fetch for Texts {
//!     fn fetch(
//!         &self,
//!         place: SourcePlace,
//!         sink: &mut dyn FnMut(&Document<'_>),
//!     ) -> Result<(), ReadError> {
//!         sink(&self.document(place.offset as usize));
//!         Ok(())
//!     }
//! }
//!
//! impl Corpus for Texts {
//!     type Block = Range<usize>;
//!
//!     fn sources(&self) -> usize {
//!         1
//!     }
//!
//!     fn source_name(&self, _source: usize) -> &str {
//!         "texts"
//!     }
//!
//!     fn blocks(
//!         &self,
//!         _source: usize,
//!     ) -> Box<dyn Iterator<Item = Result<Self::Block, ReadError>> + Send + '_> {
//!         let starts = (0..self.0.len()).step_by(100);
//!         Box::new(starts.map(|start| Ok(start..self.0.len().min(start + 100))))
//!     }
//!
//!     fn parse(&self, block: Self::Block, sink: &mut dyn FnMut(ParsedRecord<'_>)) -> BlockTally {
//!         let mut tally = BlockTally::default();
//!         for number in block {
//!             sink(ParsedRecord {
//!                 place: SourcePlace { source: 0, length: 1, offset: number as u64 },
//!                 record: tally.records,
//!                 line: tally.lines,
//!                 document: self.document(number),
//!                 open_date: None,
//!             });
//!             tally.records += 1;
//!             tally.lines += 1;
//!         }
//!         tally
//!     }
//! }
//!
//! let texts = Texts((0..250).map(|number| format!("Text {number}")).collect());
//! let mut places = Vec::new();
//! for block in texts.blocks(0) {
//!     texts.parse(block?, &mut |record| places.push(record.place));
//! }
//! texts.fetch(places[249], &mut |document| assert_eq!(document.text, "Text 249"))?;
//! # Ok::<(), ReadError>(())
//! ```

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::error::ReadError;

/// One record of the input. Its strings are borrowed from the bytes that were read, if possible.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document<'a> {
    /// Id that the record itself has. `None` becomes `file:record` once record numbers are known.
    pub id: Option<Cow<'a, str>>,
    /// Main text. Empty if the record says that it has none.
    pub text: Cow<'a, str>,
    /// Address at which the document was published.
    pub url: Option<Cow<'a, str>>,
    /// Registrable domain of the url, or the site that the record itself names.
    pub site: Option<Cow<'a, str>>,
    /// Time of publication, according to the record.
    pub published: Option<Published>,
    /// Headline.
    pub title: Option<Cow<'a, str>>,
    /// Byline.
    pub author: Option<Cow<'a, str>>,
    /// Url that the page names as its original.
    pub canonical: Option<Cow<'a, str>>,
    /// Time at which the page was fetched.
    pub crawled: Option<Published>,
}

impl<'a> Document<'a> {
    /// Creates a document with an id and a text. The methods below set its other fields.
    pub fn new(id: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Document<'a> {
        Document {
            id: Some(id.into()),
            text: text.into(),
            ..Document::default()
        }
    }

    /// The same document, with its strings borrowed from this one.
    pub(crate) fn borrowed(&self) -> Document<'_> {
        Document {
            id: self.id.as_deref().map(Cow::Borrowed),
            text: Cow::Borrowed(&self.text),
            url: self.url.as_deref().map(Cow::Borrowed),
            site: self.site.as_deref().map(Cow::Borrowed),
            published: self.published,
            title: self.title.as_deref().map(Cow::Borrowed),
            author: self.author.as_deref().map(Cow::Borrowed),
            canonical: self.canonical.as_deref().map(Cow::Borrowed),
            crawled: self.crawled,
        }
    }

    /// A copy of the document with another text.
    #[must_use]
    pub fn with_text(&self, text: String) -> Document<'static> {
        let owned =
            |field: &Option<Cow<'a, str>>| field.as_deref().map(|text| Cow::Owned(text.to_owned()));
        Document {
            id: owned(&self.id),
            text: Cow::Owned(text),
            url: owned(&self.url),
            site: owned(&self.site),
            published: self.published,
            title: owned(&self.title),
            author: owned(&self.author),
            canonical: owned(&self.canonical),
            crawled: self.crawled,
        }
    }

    /// Sets the address at which the document was published. A document without a site belongs to
    /// the registrable domain of this address.
    #[must_use]
    pub fn url(self, url: impl Into<Cow<'a, str>>) -> Document<'a> {
        Document {
            url: Some(url.into()),
            ..self
        }
    }

    /// Sets the site: a host name, or an outlet's name.
    #[must_use]
    pub fn site(self, site: impl Into<Cow<'a, str>>) -> Document<'a> {
        Document {
            site: Some(site.into()),
            ..self
        }
    }

    /// Sets the time of publication. [`Published`] can be parsed from text:
    /// `"2026-03-02T06:10:00Z".parse()?`.
    #[must_use]
    pub fn published(self, published: Published) -> Document<'a> {
        Document {
            published: Some(published),
            ..self
        }
    }

    /// Sets the headline.
    #[must_use]
    pub fn title(self, title: impl Into<Cow<'a, str>>) -> Document<'a> {
        Document {
            title: Some(title.into()),
            ..self
        }
    }

    /// Sets the byline, in which a news agency may be named.
    #[must_use]
    pub fn author(self, author: impl Into<Cow<'a, str>>) -> Document<'a> {
        Document {
            author: Some(author.into()),
            ..self
        }
    }

    /// Sets the address that the page names as its original (`<link rel="canonical">`).
    #[must_use]
    pub fn canonical(self, url: impl Into<Cow<'a, str>>) -> Document<'a> {
        Document {
            canonical: Some(url.into()),
            ..self
        }
    }

    /// Sets the time at which the page was fetched.
    #[must_use]
    pub fn crawled(self, crawled: Published) -> Document<'a> {
        Document {
            crawled: Some(crawled),
            ..self
        }
    }
}

/// Time of publication, as precise as the source.
///
/// Ordered by time. A bare date sorts as its midnight in UTC, before a full time at that midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Published {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Precision with which the source gives the time.
    pub precision: Precision,
}

/// Written so that reading it gives the same value: a midnight of any time zone stays one, and no
/// other time becomes one. Empty outside the years -9999 to 9999.
impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: i64 = 86_400;
        let Ok(time) = Timestamp::from_second(self.seconds) else {
            return Ok(());
        };
        let after_midnight = self.seconds.rem_euclid(DAY);
        let offset = match self.precision {
            Precision::Day => return write!(f, "{}", TimeZone::UTC.to_datetime(time).date()),
            // It was midnight this far west of Greenwich, or this far east.
            Precision::Midnight if after_midnight <= DAY / 2 => -after_midnight,
            Precision::Midnight => DAY - after_midnight,
            Precision::Local => return write!(f, "{}", TimeZone::UTC.to_datetime(time)),
            Precision::Second if after_midnight == 0 => 3600,
            Precision::Second => 0,
        };
        match Offset::from_seconds(offset as i32) {
            // The usual form of a time in UTC.
            Ok(Offset::UTC) if self.precision == Precision::Second => write!(f, "{time}"),
            Ok(offset) => write!(f, "{}", time.display_with_offset(offset)),
            Err(_) => Ok(()),
        }
    }
}

/// Precision of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Year, month and day.
    Day,
    /// Midnight in the time zone that the source gives. It counts as a day, because most systems
    /// fill in midnight if they do not know the time.
    Midnight,
    /// A time of day in a time zone that the source does not give. [`Published::seconds`] is as if
    /// it were UTC.
    Local,
    /// A time of day.
    Second,
}

/// Order of day and month in dates such as `03/04/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// `03/04/2026` is the third of April.
    DayFirst,
    /// `03/04/2026` is the fourth of March.
    MonthFirst,
}

/// Date such as `03/04/2026`, which is one of two days until the order of day and month is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenDate {
    /// Time of publication if the day comes first.
    pub day_first: Published,
    /// Time of publication if the month comes first.
    pub month_first: Published,
}

impl OpenDate {
    /// Returns the time of publication in one of the two orders.
    #[must_use]
    pub fn in_order(self, order: DateOrder) -> Published {
        match order {
            DateOrder::DayFirst => self.day_first,
            DateOrder::MonthFirst => self.month_first,
        }
    }
}

impl Precision {
    /// Returns `true` if the source gives a time of day, in whatever zone.
    #[must_use]
    pub fn has_time(self) -> bool {
        matches!(self, Precision::Local | Precision::Second)
    }

    /// Name of the precision in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Precision::Day => "day",
            Precision::Midnight => "midnight",
            Precision::Local => "local",
            Precision::Second => "second",
        }
    }
}

/// Place of a record: a range of bytes of one source, from which it can be read again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePlace {
    /// Number of the source in the corpus, from 0.
    pub source: u32,
    /// Length of the record in bytes.
    pub length: u32,
    /// Offset of its first byte in the source, after decompression.
    pub offset: u64,
}

impl fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "source {} bytes {}+{}",
            self.source, self.offset, self.length
        )
    }
}

/// A record that [`Corpus::parse`] found in a block.
pub struct ParsedRecord<'a> {
    /// Place from which the record can be read again.
    pub place: SourcePlace,
    /// Number of the record in its block, from 0. Rejected records count, blank lines do not.
    pub record: u64,
    /// Number of the record's first line in its block, from 0.
    pub line: u64,
    /// The document.
    pub document: Document<'a>,
    /// Time of publication, if it depends on [`Corpus::date_order`]. [`Document::published`] is
    /// `None` then.
    pub open_date: Option<OpenDate>,
}

/// Counts of a block, and the records of it that were rejected.
#[derive(Debug, Default)]
pub struct BlockTally {
    /// Number of records, rejected ones included.
    pub records: u64,
    /// Number of lines, blank ones included.
    pub lines: u64,
    /// Number of bytes, after decompression.
    pub bytes: u64,
    /// Number of documents in which broken UTF-8 was replaced by U+FFFD.
    pub lossy: u64,
    /// Number of documents with a date that was not understood and left empty, without those that
    /// have an [`OpenDate`].
    pub bad_dates: u64,
    /// First dates of the block that were not understood, in order of record: up to
    /// [`DATE_EXAMPLES`] different ones of each kind.
    pub date_examples: Vec<DateExample>,
    /// Number of documents with an id that cannot be one and was left out.
    pub bad_ids: u64,
    /// Number of documents without a url.
    pub without_url: u64,
    /// Values that stand where the site is expected and were not taken for it.
    pub sites_passed_over: CountedValues,
    /// Records that are no documents, such as the requests of a web archive, by their kind.
    pub left_out: BTreeMap<&'static str, u64>,
    /// Documents that something is said about, such as `cut off`, by what that is.
    pub remarks: BTreeMap<&'static str, u64>,
    /// Records that could not be used. Their `record` and `line` count in the block, from 0. No
    /// more than the first [`MOST_REJECTS`] are kept of a run.
    pub rejects: Vec<Reject>,
    /// Number of further records that could not be used.
    pub more_rejects: u64,
    /// True if any number of records may be lost in one of all these.
    pub unknown_loss: bool,
}

/// Most records that could not be used of which a run keeps the reason; the others are counted.
pub const MOST_REJECTS: usize = 100_000;

impl BlockTally {
    /// Adds a record that could not be used.
    pub fn reject(&mut self, reject: Reject) {
        self.unknown_loss |= reject.unknown_loss;
        if self.rejects.len() < MOST_REJECTS {
            self.rejects.push(reject);
        } else {
            self.more_rejects += 1;
        }
    }

    /// Keeps only the number of records that could not be used.
    pub(crate) fn forget_rejects(&mut self) {
        self.more_rejects += self.rejects.len() as u64;
        self.rejects = Vec::new();
    }
}

/// Number of values that something happened to, and the first of them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CountedValues {
    /// Number of values.
    pub number: u64,
    /// The first different values, at most [`CountedValues::MOST_EXAMPLES`], cut to a line's
    /// length.
    pub examples: Vec<String>,
}

impl CountedValues {
    /// Most values that are kept as examples.
    pub const MOST_EXAMPLES: usize = 3;

    /// Longest example, in characters.
    const LONGEST: usize = 60;

    /// Counts a value.
    pub fn add(&mut self, value: &str) {
        self.number += 1;
        if self.examples.len() < Self::MOST_EXAMPLES {
            self.keep(value.chars().take(Self::LONGEST).collect());
        }
    }

    /// Counts the values that come after these.
    pub fn append(&mut self, later: CountedValues) {
        self.number += later.number;
        for example in later.examples {
            self.keep(example);
        }
    }

    fn keep(&mut self, example: String) {
        if self.examples.len() < Self::MOST_EXAMPLES && !self.examples.contains(&example) {
            self.examples.push(example);
        }
    }
}

/// Number of different dates that are shown as examples of what was not understood.
pub const DATE_EXAMPLES: usize = 3;

/// A date that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateExample {
    /// The date, short and escaped.
    pub text: String,
    /// True if the order of day and month would make it understood, as in [`OpenDate`].
    pub open: bool,
}

/// A record that could not be used, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Number of the source in the corpus, from 0.
    pub source: u32,
    /// Number of the record: in its block from 0 at first, in its source from 1 at the end.
    pub record: u64,
    /// Number of the line, counted like `record`.
    pub line: u64,
    /// Id of the record, if it could be read.
    pub id: Option<String>,
    /// Reason for the rejection, and advice.
    pub reason: String,
    /// True if any number of records may be lost here, not only one.
    pub unknown_loss: bool,
}

/// Source of documents that were read before.
pub trait Fetch: Sync {
    /// Reads one document again and hands it to `sink`, once. All blocks of its source were read
    /// before.
    ///
    /// # Errors
    /// If the bytes are gone, or no longer hold that record.
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError>;
}

/// A collection of documents that is read in blocks by many threads. Afterwards, single documents
/// are fetched again. [The module](self) has an example.
pub trait Corpus: Fetch {
    /// A part of a source: cheap to cut, and parsed by any thread.
    type Block: Send;

    /// Returns the number of sources, which are numbered from 0.
    fn sources(&self) -> usize;

    /// Returns the number of the first source of reference documents, which come after all others;
    /// the number of sources if there are none. Reference documents are compared with all others,
    /// but neither kind is compared with its own.
    fn first_reference(&self) -> usize {
        self.sources()
    }

    /// Returns the name of a source as a user knows it: a path as given, or `-`.
    fn source_name(&self, source: usize) -> &str;

    /// Returns the blocks of one source, in the order of its bytes. Called once for each source.
    ///
    /// # Errors
    /// An error ends the whole run, so use it only for something like a full disk. If a source
    /// breaks off, return the blocks before, and then one for which [`Corpus::parse`] reports a
    /// [`Reject`].
    fn blocks(
        &self,
        source: usize,
    ) -> Box<dyn Iterator<Item = Result<Self::Block, ReadError>> + Send + '_>;

    /// Returns the order of day and month that the dates of a source prove, if any. Called after
    /// all blocks of the source were parsed. [`Fetch::fetch`] follows the same order.
    fn date_order(&self, _source: usize) -> Option<DateOrder> {
        None
    }

    /// Hands each document of a block to `sink`, in order, and returns the counts of the block.
    fn parse(&self, block: Self::Block, sink: &mut dyn FnMut(ParsedRecord<'_>)) -> BlockTally;
}

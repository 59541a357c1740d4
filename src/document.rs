//! What the pipeline works on: documents, their places, and the corpus they come from.
//!
//! Readers implement [`Corpus`]; the stages see only this trait, so they know no path and no format.

use std::borrow::Cow;
use std::fmt;

use crate::error::ReadError;

/// One record of the input, its strings borrowed from the bytes it was read from where possible.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document<'a> {
    /// The record's own id. `None` becomes `file:record` once record numbers are known.
    pub id: Option<Cow<'a, str>>,
    /// The main text. Empty where the record says it has none.
    pub text: Cow<'a, str>,
    /// Where the document was published.
    pub url: Option<Cow<'a, str>>,
    /// The registrable domain of the url, or the site field as given.
    pub site: Option<Cow<'a, str>>,
    /// When the document says it was published.
    pub published: Option<Published>,
    /// Headline.
    pub title: Option<Cow<'a, str>>,
    /// Byline.
    pub author: Option<Cow<'a, str>>,
    /// The url that the page names as its original.
    pub canonical: Option<Cow<'a, str>>,
    /// When the page was fetched.
    pub crawled: Option<Published>,
}

impl<'a> Document<'a> {
    /// A document of that id and text; what else is known of it is added by the methods below.
    pub fn new(id: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Document<'a> {
        Document {
            id: Some(id.into()),
            text: text.into(),
            ..Document::default()
        }
    }

    /// Sets the address that the document was published at. Without a site of its own, the
    /// document belongs to the registrable domain of this address.
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

    /// Sets the time of publication. Text is parsed by [`Published`]'s [`FromStr`](std::str::FromStr):
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

/// A moment of publication, as precise as the source was.
///
/// Ordered by time; a bare date sorts as its midnight in UTC, before a full time at that midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Published {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// What the source told: a day or a time.
    pub precision: Precision,
}

/// How much of a moment the source told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Year, month and day.
    Day,
    /// Midnight, in the time zone that the source wrote: as good as a day, for that is what most systems fill in for a missing time.
    Midnight,
    /// A time of day too, in UTC where no offset was given.
    Second,
}

/// Where a record's bytes stand, so that it can be read again: a range of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the source in the corpus.
    pub source: u32,
    /// Bytes of the record.
    pub length: u32,
    /// First byte of the record in the (decompressed) source.
    pub offset: u64,
}

/// A document as a block hands it over.
pub struct Record<'a> {
    /// Where to read it again.
    pub place: Place,
    /// Number of the record within its block, from 0; rejected records count, blank lines do not.
    pub record: u64,
    /// Number of the record's first line within its block, from 0.
    pub line: u64,
    /// The record itself.
    pub document: Document<'a>,
}

/// What a block held beside its documents.
#[derive(Debug, Default)]
pub struct BlockTally {
    /// Records seen, rejected ones included.
    pub records: u64,
    /// Lines seen, blank ones included.
    pub lines: u64,
    /// Bytes seen, decompressed.
    pub bytes: u64,
    /// Documents in which broken UTF-8 was replaced by U+FFFD.
    pub lossy: u64,
    /// Documents whose date could not be understood and was left empty.
    pub bad_dates: u64,
    /// Records that could not be used; `record` and `line` count within the block, from 0.
    pub rejects: Vec<Reject>,
}

/// A record that could not be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Index of the source in the corpus.
    pub source: u32,
    /// Record number: within its block from 0 as a reader reports it, within its source from 1 once numbered.
    pub record: u64,
    /// Line number, counted as `record` is.
    pub line: u64,
    /// The record's id where it could be read.
    pub id: Option<String>,
    /// Why, and what to do about it.
    pub reason: String,
}

/// Whence documents can be read again.
pub trait Fetch: Sync {
    /// Reads one document again, after its source was read in blocks.
    ///
    /// # Errors
    /// When the bytes are gone or no longer hold that record.
    fn fetch(&self, place: Place, sink: &mut dyn FnMut(&Document<'_>)) -> Result<(), ReadError>;
}

/// A body of documents that can be read in blocks, in parallel, and fetched again one by one.
pub trait Corpus: Fetch {
    /// A piece of work: cheap to make in order, dear to parse, parsed in any order.
    type Block: Send;

    /// How many sources there are; they are numbered from 0.
    fn sources(&self) -> usize;

    /// What a person calls the source: a path as given, or `-`.
    fn source_name(&self, source: usize) -> &str;

    /// The blocks of one source, in the order of its bytes. A source is read in blocks once.
    ///
    /// # Errors
    /// Only what ends the whole run (no room to keep a stream, for one). A source that breaks in the
    /// middle yields what came before and then a block whose parse reports the reject.
    fn blocks(
        &self,
        source: usize,
    ) -> Box<dyn Iterator<Item = Result<Self::Block, ReadError>> + Send + '_>;

    /// Hands each document of a block to `sink`, in order.
    fn parse(&self, block: Self::Block, sink: &mut dyn FnMut(Record<'_>)) -> BlockTally;
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "source {} bytes {}+{}",
            self.source, self.offset, self.length
        )
    }
}

//! Builds a [`Document`] from the values of one record, whatever its format.

use std::borrow::Cow;
use std::ops::Range;

use super::date_order::{RecordDate, SourceDates};
use super::names::{FIELDS, Field};
use crate::document::Document;
use crate::text::domain::{SiteCache, site_of};

/// The value of a field.
#[derive(Debug, Clone)]
pub(super) enum FieldValue<'a> {
    /// Stands in the record as it is.
    Borrowed(&'a str),
    /// A range of [`Decoding::decoded`].
    Decoded(Range<usize>),
}

/// The values of one record, by field.
pub(super) type FieldValues<'a> = [Option<FieldValue<'a>>; FIELDS];

/// Buffers that are reused from record to record, so that reading a record allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Decoding {
    /// Decoded values, for [`FieldValue::Decoded`].
    pub(super) decoded: String,
    /// Places of the escapes in the current line of JSON.
    pub(super) escapes: Vec<u32>,
    /// The site, if it had to be derived from a url or tidied.
    site: String,
    /// Sites of urls seen before.
    sites: SiteCache,
}

impl Decoding {
    /// Clears the buffers for the next record and shrinks those that a large one made longer than
    /// `keep`.
    pub(super) fn clear(&mut self, keep: usize) {
        self.decoded.clear();
        self.decoded.shrink_to(keep);
        self.escapes.clear();
        self.escapes.shrink_to(keep);
        self.site.clear();
    }
}

/// A document, and what happened while it was read.
#[derive(Debug)]
pub(super) struct AssembledRecord<'a> {
    pub(super) document: Document<'a>,
    /// Broken UTF-8 was replaced.
    pub(super) lossy: bool,
    /// Time of publication. The document has it only if it is known.
    pub(super) published: RecordDate,
    /// Time of the crawl. The document has it only if it is known.
    pub(super) crawled: RecordDate,
    /// Time of publication as it stands in the record.
    pub(super) published_text: Option<&'a str>,
}

/// A record that gives no document.
#[derive(Debug)]
pub(super) struct RejectedRecord {
    pub(super) id: Option<String>,
    pub(super) reason: String,
    /// Any number of records may be lost with it.
    pub(super) unknown_loss: bool,
}

impl RejectedRecord {
    pub(super) fn new(id: Option<String>, reason: String) -> Self {
        Self {
            id,
            reason,
            unknown_loss: false,
        }
    }
}

/// Builds the document: trims the values, reads the dates, derives the site.
///
/// `bad_date` says that the record has a date of a type that cannot be read.
pub(super) fn assemble<'s>(
    values: &FieldValues<'s>,
    decoding: &'s mut Decoding,
    lossy: bool,
    bad_date: bool,
    dates: SourceDates<'_>,
) -> AssembledRecord<'s> {
    let Decoding {
        decoded,
        site: site_buffer,
        sites,
        ..
    } = decoding;
    let decoded: &'s str = decoded;
    let get = |field: Field| -> Option<&'s str> {
        match &values[field.index()] {
            None => None,
            Some(FieldValue::Borrowed(text)) => Some(text),
            Some(FieldValue::Decoded(range)) => decoded.get(range.clone()),
        }
    };
    let trimmed = |field: Field| get(field).map(str::trim).filter(|text| !text.is_empty());

    let url = trimmed(Field::Url);
    let site = site_of(trimmed(Field::Site), url, sites, site_buffer);
    let site_buffer: &'s str = site_buffer;
    let site = site.map(|site| Cow::Borrowed(site.text(site_buffer)));
    let published_text = trimmed(Field::Published);
    let published = match dates.published(published_text) {
        RecordDate::Missing if bad_date => RecordDate::NotUnderstood,
        read => read,
    };
    let crawled = dates.crawled(trimmed(Field::Crawled));
    let document = Document {
        id: get(Field::Id)
            .filter(|id| !id.is_empty())
            .map(Cow::Borrowed),
        text: Cow::Borrowed(get(Field::Text).unwrap_or_default()),
        url: url.map(Cow::Borrowed),
        site,
        published: published.known(),
        title: trimmed(Field::Title).map(Cow::Borrowed),
        author: trimmed(Field::Author).map(Cow::Borrowed),
        canonical: trimmed(Field::Canonical).map(Cow::Borrowed),
        crawled: crawled.known(),
    };
    AssembledRecord {
        document,
        lossy,
        published,
        crawled,
        published_text,
    }
}

//! Builds a [`Document`] from the values of one record, whatever its format.
//!
//! A field takes the first value that can be what the field needs:
//!
//! - A url must look like one, unless no value does.
//! - A date that tells the time of day is better than a bare date of the same day.
//! - A site takes precedence over the url's host if its name promises a site, and yields to it if
//!   not.
//! - Values such as `None`, `N/A` and `[Removed]` are no values.
//!
//! A name that the user chose is right about its values.

use std::borrow::Cow;
use std::ops::Range;

use super::date_order::{RecordDate, SourceDates};
use super::field_lookup::Promise;
use super::looks::{has_web_scheme, is_host, is_no_value, is_page, is_url};
use super::markup;
use super::name_memory::NameMemory;
use super::names::Field;
use crate::document::{Document, Published};
use crate::text::domain::{SiteCache, site_of, site_of_url_or};
use crate::text::mending::mended;

/// How far the midnight of a day in one time zone may be from a time on that day in another.
const BEFORE_MIDNIGHT: i64 = -14 * 3600;
const AFTER_MIDNIGHT: i64 = 38 * 3600;

/// The value of a field.
#[derive(Debug, Clone)]
pub(super) enum FieldValue<'a> {
    /// Stands in the record as it is.
    Borrowed(&'a str),
    /// A range of [`Decoding::decoded`].
    Decoded(Range<usize>),
}

impl<'a> FieldValue<'a> {
    fn text<'t>(&self, decoded: &'t str) -> &'t str
    where
        'a: 't,
    {
        match self {
            FieldValue::Borrowed(text) => text,
            FieldValue::Decoded(range) => decoded.get(range.clone()).unwrap_or_default(),
        }
    }
}

/// What a record has under a name.
#[derive(Debug)]
pub(super) enum OfferedValue<'a> {
    /// Nothing, or an empty string.
    Nothing,
    Given(FieldValue<'a>),
    /// A value of a type that the field cannot have, which is named.
    Unusable(&'static str),
}

/// The values of one record: for each field those under its names, the preferred one first.
pub(super) trait RecordValues<'a> {
    /// The kind of value that the name of a field's value promises; `None` after the last one.
    fn promise(&self, field: Field, n: usize) -> Option<Promise>;

    /// A value of a field.
    fn value(&self, field: Field, n: usize, decoding: &mut Decoding) -> OfferedValue<'a>;
}

/// Buffers that are reused from record to record, so that reading a record allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Decoding {
    /// Decoded values, for [`FieldValue::Decoded`].
    pub(super) decoded: String,
    /// Broken UTF-8 was replaced in the record, or half a surrogate pair in a value.
    pub(super) lossy: bool,
    /// Places of the escapes in the current line of JSON.
    pub(super) escapes: Vec<u32>,
    /// Names of the last record of JSON.
    pub(super) names: NameMemory,
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
        self.lossy = false;
        self.escapes.clear();
        self.escapes.shrink_to(keep);
        self.site.clear();
    }
}

/// A document, and what happened while it was read.
#[derive(Debug)]
pub(super) struct AssembledRecord<'a> {
    pub(super) document: Document<'a>,
    pub(super) notes: RecordNotes<'a>,
    /// Time of publication. The document has it only if it is known.
    pub(super) published: RecordDate,
    /// Time of the crawl. The document has it only if it is known.
    pub(super) crawled: RecordDate,
    /// Time of publication as it stands in the record.
    pub(super) published_text: Option<&'a str>,
}

/// What happened while a record was read.
#[derive(Debug, Default)]
pub(super) struct RecordNotes<'a> {
    /// Broken UTF-8 was replaced.
    pub(super) lossy: bool,
    /// Quotes in the record do not follow the rules, and were mended.
    pub(super) mended: bool,
    /// The site comes from the path of the file.
    pub(super) site_of_path: bool,
    /// The date of publication comes from the path of the file.
    pub(super) date_of_path: bool,
    /// The record has an id that cannot be one.
    pub(super) bad_id: bool,
    /// A value that stands where the site is expected, and is not taken for it.
    pub(super) site_passed_over: Option<&'a str>,
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

/// The values that a record's fields take.
#[derive(Debug)]
pub(super) struct ChosenValues<'a> {
    id: Option<FieldValue<'a>>,
    text: Option<FieldValue<'a>>,
    url: Option<FieldValue<'a>>,
    site: SiteValues<'a>,
    published: ChosenDate<'a>,
    title: Option<FieldValue<'a>>,
    author: Option<FieldValue<'a>>,
    canonical: Option<FieldValue<'a>>,
    crawled: ChosenDate<'a>,
    bad_id: bool,
}

impl<'s> ChosenValues<'s> {
    /// Chooses the values of a record. `Err` is the reason why its text is none.
    pub(super) fn of(
        record: &impl RecordValues<'s>,
        decoding: &mut Decoding,
        dates: SourceDates<'_>,
    ) -> Result<Self, String> {
        let mut choice = Choice { record, decoding };
        let text = choice.text()?;
        let (id, bad_id) = choice.id();
        Ok(Self {
            id,
            text,
            url: choice.url(),
            site: choice.site(),
            published: choice.date(Field::Published, |text| dates.published(Some(text))),
            title: choice.words(Field::Title),
            author: choice.words(Field::Author),
            canonical: choice.words(Field::Canonical),
            crawled: choice.date(Field::Crawled, |text| dates.crawled(Some(text))),
            bad_id,
        })
    }
}

/// Builds the document: trims the values and derives the site.
pub(super) fn assemble<'s>(
    chosen: &ChosenValues<'s>,
    decoding: &'s mut Decoding,
) -> AssembledRecord<'s> {
    let Decoding {
        decoded,
        lossy,
        site: site_buffer,
        sites,
        ..
    } = decoding;
    let decoded: &'s str = decoded;
    let shown = |value: &Option<FieldValue<'s>>| -> Option<&'s str> {
        value.as_ref().map(|value| value.text(decoded))
    };
    let trimmed = |value: &Option<FieldValue<'s>>| {
        let text = shown(value).map(str::trim);
        text.filter(|text| !text.is_empty())
    };
    let url = trimmed(&chosen.url);
    let mut passed_over = trimmed(&chosen.site.passed_over);
    let found = match (trimmed(&chosen.site.sure), trimmed(&chosen.site.vague)) {
        (None, Some(vague)) => {
            let (found, yielded) = site_of_url_or(vague, url, sites, site_buffer);
            passed_over = passed_over.or(yielded.then_some(vague));
            found
        }
        (sure, _) => site_of(sure, url, sites, site_buffer),
    };
    let site_buffer: &'s str = site_buffer;
    let document = Document {
        id: shown(&chosen.id).map(Cow::Borrowed),
        text: Cow::Borrowed(shown(&chosen.text).unwrap_or_default()),
        url: url.map(Cow::Borrowed),
        site: found.map(|site| Cow::Borrowed(site.text(site_buffer))),
        published: chosen.published.date.known(),
        title: trimmed(&chosen.title).map(Cow::Borrowed),
        author: trimmed(&chosen.author).map(Cow::Borrowed),
        canonical: trimmed(&chosen.canonical).map(Cow::Borrowed),
        crawled: chosen.crawled.date.known(),
    };
    AssembledRecord {
        document,
        notes: RecordNotes {
            lossy: *lossy,
            bad_id: chosen.bad_id,
            site_passed_over: passed_over,
            ..RecordNotes::default()
        },
        published: chosen.published.date,
        crawled: chosen.crawled.date,
        published_text: trimmed(&chosen.published.text),
    }
}

/// A date, and the value that it was read from.
#[derive(Debug)]
struct ChosenDate<'a> {
    date: RecordDate,
    text: Option<FieldValue<'a>>,
}

/// The values that a record has for the site.
#[derive(Debug, Default)]
struct SiteValues<'a> {
    /// Takes precedence over the url's host.
    sure: Option<FieldValue<'a>>,
    /// Yields to the url's host.
    vague: Option<FieldValue<'a>>,
    /// Stands where a host is expected, and does not look like one.
    passed_over: Option<FieldValue<'a>>,
}

/// Chooses the value of each field among those that a record has.
struct Choice<'r, 'd, R> {
    record: &'r R,
    decoding: &'d mut Decoding,
}

impl<'s, R: RecordValues<'s>> Choice<'_, '_, R> {
    /// The text: empty if the record says so. `Err` is the reason why there is none.
    fn text(&mut self) -> Result<Option<FieldValue<'s>>, String> {
        let mut wrong_type = None;
        let mut nothing = false;
        for n in countable(self.record, Field::Text) {
            match self.record.value(Field::Text, n, self.decoding) {
                OfferedValue::Given(value) => {
                    let words = self.without_markup(value);
                    return Ok(Some(self.mended(words)));
                }
                OfferedValue::Nothing => nothing = true,
                OfferedValue::Unusable(kind) if !nothing => wrong_type = wrong_type.or(Some(kind)),
                OfferedValue::Unusable(_) => {}
            }
        }
        match wrong_type {
            None => Ok(None),
            Some(kind) => Err(format!(
                "the text is {kind}; name another field with --text-field"
            )),
        }
    }

    /// The words of a text that is HTML.
    fn without_markup(&mut self, value: FieldValue<'s>) -> FieldValue<'s> {
        let text = value.text(&self.decoding.decoded);
        if !text.trim_start().starts_with('<') {
            return value;
        }
        match markup::text_of(text) {
            Cow::Borrowed(_) => value,
            Cow::Owned(words) => {
                let start = self.decoding.decoded.len();
                self.decoding.decoded.push_str(&words);
                FieldValue::Decoded(start..self.decoding.decoded.len())
            }
        }
    }

    /// A text without undecoded entities, words divided at line ends and missing spaces.
    fn mended(&mut self, value: FieldValue<'s>) -> FieldValue<'s> {
        match mended(value.text(&self.decoding.decoded)) {
            Cow::Borrowed(_) => value,
            Cow::Owned(text) => {
                let start = self.decoding.decoded.len();
                self.decoding.decoded.push_str(&text);
                FieldValue::Decoded(start..self.decoding.decoded.len())
            }
        }
    }

    /// The id, and true if the record has only one that cannot be an id.
    fn id(&mut self) -> (Option<FieldValue<'s>>, bool) {
        let mut bad = false;
        for n in countable(self.record, Field::Id) {
            match self.record.value(Field::Id, n, self.decoding) {
                OfferedValue::Given(value) => {
                    let text = value.text(&self.decoding.decoded);
                    let unsure = self.record.promise(Field::Id, n) == Some(Promise::Unsure);
                    if !(is_no_value(text) || unsure && has_web_scheme(text)) {
                        return (Some(value), false);
                    }
                }
                OfferedValue::Nothing => {}
                OfferedValue::Unusable(_) => bad = true,
            }
        }
        (None, bad)
    }

    /// The url: the first value that looks like one, or else the first value.
    fn url(&mut self) -> Option<FieldValue<'s>> {
        let mut first = None;
        for n in countable(self.record, Field::Url) {
            let Some(value) = self.words_at(Field::Url, n) else {
                continue;
            };
            let text = value.text(&self.decoding.decoded).trim();
            match self.record.promise(Field::Url, n) {
                Some(Promise::Unsure) if is_page(text) => return Some(value),
                Some(Promise::Unsure) => {}
                Some(Promise::Chosen) => return Some(value),
                _ if is_url(text) => return Some(value),
                _ => first = first.or(Some(value)),
            }
        }
        first
    }

    /// The values for the site.
    fn site(&mut self) -> SiteValues<'s> {
        let mut site = SiteValues::default();
        for n in countable(self.record, Field::Site) {
            let Some(value) = self.words_at(Field::Site, n) else {
                continue;
            };
            let text = value.text(&self.decoding.decoded).trim();
            match self.record.promise(Field::Site, n) {
                Some(Promise::Host) if !is_host(text) => {
                    site.passed_over = site.passed_over.or(Some(value));
                }
                Some(Promise::Vague) => site.vague = site.vague.or(Some(value)),
                _ => {
                    site.sure = Some(value);
                    return site;
                }
            }
        }
        site
    }

    /// The first date that is understood, or a later one that tells the time of the same day.
    fn date(&mut self, field: Field, read: impl Fn(&str) -> RecordDate) -> ChosenDate<'s> {
        let mut chosen = ChosenDate {
            date: RecordDate::Missing,
            text: None,
        };
        for n in countable(self.record, field) {
            let (date, text) = match self.record.value(field, n, self.decoding) {
                OfferedValue::Nothing => continue,
                OfferedValue::Unusable(_) => (RecordDate::NotUnderstood, None),
                OfferedValue::Given(value) => {
                    let text = value.text(&self.decoding.decoded).trim();
                    if text.is_empty() || is_no_value(text) {
                        continue;
                    }
                    let of_utc = (self.record.promise(field, n) == Some(Promise::Utc))
                        .then(|| read(&format!("{text}Z")))
                        .filter(|date| date.known().is_some());
                    (of_utc.unwrap_or_else(|| read(text)), Some(value))
                }
            };
            if is_better(date, chosen.date) {
                chosen = ChosenDate { date, text };
            }
            if tells_time(chosen.date) {
                break;
            }
        }
        chosen
    }

    /// The first value of a field that is neither empty nor a word for that.
    fn words(&mut self, field: Field) -> Option<FieldValue<'s>> {
        countable(self.record, field).find_map(|n| self.words_at(field, n))
    }

    /// A value, if it is neither empty nor a word for that.
    fn words_at(&mut self, field: Field, n: usize) -> Option<FieldValue<'s>> {
        match self.record.value(field, n, self.decoding) {
            OfferedValue::Given(value) => {
                let text = value.text(&self.decoding.decoded).trim();
                (!text.is_empty() && !is_no_value(text)).then_some(value)
            }
            OfferedValue::Nothing | OfferedValue::Unusable(_) => None,
        }
    }
}

/// The values of a field that count: not those of a last resort if there are others.
fn countable<'r, 's, R: RecordValues<'s>>(
    record: &'r R,
    field: Field,
) -> impl Iterator<Item = usize> + use<'r, 's, R> {
    let promises = move || (0..).map_while(move |n| Some((n, record.promise(field, n)?)));
    let is_last = |promise: Promise| promise == Promise::Last;
    let only_last = promises().all(|(_, promise)| is_last(promise));
    promises()
        .filter(move |(_, promise)| only_last || !is_last(*promise))
        .map(|(n, _)| n)
}

/// Tells whether a date has a time of day.
fn tells_time(date: RecordDate) -> bool {
    matches!(date, RecordDate::Known(known) if known.precision.has_time())
}

/// Tells whether a date is better than one that stands under a preferred name.
fn is_better(date: RecordDate, preferred: RecordDate) -> bool {
    let same_day = |exact: Published, day: Published| {
        (BEFORE_MIDNIGHT..AFTER_MIDNIGHT).contains(&(exact.seconds - day.seconds))
    };
    match (date, preferred) {
        (RecordDate::Missing, _) => false,
        (_, RecordDate::Missing) => true,
        (date, RecordDate::NotUnderstood) => date != RecordDate::NotUnderstood,
        (RecordDate::Known(exact), RecordDate::Known(day)) => {
            tells_time(date) && same_day(exact, day)
        }
        (RecordDate::Known(known), RecordDate::Open(open)) => {
            same_day(known, open.day_first) || same_day(known, open.month_first)
        }
        _ => false,
    }
}

//! Reads records and makes a row of what is kept of each.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, Int8Builder, Int32Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, Int8Array, RecordBatch};

use super::columns::{int_bytes, long_bytes, table};
use super::documents::{number_of, number_of_fate};
use super::error::StageError;
use super::learn::NamedProfiles;
use super::records::{Names, Records, notes};
use crate::catalog::{Traces, hash_of_page, hash_of_title, hash_of_words};
use crate::document::{Document, ParsedRecord};
use crate::pipeline::{Fate, Settings, TextSigner, foreign_host};
use crate::read::{ProvenOrders, ReadSettings};

/// What is made of each text.
#[derive(Clone, Copy)]
pub enum Pass<'p> {
    /// What boilerplate is learned from, unless that stays.
    First,
    /// What documents are found and compared by, once the boilerplate of all sites is removed.
    Second(&'p NamedProfiles),
}

/// Rows of documents, with these columns besides those of every such row:
///
/// | column | type | content |
/// |---|---|---|
/// | `identity` | 64 bits | hash of everything that is shown or compared of the record |
/// | `fate` | 8 bits | 0 if it takes part, 1 if it is empty, 2 too short, 3 only boilerplate |
/// | `host` | text | host of a canonical url on another site; null if there is none |
/// | `other_seconds` | 64 bits | the date if the month comes first; null if that does not matter |
/// | `proven` | 8 bits | orders of day and month that dates of the batch prove |
/// | `note` | text | JSON about a rejected record, or counts, in a row without a document |
///
/// Where `other_seconds` has a value, `seconds` is the date if the day comes first. Of `proven`, 1
/// says that the day comes first in times of publication, 2 that the month does; 4 and 8 say the
/// same of times of crawling.
///
/// # Errors
/// When the batches have no column with texts.
pub fn sign(
    batches: Vec<RecordBatch>,
    reading: &ReadSettings,
    settings: &Settings,
    pass: Pass<'_>,
) -> Result<RecordBatch, StageError> {
    let mut rows = SignedRows::default();
    let Some(records) = Records::open(batches, reading, ProvenOrders::default())? else {
        return rows.finish(ProvenOrders::default());
    };
    let mut signer = TextSigner::new(settings);
    let tallies = records.each(|record| {
        read_text(&mut signer, &record.document, settings, pass);
        rows.push(record, &signer, settings);
        Ok(())
    })?;
    for note in notes(&tallies) {
        rows.push_note(&note);
    }
    rows.finish(records.inputs.proven_orders())
}

/// Reads a text and makes its traces.
fn read_text(
    signer: &mut TextSigner,
    document: &Document<'_>,
    settings: &Settings,
    pass: Pass<'_>,
) {
    let text = &document.text;
    match pass {
        Pass::First => {
            signer.read(text);
            if settings.boilerplate {
                signer.trace_repeats();
            }
        }
        Pass::Second(profiles) => {
            match settings.boilerplate {
                true => {
                    let site = profiles.site(document.site.as_deref());
                    signer.read_without(text, &profiles.profiles, site);
                }
                false => signer.read(text),
            }
            signer.trace(text, false);
        }
    }
}

/// Rows of signed documents, column by column.
#[derive(Default)]
struct SignedRows {
    keys: Int64Builder,
    ids: StringBuilder,
    sites: StringBuilder,
    seconds: Int64Builder,
    precisions: Int8Builder,
    pages: Int64Builder,
    titles: Int32Builder,
    words: Int32Builder,
    removed: Int32Builder,
    content: BinaryBuilder,
    whole: BinaryBuilder,
    regions: BinaryBuilder,
    bands: BinaryBuilder,
    passages: BinaryBuilder,
    repeats: BinaryBuilder,
    identities: Int64Builder,
    fates: Int8Builder,
    hosts: StringBuilder,
    other_seconds: Int64Builder,
    notes: StringBuilder,
    rows: usize,
}

impl SignedRows {
    fn push(&mut self, record: &ParsedRecord<'_>, signer: &TextSigner, settings: &Settings) {
        let document = &record.document;
        let names = Names::of(document, signer.whole());
        let published = match record.open_date {
            Some(open) => Some(open.day_first),
            None => document.published,
        };
        let removed = signer.removed();
        let left = count(signer.words().len());
        let gone = count(removed.iter().map(Range::len).sum());
        let fate = Fate::of(left, gone, settings);
        let Traces {
            bands,
            passages,
            repeats,
            ..
        } = signer.traces();
        self.rows += 1;
        self.keys.append_value(names.key as i64);
        self.ids.append_value(&names.id);
        self.sites
            .append_option(document.site.as_deref().filter(|site| !site.is_empty()));
        self.seconds
            .append_option(published.map(|date| date.seconds));
        self.precisions
            .append_option(published.map(|date| number_of(date.precision)));
        self.pages.append_value(hash_of_page(document) as i64);
        self.titles.append_value(hash_of_title(document) as i32);
        self.words.append_value(left as i32);
        self.removed.append_value(gone as i32);
        self.content
            .append_value(hash_of_words(signer.words()).to_le_bytes());
        self.whole.append_value(signer.whole().to_le_bytes());
        self.regions.append_value(int_bytes(
            removed
                .iter()
                .flat_map(|region| [region.start as u32, region.end as u32]),
        ));
        self.bands.append_value(int_bytes(bands.iter().copied()));
        let passages = passages.iter().map(|fingerprint| fingerprint.to_bits());
        self.passages.append_value(long_bytes(passages));
        self.repeats
            .append_value(int_bytes(repeats.iter().copied()));
        self.identities.append_value(names.identity as i64);
        self.fates.append_value(number_of_fate(fate));
        self.hosts.append_option(foreign_host(document));
        let other = record.open_date.map(|open| open.month_first.seconds);
        self.other_seconds.append_option(other);
        self.notes.append_null();
    }

    /// Adds a row that is no document.
    fn push_note(&mut self, note: &str) {
        self.rows += 1;
        self.keys.append_null();
        self.ids.append_null();
        self.sites.append_null();
        self.seconds.append_null();
        self.precisions.append_null();
        self.pages.append_null();
        self.titles.append_null();
        self.words.append_null();
        self.removed.append_null();
        self.content.append_null();
        self.whole.append_null();
        self.regions.append_null();
        self.bands.append_null();
        self.passages.append_null();
        self.repeats.append_null();
        self.identities.append_null();
        self.fates.append_null();
        self.hosts.append_null();
        self.other_seconds.append_null();
        self.notes.append_value(note);
    }

    fn finish(mut self, proven: ProvenOrders) -> Result<RecordBatch, StageError> {
        let proven = (proven.published | proven.crawled << 2) as i8;
        let proven: ArrayRef = Arc::new(Int8Array::from_value(proven, self.rows));
        table([
            ("key", Arc::new(self.keys.finish())),
            ("id", Arc::new(self.ids.finish())),
            ("site", Arc::new(self.sites.finish())),
            ("seconds", Arc::new(self.seconds.finish())),
            ("precision", Arc::new(self.precisions.finish())),
            ("page", Arc::new(self.pages.finish())),
            ("title", Arc::new(self.titles.finish())),
            ("words", Arc::new(self.words.finish())),
            ("removed", Arc::new(self.removed.finish())),
            ("content", Arc::new(self.content.finish())),
            ("whole", Arc::new(self.whole.finish())),
            ("regions", Arc::new(self.regions.finish())),
            ("bands", Arc::new(self.bands.finish())),
            ("passages", Arc::new(self.passages.finish())),
            ("repeats", Arc::new(self.repeats.finish())),
            ("identity", Arc::new(self.identities.finish())),
            ("fate", Arc::new(self.fates.finish())),
            ("host", Arc::new(self.hosts.finish())),
            ("other_seconds", Arc::new(self.other_seconds.finish())),
            ("proven", proven),
            ("note", Arc::new(self.notes.finish())),
        ])
    }
}

/// Number of words, at most the largest that the column holds.
fn count(words: usize) -> u32 {
    words.try_into().unwrap_or(i32::MAX as u32)
}

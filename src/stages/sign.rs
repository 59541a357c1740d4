//! Reads records and makes a row of what is kept of each.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, Int8Builder, Int32Builder, Int64Builder, StringBuilder};
use arrow_array::new_null_array;
use arrow_array::{Array, ArrayRef, Float64Array, Int8Array, RecordBatch, StringArray};
use arrow_select::concat::concat;

use super::columns::{int_bytes, long_bytes};
use super::documents::{number_of, number_of_fate};
use super::error::StageError;
use super::learn::NamedProfiles;
use super::records::{Names, Records, notes};
use crate::catalog::{Traces, hash_of_page, hash_of_title, hash_of_words};
use crate::document::{Document, ParsedRecord, SourcePlace};
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
/// | `number` | with a fraction | the number in a field of the record; null if there is none |
/// | `proven` | 8 bits | orders of day and month that dates of the batch prove |
/// | `note` | text | JSON about a rejected record, or counts, in a row without a document |
///
/// Where `other_seconds` has a value, `seconds` is the date if the day comes first. Of `proven`, 1
/// says that the day comes first in times of publication, 2 that the month does; 4 and 8 say the
/// same of times of crawling. `field` is the name of the field with the number.
///
/// # Errors
/// When the batches have no column with texts.
pub fn sign(
    batches: Vec<RecordBatch>,
    reading: &ReadSettings,
    settings: &Settings,
    pass: Pass<'_>,
    field: Option<&str>,
) -> Result<RecordBatch, StageError> {
    let mut rows = SignedRows::default();
    let Some(records) = Records::open(batches, reading, ProvenOrders::default())? else {
        return rows.finish(Vec::new(), Vec::new(), ProvenOrders::default());
    };
    let mut signer = TextSigner::new(settings);
    let tallies = records.each(|record| {
        read_text(&mut signer, &record.document, settings, pass);
        rows.push(record, &signer, settings);
        Ok(())
    })?;
    let number = |&place: &SourcePlace| match field {
        Some(field) => records.inputs.number(place, field),
        None => Ok(None),
    };
    let numbers = rows.places.iter().map(number).collect::<Result<_, _>>()?;
    rows.finish(numbers, notes(&tallies), records.inputs.proven_orders())
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
    /// Place of each document.
    places: Vec<SourcePlace>,
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
        self.places.push(record.place);
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
    }

    /// All rows: those of documents, then those of notes, which have no other values.
    fn finish(
        mut self,
        numbers: Vec<Option<f64>>,
        notes: Vec<String>,
        proven: ProvenOrders,
    ) -> Result<RecordBatch, StageError> {
        let (documents, all) = (self.places.len(), self.places.len() + notes.len());
        let columns: [(&str, ArrayRef); 20] = [
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
            ("number", Arc::new(Float64Array::from(numbers))),
        ];
        let mut rows = Vec::with_capacity(columns.len() + 2);
        for (name, column) in columns {
            let missing = new_null_array(column.data_type(), notes.len());
            rows.push((name, concat(&[&column, &missing])?, true));
        }
        let proven = (proven.published | proven.crawled << 2) as i8;
        rows.push(("proven", Arc::new(Int8Array::from_value(proven, all)), true));
        let none = std::iter::repeat_n(None, documents);
        let notes: StringArray = none.chain(notes.into_iter().map(Some)).collect();
        rows.push(("note", Arc::new(notes), true));
        Ok(RecordBatch::try_from_iter_with_nullable(rows)?)
    }
}

/// Number of words, at most the largest that the column holds.
fn count(words: usize) -> u32 {
    words.try_into().unwrap_or(i32::MAX as u32)
}

//! Texts of some documents, and what else reports show of them.
//!
//! | column | type | content |
//! |---|---|---|
//! | `key`, `identity` | 64 bits | hashes of the id and of the record |
//! | `text`, `url`, `headline`, `author`, `canonical` | text | as the record has them, or null |
//! | `crawled`, `crawled_precision` | 64 and 8 bits | time of crawling; null if unknown |

use std::sync::Arc;

use arrow_array::builder::{Int8Builder, Int64Builder, StringBuilder};
use arrow_array::{Array, Int8Array, Int64Array, RecordBatch, StringArray};

use super::columns::{Columns, table, value};
use super::documents::{Dates, number_of, precision_of};
use super::error::StageError;
use super::records::{Names, Records, key_of, own_id};
use crate::document::{Document, Fetch, Published, SourcePlace};
use crate::error::ReadError;
use crate::pipeline::{Settings, TextSigner};
use crate::read::{ProvenOrders, ReadSettings};

/// Rows with the texts of the records whose `key` is among the wanted ones, which are in order.
/// `proven` are the orders of day and month that the dates of all records prove.
///
/// # Errors
/// When the batches have no column with texts.
pub fn texts(
    batches: Vec<RecordBatch>,
    reading: &ReadSettings,
    settings: &Settings,
    proven: ProvenOrders,
    wanted: &[i64],
) -> Result<RecordBatch, StageError> {
    let mut rows = TextRows::default();
    let Some(records) = Records::open(batches, reading, proven)? else {
        return rows.finish();
    };
    let is_wanted = |key: u64| wanted.binary_search(&(key as i64)).is_ok();
    let mut signer = TextSigner::new(settings);
    let mut places = Vec::new();
    records.each(|record| {
        let document = &record.document;
        if own_id(document).is_none_or(|id| is_wanted(key_of(id))) {
            signer.read(&document.text);
            let names = Names::of(document, signer.whole());
            if is_wanted(names.key) {
                places.push((record.place, names.key, names.identity));
            }
        }
        Ok(())
    })?;
    // Dates of another field may depend on all records, so they are known now.
    for (place, key, identity) in places {
        records
            .inputs
            .fetch(place, &mut |document| rows.push(document, key, identity))?;
    }
    rows.finish()
}

#[derive(Default)]
struct TextRows {
    keys: Int64Builder,
    identities: Int64Builder,
    texts: StringBuilder,
    urls: StringBuilder,
    headlines: StringBuilder,
    authors: StringBuilder,
    canonical: StringBuilder,
    crawled: Int64Builder,
    precisions: Int8Builder,
}

impl TextRows {
    fn push(&mut self, document: &Document<'_>, key: u64, identity: u64) {
        self.keys.append_value(key as i64);
        self.identities.append_value(identity as i64);
        self.texts.append_value(&document.text);
        self.urls.append_option(document.url.as_deref());
        self.headlines.append_option(document.title.as_deref());
        self.authors.append_option(document.author.as_deref());
        self.canonical.append_option(document.canonical.as_deref());
        let crawled = document.crawled;
        self.crawled.append_option(crawled.map(|date| date.seconds));
        self.precisions
            .append_option(crawled.map(|date| number_of(date.precision)));
    }

    fn finish(mut self) -> Result<RecordBatch, StageError> {
        table([
            ("key", Arc::new(self.keys.finish())),
            ("identity", Arc::new(self.identities.finish())),
            ("text", Arc::new(self.texts.finish())),
            ("url", Arc::new(self.urls.finish())),
            ("headline", Arc::new(self.headlines.finish())),
            ("author", Arc::new(self.authors.finish())),
            ("canonical", Arc::new(self.canonical.finish())),
            ("crawled", Arc::new(self.crawled.finish())),
            ("crawled_precision", Arc::new(self.precisions.finish())),
        ])
    }
}

/// Documents of rows that have their texts beside what is kept of them, by the number of the row.
pub(super) struct RowTexts<'b> {
    batches: Vec<TextColumns<'b>>,
    /// Number of the first row of each batch.
    starts: Vec<u64>,
}

struct TextColumns<'b> {
    ids: &'b StringArray,
    sites: &'b StringArray,
    dates: Dates<'b>,
    texts: &'b StringArray,
    urls: &'b StringArray,
    headlines: &'b StringArray,
    authors: &'b StringArray,
    canonical: &'b StringArray,
    crawled: &'b Int64Array,
    crawled_precisions: &'b Int8Array,
}

impl<'b> RowTexts<'b> {
    pub(super) fn of(batches: &'b [RecordBatch]) -> Result<RowTexts<'b>, StageError> {
        let (mut columns_of, mut starts, mut start) = (Vec::new(), Vec::new(), 0);
        for batch in batches {
            starts.push(start);
            start += batch.num_rows() as u64;
            let columns = Columns(batch);
            columns_of.push(TextColumns {
                ids: columns.texts("id")?,
                sites: columns.texts("site")?,
                dates: Dates::of(columns)?,
                texts: columns.texts("text")?,
                urls: columns.texts("url")?,
                headlines: columns.texts("headline")?,
                authors: columns.texts("author")?,
                canonical: columns.texts("canonical")?,
                crawled: columns.longs("crawled")?,
                crawled_precisions: columns.small("crawled_precision")?,
            });
        }
        Ok(RowTexts {
            batches: columns_of,
            starts,
        })
    }
}

impl TextColumns<'_> {
    fn document(&self, row: usize) -> Document<'_> {
        let text = |array: &'_ StringArray| value(array, row, |row| array.value(row).to_owned());
        let owned = |array| text(array).map(Into::into);
        let crawled = value(self.crawled, row, |row| {
            let precision = precision_of(self.crawled_precisions.value(row)).ok()?;
            let seconds = self.crawled.value(row);
            Some(Published { seconds, precision })
        });
        Document {
            id: owned(self.ids),
            text: match self.texts.is_valid(row) {
                true => self.texts.value(row).into(),
                false => "".into(),
            },
            url: owned(self.urls),
            site: owned(self.sites),
            published: self.dates.at(row).ok().flatten(),
            title: owned(self.headlines),
            author: owned(self.authors),
            canonical: owned(self.canonical),
            crawled: crawled.flatten(),
        }
    }
}

impl Fetch for RowTexts<'_> {
    fn fetch(
        &self,
        place: SourcePlace,
        sink: &mut dyn FnMut(&Document<'_>),
    ) -> Result<(), ReadError> {
        let after = self.starts.partition_point(|&start| start <= place.offset);
        if let Some(at) = after.checked_sub(1) {
            let row = (place.offset - self.starts[at]) as usize;
            sink(&self.batches[at].document(row));
        }
        Ok(())
    }
}

//! Records of a data frame, as a corpus of one source.

use std::borrow::Cow;
use std::collections::BTreeMap;

use arrow_array::{RecordBatch, RecordBatchIterator};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::error::StageError;
use crate::catalog::{hash_of_identity, hash_of_page, id_without_own};
use crate::document::{BlockTally, Corpus, Document, ParsedRecord, Reject};
use crate::read::{Inputs, ProvenOrders, ReadSettings};

/// Name of the records in messages.
const NAME: &str = "records";

/// Records of some batches.
pub(super) struct Records {
    pub(super) inputs: Inputs,
}

/// Remark about records, as JSON in the column `note`.
#[derive(Debug, Serialize)]
pub(super) enum Note<'a> {
    /// A record that could not be used.
    #[serde(rename = "reject")]
    Reject {
        id: Option<&'a str>,
        reason: &'a str,
        unknown_loss: bool,
    },
    /// Counts of one batch.
    #[serde(rename = "tally")]
    Tally {
        records: u64,
        lossy: u64,
        bad_dates: u64,
        bad_ids: u64,
        without_url: u64,
        more_rejects: u64,
        unknown_loss: bool,
        left_out: &'a BTreeMap<&'static str, u64>,
        remarks: &'a BTreeMap<&'static str, u64>,
        bad_date_examples: Vec<&'a str>,
    },
}

impl Records {
    /// Opens the records of batches. `proven` are orders of day and month that other records of the
    /// data frame prove.
    pub(super) fn open(
        batches: Vec<RecordBatch>,
        settings: &ReadSettings,
        proven: ProvenOrders,
    ) -> Result<Option<Records>, StageError> {
        let Some(schema) = batches.first().map(RecordBatch::schema) else {
            return Ok(None);
        };
        let reader = RecordBatchIterator::new(batches.into_iter().map(Ok), schema);
        let inputs = Inputs::of_batches(NAME, Box::new(reader), settings.clone())?;
        inputs.add_proven_orders(proven);
        Ok(Some(Records { inputs }))
    }

    /// Parses all records and returns what was counted, block by block.
    pub(super) fn each(
        &self,
        mut each: impl FnMut(&ParsedRecord<'_>) -> Result<(), StageError>,
    ) -> Result<Vec<BlockTally>, StageError> {
        let (mut tallies, mut result) = (Vec::new(), Ok(()));
        for block in self.inputs.blocks(0) {
            let tally = self.inputs.parse(block?, &mut |record| {
                if result.is_ok() {
                    result = each(&record);
                }
            });
            tallies.push(tally);
        }
        result.map(|()| tallies)
    }
}

/// Notes about blocks: their rejects and counts.
pub(super) fn notes(tallies: &[BlockTally]) -> Vec<String> {
    let mut notes = Vec::new();
    for tally in tallies {
        let rejects = tally.rejects.iter().map(|reject: &Reject| Note::Reject {
            id: reject.id.as_deref(),
            reason: &reject.reason,
            unknown_loss: reject.unknown_loss,
        });
        let counts = Note::Tally {
            records: tally.records,
            lossy: tally.lossy,
            bad_dates: tally.bad_dates,
            bad_ids: tally.bad_ids,
            without_url: tally.without_url,
            more_rejects: tally.more_rejects,
            unknown_loss: tally.unknown_loss,
            left_out: &tally.left_out,
            remarks: &tally.remarks,
            bad_date_examples: tally
                .date_examples
                .iter()
                .filter(|example| !example.open)
                .map(|example| &*example.text)
                .collect(),
        };
        let of_tally = rejects.chain(std::iter::once(counts));
        notes.extend(of_tally.map(|note| serde_json::to_string(&note).unwrap_or_default()));
    }
    notes
}

/// Names of a document.
pub(super) struct Names<'d> {
    pub(super) id: Cow<'d, str>,
    /// Hash of the id.
    pub(super) key: u64,
    /// Hash of everything that is shown or compared of the document. Of records with one id, any of
    /// those with the same hash can stay.
    pub(super) identity: u64,
}

impl<'d> Names<'d> {
    /// Names of a document, given the hash of all its words. Its date must not be one whose order
    /// of day and month is open.
    pub(super) fn of(document: &'d Document<'_>, whole: u128) -> Names<'d> {
        let site = document.site.as_deref().unwrap_or_default();
        let page = hash_of_page(document);
        let identity = hash_of_identity(site, page, document.published, whole);
        let id = match own_id(document) {
            Some(id) => Cow::Borrowed(id),
            None => Cow::Owned(id_without_own(document, identity)),
        };
        Names {
            key: key_of(&id),
            id,
            identity: hash_of_record(document, identity),
        }
    }
}

/// Hash of a record, given that of what its document is.
fn hash_of_record(document: &Document<'_>, identity: u64) -> u64 {
    let texts = [
        &document.url,
        &document.title,
        &document.author,
        &document.canonical,
    ];
    let mut bytes = identity.to_le_bytes().to_vec();
    bytes.extend(xxh3_64(document.text.as_bytes()).to_le_bytes());
    for text in texts {
        bytes.extend(text.as_deref().unwrap_or_default().bytes());
        // No text has this byte, so texts cannot run into each other.
        bytes.push(0xFF);
    }
    xxh3_64(&bytes)
}

/// Id that the record itself has.
pub(super) fn own_id<'d>(document: &'d Document<'_>) -> Option<&'d str> {
    document.id.as_deref().filter(|id| !id.is_empty())
}

/// Hash of an id.
pub(super) fn key_of(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

//! State that all threads share while they read: settings, field names, spool, spare buffers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::date_order::SourceDates;
use super::field_lookup::FieldLookup;
use super::jsonl;
use super::names::FieldNames;
use super::pieces::BEGINNING;
use super::settings::ReadSettings;
use super::source::InputSource;
use super::spool::{Spool, SpooledRange};
use crate::error::ReadError;

/// Buffers kept for the next blocks, at most.
const SPARE_BUFFERS: usize = 32;

/// Names of one record that are noted.
const MOST_NAMES: usize = 100;

/// Shared state of a reading.
#[derive(Debug)]
pub(super) struct ReadContext {
    pub(super) settings: ReadSettings,
    pub(super) lookup: FieldLookup,
    /// Names of the fields of documents that were converted.
    pub(super) own_lookup: FieldLookup,
    pub(super) spool: Spool,
    /// Buffers of blocks that are done.
    spare: Mutex<Vec<Vec<u8>>>,
    /// Place and names of the first record of each source, if the user chose names.
    first_names: Mutex<BTreeMap<u32, (u64, Vec<String>)>>,
}

impl ReadContext {
    pub(super) fn new(settings: ReadSettings) -> Self {
        Self {
            lookup: FieldLookup::new(&settings.fields),
            own_lookup: FieldLookup::new(&FieldNames::default()),
            spool: Spool::new(settings.temp_dir.clone()),
            settings,
            spare: Mutex::default(),
            first_names: Mutex::default(),
        }
    }

    /// What is needed to read the dates of a source.
    pub(super) fn dates<'c>(&'c self, source: &'c InputSource) -> SourceDates<'c> {
        SourceDates {
            settings: &self.settings.dates,
            orders: &source.orders,
        }
    }

    /// The id of a line of JSON that is too long to be parsed. Looks no further than every way of
    /// reading the line has it in memory, so that the answer is the same for all of them.
    pub(super) fn id_of_too_long(&self, line: &[u8]) -> Option<String> {
        let in_memory = BEGINNING
            .min(self.settings.longest_record())
            .min(line.len());
        jsonl::id_of_beginning(&line[..in_memory], &self.lookup)
    }

    /// Keeps a copy of bytes at an offset of a source in the spool.
    pub(super) fn keep(
        &self,
        source: &InputSource,
        bytes: &[u8],
        offset: u64,
    ) -> Result<(), ReadError> {
        let in_spool = self.spool.append(bytes).map_err(|cause| ReadError::Spool {
            input: source.name.clone(),
            directory: self.spool.directory().display().to_string(),
            cause,
        })?;
        source.note_spooled(SpooledRange {
            offset,
            in_spool,
            length: bytes.len() as u64,
        });
        Ok(())
    }

    /// Notes the names in a record of a source, to suggest one for a name that no record has. Of
    /// each source, the names of the record with the smallest offset are kept, whatever the size of
    /// its blocks.
    pub(super) fn note_names<'n>(
        &self,
        (source, offset): (u32, u64),
        names: impl Iterator<Item = Cow<'n, str>>,
    ) {
        let mut noted = self
            .first_names
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if noted.get(&source).is_none_or(|(first, _)| offset < *first) {
            let names = names.take(MOST_NAMES).map(Cow::into_owned);
            noted.insert(source, (offset, names.collect()));
        }
    }

    /// The names that were noted.
    pub(super) fn noted_names(&self) -> Vec<String> {
        let noted = self
            .first_names
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        noted
            .values()
            .flat_map(|(_, names)| names.clone())
            .collect()
    }

    /// An empty buffer for a block: a used one where possible, since the system zeroes fresh memory
    /// page by page.
    pub(super) fn take_buffer(&self) -> Vec<u8> {
        self.spare
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default()
    }

    /// Takes a buffer back for the next block.
    pub(super) fn give_back(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= self.settings.kept_bytes() {
            buffer.clear();
            let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.len() < SPARE_BUFFERS {
                spare.push(buffer);
            }
        }
    }
}

//! Reading a segment. Its files stay open, so they remain readable after a writer removes them.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use super::error::IndexError;
use super::files::{Checksum, Directory, FileEntry};
use super::hash_file::HashFile;
use super::manifest::{ChunkEntry, SegmentEntry};
use super::records;
use super::tables::{self, DocumentTable, Names};
use crate::catalog::{NO_SITE, SeenDocument, SeenDocuments, StoredHashes};
use crate::pipeline::KnownPair;
use crate::platform;
use crate::storage::lists::StoredChunk;

/// Receives the serial of a document and its record.
type TakeRecord<'a> = dyn FnMut(u64, &[u8]) -> Result<(), IndexError> + 'a;

/// The hashes of some documents of a segment.
pub(super) struct HashChunk<'a> {
    /// The rows of the documents.
    pub(super) rows: Range<usize>,
    pub(super) entry: &'a ChunkEntry,
    /// First byte of their band hashes.
    pub(super) bands_at: u64,
    /// First byte of their fingerprints.
    pub(super) passages_at: u64,
}

/// A segment that is open to be read.
#[derive(Clone)]
pub(super) struct SegmentReader {
    pub(super) entry: SegmentEntry,
    table: Arc<File>,
    ties: Arc<File>,
    names: Arc<File>,
    pub(super) bands: Arc<HashFile>,
    pub(super) passages: Arc<HashFile>,
    pub(super) records: Arc<File>,
}

impl SegmentReader {
    pub(super) fn open(
        directory: &Directory,
        entry: &SegmentEntry,
    ) -> Result<SegmentReader, IndexError> {
        let open = |file: &FileEntry| directory.open(&file.name).map(Arc::new);
        let hashes = |file: &FileEntry, sizes: &dyn Fn(&ChunkEntry) -> (u64, Checksum)| {
            let chunks = entry.chunks.iter().map(sizes);
            let hashes = HashFile::new(open(file)?, file.name.clone(), chunks);
            Ok::<_, IndexError>(Arc::new(hashes))
        };
        Ok(SegmentReader {
            table: open(&entry.table)?,
            ties: open(&entry.ties_table)?,
            names: open(&entry.names)?,
            bands: hashes(&entry.bands, &|chunk| {
                let values = chunk.documents * u64::from(chunk.bands);
                (values * size_of::<u32>() as u64, chunk.bands_xxh3)
            })?,
            passages: hashes(&entry.passages, &|chunk| {
                (
                    chunk.passages * size_of::<u64>() as u64,
                    chunk.passages_xxh3,
                )
            })?,
            records: open(&entry.records)?,
            entry: entry.clone(),
        })
    }

    pub(super) fn records_name(&self) -> String {
        self.entry.records.name.clone()
    }

    /// The table of its documents.
    pub(super) fn documents(&self) -> Result<DocumentTable, IndexError> {
        let entry = &self.entry.table;
        let documents = DocumentTable::read(&read_whole(&self.table, entry)?, &entry.name)?;
        if documents.len() as u64 != self.entry.documents {
            return Err(entry.damaged("its number of rows is wrong".to_owned()));
        }
        Ok(documents)
    }

    /// Adds its documents to `seen`, without those that are gone and those that were added before
    /// `since`; returns the number of the latter.
    pub(super) fn load(
        &self,
        number: u32,
        again: Option<i64>,
        since: i64,
        is_gone: &dyn Fn(u64) -> bool,
        seen: &mut SeenDocuments,
    ) -> Result<u64, IndexError> {
        let documents = self.documents()?;
        let site_numbers = seen.number_sites(&documents.sites);
        let mut kept = Vec::with_capacity(documents.len());
        let mut expired = 0;
        documents.each(&mut |row| {
            let (old, gone) = (row.added < since, is_gone(row.serial));
            expired += u64::from(old && !gone);
            kept.push(!old && !gone);
            if !old && !gone {
                seen.push(SeenDocument {
                    serial: row.serial,
                    is_of_run: again == Some(row.added),
                    id: row.id,
                    site: row
                        .site
                        .and_then(|site| site_numbers.get(site.key as usize).copied())
                        .unwrap_or(NO_SITE),
                    place: records::place(number, row.at),
                    published: row.published(),
                    page: row.page,
                    title: row.title,
                    words: row.words,
                    content: row.content,
                    whole: row.whole,
                    regions: row.regions,
                });
            }
            Ok(())
        })?;
        for HashChunk {
            rows,
            entry,
            bands_at,
            passages_at,
        } in self.chunks(&documents)?
        {
            let stored = |store: &Arc<HashFile>, offset: u64, values: u64| StoredChunk {
                store: Arc::<HashFile>::clone(store),
                offset,
                values: values as usize,
            };
            let bands = entry.documents * u64::from(entry.bands);
            seen.push_hashes(StoredHashes {
                bands: stored(&self.bands, bands_at, bands),
                bands_per_document: entry.bands,
                passages: stored(&self.passages, passages_at, entry.passages),
                passages_per_document: &documents.passages()?[rows.clone()],
                kept: &kept[rows],
            });
        }
        Ok(expired)
    }

    /// Its chunks, checked against the table of its documents.
    pub(super) fn chunks(
        &self,
        documents: &DocumentTable,
    ) -> Result<Vec<HashChunk<'_>>, IndexError> {
        let table = &self.entry.table;
        let passages = documents.passages()?;
        let mut chunks = Vec::with_capacity(self.entry.chunks.len());
        let (mut row, mut bands_at, mut passages_at) = (0, 0, 0);
        for entry in &self.entry.chunks {
            let rows = row..row + entry.documents as usize;
            let lengths = passages.get(rows.clone());
            let counted = lengths.map(|lengths| lengths.iter().map(|&length| u64::from(length)));
            if counted.map(Iterator::sum::<u64>) != Some(entry.passages) {
                return Err(table.damaged("its count of hashes is wrong".to_owned()));
            }
            row = rows.end;
            chunks.push(HashChunk {
                rows,
                entry,
                bands_at,
                passages_at,
            });
            bands_at += entry.documents * u64::from(entry.bands) * size_of::<u32>() as u64;
            passages_at += entry.passages * size_of::<u64>() as u64;
        }
        if row != documents.len() {
            return Err(table.damaged("its rows do not match the hashes".to_owned()));
        }
        Ok(chunks)
    }

    /// Adds the pairs that are known of its documents.
    pub(super) fn load_ties(&self, ties: &mut Vec<KnownPair>) -> Result<(), IndexError> {
        let entry = &self.entry.ties_table;
        tables::read_ties(&read_whole(&self.ties, entry)?, &entry.name, ties)
    }

    /// Adds the names of clusters, in place of older ones.
    pub(super) fn load_names(&self, names: &mut Names) -> Result<(), IndexError> {
        let entry = &self.entry.names;
        tables::read_names(&read_whole(&self.names, entry)?, &entry.name, names)
    }

    /// The serials of its documents that were added before `since`.
    pub(super) fn older_than(&self, since: i64) -> Result<Vec<Range<u64>>, IndexError> {
        if self.entry.first_added >= since {
            return Ok(Vec::new());
        }
        let documents = self.documents()?;
        let rows = documents.serials()?.iter().zip(documents.added()?);
        let old = rows.filter(|&(_, &added)| added < since);
        Ok(old.map(|(&serial, _)| serial..serial + 1).collect())
    }

    /// Passes the serial and the record of each of its documents to `each`; a record is a JSON line
    /// without its line feed.
    pub(super) fn each_record(&self, each: &mut TakeRecord<'_>) -> Result<(), IndexError> {
        let name = self.records_name();
        let (mut frame, mut lines) = (None, Vec::new());
        self.documents()?.each(&mut |row| {
            let at = row.at;
            if frame != Some(at.frame) {
                records::read_frame(&self.records, &name, at.frame, at.frame_bytes, &mut lines)?;
                frame = Some(at.frame);
            }
            let line = records::line(&lines, at.record as usize);
            each(
                row.serial,
                line.ok_or_else(|| records::missing(&name, at.frame, at.record))?,
            )
        })
    }
}

/// Reads all of an open file and checks it against the manifest.
fn read_whole(file: &File, entry: &FileEntry) -> Result<Vec<u8>, IndexError> {
    let failed = |cause| IndexError::Read {
        file: entry.name.clone(),
        cause,
    };
    let bytes = file.metadata().map_err(failed)?.len();
    if bytes != entry.bytes {
        entry.check(bytes, || Checksum::of(b""))?;
    }
    let mut read = vec![0; bytes as usize];
    platform::read_exact_at(file, &mut read, 0).map_err(failed)?;
    entry.check(bytes, || Checksum::of(&read))?;
    Ok(read)
}

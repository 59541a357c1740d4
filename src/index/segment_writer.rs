//! Writing a segment: the documents of one run, or of several that are merged, in files that never
//! change again.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::addition::Addition;
use super::error::IndexError;
use super::files::{Checksum, ChecksummedWriter, Directory};
use super::manifest::{ChunkEntry, SegmentEntry};
use super::records::{self, FRAME};
use super::tables::{self, DocumentRow, RecordPlace};
use crate::catalog::{Catalog, DocNo, NO_SITE};
use crate::document::{Corpus, Fetch};
use crate::error::ReadError;
use crate::pipeline::KnownPair;
use crate::storage::lists::ListReader;

/// Most documents of a chunk of hashes, which then has about 2 MB.
const CHUNK: usize = 4096;

/// Most words of the documents of a chunk: its hashes are counted in 32 bits and held in memory.
const WORDS_A_CHUNK: u64 = 1 << 25;

/// Documents whose records one task packs.
const DOCUMENTS_A_TASK: usize = 128;

/// The serials of the documents of a run: those in the index keep theirs, new ones get the next.
pub(super) struct Serials<'a> {
    catalog: &'a Catalog,
    new: &'a [DocNo],
    first: u64,
}

impl<'a> Serials<'a> {
    /// Numbers `new` documents, which are in canonical order, from `first`.
    pub(super) fn new(catalog: &'a Catalog, new: &'a [DocNo], first: u64) -> Serials<'a> {
        Serials {
            catalog,
            new,
            first,
        }
    }

    fn of(&self, doc: DocNo) -> u64 {
        let known = self.catalog.serial(doc);
        known.unwrap_or_else(|| self.first + self.new.partition_point(|&new| new < doc) as u64)
    }
}

/// The files of a segment while they are written.
pub(super) struct SegmentWriter<'a> {
    directory: &'a Directory,
    number: u64,
    bands: ChecksummedWriter,
    passages: ChecksummedWriter,
    records: ChecksummedWriter,
    chunks: Vec<ChunkEntry>,
    rows: Vec<DocumentRow<'a>>,
}

impl<'a> SegmentWriter<'a> {
    pub(super) fn create(directory: &'a Directory, number: u64) -> Result<Self, IndexError> {
        let create = |name: &str| directory.create(&format!("{number:06}.{name}"));
        Ok(SegmentWriter {
            directory,
            number,
            bands: create("bands")?,
            passages: create("passages")?,
            records: create("records.jsonl.zst")?,
            chunks: Vec::new(),
            rows: Vec::new(),
        })
    }

    /// Adds the hashes of the next documents. Every document has the same number of bands.
    pub(super) fn add_hashes(
        &mut self,
        documents: usize,
        bands: &[u32],
        passages: &[u64],
    ) -> Result<(), IndexError> {
        let bands_of_each = bands.len().checked_div(documents).unwrap_or(0);
        let (bands, fingerprints) = (bytemuck::cast_slice(bands), passages.len() as u64);
        let passages = bytemuck::cast_slice(passages);
        self.bands.write(bands)?;
        self.passages.write(passages)?;
        self.chunks.push(ChunkEntry {
            documents: documents as u64,
            bands: bands_of_each as u32,
            bands_xxh3: Checksum::of(bands),
            passages: fingerprints,
            passages_xxh3: Checksum::of(passages),
        });
        Ok(())
    }

    /// Adds a frame of records; returns its first byte.
    pub(super) fn add_frame(&mut self, frame: &[u8]) -> Result<u64, IndexError> {
        let at = self.records.offset();
        self.records.write(frame)?;
        Ok(at)
    }

    /// Adds the row of a document.
    pub(super) fn add_row(&mut self, row: DocumentRow<'a>) {
        self.rows.push(row);
    }

    /// Writes the tables and finishes all files. Rows, hashes and records must have been added for
    /// the same documents in the same order.
    pub(super) fn finish(
        mut self,
        mut ties: Vec<KnownPair>,
        names: &[(u64, Arc<str>)],
    ) -> Result<SegmentEntry, IndexError> {
        let (directory, number) = (self.directory, self.number);
        let write = |name: &str, bytes: Vec<u8>| {
            directory.write(&format!("{number:06}.{name}.arrow"), &bytes)
        };
        let table = write("documents", tables::write_documents(&mut self.rows)?)?;
        let added = || self.rows.iter().map(|row| row.added);
        let serials = || self.rows.iter().map(|row| row.serial);
        Ok(SegmentEntry {
            number,
            documents: self.rows.len() as u64,
            ties: ties.len() as u64,
            first_added: added().min().unwrap_or(0),
            last_added: added().max().unwrap_or(0),
            serials: serials().min().unwrap_or(0)..serials().max().map_or(0, |last| last + 1),
            table,
            ties_table: write("ties", tables::write_ties(&mut ties)?)?,
            names: write("names", tables::write_names(names)?)?,
            bands: self.bands.finish()?,
            passages: self.passages.finish()?,
            records: self.records.finish()?,
            chunks: self.chunks,
        })
    }
}

/// Writes the new documents of a run as a segment.
pub(super) fn write<C: Corpus>(
    directory: &Directory,
    number: u64,
    addition: &Addition<'_>,
    corpus: &C,
    serials: &Serials<'_>,
    added: i64,
) -> Result<SegmentEntry, IndexError> {
    let catalog = addition.catalog;
    let mut writer = SegmentWriter::create(directory, number)?;
    for chunk in chunks(catalog, &addition.new) {
        let bands = lists_by_number(&catalog.bands(chunk), chunk.len())?.concat();
        let passages = lists_by_number(&catalog.passages(chunk), chunk.len())?;
        writer.add_hashes(chunk.len(), &bands, &passages.concat())?;
        let frames: Vec<Vec<PackedFrame>> = chunk
            .par_chunks(DOCUMENTS_A_TASK)
            .map(|documents| pack(catalog, corpus, documents))
            .collect::<Result<_, IndexError>>()?;
        let mut documents = chunk.iter().zip(&passages);
        for frame in frames.into_iter().flatten() {
            let at = writer.add_frame(&frame.packed)?;
            let documents = documents.by_ref().take(frame.records as usize);
            for (record, (&doc, passages)) in (0..).zip(documents) {
                let at = RecordPlace {
                    frame: at,
                    frame_bytes: frame.packed.len() as u32,
                    record,
                };
                writer.add_row(DocumentRow {
                    serial: serials.of(doc),
                    added,
                    passages: passages.len() as u32,
                    at,
                    ..known_of(catalog, doc)
                });
            }
        }
    }
    let ties: Vec<KnownPair> = addition
        .compared
        .iter()
        .map(|&found| KnownPair {
            a: serials.of(found.pair.a),
            b: serials.of(found.pair.b),
            found,
        })
        .collect();
    let names = addition.names.iter();
    let names: Vec<(u64, Arc<str>)> = names
        .map(|(doc, name)| (serials.of(*doc), Arc::clone(name)))
        .collect();
    writer.finish(ties, &names)
}

/// Splits documents into chunks of at most [`CHUNK`] documents and [`WORDS_A_CHUNK`] words; a
/// document with more words is a chunk of its own.
fn chunks<'d>(catalog: &Catalog, mut documents: &'d [DocNo]) -> Vec<&'d [DocNo]> {
    let mut chunks = Vec::new();
    while !documents.is_empty() {
        let mut words = 0;
        let fits = |doc: &&DocNo| {
            words += u64::from(catalog.words(**doc));
            words <= WORDS_A_CHUNK
        };
        let fitting = documents.iter().take(CHUNK).take_while(fits).count();
        let (chunk, rest) = documents.split_at(fitting.max(1));
        chunks.push(chunk);
        documents = rest;
    }
    chunks
}

/// All lists of a reading, by their numbers.
fn lists_by_number<T: bytemuck::Pod>(
    reading: &ListReader<'_, T>,
    lists: usize,
) -> Result<Vec<Vec<T>>, ReadError> {
    let mut read = vec![Vec::new(); lists];
    for piece in 0..reading.pieces() {
        reading.read(piece, &mut |number, list| {
            read[number as usize] = list.to_vec()
        })?;
    }
    Ok(read)
}

/// A frame of records, compressed.
struct PackedFrame {
    packed: Vec<u8>,
    records: u32,
}

/// Packs the records of some documents.
fn pack(
    catalog: &Catalog,
    corpus: &dyn Fetch,
    documents: &[DocNo],
) -> Result<Vec<PackedFrame>, IndexError> {
    let mut frames = Vec::new();
    let (mut lines, mut records) = (Vec::new(), 0);
    for (at, &doc) in documents.iter().enumerate() {
        let mut written = Ok(());
        corpus.fetch(catalog.place(doc), &mut |document| {
            written = records::write_line(catalog.id(doc), document, &mut lines);
        })?;
        written.map_err(|error| IndexError::records(error.into()))?;
        records += 1;
        if lines.len() >= FRAME || at + 1 == documents.len() {
            frames.push(PackedFrame {
                packed: records::pack(&lines).map_err(IndexError::records)?,
                records,
            });
            lines.clear();
            records = 0;
        }
    }
    Ok(frames)
}

/// The row of a document with all that the catalogue knows of it.
fn known_of<'a>(catalog: &'a Catalog, doc: DocNo) -> DocumentRow<'a> {
    let site = catalog.site(doc);
    let row = DocumentRow {
        id: catalog.id(doc),
        site: (site != NO_SITE).then(|| catalog.site_name(site).into()),
        page: catalog.known_page(doc),
        title: catalog.title(doc).unwrap_or(0),
        words: catalog.words(doc),
        content: catalog.content(doc),
        whole: catalog.whole(doc),
        regions: catalog
            .regions(doc)
            .map(|words| words.start as u32..words.end as u32)
            .collect(),
        ..DocumentRow::default()
    };
    row.with_published(catalog.published(doc))
}

/// Names in order of serial.
pub(super) fn sorted(names: HashMap<u64, Arc<str>>) -> Vec<(u64, Arc<str>)> {
    let mut names: Vec<(u64, Arc<str>)> = names.into_iter().collect();
    names.sort_unstable_by_key(|&(serial, _)| serial);
    names
}

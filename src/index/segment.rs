//! A segment: the documents of one run, or of several that were merged, in files that never change.

use std::collections::HashMap;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::files::{Checksum, Directory, FileEntry, IndexError, Writing};
use super::manifest::{ChunkEntry, SegmentEntry};
use super::records::{self, FRAME};
use super::tables::{self, DocumentRow, DocumentTable, RecordPlace};
use super::{Addition, Names};
use crate::catalog::{Catalog, DocNo, NO_SITE, SeenDocument, SeenDocuments, StoredHashes};
use crate::document::{Corpus, Fetch};
use crate::error::ReadError;
use crate::pipeline::KnownPair;
use crate::platform;
use crate::storage::lists::{Store, StoredChunk};

/// How many documents a chunk of hashes is of: some 2 MB.
pub(super) const CHUNK: usize = 4096;

/// Words of the documents of a chunk: hashes are counted in 32 bits, and are brought together in memory.
const WORDS_A_CHUNK: u64 = 1 << 25;

/// How many documents a task writes records of.
const DOCUMENTS_A_TASK: usize = 128;

/// The numbers that documents of a run have in the archive: those seen before their own, new ones the next.
pub(super) struct Serials<'a> {
    catalog: &'a Catalog,
    new: &'a [DocNo],
    first: u64,
}

impl<'a> Serials<'a> {
    /// `new` documents in canonical order are numbered from `first`.
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
    bands: Writing,
    passages: Writing,
    records: Writing,
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

    /// Adds the hashes of the next documents; each has as many bands.
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

    /// Adds a frame of records; returns where it stands.
    pub(super) fn add_frame(&mut self, frame: &[u8]) -> Result<u64, IndexError> {
        let at = self.records.offset();
        self.records.write(frame)?;
        Ok(at)
    }

    /// Adds the row of a document.
    pub(super) fn add_row(&mut self, row: DocumentRow<'a>) {
        self.rows.push(row);
    }

    /// Writes what is left; rows, hashes and records must have been added for the same documents in the same order.
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

/// Writes documents as a segment.
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
        let bands = concatenated(&catalog.bands(chunk), chunk.len())?.concat();
        let passages = concatenated(&catalog.passages(chunk), chunk.len())?;
        writer.add_hashes(chunk.len(), &bands, &passages.concat())?;
        let frames: Vec<Frames> = chunk
            .par_chunks(DOCUMENTS_A_TASK)
            .map(|documents| Frames::of(catalog, corpus, documents))
            .collect::<Result<_, IndexError>>()?;
        let mut rows = chunk.iter().zip(&passages);
        for frame in frames.into_iter().flat_map(|frames| frames.0) {
            let at = writer.add_frame(&frame.packed)?;
            for record in 0..frame.records {
                let Some((&doc, passages)) = rows.next() else {
                    break;
                };
                let site = catalog.site(doc);
                let row = DocumentRow {
                    serial: serials.of(doc),
                    added,
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
                    passages: passages.len() as u32,
                    at: RecordPlace {
                        frame: at,
                        frame_bytes: frame.packed.len() as u32,
                        record,
                    },
                    ..DocumentRow::default()
                };
                writer.add_row(row.with_published(catalog.published(doc)));
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

/// Documents in chunks, of [`CHUNK`] at most and with no more than [`WORDS_A_CHUNK`], unless one alone has more.
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

/// The lists of a reading, by their numbers.
fn concatenated<T: bytemuck::Pod>(
    reading: &crate::storage::lists::ListReader<'_, T>,
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

/// Records of some documents, packed.
struct Frames(Vec<Frame>);

struct Frame {
    packed: Vec<u8>,
    records: u32,
}

impl Frames {
    fn of(
        catalog: &Catalog,
        corpus: &dyn Fetch,
        documents: &[DocNo],
    ) -> Result<Frames, IndexError> {
        let mut frames = Frames(Vec::new());
        let (mut lines, mut records) = (Vec::new(), 0);
        for (at, &doc) in documents.iter().enumerate() {
            let mut written = Ok(());
            corpus.fetch(catalog.place(doc), &mut |document| {
                written = records::write_line(catalog.id(doc), document, &mut lines);
            })?;
            written.map_err(|error| unpackable(error.into()))?;
            records += 1;
            if lines.len() >= FRAME || at + 1 == documents.len() {
                frames.0.push(Frame {
                    packed: records::pack(&lines).map_err(unpackable)?,
                    records,
                });
                lines.clear();
                records = 0;
            }
        }
        Ok(frames)
    }
}

pub(super) fn unpackable(cause: std::io::Error) -> IndexError {
    IndexError::Write {
        file: "records".to_owned(),
        cause,
    }
}

/// Takes the number of a document and its record.
type TakeRecord<'a> = dyn FnMut(u64, &[u8]) -> Result<(), IndexError> + 'a;

/// The hashes of some documents of a segment.
pub(super) struct Chunk<'a> {
    /// The rows of the documents.
    pub(super) rows: Range<usize>,
    pub(super) entry: &'a ChunkEntry,
    /// Where their band hashes and their fingerprints begin.
    pub(super) bands_at: u64,
    pub(super) passages_at: u64,
}

/// A segment that is open to be read: its files stay, whoever replaces it.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) entry: SegmentEntry,
    table: Arc<File>,
    ties: Arc<File>,
    names: Arc<File>,
    pub(super) bands: Arc<HashFile>,
    pub(super) passages: Arc<HashFile>,
    pub(super) records: Arc<File>,
}

impl Reading {
    pub(super) fn open(directory: &Directory, entry: &SegmentEntry) -> Result<Reading, IndexError> {
        let open = |file: &FileEntry| directory.open(&file.name).map(Arc::new);
        let hashes = |file: &FileEntry, sizes: &dyn Fn(&ChunkEntry) -> (u64, Checksum)| {
            Ok::<_, IndexError>(Arc::new(HashFile {
                file: open(file)?,
                name: file.name.clone(),
                chunks: entry
                    .chunks
                    .iter()
                    .scan(0, |end, chunk| {
                        let (bytes, xxh3) = sizes(chunk);
                        *end += bytes;
                        Some((*end - bytes..*end, xxh3))
                    })
                    .collect(),
            }))
        };
        Ok(Reading {
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
            return Err(entry.damaged("it has another number of rows".to_owned()));
        }
        Ok(documents)
    }

    /// Adds its documents that stay; returns how many others are old, those that are gone not counted.
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
        for Chunk {
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
                bands_of_each: entry.bands,
                passages: stored(&self.passages, passages_at, entry.passages),
                passages_of_each: &documents.passages()?[rows.clone()],
                kept: &kept[rows],
            });
        }
        Ok(expired)
    }

    /// Its chunks, which must go with the table of its documents.
    pub(super) fn chunks(&self, documents: &DocumentTable) -> Result<Vec<Chunk<'_>>, IndexError> {
        let table = &self.entry.table;
        let passages = documents.passages()?;
        let mut chunks = Vec::with_capacity(self.entry.chunks.len());
        let (mut row, mut bands_at, mut passages_at) = (0, 0, 0);
        for entry in &self.entry.chunks {
            let rows = row..row + entry.documents as usize;
            let lengths = passages.get(rows.clone());
            let counted = lengths.map(|lengths| lengths.iter().map(|&length| u64::from(length)));
            if counted.map(Iterator::sum::<u64>) != Some(entry.passages) {
                return Err(table.damaged("it counts other hashes than there are".to_owned()));
            }
            row = rows.end;
            chunks.push(Chunk {
                rows,
                entry,
                bands_at,
                passages_at,
            });
            bands_at += entry.documents * u64::from(entry.bands) * size_of::<u32>() as u64;
            passages_at += entry.passages * size_of::<u64>() as u64;
        }
        if row != documents.len() {
            return Err(table.damaged("it has other rows than there are hashes of".to_owned()));
        }
        Ok(chunks)
    }

    pub(super) fn load_ties(&self, ties: &mut Vec<KnownPair>) -> Result<(), IndexError> {
        let entry = &self.entry.ties_table;
        tables::read_ties(&read_whole(&self.ties, entry)?, &entry.name, ties)
    }

    pub(super) fn load_names(&self, names: &mut Names) -> Result<(), IndexError> {
        let entry = &self.entry.names;
        tables::read_names(&read_whole(&self.names, entry)?, &entry.name, names)
    }

    /// The numbers of its documents that joined before `since`.
    pub(super) fn older_than(&self, since: i64) -> Result<Vec<Range<u64>>, IndexError> {
        if self.entry.first_added >= since {
            return Ok(Vec::new());
        }
        let documents = self.documents()?;
        let rows = documents.serials()?.iter().zip(documents.added()?);
        let old = rows.filter(|&(_, &added)| added < since);
        Ok(old.map(|(&serial, _)| serial..serial + 1).collect())
    }

    /// Hands the records of all its documents to `each`, with the documents' numbers, as JSON lines without their ends.
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
                line.ok_or_else(|| records::no_such(&name, at.frame, at.record))?,
            )
        })
    }
}

/// Reads all of a file through the handle that is open, which must be what the manifest says.
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

/// A file of hashes in chunks, each of which is looked at whole.
#[derive(Debug)]
pub(super) struct HashFile {
    file: Arc<File>,
    name: String,
    /// The bytes of each chunk, one after the other, and their checksum.
    chunks: Vec<(Range<u64>, Checksum)>,
}

impl HashFile {
    fn read_chunk(&self, at: usize, bytes: &mut [u8]) -> Result<(), ReadError> {
        let (range, xxh3) = &self.chunks[at];
        let damaged = |problem: String| ReadError::Damaged {
            file: self.name.clone(),
            problem,
        };
        match platform::read_exact_at(&self.file, bytes, range.start) {
            Err(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(damaged("it ends too early".to_owned()))
            }
            Err(cause) => Err(ReadError::Read {
                input: self.name.clone(),
                cause,
            }),
            Ok(()) if Checksum::of(bytes) != *xxh3 => Err(damaged(format!(
                "the checksum of bytes {} to {} is another",
                range.start, range.end
            ))),
            Ok(()) => Ok(()),
        }
    }

    /// Looks at every chunk.
    pub(super) fn verify(&self) -> Result<(), ReadError> {
        let mut bytes = Vec::new();
        for at in 0..self.chunks.len() {
            let range = &self.chunks[at].0;
            bytes.resize((range.end - range.start) as usize, 0);
            self.read_chunk(at, &mut bytes)?;
        }
        Ok(())
    }
}

impl Store for HashFile {
    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), ReadError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let at = self
            .chunks
            .partition_point(|(range, _)| range.end <= offset);
        let Some((range, _)) = self.chunks.get(at) else {
            return Err(ReadError::Damaged {
                file: self.name.clone(),
                problem: "it is shorter than the table of documents says".to_owned(),
            });
        };
        if range.start == offset && range.end == offset + bytes.len() as u64 {
            return self.read_chunk(at, bytes);
        }
        let mut chunk = vec![0; (range.end - range.start) as usize];
        self.read_chunk(at, &mut chunk)?;
        let start = (offset - range.start) as usize;
        bytes.copy_from_slice(&chunk[start..start + bytes.len()]);
        Ok(())
    }
}

/// Names by number, the last one said of each.
pub(super) fn sorted(names: HashMap<u64, Arc<str>>) -> Vec<(u64, Arc<str>)> {
    let mut names: Vec<(u64, Arc<str>)> = names.into_iter().collect();
    names.sort_unstable_by_key(|&(serial, _)| serial);
    names
}

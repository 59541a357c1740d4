//! The index: every document that was seen, so that tonight's are compared with all of them.
//!
//! An index is a directory. What a scan keeps of its documents is written to it as a *segment*: a few files that never change
//! again. The *manifest* lists the segments that count and is replaced whole, so a change is there or it is not, and who reads
//! goes on with what the manifest named. One process at a time may change an index ([`Writer`]); it holds a lock that dies with it.
//!
//! | file | holds | protected by |
//! |---|---|---|
//! | `manifest.json` | format, settings, segments, how long and what checksum each file has | a checksum in its last line |
//! | `N.documents.arrow` | a row a document: id, site, dates, hashes, where its record stands (Arrow IPC) | its checksum |
//! | `N.bands`, `N.passages` | band hashes (32 bits) and passage fingerprints (64 bits), little-endian, document after document | a checksum a chunk |
//! | `N.records.jsonl.zst` | the documents themselves: JSON lines in Zstandard frames, which `zstd -dc` reads | a checksum a frame |
//! | `N.ties.arrow`, `N.names.arrow` | what was found of its documents, and the names of their clusters | their checksums |
//! | `N.boilerplate.arrow` | what sites repeat; only the last one counts | its checksum |
//! | `lock` | who writes | |
//! | `publishing.json` | what is being published, while it is | a checksum in its last line |

mod columns;
mod files;
mod journal;
mod lock;
mod manifest;
mod merge;
mod records;
mod segment;
mod tables;
mod verify;

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::boilerplate::{KnownBoilerplate, Profiles};
use crate::catalog::{Catalog, DocNo, SeenDocuments};
use crate::compare::exact::Comparison;
use crate::document::Corpus;
use crate::error::ReadError;
use crate::pipeline::{EarlierRuns, ScanResult, Settings};

use files::Directory;
use lock::Lock;
use manifest::{Manifest, SegmentEntry};
use records::Archive;
use segment::{Reading, Serials};

pub use files::{IndexError, sync_directory};
pub use journal::Replacement;
pub use manifest::{FORMAT, IndexSettings};
pub use verify::Damage;

/// An index as it was when it was opened: whatever is written to it meanwhile, this stays.
pub struct Index {
    manifest: Manifest,
    segments: Vec<Reading>,
    known: KnownBoilerplate,
}

/// What an index holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// The version of the format.
    pub format: u32,
    /// How often it was changed.
    pub generation: u64,
    /// Documents that count.
    pub documents: u64,
    /// Documents that were replaced or kept long enough, whose room is not free yet.
    pub gone: u64,
    /// Pairs known of its documents.
    pub ties: u64,
    /// Segments.
    pub segments: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// When the first document joined, in seconds since 1970; `None` if there is none.
    pub first_added: Option<i64>,
    /// When the last document joined.
    pub last_added: Option<i64>,
    /// What its documents were read with.
    pub settings: IndexSettings,
}

impl Index {
    /// Opens an index to read it.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open(directory: &Path) -> Result<Index, IndexError> {
        let directory = Directory::new(directory);
        // What a manifest names may be gone by the time it is opened, if just then somebody wrote another.
        let mut tries = 0;
        loop {
            match Index::load(directory.clone()) {
                Err(IndexError::Read { cause, .. })
                    if cause.kind() == std::io::ErrorKind::NotFound && tries < 100 =>
                {
                    tries += 1;
                }
                opened => return opened,
            }
        }
    }

    fn load(directory: Directory) -> Result<Index, IndexError> {
        Index::of(&directory, Manifest::read(&directory)?, &[])
    }

    /// What a manifest says, `opened` being segments that need not be opened again.
    fn of(
        directory: &Directory,
        manifest: Manifest,
        opened: &[Reading],
    ) -> Result<Index, IndexError> {
        let open = |segment: &SegmentEntry| {
            let mut opened = opened.iter();
            match opened.find(|reading| reading.entry == *segment) {
                Some(reading) => Ok(reading.clone()),
                None => Reading::open(directory, segment),
            }
        };
        let segments = manifest.segments.iter().map(open);
        let segments = segments.collect::<Result<Vec<Reading>, IndexError>>()?;
        let known = match &manifest.boilerplate {
            None => KnownBoilerplate::default(),
            Some(file) => tables::read_boilerplate(&directory.read(file)?, &file.name)?,
        };
        Ok(Index {
            manifest,
            segments,
            known,
        })
    }

    /// What its documents were read with.
    pub fn settings(&self) -> &IndexSettings {
        &self.manifest.settings
    }

    /// What it holds.
    pub fn contents(&self) -> Contents {
        let segments = &self.manifest.segments;
        let all: u64 = segments.iter().map(|segment| segment.documents).sum();
        let gone = self.manifest.gone();
        Contents {
            format: self.manifest.format,
            generation: self.manifest.generation,
            documents: all - gone,
            gone,
            ties: segments.iter().map(|segment| segment.ties).sum(),
            segments: segments.len() as u64,
            bytes: self.manifest.files().map(|file| file.bytes).sum(),
            first_added: segments.iter().map(|segment| segment.first_added).min(),
            last_added: segments.iter().map(|segment| segment.last_added).max(),
            settings: self.manifest.settings.clone(),
        }
    }

    /// What a scan is told of the documents that joined at `since` or later, and how many joined before. Those that joined `again`, at the time of the
    /// scan itself, are still documents of that scan if it reads them once more.
    ///
    /// # Errors
    /// When a file cannot be read, or is damaged.
    pub fn before(
        &self,
        again: Option<i64>,
        since: Option<i64>,
    ) -> Result<(EarlierRuns, u64), IndexError> {
        let since = since.unwrap_or(i64::MIN);
        let mut seen = SeenDocuments::default();
        let mut before = EarlierRuns::default();
        let mut expired = 0;
        for (number, segment) in (0..).zip(&self.segments) {
            let is_gone = |serial| self.manifest.is_gone(serial);
            expired += segment.load(number, again, since, &is_gone, &mut seen)?;
            segment.load_ties(&mut before.pairs)?;
            segment.load_names(&mut before.cluster_names)?;
        }
        before.seen = seen;
        before.boilerplate = self.known.clone();
        before.archive = Some(Arc::new(Archive::of(&self.segments)));
        Ok((before, expired))
    }

    /// Its manifest, without the documents that joined before `since`.
    fn without_old(&self, since: i64) -> Result<Manifest, IndexError> {
        let mut manifest = self.manifest.clone();
        for segment in &self.segments {
            manifest.forget(segment.older_than(since)?);
        }
        Ok(manifest)
    }

    /// Hands the records of all documents that count to `sink`, as JSON lines, in the order in which they joined.
    ///
    /// # Errors
    /// When a file cannot be read, or is damaged; those of `sink`.
    pub fn export(
        &self,
        sink: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
    ) -> Result<(), IndexError> {
        for segment in &self.segments {
            segment.each_record(&mut |serial, line| {
                if self.manifest.is_gone(serial) {
                    return Ok(());
                }
                let written = sink(line).and_then(|()| sink(b"\n"));
                written.map_err(segment::unpackable)
            })?;
        }
        Ok(())
    }

    /// Looks at every byte of every file; returns what is damaged.
    ///
    /// # Errors
    /// When the manifest cannot be read, without which nothing is known.
    pub fn verify(directory: &Path) -> Result<(Contents, Vec<Damage>), IndexError> {
        verify::verify(&Directory::new(directory))
    }
}

/// Documents that are to join an index, and what was found of them.
pub struct Addition<'a> {
    /// Has the documents, and those that were seen before.
    pub catalog: &'a Catalog,
    /// The documents, in canonical order.
    pub new: Vec<DocNo>,
    /// The pairs found that have one of them.
    pub compared: &'a [Comparison],
    /// The clusters of whole copies, for documents whose cluster is known now, or is another.
    pub names: &'a [(DocNo, Arc<str>)],
    /// What sites repeat.
    pub boilerplate: &'a Profiles,
    /// What the index calls the documents whose place others take.
    pub replaced: &'a [u64],
}

impl<'a> Addition<'a> {
    /// The new documents of a scan.
    pub fn of(findings: &'a ScanResult) -> Addition<'a> {
        let catalog = &findings.catalog;
        let documents = catalog.documents();
        Addition {
            catalog,
            new: documents.filter(|&doc| catalog.is_new(doc)).collect(),
            compared: &findings.compared,
            names: &findings.names,
            boilerplate: &findings.boilerplate,
            replaced: &findings.read.replaced,
        }
    }
}

/// An index that this process alone may change.
pub struct Writer {
    directory: Directory,
    _lock: Lock,
    /// `None` until there is an index.
    index: Option<Index>,
}

/// A change that is written, but not there yet.
pub struct Prepared<'a> {
    writer: &'a mut Writer,
    manifest: Manifest,
}

impl Writer {
    /// Opens an index to change it, or makes a place for one; `waiting` is told who holds it, if somebody does and `wait` says to wait.
    ///
    /// What a run left that was killed is put right: what it had published without the index is taken back, and files of no use are removed.
    ///
    /// # Errors
    /// When somebody else writes to it, or it cannot be read or made.
    pub fn open(
        directory: &Path,
        wait: bool,
        waiting: &dyn Fn(&str),
    ) -> Result<Writer, IndexError> {
        let directory = Directory::make(directory)?;
        let lock = Lock::take(&directory, wait, waiting)?;
        let index = match Index::load(directory.clone()) {
            Ok(index) => Some(index),
            Err(IndexError::Missing { .. }) => None,
            Err(error) => return Err(error),
        };
        let generation = index.as_ref().map(|index| index.manifest.generation);
        journal::recover(&directory, generation)?;
        sweep(&directory)?;
        Ok(Writer {
            directory,
            _lock: lock,
            index,
        })
    }

    /// The index as it is; `None` if there is none yet.
    pub fn index(&self) -> Option<&Index> {
        self.index.as_ref()
    }

    /// Writes new documents, which were read with these settings at that time by who was told of documents that joined at `since` or later;
    /// earlier ones go.
    ///
    /// # Errors
    /// When a document cannot be read again, or a file not be written.
    pub fn add<C: Corpus>(
        &mut self,
        addition: &Addition<'_>,
        corpus: &C,
        settings: &Settings,
        now: i64,
        since: Option<i64>,
    ) -> Result<Prepared<'_>, IndexError> {
        if !settings.keep_hashes {
            return Err(IndexError::Write {
                file: "hashes".to_owned(),
                cause: std::io::Error::other("the scan did not keep them"),
            });
        }
        let since = since.unwrap_or(i64::MIN);
        let mut manifest = match &self.index {
            Some(index) => index.without_old(since)?,
            None => {
                let begun = Manifest::begun(IndexSettings::of(settings));
                begun.write(&self.directory)?;
                begun
            }
        };
        let catalog = addition.catalog;
        let replaced = addition.replaced.iter();
        manifest.forget(replaced.map(|&serial| serial..serial + 1));
        let new = &addition.new;
        let serials = Serials::new(catalog, new, manifest.next_serial);
        if !new.is_empty() {
            let number = manifest.take_number();
            let segment = segment::write(&self.directory, number, addition, corpus, &serials, now)?;
            manifest.next_serial += new.len() as u64;
            manifest.segments.push(segment);
        }
        if settings.boilerplate {
            let before = self
                .index
                .as_ref()
                .map_or_else(KnownBoilerplate::default, |index| index.known.clone());
            let known = addition.boilerplate.known(catalog, &before, now, since);
            let number = manifest.take_number();
            let name = format!("{number:06}.boilerplate.arrow");
            let bytes = tables::write_boilerplate(&known)?;
            manifest.boilerplate = Some(self.directory.write(&name, &bytes)?);
        }
        manifest.drop_empty_segments();
        manifest.generation += 1;
        Ok(Prepared {
            writer: self,
            manifest,
        })
    }

    /// Lets the documents go that joined before `since`; returns how many.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn prune(&mut self, since: i64) -> Result<u64, IndexError> {
        let Some(index) = &self.index else {
            return Err(self.directory.missing());
        };
        let mut manifest = index.without_old(since)?;
        let pruned = manifest.gone() - index.manifest.gone();
        if pruned > 0 {
            manifest.drop_empty_segments();
            manifest.generation += 1;
            self.replace(manifest)?;
        }
        Ok(pruned)
    }

    /// Merges all segments into one, without the documents that are gone.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn compact(&mut self) -> Result<(), IndexError> {
        let Some(index) = &self.index else {
            return Err(self.directory.missing());
        };
        let segments = index.manifest.segments.len();
        if segments > 1 || index.manifest.gone() > 0 {
            self.merge(0..segments)?;
        }
        Ok(())
    }

    /// Merges as many segments as keep an index of any age at a few dozen; returns how many.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn tidy(&mut self) -> Result<u64, IndexError> {
        let mut merged = 0;
        while let Some(range) = self
            .index
            .as_ref()
            .and_then(|index| merge::worth_it(&index.manifest))
        {
            merged += range.len() as u64;
            self.merge(range)?;
        }
        Ok(merged)
    }

    fn merge(&mut self, range: Range<usize>) -> Result<(), IndexError> {
        let Some(index) = &self.index else {
            return Err(self.directory.missing());
        };
        let mut manifest = index.manifest.clone();
        let number = manifest.take_number();
        let merged = merge::merge(&self.directory, index, range.clone(), number)?;
        manifest.replace_segments(range, merged);
        manifest.generation += 1;
        self.replace(manifest)
    }

    /// Makes a manifest the one that counts, and removes what only the last one named.
    ///
    /// What goes on with it is opened before: once the change is there nothing may fail any more, or somebody would make it again.
    fn replace(&mut self, manifest: Manifest) -> Result<(), IndexError> {
        let opened = self.index.as_ref().map_or(&[][..], |index| &index.segments);
        let index = Index::of(&self.directory, manifest, opened)?;
        if let Err(error) = index.manifest.write(&self.directory) {
            self.put_back(index.manifest);
            return Err(error);
        }
        self.index = Some(index);
        // What is left over can be removed at any other time too.
        let _ = sweep(&self.directory);
        Ok(())
    }

    /// Puts the last manifest back, if a `failed` one took its place though it may not be safe on the disk.
    fn put_back(&self, failed: Manifest) {
        if Manifest::read(&self.directory).is_ok_and(|there| there == failed) {
            // If this fails too, the disk does what it likes.
            let _ = match &self.index {
                Some(index) => index.manifest.write(&self.directory),
                None => Manifest::begun(failed.settings).write(&self.directory),
            };
        }
    }
}

/// Removes files that the manifest, as it is on the disk, does not name. What lost its manifest is left as it is.
fn sweep(directory: &Directory) -> Result<(), IndexError> {
    match Manifest::read(directory) {
        Ok(manifest) => directory.sweep(manifest.files().map(|file| file.name.as_str())),
        Err(IndexError::Missing { .. }) => {
            // Of a first night that did not come to its end, the manifest goes last.
            directory.sweep(std::iter::empty())?;
            Manifest::remove(directory)
        }
        Err(error) => Err(error),
    }
}

/// What was written and is not named by the manifest goes; if that fails, whoever opens the index next does it.
impl Drop for Writer {
    fn drop(&mut self) {
        let _ = sweep(&self.directory);
    }
}

impl Prepared<'_> {
    /// Makes ready to publish files together with the change: until [`Prepared::publish`] returns, whoever opens the index next takes them back.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn announce(&self, replacements: &[Replacement]) -> Result<(), IndexError> {
        let before = self.writer.index.as_ref();
        let generation = before.map(|index| index.manifest.generation);
        let directory = &self.writer.directory;
        journal::begin(directory, generation, replacements).inspect_err(|_| settle(directory))
    }

    /// Takes back the files that were announced.
    pub fn take_back(&self) {
        settle(&self.writer.directory);
    }

    /// Makes the change.
    ///
    /// # Errors
    /// When the manifest cannot be replaced; then nothing has changed, and the files that were announced are taken back.
    pub fn publish(self) -> Result<(), IndexError> {
        let Prepared { writer, manifest } = self;
        let published = writer.replace(manifest);
        settle(&writer.directory);
        published
    }
}

/// Finishes or takes back what was announced, whichever the manifest on the disk says. If that fails, whoever opens the index next does it.
fn settle(directory: &Directory) {
    let generation = match Manifest::read(directory) {
        Ok(manifest) => Some(manifest.generation),
        Err(IndexError::Missing { .. }) => None,
        Err(_) => return,
    };
    let _ = journal::recover(directory, generation);
}

/// Names of clusters by the numbers of documents.
type Names = HashMap<u64, Arc<str>>;

impl From<IndexError> for ReadError {
    fn from(error: IndexError) -> ReadError {
        match error {
            IndexError::Damaged { file, problem } => ReadError::Damaged { file, problem },
            IndexError::Read { file, cause } => ReadError::Read { input: file, cause },
            other => ReadError::Damaged {
                file: "a file".to_owned(),
                problem: other.to_string(),
            },
        }
    }
}

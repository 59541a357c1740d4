//! Reading an index.

use std::path::Path;
use std::sync::Arc;

use super::archive::Archive;
use super::error::IndexError;
use super::files::Directory;
use super::manifest::{Manifest, SegmentEntry};
use super::segment_reader::SegmentReader;
use super::settings::IndexSettings;
use super::tables;
use crate::boilerplate::KnownBoilerplate;
use crate::pipeline::EarlierRuns;

/// Number of times to open an index again whose files were removed meanwhile.
const MOST_TRIES: u32 = 100;

/// An index as it was when it was opened. Later changes on the disk do not affect it.
pub struct Index {
    pub(super) manifest: Manifest,
    pub(super) segments: Vec<SegmentReader>,
    pub(super) known: KnownBoilerplate,
}

/// Contents of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// Version of the format.
    pub format: u32,
    /// Number of changes so far.
    pub generation: u64,
    /// Documents that count.
    pub documents: u64,
    /// Documents that were replaced or dropped, but still take space on the disk.
    pub gone: u64,
    /// Documents that were replaced by one with the same id since the index was made.
    pub replaced: u64,
    /// Documents that were removed by their ids since the index was made.
    pub removed: u64,
    /// Documents that were read under another id since the index was made, because theirs named
    /// another document.
    pub conflicts: u64,
    /// Pairs known of its documents.
    pub ties: u64,
    /// Number of segments.
    pub segments: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Time when the first document was added, in seconds since 1970; `None` if there is none.
    pub first_added: Option<i64>,
    /// Time when the last document was added.
    pub last_added: Option<i64>,
    /// Settings that its documents were read with.
    pub settings: IndexSettings,
}

impl Index {
    /// Opens an index to read it.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open(directory: &Path) -> Result<Index, IndexError> {
        let directory = Directory::new(directory);
        // A writer that replaces the manifest removes files that the old one names.
        let mut tries = 0;
        loop {
            match Index::load(&directory) {
                Err(IndexError::Read { cause, .. })
                    if cause.kind() == std::io::ErrorKind::NotFound && tries < MOST_TRIES =>
                {
                    tries += 1;
                }
                opened => return opened,
            }
        }
    }

    pub(super) fn load(directory: &Directory) -> Result<Index, IndexError> {
        Index::with_manifest(directory, Manifest::read(directory)?, &[])
    }

    /// The index that a manifest describes. Segments among `opened` are not opened again.
    pub(super) fn with_manifest(
        directory: &Directory,
        manifest: Manifest,
        opened: &[SegmentReader],
    ) -> Result<Index, IndexError> {
        let open = |segment: &SegmentEntry| {
            let mut opened = opened.iter();
            match opened.find(|reader| reader.entry == *segment) {
                Some(reader) => Ok(reader.clone()),
                None => SegmentReader::open(directory, segment),
            }
        };
        let segments = manifest.segments.iter().map(open);
        let segments = segments.collect::<Result<Vec<SegmentReader>, IndexError>>()?;
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

    /// The settings that its documents were read with.
    pub fn settings(&self) -> &IndexSettings {
        &self.manifest.settings
    }

    /// Its contents.
    pub fn contents(&self) -> Contents {
        Contents::of(&self.manifest)
    }

    /// Everything a scan needs to know of the documents that were added at `since` or later, and
    /// the number of those added before. Documents that were added at the time `again`, which is
    /// that of the scan itself, still belong to the scan if it reads them once more. A record
    /// replaces a document only if both are known to be on one page or site.
    ///
    /// # Errors
    /// When a file cannot be read, or is damaged.
    pub fn before(
        &self,
        again: Option<i64>,
        since: Option<i64>,
    ) -> Result<(EarlierRuns, u64), IndexError> {
        let since = since.unwrap_or(i64::MIN);
        let mut before = EarlierRuns::of_new_index();
        let mut expired = 0;
        for (number, segment) in (0..).zip(&self.segments) {
            let is_gone = |serial| self.manifest.is_gone(serial);
            expired += segment.load(number, again, since, &is_gone, &mut before.seen)?;
            segment.load_ties(&mut before.pairs)?;
            segment.load_names(&mut before.cluster_names)?;
        }
        before.cluster_names.retain(|_, name| !name.is_empty());
        before.boilerplate = self.known.clone();
        before.archive = Some(Arc::new(Archive::of(&self.segments)));
        Ok((before, expired))
    }

    /// First and last time at which the documents with these serials were added, in seconds since
    /// 1970; `None` if it has none of them. The serials are in order.
    ///
    /// # Errors
    /// When a file cannot be read, or is damaged.
    pub fn added(&self, serials: &[u64]) -> Result<Option<[i64; 2]>, IndexError> {
        let mut span: Option<[i64; 2]> = None;
        for segment in &self.segments {
            let documents = segment.documents()?;
            let rows = documents.serials()?.iter().zip(documents.added()?);
            for (_, &added) in rows.filter(|(serial, _)| serials.binary_search(serial).is_ok()) {
                let [first, last] = span.unwrap_or([added, added]);
                span = Some([first.min(added), last.max(added)]);
            }
        }
        Ok(span)
    }

    /// Its manifest, without the documents that were added before `since`.
    pub(super) fn without_old(&self, since: i64) -> Result<Manifest, IndexError> {
        let mut manifest = self.manifest.clone();
        for segment in &self.segments {
            manifest.forget(segment.older_than(since)?);
        }
        Ok(manifest)
    }

    /// Passes the records of all documents that count to `sink`, as JSON lines, in the order in
    /// which they were added.
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
                written.map_err(IndexError::records)
            })?;
        }
        Ok(())
    }
}

impl Contents {
    /// The contents that a manifest lists.
    pub(super) fn of(manifest: &Manifest) -> Contents {
        let segments = &manifest.segments;
        let all: u64 = segments.iter().map(|segment| segment.documents).sum();
        let gone = manifest.gone();
        Contents {
            format: manifest.format,
            generation: manifest.generation,
            documents: all - gone,
            gone,
            replaced: manifest.replaced,
            removed: manifest.removed,
            conflicts: manifest.conflicts,
            ties: segments.iter().map(|segment| segment.ties).sum(),
            segments: segments.len() as u64,
            bytes: manifest.files().map(|file| file.bytes).sum(),
            first_added: segments.iter().map(|segment| segment.first_added).min(),
            last_added: segments.iter().map(|segment| segment.last_added).max(),
            settings: manifest.settings.clone(),
        }
    }
}

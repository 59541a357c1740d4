//! Changing an index: adding, dropping and merging.

use std::ops::Range;
use std::path::Path;

use super::addition::Addition;
use super::error::IndexError;
use super::files::Directory;
use super::journal::{self, Replacement};
use super::lock::Lock;
use super::manifest::Manifest;
use super::merge;
use super::reader::Index;
use super::removal::{Removal, Scrub};
use super::segment_writer::{self, Serials};
use super::settings::IndexSettings;
use super::tables;
use crate::boilerplate::KnownBoilerplate;
use crate::document::Corpus;
use crate::pipeline::Settings;

/// An index that only this process may change.
///
/// When it is dropped, files are removed that were written but that the manifest does not name.
pub struct Writer {
    directory: Directory,
    _lock: Lock,
    /// `None` until there is an index.
    index: Option<Index>,
}

/// A change that is written, but not yet part of the index.
pub struct PendingChange<'a> {
    writer: &'a mut Writer,
    manifest: Manifest,
}

impl Writer {
    /// Opens an index to change it, or creates its directory. If another process holds it and
    /// `wait` is set, `waiting` gets the name of that process before this call waits.
    ///
    /// This also repairs what a killed run left behind: files that were published without the index
    /// are taken back, and files that nothing refers to are removed.
    ///
    /// # Errors
    /// When another process writes to it, or it cannot be read or created.
    pub fn open(
        directory: &Path,
        wait: bool,
        waiting: &dyn Fn(&str),
    ) -> Result<Writer, IndexError> {
        let directory = Directory::make(directory)?;
        let lock = Lock::take(&directory, wait, waiting)?;
        let index = match Index::load(&directory) {
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

    /// Writes new documents as of the time `now`, and drops those that were added before `since`.
    /// The scan must have had these settings, and must have known the documents since then.
    ///
    /// # Errors
    /// When a document cannot be read again, or a file cannot be written.
    pub fn add<C: Corpus>(
        &mut self,
        addition: &Addition<'_>,
        corpus: &C,
        settings: &Settings,
        now: i64,
        since: Option<i64>,
    ) -> Result<PendingChange<'_>, IndexError> {
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
        let gone = addition.replaced.iter().chain(addition.withdrawn);
        manifest.forget(gone.map(|&serial| serial..serial + 1));
        manifest.replaced += addition.replaced.len() as u64;
        manifest.conflicts += addition.conflicts;
        let new = &addition.new;
        let serials = Serials::new(addition.catalog, new, manifest.next_serial);
        if !new.is_empty() {
            let number = manifest.take_number();
            let segment =
                segment_writer::write(&self.directory, number, addition, corpus, &serials, now)?;
            manifest.next_serial += new.len() as u64;
            manifest.segments.push(segment);
        }
        if settings.boilerplate {
            self.add_boilerplate(&mut manifest, addition, now, since)?;
        }
        manifest.drop_empty_segments();
        manifest.generation += 1;
        Ok(PendingChange {
            writer: self,
            manifest,
        })
    }

    /// Writes what sites repeat: what was known since then, and what was learned now.
    fn add_boilerplate(
        &self,
        manifest: &mut Manifest,
        addition: &Addition<'_>,
        now: i64,
        since: i64,
    ) -> Result<(), IndexError> {
        let before = match &self.index {
            Some(index) => index.known.clone(),
            None => KnownBoilerplate::default(),
        };
        let known = addition
            .boilerplate
            .known(addition.catalog, &before, now, since);
        let number = manifest.take_number();
        let name = format!("{number:06}.boilerplate.arrow");
        let bytes = tables::write_boilerplate(&known)?;
        manifest.boilerplate = Some(self.directory.write(&name, &bytes)?);
        Ok(())
    }

    /// Drops the documents that were added before `since`; returns their number.
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

    /// Removes the documents with these ids, and their earlier texts, from every file. Ids that no
    /// document has are no error. A reader that has the index open keeps its files until it ends.
    ///
    /// # Errors
    /// When a file cannot be read or written, or an old file cannot be deleted.
    pub fn remove(&mut self, ids: &[String]) -> Result<Removal, IndexError> {
        let Some(index) = &self.index else {
            return Err(self.directory.missing());
        };
        let (scrub, removal) = Scrub::find(index, ids)?;
        if scrub.serials.is_empty() {
            return Ok(removal);
        }
        let mut manifest = index.manifest.clone();
        manifest.forget(scrub.serials.iter().map(|&serial| serial..serial + 1));
        manifest.removed += removal.documents;
        // From the last on, because a segment of which nothing is left makes the list shorter.
        for (at, segment) in index.segments.iter().enumerate().rev() {
            let number = manifest.take_number();
            if scrub.concerns(segment)? {
                let segments = std::slice::from_ref(segment);
                let merged = merge::merge(&self.directory, segments, &manifest, &scrub, number)?;
                manifest.replace_segments(at..at + 1, merged);
            } else if let Some(entry) =
                merge::scrub_tables(&self.directory, segment, &scrub, number)?
            {
                manifest.segments[at] = entry;
            }
        }
        manifest.generation += 1;
        self.replace(manifest)?;
        // The old files must go, so here it is an error if they do not.
        sweep(&self.directory)?;
        Ok(removal)
    }

    /// Merges all segments into one, without the documents that do not count any more.
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

    /// Merges segments so that an index of any age has a few dozen at most; returns how many were
    /// merged.
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
        let merged = merge::merge(
            &self.directory,
            &index.segments[range.clone()],
            &manifest,
            &Scrub::default(),
            number,
        )?;
        manifest.replace_segments(range, merged);
        manifest.generation += 1;
        self.replace(manifest)
    }

    /// Puts a manifest in force, and removes the files that only the previous one named.
    ///
    /// The new index is opened first: nothing may fail after the change is visible, or the caller
    /// would make it a second time.
    fn replace(&mut self, manifest: Manifest) -> Result<(), IndexError> {
        let opened = self.index.as_ref().map_or(&[][..], |index| &index.segments);
        let index = Index::with_manifest(&self.directory, manifest, opened)?;
        if let Err(error) = index.manifest.write(&self.directory) {
            self.put_back(index.manifest);
            return Err(error);
        }
        self.index = Some(index);
        // Files that are left over do no harm; the next writer removes them.
        let _ = sweep(&self.directory);
        Ok(())
    }

    /// Restores the last manifest if the `failed` one has replaced it, although it may not be safe
    /// on the disk.
    fn put_back(&self, failed: Manifest) {
        if Manifest::read(&self.directory).is_ok_and(|there| there == failed) {
            // If this fails as well, the disk is beyond our control.
            let _ = match &self.index {
                Some(index) => index.manifest.write(&self.directory),
                None => Manifest::begun(failed.settings).write(&self.directory),
            };
        }
    }
}

/// Removes what was written and not put in force. If that fails, the next writer does it.
impl Drop for Writer {
    fn drop(&mut self) {
        let _ = sweep(&self.directory);
    }
}

impl PendingChange<'_> {
    /// Prepares to publish files together with the change: until [`PendingChange::publish`]
    /// returns, the next writer to open the index takes them back.
    ///
    /// # Errors
    /// When the journal cannot be written.
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
    /// When the manifest cannot be replaced. Then nothing has changed, and the announced files are
    /// taken back.
    pub fn publish(self) -> Result<(), IndexError> {
        let PendingChange { writer, manifest } = self;
        let published = writer.replace(manifest);
        settle(&writer.directory);
        published
    }
}

/// Removes files that the manifest on the disk does not name. An index that lost its manifest is
/// not touched.
fn sweep(directory: &Directory) -> Result<(), IndexError> {
    match Manifest::read(directory) {
        Ok(manifest) => directory.sweep(manifest.files().map(|file| file.name.as_str())),
        Err(IndexError::Missing { .. }) => {
            // A first run that did not finish: the manifest goes last, so that the other files
            // never look like an index that lost it.
            directory.sweep(std::iter::empty())?;
            Manifest::remove(directory)
        }
        Err(error) => Err(error),
    }
}

/// Finishes what was announced, or takes it back, depending on the manifest on the disk. If that
/// fails, the next writer does it.
fn settle(directory: &Directory) {
    let generation = match Manifest::read(directory) {
        Ok(manifest) => Some(manifest.generation),
        Err(IndexError::Missing { .. }) => None,
        Err(_) => return,
    };
    let _ = journal::recover(directory, generation);
}

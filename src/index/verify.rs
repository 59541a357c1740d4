//! Checking every byte of an index.

use std::path::Path;

use super::error::IndexError;
use super::files::Directory;
use super::journal;
use super::manifest::Manifest;
use super::reader::{Contents, Index};
use super::segment_reader::SegmentReader;
use super::tables;

/// Number of times that a writer may replace the manifest while its files are checked.
const MOST_TRIES: u32 = 100;

/// A file that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Its name within the directory.
    pub file: String,
    /// Description of the damage.
    pub problem: String,
}

impl Index {
    /// Checks every byte of every file; returns the damaged files.
    ///
    /// # Errors
    /// When the manifest cannot be read, without which nothing else can be checked.
    pub fn verify(directory: &Path) -> Result<(Contents, Vec<Damage>), IndexError> {
        let directory = Directory::new(directory);
        let mut tries = 1;
        loop {
            let manifest = Manifest::read(&directory)?;
            let damages = damages(&directory, &manifest);
            // A writer that replaces the manifest removes old files: that is no damage.
            let is_replaced = || {
                let now = Manifest::read(&directory);
                now.is_ok_and(|now| now.generation != manifest.generation)
            };
            if damages.is_empty() || tries == MOST_TRIES || !is_replaced() {
                return Ok((Contents::of(&manifest), damages));
            }
            tries += 1;
        }
    }
}

/// The damaged files among those that a manifest names, in order of name.
fn damages(directory: &Directory, manifest: &Manifest) -> Vec<Damage> {
    let mut damages = Vec::new();
    let mut note = |file: &str, checked: Result<(), IndexError>| {
        let problem = match checked {
            Ok(()) => return,
            Err(IndexError::Damaged { problem, .. }) => problem,
            Err(other) => other.with_causes(),
        };
        damages.push(Damage {
            file: file.to_owned(),
            problem,
        });
    };
    for segment in &manifest.segments {
        for file in segment.files() {
            note(&file.name, directory.check(file));
        }
        // A file that cannot be opened is noted above.
        let Ok(reader) = SegmentReader::open(directory, segment) else {
            continue;
        };
        let bands = reader.bands.verify().map_err(IndexError::from);
        note(&segment.bands.name, bands);
        let passages = reader.passages.verify().map_err(IndexError::from);
        note(&segment.passages.name, passages);
        note(&segment.table.name, check_records(&reader));
    }
    if let Some(file) = &manifest.boilerplate {
        let read = directory.read(file);
        let read = read.and_then(|bytes| tables::read_boilerplate(&bytes, &file.name));
        note(&file.name, read.map(drop));
    }
    // A damaged journal keeps every writer out.
    note(journal::JOURNAL, journal::check(directory));
    damages.sort_by(|x, y| x.file.cmp(&y.file));
    damages.dedup_by(|x, y| x.file == y.file);
    damages
}

/// Checks that every row of the table has its hashes and its record.
fn check_records(segment: &SegmentReader) -> Result<(), IndexError> {
    segment.chunks(&segment.documents()?)?;
    segment.each_record(&mut |_, _| Ok(()))
}

//! Looking at every byte of an index.

use super::files::{Directory, IndexError};
use super::manifest::Manifest;
use super::segment::Reading;
use super::{Contents, Index, journal, tables};

/// A file that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Its name within the directory.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

/// So often a manifest may be replaced while its files are looked at.
const MOST_TRIES: u32 = 100;

pub(super) fn verify(directory: &Directory) -> Result<(Contents, Vec<Damage>), IndexError> {
    let mut tries = 1;
    loop {
        let manifest = Manifest::read(directory)?;
        let damages = look_at(directory, &manifest);
        // Files go when a writer replaces the manifest that named them: that is no damage.
        let is_replaced = || {
            let now = Manifest::read(directory);
            now.is_ok_and(|now| now.generation != manifest.generation)
        };
        if damages.is_empty() || tries == MOST_TRIES || !is_replaced() {
            let index = Index {
                manifest,
                segments: Vec::new(),
                known: Default::default(),
            };
            return Ok((index.contents(), damages));
        }
        tries += 1;
    }
}

/// What is damaged of the files that a manifest names, in order.
fn look_at(directory: &Directory, manifest: &Manifest) -> Vec<Damage> {
    let mut damages = Vec::new();
    let mut note = |file: &str, looked: Result<(), IndexError>| {
        let problem = match looked {
            Ok(()) => return,
            Err(IndexError::Damaged { problem, .. }) => problem,
            Err(other) => other.to_string(),
        };
        damages.push(Damage {
            file: file.to_owned(),
            problem,
        });
    };
    // Tables are small enough to be read whole; what is not is looked at chunk by chunk.
    for segment in &manifest.segments {
        for file in segment.files() {
            note(&file.name, directory.check(file));
        }
        match Reading::open(directory, segment) {
            Err(_) => continue,
            Ok(reading) => {
                note(
                    &segment.bands.name,
                    reading.bands.verify().map_err(IndexError::from),
                );
                note(
                    &segment.passages.name,
                    reading.passages.verify().map_err(IndexError::from),
                );
                note(&segment.table.name, look_at_records(&reading));
            }
        }
    }
    if let Some(file) = &manifest.boilerplate {
        let read = directory.read(file);
        let read = read.and_then(|bytes| tables::read_boilerplate(&bytes, &file.name));
        note(&file.name, read.map(drop));
    }
    // Nobody can write to the index while this cannot be read.
    note(journal::JOURNAL, journal::check(directory));
    damages.sort_by(|x, y| x.file.cmp(&y.file));
    damages.dedup_by(|x, y| x.file == y.file);
    damages
}

/// Whether every row of the table has its record.
fn look_at_records(segment: &Reading) -> Result<(), IndexError> {
    segment.chunks(&segment.documents()?)?;
    segment.each_record(&mut |_, _| Ok(()))
}

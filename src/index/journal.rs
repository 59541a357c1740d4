//! Publishing files together with a change of the index: both are there afterwards, or neither.
//!
//! Files and manifest are renamed one after the other, so for an instant there are some and not the others. Before the first rename it is written
//! down which files are about to be replaced, and what was there is kept beside them under another name. Whoever opens the index to write to it and
//! finds that note compares the manifest with it: if that is still the old one, the files are put back as they were.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::{Directory, IndexError, failed_to_write, sync_directory};
use crate::platform;

/// The name of the note.
pub(super) const JOURNAL: &str = "publishing.json";

/// A file that is about to take the place of another, or a place where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Where it is now.
    pub from: PathBuf,
    /// Where it goes.
    pub to: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Note {
    /// The generation of the manifest before the change; `None` if there was none.
    generation: Option<u64>,
    files: Vec<Announced>,
}

#[derive(Serialize, Deserialize)]
struct Announced {
    from: PathBuf,
    to: PathBuf,
    /// What tells the new file: its device and number.
    identity: (u64, u64),
    /// What was in its place, under another name.
    kept: Option<PathBuf>,
}

/// Writes down which files are about to be replaced, then keeps what is there: nothing is kept that no note tells of.
pub(super) fn begin(
    directory: &Directory,
    generation: Option<u64>,
    replacements: &[Replacement],
) -> Result<(), IndexError> {
    let mut files = Vec::with_capacity(replacements.len());
    for Replacement { from, to } in replacements {
        let about = fs::metadata(from).map_err(|cause| failed_to_write(from, cause))?;
        files.push(Announced {
            from: absolute(from),
            to: absolute(to),
            identity: platform::identity(&about),
            kept: to.exists().then(|| absolute(&from.with_extension("old"))),
        });
    }
    let note = Note { generation, files };
    directory.replace_sealed(JOURNAL, &note)?;
    for Announced { to, kept, .. } in &note.files {
        let Some(kept) = kept else { continue };
        // Some file systems know no second names.
        let linked = fs::hard_link(to, kept).or_else(|_| {
            fs::copy(to, kept)?;
            File::open(kept)?.sync_all()
        });
        // What is kept must be there before it is replaced, also after a loss of power.
        let directory = kept.parent().unwrap_or(Path::new("/"));
        linked
            .and_then(|()| sync_directory(directory))
            .map_err(|cause| failed_to_write(kept, cause))?;
    }
    Ok(())
}

/// The note, if there is one.
fn read(directory: &Directory) -> Result<Option<Note>, IndexError> {
    let not_understood = |error: serde_json::Error| IndexError::Damaged {
        file: JOURNAL.to_owned(),
        problem: error.to_string(),
    };
    let body = directory.read_sealed(JOURNAL)?;
    let note = body.map(|body| serde_json::from_str(&body));
    note.transpose().map_err(not_understood)
}

/// Whether a note that is there can be read.
pub(super) fn check(directory: &Directory) -> Result<(), IndexError> {
    read(directory).map(drop)
}

/// Finishes what a note tells of, `generation` being that of the manifest: if it is still the one before the change, takes the files back.
pub(super) fn recover(directory: &Directory, generation: Option<u64>) -> Result<(), IndexError> {
    let Some(note) = read(directory)? else {
        return Ok(());
    };
    let take_back = note.generation == generation;
    for file in &note.files {
        finish(file, take_back).map_err(|cause| failed_to_write(&file.to, cause))?;
    }
    directory.remove(JOURNAL)
}

fn finish(file: &Announced, take_back: bool) -> io::Result<()> {
    // Somebody may have done something else with the name since.
    let is_new = fs::metadata(&file.to).is_ok_and(|now| platform::identity(&now) == file.identity);
    match &file.kept {
        Some(kept) if take_back && is_new => gone_is_fine(fs::rename(kept, &file.to))?,
        Some(kept) => gone_is_fine(fs::remove_file(kept))?,
        None if take_back && is_new => gone_is_fine(fs::remove_file(&file.to))?,
        None => {}
    }
    if take_back {
        gone_is_fine(fs::remove_file(&file.from))?;
    }
    match file.to.parent() {
        Some(parent) if parent.is_dir() => sync_directory(parent),
        _ => Ok(()),
    }
}

fn gone_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// As it is called from everywhere.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

//! Publishing files together with a change of the index: afterwards either both are there or
//! neither.
//!
//! Files and manifest are renamed one after the other, so for a moment only some are in place.
//! Before the first rename, a journal lists the files that will be replaced, and the old ones are
//! kept next to them under other names. A writer that opens the index and finds a journal compares
//! it with the manifest: if the manifest is still the old one, it restores the old files.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::IndexError;
use super::files::{Directory, sync_directory};
use crate::platform;

/// Name of the journal.
pub(super) const JOURNAL: &str = "publishing.json";

/// A file that will replace another, or go where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Its present path.
    pub from: PathBuf,
    /// Its future path.
    pub to: PathBuf,
}

/// The files of one publication.
#[derive(Serialize, Deserialize)]
struct Journal {
    /// Generation of the manifest before the change; `None` if there was none.
    generation: Option<u64>,
    files: Vec<Announced>,
}

#[derive(Serialize, Deserialize)]
struct Announced {
    from: PathBuf,
    to: PathBuf,
    /// Device and inode number of the new file.
    identity: (u64, u64),
    /// The old file, under another name.
    kept: Option<PathBuf>,
}

/// Writes the journal, then keeps the old files. In this order no kept file is without a journal.
pub(super) fn begin(
    directory: &Directory,
    generation: Option<u64>,
    replacements: &[Replacement],
) -> Result<(), IndexError> {
    let mut files = Vec::with_capacity(replacements.len());
    for Replacement { from, to } in replacements {
        let about = fs::metadata(from).map_err(|cause| IndexError::write(from, cause))?;
        files.push(Announced {
            from: absolute(from),
            to: absolute(to),
            identity: platform::identity(&about),
            kept: to.exists().then(|| absolute(&from.with_extension("old"))),
        });
    }
    let journal = Journal { generation, files };
    directory.replace_sealed(JOURNAL, &journal)?;
    for Announced { to, kept, .. } in &journal.files {
        let Some(kept) = kept else { continue };
        // Some file systems have no hard links.
        let linked = fs::hard_link(to, kept).or_else(|_| {
            fs::copy(to, kept)?;
            File::open(kept)?.sync_all()
        });
        // The kept file must survive a loss of power before the old one is replaced.
        let directory = kept.parent().unwrap_or(Path::new("/"));
        linked
            .and_then(|()| sync_directory(directory))
            .map_err(|cause| IndexError::write(kept, cause))?;
    }
    Ok(())
}

/// The journal, if there is one.
fn read(directory: &Directory) -> Result<Option<Journal>, IndexError> {
    let not_understood = |error: serde_json::Error| IndexError::Damaged {
        file: JOURNAL.to_owned(),
        problem: error.to_string(),
    };
    let body = directory.read_sealed(JOURNAL)?;
    let journal = body.map(|body| serde_json::from_str(&body));
    journal.transpose().map_err(not_understood)
}

/// Checks that the journal, if there is one, can be read.
pub(super) fn check(directory: &Directory) -> Result<(), IndexError> {
    read(directory).map(drop)
}

/// Finishes a publication that was interrupted. If `generation`, that of the manifest, is still the
/// one from before the change, restores the old files; otherwise removes them.
pub(super) fn recover(directory: &Directory, generation: Option<u64>) -> Result<(), IndexError> {
    let Some(journal) = read(directory)? else {
        return Ok(());
    };
    let take_back = journal.generation == generation;
    for file in &journal.files {
        finish(file, take_back).map_err(|cause| IndexError::write(&file.to, cause))?;
    }
    directory.remove(JOURNAL)
}

fn finish(file: &Announced, take_back: bool) -> io::Result<()> {
    // The user may have put another file there since.
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

/// The path from the root, which stays valid in another working directory.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

//! Finds the sources behind the names that the user gave: files, directories, standard input.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::compression::{Compression, first_bytes};
use super::format::SourceFormat;
use super::settings::ReadSettings;
use super::source::{InputSource, SourceOrigin};
use crate::error::ReadError;

/// The name that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// All sources stay open if there are no more than this; every system lets a process open 256
/// files.
const KEPT_OPEN: usize = 100;

/// Counts of what was found in directories and not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SkippedInputs {
    /// Files whose ending stands for no format.
    pub unknown_ending: u64,
    /// Hidden files and directories.
    pub hidden: u64,
    /// Other names of files that are inputs already.
    pub same_file: u64,
}

/// A name on the way to becoming a source.
struct InputCandidate {
    path: PathBuf,
    format: SourceFormat,
    walked: bool,
    kind: CandidateKind,
}

enum CandidateKind {
    /// Can be read again.
    RegularFile,
    /// A pipe, a device or standard input.
    Stream,
    /// The walk of its directory failed here.
    Unreadable(io::Error),
}

/// Opens everything. The sources are sorted bytewise by name, and a file with several names is
/// there once.
pub(super) fn sources(
    names: &[String],
    settings: &ReadSettings,
) -> Result<(Vec<InputSource>, SkippedInputs), ReadError> {
    let mut candidates = BTreeMap::new();
    let mut skipped = SkippedInputs::default();
    for name in names {
        add_named(name, settings, &mut candidates, &mut skipped)?;
    }
    let keep_open = candidates.len() <= KEPT_OPEN;
    let opened: Vec<_> = candidates
        .into_par_iter()
        .map(|(name, candidate)| open(name, candidate, keep_open))
        .collect();
    let mut sources = Vec::with_capacity(opened.len());
    let mut seen = HashSet::new();
    for opened in opened {
        let (source, real_path) = opened?;
        if real_path.is_none_or(|path| seen.insert(path)) {
            sources.push(source);
        } else {
            skipped.same_file += 1;
        }
    }
    Ok((sources, skipped))
}

/// Adds what one name stands for.
fn add_named(
    name: &str,
    settings: &ReadSettings,
    candidates: &mut BTreeMap<String, InputCandidate>,
    skipped: &mut SkippedInputs,
) -> Result<(), ReadError> {
    let cannot_open = |cause| ReadError::Open {
        input: name.to_owned(),
        cause,
    };
    let (format, kind) = if name == STANDARD_INPUT {
        let format = settings.format.unwrap_or(SourceFormat::Jsonl);
        (format, CandidateKind::Stream)
    } else {
        let path = Path::new(name);
        let metadata = path.metadata().map_err(cannot_open)?;
        if metadata.is_dir() {
            // Checked before the walk, which would make a reject of an unreadable directory.
            path.read_dir().map_err(cannot_open)?;
            walk(path, settings, candidates, skipped);
            return Ok(());
        }
        match settings.format.or_else(|| SourceFormat::of_name(name)) {
            Some(format) if metadata.is_file() => (format, CandidateKind::RegularFile),
            Some(format) => (format, CandidateKind::Stream),
            None if !metadata.is_file() => (SourceFormat::Jsonl, CandidateKind::Stream),
            None => {
                return Err(ReadError::UnknownFormat {
                    input: name.to_owned(),
                    known: SourceFormat::known_endings(),
                });
            }
        }
    };
    let candidate = InputCandidate {
        path: PathBuf::from(name),
        format,
        walked: false,
        kind,
    };
    candidates.insert(name.to_owned(), candidate);
    Ok(())
}

/// Adds the files of a directory that can be inputs.
fn walk(
    root: &Path,
    settings: &ReadSettings,
    candidates: &mut BTreeMap<String, InputCandidate>,
    skipped: &mut SkippedInputs,
) {
    let mut hidden = 0;
    // A directory that several links lead to is walked once, under its first name: links between n
    // directories make 2^n paths.
    let mut walked = HashSet::new();
    let visible = WalkDir::new(root)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            let shown = entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
            hidden += u64::from(!shown);
            let mut again = || {
                let real = entry.path().canonicalize();
                real.is_ok_and(|real| !walked.insert(real))
            };
            shown && !(entry.file_type().is_dir() && again())
        });
    for entry in visible {
        let Some((path, kind)) = walked_entry(entry, skipped) else {
            continue;
        };
        let format = match (format_in_directory(&path, settings), &kind) {
            (Some(format), _) => format,
            (None, CandidateKind::Unreadable(_)) if path.is_dir() => SourceFormat::Jsonl,
            (None, _) => {
                skipped.unknown_ending += 1;
                continue;
            }
        };
        let name = path.to_string_lossy().into_owned();
        candidates.entry(name).or_insert(InputCandidate {
            path,
            format,
            walked: true,
            kind,
        });
    }
    skipped.hidden += hidden;
}

/// The file that a step of the walk found, or its error; `None` for directories and what no run
/// reads.
fn walked_entry(
    entry: walkdir::Result<DirEntry>,
    skipped: &mut SkippedInputs,
) -> Option<(PathBuf, CandidateKind)> {
    match entry {
        Ok(entry) if entry.file_type().is_file() => {
            Some((entry.into_path(), CandidateKind::RegularFile))
        }
        Ok(entry) if entry.file_type().is_dir() => None,
        // A pipe or a device in a directory holds no articles.
        Ok(_) => {
            skipped.unknown_ending += 1;
            None
        }
        // A loop of links leads to files that are found without it.
        Err(failure) if failure.loop_ancestor().is_some() => None,
        Err(failure) => {
            let path = failure.path()?.to_owned();
            let cause = failure.into_io_error();
            let cause = cause.unwrap_or_else(|| io::ErrorKind::Other.into());
            Some((path, CandidateKind::Unreadable(cause)))
        }
    }
}

/// Format of a file found in a directory; `None` if it is not to be read.
fn format_in_directory(path: &Path, settings: &ReadSettings) -> Option<SourceFormat> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match settings.format {
        // Hadoop and Spark write job markers such as `_SUCCESS` beside their files.
        Some(_) if name.starts_with('_') => None,
        Some(format) => Some(format),
        None => SourceFormat::of_name(&name),
    }
}

/// Opens one source. A regular file comes with its real path, which tells whether two names are one
/// file.
fn open(
    name: String,
    candidate: InputCandidate,
    keep_open: bool,
) -> Result<(InputSource, Option<PathBuf>), ReadError> {
    let InputCandidate {
        path,
        format,
        walked,
        kind,
    } = candidate;
    let mut real_path = None;
    let origin = match kind {
        CandidateKind::Unreadable(cause) => Ok(SourceOrigin::Unreadable(cause)),
        CandidateKind::Stream if name == STANDARD_INPUT => Ok(SourceOrigin::stream(io::stdin())),
        CandidateKind::Stream => File::open(&path).map(SourceOrigin::stream),
        CandidateKind::RegularFile => {
            real_path = path.canonicalize().ok();
            open_file(path, keep_open)
        }
    };
    let origin = match origin {
        Ok(origin) => origin,
        Err(cause) if walked => SourceOrigin::Unreadable(cause),
        Err(cause) => return Err(ReadError::Open { input: name, cause }),
    };
    Ok((InputSource::new(name, walked, format, origin), real_path))
}

/// Opens a regular file for its size and its compression.
fn open_file(path: PathBuf, keep_open: bool) -> io::Result<SourceOrigin> {
    let mut file = File::open(&path)?;
    let bytes = file.metadata()?.len();
    let compression = Compression::detect(&first_bytes(&mut file)?);
    Ok(SourceOrigin::File {
        path,
        bytes,
        compression,
        open: keep_open.then_some(file),
    })
}

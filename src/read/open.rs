//! Finds the sources behind the names a user gave: files, directories, standard input.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, RwLock};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::source::{Origin, Packing, Source, first_bytes};
use super::{Format, STANDARD_INPUT, Settings, Skipped};
use crate::error::ReadError;

/// With no more sources than this all stay open; a process may have 256 files open at least.
const KEPT_OPEN: usize = 100;

/// A name on the way to becoming a source.
struct Candidate {
    path: PathBuf,
    format: Format,
    walked: bool,
    /// What is wrong with it, where the walk already knows.
    broken: Option<io::Error>,
    regular: bool,
}

/// Opens everything: sorted bytewise by name, each file once however often it is named.
pub(super) fn sources(
    names: &[String],
    settings: &Settings,
) -> Result<(Vec<Source>, Skipped), ReadError> {
    let mut candidates = BTreeMap::new();
    let mut skipped = Skipped::default();
    for name in names {
        if name == STANDARD_INPUT {
            let format = settings.format.unwrap_or(Format::Jsonl);
            candidates.insert(
                name.clone(),
                Candidate {
                    path: PathBuf::new(),
                    format,
                    walked: false,
                    broken: None,
                    regular: false,
                },
            );
            continue;
        }
        let path = Path::new(name);
        let about = path.metadata().map_err(|cause| ReadError::Open {
            input: name.clone(),
            cause,
        })?;
        if about.is_dir() {
            // Before the walk, which would only report it as one more unreadable directory.
            path.read_dir().map_err(|cause| ReadError::Open {
                input: name.clone(),
                cause,
            })?;
            walk(path, settings, &mut candidates, &mut skipped);
            continue;
        }
        let regular = about.is_file();
        let told = settings.format.or_else(|| Format::of_name(name));
        let format = match told {
            Some(format) => format,
            None if !regular => Format::Jsonl,
            None => {
                return Err(ReadError::UnknownFormat {
                    input: name.clone(),
                    known: Format::known_endings(),
                });
            }
        };
        candidates.insert(
            name.clone(),
            Candidate {
                path: path.to_owned(),
                format,
                walked: false,
                broken: None,
                regular,
            },
        );
    }
    let few = candidates.len() <= KEPT_OPEN;
    let opened: Vec<_> = candidates
        .into_par_iter()
        .map(|(name, candidate)| open(name, candidate, few))
        .collect();
    let mut sources = Vec::with_capacity(opened.len());
    let mut seen = HashSet::new();
    for opened in opened {
        let (source, identity) = opened?;
        if identity.is_none_or(|identity| seen.insert(identity)) {
            sources.push(source);
        } else {
            skipped.same_file += 1;
        }
    }
    Ok((sources, skipped))
}

/// Collects the files of a directory that can be inputs.
fn walk(
    root: &Path,
    settings: &Settings,
    candidates: &mut BTreeMap<String, Candidate>,
    skipped: &mut Skipped,
) {
    let format_of = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match settings.format {
            // Job markers (`_SUCCESS`) stand among the parts that Hadoop and Spark write.
            Some(_) if name.starts_with('_') => None,
            Some(format) => Some(format),
            None => Format::of_name(&name),
        }
    };
    let mut hidden = 0;
    // A directory that several links lead to is walked once, by the first name: links between n directories make 2^n paths.
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
        let (path, broken, regular) = match entry {
            Ok(entry) if entry.file_type().is_file() => (entry.into_path(), None, true),
            Ok(entry) if entry.file_type().is_dir() => continue,
            // A pipe or device in a directory is nobody's article.
            Ok(_) => {
                skipped.unknown_ending += 1;
                continue;
            }
            Err(failure) => {
                // A loop of links leads to files that are found without it.
                let Some(path) = failure
                    .path()
                    .map(Path::to_owned)
                    .filter(|_| failure.loop_ancestor().is_none())
                else {
                    continue;
                };
                (
                    path,
                    Some(
                        failure
                            .into_io_error()
                            .unwrap_or_else(|| io::ErrorKind::Other.into()),
                    ),
                    false,
                )
            }
        };
        let name = path.to_string_lossy().into_owned();
        let format = match (format_of(&path), &broken) {
            (Some(format), _) => format,
            (None, Some(_)) if path.is_dir() => Format::Jsonl,
            (None, _) => {
                skipped.unknown_ending += 1;
                continue;
            }
        };
        candidates.entry(name).or_insert(Candidate {
            path,
            format,
            walked: true,
            broken,
            regular,
        });
    }
    skipped.hidden += hidden;
}

/// Opens one source, and says which file it is.
fn open(
    name: String,
    candidate: Candidate,
    few: bool,
) -> Result<(Source, Option<PathBuf>), ReadError> {
    let Candidate {
        path,
        format,
        walked,
        broken,
        regular,
    } = candidate;
    let mut identity = None;
    let origin = match broken {
        Some(cause) => Ok(Origin::Unreadable(cause)),
        None if name == STANDARD_INPUT => Ok(stream(io::stdin())),
        None if !regular => File::open(&path).map(stream),
        None => {
            identity = path.canonicalize().ok();
            probe(path, few)
        }
    };
    let origin = match origin {
        Ok(origin) => origin,
        Err(cause) if walked => Origin::Unreadable(cause),
        Err(cause) => return Err(ReadError::Open { input: name, cause }),
    };
    let source = Source {
        name,
        walked,
        format,
        origin,
        kept: RwLock::default(),
        columns: OnceLock::new(),
    };
    Ok((source, identity))
}

/// A source that is read once.
pub(super) fn stream_source(
    name: &str,
    format: Format,
    reader: impl Read + Send + 'static,
) -> Source {
    Source {
        name: name.to_owned(),
        walked: false,
        format,
        origin: stream(reader),
        kept: RwLock::default(),
        columns: OnceLock::new(),
    }
}

fn stream(reader: impl Read + Send + 'static) -> Origin {
    Origin::Stream(Mutex::new(Some(Box::new(reader))))
}

/// Looks into a regular file: its size, and whether it is compressed.
fn probe(path: PathBuf, keep: bool) -> io::Result<Origin> {
    let mut file = File::open(&path)?;
    let bytes = file.metadata()?.len();
    let packing = Packing::of(&first_bytes(&mut file)?);
    Ok(Origin::File {
        path,
        bytes,
        packing,
        open: keep.then_some(file),
    })
}

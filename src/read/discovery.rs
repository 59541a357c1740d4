//! Discovery of inputs: the files, directories and objects that names, patterns and addresses stand
//! for.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use walkdir::{DirEntry, WalkDir};

use super::addresses::{self, Service};
use super::context::ReadContext;
use super::found_objects::FoundObjects;
use super::remote::{RemoteObject, RemoteStores};
use crate::error::ReadError;

/// The name that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// Requests to stores and web servers at the same time while inputs are opened.
const REQUESTS_AT_ONCE: usize = 16;

/// Most files that were left out of which the name is kept.
const MOST_NAMED: usize = 1000;

/// Files in directories and archives that were not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkippedInputs {
    /// Number of files of no format that is read.
    pub left_out: u64,
    /// The first of them by name, and why.
    pub named: Vec<LeftOut>,
    /// Number of hidden files and directories, and of hidden members of archives.
    pub hidden: u64,
    /// Number of other names of files that are inputs already.
    pub same_file: u64,
}

/// A file that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Name of the file.
    pub file: String,
    /// The reason: what the file is.
    pub reason: String,
}

impl SkippedInputs {
    pub(super) fn leave_out(&mut self, file: String, reason: &str) {
        self.left_out += 1;
        if self.named.len() < MOST_NAMED {
            self.named.push(LeftOut {
                file,
                reason: reason.to_owned(),
            });
        }
    }
}

/// A name on the way to becoming a source.
pub(super) struct InputCandidate {
    pub(super) path: PathBuf,
    /// Found in a directory or below a prefix rather than named.
    pub(super) walked: bool,
    pub(super) kind: CandidateKind,
}

/// Kind of a candidate.
pub(super) enum CandidateKind {
    /// Can be read again.
    RegularFile,
    /// A pipe, a device or standard input.
    Stream,
    /// An object in a store or on a web server.
    Object(RemoteObject),
    /// Neither a file nor a directory, found in a directory.
    Special,
    /// The walk of its directory failed here.
    Unreadable(io::Error),
}

/// Everything that names stand for, before anything is opened.
pub(super) struct Discovered {
    /// The candidates by their names.
    pub(super) candidates: BTreeMap<String, InputCandidate>,
    pub(super) skipped: SkippedInputs,
    /// The threads that wait for servers, if there are objects.
    pub(super) requests: Option<ThreadPool>,
}

/// Finds what all names stand for.
pub(super) fn discover(names: &[String], context: &ReadContext) -> Result<Discovered, ReadError> {
    let mut candidates = BTreeMap::new();
    let mut skipped = SkippedInputs::default();
    let mut addressed = Vec::new();
    for name in names {
        match Service::of(name) {
            Some(service) => addressed.push((name.as_str(), service)),
            None => add_named(name, &mut candidates, &mut skipped)?,
        }
    }
    let requests = match addressed.is_empty() {
        true => None,
        false => Some(add_addressed(
            addressed,
            &mut candidates,
            &mut skipped,
            context,
        )?),
    };
    Ok(Discovered {
        candidates,
        skipped,
        requests,
    })
}

/// Adds what one name stands for.
fn add_named(
    name: &str,
    candidates: &mut BTreeMap<String, InputCandidate>,
    skipped: &mut SkippedInputs,
) -> Result<(), ReadError> {
    let cannot_open = |cause| ReadError::Open {
        input: name.to_owned(),
        cause,
    };
    let mut add = |name: &str, path: PathBuf, kind| {
        candidates.insert(
            name.to_owned(),
            InputCandidate {
                path,
                walked: false,
                kind,
            },
        );
    };
    if name == STANDARD_INPUT {
        add(name, PathBuf::from(name), CandidateKind::Stream);
        return Ok(());
    }
    let path = Path::new(name);
    let metadata = match path.metadata() {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound && has_wildcard(name) => {
            return add_matching(name, candidates, skipped);
        }
        metadata => metadata.map_err(cannot_open)?,
    };
    if metadata.is_dir() {
        // Checked before the walk, which would make a reject of an unreadable directory.
        path.read_dir().map_err(cannot_open)?;
        walk(path, candidates, skipped);
    } else if metadata.is_file() {
        add(name, path.to_owned(), CandidateKind::RegularFile);
    } else {
        add(name, path.to_owned(), CandidateKind::Stream);
    }
    Ok(())
}

/// Adds the objects that addresses stand for. Returns the threads that wait for servers.
fn add_addressed(
    mut addressed: Vec<(&str, Service)>,
    candidates: &mut BTreeMap<String, InputCandidate>,
    skipped: &mut SkippedInputs,
    context: &ReadContext,
) -> Result<ThreadPool, ReadError> {
    // The names that are made below must not depend on the order.
    addressed.sort_by_key(|(address, _)| *address);
    addressed.dedup();
    let failed = |address: &str, cause| ReadError::Open {
        input: addresses::shown(address),
        cause,
    };
    let first = addressed.first().map_or("", |(address, _)| address);
    let threads = ThreadPoolBuilder::new()
        .num_threads(REQUESTS_AT_ONCE)
        .build();
    let threads = threads.map_err(|cause| failed(first, io::Error::other(cause)))?;
    let stores = RemoteStores::new(context.settings.plain_http);
    let stores = stores.map_err(|cause| failed(first, cause))?;
    let find = |(address, service): &(&str, Service)| stores.find(*service, address);
    let found: Vec<_> = threads.install(|| addressed.par_iter().map(find).collect());
    let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
    for ((address, _), found) in addressed.into_iter().zip(found) {
        let FoundObjects { objects, hidden } = found.map_err(|cause| failed(address, cause))?;
        skipped.hidden += hidden;
        for found in objects {
            let name = match candidates.get(&found.name) {
                Some(other) if other.is(&found.object) => {
                    // A named file that is not read is an error, one that is found is left out.
                    let walked = other.walked && found.walked;
                    candidates
                        .entry(found.name)
                        .and_modify(|other| other.walked = walked);
                    continue;
                }
                // The parts that differ are not shown. Thousands of signed addresses can look the
                // same, so the numbers go on from the last one.
                Some(_) => {
                    let number = numbers.entry(found.name.clone()).or_insert(1);
                    loop {
                        *number += 1;
                        let name = format!("{} ({number})", found.name);
                        if !candidates.contains_key(&name) {
                            break name;
                        }
                    }
                }
                None => found.name,
            };
            candidates.insert(
                name,
                InputCandidate {
                    path: PathBuf::new(),
                    walked: found.walked,
                    kind: CandidateKind::Object(found.object),
                },
            );
        }
    }
    Ok(threads)
}

impl InputCandidate {
    /// Tells whether it is this object.
    fn is(&self, object: &RemoteObject) -> bool {
        matches!(&self.kind, CandidateKind::Object(own) if own.is(object))
    }
}

/// Tells whether a name that is no file may be a pattern.
fn has_wildcard(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Adds what a pattern such as `2026-*/*.jsonl` matches; `**` matches any number of directories.
fn add_matching(
    pattern: &str,
    candidates: &mut BTreeMap<String, InputCandidate>,
    skipped: &mut SkippedInputs,
) -> Result<(), ReadError> {
    let failed = |cause: io::Error| ReadError::Open {
        input: pattern.to_owned(),
        cause,
    };
    let paths = glob::glob(pattern)
        .map_err(|cause| failed(io::Error::new(io::ErrorKind::InvalidInput, cause)))?;
    let mut matched = false;
    for path in paths {
        let path = path.map_err(|cause| failed(cause.into()))?;
        matched = true;
        // A name that was matched is no pattern again.
        if path.exists() {
            add_named(&path.to_string_lossy(), candidates, skipped)?;
        }
    }
    if matched {
        return Ok(());
    }
    Err(failed(io::Error::new(
        io::ErrorKind::NotFound,
        "no file matches the pattern",
    )))
}

/// Adds the files of a directory that can be inputs.
fn walk(
    root: &Path,
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
        if let Some((path, kind)) = walked_entry(entry) {
            let name = path.to_string_lossy().into_owned();
            candidates.entry(name).or_insert(InputCandidate {
                path,
                walked: true,
                kind,
            });
        }
    }
    skipped.hidden += hidden;
}

/// The file that a step of the walk found, or its error; `None` for directories.
fn walked_entry(entry: walkdir::Result<DirEntry>) -> Option<(PathBuf, CandidateKind)> {
    match entry {
        Ok(entry) if entry.file_type().is_file() => {
            Some((entry.into_path(), CandidateKind::RegularFile))
        }
        Ok(entry) if entry.file_type().is_dir() => None,
        Ok(entry) => Some((entry.into_path(), CandidateKind::Special)),
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

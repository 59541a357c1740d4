//! Finds the sources behind the names that the user gave: files, directories, patterns, members of
//! archives, standard input.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::Arc;

use flate2::Crc;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use walkdir::{DirEntry, WalkDir};

use super::addresses::{self, Service};
use super::archive::{self, ArchiveFile, Member, MemberPlace};
use super::compression::{self, Compression};
use super::context::ReadContext;
use super::format::SourceFormat;
use super::found_objects::FoundObjects;
use super::recognise::{HEAD, Layout, Unrecognised, recognise};
use super::remote::{RemoteObject, RemoteStores};
use super::remote_failure::RemoteFailure;
use super::source::{InputSource, ReadFrom, SourceOrigin};
use crate::error::ReadError;
use crate::platform;

/// The name that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// All sources stay open if there are no more than this; every system lets a process open 256
/// files.
const KEPT_OPEN: usize = 100;

/// Requests to stores and web servers at the same time while inputs are opened.
const REQUESTS_AT_ONCE: usize = 16;

/// Most files that were left out of which the name is kept.
const MOST_NAMED: usize = 1000;

/// What was found in directories and archives and not read.
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
    fn leave_out(&mut self, file: String, reason: &str) {
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
struct InputCandidate {
    path: PathBuf,
    walked: bool,
    kind: CandidateKind,
}

enum CandidateKind {
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

/// What became of a candidate.
enum Opened {
    /// One source, and the real path of a regular file, which tells whether two names are one file.
    Source(Box<InputSource>, Option<PathBuf>),
    /// The members of an archive, and the real path of that.
    Members(Vec<Opened>, Option<PathBuf>),
    LeftOut {
        file: String,
        reason: String,
    },
    /// A hidden member of an archive.
    Hidden,
}

/// Opens everything. The sources are sorted bytewise by name, and a file with several names is
/// there once.
pub(super) fn sources(
    names: &[String],
    context: &ReadContext,
) -> Result<(Vec<InputSource>, SkippedInputs), ReadError> {
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
    let keep_open = candidates.len() <= KEPT_OPEN;
    let open_all = || -> Vec<_> {
        candidates
            .into_par_iter()
            .map(|(name, candidate)| open(name, candidate, keep_open, context))
            .collect()
    };
    let opened = match requests {
        Some(threads) => threads.install(open_all),
        None => open_all(),
    };
    let mut found = Found {
        sources: Vec::with_capacity(opened.len()),
        seen: HashSet::new(),
        skipped,
    };
    for opened in opened {
        found.add(opened?);
    }
    // A member of `a.zip` is called `a.zip/name`, which may come after `a.zip.jsonl`.
    found.sources.sort_by(|x, y| x.name.cmp(&y.name));
    Ok((found.sources, found.skipped))
}

/// The sources found so far.
struct Found {
    sources: Vec<InputSource>,
    seen: HashSet<PathBuf>,
    skipped: SkippedInputs,
}

impl Found {
    fn add(&mut self, opened: Opened) {
        let real_path = match &opened {
            Opened::Source(_, path) | Opened::Members(_, path) => path.clone(),
            Opened::LeftOut { .. } | Opened::Hidden => None,
        };
        if real_path.is_some_and(|path| !self.seen.insert(path)) {
            self.skipped.same_file += 1;
            return;
        }
        match opened {
            Opened::Source(source, _) => self.sources.push(*source),
            Opened::Members(members, _) => members.into_iter().for_each(|member| self.add(member)),
            Opened::Hidden => self.skipped.hidden += 1,
            Opened::LeftOut { file, reason } => self.skipped.leave_out(file, &reason),
        }
    }
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

/// Opens one candidate and recognises what it is.
fn open(
    name: String,
    candidate: InputCandidate,
    keep_open: bool,
    context: &ReadContext,
) -> Result<Opened, ReadError> {
    let InputCandidate { path, walked, kind } = candidate;
    let opened = match kind {
        CandidateKind::Unreadable(cause) => Err(cause),
        CandidateKind::Special => {
            return Ok(Opened::LeftOut {
                file: name,
                reason: "neither a file nor a directory".to_owned(),
            });
        }
        CandidateKind::Stream if name == STANDARD_INPUT => open_stream(&name, io::stdin(), context),
        CandidateKind::Stream => {
            File::open(&path).and_then(|pipe| open_stream(&name, pipe, context))
        }
        CandidateKind::RegularFile => open_file(&name, &path, keep_open, context),
        CandidateKind::Object(object) => open_object(&name, object, context),
    };
    let recognised = match opened {
        Ok(Content::Archive(archive, whole)) => {
            let members = open_members(&name, &archive, whole, context);
            match members {
                Ok(members) => return Ok(Opened::Members(members, path.canonicalize().ok())),
                Err(cause) if walked => {
                    return Ok(Opened::LeftOut {
                        file: name,
                        reason: format!("a zip archive that cannot be read: {cause}"),
                    });
                }
                Err(cause) => return Err(ReadError::Open { input: name, cause }),
            }
        }
        Ok(Content::Source(layout, origin)) => Ok((layout, origin)),
        Err(cause) if walked && !path.is_dir() && SourceFormat::of_name(&name).is_none() => {
            return Ok(Opened::LeftOut {
                file: name,
                reason: format!("cannot be opened: {cause}"),
            });
        }
        Err(cause) if walked => Ok((
            Ok(Layout::plain(SourceFormat::Jsonl)),
            SourceOrigin::Unreadable(cause.to_string()),
        )),
        Err(cause) => Err(ReadError::Open {
            input: name.clone(),
            cause,
        }),
    };
    let (layout, origin) = recognised?;
    let real_path = match &origin {
        SourceOrigin::File { path, .. } => path.canonicalize().ok(),
        _ => None,
    };
    match layout {
        Ok(layout) => Ok(Opened::Source(
            Box::new(InputSource::new(name, walked, layout, origin)),
            real_path,
        )),
        Err(unrecognised) if walked => Ok(Opened::LeftOut {
            file: name,
            reason: unrecognised.reason().to_owned(),
        }),
        Err(unrecognised) => Err(unrecognised.error(name)),
    }
}

/// Content of a file or a stream.
pub(super) enum Content {
    /// A zip archive with members to read, and its origin as one file.
    Archive(ArchiveFile, SourceOrigin),
    Source(Result<Layout, Unrecognised>, SourceOrigin),
}

/// Opens a regular file and recognises it.
fn open_file(
    name: &str,
    path: &Path,
    keep_open: bool,
    context: &ReadContext,
) -> io::Result<Content> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut head = Vec::new();
    ReadFrom { file: &file, at: 0 }
        .take(HEAD as u64)
        .read_to_end(&mut head)?;
    if archive::is_archive(&head) {
        let whole = SourceOrigin::File {
            path: path.to_owned(),
            bytes,
            open: None,
        };
        return Ok(Content::Archive(ArchiveFile::Path(path.to_owned()), whole));
    }
    let complete = head.len() as u64 >= bytes;
    let layout = recognise(name, &head, complete, &context.settings, &context.lookup);
    let origin = SourceOrigin::File {
        path: path.to_owned(),
        bytes,
        open: keep_open.then_some(file),
    };
    Ok(Content::Source(layout, origin))
}

/// Asks for the first bytes of an object and recognises it. An archive is copied to the spool,
/// since it is read from its end.
fn open_object(name: &str, object: RemoteObject, context: &ReadContext) -> io::Result<Content> {
    let (head, complete) = object.head(HEAD)?;
    if !archive::is_archive(&head) {
        let layout = recognise(name, &head, complete, &context.settings, &context.lookup);
        let origin = match complete {
            true => SourceOrigin::Member(kept(&head, context)?),
            false => SourceOrigin::Remote(object),
        };
        return Ok(Content::Source(layout, origin));
    }
    let length = object.bytes().ok_or_else(|| {
        let text = "a zip archive of which the server does not tell the length; download it first";
        RemoteFailure::new(io::ErrorKind::Unsupported, text)
    })?;
    let (file, start) = context.spool.reserve(length)?;
    object.fetch(slice::from_ref(&(0..length)), file, start)?;
    let archive = ArchiveFile::Copy {
        file: Arc::clone(file),
        start,
        length,
    };
    Ok(Content::Archive(archive, SourceOrigin::Remote(object)))
}

/// Keeps a small object in the spool, so that it is asked for once.
fn kept(object: &[u8], context: &ReadContext) -> io::Result<MemberPlace> {
    let (file, start) = context.spool.reserve(object.len() as u64)?;
    platform::write_all_at(file, object, start)?;
    let mut checksum = Crc::new();
    checksum.update(object);
    let length = object.len() as u64;
    Ok(MemberPlace {
        archive: ArchiveFile::Copy {
            file: Arc::clone(file),
            start,
            length,
        },
        start: 0,
        length,
        compression: Compression::None,
        checksum: checksum.sum(),
    })
}

/// Reads the first bytes of a stream and recognises it.
pub(super) fn open_stream(
    name: &str,
    mut reader: impl Read + Send + 'static,
    context: &ReadContext,
) -> io::Result<Content> {
    let mut head = Vec::new();
    (&mut reader).take(HEAD as u64).read_to_end(&mut head)?;
    let complete = head.len() < HEAD;
    let layout = recognise(name, &head, complete, &context.settings, &context.lookup);
    let whole = io::Cursor::new(head).chain(reader);
    Ok(Content::Source(layout, SourceOrigin::stream(whole)))
}

impl Content {
    /// The layout and the origin of a stream.
    pub(super) fn into_stream(self) -> Option<(Layout, SourceOrigin)> {
        match self {
            Content::Source(Ok(layout), origin) => Some((layout, origin)),
            _ => None,
        }
    }
}

/// Opens the members of an archive.
fn open_members(
    archive: &str,
    file: &ArchiveFile,
    whole: SourceOrigin,
    context: &ReadContext,
) -> io::Result<Vec<Opened>> {
    let members = archive::members(file)?;
    let has = |name: &str| members.iter().any(|member| member.name == name);
    if has("xl/workbook.xml") {
        let layout = Layout::plain(SourceFormat::Xlsx);
        let source = InputSource::new(archive.to_owned(), true, layout, whole);
        return Ok(vec![Opened::Source(Box::new(source), None)]);
    }
    if has("[Content_Types].xml") {
        return Ok(vec![Opened::LeftOut {
            file: archive.to_owned(),
            reason: "an Office document".to_owned(),
        }]);
    }
    let open = |Member { name, place }: Member| {
        let name = format!("{archive}/{name}");
        let layout = match &place {
            Err(reason) => Err(reason.clone()),
            Ok(place) => {
                let reader = place.open(Compression::None, None, context.settings.expansion);
                reader
                    .map_err(|cause| cause.to_string())
                    .and_then(|reader| {
                        let plain: Box<dyn Read + Send> = Box::new(reader);
                        let (head, complete) = compression::head(Compression::None, plain, HEAD);
                        recognise(&name, &head, complete, &context.settings, &context.lookup)
                            .map_err(|unrecognised| unrecognised.reason().to_owned())
                    })
            }
        };
        match (layout, place) {
            (Ok(layout), Ok(place)) => {
                let origin = SourceOrigin::Member(place);
                Opened::Source(Box::new(InputSource::new(name, true, layout, origin)), None)
            }
            (Err(reason), _) | (_, Err(reason)) => Opened::LeftOut { file: name, reason },
        }
    };
    let members = members.into_iter().map(|member| match member.is_hidden() {
        true => Opened::Hidden,
        false => open(member),
    });
    Ok(members.collect())
}

//! Opens the inputs that were discovered and recognises them: files, objects, members of archives,
//! standard input.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::Arc;

use flate2::Crc;
use rayon::prelude::*;

use super::archive::{self, ArchiveFile, Member, MemberPlace};
use super::compression::{self, Compression};
use super::context::ReadContext;
use super::discovery::{
    self, CandidateKind, Discovered, InputCandidate, STANDARD_INPUT, SkippedInputs,
};
use super::format::SourceFormat;
use super::recognise::{HEAD, Layout, Unrecognised, recognise};
use super::remote::RemoteObject;
use super::remote_failure::RemoteFailure;
use super::source::{InputSource, ReadFrom, SourceOrigin};
use crate::error::ReadError;
use crate::platform;

/// All sources stay open if there are no more than this; every system lets a process open 256
/// files.
const KEPT_OPEN: usize = 100;

/// Result of opening a candidate.
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
    let Discovered {
        candidates,
        skipped,
        requests,
    } = discovery::discover(names, context)?;
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

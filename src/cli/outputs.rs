//! Outputs: the only module that opens files to write.
//!
//! A report is written to a temporary file beside its target and flushed to the disk. When all
//! reports are written, the files are renamed into place together. So an output is complete, or as
//! it was before. Standard output, pipes and devices cannot be renamed. They are written after the
//! last file and before the renames, so that they stay empty if a file cannot be written.
//!
//! The lock of [`PendingOutputs`] protects temporary files from a signal: a thread creates or
//! renames them only while it holds the lock, and the thread for signals takes the lock for good
//! before it removes them.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::index::{PendingChange, Replacement, sync_directory};
use crate::platform;
use crate::read::STANDARD_INPUT;
use crate::report::summary::Output;
use crate::report::table::TableEncoding;
use anyhow::{Context, anyhow};
use tempfile::NamedTempFile;
use xxhash_rust::xxh3::xxh3_64;

use super::status::Stop;

/// A report of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanReport {
    Pairs(TableEncoding),
    Clusters(TableEncoding),
    Members(TableEncoding),
    Sites(TableEncoding),
    Clean(TableEncoding),
    Rejects(TableEncoding),
    Page,
    Summary,
    Metrics,
}

impl ScanReport {
    /// The encoding of a table; `None` for another report.
    pub fn encoding_mut(&mut self) -> Option<&mut TableEncoding> {
        match self {
            ScanReport::Pairs(encoding)
            | ScanReport::Clusters(encoding)
            | ScanReport::Members(encoding)
            | ScanReport::Sites(encoding)
            | ScanReport::Clean(encoding)
            | ScanReport::Rejects(encoding) => Some(encoding),
            ScanReport::Page | ScanReport::Summary | ScanReport::Metrics => None,
        }
    }
}

/// Destination of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputTarget {
    Stdout,
    File(PathBuf),
}

/// An output of a command, with a name for messages.
pub trait NamedOutput: Copy {
    fn name(self) -> &'static str;
}

/// An output and its destination.
#[derive(Debug, Clone)]
pub struct WantedOutput<R = ScanReport> {
    pub report: R,
    pub target: OutputTarget,
}

/// Outputs that passed all checks before the run.
pub struct Outputs<R = ScanReport> {
    planned: Vec<PlannedOutput<R>>,
    pending: Arc<PendingOutputs>,
}

/// The temporary files that exist now, and whether the outputs are in place.
#[derive(Default)]
pub struct PendingOutputs(Mutex<PendingFiles>);

#[derive(Default)]
struct PendingFiles {
    paths: Vec<PathBuf>,
    is_done: bool,
    is_stopped: bool,
}

struct PlannedOutput<R> {
    wanted: WantedOutput<R>,
    way: WriteMethod,
}

/// Method of writing to a destination.
enum WriteMethod {
    /// Writes to standard output.
    Stdout,
    /// Writes in place, to a pipe or a device.
    Special(PathBuf),
    /// Renames a temporary file to this path, which is not a symbolic link.
    Rename { directory: PathBuf, path: PathBuf },
}

impl NamedOutput for ScanReport {
    fn name(self) -> &'static str {
        match self {
            ScanReport::Pairs(_) => "pairs",
            ScanReport::Clusters(_) => "clusters",
            ScanReport::Members(_) => "members",
            ScanReport::Sites(_) => "sites",
            ScanReport::Clean(_) => "clean documents",
            ScanReport::Rejects(_) => "rejects",
            ScanReport::Page => "report",
            ScanReport::Summary => "summary",
            ScanReport::Metrics => "metrics",
        }
    }
}

impl OutputTarget {
    /// The destination for a path on the command line.
    pub fn of(path: &Path) -> OutputTarget {
        if path == Path::new("-") {
            OutputTarget::Stdout
        } else {
            OutputTarget::File(path.to_owned())
        }
    }

    /// The destination for a flag; standard output if it is not given.
    pub fn of_flag(path: Option<&Path>) -> OutputTarget {
        path.map_or(OutputTarget::Stdout, OutputTarget::of)
    }
}

impl<R> WantedOutput<R> {
    /// The path as given, `-` for standard output.
    pub fn path(&self) -> String {
        match &self.target {
            OutputTarget::Stdout => "-".to_owned(),
            OutputTarget::File(path) => path.display().to_string(),
        }
    }
}

impl<R: NamedOutput> WantedOutput<R> {
    /// Name and path, for the summary and the closing lines.
    pub fn described(&self) -> Output {
        Output {
            report: self.report.name(),
            path: self.path(),
        }
    }
}

impl fmt::Display for OutputTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OutputTarget::Stdout => f.write_str("standard output"),
            OutputTarget::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl<R: NamedOutput> Outputs<R> {
    /// Checks that every output can be written, and is not another output.
    pub fn check(
        wanted: Vec<WantedOutput<R>>,
        pending: Arc<PendingOutputs>,
    ) -> Result<Outputs<R>, Stop> {
        let mut planned = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            // The check creates a file in the directory, and removes it before any signal.
            let held = pending.lock();
            let way = WriteMethod::to(&wanted.target).naming(&wanted.target)?;
            drop(held);
            planned.push(PlannedOutput { wanted, way });
        }
        reject_shared(&planned)?;
        Ok(Outputs { planned, pending })
    }

    /// Checks that no output is an input.
    pub fn spare(&self, inputs: &[&str]) -> Result<(), Stop> {
        reject_inputs(&self.planned, inputs)
    }

    /// The outputs and their destinations.
    pub fn wanted(&self) -> impl Iterator<Item = &WantedOutput<R>> {
        self.planned.iter().map(|output| &output.wanted)
    }

    /// Writes the outputs that `asked` picks, with the bytes from `render`. If one fails, no file
    /// changes.
    ///
    /// Files come first, in the order of the command line. A change of an index is published
    /// together with the files.
    pub fn write(
        &self,
        asked: impl Fn(R) -> bool,
        mut render: impl FnMut(R, &mut (dyn Write + Send)) -> io::Result<()>,
        change: Option<PendingChange<'_>>,
    ) -> Result<(), Stop> {
        let mut files = Vec::new();
        let mut others = Vec::new();
        for PlannedOutput { wanted, way } in self
            .planned
            .iter()
            .filter(|output| asked(output.wanted.report))
        {
            match way {
                WriteMethod::Rename { directory, path } => {
                    let file = self
                        .write_beside(directory, path, |out| render(wanted.report, out))
                        .naming(&wanted.target)?;
                    files.push((&wanted.target, directory, path, file));
                }
                other => others.push((wanted, other)),
            }
        }
        for (wanted, way) in others {
            let render = |out: &mut (dyn Write + Send)| render(wanted.report, out);
            match way.path() {
                None => write_through(io::stdout(), render),
                Some(path) => OpenOptions::new()
                    .append(true)
                    .open(path)
                    .and_then(|file| write_through(file, render)),
            }
            .naming(&wanted.target)?;
        }

        // Held until everything is in place, so that no signal interrupts the renames.
        let mut pending = self.pending.lock();
        pending.go_on()?;
        if let Some(change) = &change {
            let replacements: Vec<Replacement> = files
                .iter()
                .map(|(_, _, path, file)| Replacement {
                    from: file.path().to_owned(),
                    to: path.to_path_buf(),
                })
                .collect();
            change.announce(&replacements)?;
        }
        let renamed = rename(files);
        pending.paths.clear();
        match (renamed, change) {
            (Ok(()), Some(change)) => change.publish()?,
            (Ok(()), None) => {}
            (Err(stop), change) => {
                if let Some(change) = change {
                    change.take_back();
                }
                return Err(stop);
            }
        }
        pending.is_done = true;
        Ok(())
    }

    /// Writes a temporary file beside `path` and flushes it to the disk.
    fn write_beside(
        &self,
        directory: &Path,
        path: &Path,
        render: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<NamedTempFile> {
        let file = {
            let mut pending = self.pending.lock();
            pending.go_on()?;
            let file = temporary_for(directory, path)?;
            pending.paths.push(file.path().to_owned());
            file
        };
        if let Ok(replaced) = path.metadata() {
            file.as_file().set_permissions(replaced.permissions())?;
        }
        let mut out = BufWriter::new(file.as_file());
        render(&mut out)?;
        out.flush()?;
        drop(out);
        file.as_file().sync_all()?;
        Ok(file)
    }
}

impl PendingOutputs {
    /// Removes the temporary files and prevents new ones and renames. Does nothing and returns
    /// `false` once the outputs are in place: the run then ends as usual, because a user repeats a
    /// run that was interrupted.
    pub fn remove_for_good(&self) -> bool {
        self.removed().map(std::mem::forget).is_some()
    }

    /// The same for a process that goes on: what is written afterwards fails.
    pub fn stop(&self) -> bool {
        self.removed().is_some()
    }

    fn removed(&self) -> Option<MutexGuard<'_, PendingFiles>> {
        let mut held = self.lock();
        if held.is_done {
            return None;
        }
        for path in held.paths.drain(..) {
            // An error here has no remedy.
            let _ = fs::remove_file(path);
        }
        held.is_stopped = true;
        Some(held)
    }

    fn lock(&self) -> MutexGuard<'_, PendingFiles> {
        // The data is consistent after every statement, even if a thread panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PendingFiles {
    /// Fails if the outputs were stopped.
    fn go_on(&self) -> io::Result<()> {
        match self.is_stopped {
            true => Err(io::Error::other("the run was interrupted")),
            false => Ok(()),
        }
    }
}

impl WriteMethod {
    fn to(target: &OutputTarget) -> anyhow::Result<WriteMethod> {
        let OutputTarget::File(given) = target else {
            return Ok(WriteMethod::Stdout);
        };
        // A name of something that is open already (`/dev/stdout`, `/dev/fd/63`) is written in
        // place, even if it leads to a file.
        let opened = ["/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/"];
        if opened
            .iter()
            .any(|name| given.to_string_lossy().starts_with(name))
        {
            return Ok(WriteMethod::Special(given.clone()));
        }
        let path = match fs::canonicalize(given) {
            Ok(path) => path,
            Err(missing) if missing.kind() == ErrorKind::NotFound && !given.is_symlink() => {
                let directory = given
                    .parent()
                    .filter(|parent| *parent != Path::new(""))
                    .unwrap_or(Path::new("."));
                let name = given
                    .file_name()
                    .ok_or_else(|| anyhow!("that is not the name of a file"))?;
                match fs::canonicalize(directory) {
                    Ok(directory) => directory.join(name),
                    Err(error) if error.kind() == ErrorKind::NotFound => {
                        return Err(anyhow!(
                            "there is no directory {}; create it first",
                            directory.display()
                        ));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error) => return Err(error.into()),
        };
        match path.metadata() {
            Ok(found) if found.is_dir() => {
                return Err(anyhow!("that is a directory; name a file in it"));
            }
            Ok(found) if !found.is_file() => return Ok(WriteMethod::Special(path)),
            Ok(_) | Err(_) => {}
        }
        let directory = path.parent().unwrap_or(Path::new("/")).to_owned();
        if !directory.is_dir() {
            return Err(anyhow!("{} is not a directory", directory.display()));
        }
        // Only creating a file shows that it is possible. The file is removed at once.
        temporary_for(&directory, &path)
            .with_context(|| format!("cannot create a file in {}", directory.display()))?;
        Ok(WriteMethod::Rename { directory, path })
    }

    fn path(&self) -> Option<&Path> {
        match self {
            WriteMethod::Rename { path, .. } | WriteMethod::Special(path) => Some(path),
            WriteMethod::Stdout => None,
        }
    }

    /// The path that a rename replaces.
    fn replaces(&self) -> Option<&Path> {
        self.path()
            .filter(|_| matches!(self, WriteMethod::Rename { .. }))
    }

    /// Identity of the file, if it is a regular file and exists.
    fn identity(&self) -> Option<(u64, u64)> {
        match self {
            WriteMethod::Stdout => identity(platform::stream_metadata(io::stdout())),
            WriteMethod::Rename { path, .. } => identity(path.metadata()),
            WriteMethod::Special(_) => None,
        }
    }
}

/// Adds the destination to an error.
trait NameTarget<T> {
    fn naming(self, target: &OutputTarget) -> Result<T, Stop>;
}

impl<T, E> NameTarget<T> for Result<T, E>
where
    Result<T, E>: Context<T, E>,
{
    fn naming(self, target: &OutputTarget) -> Result<T, Stop> {
        self.with_context(|| format!("cannot write {target}"))
            .map_err(Stop::Failed)
    }
}

/// Rejects two outputs to one file.
fn reject_shared<R: NamedOutput>(planned: &[PlannedOutput<R>]) -> Result<(), Stop> {
    for (at, second) in planned.iter().enumerate() {
        for first in &planned[..at] {
            let same_path =
                first.way.replaces().is_some() && first.way.replaces() == second.way.replaces();
            let identity = first.way.identity();
            let same_file = identity.is_some() && identity == second.way.identity();
            if same_path || same_file {
                return Err(Stop::usage(format!(
                    "the {} and the {} would both go to {}: give each a file of its own",
                    first.wanted.report.name(),
                    second.wanted.report.name(),
                    second.wanted.target
                )));
            }
        }
    }
    Ok(())
}

/// Rejects an output that is an input, under any name.
fn reject_inputs<R: NamedOutput>(
    planned: &[PlannedOutput<R>],
    inputs: &[&str],
) -> Result<(), Stop> {
    let outputs: Vec<_> = planned
        .iter()
        .filter_map(|output| Some((output.way.identity()?, output)))
        .collect();
    if outputs.is_empty() {
        return Ok(());
    }
    for &input in inputs {
        let found = match input {
            STANDARD_INPUT => platform::stream_metadata(io::stdin()),
            path => fs::metadata(path),
        };
        let Some(input_identity) = identity(found) else {
            continue;
        };
        if let Some((_, output)) = outputs
            .iter()
            .find(|(output_identity, _)| *output_identity == input_identity)
        {
            let WantedOutput { report, target } = &output.wanted;
            let input = if input == STANDARD_INPUT {
                "standard input"
            } else {
                input
            };
            let also = if target.to_string() == input {
                String::new()
            } else {
                format!(", which is {input}")
            };
            return Err(Stop::usage(format!(
                "the {} would overwrite an input: {target}{also}; give the output another name",
                report.name()
            )));
        }
    }
    Ok(())
}

/// Device and inode of a regular file.
fn identity(metadata: io::Result<Metadata>) -> Option<(u64, u64)> {
    metadata
        .ok()
        .filter(Metadata::is_file)
        .map(|metadata| platform::identity(&metadata))
}

/// Renames files into place, and flushes their directories.
fn rename(files: Vec<(&OutputTarget, &PathBuf, &PathBuf, NamedTempFile)>) -> Result<(), Stop> {
    let mut directories = BTreeSet::new();
    for (target, directory, path, file) in files {
        file.persist(path)
            .map_err(|failed| failed.error)
            .naming(target)?;
        directories.insert(directory);
    }
    for directory in directories {
        sync_directory(directory)
            .with_context(|| format!("cannot flush {}", directory.display()))
            .map_err(Stop::Failed)?;
    }
    Ok(())
}

/// Creates a temporary file beside `path`, with the usual permissions of new files. Removes files
/// that killed runs left: their names have the same prefix, and nobody holds a lock on them.
fn temporary_for(directory: &Path, path: &Path) -> io::Result<NamedTempFile> {
    // A hash, because the name may already have the maximum length.
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let prefix = format!(".wirecopy-{:016x}-", xxh3_64(name));
    for left in fs::read_dir(directory)?.flatten() {
        let name = left.file_name();
        let is_ours = |name: &str| {
            name.strip_prefix(&prefix)
                .is_some_and(|rest| rest.ends_with(".tmp"))
        };
        if name.to_str().is_some_and(is_ours)
            && File::open(left.path()).is_ok_and(|file| file.try_lock().is_ok())
        {
            // A file that cannot be removed does no harm.
            let _ = fs::remove_file(left.path());
        }
    }
    let file = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(".tmp")
        .permissions(platform::output_permissions())
        .tempfile_in(directory)?;
    // Without locks in the file system, a run at the same time may remove the file. The rename then
    // fails with an error.
    let _ = file.as_file().lock();
    Ok(file)
}

/// Writes to standard output, a pipe or a device. It is no error if the reader stops early.
fn write_through(
    out: impl Write + Send,
    render: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    unless_closed(render(&mut out).and_then(|()| out.flush()))?;
    // Without this, dropping the writer would write the rest of the buffer again.
    let _ = out.into_parts();
    Ok(())
}

/// Ignores the error that the reader of a pipe has closed it.
pub fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

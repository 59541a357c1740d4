//! Outputs: the one place that opens files to write.
//!
//! A report is written to a temporary file beside its target and flushed to the disk; once all are, they are renamed into place together. So
//! an output is whole or as it was before. Standard output, pipes and devices have no second name: they are written between
//! the last file and the renames, so that whatever goes wrong with a file leaves them empty.
//!
//! The lock of [`Pending`] keeps a signal from coming between: whoever holds it may make or rename temporary files, and the
//! signal's thread takes it for good before it removes them.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, anyhow};
use tempfile::NamedTempFile;
use wirecopy::index::{PendingChange, Replacement, sync_directory};
use wirecopy::platform;
use wirecopy::read::STANDARD_INPUT;
use wirecopy::report::summary::Output;
use wirecopy::report::table::TableFormat;
use xxhash_rust::xxh3::xxh3_64;

use super::status::Stop;

/// A report that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    Pairs(TableFormat),
    Clusters(TableFormat),
    Members(TableFormat),
    Sites(TableFormat),
    Rejects(TableFormat),
    Page,
    Summary,
    Metrics,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Stdout,
    File(PathBuf),
}

/// What a command writes, as a person calls it.
pub trait Named: Copy {
    fn name(self) -> &'static str;
}

/// A report and where it goes.
#[derive(Debug, Clone)]
pub struct Wanted<R = Report> {
    pub report: R,
    pub target: Target,
}

/// Outputs that passed every check that can be made before there is anything to write.
pub struct Outputs<R = Report> {
    planned: Vec<Planned<R>>,
    pending: Arc<Pending>,
}

/// The temporary files that there are just now, and whether outputs took their places.
#[derive(Default)]
pub struct Pending(Mutex<Held>);

#[derive(Default)]
struct Held {
    paths: Vec<PathBuf>,
    is_done: bool,
}

struct Planned<R> {
    wanted: Wanted<R>,
    way: Way,
}

/// How a target is written.
enum Way {
    Stdout,
    /// In place: a pipe or a device.
    Special(PathBuf),
    /// By rename, to that path, which is no symbolic link.
    Rename {
        directory: PathBuf,
        path: PathBuf,
    },
}

impl Named for Report {
    fn name(self) -> &'static str {
        match self {
            Report::Pairs(_) => "pairs",
            Report::Clusters(_) => "clusters",
            Report::Members(_) => "members",
            Report::Sites(_) => "sites",
            Report::Rejects(_) => "rejects",
            Report::Page => "report",
            Report::Summary => "summary",
            Report::Metrics => "metrics",
        }
    }
}

impl Target {
    /// What a path on the command line means.
    pub fn of(path: &Path) -> Target {
        if path == Path::new("-") {
            Target::Stdout
        } else {
            Target::File(path.to_owned())
        }
    }
}

impl<R> Wanted<R> {
    /// The path as given, `-` for standard output.
    pub fn path(&self) -> String {
        match &self.target {
            Target::Stdout => "-".to_owned(),
            Target::File(path) => path.display().to_string(),
        }
    }
}

impl<R: Named> Wanted<R> {
    /// As the summary and the closing lines tell it.
    pub fn described(&self) -> Output {
        Output {
            report: self.report.name(),
            path: self.path(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Stdout => f.write_str("standard output"),
            Target::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl<R: Named> Outputs<R> {
    /// Checks that every output can be written, and is neither one of the inputs nor another output.
    pub fn check(
        wanted: Vec<Wanted<R>>,
        inputs: &[&str],
        pending: Arc<Pending>,
    ) -> Result<Outputs<R>, Stop> {
        let mut planned = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            // To try a directory a file is made there, and no signal comes before it is gone.
            let held = pending.lock();
            let way = Way::to(&wanted.target).or_tell(&wanted.target)?;
            drop(held);
            planned.push(Planned { wanted, way });
        }
        refuse_shared(&planned)?;
        refuse_inputs(&planned, inputs)?;
        Ok(Outputs { planned, pending })
    }

    /// Writes the outputs whose report `asked` picks, each with what `render` makes of it: all of them, or none of the files.
    ///
    /// Files come first, in the order in which they were asked for. A change of an index becomes visible together with the files.
    pub fn write(
        &self,
        asked: impl Fn(R) -> bool,
        mut render: impl FnMut(R, &mut dyn Write) -> io::Result<()>,
        change: Option<PendingChange<'_>>,
    ) -> Result<(), Stop> {
        let mut files = Vec::new();
        let mut others = Vec::new();
        for Planned { wanted, way } in self
            .planned
            .iter()
            .filter(|output| asked(output.wanted.report))
        {
            match way {
                Way::Rename { directory, path } => {
                    let file = self
                        .write_beside(directory, path, |out| render(wanted.report, out))
                        .or_tell(&wanted.target)?;
                    files.push((&wanted.target, directory, path, file));
                }
                other => others.push((wanted, other)),
            }
        }
        for (wanted, way) in others {
            let render = |out: &mut dyn Write| render(wanted.report, out);
            match way.path() {
                None => write_through(io::stdout().lock(), render),
                Some(path) => OpenOptions::new()
                    .append(true)
                    .open(path)
                    .and_then(|file| write_through(file, render)),
            }
            .or_tell(&wanted.target)?;
        }

        // Held until all is done: no signal comes between.
        let mut pending = self.pending.lock();
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

    /// Writes a temporary file beside `path`, down to the disk.
    fn write_beside(
        &self,
        directory: &Path,
        path: &Path,
        render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<NamedTempFile> {
        let file = {
            let mut pending = self.pending.lock();
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

impl Pending {
    /// Removes the temporary files and keeps any more from being made or renamed. Not once outputs are there: then the run ends as it would, for
    /// whoever is told that it was interrupted does it again.
    pub fn remove_for_good(&self) -> bool {
        let mut held = self.lock();
        if held.is_done {
            return false;
        }
        for path in held.paths.drain(..) {
            // Whatever cannot be removed now, nobody can do anything about.
            let _ = fs::remove_file(path);
        }
        std::mem::forget(held);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // It is whole after every statement, whatever panicked elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Way {
    fn to(target: &Target) -> anyhow::Result<Way> {
        let Target::File(given) = target else {
            return Ok(Way::Stdout);
        };
        // A name of something that is open already (`/dev/stdout`, `/dev/fd/63`): written on to, wherever it leads.
        let opened = ["/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/"];
        if opened
            .iter()
            .any(|name| given.to_string_lossy().starts_with(name))
        {
            return Ok(Way::Special(given.clone()));
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
                            "there is no directory {}; make it first",
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
            Ok(found) if !found.is_file() => return Ok(Way::Special(path)),
            Ok(_) | Err(_) => {}
        }
        let directory = path.parent().unwrap_or(Path::new("/")).to_owned();
        if !directory.is_dir() {
            return Err(anyhow!("{} is not a directory", directory.display()));
        }
        // Making a file is the one sure sign that files can be made; it is gone at once.
        temporary_for(&directory, &path)
            .with_context(|| format!("no file can be made in {}", directory.display()))?;
        Ok(Way::Rename { directory, path })
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Way::Rename { path, .. } | Way::Special(path) => Some(path),
            Way::Stdout => None,
        }
    }

    /// The path that a rename replaces.
    fn replaces(&self) -> Option<&Path> {
        self.path().filter(|_| matches!(self, Way::Rename { .. }))
    }

    /// What tells the file from every other, if it is one and is there.
    fn identity(&self) -> Option<(u64, u64)> {
        match self {
            Way::Stdout => identity(
                io::stdout()
                    .as_fd()
                    .try_clone_to_owned()
                    .ok()
                    .map(File::from)?
                    .metadata(),
            ),
            Way::Rename { path, .. } => identity(path.metadata()),
            Way::Special(_) => None,
        }
    }
}

/// Adds what could not be written to why.
trait OrTell<T> {
    fn or_tell(self, target: &Target) -> Result<T, Stop>;
}

impl<T, E> OrTell<T> for Result<T, E>
where
    Result<T, E>: Context<T, E>,
{
    fn or_tell(self, target: &Target) -> Result<T, Stop> {
        self.with_context(|| format!("cannot write {target}"))
            .map_err(Stop::Failed)
    }
}

/// Refuses two outputs that are one file.
fn refuse_shared<R: Named>(planned: &[Planned<R>]) -> Result<(), Stop> {
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

/// Refuses an output that is an input, by whatever name.
fn refuse_inputs<R: Named>(planned: &[Planned<R>], inputs: &[&str]) -> Result<(), Stop> {
    let outputs: Vec<_> = planned
        .iter()
        .filter_map(|output| Some((output.way.identity()?, output)))
        .collect();
    if outputs.is_empty() {
        return Ok(());
    }
    for &input in inputs {
        let found = match input {
            STANDARD_INPUT => io::stdin()
                .as_fd()
                .try_clone_to_owned()
                .and_then(|fd| File::from(fd).metadata()),
            path => fs::metadata(path),
        };
        let Some(input_identity) = identity(found) else {
            continue;
        };
        if let Some((_, output)) = outputs
            .iter()
            .find(|(output_identity, _)| *output_identity == input_identity)
        {
            let Wanted { report, target } = &output.wanted;
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

/// Renames files into their places, for good.
fn rename(files: Vec<(&Target, &PathBuf, &PathBuf, NamedTempFile)>) -> Result<(), Stop> {
    let mut directories = BTreeSet::new();
    for (target, directory, path, file) in files {
        file.persist(path)
            .map_err(|failed| failed.error)
            .or_tell(target)?;
        directories.insert(directory);
    }
    for directory in directories {
        sync_directory(directory)
            .with_context(|| format!("cannot flush {}", directory.display()))
            .map_err(Stop::Failed)?;
    }
    Ok(())
}

/// A new file beside `path` that the permissions of the user's other new files go for. Those that runs left which were killed are removed: they are
/// called after the path too, and nobody holds them any more.
fn temporary_for(directory: &Path, path: &Path) -> io::Result<NamedTempFile> {
    // A hash, for the name may be as long as names may be.
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
            // If it cannot be removed, it is in nobody's way.
            let _ = fs::remove_file(left.path());
        }
    }
    let file = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(".tmp")
        .permissions(platform::output_permissions())
        .tempfile_in(directory)?;
    // Where the file system knows no locks, a run at the same time may take the file away before it is renamed, which is told then.
    let _ = file.as_file().lock();
    Ok(file)
}

/// Writes to what cannot be renamed; a reader that has had enough is none of our business.
fn write_through(
    out: impl Write,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    unless_closed(render(&mut out).and_then(|()| out.flush()))?;
    // What is left in the buffer has nowhere to go.
    let _ = out.into_parts();
    Ok(())
}

/// The result, unless it is that the other end of a pipe is closed.
pub fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

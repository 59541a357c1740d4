//! The directory of an index: files that are written once, whole and down to the disk, and read back with a checksum.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// What can be wrong with an index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// There is none.
    #[error("there is no index in {directory}; a scan with --index makes one")]
    Missing {
        /// Where it was looked for.
        directory: String,
    },
    /// Its manifest is gone, and its files are not.
    #[error(
        "manifest.json of the index in {directory} is gone, without which its files mean nothing; put it back from a copy, or move them away and let a scan with --index make another (zstd -dc {directory}/*.records.jsonl.zst has the documents)"
    )]
    Lost {
        /// Where the files are.
        directory: String,
    },
    /// A later version wrote it.
    #[error(
        "the index in {directory} has format {format} and this program reads formats up to {newest}; use the version of wirecopy that wrote it, or a later one"
    )]
    TooNew {
        /// Where it is.
        directory: String,
        /// Its format.
        format: u32,
        /// The newest format that is known.
        newest: u32,
    },
    /// It was made with other settings.
    #[error(
        "the index was made with {made} and this run has {asked}; say {made} again, or make another index (wirecopy index export writes its documents)"
    )]
    Settings {
        /// Flag and value that it was made with.
        made: String,
        /// Flag and value of this run.
        asked: String,
    },
    /// Another process writes to it.
    #[error(
        "{holder} writes to the index in {directory}; wait for it with --wait, or try again later"
    )]
    Busy {
        /// Where it is.
        directory: String,
        /// Who holds it.
        holder: String,
    },
    /// A file is not what was written.
    #[error("{file} of the index is damaged: {problem}")]
    Damaged {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A file cannot be read.
    #[error("cannot read {file}: {cause}")]
    Read {
        /// The file's path.
        file: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {file}: {cause}")]
    Write {
        /// The file's path.
        file: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A document of the run cannot be read again.
    #[error(transparent)]
    Corpus(#[from] crate::error::ReadError),
}

/// How the names of the files end that are called by a number.
const ENDINGS: [&str; 7] = [
    "documents.arrow",
    "bands",
    "passages",
    "records.jsonl.zst",
    "ties.arrow",
    "names.arrow",
    "boilerplate.arrow",
];

/// A file as the manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileEntry {
    /// Its name within the directory.
    pub(super) name: String,
    pub(super) bytes: u64,
    /// XXH3, 128 bits, of all of it.
    pub(super) xxh3: Checksum,
}

/// XXH3, 128 bits, written in hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Checksum(u128);

impl Checksum {
    pub(super) fn of(bytes: &[u8]) -> Checksum {
        Checksum(xxh3_128(bytes))
    }

    pub(super) fn digits(self) -> String {
        format!("{:032x}", self.0)
    }
}

impl Serialize for Checksum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.digits())
    }
}

impl<'de> Deserialize<'de> for Checksum {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Checksum, D::Error> {
        let digits = String::deserialize(deserializer)?;
        u128::from_str_radix(&digits, 16)
            .map(Checksum)
            .map_err(serde::de::Error::custom)
    }
}

/// The directory of an index.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    path: PathBuf,
}

impl Directory {
    pub(super) fn new(path: &Path) -> Directory {
        Directory {
            path: path.to_owned(),
        }
    }

    /// Makes it, if it is not there.
    pub(super) fn make(path: &Path) -> Result<Directory, IndexError> {
        let directory = Directory::new(path);
        match fs::create_dir(path) {
            Ok(()) => sync_directory(path.parent().unwrap_or(Path::new("/")))
                .map_err(|cause| failed_to_write(path, cause))?,
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(failed_to_write(path, cause)),
        }
        Ok(directory)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn missing(&self) -> IndexError {
        IndexError::Missing {
            directory: self.path.display().to_string(),
        }
    }

    pub(super) fn lost(&self) -> IndexError {
        IndexError::Lost {
            directory: self.path.display().to_string(),
        }
    }

    pub(super) fn open(&self, name: &str) -> Result<File, IndexError> {
        let path = self.of(name);
        File::open(&path).map_err(|cause| failed_to_read(&path, cause))
    }

    /// Reads all of a file, which must be what the manifest says.
    pub(super) fn read(&self, entry: &FileEntry) -> Result<Vec<u8>, IndexError> {
        let path = self.of(&entry.name);
        let bytes = fs::read(&path).map_err(|cause| failed_to_read(&path, cause))?;
        entry.check(bytes.len() as u64, || Checksum::of(&bytes))?;
        Ok(bytes)
    }

    /// Looks at all of a file.
    pub(super) fn check(&self, entry: &FileEntry) -> Result<(), IndexError> {
        let path = self.of(&entry.name);
        let failed = |cause| failed_to_read(&path, cause);
        let mut file = self.open(&entry.name)?;
        let (mut buffer, mut bytes, mut xxh3) = (vec![0; 1 << 20], 0, Xxh3::new());
        loop {
            let read = file.read(&mut buffer).map_err(failed)?;
            if read == 0 {
                break;
            }
            bytes += read as u64;
            xxh3.update(&buffer[..read]);
        }
        entry.check(bytes, || Checksum(xxh3.digest128()))
    }

    /// Writes a file of that name, down to the disk.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<FileEntry, IndexError> {
        let mut file = self.create(name)?;
        file.write(bytes)?;
        file.finish()
    }

    /// Begins a file of that name.
    pub(super) fn create(&self, name: &str) -> Result<Writing, IndexError> {
        let path = self.of(name);
        let file = File::create(&path).map_err(|cause| failed_to_write(&path, cause))?;
        Ok(Writing {
            name: name.to_owned(),
            path,
            file: io::BufWriter::with_capacity(1 << 20, file),
            bytes: 0,
            xxh3: Xxh3::new(),
        })
    }

    /// Reads the JSON of a file whose last line is the checksum of the first; `None` if there is no such file.
    pub(super) fn read_sealed(&self, name: &str) -> Result<Option<String>, IndexError> {
        let path = self.of(name);
        let damaged = |problem: &str| IndexError::Damaged {
            file: name.to_owned(),
            problem: problem.to_owned(),
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(failed_to_read(&path, cause)),
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged("it is not text"))?;
        let (body, checksum) = text
            .split_once('\n')
            .ok_or_else(|| damaged("it ends too early"))?;
        if checksum != format!("{}\n", Checksum::of(body.as_bytes()).digits()) {
            return Err(damaged("its checksum is another"));
        }
        Ok(Some(body.to_owned()))
    }

    /// Puts JSON in the place of a file, all at once, with its checksum in the last line.
    pub(super) fn replace_sealed(
        &self,
        name: &str,
        value: &impl Serialize,
    ) -> Result<(), IndexError> {
        let path = self.of(name);
        let body =
            serde_json::to_string(value).map_err(|error| failed_to_write(&path, error.into()))?;
        let checksum = Checksum::of(body.as_bytes()).digits();
        let beside = format!("{name}.tmp");
        self.write(&beside, format!("{body}\n{checksum}\n").as_bytes())?;
        fs::rename(self.of(&beside), &path).map_err(|cause| failed_to_write(&path, cause))?;
        self.sync()
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), IndexError> {
        let path = self.of(name);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(failed_to_write(&path, cause)),
            _ => self.sync(),
        }
    }

    /// Makes what was created, renamed or removed last through a loss of power.
    pub(super) fn sync(&self) -> Result<(), IndexError> {
        sync_directory(&self.path).map_err(|cause| failed_to_write(&self.path, cause))
    }

    /// Removes what an index is made of and is not among the `known`.
    pub(super) fn sweep<'a>(&self, known: impl Iterator<Item = &'a str>) -> Result<(), IndexError> {
        let known: HashSet<&str> = known.collect();
        let unknown = |name: &String| is_numbered(name) && !known.contains(&**name);
        let beside = |name: &String| name == "manifest.json.tmp" || name == "publishing.json.tmp";
        let names = self.names()?;
        let stray: Vec<&String> = names
            .iter()
            .filter(|&name| unknown(name) || beside(name))
            .collect();
        for name in &stray {
            let path = self.of(name);
            fs::remove_file(&path).map_err(|cause| failed_to_write(&path, cause))?;
        }
        if stray.is_empty() {
            return Ok(());
        }
        self.sync()
    }

    /// Whether there is a file that only a manifest can make sense of.
    pub(super) fn has_numbered(&self) -> Result<bool, IndexError> {
        Ok(self.names()?.iter().any(|name| is_numbered(name)))
    }

    /// The names of all files, as far as they are UTF-8; none if there is no directory.
    fn names(&self) -> Result<Vec<String>, IndexError> {
        let failed = |cause| failed_to_read(&self.path, cause);
        let entries = match fs::read_dir(&self.path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let names = entries.map(|entry| Ok(entry.map_err(failed)?.file_name().into_string().ok()));
        names.filter_map(Result::transpose).collect()
    }
}

/// Whether a file is called as those of segments are. Others that lie in the directory are none of our business.
fn is_numbered(name: &str) -> bool {
    name.split_once('.').is_some_and(|(number, ending)| {
        let digits = number.bytes().all(|digit| digit.is_ascii_digit());
        digits && number.len() >= 6 && ENDINGS.contains(&ending)
    })
}

impl FileEntry {
    /// Whether a file of so many bytes and that checksum is the one that was written.
    pub(super) fn check(
        &self,
        bytes: u64,
        xxh3: impl FnOnce() -> Checksum,
    ) -> Result<(), IndexError> {
        if bytes != self.bytes {
            let expected = self.bytes;
            return Err(self.damaged(format!("it has {bytes} bytes instead of {expected}")));
        }
        if xxh3() != self.xxh3 {
            return Err(self.damaged("its checksum is another".to_owned()));
        }
        Ok(())
    }

    pub(super) fn damaged(&self, problem: String) -> IndexError {
        IndexError::Damaged {
            file: self.name.clone(),
            problem,
        }
    }
}

/// A file that is being written.
pub(super) struct Writing {
    name: String,
    path: PathBuf,
    file: io::BufWriter<File>,
    bytes: u64,
    xxh3: Xxh3,
}

impl Writing {
    /// Where the next byte goes.
    pub(super) fn offset(&self) -> u64 {
        self.bytes
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), IndexError> {
        self.xxh3.update(bytes);
        self.bytes += bytes.len() as u64;
        let written = self.file.write_all(bytes);
        written.map_err(|cause| failed_to_write(&self.path, cause))
    }

    /// Writes what is left, down to the disk.
    pub(super) fn finish(self) -> Result<FileEntry, IndexError> {
        let file = self.file.into_inner().map_err(|failed| failed.into_error());
        file.and_then(|file| file.sync_all())
            .map_err(|cause| failed_to_write(&self.path, cause))?;
        Ok(FileEntry {
            name: self.name,
            bytes: self.bytes,
            xxh3: Checksum(self.xxh3.digest128()),
        })
    }
}

pub(super) fn failed_to_read(path: &Path, cause: io::Error) -> IndexError {
    IndexError::Read {
        file: path.display().to_string(),
        cause,
    }
}

pub(super) fn failed_to_write(path: &Path, cause: io::Error) -> IndexError {
    IndexError::Write {
        file: path.display().to_string(),
        cause,
    }
}

/// Makes renames in a directory last through a loss of power; some file systems cannot, and need not be asked twice.
///
/// # Errors
/// What the system says.
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    let directory = if directory == Path::new("") {
        Path::new(".")
    } else {
        directory
    };
    match File::open(directory).and_then(|directory| directory.sync_all()) {
        Err(cause)
            if matches!(
                cause.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

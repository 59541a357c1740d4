//! The directory of an index: files that are written once, synced to the disk, and checked against
//! a checksum when they are read.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::error::IndexError;

/// Endings of the files whose names begin with a number.
const ENDINGS: [&str; 7] = [
    "documents.arrow",
    "bands",
    "passages",
    "records.jsonl.zst",
    "ties.arrow",
    "names.arrow",
    "boilerplate.arrow",
];

/// A file as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileEntry {
    /// Its name within the directory.
    pub(super) name: String,
    pub(super) bytes: u64,
    /// Checksum of the whole file.
    pub(super) xxh3: Checksum,
}

/// An XXH3 checksum of 128 bits, stored as hexadecimal digits.
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

    /// Creates the directory unless it exists.
    pub(super) fn make(path: &Path) -> Result<Directory, IndexError> {
        let directory = Directory::new(path);
        match fs::create_dir(path) {
            Ok(()) => sync_directory(path.parent().unwrap_or(Path::new("/")))
                .map_err(|cause| IndexError::write(path, cause))?,
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(IndexError::write(path, cause)),
        }
        Ok(directory)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file.
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
        File::open(&path).map_err(|cause| IndexError::read(&path, cause))
    }

    /// Reads a file and checks it against the manifest.
    pub(super) fn read(&self, entry: &FileEntry) -> Result<Vec<u8>, IndexError> {
        let path = self.of(&entry.name);
        let bytes = fs::read(&path).map_err(|cause| IndexError::read(&path, cause))?;
        entry.check(bytes.len() as u64, || Checksum::of(&bytes))?;
        Ok(bytes)
    }

    /// Checks a file against the manifest without keeping it in memory.
    pub(super) fn check(&self, entry: &FileEntry) -> Result<(), IndexError> {
        let path = self.of(&entry.name);
        let failed = |cause| IndexError::read(&path, cause);
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

    /// Writes a file and syncs it to the disk.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<FileEntry, IndexError> {
        let mut file = self.create(name)?;
        file.write(bytes)?;
        file.finish()
    }

    /// Creates a file to write to.
    pub(super) fn create(&self, name: &str) -> Result<ChecksummedWriter, IndexError> {
        let path = self.of(name);
        let file = File::create(&path).map_err(|cause| IndexError::write(&path, cause))?;
        Ok(ChecksummedWriter {
            name: name.to_owned(),
            path,
            file: io::BufWriter::with_capacity(1 << 20, file),
            bytes: 0,
            xxh3: Xxh3::new(),
        })
    }

    /// Reads the JSON of a file whose second line is the checksum of the first; `None` if there is
    /// no such file.
    pub(super) fn read_sealed(&self, name: &str) -> Result<Option<String>, IndexError> {
        let path = self.of(name);
        let damaged = |problem: &str| IndexError::Damaged {
            file: name.to_owned(),
            problem: problem.to_owned(),
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(IndexError::read(&path, cause)),
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged("it is not text"))?;
        let (body, checksum) = text
            .split_once('\n')
            .ok_or_else(|| damaged("it ends too early"))?;
        if checksum != format!("{}\n", Checksum::of(body.as_bytes()).digits()) {
            return Err(damaged("its checksum is wrong"));
        }
        Ok(Some(body.to_owned()))
    }

    /// Replaces a file by JSON and a line with its checksum, in one atomic step.
    pub(super) fn replace_sealed(
        &self,
        name: &str,
        value: &impl Serialize,
    ) -> Result<(), IndexError> {
        let path = self.of(name);
        let body =
            serde_json::to_string(value).map_err(|error| IndexError::write(&path, error.into()))?;
        let checksum = Checksum::of(body.as_bytes()).digits();
        let beside = format!("{name}.tmp");
        self.write(&beside, format!("{body}\n{checksum}\n").as_bytes())?;
        fs::rename(self.of(&beside), &path).map_err(|cause| IndexError::write(&path, cause))?;
        self.sync()
    }

    /// Removes a file, if it is there.
    pub(super) fn remove(&self, name: &str) -> Result<(), IndexError> {
        let path = self.of(name);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                Err(IndexError::write(&path, cause))
            }
            _ => self.sync(),
        }
    }

    /// Syncs the directory, so that files that were created, renamed or removed stay so after a
    /// loss of power.
    pub(super) fn sync(&self) -> Result<(), IndexError> {
        sync_directory(&self.path).map_err(|cause| IndexError::write(&self.path, cause))
    }

    /// Removes files of the index that are not among the `known`.
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
            fs::remove_file(&path).map_err(|cause| IndexError::write(&path, cause))?;
        }
        if stray.is_empty() {
            return Ok(());
        }
        self.sync()
    }

    /// True if there is a file that needs a manifest to be understood.
    pub(super) fn has_numbered(&self) -> Result<bool, IndexError> {
        Ok(self.names()?.iter().any(|name| is_numbered(name)))
    }

    /// The names of all files that are UTF-8; none if there is no directory.
    fn names(&self) -> Result<Vec<String>, IndexError> {
        let failed = |cause| IndexError::read(&self.path, cause);
        let entries = match fs::read_dir(&self.path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let names = entries.map(|entry| Ok(entry.map_err(failed)?.file_name().into_string().ok()));
        names.filter_map(Result::transpose).collect()
    }
}

/// True if a file is named like those of segments. Other files in the directory are left alone.
fn is_numbered(name: &str) -> bool {
    name.split_once('.').is_some_and(|(number, ending)| {
        let digits = number.bytes().all(|digit| digit.is_ascii_digit());
        digits && number.len() >= 6 && ENDINGS.contains(&ending)
    })
}

impl FileEntry {
    /// Checks that a file with these bytes and this checksum is the one that was written.
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
            return Err(self.damaged("its checksum is wrong".to_owned()));
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

/// A file that is being written, with the checksum of what was written so far.
pub(super) struct ChecksummedWriter {
    name: String,
    path: PathBuf,
    file: io::BufWriter<File>,
    bytes: u64,
    xxh3: Xxh3,
}

impl ChecksummedWriter {
    /// Position of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.bytes
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), IndexError> {
        self.xxh3.update(bytes);
        self.bytes += bytes.len() as u64;
        let written = self.file.write_all(bytes);
        written.map_err(|cause| IndexError::write(&self.path, cause))
    }

    /// Flushes the file and syncs it to the disk.
    pub(super) fn finish(self) -> Result<FileEntry, IndexError> {
        let file = self.file.into_inner().map_err(|failed| failed.into_error());
        file.and_then(|file| file.sync_all())
            .map_err(|cause| IndexError::write(&self.path, cause))?;
        Ok(FileEntry {
            name: self.name,
            bytes: self.bytes,
            xxh3: Checksum(self.xxh3.digest128()),
        })
    }
}

/// Syncs a directory, so that renames in it stay after a loss of power. File systems that cannot do
/// that are not an error.
///
/// # Errors
/// When the system reports one.
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

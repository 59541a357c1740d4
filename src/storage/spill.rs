//! What does not fit in memory, in a temporary file without a name: it is gone when the process is, however that ends.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::ReadError;
use crate::storage::lists::{Shelf, Store};

/// A [`Shelf`] in a temporary file.
#[derive(Debug)]
pub struct Spill {
    directory: PathBuf,
    file: File,
    length: AtomicU64,
}

impl Spill {
    /// An empty one in a directory, by default the system's for temporary files.
    ///
    /// # Errors
    /// When no file can be made there.
    pub fn new(directory: Option<&Path>) -> Result<Spill, ReadError> {
        let directory = directory.map_or_else(std::env::temp_dir, Path::to_owned);
        match tempfile::tempfile_in(&directory) {
            Ok(file) => Ok(Spill {
                directory,
                file,
                length: AtomicU64::new(0),
            }),
            Err(cause) => Err(failed(&directory, cause)),
        }
    }

    /// Bytes that there is room for; `None` where the system does not tell.
    pub fn free(&self) -> Option<u64> {
        let about = rustix::fs::fstatvfs(&self.file).ok()?;
        about.f_bavail.checked_mul(about.f_frsize)
    }
}

impl Shelf for Spill {
    fn put(&self, bytes: &[u8]) -> Result<u64, ReadError> {
        let offset = self.length.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        match self.file.write_all_at(bytes, offset) {
            Ok(()) => Ok(offset),
            Err(cause) => Err(failed(&self.directory, cause)),
        }
    }
}

impl Store for Spill {
    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), ReadError> {
        let read = self.file.read_exact_at(bytes, offset);
        read.map_err(|cause| failed(&self.directory, cause))
    }
}

fn failed(directory: &Path, cause: io::Error) -> ReadError {
    ReadError::Spill {
        directory: directory.display().to_string(),
        cause,
    }
}

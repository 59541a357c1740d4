//! A temporary file for what does not fit in memory.
//!
//! The file has no name, so it disappears with the process, however that ends.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::lists::{Store, WritableStore};
use crate::error::ReadError;
use crate::platform;

/// A [`WritableStore`] in a temporary file.
#[derive(Debug)]
pub struct Spill {
    directory: PathBuf,
    file: File,
    length: AtomicU64,
}

impl Spill {
    /// Creates an empty file in `directory`, or in that of the system for temporary files.
    ///
    /// # Errors
    /// [`ReadError::Spill`] if no file can be created there.
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

    /// Returns the number of bytes that are free on the disk; `None` if the system does not say.
    pub fn free(&self) -> Option<u64> {
        platform::free_bytes(&self.file)
    }
}

impl WritableStore for Spill {
    fn write(&self, bytes: &[u8]) -> Result<u64, ReadError> {
        let offset = self.length.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        match platform::write_all_at(&self.file, bytes, offset) {
            Ok(()) => Ok(offset),
            Err(cause) => Err(failed(&self.directory, cause)),
        }
    }
}

impl Store for Spill {
    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), ReadError> {
        let read = platform::read_exact_at(&self.file, bytes, offset);
        read.map_err(|cause| failed(&self.directory, cause))
    }
}

fn failed(directory: &Path, cause: io::Error) -> ReadError {
    ReadError::Spill {
        directory: directory.display().to_string(),
        cause,
    }
}

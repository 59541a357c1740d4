//! The spool: a copy of everything that can be read only once, for reading records again.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::platform;

/// One file without a name, which the system deletes when the process ends.
///
/// All sources share it, since a directory may hold more compressed files than a process may hold
/// open.
#[derive(Debug)]
pub(super) struct Spool {
    directory: PathBuf,
    file: OnceLock<Arc<File>>,
    creating: Mutex<()>,
    length: AtomicU64,
}

/// Size of the largest file that operating systems can address.
const MOST_BYTES: u64 = i64::MAX as u64;

/// A range of a source that the spool holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpooledRange {
    /// First byte in the source.
    pub(super) offset: u64,
    /// First byte in the spool.
    pub(super) in_spool: u64,
    pub(super) length: u64,
}

impl Spool {
    pub(super) fn new(directory: Option<PathBuf>) -> Self {
        Self {
            directory: directory.unwrap_or_else(std::env::temp_dir),
            file: OnceLock::new(),
            creating: Mutex::new(()),
            length: AtomicU64::new(0),
        }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Appends `bytes` and returns where in the spool they start.
    pub(super) fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let (file, start) = self.reserve(bytes.len() as u64)?;
        platform::write_all_at(file, bytes, start)?;
        Ok(start)
    }

    /// Reserves room for so many bytes, and returns the file and the place where they start.
    pub(super) fn reserve(&self, length: u64) -> io::Result<(&Arc<File>, u64)> {
        let file = match self.file.get() {
            Some(file) => file,
            None => {
                let _one: MutexGuard<'_, ()> =
                    self.creating.lock().unwrap_or_else(PoisonError::into_inner);
                match self.file.get() {
                    Some(file) => file,
                    None => {
                        let file = tempfile::tempfile_in(&self.directory)?;
                        self.file.get_or_init(|| Arc::new(file))
                    }
                }
            }
        };
        // The length of an object is what a server says, and may be any number.
        let longer = |held: u64| held.checked_add(length).filter(|&all| all <= MOST_BYTES);
        let start = self
            .length
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, longer);
        let start = start.map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok((file, start))
    }

    /// The file; `None` as long as nothing was appended.
    pub(super) fn file(&self) -> Option<&File> {
        self.file.get().map(|file| &**file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_that_no_file_has_is_refused_and_takes_none() {
        let spool = Spool::new(None);
        assert_eq!(spool.append(b"one").expect("a place"), 0);
        for length in [u64::MAX, u64::MAX - 2, MOST_BYTES] {
            let refused = spool.reserve(length).expect_err("too long");
            assert_eq!(refused.kind(), io::ErrorKind::FileTooLarge, "{length}");
        }
        assert_eq!(spool.append(b"two").expect("a place"), 3);
    }
}

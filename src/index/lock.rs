//! One writer at a time: a lock on a file. The system releases it when the process ends, in
//! whatever way.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};

use super::error::IndexError;
use super::files::Directory;

/// Name of the file.
const LOCK: &str = "lock";

/// A lock that is held until this is dropped.
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock. If another process holds it and `wait` is set, passes the name of that
    /// process to `waiting`, and then waits.
    pub(super) fn take(
        directory: &Directory,
        wait: bool,
        waiting: &dyn Fn(&str),
    ) -> Result<Lock, IndexError> {
        let path = directory.of(LOCK);
        let failed = |cause| IndexError::write(&path, cause);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if wait => {
                waiting(&holder(&mut file));
                file.lock().map_err(failed)?;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(IndexError::Busy {
                    directory: directory.path().display().to_string(),
                    holder: holder(&mut file),
                });
            }
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        // The number is only for the message of the next writer; the lock works without it.
        let _ = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| writeln!(file, "{}", std::process::id()));
        Ok(Lock { file })
    }
}

/// Closing the file would not be enough: a child process that another thread is just starting has
/// the file too until it runs its program, and would hold the lock until then.
impl Drop for Lock {
    fn drop(&mut self) {
        // Fails only if the system has no such lock; closing the file is all that is left then.
        let _ = self.file.unlock();
    }
}

/// The process that wrote its number to the file last, which is usually the one that holds it.
fn holder(file: &mut File) -> String {
    let mut said = String::new();
    let read = file.take(20).read_to_string(&mut said);
    match (read, said.trim().parse::<u32>()) {
        (Ok(_), Ok(process)) => format!("process {process}"),
        _ => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_lock_is_free_although_a_starting_child_has_the_file() {
        let place = tempfile::TempDir::new().unwrap();
        let directory = Directory::new(place.path());
        let take = || Lock::take(&directory, false, &|_| ());
        let lock = take().unwrap();
        // A child shares the open file as a clone of it does.
        let child = lock.file.try_clone().unwrap();
        assert!(matches!(take(), Err(IndexError::Busy { .. })));
        drop(lock);
        assert!(take().is_ok());
        drop(child);
    }
}

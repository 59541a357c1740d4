//! One writer at a time: a lock on a file, which the system lets go when its process ends, however that is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};

use super::files::{Directory, IndexError, failed_to_write};

/// The name of the file.
const LOCK: &str = "lock";

/// Held as long as this lives.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock; `waiting` is told who holds it, if `wait` says to wait for that.
    pub(super) fn take(
        directory: &Directory,
        wait: bool,
        waiting: &dyn Fn(&str),
    ) -> Result<Lock, IndexError> {
        let path = directory.of(LOCK);
        let failed = |cause| failed_to_write(&path, cause);
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
        // For whoever comes next; the lock holds without it.
        let _ = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| writeln!(file, "{}", std::process::id()));
        Ok(Lock { _file: file })
    }
}

/// Who wrote into the file last: as a rule who holds it.
fn holder(file: &mut File) -> String {
    let mut said = String::new();
    let read = file.take(20).read_to_string(&mut said);
    match (read, said.trim().parse::<u32>()) {
        (Ok(_), Ok(process)) => format!("process {process}"),
        _ => "another process".to_owned(),
    }
}

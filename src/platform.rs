//! Calls of the operating system that the standard library has no portable form of: reading and
//! writing at an offset, telling two names of one file, the room that is left on a disk, and the
//! time that processors worked.
//! Unix only. A port to Windows writes this file again (`seek_read`, `seek_write`, file index and
//! volume, `GetDiskFreeSpaceEx`, `GetProcessTimes`); `std::os` and `rustix` are used nowhere else.
//!
//! May import: nothing of this crate.
//! Imported by: `cli`, `index`, `read`, `storage`.

use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};

/// Reads bytes that stand at an offset, and returns how many it read. The cursor of the file does
/// not move, so threads may share it.
pub fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(bytes, offset)
}

/// Fills `bytes` with what stands at an offset.
pub fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    file.read_exact_at(bytes, offset)
}

/// Writes all bytes at an offset.
pub fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

/// Device and number of a file: equal for two names of one file.
pub fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Metadata of what a standard stream leads to.
pub fn stream_metadata(stream: impl AsFd) -> io::Result<Metadata> {
    File::from(stream.as_fd().try_clone_to_owned()?).metadata()
}

/// Bytes that are free on the file system of a file; `None` if it does not tell.
pub fn free_bytes(file: &File) -> Option<u64> {
    let about = rustix::fs::fstatvfs(file).ok()?;
    about.f_bavail.checked_mul(about.f_frsize)
}

/// Seconds that processors worked for this process, all threads together.
pub fn cpu_seconds() -> f64 {
    let worked = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    worked.tv_sec as f64 + worked.tv_nsec as f64 / 1e9
}

/// The permissions of a new output: what the umask leaves of reading and writing for everybody.
pub fn output_permissions() -> Permissions {
    Permissions::from_mode(0o666)
}

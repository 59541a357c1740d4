//! Keeps the documents of earlier runs on disk, so that new ones are compared with all of them.
//!
//! May import: `boilerplate`, `catalog`, `compare`, `document`, `error`, `pipeline`, `platform`,
//! `read`, `storage`, `text`.
//! Imported by: `cli`, `scan`.
//!
//! An index is a directory. Each run adds its documents as a *segment*: a few files that never
//! change again. The *manifest* lists the segments that count. It is replaced as a whole, so a
//! change is either complete or absent, and a reader continues with the files that the old manifest
//! named. Only one process at a time may change an index ([`Writer`]); it holds a lock that the
//! system releases when the process ends.
//!
//! | file | holds | protected by |
//! |---|---|---|
//! | `manifest.json` | format, settings, segments, length and checksum of each file | a checksum in its last line |
//! | `N.documents.arrow` | one row per document: id, site, dates, hashes, place of its record (Arrow IPC) | its checksum |
//! | `N.bands`, `N.passages` | band hashes (32 bits) and passage fingerprints (64 bits), little-endian, document after document | a checksum per chunk |
//! | `N.records.jsonl.zst` | the documents themselves: JSON lines in Zstandard frames, which `zstd -dc` reads | a checksum per frame |
//! | `N.ties.arrow`, `N.names.arrow` | pairs found with its documents, and the names of their clusters | their checksums |
//! | `N.boilerplate.arrow` | what sites repeat; only the latest counts | its checksum |
//! | `lock` | the process that writes | |
//! | `publishing.json` | the files that are being published, while they are | a checksum in its last line |

mod addition;
mod agreement;
mod archive;
mod columns;
mod error;
mod files;
mod hash_file;
mod journal;
mod lock;
mod manifest;
mod merge;
mod reader;
mod records;
mod removal;
mod segment_reader;
mod segment_writer;
mod settings;
mod tables;
mod verify;
mod writer;

pub use addition::Addition;
pub use error::IndexError;
pub use files::sync_directory;
pub use journal::Replacement;
pub use manifest::FORMAT;
pub use reader::{Contents, Index};
pub use removal::Removal;
pub use settings::IndexSettings;
pub use verify::Damage;
pub use writer::{PendingChange, Writer};

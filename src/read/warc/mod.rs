//! Web archives: WARC 1.0 and 1.1 (ISO 28500), and the WET files of Common Crawl.
//!
//! `finder` finds records in bytes that arrive a block at a time, so an archive of any size is cut
//! without being held. `record` reads one record: a response or resource that is a web page
//! becomes a document, the text of a `conversion` too, and what else an archive holds is left out
//! and counted by its kind. `http` takes the page out of a response.
//!
//! Why no archive crate: `fastwarc` 2.0 reads well, but from a seekable source of its own, one
//! record after the other in one thread, and it ends at the first record that is damaged; `warc`
//! 0.4 and `rust_warc` 1.2 hold whole records, stop at damage too, and leave HTTP to the caller.
//! Here blocks of records are parsed by many threads, a record is read again at its place, and
//! damage costs no more than the bytes up to the next record. Heads are parsed by `httparse`, and
//! bodies decompressed by the crates that other inputs use.

mod finder;
mod http;
mod record;

pub(super) use finder::WarcFinder;
pub(super) use record::{WarcContent, parse};

/// Tells whether a file is a web archive, by its first bytes.
pub(super) fn is_warc(first: &[u8]) -> bool {
    let first = first.trim_ascii_start();
    first.starts_with(b"WARC/1.") || first.starts_with(b"WARC/0.")
}

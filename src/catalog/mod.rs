//! The documents of a scan: their numbers, and what is kept of each once its text is dropped.
//!
//! May import: `document`, `error`, `sketch`, `storage`, `text`.
//! Imported by: `attribution`, `boilerplate`, `candidates`, `cli`, `cluster`, `compare`, `found`,
//! `index`, `pipeline`, `report`, `stages`.
//!
//! Files are read in blocks, in any order and on any thread; each block becomes a
//! [`BlockColumns`]. [`Catalog::join`] puts the blocks in the order of the files, adds the
//! documents that an index has seen before ([`SeenDocuments`]), settles repeated ids, and numbers
//! the documents in *canonical order*: earliest published first, undated documents last, ties by
//! the bytes of the id. From there on the smaller [`DocNo`] of a pair is always its `a`, and no
//! result depends on the order of reading.
//!
//! Everything is kept in columns, one value a document. To keep one more value of every document,
//! add a line to the list in `columns.rs`.

mod block;
mod columns;
mod documents;
mod hashes;
pub mod identical;
mod join;
mod numbers;
mod pair;
mod part;
mod removed;
mod repeated_ids;
mod seen;
mod settled_ids;
mod site_names;
mod stored_ids;
mod strings;
mod tally;
mod traces;
pub(crate) mod union_find;

pub use block::BlockColumns;
pub(crate) use columns::BYTES_A_DOCUMENT;
pub use documents::Catalog;
pub use hashes::{
    of_identity as hash_of_identity, of_page as hash_of_page, of_title as hash_of_title,
    of_words as hash_of_words,
};
pub use join::SourceFacts;
pub use numbers::{DocNo, NO_SITE, SiteNo, cross_site};
pub use pair::{DocPair, pairs_of};
pub use part::DocumentRow;
pub(crate) use seen::StoredHashes;
pub use seen::{IdScope, Reread, SeenDocument, SeenDocuments};
pub use settled_ids::ConflictWith;
pub use stored_ids::id_without_own;
pub use tally::{IdConflict, KnownRecord, MANY_REPLACED, OpenDates, ReadTally};
pub use traces::{Stripped, Traces};

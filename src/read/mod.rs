//! Readers: turn the bytes of files, directories and standard input into documents.
//!
//! May import: `document`, `error`, `platform`, `text`.
//! Imported by: `cli`, `index`, `scan`, `stages`.
//!
//! [`Inputs`] finds what the user named (`discovery`), opens it (`open`), recognises it by its
//! first bytes (`recognise`) and cuts it into blocks (`cut`), which threads turn into documents
//! (`parse`, `assemble`). The result depends on the bytes alone: not on the size of blocks, the
//! number of threads, or the order in which inputs are named.
//!
//! | input | blocks are cut | a record is read again from |
//! |---|---|---|
//! | plain JSONL file | by arithmetic: a block owns the lines that start in it | the file |
//! | plain table, JSON in another form, text file | in order, by a `PieceFinder` (`pieces`) | the file |
//! | object of a store or a web server (`remote`) | as a file of its format, but in order | the spool |
//! | compressed file, member of an archive, standard input, pipe, UTF-16 | in order, decompressed and decoded | the spool |
//! | Parquet | at pages; each thread unpacks what it parses (`parquet_parts`, `row_parser`) | the spool, as a line of JSON |
//! | Arrow, XLSX | in order, some rows a block (`columnar`, `spreadsheet`, `rows`) | the spool, as a line of JSON |
//! | Arrow data in memory (`batches`) | in order, some rows a block; texts are parsed where they lie | its batch, or the spool beyond a limit |
//! | web page, web archive, feed | in order; each thread converts what it parses (`html`, `warc`, `feeds`) | the spool, as a line of JSON |
//!
//! The spool is a nameless copy in the temporary directory. Bytes that are not UTF-8 are decoded by
//! the encoding that the file shows, or replaced by U+FFFD and counted; records longer than
//! [`ReadSettings::max_record`] are rejected without being held in memory.

mod addresses;
mod again;
mod archive;
mod array_bytes;
mod assemble;
mod batch_blocks;
mod batches;
mod block;
mod candidates;
mod cells;
mod columnar;
mod compression;
mod context;
mod cut;
mod date_order;
pub mod dates;
mod delimited;
mod dialect;
mod discovery;
mod encoding;
mod feeds;
mod field_lookup;
mod format;
mod found_objects;
mod html;
mod inputs;
mod json_outline;
mod json_pieces;
mod json_scanner;
mod json_strings;
mod json_value;
mod jsonl;
mod kept_rows;
pub mod labels;
mod looks;
mod made_offsets;
mod markup;
mod name_memory;
mod names;
mod open;
mod parquet_fetch;
mod parquet_parts;
mod parquet_rows;
mod parse;
mod path_fields;
mod pieces;
mod raw_document;
mod recognise;
mod reference;
#[cfg(feature = "remote")]
mod remote;
#[cfg(not(feature = "remote"))]
#[path = "remote_absent.rs"]
mod remote;
mod remote_failure;
mod row_lines;
mod row_parser;
mod row_texts;
mod rows;
mod settings;
mod source;
mod spool;
mod spreadsheet;
mod table_pieces;
mod warc;

pub use block::InputBlock;
pub use cells::{Dialect, DialectSettings};
pub use delimited::Header;
pub use discovery::{LeftOut, STANDARD_INPUT, SkippedInputs};
pub use format::{FormatInfo, LineEnd, SourceFormat};
pub use inputs::{Inputs, ProvenOrders};
pub use names::{
    AUTHOR_NAMES, CANONICAL_NAMES, CRAWLED_NAMES, FieldNames, ID_NAMES, PUBLISHED_NAMES,
    SITE_NAMES, TEXT_NAMES, TITLE_NAMES, URL_NAMES, WRAPPER_NAMES,
};
pub use path_fields::WantedFromPath;
pub use reference::{BlockOfPart, WithReference};
pub use settings::{
    BLOCK_BYTES, EXPANSION_RATIO, ExpansionLimit, HeaderLine, MAX_RECORD, ReadSettings,
};

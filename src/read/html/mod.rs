//! Web pages: main text and metadata of one page.
//!
//! The bytes of a page are decoded (`charset`), parsed once by the parser of browsers under limits
//! (`dom`), and read twice: `metadata` takes what the page says about itself, `main_text` asks the
//! extractor for the article. `plain_text` turns markup inside feeds into lines of text.
//!
//! [`benches/results/extraction.md`](../../../benches/results/extraction.md) compares the
//! extractors.

mod attributes;
mod charset;
mod dom;
mod error;
mod json_ld;
mod main_text;
mod metadata;
mod page;
mod plain_text;
mod recognition;

pub(super) use charset::decode;
pub(super) use error::MAX_PAGE;
pub(super) use page::page;
pub(super) use plain_text::{Lines, is_inline, plain_text};
pub(super) use recognition::is_html;

#[cfg(test)]
mod tests;

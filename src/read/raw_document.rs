//! The record of a format that has no columns of its own: a web page, a WARC record, a feed item.

use serde::Serialize;

/// Fields of a record as text, before dates are read and the site is derived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct RawDocument {
    pub(super) id: Option<String>,
    pub(super) text: Option<String>,
    pub(super) url: Option<String>,
    pub(super) site: Option<String>,
    pub(super) published: Option<String>,
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) canonical: Option<String>,
    pub(super) crawled: Option<String>,
}

impl RawDocument {
    /// Appends the document as a line of JSON with its fields under the names of wirecopy's own.
    pub(super) fn write(&self, lines: &mut Vec<u8>) {
        // Strings are always JSON, and a vector takes everything.
        let _ = serde_json::to_writer(&mut *lines, self);
        lines.push(b'\n');
    }
}

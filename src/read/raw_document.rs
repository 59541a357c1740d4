//! The record of a format that has no columns of its own: a web page, a WARC record, a feed item.

/// Fields of a record as text, before dates are read and the site is derived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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

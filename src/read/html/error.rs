//! Reasons to refuse a page.

/// Bytes of a page that are read at most. Pages of news sites have 0.1 to 3 MB; saved pages with
/// pictures inside have more.
pub(in crate::read) const MAX_PAGE: usize = 16 << 20;

/// Elements that the parser may build for a page. The largest of 181 news pages has 6,300. The
/// extractor needs some 3 KB for each, so a page takes at most 300 MB.
pub(super) const MAX_ELEMENTS: usize = 100_000;

/// Elements that may be open in each other. Browsers stop at 512; recursive code of the extractor
/// overflows a stack of 2 MiB above 1,000.
pub(super) const MAX_DEPTH: usize = 256;

/// Attributes of one tag. The tokenizer compares each with all before it.
pub(super) const MAX_ATTRIBUTES: usize = 1_000;

/// The reason why a page is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::read) enum PageError {
    /// More bytes than [`MAX_PAGE`].
    #[error("the page has {0} bytes; pages of at most {MAX_PAGE} are read")]
    TooLong(usize),
    /// More elements than [`MAX_ELEMENTS`], counting those that the parser adds for misnested tags.
    #[error("the page has more than {MAX_ELEMENTS} elements")]
    TooManyElements,
    /// Elements nested deeper than [`MAX_DEPTH`].
    #[error("the page nests its elements deeper than {MAX_DEPTH}")]
    TooDeep,
    /// A tag with more attributes than [`MAX_ATTRIBUTES`].
    #[error("the page has a tag with more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes,
    /// The extractor panicked.
    #[error("the extractor of main text fails on this page")]
    Extractor,
}

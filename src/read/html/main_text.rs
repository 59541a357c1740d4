//! The article of a page.
//!
//! The crate `trafilatura` scores best of those measured (`benches/results/extraction.md`). It is
//! asked for precision, which leaves out comments, teasers and related articles, and for its second
//! opinions where the first yields little.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use trafilatura::{ExtractionFocus, HtmlDateMode, Options};

use super::error::PageError;
use super::plain_text::plain_text;

static OPTIONS: LazyLock<Options> = LazyLock::new(|| {
    Options::default()
        .with_fallback(true)
        .with_focus(ExtractionFocus::FavorPrecision)
        .with_exclude_comments(true)
        .with_html_date_mode(HtmlDateMode::Disabled)
});

/// Text of the article, one line a paragraph; `None` if the page has none.
///
/// `html` must have passed [`super::dom::parse`]: the extractor is recursive.
pub(super) fn main_text(html: &str) -> Result<Option<String>, PageError> {
    // No page is known to make it panic, but it unwraps in more than 200 places, and a crawl must
    // not end with one page.
    let extracted = catch_unwind(AssertUnwindSafe(|| trafilatura::extract(html, &OPTIONS)))
        .map_err(|_| PageError::Extractor)?;
    // An error of the extractor says that the page has no article.
    let Ok(result) = extracted else {
        return Ok(None);
    };
    // `content_text` has no line ends, by which credits and datelines are found.
    let text = plain_text(&result.content_html)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

//! The words of a text that is HTML, such as `content.rendered` of WordPress.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::html;

/// Elements that only HTML has at the start of a text.
const BLOCKS: &[&str] = &[
    "p",
    "br",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "table",
    "blockquote",
    "pre",
    "section",
    "article",
    "figure",
    "body",
    "html",
];

/// Tags that are looked at to tell whether a text is HTML.
const TAGS_LOOKED_AT: usize = 100;

/// Longest tag, in bytes; a longer one is not seen.
const LONGEST_TAG: usize = 1024;

/// The words of `text` without markup, if it begins with a tag and has a block element. Markup that
/// is too long or too deep to be parsed stays as it is.
pub(super) fn text_of(text: &str) -> Cow<'_, str> {
    if !text.trim_start().starts_with('<') || !has_block(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    html::plain_text(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Tells whether one of the first tags is that of a block element.
fn has_block(text: &[u8]) -> bool {
    memchr_iter(b'<', text).take(TAGS_LOOKED_AT).any(|at| {
        let tag = &text[at + 1..];
        let tag = tag.strip_prefix(b"/").unwrap_or(tag);
        let letters = tag.iter().take_while(|byte| byte.is_ascii_alphanumeric());
        let (name, rest) = tag.split_at(letters.count());
        let ends = rest
            .first()
            .is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
        let is_closed = || memchr(b'>', &rest[..rest.len().min(LONGEST_TAG)]).is_some();
        ends && is_closed()
            && BLOCKS
                .iter()
                .any(|block| name.eq_ignore_ascii_case(block.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay() {
        for (html, words) in [
            (
                "<p>Tea &amp; <b>toast</b></p>\n<p>rose.</p>",
                "Tea & toast\nrose.",
            ),
            ("  <P class=\"x\">One<br/>two", "One\ntwo"),
            (
                "<div><script>if (a<b) { \"<p>\" }</script>Seen</div>",
                "Seen",
            ),
            ("<!-- no --><p>a<span>b</span></p>", "ab"),
            ("<p", "<p"),
            ("<p/", "<p/"),
            ("<em>Note</em> to editors", "<em>Note</em> to editors"),
            ("x <p>y</p>", "x <p>y</p>"),
            ("", ""),
        ] {
            assert_eq!(text_of(html), words, "{html}");
        }
    }

    #[test]
    fn hostile_markup_ends() {
        for piece in ["<p>", "<p a", "<", "<div>", "</", "<!--", "&", "<b><table>"] {
            let html = format!("<p>{}", piece.repeat(20_000));
            assert!(text_of(&html).len() <= html.len(), "{piece}");
        }
    }
}

//! The words of a text that is HTML, such as `content.rendered` of WordPress.
//!
//! `html5gum` splits the text into tags and words in one pass, so markup that is broken or deeply
//! nested costs no more than other markup.

use std::borrow::Cow;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use memchr::memchr_iter;

/// Elements that begin a line of their own, as browsers show them.
const BLOCKS: &[&[u8]] = &[
    b"p",
    b"br",
    b"div",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"ul",
    b"ol",
    b"li",
    b"table",
    b"tr",
    b"td",
    b"th",
    b"blockquote",
    b"pre",
    b"section",
    b"article",
    b"header",
    b"footer",
    b"figure",
    b"figcaption",
    b"hr",
    b"aside",
    b"main",
    b"nav",
    b"dl",
    b"dt",
    b"dd",
    b"body",
    b"html",
    b"head",
    b"title",
    b"hl2",
    b"block",
];

/// Elements whose content is not shown.
const NOT_SHOWN: &[&[u8]] = &[b"script", b"style", b"template"];

/// Tags that are looked at to tell whether a text is HTML.
const TAGS_LOOKED_AT: usize = 100;

/// The words of `text` without markup, if it begins with a tag and has a block element.
pub(super) fn text_of(text: &str) -> Cow<'_, str> {
    if !text.trim_start().starts_with('<') || !has_block(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut words = String::with_capacity(text.len());
    let mut hidden: Option<Box<[u8]>> = None;
    let mut emitter = DefaultEmitter::default();
    // Scripts and styles may hold what looks like tags.
    emitter.naively_switch_states(true);
    // The tokenizer reads from memory and cannot fail.
    for token in Tokenizer::new_with_emitter(text, emitter).flatten() {
        match token {
            Token::StartTag(tag) => {
                if hidden.is_none() && !tag.self_closing && NOT_SHOWN.contains(&&**tag.name) {
                    hidden = Some((**tag.name).into());
                }
                begin_line(&mut words, &tag.name);
            }
            Token::EndTag(tag) => {
                if hidden.as_deref() == Some(&**tag.name) {
                    hidden = None;
                }
                begin_line(&mut words, &tag.name);
            }
            Token::String(piece) if hidden.is_none() => {
                words.push_str(&String::from_utf8_lossy(&piece));
            }
            _ => {}
        }
    }
    Cow::Owned(words)
}

/// Tells whether one of the first tags is that of a block element.
fn has_block(text: &[u8]) -> bool {
    memchr_iter(b'<', text).take(TAGS_LOOKED_AT).any(|at| {
        let tag = &text[at + 1..];
        let tag = tag.strip_prefix(b"/").unwrap_or(tag);
        let letters = tag.iter().take_while(|byte| byte.is_ascii_alphanumeric());
        let (name, rest) = tag.split_at(letters.count());
        matches!(
            rest.first(),
            Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r')
        ) && BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block))
    })
}

/// Ends the line at the tag of a block element.
fn begin_line(words: &mut String, name: &[u8]) {
    if BLOCKS.contains(&name) && !words.is_empty() && !words.ends_with('\n') {
        words.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay() {
        for (html, words) in [
            (
                "<p>Tea &amp; <b>toast</b></p>\n<p>rose.</p>",
                "Tea & toast\n\nrose.\n",
            ),
            ("  <P class=\"x\">One<br/>two", "  \nOne\ntwo"),
            (
                "<div><script>if (a<b) { \"<p>\" }</script>Seen</div>",
                "Seen\n",
            ),
            ("<style>p > b {}</style><p>Seen", "Seen"),
            ("<!-- no --><p>a<span>b</span></p>", "ab\n"),
            ("<p>1 < 2 &lt; 3", "1 < 2 < 3"),
            ("<p", "<p"),
            ("<em>Note</em> to editors", "<em>Note</em> to editors"),
            ("<3 this town <p>", "<3 this town "),
            ("x <p>y</p>", "x <p>y</p>"),
            ("", ""),
        ] {
            assert_eq!(text_of(html), words, "{html}");
        }
    }

    #[test]
    fn hostile_markup_ends() {
        for piece in [
            "<p>",
            "<p a",
            "<",
            "<div><script>",
            "</",
            "<!--",
            "&",
            "<p a=b a=b",
        ] {
            let html = format!("<p>{}", piece.repeat(20_000));
            assert!(text_of(&html).len() <= html.len(), "{piece}");
        }
    }
}

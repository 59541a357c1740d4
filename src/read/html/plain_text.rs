//! Text of markup, one line a block.

use ego_tree::iter::Edge;
use scraper::{Html, Node};

use super::dom;
use super::error::PageError;

/// Elements that stand within a line. All others begin and end one.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "img", "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s",
    "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// Elements whose content is no text of the page.
const HIDDEN: &[&str] = &[
    "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "select",
    "textarea", "button", "rp",
];

/// Renders markup as text: blocks as lines, spaces collapsed, scripts and forms left out.
pub(in crate::read) fn plain_text(markup: &str) -> Result<String, PageError> {
    Ok(text_of(&dom::parse(markup)?))
}

/// Tells whether an element stands within a line.
pub(in crate::read) fn is_inline(name: &str) -> bool {
    INLINE.contains(&name)
}

/// The text of a whole tree.
fn text_of(html: &Html) -> String {
    let mut lines = Lines::default();
    // Number of hidden elements that are open.
    let mut hidden = 0usize;
    for edge in html.tree.root().traverse() {
        let (node, opens) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        match node.value() {
            Node::Text(text) if opens && hidden == 0 => lines.push(text),
            Node::Element(element) => {
                let name = element.name();
                if HIDDEN.contains(&name) {
                    hidden = if opens { hidden + 1 } else { hidden - 1 };
                }
                if !is_inline(name) {
                    lines.end_line();
                }
            }
            _ => {}
        }
    }
    lines.text
}

/// Text with single spaces and without empty lines.
#[derive(Default)]
pub(in crate::read) struct Lines {
    pub(in crate::read) text: String,
    /// What separates the next word from the text before it.
    pending: Option<char>,
}

impl Lines {
    pub(in crate::read) fn push(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() {
                self.pending.get_or_insert(' ');
            } else {
                if let Some(separator) = self.pending.take()
                    && !self.text.is_empty()
                {
                    self.text.push(separator);
                }
                self.text.push(c);
            }
        }
    }

    pub(in crate::read) fn end_line(&mut self) {
        self.pending = Some('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_lines() {
        for (markup, expected) in [
            ("", ""),
            ("plain &amp; simple", "plain & simple"),
            (
                "<p>One <b>bold</b>\n word.</p><p>Two.</p>",
                "One bold word.\nTwo.",
            ),
            ("One<br>two<BR/>three", "One\ntwo\nthree"),
            ("<div>a<div>b</div>c</div>", "a\nb\nc"),
            ("<ul><li>a<li>b</ul>", "a\nb"),
            (
                "x<script>var a = '<p>';</script>y<style>p{}</style>z",
                "x\ny\nz",
            ),
            ("<p>a&nbsp;b\u{2003}c</p>", "a b c"),
            ("<table><tr><td>a<td>b</table>", "a\nb"),
            ("<title>t</title><p>x", "x"),
            ("un<i>believ</i>able", "unbelievable"),
            ("a <noscript>b <object>c</object></noscript> d", "a\nd"),
        ] {
            assert_eq!(plain_text(markup).unwrap(), expected, "{markup}");
        }
    }
}

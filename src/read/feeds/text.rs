//! Text of bodies.

use super::tree::{Content, Element};
use super::unreadable::UnreadableItem;
use crate::read::html::{Lines, is_inline, plain_text};

/// Elements of NITF that stand within a line, besides those of HTML.
const NITF_INLINE: &[&str] = &[
    "person",
    "org",
    "location",
    "chron",
    "num",
    "money",
    "event",
    "function",
    "object.title",
    "virtloc",
    "pronounce",
    "classifier",
    "alt-code",
    "copyrite",
    "frac",
    "lang",
    "name.given",
    "name.family",
    "city",
    "state",
    "region",
    "country",
    "sublocation",
];

/// Elements of NITF and XHTML that are no text of the article.
const HIDDEN: &[&str] = &["media", "script", "style", "head", "body.head"];

/// Text of HTML that stands in an element as a string.
pub(super) fn of_html(html: &str, id: Option<&str>) -> Result<Option<String>, UnreadableItem> {
    let text = plain_text(html).map_err(|error| UnreadableItem {
        id: id.map(str::to_owned),
        reason: format!("the text of the item: {error}"),
    })?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A title that may hold HTML.
pub(super) fn title(element: Option<&Element>) -> Option<String> {
    let title = element?.line()?;
    if !title.contains(['<', '&']) {
        return Some(title);
    }
    match plain_text(&title) {
        Ok(text) if !text.is_empty() => Some(text.replace('\n', " ")),
        _ => Some(title),
    }
}

/// Text of an element whose markup is part of the XML: a line for each block.
pub(super) fn of_markup(element: &Element) -> Option<String> {
    let mut lines = Lines::default();
    collect(element, &mut lines);
    Some(lines.text).filter(|text| !text.is_empty())
}

fn collect(element: &Element, lines: &mut Lines) {
    if HIDDEN.contains(&element.name.as_str()) {
        return;
    }
    let inline = is_inline(&element.name) || NITF_INLINE.contains(&element.name.as_str());
    if !inline {
        lines.end_line();
    }
    for content in &element.content {
        match content {
            Content::Text(text) => lines.push(text),
            Content::Element(child) => collect(child, lines),
        }
    }
    if !inline {
        lines.end_line();
    }
}

//! Entries of Atom.

use super::text::{of_html, of_markup, title};
use super::tree::Element;
use super::unreadable::UnreadableItem;
use crate::read::raw_document::RawDocument;

/// The document of an `entry`.
pub(super) fn document(entry: &Element) -> Result<RawDocument, UnreadableItem> {
    let first = |name: &str| entry.all(name).find_map(Element::line);
    let id = first("id");
    let mut text = None;
    for name in ["content", "summary"] {
        if let Some(element) = entry.all(name).next()
            && text.is_none()
        {
            text = body(element, id.as_deref())?;
        }
    }
    let authors: Vec<String> = entry
        .all("author")
        .filter_map(|author| author.at(&["name"]).unwrap_or(author).line())
        .collect();
    Ok(RawDocument {
        text,
        url: link(entry, "alternate").or_else(|| id.clone().filter(|id| id.starts_with("http"))),
        site: entry.all("source").find_map(|source| {
            link(source, "alternate")
                .or_else(|| link(source, "self"))
                .or_else(|| {
                    source
                        .at(&["id"])?
                        .line()
                        .filter(|id| id.starts_with("http"))
                })
        }),
        published: first("published")
            .or_else(|| first("issued"))
            .or_else(|| first("updated"))
            .or_else(|| first("modified")),
        title: title(entry.all("title").next()),
        author: (!authors.is_empty()).then(|| authors.join(", ")),
        // The resource that the entry was taken from (RFC 4287, section 4.2.7.2).
        canonical: link(entry, "canonical").or_else(|| link(entry, "via")),
        id,
        ..RawDocument::default()
    })
}

/// The address of a link of a kind. A link without a kind is an alternate one.
fn link(parent: &Element, kind: &str) -> Option<String> {
    parent
        .all("link")
        .filter(|link| link.attribute("rel").unwrap_or("alternate") == kind)
        .find_map(|link| link.attribute("href").map(str::to_owned))
}

/// Text of an element by its type: plain text, HTML as a string, or XHTML.
fn body(element: &Element, id: Option<&str>) -> Result<Option<String>, UnreadableItem> {
    match element.attribute("type").unwrap_or("text") {
        "html" | "text/html" => match element.text() {
            Some(html) => of_html(&html, id),
            None => Ok(None),
        },
        "text" | "text/plain" => Ok(element.text()),
        "xhtml" | "application/xhtml+xml" => Ok(of_markup(element)),
        // Pictures and other things in Base64.
        other if !other.ends_with("xml") => Ok(None),
        _ => Ok(of_markup(element)),
    }
}

//! Items of RSS.

use super::text::{of_html, of_markup, title};
use super::tree::{Element, Vocabulary};
use super::unreadable::UnreadableItem;
use crate::read::raw_document::RawDocument;

/// The document of an `item`.
pub(super) fn document(item: &Element) -> Result<RawDocument, UnreadableItem> {
    let first = |name: &str| item.all(name).find_map(Element::line);
    let dublin_core = |name: &str| {
        item.of(Vocabulary::DublinCore, name)
            .find_map(Element::line)
    };
    let id = first("guid")
        .or_else(|| item.attribute("about").map(str::to_owned))
        .or_else(|| dublin_core("identifier"));
    let whole = item
        .of(Vocabulary::Content, "encoded")
        .chain(item.all("description"))
        .find_map(Element::text);
    let text = match whole {
        Some(html) => of_html(&html, id.as_deref())?,
        None => ["body", "content", "div"]
            .iter()
            .flat_map(|name| item.all(name))
            .find_map(of_markup),
    };
    // A link of Atom has its address in an attribute.
    let link = item.all("link").find_map(|link| {
        link.line()
            .or_else(|| link.attribute("href").map(str::to_owned))
    });
    let permanent = item
        .all("guid")
        .find(|guid| guid.attribute("isPermaLink") != Some("false"))
        .and_then(Element::line)
        .filter(|guid| guid.starts_with("http"));
    Ok(RawDocument {
        text,
        url: link.or(permanent),
        site: item
            .all("source")
            .find_map(|source| source.attribute("url").map(str::to_owned)),
        published: first("pubDate")
            .or_else(|| dublin_core("date"))
            .or_else(|| dublin_core("issued"))
            .or_else(|| dublin_core("created"))
            .or_else(|| first("published")),
        title: title(item.all("title").next()).or_else(|| dublin_core("title")),
        author: authors(item),
        id,
        ..RawDocument::default()
    })
}

/// The creators, else the author, of whom RSS gives an address with the name in brackets.
fn authors(item: &Element) -> Option<String> {
    let creators: Vec<String> = item
        .of(Vocabulary::DublinCore, "creator")
        .filter_map(Element::line)
        .collect();
    if !creators.is_empty() {
        return Some(creators.join(", "));
    }
    let author = item
        .all("author")
        .find_map(|author| author.at(&["name"]).unwrap_or(author).line())?;
    let name = author
        .split_once('(')
        .filter(|(address, _)| address.contains('@'))
        .and_then(|(_, name)| name.strip_suffix(')'));
    Some(name.map_or(author.as_str(), str::trim).to_owned())
}

//! Items of NewsML-G2.

use super::nitf;
use super::text::{of_html, of_markup};
use super::tree::Element;
use super::unreadable::UnreadableItem;
use crate::read::raw_document::RawDocument;

/// The document of a `newsItem`.
pub(super) fn document(item: &Element) -> Result<RawDocument, UnreadableItem> {
    let about = |path: &[&str]| item.at(&["itemMeta"]).and_then(|meta| meta.at(path));
    let content = |path: &[&str]| item.at(&["contentMeta"]).and_then(|meta| meta.at(path));
    let line = |element: Option<&Element>| element.and_then(Element::line);
    let id = item.attribute("guid").map(str::to_owned);
    let inline = inline(item, id.as_deref())?;
    let credit = line(content(&["creditline"]));
    let published = ["versionCreated", "firstCreated"]
        .iter()
        .find_map(|name| line(about(&[name])))
        .or_else(|| line(content(&["contentCreated"])));
    let by = line(content(&["by"])).or_else(|| content(&["creator"]).and_then(party));
    Ok(RawDocument {
        text: inline.text,
        url: None,
        site: about(&["provider"])
            .and_then(party)
            .or_else(|| credit.clone()),
        published: published.or(inline.published),
        title: line(content(&["headline"]))
            .or_else(|| line(about(&["title"])))
            .or(inline.title),
        author: by.or(inline.author).or(credit),
        canonical: None,
        crawled: None,
        id,
    })
}

/// The name of a person or an organisation, or the code that stands for it.
fn party(element: &Element) -> Option<String> {
    let code = || {
        let code = element
            .attribute("literal")
            .or_else(|| element.attribute("qcode"))?;
        Some(code.rsplit(':').next().unwrap_or(code).to_owned())
    };
    element
        .at(&["name"])
        .and_then(Element::line)
        .or_else(code)
        .or_else(|| element.line())
}

/// The article inside: NITF, XHTML or other markup, or a string.
fn inline(item: &Element, id: Option<&str>) -> Result<RawDocument, UnreadableItem> {
    let Some(set) = item.at(&["contentSet"]) else {
        return Ok(RawDocument::default());
    };
    for markup in set.all("inlineXML") {
        if let Some(inside) = markup.find("nitf") {
            return nitf::document(inside);
        }
        let inside = markup.find("body").unwrap_or(markup);
        if let Some(text) = of_markup(inside) {
            return Ok(RawDocument {
                text: Some(text),
                ..RawDocument::default()
            });
        }
    }
    let mut document = RawDocument::default();
    if let Some(data) = set.all("inlineData").find(|data| is_text(data))
        && let Some(text) = data.text()
    {
        let html = data
            .attribute("contenttype")
            .is_some_and(|kind| kind.contains("html"));
        document.text = match html {
            true => of_html(&text, id)?,
            false => Some(text),
        };
    }
    Ok(document)
}

/// Tells text from pictures in Base64.
fn is_text(data: &Element) -> bool {
    data.attribute("encoding").is_none()
        && data
            .attribute("contenttype")
            .is_none_or(|kind| kind.starts_with("text/") || kind.contains("html"))
}

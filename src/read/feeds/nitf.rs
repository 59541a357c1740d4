//! Articles in NITF, the News Industry Text Format.

use super::text::of_markup;
use super::tree::Element;
use super::unreadable::UnreadableItem;
use crate::read::raw_document::RawDocument;

/// The document of an `nitf`.
pub(super) fn document(nitf: &Element) -> Result<RawDocument, UnreadableItem> {
    let head = |path: &[&str]| nitf.at(&["head"]).and_then(|head| head.at(path));
    let above = |path: &[&str]| {
        nitf.at(&["body", "body.head"])
            .and_then(|head| head.at(path))
    };
    let attribute = |element: Option<&Element>, name: &str| {
        element.and_then(|element| element.attribute(name).map(str::to_owned))
    };
    let publication = head(&["pubdata"]);
    let bylines: Vec<String> = above(&[])
        .into_iter()
        .flat_map(|head| head.all("byline"))
        .filter_map(Element::line)
        .collect();
    Ok(RawDocument {
        id: attribute(head(&["docdata", "doc-id"]), "id-string"),
        text: text(nitf),
        url: attribute(publication, "ex-ref"),
        site: above(&["distributor"])
            .and_then(Element::line)
            .or_else(|| attribute(publication, "name")),
        published: attribute(head(&["docdata", "date.issue"]), "norm")
            .or_else(|| attribute(publication, "date.publication"))
            .or_else(|| attribute(above(&["dateline", "story.date"]), "norm")),
        title: above(&["hedline", "hl1"])
            .and_then(Element::line)
            .or_else(|| head(&["title"]).and_then(Element::line)),
        author: (!bylines.is_empty()).then(|| bylines.join(", ")),
        ..RawDocument::default()
    })
}

/// The dateline, the paragraphs, and the tagline, as they are printed.
pub(super) fn text(nitf: &Element) -> Option<String> {
    let content = of_markup(nitf.at(&["body", "body.content"])?)?;
    let dateline = nitf
        .at(&["body", "body.head", "dateline"])
        .and_then(Element::line);
    let tagline = nitf
        .at(&["body", "body.end", "tagline"])
        .and_then(Element::line);
    let parts: Vec<String> = [dateline, Some(content), tagline]
        .into_iter()
        .flatten()
        .collect();
    Some(parts.join("\n"))
}

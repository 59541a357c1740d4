//! The tree of one item.

use quick_xml::events::{BytesRef, BytesStart};
use quick_xml::name::{Namespace, ResolveResult};

/// Elements that stand in each other; those below are taken as part of the last.
pub(super) const MAX_DEPTH: usize = 100;

/// Elements of one item.
pub(super) const MAX_ELEMENTS: usize = 100_000;

/// Vocabulary of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// That of the feed itself, or of XHTML.
    Feed,
    /// The RSS module with the whole text.
    Content,
    DublinCore,
    /// Pictures, podcasts and other additions, whose titles are not those of the item.
    Other,
}

/// Namespaces of the formats that are read. Many feeds have none.
const FEED: &[&str] = &[
    "",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://backend.userland.com/rss2",
    "http://www.w3.org/2005/Atom",
    "http://purl.org/atom/ns#",
    "http://iptc.org/std/nar/2006-10-01/",
    "http://iptc.org/std/NITF/2006-10-18/",
    "http://www.w3.org/1999/xhtml",
];
const CONTENT: &[&str] = &["http://purl.org/rss/1.0/modules/content/"];
const DUBLIN_CORE: &[&str] = &[
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
];

impl Vocabulary {
    pub(super) fn of(resolved: &ResolveResult<'_>) -> Self {
        match resolved {
            ResolveResult::Unbound => Self::Feed,
            ResolveResult::Bound(Namespace(uri)) if FEED.contains(uri) => Self::Feed,
            ResolveResult::Bound(Namespace(uri)) if CONTENT.contains(uri) => Self::Content,
            ResolveResult::Bound(Namespace(uri)) if DUBLIN_CORE.contains(uri) => Self::DublinCore,
            ResolveResult::Bound(_) => Self::Other,
            // Feeds that use a prefix and forget to declare it.
            ResolveResult::Unknown(prefix) => match prefix.as_str() {
                "content" => Self::Content,
                "dc" | "dcterms" => Self::DublinCore,
                "atom" | "rss" => Self::Feed,
                _ => Self::Other,
            },
        }
    }
}

/// An element of an item.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) vocabulary: Vocabulary,
    /// The name without its prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) content: Vec<Content>,
}

/// Content of an element.
#[derive(Debug)]
pub(super) enum Content {
    Text(String),
    Element(Element),
}

impl Element {
    pub(super) fn new(vocabulary: Vocabulary, start: &BytesStart<'_>) -> Self {
        // A broken attribute ends the list.
        let attributes = start
            .attributes()
            .with_checks(false)
            .map_while(Result::ok)
            .map(|attribute| {
                let raw: &str = &attribute.value;
                let value = quick_xml::escape::unescape_with(raw, entity)
                    .map_or_else(|_| raw.to_owned(), |value| value.into_owned());
                (attribute.key.local_name().into_inner().to_owned(), value)
            })
            .collect();
        Self {
            vocabulary,
            name: start.local_name().into_inner().to_owned(),
            attributes,
            content: Vec::new(),
        }
    }

    pub(super) fn push_text(&mut self, text: &str) {
        match self.content.last_mut() {
            Some(Content::Text(last)) => last.push_str(text),
            _ => self.content.push(Content::Text(text.to_owned())),
        }
    }

    /// A value that is not empty.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.content.iter().filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
    }

    /// Children of the feed's own vocabulary with a name.
    pub(super) fn all<'e>(&'e self, name: &str) -> impl Iterator<Item = &'e Self> {
        self.of(Vocabulary::Feed, name)
    }

    pub(super) fn of<'e>(
        &'e self,
        vocabulary: Vocabulary,
        name: &str,
    ) -> impl Iterator<Item = &'e Self> {
        self.elements()
            .filter(move |child| child.vocabulary == vocabulary && child.name == name)
    }

    /// The first descendant at a path of names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        match path {
            [] => Some(self),
            [name, rest @ ..] => self.all(name).find_map(|child| child.at(rest)),
        }
    }

    /// The first descendant with a name, in any vocabulary.
    pub(super) fn find(&self, name: &str) -> Option<&Self> {
        self.elements().find_map(|child| match child.name == name {
            true => Some(child),
            false => child.find(name),
        })
    }

    /// All text inside, without spaces around it; `None` if that is nothing.
    pub(super) fn text(&self) -> Option<String> {
        let mut text = String::new();
        self.collect_text(&mut text);
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The text as one line.
    pub(super) fn line(&self) -> Option<String> {
        let text = self.text()?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn collect_text(&self, text: &mut String) {
        for content in &self.content {
            match content {
                Content::Text(part) => text.push_str(part),
                Content::Element(element) => element.collect_text(text),
            }
        }
    }
}

/// The text of an entity, if it is one of XML or HTML.
pub(super) fn entity(name: &str) -> Option<&'static str> {
    quick_xml::escape::resolve_xml_entity(name)
        .or_else(|| quick_xml::escape::resolve_html5_entity(name))
}

/// The text of a reference: its character, or as it stands if it is not known.
pub(super) fn reference(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    let name: &str = reference;
    entity(name).map_or_else(|| format!("&{name};"), str::to_owned)
}

//! What a page says about itself, besides JSON-LD: `meta` and `link` elements, microdata, `time`.
//!
//! Each field has a list of names, the most reliable first. A name stands in `name`, `property` or
//! `itemprop`, in any case.

use std::collections::HashMap;

use scraper::{ElementRef, Html};

/// Bytes of a value that are kept.
const MAX_VALUE: usize = 2_000;

/// Names of `meta` elements with the headline.
const TITLE: &[&str] = &[
    "og:title",
    "citation_title",
    "dc.title",
    "dcterms.title",
    "parsely-title",
    "sailthru.title",
    "twitter:title",
    "headline",
];

/// Names of `meta` elements with the time of publication.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "citation_online_date",
    "citation_publication_date",
    "citation_date",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "article.published",
    "article_date_original",
    "publication_date",
    "publish-date",
    "publish_date",
    "publishdate",
    "published_date",
    "pubdate",
    "date",
    "datecreated",
];

/// Names of `meta` elements with the byline.
const AUTHOR: &[&str] = &[
    "citation_author",
    "author",
    "byl",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "article:author",
    "og:article:author",
    "creator",
];

/// Names of `meta` elements with the name of the site.
const SITE: &[&str] = &[
    "og:site_name",
    "application-name",
    "cre",
    "dc.publisher",
    "publisher",
];

/// Names of `meta` elements with the article that this one was taken from.
const ORIGIN: &[&str] = &[
    "syndication-source",
    "original-source",
    "dc.source",
    "dcterms.source",
];

/// Names that may stand several times, of which all values are kept.
const REPEATED: &[&str] = &["citation_author", "author", "article:author", "dc.creator"];

/// Values of such a name.
const MAX_REPEATED: usize = 20;

/// Metadata of one page.
#[derive(Debug, Default)]
pub(super) struct PageMetadata {
    pub(super) title: Option<String>,
    pub(super) published: Option<String>,
    pub(super) author: Option<String>,
    pub(super) site: Option<String>,
    /// The `canonical` link.
    pub(super) canonical: Option<String>,
    /// The url for sharing.
    pub(super) shared: Option<String>,
    /// Urls of the articles that this one was taken from, as the page says.
    pub(super) origins: Vec<String>,
    /// Contents of the JSON-LD scripts.
    pub(super) json_ld: Vec<String>,
}

/// Reads the metadata of a page.
pub(super) fn metadata(html: &Html) -> PageMetadata {
    let mut found = Found::default();
    for element in html.tree.root().descendants().filter_map(ElementRef::wrap) {
        found.visit(element);
    }
    found.finish()
}

/// The elements that hold metadata, as far as the walk has come.
#[derive(Default)]
struct Found {
    named: HashMap<String, Vec<String>>,
    canonical: Option<String>,
    json_ld: Vec<String>,
    title: Option<String>,
    /// Texts of `h1` elements.
    headings: Vec<String>,
    /// Text of the first link to an author.
    author_link: Option<String>,
    /// The first `time` inside an article, and the first of all.
    time_inside: Option<String>,
    times: Vec<String>,
}

impl Found {
    fn visit(&mut self, element: ElementRef<'_>) {
        let value = element.value();
        match value.name() {
            "meta" => self.meta(element),
            "link" if has_word(value.attr("rel"), "canonical") => {
                let href = value.attr("href").and_then(tidy);
                self.canonical = self.canonical.take().or(href);
            }
            "script" if is_json_ld(value.attr("type")) => {
                self.json_ld.push(element.text().collect());
            }
            "title" if self.title.is_none() && !in_drawing(element) => {
                self.title = text_of(element);
            }
            // Only one that stands alone counts.
            "h1" if self.headings.len() < 2 => self.headings.extend(text_of(element)),
            "time" => self.time(element),
            "a" if has_word(value.attr("rel"), "author") && self.author_link.is_none() => {
                self.author_link = text_of(element);
            }
            _ => {}
        }
        if let Some(properties) = value.attr("itemprop")
            && value.name() != "meta"
        {
            for name in properties.split_ascii_whitespace().take(4) {
                self.keep(name, || {
                    ["content", "datetime"]
                        .iter()
                        .find_map(|name| value.attr(name).and_then(tidy))
                        .or_else(|| text_of(element))
                });
            }
        }
    }

    fn meta(&mut self, element: ElementRef<'_>) {
        let value = element.value();
        for name in ["property", "name", "itemprop"] {
            if let Some(name) = value.attr(name) {
                self.keep(name, || value.attr("content").and_then(tidy));
            }
        }
    }

    /// Keeps the first value of a name that is in one of the lists, or all.
    fn keep(&mut self, name: &str, value: impl FnOnce() -> Option<String>) {
        let name = name.trim().to_ascii_lowercase();
        let wanted = [TITLE, PUBLISHED, AUTHOR, SITE, ORIGIN]
            .iter()
            .any(|list| list.contains(&name.as_str()))
            || name == "og:url";
        if !wanted {
            return;
        }
        let several = REPEATED.contains(&name.as_str()) || ORIGIN.contains(&name.as_str());
        let values = self.named.entry(name).or_default();
        let room = if several { MAX_REPEATED } else { 1 };
        if values.len() < room
            && let Some(value) = value()
            && !values.contains(&value)
        {
            values.push(value);
        }
    }

    fn time(&mut self, element: ElementRef<'_>) {
        let Some(time) = element.value().attr("datetime").and_then(tidy) else {
            return;
        };
        let inside = element
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|above| matches!(above.value().name(), "article" | "main"));
        if inside && self.time_inside.is_none() {
            self.time_inside = Some(time.clone());
        }
        if self.times.len() < 2 && !self.times.contains(&time) {
            self.times.push(time);
        }
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.named.get(*name)?.first().cloned())
    }

    fn finish(mut self) -> PageMetadata {
        // A `time` outside the article counts only if the page has no other.
        let only_time = match self.times.as_slice() {
            [time] => Some(time.clone()),
            _ => None,
        };
        let author = AUTHOR.iter().find_map(|name| {
            let names: Vec<&str> = self
                .named
                .get(*name)?
                .iter()
                .map(String::as_str)
                // `article:author` is often the address of a profile.
                .filter(|name| !name.starts_with("http"))
                .collect();
            (!names.is_empty()).then(|| names.join(", "))
        });
        PageMetadata {
            title: self.first(TITLE).or_else(|| self.heading_or_title()),
            published: self
                .first(PUBLISHED)
                .or_else(|| self.time_inside.take())
                .or(only_time),
            author: author.or_else(|| self.author_link.take()),
            site: self.first(SITE),
            canonical: self.canonical.take(),
            shared: self.first(&["og:url"]),
            origins: ORIGIN
                .iter()
                .filter_map(|name| self.named.get(*name))
                .flatten()
                .cloned()
                .collect(),
            json_ld: self.json_ld,
        }
    }

    /// The only heading of the first rank, if the title of the page holds it: the title often names
    /// the site too. Else the title.
    fn heading_or_title(&self) -> Option<String> {
        match (&self.title, self.headings.as_slice()) {
            (Some(title), [heading]) if title.contains(heading.as_str()) => Some(heading.clone()),
            (None, [heading]) => Some(heading.clone()),
            (title, _) => title.clone(),
        }
    }
}

/// A value without spaces around it and line ends inside; `None` if it is empty.
fn tidy(value: &str) -> Option<String> {
    let mut tidied = String::new();
    for word in value.split_whitespace() {
        if tidied.len() + word.len() > MAX_VALUE {
            break;
        }
        if !tidied.is_empty() {
            tidied.push(' ');
        }
        tidied.push_str(word);
    }
    Some(tidied).filter(|text| !text.is_empty())
}

/// The text of an element, as far as a value may be long.
fn text_of(element: ElementRef<'_>) -> Option<String> {
    let mut text = String::new();
    for part in element.text() {
        text.push_str(part);
        text.push(' ');
        if text.len() > MAX_VALUE {
            break;
        }
    }
    tidy(&text)
}

/// Tells whether a list of words, separated by spaces, has a word.
fn has_word(words: Option<&str>, word: &str) -> bool {
    words.is_some_and(|words| {
        words
            .split_ascii_whitespace()
            .any(|known| known.eq_ignore_ascii_case(word))
    })
}

fn is_json_ld(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or(kind).trim();
        kind.eq_ignore_ascii_case("application/ld+json")
    })
}

/// Drawings have titles of their own.
fn in_drawing(element: ElementRef<'_>) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|above| above.value().name() == "svg")
}

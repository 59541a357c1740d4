//! Which name means which field, and how the values found become a [`Document`].
//!
//! Every format that has named fields (JSON keys, table columns) looks its names up here and hands what it found to
//! [`assemble`], so that a CSV and a JSONL of the same records give the same documents.
//!
//! One rule decides between several names of one field: the first accepted name that holds something wins. A null, an
//! empty string or a value of an unusable type gives way to a later name. Of one name that comes twice the last that holds something wins.

use std::borrow::Cow;
use std::ops::Range;

use super::dates;
use crate::document::Document;
use crate::text::domain::{self, SiteCache};

/// Names accepted for the id, the first that holds something wins.
pub const ID_NAMES: &[&str] = &[
    "id",
    "doc_id",
    "docid",
    "document_id",
    "article_id",
    "uuid",
    "guid",
];
/// Names accepted for the main text.
pub const TEXT_NAMES: &[&str] = &[
    "text",
    "content",
    "body",
    "maintext",
    "article",
    "article_text",
    "articlebody",
    "full_text",
    "fulltext",
    "raw_content",
];
/// Names accepted for the url.
pub const URL_NAMES: &[&str] = &[
    "url",
    "link",
    "uri",
    "page_url",
    "article_url",
    "source_url",
];
/// Names accepted for the site.
pub const SITE_NAMES: &[&str] = &[
    "site",
    "source",
    "domain",
    "source_domain",
    "hostname",
    "host",
    "website",
    "outlet",
    "newspaper",
    "series",
];
/// Names accepted for the time of publication.
pub const PUBLISHED_NAMES: &[&str] = &[
    "published",
    "date",
    "date_publish",
    "timestamp",
    "date_published",
    "datepublished",
    "published_at",
    "publish_date",
    "published_date",
    "publication_date",
    "pub_date",
    "pubdate",
    "datetime",
];
/// Names accepted for the headline.
pub const TITLE_NAMES: &[&str] = &["title", "headline"];
/// Names accepted for the byline.
pub const AUTHOR_NAMES: &[&str] = &["author", "byline", "authors", "creator"];
/// Names accepted for the url that a page names as its original.
pub const CANONICAL_NAMES: &[&str] = &[
    "canonical",
    "canonical_url",
    "canonicalurl",
    "canonical_link",
    "rel_canonical",
];
/// Names accepted for the time when the page was fetched.
pub const CRAWLED_NAMES: &[&str] = &[
    "crawled",
    "crawl_ts",
    "crawl_date",
    "crawled_at",
    "date_download",
    "date_crawled",
    "fetched",
    "fetched_at",
    "retrieved",
    "retrieved_at",
    "warc_date",
];

/// How many of a record's own names a reason lists.
const NAMES_LISTED: usize = 20;
/// How many characters of each.
const NAME_CHARACTERS: usize = 40;

/// The names accepted for each field, in order of preference; compared without regard to ASCII case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldNames {
    /// Names of the id.
    pub id: Vec<String>,
    /// Names of the main text.
    pub text: Vec<String>,
    /// Names of the url.
    pub url: Vec<String>,
    /// Names of the site.
    pub site: Vec<String>,
    /// Names of the time of publication.
    pub published: Vec<String>,
    /// Names of the headline.
    pub title: Vec<String>,
    /// Names of the byline.
    pub author: Vec<String>,
    /// Names of the url that a page names as its original.
    pub canonical: Vec<String>,
    /// Names of the time when the page was fetched.
    pub crawled: Vec<String>,
}

impl Default for FieldNames {
    fn default() -> Self {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            id: own(ID_NAMES),
            text: own(TEXT_NAMES),
            url: own(URL_NAMES),
            site: own(SITE_NAMES),
            published: own(PUBLISHED_NAMES),
            title: own(TITLE_NAMES),
            author: own(AUTHOR_NAMES),
            canonical: own(CANONICAL_NAMES),
            crawled: own(CRAWLED_NAMES),
        }
    }
}

/// A field of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Field {
    Id,
    Text,
    Url,
    Site,
    Published,
    Title,
    Author,
    Canonical,
    Crawled,
}

/// How many fields there are.
pub(super) const FIELDS: usize = 9;

impl Field {
    pub(super) const ALL: [Self; FIELDS] = [
        Self::Id,
        Self::Text,
        Self::Url,
        Self::Site,
        Self::Published,
        Self::Title,
        Self::Author,
        Self::Canonical,
        Self::Crawled,
    ];

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

impl FieldNames {
    /// In the order of [`Field::ALL`].
    fn lists(&self) -> [&Vec<String>; FIELDS] {
        [
            &self.id,
            &self.text,
            &self.url,
            &self.site,
            &self.published,
            &self.title,
            &self.author,
            &self.canonical,
            &self.crawled,
        ]
    }
}

/// A field that a name stands for, and its place in the order of preference.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) field: Field,
    pub(super) rank: u32,
}

/// The field names, arranged for looking up.
#[derive(Debug)]
pub(super) struct Lookup {
    /// Indexed by the length of the name: most keys of a record are told apart by it alone.
    by_length: Vec<Vec<(Box<str>, Vec<Target>)>>,
    /// The names of the text, for a reason.
    text_names: String,
}

impl Lookup {
    pub(super) fn new(names: &FieldNames) -> Self {
        let mut by_length: Vec<Vec<(Box<str>, Vec<Target>)>> = Vec::new();
        for (field, list) in Field::ALL.into_iter().zip(names.lists()) {
            for (name, rank) in list.iter().zip(0u32..) {
                if by_length.len() <= name.len() {
                    by_length.resize_with(name.len() + 1, Vec::new);
                }
                let target = Target { field, rank };
                let same_length = &mut by_length[name.len()];
                match same_length
                    .iter_mut()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))
                {
                    Some((_, targets)) if targets.iter().any(|known| known.field == field) => {}
                    Some((_, targets)) => targets.push(target),
                    None => same_length.push((name.as_str().into(), vec![target])),
                }
            }
        }
        Self {
            by_length,
            text_names: names.text.join(", "),
        }
    }

    /// The fields that `name` stands for: none, one, or more where the user gave one name to several.
    pub(super) fn targets(&self, name: &str) -> &[Target] {
        self.by_length
            .get(name.len())
            .and_then(|names| {
                names
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))
            })
            .map_or(&[], |(_, targets)| targets)
    }

    /// The reason for a record in which no name of the text was found.
    pub(super) fn no_text<'n>(&self, there: impl Iterator<Item = Cow<'n, str>>) -> String {
        let there = list_names(there);
        format!(
            "no text field (looked for {}); the record has: {there}; name the right one with --text-field",
            self.text_names
        )
    }
}

/// Lists names that came from outside: bounded in number and length, control characters escaped, each once.
pub(super) fn list_names<'n>(names: impl Iterator<Item = Cow<'n, str>>) -> String {
    let mut listed: Vec<String> = Vec::new();
    let mut more = false;
    for name in names {
        let shown = show(&name, NAME_CHARACTERS);
        if listed.contains(&shown) {
            continue;
        }
        if listed.len() == NAMES_LISTED {
            more = true;
            break;
        }
        listed.push(shown);
    }
    match (listed.is_empty(), more) {
        (true, _) => "nothing".to_owned(),
        (false, false) => listed.join(", "),
        (false, true) => format!("{}, ...", listed.join(", ")),
    }
}

/// A string from outside made fit for one line: at most `limit` characters, control characters escaped.
pub(super) fn show(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == limit {
            shown.push_str("...");
            break;
        }
        if c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A value that was found: in the record itself, or decoded into [`Decoding::decoded`].
#[derive(Debug, Clone)]
pub(super) enum Held<'a> {
    Record(&'a str),
    Decoded(Range<usize>),
}

/// The values found in one record, by field.
pub(super) type Found<'a> = [Option<Held<'a>>; FIELDS];

/// Room that is used again from record to record, so that reading a record allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Decoding {
    /// The decoded form of values that had escapes.
    pub(super) decoded: String,
    /// Where the escapes of the current JSON line stand.
    pub(super) escapes: Vec<u32>,
    /// The site, where it had to be worked out.
    site: String,
    /// Sites worked out before.
    sites: SiteCache,
}

impl Decoding {
    /// Makes ready for the next record, and gives back what an unusually large one took.
    pub(super) fn clear(&mut self, keep: usize) {
        self.decoded.clear();
        self.decoded.shrink_to(keep);
        self.escapes.clear();
        self.escapes.shrink_to(keep);
        self.site.clear();
    }
}

/// A document and what had to be done to get it.
#[derive(Debug)]
pub(super) struct Parsed<'a> {
    pub(super) document: Document<'a>,
    /// Broken UTF-8 was replaced.
    pub(super) lossy: bool,
    /// A date was given but not understood.
    pub(super) bad_date: bool,
}

/// A record that gives no document.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) id: Option<String>,
    pub(super) reason: String,
}

/// Makes a document of the values found: trims, reads the date, works out the site.
///
/// `bad_date` says that a date of a type that cannot be read was found.
pub(super) fn assemble<'s>(
    found: &Found<'s>,
    decoding: &'s mut Decoding,
    lossy: bool,
    mut bad_date: bool,
) -> Parsed<'s> {
    let Decoding {
        decoded,
        site: site_room,
        sites,
        ..
    } = decoding;
    let decoded: &'s str = decoded;
    let get = |field: Field| -> Option<&'s str> {
        match &found[field.index()] {
            None => None,
            Some(Held::Record(text)) => Some(text),
            Some(Held::Decoded(range)) => decoded.get(range.clone()),
        }
    };
    let trimmed = |field: Field| get(field).map(str::trim).filter(|text| !text.is_empty());

    let url = trimmed(Field::Url);
    let site = match trimmed(Field::Site) {
        Some(given) => domain::tidy(given, sites, site_room),
        None => url
            .is_some_and(|url| sites.registrable(url, site_room))
            .then_some(domain::Tidy::InRoom),
    };
    let site_room: &'s str = site_room;
    let site = site.map(|site| match site {
        domain::Tidy::AsGiven(given) => Cow::Borrowed(given),
        domain::Tidy::InRoom => Cow::Borrowed(site_room),
    });
    let published = trimmed(Field::Published).and_then(|text| {
        let parsed = dates::parse(text);
        bad_date |= parsed.is_none();
        parsed
    });
    let document = Document {
        id: get(Field::Id)
            .filter(|id| !id.is_empty())
            .map(Cow::Borrowed),
        text: Cow::Borrowed(get(Field::Text).unwrap_or_default()),
        url: url.map(Cow::Borrowed),
        site,
        published,
        title: trimmed(Field::Title).map(Cow::Borrowed),
        author: trimmed(Field::Author).map(Cow::Borrowed),
        canonical: trimmed(Field::Canonical).map(Cow::Borrowed),
        crawled: trimmed(Field::Crawled).and_then(dates::parse),
    };
    Parsed {
        document,
        lossy,
        bad_date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whatever_their_case() {
        let lookup = Lookup::new(&FieldNames::default());
        for (name, expected) in [
            ("text", Some((Field::Text, 0))),
            ("TEXT", Some((Field::Text, 0))),
            ("MainText", Some((Field::Text, 3))),
            ("articleBody", Some((Field::Text, 6))),
            ("texts", None),
            ("tex", None),
            ("", None),
            ("doc_id", Some((Field::Id, 1))),
            ("a name longer than every name that is known", None),
        ] {
            let targets: Vec<_> = lookup
                .targets(name)
                .iter()
                .map(|t| (t.field, t.rank))
                .collect();
            assert_eq!(targets, expected.into_iter().collect::<Vec<_>>(), "{name}");
        }
    }

    #[test]
    fn no_default_name_stands_for_two_fields() {
        let names = FieldNames::default();
        let lookup = Lookup::new(&names);
        for list in names.lists() {
            for (rank, name) in list.iter().enumerate() {
                let targets = lookup.targets(name);
                assert_eq!(
                    (targets.len(), targets[0].rank as usize),
                    (1, rank),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn one_name_may_be_given_to_several_fields() {
        let names = FieldNames {
            text: vec!["title".into(), "Title".into()],
            ..FieldNames::default()
        };
        let fields: Vec<_> = Lookup::new(&names)
            .targets("title")
            .iter()
            .map(|t| t.field)
            .collect();
        assert_eq!(fields, [Field::Text, Field::Title]);
    }

    #[test]
    fn listed_names_are_bounded_and_tame() {
        let many: Vec<String> = (0..30).map(|n| format!("f{n}")).collect();
        let listed = list_names(many.iter().map(|n| Cow::Borrowed(n.as_str())));
        assert!(listed.ends_with("f19, ..."), "{listed}");
        let twenty = list_names(many.iter().take(20).map(|n| Cow::Borrowed(n.as_str())));
        assert!(twenty.ends_with("f19"), "{twenty}");
        assert_eq!(
            list_names(
                ["a\n\u{1b}[31m", "a\n\u{1b}[31m"]
                    .into_iter()
                    .map(Cow::Borrowed)
            ),
            "a\\u{a}\\u{1b}[31m"
        );
        assert_eq!(list_names(std::iter::empty()), "nothing");
        assert_eq!(show(&"x".repeat(41), 40), format!("{}...", "x".repeat(40)));
        assert_eq!(show(&"x".repeat(40), 40), "x".repeat(40));
    }
}

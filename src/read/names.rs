//! Names under which the fields of a document are found in records.
//!
//! Every format with named fields (JSON keys, table columns) looks its names up here, so that a CSV
//! and a JSONL of the same records give the same documents.
//!
//! One rule decides between several names of one field: the first accepted name that holds
//! something wins. A null, an empty string or a value of an unusable type gives way to a later
//! name. If a record has the same name twice, the last one that holds something wins.

use std::borrow::Cow;

/// Names accepted for the id, the preferred one first.
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

/// Number of a record's own names that a reject lists.
const NAMES_LISTED: usize = 20;
/// Characters shown of each.
const NAME_CHARACTERS: usize = 40;

/// The names accepted for each field, in order of preference; compared without regard to ASCII
/// case.
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

impl FieldNames {
    /// The lists, in the order of [`Field::ALL`].
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

/// Number of fields.
pub(super) const FIELDS: usize = 9;

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

/// A field that a name stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldTarget {
    pub(super) field: Field,
    /// Place of the name in the field's order of preference, from 0.
    pub(super) rank: u32,
}

/// Finds the fields that a name stands for.
#[derive(Debug)]
pub(super) struct FieldLookup {
    /// Indexed by the length of the name, which alone tells most keys of a record apart.
    by_length: Vec<Vec<(Box<str>, Vec<FieldTarget>)>>,
    /// Names of the text, for a reject.
    text_names: String,
}

impl FieldLookup {
    pub(super) fn new(names: &FieldNames) -> Self {
        let mut by_length: Vec<Vec<(Box<str>, Vec<FieldTarget>)>> = Vec::new();
        for (field, list) in Field::ALL.into_iter().zip(names.lists()) {
            for (name, rank) in list.iter().zip(0u32..) {
                if by_length.len() <= name.len() {
                    by_length.resize_with(name.len() + 1, Vec::new);
                }
                let target = FieldTarget { field, rank };
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

    /// The fields that `name` stands for: none, one, or several if the user gave one name to
    /// several fields.
    pub(super) fn targets(&self, name: &str) -> &[FieldTarget] {
        self.by_length
            .get(name.len())
            .and_then(|names| {
                names
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))
            })
            .map_or(&[], |(_, targets)| targets)
    }

    /// The reason to reject a record that has `names`, none of which stands for the text.
    pub(super) fn no_text<'n>(&self, names: impl Iterator<Item = Cow<'n, str>>) -> String {
        format!(
            "no text field (looked for {}); the record has: {}; \
             name the right one with --text-field",
            self.text_names,
            list_names(names)
        )
    }
}

/// Lists names that came from outside: each once, few enough and short enough for one line, control
/// characters escaped.
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

/// Makes a string from outside fit for one line: at most `limit` characters, control characters and
/// those that change the direction of writing escaped.
pub(super) fn show(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == limit {
            shown.push_str("...");
            break;
        }
        let separates_lines = matches!(c, '\u{2028}' | '\u{2029}');
        let turns_text = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || separates_lines || turns_text {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_any_case() {
        let lookup = FieldLookup::new(&FieldNames::default());
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
    fn each_default_name_stands_for_one_field() {
        let names = FieldNames::default();
        let lookup = FieldLookup::new(&names);
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
        let fields: Vec<_> = FieldLookup::new(&names)
            .targets("title")
            .iter()
            .map(|t| t.field)
            .collect();
        assert_eq!(fields, [Field::Text, Field::Title]);
    }

    #[test]
    fn listed_names_are_few_short_and_escaped() {
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

//! Names under which the fields of a document are found in records.
//!
//! Every format with named fields (JSON keys, table columns) looks its names up here, so that a CSV
//! and a JSONL of the same records give the same documents.
//!
//! A name is a path: `thread.site` is the field `site` in the object `thread`, or a column with
//! that whole name. Matching ignores the case of ASCII letters, spaces, hyphens and underscores,
//! except an underscore at the start: `_source` of a search server is not `source`.
//!
//! One rule decides between several names of one field: the first accepted name that holds
//! something wins. A null, an empty string, or a value that cannot be what the field needs gives
//! way to a later name. If a record has the same name twice, the last one that holds something
//! wins.

use std::borrow::Cow;

/// Names accepted for the id, the preferred one first.
pub const ID_NAMES: &[&str] = &[
    "id",
    "doc_id",
    "document_id",
    "article_id",
    "story_id",
    "stories_id",
    "uuid",
    "guid",
    "_id",
    "thread.uuid",
    "uri",
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
    "raw_content",
    "text_content",
    "body_text",
    "body_main",
    "body_richtext",
    "bodies.value",
    "plain_text",
    "raw_text",
    "content_text",
    "story_text",
    "article_content",
    "news_text",
    "news_content",
    "clean_text",
    "cleaned_text",
    "full_content",
    "full_article",
    "text_body",
    "body_xhtml",
    "body_html",
    "content_html",
    "html_text",
    "story",
    "description",
];
/// Names accepted for the url.
pub const URL_NAMES: &[&str] = &[
    "url",
    "link",
    "page_url",
    "article_url",
    "web_url",
    "requested_url",
    "responded_url",
    "target_uri",
    "warc_target_uri",
    "document_identifier",
    "permalink",
    "story_url",
    "news_url",
    "post_url",
    "original_url",
    "thread.url",
    "main_entity_of_page",
    "uri",
    "guid",
    "source",
    "@id",
    "source_url",
];
/// Names accepted for the site. What the values of a name must look like, and whether they take
/// precedence over the url's host, is said by `HOST_NAMES` and `VAGUE_NAMES`.
pub const SITE_NAMES: &[&str] = &[
    "site",
    "domain",
    "source_domain",
    "canonical_domain",
    "hostname",
    "host",
    "website",
    "source_hostname",
    "source_host",
    "thread.site",
    "clean_url",
    "domain_url",
    "source.uri",
    "source.domain",
    "netloc",
    "outlet",
    "newspaper",
    "publication",
    "media_name",
    "site_name",
    "source_name",
    "source.name",
    "source_common_name",
    "name_source",
    "publication_name",
    "outlet_name",
    "news_outlet",
    "media_outlet",
    "news_source",
    "provider",
    "source",
    "series",
    "publisher",
    "is_part_of",
    "source.title",
    "media_url",
    "source_url",
];
/// Names of [`SITE_NAMES`] that promise a host. A value that does not look like one is passed over.
pub(super) const HOST_NAMES: &[&str] = &[
    "domain",
    "source_domain",
    "canonical_domain",
    "hostname",
    "host",
    "website",
    "source_hostname",
    "source_host",
    "thread.site",
    "clean_url",
    "domain_url",
    "source.uri",
    "source.domain",
    "netloc",
];
/// Names of [`SITE_NAMES`] that may mean something else: a crawl, a section, a company that owns many
/// outlets. Their values count where there is no url.
pub(super) const VAGUE_NAMES: &[&str] = &[
    "source",
    "series",
    "publisher",
    "is_part_of",
    "source.title",
    "media_url",
    "source_url",
];
/// Names of [`URL_NAMES`] under which records also keep other things. A value counts only if it is
/// the address of a page, and not of a whole site.
pub(super) const UNSURE_URL_NAMES: &[&str] = &["uri", "guid", "source", "@id", "source_url"];
/// Names that count only in a record that has no other name of the same field.
pub(super) const LAST_NAMES: &[&str] = &["description", "name"];
/// Names of [`PUBLISHED_NAMES`] whose times are of UTC although they have no zone: WordPress keeps the
/// local time of the site beside them.
pub(super) const UTC_NAMES: &[&str] = &["date_gmt", "post_date_gmt"];
/// Names accepted for the time of publication.
pub const PUBLISHED_NAMES: &[&str] = &[
    "published",
    "date_gmt",
    "post_date_gmt",
    "date",
    "date_publish",
    "timestamp",
    "date_published",
    "datepublished",
    "published_at",
    "publish_date",
    "published_date",
    "publication_date",
    "publishing_date",
    "pub_date",
    "pubdate",
    "datetime",
    "date_time_pub",
    "web_publication_date",
    "published_time",
    "publish_time",
    "published_on",
    "article_published_time",
    "first_published",
    "publication_time",
    "pub_time",
    "post_date",
    "posted_at",
    "version_created",
    "first_created",
    "thread.published",
    "iso_date",
    "seen_date",
    "date_created",
    "created",
];
/// Names accepted for the headline.
pub const TITLE_NAMES: &[&str] = &[
    "title",
    "headline",
    "web_title",
    "headlines",
    "headline_main",
    "headline_simple",
    "heading",
    "article_title",
    "news_title",
    "story_title",
    "page_title",
    "name",
];
/// Names accepted for the byline.
pub const AUTHOR_NAMES: &[&str] = &[
    "author",
    "byline",
    "authors",
    "creator",
    "bylines",
    "dc_creator",
    "author_name",
    "article_author",
    "written_by",
    "writer",
    "journalist",
];
/// Names accepted for the url that a page names as its original.
pub const CANONICAL_NAMES: &[&str] = &[
    "canonical",
    "canonical_url",
    "canonicalurl",
    "canonical_link",
    "rel_canonical",
    "link_canonical",
];
/// Names accepted for the time when the page was fetched.
pub const CRAWLED_NAMES: &[&str] = &[
    "crawled",
    "crawl_ts",
    "crawl_date",
    "crawled_at",
    "crawl_time",
    "crawl_timestamp",
    "date_download",
    "date_crawled",
    "fetched",
    "fetched_at",
    "fetch_time",
    "retrieved",
    "retrieved_at",
    "downloaded_at",
    "download_date",
    "scraped_at",
    "scrape_date",
    "date_scraped",
    "warc_date",
    "file_date",
    "inserted_at",
    "indexed_date",
    "collected_at",
    "added",
];
/// Names of objects whose fields are looked up as if they stood in the record itself, if nothing there
/// has the name. Such an object may hold another one.
pub const WRAPPER_NAMES: &[&str] = &[
    "_source",
    "fields",
    "metadata",
    "meta",
    "document",
    "doc",
    "article",
    "item",
    "data",
    "attributes",
    "properties",
    "record",
    "result",
    "@graph",
];

/// Number of a record's own names that a reject lists.
const NAMES_LISTED: usize = 20;
/// Characters shown of each.
const NAME_CHARACTERS: usize = 40;

/// The names accepted for each field, in order of preference.
///
/// A list that differs from the usual one was chosen by the user: all values of its names count,
/// whatever they look like.
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
    pub(super) fn lists(&self) -> [&Vec<String>; FIELDS] {
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

    /// Name of the field in messages.
    pub(super) fn name(self) -> &'static str {
        [
            "id",
            "text",
            "url",
            "site",
            "published",
            "title",
            "author",
            "canonical",
            "crawled",
        ][self.index()]
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

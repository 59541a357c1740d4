//! The article that a page describes in JSON-LD.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Objects of one page that are looked at, and names of authors that are kept.
const MAX_OBJECTS: usize = 10_000;
const MAX_AUTHORS: usize = 50;

/// Types of schema.org that are articles and do not end in `Article`.
const ARTICLE_TYPES: &[&str] = &[
    "BlogPosting",
    "LiveBlogPosting",
    "SocialMediaPosting",
    "DiscussionForumPosting",
    "Report",
    "NewsItem",
    "ReviewNewsArticle",
];

/// Names under which an object nests others that may be the article.
const NESTING: &[&str] = &["@graph", "mainEntity", "mainEntityOfPage"];

/// Fields of the article, as the page gives them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct JsonLdArticle {
    pub(super) title: Option<String>,
    pub(super) published: Option<String>,
    pub(super) author: Option<String>,
    pub(super) publisher: Option<String>,
    pub(super) url: Option<String>,
    /// Urls of `isBasedOn`.
    pub(super) based_on: Vec<String>,
}

/// Finds the article in the scripts of a page. `address` decides between several.
pub(super) fn article(scripts: &[String], address: Option<&str>) -> Option<JsonLdArticle> {
    let parsed: Vec<Value> = scripts.iter().filter_map(|script| parse(script)).collect();
    let mut objects: Vec<&Map<String, Value>> = Vec::new();
    for value in &parsed {
        collect(value, &mut objects);
    }
    let by_id: HashMap<&str, &Map<String, Value>> = objects
        .iter()
        .filter_map(|object| Some((object.get("@id")?.as_str()?, *object)))
        .filter(|(_, object)| object.len() > 1)
        .collect();
    let articles: Vec<&Map<String, Value>> =
        objects.iter().copied().filter(|o| is_article(o)).collect();
    let own = |object: &&&Map<String, Value>| {
        address.is_some_and(|address| url_of(object).is_some_and(|url| same_page(&url, address)))
    };
    let dated = |object: &&&Map<String, Value>| object.contains_key("datePublished");
    let chosen = articles
        .iter()
        .find(own)
        .or_else(|| articles.iter().find(dated))
        .or_else(|| articles.first())?;
    Some(read(chosen, &by_id))
}

/// Parses a script. Line ends inside strings, comments around the script and a semicolon after it
/// are common, and forgiven.
fn parse(script: &str) -> Option<Value> {
    let script = script.trim();
    let script = script.strip_prefix("<!--").unwrap_or(script);
    let script = script.strip_suffix("-->").unwrap_or(script);
    let script = script.replace("//<![CDATA[", "").replace("//]]>", "");
    let script = script.trim().trim_end_matches(';');
    serde_json::from_str(script)
        .or_else(|_| {
            let cleaned: String = script
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            serde_json::from_str(&cleaned)
        })
        .ok()
}

/// Collects the objects that may be articles, in their order.
fn collect<'v>(value: &'v Value, objects: &mut Vec<&'v Map<String, Value>>) {
    let mut stack = vec![value];
    while let Some(value) = stack.pop() {
        if objects.len() == MAX_OBJECTS {
            return;
        }
        match value {
            Value::Array(values) => stack.extend(values.iter().rev()),
            Value::Object(object) => {
                objects.push(object);
                stack.extend(NESTING.iter().rev().filter_map(|name| object.get(*name)));
            }
            _ => {}
        }
    }
}

/// Tells whether one of the object's types is a kind of article.
fn is_article(object: &Map<String, Value>) -> bool {
    let article = |value: &Value| {
        value.as_str().is_some_and(|name| {
            let name = name.rsplit(['/', ':', '#']).next().unwrap_or(name);
            name.ends_with("Article") || ARTICLE_TYPES.contains(&name)
        })
    };
    match object.get("@type") {
        Some(Value::Array(types)) => types.iter().any(article),
        Some(name) => article(name),
        None => false,
    }
}

fn read(object: &Map<String, Value>, by_id: &HashMap<&str, &Map<String, Value>>) -> JsonLdArticle {
    let string = |name: &str| object.get(name).and_then(string_of);
    let mut authors = Vec::new();
    for name in ["author", "creator"] {
        if authors.is_empty()
            && let Some(value) = object.get(name)
        {
            names_of(value, by_id, &mut authors);
        }
    }
    let mut publishers = Vec::new();
    if let Some(publisher) = object.get("publisher") {
        names_of(publisher, by_id, &mut publishers);
    }
    let mut based_on = Vec::new();
    for name in ["isBasedOn", "isBasedOnUrl"] {
        match object.get(name) {
            Some(Value::Array(values)) => based_on.extend(values.iter().filter_map(link_of)),
            Some(value) => based_on.extend(link_of(value)),
            None => {}
        }
    }
    JsonLdArticle {
        title: string("headline").or_else(|| string("name")),
        published: string("datePublished").or_else(|| string("dateCreated")),
        author: (!authors.is_empty()).then(|| authors.join(", ")),
        publisher: publishers.into_iter().next(),
        url: url_of(object),
        based_on,
    }
}

/// The text of a value that may be a list or an object with a `@value`.
fn string_of(value: &Value) -> Option<String> {
    let value = match value {
        Value::Array(values) => values.first()?,
        Value::Object(object) => object.get("@value")?,
        other => other,
    };
    value
        .as_str()
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Names of persons and organisations: strings, objects with a name, references to objects.
fn names_of(value: &Value, by_id: &HashMap<&str, &Map<String, Value>>, names: &mut Vec<String>) {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        other => std::slice::from_ref(other),
    };
    for value in values.iter().take(MAX_AUTHORS) {
        let name = match value {
            Value::Object(object) => object.get("name").and_then(string_of).or_else(|| {
                by_id
                    .get(object.get("@id")?.as_str()?)?
                    .get("name")
                    .and_then(string_of)
            }),
            other => string_of(other),
        };
        if let Some(name) = name
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
}

/// The url of a value that may be an object with one.
fn link_of(value: &Value) -> Option<String> {
    match value {
        Value::Object(object) => object
            .get("url")
            .or_else(|| object.get("@id"))
            .and_then(string_of),
        other => string_of(other),
    }
}

/// The url of an article: its own, or that of the page it is the main entity of.
fn url_of(object: &Map<String, Value>) -> Option<String> {
    ["url", "mainEntityOfPage", "@id"]
        .iter()
        .find_map(|name| object.get(*name).and_then(link_of))
        .filter(|url| url.starts_with("http"))
}

/// Compares two urls without scheme, fragment and a slash at the end.
fn same_page(a: &str, b: &str) -> bool {
    fn essence(url: &str) -> &str {
        let url = url.split('#').next().unwrap_or(url);
        let url = url.split_once("://").map_or(url, |(_, rest)| rest);
        url.trim_end_matches('/')
    }
    essence(a) == essence(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(script: &str) -> Option<JsonLdArticle> {
        article(&[script.to_owned()], Some("https://harbour.example/ferry"))
    }

    #[test]
    fn an_article_is_found_alone_in_a_list_and_in_a_graph() {
        let object = r#"{"@type": "NewsArticle", "headline": " Ferry runs again ",
            "datePublished": "2026-03-04T05:06:07Z",
            "author": {"@type": "Person", "name": "Ada Okoro"},
            "publisher": {"name": "Harbour Post"}, "url": "https://harbour.example/ferry"}"#;
        let expected = JsonLdArticle {
            title: Some("Ferry runs again".into()),
            published: Some("2026-03-04T05:06:07Z".into()),
            author: Some("Ada Okoro".into()),
            publisher: Some("Harbour Post".into()),
            url: Some("https://harbour.example/ferry".into()),
            based_on: Vec::new(),
        };
        for script in [
            object.to_owned(),
            format!("[{{\"@type\": \"WebSite\"}}, {object}]"),
            format!("{{\"@context\": \"https://schema.org\", \"@graph\": [{object}]}}"),
            format!("{{\"@type\": \"WebPage\", \"mainEntity\": {object}}}"),
            format!("<!--\n{object}\n-->"),
            format!("//<![CDATA[\n{object};\n//]]>"),
            object.replace("NewsArticle", "http://schema.org/ReportageNewsArticle"),
        ] {
            assert_eq!(one(&script).as_ref(), Some(&expected), "{script}");
        }
    }

    #[test]
    fn authors_may_be_strings_lists_and_references() {
        for (author, expected) in [
            (r#""Ada Okoro""#, Some("Ada Okoro")),
            (
                r#"["Ada Okoro", {"name": "Bo Lind"}, "Ada Okoro"]"#,
                Some("Ada Okoro, Bo Lind"),
            ),
            (r##"{"@id": "#ada"}"##, Some("Ada Okoro")),
            (r#"{"name": ["Bo Lind"]}"#, Some("Bo Lind")),
            ("[]", None),
            ("7", None),
            (r#"{"name": {"name": 1}}"#, None),
        ] {
            let script = format!(
                r##"{{"@graph": [{{"@type": "Article", "author": {author}}},
                {{"@type": "Person", "@id": "#ada", "name": "Ada Okoro"}}]}}"##
            );
            assert_eq!(
                one(&script).unwrap().author.as_deref(),
                expected,
                "{author}"
            );
        }
    }

    #[test]
    fn the_article_of_this_page_is_chosen_among_several() {
        let script = r#"[{"@type": "Article", "headline": "a"},
            {"@type": "Article", "headline": "b", "datePublished": "2026-01-01"},
            {"@type": ["Thing", "BlogPosting"], "headline": "c",
             "mainEntityOfPage": {"@id": "http://harbour.example/ferry/#main"}}]"#;
        let title = |address| {
            article(&[script.to_owned()], address)
                .unwrap()
                .title
                .unwrap()
        };
        assert_eq!(title(Some("https://harbour.example/ferry")), "c");
        assert_eq!(title(Some("https://harbour.example/other")), "b");
        assert_eq!(title(None), "b");
    }

    #[test]
    fn other_types_and_broken_scripts_give_nothing() {
        for script in [
            "",
            "{",
            "[]",
            "null",
            r#"{"@type": "Recipe"}"#,
            r#"{"@type": 3}"#,
        ] {
            assert_eq!(one(script), None, "{script}");
        }
        assert_eq!(one(&"[".repeat(200_000)), None);
        let with_line_end = "{\"@type\": \"Article\", \"headline\": \"one\ntwo\"}";
        assert_eq!(
            one(with_line_end).unwrap().title.as_deref(),
            Some("one two")
        );
    }

    #[test]
    fn the_work_that_an_article_is_based_on_is_kept() {
        let script = r#"{"@type": "NewsArticle", "isBasedOn": [{"url": "https://a.example/1"},
            "https://b.example/2"], "isBasedOnUrl": {"@id": "https://c.example/3"}}"#;
        assert_eq!(
            one(script).unwrap().based_on,
            [
                "https://a.example/1",
                "https://b.example/2",
                "https://c.example/3"
            ]
        );
    }
}

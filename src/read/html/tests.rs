//! Tests of whole pages.

use proptest::prelude::*;

use super::error::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_PAGE, PageError};
use super::*;
use crate::read::raw_document::RawDocument;

const ADDRESS: &str = "https://www.harbour.example/2026/03/ferry-service";

/// Paragraphs that the extractor takes for an article.
const ARTICLE: &str = "<p>The ferry between the old quay and the island runs again after eleven \
    weeks in the yard, the harbour board said on Tuesday.</p>\n<p>Two of its four engines were \
    replaced, and the crew was trained on the new controls during the last fortnight of \
    February.</p><p>Tickets bought before the repair stay valid until the end of the year.</p>";

fn read(html: &str) -> RawDocument {
    page(html, Some(ADDRESS)).unwrap()
}

#[test]
fn a_page_gives_its_article_and_not_what_surrounds_it() {
    let html = format!(
        "<!DOCTYPE html><html><head><title>Ferry runs again | Harbour Post</title></head><body>\
         <nav><ul><li><a href=/a>News</a><li><a href=/b>Sport</a></ul></nav>\
         <main><article><h1>Ferry runs again</h1>{ARTICLE}</article></main>\
         <div class=comments><p>I have been waiting for this for weeks, says a reader.</p></div>\
         <footer><p>Copyright Harbour Post. All rights reserved by the owner.</p></footer>"
    );
    let document = read(&html);
    let text = document.text.unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(text.contains("Two of its four engines"), "{text}");
    assert!(
        lines.contains(&"Tickets bought before the repair stay valid until the end of the year.")
    );
    for other in ["Sport", "waiting for this", "Copyright"] {
        assert!(!text.contains(other), "{text}");
    }
    assert_eq!(document.title.as_deref(), Some("Ferry runs again"));
    assert_eq!(document.url.as_deref(), Some(ADDRESS));
    assert_eq!(document.site, None);
}

#[test]
fn metadata_is_found_under_its_many_names() {
    type Get = fn(&RawDocument) -> Option<&str>;
    let title: Get = |d| d.title.as_deref();
    let published: Get = |d| d.published.as_deref();
    let author: Get = |d| d.author.as_deref();
    let canonical: Get = |d| d.canonical.as_deref();
    let cases: &[(&str, Get, Option<&str>)] = &[
        (
            "<meta property='og:title' content=' The  ferry '>",
            title,
            Some("The ferry"),
        ),
        (
            "<meta name=DC.Title content=x><title>y</title>",
            title,
            Some("x"),
        ),
        ("<title>y &mdash; z</title>", title, Some("y — z")),
        ("<svg><title>icon</title></svg>", title, None),
        (
            "<title>The ferry - Post</title></head><body><h1>The <i>ferry</i></h1>",
            title,
            Some("The ferry"),
        ),
        (
            "<title>The ferry</title></head><body><h1>a</h1><h1>b</h1>",
            title,
            Some("The ferry"),
        ),
        (
            "<script type='application/ld+json; charset=utf-8'>\
             {\"@type\":\"Article\",\"headline\":\"j\"}</script>\
             <meta property=og:title content=o>",
            title,
            Some("j"),
        ),
        (
            "<meta property=article:published_time content=2026-03-04>",
            published,
            Some("2026-03-04"),
        ),
        (
            "<meta name=PubDate content='4 March 2026'>",
            published,
            Some("4 March 2026"),
        ),
        (
            "<meta itemprop=datePublished content=2026-03-05>",
            published,
            Some("2026-03-05"),
        ),
        (
            "</head><body><span itemprop=datePublished>5 March</span>",
            published,
            Some("5 March"),
        ),
        (
            "</head><body><time datetime=2026-01-01></time>\
             <article><time datetime=2026-03-06>x</time>",
            published,
            Some("2026-03-06"),
        ),
        (
            "</head><body><time datetime=2026-01-01></time><time datetime=2026-01-02></time>",
            published,
            None,
        ),
        (
            "</head><body><time datetime=2026-01-01></time>",
            published,
            Some("2026-01-01"),
        ),
        (
            "<meta name=author content='Ada Okoro'><meta name=author content='Bo Lind'>",
            author,
            Some("Ada Okoro, Bo Lind"),
        ),
        (
            "<meta property=article:author content=https://social.example/ada>",
            author,
            None,
        ),
        (
            "<meta name=parsely-author content=Ada>",
            author,
            Some("Ada"),
        ),
        (
            "</head><body><a rel='author nofollow' href=/ada>Ada <b>Okoro</b></a>",
            author,
            Some("Ada Okoro"),
        ),
        (
            "</head><body><p itemprop=author>By <span>Ada</span></p>",
            author,
            Some("By Ada"),
        ),
        (
            "<link rel=canonical href=/ferry>",
            canonical,
            Some("https://www.harbour.example/ferry"),
        ),
        (
            "<meta property=og:url content=https://harbour.example/f>",
            canonical,
            Some("https://harbour.example/f"),
        ),
        (
            "<link rel=canonical href='javascript:alert(1)'>",
            canonical,
            None,
        ),
        (
            "<link rel=canonical href=/ferry>\
             <meta name=syndication-source content=https://wire.example/1>",
            canonical,
            Some("https://wire.example/1"),
        ),
        (
            "<link rel=canonical href=/ferry>\
             <meta name=original-source content=https://archive.harbour.example/1>",
            canonical,
            Some("https://www.harbour.example/ferry"),
        ),
        (
            "<script type=application/ld+json>\
             {\"@type\":\"NewsArticle\",\"isBasedOn\":\"https://wire.example/2\"}</script>",
            canonical,
            Some("https://wire.example/2"),
        ),
    ];
    for (head, get, expected) in cases {
        let document = read(&format!("<html><head>{head}"));
        assert_eq!(get(&document), *expected, "{head}");
    }
}

#[test]
fn without_an_address_the_page_names_its_own() {
    for (head, url, canonical, site) in [
        (
            "<meta property=og:site_name content='Harbour Post'>",
            None,
            None,
            Some("Harbour Post"),
        ),
        (
            "<meta property=og:site_name content=x><link rel=canonical href=https://wire.example/1>\
             <meta property=og:url content=https://harbour.example/1>",
            Some("https://harbour.example/1"),
            Some("https://wire.example/1"),
            None,
        ),
        ("<link rel=canonical href=/relative>", None, None, None),
        (
            "<link rel=canonical href=https://harbour.example/2>",
            Some("https://harbour.example/2"),
            Some("https://harbour.example/2"),
            None,
        ),
    ] {
        let document = page(head, None).unwrap();
        let found = (
            document.url.as_deref(),
            document.canonical.as_deref(),
            document.site.as_deref(),
        );
        assert_eq!(found, (url, canonical, site), "{head}");
    }
}

#[test]
fn a_page_without_an_article_has_no_text() {
    for html in [
        "",
        "<html></html>",
        "<script>var a = 1;</script>",
        "\0",
        "<p></p>",
    ] {
        let document = read(html);
        assert_eq!(document.text, None, "{html}");
    }
}

#[test]
fn hostile_pages_are_refused_or_read_within_a_small_stack() {
    let many = |n: usize, part: &str| part.repeat(n);
    let bold: String = (0..300).map(|n| format!("<b id=n{n}>")).collect();
    let attributes: String = (0..400_000).map(|n| format!("a{n} ")).collect();
    let cases: Vec<(&str, String, Option<PageError>)> = vec![
        (
            "long",
            many(MAX_PAGE / 4 + 1, "word"),
            Some(PageError::TooLong(MAX_PAGE + 4)),
        ),
        ("deep", many(100_000, "<div>"), Some(PageError::TooDeep)),
        (
            "deep lists",
            many(100_000, "<ul><li>"),
            Some(PageError::TooDeep),
        ),
        (
            "deep tables",
            many(50_000, "<table><tr><td>"),
            Some(PageError::TooDeep),
        ),
        (
            "deep drawings",
            format!("<svg>{}", many(100_000, "<g>")),
            Some(PageError::TooDeep),
        ),
        (
            "deep templates",
            many(100_000, "<template>"),
            Some(PageError::TooDeep),
        ),
        (
            "deep and closed in the wrong place",
            many(50_000, "<p><div></p>"),
            Some(PageError::TooDeep),
        ),
        (
            "almost deep",
            format!("{}{ARTICLE}", many(MAX_DEPTH - 10, "<div>")),
            None,
        ),
        (
            "reopened",
            format!("{}{}", &bold[..2000], many(100_000, "<p>x")),
            Some(PageError::TooManyElements),
        ),
        (
            "many",
            many(MAX_ELEMENTS + 1, "<br>"),
            Some(PageError::TooManyElements),
        ),
        (
            "many attributes",
            format!("<p {attributes}>"),
            Some(PageError::TooManyAttributes),
        ),
        (
            "never closed",
            format!("<p {attributes}"),
            Some(PageError::TooManyAttributes),
        ),
        (
            "attributes after a picture",
            format!("<img src='{}' {attributes}", many(20_000, "data ")),
            Some(PageError::TooManyAttributes),
        ),
        (
            "some attributes",
            format!("<p {}>{ARTICLE}", &attributes[..MAX_ATTRIBUTES * 3]),
            None,
        ),
        (
            "large picture",
            format!("<img src='{}'>{ARTICLE}", many(100_000, "data > ")),
            None,
        ),
        (
            "large comment",
            format!("<!--{}-->{ARTICLE}", many(100_000, "a <b c d> ")),
            None,
        ),
        (
            "large script",
            format!("<script>{}</script>{ARTICLE}", many(100_000, "a <b c d ")),
            None,
        ),
        (
            "deep JSON",
            format!(
                "<script type=application/ld+json>{}</script>",
                many(100_000, "[")
            ),
            None,
        ),
        (
            "closing tags",
            format!("<body>{}", many(100_000, "</p></div></b>")),
            Some(PageError::TooManyElements),
        ),
    ];
    // Half of what a worker has.
    let stack = std::thread::Builder::new().stack_size(1 << 20);
    let run = move || {
        for (case, html, expected) in cases {
            assert_eq!(page(&html, None).err(), expected, "{case}");
        }
    };
    stack.spawn(run).unwrap().join().unwrap();
}

/// Pieces of markup that meet in unusual ways.
fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<p>"),
        Just("</p>"),
        Just("<table>"),
        Just("<td>"),
        Just("</table>"),
        Just("<b>"),
        Just("</b>"),
        Just("<a href=x>"),
        Just("<div class=article-body>"),
        Just("</div>"),
        Just("<template>"),
        Just("</template>"),
        Just("<svg>"),
        Just("<math>"),
        Just("<select>"),
        Just("<option>"),
        Just("<article>"),
        Just("<frameset>"),
        Just("<form>"),
        Just("<li>"),
        Just("<ul>"),
        Just("<br>"),
        Just("<meta name=author content=x>"),
        Just("<html a=1>"),
        Just("<body b=2>"),
        Just("<script type='application/ld+json'>"),
        Just("</script>"),
        Just("{\"@type\":\"Article\","),
        Just("&amp;"),
        Just("<!--"),
        Just("-->"),
        Just("<![CDATA["),
        Just("<plaintext>"),
        Just("<quote>"),
        Just("<blockquote>"),
        Just("<time datetime=2026>"),
        Just("<link rel=canonical href=//x>"),
        Just("<h1>"),
        Just("<title>"),
        Just("\0"),
        Just("é"),
        Just("The harbour board met on Tuesday and voted, after three hours of debate. "),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_markup_panics(html in markup(), address in prop::option::of("[a-z:/.]{0,20}")) {
        // The panic of the extractor is caught, and none is known.
        let result = page(&html, address.as_deref());
        prop_assert_ne!(result.err(), Some(PageError::Extractor));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000), header in ".{0,40}") {
        let (text, _) = decode(&bytes, Some(&header));
        let _ = page(&text, None);
        is_html(&bytes);
    }

    #[test]
    fn the_form_of_markup_does_not_change_its_text(
        words in prop::collection::vec("[a-z]{1,9}", 1..40),
    ) {
        let text = plain_text(&format!("<p>{}</p>", words.join(" <b></b>\n"))).unwrap();
        prop_assert_eq!(text, words.join(" "));
    }
}

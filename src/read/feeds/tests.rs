//! Tests of whole feeds.

use proptest::prelude::*;

use super::items::FeedError;
use super::*;
use crate::read::raw_document::RawDocument;

fn read(
    xml: &str,
) -> (
    Vec<Result<RawDocument, UnreadableItem>>,
    Result<(), FeedError>,
) {
    let mut found = Vec::new();
    let result = items(xml.as_bytes(), &mut |item| found.push(item));
    (found, result)
}

/// The only item of a feed.
fn one(xml: &str) -> RawDocument {
    let (mut found, result) = read(xml);
    let shown: String = xml.chars().take(2000).collect();
    assert_eq!((result, found.len()), (Ok(()), 1), "{shown}");
    found.remove(0).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn items_of_rss_become_documents() {
    let xml = r#"<?xml version="1.0"?>
        <rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
            xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
        <channel><title>Harbour Post</title><link>https://harbour.example/</link>
        <item>
            <title>Bread &amp;amp; butter</title><media:title>A picture</media:title>
            <link>https://harbour.example/bread</link>
            <guid isPermaLink="false">bread-7</guid>
            <pubDate>Wed, 04 Mar 2026 05:06:07 GMT</pubDate>
            <dc:creator>Ada Okoro</dc:creator><dc:creator><![CDATA[Bo Lind]]></dc:creator>
            <description>Short.</description>
            <content:encoded><![CDATA[<p>The bakery opens <b>again</b>.</p><p>On
            Friday.</p>]]></content:encoded>
            <source url="https://wire.example/rss">Wire</source>
        </item></channel></rss>"#;
    assert_eq!(
        one(xml),
        RawDocument {
            id: some("bread-7"),
            text: some("The bakery opens again.\nOn Friday."),
            url: some("https://harbour.example/bread"),
            site: some("https://wire.example/rss"),
            published: some("Wed, 04 Mar 2026 05:06:07 GMT"),
            title: some("Bread & butter"),
            author: some("Ada Okoro, Bo Lind"),
            ..RawDocument::default()
        }
    );
}

#[test]
fn old_and_careless_feeds_are_read_too() {
    let item = one(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'\
         \x20xmlns='http://purl.org/rss/1.0/'>\
         <channel rdf:about='x'><title>c</title></channel>\
         <item rdf:about='https://a.example/1'><title>t</title><dc:date>2026-03-04</dc:date>\
         <description>&lt;p&gt;One &amp;eacute; AT&amp;T.&lt;/p&gt;\
         Two &copy; &unknown; &#8212;</description></item></rdf:RDF>",
    );
    assert_eq!(item.id, some("https://a.example/1"));
    assert_eq!(item.published, some("2026-03-04"));
    assert_eq!(item.text, some("One é AT&T.\nTwo © &unknown; —"));
    let item = one("<rss><channel><item><guid>https://a.example/2</guid>\
         <author>ada@a.example (Ada O)</author><link/></item></channel></rss>");
    assert_eq!(item.url, some("https://a.example/2"));
    assert_eq!((item.author, item.text), (some("Ada O"), None));
}

#[test]
fn entries_of_atom_become_documents() {
    let feed = |content: &str| {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>f</title>\
             <link href='https://a.example/'/>\
             <entry><id>tag:a.example,2026:1</id><title type='html'>A &amp;lt; B</title>\
             <link rel='edit' href='https://a.example/edit'/><link href='https://a.example/1'/>\
             <link rel='via' href='https://wire.example/1'/><updated>2026-03-05T00:00:00Z</updated>\
             <published>2026-03-04T00:00:00Z</published><author><name>Ada</name><uri>x</uri>\
             </author>\
             <author><name>Bo</name></author><summary>Short.</summary>{content}\
             <source><id>https://wire.example/feed</id><title>Wire</title></source></entry></feed>"
        )
    };
    let entry = one(&feed(
        "<content type='html'>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.</content>",
    ));
    assert_eq!(
        entry,
        RawDocument {
            id: some("tag:a.example,2026:1"),
            text: some("One.\nTwo."),
            url: some("https://a.example/1"),
            site: some("https://wire.example/feed"),
            published: some("2026-03-04T00:00:00Z"),
            title: some("A < B"),
            author: some("Ada, Bo"),
            canonical: some("https://wire.example/1"),
            crawled: None,
        }
    );
    for (content, expected) in [
        ("", "Short."),
        (
            "<content>Plain <![CDATA[<b>text</b>]]></content>",
            "Plain <b>text</b>",
        ),
        ("<content type='image/png'>iVBORw0KGgo=</content>", "Short."),
        (
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One <i>and</i>\
             </p><p>two</p></div></content>",
            "One and\ntwo",
        ),
    ] {
        assert_eq!(one(&feed(content)).text, some(expected), "{content}");
    }
}

const NITF: &str = "<nitf><head><title>Lamps</title><docdata><doc-id id-string='n7'/>\
    <date.issue norm='20260304T050607Z'/></docdata>\
    <pubdata name='Wire' date.publication='20260305'/></head>\
    <body><body.head><hedline><hl1>New <em>lamps</em></hl1></hedline>\
    <byline>By <person>Ada Okoro</person></byline>\
    <distributor>Wire News</distributor><dateline><location>RIVERTON</location> (Wire)</dateline>\
    </body.head>\
    <body.content><media><media-caption>A lamp.</media-caption></media>\
    <p>The <org>council</org> voted.</p>\
    <p>Work starts soon.</p></body.content><body.end><tagline>Edited by Bo Lind</tagline>\
    </body.end></body></nitf>";

#[test]
fn articles_in_nitf_become_documents() {
    assert_eq!(
        one(NITF),
        RawDocument {
            id: some("n7"),
            text: some("RIVERTON (Wire)\nThe council voted.\nWork starts soon.\nEdited by Bo Lind"),
            site: some("Wire News"),
            published: some("20260304T050607Z"),
            title: some("New lamps"),
            author: some("By Ada Okoro"),
            ..RawDocument::default()
        }
    );
}

#[test]
fn items_of_newsml_become_documents() {
    let item = |content: &str| {
        format!(
            "<newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><itemSet>\
             <packageItem guid='p'/>\
             <newsItem guid='urn:newsml:wire.example:7' version='2'><itemMeta>\
             <provider qcode='nprov:WIRE'/>\
             <versionCreated>2026-03-04T05:06:07Z</versionCreated></itemMeta><contentMeta>\
             <by>By Ada Okoro</by><creditline>Wire News</creditline>\
             <headline>New lamps</headline></contentMeta>\
             <contentSet>{content}</contentSet></newsItem></itemSet></newsMessage>"
        )
    };
    for (content, expected) in [
        (
            "<inlineXML contenttype='application/xhtml+xml'>\
             <html xmlns='http://www.w3.org/1999/xhtml'>\
             <head><title>t</title></head><body><p>One.</p><p>Two.</p></body></html></inlineXML>",
            Some("One.\nTwo."),
        ),
        (
            "<inlineData contenttype='text/plain'>One.\nTwo.</inlineData>",
            Some("One.\nTwo."),
        ),
        (
            "<inlineData contenttype='text/html'>&lt;p>One.&lt;p>Two.</inlineData>",
            Some("One.\nTwo."),
        ),
        (
            "<inlineData contenttype='image/png' encoding='base64'>AAAA</inlineData>",
            None,
        ),
        ("<remoteContent href='https://wire.example/7.jpg'/>", None),
    ] {
        let found = one(&item(content));
        assert_eq!(found.text.as_deref(), expected, "{content}");
        assert_eq!(found.id, some("urn:newsml:wire.example:7"));
        assert_eq!(found.site, some("WIRE"));
        assert_eq!(found.published, some("2026-03-04T05:06:07Z"));
        assert_eq!(found.title, some("New lamps"));
        assert_eq!(found.author, some("By Ada Okoro"));
    }
    let with_nitf = one(&item(&format!("<inlineXML>{NITF}</inlineXML>")));
    assert!(with_nitf.text.unwrap().contains("The council voted."));
}

#[test]
fn an_error_ends_the_feed_and_keeps_the_items_before_it() {
    let good = "<rss><channel><item><title>a</title></item>";
    for (rest, reason) in [
        ("<item><title>b</item>", "cannot be read"),
        ("<item><title>b", "ends inside an item"),
        ("<item></wrong>", "cannot be read"),
        ("<", "cannot be read"),
    ] {
        let (found, result) = read(&format!("{good}{rest}"));
        assert_eq!(found.len(), 1, "{rest}");
        let error = result.unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    let error = items(b"<?xml version='1.0' encoding='none'?><rss/>", &mut |_| {}).unwrap_err();
    assert_eq!(error, FeedError::Encoding("none".into()));
}

#[test]
fn hostile_feeds_cost_little() {
    let laughs: String = (1..30)
        .map(|n| format!("<!ENTITY a{n} '&a{};&a{};'>", n - 1, n - 1))
        .collect();
    let xml = format!(
        "<!DOCTYPE rss [<!ENTITY a0 'ha'>{laughs}<!ENTITY f SYSTEM 'file:///etc/passwd'>]>\
         <rss><channel><item><description>&a29;&f;</description></item></channel></rss>"
    );
    assert_eq!(one(&xml).text, some("&a29;&f;"));
    // Deep elements become part of the last that is built, and nothing recurses over them. Beyond
    // 65,535 the parser refuses.
    let deep = format!(
        "<entry><content type='xhtml'>{}word{}</content></entry>",
        "<div>".repeat(10_000),
        "</div>".repeat(10_000)
    );
    assert_eq!(one(&deep).text, some("word"));
    let (found, result) = read(&format!(
        "<item><guid>g</guid>{}</item>",
        "<a/>".repeat(200_000)
    ));
    assert_eq!(result, Ok(()));
    assert_eq!(found[0].as_ref().unwrap_err().id, some("g"));
    let (found, _) = read(&format!(
        "<item><guid>g</guid><description>{}</description></item>",
        "&lt;div&gt;".repeat(1000)
    ));
    assert!(found[0].as_ref().unwrap_err().reason.contains("nests"));
}

fn xml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<item>"),
        Just("</item>"),
        Just("<entry>"),
        Just("</entry>"),
        Just("<title>"),
        Just("</title>"),
        Just("<content type='html'>"),
        Just("</content>"),
        Just("<link href='x'/>"),
        Just("<newsItem guid='g'>"),
        Just("</newsItem>"),
        Just("<nitf>"),
        Just("</nitf>"),
        Just("<contentSet>"),
        Just("</contentSet>"),
        Just("<inlineXML>"),
        Just("</inlineXML>"),
        Just("<body>"),
        Just("</body>"),
        Just("<a:b xmlns:a='c'>"),
        Just("</a:b>"),
        Just("&amp;"),
        Just("&#0;"),
        Just("&x"),
        Just("<![CDATA["),
        Just("]]>"),
        Just("<!--"),
        Just("-->"),
        Just("text"),
        Just("<?x?>"),
        Just("é"),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_xml_panics(xml in xml(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&xml);
        let _ = items(&bytes, &mut |_| {});
        let _ = recognise(&bytes);
        let _ = recognise(xml.as_bytes());
    }
}

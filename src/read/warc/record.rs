//! One record of an archive.

use std::borrow::Cow;

use super::http;
use crate::read::html::{MAX_PAGE, decode, is_html, page};
use crate::read::raw_document::RawDocument;

/// Fields of one head. Crawlers write 8 to 20.
const MAX_FIELDS: usize = 128;

/// Bytes by which a page is recognised.
const SNIFFED: usize = 1024;

/// What a record is.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::read) enum WarcContent {
    /// A web page, or its text.
    Document {
        document: Box<RawDocument>,
        /// The encoding of the page.
        encoding: &'static str,
        /// The crawler or the server broke off, or an encoded body is damaged.
        cut_off: bool,
    },
    /// Something else that archives hold.
    Other(OtherRecord),
    /// A page that cannot be read, or a record that is not what the standard says.
    Rejected { id: Option<String>, reason: String },
}

/// Kinds of records that are no documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::read) enum OtherRecord {
    /// Notes of the crawler: `warcinfo`, `metadata`.
    Notes,
    /// Requests.
    Request,
    /// Pages that had not changed since an earlier visit.
    Revisit,
    /// Responses with another status than 200.
    Status,
    /// Pictures, scripts and other things that are no page.
    MediaType,
    /// Records of other kinds.
    OtherKind,
}

impl OtherRecord {
    /// The kind in words, for the count of what was left out.
    pub(in crate::read) fn name(self) -> &'static str {
        match self {
            Self::Notes => "notes of the crawler",
            Self::Request => "requests",
            Self::Revisit => "revisits",
            Self::Status => "responses with a status other than 200",
            Self::MediaType => "responses that are not web pages",
            Self::OtherKind => "records of other kinds",
        }
    }
}

/// Fields of a head.
struct WarcHead<'b> {
    fields: Vec<(&'b str, Cow<'b, str>)>,
}

impl<'b> WarcHead<'b> {
    /// Splits a record into its head and its body.
    fn split(record: &'b [u8]) -> Option<(Self, &'b [u8])> {
        let first_line = memchr::memchr(b'\n', record)? + 1;
        let mut headers = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let parsed = httparse::parse_headers(&record[first_line..], &mut headers).ok()?;
        let httparse::Status::Complete((length, headers)) = parsed else {
            return None;
        };
        let fields = headers
            .iter()
            .map(|header| (header.name, String::from_utf8_lossy(header.value)))
            .collect();
        Some((Self { fields }, &record[first_line + length..]))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// A value that may stand in angle brackets.
    fn bare(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        let bare = value.strip_prefix('<').and_then(|v| v.strip_suffix('>'));
        Some(bare.unwrap_or(value).to_owned())
    }
}

/// Reads a record, as [`super::WarcFinder`] finds it.
pub(in crate::read) fn parse(record: &[u8]) -> WarcContent {
    let Some((head, body)) = WarcHead::split(record) else {
        return WarcContent::Rejected {
            id: None,
            reason: "the head of the WARC record cannot be read".to_owned(),
        };
    };
    let kind = head.value("WARC-Type").unwrap_or_default();
    match kind.to_ascii_lowercase().as_str() {
        "response" => response(&head, body),
        "resource" => resource(&head, body),
        "conversion" => conversion(&head, body),
        "warcinfo" | "metadata" => WarcContent::Other(OtherRecord::Notes),
        "request" => WarcContent::Other(OtherRecord::Request),
        "revisit" => WarcContent::Other(OtherRecord::Revisit),
        _ => WarcContent::Other(OtherRecord::OtherKind),
    }
}

/// A response: an HTTP message, or for other protocols the thing itself.
fn response(head: &WarcHead<'_>, body: &[u8]) -> WarcContent {
    let is_http = body.starts_with(b"HTTP/")
        || head
            .value("Content-Type")
            .is_some_and(|kind| media_type(kind) == "application/http");
    if !is_http {
        return resource(head, body);
    }
    let Some((http_head, http_body)) = http::split(body) else {
        return reject(head, "the HTTP response cannot be read".to_owned());
    };
    if http_head.status != 200 {
        return WarcContent::Other(OtherRecord::Status);
    }
    let content_type = http_head.content_type.as_deref();
    if content_type.is_some_and(is_other_type) {
        return WarcContent::Other(OtherRecord::MediaType);
    }
    // A byte more, so that a page that is too long is refused and not cut.
    let payload = http::payload(&http_head, http_body, MAX_PAGE + 1);
    web_page(head, content_type, &payload.bytes, payload.cut_off)
}

/// The thing itself, without a protocol around it.
fn resource(head: &WarcHead<'_>, body: &[u8]) -> WarcContent {
    web_page(head, head.value("Content-Type"), body, false)
}

fn web_page(
    head: &WarcHead<'_>,
    content_type: Option<&str>,
    bytes: &[u8],
    cut_off: bool,
) -> WarcContent {
    let known = content_type.is_some_and(is_page_type);
    let open = !content_type.is_some_and(is_other_type);
    let sniffed = || open && is_html(&bytes[..bytes.len().min(SNIFFED)]);
    if !known && !sniffed() {
        return WarcContent::Other(OtherRecord::MediaType);
    }
    let (html, encoding) = decode(bytes, content_type);
    let address = head.bare("WARC-Target-URI");
    match page(&html, address.as_deref()) {
        Ok(document) => done(head, document, encoding, cut_off),
        Err(error) => reject(head, error.to_string()),
    }
}

/// The text of a page, as another program took it out.
fn conversion(head: &WarcHead<'_>, body: &[u8]) -> WarcContent {
    let content_type = head.value("Content-Type");
    if content_type.is_some_and(|kind| media_type(kind) != "text/plain") {
        return WarcContent::Other(OtherRecord::MediaType);
    }
    let (text, encoding) = decode(body, content_type);
    let document = RawDocument {
        text: Some(text.into_owned()).filter(|text| !text.trim().is_empty()),
        url: head.bare("WARC-Target-URI"),
        ..RawDocument::default()
    };
    done(head, document, encoding, false)
}

fn done(
    head: &WarcHead<'_>,
    document: RawDocument,
    encoding: &'static str,
    cut_off: bool,
) -> WarcContent {
    WarcContent::Document {
        document: Box::new(RawDocument {
            id: head.bare("WARC-Record-ID"),
            crawled: head.value("WARC-Date").map(str::to_owned),
            ..document
        }),
        encoding,
        cut_off: cut_off || head.value("WARC-Truncated").is_some(),
    }
}

fn reject(head: &WarcHead<'_>, reason: String) -> WarcContent {
    WarcContent::Rejected {
        id: head.bare("WARC-Record-ID"),
        reason,
    }
}

/// The type without its parameters, in lower case.
fn media_type(content_type: &str) -> String {
    let name = content_type.split(';').next().unwrap_or(content_type);
    name.trim().to_ascii_lowercase()
}

fn is_page_type(content_type: &str) -> bool {
    matches!(
        media_type(content_type).as_str(),
        "text/html" | "application/xhtml+xml"
    )
}

/// Tells whether a type says that the thing is no page. The types of servers that do not know
/// better are open.
fn is_other_type(content_type: &str) -> bool {
    let name = media_type(content_type);
    let open = matches!(
        name.as_str(),
        "" | "application/octet-stream" | "unknown/unknown" | "application/unknown" | "*/*"
    );
    !open && !is_page_type(content_type)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ARTICLE: &str = "<html><head><title>Lamps</title></head><body><article><p>The council \
        voted on Monday to replace the lamps along the river path before winter.</p><p>The work \
        costs less than was feared, the treasurer said after the vote.</p></article></body></html>";

    fn record(kind: &str, fields: &str, body: &str) -> Vec<u8> {
        format!(
            "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:7>\r\n\
             WARC-Date: 2026-03-04T05:06:07Z\r\nWARC-Target-URI: <https://river.example/lamps>\r\n\
             {fields}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    fn http(head: &str, body: &str) -> String {
        format!("HTTP/1.1 {head}\r\n\r\n{body}")
    }

    #[test]
    fn pages_and_their_texts_become_documents() {
        let html = "Content-Type: text/html\r\n";
        for (case, bytes) in [
            (
                "typed",
                record(
                    "response",
                    "",
                    &http("200 OK\r\nContent-Type: Text/HTML; charset=utf-8", ARTICLE),
                ),
            ),
            ("sniffed", record("response", "", &http("200 OK", ARTICLE))),
            (
                "open type",
                record(
                    "response",
                    "",
                    &http("200 OK\r\nContent-Type: application/octet-stream", ARTICLE),
                ),
            ),
            ("resource", record("resource", html, ARTICLE)),
            ("other protocol", record("response", html, ARTICLE)),
        ] {
            let WarcContent::Document {
                document,
                encoding,
                cut_off,
            } = parse(&bytes)
            else {
                panic!("{case}: {:?}", parse(&bytes));
            };
            assert!(
                document
                    .text
                    .unwrap()
                    .contains("lamps along the river path"),
                "{case}"
            );
            assert_eq!(document.id.as_deref(), Some("urn:uuid:7"), "{case}");
            assert_eq!(
                document.url.as_deref(),
                Some("https://river.example/lamps"),
                "{case}"
            );
            assert_eq!(
                document.crawled.as_deref(),
                Some("2026-03-04T05:06:07Z"),
                "{case}"
            );
            assert_eq!(document.title.as_deref(), Some("Lamps"), "{case}");
            assert!(["UTF-8", "windows-1252"].contains(&encoding), "{case}");
            assert!(!cut_off, "{case}");
        }
        let text = record(
            "conversion",
            "Content-Type: text/plain\r\n",
            "Lamps\nThe café stays.",
        );
        let WarcContent::Document {
            document, encoding, ..
        } = parse(&text)
        else {
            panic!("{:?}", parse(&text));
        };
        assert_eq!(document.text.as_deref(), Some("Lamps\nThe café stays."));
        assert_eq!((document.title, encoding), (None, "UTF-8"));
    }

    #[test]
    fn other_records_are_left_out_by_their_kind() {
        for (bytes, expected) in [
            (record("warcinfo", "", "software: x"), OtherRecord::Notes),
            (record("metadata", "", "a: b"), OtherRecord::Notes),
            (
                record("request", "", "GET / HTTP/1.1\r\n\r\n"),
                OtherRecord::Request,
            ),
            (
                record("revisit", "", &http("200 OK", "")),
                OtherRecord::Revisit,
            ),
            (
                record(
                    "response",
                    "",
                    &http("404 Not Found\r\nContent-Type: text/html", ARTICLE),
                ),
                OtherRecord::Status,
            ),
            (
                record(
                    "response",
                    "",
                    &http("200 OK\r\nContent-Type: image/png", ARTICLE),
                ),
                OtherRecord::MediaType,
            ),
            (
                record("response", "", &http("200 OK", "{\"a\": 1}")),
                OtherRecord::MediaType,
            ),
            (
                record("resource", "Content-Type: text/css\r\n", "p {}"),
                OtherRecord::MediaType,
            ),
            (
                record("conversion", "Content-Type: image/png\r\n", "x"),
                OtherRecord::MediaType,
            ),
            (record("continuation", "", "x"), OtherRecord::OtherKind),
            (
                b"WARC/1.0\r\nContent-Length: 0\r\n\r\n".to_vec(),
                OtherRecord::OtherKind,
            ),
        ] {
            assert_eq!(
                parse(&bytes),
                WarcContent::Other(expected),
                "{}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_rejected_with_its_id() {
        let deep = http("200 OK", &format!("<html>{}", "<div>".repeat(5000)));
        for (bytes, id, reason) in [
            (b"WARC/1.0\r\n: no name\r\n\r\n".to_vec(), None, "the head"),
            (b"WARC/1.0".to_vec(), None, "the head"),
            (
                record("response", "Content-Type: application/http\r\n", "<html>"),
                Some("urn:uuid:7"),
                "the HTTP response",
            ),
            (record("response", "", &deep), Some("urn:uuid:7"), "nests"),
        ] {
            let WarcContent::Rejected {
                id: found,
                reason: given,
            } = parse(&bytes)
            else {
                panic!("{:?}", parse(&bytes));
            };
            assert_eq!(found.as_deref(), id);
            assert!(given.contains(reason), "{given}");
        }
    }

    #[test]
    fn a_page_that_the_crawler_cut_is_marked() {
        let bytes = record(
            "response",
            "WARC-Truncated: length\r\n",
            &http("200 OK", ARTICLE),
        );
        assert!(matches!(
            parse(&bytes),
            WarcContent::Document { cut_off: true, .. }
        ));
    }

    proptest! {
        #[test]
        fn no_record_panics(
            kind in prop::sample::select(vec!["response", "resource", "conversion", "x"]),
            fields in "([A-Za-z-]{1,20}: [ -~]{0,20}\r\n){0,3}",
            body in "(HTTP/1.1 200 OK\r\n)?[ -~\r\n]{0,100}",
            bytes in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let _ = parse(&record(kind, &fields, &body));
            let _ = parse(&bytes);
        }
    }
}

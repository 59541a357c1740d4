//! Recognises a feed by its first element.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use memchr::memmem;

/// Format of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read) enum FeedKind {
    Rss,
    Atom,
    NewsMl,
    Nitf,
}

/// Recognises a feed by the first bytes of the file. A kilobyte is enough unless a long comment or
/// document type comes first.
pub(in crate::read) fn recognise(first: &[u8]) -> Option<FeedKind> {
    let utf16 = match Encoding::for_bom(first) {
        Some((encoding, _)) => Some(encoding),
        None if first.starts_with(b"<\0") => Some(UTF_16LE),
        None if first.starts_with(b"\0<") => Some(UTF_16BE),
        None => None,
    };
    match utf16 {
        Some(encoding) => of_text(encoding.decode(first).0.as_bytes()),
        None => of_text(first),
    }
}

fn of_text(first: &[u8]) -> Option<FeedKind> {
    let mut rest = first.trim_ascii_start();
    loop {
        let skipped = if rest.starts_with(b"<?") {
            memmem::find(rest, b"?>")? + 2
        } else if rest.starts_with(b"<!--") {
            memmem::find(rest, b"-->")? + 3
        } else if rest.starts_with(b"<!") {
            document_type(rest)?
        } else {
            break;
        };
        rest = rest[skipped..].trim_ascii_start();
    }
    let tag = rest.strip_prefix(b"<")?;
    let end = tag
        .iter()
        .position(|&c| c.is_ascii_whitespace() || matches!(c, b'>' | b'/'))?;
    let name = &tag[..end];
    let local = match memchr::memchr(b':', name) {
        Some(colon) => &name[colon + 1..],
        None => name,
    };
    match local {
        b"rss" => Some(FeedKind::Rss),
        b"RDF" if memmem::find(tag, b"purl.org/rss/").is_some() => Some(FeedKind::Rss),
        b"RDF" if memmem::find(tag, b"netscape.com/rdf").is_some() => Some(FeedKind::Rss),
        b"feed" | b"entry" => Some(FeedKind::Atom),
        b"newsItem" | b"newsMessage" | b"packageItem" => Some(FeedKind::NewsMl),
        b"nitf" => Some(FeedKind::Nitf),
        _ => None,
    }
}

/// Length of a document type, which may hold declarations in brackets.
fn document_type(bytes: &[u8]) -> Option<usize> {
    let end = memchr::memchr(b'>', bytes)?;
    match memchr::memchr(b'[', &bytes[..end]) {
        None => Some(end + 1),
        Some(bracket) => {
            let close = bracket + memchr::memchr(b']', &bytes[bracket..])?;
            Some(close + memchr::memchr(b'>', &bytes[close..])? + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_are_told_by_their_first_element() {
        for (first, expected) in [
            ("<rss version='2.0'>", Some(FeedKind::Rss)),
            (
                "\u{feff}<?xml version='1.0'?>\n<!-- made by hand --><rss>",
                Some(FeedKind::Rss),
            ),
            (
                "<rdf:RDF xmlns='http://purl.org/rss/1.0/'>",
                Some(FeedKind::Rss),
            ),
            ("<rdf:RDF xmlns='http://other.example/'>", None),
            (
                "<feed xmlns='http://www.w3.org/2005/Atom'>",
                Some(FeedKind::Atom),
            ),
            ("<atom:feed >", Some(FeedKind::Atom)),
            ("<newsItem guid='a'>", Some(FeedKind::NewsMl)),
            ("<newsMessage>", Some(FeedKind::NewsMl)),
            (
                "<!DOCTYPE nitf SYSTEM 'nitf.dtd'><nitf>",
                Some(FeedKind::Nitf),
            ),
            (
                "<!DOCTYPE nitf [<!ENTITY a '>'>]><nitf>",
                Some(FeedKind::Nitf),
            ),
            ("<html>", None),
            ("<rss", None),
            ("<?xml", None),
            ("", None),
        ] {
            assert_eq!(recognise(first.as_bytes()), expected, "{first}");
        }
        let utf16: Vec<u8> = "<feed>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(recognise(&utf16), Some(FeedKind::Atom));
    }
}

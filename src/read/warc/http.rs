//! The page inside an HTTP response.
//!
//! Crawlers store what the server sent or what they made of it: some decode the body and leave the
//! header as it was. A body that is not encoded as its header says is taken as it is.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use memchr::memmem;

/// Headers of one response. Servers send 5 to 40.
const MAX_HEADERS: usize = 256;

/// Head of a response.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HttpHead {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    chunked: bool,
    /// Codings of the body, in the order in which they were applied.
    codings: Vec<String>,
}

/// Splits a response into its head and its body; `None` if it has no head that can be read.
pub(super) fn split(response: &[u8]) -> Option<(HttpHead, &[u8])> {
    // `httparse` knows HTTP/1.0 and 1.1. Crawlers write other versions in the same form.
    let line_end = memchr::memchr(b'\n', response)?;
    let space = memchr::memchr(b' ', &response[..line_end])?;
    if !response.starts_with(b"HTTP/") {
        return None;
    }
    let head_end = [&b"\r\n\r\n"[..], b"\n\n"]
        .iter()
        .filter_map(|end| Some(memmem::find(response, end)? + end.len()))
        .min()?;
    let head = [b"HTTP/1.1", &response[space..head_end]].concat();
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    httparse::ParserConfig::default()
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .ignore_invalid_headers_in_responses(true)
        .parse_response(&mut parsed, &head)
        .ok()?;
    let value = |name: &str| {
        parsed
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| String::from_utf8_lossy(header.value).into_owned())
    };
    let listed = |name: &str| -> Vec<String> {
        let list = value(name).unwrap_or_default();
        list.split(',')
            .map(|coding| coding.trim().to_ascii_lowercase())
            .filter(|coding| !coding.is_empty() && coding != "identity")
            .collect()
    };
    let mut codings = listed("content-encoding");
    let transfer = listed("transfer-encoding");
    codings.extend(transfer.iter().filter(|c| *c != "chunked").cloned());
    Some((
        HttpHead {
            status: parsed.code?,
            content_type: value("content-type"),
            chunked: transfer.iter().any(|coding| coding == "chunked"),
            codings,
        },
        &response[head_end..],
    ))
}

/// A decoded body.
pub(super) struct Payload<'b> {
    pub(super) bytes: Cow<'b, [u8]>,
    /// The body breaks off, or goes on after `limit` bytes.
    pub(super) cut_off: bool,
}

/// Decodes a body, at most `limit` bytes of it.
pub(super) fn payload<'b>(head: &HttpHead, body: &'b [u8], limit: usize) -> Payload<'b> {
    let mut payload = Payload {
        bytes: Cow::Borrowed(body),
        cut_off: false,
    };
    if head.chunked
        && let Some((bytes, whole)) = unchunk(body)
    {
        payload.bytes = Cow::Owned(bytes);
        payload.cut_off = !whole;
    }
    for coding in head.codings.iter().rev().take(4) {
        if let Some((bytes, whole)) = decompress(coding, &payload.bytes, limit) {
            payload.bytes = Cow::Owned(bytes);
            payload.cut_off |= !whole;
        }
    }
    payload
}

/// Joins the chunks of a body (RFC 9112, section 7.1). `None` if it does not start with a chunk;
/// the second value is false if it breaks off.
fn unchunk(body: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut joined = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let (line, size) = match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete(chunk)) => chunk,
            _ if rest.len() == body.len() => return None,
            _ => return Some((joined, false)),
        };
        rest = &rest[line..];
        if size == 0 {
            return Some((joined, true));
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let Some(chunk) = rest.get(..size) else {
            joined.extend_from_slice(rest);
            return Some((joined, false));
        };
        joined.extend_from_slice(chunk);
        rest = &rest[size..];
        rest = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"))
            .unwrap_or(rest);
    }
}

/// Decompresses; `None` if the bytes are not compressed so, or the coding is unknown.
fn decompress(coding: &str, bytes: &[u8], limit: usize) -> Option<(Vec<u8>, bool)> {
    match coding {
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(bytes), limit),
        // The name means zlib; some servers send the bare format.
        "deflate" => {
            read(ZlibDecoder::new(bytes), limit).or_else(|| read(DeflateDecoder::new(bytes), limit))
        }
        "br" => read(brotli_decompressor::Decompressor::new(bytes, 4096), limit),
        "zstd" => read(zstd::Decoder::with_buffer(bytes).ok()?, limit),
        _ => None,
    }
}

/// Reads as far as the decoder gets. `None` if that is nothing.
fn read(decoder: impl Read, limit: usize) -> Option<(Vec<u8>, bool)> {
    let mut decoded = Vec::new();
    // What was decoded before an error is kept.
    let whole = decoder
        .take(limit as u64 + 1)
        .read_to_end(&mut decoded)
        .is_ok();
    let fits = decoded.len() <= limit;
    decoded.truncate(limit);
    (whole || !decoded.is_empty()).then_some((decoded, whole && fits))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    const PAGE: &[u8] = b"<html><p>The pier opens on Friday.</p>";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn chunks(bytes: &[u8]) -> Vec<u8> {
        let mut chunked = Vec::new();
        for chunk in bytes.chunks(16) {
            write!(chunked, "{:x};name=value\r\n", chunk.len()).unwrap();
            chunked.extend_from_slice(chunk);
            chunked.extend_from_slice(b"\r\n");
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        chunked
    }

    /// An uncompressed metablock (RFC 7932, section 9.2), and an empty last one.
    fn brotli(bytes: &[u8]) -> Vec<u8> {
        let mut encoded = Vec::new();
        // WBITS 16 (1 bit), ISLAST 0, MNIBBLES 4, MLEN - 1, ISUNCOMPRESSED 1.
        let bits = ((bytes.len() as u32 - 1) << 4) | (1 << 20);
        encoded.extend_from_slice(&bits.to_le_bytes()[..3]);
        encoded.extend_from_slice(bytes);
        encoded.push(3);
        encoded
    }

    #[test]
    fn bodies_are_decoded_as_their_headers_say_and_else_left() {
        let cases: Vec<(&str, &str, Vec<u8>)> = vec![
            ("plain", "", PAGE.to_vec()),
            ("chunked", "Transfer-Encoding: chunked", chunks(PAGE)),
            (
                "chunked, decoded before",
                "transfer-encoding: Chunked",
                PAGE.to_vec(),
            ),
            ("gzip", "Content-Encoding: gzip", gzip(PAGE)),
            (
                "gzip, decoded before",
                "Content-Encoding: gzip",
                PAGE.to_vec(),
            ),
            ("zlib", "Content-Encoding: deflate", zlib(PAGE)),
            ("deflate", "Content-Encoding: deflate", deflate(PAGE)),
            ("brotli", "Content-Encoding: br", brotli(PAGE)),
            (
                "zstd",
                "Content-Encoding: zstd",
                zstd::encode_all(PAGE, 1).unwrap(),
            ),
            ("unknown", "Content-Encoding: rot13", PAGE.to_vec()),
            (
                "twice",
                "Content-Encoding: deflate, gzip",
                gzip(&zlib(PAGE)),
            ),
            (
                "both",
                "Content-Encoding: gzip\r\nTransfer-Encoding: chunked",
                chunks(&gzip(PAGE)),
            ),
            (
                "transfer",
                "Transfer-Encoding: gzip, chunked",
                chunks(&gzip(PAGE)),
            ),
        ];
        for (case, header, body) in cases {
            let response = [
                format!("HTTP/1.1 200 OK\r\nServer: x\r\n{header}\r\n\r\n")
                    .replace("\r\n\r\n\r\n", "\r\n\r\n")
                    .as_bytes(),
                &body,
            ]
            .concat();
            let (head, body) = split(&response).unwrap();
            let payload = payload(&head, body, 1000);
            assert_eq!(&payload.bytes[..], PAGE, "{case}");
            assert!(!payload.cut_off, "{case}");
        }
    }

    #[test]
    fn heads_of_many_forms_are_read() {
        for (head, expected) in [
            (
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
                Some((200, Some("text/html"))),
            ),
            ("HTTP/2 301\r\n\r\n", Some((301, None))),
            (
                "HTTP/1.0 404 Not Found\nContent-Type : a/b\n\n",
                Some((404, Some("a/b"))),
            ),
            (
                "HTTP/1.1 200 OK\r\nbroken header\r\nContent-Type: a/b\r\n\r\n",
                Some((200, Some("a/b"))),
            ),
            ("HTTP/1.1 200 OK\r\n", None),
            ("HTTP/1.1 OK\r\n\r\n", None),
            ("<html>\n\n", None),
            ("", None),
        ] {
            let found = split(head.as_bytes());
            let found = found
                .as_ref()
                .map(|(head, _)| (head.status, head.content_type.as_deref()));
            assert_eq!(found, expected, "{head}");
        }
    }

    #[test]
    fn bodies_that_break_off_and_bombs_are_cut() {
        let head = |coding: &str| HttpHead {
            status: 200,
            content_type: None,
            chunked: coding == "chunked",
            codings: vec![coding.to_owned()],
        };
        let chunked = chunks(PAGE);
        let cut = payload(&head("chunked"), &chunked[..chunked.len() - 12], 1000);
        assert!(cut.cut_off && PAGE.starts_with(&cut.bytes) && cut.bytes.len() > 30);
        let zeros = gzip(&vec![b'0'; 1 << 20]);
        let bomb = payload(&head("gzip"), &zeros, 1000);
        assert!(bomb.cut_off && bomb.bytes.len() == 1000);
        let gzipped = gzip(&(0..=255).cycle().take(100_000).collect::<Vec<u8>>());
        let cut = payload(&head("gzip"), &gzipped[..gzipped.len() - 100], 200_000);
        assert!(cut.cut_off && cut.bytes.len() > 1000);
    }

    proptest! {
        #[test]
        fn no_body_panics(
            body in prop::collection::vec(any::<u8>(), 0..200),
            chunked: bool,
            coding in prop::sample::select(vec!["gzip", "deflate", "br", "zstd"]),
        ) {
            let codings = vec![coding.to_owned()];
            let head = HttpHead { status: 200, content_type: None, chunked, codings };
            prop_assert!(payload(&head, &body, 100).bytes.len() <= body.len().max(100));
            let _ = split(&body);
        }
    }
}

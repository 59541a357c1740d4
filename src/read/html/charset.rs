//! The character encoding of a page.
//!
//! In order: a byte order mark, the charset of the HTTP header, a declaration in the first bytes of
//! the page (HTML standard, section 13.2.3.2), and a guess by `chardetng`. Two declarations are not
//! believed, because the bytes say otherwise: one of UTF-8 on a page without a single valid
//! sequence of it, and one of a single-byte encoding on a page that is valid UTF-8 beyond ASCII.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};
use memchr::memmem;

/// Bytes in which a page may declare its encoding.
const DECLARATION: usize = 1024;

/// Bytes given to the detector. It needs a few hundred beyond ASCII.
const DETECTED: usize = 256 << 10;

/// Decodes a page. `content_type` is the value of the HTTP header. The second value is the name of
/// the encoding, as the Encoding Standard spells it.
pub(in crate::read) fn decode<'b>(
    bytes: &'b [u8],
    content_type: Option<&str>,
) -> (Cow<'b, str>, &'static str) {
    let encoding = encoding_of(bytes, content_type);
    let (text, encoding, _) = encoding.decode(bytes);
    (text, encoding.name())
}

fn encoding_of(bytes: &[u8], content_type: Option<&str>) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    let by_header = content_type
        .and_then(charset_of_type)
        .and_then(|label| Encoding::for_label(label.as_bytes()));
    let beginning = &bytes[..bytes.len().min(DECLARATION)];
    let declared = by_header
        .or_else(|| declared_in(beginning))
        .filter(|encoding| agrees(encoding, bytes));
    declared.unwrap_or_else(|| {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(&bytes[..bytes.len().min(DETECTED)], true);
        detector.guess(None, Utf8Detection::Allow)
    })
}

/// Tells whether the bytes allow a declared encoding.
fn agrees(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    if encoding == UTF_8 {
        let mut broken = false;
        for chunk in bytes.utf8_chunks() {
            if !chunk.valid().is_ascii() {
                return true;
            }
            broken |= !chunk.invalid().is_empty();
        }
        !broken
    } else if encoding.is_single_byte() {
        bytes.is_ascii() || simdutf8::basic::from_utf8(bytes).is_err()
    } else {
        true
    }
}

/// The charset of a value like `text/html; charset="utf-8"`.
fn charset_of_type(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// The encoding that a `meta` element declares. The rules of the standard for reading ahead, with
/// its exceptions: UTF-16 cannot be declared in ASCII and means UTF-8.
fn declared_in(bytes: &[u8]) -> Option<&'static Encoding> {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        let tag = &bytes[at + found..];
        at += found + 1;
        if tag.starts_with(b"<!--") {
            // `<!-->` is a whole comment.
            at += 1 + memmem::find(&tag[2..], b"-->")? + 3;
        } else if is_meta(tag) {
            let (attributes, length) = attributes(&tag[5..]);
            if let Some(encoding) = encoding_of_meta(&attributes) {
                return Some(encoding);
            }
            at += 4 + length;
        } else if tag
            .get(1)
            .is_some_and(|c| c.is_ascii_alphabetic() || *c == b'/')
        {
            let name = tag[1..]
                .iter()
                .position(|c| c.is_ascii_whitespace() || *c == b'>')?;
            at += name + attributes(&tag[1 + name..]).1;
        } else if matches!(tag.get(1), Some(b'!' | b'?')) {
            at += memchr::memchr(b'>', tag)?;
        }
    }
    None
}

fn is_meta(tag: &[u8]) -> bool {
    tag.len() > 5
        && tag[1..5].eq_ignore_ascii_case(b"meta")
        && (tag[5].is_ascii_whitespace() || tag[5] == b'/')
}

fn encoding_of_meta(attributes: &[(String, String)]) -> Option<&'static Encoding> {
    let value = |name: &str| {
        attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let label = match value("charset") {
        Some(charset) => charset.to_owned(),
        None if value("http-equiv").is_some_and(|v| v.eq_ignore_ascii_case("content-type")) => {
            charset_of_type(value("content")?)?.to_owned()
        }
        None => return None,
    };
    Encoding::for_label(label.as_bytes()).map(|encoding| {
        if encoding == UTF_16LE || encoding == UTF_16BE {
            UTF_8
        } else if encoding == X_USER_DEFINED {
            WINDOWS_1252
        } else {
            encoding
        }
    })
}

/// The attributes of a tag after its name, with names in lower case, and the bytes up to the end of
/// the tag.
fn attributes(bytes: &[u8]) -> (Vec<(String, String)>, usize) {
    let mut list = Vec::new();
    let mut at = 0;
    let text = |range: &[u8]| String::from_utf8_lossy(range).into_owned();
    let until = |from: usize, ends: fn(u8) -> bool| {
        bytes[from..]
            .iter()
            .position(|&c| ends(c))
            .map_or(bytes.len(), |n| from + n)
    };
    loop {
        at = until(at, |c| !c.is_ascii_whitespace() && c != b'/');
        if bytes.get(at).is_none_or(|&c| c == b'>') {
            return (list, at);
        }
        let name_end = until(at + 1, |c| {
            c.is_ascii_whitespace() || matches!(c, b'/' | b'>' | b'=')
        });
        let name = text(&bytes[at..name_end]).to_ascii_lowercase();
        at = until(name_end, |c| !c.is_ascii_whitespace());
        if bytes.get(at) != Some(&b'=') {
            list.push((name, String::new()));
            continue;
        }
        at = until(at + 1, |c| !c.is_ascii_whitespace());
        let (start, end) = match bytes.get(at) {
            Some(b'"') => (at + 1, until(at + 1, |c| c == b'"')),
            Some(b'\'') => (at + 1, until(at + 1, |c| c == b'\'')),
            _ => (at, until(at, |c| c.is_ascii_whitespace() || c == b'>')),
        };
        list.push((name, text(&bytes[start..end])));
        at = match start == at {
            true => end,
            false => (end + 1).min(bytes.len()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(bytes: &[u8], header: Option<&str>) -> &'static str {
        decode(bytes, header).1
    }

    #[test]
    fn the_encoding_comes_from_the_mark_the_header_the_page_or_a_guess() {
        let western = b"<p>Caf\xe9 and cr\xe8me in the s\xe9ance, na\xefve r\xf4le</p>";
        let with = |head: &str| [head.as_bytes(), western].concat();
        let cases: &[(&str, Vec<u8>, Option<&str>, &str)] = &[
            (
                "mark",
                b"\xef\xbb\xbfabc".to_vec(),
                Some("text/html; charset=koi8-r"),
                "UTF-8",
            ),
            ("UTF-16 mark", b"\xff\xfea\0b\0".to_vec(), None, "UTF-16LE"),
            (
                "header",
                with(""),
                Some("text/html; Charset=\"ISO-8859-2\""),
                "ISO-8859-2",
            ),
            (
                "header before meta",
                with("<meta charset=koi8-r>"),
                Some("text/html;charset=latin1"),
                "windows-1252",
            ),
            (
                "meta",
                with("<html><head><meta charset='windows-1250'>"),
                None,
                "windows-1250",
            ),
            (
                "meta without space",
                with("<meta/charset=windows-1251>"),
                None,
                "windows-1251",
            ),
            (
                "http-equiv",
                with("<META HTTP-EQUIV=Content-Type content=\"text/html; charset=iso-8859-15\">"),
                Some("text/html"),
                "ISO-8859-15",
            ),
            (
                "in a comment",
                with("<!-- <meta charset=koi8-r> --><meta charset=windows-1257>"),
                None,
                "windows-1257",
            ),
            (
                "in an attribute",
                with("<a title='<meta charset=koi8-r>'><meta charset=windows-1257>"),
                None,
                "windows-1257",
            ),
            (
                "unknown label",
                with("<meta charset=none>"),
                None,
                "windows-1252",
            ),
            (
                "UTF-16 in ASCII",
                b"<meta charset=utf-16>abc".to_vec(),
                None,
                "UTF-8",
            ),
            ("guess", western.to_vec(), None, "windows-1252"),
            (
                "guess of UTF-8",
                "naïve rôle".as_bytes().to_vec(),
                None,
                "UTF-8",
            ),
            (
                "wrong UTF-8",
                with("<meta charset=utf-8>"),
                None,
                "windows-1252",
            ),
            (
                "mostly UTF-8",
                "<meta charset=utf-8>naïve \u{0}"
                    .as_bytes()
                    .iter()
                    .copied()
                    .chain([0xff])
                    .collect(),
                None,
                "UTF-8",
            ),
            (
                "wrong single byte",
                "naïve rôle".as_bytes().to_vec(),
                Some("text/html; charset=latin1"),
                "UTF-8",
            ),
            (
                "ASCII",
                b"abc".to_vec(),
                Some("text/html; charset=latin1"),
                "windows-1252",
            ),
            ("nothing", Vec::new(), None, "UTF-8"),
        ];
        for (case, bytes, header, expected) in cases {
            assert_eq!(name(bytes, *header), *expected, "{case}");
        }
    }

    #[test]
    fn a_late_declaration_does_not_count() {
        let mut page = vec![b' '; DECLARATION];
        page.extend_from_slice(b"<meta charset=koi8-r>\xc1\xc2\xd7");
        assert_ne!(name(&page, None), "KOI8-R-declared");
        let mut early = vec![b' '; DECLARATION - 21];
        early.extend_from_slice(b"<meta charset=koi8-r>\xc1\xc2\xd7");
        assert_eq!(decode(&early, None).0.trim().chars().last(), Some('в'));
    }
}

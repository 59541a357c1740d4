//! The character encoding of an XML file (XML 1.0, appendix F).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memmem;

/// Bytes in which the declaration stands.
const DECLARATION: usize = 256;

/// Decodes a file by its byte order mark, its declaration, or as UTF-8. `Err` is the name of an
/// encoding that is not known.
pub(super) fn decode(xml: &[u8]) -> Result<Cow<'_, str>, String> {
    let encoding = match Encoding::for_bom(xml) {
        Some((encoding, _)) => encoding,
        None if xml.starts_with(b"<\0") => UTF_16LE,
        None if xml.starts_with(b"\0<") => UTF_16BE,
        None => match declared(xml) {
            None => UTF_8,
            Some(label) => match Encoding::for_label(label) {
                // A file whose declaration can be read as ASCII is not UTF-16.
                Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => UTF_8,
                Some(encoding) => encoding,
                None => return Err(String::from_utf8_lossy(label).into_owned()),
            },
        },
    };
    Ok(encoding.decode(xml).0)
}

/// The label in `<?xml version="1.0" encoding="label"?>`.
fn declared(xml: &[u8]) -> Option<&[u8]> {
    let beginning = xml[..xml.len().min(DECLARATION)].trim_ascii_start();
    let declaration = beginning.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memmem::find(declaration, b"?>")?];
    let name = memmem::find(declaration, b"encoding")?;
    let value = declaration[name + b"encoding".len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let quote = *value
        .first()
        .filter(|quote| matches!(quote, b'"' | b'\''))?;
    let value = &value[1..];
    Some(&value[..memchr::memchr(quote, value)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_comes_from_the_mark_or_the_declaration() {
        let utf16: Vec<u8> = "<?xml version='1.0' encoding='utf-16'?><a>é</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for (xml, expected) in [
            ("<a>é</a>".as_bytes().to_vec(), Ok("<a>é</a>")),
            (b"\xef\xbb\xbf<a/>".to_vec(), Ok("<a/>")),
            (utf16, Ok("<?xml version='1.0' encoding='utf-16'?><a>é</a>")),
            (
                b"<?xml version=\"1.0\" encoding = 'ISO-8859-1' ?><a>\xe9</a>".to_vec(),
                Ok("<?xml version=\"1.0\" encoding = 'ISO-8859-1' ?><a>é</a>"),
            ),
            (
                b"<?xml encoding='utf-16'?><a/>".to_vec(),
                Ok("<?xml encoding='utf-16'?><a/>"),
            ),
            (b"<?xml encoding='none'?><a/>".to_vec(), Err("none")),
            (b"".to_vec(), Ok("")),
        ] {
            let decoded = decode(&xml);
            assert_eq!(decoded.as_deref().map_err(String::as_str), expected);
        }
    }
}

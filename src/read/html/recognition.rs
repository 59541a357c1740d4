//! Recognises a page by its first bytes.

/// Names of elements with which a page may begin. The list of the MIME Sniffing Standard (section
/// 7.1), and `meta` and `link`, with which pages without `html` and `head` begin.
const FIRST_TAGS: &[&str] = &[
    "!doctype html",
    "html",
    "head",
    "script",
    "iframe",
    "h1",
    "div",
    "font",
    "table",
    "a",
    "style",
    "title",
    "b",
    "body",
    "br",
    "p",
    "meta",
    "link",
];

/// Tells whether a file or a payload is a web page. `first` holds its first bytes, a kilobyte of
/// them for pages that begin with a comment.
pub(in crate::read) fn is_html(first: &[u8]) -> bool {
    let mut rest = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    loop {
        rest = rest.trim_ascii_start();
        if let Some(comment) = rest.strip_prefix(b"<!--") {
            match memchr::memmem::find(comment, b"-->") {
                Some(end) => rest = &comment[end + 3..],
                None => return false,
            }
        } else if let Some(declaration) = rest.strip_prefix(b"<?xml") {
            // XHTML, if `html` follows; feeds are told by their own elements.
            match memchr::memchr(b'>', declaration) {
                Some(end) => rest = &declaration[end + 1..],
                None => return false,
            }
        } else {
            break;
        }
    }
    let Some(tag) = rest.strip_prefix(b"<") else {
        return false;
    };
    FIRST_TAGS.iter().any(|name| {
        tag.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
            && tag
                .get(name.len())
                .is_some_and(|&c| c.is_ascii_whitespace() || matches!(c, b'>' | b'/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_other_files() {
        for (first, expected) in [
            ("<!DOCTYPE html><html>", true),
            (
                "\u{feff}\n <!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">",
                true,
            ),
            ("<html lang=en>", true),
            ("<!-- saved from an archive --> <HEAD>", true),
            ("<?xml version=\"1.0\"?><!DOCTYPE html>", true),
            ("<p>", true),
            ("<pre>", false),
            ("<rss version=\"2.0\">", false),
            ("<?xml version=\"1.0\"?><rss>", false),
            ("<!-- a comment without end", false),
            ("{\"html\": \"<html>\"}", false),
            ("< html>", false),
            ("<html", false),
            ("<a,b", false),
            ("", false),
        ] {
            assert_eq!(is_html(first.as_bytes()), expected, "{first}");
        }
    }
}

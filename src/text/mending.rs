//! Repairs of text that was damaged on its way: HTML entities that were never decoded, words that
//! print divides at the end of a line, and sentences without a space between them.
//!
//! Repairing a repaired text changes nothing, because a text is repaired until nothing is wrong
//! with it, eight times at most. An index keeps repaired texts and reads them again.

use std::borrow::Cow;

use quick_xml::escape::resolve_html5_entity;

/// Longest name or number of an entity, in bytes. The longest of HTML has 31.
const LONGEST_ENTITY: usize = 32;

/// Most bytes looked at on either side of a full stop for signs of a host, an address or code.
const AROUND_STOP: usize = 64;

/// Last parts of hosts that are written with a capital now and then: `example.Com`.
const DOMAINS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "info", "biz", "co", "io", "tv", "uk", "de", "fr", "js",
    "py", "html", "php",
];

/// Rounds of repair: one can show the next, as a decoded hyphen at the end of a line does. Only
/// texts made for it need more.
const MOST_ROUNDS: usize = 8;

/// Bytes of a text that are looked at together.
const CHUNK: usize = 32;

/// A range of bytes and what takes its place.
type Repair = (usize, usize, Cow<'static, str>);

/// Repairs a text; borrowed if nothing is wrong with it.
pub fn mended(text: &str) -> Cow<'_, str> {
    let Some(mut repaired) = repaired_once(text) else {
        return Cow::Borrowed(text);
    };
    for _ in 1..MOST_ROUNDS {
        let Some(next) = repaired_once(&repaired) else {
            break;
        };
        repaired = next;
    }
    Cow::Owned(repaired)
}

/// Repairs what is wrong at first sight; `None` if nothing is.
fn repaired_once(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut from = 0;
    for at in suspects(bytes) {
        if at < from {
            continue;
        }
        let repair = match bytes[at] {
            b'&' => entity(text, at),
            b'-' => divided_word(text, at, at + 1),
            b'.' => missing_space(text, at),
            _ if is_soft_break(bytes, at) => return Some(without_soft_breaks(text)),
            _ => None,
        };
        if let Some((start, end, replacement)) = repair {
            out.push_str(&text[from..start]);
            out.push_str(&replacement);
            from = end;
        }
    }
    (from > 0).then(|| {
        out.push_str(&text[from..]);
        out
    })
}

/// Places of the bytes at which something may be wrong. None is the last byte.
fn suspects(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let following = bytes.get(1..).unwrap_or_default();
    let (these, rest) = bytes[..following.len()].as_chunks::<CHUNK>();
    let (next, next_rest) = following.as_chunks::<CHUNK>();
    let wrong = these
        .iter()
        .zip(next)
        .enumerate()
        .filter(|(_, (these, next))| {
            // Written so that the compiler vectorises it. Few chunks have a suspect.
            let pairs = these.iter().zip(next.iter());
            pairs.fold(0, |any, (&byte, &next)| {
                any | u8::from(is_suspect(byte, next))
            }) != 0
        });
    let wrong = wrong.flat_map(|(chunk, (these, next))| in_chunk(chunk * CHUNK, these, next));
    wrong.chain(in_chunk(these.len() * CHUNK, rest, next_rest))
}

/// The places in a chunk that begins at `start`, given the byte after each of its bytes.
fn in_chunk(start: usize, these: &[u8], next: &[u8]) -> impl Iterator<Item = usize> {
    let pairs = these.iter().zip(next).enumerate();
    pairs.filter_map(move |(at, (&byte, &next))| is_suspect(byte, next).then_some(start + at))
}

/// Tells whether something may be wrong at a byte: an ampersand, a hyphen or the last byte of a
/// soft hyphen before a space or a line end, or a full stop before a capital letter.
#[inline]
fn is_suspect(byte: u8, next: u8) -> bool {
    let hyphen = (byte == b'-') | (byte == 0xAD);
    let capital = (next.wrapping_sub(b'A') < 26) | (next >= 0x80);
    (byte == b'&') | (hyphen & (next <= b' ')) | ((byte == b'.') & capital)
}

/// Tells whether a soft hyphen, whose last byte is at `at`, ends a line.
fn is_soft_break(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at + 1..];
    bytes[..at].ends_with(b"\xC2") && (rest.starts_with(b"\n") || rest.starts_with(b"\r\n"))
}

/// Removes line breaks after soft hyphens, with the hyphens.
fn without_soft_breaks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        let joins = out
            .trim_end_matches('\r')
            .strip_suffix('\u{AD}')
            .map(str::len);
        match joins {
            Some(length) => out.truncate(length),
            None if number > 0 => out.push('\n'),
            None => {}
        }
        out.push_str(line);
    }
    out
}

/// Decodes the entity at an ampersand, however often it was escaped: `&amp;amp;nbsp;`.
fn entity(text: &str, at: usize) -> Option<Repair> {
    let mut end = at + 1;
    let mut decoded = None;
    while let Some((value, length)) = entity_value(&text[end..]) {
        end += length;
        let is_ampersand = value == "&";
        decoded = Some(value);
        if !is_ampersand {
            break;
        }
    }
    // At its start a text with `<` would be taken for a page when it is read again.
    let decoded = decoded.filter(|value| !(value == "<" && text[..at].trim().is_empty()))?;
    Some((at, end, decoded))
}

/// The value of an entity without its ampersand, and its length with the semicolon.
fn entity_value(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let window = &text.as_bytes()[..text.len().min(LONGEST_ENTITY + 1)];
    let length = memchr::memchr(b';', window)?;
    let name = text.get(..length)?;
    let value = match name.strip_prefix('#') {
        Some(number) => Cow::Owned(numbered(number)?.to_string()),
        None => Cow::Borrowed(resolve_html5_entity(name)?),
    };
    Some((value, length + 1))
}

/// The character of a numeric entity. Numbers from 128 to 159 are those of Windows-1252, as HTML
/// has it. Other control characters are left as they are.
fn numbered(number: &str) -> Option<char> {
    let value = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => number.parse().ok()?,
    };
    let c = match u8::try_from(value) {
        Ok(byte @ 0x80..=0x9F) => {
            let byte = [byte];
            let decoded = encoding_rs::WINDOWS_1252.decode(&byte).0;
            decoded.chars().next()?
        }
        _ => char::from_u32(value)?,
    };
    (!c.is_control() || matches!(c, '\n' | '\t')).then_some(c)
}

/// Joins a word that is divided by a hyphen at the end of a line: `agree-` and `ment`.
fn divided_word(text: &str, hyphen: usize, after: usize) -> Option<Repair> {
    let rest = &text[after..];
    let spaces = |text: &str| text.len() - text.trim_start_matches([' ', '\t', '\r']).len();
    let line_end = spaces(rest);
    let next_line = rest[line_end..].strip_prefix('\n')?;
    let begins = after + line_end + 1 + spaces(next_line);
    let is_word = text[..hyphen]
        .chars()
        .rev()
        .take(2)
        .filter(|c| c.is_alphabetic())
        .count()
        == 2;
    let goes_on = text[begins..].starts_with(char::is_lowercase);
    (is_word && goes_on).then_some((hyphen, begins, Cow::Borrowed("")))
}

/// Adds the space between two sentences: `today.The`. Hosts, addresses and code keep theirs.
fn missing_space(text: &str, stop: usize) -> Option<Repair> {
    let (before, after) = (&text[..stop], &text[stop + 1..]);
    let mut next = after.chars();
    if !(next.next()?.is_uppercase() && next.next()?.is_lowercase()) {
        return None;
    }
    let mut last = before.chars().rev();
    if !(last.next()?.is_lowercase() && last.next()?.is_alphabetic()) {
        return None;
    }
    let of_address = |c: char| matches!(c, '.' | '@' | '/' | '_' | ':' | '=' | '#' | '(');
    let token = before
        .char_indices()
        .rev()
        .take_while(|&(at, c)| !c.is_whitespace() && stop - at <= AROUND_STOP);
    let mut token = token.map(|(_, c)| c);
    if token.any(|c| of_address(c) && c != '(') {
        return None;
    }
    let word_end = after
        .char_indices()
        .take_while(|&(at, c)| c.is_alphabetic() && at <= AROUND_STOP)
        .last()
        .map_or(0, |(at, c)| at + c.len_utf8());
    let (word, rest) = after.split_at(word_end);
    let is_domain = DOMAINS
        .iter()
        .any(|domain| word.eq_ignore_ascii_case(domain));
    let goes_on_as_address = rest.starts_with(|c| of_address(c) && c != '.' && c != ':');
    (!is_domain && !goes_on_as_address).then_some((stop + 1, stop + 1, Cow::Borrowed(" ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_of_named_cases() {
        let cases: &[(&str, &str, &str)] = &[
            ("empty", "", ""),
            (
                "nothing to repair",
                "A by-election. Nobody came.",
                "A by-election. Nobody came.",
            ),
            ("ampersand", "Roe &amp; Doe", "Roe & Doe"),
            (
                "escaped twice",
                "Roe&amp;#8217;s &amp;amp; &amp;nbsp;",
                "Roe\u{2019}s & \u{A0}",
            ),
            (
                "numbers",
                "&#8220;no&#x201D; &#146;",
                "\u{201C}no\u{201D} \u{2019}",
            ),
            (
                "names",
                "caf&eacute; &mdash; &hellip;",
                "caf\u{E9} \u{2014} \u{2026}",
            ),
            ("no entity", "R&D; a&b &;", "R&D; a&b &;"),
            (
                "a stop behind entities",
                "&#233;t&#233;.The",
                "\u{E9}t\u{E9}. The",
            ),
            ("a hyphen as an entity", "agree&#45;\nment", "agreement"),
            (
                "no character",
                "&#0; &#xD800; &#99999999999;",
                "&#0; &#xD800; &#99999999999;",
            ),
            ("a parameter", "?a=1&copy=2", "?a=1&copy=2"),
            ("a page is not made", "&lt;p&gt;", "&lt;p>"),
            ("divided word", "an agree-\nment was", "an agreement was"),
            (
                "divided and indented",
                "an agree- \r\n  ment was",
                "an agreement was",
            ),
            ("divided by a soft hyphen", "agree\u{AD}\nment", "agreement"),
            ("a name goes on", "Smith-\nJones", "Smith-\nJones"),
            ("a dash", "he left -\nand she", "he left -\nand she"),
            ("a paragraph ends", "half-\n\nthe", "half-\n\nthe"),
            (
                "missing space",
                "closed today.The rain",
                "closed today. The rain",
            ),
            ("title", "by Mr.Roe", "by Mr. Roe"),
            ("other letters", "сегодня.Завтра", "сегодня. Завтра"),
            (
                "abbreviations",
                "U.S.The Ph.D. e.g.This",
                "U.S.The Ph.D. e.g.This",
            ),
            (
                "hosts",
                "example.Com www.wire.Example",
                "example.Com www.wire.Example",
            ),
            ("addresses", "ada.Roe@wire.example", "ada.Roe@wire.example"),
            ("code", "list.Append(x)", "list.Append(x)"),
            ("numbers and versions", "3.5 v2.Final", "3.5 v2.Final"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(mended(text), *expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_second_repair_changes_nothing(
            text in "(&amp;|&#38;|&#45;|&lt;|&|amp;|#38;|[a-cA-C]|[.;\n -]|\u{AD}|é){0,40}",
        ) {
            let once = mended(&text).into_owned();
            prop_assert_eq!(mended(&once), once.clone());
        }

        #[test]
        fn suspects_are_found_like_one_by_one(
            text in "([a-zé]{0,70}[-&.\u{AD}í][ \nA-C0é]?){0,8}",
        ) {
            let bytes = text.as_bytes();
            let found: Vec<usize> = suspects(bytes).collect();
            let one_by_one = (1..bytes.len()).map(|end| end - 1);
            let expected: Vec<usize> = one_by_one
                .filter(|&at| is_suspect(bytes[at], bytes[at + 1]))
                .collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            mended(&text);
        }
    }
}

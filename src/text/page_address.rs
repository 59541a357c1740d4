//! Address of a page without what changes from one copy of the page to the next: tracking
//! parameters, mobile, AMP and print forms, and the slug beside the id of an article.
//!
//! Two addresses of one page give the same text. The rules know nothing of single sites, so a site
//! can have forms that they miss; two pages of a site that give the same text are rare.

use std::borrow::Cow;

use url::{Host, Url};

use super::page_copies::{self, CopiedPage};

/// Copies of copies that are followed, such as an archived page of a cache.
const MOST_COPIES: usize = 3;

/// Labels in front of a host under which sites serve other forms of the same pages.
const FORM_LABELS: &[&str] = &["www", "m", "mobile", "amp", "touch", "wap", "print"];

/// Last or first segments of a path that name a form of the page.
const FORM_SEGMENTS: &[&str] = &["amp", "print", "printable", "amp.html", "print.html"];

/// Ends of a last segment that name a form of the page, and what stands in their place elsewhere.
const FORM_ENDS: &[(&str, &str)] = &[
    (".amp.html", ".html"),
    (".print.html", ".html"),
    ("_print.html", ".html"),
    (".amp", ""),
];

/// Parameters that say where a reader came from, in lower case. A closing `*` stands for anything.
const TRACKING: &[&str] = &[
    "utm_*",
    "fbclid",
    "gclid",
    "gclsrc",
    "gbraid",
    "wbraid",
    "dclid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "mbid",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "hss_channel",
    "hsctatracking",
    "vero_id",
    "vero_conv",
    "oly_enc_id",
    "oly_anon_id",
    "__twitter_impression",
    "ref",
    "ref_*",
    "referrer",
    "referer",
    "refsrc",
    "source",
    "src",
    "from",
    "via",
    "origin",
    "rss",
    "feed",
    "feedtype",
    "feedname",
    "partner",
    "cmp",
    "cmpid",
    "campaign",
    "campaign_id",
    "ncid",
    "ocid",
    "icid",
    "s_cid",
    "cid",
    "ito",
    "ns_*",
    "at_*",
    "wt_*",
    "wt.*",
    "wtmc",
    "xtor",
    "spm",
    "trk",
    "trkcampaign",
    "guccounter",
    "guce_*",
    "soc_src",
    "soc_trk",
    "smid",
    "smtyp",
    "share",
    "shared",
    "share_*",
    "sharetype",
    "sr_share",
    "socialreferrer",
    "emc",
    "nl",
    "te",
    "regi_id",
    "segment_id",
    "instance_id",
    "taid",
    "tpcc",
    "mod",
    "ved",
    "usg",
    "sessionid",
    "jsessionid",
    "phpsessid",
    "sid",
    "amp_js_v",
    "amp_gsa",
    "usqp",
    "akmobile",
    "hpid",
    "intcmp",
    "intcid",
    "int_source",
    "int_medium",
    "int_campaign",
];

/// Parameters that choose a form of the page, in lower case, if their value is empty, a yes, or
/// the name of a form.
const FORM_PARAMETERS: &[&str] = &[
    "amp",
    "_amp",
    "isamp",
    "outputtype",
    "output",
    "print",
    "printer",
    "printable",
    "view",
    "mode",
    "layout",
    "format",
    "action",
    "mobile",
    "m",
    "pagewanted",
    "single",
    "singlepage",
];

/// Values of [`FORM_PARAMETERS`] that leave the page the same.
const FORM_VALUES: &[&str] = &[
    "",
    "1",
    "true",
    "yes",
    "y",
    "amp",
    "print",
    "printer",
    "printable",
    "mobile",
    "html",
    "all",
    "full",
    "story",
];

/// Fewest digits of a number that is the id of an article. Shorter ones number parts and years.
const FEWEST_ID_DIGITS: usize = 6;

/// Appends the address of a page to `out`: its host, path and the parameters that choose the page.
/// Appends nothing if `url` holds none.
pub(crate) fn push(url: &str, out: &mut String) {
    let mut page = Cow::Borrowed(url);
    for _ in 0..MOST_COPIES {
        let Some(original) = original(&page) else {
            break;
        };
        page = Cow::Owned(original);
    }
    push_parts(&split(&page), out);
}

/// The address of the page of which an archive or a cache keeps a copy at `url`.
fn original(url: &str) -> Option<String> {
    if !page_copies::may_keep_copies(split(url).host) {
        return None;
    }
    let parsed = Url::parse(&format!("http://{}", without_scheme(url))).ok()?;
    let Host::Domain(host) = parsed.host()? else {
        return None;
    };
    match page_copies::page_at(host.trim_end_matches('.'), &parsed) {
        CopiedPage::Of(page) => Some(page),
        CopiedPage::Original | CopiedPage::Unknown => None,
    }
}

/// A url without its scheme and its fragment.
struct UrlParts<'a> {
    host: &'a str,
    path: &'a str,
    query: &'a str,
}

fn push_parts(url: &UrlParts<'_>, out: &mut String) {
    let start = out.len();
    let host = without_form_labels(url.host);
    if host.is_ascii() {
        out.push_str(host);
        out[start..].make_ascii_lowercase();
    } else {
        out.extend(host.chars().flat_map(char::to_lowercase));
    }
    push_path(url.path, out);
    while out.len() > start && out.ends_with('/') {
        out.pop();
    }
    let mut before = '?';
    for parameter in url.query.split(['&', ';']).filter(|p| chooses_page(p)) {
        out.push(before);
        out.push_str(parameter);
        before = '&';
    }
}

fn split(url: &str) -> UrlParts<'_> {
    let url = before(url.trim(), b'#');
    let url = without_scheme(url);
    let address = before(url, b'?');
    let query = url.get(address.len() + 1..).unwrap_or_default();
    let host = before(address, b'/');
    // Some servers keep the session between the path and the query.
    let path = before(&address[host.len()..], b';');
    let port = host.strip_suffix(":80").or(host.strip_suffix(":443"));
    UrlParts {
        host: port.unwrap_or(host),
        path,
        query,
    }
}

/// The text before an ASCII character, or all of it.
fn before(text: &str, end: u8) -> &str {
    memchr::memchr(end, text.as_bytes()).map_or(text, |at| &text[..at])
}

/// A url without its scheme.
pub(crate) fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

/// A host without the labels of forms in front. A host of two labels keeps both.
fn without_form_labels(host: &str) -> &str {
    let mut host = host;
    while let Some((label, rest)) = host.split_once('.')
        && FORM_LABELS
            .iter()
            .any(|form| label.eq_ignore_ascii_case(form))
        && rest.contains('.')
    {
        host = rest;
    }
    host
}

/// Appends a path without its form and without slugs beside the id of an article.
fn push_path(path: &str, out: &mut String) {
    let is_form = |segment: &str| {
        FORM_SEGMENTS
            .iter()
            .any(|form| segment.eq_ignore_ascii_case(form))
    };
    let mut path = path.trim_matches('/');
    if let Some((rest, last)) = path.rsplit_once('/')
        && is_form(last)
    {
        path = rest;
    }
    if let Some((first, rest)) = path.split_once('/')
        && is_form(first)
    {
        path = rest;
    }
    let (folder, last) = last_segment(path);
    let (last, end) = plain_end(last);
    let (kept, id) = article_id(folder, last);
    if let Some(folder) = kept {
        out.push('/');
        out.push_str(folder);
    }
    if let Some(id) = id {
        // Two slashes in a row stand in no other address.
        out.push_str("//");
        out.push_str(id);
    } else {
        out.push('/');
        out.push_str(last);
        out.push_str(end);
    }
}

/// The segments of a path before the last, if there are any, and the last.
fn last_segment(path: &str) -> (Option<&str>, &str) {
    path.rsplit_once('/')
        .map_or((None, path), |(folder, last)| (Some(folder), last))
}

/// A last segment without the end that names a form, and the end that stands in its place.
fn plain_end(segment: &str) -> (&str, &'static str) {
    let ends = |end: &str| {
        let at = segment.len().checked_sub(end.len()).filter(|&at| at > 0)?;
        let rest = segment.get(at..)?;
        rest.eq_ignore_ascii_case(end).then(|| &segment[..at])
    };
    FORM_ENDS
        .iter()
        .find_map(|&(end, instead)| Some((ends(end)?, instead)))
        .unwrap_or((segment, ""))
}

/// The segments of a path that are kept, and the id of the article that it names, which stands for
/// the others.
///
/// An id is a long number at the end or the beginning of the last segment, beside a slug, or a
/// segment of its own with a slug beside it.
fn article_id<'a>(folder: Option<&'a str>, last: &'a str) -> (Option<&'a str>, Option<&'a str>) {
    if let Some(id) = id_in(last) {
        return (folder, Some(id));
    }
    let Some(path) = folder else {
        return (None, None);
    };
    let (before, segment) = last_segment(path);
    if is_id(last) && is_slug(segment) {
        return (before, Some(last));
    }
    if is_id(segment) && is_slug(last) {
        return (before, Some(segment));
    }
    (folder, None)
}

/// The id in a segment that holds a slug too.
fn id_in(segment: &str) -> Option<&str> {
    // Most segments have too few digits.
    let digits = segment.bytes().filter(u8::is_ascii_digit);
    if digits.count() < FEWEST_ID_DIGITS {
        return None;
    }
    let stem = segment.split('.').next().unwrap_or_default();
    let is_separator = |c: char| matches!(c, '-' | '_' | ',');
    let (slug, id) = stem.rsplit_once(is_separator)?;
    // Some systems put a letter in front: `-n675891`, `_a1234567`.
    let number = id.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    if id.len() - number.len() <= 1 && is_id(number) && is_slug(slug) {
        return Some(id);
    }
    let (id, slug) = stem.split_once(is_separator)?;
    (is_id(id) && is_slug(slug)).then_some(id)
}

/// Returns true for a long number that is no date.
fn is_id(number: &str) -> bool {
    number.len() >= FEWEST_ID_DIGITS
        && number.len() <= 16
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !looks_like_date(number)
}

/// Returns true for a number that may be a date, with or without a time: `20261130`, `261130`,
/// `30112026`, `202611301830`.
fn looks_like_date(number: &str) -> bool {
    let part = |from: usize, to: usize| number.get(from..to).and_then(|part| part.parse().ok());
    let in_range =
        |value: Option<u32>, least, most| value.is_some_and(|v| (least..=most).contains(&v));
    let year = |from| in_range(part(from, from + 4), 1900, 2100);
    let month = |from| in_range(part(from, from + 2), 1, 12);
    let day = |from| in_range(part(from, from + 2), 1, 31);
    match number.len() {
        6 => month(2) && day(4) || day(0) && month(2) || month(0) && day(2) || year(0) && month(4),
        8 => year(0) && month(4) && day(6) || year(4) && (day(0) && month(2) || month(0) && day(2)),
        10 | 12 | 14 => year(0) && month(4) && day(6),
        _ => false,
    }
}

/// Returns true if a segment has words between hyphens or underscores.
fn is_slug(segment: &str) -> bool {
    let words = segment.split(['-', '_', '+']);
    words
        .filter(|word| word.chars().any(char::is_alphabetic))
        .count()
        >= 2
}

/// Returns true for a parameter that may choose another page, or another part of it.
fn chooses_page(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let is_called = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => name
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
        None => name.eq_ignore_ascii_case(pattern),
    };
    let is_form = || {
        FORM_PARAMETERS.iter().any(|form| is_called(form))
            && FORM_VALUES
                .iter()
                .any(|form| value.eq_ignore_ascii_case(form))
    };
    !name.is_empty() && !TRACKING.iter().any(|tracking| is_called(tracking)) && !is_form()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(url: &str) -> String {
        let mut out = String::new();
        push(url, &mut out);
        out
    }

    #[test]
    fn forms_of_one_page_have_one_address() {
        let page = "paper.example/city/harbour-ferry-returns";
        for url in [
            "https://paper.example/city/harbour-ferry-returns",
            "http://www.paper.example:80/city/harbour-ferry-returns/",
            "HTTPS://WWW.Paper.Example/city/harbour-ferry-returns#comments",
            "https://m.paper.example/city/harbour-ferry-returns",
            "https://amp.paper.example/city/harbour-ferry-returns",
            "https://www.paper.example/city/harbour-ferry-returns/amp",
            "https://www.paper.example/city/harbour-ferry-returns/amp/",
            "https://www.paper.example/amp/city/harbour-ferry-returns",
            "https://www.paper.example/city/harbour-ferry-returns.amp",
            "https://www.paper.example/city/harbour-ferry-returns/print",
            "https://www.paper.example/city/harbour-ferry-returns?amp",
            "https://www.paper.example/city/harbour-ferry-returns?outputType=amp",
            "https://www.paper.example/city/harbour-ferry-returns?print=1",
            "https://www.paper.example/city/harbour-ferry-returns?view=print",
            "https://www.paper.example/city/harbour-ferry-returns?pagewanted=all",
            "https://www.paper.example/city/harbour-ferry-returns?utm_source=a&utm_medium=b",
            "https://www.paper.example/city/harbour-ferry-returns?fbclid=x&ref=home",
            "https://www.paper.example/city/harbour-ferry-returns;jsessionid=0A1B?from=mail",
            "https://www-paper-example.cdn.ampproject.org/c/s/paper.example/city/\
             harbour-ferry-returns",
            "https://www-paper-example.bing-amp.com/c/s/paper.example/city/harbour-ferry-returns",
            "https://web.archive.org/web/20260301000000/http://www.paper.example/city/\
             harbour-ferry-returns",
        ] {
            assert_eq!(address(url), page, "{url}");
        }
        let html = "paper.example/a/ferry.html";
        for url in [
            "paper.example/a/ferry.html",
            "paper.example/a/ferry.amp.html",
            "paper.example/a/ferry.print.html",
        ] {
            assert_eq!(address(url), html, "{url}");
        }
    }

    #[test]
    fn the_slug_beside_an_id_is_left_out() {
        for (one, other) in [
            (
                "a.example/news/12345678-ferry-returns",
                "a.example/news/12345678-ferry-is-back",
            ),
            (
                "a.example/ferry-returns-1234567.html",
                "a.example/ferry-is-back-1234567.html",
            ),
            (
                "a.example/x/ferry-returns-n675891",
                "a.example/x/ferry-is-back-n675891",
            ),
            (
                "a.example/x/ferry-returns/93094430/",
                "a.example/x/ferry-is-back/93094430",
            ),
            (
                "a.example/x/500100930/ferry-returns",
                "a.example/x/500100930/ferry-is-back",
            ),
            (
                "a.example/ferry-returns_7654321",
                "a.example/ferry-is-back_7654321",
            ),
        ] {
            assert_eq!(address(one), address(other));
            let digits_turned: String = one
                .chars()
                .map(|c| if c == '7' { '3' } else { c })
                .collect();
            assert_ne!(
                address(one),
                address(&digits_turned.replace("500", "400").replace("930", "940"))
            );
        }
    }

    #[test]
    fn different_pages_have_different_addresses() {
        for (one, other) in [
            ("a.example/story", "a.example/Story"),
            ("a.example/story?id=2", "a.example/story?id=3"),
            ("a.example/story?page=1", "a.example/story?page=2"),
            ("a.example/story", "b.example/story"),
            ("sport.a.example/story", "a.example/story"),
            (
                "a.example/ferry-returns-20261130",
                "a.example/ferry-sinks-20261130",
            ),
            (
                "a.example/ferry-returns-20261130-story",
                "a.example/ferry-sinks-20261130-story",
            ),
            (
                "a.example/2026/11/30/ferry-returns",
                "a.example/2026/11/30/ferry-sinks",
            ),
            (
                "a.example/202611/ferry-returns",
                "a.example/202611/ferry-sinks",
            ),
            (
                "a.example/ferry-returns-301126",
                "a.example/ferry-sinks-301126",
            ),
            (
                "a.example/ferry-returns-12345",
                "a.example/ferry-sinks-12345",
            ),
            (
                "a.example/city-123456/ferry-returns",
                "a.example/city-123456/ferry-sinks",
            ),
            ("a.example/article-123456", "a.example/gallery-123456"),
            ("a.example/story?view=comments", "a.example/story"),
            ("m.example/story", "example/story"),
        ] {
            assert_ne!(address(one), address(other), "{one} {other}");
        }
    }

    #[test]
    fn an_address_without_forms_is_the_url_without_scheme_and_www() {
        for (url, expected) in [
            (
                "https://www.a.example/2026/11/ferry.html",
                "a.example/2026/11/ferry.html",
            ),
            (
                "http://a.example/story?id=2&p=3",
                "a.example/story?id=2&p=3",
            ),
            ("https://a.example/", "a.example"),
            ("", ""),
            ("https://", ""),
            ("#top", ""),
        ] {
            assert_eq!(address(url), expected, "{url}");
        }
    }

    proptest! {
        #[test]
        fn an_address_is_its_own_address(url in "(https?://)?[a-zA-Z.]{0,12}(/[a-z0-9._-]{0,9}){0,4}(\\?[a-z=&]{0,9})?") {
            let once = address(&url);
            // What is left may look like a form again: /amp/amp.
            let mut last = once.clone();
            for _ in 0..12 {
                last = address(&last);
            }
            prop_assert_eq!(address(&last), last);
        }

        #[test]
        fn no_url_panics(url in "\\PC{0,60}") {
            address(&url);
        }
    }
}

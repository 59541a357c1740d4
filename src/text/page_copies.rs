//! Addresses at which somebody else keeps a copy of a page: web archives, AMP and search caches,
//! translations. A copy belongs to the site of the page, and not to that of the keeper.
//!
//! A news database keeps copies, too, but its addresses do not tell from where.

use url::{Url, form_urlencoded};

/// What an address says about the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CopiedPage {
    /// The address is that of a page itself.
    Original,
    /// A copy of the page at another address.
    Of(String),
    /// A copy of a page whose address is not known.
    Unknown,
}

/// Archives whose addresses hold that of the page, or are short and hold nothing.
const ON_DEMAND_ARCHIVES: &[&str] = &[
    "archive.today",
    "archive.ph",
    "archive.is",
    "archive.li",
    "archive.fo",
    "archive.md",
    "archive.vn",
];

/// News databases, by their registrable domains.
const DATABASES: &[&str] = &[
    "lexis.com",
    "nexis.com",
    "lexisnexis.com",
    "factiva.com",
    "proquest.com",
    "newsbank.com",
    "europresse.com",
    "genios.de",
    "wiso-net.de",
    "pressreader.com",
];

/// Parts of the hosts that keep copies.
const KEEPERS: &[&str] = &[
    "archive",
    "wayback",
    "arquivo",
    "google",
    "ampproject",
    "bing-amp",
    "translate",
];

/// Tells whether a host may keep copies, from its letters alone. What it says no to keeps none.
pub(super) fn may_keep_copies(host: &str) -> bool {
    let bytes = host.as_bytes();
    let begins = |at: usize, part: &str| {
        let here = bytes.get(at..at + part.len());
        here.is_some_and(|here| here.eq_ignore_ascii_case(part.as_bytes()))
    };
    (0..bytes.len()).any(|at| {
        matches!(bytes[at] | 0x20, b'a' | b'b' | b'g' | b't' | b'w')
            && KEEPERS.iter().any(|part| begins(at, part))
    })
}

/// Tells of what page a host keeps a copy. `host` is that of `url`, in lower case and without a
/// full stop at its end.
pub(super) fn page_at(host: &str, url: &Url) -> CopiedPage {
    let within = |domain: &str| {
        let before = host.strip_suffix(domain);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let rest = &url[url::Position::BeforePath..];
    if DATABASES.iter().any(|domain| within(domain)) {
        return CopiedPage::Unknown;
    }
    if ON_DEMAND_ARCHIVES.iter().any(|domain| within(domain)) {
        return archived(rest).map_or(CopiedPage::Unknown, CopiedPage::Of);
    }
    let query = |key: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(name, value)| (name == key).then(|| value.into_owned()))
    };
    let page = if is_archive(host) {
        archived(rest)
    } else if within("webcache.googleusercontent.com") {
        query("q").and_then(|query| cached(&query))
    } else if let Some(mangled) = host.strip_suffix(".cdn.ampproject.org") {
        behind_letters(rest).or_else(|| unmangled(mangled))
    } else if let Some(mangled) = host.strip_suffix(".bing-amp.com") {
        behind_letters(rest).or_else(|| unmangled(mangled))
    } else if let Some(mangled) = host.strip_suffix(".translate.goog") {
        unmangled(mangled)
    } else if host.starts_with("translate.google.") {
        query("u")
    } else if host.starts_with("www.google.") || host.starts_with("google.") {
        rest.strip_prefix("/amp/").and_then(behind_letters)
    } else {
        None
    };
    page.map_or(CopiedPage::Original, CopiedPage::Of)
}

/// Tells whether a host looks like that of a web archive.
fn is_archive(host: &str) -> bool {
    let named = |label: &str| matches!(label, "webarchive" | "web-archive" | "wayback" | "arquivo");
    matches!(host, "web.archive.org" | "archive.org" | "www.archive.org")
        || host.ends_with(".archive-it.org")
        || host.split('.').any(named)
}

/// The address in that of an archive: after a date, or from its scheme on.
fn archived(path: &str) -> Option<String> {
    let mut at = 0;
    let mut after_date = false;
    for segment in path.split('/') {
        let rest = &path[at..];
        let begins = |start: &str| {
            let here = rest.get(..start.len());
            here.is_some_and(|here| here.eq_ignore_ascii_case(start))
        };
        if let Some(scheme) = ["http:", "https:"].iter().find(|scheme| begins(scheme)) {
            // Some servers make one slash of two.
            let page = rest[scheme.len()..].trim_start_matches('/');
            return Some(format!("http://{page}"));
        }
        if begins("http%3a") || begins("https%3a") {
            let value = format!("page={rest}");
            let page = form_urlencoded::parse(value.as_bytes()).next()?.1;
            return Some(page.into_owned());
        }
        if after_date && segment.contains('.') {
            return Some(rest.to_owned());
        }
        let digits = segment.bytes().take_while(u8::is_ascii_digit).count();
        after_date = digits >= 4 && segment.len() <= digits + 4;
        at += segment.len() + 1;
    }
    None
}

/// The address in the query of a search cache: `cache:https://...`, or with an id between.
fn cached(query: &str) -> Option<String> {
    let page = query.strip_prefix("cache:")?;
    let page = page.split_whitespace().next()?;
    let after_id = match page.split_once(':') {
        Some((id, rest)) if !id.contains(['.', '/']) && !rest.starts_with("//") => rest,
        _ => page,
    };
    Some(after_id.to_owned())
}

/// The address behind segments of one letter, as in `/c/s/www.example.com/a`.
fn behind_letters(path: &str) -> Option<String> {
    let mut rest = path.trim_start_matches('/');
    while let Some((segment, after)) = rest.split_once('/')
        && segment.len() == 1
    {
        rest = after;
    }
    let host = rest.split(['/', '?', '#']).next()?;
    host.contains('.').then(|| rest.to_owned())
}

/// The host that a label stands for in which `-` is a full stop and `--` a hyphen.
fn unmangled(label: &str) -> Option<String> {
    let label = label.rsplit('.').next()?;
    let host = label
        .replace("--", "\0")
        .replace('-', ".")
        .replace('\0', "-");
    host.contains('.').then_some(host)
}

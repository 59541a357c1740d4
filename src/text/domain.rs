//! Site of a url: its registrable domain by the public suffix list.
//!
//! Private suffixes count as suffixes, so `alice.github.io` is a site of its own. A host without a
//! registrable domain (an IP address, `localhost`, a bare public suffix) is its own site. A name
//! under an unknown suffix falls under the default rule `*` of the list: the site of
//! `news.paper.example` is `paper.example`.
//!
//! A copy in a web archive, a cache or a translation belongs to the site of the page, and a page in
//! a news database to no site that its url could tell.

use std::collections::HashMap;

use url::{Host, Url};

use super::page_copies::{self, CopiedPage};

/// Most authorities that a [`SiteCache`] remembers; each thread has a cache. A crawl visits few
/// sites many times, and 4096 entries of about 100 bytes are far smaller than one block of input.
const MOST_REMEMBERED: usize = 4096;

/// Copies of copies that are followed, such as an archived page of a cache.
const MOST_COPIES: usize = 3;

/// Length in bytes of the longest authority that is remembered. A host name has at most 253.
const LONGEST_REMEMBERED: usize = 300;

/// Returns the registrable domain of a url's host, in lower case and ASCII (punycode). Returns
/// `None` if the url has no host.
///
/// A url without a scheme counts as a web address if it begins with something that looks like a
/// host (`www.example.com/a`, `//example.com/a`).
///
/// ```
/// use wirecopy::text::domain::registrable;
/// assert_eq!(registrable("https://news.bbc.co.uk/1/hi"), Some("bbc.co.uk".to_owned()));
/// assert_eq!(registrable("mailto:desk@example.com"), None);
/// let archived = "https://web.archive.org/web/20160101000000/http://news.bbc.co.uk/1/hi";
/// assert_eq!(registrable(archived), Some("bbc.co.uk".to_owned()));
/// ```
#[must_use]
pub fn registrable(url: &str) -> Option<String> {
    let mut parsed = parsed(url)?;
    for _ in 0..MOST_COPIES {
        match copied_page(&parsed) {
            CopiedPage::Original => break,
            CopiedPage::Of(page) => parsed = self::parsed(&page)?,
            CopiedPage::Unknown => return None,
        }
    }
    registrable_host(&parsed)
}

/// The page that is kept at a url.
fn copied_page(parsed: &Url) -> CopiedPage {
    match parsed.host() {
        Some(Host::Domain(host)) => {
            page_copies::page_at(&host.trim_end_matches('.').to_ascii_lowercase(), parsed)
        }
        _ => CopiedPage::Original,
    }
}

/// The registrable domain of a url's own host.
fn registrable_host(parsed: &Url) -> Option<String> {
    Some(match parsed.host()? {
        Host::Domain(host) => {
            let host = host.trim_end_matches('.');
            let host = if host.is_ascii() {
                host.to_ascii_lowercase()
            } else {
                host.to_lowercase()
            };
            match psl::domain_str(&host) {
                Some(domain) => domain.to_owned(),
                None if host.is_empty() => return None,
                None => host,
            }
        }
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => format!("[{address}]"),
    })
}

/// Returns a url's host in lower case and ASCII, without a full stop at its end. Returns `None` if
/// the url has no host.
#[must_use]
pub fn host(url: &str) -> Option<String> {
    let parsed = parsed(url)?;
    let host = parsed.host_str()?.trim_end_matches('.');
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

fn parsed(url: &str) -> Option<Url> {
    let url = url.trim();
    match Url::parse(url) {
        Ok(parsed) if parsed.has_host() => Some(parsed),
        _ => Url::parse(&format!("http://{}", without_scheme(url)?)).ok(),
    }
}

/// Returns what a url without a scheme has after `//`, if that begins with something that looks
/// like a host.
fn without_scheme(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("//").unwrap_or(url);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let like_host = host
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let named = host.trim_end_matches('.').contains('.') || host.eq_ignore_ascii_case("localhost");
    (like_host && named && port.bytes().all(|b| b.is_ascii_digit())).then_some(rest)
}

/// A tidied site name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TidySite<'a> {
    /// The name as it was given, without the white space around it.
    AsGiven(&'a str),
    /// The text that was appended to the caller's buffer.
    InBuffer,
}

impl<'a> TidySite<'a> {
    /// The site, given the buffer that was handed over.
    pub(crate) fn text(self, buffer: &'a str) -> &'a str {
        match self {
            TidySite::AsGiven(given) => given,
            TidySite::InBuffer => buffer,
        }
    }
}

/// The site of a document: the one that its record names, tidied, or else the registrable domain
/// of its url.
pub(crate) fn site_of<'a>(
    given: Option<&'a str>,
    url: Option<&str>,
    cache: &mut SiteCache,
    buffer: &mut String,
) -> Option<TidySite<'a>> {
    match given {
        Some(given) => tidy_site(given, cache, buffer),
        None => url
            .is_some_and(|url| cache.registrable(url, buffer))
            .then_some(TidySite::InBuffer),
    }
}

/// The site of a document whose record names something that may be its site: the registrable domain
/// of its url, or else that name. The second value is true if the name was given up for a site that
/// it does not name. `buffer` is empty.
pub(crate) fn site_of_url_or<'a>(
    vague: &'a str,
    url: Option<&str>,
    cache: &mut SiteCache,
    buffer: &mut String,
) -> (Option<TidySite<'a>>, bool) {
    if !url.is_some_and(|url| cache.registrable(url, buffer)) {
        return (tidy_site(vague, cache, buffer), false);
    }
    let end = buffer.len();
    let tidied = tidy_site(vague, cache, buffer);
    let (site, rest) = buffer.split_at(end);
    let same = tidied.is_none_or(|tidied| {
        let before = tidied.text(rest).strip_suffix(site);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    buffer.truncate(end);
    (Some(TidySite::InBuffer), !same)
}

/// Tidies the site that a record names: lower case, and the registrable domain in place of a url or
/// a host that begins with `www.`. Returns `None` for an empty name.
fn tidy_site<'a>(
    given: &'a str,
    cache: &mut SiteCache,
    buffer: &mut String,
) -> Option<TidySite<'a>> {
    let given = given.trim();
    if given.is_empty() {
        return None;
    }
    let is_www = given
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("www."));
    if (is_www || given.contains("://")) && cache.registrable(given, buffer) {
        return Some(TidySite::InBuffer);
    }
    if given
        .chars()
        .all(|c| c.is_ascii() && !c.is_ascii_uppercase())
    {
        return Some(TidySite::AsGiven(given));
    }
    buffer.push_str(&given.to_lowercase());
    Some(TidySite::InBuffer)
}

/// Sites of urls seen before, by the part of the url that decides the site.
#[derive(Debug, Default)]
pub(crate) struct SiteCache {
    known: HashMap<Box<str>, KnownAuthority>,
}

/// What is known of the urls with one authority.
#[derive(Debug)]
enum KnownAuthority {
    Site(Box<str>),
    NoSite,
    /// Its pages may be copies, so the whole url decides.
    KeepsCopies,
}

impl KnownAuthority {
    fn of(authority: &str) -> Self {
        // Archives and caches have pages of their own, too; these paths are none of theirs.
        let holds_copies = COPY_PATHS.iter().any(|path| {
            let parsed = parsed(&format!("{authority}{path}"));
            parsed.is_some_and(|parsed| copied_page(&parsed) != CopiedPage::Original)
        });
        if holds_copies {
            return KnownAuthority::KeepsCopies;
        }
        match registrable(authority) {
            Some(site) => KnownAuthority::Site(site.into_boxed_str()),
            None => KnownAuthority::NoSite,
        }
    }
}

/// Paths that are a copy at every host that keeps copies of a kind.
const COPY_PATHS: &[&str] = &[
    "/amp/s/a.example/",
    "/web/2016/http://a.example/",
    "/search?q=cache:a.example&u=http://a.example/",
];

impl SiteCache {
    /// Appends the [`registrable`] domain of `url` to `buffer`. Returns false if there is none.
    pub(crate) fn registrable(&mut self, url: &str, buffer: &mut String) -> bool {
        let Some(key) = deciding_part(url).filter(|key| key.len() <= LONGEST_REMEMBERED) else {
            return push_registrable(url, buffer);
        };
        if !self.known.contains_key(key) {
            if self.known.len() >= MOST_REMEMBERED {
                self.known.clear();
            }
            self.known.insert(key.into(), KnownAuthority::of(key));
        }
        match self.known.get(key) {
            Some(KnownAuthority::Site(site)) => {
                buffer.push_str(site);
                true
            }
            Some(KnownAuthority::KeepsCopies) => push_registrable(url, buffer),
            Some(KnownAuthority::NoSite) | None => false,
        }
    }
}

/// Appends the [`registrable`] domain of a url. Returns false if there is none.
fn push_registrable(url: &str, buffer: &mut String) -> bool {
    registrable(url).is_some_and(|site| {
        buffer.push_str(&site);
        true
    })
}

/// Returns the scheme and authority of an ordinary web address, which decide its site unless the
/// host keeps copies of pages.
///
/// What follows them can neither change the host nor make the url invalid. A url with anything
/// unusual in them, such as white space, which url parsers remove, has no deciding part.
fn deciding_part(url: &str) -> Option<&str> {
    let bytes = url.as_bytes();
    let scheme = [&b"https://"[..], b"http://"]
        .into_iter()
        .find(|scheme| {
            bytes
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })?
        .len();
    let authority = bytes[scheme..]
        .iter()
        .position(|b| matches!(b, b'/' | b'?' | b'#' | b'\\'))
        .unwrap_or(bytes.len() - scheme);
    let end = scheme + authority;
    (authority > 0 && bytes[scheme..end].iter().all(u8::is_ascii_graphic)).then(|| &url[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CASES: &[(&str, Option<&str>)] = &[
        (
            "http://www.chicagotribune.com/sports/x.html#a",
            Some("chicagotribune.com"),
        ),
        ("https://News.BBC.co.uk", Some("bbc.co.uk")),
        (
            "https://user:pw@www.example.com:8080/x?y",
            Some("example.com"),
        ),
        ("https://desk@wire.example/x", Some("wire.example")),
        ("https://news.paper.example/x", Some("paper.example")),
        ("https://paper.example./x", Some("paper.example")),
        ("https://alice.github.io/", Some("alice.github.io")),
        ("https://github.io/", Some("github.io")),
        ("https://co.uk/", Some("co.uk")),
        ("http://localhost:3000/x", Some("localhost")),
        ("http://127.0.0.1/x", Some("127.0.0.1")),
        ("http://0x7f.1/x", Some("127.0.0.1")),
        ("http://[2001:db8::1]:80/x", Some("[2001:db8::1]")),
        (
            "https://www.食狮.公司.cn/",
            Some("xn--85x722f.xn--55qx5d.cn"),
        ),
        (
            "https://www.xn--85x722f.xn--55qx5d.cn/",
            Some("xn--85x722f.xn--55qx5d.cn"),
        ),
        ("https://www.bücher.de/", Some("xn--bcher-kva.de")),
        ("ftp://ftp.example.org/f", Some("example.org")),
        ("//cdn.example.com/x", Some("example.com")),
        ("www.example.com/x", Some("example.com")),
        ("example.com:8080/x", Some("example.com")),
        ("localhost:8080/x", Some("localhost")),
        ("  https://a.example.com/x\n", Some("example.com")),
        ("https:\\\\a.example.com\\x", Some("example.com")),
        (
            "https://web.archive.org/web/20160102030405/https://www.paper.example/a?b=c",
            Some("paper.example"),
        ),
        (
            "web.archive.org/web/2016/paper.example/a",
            Some("paper.example"),
        ),
        (
            "https://web.archive.org/web/20160102id_/http:/paper.example/",
            Some("paper.example"),
        ),
        (
            "https://web.archive.org/web/2016*/https%3A%2F%2Fpaper.example%2Fa",
            Some("paper.example"),
        ),
        ("https://archive.org/details/films", Some("archive.org")),
        (
            "https://archive.ph/20160102/https://www.paper.example/a",
            Some("paper.example"),
        ),
        (
            "https://archive.is/o/Ab1Cd/https://paper.example/a",
            Some("paper.example"),
        ),
        ("https://archive.today/Ab1Cd", None),
        (
            "https://arquivo.pt/wayback/20160102030405/http://www.jornal.example/",
            Some("jornal.example"),
        ),
        (
            "https://webarchive.nationalarchives.gov.uk/ukgwa/20160102/http://news.bbc.co.uk/1",
            Some("bbc.co.uk"),
        ),
        (
            "https://wayback.archive-it.org/42/20160102/http://paper.example/",
            Some("paper.example"),
        ),
        (
            "https://webcache.googleusercontent.com/search?q=cache:xY_1:https://www.paper.example/a",
            Some("paper.example"),
        ),
        (
            "http://webcache.googleusercontent.com/search?q=cache:www.paper.example/a+x",
            Some("paper.example"),
        ),
        (
            "https://www-paper-example.cdn.ampproject.org/c/s/www.paper.example/a",
            Some("paper.example"),
        ),
        (
            "https://the--paper-co-uk.cdn.ampproject.org/",
            Some("the-paper.co.uk"),
        ),
        (
            "https://www.google.com/amp/s/www.paper.example/a",
            Some("paper.example"),
        ),
        (
            "https://www.google.co.uk/amp/paper.example/a",
            Some("paper.example"),
        ),
        ("https://www.google.com/search?q=amp", Some("google.com")),
        (
            "https://www-paper-example.bing-amp.com/c/s/www.paper.example/a",
            Some("paper.example"),
        ),
        (
            "https://www-the--paper-example.translate.goog/a?_x_tr_sl=en",
            Some("the-paper.example"),
        ),
        (
            "https://translate.google.com/translate?sl=de&u=https%3A%2F%2Fwww.paper.example%2Fa",
            Some("paper.example"),
        ),
        (
            "https://web.archive.org/web/2016/https://www.google.com/amp/s/paper.example/a",
            Some("paper.example"),
        ),
        ("https://www.pressreader.com/uk/the-daily/20160102/1", None),
        ("https://advance.lexis.com/document/?id=1", None),
        ("https://notlexis.com/document/", Some("notlexis.com")),
        ("mailto:desk@example.com", None),
        ("data:text/plain,x", None),
        ("file:///tmp/x.html", None),
        ("urn:isbn:1", None),
        ("/relative/path", None),
        ("a headline, not a url.", None),
        ("article", None),
        ("https://", None),
        ("https:///", None),
        ("https://exa mple.com/", None),
        ("https://example.com:99999/", None),
        ("https://./", None),
        ("", None),
    ];

    #[test]
    fn sites_of_urls() {
        for &(url, site) in CASES {
            assert_eq!(registrable(url).as_deref(), site, "{url}");
        }
    }

    #[test]
    fn a_remembered_site_equals_one_worked_out() {
        let mut cache = SiteCache::default();
        for &(url, site) in CASES.iter().chain(CASES) {
            let mut buffer = String::new();
            let found = cache.registrable(url, &mut buffer);
            assert_eq!(found.then_some(buffer.as_str()), site, "{url}");
        }
    }

    #[test]
    fn the_cache_stays_within_its_bound() {
        let mut cache = SiteCache::default();
        for n in 0..=MOST_REMEMBERED {
            assert!(cache.registrable(&format!("http://s{n}.example/"), &mut String::new()));
            assert!(cache.known.len() <= MOST_REMEMBERED);
        }
    }

    #[test]
    fn site_fields_are_tidied() {
        let cases = [
            ("chicagotribune.com", "chicagotribune.com"),
            (" Daily.Paper ", "daily.paper"),
            ("news.bbc.co.uk", "news.bbc.co.uk"),
            ("www.news.bbc.co.uk", "bbc.co.uk"),
            ("WWW.BBC.co.uk", "bbc.co.uk"),
            ("https://News.BBC.co.uk/x", "bbc.co.uk"),
            ("The Ärzte Zeitung", "the ärzte zeitung"),
            ("www.not a host", "www.not a host"),
            ("ww", "ww"),
        ];
        for (given, expected) in cases {
            let mut buffer = String::new();
            let tidied = match tidy_site(given, &mut SiteCache::default(), &mut buffer) {
                Some(TidySite::AsGiven(same)) => same,
                Some(TidySite::InBuffer) => &buffer,
                None => "",
            };
            assert_eq!(tidied, expected, "{given}");
        }
        assert_eq!(
            tidy_site("  ", &mut SiteCache::default(), &mut String::new()),
            None
        );
    }

    proptest! {
        #[test]
        fn a_cache_finds_what_the_definition_finds(
            scheme in "((https?|HTTP|ftp)://|)((web\\.|)archive\\.org|archive\\.ph|a-b\\.translate\\.goog|)",
            rest in "[a-z0-9.:@\\[\\]/?# %é\\\\-]{0,24}",
        ) {
            let url = format!("{scheme}{rest}");
            let mut buffer = String::new();
            let found = SiteCache::default().registrable(&url, &mut buffer);
            prop_assert_eq!(found.then_some(buffer), registrable(&url));
        }
    }
}

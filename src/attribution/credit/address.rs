//! Addresses: the host and the path of a url.

use std::borrow::Cow;

use url::Url;

use super::ends::trimmed;

/// Host and path of a url that has a host.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address<'u> {
    pub(super) host: Cow<'u, str>,
    pub(super) path: Cow<'u, str>,
}

impl<'u> Address<'u> {
    /// Reads a url as it was given; one without a scheme is a web address.
    pub(super) fn of(url: &'u str) -> Option<Address<'u>> {
        let url = trimmed(url);
        Address::plain(url).or_else(|| Address::parsed(url))
    }

    /// Reads a url that is written like its parsed form, as nearly all are; `None` for others.
    /// Parsing costs ten times as much.
    fn plain(url: &'u str) -> Option<Address<'u>> {
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))?;
        let end = rest.bytes().position(|b| matches!(b, b'/' | b'?' | b'#'));
        let end = end.unwrap_or(rest.len());
        let (host, rest) = rest.split_at(end);
        let end = rest.bytes().position(|b| matches!(b, b'?' | b'#'));
        let end = end.unwrap_or(rest.len());
        let path = &rest[..end];
        (is_plain_host(host) && is_plain_path(path)).then_some(Address {
            host: Cow::Borrowed(host),
            path: Cow::Borrowed(if path.is_empty() { "/" } else { path }),
        })
    }

    fn parsed(url: &str) -> Option<Address<'u>> {
        let with_host = |url: Url| url.has_host().then_some(url);
        let url = Url::parse(url).ok().and_then(with_host).or_else(|| {
            let rest = url.strip_prefix("//").unwrap_or(url);
            Url::parse(&format!("http://{rest}"))
                .ok()
                .and_then(with_host)
        })?;
        Some(Address {
            host: Cow::Owned(url.host_str().unwrap_or_default().to_owned()),
            path: Cow::Owned(url.path().to_owned()),
        })
    }
}

/// True if a host is its own parsed form: no number, which may be an IP address, no capitals, no
/// punycode, which may be invalid.
fn is_plain_host(host: &str) -> bool {
    let is_plain = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    let last = host.rsplit('.').next().unwrap_or_default();
    host.bytes().all(is_plain)
        && host
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with("xn--"))
        && last.starts_with(|c: char| c.is_ascii_lowercase())
}

/// True if a path is its own parsed form: nothing to be escaped, no `.` and `..` to be resolved.
fn is_plain_path(path: &str) -> bool {
    // `,`, `-`, `.`, `/` and the digits are between `+` and `:`. Without early exit the compiler
    // compares many bytes at once.
    let is_plain = |b| matches!(b, b'+'..=b':' | b'=' | b'@'..=b'Z' | b'_' | b'a'..=b'z' | b'~');
    let path = path.as_bytes();
    path.iter().fold(true, |plain, &b| plain & is_plain(b))
        && path.windows(2).all(|two| two != b"/.")
}

/// True if a host is `known` or a subdomain of it.
pub(super) fn is_host_under(host: &str, known: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.strip_suffix(known)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_urls_are_not_parsed() {
        let cases = [
            ("http://wire.example", true),
            ("https://www.wire.example/2016/11/a-b_c.html?x=%20#y", true),
            ("https://wire.example/.well-known/a", false),
            ("https://wire.example/a%20b", false),
            ("https://WIRE.example/", false),
            ("https://wire.example:443/", false),
            ("https://10.0.0.1/", false),
            ("https://wire.0x10/", false),
            ("https://xn--a/", false),
            ("https://wire.example./", false),
            ("//wire.example/", false),
            ("https://", false),
            ("", false),
        ];
        for (url, plain) in cases {
            assert_eq!(Address::plain(url).is_some(), plain, "{url}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_url_equals_its_parsed_form(
            scheme in "(https?://)?",
            host in "([a-z0-9-]{1,4}|0x1|xn--[a-z]{1,3}|\\PC)\
                ([.]{1,2}([a-z0-9-]{1,4}|com|\\PC)){0,3}[.]?",
            rest in "([/?#][a-zA-Z0-9._~!$&'()*+,;=:@%/?# \\\\-]{0,12}|/\\PC{0,6})?",
        ) {
            let url = format!("{scheme}{host}{rest}");
            if let Some(plain) = Address::plain(&url) {
                prop_assert_eq!(Address::parsed(&url), Some(plain), "{}", url);
            }
        }
    }
}

//! Tells whether a value looks like what its field needs.

use url::Url;

use crate::text::domain;

/// Words with which programs write that they have no value.
const NO_VALUE: &[&str] = &[
    "none",
    "null",
    "nan",
    "nat",
    "<na>",
    "n/a",
    "#n/a",
    "undefined",
    "[removed]",
    "[deleted]",
];

/// Length of the longest of [`NO_VALUE`].
const LONGEST_NO_VALUE: usize = 9;

/// Longest host name in DNS.
const LONGEST_HOST: usize = 253;

/// Tells whether a value says that there is none.
pub(super) fn is_no_value(text: &str) -> bool {
    text.len() <= LONGEST_NO_VALUE && NO_VALUE.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Tells whether a value looks like a url, with or without a scheme.
pub(super) fn is_url(text: &str) -> bool {
    has_web_scheme(text) || (!text.contains(char::is_whitespace) && domain::host(text).is_some())
}

/// Tells whether a value begins like a web address.
pub(super) fn has_web_scheme(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// Tells whether a value is the web address of a page, and not of a whole site.
pub(super) fn is_page(text: &str) -> bool {
    has_web_scheme(text)
        && Url::parse(text).is_ok_and(|url| {
            url.has_host() && (!matches!(url.path(), "" | "/") || url.query().is_some())
        })
}

/// Tells whether a value looks like a host, or is the url of one.
pub(super) fn is_host(text: &str) -> bool {
    if has_web_scheme(text) {
        return true;
    }
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    let like_label = |label: &str| {
        let like_host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        !label.is_empty() && label.chars().all(like_host)
    };
    let host = host.trim_end_matches('.');
    host.len() <= LONGEST_HOST
        && host.contains('.')
        && host.split('.').all(like_label)
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_look_like_what_they_are() {
        for (text, no_value, url, page, host) in [
            ("https://www.alpha.example/a", false, true, true, true),
            ("HTTP://alpha.example/?p=3", false, true, true, true),
            ("https://alpha.example/", false, true, false, true),
            ("https://alpha.example", false, true, false, true),
            ("alpha.example/a", false, true, false, false),
            ("//alpha.example/a", false, true, false, false),
            ("alpha.example", false, true, false, true),
            ("alpha.example.", false, true, false, true),
            ("alpha..example", false, true, false, false),
            ("The Alpha Times", false, false, false, false),
            ("U.S. news", false, false, false, false),
            ("energy", false, false, false, false),
            ("8061230", false, false, false, false),
            ("urn:newsml:alpha.example:1", false, false, false, false),
            ("N/A", true, false, false, false),
            ("None", true, false, false, false),
            ("[Removed]", true, false, false, false),
            ("Nano", false, false, false, false),
            ("", false, false, false, false),
        ] {
            let looks = (
                is_no_value(text),
                is_url(text),
                is_page(text),
                is_host(text),
            );
            assert_eq!(looks, (no_value, url, page, host), "{text}");
        }
    }
}

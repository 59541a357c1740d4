//! Addresses of objects in object stores and on web servers, and how messages show them: without
//! passwords and signatures.

use url::Url;

/// Shown instead of what may be secret.
const SECRET: &str = "...";

/// Kind of server that an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    S3,
    GoogleCloud,
    Azure,
    Web,
}

impl Service {
    /// The service of an address; `None` for the name of a file.
    pub(super) fn of(name: &str) -> Option<Self> {
        let (scheme, _) = name.split_once("://")?;
        Some(match scheme.to_ascii_lowercase().as_str() {
            "s3" | "s3a" => Self::S3,
            "gs" => Self::GoogleCloud,
            "az" | "azure" | "abfs" | "abfss" | "adl" => Self::Azure,
            "http" | "https" => Self::Web,
            _ => return None,
        })
    }
}

/// An address as messages and reports show it. The address of a web server loses user, password and
/// query, since signed addresses have their signature there.
pub(super) fn shown(address: &str) -> String {
    if Service::of(address) != Some(Service::Web) {
        return redacted(address);
    }
    let Ok(mut url) = Url::parse(address) else {
        let scheme = address.split("://").next().unwrap_or_default();
        return format!("{scheme}://{SECRET}");
    };
    // Both fail only for urls without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    if url.query().is_some() {
        url.set_query(Some(SECRET));
    }
    url.into()
}

/// A text in which addresses lose passwords and queries.
pub(super) fn redacted(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        shown.push_str(before);
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>');
        let end = after.find(ends).unwrap_or(after.len());
        // A signature can hold these characters too, so only those at the end are of the text.
        let address = after[..end].trim_end_matches([')', '\'', ',', ';', ':']);
        let after = &after[address.len()..];
        let is_web = ["http://", "https://"].iter().any(|scheme| {
            let end = before.len().checked_sub(scheme.len());
            end.is_some_and(|at| before.as_bytes()[at..].eq_ignore_ascii_case(scheme.as_bytes()))
        });
        let path = address.find(['/', '?', '#']).unwrap_or(address.len());
        let (host, path) = address.split_at(path);
        // The container of `abfss://container@account/` is no secret.
        shown.push_str(match host.rsplit_once('@') {
            Some((user, host)) if is_web || user.contains(':') => host,
            _ => host,
        });
        match path.split_once('?') {
            // In a key, it is a wildcard.
            Some((path, _)) if is_web => shown.extend([path, "?", SECRET]),
            _ => shown.push_str(path),
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_tells_the_service() {
        for (name, expected) in [
            ("s3://bucket/key", Some(Service::S3)),
            ("s3a://bucket/key", Some(Service::S3)),
            ("GS://bucket/key", Some(Service::GoogleCloud)),
            (
                "abfss://box@account.dfs.core.windows.net/key",
                Some(Service::Azure),
            ),
            ("https://host.example/a.jsonl", Some(Service::Web)),
            ("file:///tmp/a.jsonl", None),
            ("s3:/bucket", None),
            ("a.jsonl", None),
            ("-", None),
        ] {
            assert_eq!(Service::of(name), expected, "{name}");
        }
    }

    #[test]
    fn no_secret_is_shown() {
        for (address, expected) in [
            ("https://h.example/a.gz", "https://h.example/a.gz"),
            ("https://ann:pw@h.example/a", "https://h.example/a"),
            (
                "https://token@h.example/a?sig=1#x",
                "https://h.example/a?...",
            ),
            ("https://ann:p/w@h.example/a", "https://..."),
            ("s3://bucket/2026/part-?.csv", "s3://bucket/2026/part-?.csv"),
            ("s3://key:secret@bucket/a", "s3://bucket/a"),
            (
                "abfss://box@a.dfs.core.windows.net/k",
                "abfss://box@a.dfs.core.windows.net/k",
            ),
        ] {
            assert_eq!(shown(address), expected, "{address}");
        }
        for (text, expected) in [
            (
                "error sending request (GET https://u:p@h.example/a?sig=5) to http://b/?x \"y\"",
                "error sending request (GET https://h.example/a?...) to http://b/?... \"y\"",
            ),
            (
                "'HTTPS://h.example/a?sig=a)b'c', retried",
                "'HTTPS://h.example/a?...', retried",
            ),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }
}

//! Site and date of publication in the path of a file, as `crawl/alpha.example/2026-03-04/17.html`
//! has them.

use jiff::civil::Date;

use super::dates::of_day;
use super::format::SourceFormat;
use super::looks::is_host;
use crate::document::Published;
use crate::text::domain;

/// Fields that documents take from the path of their file if they do not have them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WantedFromPath {
    /// The site.
    pub site: bool,
    /// The date of publication.
    pub date: bool,
}

/// Fields that a path has.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PathFields {
    pub(super) site: Option<String>,
    pub(super) published: Option<Published>,
}

impl PathFields {
    /// Looks for the fields in a path.
    pub(super) fn of(path: &str) -> Self {
        Self {
            site: site(path),
            published: date(path).and_then(of_day),
        }
    }
}

/// The site: the deepest directory that is called like a host, a file that is, or else the deepest
/// directory that is not called like a date.
fn site(path: &str) -> Option<String> {
    let (directories, file) = path.rsplit_once('/').unwrap_or(("", path));
    let directories = || directories.rsplit('/').filter(|name| !name.is_empty());
    let host = |name: &str| {
        let known = psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known());
        (known && is_host(name)).then(|| domain::registrable(name))?
    };
    let named = |name: &&str| {
        !matches!(*name, "." | "..")
            && name.chars().any(char::is_alphabetic)
            && date(name).is_none()
    };
    directories()
        .find_map(host)
        .or_else(|| host(&without_ending(file).to_lowercase()))
        .or_else(|| directories().find(named).map(str::to_lowercase))
}

/// A name without the endings of formats and of compression.
fn without_ending(name: &str) -> &str {
    let formats = SourceFormat::ALL.iter().flat_map(|info| info.endings);
    let endings = || formats.clone().chain(SourceFormat::PACKED_ENDINGS);
    let mut bare = name;
    // `a.jsonl.gz` has two.
    for _ in 0..2 {
        bare = endings()
            .find_map(|ending| bare.strip_suffix(ending))
            .unwrap_or(bare);
    }
    bare
}

/// The last date in a path: `2026-03-04`, `2026_03_04`, `2026.03.04`, `2026/03/04` or `20260304`,
/// without a figure before or after it.
fn date(path: &str) -> Option<Date> {
    let bytes = path.as_bytes();
    (0..bytes.len()).rev().find_map(|start| {
        let after_figure = start > 0 && bytes[start - 1].is_ascii_digit();
        (!after_figure).then(|| date_at(&bytes[start..])).flatten()
    })
}

/// The date with which bytes begin.
fn date_at(bytes: &[u8]) -> Option<Date> {
    let number = |from: usize, length: usize| {
        let figures = bytes.get(from..from + length)?;
        let all = figures.iter().all(u8::is_ascii_digit);
        all.then(|| {
            figures
                .iter()
                .fold(0, |n, figure| n * 10 + i16::from(figure - b'0'))
        })
    };
    let year = number(0, 4).filter(|year| (1900..2100).contains(year))?;
    let separator = *bytes.get(4)?;
    let (month_at, day_at) = match separator {
        b'-' | b'_' | b'.' | b'/' if bytes.get(7) == Some(&separator) => (5, 8),
        b'0' | b'1' => (4, 6),
        _ => return None,
    };
    let (month, day) = (number(month_at, 2)?, number(day_at, 2)?);
    if bytes.get(day_at + 2).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_site_and_date() {
        for (path, site, date) in [
            (
                "crawl/news.bbc.co.uk/2026-03-04/17.html",
                Some("bbc.co.uk"),
                Some("2026-03-04"),
            ),
            (
                "alpha.com/2026/03/04/mill.html",
                Some("alpha.com"),
                Some("2026-03-04"),
            ),
            ("in/alpha.com.jsonl.gz", Some("alpha.com"), None),
            (
                "Mill Gazette/2026-03-04/a.txt",
                Some("mill gazette"),
                Some("2026-03-04"),
            ),
            ("gazette-20260304.txt", None, Some("2026-03-04")),
            ("gazette_2026_03_04_1.txt", None, Some("2026-03-04")),
            ("2025-12-31/2026.01.02.txt", None, Some("2026-01-02")),
            ("./17.html", None, None),
            ("a/2026-02-30.txt", Some("a"), None),
            ("a/120260304.txt", Some("a"), None),
            ("a/202603041.txt", Some("a"), None),
            ("a/2026-03_04.txt", Some("a"), None),
        ] {
            let fields = PathFields::of(path);
            assert_eq!(fields.site.as_deref(), site, "{path}");
            let found = fields.published.map(|published| published.to_string());
            assert_eq!(found.as_deref(), date, "{path}");
        }
    }
}

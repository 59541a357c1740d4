//! Which news agency a document names as its source.
//!
//! A credit is what the document itself says: in its byline, its dateline, a line of its own, a tagline, a copyright line,
//! its url or the url it calls canonical. Mere mentions are none: an article about an agency, "told Reuters", a
//! poll, a photo credit. What counts is the table `data/credits.toml`, whose head describes its form; a user's table of the
//! same form extends it.
//!
//! The cost of a document is bounded whatever its length: only the first 4 KiB and the last 2 KiB of its text are looked
//! at, of these the first four and the last six lines, of a line the 300 characters at the text's head and the 600 at its tail.
//! Text that was flattened to one line is thereby judged by its beginning and its end.

mod address;
mod byline;
mod dateline;
mod line;
mod openings;
mod sentences;
mod table;

use crate::document::Document;
use crate::text::domain::registrable;

use address::Address;
use line::Line;
pub use table::CreditTableError;
use table::{Mention, Table};

/// The table compiled in: `data/credits.toml`.
pub const BUILT_IN: &str = include_str!("../../../data/credits.toml");

/// Bytes of the text's beginning that are looked at: four lines of a page with its captions.
const HEAD: usize = 4096;

/// Bytes of the text's end that are looked at.
const TAIL: usize = 2048;

/// Lines at the beginning that may hold a byline or an agency's name alone.
const HEAD_LINES: usize = 4;

/// Lines at the beginning that may open with a dateline.
const DATELINE_LINES: usize = 3;

/// Lines at the end that may name contributors or a copyright.
const TAIL_LINES: usize = 6;

/// Lines at the end that may be an agency's name alone.
const LAST_LINES: usize = 3;

/// Characters of a line at the beginning, and of the author: more than any byline or dateline.
const HEAD_CHARS: usize = 300;

/// Characters of a line at the end: more than any list of contributors and its copyright line.
const TAIL_CHARS: usize = 600;

/// Finds the agency that a document names, by a compiled table.
#[derive(Debug)]
pub struct Credits {
    table: Table,
}

/// The agency or agencies that a document names as its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// Short names, in the order in which the document names them; usually one, never none.
    pub agencies: Vec<String>,
    /// The agency's part in it.
    pub kind: Kind,
    /// Where the document says so: strongest first, each once, never none.
    pub evidence: Vec<Evidence>,
}

/// An agency's part in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The agency's own copy.
    Sole,
    /// The outlet or its staff are named beside the agency: `CBS; AP`, `Le Monde avec AFP`.
    Mixed,
    /// Somebody else's report with the agency's help: `The Associated Press contributed to this report`.
    Contributed,
}

/// Where a document names an agency, strongest first.
///
/// When two kinds of evidence name different agencies, the stronger one is believed: what stands above the text says who wrote
/// this text, an address only where it was filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// The author field, or a byline in the text.
    Byline,
    /// `LONDON (AP) —`.
    Dateline,
    /// A line that is only the agency's name.
    Line,
    /// What only the agency's own copy ends with: `Roe writes for the Associated Press`.
    Tagline,
    /// `Copyright 2016 The Associated Press`.
    Copyright,
    /// The url is on the agency's own site, or where another site files the agency's copy.
    Url,
    /// The canonical url is on the agency's site.
    Canonical,
    /// A sentence that says the agency contributed.
    Contribution,
}

impl Evidence {
    /// Where that is, in a word.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::Byline => "byline",
            Evidence::Dateline => "dateline",
            Evidence::Line => "line",
            Evidence::Tagline => "tagline",
            Evidence::Copyright => "copyright",
            Evidence::Url => "url",
            Evidence::Canonical => "canonical",
            Evidence::Contribution => "contribution",
        }
    }
}

/// One place that names an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Finding {
    agency: usize,
    kind: Kind,
    evidence: Evidence,
}

/// What a line may be, by its place in the text.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    dateline: bool,
    alone: bool,
    tail: bool,
    last: bool,
}

/// What a line that mentions an agency looks like as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Only agencies.
    Alone,
    /// `Jane Roe, AP`.
    PhotoCredit,
    Text,
}

impl Credits {
    /// The table that is compiled in.
    ///
    /// # Panics
    /// Never: a test reads the same table.
    #[must_use]
    pub fn built_in() -> Credits {
        let mut table = Table::default();
        if let Err(error) = table.add(BUILT_IN) {
            panic!("the built-in {error}");
        }
        Credits { table }
    }

    /// The built-in table and a user's: an agency of the same name gets more patterns, others are new, and phrases are
    /// added to all.
    ///
    /// # Errors
    /// When the user's table is no TOML, has an unknown key, or an entry that cannot be meant: the line, and what is wanted there.
    pub fn extended(table: &str) -> Result<Credits, CreditTableError> {
        let mut credits = Credits::built_in();
        credits.table.add(table)?;
        Ok(credits)
    }

    /// Where what a credit names was published first: the sites of its first agency, or the agency's name where no site of it is known. Nothing if the
    /// agency only contributed, or shares the credit with the outlet's staff: the text is not its own then.
    pub fn sites(&self, credit: &Credit) -> Vec<String> {
        if credit.kind != Kind::Sole {
            return Vec::new();
        }
        let Some(name) = credit.agencies.first() else {
            return Vec::new();
        };
        let agency = self
            .table
            .agencies
            .iter()
            .find(|agency| agency.name == *name);
        let mut sites: Vec<String> = agency
            .into_iter()
            .flat_map(|agency| &agency.hosts)
            .filter_map(|host| registrable(host))
            .collect();
        sites.dedup();
        if sites.is_empty() {
            sites.push(name.clone());
        }
        sites
    }

    /// The agency that a document names, by its text, author, url, site and canonical url.
    #[must_use]
    pub fn find(&self, document: &Document<'_>) -> Option<Credit> {
        let url = document.url.as_deref().and_then(Address::of);
        let site = document.site.as_deref().unwrap_or_default();
        let mut findings = Vec::new();
        if let Some(author) = &document.author {
            let author = first_chars(trimmed(author), HEAD_CHARS);
            if self.table.may_name(author) {
                let line = Line::new(author);
                findings.extend(self.author(&line, &self.table.mentions(&line)));
            }
        }
        self.end(head(&document.text), &mut findings);
        self.end(tail(&document.text), &mut findings);
        let found = |evidence| {
            move |agency| Finding {
                agency,
                kind: Kind::Sole,
                evidence,
            }
        };
        let filed = self.table.filed(site, url.as_ref());
        findings.extend(filed.into_iter().map(found(Evidence::Url)));
        if let Some(canonical) = document.canonical.as_deref().and_then(Address::of) {
            let owner = self.table.hosted(&canonical.host).min();
            findings.extend(owner.map(found(Evidence::Canonical)));
        }
        let host = url.as_ref().map_or("", |url| &url.host);
        findings.retain(|finding| {
            let home = &self.table.agencies[finding.agency].home;
            !is_under(site, home) && !is_under(host, home)
        });
        self.judge(&findings)
    }

    /// What the lines at one end of the text say. Where captions with their photo credits stand, an agency's name alone is
    /// one more of them.
    fn end<'t>(
        &self,
        lines: impl Iterator<Item = (&'t str, Standing)>,
        findings: &mut Vec<Finding>,
    ) {
        let known = findings.len();
        let (mut credits, mut alone) = (0, 0);
        for (text, standing) in lines {
            match self.line(text, standing, findings) {
                Shape::PhotoCredit => credits += 1,
                Shape::Alone => alone += 1,
                Shape::Text => {}
            }
        }
        if credits > 0 || alone > 1 {
            let mut number = 0;
            findings.retain(|finding| {
                number += 1;
                number <= known || finding.evidence != Evidence::Line
            });
        }
    }

    /// Adds everything that one line of the text says.
    fn line(&self, text: &str, standing: Standing, findings: &mut Vec<Finding>) -> Shape {
        if !self.table.may_name(text) {
            return Shape::Text;
        }
        let line = Line::new(text);
        let found = |evidence| {
            move |agency| Finding {
                agency,
                kind: Kind::Sole,
                evidence,
            }
        };
        if standing.tail {
            let taglines = self.table.taglines_in(&line);
            findings.extend(taglines.into_iter().map(found(Evidence::Tagline)));
        }
        let mentions = self.table.mentions(&line);
        if mentions.is_empty() {
            return Shape::Text;
        }
        if standing.dateline {
            let dateline = self.dateline(&line, &mentions);
            findings.extend(dateline.into_iter().map(found(Evidence::Dateline)));
        }
        let (shape, alone) = self.alone(&line, &mentions);
        if standing.alone {
            findings.extend(alone);
        }
        let sentences = line.sentences();
        if let (true, [_, .., last]) = (standing.last, &sentences[..]) {
            findings.extend(self.signed(&line, &mentions, last.clone()));
        }
        for sentence in sentences {
            self.sentence(&line, &mentions, sentence, findings);
        }
        shape
    }

    /// What the findings say together: the strongest evidence names the agencies; the outlet's own work beside them
    /// counts wherever it is said; contributions only when nothing else is there.
    fn judge(&self, findings: &[Finding]) -> Option<Credit> {
        let strongest = findings.iter().map(|finding| finding.evidence).min()?;
        let mut agencies = Vec::new();
        for finding in findings.iter().filter(|f| f.evidence == strongest) {
            if !agencies.contains(&finding.agency) {
                agencies.push(finding.agency);
            }
        }
        let same = || findings.iter().filter(|f| agencies.contains(&f.agency));
        let kind = match strongest {
            Evidence::Contribution => Kind::Contributed,
            _ if same().any(|f| f.kind == Kind::Mixed) => Kind::Mixed,
            _ => Kind::Sole,
        };
        let mut evidence: Vec<Evidence> = same().map(|finding| finding.evidence).collect();
        evidence.sort_unstable();
        evidence.dedup();
        let name = |&agency: &usize| self.table.agencies[agency].name.clone();
        Some(Credit {
            agencies: agencies.iter().map(name).collect(),
            kind,
            evidence,
        })
    }
}

impl Credit {
    /// What the credit column shows: `AP`, `AP; AFP`, `AP (with staff)`, `AP (contributed)`.
    #[must_use]
    pub fn label(&self) -> String {
        let names = self.agencies.join("; ");
        match self.kind {
            Kind::Sole => names,
            Kind::Mixed => format!("{names} (with staff)"),
            Kind::Contributed => format!("{names} (contributed)"),
        }
    }
}

/// The lines at the beginning that are looked at.
fn head(text: &str) -> impl Iterator<Item = (&str, Standing)> {
    let head = &text[..boundary_before(text, HEAD)];
    let mut rest = Some(head);
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr(b'\n', text.as_bytes());
        rest = end.map(|end| &text[end + 1..]);
        Some(trimmed(&text[..end.unwrap_or(text.len())]))
    });
    let lines = lines.filter(|line| !line.is_empty());
    lines.take(HEAD_LINES).enumerate().map(|(number, line)| {
        let standing = Standing {
            dateline: number < DATELINE_LINES,
            alone: true,
            ..Standing::default()
        };
        (first_chars(line, HEAD_CHARS), standing)
    })
}

/// The lines at the end that are looked at, the last one first. A short text's lines stand at both ends.
fn tail(text: &str) -> impl Iterator<Item = (&str, Standing)> {
    let tail = &text[boundary_before(text, text.len().saturating_sub(TAIL))..];
    let mut rest = Some(tail);
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let before = memchr::memrchr(b'\n', text.as_bytes());
        rest = before.map(|before| &text[..before]);
        Some(trimmed(&text[before.map_or(0, |before| before + 1)..]))
    });
    let lines = lines.filter(|line| !line.is_empty());
    lines.take(TAIL_LINES).enumerate().map(|(number, line)| {
        let standing = Standing {
            alone: number < LAST_LINES,
            tail: true,
            last: number == 0,
            ..Standing::default()
        };
        (last_chars(line, TAIL_CHARS), standing)
    })
}

/// The character boundary at or before a byte.
fn boundary_before(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn first_chars(text: &str, count: usize) -> &str {
    let (mut end, mut left) = (0, count);
    // So many bytes hold at most so many characters.
    while left > 0 && left < text.len() - end {
        let mut to = end + left;
        while !text.is_char_boundary(to) {
            to += 1;
        }
        left -= text[end..to].chars().count();
        end = to;
    }
    if left > 0 { text } else { &text[..end] }
}

fn last_chars(text: &str, count: usize) -> &str {
    let (mut start, mut left) = (text.len(), count);
    while left > 0 && left < start {
        let from = boundary_before(text, start - left);
        left -= text[from..start].chars().count();
        start = from;
    }
    if left > 0 { text } else { &text[start..] }
}

/// As `str::trim`, which looks up the characters at the ends one by one: nearly all lines and urls have nothing to trim.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

fn is_under(host: &str, hosts: &[String]) -> bool {
    !host.is_empty() && hosts.iter().any(|known| is_host_under(host, known))
}

/// Whether a host is `known` or a subdomain of it.
fn is_host_under(host: &str, known: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.strip_suffix(known)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests;

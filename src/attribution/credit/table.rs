//! The compiled table of agencies and phrases, and the lookups in it.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::address::{Address, is_host_under};
use super::line::FoldedLine;
use super::openings::Openings;
use super::phrases::{AgencyPhrase, PhraseSet};

/// Number of an agency in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AgencyNo(pub(super) usize);

/// The compiled table.
#[derive(Debug, Default)]
pub(super) struct CreditTable {
    pub(super) agencies: Vec<Agency>,
    /// Names and marks by their first word, the longest first.
    pub(super) names: FxHashMap<String, Vec<AgencyName>>,
    /// Taglines by their first word.
    pub(super) taglines: FxHashMap<String, Vec<Tagline>>,
    /// Filter for lines that cannot hold a name, a mark or a tagline.
    pub(super) openings: Openings,
    /// Agencies by their hosts.
    pub(super) hosts: FxHashMap<String, Vec<AgencyNo>>,
    pub(super) url_patterns: Vec<UrlPattern>,
    /// Phrases around an agency's name, by their longest word, which is the rarest.
    pub(super) phrases: FxHashMap<String, Vec<AgencyPhrase>>,
    pub(super) copyright: PhraseSet,
    pub(super) rights: PhraseSet,
    pub(super) byline: PhraseSet,
    pub(super) with: PhraseSet,
    pub(super) articles: FxHashSet<String>,
    pub(super) and: FxHashSet<String>,
    pub(super) roles: FxHashSet<String>,
    pub(super) outlet: FxHashSet<String>,
    pub(super) media: FxHashSet<String>,
    pub(super) joining: FxHashSet<String>,
    pub(super) dates: FxHashSet<String>,
}

/// An agency.
#[derive(Debug)]
pub(super) struct Agency {
    pub(super) name: String,
    /// Its own hosts.
    pub(super) hosts: Vec<String>,
    /// Hosts of which it is the own name, where it credits nobody else.
    pub(super) home: Vec<String>,
    /// Sites of its hosts; its name if none is known.
    pub(super) sites: Vec<String>,
}

/// A place where a site files an agency's copy.
#[derive(Debug)]
pub(super) struct UrlPattern {
    pub(super) agency: AgencyNo,
    pub(super) host: Option<String>,
    pub(super) path: String,
}

/// A name or mark of an agency.
#[derive(Debug)]
pub(super) struct AgencyName {
    pub(super) agency: AgencyNo,
    pub(super) words: Vec<String>,
    /// The words as they must be written, if case counts.
    pub(super) exact: Option<Vec<String>>,
    pub(super) strength: NameStrength,
}

/// Strength of a name as evidence, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NameStrength {
    /// Counts everywhere.
    Name,
    /// A short form with too many other meanings to count in a sentence.
    Mark,
    /// A short form that is also a common word. It counts in parentheses, in the author field and
    /// after a word such as `Source`.
    Initials,
}

/// An ending that only an agency's own copy has, in pieces with any words between them.
#[derive(Debug)]
pub(super) struct Tagline {
    pub(super) agency: AgencyNo,
    pub(super) pieces: Vec<Vec<String>>,
}

/// A place in a line that names an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) agency: AgencyNo,
    /// First word.
    pub(super) start: usize,
    /// The word after the last.
    pub(super) end: usize,
    pub(super) strength: NameStrength,
}

impl Mention {
    /// True for a short form with too many other meanings to count in a sentence.
    pub(super) fn is_mark(&self) -> bool {
        self.strength != NameStrength::Name
    }

    /// True for a short form that is also a common word.
    pub(super) fn is_initials(&self) -> bool {
        self.strength == NameStrength::Initials
    }
}

impl CreditTable {
    pub(super) fn agency(&self, agency: AgencyNo) -> &Agency {
        &self.agencies[agency.0]
    }

    /// True if a line can hold a mention or a tagline. Other lines are not searched.
    pub(super) fn may_name(&self, line: &str) -> bool {
        self.openings.may_be_in(line)
    }

    /// The agencies that a host belongs to.
    pub(super) fn hosted(&self, host: &str) -> impl Iterator<Item = AgencyNo> {
        let host = host.trim_end_matches('.');
        let domains = host
            .match_indices('.')
            .map(move |(dot, _)| &host[dot + 1..]);
        std::iter::once(host)
            .chain(domains)
            .filter_map(|domain| self.hosts.get(domain))
            .flatten()
            .copied()
    }

    /// The agencies that own a document's site, or whose copy is filed at its url, in the table's
    /// order.
    pub(super) fn filed(&self, site: &str, url: Option<&Address<'_>>) -> Vec<AgencyNo> {
        let mut agencies: Vec<AgencyNo> = self.hosted(site).collect();
        if let Some(url) = url {
            agencies.extend(self.hosted(&url.host));
            let filed = self.url_patterns.iter().filter(|filed| filed.matches(url));
            agencies.extend(filed.map(|filed| filed.agency));
        }
        agencies.sort_unstable();
        agencies.dedup();
        agencies
    }

    /// All places in a line that name an agency, with the longest name at each place.
    pub(super) fn mentions(&self, line: &FoldedLine<'_>) -> Vec<Mention> {
        let mut mentions = Vec::new();
        let mut start = 0;
        while start < line.len() {
            let names = self
                .names
                .get(line.word(start))
                .map_or(&[][..], Vec::as_slice);
            match names.iter().find(|name| name.is_at(line, start)) {
                Some(name) => {
                    let end = start + name.words.len();
                    mentions.push(Mention {
                        agency: name.agency,
                        start,
                        end,
                        strength: name.strength,
                    });
                    start = end;
                }
                None => start += 1,
            }
        }
        mentions
    }

    /// The phrases whose longest word is in a sentence; others cannot be in it.
    pub(super) fn phrases_in(
        &self,
        line: &FoldedLine<'_>,
        sentence: &Range<usize>,
    ) -> Vec<&AgencyPhrase> {
        sentence
            .clone()
            .filter_map(|i| self.phrases.get(line.word(i)))
            .flatten()
            .collect()
    }

    /// The agencies whose taglines are in a line.
    pub(super) fn taglines_in(&self, line: &FoldedLine<'_>) -> Vec<AgencyNo> {
        (0..line.len())
            .filter_map(|start| Some((start, self.taglines.get(line.word(start))?)))
            .flat_map(|(start, taglines)| {
                let found = taglines
                    .iter()
                    .filter(move |tagline| tagline.is_at(line, start));
                found.map(|tagline| tagline.agency)
            })
            .collect()
    }

    /// True if a word can be part of a date.
    pub(super) fn is_date(&self, line: &FoldedLine<'_>, index: usize) -> bool {
        let word = line.word(index);
        self.dates.contains(word) || word.starts_with(|c: char| c.is_ascii_digit())
    }

    /// True if a word can be part of a list of names and roles.
    pub(super) fn is_name(&self, line: &FoldedLine<'_>, index: usize) -> bool {
        line.is_capitalised(index)
            || self.joining.contains(line.word(index))
            || line.raw(index).chars().count() == 1
    }

    /// True if one of the words is from a photo, video or graphic credit.
    pub(super) fn has_media(&self, line: &FoldedLine<'_>, mut words: Range<usize>) -> bool {
        words.any(|i| self.media.contains(line.word(i)))
    }

    /// True if one of the words names an outlet or its staff.
    pub(super) fn has_outlet(&self, line: &FoldedLine<'_>, mut words: Range<usize>) -> bool {
        words.any(|i| self.outlet.contains(line.word(i)))
    }
}

impl UrlPattern {
    fn matches(&self, url: &Address<'_>) -> bool {
        let host = self.host.as_ref();
        host.is_none_or(|known| is_host_under(&url.host, known)) && url.path.contains(&self.path)
    }
}

impl AgencyName {
    fn is_at(&self, line: &FoldedLine<'_>, start: usize) -> bool {
        line.starts_at(start, &self.words)
            && self.exact.as_ref().is_none_or(|words| {
                words
                    .iter()
                    .zip(start..)
                    .all(|(word, i)| word == line.raw(i))
            })
    }
}

impl Tagline {
    fn is_at(&self, line: &FoldedLine<'_>, start: usize) -> bool {
        let Some((first, others)) = self.pieces.split_first() else {
            return false;
        };
        let mut from = start + first.len();
        line.starts_at(start, first)
            && others.iter().all(|piece| {
                let found = (from..line.len()).find(|&i| line.starts_at(i, piece));
                from = found.map_or(from, |i| i + piece.len());
                found.is_some()
            })
    }
}

#[cfg(test)]
impl CreditTable {
    /// Names and marks, as they must be written where case counts.
    pub(super) fn written_names(&self) -> Vec<String> {
        let names = self.names.values().flatten();
        let written = |name: &AgencyName| name.exact.as_ref().unwrap_or(&name.words).join(" ");
        let mut names: Vec<String> = names.map(written).collect();
        names.sort_unstable();
        names
    }

    /// All words of names, marks and taglines, as they must be written where case counts.
    pub(super) fn opening_words(&self) -> Vec<String> {
        let names = self.written_names();
        let taglines = self
            .taglines
            .values()
            .flatten()
            .flat_map(|tagline| tagline.pieces.iter().flatten());
        let names = names.iter().flat_map(|name| name.split(' '));
        names.map(str::to_owned).chain(taglines.cloned()).collect()
    }
}

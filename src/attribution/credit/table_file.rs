//! The table of agencies and phrases as a TOML file, and its compilation.
//!
//! The head of `data/credits.toml` describes the form.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::line::{FoldedLine, folded_words};
use super::openings::Openings;
use super::phrases::AgencyPhrase;
use super::table::{Agency, AgencyName, AgencyNo, CreditTable, NameStrength, Tagline, UrlPattern};
use crate::text::domain::registrable;

/// Names of at most this many characters keep their case. `AP`, `ANSA`, `PTI` and `dpa` are words
/// or other things in another case; nothing longer in the table is.
const KEEPS_CASE: usize = 5;

/// Fewest characters of a piece of a path: shorter ones are in too many urls by chance.
const SHORTEST_PATH: usize = 4;

/// Error in a table.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("credits table, line {line}: {problem}")]
pub struct CreditTableError {
    /// Line of the table, from 1.
    pub line: usize,
    /// The problem there, and what to write instead.
    pub problem: String,
}

/// A table as a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    #[serde(default)]
    agency: Vec<AgencyEntry>,
    #[serde(default)]
    language: HashMap<Spanned<String>, LanguageEntry>,
}

type TextList = Vec<Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgencyEntry {
    name: Spanned<String>,
    #[serde(default)]
    names: TextList,
    #[serde(default)]
    marks: TextList,
    #[serde(default)]
    initials: TextList,
    #[serde(default)]
    hosts: TextList,
    #[serde(default)]
    urls: Vec<UrlEntry>,
    #[serde(default)]
    taglines: TextList,
    #[serde(default)]
    home: TextList,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UrlEntry {
    host: Option<Spanned<String>>,
    path: Spanned<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct LanguageEntry {
    contributed: TextList,
    own: TextList,
    copyright: TextList,
    rights: TextList,
    byline: TextList,
    articles: TextList,
    with: TextList,
    and: TextList,
    roles: TextList,
    outlet: TextList,
    media: TextList,
    joining: TextList,
    dates: TextList,
}

impl CreditTable {
    /// Adds the entries of a file.
    pub(super) fn add(&mut self, file: &str) -> Result<(), CreditTableError> {
        let line = |at: usize| {
            1 + file.as_bytes()[..at.min(file.len())]
                .iter()
                .filter(|&&b| b == b'\n')
                .count()
        };
        let parsed: TableFile = toml::from_str(file).map_err(|error| CreditTableError {
            line: line(error.span().map_or(0, |span| span.start)),
            problem: format!(
                "{}; the form is described at the head of data/credits.toml",
                error.message().trim().replace('\n', ", ")
            ),
        })?;
        self.add_parsed(parsed)
            .map_err(|(at, problem)| CreditTableError {
                line: line(at),
                problem,
            })
    }

    fn add_parsed(&mut self, file: TableFile) -> Result<(), EntryError> {
        for entry in file.agency {
            self.add_agency(entry)?;
        }
        for names in self.names.values_mut() {
            names.sort_by_key(|name| Reverse(name.words.len()));
        }
        // The order of languages makes no difference, except that the first error in the file is
        // the one reported.
        let mut languages: Vec<_> = file.language.into_iter().collect();
        languages.sort_by_key(|(code, _)| code.span().start);
        for (_, entry) in languages {
            self.add_language(entry)?;
        }
        let names = self.names.values().flatten();
        let names = names.map(|name| {
            let exact = name.exact.as_ref().and_then(|words| words.first());
            (name.words.as_slice(), exact)
        });
        let taglines = self.taglines.values().flatten();
        let taglines = taglines.map(|tagline| (tagline.pieces[0].as_slice(), None));
        self.openings = Openings::of(names.chain(taglines));
        Ok(())
    }

    fn add_agency(&mut self, entry: AgencyEntry) -> Result<(), EntryError> {
        let label = entry.name.get_ref().trim();
        if label.is_empty() {
            return Err(wrong(&entry.name, "an agency needs a name"));
        }
        let agency = match self.agencies.iter().position(|known| known.name == label) {
            Some(known) => AgencyNo(known),
            None => {
                self.agencies.push(Agency {
                    name: label.to_owned(),
                    hosts: Vec::new(),
                    home: Vec::new(),
                    sites: Vec::new(),
                });
                AgencyNo(self.agencies.len() - 1)
            }
        };
        for (names, strength) in [
            (&entry.names, NameStrength::Name),
            (&entry.marks, NameStrength::Mark),
            (&entry.initials, NameStrength::Initials),
        ] {
            for name in names {
                self.add_name(agency, name, strength)?;
            }
        }
        for tagline in &entry.taglines {
            self.add_tagline(agency, tagline)?;
        }
        let known = &mut self.agencies[agency.0];
        for (hosts, list) in [
            (&entry.hosts, &mut known.hosts),
            (&entry.home, &mut known.home),
        ] {
            for given in hosts {
                list.push(host(given)?);
            }
        }
        let sites = known.hosts.iter().filter_map(|host| registrable(host));
        known.sites = sites.collect();
        known.sites.dedup();
        if known.sites.is_empty() {
            known.sites.push(known.name.clone());
        }
        for host in &known.hosts {
            let owners = self.hosts.entry(host.clone()).or_default();
            if !owners.contains(&agency) {
                owners.push(agency);
            }
        }
        for url in &entry.urls {
            let path = url.path.get_ref();
            if path.len() < SHORTEST_PATH {
                return Err(wrong(
                    &url.path,
                    &format!("a piece of a path needs at least {SHORTEST_PATH} characters"),
                ));
            }
            self.url_patterns.push(UrlPattern {
                agency,
                host: url.host.as_ref().map(host).transpose()?,
                path: path.clone(),
            });
        }
        Ok(())
    }

    fn add_name(
        &mut self,
        agency: AgencyNo,
        name: &Spanned<String>,
        strength: NameStrength,
    ) -> Result<(), EntryError> {
        let text = name.get_ref().trim();
        let words = folded_words(text);
        let Some(first) = words.first().cloned() else {
            return Err(wrong(name, "a name needs letters or digits"));
        };
        let exact = (text.chars().count() <= KEEPS_CASE).then(|| {
            let line = FoldedLine::new(text);
            (0..line.len()).map(|i| line.raw(i).to_owned()).collect()
        });
        let new = AgencyName {
            agency,
            words,
            exact,
            strength,
        };
        let same_first = self.names.entry(first).or_default();
        let same = same_first
            .iter()
            .position(|old| old.words == new.words && old.exact == new.exact);
        match same {
            Some(old) if same_first[old].agency != agency => {
                let owner = &self.agencies[same_first[old].agency.0].name;
                return Err(wrong(
                    name,
                    &format!(
                        "{text:?} already names {owner}; add to that agency or choose another name"
                    ),
                ));
            }
            Some(old) => {
                same_first[old].strength = same_first[old].strength.min(strength);
            }
            None => same_first.push(new),
        }
        Ok(())
    }

    fn add_tagline(
        &mut self,
        agency: AgencyNo,
        tagline: &Spanned<String>,
    ) -> Result<(), EntryError> {
        let pieces: Vec<Vec<String>> = tagline.get_ref().split('…').map(folded_words).collect();
        if pieces.iter().any(Vec::is_empty) || pieces.iter().flatten().count() < 2 {
            return Err(wrong(
                tagline,
                "a tagline needs at least two words, and words on both sides of \"…\"",
            ));
        }
        let first = pieces[0][0].clone();
        self.taglines
            .entry(first)
            .or_default()
            .push(Tagline { agency, pieces });
        Ok(())
    }

    fn add_language(&mut self, entry: LanguageEntry) -> Result<(), EntryError> {
        for (given, own) in [(&entry.contributed, false), (&entry.own, true)] {
            for text in given {
                let phrase = phrase(text, own)?;
                let longest = phrase.words().max_by_key(|word| word.len());
                let longest = longest.cloned().unwrap_or_default();
                let same_longest = self.phrases.entry(longest).or_default();
                if !same_longest.contains(&phrase) {
                    same_longest.push(phrase);
                }
            }
        }
        for (given, phrases) in [
            (&entry.copyright, &mut self.copyright),
            (&entry.rights, &mut self.rights),
            (&entry.byline, &mut self.byline),
            (&entry.with, &mut self.with),
        ] {
            for text in given {
                phrases.add(&some_words(text)?);
            }
        }
        for (given, words) in [
            (&entry.articles, &mut self.articles),
            (&entry.and, &mut self.and),
            (&entry.roles, &mut self.roles),
            (&entry.outlet, &mut self.outlet),
            (&entry.media, &mut self.media),
            (&entry.joining, &mut self.joining),
            (&entry.dates, &mut self.dates),
        ] {
            for text in given {
                match <[String; 1]>::try_from(some_words(text)?) {
                    Ok([word]) => words.insert(word),
                    Err(_) => return Err(wrong(text, "one word is wanted here, not several")),
                };
            }
        }
        Ok(())
    }
}

/// A byte of the file, and the problem there.
type EntryError = (usize, String);

fn wrong(at: &Spanned<String>, problem: &str) -> EntryError {
    (at.span().start, problem.to_owned())
}

/// The folded words of a phrase; at least one.
fn some_words(text: &Spanned<String>) -> Result<Vec<String>, EntryError> {
    let words = folded_words(text.get_ref());
    if words.is_empty() {
        return Err(wrong(text, "a phrase needs letters or digits"));
    }
    Ok(words)
}

/// Reads a host.
fn host(given: &Spanned<String>) -> Result<String, EntryError> {
    let host = given.get_ref().trim().to_ascii_lowercase();
    let like_host = host.contains('.')
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    if like_host {
        Ok(host)
    } else {
        Err(wrong(
            given,
            "a host is wanted here, such as \"wire.example\", without scheme and path",
        ))
    }
}

/// Reads a phrase around an agency's name.
fn phrase(given: &Spanned<String>, own: bool) -> Result<AgencyPhrase, EntryError> {
    let text = given.get_ref().trim();
    let Some((left, right)) = text.split_once("{agency}") else {
        return Err(wrong(
            given,
            "a phrase needs \"{agency}\" where the agency's name stands",
        ));
    };
    if right.contains("{agency}") {
        return Err(wrong(given, "a phrase has \"{agency}\" once"));
    }
    let (left, right) = (left.trim(), right.trim());
    let before = left.strip_suffix('…').unwrap_or(left);
    let after = right.strip_prefix('…').unwrap_or(right);
    let phrase = AgencyPhrase {
        own,
        left: folded_words(before),
        gap_left: before.len() < left.len(),
        right: after
            .split('…')
            .map(folded_words)
            .filter(|piece| !piece.is_empty())
            .collect(),
        gap_right: after.len() < right.len(),
        ends: right.ends_with('.'),
    };
    if before.contains('…') {
        return Err(wrong(
            given,
            "before \"{agency}\" a phrase has \"…\" only beside it",
        ));
    }
    if phrase.words().next().is_none() {
        return Err(wrong(given, "a phrase needs words beside \"{agency}\""));
    }
    Ok(phrase)
}

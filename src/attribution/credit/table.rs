//! The table of agencies and phrases: its form as a file, and what it is compiled to.

use std::collections::HashMap;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use toml::Spanned;

use super::address::Address;
use super::is_host_under;
use super::line::{Line, folded_words};
use super::openings::Openings;

/// Names of at most so many characters keep their case. `AP`, `ANSA`, `PTI` and `dpa` are words or other things in
/// another case; nothing longer in the table is.
const KEEPS_CASE: usize = 5;

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("credits table, line {line}: {problem}")]
pub struct CreditTableError {
    /// Line of the table, from 1.
    pub line: usize,
    /// What is wrong there, and what to write instead.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    agency: Vec<AgencyEntry>,
    #[serde(default)]
    language: HashMap<Spanned<String>, LanguageEntry>,
}

type Texts = Vec<Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgencyEntry {
    name: Spanned<String>,
    #[serde(default)]
    names: Texts,
    #[serde(default)]
    marks: Texts,
    #[serde(default)]
    hosts: Texts,
    #[serde(default)]
    urls: Vec<UrlEntry>,
    #[serde(default)]
    taglines: Texts,
    #[serde(default)]
    home: Texts,
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
    contributed: Texts,
    own: Texts,
    copyright: Texts,
    rights: Texts,
    byline: Texts,
    articles: Texts,
    with: Texts,
    and: Texts,
    roles: Texts,
    outlet: Texts,
    media: Texts,
    joining: Texts,
    dates: Texts,
}

/// The compiled table.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) agencies: Vec<Agency>,
    /// Names and marks by their first word, the longest first.
    names: FxHashMap<String, Vec<Name>>,
    /// Taglines by their first word.
    taglines: FxHashMap<String, Vec<Tagline>>,
    /// What a line that names an agency must hold.
    openings: Openings,
    /// Agencies by their hosts.
    hosts: FxHashMap<String, Vec<usize>>,
    /// Where sites file an agency's copy.
    filed: Vec<FiledUnder>,
    /// Phrases around an agency's name by their longest word, which is the rarest.
    phrases: FxHashMap<String, Vec<Phrase>>,
    pub(super) copyright: Phrases,
    pub(super) rights: Phrases,
    pub(super) byline: Phrases,
    pub(super) with: Phrases,
    pub(super) articles: FxHashSet<String>,
    pub(super) and: FxHashSet<String>,
    pub(super) roles: FxHashSet<String>,
    pub(super) outlet: FxHashSet<String>,
    pub(super) media: FxHashSet<String>,
    pub(super) joining: FxHashSet<String>,
    pub(super) dates: FxHashSet<String>,
}

#[derive(Debug)]
pub(super) struct Agency {
    pub(super) name: String,
    pub(super) hosts: Vec<String>,
    pub(super) home: Vec<String>,
}

/// Where a site files an agency's copy.
#[derive(Debug)]
struct FiledUnder {
    agency: usize,
    host: Option<String>,
    path: String,
}

#[derive(Debug)]
struct Name {
    agency: usize,
    words: Vec<String>,
    /// The words as they must be written, where case counts.
    exact: Option<Vec<String>>,
    is_mark: bool,
}

#[derive(Debug)]
struct Tagline {
    agency: usize,
    pieces: Vec<Vec<String>>,
}

/// A place in a line that names an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) agency: usize,
    /// First word.
    pub(super) start: usize,
    /// The word after the last.
    pub(super) end: usize,
    /// Whether it is a short form that means too much else to count in a sentence.
    pub(super) is_mark: bool,
}

/// A set of phrases of one or more words.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    by_first: FxHashMap<String, Vec<Vec<String>>>,
    by_last: FxHashMap<String, Vec<Vec<String>>>,
}

impl Phrases {
    fn add(&mut self, words: &[String]) {
        for (index, end) in [
            (&mut self.by_first, words.first()),
            (&mut self.by_last, words.last()),
        ] {
            if let Some(end) = end {
                index.entry(end.clone()).or_default().push(words.to_vec());
            }
        }
    }

    /// How many words the longest phrase that starts at `index` has.
    pub(super) fn starting(&self, line: &Line<'_>, index: usize) -> Option<usize> {
        if index >= line.len() {
            return None;
        }
        let same_first = self.by_first.get(line.word(index))?;
        let found = same_first
            .iter()
            .filter(|words| line.starts_at(index, words));
        found.map(Vec::len).max()
    }

    /// How many words the longest phrase that ends before `index` has.
    pub(super) fn ending(&self, line: &Line<'_>, index: usize) -> Option<usize> {
        let ends = |words: &&Vec<String>| {
            words.len() <= index && line.starts_at(index - words.len(), words)
        };
        let last = index.checked_sub(1)?;
        let same_last = self.by_last.get(line.word(last))?;
        same_last.iter().filter(ends).map(Vec::len).max()
    }
}

/// A phrase around an agency's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    /// Whether only the agency's own copy says so; else somebody says that the agency contributed.
    pub(super) own: bool,
    /// The words before the name, and whether names may stand between.
    pub(super) left: Vec<String>,
    pub(super) gap_left: bool,
    /// The words after the name: pieces, each after a gap where the first says so and always after the first.
    pub(super) right: Vec<Vec<String>>,
    pub(super) gap_right: bool,
    /// Whether the sentence ends with the phrase.
    pub(super) ends: bool,
}

impl Table {
    /// Adds what a file says.
    pub(super) fn add(&mut self, file: &str) -> Result<(), CreditTableError> {
        let line = |at: usize| {
            1 + file.as_bytes()[..at.min(file.len())]
                .iter()
                .filter(|&&b| b == b'\n')
                .count()
        };
        let parsed: File = toml::from_str(file).map_err(|error| CreditTableError {
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

    fn add_parsed(&mut self, file: File) -> Result<(), Wrong> {
        for entry in file.agency {
            self.add_agency(entry)?;
        }
        for names in self.names.values_mut() {
            names.sort_by_key(|name| std::cmp::Reverse(name.words.len()));
        }
        // The order of languages never shows, but an error should be the first one in the file.
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

    fn add_agency(&mut self, entry: AgencyEntry) -> Result<(), Wrong> {
        let label = entry.name.get_ref().trim();
        if label.is_empty() {
            return Err(wrong(&entry.name, "an agency needs a name"));
        }
        let agency = match self.agencies.iter().position(|known| known.name == label) {
            Some(known) => known,
            None => {
                self.agencies.push(Agency {
                    name: label.to_owned(),
                    hosts: Vec::new(),
                    home: Vec::new(),
                });
                self.agencies.len() - 1
            }
        };
        for name in &entry.names {
            self.add_name(agency, name, false)?;
        }
        for mark in &entry.marks {
            self.add_name(agency, mark, true)?;
        }
        for tagline in &entry.taglines {
            self.add_tagline(agency, tagline)?;
        }
        let known = &mut self.agencies[agency];
        for (hosts, room) in [
            (&entry.hosts, &mut known.hosts),
            (&entry.home, &mut known.home),
        ] {
            for given in hosts {
                room.push(host(given)?);
            }
        }
        for host in &known.hosts {
            let owners = self.hosts.entry(host.clone()).or_default();
            if !owners.contains(&agency) {
                owners.push(agency);
            }
        }
        for url in &entry.urls {
            let path = url.path.get_ref();
            // Shorter pieces stand in too many urls by chance.
            if path.len() < 4 {
                return Err(wrong(
                    &url.path,
                    "a piece of a path needs at least 4 characters",
                ));
            }
            self.filed.push(FiledUnder {
                agency,
                host: url.host.as_ref().map(host).transpose()?,
                path: path.clone(),
            });
        }
        Ok(())
    }

    fn add_name(
        &mut self,
        agency: usize,
        name: &Spanned<String>,
        is_mark: bool,
    ) -> Result<(), Wrong> {
        let text = name.get_ref().trim();
        let words = folded_words(text);
        let Some(first) = words.first().cloned() else {
            return Err(wrong(name, "a name needs letters or digits"));
        };
        let exact = (text.chars().count() <= KEEPS_CASE).then(|| {
            let line = Line::new(text);
            (0..line.len()).map(|i| line.raw(i).to_owned()).collect()
        });
        let new = Name {
            agency,
            words,
            exact,
            is_mark,
        };
        let same_first = self.names.entry(first).or_default();
        let same = same_first
            .iter()
            .position(|old| old.words == new.words && old.exact == new.exact);
        match same {
            Some(old) if same_first[old].agency != agency => {
                let owner = &self.agencies[same_first[old].agency].name;
                return Err(wrong(
                    name,
                    &format!(
                        "{text:?} already names {owner}; add to that agency or choose another name"
                    ),
                ));
            }
            Some(old) => same_first[old].is_mark &= is_mark,
            None => same_first.push(new),
        }
        Ok(())
    }

    fn add_tagline(&mut self, agency: usize, tagline: &Spanned<String>) -> Result<(), Wrong> {
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

    fn add_language(&mut self, entry: LanguageEntry) -> Result<(), Wrong> {
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
        for (given, room) in [
            (&entry.copyright, &mut self.copyright),
            (&entry.rights, &mut self.rights),
            (&entry.byline, &mut self.byline),
            (&entry.with, &mut self.with),
        ] {
            for text in given {
                room.add(&some_words(text)?);
            }
        }
        for (given, room) in [
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
                    Ok([word]) => room.insert(word),
                    Err(_) => return Err(wrong(text, "one word is wanted here, not several")),
                };
            }
        }
        Ok(())
    }

    /// Whether a line can hold a mention or a tagline: nothing else is looked for in it.
    pub(super) fn may_name(&self, line: &str) -> bool {
        self.openings.may_stand_in(line)
    }

    /// The agencies that a host belongs to.
    pub(super) fn hosted(&self, host: &str) -> impl Iterator<Item = usize> {
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

    /// The agencies on whose own site a document is, or whose copy is filed at its url, in the table's order.
    pub(super) fn filed(&self, site: &str, url: Option<&Address<'_>>) -> Vec<usize> {
        let mut agencies: Vec<usize> = self.hosted(site).collect();
        if let Some(url) = url {
            agencies.extend(self.hosted(&url.host));
            let filed = self.filed.iter().filter(|filed| filed.holds(url));
            agencies.extend(filed.map(|filed| filed.agency));
        }
        agencies.sort_unstable();
        agencies.dedup();
        agencies
    }

    /// Every place in the line that names an agency, the longest name at each place.
    pub(super) fn mentions(&self, line: &Line<'_>) -> Vec<Mention> {
        let mut mentions = Vec::new();
        let mut start = 0;
        while start < line.len() {
            let names = self
                .names
                .get(line.word(start))
                .map_or(&[][..], Vec::as_slice);
            match names.iter().find(|name| name.stands_at(line, start)) {
                Some(name) => {
                    let end = start + name.words.len();
                    mentions.push(Mention {
                        agency: name.agency,
                        start,
                        end,
                        is_mark: name.is_mark,
                    });
                    start = end;
                }
                None => start += 1,
            }
        }
        mentions
    }

    /// The phrases that may stand in a sentence: one needs all its words.
    pub(super) fn phrases_in(&self, line: &Line<'_>, sentence: &Range<usize>) -> Vec<&Phrase> {
        sentence
            .clone()
            .filter_map(|i| self.phrases.get(line.word(i)))
            .flatten()
            .collect()
    }

    /// The agencies whose tagline the line holds.
    pub(super) fn taglines_in(&self, line: &Line<'_>) -> Vec<usize> {
        (0..line.len())
            .filter_map(|start| Some((start, self.taglines.get(line.word(start))?)))
            .flat_map(|(start, taglines)| {
                let found = taglines
                    .iter()
                    .filter(move |tagline| tagline.stands_at(line, start));
                found.map(|tagline| tagline.agency)
            })
            .collect()
    }
}

impl Phrase {
    fn words(&self) -> impl Iterator<Item = &String> {
        self.left.iter().chain(self.right.iter().flatten())
    }
}

impl FiledUnder {
    fn holds(&self, url: &Address<'_>) -> bool {
        let host = self.host.as_ref();
        host.is_none_or(|known| is_host_under(&url.host, known)) && url.path.contains(&self.path)
    }
}

impl Name {
    fn stands_at(&self, line: &Line<'_>, start: usize) -> bool {
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
    fn stands_at(&self, line: &Line<'_>, start: usize) -> bool {
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

/// Where in the file, and what is wrong there.
type Wrong = (usize, String);

fn wrong(at: &Spanned<String>, problem: &str) -> Wrong {
    (at.span().start, problem.to_owned())
}

fn some_words(text: &Spanned<String>) -> Result<Vec<String>, Wrong> {
    let words = folded_words(text.get_ref());
    if words.is_empty() {
        return Err(wrong(text, "a phrase needs letters or digits"));
    }
    Ok(words)
}

fn host(given: &Spanned<String>) -> Result<String, Wrong> {
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

fn phrase(given: &Spanned<String>, own: bool) -> Result<Phrase, Wrong> {
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
    let phrase = Phrase {
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

#[cfg(test)]
impl Table {
    /// Names and marks, as they must be written where case counts.
    pub(super) fn written_names(&self) -> Vec<String> {
        let names = self.names.values().flatten();
        let written = |name: &Name| name.exact.as_ref().unwrap_or(&name.words).join(" ");
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
            .flat_map(|t| t.pieces.iter().flatten());
        let names = names.iter().flat_map(|name| name.split(' '));
        names.map(str::to_owned).chain(taglines.cloned()).collect()
    }
}

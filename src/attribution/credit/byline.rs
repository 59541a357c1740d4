//! Bylines, and lines that are only an agency's name.
//!
//! A byline is cut into parts, and each part is compared whole: `Roe; Associated Press` has a part that is an agency,
//! `Reuters/Ipsos poll` has none. In the author field any such part counts. In the text a name after a comma or slash is
//! nearly always a photo credit (`Jane Roe, AP`), so there a line must open as a byline does or hold nothing else.

use std::ops::Range;

use super::line::Line;
use super::{Credits, Evidence, Finding, Kind, Mention, Shape};

/// The most words of a line that is read as a byline.
const BYLINE_WORDS: usize = 14;

/// The most words of `Le Monde avec AFP`, which opens like no byline.
const WITH_WORDS: usize = 6;

/// The most words between an agency's name and the role that ends the part: `AP National Security Writer`.
const ROLE_WORDS: usize = 4;

/// Letters of a state's code.
const STATE_CODE: usize = 2;

/// How a part of a byline is joined to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Joint {
    Break,
    Slash,
    And,
    With,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Agency(usize),
    /// Somebody who is named before the agency in the same part: `Jane Roe Associated Press`.
    PersonOf(usize),
    /// An outlet or its staff.
    Outlet,
    /// `lno` of `dpa/lno`, `wit` of `wit/dpa`: a desk or an editor.
    Code,
    /// Anything else, and whether it is written like a name.
    Other {
        name: bool,
    },
    /// Only `By`, or only a date.
    Nothing,
}

struct Byline {
    agencies: Vec<usize>,
    mixed: bool,
    opened: bool,
    parts: Vec<(Joint, Part)>,
}

impl Credits {
    /// What the author field names.
    pub(super) fn author(&self, line: &Line<'_>, mentions: &[Mention]) -> Vec<Finding> {
        if mentions.is_empty() {
            return Vec::new();
        }
        self.byline(line, mentions, 0..line.len())
            .findings(Evidence::Byline)
    }

    /// What a line of the text names as its byline, or by being an agency's name alone.
    pub(super) fn alone(&self, line: &Line<'_>, mentions: &[Mention]) -> (Shape, Vec<Finding>) {
        let words = 0..line.len();
        if words.len() > BYLINE_WORDS || self.is_media(line, words.clone()) {
            return (Shape::Text, Vec::new());
        }
        let mut by = self.byline(line, mentions, words.clone());
        let named = |by: &Byline| {
            by.parts
                .iter()
                .all(|(_, part)| *part != Part::Other { name: false })
        };
        if by.is_only_agencies() && by.opened {
            (Shape::Text, by.findings(Evidence::Byline))
        } else if by.is_only_agencies() {
            (Shape::Alone, by.findings(Evidence::Line))
        } else if !named(&by) || by.agencies.is_empty() {
            (Shape::Text, Vec::new())
        } else if by.opened {
            (Shape::Text, by.findings(Evidence::Byline))
        } else if line.text.contains('|') {
            // `Valley Courier | Tribune News Service`: the agency distributes what a member wrote.
            by.mixed = false;
            (Shape::Text, by.findings(Evidence::Byline))
        } else if words.len() <= WITH_WORDS && by.ends_with_help() {
            (Shape::Text, by.findings(Evidence::Line))
        } else {
            (Shape::PhotoCredit, Vec::new())
        }
    }

    /// What the last sentence of a text names when it is an agency's name alone: `... he said. (AFP)`. A short name needs
    /// its parentheses or dash, and no date before it: captions end with `(Dec. 20) AP`.
    pub(super) fn signed(
        &self,
        line: &Line<'_>,
        mentions: &[Mention],
        words: Range<usize>,
    ) -> Vec<Finding> {
        let gap = line.gap(words.start);
        let set_off = gap.contains(['(', '[']) || gap.contains(is_dash) || words.len() > 1;
        if !set_off || gap.contains(')') || words.len() > BYLINE_WORDS {
            return Vec::new();
        }
        let by = self.byline(line, mentions, words);
        let dated = !by.opened && matches!(by.parts.first(), Some((_, Part::Nothing)));
        if by.is_only_agencies() && !dated {
            by.findings(Evidence::Line)
        } else {
            Vec::new()
        }
    }

    /// Whether one of the words belongs to a photo, video or graphic credit.
    pub(super) fn is_media(&self, line: &Line<'_>, mut words: Range<usize>) -> bool {
        words.any(|i| self.table.media.contains(line.word(i)))
    }

    fn byline(&self, line: &Line<'_>, mentions: &[Mention], words: Range<usize>) -> Byline {
        let mut parts = Vec::new();
        let opened = self.table.byline.starting(line, words.start).is_some();
        let mut joint = Joint::Break;
        let mut start = words.start;
        let mut at = words.start;
        let mut close = |start, end, joint| {
            if start < end {
                parts.push((joint, self.part(line, mentions, start..end)));
            }
        };
        while at < words.end {
            // A name is never cut, whatever stands inside it.
            if let Some(mention) = mentions.iter().find(|m| m.start < at && at < m.end) {
                at = mention.end;
                continue;
            }
            if at > words.start
                && let Some(broken) = break_in(line.gap(at))
            {
                if start < at {
                    close(start, at, joint);
                    joint = broken;
                } else {
                    joint = joint.max(broken);
                }
                start = at;
            }
            if let Some((joined, skipped)) = self.joins(line, at, at == words.start) {
                if start < at {
                    close(start, at, joint);
                }
                joint = joined;
                at += skipped;
                start = at;
                continue;
            }
            at += 1;
        }
        close(start, words.end, joint);
        Byline::of(parts, opened)
    }

    /// Whether the words at `at` join two parts, and how many words do. Capitalised they are names or initials, except
    /// where they open the line (`Mit dpa`).
    fn joins(&self, line: &Line<'_>, at: usize, opens: bool) -> Option<(Joint, usize)> {
        let lower = !line.is_capitalised(at);
        if (lower || opens)
            && let Some(words) = self.table.with.starting(line, at)
        {
            return Some((Joint::With, words));
        }
        (lower && self.table.and.contains(line.word(at))).then_some((Joint::And, 1))
    }

    fn part(&self, line: &Line<'_>, mentions: &[Mention], mut words: Range<usize>) -> Part {
        let whole = words.clone();
        while !words.is_empty() && !mentions.iter().any(|m| m.start == words.start) {
            let article = self
                .table
                .articles
                .contains(line.word(words.start))
                .then_some(1);
            match self.table.byline.starting(line, words.start).or(article) {
                Some(skipped) => words.start = (words.start + skipped).min(words.end),
                None => break,
            }
        }
        while !words.is_empty() && !mentions.iter().any(|m| m.end == words.end) {
            if !self.is_date(line, words.end - 1) {
                break;
            }
            words.end -= 1;
        }
        if words.is_empty() {
            return Part::Nothing;
        }
        let is_named = |words: Range<usize>| words.clone().all(|i| self.is_name(line, i));
        let opens = |m: &&Mention| m.start == words.start && m.end <= words.end;
        if let Some(mention) = mentions.iter().find(opens) {
            let role = mention.end..words.end;
            let is_role = role.len() <= ROLE_WORDS
                && is_named(role.clone())
                && (role.clone().last()).is_none_or(|i| self.table.roles.contains(line.word(i)));
            // `Pittsburgh, PA` is a place.
            let state = mention.is_mark
                && line.raw(mention.start).len() <= STATE_CODE
                && line.gap(whole.start).contains(',');
            if is_role && !state {
                return Part::Agency(mention.agency);
            }
        }
        let ends = |m: &&Mention| m.end == words.end && m.end - m.start > 1 && !m.is_mark;
        if let Some(mention) = mentions.iter().find(ends) {
            let person = words.start
                ..mention.start - usize::from(self.is_article(line, mention.start, words.start));
            if (1..=ROLE_WORDS).contains(&person.len())
                && is_named(person.clone())
                && !person
                    .clone()
                    .any(|i| self.table.outlet.contains(line.word(i)))
            {
                return Part::PersonOf(mention.agency);
            }
        }
        let single = words.len() == 1;
        if words
            .clone()
            .any(|i| self.table.outlet.contains(line.word(i)))
            || (single
                && line.is_capitals(words.start, 2)
                && line.raw(words.start).chars().count() <= 6)
        {
            return Part::Outlet;
        }
        if single && is_code(line.raw(words.start)) && is_slashed(line, &whole) {
            return Part::Code;
        }
        Part::Other {
            name: is_named(words),
        }
    }

    /// Whether the word before `at`, but not before `from`, is an article.
    fn is_article(&self, line: &Line<'_>, at: usize, from: usize) -> bool {
        at > from && self.table.articles.contains(line.word(at - 1))
    }

    /// Whether a word can stand in a list of names and roles.
    pub(super) fn is_name(&self, line: &Line<'_>, index: usize) -> bool {
        line.is_capitalised(index)
            || self.table.joining.contains(line.word(index))
            || line.raw(index).chars().count() == 1
    }
}

impl Byline {
    fn of(parts: Vec<(Joint, Part)>, opened: bool) -> Byline {
        let agencies: Vec<usize> = parts.iter().filter_map(|(_, part)| part.agency()).collect();
        let first = parts.iter().position(|(_, part)| part.agency().is_some());
        let is_somebody = |part: Option<&(Joint, Part)>| {
            part.is_some_and(|(_, part)| matches!(part, Part::Other { .. } | Part::PersonOf(_)))
        };
        let mixed = parts
            .iter()
            .enumerate()
            .any(|(number, (joint, part))| match part {
                Part::Outlet => true,
                Part::Code => first.is_some_and(|first| number < first),
                Part::Agency(_) => {
                    *joint == Joint::With
                        || *joint == Joint::And && number > 0 && is_somebody(parts.get(number - 1))
                }
                Part::Other { .. } => {
                    *joint >= Joint::And
                        && number > 0
                        && matches!(parts[number - 1].1, Part::Agency(_))
                }
                Part::PersonOf(_) | Part::Nothing => false,
            });
        Byline {
            agencies,
            mixed,
            opened,
            parts,
        }
    }

    fn is_only_agencies(&self) -> bool {
        !self.agencies.is_empty()
            && self
                .parts
                .iter()
                .all(|(_, part)| matches!(part, Part::Agency(_) | Part::Code | Part::Nothing))
    }

    /// Whether the last part is an agency that helped: `avec AFP`.
    fn ends_with_help(&self) -> bool {
        matches!(self.parts.last(), Some((Joint::With, Part::Agency(_))))
    }

    fn findings(&self, evidence: Evidence) -> Vec<Finding> {
        let kind = if self.mixed { Kind::Mixed } else { Kind::Sole };
        let found = |&agency: &usize| Finding {
            agency,
            kind,
            evidence,
        };
        self.agencies.iter().map(found).collect()
    }
}

impl Part {
    fn agency(&self) -> Option<usize> {
        match *self {
            Part::Agency(agency) | Part::PersonOf(agency) => Some(agency),
            _ => None,
        }
    }
}

/// Whether what stands between two words parts them.
fn break_in(gap: &str) -> Option<Joint> {
    let spaced_dash = || {
        gap.starts_with(char::is_whitespace)
            && gap.ends_with(char::is_whitespace)
            && gap.contains(is_dash)
    };
    if gap.contains('/') {
        Some(Joint::Slash)
    } else if gap.contains('&') {
        Some(Joint::And)
    } else if gap.contains([';', ',', '|', '•', '·', '(', ')', '[', ']', ':', '\n'])
        || spaced_dash()
    {
        Some(Joint::Break)
    } else {
        None
    }
}

pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | '−' | '‒')
}

/// Whether a word is written like a desk or an editor's mark: `lno`, `wit`.
pub(super) fn is_code(word: &str) -> bool {
    word.chars().all(char::is_lowercase) && word.chars().count() <= 4
}

fn is_slashed(line: &Line<'_>, words: &Range<usize>) -> bool {
    line.gap(words.start).contains('/') || line.gap(words.end).contains('/')
}

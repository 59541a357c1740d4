//! Bylines, and lines that are only an agency's name.
//!
//! A byline is split into parts, and each part is compared as a whole: `Roe; Associated Press` has
//! a part that is an agency, `Reuters/Ipsos poll` has none. In the author field any such part
//! counts. In the text, a name after a comma or a slash is nearly always a photo credit (`Jane Roe,
//! AP`). So a line of the text must start as a byline does or hold nothing else.

use std::ops::Range;

use super::evidence::{CreditEvidence, CreditKind, NamedAgency};
use super::line::FoldedLine;
use super::table::{AgencyNo, CreditTable, Mention};

/// Most words of a line that is read as a byline.
const BYLINE_WORDS: usize = 14;

/// Most words of a line like `Le Monde avec AFP`, which does not start as a byline does.
const WITH_WORDS: usize = 6;

/// Most words between an agency's name and the role at the end of the part: `AP National Security
/// Writer`.
const ROLE_WORDS: usize = 4;

/// Most letters of a state's code.
const STATE_CODE: usize = 2;

/// Most letters of an outlet that is a single word in capitals: `CBS`.
const OUTLET_LETTERS: usize = 6;

/// Most letters of the mark of a desk or an editor: `lno`, `wit`.
const CODE_LETTERS: usize = 4;

/// Shape of a line as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineShape {
    /// Only agencies.
    Alone,
    /// `Jane Roe, AP`.
    PhotoCredit,
    /// Anything else.
    Text,
}

/// A byline, split into parts.
struct Byline {
    agencies: Vec<AgencyNo>,
    /// True if an outlet or its staff are named beside the agencies.
    mixed: bool,
    /// True if the line starts as a byline does: `By`, `Source:`.
    opened: bool,
    parts: Vec<(Joint, BylinePart)>,
}

/// Connection of a part of a byline with the part before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Joint {
    Break,
    Slash,
    And,
    With,
}

/// A part of a byline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BylinePart {
    /// An agency.
    Agency(AgencyNo),
    /// A person before the agency in the same part: `Jane Roe Associated Press`.
    PersonOf(AgencyNo),
    /// An outlet or its staff.
    Outlet,
    /// A desk or an editor: `lno` in `dpa/lno`, `wit` in `wit/dpa`.
    Code,
    /// Anything else.
    Other {
        /// True if it is written like a name.
        name: bool,
    },
    /// Only `By`, or only a date.
    Nothing,
}

impl CreditTable {
    /// The agencies that the author field names.
    pub(super) fn in_author(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
    ) -> Vec<NamedAgency> {
        if mentions.is_empty() {
            return Vec::new();
        }
        self.byline(line, mentions, 0..line.len())
            .named(CreditEvidence::Byline)
    }

    /// The agencies that a line of the text names as a byline, or by being an agency's name alone.
    pub(super) fn in_line_alone(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
    ) -> (LineShape, Vec<NamedAgency>) {
        let words = 0..line.len();
        if words.len() > BYLINE_WORDS || self.has_media(line, words.clone()) {
            return (LineShape::Text, Vec::new());
        }
        let mut by = self.byline(line, mentions, words.clone());
        // `MAP` alone is a heading, and `Source: PC` may be a computer; `Source: MAP` is an agency.
        let is_weak = |m: &Mention| m.is_initials() && line.raw(m.start).chars().count() <= 2;
        if mentions.iter().any(is_weak) || !by.opened && mentions.iter().any(Mention::is_initials) {
            return (LineShape::Text, Vec::new());
        }
        if by.is_only_agencies() && by.opened {
            (LineShape::Text, by.named(CreditEvidence::Byline))
        } else if by.is_only_agencies() {
            (LineShape::Alone, by.named(CreditEvidence::Line))
        } else if !by.is_names() || by.agencies.is_empty() {
            (LineShape::Text, Vec::new())
        } else if by.opened {
            (LineShape::Text, by.named(CreditEvidence::Byline))
        } else if line.text.contains('|') {
            // `Valley Courier | Tribune News Service`: the agency distributes a member's report.
            by.mixed = false;
            (LineShape::Text, by.named(CreditEvidence::Byline))
        } else if words.len() <= WITH_WORDS && by.ends_with_help() {
            (LineShape::Text, by.named(CreditEvidence::Line))
        } else {
            (LineShape::PhotoCredit, Vec::new())
        }
    }

    /// The agencies that the last sentence of a text names if it is an agency's name alone: `... he
    /// said. (AFP)`. A name of one word needs parentheses or a dash before it, and no date:
    /// captions end with `(Dec. 20) AP`.
    pub(super) fn in_signature(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
        words: Range<usize>,
    ) -> Vec<NamedAgency> {
        let gap = line.gap(words.start);
        let is_marked = gap.contains(['(', '[']) || gap.contains(is_dash) || words.len() > 1;
        if !is_marked || gap.contains(')') || words.len() > BYLINE_WORDS {
            return Vec::new();
        }
        let by = self.byline(line, mentions, words);
        let is_dated = !by.opened && matches!(by.parts.first(), Some((_, BylinePart::Nothing)));
        if by.is_only_agencies() && !is_dated {
            by.named(CreditEvidence::Line)
        } else {
            Vec::new()
        }
    }

    /// Splits words into the parts of a byline.
    fn byline(&self, line: &FoldedLine<'_>, mentions: &[Mention], words: Range<usize>) -> Byline {
        let mut parts = Vec::new();
        let opened = self.byline.starting(line, words.start).is_some();
        let mut joint = Joint::Break;
        let mut start = words.start;
        let mut at = words.start;
        let mut close = |start, end, joint| {
            if start < end {
                parts.push((joint, self.byline_part(line, mentions, start..end)));
            }
        };
        while at < words.end {
            // A name is never split, whatever is inside it.
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
            if let Some((joined, skipped)) = self.joint_at(line, at, at == words.start) {
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
        Byline::new(parts, opened)
    }

    /// The joint between two parts whose words begin at `at`, and their number. Capitalised words
    /// are names or initials, except at the start of the line (`Mit dpa`).
    fn joint_at(
        &self,
        line: &FoldedLine<'_>,
        at: usize,
        opens_line: bool,
    ) -> Option<(Joint, usize)> {
        let is_lower = !line.is_capitalised(at);
        if (is_lower || opens_line)
            && let Some(words) = self.with.starting(line, at)
        {
            return Some((Joint::With, words));
        }
        (is_lower && self.and.contains(line.word(at))).then_some((Joint::And, 1))
    }

    /// Classifies a part of a byline.
    fn byline_part(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
        whole: Range<usize>,
    ) -> BylinePart {
        let words = self.without_by_and_date(line, mentions, whole.clone());
        if words.is_empty() {
            return BylinePart::Nothing;
        }
        if let Some(agency) = self.leading_agency(line, mentions, &words, whole.start) {
            return BylinePart::Agency(agency);
        }
        if let Some(agency) = self.agency_of_person(line, mentions, &words) {
            return BylinePart::PersonOf(agency);
        }
        let word = line.raw(words.start);
        let is_single = words.len() == 1;
        if !is_single && is_host(line, &words) {
            return BylinePart::Outlet;
        }
        let is_capitals =
            line.is_all_capitals(words.start, 2) && word.chars().count() <= OUTLET_LETTERS;
        if self.has_outlet(line, words.clone()) || (is_single && is_capitals) {
            return BylinePart::Outlet;
        }
        if is_single && is_code(word) && is_beside_slash(line, &whole) {
            return BylinePart::Code;
        }
        BylinePart::Other {
            name: self.are_names(line, words),
        }
    }

    /// The words of a part without `By` or an article before them, and without a date after them.
    fn without_by_and_date(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
        mut words: Range<usize>,
    ) -> Range<usize> {
        while !words.is_empty() && !mentions.iter().any(|m| m.start == words.start) {
            let is_article = self.articles.contains(line.word(words.start));
            let skipped = self.byline.starting(line, words.start);
            match skipped.or(is_article.then_some(1)) {
                Some(skipped) => words.start = (words.start + skipped).min(words.end),
                None => break,
            }
        }
        while !words.is_empty()
            && !mentions.iter().any(|m| m.end == words.end)
            && self.is_date(line, words.end - 1)
        {
            words.end -= 1;
        }
        words
    }

    /// The agency that a part starts with, if a role or nothing follows: `AP Sports Writer`.
    fn leading_agency(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
        words: &Range<usize>,
        part_start: usize,
    ) -> Option<AgencyNo> {
        let mention = mentions
            .iter()
            .find(|m| m.start == words.start && m.end <= words.end)?;
        let role = mention.end..words.end;
        let last = role.clone().last();
        let is_role = role.len() <= ROLE_WORDS
            && self.are_names(line, role)
            && last.is_none_or(|i| self.roles.contains(line.word(i)));
        // `Pittsburgh, PA` is a place.
        let is_state = mention.is_mark()
            && line.raw(mention.start).len() <= STATE_CODE
            && line.gap(part_start).contains(',');
        (is_role && !is_state).then_some(mention.agency)
    }

    /// The agency that a part ends with, if a person's name precedes it: `Jane Roe Associated
    /// Press`.
    fn agency_of_person(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
        words: &Range<usize>,
    ) -> Option<AgencyNo> {
        let mention = mentions
            .iter()
            .find(|m| m.end == words.end && m.end - m.start > 1 && !m.is_mark())?;
        let has_article =
            mention.start > words.start && self.articles.contains(line.word(mention.start - 1));
        let person = words.start..mention.start - usize::from(has_article);
        let is_person = (1..=ROLE_WORDS).contains(&person.len())
            && self.are_names(line, person.clone())
            && !self.has_outlet(line, person);
        is_person.then_some(mention.agency)
    }

    fn are_names(&self, line: &FoldedLine<'_>, mut words: Range<usize>) -> bool {
        words.all(|i| self.is_name(line, i))
    }
}

impl Byline {
    fn new(parts: Vec<(Joint, BylinePart)>, opened: bool) -> Byline {
        let first_agency = parts.iter().position(|(_, part)| part.agency().is_some());
        let is_mixed = |number: usize, joint: Joint, part: BylinePart| {
            let before = number.checked_sub(1).map(|before| parts[before].1);
            match part {
                BylinePart::Outlet => true,
                BylinePart::Code => first_agency.is_some_and(|first| number < first),
                BylinePart::Agency(_) => {
                    let after_person = matches!(
                        before,
                        Some(BylinePart::Other { .. } | BylinePart::PersonOf(_))
                    );
                    joint == Joint::With || joint == Joint::And && after_person
                }
                BylinePart::Other { .. } => {
                    joint >= Joint::And && matches!(before, Some(BylinePart::Agency(_)))
                }
                BylinePart::PersonOf(_) | BylinePart::Nothing => false,
            }
        };
        let mut numbered = parts.iter().enumerate();
        Byline {
            agencies: parts.iter().filter_map(|(_, part)| part.agency()).collect(),
            mixed: numbered.any(|(number, &(joint, part))| is_mixed(number, joint, part)),
            opened,
            parts,
        }
    }

    fn is_only_agencies(&self) -> bool {
        let is_agency = |part: &BylinePart| {
            matches!(
                part,
                BylinePart::Agency(_) | BylinePart::Code | BylinePart::Nothing
            )
        };
        !self.agencies.is_empty() && self.parts.iter().all(|(_, part)| is_agency(part))
    }

    /// True if every part is known or written like a name.
    fn is_names(&self) -> bool {
        self.parts
            .iter()
            .all(|(_, part)| *part != BylinePart::Other { name: false })
    }

    /// True if the last part is an agency that helped: `avec AFP`.
    fn ends_with_help(&self) -> bool {
        matches!(
            self.parts.last(),
            Some((Joint::With, BylinePart::Agency(_)))
        )
    }

    fn named(&self, evidence: CreditEvidence) -> Vec<NamedAgency> {
        let kind = if self.mixed {
            CreditKind::Mixed
        } else {
            CreditKind::Sole
        };
        let named = |&agency: &AgencyNo| NamedAgency {
            agency,
            kind,
            evidence,
        };
        self.agencies.iter().map(named).collect()
    }
}

impl BylinePart {
    fn agency(&self) -> Option<AgencyNo> {
        match *self {
            BylinePart::Agency(agency) | BylinePart::PersonOf(agency) => Some(agency),
            _ => None,
        }
    }
}

/// The joint that the text between two words makes, if it splits them.
fn break_in(gap: &str) -> Option<Joint> {
    let is_spaced_dash = || {
        gap.starts_with(char::is_whitespace)
            && gap.ends_with(char::is_whitespace)
            && gap.contains(is_dash)
    };
    if gap.contains('/') {
        Some(Joint::Slash)
    } else if gap.contains('&') {
        Some(Joint::And)
    } else if gap.contains([';', ',', '|', '•', '·', '(', ')', '[', ']', ':', '\n'])
        || is_spaced_dash()
    {
        Some(Joint::Break)
    } else {
        None
    }
}

/// True for a hyphen or a dash.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | '−' | '‒')
}

/// True if a word is written like the mark of a desk or an editor: `lno`, `wit`.
pub(super) fn is_code(word: &str) -> bool {
    word.chars().all(char::is_lowercase) && word.chars().count() <= CODE_LETTERS
}

/// True if words are written like a host: `blatt.example`.
fn is_host(line: &FoldedLine<'_>, words: &Range<usize>) -> bool {
    let mut inner = words.start + 1..words.end;
    inner.all(|at| matches!(line.gap(at), "." | "-")) && line.gap(words.end - 1) == "."
}

fn is_beside_slash(line: &FoldedLine<'_>, words: &Range<usize>) -> bool {
    line.gap(words.start).contains('/') || line.gap(words.end).contains('/')
}

//! Datelines: place, date and agency before the first sentence.
//!
//! The agency's parentheses must hold nothing but agencies (`(AP Photo)` is a photo credit), and
//! the words before them must read as a place and a date. Without parentheses only a full name
//! counts.

use std::ops::Range;

use super::byline::{is_code, is_dash};
use super::line::FoldedLine;
use super::table::{AgencyNo, CreditTable, Mention};

/// Most words of a place and a date before the agency's name.
const PLACE_WORDS: usize = 10;

/// Most words inside the parentheses of a dateline.
const ENCLOSED_WORDS: usize = 12;

/// Fewest characters after a dateline: less text is a caption.
const STORY_CHARS: usize = 20;

/// Codes of states and provinces that stand in parentheses after a place: `SCRANTON (PA)`. A mark
/// of an agency that is written like one proves nothing there.
const STATES: &[&str] = &[
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA",
    "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM",
    "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA",
    "WV", "WI", "WY", "PR", "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK",
    "YT",
];

/// The parentheses of a dateline, or slashes in their place.
struct Parentheses {
    words: Range<usize>,
    agencies: Vec<AgencyNo>,
    /// True if they hold the place too: `(서울=연합뉴스)`.
    with_place: bool,
}

impl CreditTable {
    /// The agencies of the dateline at the start of a line.
    pub(super) fn in_dateline(&self, line: &FoldedLine<'_>, mentions: &[Mention]) -> Vec<AgencyNo> {
        mentions
            .iter()
            .find_map(|mention| {
                self.enclosed_dateline(line, mentions, mention)
                    .or_else(|| self.bare_dateline(line, mention))
            })
            .unwrap_or_default()
    }

    /// Agencies in parentheses: `LONDON (AP) —`, `(ANSA) - ROMA`, `МОСКВА, 5 марта. /ТАСС/.`
    fn enclosed_dateline(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
        mention: &Mention,
    ) -> Option<Vec<AgencyNo>> {
        if mention.is_mark() && STATES.contains(&line.raw(mention.start)) {
            return None;
        }
        let enclosed = self.parentheses(line, mentions, mention)?;
        let after = line
            .after(enclosed.words.end)
            .trim_start_matches([')', ']', '/', '»', '"'])
            .trim_start();
        let dash = after.trim_start_matches('.').starts_with(is_dash);
        let stop = dash || after.starts_with(['.', ':', '|']);
        if after.chars().count() < STORY_CHARS {
            return None;
        }
        let place = self.place_before(line, enclosed.words.start);
        let has_capitals = |least| place.clone().any(|i| line.is_all_capitals(i, least));
        let has_digits = place
            .clone()
            .any(|i| line.word(i).starts_with(|c: char| c.is_ascii_digit()));
        let is_dateline = if enclosed.with_place {
            enclosed.words.start == 0
        } else if place.is_empty() {
            enclosed.words.start == 0 && dash
        } else if place.start == 0 {
            dash || has_digits
                || (stop && has_capitals(2))
                || (!mention.is_initials() && line.is_all_capitals(0, 2))
        } else {
            // Not at the start of the line: the byline or the headline was joined to it.
            let follows_end = line
                .gap(place.start)
                .contains(['.', '!', '?', ':', '|', '»', '”', '"']);
            dash && (follows_end || has_capitals(3))
        };
        is_dateline.then_some(enclosed.agencies)
    }

    /// An agency without parentheses: `МОСКВА, 5 мар — РИА Новости.`, `BERLIN dpa |`
    fn bare_dateline(&self, line: &FoldedLine<'_>, mention: &Mention) -> Option<Vec<AgencyNo>> {
        let place = self.place_before(line, mention.start);
        let gap = line.gap(mention.start);
        // `PITTSBURGH, PA —`: without parentheses a mark is as likely part of the place.
        let is_beside_place = !mention.is_mark()
            && gap
                .chars()
                .all(|c| c.is_whitespace() || is_dash(c) || matches!(c, ',' | '.' | '|' | '/'));
        let after = line.after(mention.end).trim_start();
        let rest = after.strip_prefix(|c| is_dash(c) || matches!(c, '.' | '|'))?;
        let is_dateline = place.start == 0
            && !place.is_empty()
            && is_beside_place
            && rest.starts_with(|c: char| c.is_whitespace() || is_dash(c))
            && rest.chars().count() >= STORY_CHARS
            && (line.is_all_capitals(0, 3)
                || line.word(0).len() > 2 && self.is_date(line, mention.start - 1));
        is_dateline.then(|| vec![mention.agency])
    }

    /// The words before `end` that can be a place and a date.
    fn place_before(&self, line: &FoldedLine<'_>, end: usize) -> Range<usize> {
        let mut start = end;
        while start > 0 && end - start < PLACE_WORDS {
            let word = start - 1;
            let is_like_place = line.is_capitalised(word)
                || self.is_date(line, word)
                || line.raw(word).chars().count() <= 3;
            if !is_like_place || self.media.contains(line.word(word)) {
                break;
            }
            if start < end
                && line.gap(start).contains([
                    ';', '!', '?', '"', '“', '”', '«', '»', ':', '—', '–', '|', '(', ')',
                ])
            {
                break;
            }
            start = word;
        }
        start..end
    }

    /// The parentheses or slashes around a mention, if they hold nothing but agencies and desks.
    fn parentheses(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
        mention: &Mention,
    ) -> Option<Parentheses> {
        let mut start = mention.start;
        let with_place = line.gap(start) == "=" && start > 0;
        if with_place {
            start -= 1;
        }
        let gap = line.gap(start).trim_end();
        let slashes = gap.ends_with('/')
            && gap
                .trim_end_matches('/')
                .chars()
                .next_back()
                .map_or(start == 0, char::is_whitespace);
        if !slashes && !gap.ends_with(['(', '[']) {
            return None;
        }
        let closes = |gap: &str| match slashes {
            true => gap.starts_with('/') && (gap.len() > 1 || line.after(line.len()) == gap),
            false => gap.contains([')', ']']),
        };
        let last = line.len().min(start + ENCLOSED_WORDS);
        let end = (mention.end..=last).find(|&at| closes(line.gap(at)))?;
        let mut agencies = Vec::new();
        let mut at = mention.start;
        while at < end {
            if let Some(found) = mentions.iter().find(|m| m.start == at && m.end <= end) {
                agencies.push(found.agency);
                at = found.end;
            } else if is_code(line.raw(at)) || self.and.contains(line.word(at)) {
                at += 1;
            } else {
                return None;
            }
        }
        Some(Parentheses {
            words: start..end,
            agencies,
            with_place,
        })
    }
}

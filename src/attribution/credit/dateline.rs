//! Datelines: place, date and agency before the first sentence.
//!
//! The agency's parentheses must hold nothing but agencies (`(AP Photo)` is a photo credit), and what stands before them
//! must read as a place and a date. Without parentheses only a full name counts.

use std::ops::Range;

use super::byline::{is_code, is_dash};
use super::line::Line;
use super::{Credits, Mention};

/// The most words of a place and a date before the agency's name.
const PLACE_WORDS: usize = 10;

/// The most words inside the parentheses of a dateline.
const GROUP_WORDS: usize = 12;

/// The fewest characters that follow a dateline: less is a caption.
const STORY_CHARS: usize = 20;

/// The parentheses of a dateline.
struct Group {
    words: Range<usize>,
    agencies: Vec<usize>,
    placed: bool,
}

impl Credits {
    /// The agencies of the dateline that the line opens with.
    pub(super) fn dateline(&self, line: &Line<'_>, mentions: &[Mention]) -> Vec<usize> {
        mentions
            .iter()
            .find_map(|mention| {
                self.enclosed_dateline(line, mentions, mention)
                    .or_else(|| self.bare_dateline(line, mention))
            })
            .unwrap_or_default()
    }

    /// `LONDON (AP) —`, `(ANSA) - ROMA`, `МОСКВА, 5 марта. /ТАСС/.`
    fn enclosed_dateline(
        &self,
        line: &Line<'_>,
        mentions: &[Mention],
        mention: &Mention,
    ) -> Option<Vec<usize>> {
        let group = self.group(line, mentions, mention)?;
        let after = line
            .after(group.words.end)
            .trim_start_matches([')', ']', '/', '»', '"'])
            .trim_start();
        let dash = after.trim_start_matches('.').starts_with(is_dash);
        let stop = dash || after.starts_with(['.', ':', '|']);
        if after.chars().count() < STORY_CHARS {
            return None;
        }
        let place = self.place_before(line, group.words.start);
        let is_loud = |least| place.clone().any(|i| line.is_capitals(i, least));
        let dated = place
            .clone()
            .any(|i| line.word(i).starts_with(|c: char| c.is_ascii_digit()));
        let stands = if group.placed {
            group.words.start == 0
        } else if place.is_empty() {
            group.words.start == 0 && dash
        } else if place.start == 0 {
            dash || dated || (stop && is_loud(2)) || line.is_capitals(0, 2)
        } else {
            // Not where the line opens: the byline or the headline was glued before it.
            let broken = line
                .gap(place.start)
                .contains(['.', '!', '?', ':', '|', '»', '”', '"']);
            dash && (broken || is_loud(3))
        };
        stands.then_some(group.agencies)
    }

    /// `МОСКВА, 5 мар — РИА Новости.`, `BERLIN dpa |`
    fn bare_dateline(&self, line: &Line<'_>, mention: &Mention) -> Option<Vec<usize>> {
        let place = self.place_before(line, mention.start);
        let gap = line.gap(mention.start);
        // `PITTSBURGH, PA —`: without its parentheses a short form is as likely part of the place.
        let near = !mention.is_mark
            && gap
                .chars()
                .all(|c| c.is_whitespace() || is_dash(c) || matches!(c, ',' | '.' | '|' | '/'));
        let after = line.after(mention.end).trim_start();
        let rest = after.strip_prefix(|c| is_dash(c) || matches!(c, '.' | '|'))?;
        let stands = place.start == 0
            && !place.is_empty()
            && near
            && rest.starts_with(|c: char| c.is_whitespace() || is_dash(c))
            && rest.chars().count() >= STORY_CHARS
            && (line.is_capitals(0, 3)
                || line.word(0).len() > 2 && self.is_date(line, mention.start - 1));
        stands.then(|| vec![mention.agency])
    }

    /// The words before `end` that can be a place and a date.
    fn place_before(&self, line: &Line<'_>, end: usize) -> Range<usize> {
        let mut start = end;
        while start > 0 && end - start < PLACE_WORDS {
            let word = start - 1;
            let like = line.is_capitalised(word)
                || self.is_date(line, word)
                || line.raw(word).chars().count() <= 3;
            if !like || self.table.media.contains(line.word(word)) {
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

    pub(super) fn is_date(&self, line: &Line<'_>, word: usize) -> bool {
        let word = line.word(word);
        self.table.dates.contains(word) || word.starts_with(|c: char| c.is_ascii_digit())
    }

    /// The parentheses or slashes around a mention, if they hold agencies and nothing else but desks.
    fn group(&self, line: &Line<'_>, mentions: &[Mention], mention: &Mention) -> Option<Group> {
        // `(서울=연합뉴스)`: a place inside.
        let mut start = mention.start;
        let placed = line.gap(start) == "=" && start > 0;
        if placed {
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
        let last = line.len().min(start + GROUP_WORDS);
        let end = (mention.end..=last).find(|&at| closes(line.gap(at)))?;
        let mut agencies = Vec::new();
        let mut at = mention.start;
        while at < end {
            if let Some(found) = mentions.iter().find(|m| m.start == at && m.end <= end) {
                agencies.push(found.agency);
                at = found.end;
            } else if is_code(line.raw(at)) || self.table.and.contains(line.word(at)) {
                at += 1;
            } else {
                return None;
            }
        }
        Some(Group {
            words: start..end,
            agencies,
            placed,
        })
    }
}

//! Sentences that say whose copy a text is: contributions, the agency's own taglines, copyright.

use std::ops::Range;

use super::line::Line;
use super::table::Phrase;
use super::{Credits, Evidence, Finding, Kind, Mention};

/// The most words between an agency's name and the phrase beside it: a long list of contributors.
const GAP_WORDS: usize = 40;

/// The most words between `Copyright` and the agency's name.
const COPYRIGHT_WORDS: usize = 6;

impl Credits {
    /// Adds what one sentence says about the agencies it mentions.
    pub(super) fn sentence(
        &self,
        line: &Line<'_>,
        mentions: &[Mention],
        sentence: Range<usize>,
        findings: &mut Vec<Finding>,
    ) {
        let inside = |m: &&Mention| sentence.contains(&m.start) && m.end <= sentence.end;
        let mut phrases = None;
        for mention in mentions.iter().filter(inside) {
            let mut add = |kind, evidence| {
                findings.push(Finding {
                    agency: mention.agency,
                    kind,
                    evidence,
                });
            };
            if self.is_copyright(line, mention, &sentence) {
                add(Kind::Sole, Evidence::Copyright);
            }
            if mention.is_mark {
                continue;
            }
            let phrases = phrases.get_or_insert_with(|| self.table.phrases_in(line, &sentence));
            let mut fitting = phrases
                .iter()
                .filter(|phrase| self.fits(line, mention, &sentence, phrase))
                .peekable();
            if fitting.peek().is_none() {
                continue;
            }
            // `CBS News' Jane Roe and AP writer Richard Doe contributed`: the outlet wrote it.
            let outlet = || {
                (sentence.start..mention.start).any(|i| self.table.outlet.contains(line.word(i)))
            };
            if fitting.any(|phrase| phrase.own) && !outlet() {
                add(Kind::Sole, Evidence::Tagline);
            } else {
                add(Kind::Contributed, Evidence::Contribution);
            }
        }
    }

    fn fits(
        &self,
        line: &Line<'_>,
        mention: &Mention,
        sentence: &Range<usize>,
        phrase: &Phrase,
    ) -> bool {
        self.fits_left(line, mention.start, sentence.start, phrase)
            && self.fits_right(line, mention.end, sentence.end, phrase)
    }

    fn fits_left(&self, line: &Line<'_>, start: usize, least: usize, phrase: &Phrase) -> bool {
        if phrase.left.is_empty() {
            return true;
        }
        let mut end = start;
        loop {
            let begins = end.checked_sub(phrase.left.len());
            if begins.is_some_and(|at| at >= least && line.starts_at(at, &phrase.left)) {
                return true;
            }
            let may_skip = end > least
                && start - end < GAP_WORDS
                && (self.table.articles.contains(line.word(end - 1))
                    || phrase.gap_left && self.is_name(line, end - 1));
            if !may_skip {
                return false;
            }
            end -= 1;
        }
    }

    fn fits_right(&self, line: &Line<'_>, end: usize, most: usize, phrase: &Phrase) -> bool {
        let mut at = end;
        for (number, piece) in phrase.right.iter().enumerate() {
            let gap = number > 0 || phrase.gap_right;
            let from = at;
            while at + piece.len() <= most && !line.starts_at(at, piece) {
                if !gap || at - from >= GAP_WORDS || !self.is_name(line, at) {
                    return false;
                }
                at += 1;
            }
            if at + piece.len() > most {
                return false;
            }
            at += piece.len();
        }
        !phrase.ends || at == most
    }

    /// `Copyright 2016 The Associated Press.`, `© Reuters 2017`, but not `© AFP/Getty Images` nor `© Reuters Jane Roe`.
    fn is_copyright(&self, line: &Line<'_>, mention: &Mention, sentence: &Range<usize>) -> bool {
        let mut start = mention.start;
        while self.table.copyright.ending(line, start).is_none() {
            let may_skip = start > 0 && mention.start - start < COPYRIGHT_WORDS && {
                let word = line.word(start - 1);
                word.starts_with(|c: char| c.is_ascii_digit())
                    || self.table.articles.contains(word)
                    || self.table.byline.ending(line, start) == Some(1)
            };
            if !may_skip {
                return false;
            }
            start -= 1;
        }
        if self.is_media(line, sentence.clone()) {
            return false;
        }
        let gap = line.gap(mention.end);
        if gap.contains('/') {
            return false;
        }
        mention.end == line.len()
            || gap.contains(|c: char| c.is_ascii_punctuation() || matches!(c, '–' | '—'))
            || line
                .raw(mention.end)
                .starts_with(|c: char| c.is_ascii_digit())
            || line.word(mention.end) == "©"
            || self.table.rights.starting(line, mention.end).is_some()
    }
}

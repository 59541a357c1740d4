//! Sentences that name the origin of a text: contributions, the agency's own taglines, copyright.

use std::ops::Range;

use super::evidence::{CreditEvidence, CreditKind, NamedAgency};
use super::line::FoldedLine;
use super::phrases::AgencyPhrase;
use super::table::{CreditTable, Mention};

/// Most words between an agency's name and the phrase beside it: a long list of contributors.
const GAP_WORDS: usize = 40;

/// Most words between `Copyright` and the agency's name.
const COPYRIGHT_WORDS: usize = 6;

impl CreditTable {
    /// Adds the agencies that one sentence credits.
    pub(super) fn search_sentence(
        &self,
        line: &FoldedLine<'_>,
        mentions: &[Mention],
        sentence: Range<usize>,
        named: &mut Vec<NamedAgency>,
    ) {
        let inside = |m: &&Mention| sentence.contains(&m.start) && m.end <= sentence.end;
        let mut phrases = None;
        for mention in mentions.iter().filter(inside) {
            let mut add = |kind, evidence| {
                named.push(NamedAgency {
                    agency: mention.agency,
                    kind,
                    evidence,
                });
            };
            if !mention.is_initials() && self.is_copyright(line, mention, &sentence) {
                add(CreditKind::Sole, CreditEvidence::Copyright);
            }
            if mention.is_mark() {
                continue;
            }
            let phrases = phrases.get_or_insert_with(|| self.phrases_in(line, &sentence));
            let mut fitting = phrases
                .iter()
                .filter(|phrase| self.fits(line, mention, &sentence, phrase))
                .peekable();
            if fitting.peek().is_none() {
                continue;
            }
            // `CBS News' Jane Roe and AP writer Richard Doe contributed`: the outlet wrote it.
            let has_outlet = || self.has_outlet(line, sentence.start..mention.start);
            if fitting.any(|phrase| phrase.own) && !has_outlet() {
                add(CreditKind::Sole, CreditEvidence::Tagline);
            } else {
                add(CreditKind::Contributed, CreditEvidence::Contribution);
            }
        }
    }

    /// True if a phrase is around a mention.
    fn fits(
        &self,
        line: &FoldedLine<'_>,
        mention: &Mention,
        sentence: &Range<usize>,
        phrase: &AgencyPhrase,
    ) -> bool {
        self.fits_left(line, mention.start, sentence.start, phrase)
            && self.fits_right(line, mention.end, sentence.end, phrase)
    }

    fn fits_left(
        &self,
        line: &FoldedLine<'_>,
        start: usize,
        least: usize,
        phrase: &AgencyPhrase,
    ) -> bool {
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
                && (self.articles.contains(line.word(end - 1))
                    || phrase.gap_left && self.is_name(line, end - 1));
            if !may_skip {
                return false;
            }
            end -= 1;
        }
    }

    fn fits_right(
        &self,
        line: &FoldedLine<'_>,
        end: usize,
        most: usize,
        phrase: &AgencyPhrase,
    ) -> bool {
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

    /// True if a mention is in a copyright line: `Copyright 2016 The Associated Press.`, `© Reuters
    /// 2017`, but not `© AFP/Getty Images` nor `© Reuters Jane Roe`.
    fn is_copyright(
        &self,
        line: &FoldedLine<'_>,
        mention: &Mention,
        sentence: &Range<usize>,
    ) -> bool {
        let mut start = mention.start;
        while self.copyright.ending(line, start).is_none() {
            let may_skip = start > 0 && mention.start - start < COPYRIGHT_WORDS && {
                let word = line.word(start - 1);
                word.starts_with(|c: char| c.is_ascii_digit())
                    || self.articles.contains(word)
                    || self.byline.ending(line, start) == Some(1)
            };
            if !may_skip {
                return false;
            }
            start -= 1;
        }
        if self.has_media(line, sentence.clone()) {
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
            || self.rights.starting(line, mention.end).is_some()
    }
}

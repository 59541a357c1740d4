//! Dates as people write them: `Wednesday, March 4th, 2026 at 10:15 AM EST`, `4 mars 2026 à 10h15`,
//! `2026年3月4日`, `04.03.2026`, `13/03/2026`.
//!
//! [`written`] splits a text into numbers, words and signs and gives each a part in the date. It is
//! strict about what it does not know: one unknown word, a number too many or a missing part make
//! the whole text no date, because a date that is partly guessed is worse than none. It is lenient
//! about order and punctuation, which differ between sites and never change the meaning.

use jiff::civil::{Date, Time};

use super::folding::folded;
use super::numbers;
use super::tokens::{Token, TokenKind, tokens};
use super::words::{Filler, Word, word};
use super::written_date::WrittenZone;
use super::zones;
use crate::document::DateOrder;

/// Signs that may stand anywhere between the parts of a date.
const SIGNS: &str = ",.-–—−|/()[]:;·•@'’\"_\u{200e}\u{200f}";

/// A date as it was found in a text.
#[derive(Debug, Clone)]
pub(super) struct FoundDate {
    pub(super) day: FoundDay,
    pub(super) time: Option<Time>,
    pub(super) zone: WrittenZone,
}

/// The day of a date.
#[derive(Debug, Clone, Copy)]
pub(super) enum FoundDay {
    /// One day. `shows` is the order of day and month, if the day proves that.
    One { day: Date, shows: Option<DateOrder> },
    /// Day and month may change places.
    Either { day_first: Date, month_first: Date },
}

/// Reads a date as people write it.
pub(super) fn written(text: &str) -> Option<FoundDate> {
    let text = folded(text);
    let tokens = tokens(&text);
    let mut parser = WrittenParser {
        text: &text,
        tokens: of_publication(&tokens),
        at: 0,
        parts: Parts::default(),
    };
    while parser.at < parser.tokens.len() {
        parser.step()?;
    }
    parser.parts.date()
}

/// The tokens of the date of publication: those behind a word such as `published`, else those
/// behind no such word, else those behind a word such as `updated`.
fn of_publication<'s, 't>(tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
    let has_number = |part: &[Token<'_>]| {
        let mut kinds = part.iter().map(|token| token.kind);
        kinds.any(|kind| matches!(kind, TokenKind::Number(_)))
    };
    let mut best: (u8, &[Token<'t>]) = (0, tokens);
    let mut start = 0;
    let mut rank = 2;
    for at in 0..=tokens.len() {
        let filler = tokens.get(at).and_then(Token::filler);
        let next_rank = match filler {
            Some(Filler::Label) => 3,
            Some(Filler::Update) => 1,
            _ if at == tokens.len() => 0,
            _ => continue,
        };
        let part = &tokens[start..at];
        if rank > best.0 && has_number(part) {
            best = (rank, part);
        }
        // `last updated`, `first published`: several words before one date.
        rank = if part.is_empty() && start > 0 {
            next_rank.min(rank)
        } else {
            next_rank
        };
        start = at + 1;
    }
    best.1
}

impl Token<'_> {
    fn filler(&self) -> Option<Filler> {
        match self.kind {
            TokenKind::Word(text) => word(text)?.filler,
            _ => None,
        }
    }
}

/// Reads tokens one after the other.
struct WrittenParser<'s, 't> {
    text: &'t str,
    tokens: &'s [Token<'t>],
    at: usize,
    parts: Parts<'t>,
}

/// What was found so far.
#[derive(Default)]
struct Parts<'t> {
    /// Numbers that stand beside the name of a month, at most two.
    numbers: Vec<&'t str>,
    /// Number of `numbers` that stand before the month.
    before_month: usize,
    month: Option<MonthName>,
    /// Day that was written in figures.
    day: Option<FoundDay>,
    /// Year, month and day with their units: `2026年3月4日`.
    by_unit: [Option<i16>; 3],
    clock: Option<[i8; 3]>,
    afternoon: Option<bool>,
    zone: Option<WrittenZone>,
}

/// A name of a month.
#[derive(Clone, Copy)]
struct MonthName {
    number: i8,
    /// The same word is the name of a weekday in another language.
    or_weekday: bool,
    /// The name is Thai, and the year may be one of the Buddhist calendar.
    thai: bool,
}

impl<'t> WrittenParser<'_, 't> {
    /// Reads one part of the date. `None` if it is none.
    fn step(&mut self) -> Option<()> {
        match self.tokens[self.at].kind {
            TokenKind::Number(digits) => {
                let read = self.figures() || self.clock() || self.with_unit();
                if !read {
                    self.number(digits)?;
                }
            }
            TokenKind::Word(text) => {
                let read = self.half_of_day(text)
                    || self.time_zone(text)
                    || self.month(text)
                    || self.counted_month(text);
                if !read {
                    let Word {
                        weekday, filler, ..
                    } = word(text)?;
                    if !weekday && filler.is_none() {
                        return None;
                    }
                    self.at += 1;
                }
            }
            TokenKind::Sign(sign) => {
                if !self.signed_offset(sign) && !self.comment(sign) {
                    SIGNS.contains(sign).then_some(())?;
                    self.at += 1;
                }
            }
        }
        Some(())
    }

    fn kind(&self, ahead: usize) -> Option<TokenKind<'t>> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    fn number_at(&self, ahead: usize) -> Option<&'t str> {
        match self.kind(ahead)? {
            TokenKind::Number(digits) => Some(digits),
            _ => None,
        }
    }

    fn word_at(&self, ahead: usize) -> Option<&'t str> {
        match self.kind(ahead)? {
            TokenKind::Word(text) => Some(text),
            _ => None,
        }
    }

    fn sign_at(&self, ahead: usize, signs: &str) -> Option<char> {
        match self.kind(ahead)? {
            TokenKind::Sign(sign) if signs.contains(sign) => Some(sign),
            _ => None,
        }
    }

    /// Tells that no white space stands before a token.
    fn glued(&self, ahead: usize) -> bool {
        let token = self.tokens.get(self.at + ahead);
        token.is_some_and(|token| !token.spaced)
    }

    /// Reads a day of three numbers with the same sign between them, or `YYYYMMDD`.
    fn figures(&mut self) -> bool {
        if self.parts.has_day() {
            return false;
        }
        let Some(first) = self.number_at(0) else {
            return false;
        };
        if first.len() == 8 {
            self.parts.day = numbers::day(first).map(|day| FoundDay::One { day, shows: None });
            self.at += usize::from(self.parts.day.is_some());
            return self.parts.day.is_some();
        }
        let (Some(sign), Some(second), Some(other), Some(third)) = (
            self.sign_at(1, "./-_"),
            self.number_at(2),
            self.sign_at(3, "./-_"),
            self.number_at(4),
        ) else {
            return false;
        };
        if sign != other {
            return false;
        }
        self.parts.day = day_of_figures([first, second, third], sign);
        self.at += 5 * usize::from(self.parts.day.is_some());
        self.parts.day.is_some()
    }

    /// Reads a time: `10:15`, `10:15:00.25`, `10h15`, `10.15 Uhr`, `3 p.m.`, `10时15分`.
    fn clock(&mut self) -> bool {
        let Some(hour) = self.number_at(0).filter(|hour| hour.len() <= 2) else {
            return false;
        };
        if self.parts.clock.is_some() {
            return false;
        }
        let (clock, length) = if let Some(read) = self.colon_clock(hour) {
            read
        } else if let Some(read) = self.worded_clock(hour) {
            read
        } else {
            return false;
        };
        self.parts.clock = Some(clock);
        self.at += length;
        self.half_behind_clock();
        true
    }

    /// The time at a number with a colon behind it, and its number of tokens.
    fn colon_clock(&self, hour: &str) -> Option<([i8; 3], usize)> {
        self.sign_at(1, ":").filter(|_| self.glued(1))?;
        let minute = self
            .number_at(2)
            .filter(|minute| minute.len() == 2 && self.glued(2))?;
        let (mut second, mut length) = ("0", 3);
        if self.sign_at(3, ":").is_some()
            && self.glued(4)
            && let Some(digits) = self.number_at(4).filter(|digits| digits.len() == 2)
        {
            (second, length) = (digits, 5);
        }
        // Decimals.
        if self.sign_at(length, ".,").is_some()
            && self.glued(length)
            && self.glued(length + 1)
            && self.number_at(length + 1).is_some()
        {
            length += 2;
        }
        Some((numbers_of([hour, minute, second])?, length))
    }

    /// The time at a number with a word or half of the day behind it, and its number of tokens.
    fn worded_clock(&self, hour: &str) -> Option<([i8; 3], usize)> {
        // `10.15 Uhr`, `3.04 pm`.
        if self.sign_at(1, ".").is_some()
            && let Some(minute) = self.number_at(2).filter(|minute| minute.len() == 2)
            && (self.word_at(3) == Some("uhr") || self.half_at(3).is_some())
        {
            return Some((numbers_of([hour, minute, "0"])?, 3));
        }
        if self.half_at(1).is_some() {
            return Some((numbers_of([hour, "0", "0"])?, 1));
        }
        self.word_at(1)
            .filter(|unit| ["h", "uhr", "時", "时", "点", "點", "시"].contains(unit))?;
        let minute = self.number_at(2).filter(|minute| {
            let is_year_or_day = self
                .word_at(3)
                .is_some_and(|unit| unit_of_day(unit).is_some());
            minute.len() <= 2 && !is_year_or_day && self.sign_at(3, "/.-").is_none()
        });
        let Some(minute) = minute else {
            return Some((numbers_of([hour, "0", "0"])?, 2));
        };
        let mut length = 3;
        let is_unit = |ahead, units: &[&str]| {
            self.word_at(ahead)
                .is_some_and(|unit| units.contains(&unit))
        };
        if is_unit(length, &["m", "min", "分", "분"]) {
            length += 1;
            if let Some(second) = self.number_at(length).filter(|second| second.len() <= 2)
                && is_unit(length + 1, &["s", "秒", "초"])
            {
                return Some((numbers_of([hour, minute, second])?, length + 2));
            }
        }
        Some((numbers_of([hour, minute, "0"])?, length))
    }

    /// The half of the day at a token, and its number of tokens: `pm`, `p.m.`, `p. m`.
    fn half_at(&self, ahead: usize) -> Option<(bool, usize)> {
        let text = self.word_at(ahead)?;
        if let "a" | "p" = text {
            let dot = usize::from(self.sign_at(ahead + 1, ".").is_some());
            return (self.word_at(ahead + 1 + dot) == Some("m")).then_some((text == "p", 2 + dot));
        }
        Some((word(text)?.afternoon?, 1))
    }

    fn half_behind_clock(&mut self) {
        if let Some((afternoon, length)) = self.half_at(0) {
            self.parts.afternoon = Some(afternoon);
            self.at += length;
        }
    }

    /// Reads the half of the day before its time, as in East Asia: `下午3:04`.
    fn half_of_day(&mut self, text: &str) -> bool {
        if text.is_ascii() || self.parts.clock.is_some() || self.parts.afternoon.is_some() {
            return false;
        }
        self.parts.afternoon = word(text).and_then(|word| word.afternoon);
        self.at += usize::from(self.parts.afternoon.is_some());
        self.parts.afternoon.is_some()
    }

    /// Reads a number with the unit of a year, month or day behind it.
    fn with_unit(&mut self) -> bool {
        let Some((digits, unit)) = self.number_at(0).zip(self.word_at(1)) else {
            return false;
        };
        let Some(unit) = unit_of_day(unit) else {
            return false;
        };
        let part = &mut self.parts.by_unit[unit];
        if part.is_some() || digits.len() > 4 {
            return false;
        }
        *part = digits.parse().ok();
        self.at += 2;
        true
    }

    /// Takes a number as the day or the year beside the name of a month.
    fn number(&mut self, digits: &'t str) -> Option<()> {
        let Parts { numbers, .. } = &mut self.parts;
        if numbers.len() == 2 || digits.len() > 4 {
            return None;
        }
        numbers.push(digits);
        self.at += 1;
        Some(())
    }

    /// Reads the name of a month, of one word or two.
    fn month(&mut self, text: &str) -> bool {
        let dot = usize::from(self.sign_at(1, ".").is_some());
        let two_words = self
            .word_at(1 + dot)
            .and_then(|second| Some((word(&format!("{text} {second}"))?, 2 + dot)));
        let one_word = || Some((word(text)?, 1));
        let is_month = |found: &(Word, usize)| found.0.month.is_some();
        let Some((found, length)) = two_words.filter(is_month).or_else(one_word) else {
            return false;
        };
        let Some(number) = found.month else {
            return false;
        };
        let month = MonthName {
            number,
            or_weekday: found.weekday,
            thai: text.starts_with(|c| matches!(c, '\u{e00}'..='\u{e7f}')),
        };
        match self.parts.month {
            // `mar. 4 mars 2026`: the other word was a weekday.
            Some(known) if known.or_weekday => self.parts.set_month(month),
            Some(_) if found.weekday => {}
            Some(_) => return false,
            None => self.parts.set_month(month),
        }
        self.at += length;
        true
    }

    /// Reads a month with a number, in Vietnamese: `4 tháng 3, 2026`.
    fn counted_month(&mut self, text: &str) -> bool {
        let number = self.number_at(1).and_then(|digits| digits.parse().ok());
        let is_month = matches!(text, "tháng" | "thg") && self.parts.month.is_none();
        let Some(number) = number.filter(|_| is_month) else {
            return false;
        };
        self.parts.set_month(MonthName {
            number,
            or_weekday: false,
            thai: false,
        });
        self.at += 2;
        true
    }

    /// Reads the zone of a time that was read before.
    fn time_zone(&mut self, text: &str) -> bool {
        if self.parts.clock.is_none() {
            return false;
        }
        let mut length = 1;
        let zone = if let Some(offset) = self.offset_behind(text) {
            length = offset.1;
            Some(offset.0)
        } else if let Some(zone) = zones::abbreviated(text) {
            Some(zone)
        } else {
            self.place(&mut length)
        };
        let Some(zone) = zone else { return false };
        // An offset before the abbreviation is more exact: `-0500 EST`.
        self.parts.zone.get_or_insert(zone);
        self.at += length;
        true
    }

    /// The offset behind `UTC` or `GMT`, and its number of tokens with that word.
    fn offset_behind(&self, text: &str) -> Option<(WrittenZone, usize)> {
        if !matches!(text, "utc" | "gmt") {
            return None;
        }
        let sign = self.sign_at(1, "+-−")?;
        let (zone, length) = self.offset_at(sign, 2)?;
        Some((zone, 2 + length))
    }

    /// The offset whose number is at `ahead`, and its number of tokens.
    fn offset_at(&self, sign: char, ahead: usize) -> Option<(WrittenZone, usize)> {
        let hours = self.number_at(ahead).filter(|_| self.glued(ahead))?;
        let minutes = self
            .number_at(ahead + 2)
            .filter(|_| self.sign_at(ahead + 1, ":").is_some() && self.glued(ahead + 2));
        let sign = if sign == '+' { '+' } else { '-' };
        let zone = zones::offset(sign, hours, minutes)?;
        Some((zone, if minutes.is_some() { 3 } else { 1 }))
    }

    /// The zone of an IANA name, such as `Europe/Berlin`; sets its number of tokens.
    fn place(&self, length: &mut usize) -> Option<WrittenZone> {
        self.sign_at(1, "/")?;
        let rest = &self.tokens[self.at..];
        let count = rest.iter().skip(1).take_while(|token| {
            let is_part = match token.kind {
                TokenKind::Sign(sign) => "/_-".contains(sign),
                _ => true,
            };
            is_part && !token.spaced
        });
        *length = 1 + count.count();
        let start = rest.first()?.start;
        let end = rest
            .get(*length)
            .map_or(self.text.len(), |token| token.start);
        zones::place(self.text.get(start..end)?.trim_end()).map(WrittenZone::Place)
    }

    /// Reads an offset such as `+0100` behind a time.
    fn signed_offset(&mut self, sign: char) -> bool {
        if self.parts.clock.is_none() || self.parts.zone.is_some() || !"+-−".contains(sign) {
            return false;
        }
        let Some((zone, length)) = self.offset_at(sign, 1) else {
            return false;
        };
        self.parts.zone = Some(zone);
        self.at += 1 + length;
        true
    }

    /// Skips the name of a zone in brackets behind its offset: `GMT+0100 (Central European Time)`.
    fn comment(&mut self, sign: char) -> bool {
        if sign != '(' || self.parts.zone.is_none() {
            return false;
        }
        let rest = &self.tokens[self.at..];
        let end = rest
            .iter()
            .position(|token| token.kind == TokenKind::Sign(')'));
        let Some(end) = end else { return false };
        let has_number = |token: &Token<'_>| matches!(token.kind, TokenKind::Number(_));
        if rest[..end].iter().any(has_number) {
            return false;
        }
        self.at += end + 1;
        true
    }
}

impl Parts<'_> {
    fn has_day(&self) -> bool {
        self.day.is_some() || self.month.is_some() || self.by_unit.iter().any(Option::is_some)
    }

    fn set_month(&mut self, month: MonthName) {
        self.month = Some(month);
        self.before_month = self.numbers.len();
    }

    /// Puts the date together; `None` if a part is missing or left over.
    fn date(&self) -> Option<FoundDate> {
        let day = match (self.day, self.month, self.by_unit) {
            (Some(day), None, [None, None, None]) if self.numbers.is_empty() => day,
            (None, None, [Some(year), Some(month), Some(day)]) if self.numbers.is_empty() => {
                one(year, month.try_into().ok()?, day.try_into().ok()?)?
            }
            (None, Some(month), [None, None, None]) => self.beside_month(month)?,
            _ => return None,
        };
        let time = match (self.clock, self.afternoon) {
            (None, None) => None,
            (None, Some(_)) => return None,
            (Some(clock), afternoon) => Some(time_of(clock, afternoon)?),
        };
        Some(FoundDate {
            day,
            time,
            zone: self.zone.clone().unwrap_or(WrittenZone::Unstated),
        })
    }

    /// The day of two numbers and the name of a month.
    fn beside_month(&self, month: MonthName) -> Option<FoundDay> {
        let [first, second] = *self.numbers.as_slice() else {
            return None;
        };
        let (day, year) = match (first.len(), second.len()) {
            (1 | 2, 4) => (first, second.parse().ok()?),
            (4, 1 | 2) => (second, first.parse().ok()?),
            // `06-Nov-16`, `Nov 6 '16`: the year is last, in the century of RFC 2822.
            (1 | 2, 2) if self.before_month < 2 => {
                let year: i16 = second.parse().ok()?;
                (first, year + if year < 50 { 2000 } else { 1900 })
            }
            _ => return None,
        };
        // Thai dates count from the year 543 before ours.
        let year = if month.thai && year > 2400 {
            year - 543
        } else {
            year
        };
        one(year, month.number, day.parse().ok()?)
    }
}

/// Which of year, month and day a unit stands for, as 0, 1 and 2.
fn unit_of_day(unit: &str) -> Option<usize> {
    match unit {
        "年" | "년" => Some(0),
        "月" | "월" => Some(1),
        "日" | "号" | "號" | "일" => Some(2),
        _ => None,
    }
}

/// The day of three numbers in figures. A year has four digits, because it may be any of the three
/// with two.
fn day_of_figures(figures: [&str; 3], sign: char) -> Option<FoundDay> {
    let lengths = figures.map(str::len);
    let [first, second, third] = figures.map(|digits| digits.parse::<i16>().ok());
    let (first, second, third) = (first?, second?, third?);
    match lengths {
        [4, 1 | 2, 1 | 2] => one(first, second as i8, third as i8),
        [1 | 2, 1 | 2, 4] if sign == '.' => one(third, second as i8, first as i8),
        [1 | 2, 1 | 2, 4] => {
            let day_first = Date::new(third, second as i8, first as i8).ok();
            let month_first = Date::new(third, first as i8, second as i8).ok();
            match (day_first, month_first) {
                (Some(day), None) => shown(day, first, DateOrder::DayFirst),
                (None, Some(day)) => shown(day, second, DateOrder::MonthFirst),
                (Some(day), Some(other)) if day == other => {
                    Some(FoundDay::One { day, shows: None })
                }
                (Some(day_first), Some(month_first)) => Some(FoundDay::Either {
                    day_first,
                    month_first,
                }),
                (None, None) => None,
            }
        }
        _ => None,
    }
}

/// A day that proves an order because its number is over 12. `31/04/2026` proves nothing: April has
/// no such day in either order.
fn shown(day: Date, number: i16, order: DateOrder) -> Option<FoundDay> {
    (number > 12).then_some(FoundDay::One {
        day,
        shows: Some(order),
    })
}

fn one(year: i16, month: i8, day: i8) -> Option<FoundDay> {
    let day = Date::new(year, month, day).ok()?;
    Some(FoundDay::One { day, shows: None })
}

fn numbers_of(figures: [&str; 3]) -> Option<[i8; 3]> {
    let [hour, minute, second] = figures.map(|digits| digits.parse().ok());
    Some([hour?, minute?, second?])
}

/// The time of a clock with 12 or 24 hours. `14:30 pm` is plain enough, `14:30 am` is not.
fn time_of([hour, minute, second]: [i8; 3], afternoon: Option<bool>) -> Option<Time> {
    let hour = match (afternoon, hour) {
        (Some(false), 12) => 0,
        (Some(false), 13..) => return None,
        (Some(true), 1..12) => hour + 12,
        (Some(true), 0) => return None,
        _ => hour,
    };
    // A leap second is the last of its minute.
    Time::new(hour, minute, second.min(59), 0)
        .ok()
        .filter(|_| second <= 60)
}

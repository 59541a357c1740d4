//! Forms of dates that the user gives.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::written_date::{WrittenDate, WrittenZone, zone_named};
use crate::document::DateOrder;

/// A form of dates, as `strptime` takes it: `%d/%m/%Y %H:%M`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    pattern: String,
}

/// Error of a form of dates: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateFormatError {
    /// A part of the form cannot be read.
    #[error("`{directive}` at character {character} cannot be read; %d, %m, %Y, %H and %M can")]
    Directive {
        /// The part at fault.
        directive: String,
        /// Number of its first character in the form, from 1.
        character: usize,
    },
    /// The parts of the form give no day.
    #[error("`{pattern}` names no day: it needs a year, a month and a day, such as %d/%m/%Y")]
    NoDay {
        /// The form.
        pattern: String,
    },
}

impl DateFormat {
    /// The order of day and month in the form, if the year is behind both. It holds for other dates
    /// in figures too: who gives `%d/%m/%Y` means `03/04/2026 10:15` as well.
    pub(super) fn order(&self) -> Option<DateOrder> {
        let places = |letters: &str| {
            let of_letter =
                |(_, directive): &(usize, &str)| directive.ends_with(|c| letters.contains(c));
            directives(&self.pattern).position(|directive| of_letter(&directive))
        };
        let (day, month, year) = (places("de"), places("m"), places("Yy"));
        match (day?, month?, year?) {
            (day, month, year) if day < month && month < year => Some(DateOrder::DayFirst),
            (day, month, year) if month < day && day < year => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// Reads a text that has this form. A weekday is not believed.
    pub(super) fn read(&self, text: &str) -> Option<WrittenDate> {
        let mut parts = BrokenDownTime::parse(&self.pattern, text).ok()?;
        if let Some(timestamp) = parts.timestamp() {
            return Some(of_timestamp(timestamp));
        }
        let day = day_of(&mut parts)?;
        let zone = match (parts.offset(), parts.iana_time_zone()) {
            (Some(offset), _) => WrittenZone::Offset(i64::from(offset.seconds())),
            (None, Some(name)) => WrittenZone::Place(zone_named(name)?),
            (None, None) => WrittenZone::Unstated,
        };
        let has_time = parts.hour().is_some();
        let time = has_time.then(|| parts.to_time().ok());
        Some(WrittenDate {
            day,
            time: match time {
                Some(time) => Some(time?),
                None => None,
            },
            zone,
        })
    }
}

/// The day, of which the weekday is a part only if the form counts weeks.
fn day_of(parts: &mut BrokenDownTime) -> Option<Date> {
    let weekday = parts.weekday();
    parts.set_weekday(None);
    parts.to_date().ok().or_else(|| {
        parts.set_weekday(weekday);
        parts.to_date().ok()
    })
}

fn of_timestamp(timestamp: Timestamp) -> WrittenDate {
    let moment = TimeZone::UTC.to_datetime(timestamp);
    WrittenDate {
        day: moment.date(),
        time: Some(moment.time()),
        zone: WrittenZone::Offset(0),
    }
}

/// Checks the form by writing a date in it and reading that again.
impl FromStr for DateFormat {
    type Err = DateFormatError;

    fn from_str(pattern: &str) -> Result<DateFormat, DateFormatError> {
        let sample = Timestamp::constant(1_772_619_330, 0);
        let sample = BrokenDownTime::from(&sample.to_zoned_datetime(TimeZone::UTC));
        let is_readable = |pattern: &str| {
            let written = sample.to_string(pattern).ok();
            written.is_some_and(|text| BrokenDownTime::parse(pattern, text).is_ok())
        };
        for (start, directive) in directives(pattern) {
            if !is_readable(directive) {
                return Err(DateFormatError::Directive {
                    directive: directive.to_owned(),
                    character: pattern[..start].chars().count() + 1,
                });
            }
        }
        let format = DateFormat {
            pattern: pattern.to_owned(),
        };
        let written = sample.to_string(pattern).ok();
        let day = written.and_then(|text| format.read(&text));
        match day {
            Some(_) => Ok(format),
            None => Err(DateFormatError::NoDay {
                pattern: pattern.to_owned(),
            }),
        }
    }
}

/// The directives of a pattern, each from its `%` to its letter, with the place of the `%`.
fn directives(pattern: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + pattern[from..].find('%')?;
        let after = &pattern[start + 1..];
        let is_modifier = |c: char| c.is_ascii_digit() || "-_^#.:".contains(c);
        let letter = after.find(|c| !is_modifier(c)).unwrap_or(after.len());
        let end = after[letter..].chars().next().map_or(0, char::len_utf8);
        from = start + 1 + letter + end;
        Some((start, &pattern[start..from]))
    })
}

//! Reads dates with the settings of a run.

use std::str::FromStr;

use jiff::tz::{Offset, TimeZone};

use super::date_format::DateFormat;
use super::numbers;
use super::standards::{iso_8601, mail, week_or_day_of_year};
use super::written::{FoundDate, FoundDay, written};
use super::written_date::{WrittenDate, zone_named};
use crate::document::{DateOrder, OpenDate, Published};

/// The longest text that can be a date, in bytes; longer ones are not looked at. `Published:` and
/// a date with every part written out take 80.
pub(super) const LONGEST: usize = 128;

/// Settings for reading dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DateSettings {
    /// Forms that are tried before the usual ones, in order. Their order of day and month holds for
    /// other dates in figures too.
    pub formats: Vec<DateFormat>,
    /// Time zone of times without one.
    pub time_zone: UsualZone,
}

/// Time zone of times without one; unknown by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsualZone(Option<TimeZone>);

/// Result of reading a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateReading {
    /// The date is known.
    Known {
        /// Time of publication.
        published: Published,
        /// Order of day and month that the date proves: `13/03/2026` has the day first.
        shows: Option<DateOrder>,
    },
    /// The date depends on the order of day and month.
    Open(OpenDate),
    /// The text is no date that is understood.
    NotUnderstood,
}

impl DateSettings {
    /// Reads a date in any of the forms that [the module](super) lists.
    #[must_use]
    pub fn read(&self, text: &str) -> DateReading {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST {
            return DateReading::NotUnderstood;
        }
        let clear = |published| DateReading::Known {
            published,
            shows: None,
        };
        let zone = self.time_zone.0.as_ref();
        if let Some(date) = self.formats.iter().find_map(|format| format.read(text)) {
            return date
                .published(zone)
                .map_or(DateReading::NotUnderstood, clear);
        }
        if is_number(text) {
            return numbers::number(text, zone).map_or(DateReading::NotUnderstood, clear);
        }
        if let Some(published) = iso_8601(text, zone) {
            return clear(published);
        }
        if let Some(date) = week_or_day_of_year(text).or_else(|| mail(text)) {
            return date
                .published(zone)
                .map_or(DateReading::NotUnderstood, clear);
        }
        let found = written(text).and_then(|found| self.found(found));
        found.unwrap_or(DateReading::NotUnderstood)
    }

    /// Reads the number that a spreadsheet stores for a date: days since the end of 1899, or since
    /// 1904 if the workbook says so, with the time as a fraction.
    #[must_use]
    pub fn read_spreadsheet_serial(&self, serial: f64, since_1904: bool) -> Option<Published> {
        numbers::spreadsheet_serial(serial, since_1904)?.published(self.time_zone.0.as_ref())
    }

    /// The order of day and month that the given forms have, unless they differ.
    fn order(&self) -> Option<DateOrder> {
        let mut orders = self.formats.iter().filter_map(DateFormat::order);
        let first = orders.next()?;
        orders.all(|order| order == first).then_some(first)
    }

    fn found(&self, found: FoundDate) -> Option<DateReading> {
        let FoundDate { day, time, zone } = found;
        let on = |day| {
            let zone = zone.clone();
            WrittenDate { day, time, zone }.published(self.time_zone.0.as_ref())
        };
        Some(match day {
            FoundDay::One { day, shows } => DateReading::Known {
                published: on(day)?,
                shows,
            },
            FoundDay::Either {
                day_first,
                month_first,
            } => {
                let open = OpenDate {
                    day_first: on(day_first)?,
                    month_first: on(month_first)?,
                };
                self.order()
                    .map_or(DateReading::Open(open), |order| DateReading::Known {
                        published: open.in_order(order),
                        shows: None,
                    })
            }
        })
    }
}

impl DateReading {
    /// The time of publication, if it is known without the order of day and month.
    #[must_use]
    pub fn known(self) -> Option<Published> {
        match self {
            DateReading::Known { published, .. } => Some(published),
            DateReading::Open(_) | DateReading::NotUnderstood => None,
        }
    }
}

/// Tells whether a text is one number, perhaps with decimals and an exponent.
fn is_number(text: &str) -> bool {
    let mut bytes = text.bytes();
    let other = bytes.find(|byte| !byte.is_ascii_digit());
    match other {
        None => true,
        Some(b'.' | b'e' | b'E') => {
            text.len() > bytes.len() + 1
                && bytes.all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E' | b'+'))
        }
        Some(_) => false,
    }
}

/// Error of a time zone that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a time zone is a name such as Europe/Berlin, or an offset such as +01:00")]
pub struct TimeZoneError;

/// Reads an IANA name, or an offset from UTC.
impl FromStr for UsualZone {
    type Err = TimeZoneError;

    fn from_str(name: &str) -> Result<UsualZone, TimeZoneError> {
        let offset = || {
            let (sign, digits) = name.split_at_checked(1)?;
            let sign = match sign {
                "+" => 1,
                "-" => -1,
                _ => return None,
            };
            let (hours, minutes) = match digits.split_once(':') {
                Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
                Some(_) => return None,
                None if digits.len() == 4 => digits.split_at_checked(2)?,
                None => (digits, "0"),
            };
            let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            if !is_digits(hours) || !is_digits(minutes) || hours.len() > 2 {
                return None;
            }
            let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
            let fits = hours <= 15 && minutes < 60;
            let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok();
            offset.filter(|_| fits).map(TimeZone::fixed)
        };
        let utc = || name.eq_ignore_ascii_case("utc").then_some(TimeZone::UTC);
        let zone = offset().or_else(utc).or_else(|| zone_named(name));
        zone.map(|zone| UsualZone(Some(zone))).ok_or(TimeZoneError)
    }
}

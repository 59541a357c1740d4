//! A date as it is written, before its time zone is known.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::document::{Precision, Published};

/// The day from which seconds are counted.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The first moments of the years 1000 and 10000, in seconds since 1970.
pub(super) const FIRST: i64 = -30_610_224_000;
pub(super) const BEYOND: i64 = 253_402_300_800;

/// A day, perhaps with a time and a zone.
#[derive(Debug, Clone)]
pub(super) struct WrittenDate {
    pub(super) day: Date,
    pub(super) time: Option<Time>,
    pub(super) zone: WrittenZone,
}

/// Time zone that stands beside a time.
#[derive(Debug, Clone)]
pub(super) enum WrittenZone {
    /// None, or one of several meanings.
    Unstated,
    /// Seconds east of UTC.
    Offset(i64),
    /// A zone whose offset depends on the day.
    Place(TimeZone),
}

impl WrittenDate {
    pub(super) fn of_day(day: Date) -> Self {
        Self {
            day,
            time: None,
            zone: WrittenZone::Unstated,
        }
    }

    /// Works out the moment; `usual` is the zone of times without one, if that is known.
    ///
    /// `None` for years before 1000 and after 9999: `0001-01-01` is how some systems write
    /// "unknown".
    pub(super) fn published(&self, usual: Option<&TimeZone>) -> Option<Published> {
        let Some(time) = self.time else {
            return of_day(self.day);
        };
        let moment = self.day.to_datetime(time);
        let zone = match &self.zone {
            WrittenZone::Offset(offset) => return of_moment(moment, *offset),
            WrittenZone::Place(zone) => Some(zone),
            WrittenZone::Unstated => usual,
        };
        match zone {
            Some(zone) => of_moment(moment, offset_at(zone, moment)?),
            None => of_local(moment),
        }
    }
}

/// The time of publication of a bare date.
pub(in crate::read) fn of_day(day: Date) -> Option<Published> {
    in_range(Published {
        seconds: midnight_of(day),
        precision: Precision::Day,
    })
}

/// The time of publication of a local time, `offset` seconds east of UTC.
pub(super) fn of_moment(moment: DateTime, offset: i64) -> Option<Published> {
    let in_day = second_of_day(moment.time());
    in_range(Published {
        seconds: midnight_of(moment.date()) + in_day - offset,
        precision: match in_day {
            0 => Precision::Midnight,
            _ => Precision::Second,
        },
    })
}

/// The time of publication of a local time in an unknown zone.
fn of_local(moment: DateTime) -> Option<Published> {
    let published = of_moment(moment, 0)?;
    Some(match published.precision {
        Precision::Second => Published {
            precision: Precision::Local,
            ..published
        },
        Precision::Day | Precision::Midnight | Precision::Local => published,
    })
}

/// Finds a zone by its IANA name, in any case, in the database that is part of the program: the
/// result must not depend on the one of the system.
pub(super) fn zone_named(name: &str) -> Option<TimeZone> {
    static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    BUNDLED.get(name).ok()
}

/// Rejects moments outside the years 1000 to 9999.
pub(super) fn in_range(published: Published) -> Option<Published> {
    (FIRST..BEYOND)
        .contains(&published.seconds)
        .then_some(published)
}

/// Seconds east of UTC, at a local time. A time that occurs twice is the first of the two, and one
/// that a clock skipped is read as if it had not yet been moved.
fn offset_at(zone: &TimeZone, local: DateTime) -> Option<i64> {
    let timestamp = zone.to_ambiguous_timestamp(local).compatible().ok()?;
    let offset = seconds_of(local) - timestamp.as_second();
    // Local mean times of the 19th century have seconds, which an offset in a text cannot have.
    Some((offset + 30).div_euclid(60) * 60)
}

fn seconds_of(local: DateTime) -> i64 {
    midnight_of(local.date()) + second_of_day(local.time())
}

/// Seconds from 1970 to the start of a day. Not through [`jiff::Timestamp`], which ends a day
/// before the year 9999 does.
fn midnight_of(date: Date) -> i64 {
    date.duration_since(EPOCH).as_secs()
}

fn second_of_day(time: Time) -> i64 {
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

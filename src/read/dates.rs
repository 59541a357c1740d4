//! Times of publication, in the spellings that crawls hold.
//!
//! The `jiff` crate reads them. This module decides which spellings count as a date, respells the
//! few that `jiff` does not know, and works out how precise a date is.

use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::fmt::{rfc2822, strtime};

use crate::document::{Precision, Published};

/// The longest text that can be a date; longer ones are not looked at.
const LONGEST: usize = 64;

/// Bytes of `YYYY-MM-DD`.
const DATE_BYTES: usize = 10;

/// The day from which seconds are counted.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The first moments of the years 1000 and 10000, in seconds since 1970.
const FIRST: i64 = -30_610_224_000;
const BEYOND: i64 = 253_402_300_800;

/// Reads a time of publication.
///
/// Understands RFC 3339 and ISO 8601 times (also with a space or `_` for `T`, without an offset,
/// with `+0000`, `UTC` or `GMT`, with any number of decimals), RFC 2822, `YYYY-MM-DD`, `YYYYMMDD`,
/// `YYYYMMDDhhmmss`, `26-FEB-1987 15:01:01.79`, seconds since 1970 of 10 or 11 digits and
/// milliseconds of 13 digits.
///
/// A time without an offset is taken as UTC. Years before 1000 and after 9999 are no dates:
/// `0001-01-01` is how some systems write "unknown".
///
/// ```
/// use wirecopy::document::Precision;
/// use wirecopy::read::dates::parse;
/// let day = parse("2016-11-01").unwrap();
/// assert_eq!((day.seconds, day.precision), (1_477_958_400, Precision::Day));
/// assert_eq!(parse("2016-11-01T09:30:00+0100").unwrap().seconds, day.seconds + 8 * 3600 + 1800);
/// assert_eq!(parse("yesterday"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<Published> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let published = if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        number(text)
    } else {
        iso_8601(text)
            .or_else(|| iso_8601(&respelled(text)?))
            .or_else(|| iso_8601(&newswire(text)?))
            .or_else(|| mail(text))
    }?;
    (FIRST..BEYOND)
        .contains(&published.seconds)
        .then_some(published)
}

/// A date written as one number. A number with decimals can only be seconds.
fn number(text: &str) -> Option<Published> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.contains('.') || (whole.len() != text.len() && !matches!(whole.len(), 10 | 11)) {
        return None;
    }
    let since_1970 = |per_second| {
        Some(Published {
            seconds: whole.parse::<i64>().ok()? / per_second,
            precision: Precision::Second,
        })
    };
    match whole.len() {
        8 => Some(of_day(
            strtime::parse("%Y%m%d", whole).ok()?.to_date().ok()?,
        )),
        10 | 11 => since_1970(1),
        13 => since_1970(1000),
        14 => {
            let moment = strtime::parse("%Y%m%d%H%M%S", whole).ok()?;
            Some(of_moment(moment.to_datetime().ok()?, 0))
        }
        _ => None,
    }
}

/// `YYYY-MM-DD`, and all that RFC 3339, RFC 9557 and ISO 8601 allow for a date with a time.
fn iso_8601(text: &str) -> Option<Published> {
    let pieces = Pieces::parse(text).ok()?;
    let offset = pieces.to_numeric_offset();
    match pieces.time() {
        Some(time) => Some(of_moment(
            pieces.date().to_datetime(time),
            offset.map_or(0, |offset| i64::from(offset.seconds())),
        )),
        None if text.len() == DATE_BYTES => Some(of_day(pieces.date())),
        None => None,
    }
}

/// The same second in RFC 3339, if the text is close to that: `_` or a space before the time, a
/// space before the offset, `UTC` or `GMT` for the offset, more decimals than `jiff` accepts.
fn respelled(text: &str) -> Option<String> {
    let (date, time) = text.split_at_checked(DATE_BYTES)?;
    let time = time.strip_prefix(['T', 't', ' ', '_'])?;
    let (clock, rest) = time.split_at(
        time.find(|c| !matches!(c, '0'..='9' | ':'))
            .unwrap_or(time.len()),
    );
    let seconds = match clock.len() {
        5 => ":00",
        8 => "",
        _ => return None,
    };
    let offset = match rest.strip_prefix(['.', ',']) {
        Some(decimals) => {
            let offset = decimals.trim_start_matches(|c: char| c.is_ascii_digit());
            if offset.len() == decimals.len() {
                return None;
            }
            offset
        }
        None => rest,
    };
    let offset = match offset.trim_ascii_start() {
        "" | "Z" | "z" | "UTC" | "GMT" => "Z",
        offset if offset.len() <= "+00:00".len() && offset.starts_with(['+', '-']) => offset,
        _ => return None,
    };
    Some(format!("{date}T{clock}{seconds}{offset}"))
}

/// `26-FEB-1987 15:01:01.79`, as the Reuters-21578 collection has it, in RFC 3339; the time may be
/// missing.
fn newswire(text: &str) -> Option<String> {
    let (date, time) = text.split_once(' ').unwrap_or((text, ""));
    let date = strtime::parse("%d-%b-%Y", date).ok()?.to_date().ok()?;
    match time.trim_start() {
        "" => Some(date.to_string()),
        time => respelled(&format!("{date} {time}")),
    }
}

/// The date of an e-mail, RFC 2822.
fn mail(text: &str) -> Option<Published> {
    let zoned = rfc2822::parse(text).ok()?;
    Some(Published {
        seconds: zoned.timestamp().as_second(),
        precision: precision_of(second_of_day(zoned.time())),
    })
}

fn of_day(date: Date) -> Published {
    Published {
        seconds: midnight_of(date),
        precision: Precision::Day,
    }
}

/// A date and time at `offset` seconds east of UTC.
fn of_moment(moment: DateTime, offset: i64) -> Published {
    let in_day = second_of_day(moment.time());
    Published {
        seconds: midnight_of(moment.date()) + in_day - offset,
        precision: precision_of(in_day),
    }
}

/// Seconds from 1970 to the start of a day. Not through [`jiff::Timestamp`], which ends a day
/// before the year 9999 does.
fn midnight_of(date: Date) -> i64 {
    date.duration_since(EPOCH).as_secs()
}

fn second_of_day(time: Time) -> i64 {
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

fn precision_of(second_of_day: i64) -> Precision {
    match second_of_day {
        0 => Precision::Midnight,
        _ => Precision::Second,
    }
}

/// Error of parsing a [`Published`] from text that is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no date that is understood; write it as 2026-03-02 or 2026-03-02T06:10:00Z")]
pub struct DateError {
    text: String,
}

/// Reads the same spellings as [`parse`].
impl FromStr for Published {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Published, DateError> {
        parse(text).ok_or_else(|| DateError {
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(seconds: i64) -> Option<Published> {
        Some(Published {
            seconds,
            precision: Precision::Day,
        })
    }

    fn time(seconds: i64) -> Option<Published> {
        Some(Published {
            seconds,
            precision: Precision::Second,
        })
    }

    #[test]
    fn dates_in_every_accepted_form() {
        let noon = 1_478_001_600; // 2016-11-01T12:00:00Z
        let midnight = 1_477_958_400;
        for (text, expected) in [
            ("2016-11-01", day(midnight)),
            ("20161101", day(midnight)),
            ("2016-11-01T12:00:00Z", time(noon)),
            ("2016-11-01t12:00:00z", time(noon)),
            ("2016-11-01T12:00:00", time(noon)),
            ("2016-11-01 12:00:00", time(noon)),
            ("2016-11-01 12:00:00 UTC", time(noon)),
            ("2016-11-01 12:00:00 +0000", time(noon)),
            ("2016-11-01_12:00:00", time(noon)),
            ("2016-11-01 12:00 GMT", time(noon)),
            ("2016-11-01T12:00.5", time(noon)),
            ("2016-11-01T12:00", time(noon)),
            ("2016-11-01T12:00Z", time(noon)),
            ("2016-11-01T12:00:00.0000000", time(noon)),
            ("2016-11-01T12:00:00.1234567Z", time(noon)),
            ("2016-11-01T12:00:00.999999999999Z", time(noon)),
            ("2016-11-01T12:00:00,5+00:00", time(noon)),
            ("2016-11-01T14:00:00+02:00", time(noon)),
            ("2016-11-01T14:00:00+0200", time(noon)),
            ("2016-11-01T14:00:00+02", time(noon)),
            ("2016-11-01T05:00:00-0700", time(noon)),
            ("2016-11-01T12:00:00+00:00[UTC]", time(noon)),
            ("20161101T120000Z", time(noon)),
            ("20161101T120000", time(noon)),
            ("20161101120000", time(noon)),
            ("  2016-11-01T12:00:00Z\n", time(noon)),
            ("Tue, 1 Nov 2016 12:00:00 GMT", time(noon)),
            ("Tue, 01 Nov 2016 08:00:00 -0400", time(noon)),
            ("1 Nov 2016 12:00:00 +0000", time(noon)),
            ("1478001600", time(noon)),
            ("1478001600.25", time(noon)),
            ("1478001600999", time(noon)),
            ("10000000000", time(10_000_000_000)),
            ("0000000000", time(0)),
            ("26-FEB-1987 15:01:01.79", time(541_350_061)),
            ("26-feb-1987 15:01:01.79", time(541_350_061)),
            ("6-Feb-1987", day(539_568_000)),
            ("1970-01-01", day(0)),
            ("1969-12-31T23:59:59Z", time(-1)),
            ("1878-03-05", day(-2_897_769_600)),
            ("2000-02-29", day(951_782_400)),
            ("2016-02-29T23:59:60Z", time(1_456_790_399)),
            ("1000-01-01", day(-30_610_224_000)),
            ("9999-12-31T23:59:59Z", time(253_402_300_799)),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            " ",
            "yesterday",
            "0001-01-01",
            "0001-01-01T00:00:00Z",
            "0999-12-31",
            "9999-12-31T23:59:59-01:00",
            "2016-00-01",
            "2016-13-01",
            "2016-11-00",
            "2016-11-31",
            "2015-02-29",
            "1900-02-29",
            "20161301",
            "20161131",
            "2016110",
            "201611011",
            "20161101250000",
            "20161101126000",
            "20161101120061",
            "2016-11-01T24:00:00Z",
            "2016-11-01T12:60:00Z",
            "2016-11-01T12:00:61Z",
            "2016-11-01T12:00:00.Z",
            "2016-11-01T12:00:00+99:00",
            "2016-11-01T12:00:00+1",
            "2016-11-01Tnoon",
            "2016-11-01x",
            "2016-1-1",
            "147800160",
            "147800160000",
            "14780016000000",
            "1478001600.x",
            "1478001600999.5",
            "-1478001600",
            "1.478e9",
            "26-FOO-1987",
            "26-FEB-87",
            "30-FEB-1987",
            "99999999999999999999",
            "２０１６-11-01",
            "é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(
            parse(&format!("2016-11-01T12:00:00.{}Z", "0".repeat(LONGEST))),
            None
        );
    }

    #[test]
    fn midnight_where_it_was_written_is_marked() {
        for (text, seconds) in [
            ("2016-11-01T00:00:00Z", 1_477_958_400),
            ("2016-11-01T00:00:00.5Z", 1_477_958_400),
            ("2016-11-01 00:00", 1_477_958_400),
            ("2016-11-01T00:00:00+01:00", 1_477_954_800),
            ("20161101T000000+0100", 1_477_954_800),
            ("20161101000000", 1_477_958_400),
            ("Tue, 1 Nov 2016 00:00:00 +0100", 1_477_954_800),
            ("1-Nov-2016 00:00", 1_477_958_400),
        ] {
            let expected = Published {
                seconds,
                precision: Precision::Midnight,
            };
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        assert_eq!(parse("2016-11-01T01:00:00+01:00"), time(1_477_958_400));
    }

    proptest! {
        #[test]
        fn every_moment_is_read_in_each_spelling(
            seconds in FIRST..BEYOND - 93_600,
            minutes in -1439i32..=1439,
        ) {
            let offset = jiff::tz::Offset::from_seconds(minutes * 60).unwrap();
            let timestamp = jiff::Timestamp::from_second(seconds).unwrap();
            let zoned = timestamp.to_zoned_datetime(offset.to_time_zone());
            for form in [
                "%Y-%m-%dT%H:%M:%S%:z",
                "%Y-%m-%d %H:%M:%S%z",
                "%Y-%m-%d_%H:%M:%S.000000000000 %z",
                "%a, %d %b %Y %H:%M:%S %z",
            ] {
                let text = zoned.strftime(form).to_string();
                prop_assert_eq!(parse(&text).map(|p| p.seconds), Some(seconds), "{}", text);
            }
            let utc = timestamp.to_zoned_datetime(jiff::tz::TimeZone::UTC);
            for form in [
                "%Y%m%d%H%M%S",
                "%d-%b-%Y %H:%M:%S.00",
                "%Y-%m-%dT%H:%M:%S",
                "%Y-%m-%d %H:%M:%S UTC",
            ] {
                let text = utc.strftime(form).to_string();
                prop_assert_eq!(parse(&text).map(|p| p.seconds), Some(seconds), "{}", text);
            }
        }

        #[test]
        fn never_panics(text in ".{0,40}", near in "[0-9T:. +Z-]{0,30}") {
            let _ = (parse(&text), parse(&near));
        }
    }
}

//! When a document says it was published.
//!
//! RFC 3339 and its near relations, by far the most of what a crawl holds, are read by hand in one pass; the rest is told
//! apart by shape. A time without an offset is taken as UTC. What is not understood, or lies outside the years 1000
//! to 9999 (`0001-01-01` is how some systems write "unknown"), is no date.

use std::str::FromStr;

use jiff::civil;
use jiff::fmt::rfc2822;

use crate::document::{Precision, Published};

/// The longest text that can be a date; longer ones are not looked at.
const LONGEST: usize = 64;

const SECONDS_A_DAY: i64 = 86_400;

/// Reads a time of publication.
///
/// Understood are RFC 3339 and ISO 8601 times (space for `T`, no offset or `+0000`, any number of decimals), RFC 2822,
/// `YYYY-MM-DD`, `YYYYMMDD`, `YYYYMMDDhhmmss`, `26-FEB-1987 15:01:01.79`, seconds since 1970 of 10 or 11
/// digits and milliseconds of 13 digits.
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
    let published = iso(text.as_bytes())
        .or_else(|| digits(text.as_bytes()))
        .or_else(|| newswire(text))
        .or_else(|| by_jiff(text))?;
    let year = civil_year(published.seconds);
    (1000..=9999).contains(&year).then_some(published)
}

/// `YYYY-MM-DD`, and with a time after it RFC 3339 in all its common spellings.
fn iso(text: &[u8]) -> Option<Published> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, rest @ ..] = text else {
        return None;
    };
    let days = days_since_1970(
        number(&[*y1, *y2, *y3, *y4])?,
        number(&[*m1, *m2])?,
        number(&[*d1, *d2])?,
    )?;
    if rest.is_empty() {
        return Some(Published {
            seconds: days * SECONDS_A_DAY,
            precision: Precision::Day,
        });
    }
    let [b'T' | b't' | b' ' | b'_', rest @ ..] = rest else {
        return None;
    };
    let (in_day, rest) = clock(rest)?;
    let offset = offset(rest)?;
    Some(Published {
        seconds: days * SECONDS_A_DAY + in_day - offset,
        precision: of_time(in_day),
    })
}

/// What a time of day, in seconds since midnight, tells beside the day.
fn of_time(in_day: i64) -> Precision {
    if in_day == 0 {
        Precision::Midnight
    } else {
        Precision::Second
    }
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f`: seconds since midnight, and what follows.
fn clock(text: &[u8]) -> Option<(i64, &[u8])> {
    let [h1, h2, b':', m1, m2, rest @ ..] = text else {
        return None;
    };
    let (hour, minute) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
    let (second, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (number(&[*s1, *s2])?, rest),
        _ => (0, rest),
    };
    let rest = match rest {
        [b'.' | b',', decimals @ ..] => {
            let count = decimals.iter().take_while(|b| b.is_ascii_digit()).count();
            if count == 0 {
                return None;
            }
            &decimals[count..]
        }
        _ => rest,
    };
    Some((seconds_in_day(hour, minute, second)?, rest))
}

/// Seconds since midnight. A leap second counts as the second before it.
fn seconds_in_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    (hour < 24 && minute < 60 && second <= 60).then(|| hour * 3600 + minute * 60 + second.min(59))
}

/// Seconds east of UTC of `Z`, `+01:00`, `+0100`, `+01`, `UTC`, `GMT` or nothing at all.
fn offset(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii_start();
    let (east, hour, minute) = match text {
        [] | [b'Z' | b'z'] | b"UTC" | b"GMT" => return Some(0),
        [sign @ (b'+' | b'-'), h1, h2] => (*sign == b'+', number(&[*h1, *h2])?, 0),
        [sign @ (b'+' | b'-'), h1, h2, m1, m2] | [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            (*sign == b'+', number(&[*h1, *h2])?, number(&[*m1, *m2])?)
        }
        _ => return None,
    };
    let seconds = seconds_in_day(hour, minute, 0)?;
    Some(if east { seconds } else { -seconds })
}

/// Dates written as one number; a number with decimals can only be seconds.
fn digits(text: &[u8]) -> Option<Published> {
    let count = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (whole, rest) = text.split_at(count);
    match rest {
        [] => {}
        [b'.', decimals @ ..]
            if matches!(count, 10 | 11) && decimals.iter().all(u8::is_ascii_digit) => {}
        _ => return None,
    }
    let at = |seconds| {
        Some(Published {
            seconds,
            precision: Precision::Second,
        })
    };
    match count {
        8 | 14 => {
            let days = days_since_1970(
                number(&whole[..4])?,
                number(&whole[4..6])?,
                number(&whole[6..8])?,
            )?;
            if count == 8 {
                return Some(Published {
                    seconds: days * SECONDS_A_DAY,
                    precision: Precision::Day,
                });
            }
            let in_day = seconds_in_day(
                number(&whole[8..10])?,
                number(&whole[10..12])?,
                number(&whole[12..14])?,
            )?;
            Some(Published {
                seconds: days * SECONDS_A_DAY + in_day,
                precision: of_time(in_day),
            })
        }
        10 | 11 => at(number(whole)?),
        13 => at(number(whole)?.div_euclid(1000)),
        _ => None,
    }
}

/// `26-FEB-1987 15:01:01.79`, the form of the Reuters-21578 collection; the time may be missing.
fn newswire(text: &str) -> Option<Published> {
    let (date, time) = text
        .split_once(' ')
        .map_or((text, ""), |(date, time)| (date, time.trim_start()));
    let mut parts = date.split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !matches!(day.len(), 1 | 2) || year.len() != 4 {
        return None;
    }
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let month = (1i64..)
        .zip(MONTHS)
        .find(|(_, name)| month.eq_ignore_ascii_case(name))?
        .0;
    let days = days_since_1970(number(year.as_bytes())?, month, number(day.as_bytes())?)?;
    if time.is_empty() {
        return Some(Published {
            seconds: days * SECONDS_A_DAY,
            precision: Precision::Day,
        });
    }
    let (in_day, rest) = clock(time.as_bytes())?;
    Some(Published {
        seconds: days * SECONDS_A_DAY + in_day - offset(rest)?,
        precision: of_time(in_day),
    })
}

/// Everything rarer: RFC 2822, ISO 8601 without separators, a zone name in brackets.
fn by_jiff(text: &str) -> Option<Published> {
    let (seconds, precision) = if let Ok(zoned) = rfc2822::parse(text) {
        let midnight = zoned.time() == civil::Time::midnight();
        (zoned.timestamp().as_second(), of_time(i64::from(!midnight)))
    } else if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        (
            timestamp.as_second(),
            of_time(timestamp.as_second().rem_euclid(SECONDS_A_DAY)),
        )
    } else {
        let local = text.parse::<civil::DateTime>().ok()?;
        if !text.contains([':', 'T', 't']) {
            return None;
        }
        let seconds = jiff::tz::Offset::UTC.to_timestamp(local).ok()?.as_second();
        (seconds, of_time(seconds.rem_euclid(SECONDS_A_DAY)))
    };
    Some(Published { seconds, precision })
}

/// A number of ASCII digits, at most 18 of them.
fn number(digits: &[u8]) -> Option<i64> {
    if digits.len() > 18 {
        return None;
    }
    digits.iter().try_fold(0i64, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

/// Days from 1970-01-01 to a date of the Gregorian calendar; `None` if there is no such day.
///
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    let from_march = if month <= 2 { year - 1 } else { year };
    let era = from_march.div_euclid(400);
    let year_of_era = from_march.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// The year of a moment, near enough to bound it: exact at the borders of the years 1000 and 10000.
fn civil_year(seconds: i64) -> i64 {
    /// 1000-01-01T00:00:00Z and 10000-01-01T00:00:00Z.
    const FIRST: i64 = -30_610_224_000;
    const BEYOND: i64 = 253_402_300_800;
    match seconds {
        ..FIRST => 999,
        FIRST..BEYOND => 1970,
        BEYOND.. => 10_000,
    }
}

/// Text that is no date in a form that [`parse`] understands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no date that is understood; write it as 2026-03-02 or 2026-03-02T06:10:00Z")]
pub struct DateError {
    text: String,
}

/// Understands what the readers understand; see [`parse`].
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
    fn nonsense_is_no_date() {
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

    proptest! {
        #[test]
        fn agrees_with_jiff(seconds in -30_610_224_000i64..253_402_207_200, offset in -86_340i32..=86_340) {
            let offset = jiff::tz::Offset::from_seconds(offset / 60 * 60).unwrap();
            let timestamp = jiff::Timestamp::from_second(seconds).unwrap();
            let zoned = timestamp.to_zoned_datetime(offset.to_time_zone());
            for form in ["%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%d %H:%M:%S%z", "%a, %d %b %Y %H:%M:%S %z"] {
                let text = zoned.strftime(form).to_string();
                prop_assert_eq!(parse(&text), time(seconds), "{}", text);
            }
            let utc = timestamp.to_zoned_datetime(jiff::tz::TimeZone::UTC);
            for form in ["%Y%m%d%H%M%S", "%d-%b-%Y %H:%M:%S.00", "%Y-%m-%dT%H:%M:%S"] {
                let text = utc.strftime(form).to_string();
                prop_assert_eq!(parse(&text), time(seconds), "{}", text);
            }
        }

        #[test]
        fn never_panics(text in ".{0,40}", near in "[0-9T:. +Z-]{0,30}") {
            let _ = (parse(&text), parse(&near));
        }
    }
}

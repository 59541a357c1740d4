//! Dates written as one number.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use super::written_date::{WrittenDate, WrittenZone, in_range, of_day};
use crate::document::{Precision, Published};

/// Days of a spreadsheet before 1 March 1900 are off by one, because of a leap day that never was.
const FIRST_SERIAL: f64 = 61.0;

/// Reads seconds, milliseconds, microseconds or nanoseconds since 1970, which differ in their
/// number of digits, or `YYYYMMDD`, `YYYYMMDDhhmmss` and `YYYYMMDDhhmmss` with milliseconds.
/// A number that went through a spreadsheet or a data frame may have decimals or an exponent.
/// `usual` is the zone of a written time, if that is known.
pub(super) fn number(text: &str, usual: Option<&TimeZone>) -> Option<Published> {
    let unfolded;
    let text = match text.find(['e', 'E']) {
        Some(at) => {
            unfolded = without_exponent(&text[..at], &text[at + 1..])?;
            &unfolded
        }
        None => text,
    };
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(decimals) {
        return None;
    }
    let has_decimals = decimals.bytes().any(|digit| digit != b'0');
    let since_1970 = |per_second: i64| {
        let published = Published {
            seconds: whole.parse::<i64>().ok()? / per_second,
            precision: Precision::Second,
        };
        in_range(published)
    };
    match whole.len() {
        10 | 11 => since_1970(1),
        13 => since_1970(1_000),
        16 => since_1970(1_000_000),
        19 => since_1970(1_000_000_000),
        _ if has_decimals => None,
        8 => of_day(day(whole)?),
        14 | 17 => {
            let moment = strtime::parse("%Y%m%d%H%M%S", &whole[..14]).ok()?;
            local(moment.to_datetime().ok()?).published(usual)
        }
        _ => None,
    }
}

/// Reads `YYYYMMDD`.
pub(super) fn day(digits: &str) -> Option<Date> {
    strtime::parse("%Y%m%d", digits).ok()?.to_date().ok()
}

/// Reads the number that a spreadsheet stores for a date: days since the end of 1899, or since
/// 1904, with the time as a fraction.
pub(super) fn spreadsheet_serial(serial: f64, since_1904: bool) -> Option<WrittenDate> {
    let (start, first) = match since_1904 {
        true => (Date::constant(1904, 1, 1), 0.0),
        false => (Date::constant(1899, 12, 30), FIRST_SERIAL),
    };
    // The days of four thousand years; NaN fails here too.
    if !(first..3_000_000.0).contains(&serial) {
        return None;
    }
    let seconds = (serial * 86_400.0).round() as i64;
    let (days, in_day) = ((seconds / 86_400) as i32, seconds % 86_400);
    let day = start.checked_add(days.days()).ok()?;
    let midnight = day.at(0, 0, 0, 0);
    Some(match in_day {
        0 => WrittenDate::of_day(day),
        _ => local(
            midnight
                .checked_add(SignedDuration::from_secs(in_day))
                .ok()?,
        ),
    })
}

fn local(moment: DateTime) -> WrittenDate {
    WrittenDate {
        day: moment.date(),
        time: Some(moment.time()),
        zone: WrittenZone::Unstated,
    }
}

/// The number `mantissa * 10^exponent` without an exponent; `None` unless the mantissa has one
/// digit before its point and the result is no longer than a time in nanoseconds.
fn without_exponent(mantissa: &str, exponent: &str) -> Option<String> {
    let (first, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: usize = exponent
        .strip_prefix('+')
        .unwrap_or(exponent)
        .parse()
        .ok()?;
    if first.len() != 1 || exponent > 18 {
        return None;
    }
    let mut number = String::from(first);
    let whole = decimals.len().min(exponent);
    number.push_str(decimals.get(..whole)?);
    number.extend(std::iter::repeat_n('0', exponent - whole));
    number.push('.');
    number.push_str(decimals.get(whole..)?);
    Some(number)
}

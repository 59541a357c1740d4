//! Dates in the standard forms that `jiff` reads.

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::fmt::strtime;
use jiff::fmt::temporal::{Pieces, TimeZoneAnnotation, TimeZoneAnnotationKind};
use jiff::tz::TimeZone;

use super::written_date::{WrittenDate, WrittenZone, of_day, of_moment, zone_named};
use crate::document::Published;

/// Bytes of `YYYY-MM-DD`.
const DATE_BYTES: usize = 10;

/// Reads the dates of e-mails. The weekday is not believed.
const MAIL: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);

/// Reads `YYYY-MM-DD`, and all that RFC 3339, RFC 9557 and ISO 8601 allow for a date with a time;
/// `usual` is the zone of times without one, if that is known.
pub(super) fn iso_8601(text: &str, usual: Option<&TimeZone>) -> Option<Published> {
    let pieces = Pieces::parse(text).ok()?;
    let Some(time) = pieces.time() else {
        return (text.len() == DATE_BYTES).then(|| of_day(pieces.date()))?;
    };
    // Nearly all dates of a crawl have an offset: each record passes here.
    if let Some(offset) = pieces.to_numeric_offset() {
        return of_moment(pieces.date().to_datetime(time), i64::from(offset.seconds()));
    }
    let zone = match pieces.time_zone_annotation().map(TimeZoneAnnotation::kind) {
        None => WrittenZone::Unstated,
        Some(TimeZoneAnnotationKind::Named(name)) => WrittenZone::Place(zone_named(name.as_str())?),
        Some(TimeZoneAnnotationKind::Offset(offset)) => {
            WrittenZone::Offset(i64::from(offset.seconds()))
        }
        Some(_) => return None,
    };
    let (day, time) = (pieces.date(), Some(time));
    WrittenDate { day, time, zone }.published(usual)
}

/// Reads a week date such as `2026-W10-3`, or a day of the year such as `2026-063`.
pub(super) fn week_or_day_of_year(text: &str) -> Option<WrittenDate> {
    let form = match text.as_bytes() {
        [_, _, _, _, b'-', b'W', _, _, b'-', _] => "%G-W%V-%u",
        [_, _, _, _, b'W', _, _, _] => "%GW%V%u",
        [_, _, _, _, b'-', _, _, _] => "%Y-%j",
        _ => return None,
    };
    let day = strtime::parse(form, text).ok()?.to_date().ok()?;
    Some(WrittenDate::of_day(day))
}

/// Reads the date of an e-mail, RFC 2822, with an offset or `GMT`. `jiff` takes any other name of a
/// zone for UTC, as the standard wants it.
pub(super) fn mail(text: &str) -> Option<WrittenDate> {
    if !text.ends_with(|last: char| last.is_ascii_digit()) && !text.ends_with("GMT") {
        return None;
    }
    let zoned = MAIL.parse_zoned_datetime(text).ok()?;
    Some(WrittenDate {
        day: zoned.date(),
        time: Some(zoned.time()),
        zone: WrittenZone::Offset(i64::from(zoned.offset().seconds())),
    })
}

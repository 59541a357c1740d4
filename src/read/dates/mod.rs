//! Times of publication, in the forms that crawls, exports and people write.
//!
//! May import: `document`.
//! Imported by: `cli`, `index`, `read`.
//!
//! [`DateSettings::read`] tries, in this order:
//!
//! 1. the forms of [`DateSettings::formats`], as `strptime` takes them;
//! 2. one number (`numbers`): seconds, milliseconds, microseconds or nanoseconds since 1970,
//!    `YYYYMMDD` and `YYYYMMDDhhmmss`;
//! 3. RFC 3339, RFC 9557, ISO 8601 and RFC 2822 (`standards`), which the `jiff` crate reads;
//! 4. what people write (`written`): `Nov. 6, 2016, 3:04 p.m. ET`, `4 de marzo de 2026`,
//!    `2026年3月4日 10:15`, `04.03.2026`, `13/03/2026`, with names of months in sixty languages.
//!
//! A time without an offset is in the zone of [`DateSettings::time_zone`]. Years before 1000 and
//! after 9999 are no dates: `0001-01-01` is how some systems write "unknown". Nothing is guessed:
//! `03/04/2026` stays open ([`DateReading::Open`]) until the file shows its order, years of two
//! digits are read only beside the name of a month, and a text with an unknown word is no date.
//!
//! `written` is own code. On a table of 57 forms, `dtparse` 2.0 reads 28 right and 14 wrong,
//! `parse_datetime` 0.17 reads 22 and 10, `dateparser` 0.3 reads 21 and 4, `interim` 0.2 reads 11
//! and 11. All of them take `03/04/2026` for the fourth of March, fill in what is missing from the
//! clock (`March 4`, `10:15`), and know no names but English ones. The names of months come from
//! `pure-rust-locales`, and zones with their changes of offset from `jiff`.
//!
//! Every record has a date, nearly always in RFC 3339, so that form comes early: it takes 63 ns, a
//! bare date 40, a time in seconds 50, RFC 2822 165, and a written form about 1 µs (one core of a
//! virtual machine, `dist` profile).

mod date_format;
mod folding;
mod numbers;
mod settings;
mod standards;
mod tokens;
mod words;
mod written;
mod written_date;
mod zones;

use std::str::FromStr;

pub use date_format::{DateFormat, DateFormatError};
pub use settings::{DateReading, DateSettings, TimeZoneError, UsualZone};
pub(super) use written_date::of_day;

use crate::document::Published;

/// Reads a time of publication with the usual settings: times without a zone are of an unknown one.
///
/// ```
/// use wirecopy::document::Precision;
/// use wirecopy::read::dates::parse;
/// let day = parse("2016-11-01").unwrap();
/// assert_eq!((day.seconds, day.precision), (1_477_958_400, Precision::Day));
/// assert_eq!(parse("2016-11-01T09:30:00+0100").unwrap().seconds, day.seconds + 8 * 3600 + 1800);
/// assert_eq!(parse("November 1, 2016"), Some(day));
/// assert_eq!(parse("yesterday"), None);
/// // The order of day and month is not known.
/// assert_eq!(parse("01/11/2016"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<Published> {
    DateSettings::default().read(text).known()
}

/// Error of parsing a [`Published`] from text that is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no date that is understood; write it as 2026-03-02 or 2026-03-02T06:10:00Z")]
pub struct DateError {
    text: String,
}

/// Reads the same forms as [`parse`].
impl FromStr for Published {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Published, DateError> {
        parse(text).ok_or_else(|| DateError {
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;

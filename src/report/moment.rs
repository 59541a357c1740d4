//! Dates and times as the reports write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::document::{Precision, Published};

/// A date without a time of day, or a time without a zone, as it is; any other moment as RFC 3339
/// in UTC. Empty outside the years -9999 to 9999.
pub fn written(published: Published) -> String {
    match (
        Timestamp::from_second(published.seconds),
        published.precision,
    ) {
        (Ok(time), Precision::Second | Precision::Midnight) => time.to_string(),
        (Ok(time), Precision::Local) => TimeZone::UTC.to_datetime(time).to_string(),
        (Ok(time), Precision::Day) => TimeZone::UTC.to_datetime(time).date().to_string(),
        (Err(_), _) => String::new(),
    }
}

/// The moment as tables have it: a bare date is its midnight in UTC. `None` outside the years 1 to
/// 9999, which are all that the programs that read tables know.
pub(super) fn time(published: Published) -> Option<Timestamp> {
    let time = Timestamp::from_second(published.seconds).ok()?;
    let year = TimeZone::UTC.to_datetime(time).year();
    (1..=9999).contains(&year).then_some(time)
}

/// As [`written`]; empty for an unknown moment.
pub fn written_or_empty(published: Option<Published>) -> String {
    published.map(written).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_with_their_precision() {
        for (seconds, precision, text) in [
            (1_772_600_767, Precision::Second, "2026-03-04T05:06:07Z"),
            (1_772_582_400, Precision::Day, "2026-03-04"),
            (1_772_582_400, Precision::Second, "2026-03-04T00:00:00Z"),
            (1_772_600_767, Precision::Local, "2026-03-04T05:06:07"),
            (-1, Precision::Second, "1969-12-31T23:59:59Z"),
            (i64::MAX, Precision::Second, ""),
        ] {
            assert_eq!(written(Published { seconds, precision }), text);
        }
    }
}

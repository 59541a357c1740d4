//! Dates and times as the reports write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::document::{Precision, Published};

/// A date without a time of day as it is, any other moment as RFC 3339 in UTC; empty outside the
/// years -9999 to 9999.
pub fn written(published: Published) -> String {
    match (
        Timestamp::from_second(published.seconds),
        published.precision,
    ) {
        (Ok(time), Precision::Second | Precision::Midnight) => time.to_string(),
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

/// Hours from one moment to the other; `None` if either is unknown, or if only one of them has a
/// time of day, because the result would be made up. Between two dates it is a number of whole
/// days.
pub fn hours_between(from: Option<Published>, to: Option<Published>) -> Option<f64> {
    let timed = |published: Published| published.precision == Precision::Second;
    if timed(from?) != timed(to?) {
        return None;
    }
    // In i128, because a hostile record may name moments that are further apart than fits in i64.
    Some((i128::from(to?.seconds) - i128::from(from?.seconds)) as f64 / 3600.0)
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
            (-1, Precision::Second, "1969-12-31T23:59:59Z"),
            (i64::MAX, Precision::Second, ""),
        ] {
            assert_eq!(written(Published { seconds, precision }), text);
        }
    }

    #[test]
    fn hours_between_moments_of_equal_precision() {
        let at = |seconds| {
            Some(Published {
                seconds,
                precision: Precision::Second,
            })
        };
        assert_eq!(hours_between(at(0), at(5400)), Some(1.5));
        assert_eq!(hours_between(None, at(0)), None);
        assert_eq!(hours_between(at(0), None), None);
        assert!(hours_between(at(i64::MIN), at(i64::MAX)).is_some());
        let day = |seconds| {
            Some(Published {
                seconds,
                precision: Precision::Day,
            })
        };
        assert_eq!(hours_between(day(0), day(86_400)), Some(24.0));
        assert_eq!(hours_between(day(0), at(86_400)), None);
    }
}

//! Moments as the reports write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::document::{Precision, Published};

/// The date alone where no more was told, else RFC 3339 in UTC; nothing for a moment outside the years -9999 to 9999.
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

/// As [`written`]; nothing for an unknown moment.
pub fn written_or_empty(published: Option<Published>) -> String {
    published.map(written).unwrap_or_default()
}

/// Hours from one to the other; `None` where either is unknown, or only one of them tells a time of day, for then it would be made up. Between two
/// bare dates it is whole days.
pub fn hours_between(from: Option<Published>, to: Option<Published>) -> Option<f64> {
    let timed = |published: Published| published.precision == Precision::Second;
    if timed(from?) != timed(to?) {
        return None;
    }
    // Through i128, for a hostile record may name moments further apart than an i64 of seconds.
    Some((i128::from(to?.seconds) - i128::from(from?.seconds)) as f64 / 3600.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
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
    fn lags() {
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

//! Publication intervals: the time in which a document can have been published.
//!
//! Publishers' clocks are unreliable, and many dates are not from a clock at all. A date without a
//! time, or at midnight, is that day in any time zone, and a time without a zone is that time in
//! any zone. A date in the future proves nothing; neither does the crawler's own time, nor a date
//! that a publishing system fills in ([`super::placeholders`]). No page is published after it was
//! crawled.

use crate::document::{Precision, Published};

const HOUR: i64 = 3600;

/// Seconds of a day.
const DAY: i64 = 24 * HOUR;

/// Difference from UTC of the time zones farthest east and west.
const EASTERNMOST: i64 = 14 * HOUR;
const WESTERNMOST: i64 = 12 * HOUR;

/// Seconds between a date and the crawl up to which the date is the crawler's, not the publisher's.
const SAME_AS_CRAWL: u64 = 2;

/// The time in which a document can have been published, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicationInterval {
    /// [`i64::MIN`] if unknown.
    from: i64,
    /// Inclusive; [`i64::MAX`] if unknown.
    until: i64,
    /// True if the date has a time of day in a known zone, and is from the publisher's clock.
    is_exact: bool,
}

impl PublicationInterval {
    /// The interval of a document about which no date proves anything.
    pub const UNKNOWN: PublicationInterval = PublicationInterval {
        from: i64::MIN,
        until: i64::MAX,
        is_exact: false,
    };

    /// The interval that dates prove. `published` is `None` if the document has no date, or one
    /// that proves nothing. `crawled` is the time of the crawl. Dates more than a day after it, or
    /// after `as_of`, are errors.
    pub fn of(
        published: Option<Published>,
        crawled: Option<Published>,
        as_of: Option<Published>,
    ) -> PublicationInterval {
        let (_, crawl_end) = crawled.map_or((i64::MIN, i64::MAX), range);
        let before_crawl = PublicationInterval {
            until: crawl_end,
            ..Self::UNKNOWN
        };
        let Some(published) = published else {
            return before_crawl;
        };
        if published.seconds > latest(crawl_end, as_of) || is_of_crawl(published, crawled) {
            return before_crawl;
        }
        let (from, until) = range(published);
        if from > crawl_end {
            // The publisher's clock is ahead of the crawl by an unknown amount.
            return before_crawl;
        }
        PublicationInterval {
            from,
            until: until.min(crawl_end),
            is_exact: published.precision == Precision::Second,
        }
    }

    /// Returns true if a date is after `as_of`, so that it proves nothing.
    pub fn is_ahead(published: Published, as_of: Published) -> bool {
        published.seconds > latest(i64::MAX, Some(as_of))
    }

    /// Both ends, where they are known.
    pub fn bounds(self) -> (Option<i64>, Option<i64>) {
        (
            Some(self.from).filter(|&from| from != i64::MIN),
            Some(self.until).filter(|&until| until != i64::MAX),
        )
    }

    /// The earliest possible second; [`i64::MIN`] if unknown.
    pub(super) fn start(self) -> i64 {
        self.from
    }

    /// The latest possible second; [`i64::MAX`] if unknown.
    pub(super) fn end(self) -> i64 {
        self.until
    }

    /// True if this publication was certainly before the other: the intervals do not meet.
    pub fn is_before(self, other: PublicationInterval) -> bool {
        self.until < other.from
    }

    /// Hours from this publication to a later one. `None` if it is not known to be earlier, or if
    /// one of the two has no time of day in a known zone.
    pub fn hours_until(self, later: PublicationInterval) -> Option<f64> {
        let is_known = self.is_before(later) && self.is_exact && later.is_exact;
        // In i128, because a hostile record may name times that are further apart than fits in i64.
        let seconds = i128::from(later.from) - i128::from(self.from);
        is_known.then(|| seconds as f64 / HOUR as f64)
    }
}

/// The last second of a date that is no error: a day after the end of the crawl and of `as_of`.
fn latest(crawl_end: i64, as_of: Option<Published>) -> i64 {
    let (_, run_end) = as_of.map_or((i64::MIN, i64::MAX), range);
    crawl_end.min(run_end).saturating_add(DAY)
}

/// The first and the last second that a date can mean.
fn range(Published { seconds, precision }: Published) -> (i64, i64) {
    // Many clocks do not show seconds.
    let minute = if seconds.rem_euclid(60) == 0 { 59 } else { 0 };
    match precision {
        Precision::Second => (seconds, seconds.saturating_add(minute)),
        Precision::Local => (
            seconds.saturating_sub(EASTERNMOST),
            seconds.saturating_add(WESTERNMOST + minute),
        ),
        Precision::Day | Precision::Midnight => {
            let (first, last) = days(seconds);
            (
                first.saturating_sub(EASTERNMOST),
                last.saturating_add(DAY + WESTERNMOST),
            )
        }
    }
}

/// The days, as their midnights in UTC, of which a moment can be the midnight in some time zone.
/// There are two of them where it is midnight on both sides of the date line.
pub(super) fn days(midnight: i64) -> (i64, i64) {
    let after = midnight.rem_euclid(DAY);
    let of_west = midnight.saturating_sub(after);
    let of_east = of_west.saturating_add(DAY);
    match after {
        0 => (of_west, of_west),
        _ if after < DAY - EASTERNMOST => (of_west, of_west),
        _ if after > WESTERNMOST => (of_east, of_east),
        _ => (of_west, of_east),
    }
}

/// Tells whether a date of publication is the time of the crawl.
fn is_of_crawl(published: Published, crawled: Option<Published>) -> bool {
    crawled.is_some_and(|crawled| {
        published.precision.has_time()
            && crawled.precision.has_time()
            && crawled.seconds.abs_diff(published.seconds) <= SAME_AS_CRAWL
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64, precision: Precision) -> Option<Published> {
        Some(Published { seconds, precision })
    }

    fn interval(seconds: i64, precision: Precision) -> PublicationInterval {
        PublicationInterval::of(at(seconds, precision), None, None)
    }

    #[test]
    fn hours_are_known_between_two_times_of_day() {
        use Precision::{Day, Local, Second};
        let noon = 1_772_539_201;
        for (first, second, hours) in [
            ((noon, Second), (noon + 5400, Second), Some(1.5)),
            ((noon, Second), (noon, Second), None),
            ((noon + 5400, Second), (noon, Second), None),
            ((noon, Local), (noon + 30 * HOUR, Second), None),
            ((0, Day), (10 * DAY, Day), None),
            ((i64::MIN, Second), (i64::MAX, Second), Some(1.0)),
        ] {
            let (first, second) = (interval(first.0, first.1), interval(second.0, second.1));
            let came = first.hours_until(second);
            match hours {
                Some(_) if first.from == i64::MIN => assert!(came.is_some()),
                _ => assert_eq!(came, hours),
            }
        }
    }

    #[test]
    fn dates_are_known_earlier_only_in_every_time_zone() {
        use Precision::{Day, Local, Midnight, Second};
        let day = 1_772_496_000;
        for (first, second, known) in [
            // Two days apart, it may still be the same moment east and west of the date line.
            ((day, Day), (day + 2 * DAY, Day), false),
            ((day, Day), (day + 3 * DAY, Day), true),
            ((day, Midnight), (day + 3 * DAY, Day), true),
            ((day, Day), (day + 36 * HOUR, Second), false),
            ((day, Day), (day + 36 * HOUR + 1, Second), true),
            ((day + 1, Local), (day + 1 + 12 * HOUR, Second), false),
            ((day + 1, Local), (day + 2 + 12 * HOUR, Second), true),
            ((day + 1, Second), (day + 2, Second), true),
            // A clock that shows minutes.
            ((day + 60, Second), (day + 90, Second), false),
            ((day + 60, Second), (day + 120, Second), true),
        ] {
            let (first, second) = (interval(first.0, first.1), interval(second.0, second.1));
            assert_eq!(first.is_before(second), known, "{first:?} {second:?}");
            assert!(!second.is_before(first), "{first:?} {second:?}");
        }
    }

    #[test]
    fn crawls_bound_publications() {
        use Precision::{Day, Second};
        let crawl = 1_772_539_201;
        let of = |published, crawled| PublicationInterval::of(published, crawled, None).bounds();
        let crawled = at(crawl, Second);
        assert_eq!(of(None, crawled), (None, Some(crawl)));
        assert_eq!(of(at(crawl - 2, Second), crawled), (None, Some(crawl)));
        assert_eq!(
            of(at(crawl + 2 * DAY, Second), crawled),
            (None, Some(crawl))
        );
        assert_eq!(of(at(crawl + HOUR, Second), crawled), (None, Some(crawl)));
        let day = crawl - crawl.rem_euclid(DAY);
        assert_eq!(
            of(at(day, Day), crawled),
            (Some(day - EASTERNMOST), Some(crawl))
        );
        assert_eq!(of(None, None), (None, None));
        assert_eq!(
            PublicationInterval::of(at(crawl, Second), None, at(crawl - 2 * DAY, Second)).bounds(),
            (None, None)
        );
    }

    #[test]
    fn a_day_of_a_run_lasts_until_it_has_ended_everywhere() {
        use Precision::{Day, Second};
        let midnight = 1_773_187_200; // 2026-03-11
        let as_of = |precision| Published {
            seconds: midnight,
            precision,
        };
        let is_ahead = |hours: i64, precision| {
            let published = Published {
                seconds: midnight + hours * HOUR,
                precision: Second,
            };
            PublicationInterval::is_ahead(published, as_of(precision))
        };
        // Half past eleven in the evening in New York.
        assert!(!is_ahead(27, Day));
        assert!(is_ahead(27, Second));
        assert!(!is_ahead(24 + 12 + 23, Day));
        assert!(is_ahead(24 + 12 + 25, Day));
    }

    /// A moment and a date that a site may show for it.
    fn shown() -> impl Strategy<Value = (i64, Published)> {
        let zones = (-48_i64..=56).prop_map(|quarters| quarters * 900);
        let moments = 1_700_000_000_i64..1_701_000_000;
        (moments, zones, 0..5).prop_map(|(moment, zone, form)| {
            let local = moment + zone;
            let midnight = local - local.rem_euclid(DAY);
            let (seconds, precision) = match form {
                0 => (midnight, Precision::Day),
                1 => (midnight - zone, Precision::Midnight),
                2 => (local, Precision::Local),
                3 => (local - local.rem_euclid(60), Precision::Local),
                _ => (moment - moment.rem_euclid(60), Precision::Second),
            };
            (moment, Published { seconds, precision })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn no_order_is_claimed_that_exact_clocks_deny(
            (moment_a, a) in shown(),
            (moment_b, b) in shown(),
            crawl_after in proptest::option::of(0_i64..200_000),
        ) {
            let crawl = crawl_after.map(|after| moment_a + after);
            let crawled = crawl.and_then(|crawl| at(crawl, Precision::Second));
            let a = PublicationInterval::of(Some(a), crawled, None);
            let b = PublicationInterval::of(Some(b), None, None);
            prop_assert!(!a.is_before(b) || moment_a < moment_b);
            prop_assert!(!b.is_before(a) || moment_b < moment_a);
            if let Some(hours) = a.hours_until(b) {
                let exact = (moment_b - moment_a) as f64 / 3600.0;
                prop_assert!((hours - exact).abs() <= 1.0 / 60.0);
            }
        }
    }
}

//! Publication intervals: the time in which a document can have been published.
//!
//! Publishers' clocks are unreliable. A date without a time, or at midnight, is a day in an unknown
//! time zone. A date in the future proves nothing, and neither does the crawler's own time. No page
//! is published after it was crawled.

use crate::document::{Precision, Published};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Seconds between a date and the crawl up to which the date is the crawler's, not the publisher's.
const SAME_AS_CRAWL: u64 = 2;

/// The time in which a document can have been published, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicationInterval {
    /// [`i64::MIN`] if unknown.
    from: i64,
    /// [`i64::MAX`] if unknown.
    until: i64,
}

impl PublicationInterval {
    /// The interval of a document about which no date proves anything.
    const UNKNOWN: PublicationInterval = PublicationInterval {
        from: i64::MIN,
        until: i64::MAX,
    };

    /// The interval that a date proves. `crawled` is the time of the crawl; dates more than a day
    /// after it, or after `as_of`, are errors.
    pub fn of(
        published: Option<Published>,
        crawled: Option<Published>,
        as_of: Option<i64>,
    ) -> PublicationInterval {
        let Some(Published { seconds, precision }) = published else {
            return Self::UNKNOWN;
        };
        let latest = [crawled.map(|crawled| crawled.seconds), as_of]
            .into_iter()
            .flatten()
            .min();
        if latest.is_some_and(|latest| seconds > latest.saturating_add(DAY)) {
            return Self::UNKNOWN;
        }
        let crawl_second = crawled
            .filter(|crawled| crawled.precision == Precision::Second)
            .map(|crawled| crawled.seconds);
        if crawl_second.is_some_and(|crawl| crawl.abs_diff(seconds) <= SAME_AS_CRAWL) {
            return PublicationInterval {
                until: seconds,
                ..Self::UNKNOWN
            };
        }
        let (from, until) = match precision {
            Precision::Second => (seconds, seconds),
            // The day may be that of any time zone, but nobody dates a page a day ahead.
            Precision::Day | Precision::Midnight => {
                (seconds.saturating_sub(DAY / 2), seconds.saturating_add(DAY))
            }
        };
        match crawl_second {
            // The publisher's clock is ahead of the crawl by an unknown amount.
            Some(crawl) if from > crawl => PublicationInterval {
                until: crawl,
                ..Self::UNKNOWN
            },
            Some(crawl) => PublicationInterval {
                from,
                until: until.min(crawl),
            },
            None => PublicationInterval { from, until },
        }
    }

    /// Both ends, where they are known.
    pub fn bounds(self) -> (Option<i64>, Option<i64>) {
        let known = |moment: i64| ![i64::MIN, i64::MAX].contains(&moment);
        (
            Some(self.from).filter(|&from| known(from)),
            self.latest().filter(|&until| known(until)),
        )
    }

    /// True if this publication was certainly before the other.
    pub fn is_before(self, other: PublicationInterval) -> bool {
        self.until < other.from
    }

    /// The latest possible moment, if it is known.
    pub(super) fn latest(self) -> Option<i64> {
        Some(self.until).filter(|&until| until != i64::MAX)
    }
}

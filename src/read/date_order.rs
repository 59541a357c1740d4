//! Order of day and month in the dates of a source, from dates with a day over 12.

use std::sync::atomic::{AtomicU8, Ordering};

use super::dates::{DateReading, DateSettings};
use crate::document::{DateOrder, OpenDate, Published};

const DAY_FIRST: u8 = 1;
const MONTH_FIRST: u8 = 2;

/// Orders that the dates of one field prove. They are the same whatever thread reads first, and
/// complete once all blocks of the source were parsed.
#[derive(Debug, Default)]
pub(super) struct SeenOrders(AtomicU8);

/// Orders in a source, apart for each field: two tools may have written them.
#[derive(Debug, Default)]
pub(super) struct SourceOrders {
    pub(super) published: SeenOrders,
    pub(super) crawled: SeenOrders,
}

/// Reads the dates of one source.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceDates<'a> {
    pub(super) settings: &'a DateSettings,
    pub(super) orders: &'a SourceOrders,
}

/// A date of a record, as far as it is known while its source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordDate {
    /// The record has none.
    Missing,
    Known(Published),
    Open(OpenDate),
    NotUnderstood,
}

impl SeenOrders {
    /// Reads a date, and notes the order that it proves.
    fn read(&self, text: Option<&str>, settings: &DateSettings) -> RecordDate {
        let Some(text) = text else {
            return RecordDate::Missing;
        };
        match settings.read(text) {
            DateReading::Known { published, shows } => {
                if let Some(order) = shows {
                    self.note(order);
                }
                RecordDate::Known(published)
            }
            DateReading::Open(open) => RecordDate::Open(open),
            DateReading::NotUnderstood => RecordDate::NotUnderstood,
        }
    }

    fn note(&self, order: DateOrder) {
        let bit = match order {
            DateOrder::DayFirst => DAY_FIRST,
            DateOrder::MonthFirst => MONTH_FIRST,
        };
        // Most dates prove what is known, and a write would take the memory from other threads.
        if self.0.load(Ordering::Relaxed) & bit == 0 {
            self.0.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// The orders as bits: 1 if a date proves that the day comes first, 2 for the month.
    pub(super) fn bits(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds orders that dates elsewhere prove.
    pub(super) fn add(&self, bits: u8) {
        self.0
            .fetch_or(bits & (DAY_FIRST | MONTH_FIRST), Ordering::Relaxed);
    }

    /// The order, unless no date proves one or two dates prove different ones.
    pub(super) fn order(&self) -> Option<DateOrder> {
        match self.0.load(Ordering::Relaxed) {
            DAY_FIRST => Some(DateOrder::DayFirst),
            MONTH_FIRST => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

impl SourceDates<'_> {
    /// Reads the time of publication.
    pub(super) fn published(self, text: Option<&str>) -> RecordDate {
        self.orders.published.read(text, self.settings)
    }

    /// Reads the time of the crawl.
    pub(super) fn crawled(self, text: Option<&str>) -> RecordDate {
        self.orders.crawled.read(text, self.settings)
    }
}

impl RecordDate {
    /// The date, if it does not depend on the order of day and month.
    pub(super) fn known(self) -> Option<Published> {
        match self {
            RecordDate::Known(published) => Some(published),
            RecordDate::Missing | RecordDate::Open(_) | RecordDate::NotUnderstood => None,
        }
    }

    /// The date that depends on the order of day and month.
    pub(super) fn open(self) -> Option<OpenDate> {
        match self {
            RecordDate::Open(open) => Some(open),
            RecordDate::Missing | RecordDate::Known(_) | RecordDate::NotUnderstood => None,
        }
    }

    /// The date once all blocks of its source were read.
    pub(super) fn settled(self, orders: &SeenOrders) -> Option<Published> {
        let open = || Some(self.open()?.in_order(orders.order()?));
        self.known().or_else(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_over_twelve_prove_the_order() {
        for (dates, order) in [
            (&[][..], None),
            (&["2026-03-13", "03/04/2026", "3/3/2026"], None),
            (&["13/03/2026"], Some(DateOrder::DayFirst)),
            (&["03/13/2026"], Some(DateOrder::MonthFirst)),
            (&["03/04/2026", "28-02-2026"], Some(DateOrder::DayFirst)),
            (&["03/13/2026", "13/03/2026"], None),
            (&["13.03.2026"], None),
        ] {
            let orders = SourceOrders::default();
            let reader = SourceDates {
                settings: &DateSettings::default(),
                orders: &orders,
            };
            for date in dates {
                reader.published(Some(date));
            }
            assert_eq!(orders.published.order(), order, "{dates:?}");
            assert_eq!(orders.crawled.order(), None);
        }
    }
}

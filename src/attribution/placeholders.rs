//! Placeholder dates, which publishing systems fill in where they do not know the time of
//! publication. They prove nothing about it.

use rustc_hash::FxHashSet;

use super::interval::days;
use crate::catalog::{Catalog, DocNo, NO_SITE, SiteNo};
use crate::document::{Precision, Published};

/// Seconds that local times differ from UTC at most.
const FARTHEST_ZONE: u64 = 14 * 3600;

/// Days, as their midnights in UTC, at which clocks and calendars of systems begin: 1601, 30 and
/// 31 December 1899, 1900, 1904, 1970, 1980 and 2000.
const FIRST_DAYS: [i64; 8] = [
    -11_644_473_600,
    -2_209_161_600,
    -2_209_075_200,
    -2_208_988_800,
    -2_082_844_800,
    0,
    315_532_800,
    946_684_800,
];

/// Fewest documents of a site whose common time is a placeholder.
const FEWEST: usize = 3;

/// Share of the dated documents of a site whose common time is a placeholder: one in this many.
const ONE_IN: usize = 5;

/// Times of day, to the second, that so many documents of a site share that no publisher's clock
/// can have given them: the time of an import, or of a change to all pages.
#[derive(Debug, Default)]
pub struct PlaceholderTimes(FxHashSet<(SiteNo, i64)>);

impl PlaceholderTimes {
    /// Finds the times of a corpus.
    ///
    /// Documents with the same words, or of the same page, count once: copies of one story may well
    /// be of the same second.
    pub fn of(catalog: &Catalog) -> PlaceholderTimes {
        let timed = |doc: DocNo| {
            let Published { seconds, precision } = catalog.published(doc)?;
            (precision.has_time() && catalog.site(doc) != NO_SITE)
                .then(|| (catalog.site(doc), seconds, doc))
        };
        let mut documents: Vec<(SiteNo, i64, DocNo)> =
            catalog.documents().filter_map(timed).collect();
        documents.sort_unstable();
        let of_site = |(x, ..): &(SiteNo, i64, DocNo), (y, ..): &(SiteNo, i64, DocNo)| x == y;
        let mut found = FxHashSet::default();
        for site in documents.chunk_by(of_site) {
            for same in site.chunk_by(|x, y| x.1 == y.1) {
                let fewest = FEWEST.max(site.len().div_ceil(ONE_IN));
                if same.len() >= fewest && different(catalog, same) >= fewest {
                    found.insert((same[0].0, same[0].1));
                }
            }
        }
        PlaceholderTimes(found)
    }

    /// The times that were found, by site.
    pub fn of_sites(times: impl IntoIterator<Item = (SiteNo, i64)>) -> PlaceholderTimes {
        PlaceholderTimes(times.into_iter().collect())
    }

    /// The sites and their times, in order.
    pub fn by_site(&self) -> Vec<(SiteNo, i64)> {
        let mut times: Vec<(SiteNo, i64)> = self.0.iter().copied().collect();
        times.sort_unstable();
        times
    }

    /// The date, unless it is a placeholder on this site.
    pub fn without(&self, site: SiteNo, published: Option<Published>) -> Option<Published> {
        published.filter(|&published| {
            !is_first_day(published) && !self.0.contains(&(site, published.seconds))
        })
    }
}

/// Number of different texts, or of different pages if those are fewer.
fn different(catalog: &Catalog, documents: &[(SiteNo, i64, DocNo)]) -> usize {
    let documents = documents.iter().map(|&(.., doc)| doc);
    let texts: FxHashSet<u128> = documents.clone().map(|doc| catalog.whole(doc)).collect();
    let pages: FxHashSet<u64> = documents.map(|doc| catalog.page(doc)).collect();
    texts.len().min(pages.len())
}

/// Tells whether a date is the beginning of a system's calendar, in any time zone.
fn is_first_day(Published { seconds, precision }: Published) -> bool {
    match precision {
        Precision::Day => FIRST_DAYS.contains(&seconds),
        Precision::Midnight => {
            let (first, last) = days(seconds);
            FIRST_DAYS.contains(&first) || FIRST_DAYS.contains(&last)
        }
        // Zero seconds since 1970 in local time; zones differ by quarters of an hour.
        Precision::Local | Precision::Second => {
            seconds.unsigned_abs() <= FARTHEST_ZONE && seconds % 900 == 0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    #[test]
    fn calendars_begin_on_known_days() {
        use Precision::{Day, Local, Midnight, Second};
        for (seconds, precision, is_placeholder) in [
            (0, Day, true),
            (0, Second, true),
            (-5 * HOUR, Second, true),
            (HOUR, Local, true),
            (HOUR + 1, Second, false),
            (946_684_800, Midnight, true),
            (946_684_800 - HOUR, Midnight, true),
            (946_684_800, Day, true),
            (946_684_800 + DAY, Day, false),
            (-2_208_988_800, Midnight, true),
            (1_772_582_400, Day, false),
            (i64::MIN, Second, false),
            (i64::MAX, Midnight, false),
        ] {
            let came = is_first_day(Published { seconds, precision });
            assert_eq!(came, is_placeholder, "{seconds} {precision:?}");
        }
        for (day, date) in [
            (FIRST_DAYS[0], "1601-01-01"),
            (FIRST_DAYS[1], "1899-12-30"),
            (FIRST_DAYS[2], "1899-12-31"),
            (FIRST_DAYS[3], "1900-01-01"),
            (FIRST_DAYS[4], "1904-01-01"),
            (FIRST_DAYS[5], "1970-01-01"),
            (FIRST_DAYS[6], "1980-01-01"),
            (FIRST_DAYS[7], "2000-01-01"),
        ] {
            let (seconds, precision) = (day, Day);
            assert_eq!(Published { seconds, precision }.to_string(), date);
        }
    }
}

//! Names of time zones beside a time.
//!
//! A table of our own: the tz database has the zones of places and no meaning for abbreviations,
//! of which many have several. Those that news uses in one sense are here; `CST` and `BST` are
//! taken as in North America and Britain, whose media write them.

use jiff::tz::TimeZone;

use super::written_date::{WrittenZone, zone_named};

const HALF: i64 = 30;

/// Abbreviations with one offset: hours and minutes east of UTC.
const OFFSETS: &[(&str, i64, i64)] = &[
    ("z", 0, 0),
    ("utc", 0, 0),
    ("gmt", 0, 0),
    ("ut", 0, 0),
    ("wet", 0, 0),
    ("west", 1, 0),
    ("bst", 1, 0),
    ("cet", 1, 0),
    ("mez", 1, 0),
    ("cest", 2, 0),
    ("mesz", 2, 0),
    ("eet", 2, 0),
    ("eest", 3, 0),
    ("msk", 3, 0),
    ("trt", 3, 0),
    ("wat", 1, 0),
    ("cat", 2, 0),
    ("sast", 2, 0),
    ("eat", 3, 0),
    ("pkt", 5, 0),
    ("npt", 5, 45),
    ("ict", 7, 0),
    ("wib", 7, 0),
    ("wita", 8, 0),
    ("wit", 9, 0),
    ("hkt", 8, 0),
    ("sgt", 8, 0),
    ("awst", 8, 0),
    ("jst", 9, 0),
    ("kst", 9, 0),
    ("acst", 9, HALF),
    ("acdt", 10, HALF),
    ("aest", 10, 0),
    ("aedt", 11, 0),
    ("nzst", 12, 0),
    ("nzdt", 13, 0),
    ("ndt", -2, -HALF),
    ("adt", -3, 0),
    ("brt", -3, 0),
    ("art", -3, 0),
    ("edt", -4, 0),
    ("est", -5, 0),
    ("cdt", -5, 0),
    ("cst", -6, 0),
    ("mdt", -6, 0),
    ("mst", -7, 0),
    ("pdt", -7, 0),
    ("pst", -8, 0),
    ("akdt", -8, 0),
    ("akst", -9, 0),
    ("hst", -10, 0),
];

/// Abbreviations that leave open whether summer time is in force, and a place that knows.
const PLACES: &[(&str, &str)] = &[
    ("et", "America/New_York"),
    ("ct", "America/Chicago"),
    ("mt", "America/Denver"),
    ("pt", "America/Los_Angeles"),
];

/// Abbreviations of zones that are hours apart, such as those of India, Ireland and Israel.
const AMBIGUOUS: &[&str] = &["ist", "ast", "amt", "gst", "nst", "sst", "pht", "local"];

/// Returns the zone of a folded abbreviation. An ambiguous one is as good as none.
pub(super) fn abbreviated(name: &str) -> Option<WrittenZone> {
    if let Some((_, hours, minutes)) = OFFSETS.iter().find(|(known, ..)| *known == name) {
        return Some(WrittenZone::Offset(hours * 3600 + minutes * 60));
    }
    if let Some((_, place)) = PLACES.iter().find(|(known, _)| *known == name) {
        return zone_named(place).map(WrittenZone::Place);
    }
    AMBIGUOUS.contains(&name).then_some(WrittenZone::Unstated)
}

/// Returns the zone of an IANA name such as `america/new_york`.
pub(super) fn place(name: &str) -> Option<TimeZone> {
    zone_named(name)
}

/// Returns the offset that stands behind a sign: `05`, `0530`, or `05` and `30`.
pub(super) fn offset(sign: char, hours: &str, minutes: Option<&str>) -> Option<WrittenZone> {
    let (hours, minutes) = match (hours.len(), minutes) {
        (1 | 2, minutes) => (hours, minutes.unwrap_or("0")),
        (4, None) => hours.split_at(2),
        _ => return None,
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = hours * 3600 + minutes * 60;
    (hours <= 15 && minutes < 60).then_some(WrittenZone::Offset(if sign == '-' {
        -seconds
    } else {
        seconds
    }))
}

//! Forms of dates and their values, from a table.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use super::settings::LONGEST;
use super::written_date::{BEYOND, FIRST};
use super::*;
use crate::document::{DateOrder, Precision};

/// Forms and their values; the file explains itself.
const FORMS: &str = include_str!("forms.txt");

/// A reading as the table writes it.
fn shown(reading: DateReading) -> String {
    let written = |published: Published| {
        let seconds = published.seconds;
        let days = i32::try_from(seconds.div_euclid(86_400)).unwrap();
        let day = Date::constant(1970, 1, 1).checked_add(days.days()).unwrap();
        let time = day.at(0, 0, 0, 0) + SignedDuration::from_secs(seconds.rem_euclid(86_400));
        match published.precision {
            Precision::Day => day.to_string(),
            Precision::Midnight => format!("{time} midnight"),
            Precision::Local => format!("{time} local"),
            Precision::Second => time.to_string(),
        }
    };
    match reading {
        DateReading::NotUnderstood => "none".to_owned(),
        DateReading::Open(open) => {
            let (day, month) = (written(open.day_first), written(open.month_first));
            format!("{day} / {month}")
        }
        DateReading::Known { published, shows } => {
            let order = match shows {
                None => "",
                Some(DateOrder::DayFirst) => " >d",
                Some(DateOrder::MonthFirst) => " >m",
            };
            written(published) + order
        }
    }
}

fn settings(formats: &[&str], zone: &str) -> DateSettings {
    DateSettings {
        formats: formats.iter().map(|form| form.parse().unwrap()).collect(),
        time_zone: zone.parse().unwrap(),
    }
}

#[test]
fn every_form_of_the_table_has_its_value() {
    let usual = DateSettings::default();
    let rows = FORMS.lines().enumerate();
    let rows = rows.filter(|(_, row)| !row.is_empty() && !row.starts_with('#'));
    let mut wrong = Vec::new();
    for (line, row) in rows {
        let (form, value) = row.rsplit_once(" | ").unwrap();
        let came = shown(usual.read(form));
        if came != value {
            wrong.push(format!("line {}: {form}: {came}, not {value}", line + 1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn white_space_around_a_date_is_ignored_and_long_texts_are_no_dates() {
    assert!(parse("  2016-11-01T12:00:00Z\n").is_some());
    assert!(parse("\u{a0}March 4,\u{a0}2026\u{202f}").is_some());
    let long = |zeros: usize| format!("2016-11-01T12:00:00.{}Z", "0".repeat(zeros));
    assert!(parse(&long(LONGEST - 21)).is_some());
    assert_eq!(parse(&long(LONGEST - 20)), None);
}

#[test]
fn times_without_a_zone_are_in_the_given_one() {
    for (zone, form, value) in [
        (
            "America/New_York",
            "2026-03-04 10:15",
            "2026-03-04T15:15:00",
        ),
        (
            "America/New_York",
            "July 4, 2026 10:15 AM",
            "2026-07-04T14:15:00",
        ),
        (
            "america/new_york",
            "Wed Mar  4 10:15:00 2026",
            "2026-03-04T15:15:00",
        ),
        ("+05:30", "2026-03-04T10:15:00", "2026-03-04T04:45:00"),
        ("-0300", "20260304101500", "2026-03-04T13:15:00"),
        ("+1", "2026年3月4日 10:15", "2026-03-04T09:15:00"),
        ("UTC", "2026-03-04 10:15", "2026-03-04T10:15:00"),
        // These have a zone, are a count of seconds, or have no time.
        ("Asia/Tokyo", "2026-03-04T10:15:00Z", "2026-03-04T10:15:00"),
        (
            "Asia/Tokyo",
            "March 4, 2026 10:15 EST",
            "2026-03-04T15:15:00",
        ),
        ("Asia/Tokyo", "1478001600", "2016-11-01T12:00:00"),
        ("Asia/Tokyo", "March 4, 2026", "2026-03-04"),
        // An ambiguous abbreviation is no zone.
        (
            "Asia/Kolkata",
            "2026-03-04 10:15 IST",
            "2026-03-04T04:45:00",
        ),
        (
            "Europe/Berlin",
            "2026-03-04 00:00",
            "2026-03-03T23:00:00 midnight",
        ),
        // Clocks skip from 2 to 3 on 29 March and go back from 3 to 2 on 25 October.
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:30:00"),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30:00"),
        // Local mean time, without its seconds.
        (
            "America/New_York",
            "1870-03-04 00:00",
            "1870-03-04T04:56:00 midnight",
        ),
    ] {
        let came = shown(settings(&[], zone).read(form));
        assert_eq!(came, value, "{form} in {zone}");
    }
    for zone in [
        "",
        "+",
        "Mars/Base",
        "+25:00",
        "+1:5",
        "+-1",
        "+01:60",
        "EST5",
        "now",
        "-𐀀",
    ] {
        assert!(zone.parse::<UsualZone>().is_err(), "{zone}");
    }
}

#[test]
fn given_forms_are_tried_first() {
    for (formats, form, value) in [
        (&["%d/%m/%Y"][..], "03/04/2026", "2026-04-03"),
        (&["%m/%d/%Y"], "03/04/2026", "2026-03-04"),
        (
            &["%d/%m/%Y %H:%M"],
            "03/04/2026 10:15",
            "2026-04-03T10:15:00",
        ),
        // Their order of day and month holds for other dates in figures too, unless they differ.
        (&["%d/%m/%Y %H:%M"], "03/04/2026", "2026-04-03"),
        (&["%d/%m/%Y"], "03/04/2026 10:15 PM", "2026-04-03T22:15:00"),
        (&["%m/%d/%Y"], "03-04-2026", "2026-03-04"),
        (&["%Y-%m-%d"], "03/04/2026", "2026-04-03 / 2026-03-04"),
        (
            &["%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M %p"],
            "03/04/2026",
            "2026-04-03 / 2026-03-04",
        ),
        (&["%d/%m/%Y %H:%M", "%d/%m/%Y"], "03/04/2026", "2026-04-03"),
        (&["%y%m%d"], "260304", "2026-03-04"),
        (&["%Y%d%m"], "20260304", "2026-04-03"),
        (&["%d.%m.%y"], "04.03.26", "2026-03-04"),
        (&["%s"], "147800160", "1974-09-07T15:36:00"),
        (
            &["%d/%m/%Y %H:%M %z"],
            "03/04/2026 10:15 +0100",
            "2026-04-03T09:15:00",
        ),
        (&["%A %d %B %Y"], "Monday 04 March 2026", "2026-03-04"),
        (&["%G-W%V-%u"], "2026-W10-3", "2026-03-04"),
        (&["%d/%m/%Y"], "March 4, 2026", "2026-03-04"),
        (&["%d/%m/%Y"], "31/02/2026", "none"),
    ] {
        let came = shown(settings(formats, "UTC").read(form));
        assert_eq!(came, value, "{form} as {formats:?}");
    }
    let local = settings(&["%d/%m/%Y %H:%M"], "Asia/Tokyo");
    assert_eq!(shown(local.read("03/04/2026 10:15")), "2026-04-03T01:15:00");
}

#[test]
fn a_wrong_form_names_the_place_at_fault() {
    for (pattern, error) in [
        ("%d/%m/%E", "`%E` at character 7"),
        ("é %d/%k9/%!", "`%!` at character 10"),
        ("%d/%m/%Y %Z", "`%Z` at character 10"),
        ("%d/%m/%", "`%` at character 7"),
        ("%d/%m", "`%d/%m` names no day"),
        ("%H:%M", "names no day"),
        ("", "names no day"),
        ("YYYY-MM-DD", "names no day"),
    ] {
        let came = pattern.parse::<DateFormat>().unwrap_err().to_string();
        assert!(came.contains(error), "{pattern}: {came}");
    }
}

#[test]
fn spreadsheet_serials_are_days_since_1899_or_1904() {
    for (serial, since_1904, value) in [
        (46085.0, false, "2026-03-04"),
        (46085.427083333336, false, "2026-03-04T10:15:00 local"),
        (44623.0, true, "2026-03-04"),
        (61.0, false, "1900-03-01"),
        (60.0, false, "none"),
        (0.0, true, "1904-01-01"),
        (-1.0, true, "none"),
        (2_958_465.0, false, "9999-12-31"),
        (2_958_466.0, false, "none"),
        (f64::NAN, false, "none"),
        (f64::INFINITY, false, "none"),
    ] {
        let came = DateSettings::default().read_spreadsheet_serial(serial, since_1904);
        let came = came.map_or("none".to_owned(), |published| {
            let shows = None;
            shown(DateReading::Known { published, shows })
        });
        assert_eq!(came, value, "{serial}");
    }
}

#[test]
fn long_texts_take_no_longer_than_their_length() {
    let start = Instant::now();
    for piece in [
        "1",
        "a",
        "1/",
        "mar ",
        "(",
        "+1:",
        "1 h ",
        "年",
        "1日",
        "published ",
        " ",
    ] {
        for length in [LONGEST, 1 << 20] {
            let text = piece.repeat(length / piece.len());
            assert_eq!(
                DateSettings::default().read(&text),
                DateReading::NotUnderstood
            );
        }
    }
    assert!(start.elapsed() < Duration::from_secs(10));
}

proptest! {
    #[test]
    fn every_moment_is_read_in_each_form(
        seconds in FIRST..BEYOND - 93_600,
        minutes in -899i32..=899,
    ) {
        let offset = Offset::from_seconds(minutes * 60).unwrap();
        let timestamp = Timestamp::from_second(seconds).unwrap();
        let zoned = timestamp.to_zoned_datetime(offset.to_time_zone());
        for form in [
            "%Y-%m-%dT%H:%M:%S%:z",
            "%Y-%m-%d %H:%M:%S%z",
            "%Y-%m-%d_%H:%M:%S.000000000000 %z",
            "%a, %d %b %Y %H:%M:%S %z",
            "%a %b %e %H:%M:%S %z %Y",
            "%A, %B %d, %Y at %I:%M:%S %p %z",
            "%d.%m.%Y %H:%M:%S UTC%:z",
            "%Y/%-m/%-d %-H:%M:%S %z",
            "%Y年%-m月%-d日 %H:%M:%S %z",
            "%d/%b/%Y:%H:%M:%S %z",
        ] {
            let text = zoned.strftime(form).to_string();
            prop_assert_eq!(parse(&text).map(|p| p.seconds), Some(seconds), "{}", text);
        }
        let utc = timestamp.to_zoned_datetime(TimeZone::UTC);
        for form in [
            "%Y%m%d%H%M%S",
            "%d-%b-%Y %H:%M:%S.00",
            "%Y-%m-%dT%H:%M:%S",
            "%Y-%m-%d %H:%M:%S UTC",
            "%H:%M:%S %d %B %Y",
            "Published: %B %-d, %Y %-I:%M:%S %p",
        ] {
            let text = utc.strftime(form).to_string();
            prop_assert_eq!(parse(&text).map(|p| p.seconds), Some(seconds), "{}", text);
        }
    }

    #[test]
    fn both_orders_of_a_day_are_read_back(seconds in FIRST..BEYOND - 93_600) {
        let day = TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).unwrap()).date();
        for (form, order) in [
            ("%d/%m/%Y", DateOrder::DayFirst),
            ("%-m-%-d-%Y", DateOrder::MonthFirst),
        ] {
            let text = day.strftime(form).to_string();
            let came = match DateSettings::default().read(&text) {
                DateReading::Open(open) => Some(open.in_order(order)),
                DateReading::Known { published, shows } => {
                    prop_assert_eq!(shows, (day.day() > 12).then_some(order), "{}", text);
                    Some(published)
                }
                DateReading::NotUnderstood => None,
            };
            prop_assert_eq!(came, parse(&day.to_string()), "{}", text);
        }
    }

    #[test]
    fn never_panics(
        text in ".{0,60}",
        near in "[0-9T:./ +Z年月日時hpm()-]{0,40}",
        words in "((Published|mar|March|4|2026|10|:|15|pm|\\.|,|/|EST|UTC|\\+| ){0,12})",
        pattern in "(%[a-zA-Z:.0-9^#]{0,3}|[ /é-]){0,6}",
    ) {
        let format = pattern.parse::<DateFormat>();
        let settings = DateSettings {
            formats: format.into_iter().collect(),
            time_zone: text.parse().unwrap_or_default(),
        };
        for text in [&text, &near, &words] {
            let _ = (settings.read(text), parse(text));
        }
    }
}

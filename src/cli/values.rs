//! Parsers of single values on the command line, and the lists that `tune` tries by default.
//!
//! The error of a parser states what a valid value is; clap adds the flag and the value.

use crate::compare::exact::Excerpts;
use crate::document::Published;
use crate::error::Size;
use crate::pipeline::LEAST_MEMORY;
use crate::read::{SourceFormat, dates};
use crate::report::metrics;
use crate::sketch::banding::MOST_PERMUTATIONS;
use clap::builder::{PossibleValue, PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use encoding_rs::Encoding;
use jiff::{Span, SpanRelativeTo, Unit};

/// [`crate::read::MAX_RECORD`] as a user types it.
pub const DEFAULT_MAX_RECORD: &str = "64M";

/// Default field that names the kept document in `dedup --mark`.
pub const DEFAULT_MARK_FIELD: &str = "duplicate_of";

/// Default name of the field for the group of a marked document.
pub const DEFAULT_GROUP_FIELD: &str = "duplicate_group";

/// Values that `tune` tries if no list is given.
pub const TRIED_THRESHOLDS: [f64; 7] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
pub const TRIED_CONTAINMENTS: [f64; 6] = [0.2, 0.3, 0.4, 0.5, 0.6, 0.8];
pub const TRIED_PASSAGES: [u32; 6] = [15, 20, 25, 30, 40, 60];
pub const TRIED_REWORDED_SCORES: [f64; 5] = [0.5, 0.8, 0.9, 0.97, 0.99];

/// The largest limit for a record. Positions in a text are 32-bit numbers, and normalisation can
/// make a text three times as long.
const LARGEST_RECORD: u64 = 1 << 30;

/// Parses a share: over 0, at most 1.
pub fn share(typed: &str) -> Result<f64, String> {
    let share: f64 = typed.parse().map_err(|_| "not a number".to_owned())?;
    if share > 0.0 && share <= 1.0 {
        Ok(share)
    } else {
        Err("it must be over 0 and at most 1".to_owned())
    }
}

/// Parses a share that can be 0.
pub fn share_or_none(typed: &str) -> Result<f64, String> {
    let share: f64 = typed.parse().map_err(|_| "not a number".to_owned())?;
    match (0.0..=1.0).contains(&share) {
        true => Ok(share),
        false => Err("it must be from 0 to 1".to_owned()),
    }
}

/// Parses the format of inputs.
pub fn source_format() -> impl TypedValueParser<Value = SourceFormat> {
    let values = SourceFormat::ALL
        .iter()
        .map(|info| PossibleValue::new(info.key).help(info.help()));
    PossibleValuesParser::new(values).map(|key| {
        let of_key = SourceFormat::ALL.iter().find(|info| info.key == key);
        of_key.map_or(SourceFormat::Jsonl, |info| info.format)
    })
}

/// Parses the label of an encoding.
pub fn encoding(typed: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(typed.as_bytes()).ok_or_else(|| {
        "no encoding has this label; usual ones are utf-8, utf-16le, windows-1252, windows-1251, \
         windows-1256, latin1, koi8-r, shift_jis, gb18030, big5, euc-kr"
            .to_owned()
    })
}

/// Parses the separator of a table.
pub fn delimiter(typed: &str) -> Result<u8, String> {
    match typed.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
        _ => Err("a separator is one ASCII character, or `tab`".to_owned()),
    }
}

/// Parses the length of a passage, in words.
pub fn passage() -> RangedU64ValueParser<u32> {
    let (shortest, longest) = Excerpts::PASSAGES.into_inner();
    RangedU64ValueParser::new().range(u64::from(shortest)..=u64::from(longest))
}

/// Parses the number of words of a long passage, or 0 for none.
pub fn long_passage(typed: &str) -> Result<u32, String> {
    let lengths = Excerpts::PASSAGES;
    let words = typed.parse().ok();
    let words = words.filter(|words| *words == 0 || lengths.contains(words));
    words.ok_or_else(|| {
        let (shortest, longest) = lengths.into_inner();
        format!("it must be 0 or from {shortest} to {longest}")
    })
}

/// Parses a number of permutations.
pub fn permutations(typed: &str) -> Result<usize, String> {
    let count = typed
        .parse()
        .ok()
        .filter(|count| (1..=MOST_PERMUTATIONS).contains(count));
    count.ok_or_else(|| format!("it must be a whole number from 1 to {MOST_PERMUTATIONS}"))
}

/// Parses a date, with or without a time.
pub fn date(typed: &str) -> Result<Published, String> {
    let date = dates::parse(typed);
    Ok(date.ok_or("it must be a date such as 2026-03-08 or 2026-03-08T12:00:00Z")?)
}

/// Parses a date, with or without a time, into seconds since 1970.
pub fn moment(typed: &str) -> Result<i64, String> {
    Ok(date(typed)?.seconds)
}

/// Parses a label of the metrics, `NAME=VALUE`. The name must be valid in Prometheus and must not
/// be a label that a metric has already.
pub fn label(typed: &str) -> Result<(String, String), String> {
    let (name, value) = typed.split_once('=').ok_or("a label is NAME=VALUE")?;
    if metrics::is_free_label(name) {
        Ok((name.to_owned(), value.to_owned()))
    } else {
        Err(format!(
            "a label name has only letters, digits and _, begins with a letter, and is not {}",
            metrics::OWN_LABELS.join(", ")
        ))
    }
}

/// Parses a span of time into seconds. A day has 24 hours.
pub fn window(typed: &str) -> Result<i64, String> {
    let advice = || {
        "a time is a number and a unit (w, d, h, m, s), or several of them: 3d, 36h, 1d12h"
            .to_owned()
    };
    let span: Span = typed.parse().map_err(|_| advice())?;
    if span.is_negative() {
        return Err("it must not be negative".to_owned());
    }
    // Fails for months and years, which vary in length.
    let seconds = span
        .total((Unit::Second, SpanRelativeTo::days_are_24_hours()))
        .map_err(|_| advice())?;
    Ok(seconds as i64)
}

/// Parses the largest size of a record, in bytes.
pub fn record_size(typed: &str) -> Result<u64, String> {
    let bytes = size(typed).filter(|bytes| (1..=LARGEST_RECORD).contains(bytes));
    bytes.ok_or_else(|| {
        "a record size is 1 byte to 1G: a number of bytes, or a number with a unit such as 512K, \
         64M or 1G"
            .to_owned()
    })
}

/// Parses the limit to memory, in bytes.
pub fn memory_size(typed: &str) -> Result<u64, String> {
    let bytes = size(typed).filter(|&bytes| bytes >= LEAST_MEMORY);
    bytes.ok_or_else(|| {
        format!(
            "the memory limit is at least {}: a number of bytes, or a number with a unit such as \
             512M or 2G",
            Size(LEAST_MEMORY)
        )
    })
}

/// A number of bytes. The units K, M, G and T are powers of 1024.
fn size(typed: &str) -> Option<u64> {
    let digits = typed.find(|c: char| !c.is_ascii_digit());
    let (digits, unit) = typed.split_at(digits.unwrap_or(typed.len()));
    let unit = match unit.to_ascii_uppercase().as_str() {
        "" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        "T" | "TB" | "TIB" => 1 << 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn times_in_seconds() {
        for (typed, seconds) in [
            ("3d", 259_200),
            ("36h", 129_600),
            ("90m", 5400),
            ("1d12h", 129_600),
            ("1w", 604_800),
            ("0s", 0),
            ("1d 12h", 129_600),
            ("1.5h", 5400),
        ] {
            assert_eq!(window(typed), Ok(seconds), "{typed}");
        }
        for typed in [
            "",
            "3",
            "soon",
            "-3d",
            "1mo",
            "1y",
            "3d ago",
            "99999999999999d",
        ] {
            assert!(window(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn record_sizes_in_bytes() {
        for (typed, bytes) in [
            ("1", 1),
            ("512K", 524_288),
            ("64M", 67_108_864),
            ("1g", 1 << 30),
            ("2MiB", 2 << 20),
        ] {
            assert_eq!(record_size(typed), Ok(bytes), "{typed}");
        }
        for typed in ["", "0", "M", "-1", "1.5M", "64X", "1025M", "99999999999G"] {
            assert!(record_size(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn shares_on_both_sides_of_each_bound() {
        for (typed, fits) in [
            ("0", false),
            ("0.000001", true),
            ("1", true),
            ("1.0000001", false),
            ("nan", false),
            ("-0.5", false),
            ("x", false),
        ] {
            assert_eq!(share(typed).is_ok(), fits, "{typed}");
        }
    }

    #[test]
    fn the_default_record_size_is_the_constant() {
        assert_eq!(
            record_size(DEFAULT_MAX_RECORD),
            Ok(crate::read::MAX_RECORD as u64)
        );
    }
}

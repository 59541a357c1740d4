//! Values of a row, for formats that write row by row.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

use super::number::{append_fixed, append_whole, rounded};

/// Decimals of a score.
const SCORE_DECIMALS: u32 = 4;

/// Decimals of hours.
const HOURS_DECIMALS: u32 = 2;

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TableCell<'a> {
    /// A text for people, which a spreadsheet must not run as a formula.
    Text(Cow<'a, str>),
    /// A text that is written as it is.
    Data(Cow<'a, str>),
    /// A whole number.
    Count(u64),
    /// A share from 0 to 1.
    Score(f64),
    /// Hours.
    Hours(f64),
    /// True or false.
    Flag(bool),
    /// A moment.
    Time(Timestamp),
    /// A list or an object, as JSON.
    Json(String),
    /// An unknown value.
    Unknown,
}

impl TableCell<'_> {
    /// Appends the form that all text formats share. Each of them escapes texts in its own way.
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        match self {
            TableCell::Text(text) | TableCell::Data(text) => out.extend_from_slice(text.as_bytes()),
            TableCell::Json(json) => out.extend_from_slice(json.as_bytes()),
            TableCell::Count(count) => append_whole(*count, out),
            TableCell::Score(score) => append_fixed(*score, SCORE_DECIMALS, out),
            TableCell::Hours(hours) => append_fixed(*hours, HOURS_DECIMALS, out),
            TableCell::Flag(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
            // Writing to a vector cannot fail.
            TableCell::Time(time) => {
                let _ = DateTimePrinter::new().print_timestamp(time, out);
            }
            TableCell::Unknown => {}
        }
    }
}

/// A score with the decimals that the text formats write.
pub(super) fn rounded_score(score: f64) -> f64 {
    rounded(score, SCORE_DECIMALS)
}

/// Hours with the decimals that the text formats write.
pub(super) fn rounded_hours(hours: f64) -> f64 {
    rounded(hours, HOURS_DECIMALS)
}

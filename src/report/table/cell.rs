//! Values of a row, for formats that write row by row.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;

/// Decimals of a score.
const SCORE_DECIMALS: usize = 4;

/// Decimals of hours.
const HOURS_DECIMALS: usize = 2;

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

/// The form that all text formats share. Each of them escapes texts in its own way.
impl fmt::Display for TableCell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableCell::Text(text) | TableCell::Data(text) => f.write_str(text),
            TableCell::Json(json) => f.write_str(json),
            TableCell::Count(count) => write!(f, "{count}"),
            TableCell::Score(score) => write!(f, "{score:.SCORE_DECIMALS$}"),
            TableCell::Hours(hours) => write!(f, "{hours:.HOURS_DECIMALS$}"),
            TableCell::Flag(flag) => write!(f, "{flag}"),
            TableCell::Time(time) => write!(f, "{time}"),
            TableCell::Unknown => Ok(()),
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

/// Reads the written form again, because no arithmetic rounds exactly as it does.
fn rounded(number: f64, decimals: usize) -> f64 {
    format!("{number:.decimals$}").parse().unwrap_or(number)
}

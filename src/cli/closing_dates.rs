//! The closing lines about dates: examples of those that were not understood, and the order of day
//! and month.

use crate::catalog::ReadTally;
use crate::document::DateOrder;

use super::figures::counted;
use super::terminal::{escaped, quoted};

/// Number of files shown of which something is told.
pub const FILES_SHOWN: usize = 5;

/// The dates of a run.
pub struct DateLines<'a> {
    /// Names of the inputs, by number.
    pub source_names: &'a [&'a str],
    pub read: &'a ReadTally,
    /// Name every file.
    pub details: bool,
}

impl DateLines<'_> {
    /// The lines, each with its line end.
    pub fn lines(&self) -> String {
        let orders = [Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst), None];
        let orders = orders.into_iter().filter_map(|order| self.of_order(order));
        let lines = self.not_understood().into_iter().chain(orders);
        lines.map(|line| line + "\n").collect()
    }

    /// Examples of dates that were not understood.
    fn not_understood(&self) -> Option<String> {
        let examples = &self.read.bad_date_examples;
        let more = match self.read.bad_dates > examples.len() as u64 {
            true => ", ...",
            false => "",
        };
        (!examples.is_empty()).then(|| {
            format!(
                "dates not understood: {}{more}; --date-format tells their form",
                quoted(examples)
            )
        })
    }

    /// Files in which the order of day and month was worked out, or could not be.
    fn of_order(&self, order: Option<DateOrder>) -> Option<String> {
        let (before, after) = match order {
            Some(DateOrder::DayFirst) => {
                ("dates: the day comes first in", ", as days over 12 show")
            }
            Some(DateOrder::MonthFirst) => {
                ("dates: the month comes first in", ", as days over 12 show")
            }
            None => (
                "dates: day or month first is not told by",
                "; add --date-format %d/%m/%Y or %m/%d/%Y",
            ),
        };
        let sources = self.read.open_dates.iter();
        let names: Vec<&str> = sources
            .filter(|source| source.order == order)
            .filter_map(|source| self.source_names.get(source.source as usize).copied())
            .collect();
        (!names.is_empty()).then(|| format!("{before} {}{after}", self.files(&names)))
    }

    /// Names of files, a few of them unless details are wanted.
    fn files(&self, names: &[&str]) -> String {
        let most = if self.details {
            names.len()
        } else {
            FILES_SHOWN
        };
        let shown: Vec<String> = names.iter().take(most).map(|name| escaped(name)).collect();
        match names.len().saturating_sub(most) as u64 {
            0 => shown.join(", "),
            more => format!("{} and {}", shown.join(", "), counted(more, "more file")),
        }
    }
}

//! The closing lines about fields: those that documents do not have, and values that were not
//! taken.

use crate::catalog::ReadTally;
use crate::document::CountedValues;

use super::figures::counted;
use super::terminal::quoted;

/// Fields that the documents of a run have, or do not have.
pub struct FieldsFound<'a> {
    pub documents: u64,
    pub read: &'a ReadTally,
    pub learns_boilerplate: bool,
}

impl FieldsFound<'_> {
    /// The lines, each with its line end.
    pub fn lines(&self) -> String {
        let lines = [
            self.missing(),
            self.without_zone(),
            self.dated_ahead(),
            self.no_boilerplate(),
            self.passed_over(),
        ];
        lines
            .into_iter()
            .flatten()
            .map(|line| line + "\n")
            .collect()
    }

    /// The fields that no document has, and those that some do not have.
    fn missing(&self) -> Option<String> {
        if self.documents == 0 {
            return None;
        }
        let read = self.read;
        let missing = [
            (read.without_url, "url"),
            (read.without_site, "site"),
            (read.without_date, "date"),
        ];
        let (all, some): (Vec<_>, Vec<_>) = missing
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .partition(|(n, _)| *n >= self.documents);
        let all: Vec<&str> = all.into_iter().map(|(_, name)| name).collect();
        let none = match &all[..] {
            [] => None,
            [name] => Some(format!("no document has a {name}")),
            [names @ .., last] => Some(format!("no document has a {} or {last}", names.join(", "))),
        };
        let some = some
            .into_iter()
            .map(|(n, name)| format!("{} without a {name}", counted(n, "document")));
        let parts: Vec<String> = none.into_iter().chain(some).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// Times without a zone, which tell little of the order.
    fn without_zone(&self) -> Option<String> {
        let times = self.read.without_zone;
        (times > 0).then(|| {
            format!(
                "{} with a time without a zone, which may be any; --time-zone tells it",
                counted(times, "document")
            )
        })
    }

    /// Dates after the run.
    fn dated_ahead(&self) -> Option<String> {
        let ahead = self.read.dated_ahead;
        (ahead > 0).then(|| {
            format!(
                "{} dated more than a day after the run, which proves nothing; --as-of tells its \
                 day",
                counted(ahead, "document")
            )
        })
    }

    fn no_boilerplate(&self) -> Option<String> {
        let none = self.documents > 0 && self.read.without_site >= self.documents;
        (none && self.learns_boilerplate).then(|| "no sites: boilerplate not learned".to_owned())
    }

    fn passed_over(&self) -> Option<String> {
        let CountedValues { number, examples } = &self.read.sites_passed_over;
        if *number == 0 {
            return None;
        }
        Some(format!(
            "{} with a value that was not taken for the site, such as {}; the url tells the site, \
             or --site-field names its field",
            counted(*number, "document"),
            quoted(examples)
        ))
    }
}

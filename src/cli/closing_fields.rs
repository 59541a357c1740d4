//! The closing lines about fields: those that documents do not have, and values that were not taken.

use wirecopy::document::CountedValues;

use super::closing::ClosingFacts;
use super::figures::{count, counted};
use super::terminal::escaped;

/// Fields that the documents of a run have, or do not have.
pub struct FieldsFound<'a> {
    documents: u64,
    /// Numbers of documents without a field, and its name.
    missing: [(u64, &'static str); 3],
    without_site: u64,
    learns_boilerplate: bool,
    sites_passed_over: &'a CountedValues,
}

impl<'a> FieldsFound<'a> {
    pub fn of(run: &ClosingFacts<'a>) -> FieldsFound<'a> {
        let read = run.read;
        FieldsFound {
            documents: run.counts.documents.read,
            missing: [
                (read.without_url, "url"),
                (read.without_site, "site"),
                (read.without_date, "date"),
            ],
            without_site: read.without_site,
            learns_boilerplate: run.settings.boilerplate,
            sites_passed_over: &read.sites_passed_over,
        }
    }

    /// The lines, each with its line end.
    pub fn lines(&self) -> String {
        let lines = [self.missing(), self.no_boilerplate(), self.passed_over()];
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
        let all = |&&(n, _): &&(u64, &'static str)| n >= self.documents;
        let in_none: Vec<&str> = self
            .missing
            .iter()
            .filter(all)
            .map(|(_, name)| *name)
            .collect();
        let some = self
            .missing
            .iter()
            .filter(|field| field.0 > 0 && !all(field));
        let parts = some.map(|(n, name)| format!("{} without a {name}", counted(*n, "document")));
        let none =
            (!in_none.is_empty()).then(|| format!("no document has a {}", in_none.join(" or a ")));
        let parts: Vec<String> = none.into_iter().chain(parts).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn no_boilerplate(&self) -> Option<String> {
        let none = self.documents > 0 && self.without_site >= self.documents;
        (none && self.learns_boilerplate).then(|| "no sites: boilerplate not learned".to_owned())
    }

    fn passed_over(&self) -> Option<String> {
        let CountedValues { number, examples } = self.sites_passed_over;
        if *number == 0 {
            return None;
        }
        let examples: Vec<String> = examples
            .iter()
            .map(|example| format!("\"{}\"", escaped(example)))
            .collect();
        Some(format!(
            "{} with a value that was not taken for the site, such as {}; the url tells the site, \
             or --site-field names its field",
            match number {
                1 => "1 document".to_owned(),
                n => format!("{} documents", count(*n)),
            },
            examples.join(", ")
        ))
    }
}

//! Reasons why labels cannot be used.

use std::io;

/// Reason why labels cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// The file cannot be read.
    #[error("{file}: {cause}")]
    Unreadable {
        /// Name of the file.
        file: String,
        /// Error of the system.
        cause: io::Error,
    },
    /// A column is missing.
    #[error(
        "{file} has no column {column}: labels have id_a, id_b and label (or same) in a header \
         line, or id and cluster; --id-columns and --label-column give other names"
    )]
    NoColumn {
        /// Name of the file.
        file: String,
        /// Name of the column.
        column: String,
    },
    /// Labels have no known meaning.
    #[error(
        "{file}: {}. Name the labels that mean a copy with --copies (all other unknown ones then \
         mean no copy) and those to ignore with --unsure",
        listed(labels, *number)
    )]
    Unknown {
        /// Name of the file.
        file: String,
        /// Number of different labels.
        number: usize,
        /// The first of them, each with the place where it was first.
        labels: Vec<(String, Place)>,
    },
    /// A row cannot be used.
    #[error("{}: {problem}", place.of(file))]
    Row {
        /// Name of the file.
        file: String,
        /// Place of the row.
        place: Place,
        /// Problem, and how to solve it.
        problem: String,
    },
}

/// Place of a row or record in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Line of a table or of JSON lines, from 1.
    Line(u64),
    /// Record of an array, from 1.
    Record(u64),
}

impl Place {
    fn of(self, file: &str) -> String {
        match self {
            Place::Line(line) => format!("{file}:{line}"),
            Place::Record(record) => format!("{file}, record {record}"),
        }
    }
}

/// Unknown labels and their places, and how many more there are.
fn listed(labels: &[(String, Place)], number: usize) -> String {
    let one = |(label, place): &(String, Place)| match place {
        Place::Line(line) => format!("{label:?} (line {line})"),
        Place::Record(record) => format!("{label:?} (record {record})"),
    };
    let listed: Vec<String> = labels.iter().map(one).collect();
    let known = match number {
        1 => "one label is not known".to_owned(),
        _ => format!("{number} labels are not known"),
    };
    let listed = format!("{known}: {}", listed.join(", "));
    match number - labels.len() {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

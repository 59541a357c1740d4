//! Labels: what somebody says of pairs, as a table.

use std::collections::BTreeMap;
use std::io;

use ::csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use crate::text::escaping;

/// What a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// One is a copy of the other, or of a part of it.
    Copy,
    /// Neither is.
    Other,
    /// That is not known.
    Unsure,
}

/// What the words of a table mean that do not speak for themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Those that mean a copy; if there are none, every one does.
    pub copies: Vec<String>,
    /// Those that mean neither.
    pub unsure: Vec<String>,
}

/// The labels of pairs by the two ids, the smaller one first.
pub type Labels = BTreeMap<[String; 2], Verdict>;

/// Why labels cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// The table cannot be read.
    #[error("{file}: {cause}")]
    Unreadable {
        /// Its name.
        file: String,
        /// What is wrong with it.
        cause: ::csv::Error,
    },
    /// A column is missing.
    #[error(
        "{file} has no column {column}: labels have id_a, id_b and label (or same) in a header line"
    )]
    NoColumn {
        /// Its name.
        file: String,
        /// The column.
        column: &'static str,
    },
    /// A row names no two documents.
    #[error("{file}:{line}: {problem}")]
    Row {
        /// The name of the table.
        file: String,
        /// Its line, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
}

/// Adds the labels of a table to those that are known.
///
/// # Errors
/// When it is no table of labels, or says of a pair what others do not.
pub fn read(
    file: &str,
    input: impl io::Read,
    words: &Words,
    labels: &mut Labels,
) -> Result<(), LabelError> {
    let unreadable = |cause| LabelError::Unreadable {
        file: file.to_owned(),
        cause,
    };
    let mut table = ReaderBuilder::new().trim(Trim::Headers).from_reader(input);
    let header = table.headers().map_err(unreadable)?.clone();
    let find = |names: &[&'static str]| {
        let is_one = |column: &str| names.iter().any(|name| column.eq_ignore_ascii_case(name));
        // A byte order mark is no part of the first name.
        let mut columns = header
            .iter()
            .map(|column| column.trim_start_matches('\u{feff}'));
        columns.position(is_one).ok_or(LabelError::NoColumn {
            file: file.to_owned(),
            column: names[0],
        })
    };
    let columns = [
        find(&["id_a"])?,
        find(&["id_b"])?,
        find(&["label", "same"])?,
    ];
    for row in table.records() {
        let row = row.map_err(|cause| malformed(file, cause))?;
        let wrong = |problem: String| LabelError::Row {
            file: file.to_owned(),
            line: row.position().map_or(0, ::csv::Position::line),
            problem,
        };
        let [a, b, label] = columns.map(|column| field(&row, column));
        if a.trim().is_empty() || b.trim().is_empty() || a == b {
            return Err(wrong("a label is of two documents: name both".to_owned()));
        }
        let verdict = words.verdict(label.trim());
        let mut ids = [a.to_owned(), b.to_owned()];
        ids.sort();
        if let Some(before) = labels.insert(ids, verdict)
            && before != verdict
        {
            return Err(wrong(format!(
                "{a} and {b} were labelled already, and otherwise: leave one of the labels out"
            )));
        }
    }
    Ok(())
}

/// A row that is none, where the table says which.
fn malformed(file: &str, cause: ::csv::Error) -> LabelError {
    let (position, problem) = match cause.kind() {
        ErrorKind::UnequalLengths {
            pos: Some(position),
            expected_len,
            len,
        } => (
            position,
            format!("the row has {len} of the {expected_len} columns that the header has"),
        ),
        ErrorKind::Utf8 {
            pos: Some(position),
            ..
        } => (position, "the row is not UTF-8".to_owned()),
        _ => {
            return LabelError::Unreadable {
                file: file.to_owned(),
                cause,
            };
        }
    };
    LabelError::Row {
        file: file.to_owned(),
        line: position.line(),
        problem,
    }
}

fn field(row: &StringRecord, column: usize) -> &str {
    escaping::restored(row.get(column).unwrap_or_default())
}

impl Words {
    fn verdict(&self, label: &str) -> Verdict {
        let label = label.to_lowercase();
        let is_named = |names: &[String]| names.iter().any(|name| name.to_lowercase() == label);
        match &*label {
            _ if is_named(&self.unsure) => Verdict::Unsure,
            _ if is_named(&self.copies) => Verdict::Copy,
            "" | "?" | "unsure" | "unknown" | "maybe" => Verdict::Unsure,
            "same" | "y" | "yes" | "1" | "true" => Verdict::Copy,
            "different" | "n" | "no" | "0" | "false" | "none" => Verdict::Other,
            _ if self.copies.is_empty() => Verdict::Copy,
            _ => Verdict::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(table: &str, words: &Words) -> Result<Labels, LabelError> {
        let mut labels = Labels::new();
        read("labels.csv", table.as_bytes(), words, &mut labels)?;
        Ok(labels)
    }

    #[test]
    fn words_of_labels() {
        let named = Words {
            copies: vec!["wholly".to_owned(), "Partial".to_owned()],
            unsure: vec!["trace".to_owned()],
        };
        for (label, plain, by_name) in [
            ("same", Verdict::Copy, Verdict::Copy),
            ("Y", Verdict::Copy, Verdict::Copy),
            ("no", Verdict::Other, Verdict::Other),
            ("different", Verdict::Other, Verdict::Other),
            ("?", Verdict::Unsure, Verdict::Unsure),
            ("", Verdict::Unsure, Verdict::Unsure),
            ("wholly", Verdict::Copy, Verdict::Copy),
            ("partial", Verdict::Copy, Verdict::Copy),
            ("trace", Verdict::Copy, Verdict::Unsure),
            ("topic", Verdict::Copy, Verdict::Other),
        ] {
            for (words, verdict) in [(&Words::default(), plain), (&named, by_name)] {
                let table = format!("id_a,id_b,label\nb,a,{label}\n");
                let read = labels(&table, words).expect("a label");
                let ids = ["a".to_owned(), "b".to_owned()];
                assert_eq!(read, Labels::from([(ids, verdict)]), "{label}");
            }
        }
    }

    #[test]
    fn columns_may_stand_anywhere() {
        let table = "\u{feff}Same,jaccard,ID_B,id_a\n1,0.5,\"x, y\",'=a\n";
        let read = labels(table, &Words::default()).expect("a label");
        let ids = ["=a".to_owned(), "x, y".to_owned()];
        assert_eq!(read, Labels::from([(ids, Verdict::Copy)]));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (table, said) in [
            ("", "labels.csv has no column id_a"),
            ("id_a,id_b\na,b\n", "labels.csv has no column label"),
            (
                "id_a,id_b,label\na,b,y\na,,y\n",
                "labels.csv:3: a label is of two",
            ),
            (
                "id_a,id_b,label\na,a,y\n",
                "labels.csv:2: a label is of two",
            ),
            (
                "id_a,id_b,label\na,b,y\nb,a,n\n",
                "labels.csv:3: b and a were labelled already",
            ),
            (
                "id_a,id_b,label\na,b,y\nc,d\n",
                "labels.csv:3: the row has 2 of the 3 columns",
            ),
        ] {
            let error = labels(table, &Words::default()).expect_err(table);
            assert!(error.to_string().starts_with(said), "{error}");
        }
    }
}

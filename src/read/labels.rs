//! Labels: a table of pairs, each with a judgement by a person.

use std::collections::BTreeMap;
use std::io;

use ::csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use crate::text::escaping;

/// Judgement of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairLabel {
    /// One document is a copy of the other, or of a part of it.
    Copy,
    /// Neither is a copy.
    Other,
    /// The person could not tell.
    Unsure,
}

/// Meaning of labels beyond the words that are always known, such as `yes` and `different`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelWords {
    /// Labels that mean a copy. If empty, every label that is not known means one.
    pub copies: Vec<String>,
    /// Labels that mean that the person could not tell.
    pub unsure: Vec<String>,
}

/// Labels by the ids of the pair, the smaller id first.
pub type Labels = BTreeMap<[String; 2], PairLabel>;

/// Reason why labels cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    /// The table cannot be read.
    #[error("{file}: {cause}")]
    Unreadable {
        /// Name of the file.
        file: String,
        /// Error of the reader.
        cause: ::csv::Error,
    },
    /// A column is missing.
    #[error(
        "{file} has no column {column}: labels have id_a, id_b and label (or same) in a header line"
    )]
    NoColumn {
        /// Name of the file.
        file: String,
        /// Name of the column.
        column: &'static str,
    },
    /// A row cannot be used.
    #[error("{file}:{line}: {problem}")]
    Row {
        /// Name of the file.
        file: String,
        /// Line of the row, from 1.
        line: u64,
        /// Problem, and how to solve it.
        problem: String,
    },
}

/// Adds the labels of a table to `labels`.
///
/// # Errors
/// If the table cannot be read as labels, or if two labels of one pair differ.
pub fn read(
    file: &str,
    input: impl io::Read,
    words: &LabelWords,
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
        // A byte order mark may stand before the first name.
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
            return Err(wrong("a label needs the ids of two documents".to_owned()));
        }
        let meaning = words.meaning(label.trim());
        let mut ids = [a.to_owned(), b.to_owned()];
        ids.sort();
        if let Some(before) = labels.insert(ids, meaning)
            && before != meaning
        {
            return Err(wrong(format!(
                "{a} and {b} have another label already: remove one of the two"
            )));
        }
    }
    Ok(())
}

/// An error of the `csv` crate, with the line of its row if it has one.
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

impl LabelWords {
    fn meaning(&self, label: &str) -> PairLabel {
        let label = label.to_lowercase();
        let is_named = |names: &[String]| names.iter().any(|name| name.to_lowercase() == label);
        match &*label {
            _ if is_named(&self.unsure) => PairLabel::Unsure,
            _ if is_named(&self.copies) => PairLabel::Copy,
            "" | "?" | "unsure" | "unknown" | "maybe" => PairLabel::Unsure,
            "same" | "y" | "yes" | "1" | "true" => PairLabel::Copy,
            "different" | "n" | "no" | "0" | "false" | "none" => PairLabel::Other,
            _ if self.copies.is_empty() => PairLabel::Copy,
            _ => PairLabel::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(table: &str, words: &LabelWords) -> Result<Labels, LabelError> {
        let mut labels = Labels::new();
        read("labels.csv", table.as_bytes(), words, &mut labels)?;
        Ok(labels)
    }

    #[test]
    fn each_label_has_a_meaning() {
        let named = LabelWords {
            copies: vec!["wholly".to_owned(), "Partial".to_owned()],
            unsure: vec!["trace".to_owned()],
        };
        for (label, plain, by_name) in [
            ("same", PairLabel::Copy, PairLabel::Copy),
            ("Y", PairLabel::Copy, PairLabel::Copy),
            ("no", PairLabel::Other, PairLabel::Other),
            ("different", PairLabel::Other, PairLabel::Other),
            ("?", PairLabel::Unsure, PairLabel::Unsure),
            ("", PairLabel::Unsure, PairLabel::Unsure),
            ("wholly", PairLabel::Copy, PairLabel::Copy),
            ("partial", PairLabel::Copy, PairLabel::Copy),
            ("trace", PairLabel::Copy, PairLabel::Unsure),
            ("topic", PairLabel::Copy, PairLabel::Other),
        ] {
            for (words, meaning) in [(&LabelWords::default(), plain), (&named, by_name)] {
                let table = format!("id_a,id_b,label\nb,a,{label}\n");
                let read = labels(&table, words).expect("a label");
                let ids = ["a".to_owned(), "b".to_owned()];
                assert_eq!(read, Labels::from([(ids, meaning)]), "{label}");
            }
        }
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let table = "\u{feff}Same,jaccard,ID_B,id_a\n1,0.5,\"x, y\",'=a\n";
        let read = labels(table, &LabelWords::default()).expect("a label");
        let ids = ["=a".to_owned(), "x, y".to_owned()];
        assert_eq!(read, Labels::from([(ids, PairLabel::Copy)]));
    }

    #[test]
    fn errors_name_the_column_or_the_line() {
        for (table, said) in [
            ("", "labels.csv has no column id_a"),
            ("id_a,id_b\na,b\n", "labels.csv has no column label"),
            (
                "id_a,id_b,label\na,b,y\na,,y\n",
                "labels.csv:3: a label needs the ids of two",
            ),
            (
                "id_a,id_b,label\na,a,y\n",
                "labels.csv:2: a label needs the ids of two",
            ),
            (
                "id_a,id_b,label\na,b,y\nb,a,n\n",
                "labels.csv:3: b and a have another label already",
            ),
            (
                "id_a,id_b,label\na,b,y\nc,d\n",
                "labels.csv:3: the row has 2 of the 3 columns",
            ),
        ] {
            let error = labels(table, &LabelWords::default()).expect_err(table);
            assert!(error.to_string().starts_with(said), "{error}");
        }
    }
}

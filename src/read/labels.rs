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

/// Labels that mean a copy, in lower case: plain words, and those of Prodigy, dedupe and Splink.
pub const COPIES: [&str; 20] = [
    "same",
    "y",
    "yes",
    "t",
    "true",
    "copy",
    "a copy",
    "copied",
    "duplicate",
    "a duplicate",
    "dup",
    "dupe",
    "near-duplicate",
    "near duplicate",
    "match",
    "matched",
    "accept",
    "accepted",
    "positive",
    "link",
];

/// Labels that mean that neither document is a copy, in lower case.
pub const OTHERS: [&str; 24] = [
    "different",
    "n",
    "no",
    "f",
    "false",
    "none",
    "not copy",
    "not a copy",
    "not same",
    "not the same",
    "not duplicate",
    "not a duplicate",
    "non-duplicate",
    "no duplicate",
    "distinct",
    "unique",
    "unrelated",
    "no match",
    "non-match",
    "nonmatch",
    "not a match",
    "reject",
    "rejected",
    "negative",
];

/// Labels that mean that the person could not tell or did not judge, in lower case.
pub const UNSURE: [&str; 16] = [
    "",
    "?",
    "unsure",
    "not sure",
    "uncertain",
    "unknown",
    "maybe",
    "ignore",
    "ignored",
    "skip",
    "skipped",
    "na",
    "n/a",
    "nan",
    "<na>",
    "null",
];

/// Most unknown labels that an error lists.
const LISTED: usize = 10;

/// Meaning of labels beyond the words that are always known, such as `yes` and `different`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelWords {
    /// Labels that mean a copy. If empty, a label that is not known is an error; otherwise it means
    /// that neither is a copy.
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
        /// The first of them, each with the line where it was first.
        labels: Vec<(String, u64)>,
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
/// If the table cannot be read as labels, if a label is not known, or if two labels of one pair
/// differ.
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
    let mut unknown: BTreeMap<String, u64> = BTreeMap::new();
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
        let Some(meaning) = words.meaning(label.trim()) else {
            let line = row.position().map_or(0, ::csv::Position::line);
            unknown.entry(label.trim().to_owned()).or_insert(line);
            continue;
        };
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
    if unknown.is_empty() {
        return Ok(());
    }
    let number = unknown.len();
    let mut labels: Vec<(String, u64)> = unknown.into_iter().collect();
    labels.sort_by_key(|&(_, line)| line);
    labels.truncate(LISTED);
    Err(LabelError::Unknown {
        file: file.to_owned(),
        number,
        labels,
    })
}

/// Unknown labels and their lines, and how many more there are.
fn listed(labels: &[(String, u64)], number: usize) -> String {
    let one = |(label, line): &(String, u64)| format!("{label:?} (line {line})");
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
    /// Meaning of a label; `None` if it is unknown.
    fn meaning(&self, label: &str) -> Option<PairLabel> {
        let label = label.to_lowercase().replace('_', " ");
        let is_named = |names: &[String]| {
            let names = names.iter();
            names
                .map(|name| name.to_lowercase().replace('_', " "))
                .any(|name| name == label)
        };
        let is_number = |number: f64| label.parse() == Ok(number);
        match &*label {
            _ if is_named(&self.unsure) => Some(PairLabel::Unsure),
            _ if is_named(&self.copies) => Some(PairLabel::Copy),
            known if UNSURE.contains(&known) => Some(PairLabel::Unsure),
            known if COPIES.contains(&known) || is_number(1.0) => Some(PairLabel::Copy),
            known if OTHERS.contains(&known) || is_number(0.0) => Some(PairLabel::Other),
            _ => (!self.copies.is_empty()).then_some(PairLabel::Other),
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
            ("accept", PairLabel::Copy, PairLabel::Copy),
            ("Duplicate", PairLabel::Copy, PairLabel::Copy),
            ("1.0", PairLabel::Copy, PairLabel::Copy),
            ("reject", PairLabel::Other, PairLabel::Other),
            ("distinct", PairLabel::Other, PairLabel::Other),
            ("Not Duplicate", PairLabel::Other, PairLabel::Other),
            ("not_a_duplicate", PairLabel::Other, PairLabel::Other),
            ("0.0", PairLabel::Other, PairLabel::Other),
            ("ignore", PairLabel::Unsure, PairLabel::Unsure),
            ("skip", PairLabel::Unsure, PairLabel::Unsure),
            ("N/A", PairLabel::Unsure, PairLabel::Unsure),
            ("nan", PairLabel::Unsure, PairLabel::Unsure),
        ] {
            for (words, meaning) in [(&LabelWords::default(), plain), (&named, by_name)] {
                assert_eq!(words.meaning(label), Some(meaning), "{label}");
            }
        }
        for (label, by_name) in [
            ("wholly", PairLabel::Copy),
            ("partial", PairLabel::Copy),
            ("trace", PairLabel::Unsure),
            ("topic", PairLabel::Other),
            ("0.5", PairLabel::Other),
        ] {
            assert_eq!(LabelWords::default().meaning(label), None, "{label}");
            assert_eq!(named.meaning(label), Some(by_name), "{label}");
        }
    }

    #[test]
    fn unknown_labels_are_listed_together() {
        let table = "id_a,id_b,label\na,b,yes\na,c,Wholly\na,d,topic\na,e,Wholly\n";
        let error = labels(table, &LabelWords::default()).expect_err("two are unknown");
        let said = error.to_string();
        assert!(
            said.starts_with(
                "labels.csv: 2 labels are not known: \"Wholly\" (line 3), \"topic\" (line 4). \
                 Name"
            ),
            "{said}"
        );
        let table = "id_a,id_b,label\na,b,wholly\n";
        let error = labels(table, &LabelWords::default()).expect_err("it is unknown");
        let said = error.to_string();
        assert!(
            said.starts_with("labels.csv: one label is not known: \"wholly\""),
            "{said}"
        );
        let rows: Vec<String> = (0..12).map(|at| format!("a,b{at},w{at}\n")).collect();
        let table = format!("id_a,id_b,label\n{}", rows.concat());
        let said = labels(&table, &LabelWords::default()).expect_err("all are unknown");
        assert!(
            said.to_string().contains("\"w9\" (line 11) and 2 more"),
            "{said}"
        );
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

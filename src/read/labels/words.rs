//! Words that people label pairs with, and their meaning.

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

/// Meaning of labels beyond the words that are always known, such as `yes` and `different`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelWords {
    /// Labels that mean a copy. If empty, a label that is not known is an error; otherwise it means
    /// that neither is a copy.
    pub copies: Vec<String>,
    /// Labels that mean that the person could not tell.
    pub unsure: Vec<String>,
}

impl PairLabel {
    /// Name of the label in messages and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            PairLabel::Copy => "copy",
            PairLabel::Other => "no copy",
            PairLabel::Unsure => "unsure",
        }
    }
}

impl LabelWords {
    /// Meaning of a label; `None` if it is unknown.
    pub(super) fn meaning(&self, label: &str) -> Option<PairLabel> {
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
}

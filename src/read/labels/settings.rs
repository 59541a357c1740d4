//! Settings of the reader of labels, and the names under which fields are found.

use super::words::LabelWords;
use crate::read::cells::DialectSettings;

/// Settings of the reader of labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSettings {
    /// Meaning of labels.
    pub words: LabelWords,
    /// Fields that the user named.
    pub columns: LabelColumns,
    /// Separator and quotes of tables, where the first bytes do not show them.
    pub dialect: DialectSettings,
}

/// Fields of labels that the user named; the usual names are tried for others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelColumns {
    /// Fields with the ids of the two documents.
    pub ids: Option<[String; 2]>,
    /// Fields with labels. If there are several, each is that of one annotator.
    pub labels: Vec<String>,
    /// Field with the name of the person who labelled the pair.
    pub annotator: Option<String>,
}

/// Usual names of the fields with the two ids; `unique_id_l` is of Splink, `ltable_id` of
/// py_entitymatching.
pub(super) const IDS: [[&str; 2]; 9] = [
    ["id_a", "id_b"],
    ["id1", "id2"],
    ["id_1", "id_2"],
    ["unique_id_l", "unique_id_r"],
    ["id_l", "id_r"],
    ["id_left", "id_right"],
    ["left_id", "right_id"],
    ["ltable_id", "rtable_id"],
    ["doc_a", "doc_b"],
];

/// Usual names of the fields with the two texts, for pairs without ids.
pub(super) const TEXTS: [[&str; 2]; 6] = [
    ["text_a", "text_b"],
    ["text1", "text2"],
    ["text_1", "text_2"],
    ["text_l", "text_r"],
    ["text_left", "text_right"],
    ["left_text", "right_text"],
];

/// Usual names of the field with the label.
pub(super) const LABELS: [&str; 10] = [
    "label",
    "same",
    "choice",
    "is_duplicate",
    "duplicate",
    "is_match",
    "match",
    "gold",
    "judgement",
    CLERICAL,
];

/// Field of Splink: the probability of a match that a person gave, from 0 to 1.
pub(super) const CLERICAL: &str = "clerical_match_score";

/// Field of Prodigy: what the person did with the task.
pub(super) const ANSWER: &str = "answer";

/// Field of Prodigy: the options that the person chose.
pub(super) const ACCEPT: &str = "accept";

/// Usual names of the field with the person.
pub(super) const ANNOTATORS: [&str; 9] = [
    "annotator",
    "annotator_id",
    "_annotator_id",
    "_session_id",
    "annotated_by",
    "completed_by",
    "coder",
    "user",
    "username",
];

/// Usual names of the field with the cluster of a document, in a table of one row a document.
pub(super) const CLUSTERS: [&str; 6] = [
    "cluster",
    "cluster_id",
    "gold_cluster",
    "duplicate_group",
    "group",
    "story",
];

/// Usual names of the field with the id of a document, in such a table and in records of dedupe.
pub(super) const DOCUMENT_IDS: [&str; 5] = ["id", "doc_id", "unique_id", "document", "_id"];

/// Usual names of the text in records of dedupe.
pub(super) const DOCUMENT_TEXTS: [&str; 4] = ["text", "content", "body", "maintext"];

/// Objects in which tools put the fields that the user gave them.
pub(super) const WRAPPERS: [&str; 3] = ["data", "meta", "metadata"];

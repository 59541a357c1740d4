//! One row of a table or one object, and the judgements in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::error::{LabelError, Place};
use super::judgements::{DocumentName, Judgement, Judgements};
use super::settings::{
    ACCEPT, ANNOTATORS, ANSWER, CLERICAL, CLUSTERS, DOCUMENT_IDS, IDS, LABELS, LabelSettings,
    TEXTS, WRAPPERS,
};
use super::words::{LabelWords, PairLabel};

/// A record of labels.
#[derive(Clone, Copy)]
pub(super) enum LabelRecord<'r> {
    /// Cells of a table, with the names of its columns.
    Row {
        names: &'r [String],
        cells: &'r [String],
    },
    /// An object, and where a wrapper object has what it lacks.
    Object(&'r Value),
}

/// Reason why a record gives no judgement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RecordError {
    /// It has none of these fields.
    NoField(String),
    /// Its label is not known.
    Unknown(String),
    /// Anything else.
    Problem(String),
}

impl<'r> LabelRecord<'r> {
    /// Values of a field: several of a list, none of an empty one; `None` if there is no such
    /// field. Names are compared without case, and `a.b` is the field `b` of an object `a`.
    pub(super) fn values(self, name: &str) -> Option<Vec<Cow<'r, str>>> {
        match self {
            LabelRecord::Row { names, cells } => {
                let at = names.iter().position(|column| is_name(column, name))?;
                Some(vec![Cow::Borrowed(
                    cells.get(at).map_or("", String::as_str),
                )])
            }
            LabelRecord::Object(object) => {
                let wrapped = || {
                    let wrappers = WRAPPERS.iter().filter_map(|wrapper| object.get(wrapper));
                    wrappers
                        .into_iter()
                        .find_map(|wrapper| member(wrapper, name))
                };
                let by_path = || {
                    let mut path = name.split('.');
                    path.try_fold(object, |value, name| member(value, name))
                };
                let value = member(object, name).or_else(by_path).or_else(wrapped)?;
                Some(listed(value))
            }
        }
    }

    /// The only value of a field; empty if it has none or several.
    fn value(self, name: &str) -> Option<Cow<'r, str>> {
        match &mut *self.values(name)? {
            [value] => Some(std::mem::take(value)),
            _ => Some(Cow::Borrowed("")),
        }
    }

    /// True if this is a document with its cluster instead of a pair.
    pub(super) fn is_clustered(self, settings: &LabelSettings) -> bool {
        settings.columns.ids.is_none()
            && self.names(settings).is_none()
            && self.first(&DOCUMENT_IDS).is_some()
            && self.first(&CLUSTERS).is_some()
    }

    /// The first of some fields that there is.
    fn first<'n>(self, names: &[&'n str]) -> Option<(&'n str, Cow<'r, str>)> {
        let found = |&name: &&'n str| Some((name, self.value(name)?));
        names.iter().find_map(found)
    }

    /// Fields that name the two documents: those of ids, or else those of texts.
    fn names(self, settings: &LabelSettings) -> Option<([String; 2], bool)> {
        if let Some(ids) = &settings.columns.ids {
            return Some((ids.clone(), true));
        }
        let has = |names: &&[&str; 2]| names.iter().all(|name| self.values(name).is_some());
        let owned = |names: &[&str; 2]| names.map(str::to_owned);
        let ids = IDS.iter().find(has).map(|names| (owned(names), true));
        ids.or_else(|| TEXTS.iter().find(has).map(|names| (owned(names), false)))
    }

    /// The documents of the pair.
    pub(super) fn pair(self, settings: &LabelSettings) -> Result<[DocumentName; 2], RecordError> {
        let (names, are_ids) = self
            .names(settings)
            .ok_or_else(|| RecordError::NoField("id_a".to_owned()))?;
        let mut pair = Vec::with_capacity(2);
        for name in names {
            let value = self.value(&name).ok_or(RecordError::NoField(name))?;
            pair.push(match are_ids {
                true => DocumentName::Id(value.into_owned()),
                false => DocumentName::Text(value.into_owned()),
            });
        }
        let is_empty = |name: &DocumentName| match name {
            DocumentName::Id(value) | DocumentName::Text(value) => value.trim().is_empty(),
        };
        match <[DocumentName; 2]>::try_from(pair) {
            Ok(pair) if pair[0] != pair[1] && !pair.iter().any(is_empty) => Ok(pair),
            _ => Err(RecordError::Problem(
                "a label needs the ids of two documents".to_owned(),
            )),
        }
    }

    /// Fails if a table lacks the columns of labels.
    pub(super) fn has_columns(self, settings: &LabelSettings) -> Result<(), RecordError> {
        let (names, _) = self
            .names(settings)
            .ok_or_else(|| RecordError::NoField("id_a".to_owned()))?;
        let columns = &settings.columns;
        let named = columns.labels.iter().chain(&columns.annotator);
        let mut needed = names.iter().chain(named);
        if let Some(missing) = needed.find(|name| self.values(name).is_none()) {
            return Err(RecordError::NoField(missing.clone()));
        }
        match columns.labels.is_empty() && self.label_field().is_none() {
            true => Err(RecordError::NoField("label".to_owned())),
            false => Ok(()),
        }
    }

    /// The judgements of the record. `file` stands for a person that it does not name.
    pub(super) fn judgements(
        self,
        file: &str,
        settings: &LabelSettings,
    ) -> Result<Vec<Judgement>, RecordError> {
        let words = &settings.words;
        let person = match &settings.columns.annotator {
            Some(name) => Some(self.value(name).ok_or(RecordError::NoField(name.clone()))?),
            None => self.first(&ANNOTATORS).map(|(_, person)| person),
        };
        let person = person.filter(|person| !person.trim().is_empty());
        let person = person.map_or(file.to_owned(), Cow::into_owned);
        let judge = |annotator: String, name: &str| -> Result<Judgement, RecordError> {
            let values = self
                .values(name)
                .ok_or_else(|| RecordError::NoField(name.to_owned()))?;
            let label = match name {
                CLERICAL => of_score(&values)?,
                _ => of_words(&values, words)?,
            };
            let label = self.after_answer(name, label);
            Ok(Judgement { annotator, label })
        };
        match &*settings.columns.labels {
            [] => {
                let name = self
                    .label_field()
                    .ok_or(RecordError::NoField("label".to_owned()))?;
                Ok(vec![judge(person, name)?])
            }
            [name] => Ok(vec![judge(person, name)?]),
            several => several
                .iter()
                .map(|name| judge(name.clone(), name))
                .collect(),
        }
    }

    /// The field with the label. The options that a person chose in Prodigy come first.
    fn label_field(self) -> Option<&'static str> {
        let chosen = self.values(ANSWER).and(self.values(ACCEPT));
        let usual = LABELS.into_iter().find(|name| self.values(name).is_some());
        match chosen {
            Some(_) => Some(ACCEPT),
            None => usual.or_else(|| self.values(ANSWER).map(|_| ANSWER)),
        }
    }

    /// The label, given what the person did with the task in Prodigy: rejecting `same` means
    /// different, and a task that is ignored says nothing.
    fn after_answer(self, name: &str, label: PairLabel) -> PairLabel {
        let answer = self.value(ANSWER).filter(|_| name != ANSWER);
        match (answer.as_deref(), name, label) {
            (Some("ignore"), ..) | (Some("reject"), ACCEPT, _) => PairLabel::Unsure,
            (Some("reject"), _, PairLabel::Copy) => PairLabel::Other,
            (Some("reject"), _, PairLabel::Other) => PairLabel::Copy,
            _ => label,
        }
    }
}

/// Adds the document and its cluster.
pub(super) fn add_cluster(
    record: LabelRecord<'_>,
    found: &mut Judgements,
) -> Result<(), RecordError> {
    let (Some((_, id)), Some((_, cluster))) =
        (record.first(&DOCUMENT_IDS), record.first(&CLUSTERS))
    else {
        return Err(RecordError::NoField("cluster".to_owned()));
    };
    if id.trim().is_empty() {
        return Err(RecordError::Problem(
            "a cluster needs the id of a document".to_owned(),
        ));
    }
    let (id, cluster) = (id.into_owned(), cluster.trim().to_owned());
    match found.clusters.insert(id.clone(), cluster.clone()) {
        Some(before) if before != cluster => Err(RecordError::Problem(format!(
            "{id} is in another cluster already: a document has one"
        ))),
        _ => Ok(()),
    }
}

/// Meaning of the values of a label, which must agree.
pub(super) fn of_words(
    values: &[Cow<'_, str>],
    words: &LabelWords,
) -> Result<PairLabel, RecordError> {
    let mut meaning = None;
    for value in values {
        let value = value.trim();
        let this = words
            .meaning(value)
            .ok_or_else(|| RecordError::Unknown(value.to_owned()))?;
        if meaning.is_some_and(|meaning| meaning != this) {
            return Err(RecordError::Problem(format!(
                "the labels {} of one person contradict each other",
                values.join(" and ")
            )));
        }
        meaning = Some(this);
    }
    Ok(meaning.unwrap_or(PairLabel::Unsure))
}

/// Meaning of a probability: over one half a copy, under it none.
fn of_score(values: &[Cow<'_, str>]) -> Result<PairLabel, RecordError> {
    let value = values.first().map_or("", |value| value.trim());
    if value.is_empty() {
        return Ok(PairLabel::Unsure);
    }
    let score: Option<f64> = value.parse().ok();
    match score.filter(|score| (0.0..=1.0).contains(score)) {
        Some(score) if score > 0.5 => Ok(PairLabel::Copy),
        Some(score) if score < 0.5 => Ok(PairLabel::Other),
        Some(_) => Ok(PairLabel::Unsure),
        None => Err(RecordError::Unknown(value.to_owned())),
    }
}

fn is_name(column: &str, name: &str) -> bool {
    column.eq_ignore_ascii_case(name)
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    let same = || object.iter().find(|(key, _)| is_name(key, name));
    object.get(name).or_else(|| same().map(|(_, value)| value))
}

/// Values of a field: those of a list, or of the list of choices that Label Studio writes.
pub(super) fn listed(value: &Value) -> Vec<Cow<'_, str>> {
    match value {
        Value::Null => vec![Cow::Borrowed("")],
        Value::String(text) => vec![Cow::Borrowed(text)],
        Value::Array(values) => values.iter().flat_map(listed).collect(),
        Value::Object(object) => match object.get("choices").or_else(|| object.get("id")) {
            Some(value) => listed(value),
            None => vec![Cow::Owned(value.to_string())],
        },
        other => vec![Cow::Owned(other.to_string())],
    }
}

/// Judgements of one record of a file, or the reason why there are none.
pub(super) struct Gathering<'g> {
    pub(super) file: &'g str,
    pub(super) settings: &'g LabelSettings,
    pub(super) found: &'g mut Judgements,
    /// Labels that are not known, each with the place where it was first.
    pub(super) unknown: BTreeMap<String, Place>,
}

impl Gathering<'_> {
    /// Adds what a record says. A label that is not known is kept for the end.
    pub(super) fn add(&mut self, record: LabelRecord<'_>, place: Place) -> Result<(), LabelError> {
        if record.is_clustered(self.settings) {
            let added = add_cluster(record, self.found);
            return added.or_else(|error| self.failed(error, place));
        }
        let judged = record
            .pair(self.settings)
            .and_then(|pair| Ok((pair, record.judgements(self.file, self.settings)?)));
        match judged {
            Ok((pair, judgements)) => {
                for judgement in judgements {
                    self.found.add(pair.clone(), judgement);
                }
                Ok(())
            }
            Err(error) => self.failed(error, place),
        }
    }

    /// Keeps a label that is not known; every other error ends the reading.
    pub(super) fn failed(&mut self, error: RecordError, place: Place) -> Result<(), LabelError> {
        let file = self.file.to_owned();
        match error {
            RecordError::Unknown(label) => {
                self.unknown.entry(label).or_insert(place);
                Ok(())
            }
            RecordError::NoField(column) => Err(LabelError::NoColumn { file, column }),
            RecordError::Problem(problem) => Err(LabelError::Row {
                file,
                place,
                problem,
            }),
        }
    }
}

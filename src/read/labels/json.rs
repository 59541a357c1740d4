//! Labels in JSON: flat objects, tasks of Label Studio, training pairs of dedupe.

use std::borrow::Cow;

use serde_json::{Deserializer, Value};

use super::error::{LabelError, Place};
use super::judgements::{DocumentName, Judgement};
use super::record::{Gathering, LabelRecord, RecordError, listed, of_words};
use super::settings::{DOCUMENT_IDS, DOCUMENT_TEXTS, LABELS};
use super::words::PairLabel;

/// Adds the labels of a text that begins with an object or an array.
pub(super) fn add(text: &str, gathering: &mut Gathering<'_>) -> Result<(), LabelError> {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    let (mut line, mut counted) = (1, 0);
    loop {
        let rest = &text[values.byte_offset()..];
        let start = text.len() - rest.trim_start().len();
        line += text[counted..start].matches('\n').count() as u64;
        counted = start;
        let Some(value) = values.next() else {
            return Ok(());
        };
        let place = Place::Line(line);
        let value = value.map_err(|error| LabelError::Row {
            file: gathering.file.to_owned(),
            place,
            problem: format!("this is no JSON: {error}"),
        })?;
        match &value {
            Value::Array(lists) => {
                // The converter of Label Studio puts the tasks of each file into a list of its own.
                let lists = lists.iter().map(|list| match list {
                    Value::Array(records) => records.as_slice(),
                    record => std::slice::from_ref(record),
                });
                for (number, record) in (1..).zip(lists.flatten()) {
                    add_record(record, Place::Record(number), gathering)?;
                }
            }
            object if is_training(object) => add_training(object, gathering)?,
            object => add_record(object, place, gathering)?,
        }
    }
}

/// Adds one object.
fn add_record(
    record: &Value,
    place: Place,
    gathering: &mut Gathering<'_>,
) -> Result<(), LabelError> {
    match annotations(record) {
        Some(annotations) => {
            let added = add_annotations(record, annotations, gathering);
            added.or_else(|error| gathering.failed(error, place))
        }
        None => gathering.add(LabelRecord::Object(record), place),
    }
}

/// The annotations of a task of Label Studio, which older versions call completions.
fn annotations(record: &Value) -> Option<&Vec<Value>> {
    record.get("data")?;
    let annotations = record
        .get("annotations")
        .or_else(|| record.get("completions"));
    annotations.and_then(Value::as_array)
}

fn add_annotations(
    task: &Value,
    annotations: &[Value],
    gathering: &mut Gathering<'_>,
) -> Result<(), RecordError> {
    let settings = gathering.settings;
    let pair = LabelRecord::Object(task).pair(settings)?;
    // A task that nobody has done says nothing.
    let mut judgements = vec![Judgement {
        annotator: gathering.file.to_owned(),
        label: PairLabel::Unsure,
    }];
    judgements.truncate(usize::from(annotations.is_empty()));
    for annotation in annotations {
        let person = annotation.get("completed_by");
        let person = person.map(|person| match person.get("email") {
            Some(email) => listed(email),
            None => listed(person),
        });
        let person = person.and_then(|names| names.first().map(|name| name.clone().into_owned()));
        let is_skipped = annotation.get("was_cancelled") == Some(&Value::Bool(true));
        let label = match is_skipped {
            true => PairLabel::Unsure,
            false => of_words(
                &choices(annotation, &settings.columns.labels)?,
                &settings.words,
            )?,
        };
        judgements.push(Judgement {
            annotator: person.unwrap_or_else(|| gathering.file.to_owned()),
            label,
        });
    }
    for judgement in judgements {
        gathering.found.add(pair.clone(), judgement);
    }
    Ok(())
}

/// The choices of an annotation in the control that holds the label.
fn choices<'v>(annotation: &'v Value, named: &[String]) -> Result<Vec<Cow<'v, str>>, RecordError> {
    let results = annotation.get("result").and_then(Value::as_array);
    let results = results.map_or(&[][..], Vec::as_slice);
    let control = |result: &'v Value| result.get("from_name").and_then(Value::as_str);
    let with_choices: Vec<(&str, &Value)> = results
        .iter()
        .filter_map(|result| {
            let choices = result.get("value")?.get("choices")?;
            Some((control(result).unwrap_or_default(), choices))
        })
        .collect();
    let mut controls: Vec<&str> = with_choices.iter().map(|&(name, _)| name).collect();
    controls.sort_unstable();
    controls.dedup();
    let chosen = match (named, &*controls) {
        ([_, ..], _) => controls
            .iter()
            .find(|name| named.iter().any(|one| one == *name)),
        (_, [only]) => Some(only),
        _ => controls.iter().find(|name| LABELS.contains(name)),
    };
    match chosen {
        Some(chosen) => Ok(with_choices
            .iter()
            .filter(|(name, _)| name == chosen)
            .flat_map(|(_, choices)| listed(choices))
            .collect()),
        None if controls.is_empty() => Ok(Vec::new()),
        None => Err(RecordError::Problem(format!(
            "the annotation has choices of {}: name the one with the label with --label-column",
            controls.join(" and ")
        ))),
    }
}

/// True for the training file of dedupe.
fn is_training(object: &Value) -> bool {
    let lists = ["distinct", "match"].map(|name| object.get(name).map(Value::is_array));
    lists.contains(&Some(true)) && !lists.contains(&Some(false))
}

fn add_training(object: &Value, gathering: &mut Gathering<'_>) -> Result<(), LabelError> {
    for (name, label) in [("distinct", PairLabel::Other), ("match", PairLabel::Copy)] {
        let pairs = object.get(name).and_then(Value::as_array);
        for (number, pair) in (1..).zip(pairs.into_iter().flatten()) {
            match training_pair(pair, gathering) {
                Ok(pair) => gathering.found.add(
                    pair,
                    Judgement {
                        annotator: gathering.file.to_owned(),
                        label,
                    },
                ),
                Err(problem) => {
                    let problem = RecordError::Problem(format!("in {name}: {problem}"));
                    gathering.failed(problem, Place::Record(number))?;
                }
            }
        }
    }
    Ok(())
}

/// The documents of a pair of records, which dedupe writes as a list or as an object of its class.
fn training_pair(pair: &Value, gathering: &Gathering<'_>) -> Result<[DocumentName; 2], String> {
    let records = pair.get("__value__").unwrap_or(pair).as_array();
    let Some([a, b]) = records.map(Vec::as_slice) else {
        return Err("this is no pair of records".to_owned());
    };
    let own = gathering.settings.columns.ids.iter().flatten();
    let ids: Vec<&str> = own.map(String::as_str).chain(DOCUMENT_IDS).collect();
    let field = |record: &Value, names: &[&str]| {
        let values = names
            .iter()
            .find_map(|name| LabelRecord::Object(record).values(name))?;
        let value = values.first()?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    let name = |record: &Value| {
        let id = field(record, &ids).map(DocumentName::Id);
        let text = || field(record, &DOCUMENT_TEXTS).map(DocumentName::Text);
        id.or_else(text)
    };
    match (name(a), name(b)) {
        (Some(a), Some(b)) if a != b => Ok([a, b]),
        (Some(_), Some(_)) => Err("the two records are the same".to_owned()),
        _ => Err("a record has neither an id nor a text: --id-columns names the id".to_owned()),
    }
}

//! JSON lines: one record of JSON per line.
//!
//! The scanner walks over the record once. [`BestValues`] remembers where the values of known names
//! stand, and only the values that win are decoded.

use std::borrow::Cow;

use super::assemble::{
    AssembledRecord, Decoding, FieldValue, FieldValues, RejectedRecord, assemble,
};
use super::best_values::BestValues;
use super::date_order::SourceDates;
use super::json_scanner::{JsonScanner, join_strings};
use super::json_value::JsonValue;
use super::names::{FIELDS, Field, FieldLookup, show};

/// Characters of one of the record's own names that are kept for a reject.
const NAME_CHARACTERS: usize = 100;

/// Number of the record's own names that are looked at for a reject: enough to list twenty
/// different ones unless they repeat, and bounded because a line may hold millions.
const NAMES_LOOKED_AT: usize = 1000;

/// Builds a document of one line, which has no line end. `lossy` says that broken UTF-8 was
/// replaced in it.
pub(super) fn parse<'s>(
    line: &'s str,
    lossy: bool,
    lookup: &FieldLookup,
    decoding: &'s mut Decoding,
    dates: SourceDates<'_>,
) -> Result<AssembledRecord<'s>, RejectedRecord> {
    let mut best = BestValues::default();
    let mut escapes = std::mem::take(&mut decoding.escapes);
    let scanned = JsonScanner::new(line, &mut escapes)
        .record(|name, value| best.offer(lookup.targets(name), value));
    let decoded = match scanned {
        Ok(()) => decode(line, lossy, &best, &escapes, lookup, decoding),
        Err(error) => Err(RejectedRecord::new(best.id(&escapes), error.reason())),
    };
    decoding.escapes = escapes;
    let decoded = decoded?;
    Ok(assemble(
        &decoded.values,
        decoding,
        decoded.lossy,
        decoded.bad_date,
        dates,
    ))
}

/// Result of [`decode`].
struct DecodedLine<'s> {
    values: FieldValues<'s>,
    lossy: bool,
    bad_date: bool,
}

/// Decodes the best value of each field.
fn decode<'s>(
    line: &'s str,
    mut lossy: bool,
    best: &BestValues<'s>,
    escapes: &[u32],
    lookup: &FieldLookup,
    decoding: &mut Decoding,
) -> Result<DecodedLine<'s>, RejectedRecord> {
    let mut values: FieldValues<'s> = [const { None }; FIELDS];
    let mut bad_date = false;
    for field in Field::ALL {
        let reject = |reason: String| {
            Err(RejectedRecord::new(best.id(escapes), reason))
        };
        let start = decoding.decoded.len();
        values[field.index()] = match (field, best.of(field)) {
            (Field::Text, None) => return reject(lookup.no_text(names(line))),
            (_, None | Some(JsonValue::Null)) => None,
            (_, Some(JsonValue::String(string))) if string.escapes == 0 => {
                Some(FieldValue::Borrowed(string.raw))
            }
            (_, Some(JsonValue::String(string))) => {
                lossy |= string.unescape(escapes, &mut decoding.decoded);
                Some(FieldValue::Decoded(start..decoding.decoded.len()))
            }
            (Field::Text, Some(other)) => {
                return reject(format!(
                    "the text is {}, not a string; name another field with --text-field",
                    other.kind()
                ));
            }
            (_, Some(JsonValue::Number(digits))) => Some(FieldValue::Borrowed(digits)),
            (Field::Id, Some(other)) => {
                return reject(format!(
                    "the id is {}, not a string or a number; name another field with --id-field",
                    other.kind()
                ));
            }
            (_, Some(JsonValue::Array(array))) => {
                join_strings(array, &mut decoding.decoded).map(|replaced| {
                    lossy |= replaced;
                    FieldValue::Decoded(start..decoding.decoded.len())
                })
            }
            (_, Some(JsonValue::Bool | JsonValue::Object)) => None,
        };
        let given = !matches!(best.of(field), None | Some(JsonValue::Null));
        bad_date |= field == Field::Published && given && values[field.index()].is_none();
    }
    Ok(DecodedLine {
        values,
        lossy,
        bad_date,
    })
}

/// The id of a record of which only the beginning is in memory.
pub(super) fn id_of_beginning(beginning: &[u8], lookup: &FieldLookup) -> Option<String> {
    let beginning = String::from_utf8_lossy(beginning);
    let mut best = BestValues::default();
    let mut escapes = Vec::new();
    // Fails where the beginning breaks off. The values before that are known.
    let _ = JsonScanner::new(&beginning, &mut escapes)
        .record(|name, value| best.offer(lookup.targets(name), value));
    best.id(&escapes)
}

/// The names in a record; `line` is a valid JSON object.
fn names(line: &str) -> impl Iterator<Item = Cow<'static, str>> {
    let mut names = Vec::new();
    // Cannot fail: the line was scanned before.
    let _ = JsonScanner::new(line, &mut Vec::new()).record(|name, _| {
        if names.len() < NAMES_LOOKED_AT {
            names.push(Cow::Owned(show(name, NAME_CHARACTERS)));
        }
    });
    names.into_iter()
}

/// Tells whether a record has a field of exactly that name; `line` is a valid JSON object.
pub(super) fn has_field(line: &str, name: &str) -> bool {
    let mut found = false;
    // Cannot fail: the line was scanned before.
    let _ = JsonScanner::new(line, &mut Vec::new()).record(|key, _| found |= key == name);
    found
}

#[cfg(test)]
mod tests;

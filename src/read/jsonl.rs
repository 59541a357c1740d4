//! JSON lines: one record of JSON per line.
//!
//! The scanner walks over the record once. [`Candidates`] remembers where the values of known names
//! stand, and of these only the values that win, and those that had to be tried, are decoded.

use std::borrow::Cow;

use super::assemble::{AssembledRecord, ChosenValues, Decoding, RejectedRecord, assemble};
use super::candidates::{Candidates, Collector};
use super::date_order::SourceDates;
use super::field_lookup::FieldLookup;
use super::json_scanner::{JsonScanner, NamesOnly};
use super::json_value::JsonError;
use super::name_memory::NameMemory;
use super::names::{Field, show};
use super::row_texts::WithTexts;

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
    decoding.lossy |= lossy;
    parse_by(line, lookup, decoding, dates, |mut scanner, mut fields| {
        scanner.record(&mut fields)
    })
}

/// Builds a document of a row that has its `texts` in memory and the rest in a line, as
/// [`RowWriter::write_without_texts`](super::row_lines::RowWriter::write_without_texts) divides it.
pub(super) fn parse_row<'s>(
    line: &'s str,
    texts: &[Option<&'s str>],
    lookup: &FieldLookup,
    decoding: &'s mut Decoding,
    dates: SourceDates<'_>,
) -> Result<AssembledRecord<'s>, RejectedRecord> {
    parse_by(line, lookup, decoding, dates, |mut scanner, fields| {
        scanner.record(&mut WithTexts::new(fields, texts))
    })
}

/// Builds a document of a line that `scan` walks over.
fn parse_by<'s>(
    line: &'s str,
    lookup: &FieldLookup,
    decoding: &'s mut Decoding,
    dates: SourceDates<'_>,
    scan: impl FnOnce(JsonScanner<'s, '_>, Collector<'_, '_, 's>) -> Result<(), JsonError>,
) -> Result<AssembledRecord<'s>, RejectedRecord> {
    let mut candidates = Candidates::default();
    let mut escapes = std::mem::take(&mut decoding.escapes);
    let collector = Collector::new(lookup, &mut decoding.names, &mut candidates);
    let scanned = scan(JsonScanner::new(line, &mut escapes), collector);
    let chosen = match scanned {
        Err(error) => Err(error.reason()),
        Ok(()) => {
            candidates.sort();
            match candidates.has(Field::Text) {
                true => ChosenValues::of(&candidates.in_line(&escapes), decoding, dates),
                false => Err(lookup.no_text(names(line))),
            }
        }
    };
    let id = chosen.is_err().then(|| candidates.id(&escapes)).flatten();
    decoding.escapes = escapes;
    match chosen {
        Ok(chosen) => Ok(assemble(&chosen, decoding)),
        Err(reason) => Err(RejectedRecord::new(id, reason)),
    }
}

/// The id of a record of which only the beginning is in memory.
pub(super) fn id_of_beginning(beginning: &[u8], lookup: &FieldLookup) -> Option<String> {
    let beginning = String::from_utf8_lossy(beginning);
    let mut candidates = Candidates::default();
    let mut escapes = Vec::new();
    // Fails where the beginning breaks off. The values before that are known.
    let mut names = NameMemory::default();
    let mut collector = Collector::new(lookup, &mut names, &mut candidates);
    let _ = JsonScanner::new(&beginning, &mut escapes).record(&mut collector);
    candidates.id(&escapes)
}

/// The names in a record; `line` is a valid JSON object.
pub(super) fn names(line: &str) -> impl Iterator<Item = Cow<'static, str>> {
    let mut names = Vec::new();
    each_name(line, |name| {
        if names.len() < NAMES_LOOKED_AT {
            names.push(Cow::Owned(show(name, NAME_CHARACTERS)));
        }
    });
    names.into_iter()
}

/// Tells whether a record has a field of exactly that name; `line` is a valid JSON object.
pub(super) fn has_field(line: &str, name: &str) -> bool {
    let mut found = false;
    each_name(line, |key| found |= key == name);
    found
}

/// Calls `each` with the names in a record; `line` is a valid JSON object.
fn each_name(line: &str, each: impl FnMut(&str)) {
    // Cannot fail: the line was scanned before.
    let _ = JsonScanner::new(line, &mut Vec::new()).record(&mut NamesOnly(each));
}

#[cfg(test)]
mod tests;

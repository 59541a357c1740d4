//! Collects the values of a record of JSON that may become fields of a document.

use std::cmp::Reverse;

use arrayvec::ArrayVec;

use super::assemble::{Decoding, FieldValue, OfferedValue, RecordValues};
use super::field_lookup::{FieldLookup, FieldPlace, FieldTarget, FoundName, Promise};
use super::json_scanner::{Enters, MOST_ENTERED, RecordVisitor};
use super::json_strings::join_strings;
use super::json_value::JsonValue;
use super::name_memory::NameMemory;
use super::names::{Field, show};

/// Most values of one record that are kept. Records of the known makers have fewer than twenty.
const MOST_VALUES: usize = 64;

/// Characters of an id that a reject shows.
const ID_CHARACTERS: usize = 200;

/// A value that may become a field.
#[derive(Debug, Clone, Copy)]
struct Candidate<'a> {
    target: FieldTarget,
    value: JsonValue<'a>,
}

/// The values of a record, in the order in which they stand there, until they are sorted by field
/// and preference.
#[derive(Debug, Default)]
pub(super) struct Candidates<'a> {
    kept: ArrayVec<Candidate<'a>, MOST_VALUES>,
    /// The first value of each field among the sorted ones, and the end.
    starts: [u8; Field::ALL.len() + 1],
}

impl<'a> Candidates<'a> {
    /// Keeps a value, if there is room.
    #[inline]
    fn offer(&mut self, target: FieldTarget, value: JsonValue<'a>) {
        if self.kept.is_full() {
            self.leave_repeats_out();
        }
        let _ = self.kept.try_push(Candidate { target, value });
    }

    /// Keeps one value of each name: the last one that holds something, if any does.
    #[cold]
    fn leave_repeats_out(&mut self) {
        let mut once = ArrayVec::<Candidate<'a>, MOST_VALUES>::new();
        for candidate in self.kept.drain(..) {
            let name = |known: &Candidate<'_>| (known.target.field, known.target.rank);
            match once
                .iter_mut()
                .find(|known| name(known) == name(&candidate))
            {
                Some(known) if is_something(candidate.value) => *known = candidate,
                Some(_) => {}
                None => once.push(candidate),
            }
        }
        self.kept = once;
    }

    /// Sorts the values by field and preference. Of two values of one name, the later one comes
    /// first.
    pub(super) fn sort(&mut self) {
        // Insertion keeps equal values in order, and is fast for so few.
        self.kept.reverse();
        self.kept
            .sort_by_key(|known| (known.target.field.index(), known.target.rank));
        self.starts = [0; Field::ALL.len() + 1];
        for known in &self.kept {
            self.starts[known.target.field.index() + 1] += 1;
        }
        for field in Field::ALL {
            self.starts[field.index() + 1] += self.starts[field.index()];
        }
    }

    /// The values of a field, the preferred one first, once they are sorted.
    fn of(&self, field: Field) -> &[Candidate<'a>] {
        let range = |n: usize| usize::from(self.starts[n]);
        &self.kept[range(field.index())..range(field.index() + 1)]
    }

    /// Tells whether there is a value of a field, of whatever type.
    pub(super) fn has(&self, field: Field) -> bool {
        !self.of(field).is_empty()
    }

    /// The sorted values with the places of the escapes in their line.
    pub(super) fn in_line<'c>(&'c self, escapes: &'c [u32]) -> JsonRecord<'a, 'c> {
        JsonRecord {
            candidates: self,
            escapes,
        }
    }

    /// The id, for a reject; the values need not be sorted.
    pub(super) fn id(&self, escapes: &[u32]) -> Option<String> {
        let ids = self.kept.iter().enumerate().filter(|(_, known)| {
            known.target.field == Field::Id
                && matches!(known.value, JsonValue::Number(_) | JsonValue::String(_))
                && is_something(known.value)
        });
        let (_, best) = ids.min_by_key(|(at, known)| (known.target.rank, Reverse(*at)))?;
        match best.value {
            JsonValue::String(string) => {
                let mut id = String::new();
                string.unescape(escapes, &mut id);
                Some(show(&id, ID_CHARACTERS))
            }
            JsonValue::Number(digits) => Some(show(digits, ID_CHARACTERS)),
            _ => None,
        }
    }
}

/// Tells whether a value is neither null nor an empty string.
fn is_something(value: JsonValue<'_>) -> bool {
    match value {
        JsonValue::Null => false,
        JsonValue::String(string) => !string.raw.is_empty(),
        _ => true,
    }
}

/// The sorted values of a record and the escapes in its line.
pub(super) struct JsonRecord<'a, 'c> {
    candidates: &'c Candidates<'a>,
    escapes: &'c [u32],
}

impl<'a> RecordValues<'a> for JsonRecord<'a, '_> {
    fn promise(&self, field: Field, n: usize) -> Option<Promise> {
        let candidate = self.candidates.of(field).get(n)?;
        Some(candidate.target.promise)
    }

    fn value(&self, field: Field, n: usize, decoding: &mut Decoding) -> OfferedValue<'a> {
        let Some(candidate) = self.candidates.of(field).get(n) else {
            return OfferedValue::Nothing;
        };
        let start = decoding.decoded.len();
        match candidate.value {
            JsonValue::Null => OfferedValue::Nothing,
            JsonValue::String(string) if string.raw.is_empty() => OfferedValue::Nothing,
            JsonValue::String(string) if string.escapes == 0 => {
                OfferedValue::Given(FieldValue::Borrowed(string.raw))
            }
            JsonValue::String(string) => {
                decoding.lossy |= string.unescape(self.escapes, &mut decoding.decoded);
                OfferedValue::Given(FieldValue::Decoded(start..decoding.decoded.len()))
            }
            JsonValue::Number(digits) if field != Field::Text => {
                OfferedValue::Given(FieldValue::Borrowed(digits))
            }
            JsonValue::Number(_) => OfferedValue::Unusable("a number, not a string"),
            JsonValue::Bool => OfferedValue::Unusable("true or false, not a string"),
            // A list is no id, and the address of an outlet is not that of the article.
            JsonValue::Array(_) if field == Field::Id => OfferedValue::Unusable("an array"),
            JsonValue::Object(_)
                if field == Field::Url && candidate.target.promise == Promise::Unsure =>
            {
                OfferedValue::Nothing
            }
            JsonValue::Array(text) | JsonValue::Object(text) => {
                match join_strings(text, field, &mut decoding.decoded) {
                    Some(replaced) => {
                        decoding.lossy |= replaced;
                        OfferedValue::Given(FieldValue::Decoded(start..decoding.decoded.len()))
                    }
                    None if field == Field::Text && text.len() == 2 => OfferedValue::Nothing,
                    None => OfferedValue::Unusable(match candidate.value {
                        JsonValue::Array(_) => "an array without strings",
                        _ => "an object without a text",
                    }),
                }
            }
        }
    }
}

/// Looks up the names of a record and keeps the values of those that stand for fields.
pub(super) struct Collector<'l, 'c, 'a> {
    lookup: &'l FieldLookup,
    memory: &'l mut NameMemory,
    candidates: &'c mut Candidates<'a>,
    place: FieldPlace,
    /// What the last name stands for.
    found: FoundName,
    /// What was entered, innermost last.
    entered: ArrayVec<EnteredField, MOST_ENTERED>,
}

/// An object or list that the collector entered.
struct EnteredField {
    /// The place around it.
    place: FieldPlace,
    /// What its name stands for.
    found: FoundName,
    /// For a list: the number of values before the current element.
    list: Option<ListOfObjects>,
}

/// A list of objects, of which the first that is of use counts.
#[derive(Clone, Copy)]
struct ListOfObjects {
    values_before: usize,
    /// Its objects are records, so only one with a text is of use.
    of_records: bool,
    done: bool,
}

impl<'l, 'c, 'a> Collector<'l, 'c, 'a> {
    pub(super) fn new(
        lookup: &'l FieldLookup,
        memory: &'l mut NameMemory,
        candidates: &'c mut Candidates<'a>,
    ) -> Self {
        memory.begin(lookup);
        Self {
            lookup,
            memory,
            candidates,
            place: lookup.top(),
            found: FoundName::default(),
            entered: ArrayVec::new(),
        }
    }

    /// Keeps a value for each field that `found` stands for.
    #[inline]
    fn offer(&mut self, found: &FoundName, value: JsonValue<'a>) {
        let nested = !self.entered.is_empty();
        for target in self.lookup.targets(found, nested) {
            self.candidates.offer(target, value);
        }
    }

    /// Ends an element of the innermost list.
    fn end_element(&mut self) {
        let Some(list) = self
            .entered
            .last_mut()
            .and_then(|entered| entered.list.as_mut())
        else {
            return;
        };
        let added = self
            .candidates
            .kept
            .get(list.values_before..)
            .unwrap_or_default();
        let has_text = |known: &Candidate<'_>| {
            known.target.field == Field::Text
                && known.target.promise != Promise::Last
                && is_something(known.value)
        };
        list.done = match list.of_records {
            true => added.iter().any(has_text),
            false => !added.is_empty(),
        };
        if !list.done {
            self.candidates.kept.truncate(list.values_before);
        }
    }
}

impl<'a> RecordVisitor<'a> for Collector<'_, '_, 'a> {
    #[inline]
    fn name(&mut self, name: &str) -> Enters {
        if self.entered.is_empty() {
            let (found, enters) = self.memory.find(self.lookup, name);
            self.found = found;
            return enters;
        }
        self.found = self.lookup.find(&self.place, name);
        self.lookup.enters(&self.found)
    }

    #[inline]
    fn value(&mut self, value: JsonValue<'a>) {
        if self.found.is_known() {
            let found = std::mem::take(&mut self.found);
            self.offer(&found, value);
        }
    }

    fn enter(&mut self, is_list: bool) {
        let inner = self.lookup.inner(&self.found);
        let list = is_list.then_some(ListOfObjects {
            values_before: self.candidates.kept.len(),
            of_records: self.lookup.is_wrapper(&self.found),
            done: false,
        });
        self.entered.push(EnteredField {
            place: std::mem::replace(&mut self.place, inner),
            found: std::mem::take(&mut self.found),
            list,
        });
    }

    fn element(&mut self) -> bool {
        let before = self.candidates.kept.len();
        let Some(entered) = self.entered.last_mut() else {
            return false;
        };
        match entered.list.as_mut() {
            Some(list) if !list.done => {
                list.values_before = before;
                // The element is an object without a name.
                self.entered.push(EnteredField {
                    place: self.place.clone(),
                    found: FoundName::default(),
                    list: None,
                });
                true
            }
            _ => false,
        }
    }

    fn leave(&mut self, value: JsonValue<'a>) {
        let Some(left) = self.entered.pop() else {
            return;
        };
        self.place = left.place;
        if left.list.is_none() && !left.found.is_known() {
            self.end_element();
        } else if !self.lookup.is_wrapper(&left.found) {
            self.offer(&left.found, value);
        }
    }
}

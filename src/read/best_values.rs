//! Chooses the value of each field among all values of a record of JSON.

use std::cmp::Ordering;

use super::json_scanner::join_strings;
use super::json_value::JsonValue;
use super::names::{FIELDS, Field, FieldTarget, show};

/// Characters of an id that a reject shows.
const ID_CHARACTERS: usize = 200;

/// The best value so far for each field.
#[derive(Default)]
pub(super) struct BestValues<'a> {
    by_field: [BestValue<'a>; FIELDS],
}

#[derive(Clone, Copy, Default)]
struct BestValue<'a> {
    usable: bool,
    rank: u32,
    value: Option<JsonValue<'a>>,
}

impl<'a> BestValues<'a> {
    /// Keeps `value` for each of its fields in which it is better than the value so far. A usable
    /// value is better than one that is not; then the preferred name decides; then the later value
    /// wins.
    #[inline]
    pub(super) fn offer(&mut self, targets: &[FieldTarget], value: JsonValue<'a>) {
        for target in targets {
            let usable = is_usable(value, target.field);
            let best = &mut self.by_field[target.field.index()];
            let better = match (best.value, usable.cmp(&best.usable)) {
                (None, _) | (_, Ordering::Greater) => true,
                (_, Ordering::Equal) => target.rank <= best.rank,
                (_, Ordering::Less) => false,
            };
            if better {
                *best = BestValue {
                    usable,
                    rank: target.rank,
                    value: Some(value),
                };
            }
        }
    }

    /// The best value of a field.
    pub(super) fn of(&self, field: Field) -> Option<JsonValue<'a>> {
        self.by_field[field.index()].value
    }

    /// The id, for a reject.
    pub(super) fn id(&self, escapes: &[u32]) -> Option<String> {
        match self.of(Field::Id)? {
            JsonValue::Number(digits) => Some(show(digits, ID_CHARACTERS)),
            JsonValue::String(string) if !string.raw.is_empty() => {
                let mut id = String::new();
                string.unescape(escapes, &mut id);
                Some(show(&id, ID_CHARACTERS))
            }
            _ => None,
        }
    }
}

/// Tells whether a value holds something that `field` can use.
fn is_usable(value: JsonValue<'_>, field: Field) -> bool {
    match value {
        JsonValue::Null | JsonValue::Bool | JsonValue::Object => false,
        JsonValue::String(string) => !string.raw.is_empty(),
        JsonValue::Number(_) => field != Field::Text,
        JsonValue::Array(array) => {
            !matches!(field, Field::Id | Field::Text)
                && join_strings(array, &mut String::new()).is_some()
        }
    }
}

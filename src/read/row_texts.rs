//! Texts of a row in memory, in place of the empty strings that its line of JSON has for them.

use std::slice;

use super::json_scanner::{Enters, RecordVisitor};
use super::json_value::{JsonString, JsonValue};

/// Passes a record on to a visitor, the texts of its members as they are in memory.
pub(super) struct WithTexts<'t, 'a, V> {
    visitor: V,
    /// Texts of the members that follow.
    texts: slice::Iter<'t, Option<&'a str>>,
    /// Text of the member whose name came last.
    text: Option<&'a str>,
    /// Number of objects and lists that were entered.
    entered: usize,
}

impl<'t, 'a, V> WithTexts<'t, 'a, V> {
    /// `texts` has one item for each member of the record, `None` if its value stands in the line.
    pub(super) fn new(visitor: V, texts: &'t [Option<&'a str>]) -> Self {
        Self {
            visitor,
            texts: texts.iter(),
            text: None,
            entered: 0,
        }
    }
}

impl<'a, V: RecordVisitor<'a>> RecordVisitor<'a> for WithTexts<'_, 'a, V> {
    #[inline]
    fn name(&mut self, name: &str) -> Enters {
        if self.entered == 0 {
            self.text = self.texts.next().copied().flatten();
        }
        self.visitor.name(name)
    }

    #[inline]
    fn value(&mut self, value: JsonValue<'a>) {
        self.visitor.value(match self.text.take() {
            // A text has no escapes, whatever it looks like.
            Some(raw) => JsonValue::String(JsonString {
                raw,
                first_escape: 0,
                escapes: 0,
            }),
            None => value,
        });
    }

    fn enter(&mut self, is_list: bool) {
        self.entered += 1;
        self.visitor.enter(is_list);
    }

    fn element(&mut self) -> bool {
        let entered = self.visitor.element();
        self.entered += usize::from(entered);
        entered
    }

    fn leave(&mut self, value: JsonValue<'a>) {
        self.entered -= 1;
        self.visitor.leave(value);
    }
}

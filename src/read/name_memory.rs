//! Remembers what the names at the top of the last record stand for.
//!
//! Records of one source nearly always have the same names in the same order, so that comparing a
//! name with the one at the same place of the last record spares most lookups.

use super::field_lookup::{FieldLookup, FoundName};
use super::json_scanner::Enters;

/// Names that are remembered. Records of the known makers have fewer.
const MOST_NAMES: usize = 64;

/// Bytes of the longest name that is remembered.
const LONGEST_NAME: usize = 64;

/// The names at the top of the last record, in order.
#[derive(Debug, Default)]
pub(super) struct NameMemory {
    /// Number of the lookup that the names were looked up with.
    lookup: u64,
    names: Vec<RememberedName>,
    /// Place of the next name of the record.
    next: usize,
}

#[derive(Debug)]
struct RememberedName {
    name: String,
    found: FoundName,
    enters: Enters,
}

impl NameMemory {
    /// Begins a record whose names are looked up with `lookup`.
    pub(super) fn begin(&mut self, lookup: &FieldLookup) {
        if self.lookup != lookup.number() {
            self.lookup = lookup.number();
            self.names.clear();
        }
        self.next = 0;
    }

    /// Looks up the next name at the top of the record.
    #[inline]
    pub(super) fn find(&mut self, lookup: &FieldLookup, name: &str) -> (FoundName, Enters) {
        let at = self.next;
        self.next += 1;
        match self.names.get(at) {
            Some(known) if known.name == name => (known.found.clone(), known.enters),
            _ => self.look_up(at, lookup, name),
        }
    }

    /// Looks a name up, and remembers it at its place.
    fn look_up(&mut self, at: usize, lookup: &FieldLookup, name: &str) -> (FoundName, Enters) {
        let found = lookup.find(&lookup.top(), name);
        let enters = lookup.enters(&found);
        if name.len() <= LONGEST_NAME {
            if let Some(known) = self.names.get_mut(at) {
                known.name.clear();
                known.name.push_str(name);
                known.found = found.clone();
                known.enters = enters;
            } else if at == self.names.len() && at < MOST_NAMES {
                self.names.push(RememberedName {
                    name: name.to_owned(),
                    found: found.clone(),
                    enters,
                });
            }
        }
        (found, enters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::FieldNames;

    #[test]
    fn remembered_names_are_found_as_if_looked_up() {
        let own = FieldNames {
            text: vec!["b".into()],
            ..FieldNames::default()
        };
        let lookups = [
            FieldLookup::new(&FieldNames::default()),
            FieldLookup::new(&own),
        ];
        let long = "x".repeat(LONGEST_NAME + 1);
        let many: Vec<String> = (0..MOST_NAMES + 9).map(|n| format!("text{n}")).collect();
        let records = [
            vec!["text", "b", "meta.url", "article", long.as_str()],
            vec!["text", "b", "meta.url", "article", long.as_str()],
            vec!["b", "text", long.as_str(), "meta.url", "Text", "title"],
            many.iter().map(String::as_str).collect(),
            vec!["text", "text", "", "b"],
        ];
        let mut memory = NameMemory::default();
        for lookup in [&lookups[0], &lookups[1], &lookups[0]] {
            for record in &records {
                memory.begin(lookup);
                for name in record {
                    let expected = lookup.find(&lookup.top(), name);
                    let (found, enters) = memory.find(lookup, name);
                    assert_eq!(found, expected, "{name}");
                    assert_eq!(enters, lookup.enters(&expected), "{name}");
                }
            }
        }
        assert!(memory.names.len() <= MOST_NAMES);
    }
}

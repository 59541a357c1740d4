//! Finds the fields of a document by the names in a record, nested ones included.
//!
//! The accepted names form a tree of path segments. A [`FieldPlace`] is the set of nodes at which a
//! reader stands: one at the top of a record, several within a wrapper object, whose fields are
//! also looked up as if they stood on top.
//!
//! Each key of each record is looked up, so a lookup hashes the key once, without copying it, and
//! usually ends at an empty slot of the table or at one comparison.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arrayvec::ArrayVec;

use super::json_scanner::Enters;
use super::names::{
    Field, FieldNames, HOST_NAMES, LAST_NAMES, UNSURE_URL_NAMES, UTC_NAMES, VAGUE_NAMES,
    WRAPPER_NAMES, list_names,
};

/// Wrapper objects within one another whose fields are looked up.
const WRAPPERS_DEEP: u32 = 3;

/// Most nodes of a [`FieldPlace`]: a path of the user's may go through every wrapper object.
const MOST_NODES: usize = WRAPPERS_DEEP as usize + 1;

/// Names of the text that a reject lists.
const TEXT_NAMES_LISTED: usize = 10;

/// Keys of an object that stands for one value, such as `{"$date": "2026-03-04"}`, in any field.
/// A column `published.$date` has the same value.
pub(super) const VALUE_KEYS: &[&str] = &[
    "$oid",
    "$date",
    "$numberLong",
    "rendered",
    "#text",
    "@value",
    "_value",
    "value",
    "main",
    "name",
    "original",
];

/// Kind of value that a name promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// The user chose the name: every value counts.
    Chosen,
    /// What the field needs.
    Usual,
    /// The host of a site.
    Host,
    /// A site, or something else that yields to the url's host.
    Vague,
    /// A url, an id, or something else.
    Unsure,
    /// A time of UTC, if it has no zone.
    Utc,
    /// Counts only in a record without another name of the field.
    Last,
}

/// A field that a name stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldTarget {
    pub(super) field: Field,
    /// Order of preference; the smallest is preferred.
    pub(super) rank: u32,
    pub(super) promise: Promise,
}

/// Number of a node of the tree.
type NodeNo = u32;

/// The node of the record itself.
const RECORD: NodeNo = 0;

/// A node, and the number of wrapper objects around it.
type PlacedNode = (NodeNo, u32);

/// The nodes at which a reader stands, in an object of a record.
#[derive(Debug, Clone)]
pub(super) struct FieldPlace {
    nodes: ArrayVec<PlacedNode, MOST_NODES>,
}

/// The nodes that a name leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FoundName {
    nodes: ArrayVec<PlacedNode, MOST_NODES>,
}

/// A segment of a path.
#[derive(Debug)]
struct PathNode {
    /// Its name, normalised.
    segment: Box<[u8]>,
    targets: Vec<FieldTarget>,
    has_children: bool,
    is_wrapper: bool,
    /// Index of the chosen name that ends here.
    chosen: Option<usize>,
}

/// A name that the user chose, and whether a record has it.
#[derive(Debug)]
struct ChosenName {
    field: Field,
    name: String,
    seen: AtomicBool,
}

/// A slot of the table of nodes.
#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u64,
    parent: NodeNo,
    node: NodeNo,
}

/// Finds the fields that a name stands for.
#[derive(Debug)]
pub(super) struct FieldLookup {
    /// A number that no other lookup of the process has.
    number: u64,
    nodes: Vec<PathNode>,
    /// Open addressing by the hash of name and parent; a power of two, at most a quarter full.
    slots: Vec<Option<Slot>>,
    chosen: Vec<ChosenName>,
    /// Names of the text, for a reject.
    text_names: String,
}

impl FieldLookup {
    pub(super) fn new(names: &FieldNames) -> Self {
        let segments = names
            .lists()
            .into_iter()
            .flatten()
            .map(|name| name.split('.').count());
        let nodes = 1 + segments.sum::<usize>() + WRAPPER_NAMES.len();
        let slots = (4 * nodes).next_power_of_two();
        // 0 is the number of no lookup.
        static MADE: AtomicU64 = AtomicU64::new(1);
        let mut lookup = Self {
            number: MADE.fetch_add(1, Ordering::Relaxed),
            nodes: vec![PathNode::new(Box::default())],
            slots: vec![None; slots],
            chosen: Vec::new(),
            text_names: list_text_names(&names.text),
        };
        let usual = FieldNames::default();
        for ((field, list), usual) in Field::ALL.into_iter().zip(names.lists()).zip(usual.lists()) {
            for (name, rank) in list.iter().zip(0u32..) {
                let promise = match list == usual {
                    true => promise(field, name),
                    false => Promise::Chosen,
                };
                lookup.insert(field, name, rank, promise);
            }
        }
        for name in WRAPPER_NAMES {
            let node = lookup.child_or_new(RECORD, name);
            // A name that the user chose for a field holds that field.
            let node = &mut lookup.nodes[node as usize];
            node.is_wrapper = node.chosen.is_none();
        }
        lookup
    }

    /// Adds a path to the tree.
    fn insert(&mut self, field: Field, name: &str, rank: u32, promise: Promise) {
        let mut at = RECORD;
        for segment in name.trim().split('.') {
            self.nodes[at as usize].has_children = true;
            at = self.child_or_new(at, segment);
        }
        let node = &mut self.nodes[at as usize];
        if node.targets.iter().all(|known| known.field != field) {
            node.targets.push(FieldTarget {
                field,
                rank,
                promise,
            });
        }
        if promise == Promise::Chosen {
            node.chosen = Some(self.chosen.len());
            self.chosen.push(ChosenName {
                field,
                name: name.to_owned(),
                seen: AtomicBool::new(false),
            });
        }
    }

    /// The child of a node by its name, which is made if there is none yet.
    fn child_or_new(&mut self, parent: NodeNo, segment: &str) -> NodeNo {
        let hash = HashedName::of(segment).hash;
        if let Some(known) = self.child(parent, segment, hash) {
            return known;
        }
        let node = self.nodes.len() as NodeNo;
        self.nodes
            .push(PathNode::new(normalised(segment).collect()));
        let mut at = self.first_slot(parent, hash);
        while self.slots[at].is_some() {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = Some(Slot { hash, parent, node });
        node
    }

    /// The child of a node by its name; `hash` is that of the name.
    #[inline]
    fn child(&self, parent: NodeNo, name: &str, hash: u64) -> Option<NodeNo> {
        let mut at = self.first_slot(parent, hash);
        while let Some(slot) = self.slots[at] {
            if slot.hash == hash && slot.parent == parent {
                let segment = &self.nodes[slot.node as usize].segment;
                // Most names are spelt like the segment.
                let same =
                    name.as_bytes() == &segment[..] || normalised(name).eq(segment.iter().copied());
                if same {
                    return Some(slot.node);
                }
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        None
    }

    #[inline]
    fn first_slot(&self, parent: NodeNo, hash: u64) -> usize {
        let mixed = (hash ^ u64::from(parent)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & (self.slots.len() - 1)
    }

    /// A number that no other lookup of the process has, and never 0.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The place at the top of a record.
    pub(super) fn top(&self) -> FieldPlace {
        FieldPlace {
            nodes: ArrayVec::from_iter([(RECORD, 0)]),
        }
    }

    /// Looks a name up. A name with full stops that is not known as a whole is a path.
    #[inline]
    pub(super) fn find(&self, place: &FieldPlace, name: &str) -> FoundName {
        let hashed = HashedName::of(name);
        let found = match hashed.dotted {
            false => self.step(place, name, hashed.hash),
            true => self.find_path(place, name),
        };
        for &(node, _) in &found.nodes {
            if let Some(chosen) = self.nodes[node as usize].chosen {
                self.chosen[chosen].see();
            }
        }
        found
    }

    /// Follows the segments of a name.
    fn find_path(&self, place: &FieldPlace, name: &str) -> FoundName {
        let mut place = place.clone();
        let mut found = FoundName::default();
        for segment in name.split('.') {
            let next = self.step(&place, segment, HashedName::of(segment).hash);
            // `published.$date` holds the value of `published`.
            if next.nodes.is_empty() && VALUE_KEYS.contains(&segment) && !found.nodes.is_empty() {
                continue;
            }
            if next.nodes.is_empty() {
                return next;
            }
            place = self.inner(&next);
            found = next;
        }
        found
    }

    /// The nodes to which one segment leads.
    #[inline]
    fn step(&self, place: &FieldPlace, name: &str, hash: u64) -> FoundName {
        let mut nodes = ArrayVec::new();
        for &(node, wrappers) in &place.nodes {
            if let Some(child) = self.child(node, name, hash) {
                nodes.push((child, wrappers));
            }
        }
        FoundName { nodes }
    }

    /// The place within the object that a name leads to.
    pub(super) fn inner(&self, found: &FoundName) -> FieldPlace {
        let mut nodes = ArrayVec::new();
        for &(no, wrappers) in &found.nodes {
            let node = &self.nodes[no as usize];
            if node.has_children {
                nodes.push((no, wrappers));
            }
        }
        if let Some((_, wrappers)) = self.wrapper(found) {
            nodes.push((RECORD, wrappers + 1));
        }
        FieldPlace { nodes }
    }

    /// The wrapper object among the nodes of a name. There is at most one, since all are children
    /// of the record.
    fn wrapper(&self, found: &FoundName) -> Option<PlacedNode> {
        found
            .nodes
            .iter()
            .copied()
            .find(|&(no, wrappers)| self.nodes[no as usize].is_wrapper && wrappers < WRAPPERS_DEEP)
    }

    /// Tells whether an object of that name holds a record's fields and is no value itself.
    pub(super) fn is_wrapper(&self, found: &FoundName) -> bool {
        self.wrapper(found).is_some()
    }

    /// The values of that name that may hold fields.
    #[inline]
    pub(super) fn enters(&self, found: &FoundName) -> Enters {
        let mut enters = Enters::Nothing;
        for &(no, _) in &found.nodes {
            let node = &self.nodes[no as usize];
            if node.has_children || (node.is_wrapper && node.targets.is_empty()) {
                return Enters::ObjectsAndLists;
            }
            // A list called `article` has the paragraphs of one.
            if node.is_wrapper {
                enters = Enters::Objects;
            }
        }
        enters
    }

    /// The fields that a name stands for: none, one, or several. `nested` says that the name was
    /// found in an object and not as a whole; the whole name is preferred.
    #[inline]
    pub(super) fn targets(
        &self,
        found: &FoundName,
        nested: bool,
    ) -> impl Iterator<Item = FieldTarget> {
        found.nodes.iter().flat_map(move |&(no, wrappers)| {
            let targets = self.nodes[no as usize].targets.iter();
            targets.map(move |target| FieldTarget {
                rank: wrappers << 24 | target.rank << 1 | u32::from(nested),
                ..*target
            })
        })
    }

    /// The fields that a name at the top of a record stands for.
    pub(super) fn fields(&self, name: &str) -> ArrayVec<FieldTarget, { Field::ALL.len() }> {
        let found = self.find(&self.top(), name);
        self.targets(&found, false).take(Field::ALL.len()).collect()
    }

    /// Tells whether a name stands for a field.
    pub(super) fn knows(&self, name: &str) -> bool {
        !self.fields(name).is_empty()
    }

    /// Tells whether a name is one of the text, and not only for want of another one.
    pub(super) fn names_text(&self, name: &str) -> bool {
        let is_text =
            |target: &FieldTarget| target.field == Field::Text && target.promise != Promise::Last;
        self.fields(name).iter().any(is_text)
    }

    /// Tells whether the user chose a name.
    pub(super) fn has_chosen(&self) -> bool {
        !self.chosen.is_empty()
    }

    /// Names that the user chose and that no record had so far.
    pub(super) fn unseen(&self) -> impl Iterator<Item = (Field, &str)> {
        let unseen = |name: &&ChosenName| !name.seen.load(Ordering::Relaxed);
        let chosen = self.chosen.iter().filter(unseen);
        chosen.map(|chosen| (chosen.field, chosen.name.as_str()))
    }

    /// The reason to reject a record that has `names`, none of which stands for the text.
    pub(super) fn no_text<'n>(&self, names: impl Iterator<Item = Cow<'n, str>>) -> String {
        format!(
            "no text field (looked for {}); the record has: {}; \
             name the right one with --text-field",
            self.text_names,
            list_names(names)
        )
    }
}

impl FoundName {
    /// Tells whether the name leads anywhere.
    #[inline]
    pub(super) fn is_known(&self) -> bool {
        !self.nodes.is_empty()
    }
}

impl PathNode {
    fn new(segment: Box<[u8]>) -> Self {
        Self {
            segment,
            targets: Vec::new(),
            has_children: false,
            is_wrapper: false,
            chosen: None,
        }
    }
}

impl ChosenName {
    /// Notes that a record has the name. Threads share the note, so it is written once.
    fn see(&self) {
        if !self.seen.load(Ordering::Relaxed) {
            self.seen.store(true, Ordering::Relaxed);
        }
    }
}

/// The kind of value that one of the usual names promises.
fn promise(field: Field, name: &str) -> Promise {
    let in_list = |names: &[&str]| names.contains(&name);
    match field {
        Field::Site if in_list(HOST_NAMES) => Promise::Host,
        Field::Site if in_list(VAGUE_NAMES) => Promise::Vague,
        Field::Url if in_list(UNSURE_URL_NAMES) => Promise::Unsure,
        // The address of an article is no id, but ninjs and Event Registry keep ids there.
        Field::Id if name == "uri" => Promise::Unsure,
        Field::Published if in_list(UTC_NAMES) => Promise::Utc,
        Field::Text | Field::Title if in_list(LAST_NAMES) => Promise::Last,
        _ => Promise::Usual,
    }
}

/// The first names of the text, for a reject.
fn list_text_names(names: &[String]) -> String {
    let listed = names[..names.len().min(TEXT_NAMES_LISTED)].join(", ");
    match names.len().saturating_sub(TEXT_NAMES_LISTED) {
        0 => listed,
        more => format!("{listed} and {more} other names"),
    }
}

/// The hash of a name, normalised.
struct HashedName {
    /// FNV-1a.
    hash: u64,
    /// The name has a full stop.
    dotted: bool,
}

impl HashedName {
    #[inline]
    fn of(name: &str) -> Self {
        let mut hashed = Self {
            hash: 0xcbf2_9ce4_8422_2325,
            dotted: false,
        };
        for byte in normalised(name) {
            hashed.hash = (hashed.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            hashed.dotted |= byte == b'.';
        }
        hashed
    }
}

/// The bytes of a name without what names of one meaning differ in: the case of ASCII letters,
/// spaces, hyphens and underscores. An underscore at the start stays.
#[inline]
fn normalised(name: &str) -> impl Iterator<Item = u8> {
    let marked = name.starts_with('_').then_some(b'_');
    let bytes = name
        .bytes()
        .filter(|byte| !matches!(byte, b'_' | b'-' | b' '));
    marked
        .into_iter()
        .chain(bytes.map(|byte| byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lookup: &FieldLookup, name: &str) -> Vec<(Field, u32)> {
        let found = lookup.find(&lookup.top(), name);
        let targets = lookup.targets(&found, false);
        targets.map(|target| (target.field, target.rank)).collect()
    }

    fn fields(lookup: &FieldLookup, name: &str) -> Vec<Field> {
        found(lookup, name)
            .into_iter()
            .map(|(field, _)| field)
            .collect()
    }

    #[test]
    fn spellings_of_one_name_are_one_name() {
        let lookup = FieldLookup::new(&FieldNames::default());
        for (name, expected) in [
            ("text", Some(Field::Text)),
            ("TEXT", Some(Field::Text)),
            ("MainText", Some(Field::Text)),
            ("main_text", Some(Field::Text)),
            ("Full Text", Some(Field::Text)),
            ("articleBody", Some(Field::Text)),
            ("texts", None),
            ("tex", None),
            ("", None),
            ("_", None),
            (".", None),
            ("..text", None),
            ("doc-id", Some(Field::Id)),
            ("_id", Some(Field::Id)),
            ("_text", None),
            ("publishedAt", Some(Field::Published)),
            ("Published-At ", Some(Field::Published)),
            ("webPublicationDate", Some(Field::Published)),
            ("a name longer than every name that is known", None),
        ] {
            let expected: Vec<Field> = expected.into_iter().collect();
            assert_eq!(fields(&lookup, name), expected, "{name}");
        }
    }

    #[test]
    fn a_flat_name_with_full_stops_is_a_path() {
        let lookup = FieldLookup::new(&FieldNames::default());
        for (name, expected) in [
            ("metadata.url", vec![Field::Url]),
            ("_source.text", vec![Field::Text]),
            ("_source.metadata.url", vec![Field::Url]),
            ("doc.doc.doc.url", vec![Field::Url]),
            ("doc.doc.doc.doc.url", vec![]),
            ("other.url", vec![]),
            ("source.name", vec![Field::Site]),
            ("thread.site", vec![Field::Site]),
            ("thread.text", vec![]),
            ("title.rendered", vec![Field::Title]),
            ("publish_date.$date.$numberLong", vec![Field::Published]),
            ("$date", vec![]),
        ] {
            assert_eq!(fields(&lookup, name), expected, "{name}");
        }
        let rank = |name| found(&lookup, name)[0].1;
        assert!(rank("crawled") < rank("meta.crawled"));
        assert!(rank("meta.crawled") < rank("meta.meta.crawled"));
    }

    #[test]
    fn each_usual_name_stands_for_its_field() {
        let names = FieldNames::default();
        let lookup = FieldLookup::new(&names);
        for (field, list) in Field::ALL.into_iter().zip(names.lists()) {
            for (rank, name) in list.iter().enumerate() {
                let ranks = found(&lookup, name);
                let known = ranks.iter().filter(|(of, _)| *of == field);
                let ranks: Vec<_> = known.map(|(_, rank)| rank >> 1).collect();
                // A second spelling of a name has the rank of the first.
                assert!(ranks.len() == 1 && ranks[0] as usize <= rank, "{name}");
            }
        }
    }

    #[test]
    fn one_name_may_be_given_to_several_fields() {
        let names = FieldNames {
            text: vec!["title".into(), "Title".into()],
            ..FieldNames::default()
        };
        let lookup = FieldLookup::new(&names);
        assert_eq!(fields(&lookup, "title"), [Field::Text, Field::Title]);
    }

    #[test]
    fn chosen_names_are_noted_when_a_record_has_them() {
        let names = FieldNames {
            text: vec!["story.words".into()],
            url: vec!["lnik".into()],
            ..FieldNames::default()
        };
        let lookup = FieldLookup::new(&names);
        let unseen = |lookup: &FieldLookup| -> Vec<String> {
            lookup.unseen().map(|(_, name)| name.to_owned()).collect()
        };
        assert_eq!(unseen(&lookup), ["story.words", "lnik"]);
        assert_eq!(fields(&lookup, "url"), []);
        assert_eq!(fields(&lookup, "Story.Words"), [Field::Text]);
        assert_eq!(unseen(&lookup), ["lnik"]);
    }
}

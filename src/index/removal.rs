//! Removing documents by their ids, so that no file of the index has anything of them.
//!
//! A segment that holds a removed document is written again without it. A segment that only knows
//! of it, in a pair or as the name of a cluster, gets new tables of pairs and names. What is left
//! is what an index has that never read the document:
//!
//! - Pairs are stored for one of several identical documents, so those of a removed document pass
//!   on to another one with the same words.
//! - A cluster that is named after a removed document is named after the first of the others.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::error::IndexError;
use super::reader::Index;
use super::segment_reader::SegmentReader;
use super::tables::{DocumentRow, Names};
use crate::pipeline::KnownPair;

/// Most ids that [`Removal::of_other_documents`] lists.
const MOST_LISTED: usize = 100;

/// Outcome of removing documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removal {
    /// Documents that were removed.
    pub documents: u64,
    /// Earlier texts of them, which were replaced or dropped but still on the disk.
    pub old_texts: u64,
    /// Ids that no document has, in the order given.
    pub unknown: Vec<String>,
    /// Ids that begin with a given one and name other documents, because several had that id; the
    /// first of them, in order.
    pub of_other_documents: Vec<String>,
    /// Old and new names of clusters that were named after a removed document, in order.
    pub renamed_clusters: Vec<(String, String)>,
}

/// Rows to take out of the tables of an index.
#[derive(Debug, Default)]
pub(super) struct Scrub {
    /// Serials of the documents to remove, whether they still count or not.
    pub(super) serials: HashSet<u64>,
    /// Serials of documents with the same words, which take over their pairs.
    substitutes: HashMap<u64, u64>,
    /// New names of clusters by their old names; `None` if no document is left to name one.
    cluster_names: HashMap<Arc<str>, Option<Arc<str>>>,
}

/// A document of a cluster in canonical order: dated ones first, then by time and id.
type Member = (bool, Option<i64>, String);

/// A document to remove.
struct RemovedDocument {
    serial: u64,
    content: u128,
    counts: bool,
}

impl Scrub {
    /// Finds what there is of the documents with these ids.
    pub(super) fn find(index: &Index, ids: &[String]) -> Result<(Scrub, Removal), IndexError> {
        let wanted: HashSet<&str> = ids.iter().map(String::as_str).collect();
        let mut removed: Vec<RemovedDocument> = Vec::new();
        let (mut found, mut similar) = (HashSet::new(), Vec::new());
        each_document(index, &mut |row, counts| {
            if wanted.contains(row.id) {
                found.insert(row.id.to_owned());
                removed.push(RemovedDocument {
                    serial: row.serial,
                    content: row.content,
                    counts,
                });
            } else if counts
                && row
                    .id
                    .rsplit_once('#')
                    .is_some_and(|(id, _)| wanted.contains(id))
            {
                similar.push(row.id.to_owned());
            }
        })?;
        similar.sort_unstable();
        similar.truncate(MOST_LISTED);
        let mut scrub = Scrub {
            serials: removed.iter().map(|one| one.serial).collect(),
            ..Scrub::default()
        };
        let mut unknown: Vec<String> = ids.to_vec();
        unknown.retain(|id| !found.contains(id));
        scrub.find_substitutes(index, &removed, &found)?;
        let renamed = scrub.cluster_names.iter().filter_map(|(old, new)| {
            let new = new.as_ref()?;
            Some((old.to_string(), new.to_string()))
        });
        let mut renamed_clusters: Vec<(String, String)> = renamed.collect();
        renamed_clusters.sort_unstable();
        let documents = removed.iter().filter(|one| one.counts).count() as u64;
        let removal = Removal {
            documents,
            old_texts: removed.len() as u64 - documents,
            unknown,
            of_other_documents: similar,
            renamed_clusters,
        };
        Ok((scrub, removal))
    }

    /// Finds documents that take over pairs, and new names for clusters called by one of the `ids`.
    fn find_substitutes(
        &mut self,
        index: &Index,
        removed: &[RemovedDocument],
        ids: &HashSet<String>,
    ) -> Result<(), IndexError> {
        let mut names = Names::new();
        for segment in &index.segments {
            segment.load_names(&mut names)?;
            // Earlier tables may still have a name that a later one has changed.
            let called = names.values().filter(|name| ids.contains(&***name));
            let called = called.map(|name| (Arc::clone(name), None));
            self.cluster_names.extend(called);
        }
        let by_content: HashSet<u128> = removed.iter().map(|one| one.content).collect();
        let mut substitute_of: HashMap<u128, u64> = HashMap::new();
        let mut members: BTreeMap<Arc<str>, Vec<Member>> = BTreeMap::new();
        each_document(index, &mut |row, counts| {
            if !counts || self.serials.contains(&row.serial) {
                return;
            }
            if by_content.contains(&row.content) {
                substitute_of.entry(row.content).or_insert(row.serial);
            }
            let Some(cluster) = names.get(&row.serial) else {
                return;
            };
            if self.cluster_names.contains_key(cluster) {
                let member = (row.published.is_none(), row.published, row.id.to_owned());
                members.entry(Arc::clone(cluster)).or_default().push(member);
            }
        })?;
        let substitutes = removed
            .iter()
            .filter_map(|one| Some((one.serial, *substitute_of.get(&one.content)?)));
        self.substitutes = substitutes.collect();
        let mut taken: HashSet<Arc<str>> = names.into_values().collect();
        for (cluster, mut members) in members {
            members.sort_unstable();
            let mut ids = members.iter().map(|(_, _, id)| Arc::from(id.as_str()));
            let name = ids.find(|id| !taken.contains(id));
            taken.extend(name.clone());
            self.cluster_names.insert(cluster, name);
        }
        Ok(())
    }

    /// Takes the documents out of pairs. Returns true if there was one of them.
    pub(super) fn ties(&self, ties: &mut Vec<KnownPair>) -> bool {
        let mut changed = false;
        for end in ties.iter_mut().flat_map(|tie| [&mut tie.a, &mut tie.b]) {
            if self.serials.contains(end) {
                changed = true;
                *end = self.substitutes.get(end).copied().unwrap_or(*end);
            }
        }
        if changed {
            let is_left = |serial| !self.serials.contains(&serial);
            ties.retain(|tie| tie.a != tie.b && is_left(tie.a) && is_left(tie.b));
            let mut pairs = HashSet::new();
            ties.retain(|tie| pairs.insert((tie.a.min(tie.b), tie.a.max(tie.b))));
        }
        changed
    }

    /// Takes the documents out of the names of clusters. Returns true if there was one of them.
    pub(super) fn names(&self, names: &mut Names) -> bool {
        let before = names.len();
        names.retain(|serial, _| !self.serials.contains(serial));
        let mut changed = names.len() < before;
        for name in names.values_mut() {
            if let Some(new) = self.cluster_names.get(name) {
                *name = new.clone().unwrap_or_default();
                changed = true;
            }
        }
        changed
    }

    /// True if a segment holds one of the documents.
    pub(super) fn concerns(&self, segment: &SegmentReader) -> Result<bool, IndexError> {
        let within = &segment.entry.serials;
        if !self.serials.iter().any(|serial| within.contains(serial)) {
            return Ok(false);
        }
        let documents = segment.documents()?;
        let serials = documents.serials()?;
        Ok(serials.iter().any(|serial| self.serials.contains(serial)))
    }
}

/// Passes the row of each document to `each`, and true if the document counts.
fn each_document(
    index: &Index,
    each: &mut dyn FnMut(&DocumentRow<'_>, bool),
) -> Result<(), IndexError> {
    for segment in &index.segments {
        segment.documents()?.each(&mut |row| {
            each(&row, !index.manifest.is_gone(row.serial));
            Ok(())
        })?;
    }
    Ok(())
}

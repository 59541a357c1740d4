//! Ids under which the records of a run stand in an index.
//!
//! An index keeps ids for good, so an id must not depend on the name of a file, which is the same
//! every night, nor on the other records of the file. A record is called
//!
//! 1. by its own id, or
//! 2. by its url as it is given, or
//! 3. by its site and a hash of its site, page, time of publication and words: its *content id*.
//!
//! If another document has that name, the record keeps it with the hash appended, as in
//! `17#6c1e…`. Copies that even the hash does not tell apart are numbered: `…-2`, `…-3`. They can
//! stand for each other, so it does not matter which gets which number.
//!
//! A record and a document of the index with one name are the same document if nothing says
//! otherwise and they have the same words, or if they are known to be on one page or, without urls,
//! on one site; a page that moved within its site keeps its title. Nothing is dropped on less
//! evidence: whatever the ids, a document stays, is in the index already, replaces an older text of
//! itself, or is rejected as the second record of a file with its id. None of these decisions
//! depends on the order of files and records, except which record of a file is the second.

use std::cmp::Ordering;
use std::collections::HashSet;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::documents::Catalog;
use super::hashes;
use super::numbers::{Slot, cross_site};
use super::settled_ids::{Conflict, ConflictWith, SameId, SettledIds};
use crate::document::{Document, Published};

/// Documents of an index and of a run whose ids are to be settled. `catalog.ids` holds the name of
/// each: for a record of the run its own id, else its url, else nothing.
pub(super) struct StoredIds<'a> {
    pub(super) catalog: &'a Catalog,
    /// For each record of the run, true if it has an id of its own.
    pub(super) own_ids: &'a [bool],
    /// Records whose date depends on the other dates of their source, in order.
    pub(super) open_dates: &'a [Slot],
    /// Documents that stay only if the run reads them again; otherwise their names are free.
    pub(super) passing: &'a HashSet<Slot>,
    /// True if a record replaces the document with its id even if neither has a url or a site.
    pub(super) by_id_alone: bool,
}

/// A record that cannot have its name.
struct Unnamed {
    record: Slot,
    /// Hash of what it is.
    hash: u64,
    /// The reason, if it has an id of its own.
    conflict: Option<ConflictWith>,
}

/// Names by their hashes, in order.
type ByHash = Vec<(u64, Slot)>;

impl StoredIds<'_> {
    /// Settles the ids.
    pub(super) fn settle(&self) -> SettledIds {
        let count = self.catalog.columns.len() as u32;
        let mut by_hash: ByHash = (0..count)
            .into_par_iter()
            .map(Slot)
            .filter(|&slot| !self.name(slot).is_empty())
            .map(|slot| (xxh3_64(self.name(slot).as_bytes()), slot))
            .collect();
        by_hash.par_sort_unstable();
        let mut ids = SettledIds::default();
        let nameless = (self.seen() as u32..count).into_par_iter().map(Slot);
        let mut unnamed: Vec<Unnamed> = nameless
            .filter(|&slot| self.name(slot).is_empty())
            .map(|slot| self.unnamed(slot, None))
            .collect();
        let equal_hashes = by_hash.chunk_by(|x, y| x.0 == y.0);
        for documents in equal_hashes.filter(|documents| documents.len() > 1) {
            let mut documents: Vec<Slot> = documents.iter().map(|&(_, slot)| slot).collect();
            documents.sort_by_key(|&slot| (self.name(slot), slot));
            let by_name = documents.chunk_by(|&x, &y| self.name(x) == self.name(y));
            for documents in by_name.filter(|documents| documents.len() > 1) {
                self.settle_name(documents, &by_hash, &mut ids, &mut unnamed);
            }
        }
        self.name_by_content(unnamed, &by_hash, &mut ids);
        ids
    }

    /// Decides on the documents that claim one name, in order of slot.
    fn settle_name(
        &self,
        documents: &[Slot],
        by_hash: &ByHash,
        ids: &mut SettledIds,
        unnamed: &mut Vec<Unnamed>,
    ) {
        let (seen, records) = match documents {
            [first, rest @ ..] if first.index() < self.seen() => (Some(*first), rest),
            all => (None, all),
        };
        let mut claims = self.without_repeats(records, ids);
        // The order must not depend on the order of reading.
        claims.sort_by(|&x, &y| self.claim_order(x, y));
        let claims = &claims[..];
        let known = seen.and_then(|seen| self.known(claims, seen, by_hash));
        let stays = |seen: &Slot| known.is_some() || !self.passing.contains(seen);
        let Some(seen) = seen.filter(stays) else {
            let others = claims.iter().skip(1);
            unnamed.extend(others.map(|&record| self.unnamed(record, Some(ConflictWith::Record))));
            return;
        };
        let replacing = match known {
            Some(_) => None,
            None => self.replacing(claims, seen, by_hash),
        };
        let earlier = seen;
        for &record in claims {
            let same = SameId { record, earlier };
            if known == Some(record) {
                ids.know(same);
            } else if replacing == Some(record) {
                ids.replace(same);
            } else {
                let with = match self.same(record, seen) {
                    Some(false) => ConflictWith::Seen,
                    None if known.is_none() && !self.by_id_alone => ConflictWith::SeenUnidentified,
                    _ => ConflictWith::Record,
                };
                unnamed.push(self.unnamed(record, Some(with)));
            }
        }
    }

    /// The records without those that have the id of an earlier record of the same source, which
    /// are refused.
    fn without_repeats(&self, records: &[Slot], ids: &mut SettledIds) -> Vec<Slot> {
        let source = |slot: Slot| self.catalog.columns.place[slot.index()].source;
        let mut last: Option<Slot> = None;
        let mut claims = Vec::with_capacity(records.len());
        for &record in records {
            if !self.has_own_id(record) {
                claims.push(record);
                continue;
            }
            match last.filter(|&earlier| source(earlier) == source(record)) {
                Some(earlier) => ids.repeat(SameId { record, earlier }),
                None => {
                    last = Some(record);
                    claims.push(record);
                }
            }
        }
        claims
    }

    /// The record that is a document seen before: if several may be, one that agrees with it in
    /// everything, or one that is not in the index under another name.
    fn known(&self, claims: &[Slot], seen: Slot, by_hash: &ByHash) -> Option<Slot> {
        let may_be = |&record: &Slot| {
            self.same_words(record, seen) && self.same(record, seen) != Some(false)
        };
        let candidates: Vec<Slot> = claims.iter().copied().filter(may_be).collect();
        let agrees = |&&record: &&Slot| self.content_hash(record) == self.content_hash(seen);
        let is_unnamed = |&&record: &&Slot| !self.is_stored(record, by_hash);
        let records = candidates.iter();
        let agreeing = records.clone().find(agrees);
        let best = agreeing.or_else(|| records.clone().find(is_unnamed));
        best.or(candidates.first()).copied()
    }

    /// True if a record is in the index under its content id.
    fn is_stored(&self, record: Slot, by_hash: &ByHash) -> bool {
        let id = content_id(self.name(record), self.content_hash(record));
        let (holder, _) = self.holders(&id, by_hash);
        holder.is_some_and(|holder| self.same_words(holder, record))
    }

    /// The record that replaces a document seen before. If records with different words claim its
    /// name, then the name is not that of one document, and nothing is replaced.
    fn replacing(&self, claims: &[Slot], seen: Slot, by_hash: &ByHash) -> Option<Slot> {
        let replaces = |&record: &Slot| match self.same(record, seen) {
            Some(same) => same,
            None => self.by_id_alone && self.has_own_id(record),
        };
        let mut claims = claims
            .iter()
            .copied()
            .filter(replaces)
            .filter(|&record| !self.is_stored(record, by_hash));
        let first = claims.next()?;
        claims
            .all(|record| self.same_words(record, first))
            .then_some(first)
    }

    /// Gives content ids to records.
    fn name_by_content(&self, mut unnamed: Vec<Unnamed>, by_hash: &ByHash, ids: &mut SettledIds) {
        unnamed.par_sort_by(|x, y| {
            let by_hash = x.hash.cmp(&y.hash);
            by_hash
                .then_with(|| self.base(x.record).cmp(self.base(y.record)))
                .then_with(|| self.claim_order(x.record, y.record))
        });
        let same_id = |x: &Unnamed, y: &Unnamed| {
            x.hash == y.hash && self.base(x.record) == self.base(y.record)
        };
        for copies in unnamed.chunk_by(same_id) {
            let id = content_id(self.base(copies[0].record), copies[0].hash);
            let numbers = 1..;
            let mut names = numbers.map(|number: u64| match number {
                1 => id.clone(),
                number => format!("{id}-{number}"),
            });
            for Unnamed {
                record, conflict, ..
            } in copies
            {
                let fate = names.find_map(|name| match self.holders(&name, by_hash) {
                    (None, false) => Some(Ok(name)),
                    (Some(earlier), false) if self.same_words(earlier, *record) => {
                        Some(Err(earlier))
                    }
                    (Some(earlier), false) if self.passing.contains(&earlier) => Some(Ok(name)),
                    _ => None,
                });
                let record = *record;
                match fate {
                    Some(Ok(name)) => {
                        ids.renamed.push((record, name));
                        let with = conflict.filter(|_| self.has_own_id(record));
                        let conflict = with.map(|with| Conflict { record, with });
                        ids.conflicts.extend(conflict);
                    }
                    Some(Err(earlier)) => ids.know(SameId { record, earlier }),
                    // There are more numbers than documents.
                    None => {}
                }
            }
        }
    }

    /// The document seen before that has a name, and true if a record of the run claims it.
    fn holders(&self, name: &str, by_hash: &ByHash) -> (Option<Slot>, bool) {
        let hash = xxh3_64(name.as_bytes());
        let first = by_hash.partition_point(|&(other, _)| other < hash);
        let same_name = by_hash[first..]
            .iter()
            .take_while(|(other, _)| *other == hash)
            .map(|&(_, slot)| slot)
            .filter(|&slot| self.name(slot) == name);
        let (mut seen, mut is_claimed) = (None, false);
        for slot in same_name {
            match slot.index() < self.seen() {
                true => seen = Some(slot),
                false => is_claimed = true,
            }
        }
        (seen, is_claimed)
    }

    /// Number of documents that were seen before; they have the first slots.
    fn seen(&self) -> usize {
        self.catalog.serials.len()
    }

    fn name(&self, slot: Slot) -> &str {
        self.catalog.ids.get(slot.index())
    }

    fn has_own_id(&self, record: Slot) -> bool {
        self.own_ids[record.index() - self.seen()]
    }

    fn same_words(&self, x: Slot, y: Slot) -> bool {
        let whole = &self.catalog.columns.whole;
        whole[x.index()] == whole[y.index()]
    }

    /// Returns true if two documents with one id are known to be on one page or, where that is not
    /// known, on one site. A page that moved within its site is known by its title. `None` if
    /// neither page nor site is known.
    fn same(&self, x: Slot, y: Slot) -> Option<bool> {
        let columns = &self.catalog.columns;
        let page = |slot: Slot| Some(columns.page[slot.index()]).filter(|&page| page != 0);
        match cross_site(columns.site[x.index()], columns.site[y.index()]) {
            Some(true) => Some(false),
            across => match (page(x), page(y)) {
                (Some(page_x), Some(page_y)) => {
                    let has_moved = across == Some(false) && self.same_title(x, y);
                    Some(page_x == page_y || has_moved)
                }
                _ => across.map(|across| !across),
            },
        }
    }

    fn same_title(&self, x: Slot, y: Slot) -> bool {
        let titles = &self.catalog.columns.title;
        titles[x.index()] != 0 && titles[x.index()] == titles[y.index()]
    }

    /// Order in which records get a name: those with an id of their own first, then by what they
    /// are.
    fn claim_order(&self, x: Slot, y: Slot) -> Ordering {
        let columns = &self.catalog.columns;
        let key = |slot: Slot| {
            let at = slot.index();
            let published = self.published(slot);
            (
                !self.has_own_id(slot),
                (published.is_none(), published),
                (columns.site[at], columns.page[at]),
                columns.whole[at],
                slot,
            )
        };
        key(x).cmp(&key(y))
    }

    /// Time of publication as the record itself gives it, without dates that depend on others.
    fn published(&self, slot: Slot) -> Option<Published> {
        let published = self.catalog.columns.published[slot.index()];
        published.filter(|_| self.open_dates.binary_search(&slot).is_err())
    }

    fn unnamed(&self, record: Slot, conflict: Option<ConflictWith>) -> Unnamed {
        Unnamed {
            record,
            hash: self.content_hash(record),
            conflict,
        }
    }

    fn content_hash(&self, record: Slot) -> u64 {
        let columns = &self.catalog.columns;
        let at = record.index();
        let site = self.catalog.site_names.get(columns.site[at].0 as usize);
        hashes::of_identity(
            site.map_or("", String::as_str),
            columns.page[at],
            self.published(record),
            columns.whole[at],
        )
    }

    /// The beginning of a content id: the name that another document has, or the site.
    fn base(&self, record: Slot) -> &str {
        match self.name(record) {
            "" => {
                let site = self.catalog.columns.site[record.index()];
                let site = self.catalog.site_names.get(site.0 as usize);
                site.map_or("text", String::as_str)
            }
            name => name,
        }
    }
}

/// Id of a document that has none of its own: its url, or else its content id. `identity` is the
/// hash of what it is.
pub fn id_without_own(document: &Document<'_>, identity: u64) -> String {
    let site = || document.site.as_deref().filter(|site| !site.is_empty());
    match hashes::url_as_id(document) {
        Some(url) => url.to_owned(),
        None => content_id(site().unwrap_or("text"), identity),
    }
}

fn content_id(base: &str, hash: u64) -> String {
    format!("{base}#{hash:016x}")
}

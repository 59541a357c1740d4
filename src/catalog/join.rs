//! Joins the blocks of a run and the documents seen before to a catalog.

use std::cmp::Ordering;
use std::collections::HashSet;

use rayon::prelude::*;

use super::block::BlockColumns;
use super::columns::Columns;
use super::documents::Catalog;
use super::numbers::{DocNo, NO_SITE, Slot};
use super::repeated_ids;
use super::seen::{IdScope, Reread, SeenDocuments};
use super::settled_ids::{Conflict, SameId, SettledIds};
use super::site_names::{SiteNames, sorted_names};
use super::stored_ids::StoredIds;
use super::tally::{IdConflict, KnownRecord, OpenDates, ReadTally};
use crate::document::{
    BlockTally, DATE_EXAMPLES, DateExample, DateOrder, MOST_REJECTS, OpenDate, Precision,
    Published, Reject,
};

/// A source of a corpus, after it was read.
#[derive(Debug, Clone, Copy)]
pub struct SourceFacts<'a> {
    /// Name of the source as a user knows it.
    pub name: &'a str,
    /// Order of day and month that its dates prove.
    pub date_order: Option<DateOrder>,
    /// True if its documents are reference documents.
    pub is_reference: bool,
}

impl Catalog {
    /// Joins the blocks of a corpus, in order of source and place, to the documents seen before.
    ///
    /// If several records of a source have one id, the first stays and the others are rejected.
    /// Without an index, a record without an id is called `source:record`, and one with the id of a
    /// record of another source `source:id`. With one, ids do not depend on sources; a record of a
    /// document that was seen before replaces it if its words are others, and otherwise is left
    /// out. If that document was added by an earlier attempt at this same run, it counts as a
    /// document of the run.
    /// A date that depends on the order of day and month is read in the order of its source.
    pub fn join(
        seen: SeenDocuments,
        blocks: Vec<(usize, BlockColumns, BlockTally)>,
        sources: &[SourceFacts<'_>],
    ) -> (Catalog, ReadTally) {
        let of_blocks = blocks.iter().map(|(_, block, _)| &block.site_names);
        let site_names = sorted_names([&seen.site_names].into_iter().chain(of_blocks));
        let mut joining = Joining::start(seen, site_names, sources);
        for (source, block, tally) in blocks {
            joining.add_block(source, block, tally);
        }
        let mut ids = joining.settle_ids();
        let kept = ids.finish(joining.catalog.columns.len() as u32);
        joining.reject_repeats(&ids.repeats);
        joining.list_conflicts(&ids.conflicts, &ids.renamed);
        joining.catalog.rename(ids.renamed);
        joining.list_replaced(&ids.replacing);
        let withdrawn = ids.withdrawn.iter();
        joining.tally.withdrawn = withdrawn.map(|&slot| joining.serial(slot)).collect();
        joining.catalog.number(kept);
        joining.count_missing();
        joining.list_known(ids.known);
        (joining.catalog, joining.tally)
    }

    /// Gives documents other ids; `renamed` is in order.
    fn rename(&mut self, renamed: Vec<(Slot, String)>) {
        if renamed.is_empty() {
            return;
        }
        let old = std::mem::take(&mut self.ids);
        let mut renamed = renamed.into_iter().peekable();
        for at in 0..self.columns.len() {
            match renamed.next_if(|(slot, _)| slot.index() == at) {
                Some((_, id)) => self.ids.push(&id),
                None => self.ids.push(old.get(at)),
            }
        }
    }

    /// Numbers the documents that stay in canonical order.
    pub(super) fn number(&mut self, mut kept: Vec<Slot>) {
        kept.par_sort_unstable_by(|&x, &y| self.canonical_order(x, y));
        self.slots = kept;
    }

    /// Replaces numbers of sites in one list of names by those in the sorted list.
    pub(super) fn renumber_sites(&mut self, names: &SiteNames) {
        renumber_sites(&mut self.columns, names, &self.site_names);
    }

    /// Canonical order of two documents.
    fn canonical_order(&self, x: Slot, y: Slot) -> Ordering {
        let published = |slot: Slot| self.columns.published[slot.index()];
        let id = |slot: Slot| self.ids.get(slot.index());
        let (when_x, when_y) = (published(x), published(y));
        let undated_last = when_x.is_none().cmp(&when_y.is_none());
        undated_last
            .then(when_x.cmp(&when_y))
            .then_with(|| id(x).cmp(id(y)))
    }
}

/// A catalog whose documents are not numbered yet: those seen before come first in the columns,
/// then those of the blocks.
struct Joining<'a> {
    catalog: Catalog,
    tally: ReadTally,
    sources: &'a [SourceFacts<'a>],
    id_scope: IdScope,
    reread: Reread,
    /// For each record of the blocks, true if it has an id of its own.
    own_ids: Vec<bool>,
    /// Records whose date depends on the order of day and month in their source, in order.
    open_dates: Vec<Slot>,
    /// Documents that were added by an earlier attempt at this same run.
    of_run: HashSet<Slot>,
    /// Position of each record of the blocks in its source.
    positions: Vec<Position>,
    /// Source of the last block.
    source: usize,
    /// Position of the first record of the next block, if that is of the same source.
    next: Position,
}

/// Numbers of a record and of its first line in a source, from 1.
#[derive(Debug, Clone, Copy)]
struct Position {
    record: u64,
    line: u64,
}

impl Position {
    const FIRST: Position = Position { record: 1, line: 1 };
}

impl<'a> Joining<'a> {
    /// Begins with the documents seen before.
    fn start(
        seen: SeenDocuments,
        site_names: Vec<String>,
        sources: &'a [SourceFacts<'a>],
    ) -> Joining<'a> {
        let mut columns = seen.columns;
        renumber_sites(&mut columns, &seen.site_names, &site_names);
        // An index numbers its files from 0; they are numbered after the sources of this run.
        for place in &mut columns.place {
            place.source += sources.len() as u32;
        }
        // Indexes do not keep these lists. They are made again where they are needed.
        columns.repeats.push_none(seen.serials.len());
        Joining {
            catalog: Catalog {
                ids: seen.ids,
                site_names,
                columns,
                regions: seen.regions,
                serials: seen.serials,
                first_reference: sources
                    .iter()
                    .position(|source| source.is_reference)
                    .map(|first| first as u32),
                ..Catalog::default()
            },
            tally: ReadTally {
                sources: sources.len() as u64,
                ..ReadTally::default()
            },
            sources,
            id_scope: seen.id_scope,
            reread: seen.reread,
            own_ids: Vec::new(),
            open_dates: Vec::new(),
            of_run: seen.of_run,
            positions: Vec::new(),
            source: 0,
            next: Position::FIRST,
        }
    }

    /// Adds the documents of a block: numbers its records and lines within the source, and without
    /// an index makes ids for records without one.
    fn add_block(&mut self, source: usize, block: BlockColumns, mut tally: BlockTally) {
        if source != self.source {
            (self.source, self.next) = (source, Position::FIRST);
        }
        let BlockColumns {
            id_scope: _,
            ids,
            mut own_ids,
            site_names,
            mut columns,
            lines,
            records,
            open_dates,
        } = block;
        for (at, (line, record)) in lines.into_iter().zip(records).enumerate() {
            let position = Position {
                record: record + self.next.record,
                line: line + self.next.line,
            };
            match ids.get(at) {
                "" if self.id_scope == IdScope::Run => {
                    let source = self.sources[source].name;
                    let id = format!("{source}:{}", position.record);
                    self.catalog.ids.push(&id);
                }
                id => self.catalog.ids.push(id),
            }
            self.positions.push(position);
        }
        self.own_ids.append(&mut own_ids);
        let first = self.catalog.columns.len() as u32;
        let open = open_dates.iter().map(|(at, _)| Slot(first + at));
        self.open_dates.extend(open);
        self.settle_dates(source, &mut columns, &open_dates, &tally.date_examples);
        renumber_sites(&mut columns, &site_names, &self.catalog.site_names);
        self.catalog.columns.append(columns);
        for reject in &mut tally.rejects {
            reject.record += self.next.record;
            reject.line += self.next.line;
        }
        self.next.record += tally.records;
        self.next.line += tally.lines;
        self.tally.records += tally.records;
        self.tally.bytes += tally.bytes;
        self.tally.lossy += tally.lossy;
        self.tally.bad_dates += tally.bad_dates;
        for (kind, number) in &tally.left_out {
            *self.tally.left_out.entry(kind).or_default() += number;
        }
        for (remark, number) in &tally.remarks {
            *self.tally.remarks.entry(remark).or_default() += number;
        }
        self.tally.unknown_loss |= tally.unknown_loss;
        self.tally.more_rejects += tally.more_rejects;
        self.tally.bad_ids += tally.bad_ids;
        if !self.sources[source].is_reference {
            self.tally.without_url += tally.without_url;
            self.tally.sites_passed_over.append(tally.sites_passed_over);
        }
        self.tally.rejects.append(&mut tally.rejects);
        self.bound_rejects();
    }

    /// Reads the open dates of a block in the order of day and month of its source, or counts them
    /// as not understood, and takes over examples of dates that were not understood.
    fn settle_dates(
        &mut self,
        source: usize,
        columns: &mut Columns,
        open_dates: &[(u32, OpenDate)],
        examples: &[DateExample],
    ) {
        let order = self.sources[source].date_order;
        let tally = &mut self.tally;
        match order {
            Some(order) => {
                for &(at, open) in open_dates {
                    columns.published[at as usize] = Some(open.in_order(order));
                }
            }
            None => tally.bad_dates += open_dates.len() as u64,
        }
        for example in examples.iter().filter(|one| !one.open || order.is_none()) {
            let shown = &mut tally.bad_date_examples;
            if shown.len() < DATE_EXAMPLES && !shown.contains(&example.text) {
                shown.push(example.text.clone());
            }
        }
        if open_dates.is_empty() {
            return;
        }
        let documents = open_dates.len() as u64;
        match tally.open_dates.last_mut() {
            Some(last) if last.source as usize == source => last.documents += documents,
            _ => tally.open_dates.push(OpenDates {
                source: source as u32,
                documents,
                order,
            }),
        }
    }

    /// Settles the ids of all documents.
    fn settle_ids(&self) -> SettledIds {
        match self.id_scope {
            IdScope::Run => {
                let names = self.sources.iter().map(|source| source.name);
                repeated_ids::settle(&self.catalog, &names.collect::<Vec<_>>())
            }
            IdScope::Index { by_id_alone } => {
                let none = HashSet::new();
                let withdraws = self.reread == Reread::Withdrawn;
                let passing = if withdraws { &self.of_run } else { &none };
                let stored = StoredIds {
                    catalog: &self.catalog,
                    own_ids: &self.own_ids,
                    open_dates: &self.open_dates,
                    passing,
                    by_id_alone,
                };
                let mut ids = stored.settle();
                ids.withdraw(passing.iter().copied());
                ids
            }
        }
    }

    /// Lists records whose id names another document. `renamed` has their new ids; both are in
    /// order.
    fn list_conflicts(&mut self, conflicts: &[Conflict], renamed: &[(Slot, String)]) {
        let seen = self.catalog.serials.len();
        let first = &conflicts[..conflicts.len().min(MOST_REJECTS)];
        let listed = first.iter().map(|&Conflict { record, with }| {
            let renamed_at = renamed.partition_point(|(other, _)| *other < record);
            let at = record.index();
            IdConflict {
                source: self.catalog.columns.place[at].source,
                line: self.positions[at - seen].line,
                id: self.catalog.ids.get(at).to_owned(),
                kept_as: renamed[renamed_at].1.clone(),
                with,
            }
        });
        self.tally.conflicts = listed.collect();
        self.tally.more_conflicts = (conflicts.len() - first.len()) as u64;
    }

    /// Number in the index of a document seen before.
    fn serial(&self, seen: Slot) -> u64 {
        self.catalog.serials[seen.index()]
    }

    /// Lists the documents that are replaced.
    fn list_replaced(&mut self, replacing: &[SameId]) {
        let columns = &self.catalog.columns;
        let has_id_alone = |&&SameId { record, earlier }: &&SameId| {
            let (x, y) = (record.index(), earlier.index());
            let page = columns.page[x] != 0 && columns.page[x] == columns.page[y];
            let title = columns.title[x] != 0 && columns.title[x] == columns.title[y];
            let published = columns.published[x];
            let published = published.is_some() && published == columns.published[y];
            !(page || title || published)
        };
        let replaced = replacing.iter().map(|same| self.serial(same.earlier));
        self.tally.replaced = replaced.collect();
        self.tally.replaced.sort_unstable();
        self.tally.replaced_by_id_alone = replacing.iter().filter(has_id_alone).count() as u64;
    }

    /// Rejects records with the id of an earlier record.
    fn reject_repeats(&mut self, repeats: &[SameId]) {
        let seen = self.catalog.serials.len();
        let columns = &self.catalog.columns;
        let rejects = repeats.iter().map(|repeat| {
            let (at, first) = (repeat.record.index(), repeat.earlier.index());
            let Position { record, line } = self.positions[at - seen];
            Reject {
                source: columns.place[at].source,
                record,
                line,
                id: Some(self.catalog.ids.get(at).to_owned()),
                reason: format!(
                    "the id was taken already, by {} line {}; give every record its own id, \
                     or choose another field with --id-field",
                    self.sources[columns.place[first].source as usize].name,
                    self.positions[first - seen].line
                ),
                unknown_loss: false,
            }
        });
        self.tally.more_rejects += repeats.len().saturating_sub(MOST_REJECTS) as u64;
        self.tally.rejects.extend(rejects.take(MOST_REJECTS));
        self.tally
            .rejects
            .sort_by_key(|reject| (reject.source, reject.line, reject.record));
        self.bound_rejects();
    }

    /// Keeps the first rejects and counts the others.
    fn bound_rejects(&mut self) {
        let more = self.tally.rejects.len().saturating_sub(MOST_REJECTS);
        self.tally.rejects.truncate(MOST_REJECTS);
        self.tally.more_rejects += more as u64;
    }

    /// Counts the documents of the run that have no site, no date, or a time without a zone, apart
    /// from reference documents.
    fn count_missing(&mut self) {
        let seen = self.catalog.serials.len();
        let of_run = self.catalog.slots.iter().map(|slot| slot.index());
        let columns = &self.catalog.columns;
        let is_reference = |at: usize| self.sources[columns.place[at].source as usize].is_reference;
        for at in of_run.filter(|&at| at >= seen && !is_reference(at)) {
            self.tally.without_site += u64::from(columns.site[at] == NO_SITE);
            let published = columns.published[at];
            let is_local = |published: Published| published.precision == Precision::Local;
            self.tally.without_date += u64::from(published.is_none());
            self.tally.without_zone += u64::from(published.is_some_and(is_local));
        }
    }

    /// Lists the records of documents that were seen before with the same words.
    fn list_known(&mut self, known: Vec<SameId>) {
        let catalog = &self.catalog;
        let doc = |seen: Slot| {
            let is_earlier = |&other: &Slot| catalog.canonical_order(other, seen).is_lt();
            DocNo(catalog.slots.partition_point(is_earlier) as u32)
        };
        let known_record = |SameId { record, earlier }| KnownRecord {
            doc: doc(earlier),
            is_of_run: self.reread == Reread::All || self.of_run.contains(&earlier),
            place: catalog.columns.place[record.index()],
            site: catalog.columns.site[record.index()],
            published: catalog.columns.published[record.index()],
        };
        let mut known: Vec<KnownRecord> = known.into_par_iter().map(known_record).collect();
        known.par_sort_unstable_by_key(|known| (known.place.source, known.place.offset));
        let of_run = known.iter().filter(|known| known.is_of_run);
        let mut of_run: Vec<DocNo> = of_run.map(|known| known.doc).collect();
        of_run.sort_unstable();
        self.catalog.seen_of_run = of_run;
        self.tally.known = known;
    }
}

/// Replaces numbers of sites in one list of names by those in the sorted list of the catalog.
fn renumber_sites(columns: &mut Columns, names: &SiteNames, sorted: &[String]) {
    let numbers = names.numbers_in(sorted);
    for site in &mut columns.site {
        *site = numbers.get(site.0 as usize).copied().unwrap_or(NO_SITE);
    }
}

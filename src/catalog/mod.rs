//! The catalogue: what a scan keeps of every document once its text is gone.
//!
//! Blocks are read in any order; [`Catalog::join`] puts them in the order of the sources, numbers records, refuses repeated ids, and
//! then numbers the documents in *canonical order*: earliest published first, undated last, ties by id bytewise. From there on a
//! smaller [`DocNo`] is always the `a` of a pair, and nothing depends on the order of reading.
//!
//! What is kept of a text (its [`Traces`]) is made of the whole text at first, and made anew of the documents that turn out to hold
//! [boilerplate](crate::boilerplate).

pub mod identical;
mod pair;
pub(crate) mod union_find;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::document::{BlockTally, Document, ParsedRecord, Published, Reject, SourcePlace};
use crate::error::ReadError;
use crate::sketch::winnowing::Fingerprint;
use crate::storage::lists::{ListReader, Lists, StoredChunk, StoredList, WritableStore};

pub use pair::{DocPair, pairs_of};

/// A document's number in canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocNo(pub u32);

/// A site's number, in order of name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteNo(pub u32);

/// What a document takes of memory from reading to the end, beside its id and the hashes that can be put away: 170 bytes in columns of the catalogue
/// and of the block, and what stages keep of each document at a time.
pub(crate) const BYTES_A_DOCUMENT: usize = 224;

/// The site of documents that name none.
pub const NO_SITE: SiteNo = SiteNo(u32::MAX);

/// The documents of one block, column by column, in order of reading.
#[derive(Debug, Default)]
pub struct BlockColumns {
    ids: Strings,
    sites: Vec<u32>,
    site_names: Vec<String>,
    site_numbers: HashMap<String, u32>,
    columns: Columns,
    lines: Vec<u64>,
    records: Vec<u64>,
}

/// What is kept of each document, column by column.
#[derive(Debug, Default)]
struct Columns {
    places: Vec<SourcePlace>,
    published: Vec<Option<Published>>,
    /// Hash of the page's url, a bit less than 64; 0 if none is known.
    pages: Vec<u64>,
    /// Hash of the title's letters and digits; 0 if there are none.
    titles: Vec<u32>,
    words: Vec<u32>,
    /// Words taken out as boilerplate.
    removed: Vec<u32>,
    contents: Vec<u128>,
    /// Hash of the words as they were read, boilerplate included.
    wholes: Vec<u128>,
    bands: Lists<u32>,
    passages: Lists<u64>,
    repeats: Lists<u32>,
    /// Names and numbers, if reworded copy is looked for.
    anchors: Lists<u32>,
}

/// What is kept of a text to find those like it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// The hash of each band; empty for a document that takes no part in buckets.
    pub bands: Vec<u32>,
    /// Fingerprints that guarantee shared passages to be seen.
    pub passages: Vec<Fingerprint>,
    /// Fingerprints that tell what a site repeats, shortened.
    pub repeats: Vec<u32>,
    /// Names and numbers in order; `None` unless reworded copy is looked for.
    pub anchors: Option<Vec<u32>>,
}

/// Every document of a scan, in canonical order.
#[derive(Debug, Default)]
pub struct Catalog {
    ids: Strings,
    sites: Vec<SiteNo>,
    site_names: Vec<String>,
    columns: Columns,
    /// Words that were taken out: the document's slot and the place of the words in the whole text, in order.
    regions: Vec<(u32, Range<u32>)>,
    /// Where each document stands in the columns, by [`DocNo`].
    slots: Vec<u32>,
    /// The number that each document seen before has in its archive; they stand before all others in the columns.
    serials: Vec<u64>,
    /// The documents seen before that are this run's all the same, sorted.
    again: Vec<DocNo>,
}

/// Documents that were seen before, as their archive keeps them.
#[derive(Debug, Default)]
pub struct Seen {
    ids: Strings,
    sites: Vec<u32>,
    site_names: Vec<String>,
    columns: Columns,
    site_numbers: HashMap<String, u32>,
    regions: Vec<(u32, Range<u32>)>,
    serials: Vec<u64>,
    /// The slots of those that joined when this same run was made before.
    of_run: HashSet<u32>,
}

/// What an archive keeps of a document beside its text and the hashes that it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDocument<'a> {
    /// Its number in the archive.
    pub serial: u64,
    /// Whether it joined when this same run was made before.
    pub is_of_run: bool,
    /// Its id.
    pub id: &'a str,
    /// The number of its site, as [`Seen::number_sites`] gave it; any other for none.
    pub site: u32,
    /// Where the archive has its record; sources are numbered from 0.
    pub place: SourcePlace,
    /// When it says it was published.
    pub published: Option<Published>,
    /// Hash of its page's url; 0 if none is known.
    pub page: u64,
    /// Hash of its title; 0 if it has none.
    pub title: u32,
    /// How many words it has, less what was taken out.
    pub words: u32,
    /// Hash of its words, less what was taken out.
    pub content: u128,
    /// Hash of all its words.
    pub whole: u128,
    /// The words that were taken out, in order.
    pub regions: Vec<Range<u32>>,
}

/// Counts of what was read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ReadTally {
    /// Sources read.
    pub sources: u64,
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// Records read, rejected ones included.
    pub records: u64,
    /// Documents whose broken UTF-8 was replaced.
    pub lossy: u64,
    /// Documents whose date was not understood.
    pub bad_dates: u64,
    /// Records that were rejected, in order of source and line.
    pub rejects: Vec<Reject>,
    /// Records of documents that were seen before, with the same id and the same words, which were left alone; in order of source and place.
    pub known: Vec<KnownRecord>,
    /// Documents that were seen before with other words, and took the place of those: what the archive calls what they replace.
    pub replaced: Vec<u64>,
}

/// A record of a document that was seen before with the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRecord {
    /// The document as it was seen.
    pub doc: DocNo,
    /// Whether it joined when this same run was made before.
    pub is_of_run: bool,
    /// Where the record stands.
    pub place: SourcePlace,
    /// The site that it names, or [`NO_SITE`].
    pub site: SiteNo,
    /// When it says it was published.
    pub published: Option<Published>,
}

impl Seen {
    /// The numbers of sites of these names.
    pub fn number_sites(&mut self, names: &[String]) -> Vec<u32> {
        let number = |name: &String| match self.site_numbers.get(name) {
            Some(&number) => number,
            None => {
                let number = self.site_names.len() as u32;
                self.site_names.push(name.clone());
                self.site_numbers.insert(name.clone(), number);
                number
            }
        };
        names.iter().map(number).collect()
    }

    /// Adds a document. Its hashes follow with those of others.
    pub fn push(&mut self, document: SeenDocument<'_>) {
        let slot = self.sites.len() as u32;
        let removed = document
            .regions
            .iter()
            .map(|region| region.end - region.start);
        self.columns.removed.push(removed.sum());
        let regions = document.regions.into_iter().map(|region| (slot, region));
        self.regions.extend(regions);
        self.serials.push(document.serial);
        if document.is_of_run {
            self.of_run.insert(slot);
        }
        self.ids.push(document.id);
        self.sites.push(document.site);
        self.columns.places.push(document.place);
        self.columns.published.push(document.published);
        self.columns.pages.push(document.page);
        self.columns.titles.push(document.title);
        self.columns.words.push(document.words);
        self.columns.contents.push(document.content);
        self.columns.wholes.push(document.whole);
    }

    /// Adds the band hashes and passage fingerprints of the next documents, which stand in an archive one document after the other, also those of
    /// documents that were not `kept`.
    pub(crate) fn push_hashes(
        &mut self,
        (bands, bands_of_each): (StoredChunk, u32),
        (passages, passages_of_each): (StoredChunk, &[u32]),
        kept: &[bool],
    ) {
        let list = |(&length, &keep): (&u32, &bool)| StoredList { length, keep };
        let of_bands = kept.iter().map(|keep| list((&bands_of_each, keep)));
        self.columns.bands.push_stored(bands, of_bands);
        let of_passages = passages_of_each.iter().zip(kept).map(list);
        self.columns.passages.push_stored(passages, of_passages);
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }
}

impl BlockColumns {
    /// Adds a document: its record, its word hashes, and the traces that its text leaves.
    pub fn push(&mut self, record: &ParsedRecord<'_>, words: &[u64], traces: &Traces) {
        let document = &record.document;
        self.ids.push(document.id.as_deref().unwrap_or_default());
        let site = match document.site.as_deref().filter(|site| !site.is_empty()) {
            None => NO_SITE.0,
            Some(name) => match self.site_numbers.get(name) {
                Some(&number) => number,
                None => {
                    let number = self.site_names.len() as u32;
                    self.site_numbers.insert(name.to_owned(), number);
                    self.site_names.push(name.to_owned());
                    number
                }
            },
        };
        self.sites.push(site);
        self.columns.places.push(record.place);
        self.columns.published.push(document.published);
        self.columns.pages.push(page_of(document));
        self.columns.titles.push(title_of(document));
        self.columns.words.push(count(words));
        self.columns.removed.push(0);
        let content = content(words);
        self.columns.contents.push(content);
        self.columns.wholes.push(content);
        self.columns.bands.push(traces.bands.iter().copied());
        self.columns.passages.push(bits(&traces.passages));
        self.columns.repeats.push(traces.repeats.iter().copied());
        if let Some(anchors) = &traces.anchors {
            self.columns.anchors.push(anchors.iter().copied());
        }
        self.lines.push(record.line);
        self.records.push(record.record);
    }

    /// Gives back what the columns have room for beyond their documents: there are thousands of blocks.
    pub fn shrink(&mut self) {
        let Columns {
            places,
            published,
            pages,
            titles,
            words,
            removed,
            contents,
            wholes,
            bands,
            passages,
            repeats,
            anchors,
        } = &mut self.columns;
        places.shrink_to_fit();
        published.shrink_to_fit();
        pages.shrink_to_fit();
        titles.shrink_to_fit();
        words.shrink_to_fit();
        removed.shrink_to_fit();
        contents.shrink_to_fit();
        wholes.shrink_to_fit();
        bands.shrink();
        passages.shrink();
        repeats.shrink();
        anchors.shrink();
        self.ids.text.shrink_to_fit();
        self.ids.ends.shrink_to_fit();
        self.sites.shrink_to_fit();
        self.lines.shrink_to_fit();
        self.records.shrink_to_fit();
    }

    /// How many bytes the hashes take that [`BlockColumns::put_away`] would put away.
    pub fn bytes_held(&self) -> usize {
        self.columns.bytes_held()
    }

    /// How many bytes the rest takes.
    pub fn bytes_kept(&self) -> usize {
        self.ids.text.len() + self.lines.len() * BYTES_A_DOCUMENT
    }

    /// Puts the hashes away that documents left.
    ///
    /// # Errors
    /// Those of the store.
    pub fn put_away(&mut self, store: &Arc<dyn WritableStore>) -> Result<(), ReadError> {
        self.columns.put_away(store)
    }
}

impl Catalog {
    /// Joins the blocks of a corpus, given in order of source and place, to what was seen before.
    ///
    /// A record without an id is called `source:record`. Of records with one id the first stays, the others are rejected. A record with the id
    /// of a document that was seen before takes its place if its words are others, and else is left alone. If that document joined when
    /// this same run was made before, it is still the run's.
    pub fn join(
        seen: Seen,
        blocks: Vec<(usize, BlockColumns, BlockTally)>,
        source_names: &[&str],
    ) -> (Catalog, ReadTally) {
        let mut tally = ReadTally {
            sources: source_names.len() as u64,
            ..ReadTally::default()
        };
        let of_blocks = blocks.iter().flat_map(|(_, block, _)| &block.site_names);
        let mut site_names: Vec<String> =
            seen.site_names.iter().chain(of_blocks).cloned().collect();
        site_names.sort_unstable();
        site_names.dedup();
        let renumber = |names: &[String]| -> Vec<SiteNo> {
            let place = |name| site_names.partition_point(|known| known < name);
            names
                .iter()
                .map(|name| SiteNo(place(name) as u32))
                .collect()
        };
        let site = |number: u32, renumber: &[SiteNo]| {
            let known = renumber.get(number as usize).copied();
            known.unwrap_or(NO_SITE)
        };
        let of_seen = renumber(&seen.site_names);
        // Archives put many documents at unlike places; those of this run are numbered behind the sources of the run.
        let mut columns = seen.columns;
        for place in &mut columns.places {
            place.source += source_names.len() as u32;
        }
        let mut catalog = Catalog {
            ids: seen.ids,
            sites: seen
                .sites
                .iter()
                .map(|&number| site(number, &of_seen))
                .collect(),
            columns,
            regions: seen.regions,
            serials: seen.serials,
            ..Catalog::default()
        };
        // Lists of what sites repeat are made anew for those who need them.
        catalog.columns.repeats.push_none(catalog.serials.len());
        let mut lines = Vec::new();
        let mut records = Vec::new();
        let (mut source, mut first_record, mut first_line) = (0, 1, 1);
        for (block_source, block, mut block_tally) in blocks {
            if block_source != source {
                (source, first_record, first_line) = (block_source, 1, 1);
            }
            for reject in &mut block_tally.rejects {
                reject.record += first_record;
                reject.line += first_line;
            }
            let renumber = renumber(&block.site_names);
            for i in 0..block.sites.len() {
                let record = block.records[i] + first_record;
                match block.ids.get(i) {
                    "" => catalog
                        .ids
                        .push(&format!("{}:{record}", source_names[source])),
                    id => catalog.ids.push(id),
                }
                catalog.sites.push(site(block.sites[i], &renumber));
                records.push(record);
                lines.push(block.lines[i] + first_line);
            }
            catalog.columns.append(block.columns);
            first_record += block_tally.records;
            first_line += block_tally.lines;
            tally.records += block_tally.records;
            tally.bytes += block_tally.bytes;
            tally.lossy += block_tally.lossy;
            tally.bad_dates += block_tally.bad_dates;
            tally.rejects.append(&mut block_tally.rejects);
        }

        catalog.site_names = site_names;

        let Ids {
            kept: mut slots,
            repeats,
            known,
            replaced,
        } = catalog.without_repeated_ids();
        let read = catalog.serials.len();
        for (repeat, first) in repeats {
            let (at, first) = (repeat as usize, first as usize);
            let first_source = source_names[catalog.columns.places[first].source as usize];
            tally.rejects.push(Reject {
                source: catalog.columns.places[at].source,
                record: records[at - read],
                line: lines[at - read],
                id: Some(catalog.ids.get(at).to_owned()),
                reason: format!(
                    "the id was taken already, by {first_source} line {}; give every record its own id, or choose another field with --id-field",
                    lines[first - read]
                ),
            });
        }
        tally.replaced = replaced;
        tally
            .rejects
            .sort_by_key(|reject| (reject.source, reject.line, reject.record));
        slots.par_sort_unstable_by(|&x, &y| catalog.canonical(x as usize, y as usize));
        tally.known = known
            .into_par_iter()
            .map(|(slot, before)| {
                let earlier = |&other: &u32| {
                    let order = catalog.canonical(other as usize, before as usize);
                    order == Ordering::Less
                };
                let slot = slot as usize;
                KnownRecord {
                    doc: DocNo(slots.partition_point(earlier) as u32),
                    is_of_run: seen.of_run.contains(&before),
                    place: catalog.columns.places[slot],
                    site: catalog.sites[slot],
                    published: catalog.columns.published[slot],
                }
            })
            .collect();
        tally
            .known
            .par_sort_unstable_by_key(|known| (known.place.source, known.place.offset));
        catalog.slots = slots;
        let again = tally.known.iter().filter(|known| known.is_of_run);
        catalog.again = again.map(|known| known.doc).collect();
        catalog.again.sort_unstable();
        (catalog, tally)
    }

    /// Finds the slots whose ids are taken.
    fn without_repeated_ids(&self) -> Ids {
        let count = self.sites.len() as u32;
        let seen = self.serials.len() as u32;
        let mut by_hash: Vec<(u64, u32)> = (0..count)
            .into_par_iter()
            .map(|slot| (xxh3_64(self.ids.get(slot as usize).as_bytes()), slot))
            .collect();
        by_hash.par_sort_unstable();
        let mut ids = Ids::default();
        let mut refused = Vec::new();
        for run in by_hash
            .chunk_by(|x, y| x.0 == y.0)
            .filter(|run| run.len() > 1)
        {
            // By id: the document seen before, and the first of those just read.
            let mut firsts: HashMap<&str, [Option<u32>; 2]> = HashMap::new();
            for &(_, slot) in run {
                let [before, first] = firsts.entry(self.ids.get(slot as usize)).or_default();
                match (*before, *first) {
                    _ if slot < seen => *before = Some(slot),
                    (_, Some(first)) => {
                        ids.repeats.push((slot, first));
                        refused.push(slot);
                    }
                    (before, None) => {
                        *first = Some(slot);
                        let whole = |slot: u32| self.columns.wholes[slot as usize];
                        match before {
                            Some(before) if whole(before) == whole(slot) => {
                                ids.known.push((slot, before));
                                refused.push(slot);
                            }
                            Some(before) => {
                                ids.replaced.push(self.serials[before as usize]);
                                refused.push(before);
                            }
                            None => {}
                        }
                    }
                }
            }
        }
        ids.repeats.sort_unstable();
        ids.replaced.sort_unstable();
        refused.sort_unstable();
        let mut refused = refused.into_iter().peekable();
        ids.kept = (0..count)
            .filter(|slot| refused.next_if_eq(slot).is_none())
            .collect();
        ids
    }

    fn canonical(&self, x: usize, y: usize) -> Ordering {
        let (when_x, when_y) = (self.columns.published[x], self.columns.published[y]);
        let undated_last = when_x.is_none().cmp(&when_y.is_none());
        undated_last
            .then(when_x.cmp(&when_y))
            .then_with(|| self.ids.get(x).cmp(self.ids.get(y)))
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// All documents in canonical order.
    pub fn documents(&self) -> impl Iterator<Item = DocNo> + use<> {
        (0..self.slots.len() as u32).map(DocNo)
    }

    fn slot(&self, doc: DocNo) -> usize {
        self.slots[doc.0 as usize] as usize
    }

    /// The document's id.
    pub fn id(&self, doc: DocNo) -> &str {
        self.ids.get(self.slot(doc))
    }

    /// The document's site, or [`NO_SITE`].
    pub fn site(&self, doc: DocNo) -> SiteNo {
        self.sites[self.slot(doc)]
    }

    /// What the site is called; empty for [`NO_SITE`].
    pub fn site_name(&self, site: SiteNo) -> &str {
        self.site_names
            .get(site.0 as usize)
            .map_or("", String::as_str)
    }

    /// The site of that name.
    pub fn site_called(&self, name: &str) -> Option<SiteNo> {
        let at = self
            .site_names
            .binary_search_by(|known| known.as_str().cmp(name));
        at.ok().map(|at| SiteNo(at as u32))
    }

    /// When the document was published.
    pub fn published(&self, doc: DocNo) -> Option<Published> {
        self.columns.published[self.slot(doc)]
    }

    /// Where to read the document again.
    pub fn place(&self, doc: DocNo) -> SourcePlace {
        self.columns.places[self.slot(doc)]
    }

    /// What tells the page that the document was captured from: captures of one url have one.
    pub fn page(&self, doc: DocNo) -> u64 {
        match self.columns.pages[self.slot(doc)] {
            // A page of its own; real ones are hashes of a bit less than 64, so they are not so small.
            0 => u64::from(doc.0) + 1,
            page => page,
        }
    }

    /// The hash of its page's url; 0 if none is known.
    pub fn known_page(&self, doc: DocNo) -> u64 {
        self.columns.pages[self.slot(doc)]
    }

    /// What tells the document's title from others; `None` if it has none.
    pub fn title(&self, doc: DocNo) -> Option<u32> {
        Some(self.columns.titles[self.slot(doc)]).filter(|&title| title != 0)
    }

    /// How many words the document has, less what was taken out as boilerplate.
    pub fn words(&self, doc: DocNo) -> u32 {
        self.columns.words[self.slot(doc)]
    }

    /// How many words were taken out as boilerplate.
    pub fn removed(&self, doc: DocNo) -> u32 {
        self.columns.removed[self.slot(doc)]
    }

    /// A 128-bit hash (XXH3) of the document's words in order.
    pub fn content(&self, doc: DocNo) -> u128 {
        self.columns.contents[self.slot(doc)]
    }

    /// The hash of the document's words as they were read.
    pub fn whole(&self, doc: DocNo) -> u128 {
        self.columns.wholes[self.slot(doc)]
    }

    /// Whether the document was read in this run, and not seen before.
    pub fn is_new(&self, doc: DocNo) -> bool {
        self.slot(doc) >= self.serials.len()
    }

    /// Makes documents that were seen before the run's, by their ids.
    pub(crate) fn ask(&mut self, ids: &[String]) {
        if ids.is_empty() || self.serials.is_empty() {
            return;
        }
        let asked = self.documents();
        let asked: Vec<DocNo> = asked
            .filter(|&doc| !self.is_of_run(doc) && ids.iter().any(|id| id == self.id(doc)))
            .collect();
        self.again.extend(asked);
        self.again.sort_unstable();
    }

    /// Whether the run has the document: it is new, joined when this same run was made before, or is what the run is about.
    pub fn is_of_run(&self, doc: DocNo) -> bool {
        self.is_new(doc) || self.again.binary_search(&doc).is_ok()
    }

    /// The number of a document in its archive, if it was seen before.
    pub fn serial(&self, doc: DocNo) -> Option<u64> {
        self.serials.get(self.slot(doc)).copied()
    }

    /// The words that were taken out of the document, by their places in the whole text, in order.
    pub fn regions(&self, doc: DocNo) -> impl Iterator<Item = Range<usize>> + '_ {
        let slot = self.slot(doc) as u32;
        let first = self.regions.partition_point(|region| region.0 < slot);
        let own = self.regions[first..]
            .iter()
            .take_while(move |region| region.0 == slot);
        own.map(|(_, words)| words.start as usize..words.end as usize)
    }

    /// The hashes of documents in each band, a list for each in the order given; empty lists if there are no bands.
    pub(crate) fn bands(&self, documents: &[DocNo]) -> ListReader<'_, u32> {
        let slots = documents.iter().map(|&doc| self.slot(doc));
        self.columns.bands.reader(slots)
    }

    /// The fingerprints of documents for shared passages, as bits, a list for each in the order given.
    pub(crate) fn passages(&self, documents: &[DocNo]) -> ListReader<'_, u64> {
        let slots = documents.iter().map(|&doc| self.slot(doc));
        self.columns.passages.reader(slots)
    }

    /// The fingerprints of documents for what their sites repeat, a list for each in the order given.
    pub(crate) fn repeats(&self, documents: &[DocNo]) -> ListReader<'_, u32> {
        let slots = documents.iter().map(|&doc| self.slot(doc));
        self.columns.repeats.reader(slots)
    }

    /// The document's fingerprints for what its site repeats; none once [`Catalog::forget_repeats`] was called.
    pub(crate) fn repeats_of(&self, doc: DocNo) -> Result<Cow<'_, [u32]>, ReadError> {
        self.columns.repeats.get(self.slot(doc))
    }

    /// How many of those it has.
    pub(crate) fn count_repeats_of(&self, doc: DocNo) -> usize {
        self.columns.repeats.length(self.slot(doc))
    }

    /// Puts what a document's site repeats in the place of what is known.
    pub(crate) fn set_repeats(&mut self, doc: DocNo, repeats: &[u32]) {
        let slot = self.slot(doc);
        self.columns.repeats.replace(slot, repeats.iter().copied());
    }

    /// How many bytes of hashes are held in memory.
    pub(crate) fn bytes_held(&self) -> usize {
        self.columns.bytes_held()
    }

    /// Puts the hashes away that documents left.
    pub(crate) fn put_away(&mut self, store: &Arc<dyn WritableStore>) -> Result<(), ReadError> {
        self.columns.put_away(store)
    }

    /// The document's names and numbers in order; none unless reworded copy is looked for.
    pub(crate) fn anchors(&self, doc: DocNo) -> Result<Cow<'_, [u32]>, ReadError> {
        self.columns.anchors.get(self.slot(doc))
    }

    /// Frees what only learning boilerplate needs.
    pub fn forget_repeats(&mut self) {
        self.columns.repeats = Lists::default();
    }

    /// Frees what only finding candidates needs.
    pub(crate) fn forget_hashes(&mut self) {
        self.columns.bands = Lists::default();
        self.columns.passages = Lists::default();
    }

    /// Puts new words and traces in the place of those of the whole text.
    pub fn replace(&mut self, stripped: Vec<Stripped>) {
        for Stripped {
            doc,
            words,
            regions,
            content,
            traces,
        } in stripped
        {
            let slot = self.slot(doc);
            self.columns.words[slot] = words;
            let removed = regions.iter().map(|region| region.end - region.start);
            self.columns.removed[slot] = removed.sum();
            self.columns.contents[slot] = content;
            self.columns.bands.replace(slot, traces.bands.into_iter());
            self.columns.passages.replace(slot, bits(&traces.passages));
            if let Some(anchors) = traces.anchors {
                self.columns.anchors.replace(slot, anchors.into_iter());
            }
            let regions = regions.into_iter().map(|region| (slot as u32, region));
            self.regions.extend(regions);
        }
        self.regions
            .sort_unstable_by_key(|(slot, words)| (*slot, words.start));
    }

    /// Whether the two stand on different sites; a document without a site is on no other's.
    pub fn cross_site(&self, a: DocNo, b: DocNo) -> Option<bool> {
        cross_site(self.site(a), self.site(b))
    }
}

/// Whether two sites differ; no site differs from none.
pub fn cross_site(a: SiteNo, b: SiteNo) -> Option<bool> {
    (a != NO_SITE && b != NO_SITE).then_some(a != b)
}

/// Which records have ids of their own.
#[derive(Debug, Default)]
struct Ids {
    /// The slots that stay.
    kept: Vec<u32>,
    /// The slots whose id one that was read before it has, and that slot.
    repeats: Vec<(u32, u32)>,
    /// The slots of those that were seen before as they are, and the slot of what was seen.
    known: Vec<(u32, u32)>,
    /// What the archive calls those whose place another takes.
    replaced: Vec<u64>,
}

/// A document read again, with its boilerplate taken out.
#[derive(Debug)]
pub struct Stripped {
    doc: DocNo,
    words: u32,
    regions: Vec<Range<u32>>,
    content: u128,
    traces: Traces,
}

impl Stripped {
    /// The words that are left, where those stood that went, and the traces of what is left.
    pub fn new(doc: DocNo, words: &[u64], regions: &[Range<usize>], traces: Traces) -> Stripped {
        // Positions in a text are 32 bits.
        let region = |region: &Range<usize>| region.start as u32..region.end as u32;
        Stripped {
            doc,
            words: count(words),
            regions: regions.iter().map(region).collect(),
            content: content(words),
            traces,
        }
    }
}

fn bits(passages: &[Fingerprint]) -> impl ExactSizeIterator<Item = u64> + '_ {
    passages.iter().map(|fingerprint| fingerprint.to_bits())
}

fn count(words: &[u64]) -> u32 {
    words.len().try_into().unwrap_or(u32::MAX)
}

fn content(words: &[u64]) -> u128 {
    xxh3_128(bytemuck::cast_slice(words))
}

/// The hash of what names a document's page: the canonical url, unless it names no more than a host, else the url; without scheme,
/// `www.`, fragment and closing slash, in which captures of one page differ. 0 if there is neither.
fn page_of(document: &Document<'_>) -> u64 {
    let tidy = |url: &str| {
        let url = url.split('#').next().unwrap_or_default();
        let url = url.split_once("://").map_or(url, |(_, rest)| rest);
        let url = url
            .strip_prefix("www.")
            .unwrap_or(url)
            .trim_end_matches('/');
        (!url.is_empty()).then(|| xxh3_64(url.as_bytes()) >> 1 | 1 << 32)
    };
    let names_a_page = |url: &&str| {
        let rest = url.split_once("://").map_or(*url, |(_, rest)| rest);
        rest.split_once('/')
            .is_some_and(|(_, path)| !path.is_empty())
    };
    let canonical = document.canonical.as_deref().filter(names_a_page);
    canonical
        .and_then(tidy)
        .or_else(|| document.url.as_deref().and_then(tidy))
        .unwrap_or(0)
}

/// The hash of a title, whatever its case, punctuation and spaces; 0 for none.
fn title_of(document: &Document<'_>) -> u32 {
    let title = document.title.as_deref().unwrap_or_default();
    let letters: String = title
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if letters.is_empty() {
        return 0;
    }
    (xxh3_64(letters.as_bytes()) as u32).max(1)
}

impl Columns {
    fn append(&mut self, mut other: Columns) {
        self.places.append(&mut other.places);
        self.published.append(&mut other.published);
        self.pages.append(&mut other.pages);
        self.titles.append(&mut other.titles);
        self.words.append(&mut other.words);
        self.removed.append(&mut other.removed);
        self.contents.append(&mut other.contents);
        self.wholes.append(&mut other.wholes);
        self.bands.append(other.bands);
        self.passages.append(other.passages);
        self.repeats.append(other.repeats);
        self.anchors.append(other.anchors);
    }

    fn bytes_held(&self) -> usize {
        let lists = self.bands.bytes_held() + self.passages.bytes_held();
        lists + self.repeats.bytes_held() + self.anchors.bytes_held()
    }

    fn put_away(&mut self, store: &Arc<dyn WritableStore>) -> Result<(), ReadError> {
        self.bands.move_to(store)?;
        self.passages.move_to(store)?;
        self.repeats.move_to(store)?;
        self.anchors.move_to(store)
    }
}

/// Many strings in one allocation.
#[derive(Debug, Default)]
struct Strings {
    text: String,
    ends: Vec<u64>,
}

impl Strings {
    fn push(&mut self, s: &str) {
        self.text.push_str(s);
        self.ends.push(self.text.len() as u64);
    }

    fn get(&self, i: usize) -> &str {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start as usize..self.ends[i] as usize]
    }
}

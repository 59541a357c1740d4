//! The catalogue: what a scan keeps of every document once its text is gone.
//!
//! Blocks are read in any order; [`Catalog::join`] puts them in the order of the sources, numbers records, refuses repeated ids, and
//! then numbers the documents in *canonical order*: earliest published first, undated last, ties by id bytewise. From there on a
//! smaller [`DocNo`] is always the `a` of a pair, and nothing depends on the order of reading.

use std::cmp::Ordering;
use std::collections::HashMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::document::{BlockTally, Place, Published, Record, Reject};

/// A document's number in canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocNo(pub u32);

/// A site's number, in order of name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteNo(pub u32);

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
    places: Vec<Place>,
    published: Vec<Option<Published>>,
    words: Vec<u32>,
    contents: Vec<u128>,
    bands: Vec<u32>,
}

/// Every document of a scan, in canonical order.
#[derive(Debug, Default)]
pub struct Catalog {
    ids: Strings,
    sites: Vec<SiteNo>,
    site_names: Vec<String>,
    columns: Columns,
    band_count: usize,
    /// Where each document stands in the columns, by [`DocNo`].
    slots: Vec<u32>,
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
}

impl BlockColumns {
    /// Adds a document: its record, its word hashes and (none for a document that takes no part) its band hashes.
    pub fn push(&mut self, record: &Record<'_>, words: &[u64], sign: impl FnOnce(&mut Vec<u32>)) {
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
        self.columns
            .words
            .push(words.len().try_into().unwrap_or(u32::MAX));
        self.columns
            .contents
            .push(xxh3_128(bytemuck::cast_slice(words)));
        sign(&mut self.columns.bands);
        self.lines.push(record.line);
        self.records.push(record.record);
    }
}

impl Catalog {
    /// Joins the blocks of a corpus, given in order of source and place, `band_count` band hashes a document.
    ///
    /// A record without an id is called `source:record`. Of records with one id the first stays, the others are rejected.
    pub fn join(
        blocks: Vec<(usize, BlockColumns, BlockTally)>,
        source_names: &[&str],
        band_count: usize,
    ) -> (Catalog, ReadTally) {
        let mut tally = ReadTally {
            sources: source_names.len() as u64,
            ..ReadTally::default()
        };
        let mut site_names: Vec<String> = blocks
            .iter()
            .flat_map(|(_, block, _)| block.site_names.iter().cloned())
            .collect();
        site_names.sort_unstable();
        site_names.dedup();

        let mut catalog = Catalog {
            site_names,
            band_count,
            ..Catalog::default()
        };
        let mut lines = Vec::new();
        let mut records = Vec::new();
        let (mut source, mut first_record, mut first_line) = (0, 1, 1);
        for (block_source, mut block, mut block_tally) in blocks {
            if block_source != source {
                (source, first_record, first_line) = (block_source, 1, 1);
            }
            for reject in &mut block_tally.rejects {
                reject.record += first_record;
                reject.line += first_line;
            }
            let renumber: Vec<SiteNo> = block
                .site_names
                .iter()
                .map(|name| SiteNo(catalog.site_names.partition_point(|known| known < name) as u32))
                .collect();
            for i in 0..block.sites.len() {
                let record = block.records[i] + first_record;
                match block.ids.get(i) {
                    "" => catalog
                        .ids
                        .push(&format!("{}:{record}", source_names[source])),
                    id => catalog.ids.push(id),
                }
                catalog.sites.push(
                    renumber
                        .get(block.sites[i] as usize)
                        .copied()
                        .unwrap_or(NO_SITE),
                );
                records.push(record);
                lines.push(block.lines[i] + first_line);
            }
            catalog.columns.places.append(&mut block.columns.places);
            catalog
                .columns
                .published
                .append(&mut block.columns.published);
            catalog.columns.words.append(&mut block.columns.words);
            catalog.columns.contents.append(&mut block.columns.contents);
            catalog.columns.bands.append(&mut block.columns.bands);
            first_record += block_tally.records;
            first_line += block_tally.lines;
            tally.records += block_tally.records;
            tally.bytes += block_tally.bytes;
            tally.lossy += block_tally.lossy;
            tally.bad_dates += block_tally.bad_dates;
            tally.rejects.append(&mut block_tally.rejects);
        }

        let (slots, repeats) = catalog.without_repeated_ids();
        for (repeat, first) in repeats {
            let id = catalog.ids.get(repeat as usize);
            let (at, first) = (repeat as usize, first as usize);
            let first_source = source_names[catalog.columns.places[first].source as usize];
            tally.rejects.push(Reject {
                source: catalog.columns.places[at].source,
                record: records[at],
                line: lines[at],
                id: Some(id.to_owned()),
                reason: format!(
                    "the id was taken already, by {first_source} line {}; give every record its own id, or choose another field with --id-field",
                    lines[first]
                ),
            });
        }
        tally
            .rejects
            .sort_by_key(|reject| (reject.source, reject.line, reject.record));
        catalog.slots = slots;
        let mut slots = std::mem::take(&mut catalog.slots);
        slots.par_sort_unstable_by(|&x, &y| catalog.canonical(x as usize, y as usize));
        catalog.slots = slots;
        (catalog, tally)
    }

    /// The slots whose id no earlier slot has, and the others with the slot that has it.
    fn without_repeated_ids(&self) -> (Vec<u32>, Vec<(u32, u32)>) {
        let count = self.sites.len() as u32;
        let mut by_hash: Vec<(u64, u32)> = (0..count)
            .into_par_iter()
            .map(|slot| (xxh3_64(self.ids.get(slot as usize).as_bytes()), slot))
            .collect();
        by_hash.par_sort_unstable();
        let mut repeats = Vec::new();
        for run in by_hash
            .chunk_by(|x, y| x.0 == y.0)
            .filter(|run| run.len() > 1)
        {
            let mut firsts: HashMap<&str, u32> = HashMap::new();
            for &(_, slot) in run {
                let first = *firsts.entry(self.ids.get(slot as usize)).or_insert(slot);
                if first != slot {
                    repeats.push((slot, first));
                }
            }
        }
        repeats.sort_unstable();
        let mut refused = repeats.iter().map(|&(slot, _)| slot).peekable();
        let kept = (0..count)
            .filter(|slot| refused.next_if_eq(slot).is_none())
            .collect();
        (kept, repeats)
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

    /// When the document was published.
    pub fn published(&self, doc: DocNo) -> Option<Published> {
        self.columns.published[self.slot(doc)]
    }

    /// Where to read the document again.
    pub fn place(&self, doc: DocNo) -> Place {
        self.columns.places[self.slot(doc)]
    }

    /// How many words the document has.
    pub fn words(&self, doc: DocNo) -> u32 {
        self.columns.words[self.slot(doc)]
    }

    /// A 128-bit hash (XXH3) of the document's words in order.
    pub fn content(&self, doc: DocNo) -> u128 {
        self.columns.contents[self.slot(doc)]
    }

    /// The document's hash in that band.
    pub fn band(&self, doc: DocNo, band: usize) -> u32 {
        self.columns.bands[self.slot(doc) * self.band_count + band]
    }

    /// Whether the two stand on different sites; a document without a site is on no other's.
    pub fn cross_site(&self, a: DocNo, b: DocNo) -> Option<bool> {
        let (a, b) = (self.site(a), self.site(b));
        (a != NO_SITE && b != NO_SITE).then_some(a != b)
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

//! The catalogue: what a scan keeps of every document once its text is gone.
//!
//! Blocks are read in any order; [`Catalog::join`] puts them in the order of the sources, numbers records, refuses repeated ids, and
//! then numbers the documents in *canonical order*: earliest published first, undated last, ties by id bytewise. From there on a
//! smaller [`DocNo`] is always the `a` of a pair, and nothing depends on the order of reading.
//!
//! What is kept of a text (its [`Traces`]) is made of the whole text at first, and made anew of the documents that turn out to hold
//! [boilerplate](crate::boilerplate).

use std::cmp::Ordering;
use std::collections::HashMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::document::{BlockTally, Document, Place, Published, Record, Reject};
use crate::fingerprint::Fingerprint;

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
    /// Hash of the page's url, a bit less than 64; 0 if none is known.
    pages: Vec<u64>,
    /// Hash of the title's letters and digits; 0 if there are none.
    titles: Vec<u32>,
    words: Vec<u32>,
    /// Words taken out as boilerplate.
    removed: Vec<u32>,
    contents: Vec<u128>,
    bands: Vec<u32>,
    passages: Lists<Fingerprint>,
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
    /// Adds a document: its record, its word hashes, and the traces that its text leaves.
    pub fn push(&mut self, record: &Record<'_>, words: &[u64], traces: &Traces) {
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
        self.columns.contents.push(content(words));
        self.columns.bands.extend(&traces.bands);
        self.columns.passages.push(&traces.passages);
        self.columns.repeats.push(&traces.repeats);
        if let Some(anchors) = &traces.anchors {
            self.columns.anchors.push(anchors);
        }
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
        for (block_source, block, mut block_tally) in blocks {
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
            catalog.columns.append(block.columns);
            first_record += block_tally.records;
            first_line += block_tally.lines;
            tally.records += block_tally.records;
            tally.bytes += block_tally.bytes;
            tally.lossy += block_tally.lossy;
            tally.bad_dates += block_tally.bad_dates;
            tally.rejects.append(&mut block_tally.rejects);
        }

        let (mut slots, repeats) = catalog.without_repeated_ids();
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

    /// Whether the corpus has a site of that name.
    pub fn has_site(&self, name: &str) -> bool {
        self.site_names
            .binary_search_by(|known| known.as_str().cmp(name))
            .is_ok()
    }

    /// When the document was published.
    pub fn published(&self, doc: DocNo) -> Option<Published> {
        self.columns.published[self.slot(doc)]
    }

    /// Where to read the document again.
    pub fn place(&self, doc: DocNo) -> Place {
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

    /// The document's hash in that band.
    pub fn band(&self, doc: DocNo, band: usize) -> u32 {
        self.columns.bands[self.slot(doc) * self.band_count + band]
    }

    /// The document's fingerprints for shared passages.
    pub fn passages(&self, doc: DocNo) -> &[Fingerprint] {
        self.columns.passages.get(self.slot(doc))
    }

    /// The document's fingerprints for what its site repeats; none once [`Catalog::forget_repeats`] was called.
    pub fn repeats(&self, doc: DocNo) -> &[u32] {
        self.columns.repeats.get(self.slot(doc))
    }

    /// The document's names and numbers in order; none unless reworded copy is looked for.
    pub fn anchors(&self, doc: DocNo) -> &[u32] {
        self.columns.anchors.get(self.slot(doc))
    }

    /// Frees what only learning boilerplate needs.
    pub fn forget_repeats(&mut self) {
        self.columns.repeats = Lists::default();
    }

    /// Puts new words and traces in the place of those of the whole text.
    pub fn replace(&mut self, stripped: Vec<Stripped>) {
        self.columns.passages.chunks.push(Vec::new());
        self.columns.anchors.chunks.push(Vec::new());
        for Stripped {
            doc,
            words,
            removed,
            content,
            traces,
        } in stripped
        {
            let slot = self.slot(doc);
            self.columns.words[slot] = words;
            self.columns.removed[slot] = removed;
            self.columns.contents[slot] = content;
            let bands = slot * self.band_count..(slot + 1) * self.band_count;
            self.columns.bands[bands].copy_from_slice(&traces.bands);
            self.columns.passages.replace(slot, &traces.passages);
            if let Some(anchors) = &traces.anchors {
                self.columns.anchors.replace(slot, anchors);
            }
        }
    }

    /// Whether the two stand on different sites; a document without a site is on no other's.
    pub fn cross_site(&self, a: DocNo, b: DocNo) -> Option<bool> {
        let (a, b) = (self.site(a), self.site(b));
        (a != NO_SITE && b != NO_SITE).then_some(a != b)
    }
}

/// A document read again, with its boilerplate taken out.
#[derive(Debug)]
pub struct Stripped {
    doc: DocNo,
    words: u32,
    removed: u32,
    content: u128,
    traces: Traces,
}

impl Stripped {
    /// The words that are left, how many went, and the traces of what is left.
    pub fn new(doc: DocNo, words: &[u64], removed: usize, traces: Traces) -> Stripped {
        Stripped {
            doc,
            words: count(words),
            removed: removed.try_into().unwrap_or(u32::MAX),
            content: content(words),
            traces,
        }
    }
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
        self.bands.append(&mut other.bands);
        self.passages.append(other.passages);
        self.repeats.append(other.repeats);
        self.anchors.append(other.anchors);
    }
}

/// A list for every document, in a few large allocations that are never copied.
#[derive(Debug)]
struct Lists<T> {
    chunks: Vec<Vec<T>>,
    places: Vec<ListPlace>,
}

/// Where a list stands.
#[derive(Debug, Clone, Copy)]
struct ListPlace {
    chunk: u32,
    start: u32,
    length: u32,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Lists {
            chunks: Vec::new(),
            places: Vec::new(),
        }
    }
}

impl<T: Copy> Lists<T> {
    /// The longest chunk: far more than a block of documents leaves, and places are 32 bits.
    const LONGEST: usize = 1 << 30;

    fn push(&mut self, list: &[T]) {
        let place = self.add(list);
        self.places.push(place);
    }

    fn replace(&mut self, at: usize, list: &[T]) {
        self.places[at] = self.add(list);
    }

    fn add(&mut self, list: &[T]) -> ListPlace {
        if self
            .chunks
            .last()
            .is_none_or(|last| last.len() + list.len() > Self::LONGEST)
        {
            self.chunks.push(Vec::new());
        }
        let chunk = self.chunks.len() - 1;
        let values = &mut self.chunks[chunk];
        let start = values.len() as u32;
        values.extend_from_slice(list);
        ListPlace {
            chunk: chunk as u32,
            start,
            length: list.len() as u32,
        }
    }

    fn append(&mut self, other: Lists<T>) {
        let before = self.chunks.len() as u32;
        self.chunks
            .extend(other.chunks.into_iter().map(|mut chunk| {
                chunk.shrink_to_fit();
                chunk
            }));
        self.places
            .extend(other.places.into_iter().map(|place| ListPlace {
                chunk: place.chunk + before,
                ..place
            }));
    }

    fn get(&self, at: usize) -> &[T] {
        self.places.get(at).map_or(&[], |place| {
            let start = place.start as usize;
            &self.chunks[place.chunk as usize][start..start + place.length as usize]
        })
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

//! The first reading: every document once, and once more those that turn out to hold boilerplate.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::memory::{Memory, bytes_a_round};
use super::observer::{Observer, Stage};
use super::settings::Settings;
use super::texts::{DOCUMENTS_A_TASK, left};
use crate::boilerplate::{self, FEWEST_WORDS_LEFT, KnownBoilerplate, Profiles, Region, Stripper};
use crate::catalog::{
    BYTES_A_DOCUMENT, BlockColumns, Catalog, DocNo, NO_SITE, ReadTally, SeenDocuments, SiteNo,
    Stripped, Traces,
};
use crate::document::{BlockTally, Corpus, Fetch};
use crate::error::{ReadError, Size};
use crate::sketch::anchors;
use crate::sketch::minhash::Signer;
use crate::sketch::winnowing::{self, Fingerprinter, Winnowing};
use crate::text::shingle::{Shingle, Shingler};
use crate::text::spans;

/// Passages that are shown of what a site repeats.
const PASSAGES_SHOWN: usize = 10;

/// How many documents are read again at a time: some 45 MB of hashes.
const DOCUMENTS_A_BATCH: usize = 1 << 16;

/// A site's profile is learned from so many of its pages at least, if so many were seen: most of its chrome stands on some of them.
const PAGES_A_SITE: usize = 500;

/// For every new page of a site so many of the pages that were seen before are read again at most.
const PAGES_A_NEW_ONE: usize = 10;

/// Sites whose passages are shown.
const SITES_SHOWN: usize = 100;

/// Characters of a passage that are shown.
const CHARACTERS_SHOWN: usize = 300;

/// What was taken out as boilerplate.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Documents that lost words.
    pub documents: u64,
    /// Words that went.
    pub words: u64,
    /// By site, most words first.
    pub sites: Vec<RemovedOnSite>,
}

/// What was taken out of the pages of one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedOnSite {
    /// The site.
    pub site: SiteNo,
    /// Its documents that lost words.
    pub documents: u64,
    /// Words that went.
    pub words: u64,
    /// What went, most frequent first; not all of it, and of no more than the first hundred sites.
    pub passages: Vec<RemovedPassage>,
}

/// A passage that a site repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedPassage {
    /// What passages that begin and end alike have in common.
    pub key: u64,
    /// Documents that it was taken out of, counting those that differ in the middle.
    pub documents: u64,
    /// Its words, in the first of them.
    pub words: u64,
    /// How it reads there; a long one is cut.
    pub text: String,
}

/// Reads every block: words, content and traces go to the catalogue beside what was seen before, texts go.
pub(super) fn read<C: Corpus>(
    corpus: &C,
    seen: SeenDocuments,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<(Catalog, ReadTally), ReadError> {
    observer.begin(Stage::Read, None);
    let make_tools = || {
        (
            Shingler::default(),
            Tracer::new(settings),
            Traces::default(),
        )
    };
    type Read = (usize, BlockColumns, BlockTally);
    let room = Room::new(settings.memory.as_ref(), seen.len());
    let read_block = |(shingler, tracer, traces): &mut (Shingler, Tracer, Traces),
                      source,
                      block|
     -> Result<Read, ReadError> {
        let mut columns = BlockColumns::default();
        let mut documents = 0;
        let tally = corpus.parse(block?, &mut |record| {
            shingler.read(&record.document.text, settings.shingle);
            tracer.trace(shingler, settings.boilerplate, traces);
            tracer.anchor([&*record.document.text], traces);
            columns.push(&record, &shingler.words, traces);
            documents += 1;
        });
        room.make(&mut columns, documents)?;
        columns.shrink();
        observer.advance(tally.bytes);
        observer.documents(documents);
        Ok((source, columns, tally))
    };
    let sources: Result<Vec<Vec<(usize, Read)>>, ReadError> = (0..corpus.sources())
        .into_par_iter()
        .map(|source| {
            let blocks = corpus.blocks(source).enumerate().par_bridge();
            let read = blocks.map_init(make_tools, |tools, (at, block)| {
                Ok((at, read_block(tools, source, block)?))
            });
            let mut read: Vec<(usize, Read)> = read.collect::<Result<_, ReadError>>()?;
            read.sort_unstable_by_key(|(at, _)| *at);
            Ok(read)
        })
        .collect();
    let blocks = sources?
        .into_iter()
        .flatten()
        .map(|(_, read)| read)
        .collect();
    let names: Vec<&str> = (0..corpus.sources())
        .map(|source| corpus.source_name(source))
        .collect();
    Ok(Catalog::join(seen, blocks, &names))
}

/// Sees to it that what is read stays within the memory that there may be.
struct Room<'a> {
    memory: Option<&'a Memory>,
    documents: AtomicU64,
    /// Bytes of hashes, which can be put away.
    held: AtomicU64,
    /// Bytes of everything else.
    kept: AtomicU64,
}

impl<'a> Room<'a> {
    fn new(memory: Option<&'a Memory>, seen: usize) -> Room<'a> {
        Room {
            memory,
            documents: AtomicU64::new(seen as u64),
            held: AtomicU64::new(0),
            kept: AtomicU64::new((seen * BYTES_A_DOCUMENT) as u64),
        }
    }

    /// Makes room for a block: puts its hashes away unless a share of the memory holds all so far.
    fn make(&self, columns: &mut BlockColumns, documents: u64) -> Result<(), ReadError> {
        let Some(memory) = self.memory else {
            return Ok(());
        };
        let add = |to: &AtomicU64, more: u64| to.fetch_add(more, Ordering::Relaxed) + more;
        let documents = add(&self.documents, documents);
        let kept = add(&self.kept, columns.bytes_kept() as u64);
        if kept > memory.for_documents() {
            return Err(ReadError::TooLittleMemory {
                documents,
                needed: Size(memory.asked_for(kept)),
                limit: Size(memory.limit),
            });
        }
        if add(&self.held, columns.bytes_held() as u64) > memory.for_hashes() {
            columns.move_to(&memory.store)?;
        }
        Ok(())
    }
}

/// Learns what every site repeats and takes it out of the documents that are new.
pub(super) fn strip(
    corpus: &dyn Fetch,
    catalog: &mut Catalog,
    settings: &Settings,
    known: &KnownBoilerplate,
    observer: &dyn Observer,
) -> Result<(Profiles, Removed), ReadError> {
    if !settings.boilerplate {
        return Ok(Default::default());
    }
    observer.begin(Stage::Boilerplate, None);
    let memory = settings.memory.as_ref();
    let mut documents = teachers(corpus, catalog, settings)?;
    let mut profiles = Profiles::learn(catalog, &documents, bytes_a_round(memory))?;
    profiles.add(catalog, known)?;
    catalog.forget_repeats();
    documents.retain(|&doc| catalog.is_new(doc) && profiles.touches(doc));
    // In the order of the files, which reads faster; what comes of it goes by document.
    let mut touched = documents;
    touched.par_sort_unstable_by_key(|&doc| catalog.place(doc));

    let mut removed = Tallies::default();
    for batch in touched.chunks(DOCUMENTS_A_BATCH) {
        let make_tools = || {
            (
                Stripper::default(),
                Shingler::default(),
                Tracer::new(settings),
            )
        };
        let strip_chunk = |tools: &mut (Stripper, Shingler, Tracer), chunk: &[DocNo]| {
            let mut stripped = Vec::new();
            let mut tallies = Tallies::default();
            for &doc in chunk {
                let (stripper, shingler, tracer) = tools;
                let site = catalog.site(doc);
                let (mut regions, mut words) = (Vec::new(), Vec::new());
                corpus.fetch(catalog.place(doc), &mut |document| {
                    shingler.read_without(&document.text, settings.shingle, |read, lines| {
                        stripper.regions(&profiles, site, read, lines, &mut regions);
                        words.extend(regions.iter().map(|region| region.words.clone()));
                        &words
                    });
                    if regions.is_empty() {
                        return;
                    }
                    let mut traces = Traces::default();
                    tracer.trace(shingler, false, &mut traces);
                    tracer.anchor(left(shingler, &words, &document.text), &mut traces);
                    stripped.push(Stripped::new(doc, &shingler.words, &words, traces));
                    tallies.add(site, doc, &regions);
                })?;
            }
            observer.advance(chunk.len() as u64);
            Ok((stripped, tallies))
        };
        let read: Result<Vec<(Vec<Stripped>, Tallies)>, ReadError> = batch
            .par_chunks(DOCUMENTS_A_TASK)
            .map_init(make_tools, strip_chunk)
            .collect();
        let (stripped, tallies): (Vec<_>, Vec<_>) = read?.into_iter().unzip();
        removed = tallies.into_iter().fold(removed, Tallies::join);
        catalog.replace(stripped.into_iter().flatten().collect());
        if let Some(memory) = memory
            && catalog.bytes_held() as u64 > memory.for_hashes()
        {
            catalog.move_to(&memory.store)?;
        }
    }
    let removed = removed.shown(corpus, catalog)?;
    Ok((profiles, removed))
}

/// The documents that sites' profiles are learned from: all new ones and, of sites that have few of these, the pages that were seen last, read
/// once more.
fn teachers(
    corpus: &dyn Fetch,
    catalog: &mut Catalog,
    settings: &Settings,
) -> Result<Vec<DocNo>, ReadError> {
    let mut new: BTreeMap<SiteNo, usize> = BTreeMap::new();
    let mut before: BTreeMap<SiteNo, Vec<(u64, DocNo)>> = BTreeMap::new();
    let documents = || catalog.documents().map(|doc| (doc, catalog.site(doc)));
    for (doc, site) in documents() {
        if catalog.is_new(doc) {
            *new.entry(site).or_default() += 1;
        }
    }
    new.remove(&NO_SITE);
    for (doc, site) in documents() {
        if let Some(serial) = catalog.serial(doc).filter(|_| new.contains_key(&site)) {
            before.entry(site).or_default().push((serial, doc));
        }
    }
    let mut asked: Vec<DocNo> = Vec::new();
    for (site, mut pages) in before {
        let wanted = PAGES_A_SITE
            .saturating_sub(new[&site])
            .min(PAGES_A_NEW_ONE * new[&site]);
        pages.sort_unstable();
        asked.extend(pages.iter().rev().take(wanted).map(|&(_, doc)| doc));
    }
    asked.par_sort_unstable_by_key(|&doc| catalog.place(doc));
    for batch in asked.chunks(DOCUMENTS_A_BATCH) {
        type Repeats = (DocNo, Vec<u32>);
        let read: Result<Vec<Vec<Repeats>>, ReadError> = batch
            .par_chunks(DOCUMENTS_A_TASK)
            .map_init(
                || (Shingler::default(), Tracer::new(settings)),
                |(shingler, tracer), chunk| {
                    let mut repeats = Vec::with_capacity(chunk.len());
                    for &doc in chunk {
                        corpus.fetch(catalog.place(doc), &mut |document| {
                            let mut traces = Traces::default();
                            shingler.read(&document.text, settings.shingle);
                            tracer.trace_repeats(shingler, &mut traces);
                            repeats.push((doc, traces.repeats));
                        })?;
                    }
                    Ok(repeats)
                },
            )
            .collect();
        for (doc, repeats) in read?.into_iter().flatten() {
            catalog.set_repeats(doc, &repeats);
        }
    }
    let mut teachers: Vec<DocNo> = catalog
        .documents()
        .filter(|&doc| catalog.is_new(doc))
        .collect();
    teachers.append(&mut asked);
    teachers.sort_unstable();
    Ok(teachers)
}

/// Whether so little is left of a page that it is boilerplate only.
pub(super) fn boilerplate_only(catalog: &Catalog, doc: DocNo) -> bool {
    let (removed, left) = (catalog.removed(doc), catalog.words(doc));
    removed >= left.max(1) && (left as usize) < FEWEST_WORDS_LEFT
}

/// Makes the traces of texts.
struct Tracer {
    signer: Option<Signer>,
    passages: Option<Winnowing>,
    fingerprinter: Fingerprinter,
    shingle: Shingle,
    runs: Vec<u64>,
    anchors: bool,
}

impl Tracer {
    fn new(settings: &Settings) -> Tracer {
        Tracer {
            signer: settings
                .banding()
                .map(|banding| Signer::new(banding, settings.seed)),
            passages: settings
                .excerpts
                .map(|excerpts| Winnowing::for_passages(excerpts.passage as usize)),
            fingerprinter: Fingerprinter::default(),
            shingle: settings.shingle,
            runs: Vec::new(),
            anchors: settings.reworded.is_some(),
        }
    }

    /// Replaces the names and numbers by those of a text, if they are wanted.
    fn anchor<'t>(&self, pieces: impl IntoIterator<Item = &'t str>, traces: &mut Traces) {
        if self.anchors {
            anchors::read(pieces, traces.anchors.get_or_insert_default());
        }
    }

    /// Replaces the other traces by those of a text; `repeats` if what its site repeats is to be learned from it.
    fn trace(&mut self, text: &Shingler, repeats: bool, traces: &mut Traces) {
        traces.bands.clear();
        traces.passages.clear();
        traces.repeats.clear();
        if let Some(signer) = &mut self.signer
            && !signer.sign_into(&text.shingles, &mut traces.bands)
        {
            traces.bands.resize(signer.bands(), 0);
        }
        if !repeats && self.passages.is_none() {
            return;
        }
        let words = &text.words;
        let runs = runs(text, self.shingle, &mut self.runs);
        let boilerplate = Winnowing::for_boilerplate();
        let mut chosen = None;
        if repeats {
            let repeats = self.fingerprinter.choose(runs, boilerplate);
            traces
                .repeats
                .extend(repeats.iter().map(|chosen| boilerplate::short(chosen.hash)));
            let narrower =
                |passages| winnowing::rechoose(repeats, boilerplate, passages, words.len());
            chosen = self.passages.and_then(narrower);
        }
        if let Some(winnowing) = self.passages {
            let chosen = match &chosen {
                Some(chosen) => chosen,
                None => self.fingerprinter.choose(runs, winnowing),
            };
            traces
                .passages
                .extend(winnowing::fingerprints(words, runs, chosen, winnowing));
        }
    }

    /// Replaces the traces by those alone that tell what a text's site repeats.
    fn trace_repeats(&mut self, text: &Shingler, traces: &mut Traces) {
        let runs = runs(text, self.shingle, &mut self.runs);
        let chosen = self
            .fingerprinter
            .choose(runs, Winnowing::for_boilerplate());
        let repeats = chosen.iter().map(|chosen| boilerplate::short(chosen.hash));
        traces.repeats.clear();
        traces.repeats.extend(repeats);
    }
}

/// The hashes of a text's runs of [`winnowing::RUN`] words: its shingles, if they are made of so many.
fn runs<'a>(text: &'a Shingler, shingle: Shingle, buffer: &'a mut Vec<u64>) -> &'a [u64] {
    if shingle == Shingle::Words(winnowing::RUN) {
        return &text.shingles;
    }
    winnowing::runs(&text.words, buffer);
    buffer
}

/// What was taken out, counted on the way.
#[derive(Default)]
struct Tallies {
    sites: BTreeMap<SiteNo, (u64, u64)>,
    /// By site and the key of a region: how many documents, and the first of them with the region's words.
    passages: BTreeMap<(SiteNo, u64), (u64, DocNo, usize, usize)>,
}

impl Tallies {
    fn add(&mut self, site: SiteNo, doc: DocNo, regions: &[Region]) {
        let (documents, words) = self.sites.entry(site).or_default();
        *documents += 1;
        *words += regions
            .iter()
            .map(|region| region.words.len() as u64)
            .sum::<u64>();
        for region in regions {
            self.add_passage(
                (site, region.key),
                (1, doc, region.words.start, region.words.end),
            );
        }
    }

    fn add_passage(&mut self, key: (SiteNo, u64), more: (u64, DocNo, usize, usize)) {
        let known = self
            .passages
            .entry(key)
            .or_insert((0, more.1, more.2, more.3));
        known.0 += more.0;
        (known.1, known.2, known.3) = (known.1, known.2, known.3).min((more.1, more.2, more.3));
    }

    fn join(mut self, other: Tallies) -> Tallies {
        for (site, (documents, words)) in other.sites {
            let known = self.sites.entry(site).or_default();
            known.0 += documents;
            known.1 += words;
        }
        for (key, passage) in other.passages {
            self.add_passage(key, passage);
        }
        self
    }

    /// Reads what the most frequent passages say.
    fn shown(self, corpus: &dyn Fetch, catalog: &Catalog) -> Result<Removed, ReadError> {
        let mut sites: Vec<RemovedOnSite> = self
            .sites
            .iter()
            .map(|(&site, &(documents, words))| RemovedOnSite {
                site,
                documents,
                words,
                passages: Vec::new(),
            })
            .collect();
        sites.sort_by_key(|on_site| (std::cmp::Reverse(on_site.words), on_site.site));
        let shown = sites.len().min(SITES_SHOWN);
        sites[..shown].par_iter_mut().try_for_each(|on_site| {
            let passages = self
                .passages
                .range((on_site.site, 0)..=(on_site.site, u64::MAX));
            let mut passages: Vec<_> = passages
                .map(|(&(_, key), &passage)| (key, passage))
                .collect();
            passages.sort_by_key(|&(_, (documents, doc, start, _))| {
                (std::cmp::Reverse(documents), doc, start)
            });
            for (key, (documents, doc, start, end)) in passages.into_iter().take(PASSAGES_SHOWN) {
                corpus.fetch(catalog.place(doc), &mut |document| {
                    let spans = spans::of_words(&document.text);
                    let text = match (spans.get(start), spans.get(end - 1)) {
                        (Some(first), Some(last)) => &document.text[first.start..last.end],
                        _ => "",
                    };
                    on_site.passages.push(RemovedPassage {
                        key,
                        documents,
                        words: (end - start) as u64,
                        text: text.chars().take(CHARACTERS_SHOWN).collect(),
                    });
                })?;
            }
            Ok::<(), ReadError>(())
        })?;
        Ok(Removed {
            documents: sites.iter().map(|on_site| on_site.documents).sum(),
            words: sites.iter().map(|on_site| on_site.words).sum(),
            sites,
        })
    }
}

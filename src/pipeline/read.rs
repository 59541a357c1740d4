//! The first reading: every document once, and once more those that turn out to hold boilerplate.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::texts::{Reader, Texts};
use super::{DOCUMENTS_A_TASK, Observer, Settings, Stage};
use crate::boilerplate::{self, FEWEST_WORDS_LEFT, Profiles};
use crate::catalog::{BlockColumns, Catalog, DocNo, ReadTally, SiteNo, Stripped, Traces};
use crate::document::{BlockTally, Corpus, ReadError};
use crate::fingerprint::{self, Fingerprinter, Winnowing};
use crate::plan::Banding;
use crate::reworded::anchors;
use crate::shingle::{Shingle, Shingler};
use crate::sign::Signer;
use crate::spans;

/// Passages that are shown of what a site repeats.
const PASSAGES_SHOWN: usize = 10;

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
    /// Documents that it was taken out of, counting those that differ in the middle.
    pub documents: u64,
    /// Its words, in the first of them.
    pub words: u64,
    /// How it reads there; a long one is cut.
    pub text: String,
}

/// Reads every block: words, content and traces go to the catalogue, texts go.
pub(super) fn read<C: Corpus>(
    corpus: &C,
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
    let bands = settings.banding().map_or(0, Banding::bands);
    Ok(Catalog::join(blocks, &names, bands))
}

/// Learns what every site repeats and takes it out of the catalogue.
pub(super) fn strip<C: Corpus>(
    corpus: &C,
    catalog: &mut Catalog,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<(Profiles, Removed), ReadError> {
    if !settings.boilerplate {
        return Ok(Default::default());
    }
    observer.begin(Stage::Boilerplate, None);
    let documents: Vec<DocNo> = catalog.documents().collect();
    let profiles = Profiles::learn(catalog, &documents);
    catalog.forget_repeats();
    let mut touched: Vec<DocNo> = documents
        .into_iter()
        .filter(|&doc| profiles.touches(doc))
        .collect();
    // In the order of the files, which reads faster; what comes of it goes by document.
    touched.par_sort_unstable_by_key(|&doc| catalog.place(doc));

    let texts = Texts {
        corpus,
        catalog,
        profiles: &profiles,
        shingle: settings.shingle,
    };
    let stripped: Result<Vec<(Vec<Stripped>, Tallies)>, ReadError> = touched
        .par_chunks(DOCUMENTS_A_TASK)
        .map_init(
            || (Reader::default(), Tracer::new(settings)),
            |(reader, tracer), chunk| {
                let (mut stripped, mut tallies) = (Vec::new(), Tallies::default());
                for &doc in chunk {
                    texts.read(doc, reader, &mut |document, reader| {
                        if reader.regions.is_empty() {
                            return;
                        }
                        let mut traces = Traces::default();
                        tracer.trace(&reader.shingler, false, &mut traces);
                        tracer.anchor(reader.left(&document.text), &mut traces);
                        let removed = reader.removed();
                        stripped.push(Stripped::new(doc, &reader.shingler.words, removed, traces));
                        tallies.add(catalog.site(doc), doc, removed, &reader.regions);
                    })?;
                }
                observer.advance(chunk.len() as u64);
                Ok((stripped, tallies))
            },
        )
        .collect();
    let (stripped, tallies): (Vec<_>, Vec<_>) = stripped?.into_iter().unzip();
    let removed = tallies
        .into_iter()
        .fold(Tallies::default(), Tallies::join)
        .shown(corpus, catalog)?;
    catalog.replace(stripped.into_iter().flatten().collect());
    Ok((profiles, removed))
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
        let runs = if self.shingle == Shingle::Words(fingerprint::RUN) {
            &text.shingles
        } else {
            fingerprint::runs(words, &mut self.runs);
            &self.runs
        };
        let boilerplate = Winnowing::for_boilerplate();
        let mut chosen = None;
        if repeats {
            let repeats = self.fingerprinter.choose(runs, boilerplate);
            traces
                .repeats
                .extend(repeats.iter().map(|chosen| boilerplate::short(chosen.hash)));
            let narrower =
                |passages| fingerprint::rechoose(repeats, boilerplate, passages, words.len());
            chosen = self.passages.and_then(narrower);
        }
        if let Some(winnowing) = self.passages {
            let chosen = match &chosen {
                Some(chosen) => chosen,
                None => self.fingerprinter.choose(runs, winnowing),
            };
            traces
                .passages
                .extend(fingerprint::fingerprints(words, runs, chosen, winnowing));
        }
    }
}

/// What was taken out, counted on the way.
#[derive(Default)]
struct Tallies {
    sites: BTreeMap<SiteNo, (u64, u64)>,
    /// By site and the key of a region: how many documents, and the first of them with the region's words.
    passages: BTreeMap<(SiteNo, u64), (u64, DocNo, usize, usize)>,
}

impl Tallies {
    fn add(&mut self, site: SiteNo, doc: DocNo, removed: usize, regions: &[boilerplate::Region]) {
        let (documents, words) = self.sites.entry(site).or_default();
        *documents += 1;
        *words += removed as u64;
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
    fn shown<C: Corpus>(self, corpus: &C, catalog: &Catalog) -> Result<Removed, ReadError> {
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
            let mut passages: Vec<_> = passages.map(|(_, &passage)| passage).collect();
            passages.sort_by_key(|&(documents, doc, start, _)| {
                (std::cmp::Reverse(documents), doc, start)
            });
            for (documents, doc, start, end) in passages.into_iter().take(PASSAGES_SHOWN) {
                corpus.fetch(catalog.place(doc), &mut |document| {
                    let spans = spans::of_words(&document.text);
                    let text = match (spans.get(start), spans.get(end - 1)) {
                        (Some(first), Some(last)) => &document.text[first.start..last.end],
                        _ => "",
                    };
                    on_site.passages.push(RemovedPassage {
                        documents,
                        words: (end - start) as u64,
                        text: text.chars().take(CHARACTERS_SHOWN).collect(),
                    });
                })?;
            }
            Ok(())
        })?;
        Ok(Removed {
            documents: sites.iter().map(|on_site| on_site.documents).sum(),
            words: sites.iter().map(|on_site| on_site.words).sum(),
            sites,
        })
    }
}

//! A sample of pairs to be labelled by somebody who reads them: pairs on both sides of every threshold, so that labels tell where it should stand.
//!
//! Pairs are looked for at lower thresholds than those in force, by the search of a scan, and what the thresholds in force make of each is worked
//! out from its scores. Documents of the same words are stood for by one of them.

mod shown;
mod strata;

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::before::Sources;
use super::search::{self, Matches};
use super::show::{LaidOut, Placed};
use super::texts::{Reader, Texts};
use super::{Counts, Observer, Retelling, Settings, Surfacing, read, rewording, taking_part};
use crate::boilerplate::Known;
use crate::candidates::Pair;
use crate::catalog::{Catalog, DocNo, ReadTally, Seen};
use crate::document::{Corpus, Published, ReadError};
use crate::finding::{self, Relation, Reworded, Twins};
use crate::passage::Passage;
use crate::plan::{Banding, DEFAULT_PERMUTATIONS, DEFAULT_RECALL};
use crate::reworded::Rewording;
use crate::reworded::weights::Weights;
use crate::verify::{Comparison, Excerpts};

pub use shown::Piece;
use strata::Candidate;
pub use strata::{Distance, Measure, Stratum};

/// The most pairs of a sample: with both texts of each some 16 MB, and some hours of reading.
pub const MOST_SAMPLED: u32 = 500;

/// How far under a threshold pairs are looked for, as a share of it: at the defaults from a Jaccard of .3, a containment of .15 and 12 words on.
/// Lower, candidates are many and copies hardly any.
const BELOW: f64 = 0.6;

/// The same of containment and passages, which are low already.
const BELOW_EXCERPTS: f64 = 0.5;

/// The shortest passage that is looked for: shorter ones are names and phrases.
const SHORTEST_PASSAGE: u32 = 8;

/// The score from which reworded copy is looked for: it is as likely as not.
const LOWEST_SCORE: f64 = 0.5;

/// Pairs of documents that are looked at for a wanted one where two stand for others of the same words.
const PAIRS_LOOKED_AT: usize = 1 << 10;

/// Pairs of documents with the same words that are taken of one text.
const TWINS_A_TEXT: usize = 16;

/// Bytes that are shown of a text, about: three times a usual article.
const SHOWN: usize = 16 << 10;

/// What is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// How many pairs, at most [`MOST_SAMPLED`].
    pub pairs: u32,
    /// With another seed it is another sample; with the same it is the same.
    pub seed: u64,
}

/// Pairs to be labelled.
#[derive(Debug)]
pub struct Sample {
    /// In an order that tells nothing.
    pub pairs: Vec<SampledPair>,
    /// How many were asked for; there may be fewer.
    pub asked: u32,
    /// What they were taken from, the strata nearest to thresholds first.
    pub strata: Vec<Sampled>,
    /// Documents that were compared.
    pub documents: u64,
    /// What was read and rejected.
    pub read: ReadTally,
}

/// What was taken of a stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampled {
    /// The stratum.
    pub stratum: Stratum,
    /// Its pairs.
    pub found: usize,
    /// Those of them that are in the sample.
    pub taken: usize,
}

/// Two documents to be labelled.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledPair {
    /// The two, in canonical order.
    pub documents: [SampledText; 2],
    /// What the settings in force make of them, if it is anything.
    pub relation: Option<Relation>,
    /// What they share, word by word.
    pub scores: Shares,
    /// How likely one is reworded from the other, if that was found at all.
    pub reworded: Option<f64>,
    /// What is marked in both texts.
    pub shared: Shared,
    /// How many such there are.
    pub marks: usize,
}

/// What two texts share that can be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// Runs of words.
    Passages,
    /// Sentences of which one may retell the other.
    Sentences,
}

/// What two documents share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Exact Jaccard similarity of the shingle sets.
    pub jaccard: f64,
    /// Share of the shingles of each that the other has.
    pub containment: [f64; 2],
    /// Words of the longest passage.
    pub longest: usize,
}

/// A document to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampledText {
    /// Its id.
    pub id: String,
    /// Its site; empty where unknown.
    pub site: String,
    /// When it says it was published.
    pub published: Option<Published>,
    /// Its headline; empty where unknown.
    pub title: String,
    /// Its url; empty where unknown.
    pub url: String,
    /// Its text, with what is shared marked and what is too long left out.
    pub pieces: Vec<Piece>,
}

/// Finds pairs and takes a sample of them.
///
/// # Errors
/// What ends the reading of the corpus.
pub fn sample<C: Corpus>(
    corpus: &C,
    settings: &Settings,
    sampling: Sampling,
    observer: &dyn Observer,
) -> Result<Sample, ReadError> {
    let sources = Sources {
        corpus,
        of_corpus: corpus.sources() as u32,
        archive: None,
    };
    let lower = lowered(settings);
    let (mut catalog, tally) = read::read(corpus, Seen::default(), &lower, observer)?;
    read::strip(&sources, &mut catalog, &lower, &Known::default(), observer)?;
    let mut counts = Counts::default();
    let documents = taking_part(&catalog, settings, &mut counts);
    let twins = finding::twins(&catalog, documents.iter().copied());
    let texts = Texts {
        corpus: &sources,
        catalog: &catalog,
        shingle: settings.shingle,
    };
    let Matches { compared, .. } =
        search::search(&texts, &twins, &[], &lower, observer, &mut counts)?;
    let judge = Judge {
        catalog: &catalog,
        twins: &twins,
        settings,
    };
    let mut found: BTreeMap<Pair, Found> = judge.same_words();
    let compared = compared
        .iter()
        .filter_map(|compared| judge.compared(compared));
    found.extend(compared.map(|found| (found.pair, found)));
    let mut weights = None;
    if let Some(rewording) = lower.reworded {
        // As in a scan: what shares enough words is not looked at.
        let known: Vec<Comparison> = found.values().filter_map(Found::known).collect();
        let (reworded, _) =
            rewording::rewordings(&texts, &twins, &known, settings, rewording, observer)?;
        if !reworded.is_empty() {
            weights = Some(rewording::weights_among(&texts, &twins, &known)?);
        }
        for reworded in reworded {
            let reworded = judge.reworded(&reworded);
            let told = reworded.relation.is_some();
            let known = found.entry(reworded.pair).or_insert(reworded);
            if told {
                *known = reworded;
            }
        }
    }
    let found: Vec<Found> = found.into_values().collect();
    let candidates: Vec<Candidate> = found
        .iter()
        .map(|found| Candidate {
            stratum: found.stratum,
            documents: [found.pair.a, found.pair.b],
            sites: [found.pair.a, found.pair.b].map(|doc| catalog.site(doc)),
            lot: lot(&catalog, found.pair, sampling.seed),
        })
        .collect();
    let chosen = strata::choose(&candidates, sampling.pairs as usize);
    let pairs: Result<Vec<SampledPair>, ReadError> = chosen
        .par_iter()
        .map_init(Reader::default, |reader, &at| {
            found[at].read(&texts, weights.as_ref(), reader)
        })
        .collect();
    Ok(Sample {
        pairs: pairs?,
        asked: sampling.pairs,
        strata: strata::tally(&candidates, &chosen),
        documents: documents.len() as u64,
        read: tally,
    })
}

/// The settings with thresholds under those in force.
fn lowered(settings: &Settings) -> Settings {
    let threshold = settings.threshold * BELOW;
    let surfacing = match settings.surfacing {
        Surfacing::Prefixes => Surfacing::Prefixes,
        Surfacing::Bands(_) => Banding::for_recall(threshold, DEFAULT_RECALL, DEFAULT_PERMUTATIONS)
            .map_or(Surfacing::Prefixes, Surfacing::Bands),
    };
    Settings {
        threshold,
        surfacing,
        excerpts: settings.excerpts.map(|excerpts| Excerpts {
            containment: excerpts.containment * BELOW_EXCERPTS,
            passage: ((f64::from(excerpts.passage) * BELOW_EXCERPTS) as u32)
                .max(SHORTEST_PASSAGE)
                .min(excerpts.passage),
        }),
        reworded: settings.reworded.map(|rewording| Rewording {
            score: rewording.score.min(LOWEST_SCORE),
            ..rewording
        }),
        list_passages: false,
        page: None,
        keep_hashes: false,
        ..settings.clone()
    }
}

/// Where a pair comes in the lottery: it hangs on nothing but its ids and the seed.
fn lot(catalog: &Catalog, pair: Pair, seed: u64) -> u64 {
    let (a, b) = (catalog.id(pair.a), catalog.id(pair.b));
    let ids = [&(a.len() as u64).to_le_bytes(), a.as_bytes(), b.as_bytes()].concat();
    xxh3_64_with_seed(&ids, seed)
}

/// A pair that may be sampled.
#[derive(Clone, Copy)]
struct Found {
    pair: Pair,
    compared: Comparison,
    relation: Option<Relation>,
    reworded: Option<f64>,
    stratum: Stratum,
}

/// Tells what the settings in force make of pairs.
struct Judge<'a> {
    catalog: &'a Catalog,
    twins: &'a [Twins],
    settings: &'a Settings,
}

impl Judge<'_> {
    /// The wanted pairs of the same words.
    fn same_words(&self) -> BTreeMap<Pair, Found> {
        let selection = &self.settings.selection;
        if !selection.takes(Relation::Exact) {
            return BTreeMap::new();
        }
        let of_text = |twins: &Twins| {
            let (first, others) = (twins.members[0], twins.members[1..].to_vec());
            let pairs = others.into_iter().map(move |other| Pair::of(first, other));
            let wanted = pairs.filter(move |pair| selection.wants(self.catalog, pair.a, pair.b));
            wanted.take(TWINS_A_TEXT).collect::<Vec<Pair>>()
        };
        let exact = |pair: Pair| Found {
            pair,
            compared: Comparison {
                pair,
                shared: 1,
                shingles_a: 1,
                shingles_b: 1,
                longest: Passage {
                    words: self.catalog.words(pair.a) as usize,
                    ..Passage::default()
                },
                near: true,
            },
            relation: Some(Relation::Exact),
            reworded: None,
            stratum: Stratum::SAME_WORDS,
        };
        let pairs = self.twins.iter().flat_map(of_text);
        pairs.map(|pair| (pair, exact(pair))).collect()
    }

    /// A comparison, as it is of the first two documents that are wanted.
    fn compared(&self, compared: &Comparison) -> Option<Found> {
        let group = |doc: DocNo| &self.twins[finding::group_of(self.twins, doc)].members;
        let (of_a, of_b) = (group(compared.pair.a), group(compared.pair.b));
        let (a, b) = of_a
            .iter()
            .flat_map(|&a| of_b.iter().map(move |&b| (a, b)))
            .take(PAIRS_LOOKED_AT)
            .find(|&(a, b)| self.settings.selection.wants(self.catalog, a, b))?;
        let compared = Comparison {
            near: compared.jaccard() >= self.settings.threshold,
            ..compared.between(a, b)
        };
        let stratum = self.stratum(&compared);
        let relation = match (stratum.over, compared.near) {
            (false, _) => None,
            (true, true) => Some(Relation::Near),
            (true, false) => Some(Relation::Excerpt),
        };
        let takes = relation.is_none_or(|relation| self.settings.selection.takes(relation));
        takes.then_some(Found {
            pair: compared.pair,
            compared,
            relation,
            reworded: None,
            stratum,
        })
    }

    /// By which measure a pair is in or out, and by how much.
    fn stratum(&self, compared: &Comparison) -> Stratum {
        let threshold = self.settings.threshold;
        let jaccard = compared.jaccard() - threshold;
        if jaccard >= 0.0 {
            return Stratum::of(Measure::Jaccard, jaccard);
        }
        let Some(excerpts) = self.settings.excerpts else {
            return Stratum::of(Measure::Jaccard, jaccard);
        };
        let Pair { a, b } = compared.pair;
        let held = compared.containment_a().max(compared.containment_b());
        let selection = &self.settings.selection;
        let asked = match selection.holds_enough(self.catalog, held, a, b) {
            true => excerpts.containment,
            false => selection.same_site_containment.max(excerpts.containment),
        };
        let containment = held - asked;
        let passage = f64::from(excerpts.passage);
        let longest = (compared.longest.words as f64 - passage) / passage;
        match (containment >= 0.0, longest >= 0.0) {
            (true, true) => Stratum::of(Measure::Containment, containment),
            (true, false) => Stratum::of(Measure::Passage, longest),
            // Whichever it came nearer to.
            (false, _) if jaccard > containment => Stratum::of(Measure::Jaccard, jaccard),
            (false, _) => Stratum::of(Measure::Containment, containment),
        }
    }

    fn reworded(&self, reworded: &Reworded) -> Found {
        let score = reworded.likeness.score;
        let asked = self.settings.reworded.map_or(1.0, |asked| asked.score);
        let stratum = Stratum::of(Measure::Score, score - asked);
        Found {
            pair: reworded.compared.pair,
            compared: reworded.compared,
            relation: stratum.over.then_some(Relation::Reworded),
            reworded: Some(score),
            stratum,
        }
    }
}

impl Found {
    /// The comparison, if a scan would know the two as sharing words.
    fn known(&self) -> Option<Comparison> {
        let known = matches!(self.relation, Some(Relation::Near | Relation::Excerpt));
        known.then_some(self.compared)
    }

    /// Reads both texts. What is marked in a pair that was found by its score are sentences that go together.
    fn read(
        &self,
        texts: &Texts<'_>,
        weights: Option<&Weights>,
        reader: &mut Reader,
    ) -> Result<SampledPair, ReadError> {
        let a = Text::read(texts, self.pair.a, reader)?;
        let b = Text::read(texts, self.pair.b, reader)?;
        let by_score = self.stratum.measure == Measure::Score;
        let (shared, marks) = match weights.filter(|_| by_score) {
            Some(weights) => {
                let retelling = Retelling::weighed(texts, weights, self.pair)?;
                (Shared::Sentences, retelling.sentences)
            }
            None => {
                let bytes = |passage: Placed| [passage.bytes_a, passage.bytes_b];
                let passages = a.laid_out.shared(&b.laid_out).into_iter();
                (Shared::Passages, passages.map(bytes).collect())
            }
        };
        let [of_a, of_b] = [0, 1].map(|side| {
            let marks = marks.iter().map(|both| both[side].clone());
            marks.collect::<Vec<Range<usize>>>()
        });
        Ok(SampledPair {
            relation: self.relation,
            scores: Shares {
                jaccard: self.compared.jaccard(),
                containment: [self.compared.containment_a(), self.compared.containment_b()],
                longest: self.compared.longest.words,
            },
            reworded: self.reworded,
            shared,
            marks: marks.len(),
            documents: [a.shown(&of_a), b.shown(&of_b)],
        })
    }
}

/// A document that was read once more.
struct Text {
    sampled: SampledText,
    text: String,
    laid_out: LaidOut,
    boilerplate: Vec<Range<usize>>,
}

impl Text {
    fn read(texts: &Texts<'_>, doc: DocNo, reader: &mut Reader) -> Result<Text, ReadError> {
        let catalog = texts.catalog;
        let mut read = None;
        texts.read(doc, reader, &mut |document, reader| {
            let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let laid_out = LaidOut::of(&document.text, reader);
            let regions = reader.regions.iter();
            read = Some(Text {
                boilerplate: regions.filter_map(|words| laid_out.bytes(words)).collect(),
                laid_out,
                sampled: SampledText {
                    id: catalog.id(doc).to_owned(),
                    site: catalog.site_name(catalog.site(doc)).to_owned(),
                    published: catalog.published(doc),
                    title: owned(document.title.as_deref()),
                    url: owned(document.url.as_deref()),
                    pieces: Vec::new(),
                },
                text: document.text.clone().into_owned(),
            });
        })?;
        read.ok_or_else(|| ReadError::Changed {
            input: catalog.id(doc).to_owned(),
            offset: catalog.place(doc).offset,
        })
    }

    fn shown(self, shared: &[Range<usize>]) -> SampledText {
        SampledText {
            pieces: shown::pieces(&self.text, shared, &self.boilerplate, SHOWN),
            ..self.sampled
        }
    }
}

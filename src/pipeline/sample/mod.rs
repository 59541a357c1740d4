//! A sample of pairs to be labelled by somebody who reads them: pairs on both sides of every threshold, so that labels tell where it should stand.
//!
//! Pairs are looked for at lower thresholds than those in force, by the search of a scan, and what the thresholds in force make of each is worked
//! out from its scores. Documents of the same words are stood for by one of them.

mod judge;
mod shown;
mod strata;
mod texts;

use std::collections::BTreeMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::before::Sources;
use super::findings::Counts;
use super::observer::Observer;
use super::prepare::{Prepared, prepare_alone};
use super::rewording;
use super::search::{self, Matches};
use super::settings::{Settings, Surfacing};
use super::texts::{Reader, Texts};
use crate::catalog::{Catalog, DocPair, ReadTally};
use crate::cluster::Relation;
use crate::compare::exact::{Comparison, Excerpts};
use crate::compare::reworded::Rewording;
use crate::document::{Corpus, Published};
use crate::error::ReadError;
use crate::sketch::banding::{Banding, DEFAULT_PERMUTATIONS, RecallTarget};

use judge::{Found, Judge};
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
    /// What was read and compared.
    pub counts: Counts,
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
    let sources = Sources::of(corpus, None);
    let lower = lowered(settings);
    let Prepared {
        catalog,
        read,
        mut counts,
        twins,
        ..
    } = prepare_alone(corpus, &sources, &lower, observer)?;
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
    let mut found: BTreeMap<DocPair, Found> = judge.same_words();
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
            texts::read(&found[at], &texts, weights.as_ref(), reader)
        })
        .collect();
    Ok(Sample {
        pairs: pairs?,
        asked: sampling.pairs,
        strata: strata::tally(&candidates, &chosen),
        counts,
        read,
    })
}

/// The settings with thresholds under those in force, of which pairs are found as surely.
fn lowered(settings: &Settings) -> Settings {
    let threshold = settings.threshold * BELOW;
    let surfacing = match settings.surfacing {
        Surfacing::Prefixes => Surfacing::Prefixes,
        Surfacing::Bands(banding) => {
            let recall = banding.recall_at(settings.threshold);
            let permutations = banding.permutations().max(DEFAULT_PERMUTATIONS);
            let target = RecallTarget {
                threshold,
                recall,
                permutations,
            };
            Banding::for_recall(target).map_or(Surfacing::Prefixes, Surfacing::Bands)
        }
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
fn lot(catalog: &Catalog, pair: DocPair, seed: u64) -> u64 {
    let (a, b) = (catalog.id(pair.a), catalog.id(pair.b));
    let ids = [&(a.len() as u64).to_le_bytes(), a.as_bytes(), b.as_bytes()].concat();
    xxh3_64_with_seed(&ids, seed)
}

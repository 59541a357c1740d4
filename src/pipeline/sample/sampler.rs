//! The sampler: finds pairs and takes a sample of them.

use std::collections::BTreeMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::assess::{AssessedPair, Assessor};
use super::read_pair::read_pair;
use super::sampling::{Sample, SampledPair, Sampling};
use super::strata::{self, StratumMember};
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocPair};
use crate::compare::exact::{Comparison, Excerpts};
use crate::compare::reworded::Rewording;
use crate::compare::reworded::weights::Weights;
use crate::document::Corpus;
use crate::error::ReadError;
use crate::pipeline::corpus_and_archive::CorpusAndArchive;
use crate::pipeline::long_passages;
use crate::pipeline::observer::Observer;
use crate::pipeline::prepare::{PreparedCorpus, prepare_alone};
use crate::pipeline::rewording::{find_reworded, learn_weights};
use crate::pipeline::search::search;
use crate::pipeline::settings::{Settings, Surfacing};
use crate::pipeline::texts::{CorpusTexts, TextReader};
use crate::sketch::banding::{Banding, DEFAULT_PERMUTATIONS, RecallTarget};

/// Lowest Jaccard similarity that is looked for, as a share of the threshold: 0.3 by default.
/// Lower, there are many candidates and hardly any copies.
const BELOW: f64 = 0.6;

/// The same share for containment and passages, whose thresholds are low already: by default a
/// containment of 0.15 and 12 words.
const BELOW_EXCERPTS: f64 = 0.5;

/// The shortest passage that is looked for, in words: shorter ones are names and phrases.
const SHORTEST_PASSAGE: u32 = 8;

/// Lowest score of reworded copy that is looked for: copy and chance are equally likely.
const LOWEST_SCORE: f64 = 0.5;

/// Pairs that may be sampled.
type Assessed = BTreeMap<DocPair, AssessedPair>;

/// Finds pairs and takes a sample of them.
///
/// # Errors
/// When the corpus cannot be read.
pub fn sample<C: Corpus>(
    corpus: &C,
    settings: &Settings,
    sampling: Sampling,
    observer: &dyn Observer,
) -> Result<Sample, ReadError> {
    let sources = CorpusAndArchive::of(corpus, None);
    let lower = lowered(settings);
    let PreparedCorpus {
        catalog,
        read,
        mut counts,
        groups,
        ..
    } = prepare_alone(corpus, &sources, &lower, observer)?;
    let texts = CorpusTexts::of(&sources, &catalog, settings);
    let mut matches = search(&texts, &groups, &[], &lower, observer, &mut counts)?;
    if let Some(excerpts) = settings.excerpts {
        long_passages::mark(&texts, excerpts, matches.compared.iter_mut().collect())?;
    }
    let assessor = Assessor {
        catalog: &catalog,
        groups: &groups,
        settings,
    };
    let mut found: Assessed = assessor.same_words();
    let compared = matches.compared.iter();
    let compared = compared.filter_map(|compared| assessor.compared(compared));
    found.extend(compared.map(|found| (found.pair, found)));
    let weights = match lower.reworded {
        Some(rewording) => {
            add_reworded(&mut found, &texts, &groups, &assessor, rewording, observer)?
        }
        None => None,
    };
    let found: Vec<AssessedPair> = found.into_values().collect();
    let members: Vec<StratumMember> = found
        .iter()
        .map(|found| StratumMember {
            stratum: found.stratum,
            documents: [found.pair.a, found.pair.b],
            sites: [found.pair.a, found.pair.b].map(|doc| catalog.site(doc)),
            lot: lot(&catalog, found.pair, sampling.seed),
        })
        .collect();
    let chosen = strata::choose(&members, sampling.pairs as usize);
    let pairs: Result<Vec<SampledPair>, ReadError> = chosen
        .par_iter()
        .map_init(TextReader::default, |reader, &at| {
            read_pair(&found[at], &texts, weights.as_ref(), reader)
        })
        .collect();
    Ok(Sample {
        pairs: pairs?,
        asked: sampling.pairs,
        strata: strata::tally(&members, &chosen),
        counts,
        read,
    })
}

/// Adds reworded pairs; returns the weights that found them, if there are any.
fn add_reworded(
    found: &mut Assessed,
    texts: &CorpusTexts<'_>,
    groups: &[IdenticalGroup],
    assessor: &Assessor<'_>,
    rewording: Rewording,
    observer: &dyn Observer,
) -> Result<Option<Weights>, ReadError> {
    // As in a scan, documents that share enough words are not compared sentence by sentence.
    let known: Vec<Comparison> = found.values().filter_map(AssessedPair::known).collect();
    let (reworded, _) = find_reworded(
        texts,
        groups,
        &known,
        assessor.settings,
        rewording,
        observer,
    )?;
    if reworded.is_empty() {
        return Ok(None);
    }
    let weights = learn_weights(texts, groups, &known)?;
    for reworded in reworded {
        let reworded = assessor.reworded(&reworded);
        let known = found.entry(reworded.pair).or_insert(reworded);
        if reworded.relation.is_some() {
            *known = reworded;
        }
    }
    Ok(Some(weights))
}

/// Settings with lower thresholds, at which pairs are found with the same recall.
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
            ..excerpts
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

/// Random number of a pair, which depends on nothing but its ids and the seed.
fn lot(catalog: &Catalog, pair: DocPair, seed: u64) -> u64 {
    let (a, b) = (catalog.id(pair.a), catalog.id(pair.b));
    let ids = [&(a.len() as u64).to_le_bytes(), a.as_bytes(), b.as_bytes()].concat();
    xxh3_64_with_seed(&ids, seed)
}

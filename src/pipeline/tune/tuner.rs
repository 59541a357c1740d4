//! The tuner: searches once, and computes the effect of any choice.

use rayon::prelude::*;

use super::choice::Choice;
use super::effect::Effect;
use super::judged::{Judged, agreement, big_families};
use super::unmatched::UnmatchedPairs;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, DocPair, ReadTally};
use crate::cluster::{self, Assembled, Relation, ReportedPair, RewordedPair};
use crate::compare::exact::Comparison;
use crate::compare::reworded::Rewording;
use crate::document::Corpus;
use crate::error::ReadError;
use crate::pipeline::corpus_and_archive::CorpusAndArchive;
use crate::pipeline::findings::Counts;
use crate::pipeline::long_passages;
use crate::pipeline::observer::{Observer, Stage};
use crate::pipeline::prepare::{PreparedCorpus, prepare_alone};
use crate::pipeline::rewording::find_reworded;
use crate::pipeline::search::{Matches, search};
use crate::pipeline::settings::{Settings, Surfacing};
use crate::pipeline::texts::CorpusTexts;
use crate::sketch::banding::Banding;

/// A search at the lowest thresholds, from which the effect of any others is computed.
pub struct Tuner {
    settings: Settings,
    catalog: Catalog,
    read: ReadTally,
    counts: Counts,
    groups: Vec<IdenticalGroup>,
    matches: Matches,
    reworded: Vec<RewordedPair>,
    unmatched: UnmatchedPairs,
}

impl Tuner {
    /// Searches a corpus with `settings`, but with the thresholds of `lowest`.
    ///
    /// # Errors
    /// When the corpus cannot be read.
    pub fn new<C: Corpus>(
        corpus: &C,
        settings: &Settings,
        lowest: Choice,
        surfacing: Surfacing,
        observer: &dyn Observer,
    ) -> Result<Tuner, ReadError> {
        let lowered = Settings {
            threshold: lowest.threshold,
            surfacing,
            excerpts: lowest.excerpts,
            ..settings.clone()
        };
        let sources = CorpusAndArchive::of(corpus, None);
        let PreparedCorpus {
            mut catalog,
            read,
            mut counts,
            groups,
            ..
        } = prepare_alone(corpus, &sources, &lowered, observer)?;
        let texts = CorpusTexts::of(&sources, &catalog, settings);
        let mut matches = search(&texts, &groups, &[], &lowered, observer, &mut counts)?;
        if let Some(excerpts) = lowered.excerpts {
            long_passages::mark(&texts, excerpts, matches.compared.iter_mut().collect())?;
        }
        counts.candidates.verified = matches.compared.len() as u64;
        let mut reworded = Vec::new();
        if let (Some(rewording), Some(score)) = (settings.reworded, lowest.reworded_score) {
            // Stories are those of the settings, with which the other choices are compared.
            let known = Choice::of(settings).filter(&matches.compared);
            let rewording = Rewording { score, ..rewording };
            let (found, counted) =
                find_reworded(&texts, &groups, &known, settings, rewording, observer)?;
            reworded = found;
            counts.reworded = Some(counted);
        }
        let unmatched = UnmatchedPairs::sample(&texts, &groups, &matches.compared)?;
        observer.begin(Stage::Cluster, None);
        catalog.forget_hashes();
        Ok(Tuner {
            settings: settings.clone(),
            catalog,
            read,
            counts,
            groups,
            matches,
            reworded,
            unmatched,
        })
    }

    /// The documents.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Records that were read and rejected.
    pub fn read(&self) -> &ReadTally {
        &self.read
    }

    /// Counts of the search.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// True if nothing was bounded, so that no scan with one of the choices bounds anything either.
    pub fn is_complete(&self) -> bool {
        self.matches.complete
    }

    /// Every comparison that a choice may accept, between representatives of identical documents,
    /// in canonical order.
    pub fn compared(&self) -> &[Comparison] {
        &self.matches.compared
    }

    /// The effect of a choice on a scan that finds whole copies by `surfacing`.
    ///
    /// The counts are those of a scan whose bands miss no pair. For each of the `judged` pairs the
    /// effect says whether it is found.
    pub fn effect(&self, choice: Choice, surfacing: Surfacing, judged: Judged<'_>) -> Effect {
        let compared = choice.filter(&self.matches.compared);
        let reworded = self.reworded(choice);
        let assembled = cluster::assemble(
            &self.catalog,
            &self.groups,
            &compared,
            &self.matches.hot,
            reworded.as_deref().unwrap_or_default(),
            &self.settings.selection,
        );
        let count = |is_counted: &dyn Fn(&ReportedPair) -> bool| {
            let pairs = assembled.pairs.iter();
            pairs.filter(|pair| is_counted(pair)).count() as u64
        };
        let related = |relation: Relation| count(&|pair| pair.relation == relation);
        let sizes = assembled.clusters.iter();
        let sizes = sizes.map(|cluster| cluster.members.len() as u64);
        let chance = |jaccard: f64| surfacing.chance(jaccard, choice.threshold);
        Effect {
            choice,
            pairs: assembled.pairs.len() as u64,
            exact: related(Relation::Exact),
            near: related(Relation::Near),
            excerpt: related(Relation::Excerpt),
            reworded: reworded.as_ref().map(|_| related(Relation::Reworded)),
            cross_site: count(&|pair| self.catalog.cross_site(pair.a, pair.b) == Some(true)),
            clusters: assembled.clusters.len() as u64,
            biggest_cluster: sizes.max().unwrap_or(0),
            documents: documents_in(&assembled.pairs) as u64,
            surfacing,
            recall_at_threshold: chance(choice.threshold),
            expected_recall: expected_recall(&compared, &chance),
            expected_candidates: surfacing
                .banding()
                .map(|banding| self.expected_candidates(banding)),
            labelled: match judged {
                Judged::Pairs(pairs) => are_found(&assembled, pairs),
                Judged::Clusters(_) => Vec::new(),
            },
            clustered: match judged {
                Judged::Pairs(_) => None,
                Judged::Clusters(documents) => agreement(&assembled, documents),
            },
        }
    }

    /// RewordedPair pairs of a choice; `None` if they are unknown.
    fn reworded(&self, choice: Choice) -> Option<Vec<RewordedPair>> {
        // Whole copies and excerpts decide which stories there are to compare.
        let has_same_stories = Choice {
            reworded_score: choice.reworded_score,
            ..Choice::of(&self.settings)
        } == choice;
        let score = choice.reworded_score.filter(|_| has_same_stories)?;
        let is_enough = |found: &&RewordedPair| found.likeness.score >= score;
        Some(self.reworded.iter().filter(is_enough).copied().collect())
    }

    /// Expected number of pairs that agree in a band: that of the known pairs, and an estimate for
    /// all others from the sample.
    fn expected_candidates(&self, banding: Banding) -> f64 {
        let sum = |jaccards: &mut dyn Iterator<Item = f64>| -> f64 {
            jaccards.map(|jaccard| banding.recall_at(jaccard)).sum()
        };
        let known = sum(&mut self.matches.compared.iter().map(Comparison::jaccard));
        known + self.unmatched.weight * sum(&mut self.unmatched.jaccards.iter().copied())
    }
}

/// Share of the near pairs that are expected to become candidates; 1 if there are none.
fn expected_recall(compared: &[Comparison], chance: &dyn Fn(f64) -> f64) -> f64 {
    let near = compared.iter().filter(|found| found.near);
    let near: Vec<f64> = near.map(Comparison::jaccard).collect();
    let expected: f64 = near.iter().map(|&jaccard| chance(jaccard)).sum();
    match near.len() {
        0 => 1.0,
        near => expected / near as f64,
    }
}

/// Number of documents in pairs.
fn documents_in(pairs: &[ReportedPair]) -> usize {
    let mut documents: Vec<DocNo> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    documents.par_sort_unstable();
    documents.dedup();
    documents.len()
}

/// For each pair, whether it is found: it is written, or both documents belong to one family that
/// is too big to write all its pairs.
fn are_found(assembled: &Assembled, pairs: &[DocPair]) -> Vec<bool> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let big = big_families(assembled);
    let is_found = |pair: &DocPair| {
        let written = assembled
            .pairs
            .binary_search_by_key(&(pair.a, pair.b), |found| (found.a, found.b));
        let family = |doc| big.get(&doc);
        written.is_ok() || family(pair.a).is_some() && family(pair.a) == family(pair.b)
    };
    pairs.iter().map(is_found).collect()
}

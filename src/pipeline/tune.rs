//! Tuning: what a scan would find at other thresholds, from one search at the lowest of them.
//!
//! Every pair that any choice takes is among those of the lowest, with its exact scores. So a choice is a filter, after which everything goes the way
//! of a scan: families, links, clusters and what a selection wants. What is *not* the same is which whole copies a scan's bands would miss: that
//! is told as an expectation, from the S-curve of the bands that a choice plans.
//!
//! A scan bounds hot buckets and common passages, and what is one depends on its numbers: of a wider window fewer fingerprints are chosen, and of
//! a higher threshold prefixes are shorter and families smaller. So where the search at the lowest numbers bounds nothing, no scan does, and
//! every choice is told exactly ([`Tuner::is_complete`]); else the bounds are those of the lowest numbers.

use std::collections::HashMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::before::Sources;
use super::findings::Counts;
use super::observer::{Observer, Stage};
use super::prepare::{Prepared, prepare_alone};
use super::search::Matches;
use super::settings::{Settings, Surfacing};
use super::texts::{Reader, Texts};
use super::{rewording, search};
use crate::candidates::families::BIG_CLUSTER;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, DocPair, ReadTally};
use crate::cluster;
use crate::cluster::{Assembled, Cluster, Relation, RewordedPair};
use crate::compare::exact::{Comparison, Excerpts};
use crate::compare::reworded::Rewording;
use crate::document::Corpus;
use crate::error::ReadError;
use crate::sketch::banding::Banding;
use crate::text::shingle::jaccard;

/// Documents of which every two are compared to expect how many candidates unlike pairs make.
const SAMPLE: usize = 500;

/// What makes a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// The Jaccard similarity from which a pair is near.
    pub threshold: f64,
    /// What makes an excerpt; `None` if nothing does.
    pub excerpts: Option<Excerpts>,
    /// The score from which a pair is reworded; `None` if reworded copy is not looked for.
    pub reworded_score: Option<f64>,
}

impl Choice {
    /// That of a scan.
    pub fn of(settings: &Settings) -> Choice {
        Choice {
            threshold: settings.threshold,
            excerpts: settings.excerpts,
            reworded_score: settings.reworded.map(|rewording| rewording.score),
        }
    }

    /// The choice that takes whatever one of several does, as they are ordered by each of their numbers.
    pub fn lowest(choices: &[Choice]) -> Option<Choice> {
        let (first, others) = choices.split_first()?;
        Some(others.iter().fold(*first, |lowest, choice| Choice {
            threshold: lowest.threshold.min(choice.threshold),
            excerpts: match (lowest.excerpts, choice.excerpts) {
                (Some(x), Some(y)) => Some(Excerpts {
                    containment: x.containment.min(y.containment),
                    passage: x.passage.min(y.passage),
                }),
                (x, y) => x.or(y),
            },
            reworded_score: match (lowest.reworded_score, choice.reworded_score) {
                (Some(x), Some(y)) => Some(x.min(y)),
                (x, y) => x.or(y),
            },
        }))
    }

    /// What becomes of a comparison.
    fn take(&self, found: &Comparison) -> Option<Comparison> {
        let near = found.jaccard() >= self.threshold;
        let held = found.containment_a().max(found.containment_b());
        let is_excerpt = self.excerpts.is_some_and(|excerpts| {
            held >= excerpts.containment && found.longest.words >= excerpts.passage as usize
        });
        (near || is_excerpt).then_some(Comparison { near, ..*found })
    }
}

/// What a scan would find.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// What makes a pair.
    pub choice: Choice,
    /// Rows of the pairs file.
    pub pairs: u64,
    /// Those of the same words.
    pub exact: u64,
    /// Those at or over the threshold.
    pub near: u64,
    /// Those of which one holds a part of the other.
    pub excerpt: u64,
    /// Those told in other words; `None` if that was not looked at, for it depends on all other numbers of the choice.
    pub reworded: Option<u64>,
    /// Those across known sites.
    pub cross_site: u64,
    /// Clusters.
    pub clusters: u64,
    /// Documents of the biggest cluster; 0 if there is none.
    pub biggest_cluster: u64,
    /// Documents that are in a pair.
    pub documents: u64,
    /// How a scan would look for whole copies.
    pub surfacing: Surfacing,
    /// The chance that it finds a pair exactly at the threshold.
    pub recall_at_threshold: f64,
    /// The share of near comparisons that it is expected to find: the mean of the S-curve over them; 1 if there is none.
    pub expected_recall: f64,
    /// How many pairs are expected to agree in a band: an estimate. `None` where candidates are found by proof.
    pub expected_candidates: Option<f64>,
    /// Of labelled pairs, in their order, whether they are found.
    pub labelled: Vec<bool>,
}

impl Effect {
    /// The bands, if whole copies are looked for by them.
    pub fn banding(&self) -> Option<Banding> {
        self.surfacing.banding()
    }
}

/// A search at the lowest numbers, from which any others can be told.
pub struct Tuner {
    settings: Settings,
    catalog: Catalog,
    read: ReadTally,
    counts: Counts,
    twins: Vec<IdenticalGroup>,
    matches: Matches,
    reworded: Vec<RewordedPair>,
    unlike: Unlike,
}

/// Pairs of a sample of documents that share something, but are no pair at the lowest numbers.
#[derive(Debug, Default)]
struct Unlike {
    jaccards: Vec<f64>,
    /// How many pairs of the corpus one of them stands for.
    each: f64,
}

impl Tuner {
    /// Searches a corpus as `settings` say, but at the numbers of `lowest`.
    ///
    /// # Errors
    /// What ends the reading of the corpus.
    pub fn new<C: Corpus>(
        corpus: &C,
        settings: &Settings,
        lowest: Choice,
        surfacing: Surfacing,
        observer: &dyn Observer,
    ) -> Result<Tuner, ReadError> {
        let searched = Settings {
            threshold: lowest.threshold,
            surfacing,
            excerpts: lowest.excerpts,
            ..settings.clone()
        };
        let sources = Sources::of(corpus, None);
        let Prepared {
            mut catalog,
            read,
            mut counts,
            twins,
            ..
        } = prepare_alone(corpus, &sources, &searched, observer)?;
        let texts = Texts {
            corpus: &sources,
            catalog: &catalog,
            shingle: settings.shingle,
        };
        let matches = search::search(&texts, &twins, &[], &searched, observer, &mut counts)?;
        counts.candidates.verified = matches.compared.len() as u64;
        let mut reworded = Vec::new();
        if let (Some(rewording), Some(score)) = (settings.reworded, lowest.reworded_score) {
            // Stories are those of the choice that the others are compared with.
            let base = filtered(&matches.compared, &Choice::of(settings));
            let rewording = Rewording { score, ..rewording };
            let found =
                rewording::rewordings(&texts, &twins, &base, settings, rewording, observer)?;
            reworded = found.0;
            counts.reworded = Some(found.1);
        }
        let unlike = Unlike::of(&texts, &twins, &matches.compared)?;
        observer.begin(Stage::Cluster, None);
        catalog.forget_hashes();
        Ok(Tuner {
            settings: settings.clone(),
            catalog,
            read,
            counts,
            twins,
            matches,
            reworded,
            unlike,
        })
    }

    /// The documents.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What was read and rejected.
    pub fn read(&self) -> &ReadTally {
        &self.read
    }

    /// Counts of the search.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Whether nothing was bounded, so that no scan with a choice bounds anything either.
    pub fn is_complete(&self) -> bool {
        self.matches.complete
    }

    /// Every comparison that some choice may take, of representatives of identical documents, in canonical order.
    pub fn compared(&self) -> &[Comparison] {
        &self.matches.compared
    }

    /// What a scan with that choice would find, if its bands missed nothing; `surfacing` is how it would look for whole copies. Tells of `labelled`
    /// pairs, too, whether they are found.
    pub fn effect(&self, choice: Choice, surfacing: Surfacing, labelled: &[DocPair]) -> Effect {
        let compared = filtered(&self.matches.compared, &choice);
        // Which stories there are to compare depends on what whole copies and excerpts are.
        let is_base = Choice {
            reworded_score: choice.reworded_score,
            ..Choice::of(&self.settings)
        } == choice;
        let score = choice.reworded_score.filter(|_| is_base);
        let reworded: Vec<RewordedPair> = score.map_or_else(Vec::new, |score| {
            let enough = |found: &&RewordedPair| found.likeness.score >= score;
            self.reworded.iter().filter(enough).copied().collect()
        });
        let assembled = cluster::assemble(
            &self.catalog,
            &self.twins,
            &compared,
            &self.matches.hot,
            &reworded,
            &self.settings.selection,
        );
        let count = |relation| {
            let pairs = assembled.pairs.iter();
            pairs.filter(|pair| pair.relation == relation).count() as u64
        };
        let cross_site = assembled.pairs.iter();
        let cross_site = cross_site
            .filter(|pair| self.catalog.cross_site(pair.a, pair.b) == Some(true))
            .count();
        let mut documents: Vec<DocNo> = assembled
            .pairs
            .iter()
            .flat_map(|pair| [pair.a, pair.b])
            .collect();
        documents.par_sort_unstable();
        documents.dedup();
        let sizes = assembled.clusters.iter();
        let sizes = sizes.map(|cluster| cluster.members.len() as u64);
        let near: Vec<f64> = compared
            .iter()
            .filter(|found| found.near)
            .map(Comparison::jaccard)
            .collect();
        let chance = |jaccard: f64| surfacing.chance(jaccard, choice.threshold);
        let expected: f64 = near.iter().map(|&jaccard| chance(jaccard)).sum();
        Effect {
            choice,
            pairs: assembled.pairs.len() as u64,
            exact: count(Relation::Exact),
            near: count(Relation::Near),
            excerpt: count(Relation::Excerpt),
            reworded: score.map(|_| count(Relation::Reworded)),
            cross_site: cross_site as u64,
            clusters: assembled.clusters.len() as u64,
            biggest_cluster: sizes.max().unwrap_or(0),
            documents: documents.len() as u64,
            surfacing,
            recall_at_threshold: chance(choice.threshold),
            expected_recall: match near.len() {
                0 => 1.0,
                near => expected / near as f64,
            },
            expected_candidates: surfacing
                .banding()
                .map(|banding| self.expected_candidates(banding)),
            labelled: found(&assembled, labelled),
        }
    }

    /// What the S-curve lets expect of the pairs that are known, and of all others as they are in a sample.
    fn expected_candidates(&self, banding: Banding) -> f64 {
        let sum = |jaccards: &mut dyn Iterator<Item = f64>| -> f64 {
            jaccards.map(|jaccard| banding.recall_at(jaccard)).sum()
        };
        let known = sum(&mut self.matches.compared.iter().map(Comparison::jaccard));
        known + self.unlike.each * sum(&mut self.unlike.jaccards.iter().copied())
    }
}

fn filtered(compared: &[Comparison], choice: &Choice) -> Vec<Comparison> {
    let taken = compared.par_iter().filter_map(|found| choice.take(found));
    taken.collect()
}

/// Of some pairs, which are found: those that are written, and those of one family that is too big to write all of.
fn found(assembled: &Assembled, pairs: &[DocPair]) -> Vec<bool> {
    let whole_in = |cluster: &Cluster| -> Vec<DocNo> {
        let whole = cluster.members.iter().filter(|member| member.whole);
        whole.map(|member| member.doc).collect()
    };
    let families = assembled.clusters.iter().map(whole_in);
    let big: HashMap<DocNo, usize> = families
        .enumerate()
        .filter(|(_, family)| !pairs.is_empty() && family.len() > BIG_CLUSTER)
        .flat_map(|(number, family)| family.into_iter().map(move |doc| (doc, number)))
        .collect();
    let is_found = |pair: &DocPair| {
        let written = assembled
            .pairs
            .binary_search_by_key(&(pair.a, pair.b), |found| (found.a, found.b));
        let family = |doc| big.get(&doc);
        written.is_ok() || family(pair.a).is_some() && family(pair.a) == family(pair.b)
    };
    pairs.iter().map(is_found).collect()
}

impl Unlike {
    /// Compares every two documents at equal distances.
    fn of(
        texts: &Texts<'_>,
        twins: &[IdenticalGroup],
        compared: &[Comparison],
    ) -> Result<Unlike, ReadError> {
        let step = twins.len().div_ceil(SAMPLE).max(1);
        let documents: Vec<DocNo> = twins.iter().step_by(step).map(|it| it.members[0]).collect();
        let shingles: Vec<Vec<u64>> = documents
            .par_iter()
            .map_init(Reader::default, |reader, &doc| {
                let mut shingles = Vec::new();
                texts.read(doc, reader, &mut |_, reader| {
                    shingles.clone_from(&reader.shingler.shingles);
                })?;
                shingles.sort_unstable();
                shingles.dedup();
                Ok(shingles)
            })
            .collect::<Result<_, ReadError>>()?;
        let mut holders: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for (number, shingles) in (0..).zip(&shingles) {
            for &shingle in shingles {
                holders.entry(shingle).or_default().push(number);
            }
        }
        let mut shared: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        for holders in holders.into_values() {
            for (at, &b) in holders.iter().enumerate() {
                for &a in &holders[..at] {
                    *shared.entry((a, b)).or_default() += 1;
                }
            }
        }
        let mut jaccards: Vec<f64> = shared
            .into_iter()
            .filter(|&((a, b), _)| {
                let pair = DocPair::of(documents[a as usize], documents[b as usize]);
                let known = compared.binary_search_by_key(&pair, |found| found.pair);
                known.is_err()
            })
            .map(|((a, b), shared)| {
                let sizes = [a, b].map(|number| shingles[number as usize].len() as u32);
                jaccard(shared, sizes)
            })
            .collect();
        // Sums of floats depend on their order.
        jaccards.sort_unstable_by(f64::total_cmp);
        let pairs = |documents: usize| documents as f64 * (documents as f64 - 1.0) / 2.0;
        Ok(Unlike {
            jaccards,
            each: match documents.len() {
                0 | 1 => 0.0,
                sampled => pairs(twins.len()) / pairs(sampled),
            },
        })
    }
}

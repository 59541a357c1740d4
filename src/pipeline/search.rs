//! Finding pairs: candidates by bands or prefixes, then by passages, and their comparison.

use std::collections::HashSet;

use rayon::prelude::*;

use super::findings::Counts;
use super::memory::bytes_a_round;
use super::observer::{Observer, Stage};
use super::settings::{Settings, Surfacing};
use super::texts::{DOCUMENTS_A_TASK, Reader, Texts};
use crate::candidates::bands::{self, HOT_BUCKET, HotBucket, Round};
use crate::candidates::families::Families;
use crate::candidates::passages::{self, SharedPassages};
use crate::candidates::prefixes::{self, Posting, Postings, ShingleCounts};
use crate::candidates::{SearchScope, union};
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::{Catalog, DocNo, DocPair, pairs_of};
use crate::compare::exact::{Comparison, Shingled};
use crate::compare::tasks::tasks;
use crate::error::ReadError;

/// What was found between representatives of identical documents.
#[derive(Debug, Default)]
pub struct Matches {
    /// The wanted pairs that meet the criteria, in canonical order.
    pub compared: Vec<Comparison>,
    /// The documents of hot buckets, sorted: not every two of them were compared.
    pub hot: Vec<DocNo>,
    /// Whether nothing was bounded: there was neither a hot bucket nor a passage in too many documents to compare every two.
    pub complete: bool,
}

/// Finds the pairs of representatives that meet the criteria, of which one stands for a new document at least. Those of them that are `known`, in canonical order,
/// need not be found again.
pub(super) fn search(
    texts: &Texts<'_>,
    twins: &[IdenticalGroup],
    known: &[Comparison],
    settings: &Settings,
    observer: &dyn Observer,
    counts: &mut Counts,
) -> Result<Matches, ReadError> {
    let catalog = texts.catalog;
    let representatives: Vec<DocNo> = twins.iter().map(|twins| twins.members[0]).collect();
    let search = Search {
        texts,
        catalog,
        twins,
        known,
        asking: asking(catalog, twins),
        settings,
        observer,
    };
    search.run(&representatives, counts)
}

/// The representatives that stand for new documents too, in canonical order, if that is not all of them.
pub(super) fn asking(catalog: &Catalog, twins: &[IdenticalGroup]) -> Option<Vec<DocNo>> {
    let has_new = |twins: &&IdenticalGroup| twins.members.iter().any(|&doc| catalog.is_new(doc));
    let asking: Vec<DocNo> = twins
        .iter()
        .filter(has_new)
        .map(|twins| twins.members[0])
        .collect();
    (asking.len() < twins.len()).then_some(asking)
}

/// What finding pairs needs.
pub(super) struct Search<'a> {
    pub(super) texts: &'a Texts<'a>,
    pub(super) catalog: &'a Catalog,
    pub(super) twins: &'a [IdenticalGroup],
    /// Pairs that need not be found again, in canonical order.
    pub(super) known: &'a [Comparison],
    /// The representatives that stand for new documents too, if that is not all of them.
    pub(super) asking: Option<Vec<DocNo>>,
    pub(super) settings: &'a Settings,
    pub(super) observer: &'a dyn Observer,
}

impl Search<'_> {
    /// Hot buckets first, a few pairs a document; then what bands or prefixes and rare passages surface, but for pairs of one big family, of
    /// which links are enough; last the common passages, for which one document of every family stands.
    fn run(&self, documents: &[DocNo], counts: &mut Counts) -> Result<Matches, ReadError> {
        let catalog = self.catalog;
        let bounded = !self.settings.selection.all_pairs;
        let postings = match self.settings.surfacing {
            Surfacing::Bands(_) => None,
            Surfacing::Prefixes => Some(self.postings(documents)?),
        };
        self.observer.begin(Stage::Candidates, None);
        let among = self.among(documents, self.asking.as_deref());
        let hot = match (self.settings.surfacing, &postings) {
            _ if !bounded => Vec::new(),
            (Surfacing::Bands(banding), _) => bands::hot_buckets(among, banding.bands())?,
            (Surfacing::Prefixes, postings) => postings
                .iter()
                .flat_map(Postings::hot_buckets)
                .map(|list| vec![list])
                .collect(),
        };
        let mut families = Families::new(catalog, self.twins);
        let known_near = self.known.iter().filter(|known| known.near);
        known_near.for_each(|known| families.join(known.pair));
        let (met, mut found) = self.hot(&hot, &mut families, counts)?;
        let mut hot: Vec<DocNo> = hot
            .into_iter()
            .flatten()
            .flat_map(|bucket| bucket.documents)
            .collect();
        hot.par_sort_unstable();
        hot.dedup();

        let settled = families.settle();
        let skip = |pair: DocPair| {
            settled.one_big(pair) || met.contains(&pair) || !self.wanted(pair) || self.knows(pair)
        };
        let pairs = match (self.settings.surfacing, postings) {
            (Surfacing::Bands(banding), _) => {
                let largest = if bounded { HOT_BUCKET } else { usize::MAX };
                bands::from_bands(among, banding.bands(), largest, &skip)?
            }
            (Surfacing::Prefixes, postings) => postings.map_or_else(Vec::new, |postings| {
                postings.candidates(self.settings.threshold, &settled, &skip)
            }),
        };
        let shared = match self.settings.excerpts {
            Some(_) => passages::shared(among, &skip)?,
            None => SharedPassages::default(),
        };
        let alike = pairs.len();
        let pairs = union(pairs, shared.pairs);
        counts.candidates.by_passages = (pairs.len() - alike) as u64;
        found.append(&mut self.verify(&pairs)?);

        if !shared.common.is_empty() {
            let near = found.iter().filter(|found| found.near);
            near.for_each(|found| families.join(found.pair));
            let story = families.flat();
            let common = passages::between_stories(
                &shared.common,
                &story,
                &|pair| self.wanted(pair),
                &|pair| {
                    met.contains(&pair) || pairs.binary_search(&pair).is_ok() || self.knows(pair)
                },
            );
            found.append(&mut self.verify(&common.pairs)?);
            counts.candidates.by_passages += common.pairs.len() as u64;
            counts.candidates.compared += common.pairs.len() as u64;
            counts.bounded.passages.number = common.bounded;
            counts.bounded.passages.most_stories = common.most_stories;
            counts.bounded.passages.pairs = common.not_compared;
        }
        counts.candidates.compared += (met.len() + pairs.len()) as u64;
        found.par_sort_unstable_by_key(|found| found.pair);
        Ok(Matches {
            compared: found,
            complete: hot.is_empty() && shared.common.is_empty(),
            hot,
        })
    }

    /// Documents among which candidates are looked for.
    pub(super) fn among<'d>(
        &'d self,
        documents: &'d [DocNo],
        asking: Option<&'d [DocNo]>,
    ) -> SearchScope<'d> {
        SearchScope {
            catalog: self.catalog,
            documents,
            asking,
            bytes_a_round: bytes_a_round(self.settings.memory.as_ref()),
        }
    }

    /// Those of some documents, in canonical order, that ask.
    pub(super) fn asking_of(&self, documents: &[DocNo]) -> Option<Vec<DocNo>> {
        let asks = |asking: &Vec<DocNo>| {
            let documents = documents.iter().copied();
            documents
                .filter(|doc| asking.binary_search(doc).is_ok())
                .collect()
        };
        self.asking.as_ref().map(asks)
    }

    /// Meets the documents of hot buckets with leaders and neighbours, a band after the other, so that who has found a family is
    /// left alone; returns which pairs were compared, and the matches.
    fn hot(
        &self,
        hot: &[Vec<HotBucket>],
        families: &mut Families,
        counts: &mut Counts,
    ) -> Result<(HashSet<DocPair>, Vec<Comparison>), ReadError> {
        let (mut met, mut found) = (HashSet::new(), Vec::new());
        for (buckets, round) in hot
            .iter()
            .flat_map(|buckets| [(buckets, Round::Leaders), (buckets, Round::Neighbours)])
        {
            if buckets.is_empty() {
                continue;
            }
            let family = families.flat();
            let pairs = |bucket: &HotBucket| {
                bucket.pairs(
                    self.catalog,
                    round,
                    &family,
                    &|pair| self.wanted(pair),
                    &met,
                )
            };
            let mut pairs: Vec<DocPair> = buckets.iter().flat_map(pairs).collect();
            pairs.sort_unstable();
            pairs.retain(|&pair| !self.knows(pair));
            let matches = self.verify(&pairs)?;
            let decided = matches
                .iter()
                .filter(|found| found.near && self.decided(found.pair));
            decided.for_each(|found| families.join(found.pair));
            met.extend(pairs);
            found.extend(matches);
        }
        let sizes = hot.iter().flatten().map(|bucket| bucket.documents.len());
        counts.bounded.buckets.number = sizes.clone().count() as u64;
        counts.bounded.buckets.largest = sizes.clone().max().unwrap_or(0) as u64;
        counts.bounded.buckets.pairs = sizes
            .map(pairs_of)
            .sum::<u64>()
            .saturating_sub(met.len() as u64);
        Ok((met, found))
    }

    /// What prefix filtering joins: reads every text twice more, to count shingles and to post prefixes.
    pub(super) fn postings(&self, documents: &[DocNo]) -> Result<Postings, ReadError> {
        self.observer
            .begin(Stage::Candidates, Some(2 * documents.len() as u64));
        let rarity = ShingleCounts::new(
            documents
                .iter()
                .map(|&doc| u64::from(self.catalog.words(doc)))
                .sum(),
        );
        let chunks = documents.par_chunks(DOCUMENTS_A_TASK);
        chunks.clone().try_for_each(|chunk| {
            self.each_text(chunk, &mut |_, shingles| rarity.count(shingles))
        })?;
        let threshold = self.settings.threshold;
        let posted: Result<Vec<Vec<Posting>>, ReadError> = chunks
            .map(|chunk| {
                let (mut common, mut out) = (Vec::new(), Vec::new());
                let mut post = |doc, shingles: &[u64]| {
                    prefixes::post(doc, shingles, threshold, &rarity, &mut common, &mut out)
                };
                self.each_text(chunk, &mut post)?;
                Ok(out)
            })
            .collect();
        Ok(Postings::new(posted?.concat()))
    }

    /// Reads documents again and hands on their shingles.
    fn each_text(
        &self,
        documents: &[DocNo],
        each: &mut dyn FnMut(DocNo, &[u64]),
    ) -> Result<(), ReadError> {
        let mut reader = Reader::default();
        for &doc in documents {
            self.texts.read(doc, &mut reader, &mut |_, reader| {
                each(doc, &reader.shingler.shingles);
            })?;
        }
        self.observer.advance(documents.len() as u64);
        Ok(())
    }

    /// Compares candidates exactly and keeps those that meet the criteria.
    pub(super) fn verify(&self, pairs: &[DocPair]) -> Result<Vec<Comparison>, ReadError> {
        self.observer.begin(Stage::Verify, Some(pairs.len() as u64));
        let compared: Result<Vec<Vec<Comparison>>, ReadError> = tasks(self.catalog, pairs)
            .into_par_iter()
            .map_init(Reader::default, |reader, task| {
                let mut texts = Vec::new();
                for doc in task.documents() {
                    self.texts.read(doc, reader, &mut |_, reader| {
                        texts.push((doc, Shingled::new(&reader.shingler, self.settings.shingle)));
                    })?;
                }
                self.observer.advance(task.len() as u64);
                Ok(task.compare(&texts, &self.settings.criteria()))
            })
            .collect();
        Ok(compared?.concat())
    }

    /// Whether the selection can want a pair; of representatives of several documents, any of theirs. What is old on both sides was looked at before.
    fn wanted(&self, pair: DocPair) -> bool {
        let asks = |doc: DocNo| {
            let asking = self.asking.as_ref();
            asking.is_none_or(|asking| asking.binary_search(&doc).is_ok())
        };
        (asks(pair.a) || asks(pair.b))
            && (self.settings.selection.wants(self.catalog, pair.a, pair.b) || !self.decided(pair))
    }

    fn knows(&self, pair: DocPair) -> bool {
        let found = self.known.binary_search_by_key(&pair, |known| known.pair);
        found.is_ok()
    }

    /// Whether what the selection says of two representatives holds for all documents that they stand for.
    fn decided(&self, pair: DocPair) -> bool {
        let alone = |doc: DocNo| self.twins[group_of(self.twins, doc)].members.len() == 1;
        self.settings.selection.takes_all() || alone(pair.a) && alone(pair.b)
    }
}

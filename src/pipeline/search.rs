//! Search for pairs that share words: candidates by bands or prefixes and by passages, and their
//! exact comparison.

use rayon::prelude::*;

use super::findings::Counts;
use super::long_passages::drop_unconfirmed;
use super::memory::bytes_per_round;
use super::observer::{Observer, Stage};
use super::quotations::drop_quoted;
use super::settings::{Settings, Surfacing};
use super::texts::{CorpusTexts, DOCUMENTS_PER_TASK, TextReader};
use crate::candidates::bands::{self, HOT_BUCKET, HotBucket, PIECE, Round};
use crate::candidates::families::{Families, SettledFamilies};
use crate::candidates::passages::{self, SharedPassages};
use crate::candidates::prefixes::{self, Posting, Postings, ShingleCounts};
use crate::candidates::{SearchScope, Sides, union};
use crate::catalog::identical::{IdenticalGroup, group_of};
use crate::catalog::{Catalog, DocNo, DocPair, pairs_of};
use crate::compare::exact::{Comparison, Shingled};
use crate::compare::tasks::tasks;
use crate::error::ReadError;

/// Pairs that were found between representatives of identical documents.
#[derive(Debug, Default)]
pub struct Matches {
    /// The wanted pairs that meet the criteria, in canonical order.
    pub compared: Vec<Comparison>,
    /// Documents of hot buckets, sorted. Not all pairs of them were compared.
    pub hot: Vec<DocNo>,
    /// True if nothing was bounded: there was neither a hot bucket nor a passage that is in too
    /// many documents to compare all of them.
    pub complete: bool,
}

/// Finds the pairs of representatives that meet the criteria, at least one of which stands for a
/// new document.
///
/// The `known` pairs, in canonical order, are not looked for again.
pub(super) fn search(
    texts: &CorpusTexts<'_>,
    groups: &[IdenticalGroup],
    known: &[Comparison],
    settings: &Settings,
    observer: &dyn Observer,
    counts: &mut Counts,
) -> Result<Matches, ReadError> {
    let representatives: Vec<DocNo> = groups.iter().map(IdenticalGroup::representative).collect();
    PairSearch::new(texts, groups, known, settings, observer).run(&representatives, counts)
}

/// A search and what it needs.
pub(super) struct PairSearch<'a> {
    texts: &'a CorpusTexts<'a>,
    catalog: &'a Catalog,
    groups: &'a [IdenticalGroup],
    /// Pairs that are not looked for again, in canonical order.
    known: &'a [Comparison],
    /// Representatives of which a pair must have one, in canonical order: those that stand for a
    /// new document or, of two sides, those of the smaller one. `None` if any pair will do.
    asking: Option<Vec<DocNo>>,
    /// Sides of the representatives, if there are reference documents.
    pub(super) sides: Option<Sides>,
    pub(super) settings: &'a Settings,
    pub(super) observer: &'a dyn Observer,
}

impl<'a> PairSearch<'a> {
    pub(super) fn new(
        texts: &'a CorpusTexts<'a>,
        groups: &'a [IdenticalGroup],
        known: &'a [Comparison],
        settings: &'a Settings,
        observer: &'a dyn Observer,
    ) -> PairSearch<'a> {
        let sides = sides(texts.catalog, groups);
        let asking = match &sides {
            Some(sides) => Some(smaller_side(sides, groups)),
            None => representatives_with_new(texts.catalog, groups),
        };
        PairSearch {
            texts,
            catalog: texts.catalog,
            groups,
            known,
            asking,
            sides,
            settings,
            observer,
        }
    }

    /// Searches in three steps.
    ///
    /// 1. Hot buckets, with a few pairs for each document.
    /// 2. Pairs by bands or prefixes, and by rare passages. Pairs of one big family are left out,
    ///    because links are enough for it.
    /// 3. Pairs by common passages, with one document for every family.
    fn run(&self, documents: &[DocNo], counts: &mut Counts) -> Result<Matches, ReadError> {
        let postings = match self.settings.surfacing {
            Surfacing::Bands(_) => None,
            Surfacing::Prefixes => Some(self.postings(documents)?),
        };
        self.observer.begin(Stage::Candidates, None);
        let among = self.among(documents, self.asking.as_deref());
        let hot_buckets = self.hot_buckets(among, postings.as_ref())?;
        let sizes = hot_buckets.iter().map(|bucket| bucket.documents.len());
        counts.bounded.buckets.number = hot_buckets.len() as u64;
        counts.bounded.buckets.largest = sizes.clone().max().unwrap_or(0) as u64;
        let in_hot: u64 = sizes.map(pairs_of).sum();
        let pieces: Vec<HotBucket> = hot_buckets
            .into_iter()
            .flat_map(|bucket| bucket.pieces(PIECE))
            .collect();
        let mut families = Families::new(self.catalog, self.groups);
        let known_near = self.known.iter().filter(|known| known.near);
        known_near.for_each(|known| families.join(known.pair));
        let (compared_hot, mut found) = self.compare_hot_buckets(&pieces, &mut families)?;
        counts.bounded.buckets.pairs = in_hot.saturating_sub(compared_hot.len() as u64);
        let hot = documents_of(pieces);

        let settled = families.settle();
        let skip = |pair: DocPair| {
            settled.one_big(pair)
                || compared_hot.binary_search(&pair).is_ok()
                || !self.is_wanted(pair)
                || self.is_known(pair)
        };
        let pairs = self.similar_pairs(among, postings, &settled, &skip)?;
        let shared = match self.settings.excerpts {
            Some(_) => passages::shared(among, &skip)?,
            None => SharedPassages::default(),
        };
        let similar = pairs.len();
        let pairs = union(pairs, shared.pairs);
        counts.candidates.by_passages = (pairs.len() - similar) as u64;
        found.append(&mut self.verify(&pairs)?);

        if !shared.common.is_empty() {
            let near = found.iter().filter(|found| found.near);
            near.for_each(|found| families.join(found.pair));
            let family = families.flat();
            let was_compared = |pair: DocPair| {
                compared_hot.binary_search(&pair).is_ok()
                    || pairs.binary_search(&pair).is_ok()
                    || self.is_known(pair)
            };
            let common = passages::between_stories(
                &shared.common,
                self.sides.as_ref(),
                &family,
                &|pair| self.is_wanted(pair),
                &was_compared,
            );
            found.append(&mut self.verify(&common.pairs)?);
            counts.candidates.by_passages += common.pairs.len() as u64;
            counts.candidates.compared += common.pairs.len() as u64;
            counts.bounded.passages.number = common.bounded;
            counts.bounded.passages.most_stories = common.most_stories;
            counts.bounded.passages.pairs = common.not_compared;
        }
        counts.candidates.compared += (compared_hot.len() + pairs.len()) as u64;
        found.par_sort_unstable_by_key(|found| found.pair);
        confirm(self.texts, self.settings, &mut found)?;
        Ok(Matches {
            compared: found,
            complete: hot.is_empty() && shared.common.is_empty(),
            hot,
        })
    }

    /// Hot buckets; none if all pairs are wanted.
    fn hot_buckets(
        &self,
        among: SearchScope<'_>,
        postings: Option<&Postings>,
    ) -> Result<Vec<HotBucket>, ReadError> {
        if self.settings.selection.all_pairs {
            return Ok(Vec::new());
        }
        match self.settings.surfacing {
            Surfacing::Bands(banding) => bands::hot_buckets(among, banding.bands()),
            Surfacing::Prefixes => {
                let hot = |postings: &Postings| postings.hot_buckets(self.sides.as_ref());
                Ok(postings.map_or_else(Vec::new, hot))
            }
        }
    }

    /// Candidates that may be similar as a whole, by bands or prefixes.
    fn similar_pairs(
        &self,
        among: SearchScope<'_>,
        postings: Option<Postings>,
        settled: &SettledFamilies,
        skip: &(dyn Fn(DocPair) -> bool + Sync),
    ) -> Result<Vec<DocPair>, ReadError> {
        match self.settings.surfacing {
            Surfacing::Bands(banding) => {
                let largest = match self.settings.selection.all_pairs {
                    true => usize::MAX,
                    false => HOT_BUCKET,
                };
                bands::from_bands(among, banding.bands(), largest, skip)
            }
            Surfacing::Prefixes => Ok(postings.map_or_else(Vec::new, |postings| {
                let sides = self.sides.as_ref();
                postings.candidates(self.settings.threshold, settled, sides, skip)
            })),
        }
    }

    /// The documents among which candidates are looked for.
    pub(super) fn among<'d>(
        &'d self,
        documents: &'d [DocNo],
        asking: Option<&'d [DocNo]>,
    ) -> SearchScope<'d> {
        SearchScope {
            catalog: self.catalog,
            documents,
            asking,
            sides: self.sides.as_ref(),
            bytes_a_round: bytes_per_round(self.settings.memory.as_ref()),
        }
    }

    /// Representatives among the given ones, in canonical order, of which a pair must have one;
    /// `None` if any pair will do.
    pub(super) fn asking_among(&self, documents: &[DocNo]) -> Option<Vec<DocNo>> {
        let among = |asking: &Vec<DocNo>| {
            let documents = documents.iter().copied();
            documents
                .filter(|doc| asking.binary_search(doc).is_ok())
                .collect()
        };
        self.asking.as_ref().map(among)
    }

    /// Compares the documents of hot buckets with leaders, joins the families of near ones, and
    /// compares documents of different families with neighbours.
    ///
    /// Returns the pairs that were compared, in order, and those that match.
    fn compare_hot_buckets(
        &self,
        pieces: &[HotBucket],
        families: &mut Families,
    ) -> Result<(Vec<DocPair>, Vec<Comparison>), ReadError> {
        let (mut compared, mut found) = (Vec::new(), Vec::new());
        for round in [Round::Leaders, Round::Neighbours] {
            let family = families.flat();
            let mut pairs = bands::from_hot_buckets(pieces, |piece| {
                piece.pairs(self.catalog, round, &family, &|pair| self.is_wanted(pair))
            });
            pairs.retain(|pair| !self.is_known(*pair) && compared.binary_search(pair).is_err());
            if pairs.is_empty() {
                continue;
            }
            let matches = self.verify(&pairs)?;
            let joining = matches
                .iter()
                .filter(|found| found.near && self.selection_is_uniform(found.pair));
            joining.for_each(|found| families.join(found.pair));
            compared = union(compared, pairs);
            found.extend(matches);
        }
        Ok((compared, found))
    }

    /// Postings for prefix filtering. Reads every text twice: to count shingles and to make the
    /// postings of prefixes.
    pub(super) fn postings(&self, documents: &[DocNo]) -> Result<Postings, ReadError> {
        self.observer
            .begin(Stage::Candidates, Some(2 * documents.len() as u64));
        let rarity = ShingleCounts::new(
            documents
                .iter()
                .map(|&doc| u64::from(self.catalog.words(doc)))
                .sum(),
        );
        let chunks = documents.par_chunks(DOCUMENTS_PER_TASK);
        chunks.clone().try_for_each(|chunk| {
            self.read_shingles(chunk, &mut |_, shingles| rarity.count(shingles))
        })?;
        let threshold = self.settings.threshold;
        let posted: Result<Vec<Vec<Posting>>, ReadError> = chunks
            .map(|chunk| {
                let (mut common, mut out) = (Vec::new(), Vec::new());
                let mut post = |doc, shingles: &[u64]| {
                    prefixes::post(doc, shingles, threshold, &rarity, &mut common, &mut out)
                };
                self.read_shingles(chunk, &mut post)?;
                Ok(out)
            })
            .collect();
        Ok(Postings::new(posted?.concat()))
    }

    /// Reads documents again and passes on their shingles.
    fn read_shingles(
        &self,
        documents: &[DocNo],
        each: &mut dyn FnMut(DocNo, &[u64]),
    ) -> Result<(), ReadError> {
        let mut reader = TextReader::default();
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
        verify(self.texts, self.settings, self.observer, pairs)
    }

    /// True if a pair is to be compared: the selection may want it, or another pair of the
    /// documents that the two stand for. One of the two stands for a new document, because earlier
    /// runs compared the others; or they stand for documents on both sides.
    fn is_wanted(&self, pair: DocPair) -> bool {
        let is_asking = |doc: DocNo| {
            let asking = self.asking.as_ref();
            asking.is_none_or(|asking| asking.binary_search(&doc).is_ok())
        };
        let sides = self.sides.as_ref();
        let selection = &self.settings.selection;
        sides.is_none_or(|sides| sides.may_pair(pair))
            && (is_asking(pair.a) || is_asking(pair.b))
            && selection.may_want(self.catalog, pair, &|doc| self.is_alone(doc))
    }

    fn is_known(&self, pair: DocPair) -> bool {
        let found = self.known.binary_search_by_key(&pair, |known| known.pair);
        found.is_ok()
    }

    /// True if the selection decides alike for all documents that two representatives stand for.
    fn selection_is_uniform(&self, pair: DocPair) -> bool {
        let selection = &self.settings.selection;
        selection.decides_alike(self.catalog) || self.is_alone(pair.a) && self.is_alone(pair.b)
    }

    fn is_alone(&self, representative: DocNo) -> bool {
        self.groups[group_of(self.groups, representative)]
            .members
            .len()
            == 1
    }
}

/// Compares candidates exactly and keeps those that meet the criteria.
pub(super) fn verify(
    texts: &CorpusTexts<'_>,
    settings: &Settings,
    observer: &dyn Observer,
    pairs: &[DocPair],
) -> Result<Vec<Comparison>, ReadError> {
    observer.begin(Stage::Verify, Some(pairs.len() as u64));
    let compared: Result<Vec<Vec<Comparison>>, ReadError> = tasks(texts.catalog, pairs)
        .into_par_iter()
        .map_init(TextReader::default, |reader, task| {
            let mut read = Vec::new();
            for doc in task.documents() {
                texts.read(doc, reader, &mut |_, reader| {
                    read.push((doc, Shingled::new(&reader.shingler, settings.shingle)));
                })?;
            }
            observer.advance(task.len() as u64);
            Ok(task.compare(&read, &settings.criteria()))
        })
        .collect();
    Ok(compared?.concat())
}

/// Drops the pairs that only looked like excerpts, and those with too much quotation. `found` is in
/// canonical order.
pub(super) fn confirm(
    texts: &CorpusTexts<'_>,
    settings: &Settings,
    found: &mut Vec<Comparison>,
) -> Result<(), ReadError> {
    if let Some(excerpts) = settings.excerpts {
        drop_unconfirmed(texts, excerpts, found)?;
    }
    if let Some(most) = settings.selection.max_quoted {
        drop_quoted(texts, most, found)?;
    }
    Ok(())
}

/// Representatives that stand for a new document, in canonical order; `None` if all do.
fn representatives_with_new(catalog: &Catalog, groups: &[IdenticalGroup]) -> Option<Vec<DocNo>> {
    let has_new = |group: &&IdenticalGroup| group.members.iter().any(|&doc| catalog.is_new(doc));
    let with_new: Vec<DocNo> = groups
        .iter()
        .filter(has_new)
        .map(IdenticalGroup::representative)
        .collect();
    (with_new.len() < groups.len()).then_some(with_new)
}

/// Sides of representatives, which are on those of all documents that they stand for; `None` if
/// there are no reference documents.
fn sides(catalog: &Catalog, groups: &[IdenticalGroup]) -> Option<Sides> {
    if !catalog.has_reference() {
        return None;
    }
    let mut sides = Sides::new(catalog.len());
    for group in groups {
        for &doc in &group.members {
            sides.add(group.representative(), catalog.is_reference(doc));
        }
    }
    Some(sides)
}

/// Representatives on the side that has fewer, in canonical order.
fn smaller_side(sides: &Sides, groups: &[IdenticalGroup]) -> Vec<DocNo> {
    let on = |is_on: &dyn Fn(DocNo) -> bool| -> Vec<DocNo> {
        let representatives = groups.iter().map(IdenticalGroup::representative);
        representatives.filter(|&doc| is_on(doc)).collect()
    };
    let references = on(&|doc| sides.has_reference(doc));
    let inputs = on(&|doc| sides.has_input(doc));
    match references.len() <= inputs.len() {
        true => references,
        false => inputs,
    }
}

/// Distinct documents of buckets, sorted.
fn documents_of(hot_buckets: Vec<HotBucket>) -> Vec<DocNo> {
    let mut documents: Vec<DocNo> = hot_buckets
        .into_iter()
        .flat_map(|bucket| bucket.documents)
        .collect();
    documents.par_sort_unstable();
    documents.dedup();
    documents
}

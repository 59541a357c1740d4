//! The pipeline: runs the stages in order over a corpus.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::candidates::{self, HotBucket, Pair, Round};
use crate::catalog::{BlockColumns, Catalog, DocNo, ReadTally};
use crate::cluster::{self, Cluster, Families, Finding, Relation, Selection, Twins};
use crate::document::{BlockTally, Corpus, ReadError};
use crate::plan::Banding;
use crate::prefix::{self, Posting, Postings, Rarity};
use crate::shingle::{Shingle, Shingler};
use crate::sign::Signer;
use crate::verify::{self, Comparison, Shingled};

/// How many documents one task of a second reading takes.
const DOCUMENTS_A_TASK: usize = 256;

/// What a scan is to do. Every field has its flag; the defaults stand beside what they set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What a shingle is made of.
    pub shingle: Shingle,
    /// The Jaccard similarity from which a pair is reported, over 0 and at most 1.
    pub threshold: f64,
    /// How candidates are found.
    pub surfacing: Surfacing,
    /// Seed of the signatures.
    pub seed: u64,
    /// Documents of fewer words take no part.
    pub min_words: u32,
    /// Which pairs are wanted.
    pub selection: Selection,
}

/// How candidates are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surfacing {
    /// LSH bands of signatures: recall as planned.
    Bands(Banding),
    /// Prefix filtering: every pair at or over the threshold, by proof.
    Prefixes,
}

/// A stage that takes time, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading, normalising, shingling and signing; counts bytes.
    Read,
    /// Finding candidates; counts documents.
    Candidates,
    /// Comparing candidates exactly; counts pairs.
    Verify,
    /// Joining pairs to clusters and fetching what the reports show; counts documents.
    Cluster,
}

/// Told how far the pipeline is; called from many threads.
pub trait Observer: Sync {
    /// A stage begins; `total` in its own unit where known.
    fn begin(&self, stage: Stage, total: Option<u64>);
    /// So much more of the current stage is done.
    fn advance(&self, amount: u64);
    /// So many more documents have been read.
    fn documents(&self, _read: u64) {}
}

/// Sees nothing.
pub struct Unobserved;

impl Observer for Unobserved {
    fn begin(&self, _: Stage, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
}

/// What a scan found.
#[derive(Debug)]
pub struct Findings {
    /// Every document.
    pub catalog: Catalog,
    /// The pairs, in canonical order of `a`, then `b`.
    pub pairs: Vec<Finding>,
    /// The clusters, in canonical order of their first documents.
    pub clusters: Vec<Cluster>,
    /// What reports show of the documents in `pairs`, in canonical order of document.
    pub details: Vec<Details>,
    /// What was read and rejected.
    pub read: ReadTally,
    /// What was skipped, compared, bounded and found.
    pub counts: Counts,
}

/// What reports show of a document beside the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The document.
    pub doc: DocNo,
    /// Its url; empty where unknown.
    pub url: String,
    /// Its headline; empty where unknown.
    pub title: String,
}

/// Counts of a scan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Documents read, whether they took part or not.
    pub documents: u64,
    /// Documents without a word: they take part in nothing.
    pub empty: u64,
    /// Documents with words, but fewer than `min_words`.
    pub too_short: u64,
    /// Documents whose words another earlier document has, in order.
    pub identical: u64,
    /// Distinct candidate pairs (of representatives of identical documents).
    pub candidates: u64,
    /// Candidate pairs that were at or over the threshold.
    pub verified: u64,
    /// Buckets too large to compare every pair in, each counted once a band.
    pub hot_buckets: u64,
    /// Documents in the largest hot bucket; 0 if there is none.
    pub largest_bucket: u64,
    /// At most so many pairs share a hot bucket and were not compared there: a pair counts once for every such bucket.
    pub not_compared: u64,
    /// Clusters too large to write every pair of.
    pub big_clusters: u64,
    /// At most so many pairs known to be at or over the threshold were kept out of the pairs file by big clusters; what the selection does not
    /// want is among them.
    pub not_written: u64,
    /// Pairs found whose documents stand on different sites.
    pub cross_site: u64,
    /// Pairs found whose words are the same.
    pub exact: u64,
    /// Pairs found at or over the threshold whose words are not the same.
    pub near: u64,
}

/// Runs the whole scan.
///
/// # Errors
/// What ends the reading of the corpus.
pub fn scan<C: Corpus>(
    corpus: &C,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Findings, ReadError> {
    let (catalog, read) = read(corpus, settings, observer)?;
    let mut counts = Counts {
        documents: catalog.len() as u64,
        ..Counts::default()
    };
    let mut documents = Vec::with_capacity(catalog.len());
    for doc in catalog.documents() {
        match catalog.words(doc) {
            0 => counts.empty += 1,
            words if words < settings.min_words => counts.too_short += 1,
            _ => documents.push(doc),
        }
    }
    let twins = cluster::twins(&catalog, documents.iter().copied());
    counts.identical = (documents.len() - twins.len()) as u64;
    let representatives: Vec<DocNo> = twins.iter().map(|twins| twins.members[0]).collect();

    let search = Search {
        corpus,
        catalog: &catalog,
        twins: &twins,
        settings,
        observer,
    };
    let compared = search.run(&representatives, &mut counts)?;
    counts.verified = compared.len() as u64;

    observer.begin(Stage::Cluster, None);
    let assembled = cluster::assemble(&catalog, &twins, &compared, &settings.selection);
    counts.big_clusters = assembled.big_clusters;
    counts.not_written = assembled.not_written;
    let count = |wanted: fn(&Catalog, &Finding) -> bool| {
        assembled
            .pairs
            .iter()
            .filter(|pair| wanted(&catalog, pair))
            .count() as u64
    };
    counts.exact = count(|_, pair| pair.relation == Relation::Exact);
    counts.near = count(|_, pair| pair.relation == Relation::Near);
    counts.cross_site = count(|catalog, pair| catalog.cross_site(pair.a, pair.b) == Some(true));
    let details = details(corpus, &catalog, &assembled.clusters, observer)?;
    Ok(Findings {
        catalog,
        pairs: assembled.pairs,
        clusters: assembled.clusters,
        details,
        read,
        counts,
    })
}

/// Reads every block once: words, content and band hashes go to the catalogue, texts go.
fn read<C: Corpus>(
    corpus: &C,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<(Catalog, ReadTally), ReadError> {
    observer.begin(Stage::Read, None);
    let banding = match settings.surfacing {
        Surfacing::Bands(banding) => Some(banding),
        Surfacing::Prefixes => None,
    };
    let signer = banding.map(|banding| Signer::new(banding, settings.seed));
    let bands = banding.map_or(0, Banding::bands);
    let make_tools = || (Shingler::default(), signer.clone());

    type Read = (usize, BlockColumns, BlockTally);
    let read_block = |(shingler, signer): &mut (Shingler, Option<Signer>),
                      source,
                      block|
     -> Result<Read, ReadError> {
        let mut columns = BlockColumns::default();
        let mut documents = 0;
        let tally = corpus.parse(block?, &mut |record| {
            shingler.read(&record.document.text, settings.shingle);
            columns.push(&record, &shingler.words, |out| {
                let Some(signer) = signer else { return };
                if !signer.sign_into(&shingler.shingles, out) {
                    out.resize(out.len() + bands, 0);
                }
            });
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
    Ok(Catalog::join(blocks, &names, bands))
}

/// What finding pairs needs.
struct Search<'a, C> {
    corpus: &'a C,
    catalog: &'a Catalog,
    twins: &'a [Twins],
    settings: &'a Settings,
    observer: &'a dyn Observer,
}

impl<C: Corpus> Search<'_, C> {
    /// The wanted pairs at or over the threshold, in canonical order: those of hot buckets first, a few a document; then the others, but for
    /// pairs of one big family, of which links are enough.
    fn run(&self, documents: &[DocNo], counts: &mut Counts) -> Result<Vec<Comparison>, ReadError> {
        let catalog = self.catalog;
        let bounded = !self.settings.selection.all_pairs;
        let postings = match self.settings.surfacing {
            Surfacing::Bands(_) => None,
            Surfacing::Prefixes => Some(self.postings(documents)?),
        };
        self.observer.begin(Stage::Candidates, None);
        let hot = match (self.settings.surfacing, &postings) {
            _ if !bounded => Vec::new(),
            (Surfacing::Bands(banding), _) => {
                candidates::hot_buckets(catalog, documents, banding.bands())
            }
            (Surfacing::Prefixes, postings) => postings
                .iter()
                .flat_map(Postings::hot_buckets)
                .map(|list| vec![list])
                .collect(),
        };
        let mut families = Families::new(catalog, self.twins);
        let (met, mut found) = self.hot(&hot, &mut families, counts)?;
        drop(hot);
        let families = families.settle();
        let skip = |pair: Pair| families.one_big(pair) || met.contains(&pair) || !self.wanted(pair);
        let pairs = match (self.settings.surfacing, postings) {
            (Surfacing::Bands(banding), _) => {
                let largest = if bounded {
                    candidates::HOT_BUCKET
                } else {
                    usize::MAX
                };
                candidates::from_bands(catalog, documents, banding.bands(), largest, &skip)
            }
            (Surfacing::Prefixes, postings) => postings.map_or_else(Vec::new, |postings| {
                postings.candidates(self.settings.threshold, &families, &skip)
            }),
        };
        counts.candidates = (met.len() + pairs.len()) as u64;
        found.append(&mut verify(
            self.corpus,
            catalog,
            &pairs,
            self.settings,
            self.observer,
        )?);
        found.par_sort_unstable_by_key(|found| found.pair);
        Ok(found)
    }

    /// Meets the documents of hot buckets with leaders and neighbours, a band after the other, so that who has found a family is
    /// left alone; returns which pairs were compared, and the matches.
    fn hot(
        &self,
        hot: &[Vec<HotBucket>],
        families: &mut Families,
        counts: &mut Counts,
    ) -> Result<(HashSet<Pair>, Vec<Comparison>), ReadError> {
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
            let mut pairs: Vec<Pair> = buckets.iter().flat_map(pairs).collect();
            pairs.sort_unstable();
            let matches = verify(
                self.corpus,
                self.catalog,
                &pairs,
                self.settings,
                self.observer,
            )?;
            let decided = matches.iter().filter(|found| self.decided(found.pair));
            decided.for_each(|found| families.join(found.pair));
            met.extend(pairs);
            found.extend(matches);
        }
        let sizes = hot
            .iter()
            .flatten()
            .map(|bucket| bucket.documents.len() as u64);
        counts.hot_buckets = sizes.clone().count() as u64;
        counts.largest_bucket = sizes.clone().max().unwrap_or(0);
        counts.not_compared = sizes
            .map(|size| size * (size - 1) / 2)
            .sum::<u64>()
            .saturating_sub(met.len() as u64);
        Ok((met, found))
    }

    /// What prefix filtering joins: reads every text twice more, to count shingles and to post prefixes.
    fn postings(&self, documents: &[DocNo]) -> Result<Postings, ReadError> {
        self.observer
            .begin(Stage::Candidates, Some(2 * documents.len() as u64));
        let rarity = Rarity::new(
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
                    prefix::post(doc, shingles, threshold, &rarity, &mut common, &mut out)
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
        let mut shingler = Shingler::default();
        for &doc in documents {
            self.corpus
                .fetch(self.catalog.place(doc), &mut |document| {
                    shingler.read(&document.text, self.settings.shingle);
                    each(doc, &shingler.shingles);
                })?;
        }
        self.observer.advance(documents.len() as u64);
        Ok(())
    }

    /// Whether the selection can want a pair; of representatives of several documents, any of theirs.
    fn wanted(&self, pair: Pair) -> bool {
        self.settings.selection.wants(self.catalog, pair.a, pair.b) || !self.decided(pair)
    }

    /// Whether what the selection says of two representatives holds for all documents that they stand for.
    fn decided(&self, pair: Pair) -> bool {
        let alone = |doc: DocNo| {
            let at = self.twins.partition_point(|twins| twins.members[0] < doc);
            self.twins[at].members.len() == 1
        };
        self.settings.selection.takes_all() || alone(pair.a) && alone(pair.b)
    }
}

/// Compares candidates exactly and keeps those at or over the threshold, in canonical order.
fn verify<C: Corpus>(
    corpus: &C,
    catalog: &Catalog,
    pairs: &[Pair],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Vec<Comparison>, ReadError> {
    observer.begin(Stage::Verify, Some(pairs.len() as u64));
    let compared: Result<Vec<Vec<Comparison>>, ReadError> = verify::tasks(catalog, pairs)
        .into_par_iter()
        .map_init(Shingler::default, |shingler, task| {
            let mut texts = Vec::new();
            for doc in task.documents() {
                corpus.fetch(catalog.place(doc), &mut |document| {
                    texts.push((
                        doc,
                        Shingled::new(&document.text, settings.shingle, shingler),
                    ));
                })?;
            }
            observer.advance(task.len() as u64);
            Ok(task.compare(&texts, settings.threshold))
        })
        .collect();
    let mut compared = compared?.concat();
    compared.par_sort_unstable_by_key(|found| found.pair);
    Ok(compared)
}

/// Reads again what the reports show of the documents in clusters.
fn details<C: Corpus>(
    corpus: &C,
    catalog: &Catalog,
    clusters: &[Cluster],
    observer: &dyn Observer,
) -> Result<Vec<Details>, ReadError> {
    let mut documents: Vec<DocNo> = clusters
        .iter()
        .flat_map(|cluster| cluster.members.iter().copied())
        .collect();
    documents.par_sort_unstable();
    documents
        .into_par_iter()
        .map(|doc| {
            let mut details = Details {
                doc,
                url: String::new(),
                title: String::new(),
            };
            corpus.fetch(catalog.place(doc), &mut |document| {
                document
                    .url
                    .as_deref()
                    .unwrap_or_default()
                    .clone_into(&mut details.url);
                document
                    .title
                    .as_deref()
                    .unwrap_or_default()
                    .clone_into(&mut details.title);
            })?;
            observer.advance(1);
            Ok(details)
        })
        .collect()
}

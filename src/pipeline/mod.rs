//! The pipeline: runs the stages in order over a corpus.

mod before;
mod dedup;
mod explain;
mod memory;
mod page;
mod read;
mod rewording;
mod sample;
mod search;
mod show;
mod texts;
mod tune;

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use crate::attribution::credit::Credits;
use crate::boilerplate::{Known, Profiles};
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, ReadTally, Seen, identical};
use crate::cluster;
use crate::cluster::{
    Assembled, Cluster, DEFAULT_SAME_SITE_CONTAINMENT, Relation, ReportedPair, Selection,
};
use crate::compare::exact::{Comparison, Criteria, DEFAULT_CONTAINMENT, DEFAULT_PASSAGE, Excerpts};
use crate::compare::reworded::Rewording;
use crate::document::Corpus;
use crate::error::ReadError;
use crate::sketch::banding::{Banding, DEFAULT_PERMUTATIONS, DEFAULT_RECALL, DEFAULT_THRESHOLD};
use crate::sketch::minhash::DEFAULT_SEED;
use crate::text::shingle::{DEFAULT_SHINGLE, Shingle};

use before::Sources;
pub use before::{Before, KnownTie, Merged};
pub use dedup::{Duplicates, Outcome, duplicates, duplicates_after};
pub use explain::{
    Boilerplate, Candidacy, ExplainError, Explainer, Explanation, Mark, Part, Reason, Scores,
    Segment, SharedBand, SharedPassage, Side, Story, Which,
};
pub use memory::{LEAST_MEMORY, Memory};
pub use page::{DEFAULT_PAGE_PAIRS, Page, PageLimits, PageText, SideBySide};
pub use read::{Removed, RemovedOnSite, RemovedPassage};
pub use rewording::{Retelling, RewordedCounts};
pub use sample::{
    Distance, MOST_SAMPLED, Measure, Piece, Sample, Sampled, SampledPair, SampledText, Sampling,
    Shared, Shares, Stratum, sample,
};
use search::Matches;
pub use show::{Details, Placed};
use texts::Texts;
pub use tune::{Choice, Effect, Tuner};

/// The fewest words of a document that takes part, unless told otherwise: only empty ones do not.
pub const DEFAULT_MIN_WORDS: u32 = 1;

/// How many documents one task of a second reading takes.
const DOCUMENTS_A_TASK: usize = 256;

/// What a scan is to do. Every field has its flag; the defaults stand beside what they set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What a shingle is made of.
    pub shingle: Shingle,
    /// The Jaccard similarity from which a pair is reported, over 0 and at most 1.
    pub threshold: f64,
    /// How candidates for whole copies are found.
    pub surfacing: Surfacing,
    /// What makes an excerpt; `None` to look for whole copies only, and spare what passages cost.
    pub excerpts: Option<Excerpts>,
    /// Whether what a site repeats is taken out before anything is compared.
    pub boilerplate: bool,
    /// Seed of the signatures.
    pub seed: u64,
    /// Documents of fewer words take no part.
    pub min_words: u32,
    /// Which pairs are wanted.
    pub selection: Selection,
    /// Whether the passages of every pair are listed.
    pub list_passages: bool,
    /// How much is chosen for the report page, if there is to be one.
    pub page: Option<PageLimits>,
    /// How agencies are recognised.
    pub credits: Arc<Credits>,
    /// Seconds since 1970 after which nothing can have been published: later dates are no evidence.
    pub as_of: Option<i64>,
    /// Whether the hashes of documents are wanted after the scan, as an index wants them.
    pub keep_hashes: bool,
    /// What memory may be taken; `None` for as much as it needs.
    pub memory: Option<Memory>,
    /// How reworded copy is looked for; `None` not to look, and spare what it costs.
    pub reworded: Option<Rewording>,
}

impl Default for Settings {
    /// What `wirecopy scan` does unless told otherwise, but for dates: no date is in the future.
    fn default() -> Settings {
        let banding = Banding::for_recall(DEFAULT_THRESHOLD, DEFAULT_RECALL, DEFAULT_PERMUTATIONS);
        Settings {
            shingle: DEFAULT_SHINGLE,
            threshold: DEFAULT_THRESHOLD,
            surfacing: banding.map_or(Surfacing::Prefixes, Surfacing::Bands),
            excerpts: Some(Excerpts {
                containment: DEFAULT_CONTAINMENT,
                passage: DEFAULT_PASSAGE,
            }),
            boilerplate: true,
            seed: DEFAULT_SEED,
            min_words: DEFAULT_MIN_WORDS,
            selection: Selection {
                same_site_containment: DEFAULT_SAME_SITE_CONTAINMENT,
                ..Selection::default()
            },
            list_passages: false,
            page: None,
            credits: Arc::new(Credits::built_in()),
            as_of: None,
            keep_hashes: false,
            memory: None,
            reworded: None,
        }
    }
}

impl Settings {
    fn banding(&self) -> Option<Banding> {
        self.surfacing.banding()
    }

    fn criteria(&self) -> Criteria {
        Criteria {
            threshold: self.threshold,
            excerpts: self.excerpts,
        }
    }
}

/// How candidates are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surfacing {
    /// LSH bands of signatures: recall as planned.
    Bands(Banding),
    /// Prefix filtering: every pair at or over the threshold, by proof.
    Prefixes,
}

impl Surfacing {
    /// The bands, if there are any.
    pub fn banding(self) -> Option<Banding> {
        match self {
            Surfacing::Bands(banding) => Some(banding),
            Surfacing::Prefixes => None,
        }
    }

    /// The chance that two documents of that Jaccard similarity agree in a band; 1 where whole copies are found by proof and it is over the
    /// threshold.
    pub fn chance(self, jaccard: f64, threshold: f64) -> f64 {
        match self {
            Surfacing::Bands(banding) => banding.recall_at(jaccard),
            Surfacing::Prefixes => f64::from(u8::from(jaccard >= threshold)),
        }
    }
}

/// A stage that takes time, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading, normalising, shingling and signing; counts bytes.
    Read,
    /// Reading again the documents that hold boilerplate; counts documents.
    Boilerplate,
    /// ReportedPair candidates; counts documents.
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
    pub pairs: Vec<ReportedPair>,
    /// The clusters, in canonical order of their first documents.
    pub clusters: Vec<Cluster>,
    /// What reports show of the documents in `clusters`, in canonical order of document.
    pub details: Vec<Details>,
    /// The passages of each pair, if they were to be listed.
    pub passages: Vec<Vec<Placed>>,
    /// What the report page shows, if there is to be one.
    pub page: Option<Page>,
    /// What was taken out as boilerplate.
    pub removed: Removed,
    /// What was read and rejected.
    pub read: ReadTally,
    /// What was skipped, compared, bounded and found.
    pub counts: Counts,
    /// Every comparison of this run that found a pair, wanted or not, in canonical order.
    pub compared: Vec<Comparison>,
    /// The name of its cluster for each document that is a whole copy in one which this run looked at; no name for those that were one before and
    /// are no more.
    pub names: Vec<(DocNo, Arc<str>)>,
    /// Clusters known before that this run found to be one with others.
    pub merged: Vec<Merged>,
    /// What sites repeat, for as long as they were learned from documents.
    pub boilerplate: Profiles,
}

/// Counts of a scan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Documents seen before this run.
    pub seen: u64,
    /// Pairs found of which a document lost words as boilerplate.
    pub less_boilerplate: u64,
    /// Documents read, whether they took part or not.
    pub documents: u64,
    /// Documents without a word: they take part in nothing.
    pub empty: u64,
    /// Documents with words, but fewer than `min_words`.
    pub too_short: u64,
    /// Documents that lost boilerplate and have next to nothing left.
    pub boilerplate_only: u64,
    /// Documents whose words another earlier document has, in order.
    pub identical: u64,
    /// Distinct candidate pairs (of representatives of identical documents).
    pub candidates: u64,
    /// Those of them that only a shared passage surfaced.
    pub by_passages: u64,
    /// Candidate pairs that turned out to be near-duplicates or excerpts.
    pub verified: u64,
    /// Buckets too large to compare every pair in, each counted once a band.
    pub hot_buckets: u64,
    /// Documents in the largest hot bucket; 0 if there is none.
    pub largest_bucket: u64,
    /// At most so many pairs share a hot bucket and were not compared there: a pair counts once for every such bucket.
    pub not_compared: u64,
    /// Passages in too many stories to compare every two of.
    pub common_passages: u64,
    /// Stories that the most common passage stands in.
    pub most_stories: u64,
    /// At most so many pairs share a common passage and were not compared for it; one document stands for each story.
    pub passages_not_compared: u64,
    /// Clusters too large to write every pair of.
    pub big_clusters: u64,
    /// At most so many pairs known to be at or over the threshold were kept out of the pairs file by big clusters; what the selection does not
    /// want is among them.
    pub not_written: u64,
    /// Excerpts within one site that hold too little to be worth a row.
    pub same_site_excerpts: u64,
    /// Pairs found whose documents stand on different sites.
    pub cross_site: u64,
    /// Pairs found whose words are the same.
    pub exact: u64,
    /// Pairs found at or over the threshold whose words are not the same.
    pub near: u64,
    /// Pairs found of which one holds a part of the other.
    pub excerpt: u64,
    /// What was looked at and found as reworded copy; `None` if it was not looked for.
    pub reworded: Option<RewordedCounts>,
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
    scan_after(corpus, Before::default(), settings, observer)
}

/// Runs a scan of documents that come after others: finds the pairs that have a new document, and the clusters that new documents are in.
///
/// # Errors
/// What ends the reading of the corpus, or of what is known of the documents before.
pub fn scan_after<C: Corpus>(
    corpus: &C,
    before: Before,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Findings, ReadError> {
    let Before {
        seen,
        ties,
        names,
        boilerplate,
        archive,
        asked,
    } = before;
    let sources = Sources::of(corpus, archive);
    let Read {
        mut catalog,
        read,
        boilerplate,
        removed,
        mut counts,
        twins,
    } = read_all(corpus, &sources, seen, &boilerplate, settings, observer)?;
    catalog.ask(&asked);

    let texts = Texts {
        corpus: &sources,
        catalog: &catalog,
        shingle: settings.shingle,
    };
    let known = before::comparisons(&catalog, &twins, &ties);
    drop(ties);
    let Matches { compared, hot, .. } =
        search::search(&texts, &twins, &known, settings, observer, &mut counts)?;
    counts.verified = compared.len() as u64;

    let mut reworded = Vec::new();
    if let Some(rewording) = settings.reworded {
        let (found, counted) =
            rewording::rewordings(&texts, &twins, &compared, settings, rewording, observer)?;
        reworded = found;
        counts.reworded = Some(counted);
    }

    observer.begin(Stage::Cluster, None);
    if !settings.keep_hashes {
        catalog.forget_hashes();
    }
    let texts = Texts {
        corpus: &sources,
        catalog: &catalog,
        shingle: settings.shingle,
    };
    let (twins, all_compared) = if counts.seen == 0 {
        (twins, Cow::Borrowed(&compared))
    } else {
        let mut all = [&known[..], &compared[..]].concat();
        all.par_sort_unstable_by_key(|found| found.pair);
        let (twins, all) = before::concerned(&catalog, twins, &all);
        (twins, Cow::Owned(all))
    };
    let mut assembled = cluster::assemble(
        &catalog,
        &twins,
        &all_compared,
        &hot,
        &reworded,
        &settings.selection,
    );
    drop(all_compared);
    counts.big_clusters = assembled.big_clusters;
    counts.not_written = assembled.not_written;
    counts.same_site_excerpts = assembled.same_site_excerpts;
    let merged = before::name(&catalog, &mut assembled.clusters, &names);
    let named = |cluster: &Cluster| {
        let whole = cluster.members.iter().filter(|member| member.whole);
        let named = whole.map(|member| (member.doc, Arc::clone(&cluster.name)));
        named.collect::<Vec<_>>()
    };
    let mut named: Vec<_> = assembled.clusters.iter().flat_map(named).collect();
    let lost = before::without_cluster(&catalog, &twins, &named, &names);
    named.extend(lost.into_iter().map(|doc| (doc, Arc::from(""))));
    assembled.leave_old(&catalog);
    let details = show::show(&texts, settings, &mut assembled, observer)?;
    let Assembled {
        mut pairs,
        clusters,
        ..
    } = assembled;
    // Pairs of two documents of earlier runs were reported then; until here they told who is the source of whom.
    pairs.retain(|pair| catalog.is_of_run(pair.a) || catalog.is_of_run(pair.b));
    let passages = show::passages(&texts, settings, &pairs)?;
    let page = match settings.page {
        Some(limits) => Some(page::choose(&texts, limits, &pairs, &clusters)?),
        None => None,
    };
    for pair in &pairs {
        match pair.relation {
            Relation::Exact => counts.exact += 1,
            Relation::Near => counts.near += 1,
            Relation::Excerpt => counts.excerpt += 1,
            // Counted where it was found.
            Relation::Reworded => {}
        }
        counts.cross_site += u64::from(catalog.cross_site(pair.a, pair.b) == Some(true));
        let lost = |doc| catalog.removed(doc) > 0;
        counts.less_boilerplate += u64::from(lost(pair.a) || lost(pair.b));
    }
    Ok(Findings {
        catalog,
        pairs,
        clusters,
        details,
        passages,
        page,
        removed,
        read,
        counts,
        compared,
        names: named,
        merged,
        boilerplate,
    })
}

/// A corpus that was read, and of which boilerplate was taken out.
struct Read {
    catalog: Catalog,
    read: ReadTally,
    boilerplate: Profiles,
    removed: Removed,
    counts: Counts,
    /// Of the documents that take part.
    twins: Vec<IdenticalGroup>,
}

/// Reads a corpus that comes after nothing.
fn read_alone<C: Corpus>(
    corpus: &C,
    sources: &Sources<'_>,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Read, ReadError> {
    let (seen, known) = (Seen::default(), Known::default());
    read_all(corpus, sources, seen, &known, settings, observer)
}

/// Reads a corpus that comes after what was `seen`, of which `known` boilerplate was learned.
fn read_all<C: Corpus>(
    corpus: &C,
    sources: &Sources<'_>,
    seen: Seen,
    known: &Known,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Read, ReadError> {
    let (mut catalog, read) = read::read(corpus, seen, settings, observer)?;
    let (boilerplate, removed) = read::strip(sources, &mut catalog, settings, known, observer)?;
    let mut counts = Counts::default();
    let documents = taking_part(&catalog, settings, &mut counts);
    let twins = identical::group_identical(&catalog, documents.into_iter());
    let later = twins.iter().flat_map(|twins| &twins.members[1..]);
    counts.identical = later.filter(|&&doc| catalog.is_new(doc)).count() as u64;
    Ok(Read {
        catalog,
        read,
        boilerplate,
        removed,
        counts,
        twins,
    })
}

/// The documents with enough words to be compared, in canonical order; counts the others that are new.
fn taking_part(catalog: &Catalog, settings: &Settings, counts: &mut Counts) -> Vec<DocNo> {
    let mut documents = Vec::with_capacity(catalog.len());
    for doc in catalog.documents() {
        let new = u64::from(catalog.is_new(doc));
        counts.documents += new;
        counts.seen += 1 - new;
        match catalog.words(doc) {
            _ if read::boilerplate_only(catalog, doc) => counts.boilerplate_only += new,
            0 => counts.empty += new,
            words if words < settings.min_words => counts.too_short += new,
            _ => documents.push(doc),
        }
    }
    documents
}

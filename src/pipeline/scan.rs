//! The scan: runs the stages in order.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::cluster_names::{self, ClusterNames};
use super::corpus_and_archive::CorpusAndArchive;
use super::details::{Details, are_in_order, read_details};
use super::earlier::{self, EarlierRuns};
use super::findings::{Counts, PairCounts, ScanResult};
use super::observer::{Observer, Stage};
use super::page::{self, PageContent};
use super::passages::{PlacedPassage, list_passages};
use super::prepare::{PreparedCorpus, prepare};
use super::quotations::measure_quotations;
use super::ranking::rank;
use super::removed::Removed;
use super::rewording::find_reworded;
use super::search::{Matches, search};
use super::settings::{PageLimits, Settings};
use super::sources::attribute;
use super::storylines;
use super::texts::CorpusTexts;
use crate::attribution::placeholders::PlaceholderTimes;
use crate::boilerplate::Profiles;
use crate::catalog::identical::IdenticalGroup;
use crate::catalog::{Catalog, DocNo, ReadTally};
use crate::cluster::{self, Assembled, Cluster, Relation, ReportedPair, RewordedPair};
use crate::compare::exact::Comparison;
use crate::document::{Corpus, Fetch};
use crate::error::ReadError;

/// Runs the whole scan.
///
/// # Errors
/// When the corpus cannot be read.
pub fn scan<C: Corpus>(
    corpus: &C,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<ScanResult, ReadError> {
    scan_after(corpus, EarlierRuns::default(), settings, observer)
}

/// Scans documents that come after those of earlier runs.
///
/// Finds the pairs with a new document, and the clusters with a document of this run.
///
/// # Errors
/// When the corpus or a document of an earlier run cannot be read.
pub fn scan_after<C: Corpus>(
    corpus: &C,
    earlier: EarlierRuns,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<ScanResult, ReadError> {
    let sources = CorpusAndArchive::of(corpus, earlier.archive);
    let PreparedCorpus {
        mut catalog,
        read,
        boilerplate,
        removed,
        mut counts,
        groups,
    } = prepare(
        corpus,
        &sources,
        earlier.seen,
        &earlier.boilerplate,
        settings,
        observer,
    )?;
    catalog.request(&earlier.requested_ids);

    let texts = CorpusTexts::of(&sources, &catalog, settings);
    let known = earlier::comparisons(&catalog, &groups, &earlier.pairs);
    drop(earlier.pairs);
    let (Matches { compared, hot, .. }, reworded) =
        find_pairs(&texts, &groups, &known, settings, observer, &mut counts)?;

    observer.begin(Stage::Cluster, None);
    if !settings.keep_hashes {
        catalog.forget_hashes();
    }
    let found = FoundAmong {
        texts: &sources,
        groups,
        known,
        compared,
        hot,
        reworded,
        cluster_names: earlier.cluster_names,
        placeholders: PlaceholderTimes::of(&catalog),
        catalog,
        settings,
        counts,
    };
    Ok(ScanResult {
        removed,
        read,
        boilerplate,
        ..found.join(observer)?
    })
}

/// Documents and what was found among them.
pub(super) struct FoundAmong<'a> {
    /// Reader of the documents.
    pub(super) texts: &'a dyn Fetch,
    pub(super) catalog: Catalog,
    /// Groups of the documents that take part.
    pub(super) groups: Vec<IdenticalGroup>,
    /// Comparisons of earlier runs.
    pub(super) known: Vec<Comparison>,
    /// Comparisons of this run.
    pub(super) compared: Vec<Comparison>,
    /// Representatives in hot buckets, sorted.
    pub(super) hot: Vec<DocNo>,
    pub(super) reworded: Vec<RewordedPair>,
    /// Names that clusters had in earlier runs.
    pub(super) cluster_names: HashMap<u64, Arc<str>>,
    pub(super) placeholders: PlaceholderTimes,
    pub(super) settings: &'a Settings,
    pub(super) counts: Counts,
}

impl FoundAmong<'_> {
    /// Joins documents to clusters, and reads again what reports show of them. The result does not
    /// say what was read and which boilerplate was removed.
    pub(super) fn join(self, observer: &dyn Observer) -> Result<ScanResult, ReadError> {
        let FoundAmong {
            texts,
            catalog,
            groups,
            known,
            compared,
            hot,
            reworded,
            cluster_names,
            placeholders,
            settings,
            mut counts,
        } = self;
        let has_earlier = counts.documents.seen > 0;
        let (groups, concerned) =
            earlier::concerned(&catalog, groups, &known, &compared, has_earlier);
        let selection = &settings.selection;
        let mut assembled =
            cluster::assemble(&catalog, &groups, &concerned, &hot, &reworded, selection);
        drop(concerned);
        counts.bounded.clusters.number = assembled.big_clusters;
        counts.bounded.clusters.pairs = assembled.not_written;
        counts.pairs.same_site_excerpts = assembled.same_site_excerpts;
        let clusters = &mut assembled.clusters;
        let ClusterNames {
            of_documents: names,
            merged,
        } = cluster_names::assign(&catalog, &groups, clusters, &cluster_names);
        assembled.drop_earlier(&catalog);

        let texts = CorpusTexts::of(texts, &catalog, settings);
        let ReportContent {
            pairs,
            clusters,
            details,
            passages,
            page,
        } = read_for_reports(&texts, settings, assembled, &placeholders, observer)?;
        count_pairs(&catalog, &pairs, &mut counts.pairs);
        Ok(ScanResult {
            catalog,
            pairs,
            clusters,
            details,
            passages,
            page,
            removed: Removed::default(),
            read: ReadTally::default(),
            counts,
            compared,
            names,
            merged,
            boilerplate: Profiles::default(),
        })
    }
}

/// Content of the page of a scan that was run without one. `archive` has the documents of earlier
/// runs.
///
/// # Errors
/// When a text cannot be read again.
pub fn page_content<C: Corpus>(
    corpus: &C,
    archive: Option<Arc<dyn Fetch + Send>>,
    found: &ScanResult,
    settings: &Settings,
    limits: PageLimits,
) -> Result<PageContent, ReadError> {
    let sources = CorpusAndArchive::of(corpus, archive);
    let texts = CorpusTexts::of(&sources, &found.catalog, settings);
    page::choose(&texts, limits, &found.pairs, &found.clusters)
}

/// Finds the pairs that share words, then the reworded ones among the other documents.
fn find_pairs(
    texts: &CorpusTexts<'_>,
    groups: &[IdenticalGroup],
    known: &[Comparison],
    settings: &Settings,
    observer: &dyn Observer,
    counts: &mut Counts,
) -> Result<(Matches, Vec<RewordedPair>), ReadError> {
    let matches = search(texts, groups, known, settings, observer, counts)?;
    let compared = &matches.compared;
    counts.candidates.verified = compared.len() as u64;
    let Some(rewording) = settings.reworded else {
        return Ok((matches, Vec::new()));
    };
    let (reworded, reworded_counts) =
        find_reworded(texts, groups, compared, settings, rewording, observer)?;
    counts.reworded = Some(reworded_counts);
    Ok((matches, reworded))
}

/// Pairs and clusters to report, and what reports show of their texts.
struct ReportContent {
    pairs: Vec<ReportedPair>,
    clusters: Vec<Cluster>,
    details: Vec<Details>,
    passages: Vec<Vec<PlacedPassage>>,
    page: Option<PageContent>,
}

/// Reads the documents in clusters again, and finds the sources of clusters.
fn read_for_reports(
    texts: &CorpusTexts<'_>,
    settings: &Settings,
    mut assembled: Assembled,
    placeholders: &PlaceholderTimes,
    observer: &dyn Observer,
) -> Result<ReportContent, ReadError> {
    let catalog = texts.catalog;
    let details = read_details(texts, settings, &assembled.clusters, placeholders, observer)?;
    measure_quotations(texts, &mut assembled.pairs)?;
    attribute(catalog, settings, &mut assembled, &details);
    storylines::link(&mut assembled);
    rank(catalog, &mut assembled);
    let Assembled {
        mut pairs,
        clusters,
        ..
    } = assembled;
    // Earlier runs reported the pairs of two of their documents. Until here these pairs were
    // evidence for the source of a cluster.
    pairs.retain(|pair| catalog.is_of_run(pair.a) || catalog.is_of_run(pair.b));
    put_in_order(catalog, &details, &mut pairs);
    let passages = list_passages(texts, settings, &pairs)?;
    let page = match settings.page {
        Some(limits) => Some(page::choose(texts, limits, &pairs, &clusters)?),
        None => None,
    };
    Ok(ReportContent {
        pairs,
        clusters,
        details,
        passages,
        page,
    })
}

/// Puts the document known to be earlier first in every pair, and sorts the pairs again.
fn put_in_order(catalog: &Catalog, details: &[Details], pairs: &mut [ReportedPair]) {
    let dated = |doc| (doc, Details::when_among(details, doc));
    pairs.par_iter_mut().for_each(|pair| {
        if !are_in_order(catalog, dated(pair.a), dated(pair.b)) {
            *pair = pair.swapped();
        }
    });
    pairs.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
}

fn count_pairs(catalog: &Catalog, pairs: &[ReportedPair], counts: &mut PairCounts) {
    for pair in pairs {
        match pair.relation {
            Relation::Exact => counts.exact += 1,
            Relation::Near => counts.near += 1,
            Relation::Excerpt => counts.excerpt += 1,
            // Counted by the search for reworded copy.
            Relation::Reworded => {}
        }
        counts.cross_site += u64::from(catalog.cross_site(pair.a, pair.b) == Some(true));
        let lost_words = |doc| catalog.removed(doc) > 0;
        counts.less_boilerplate += u64::from(lost_words(pair.a) || lost_words(pair.b));
    }
}

//! Runs the stages of a scan in order.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use super::before::{self, Before, Sources};
use super::findings::ScanResult;
use super::observer::{Observer, Stage};
use super::prepare::{Prepared, prepare};
use super::search::{self, Matches};
use super::settings::Settings;
use super::texts::Texts;
use super::{page, rewording, show};
use crate::cluster::{self, Assembled, Cluster, Relation};
use crate::document::Corpus;
use crate::error::ReadError;

/// Runs the whole scan.
///
/// # Errors
/// What ends the reading of the corpus.
pub fn scan<C: Corpus>(
    corpus: &C,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<ScanResult, ReadError> {
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
) -> Result<ScanResult, ReadError> {
    let Before {
        seen,
        ties,
        names,
        boilerplate,
        archive,
        asked,
    } = before;
    let sources = Sources::of(corpus, archive);
    let Prepared {
        mut catalog,
        read,
        boilerplate,
        removed,
        mut counts,
        twins,
    } = prepare(corpus, &sources, seen, &boilerplate, settings, observer)?;
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
    counts.candidates.verified = compared.len() as u64;

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
    let (twins, all_compared) = if counts.documents.seen == 0 {
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
    counts.bounded.clusters.number = assembled.big_clusters;
    counts.bounded.clusters.pairs = assembled.not_written;
    counts.pairs.same_site_excerpts = assembled.same_site_excerpts;
    let merged = before::name(&catalog, &mut assembled.clusters, &names);
    let named = |cluster: &Cluster| {
        let whole = cluster.members.iter().filter(|member| member.whole);
        let named = whole.map(|member| (member.doc, Arc::clone(&cluster.name)));
        named.collect::<Vec<_>>()
    };
    let mut named: Vec<_> = assembled.clusters.iter().flat_map(named).collect();
    let lost = before::without_cluster(&catalog, &twins, &named, &names);
    named.extend(lost.into_iter().map(|doc| (doc, Arc::from(""))));
    assembled.drop_earlier(&catalog);
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
            Relation::Exact => counts.pairs.exact += 1,
            Relation::Near => counts.pairs.near += 1,
            Relation::Excerpt => counts.pairs.excerpt += 1,
            // Counted where it was found.
            Relation::Reworded => {}
        }
        counts.pairs.cross_site += u64::from(catalog.cross_site(pair.a, pair.b) == Some(true));
        let lost = |doc| catalog.removed(doc) > 0;
        counts.pairs.less_boilerplate += u64::from(lost(pair.a) || lost(pair.b));
    }
    Ok(ScanResult {
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

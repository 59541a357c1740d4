//! The summary: what a scan read, did, bounded and found, as one JSON object. `docs/summary.schema.json` describes it.
//!
//! It holds durations, and of moments only the one after which dates are no evidence. Sizes are bytes, times are seconds.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use crate::cluster::Relation;
use crate::pipeline::{
    Counts, DocumentCounts, MergedCluster, Removed, RemovedOnSite, RemovedPassage, ScanResult,
    Settings, Surfacing,
};

/// The version of the summary's shape: a field that changes its meaning or goes away makes a new one, a new field does not.
pub const SCHEMA: &str = "wirecopy-summary/1";

/// What the program knows of a run beside its findings.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The settings it ran with.
    pub settings: &'a Settings,
    /// Threads it worked with.
    pub threads: usize,
    /// What was left alone in directories.
    pub files_skipped: FilesSkipped,
    /// What each stage cost, in order.
    pub stages: &'a [StageCost],
    /// What it writes.
    pub outputs: &'a [Output],
    /// What it did with an index, if there is one.
    pub index: Option<IndexUse>,
}

/// What a run does with an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexUse {
    /// Documents that were not looked at any more because they were kept long enough.
    pub expired: u64,
    /// Whether the documents of the run join the index.
    pub adds: bool,
}

/// What was found in directories and left alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FilesSkipped {
    /// Files whose ending tells no format.
    pub unknown_ending: u64,
    /// Hidden files and directories.
    pub hidden: u64,
    /// Other names of files that were read.
    pub same_file: u64,
}

/// What a stage cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageCost {
    /// The stage, as progress calls it.
    pub stage: &'static str,
    /// How long it took.
    pub seconds: f64,
    /// The most memory that the program had held, in bytes, when the stage was done; `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
}

/// A report and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Which report.
    pub report: &'static str,
    /// The path as given; `-` for standard output.
    pub path: String,
}

/// Writes the report.
///
/// # Errors
/// Those of `out`.
pub fn write(findings: &ScanResult, run: Run<'_>, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Summary::of(findings, run))?;
    out.write_all(b"\n")
}

/// The figures of the summary, for a log: all but the settings and what the boilerplate of each site reads like.
///
/// # Errors
/// None that is known: the summary can be written as JSON.
pub fn facts(findings: &ScanResult, run: Run<'_>) -> serde_json::Result<Value> {
    let mut facts = serde_json::to_value(Summary::of(findings, run))?;
    if let Some(facts) = facts.as_object_mut() {
        facts.remove("settings");
        facts.remove("schema");
        if let Some(Value::Object(boilerplate)) = facts.get_mut("boilerplate") {
            boilerplate.remove("sites");
        }
    }
    Ok(facts)
}

#[derive(Serialize)]
struct Summary<'a> {
    schema: &'static str,
    version: &'static str,
    settings: SettingsInForce,
    read: Read,
    skipped: Skipped,
    boilerplate: Boilerplate<'a>,
    compared: Compared,
    bounded: Bounded,
    found: Found,
    index: Option<Index<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reworded: Option<Reworded>,
    threads: usize,
    seconds: f64,
    peak_memory_bytes: Option<u64>,
    stages: &'a [StageCost],
    outputs: &'a [Output],
}

#[derive(Serialize)]
struct SettingsInForce {
    threshold: f64,
    shingle: String,
    min_words: u32,
    seed: u64,
    surfacing: &'static str,
    bands: Option<usize>,
    rows: Option<usize>,
    recall_at_threshold: f64,
    excerpts: bool,
    containment: Option<f64>,
    passage: Option<u32>,
    same_site_containment: f64,
    keep_boilerplate: bool,
    as_of_seconds: Option<i64>,
    relations: Vec<&'static str>,
    sites: Vec<String>,
    not_sites: Vec<String>,
    cross_site_only: bool,
    window_seconds: Option<i64>,
    all_pairs: bool,
    memory_limit_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Index<'a> {
    documents_before: u64,
    expired: u64,
    already_there: u64,
    replaced: u64,
    added: u64,
    documents_after: u64,
    pairs_less_boilerplate: u64,
    clusters_merged: Vec<ClusterMerged<'a>>,
}

#[derive(Serialize)]
struct ClusterMerged<'a> {
    from: &'a str,
    into: &'a str,
}

#[derive(Serialize)]
struct Read {
    sources: u64,
    bytes: u64,
    records: u64,
    documents: u64,
    rejected: u64,
    lossy: u64,
    bad_dates: u64,
}

#[derive(Serialize)]
struct Skipped {
    empty: u64,
    too_short: u64,
    boilerplate_only: u64,
    files: FilesSkipped,
}

#[derive(Serialize)]
struct Boilerplate<'a> {
    documents: u64,
    words: u64,
    sites: Vec<BoilerplateOnSite<'a>>,
}

#[derive(Serialize)]
struct BoilerplateOnSite<'a> {
    site: &'a str,
    documents: u64,
    words: u64,
    passages: Vec<BoilerplatePassage<'a>>,
}

#[derive(Serialize)]
struct BoilerplatePassage<'a> {
    documents: u64,
    words: u64,
    text: &'a str,
}

#[derive(Serialize)]
struct Compared {
    identical: u64,
    candidates: u64,
    by_passages: u64,
    verified: u64,
}

#[derive(Serialize)]
struct Bounded {
    hot_buckets: u64,
    largest_bucket: u64,
    not_compared: u64,
    common_passages: u64,
    most_stories: u64,
    passages_not_compared: u64,
    big_clusters: u64,
    not_written: u64,
    same_site_excerpts: u64,
}

#[derive(Serialize)]
struct Found {
    pairs: u64,
    exact: u64,
    near: u64,
    excerpt: u64,
    cross_site: u64,
    clusters: u64,
    clustered_documents: u64,
}

/// What was asked and found of reworded copy; only where it was looked for.
#[derive(Serialize)]
struct Reworded {
    score: f64,
    window_seconds: i64,
    not_told: u64,
    candidates: u64,
    common_anchors: u64,
    not_compared: u64,
    pairs: u64,
}

impl<'a> Summary<'a> {
    fn of(findings: &'a ScanResult, run: Run<'a>) -> Summary<'a> {
        let ScanResult {
            pairs,
            clusters,
            read,
            removed,
            ..
        } = findings;
        let Counts {
            documents,
            candidates,
            bounded,
            pairs: counted,
            reworded,
        } = findings.counts.clone();
        Summary {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            settings: SettingsInForce::of(run.settings),
            read: Read {
                sources: read.sources,
                bytes: read.bytes,
                records: read.records,
                documents: documents.read,
                rejected: read.rejects.len() as u64,
                lossy: read.lossy,
                bad_dates: read.bad_dates,
            },
            skipped: Skipped {
                empty: documents.empty,
                too_short: documents.too_short,
                boilerplate_only: documents.boilerplate_only,
                files: run.files_skipped,
            },
            boilerplate: Boilerplate::of(findings, removed),
            compared: Compared {
                identical: documents.identical,
                candidates: candidates.compared,
                by_passages: candidates.by_passages,
                verified: candidates.verified,
            },
            bounded: Bounded {
                hot_buckets: bounded.buckets.number,
                largest_bucket: bounded.buckets.largest,
                not_compared: bounded.buckets.pairs,
                common_passages: bounded.passages.number,
                most_stories: bounded.passages.most_stories,
                passages_not_compared: bounded.passages.pairs,
                big_clusters: bounded.clusters.number,
                not_written: bounded.clusters.pairs,
                same_site_excerpts: counted.same_site_excerpts,
            },
            found: Found {
                pairs: pairs.len() as u64,
                exact: counted.exact,
                near: counted.near,
                excerpt: counted.excerpt,
                cross_site: counted.cross_site,
                clusters: clusters.len() as u64,
                clustered_documents: clusters
                    .iter()
                    .map(|cluster| cluster.members.len() as u64)
                    .sum(),
            },
            index: run.index.map(|index| Index::of(findings, index)),
            reworded: reworded
                .zip(run.settings.reworded)
                .map(|(counts, rewording)| Reworded {
                    score: rewording.score,
                    window_seconds: rewording.window,
                    not_told: counts.without_anchors,
                    candidates: counts.candidates,
                    common_anchors: counts.common_anchors,
                    not_compared: counts.not_compared,
                    pairs: counts.found,
                }),
            threads: run.threads,
            seconds: run.stages.iter().map(|cost| cost.seconds).sum(),
            peak_memory_bytes: run
                .stages
                .iter()
                .filter_map(|cost| cost.peak_memory_bytes)
                .max(),
            stages: run.stages,
            outputs: run.outputs,
        }
    }
}

impl<'a> Index<'a> {
    fn of(findings: &'a ScanResult, index: IndexUse) -> Index<'a> {
        let DocumentCounts { seen, read, .. } = findings.counts.documents;
        let replaced = findings.read.replaced.len() as u64;
        let added = if index.adds { read } else { 0 };
        let before = seen + replaced;
        Index {
            documents_before: before,
            expired: index.expired,
            already_there: findings.read.known.len() as u64,
            replaced: if index.adds { replaced } else { 0 },
            added,
            documents_after: if index.adds { seen + read } else { before },
            pairs_less_boilerplate: findings.counts.pairs.less_boilerplate,
            clusters_merged: findings
                .merged
                .iter()
                .map(|MergedCluster { from, into }| ClusterMerged { from, into })
                .collect(),
        }
    }
}

impl<'a> Boilerplate<'a> {
    fn of(findings: &'a ScanResult, removed: &'a Removed) -> Boilerplate<'a> {
        let passage = |passage: &'a RemovedPassage| BoilerplatePassage {
            documents: passage.documents,
            words: passage.words,
            text: &passage.text,
        };
        let on_site = |on_site: &'a RemovedOnSite| BoilerplateOnSite {
            site: findings.catalog.site_name(on_site.site),
            documents: on_site.documents,
            words: on_site.words,
            passages: on_site.passages.iter().map(passage).collect(),
        };
        Boilerplate {
            documents: removed.documents,
            words: removed.words,
            sites: removed.sites.iter().map(on_site).collect(),
        }
    }
}

impl SettingsInForce {
    fn of(settings: &Settings) -> SettingsInForce {
        let Settings {
            shingle,
            threshold,
            surfacing,
            excerpts,
            boilerplate,
            seed,
            min_words,
            selection,
            list_passages: _,
            page: _,
            credits: _,
            as_of,
            keep_hashes: _,
            memory,
            reworded: _,
        } = settings;
        let (name, banding) = match surfacing {
            Surfacing::Bands(banding) => ("bands", Some(banding)),
            Surfacing::Prefixes => ("prefixes", None),
        };
        SettingsInForce {
            threshold: *threshold,
            shingle: shingle.to_string(),
            min_words: *min_words,
            seed: *seed,
            surfacing: name,
            bands: banding.map(|banding| banding.bands()),
            rows: banding.map(|banding| banding.rows()),
            recall_at_threshold: recall_at_threshold(settings),
            excerpts: excerpts.is_some(),
            containment: excerpts.map(|excerpts| excerpts.containment),
            passage: excerpts.map(|excerpts| excerpts.passage),
            same_site_containment: selection.same_site_containment,
            keep_boilerplate: !boilerplate,
            as_of_seconds: *as_of,
            relations: Relation::ALL
                .into_iter()
                .filter(|&relation| selection.takes(relation))
                .map(Relation::name)
                .collect(),
            sites: selection.sites.clone(),
            not_sites: selection.not_sites.clone(),
            cross_site_only: selection.cross_site_only,
            window_seconds: selection.window,
            all_pairs: selection.all_pairs,
            memory_limit_bytes: memory.as_ref().map(|memory| memory.limit),
        }
    }
}

/// The chance that a pair exactly at the threshold becomes a candidate.
pub fn recall_at_threshold(settings: &Settings) -> f64 {
    let threshold = settings.threshold;
    settings.surfacing.chance(threshold, threshold)
}

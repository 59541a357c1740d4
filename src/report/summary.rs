//! The summary: what a scan read, did, bounded and found, as one JSON object, which
//! `docs/summary.schema.json` describes. Sizes are in bytes, times in seconds.
//!
//! It holds durations but no time of day, except the time after which dates are not believed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use crate::catalog::ReadTally;
use crate::cluster::Relation;
use crate::document::DateOrder;
use crate::pipeline::{
    Counts, DocumentCounts, MergedCluster, Removed, RemovedOnSite, RemovedPassage, ScanResult,
    Settings, Surfacing,
};

/// Version of the fields: it changes if a field changes its meaning or is removed, but not if one
/// is added.
pub const SCHEMA: &str = "wirecopy-summary/1";

/// Facts about a run that its findings do not have.
#[derive(Debug, Clone, Copy)]
pub struct RunFacts<'a> {
    /// Settings of the run.
    pub settings: &'a Settings,
    /// Path of the settings file, if one was read.
    pub settings_file: Option<&'a str>,
    /// Names of the environment variables that set something.
    pub settings_variables: &'a [String],
    /// Number of threads.
    pub threads: usize,
    /// What was left out and assumed of the inputs.
    pub inputs: &'a InputFacts,
    /// Cost of each stage, in order.
    pub stages: &'a [StageCost],
    /// Files that the run writes.
    pub outputs: &'a [Output],
    /// Use of the index, if there is one.
    pub index: Option<IndexUse>,
}

/// Use of an index by a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexUse {
    /// Documents that were ignored because they were added too long ago.
    pub expired: u64,
    /// True if the documents of the run are added to the index.
    pub adds: bool,
    /// True if every document was there already, so that the run left its outputs as they were.
    pub nothing_new: bool,
    /// True if the run would have replaced too many documents, and left its outputs as they were.
    pub mostly_replaces: bool,
}

/// Facts about the inputs that their documents do not have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputFacts {
    /// Files that were skipped.
    pub files_skipped: FilesSkipped,
    /// What was assumed of files: an encoding, a separator.
    pub assumed: Vec<AssumedOfFile>,
}

/// Assumption about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssumedOfFile {
    /// Name of the file.
    pub file: String,
    /// The assumption.
    pub assumed: String,
}

/// File that was found in a directory or an archive and left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileLeftOut {
    /// Name of the file.
    pub file: String,
    /// The reason: what the file is.
    pub reason: String,
}

/// Files that were found in directories and archives and skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FilesSkipped {
    /// Files of no format that is read.
    pub unknown_ending: u64,
    /// The first of them by name.
    pub left_out: Vec<FileLeftOut>,
    /// Hidden files and directories.
    pub hidden: u64,
    /// Further names of files that were already read.
    pub same_file: u64,
}

/// Cost of a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageCost {
    /// Name of the stage, as in the progress display.
    pub stage: &'static str,
    /// Duration.
    pub seconds: f64,
    /// Seconds that processors worked during it, all threads together.
    pub cpu_seconds: f64,
    /// Largest resident memory of the program up to the end of the stage; `None` if the system does
    /// not report it.
    pub peak_memory_bytes: Option<u64>,
}

/// A report and its destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Name of the report.
    pub report: &'static str,
    /// Path as the user gave it; `-` for standard output.
    pub path: String,
}

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(findings: &ScanResult, run: RunFacts<'_>, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Summary::of(findings, run))?;
    out.write_all(b"\n")
}

/// The figures of the summary, for a log: without the settings, and without the boilerplate of each
/// site.
///
/// # Errors
/// When the summary has no form in JSON, which does not happen.
pub fn facts(findings: &ScanResult, run: RunFacts<'_>) -> serde_json::Result<Value> {
    let mut facts = serde_json::to_value(Summary::of(findings, run))?;
    if let Some(facts) = facts.as_object_mut() {
        facts.remove("settings");
        facts.remove("settings_from");
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
    settings_from: SettingsFrom<'a>,
    read: ReadSection<'a>,
    skipped: SkippedSection<'a>,
    boilerplate: BoilerplateSection<'a>,
    compared: ComparedSection,
    bounded: BoundedSection,
    found: FoundSection,
    index: Option<IndexSection<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<ReferenceSection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reworded: Option<RewordedSection>,
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
    long_passage: Option<u32>,
    same_site_containment: f64,
    keep_boilerplate: bool,
    as_of_seconds: Option<i64>,
    relations: Vec<&'static str>,
    sites: Vec<String>,
    not_sites: Vec<String>,
    cross_site_only: bool,
    window_seconds: Option<i64>,
    max_quoted: Option<f64>,
    all_pairs: bool,
    memory_limit_bytes: Option<u64>,
}

/// Origin of settings that are not flags.
#[derive(Serialize)]
struct SettingsFrom<'a> {
    file: Option<&'a str>,
    environment: &'a [String],
}

#[derive(Serialize)]
struct IndexSection<'a> {
    documents_before: u64,
    expired: u64,
    already_there: u64,
    nothing_new: bool,
    mostly_replaces: bool,
    replaced: u64,
    withdrawn: u64,
    conflicts: u64,
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
struct ReadSection<'a> {
    sources: u64,
    bytes: u64,
    records: u64,
    documents: u64,
    rejected: u64,
    lossy: u64,
    bad_dates: u64,
    assumed: &'a [AssumedOfFile],
    left_out: &'a BTreeMap<&'static str, u64>,
    remarks: &'a BTreeMap<&'static str, u64>,
    bad_date_examples: &'a [String],
    date_order: DateOrderSection,
    bad_ids: u64,
    without_url: u64,
    without_site: u64,
    without_date: u64,
    without_zone: u64,
    dated_ahead: u64,
    sites_passed_over: PassedOverSection<'a>,
}

#[derive(Serialize)]
struct PassedOverSection<'a> {
    documents: u64,
    examples: &'a [String],
}

/// Numbers of files with dates such as 03/04/2026, by the order that they have.
#[derive(Serialize)]
struct DateOrderSection {
    day_first: u64,
    month_first: u64,
    unknown: u64,
}

#[derive(Serialize)]
struct SkippedSection<'a> {
    empty: u64,
    too_short: u64,
    boilerplate_only: u64,
    files: &'a FilesSkipped,
}

#[derive(Serialize)]
struct BoilerplateSection<'a> {
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
struct ComparedSection {
    identical: u64,
    candidates: u64,
    by_passages: u64,
    verified: u64,
}

#[derive(Serialize)]
struct BoundedSection {
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
struct FoundSection {
    pairs: u64,
    exact: u64,
    near: u64,
    excerpt: u64,
    cross_site: u64,
    clusters: u64,
    clustered_documents: u64,
}

/// Documents of the reference; absent if there is none.
#[derive(Serialize)]
struct ReferenceSection {
    documents: u64,
    not_compared: u64,
}

/// Settings and counts of the search for reworded copy; absent if it was not looked for.
#[derive(Serialize)]
struct RewordedSection {
    score: f64,
    window_seconds: i64,
    not_told: u64,
    candidates: u64,
    common_anchors: u64,
    not_compared: u64,
    pairs: u64,
}

impl<'a> Summary<'a> {
    fn of(findings: &'a ScanResult, run: RunFacts<'a>) -> Summary<'a> {
        let peaks = run.stages.iter().filter_map(|cost| cost.peak_memory_bytes);
        Summary {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            settings: SettingsInForce::of(run.settings),
            settings_from: SettingsFrom {
                file: run.settings_file,
                environment: run.settings_variables,
            },
            read: ReadSection::of(findings, run.inputs),
            skipped: SkippedSection {
                empty: findings.counts.documents.empty,
                too_short: findings.counts.documents.too_short,
                boilerplate_only: findings.counts.documents.boilerplate_only,
                files: &run.inputs.files_skipped,
            },
            boilerplate: BoilerplateSection::of(findings, &findings.removed),
            compared: ComparedSection {
                identical: findings.counts.documents.identical,
                candidates: findings.counts.candidates.compared,
                by_passages: findings.counts.candidates.by_passages,
                verified: findings.counts.candidates.verified,
            },
            bounded: BoundedSection::of(&findings.counts),
            found: FoundSection::of(findings),
            index: run.index.map(|index| IndexSection::of(findings, index)),
            reference: ReferenceSection::of(&findings.counts),
            reworded: RewordedSection::of(&findings.counts, run.settings),
            threads: run.threads,
            seconds: run.stages.iter().map(|cost| cost.seconds).sum(),
            peak_memory_bytes: peaks.max(),
            stages: run.stages,
            outputs: run.outputs,
        }
    }
}

impl ReferenceSection {
    fn of(counts: &Counts) -> Option<ReferenceSection> {
        let documents = &counts.documents;
        (documents.reference > 0).then_some(ReferenceSection {
            documents: documents.reference,
            not_compared: documents.reference_not_compared,
        })
    }
}

impl DateOrderSection {
    fn of(read: &ReadTally) -> DateOrderSection {
        let files = |order| {
            let of_order = read.open_dates.iter().filter(|file| file.order == order);
            of_order.count() as u64
        };
        DateOrderSection {
            day_first: files(Some(DateOrder::DayFirst)),
            month_first: files(Some(DateOrder::MonthFirst)),
            unknown: files(None),
        }
    }
}

impl<'a> ReadSection<'a> {
    fn of(findings: &'a ScanResult, inputs: &'a InputFacts) -> ReadSection<'a> {
        let read = &findings.read;
        ReadSection {
            sources: read.sources,
            bytes: read.bytes,
            records: read.records,
            documents: findings.counts.documents.read,
            rejected: read.rejected(),
            lossy: read.lossy,
            bad_dates: read.bad_dates,
            assumed: &inputs.assumed,
            left_out: &read.left_out,
            remarks: &read.remarks,
            bad_date_examples: &read.bad_date_examples,
            date_order: DateOrderSection::of(read),
            bad_ids: read.bad_ids,
            without_url: read.without_url,
            without_site: read.without_site,
            without_date: read.without_date,
            without_zone: read.without_zone,
            dated_ahead: read.dated_ahead,
            sites_passed_over: PassedOverSection {
                documents: read.sites_passed_over.number,
                examples: &read.sites_passed_over.examples,
            },
        }
    }
}

impl BoundedSection {
    fn of(counts: &Counts) -> BoundedSection {
        let bounded = &counts.bounded;
        BoundedSection {
            hot_buckets: bounded.buckets.number,
            largest_bucket: bounded.buckets.largest,
            not_compared: bounded.buckets.pairs,
            common_passages: bounded.passages.number,
            most_stories: bounded.passages.most_stories,
            passages_not_compared: bounded.passages.pairs,
            big_clusters: bounded.clusters.number,
            not_written: bounded.clusters.pairs,
            same_site_excerpts: counts.pairs.same_site_excerpts,
        }
    }
}

impl FoundSection {
    fn of(findings: &ScanResult) -> FoundSection {
        let counted = &findings.counts.pairs;
        let members = findings
            .clusters
            .iter()
            .map(|cluster| cluster.members.len() as u64);
        FoundSection {
            pairs: findings.pairs.len() as u64,
            exact: counted.exact,
            near: counted.near,
            excerpt: counted.excerpt,
            cross_site: counted.cross_site,
            clusters: findings.clusters.len() as u64,
            clustered_documents: members.sum(),
        }
    }
}

impl RewordedSection {
    fn of(counts: &Counts, settings: &Settings) -> Option<RewordedSection> {
        let (counts, rewording) = counts.reworded.as_ref().zip(settings.reworded)?;
        Some(RewordedSection {
            score: rewording.score,
            window_seconds: rewording.window,
            not_told: counts.without_anchors,
            candidates: counts.candidates,
            common_anchors: counts.common_anchors,
            not_compared: counts.not_compared,
            pairs: counts.found,
        })
    }
}

impl<'a> IndexSection<'a> {
    fn of(findings: &'a ScanResult, index: IndexUse) -> IndexSection<'a> {
        let DocumentCounts { seen, read, .. } = findings.counts.documents;
        let replaced = findings.read.replaced.len() as u64;
        let changes = index.adds && !index.mostly_replaces;
        let added = if changes { read } else { 0 };
        let withdrawn = findings.read.withdrawn.len() as u64;
        let before = seen + replaced + withdrawn;
        IndexSection {
            documents_before: before,
            expired: index.expired,
            already_there: findings.read.known.len() as u64,
            nothing_new: index.nothing_new,
            mostly_replaces: index.mostly_replaces,
            replaced: if changes { replaced } else { 0 },
            withdrawn: if changes { withdrawn } else { 0 },
            conflicts: findings.read.conflicting(),
            added,
            documents_after: if changes { seen + read } else { before },
            pairs_less_boilerplate: findings.counts.pairs.less_boilerplate,
            clusters_merged: findings
                .merged
                .iter()
                .map(|MergedCluster { from, into }| ClusterMerged { from, into })
                .collect(),
        }
    }
}

impl<'a> BoilerplateSection<'a> {
    fn of(findings: &'a ScanResult, removed: &'a Removed) -> BoilerplateSection<'a> {
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
        BoilerplateSection {
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
            word_rule: _,
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
            reference_passages: _,
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
            long_passage: excerpts.and_then(|excerpts| excerpts.long_passage),
            same_site_containment: selection.same_site_containment,
            keep_boilerplate: !boilerplate,
            as_of_seconds: as_of.map(|date| date.seconds),
            relations: Relation::ALL
                .into_iter()
                .filter(|&relation| selection.takes(relation))
                .map(Relation::name)
                .collect(),
            sites: selection.sites.clone(),
            not_sites: selection.not_sites.clone(),
            cross_site_only: selection.cross_site_only,
            window_seconds: selection.window,
            max_quoted: selection.max_quoted,
            all_pairs: selection.all_pairs,
            memory_limit_bytes: memory.as_ref().map(|memory| memory.limit),
        }
    }
}

/// Chance that a pair exactly at the threshold becomes a candidate.
pub fn recall_at_threshold(settings: &Settings) -> f64 {
    let threshold = settings.threshold;
    settings.surfacing.chance(threshold, threshold)
}

//! The scan command: opens inputs, runs the pipeline, judges the rejects, writes the reports.

use std::io::{self, Write};
use std::sync::Arc;

use anyhow::Context;
use rayon::ThreadPoolBuilder;
use serde_json::Value;
use wirecopy::index::Addition;
use wirecopy::pipeline::{self, ScanResult, Settings};
use wirecopy::read::Inputs;
use wirecopy::report::summary::{self, FilesSkipped, IndexUse, Output, RunFacts, StageCost};
use wirecopy::report::{clusters, members, metrics, page, pairs, rejects, sites};

use super::args::ScanArguments;
use super::inputs::{empty, files_skipped, is_empty, memory, source_names, unreadable};
use super::log::Level;
use super::meaning::Scan;
use super::nightly::Nightly;
use super::outputs::{Outputs, Pending, Report, Wanted};
use super::progress::Progress;
use super::rejected::{self, Verdict};
use super::status::{Status, Stop};
use super::terminal::Terminal;
use super::{closing, signals};

/// Runs the command; where it fails, the metrics tell.
pub fn run(typed: ScanArguments, terminal: Terminal) -> Result<Status, Stop> {
    let scan = Scan::of(typed)?;
    let pending = Arc::new(Pending::default());
    let progress = Arc::new(Progress::new(scan.talk.progress, terminal));
    signals::watch(Arc::clone(&pending), Arc::clone(&progress), terminal)
        .context("cannot listen for signals")
        .map_err(Stop::Failed)?;
    let on_failure = FailureMetrics {
        inputs: scan.inputs.clone(),
        wanted: scan.wanted.clone(),
        labels: scan.metrics_labels.clone(),
        pending: Arc::clone(&pending),
        progress: Arc::clone(&progress),
    };
    let mut known = None;
    let ended = carry_out(scan, &mut known, pending, &progress, terminal);
    progress.stop();
    if let Err(stop @ Stop::Failed(_)) = &ended {
        on_failure.write(stop, known.as_ref());
    }
    ended
}

/// Reads, finds and reports; `known` keeps what was found, also where it is not to be written.
fn carry_out(
    scan: Scan,
    known: &mut Option<ScanResult>,
    pending: Arc<Pending>,
    progress: &Progress,
    terminal: Terminal,
) -> Result<Status, Stop> {
    let inputs = Inputs::open(&scan.inputs, scan.reading).map_err(unreadable)?;
    if let Some(total) = inputs.total_bytes() {
        progress.expect_bytes(total);
    }
    let files_skipped = files_skipped(inputs.skipped());
    let source_names = source_names(&inputs);
    let written: Vec<Output> = scan.wanted.iter().map(Wanted::described).collect();
    let rejects_kept = scan
        .wanted
        .iter()
        .any(|wanted| matches!(wanted.report, Report::Rejects(_)));
    let outputs = Outputs::check(scan.wanted, &source_names, pending)?;
    let settings = Settings {
        memory: memory(scan.memory, scan.temp_dir.as_deref(), inputs.total_bytes())?,
        ..scan.settings
    };
    let mut nightly = Nightly::open(scan.index, &settings, terminal)?;
    let before = nightly.before()?;

    let pool = ThreadPoolBuilder::new().num_threads(scan.threads).build()?;
    let found = pool.install(|| pipeline::scan_after(&inputs, before, &settings, progress));
    progress.stop();
    let findings = &*known.insert(found.map_err(unreadable)?);

    let verdict = Verdict::of(
        &findings.read,
        findings.counts.documents.read,
        scan.most_rejects,
    );
    let nothing_read = verdict == Verdict::NothingLeft;
    if !nothing_read || scan.talk.details {
        rejected::show(
            &findings.read.rejects,
            &source_names,
            scan.talk.details,
            rejects_kept,
            terminal,
        );
    }
    if let Verdict::TooMany(most) = verdict {
        return Err(rejected::too_many(&findings.read.rejects, most));
    }
    if scan.fail_if_empty && !nothing_read && is_empty(&findings.read, &findings.counts) {
        return Err(empty(&findings.read, &findings.counts));
    }

    progress.begin_reports();
    let asked = |report| !nothing_read || matches!(report, Report::Rejects(_) | Report::Summary);
    let renderer = Renderer {
        findings,
        source_names: &source_names,
        settings: &settings,
        index: nightly.usage(),
        written: &written,
        files_skipped,
        progress,
        threads: pool.current_num_threads(),
        metrics_labels: &scan.metrics_labels,
        status: verdict.status(),
    };
    let change = match nothing_read {
        true => None,
        false => pool.install(|| nightly.add(&Addition::of(findings), &inputs, &settings))?,
    };
    outputs.write(asked, |report, out| renderer.render(report, out), change)?;
    progress.stop();
    nightly.tidy(terminal);

    if nothing_read {
        return Err(rejected::nothing_left(
            &findings.read.rejects,
            &source_names,
        ));
    }
    if scan.talk.closing && terminal.is_json() {
        let (message, facts) = (closing::headline(findings), renderer.facts()?);
        terminal.tell(Level::Info, "done", &message, facts);
    } else if scan.talk.closing {
        let costs = progress.costs();
        let closing = closing::Closing {
            findings,
            index: nightly.usage(),
            run: closing::Run {
                catalog: &findings.catalog,
                read: &findings.read,
                counts: &findings.counts,
                removed: &findings.removed,
                settings: &settings,
                costs: &costs,
                outputs: &written,
                files_skipped,
                details: scan.talk.details,
                terminal,
            },
        };
        terminal.say(closing.lines().trim_end());
    }
    Ok(verdict.status())
}

/// What it takes to tell monitoring of a run that failed.
struct FailureMetrics {
    inputs: Vec<String>,
    wanted: Vec<Wanted>,
    labels: Vec<(String, String)>,
    pending: Arc<Pending>,
    progress: Arc<Progress>,
}

impl FailureMetrics {
    /// Writes the metrics, if they were asked for. That this fails as well is not worth a word: the first failure was told.
    fn write(self, stop: &Stop, known: Option<&ScanResult>) {
        let is_metrics = |wanted: &Wanted| wanted.report == Report::Metrics;
        let wanted = self.wanted.into_iter().filter(is_metrics).collect();
        let inputs: Vec<&str> = self.inputs.iter().map(String::as_str).collect();
        let Ok(outputs) = Outputs::check(wanted, &inputs, self.pending) else {
            return;
        };
        let stages = self.progress.costs();
        let run = metrics_of(stop.status(), &stages, known, &self.labels);
        let _ = outputs.write(|_| true, |_, mut out| metrics::write(run, &mut out), None);
    }
}

fn metrics_of<'a>(
    status: Status,
    stages: &'a [StageCost],
    findings: Option<&'a ScanResult>,
    labels: &'a [(String, String)],
) -> metrics::MeasuredRun<'a> {
    metrics::MeasuredRun {
        ended: jiff::Timestamp::now().as_second(),
        exit_status: status.code(),
        success: matches!(status, Status::Done | Status::SomeRejected),
        stages,
        findings,
        labels,
    }
}

/// Makes reports of what was found.
struct Renderer<'a> {
    findings: &'a ScanResult,
    source_names: &'a [&'a str],
    settings: &'a Settings,
    index: Option<IndexUse>,
    written: &'a [Output],
    files_skipped: FilesSkipped,
    progress: &'a Progress,
    threads: usize,
    metrics_labels: &'a [(String, String)],
    status: Status,
}

impl Renderer<'_> {
    fn render(&self, report: Report, mut out: &mut dyn Write) -> io::Result<()> {
        let out = &mut out;
        match report {
            Report::Pairs(format) => pairs::write(self.findings, format, out),
            Report::Clusters(format) => clusters::write(self.findings, format, out),
            Report::Members(format) => members::write(self.findings, format, out),
            Report::Sites(format) => sites::write(self.findings, format, out),
            Report::Rejects(format) => {
                rejects::write(&self.findings.read.rejects, self.source_names, format, out)
            }
            Report::Page => page::write(self.findings, self.settings, self.source_names, out),
            Report::Summary => {
                summary::write(self.findings, self.summarized(&self.progress.costs()), out)
            }
            Report::Metrics => {
                let stages = self.progress.costs();
                let found = Some(self.findings);
                metrics::write(
                    metrics_of(self.status, &stages, found, self.metrics_labels),
                    out,
                )
            }
        }
    }

    fn summarized<'a>(&'a self, stages: &'a [StageCost]) -> RunFacts<'a> {
        RunFacts {
            settings: self.settings,
            threads: self.threads,
            files_skipped: self.files_skipped,
            stages,
            outputs: self.written,
            index: self.index,
        }
    }

    /// The closing facts for a log.
    fn facts(&self) -> io::Result<Value> {
        let mut facts = summary::facts(self.findings, self.summarized(&self.progress.costs()))?;
        facts["exit_status"] = self.status.code().into();
        Ok(facts)
    }
}

//! The scan command: opens inputs, runs the pipeline, judges the rejects, writes the reports.

use std::io::{self, Write};

use serde_json::Value;
use wirecopy::index::Addition;
use wirecopy::pipeline::{self, ScanResult, Settings};
use wirecopy::report::summary::{self, FilesSkipped, IndexUse, Output, RunFacts, StageCost};
use wirecopy::report::{clusters, members, metrics, page, pairs, rejects, sites};

use super::args::ScanArguments;
use super::closing;
use super::inputs::files_skipped;
use super::log::Level;
use super::meaning::Scan;
use super::nightly::Nightly;
use super::outputs::{Outputs, Report, Wanted};
use super::progress::Progress;
use super::rejected::Verdict;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;

/// Runs the command; where it fails, the metrics tell.
pub fn run(typed: ScanArguments, terminal: Terminal) -> Result<Status, Stop> {
    let scan = Scan::of(typed)?;
    let watch = Watch::start(scan.setup.talk, terminal)?;
    let on_failure = FailureMetrics {
        inputs: scan.setup.inputs.clone(),
        wanted: scan.wanted.clone(),
        labels: scan.metrics_labels.clone(),
        watch: watch.clone(),
    };
    let mut known = None;
    let ended = carry_out(scan, &mut known, watch);
    on_failure.watch.progress.stop();
    if let Err(stop @ Stop::Failed(_)) = &ended {
        on_failure.write(stop, known.as_ref());
    }
    ended
}

/// Reads, finds and reports; `known` keeps what was found, also where it is not to be written.
fn carry_out(scan: Scan, known: &mut Option<ScanResult>, watch: Watch) -> Result<Status, Stop> {
    let written: Vec<Output> = scan.wanted.iter().map(Wanted::described).collect();
    let has_rejects_file = scan
        .wanted
        .iter()
        .any(|wanted| matches!(wanted.report, Report::Rejects(_)));
    let session = Session::open(scan.setup, scan.wanted, has_rejects_file, watch)?;
    let settings = Settings {
        memory: session.memory()?,
        ..scan.settings
    };
    let inputs = &session.inputs;
    let mut nightly = Nightly::open(scan.index, &settings, session.terminal)?;
    let before = nightly.before()?;

    let found =
        session.run(|progress| pipeline::scan_after(inputs, before, &settings, progress))?;
    let findings = &*known.insert(found);
    let verdict = session.judge(
        &findings.read,
        &findings.counts,
        findings.counts.documents.read,
    )?;
    let nothing_read = verdict == Verdict::NothingLeft;

    session.progress.begin_reports();
    let renderer = Renderer {
        findings,
        source_names: &session.source_names(),
        settings: &settings,
        index: nightly.usage(),
        written: &written,
        files_skipped: files_skipped(inputs.skipped()),
        progress: &session.progress,
        threads: session.threads(),
        metrics_labels: &scan.metrics_labels,
        status: verdict.status(),
    };
    let asked = |report| !nothing_read || matches!(report, Report::Rejects(_) | Report::Summary);
    let change = match nothing_read {
        true => None,
        false => session.install(|| nightly.add(&Addition::of(findings), inputs, &settings))?,
    };
    let outputs = &session.outputs;
    outputs.write(asked, |report, out| renderer.render(report, out), change)?;
    session.progress.stop();
    nightly.tidy(session.terminal);

    if nothing_read {
        return Err(session.nothing_left(&findings.read));
    }
    if session.talk.closing {
        renderer.close(&session, nightly.usage())?;
    }
    Ok(verdict.status())
}

/// What it takes to tell monitoring of a run that failed.
struct FailureMetrics {
    inputs: Vec<String>,
    wanted: Vec<Wanted>,
    labels: Vec<(String, String)>,
    watch: Watch,
}

impl FailureMetrics {
    /// Writes the metrics, if they were asked for. That this fails as well is not worth a word: the first failure was told.
    fn write(self, stop: &Stop, known: Option<&ScanResult>) {
        let is_metrics = |wanted: &Wanted| wanted.report == Report::Metrics;
        let wanted = self.wanted.into_iter().filter(is_metrics).collect();
        let inputs: Vec<&str> = self.inputs.iter().map(String::as_str).collect();
        let Ok(outputs) = Outputs::check(wanted, &inputs, self.watch.pending) else {
            return;
        };
        let stages = self.watch.progress.costs();
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

    /// Tells in a few lines, or in one of the log, what was found.
    fn close(&self, session: &Session<Report>, index: Option<IndexUse>) -> io::Result<()> {
        let terminal = session.terminal;
        if terminal.is_json() {
            let message = closing::headline(self.findings);
            terminal.tell(Level::Info, "done", &message, self.facts()?);
            return Ok(());
        }
        let costs = self.progress.costs();
        let closing = closing::Closing {
            findings: self.findings,
            index,
            run: closing::Run {
                catalog: &self.findings.catalog,
                read: &self.findings.read,
                counts: &self.findings.counts,
                removed: &self.findings.removed,
                settings: self.settings,
                costs: &costs,
                outputs: self.written,
                files_skipped: self.files_skipped,
                details: session.talk.details,
                terminal,
            },
        };
        terminal.say(closing.lines().trim_end());
        Ok(())
    }

    /// The closing facts for a log.
    fn facts(&self) -> io::Result<Value> {
        let mut facts = summary::facts(self.findings, self.summarized(&self.progress.costs()))?;
        facts["exit_status"] = self.status.code().into();
        Ok(facts)
    }
}

//! The scan command: finds pairs and writes the reports.

use std::io::{self, Write};

use crate::index::Addition;
use crate::pipeline::{self, CleanCorpus, CleanDocument, ScanResult, Settings};
use crate::report::documents::{self, DocumentRow};
use crate::report::summary::{self, IndexUse, InputFacts, Output, RunFacts, StageCost};
use crate::report::table::TableEncoding;
use crate::report::{clusters, members, metrics, page, pairs, rejects, sites};
use serde_json::Value;

use super::args::scan::ScanArguments;
use super::closing;
use super::config::UsedSettings;
use super::log::LogLevel;
use super::nightly::NightlyIndex;
use super::outputs::{Outputs, ScanReport, WantedOutput};
use super::plan::ScanPlan;
use super::progress::Progress;
use super::rejected::RejectVerdict;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;

/// Runs the command. If it fails, the metrics are still written.
pub fn run(typed: ScanArguments, used: &UsedSettings, terminal: Terminal) -> Result<Status, Stop> {
    let plan = ScanPlan::of(typed)?;
    let watch = Watch::start(plan.setup.verbosity.progress, terminal)?;
    let on_failure = FailureMetrics {
        inputs: plan.setup.inputs.clone(),
        wanted: plan.wanted.clone(),
        labels: plan.metrics_labels.clone(),
        watch: watch.clone(),
    };
    let mut found = None;
    let result = scan(plan, used, &mut found, watch);
    on_failure.watch.progress.stop();
    if let Err(stop @ Stop::Failed(_)) = &result {
        on_failure.write(stop, found.as_ref());
    }
    result
}

/// Runs the pipeline and writes the reports. Stores the result in `kept`, even if the run fails
/// later.
fn scan(
    plan: ScanPlan,
    used: &UsedSettings,
    kept: &mut Option<ScanResult>,
    watch: Watch,
) -> Result<Status, Stop> {
    let has_rejects_file = plan
        .wanted
        .iter()
        .any(|wanted| matches!(wanted.report, ScanReport::Rejects(_)));
    let session = Session::open(plan.setup, plan.wanted, has_rejects_file, watch)?;
    let mut settings = Settings {
        memory: session.memory()?,
        ..plan.settings
    };
    let corpus = &session.corpus();
    let mut nightly = NightlyIndex::open(plan.index, &mut settings, session.terminal)?;
    let before = nightly.before_scan()?;

    let found =
        session.run(|progress| pipeline::scan_after(corpus, before, &settings, progress))?;
    let findings = &*kept.insert(found);
    let documents = findings.counts.documents.read;
    let verdict = session.judge(&findings.read, &findings.counts, documents)?;
    let addition = Addition::of(findings);
    let stop = match verdict {
        RejectVerdict::NothingLeft => Some(session.nothing_left(&findings.read)),
        _ => {
            let (catalog, read) = (&findings.catalog, &findings.read);
            nightly.refusal(catalog, read, documents, &addition.new, 0)?
        }
    };
    let asked =
        |report| stop.is_none() || matches!(report, ScanReport::Rejects(_) | ScanReport::Summary);
    let written: Vec<Output> = session
        .outputs
        .wanted()
        .filter(|wanted| asked(wanted.report))
        .map(WantedOutput::described)
        .collect();

    session.progress.begin_reports();
    let renderer = Renderer {
        session: &session,
        findings,
        source_names: &session.source_names(),
        settings: &settings,
        used,
        index: nightly.usage(),
        written: &written,
        inputs: session.input_facts(),
        progress: &session.progress,
        threads: session.threads(),
        metrics_labels: &plan.metrics_labels,
        status: verdict.status(),
    };
    let change = match &stop {
        Some(_) => None,
        None => session.install(|| nightly.add(&addition, corpus, &settings))?,
    };
    let outputs = &session.outputs;
    outputs.write(asked, |report, out| renderer.render(report, out), change)?;
    session.progress.stop();
    nightly.tidy(session.terminal);

    if let Some(stop) = stop {
        return Err(stop);
    }
    if session.verbosity.closing {
        renderer.close(&session, nightly.usage())?;
    }
    Ok(verdict.status())
}

/// Everything that the metrics of a failed run need.
struct FailureMetrics {
    inputs: Vec<String>,
    wanted: Vec<WantedOutput>,
    labels: Vec<(String, String)>,
    watch: Watch,
}

impl FailureMetrics {
    /// Writes the metrics if a file is named for them. An error here is ignored, because the first
    /// error is printed.
    fn write(self, stop: &Stop, found: Option<&ScanResult>) {
        let is_metrics = |wanted: &WantedOutput| wanted.report == ScanReport::Metrics;
        let wanted = self.wanted.into_iter().filter(is_metrics).collect();
        let inputs: Vec<&str> = self.inputs.iter().map(String::as_str).collect();
        let Ok(outputs) = Outputs::check(wanted, self.watch.pending) else {
            return;
        };
        if outputs.spare(&inputs).is_err() {
            return;
        }
        let stages = self.watch.progress.costs();
        let run = metrics_of(stop.status(), &stages, found, &self.labels);
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

/// Renders the results as reports.
struct Renderer<'a> {
    session: &'a Session<ScanReport>,
    findings: &'a ScanResult,
    source_names: &'a [&'a str],
    settings: &'a Settings,
    used: &'a UsedSettings,
    index: Option<IndexUse>,
    written: &'a [Output],
    inputs: InputFacts,
    progress: &'a Progress,
    threads: usize,
    metrics_labels: &'a [(String, String)],
    status: Status,
}

impl Renderer<'_> {
    fn render(&self, report: ScanReport, mut out: &mut (dyn Write + Send)) -> io::Result<()> {
        match report {
            ScanReport::Pairs(encoding) => pairs::write(self.findings, encoding, out),
            ScanReport::Clusters(encoding) => clusters::write(self.findings, encoding, out),
            ScanReport::Members(encoding) => members::write(self.findings, encoding, out),
            ScanReport::Sites(encoding) => sites::write(self.findings, encoding, out),
            ScanReport::Rejects(encoding) => {
                let rejects = &self.findings.read.rejects;
                rejects::write(rejects, self.source_names, encoding, out)
            }
            ScanReport::Clean(encoding) => self.write_clean(encoding, out),
            ScanReport::Page => {
                page::write(self.findings, self.settings, self.source_names, &mut out)
            }
            ScanReport::Summary => {
                let stages = self.progress.costs();
                summary::write(self.findings, self.summarized(&stages), &mut out)
            }
            ScanReport::Metrics => {
                let stages = self.progress.costs();
                let found = Some(self.findings);
                metrics::write(
                    metrics_of(self.status, &stages, found, self.metrics_labels),
                    &mut out,
                )
            }
        }
    }

    /// Writes the documents without boilerplate, batch after batch.
    fn write_clean(&self, encoding: TableEncoding, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let session = self.session;
        let corpus = CleanCorpus::of(&session.inputs, self.findings, self.settings);
        documents::write(encoding, &[], out, |sink| {
            for batch in corpus.batches() {
                let read = session.install(|| corpus.read(batch));
                for CleanDocument { doc, document } in read.map_err(io::Error::other)? {
                    sink(&DocumentRow {
                        id: self.findings.catalog.id(doc).to_owned(),
                        document,
                        marks: Vec::new(),
                    })?;
                }
            }
            Ok(())
        })
    }

    fn summarized<'a>(&'a self, stages: &'a [StageCost]) -> RunFacts<'a> {
        RunFacts {
            settings: self.settings,
            settings_file: self.used.file.as_ref().map(|file| &*file.path),
            settings_variables: &self.used.variables,
            threads: self.threads,
            inputs: &self.inputs,
            stages,
            outputs: self.written,
            index: self.index,
        }
    }

    /// Prints the closing lines, or one line of the JSON log.
    fn close(&self, session: &Session<ScanReport>, index: Option<IndexUse>) -> io::Result<()> {
        let terminal = session.terminal;
        if terminal.is_json() {
            let message = closing::headline(self.findings);
            terminal.tell(LogLevel::Info, "done", &message, self.facts()?);
            return Ok(());
        }
        let costs = self.progress.costs();
        let closing = closing::ScanClosing {
            findings: self.findings,
            index,
            run: closing::ClosingFacts {
                catalog: &self.findings.catalog,
                source_names: &session.source_names(),
                read: &self.findings.read,
                counts: &self.findings.counts,
                removed: &self.findings.removed,
                settings: self.settings,
                costs: &costs,
                outputs: self.written,
                inputs: &self.inputs,
                details: session.verbosity.details,
                terminal,
            },
        };
        terminal.say(closing.lines().trim_end());
        Ok(())
    }

    /// The results for the JSON log.
    fn facts(&self) -> io::Result<Value> {
        let mut facts = summary::facts(self.findings, self.summarized(&self.progress.costs()))?;
        facts["exit_status"] = self.status.code().into();
        Ok(facts)
    }
}

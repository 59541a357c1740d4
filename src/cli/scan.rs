//! The scan command: finds pairs and writes the reports.

use std::io::{self, Write};
use std::sync::Arc;

use crate::document::Fetch;
use crate::index::Addition;
use crate::pipeline::{
    self, CleanCorpus, CleanDocument, DEFAULT_PAGE_PAIRS, Explanation, PageLimits, ScanResult,
    Settings,
};
use crate::report::documents::{self, DocumentRow};
use crate::report::summary::{self, IndexUse, InputFacts, Output, RunFacts, StageCost};
use crate::report::table::TableEncoding;
use crate::report::{clusters, members, metrics, page, pairs, rejects, sites};
use anyhow::anyhow;

use super::args::scan::ScanArguments;
use super::closing;
use super::config::UsedSettings;
use super::explain::ExplainSearch;
use super::log::LogLevel;
use super::nightly::NightlyIndex;
use super::outputs::{OutputTarget, Outputs, ScanReport, WantedOutput};
use super::plan::{IndexPlan, ScanPlan};
use super::rejected::RejectVerdict;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;

/// Runs the command.
pub fn run(typed: ScanArguments, used: &UsedSettings, terminal: &Terminal) -> Result<Status, Stop> {
    let plan = ScanPlan::of(typed)?;
    let watch = Watch::start(plan.setup.verbosity.progress, terminal)?;
    Ok(finish(plan, used.clone(), watch)?.parts.verdict.status())
}

/// Scans and writes the reports of the plan. If that fails, the metrics are still written.
pub fn finish(plan: ScanPlan, used: UsedSettings, watch: Watch) -> Result<ScanRun, Stop> {
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
    let parts = result?;
    match found {
        Some(findings) => Ok(ScanRun { parts, findings }),
        None => Err(Stop::Failed(anyhow!("the scan ended without a result"))),
    }
}

/// A scan whose reports are written, and which can be asked for more.
pub struct ScanRun {
    parts: ScanParts,
    findings: ScanResult,
}

/// Everything of a scan but what it found.
struct ScanParts {
    session: Session<ScanReport>,
    settings: Settings,
    used: UsedSettings,
    index: Option<IndexPlan>,
    index_use: Option<IndexUse>,
    /// Documents of earlier runs.
    archive: Option<Arc<dyn Fetch + Send>>,
    written: Vec<Output>,
    metrics_labels: Vec<(String, String)>,
    verdict: RejectVerdict,
}

impl ScanRun {
    /// Writes a report.
    pub fn render(&self, report: ScanReport, out: &mut (dyn Write + Send)) -> io::Result<()> {
        Renderer::of(&self.parts, &self.findings).render(report, out)
    }

    /// Writes the page, with this many pairs at most. Its content is chosen now unless the plan
    /// asked for a page with as many pairs.
    pub fn page(&mut self, target: OutputTarget, limit: Option<u32>) -> Result<(), Stop> {
        let limits = PageLimits::of_pairs(limit.unwrap_or(DEFAULT_PAGE_PAIRS));
        let run = &self.parts;
        if self.findings.page.is_none() || run.settings.page != Some(limits) {
            let (corpus, archive) = (run.session.corpus(), run.archive.clone());
            let content = run.session.install(|| {
                pipeline::page_content(&corpus, archive, &self.findings, &run.settings, limits)
            });
            self.findings.page = Some(content?);
        }
        let page = WantedOutput {
            report: ScanReport::Page,
            target,
        };
        let outputs = Outputs::check(vec![page], Arc::default())?;
        outputs.spare(&run.session.source_names())?;
        let renderer = Renderer::of(run, &self.findings);
        outputs.write(|_| true, |report, out| renderer.render(report, out), None)
    }

    /// Explains two documents. The scan runs again for it, because boilerplate and candidates
    /// depend on every document.
    pub fn explain(&self, ids: &[String; 2], watch: &Watch) -> Result<Explanation, Stop> {
        let ScanParts { session, index, .. } = &self.parts;
        let settings = Settings {
            page: None,
            list_passages: false,
            keep_hashes: false,
            ..self.parts.settings.clone()
        };
        let index = index.clone().map(|plan| IndexPlan {
            adds: false,
            ..plan
        });
        let reopened = match session.inputs.is_repeatable() {
            true => None,
            false => Some(session.reopened()?),
        };
        let corpus = match &reopened {
            Some(inputs) => session.corpus_of(inputs),
            None => session.corpus(),
        };
        let search = ExplainSearch {
            corpus: &corpus,
            index,
            settings,
            ids,
        };
        search.explained(session, &watch.progress)
    }
}

/// Runs the pipeline and writes the reports. Stores the result in `kept`, even if the run fails
/// later.
fn scan(
    plan: ScanPlan,
    used: UsedSettings,
    kept: &mut Option<ScanResult>,
    watch: Watch,
) -> Result<ScanParts, Stop> {
    let has_rejects_file = plan
        .wanted
        .iter()
        .any(|wanted| matches!(wanted.report, ScanReport::Rejects(_)));
    let session = Session::open(plan.setup, plan.wanted, has_rejects_file, watch)?;
    let mut settings = Settings {
        memory: session.memory()?,
        ..plan.settings
    };
    let mut nightly = NightlyIndex::open(plan.index.clone(), &mut settings, &session.terminal)?;
    let before = nightly.before_scan()?;
    let archive = before.archive.clone();

    let corpus = &session.corpus();
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
    let written = session
        .outputs
        .wanted()
        .filter(|wanted| asked(wanted.report))
        .map(WantedOutput::described);

    session.progress.begin_reports();
    let run = ScanParts {
        written: written.collect(),
        index: plan.index,
        index_use: nightly.usage(),
        session,
        settings,
        used,
        archive,
        metrics_labels: plan.metrics_labels,
        verdict,
    };
    let session = &run.session;
    let change = match &stop {
        Some(_) => None,
        None => session.install(|| nightly.add(&addition, &session.corpus(), &run.settings))?,
    };
    let renderer = Renderer::of(&run, findings);
    let outputs = &session.outputs;
    outputs.write(asked, |report, out| renderer.render(report, out), change)?;
    session.progress.stop();
    nightly.tidy(&session.terminal);

    if let Some(stop) = stop {
        return Err(stop);
    }
    if session.verbosity.closing {
        renderer.close(nightly.usage())?;
    }
    Ok(run)
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
    parts: &'a ScanParts,
    findings: &'a ScanResult,
    source_names: Vec<&'a str>,
    inputs: InputFacts,
}

impl<'a> Renderer<'a> {
    fn of(parts: &'a ScanParts, findings: &'a ScanResult) -> Self {
        Self {
            parts,
            findings,
            source_names: parts.session.source_names(),
            inputs: parts.session.input_facts(),
        }
    }

    fn render(&self, report: ScanReport, out: &mut (dyn Write + Send)) -> io::Result<()> {
        self.parts.session.install(|| self.write(report, out))
    }

    fn write(&self, report: ScanReport, mut out: &mut (dyn Write + Send)) -> io::Result<()> {
        let (run, findings) = (self.parts, self.findings);
        let progress = &run.session.progress;
        match report {
            ScanReport::Pairs(encoding) => pairs::write(findings, encoding, out),
            ScanReport::Clusters(encoding) => clusters::write(findings, encoding, out),
            ScanReport::Members(encoding) => members::write(findings, encoding, out),
            ScanReport::Sites(encoding) => sites::write(findings, encoding, out),
            ScanReport::Rejects(encoding) => {
                rejects::write(&findings.read.rejects, &self.source_names, encoding, out)
            }
            ScanReport::Clean(encoding) => self.write_clean(encoding, out),
            ScanReport::Page => page::write(findings, &run.settings, &self.source_names, &mut out),
            ScanReport::Summary => {
                let stages = progress.costs();
                summary::write(findings, self.summarized(&stages), &mut out)
            }
            ScanReport::Metrics => {
                let (stages, found) = (progress.costs(), Some(findings));
                let status = run.verdict.status();
                let measured = metrics_of(status, &stages, found, &run.metrics_labels);
                metrics::write(measured, &mut out)
            }
        }
    }

    /// Writes the documents without boilerplate, batch after batch.
    fn write_clean(&self, encoding: TableEncoding, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let session = &self.parts.session;
        let corpus = CleanCorpus::of(&session.inputs, self.findings, &self.parts.settings);
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

    fn summarized<'s>(&'s self, stages: &'s [StageCost]) -> RunFacts<'s> {
        let run = self.parts;
        RunFacts {
            settings: &run.settings,
            settings_file: run.used.file.as_ref().map(|file| &*file.path),
            settings_variables: &run.used.variables,
            threads: run.session.threads(),
            inputs: &self.inputs,
            stages,
            outputs: &run.written,
            index: run.index_use,
        }
    }

    /// Prints the closing lines, or one line of the JSON log.
    fn close(&self, index: Option<IndexUse>) -> io::Result<()> {
        let session = &self.parts.session;
        let terminal = &session.terminal;
        let costs = session.progress.costs();
        if terminal.is_json() {
            let message = closing::headline(self.findings);
            let mut facts = summary::facts(self.findings, self.summarized(&costs))?;
            facts["exit_status"] = self.parts.verdict.status().code().into();
            terminal.tell(LogLevel::Info, "done", &message, facts);
            return Ok(());
        }
        let closing = closing::ScanClosing {
            findings: self.findings,
            index,
            run: closing::ClosingFacts {
                catalog: &self.findings.catalog,
                source_names: &self.source_names,
                read: &self.findings.read,
                counts: &self.findings.counts,
                removed: &self.findings.removed,
                settings: &self.parts.settings,
                costs: &costs,
                outputs: &self.parts.written,
                inputs: &self.inputs,
                details: session.verbosity.details,
                terminal,
            },
        };
        let lines = session.install(|| closing.lines());
        terminal.say(lines.trim_end());
        Ok(())
    }
}

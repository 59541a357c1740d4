//! The scan command: opens inputs, runs the pipeline, judges the rejects, writes the reports.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use rayon::ThreadPoolBuilder;
use serde_json::{Value, json};
use wirecopy::document::Size;
use wirecopy::document::{Corpus, ReadError, Reject};
use wirecopy::pipeline::{self, Counts, Findings, Memory, Settings};
use wirecopy::read::{Inputs, Skipped};
use wirecopy::report::summary::{self, FilesSkipped, IndexUse, Output, Run, StageCost};
use wirecopy::report::{clusters, members, metrics, page, pairs, rejects, sites};
use wirecopy::spill::Spill;

use super::args::ScanArguments;
use super::closing;
use super::figures::counted;
use super::log::Level;
use super::meaning::Scan;
use super::nightly::Nightly;
use super::outputs::{Outputs, Pending, Report, Wanted};
use super::progress::Progress;
use super::signals;
use super::status::{Status, Stop};
use super::terminal::{Style, Terminal, escaped};

/// Rejects that are shown where all are not asked for.
const REJECTS_SHOWN: usize = 5;

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
    known: &mut Option<Findings>,
    pending: Arc<Pending>,
    progress: &Progress,
    terminal: Terminal,
) -> Result<Status, Stop> {
    let inputs = Inputs::open(&scan.inputs, scan.reading).map_err(unreadable)?;
    if let Some(total) = inputs.total_bytes() {
        progress.expect_bytes(total);
    }
    let files_skipped = files_skipped(inputs.skipped());
    let source_names: Vec<&str> = (0..inputs.sources())
        .map(|source| inputs.source_name(source))
        .collect();
    let written: Vec<Output> = scan
        .wanted
        .iter()
        .map(|wanted| Output {
            report: wanted.report.name(),
            path: wanted.path(),
        })
        .collect();
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

    let verdict = Verdict::of(findings, scan.most_rejects);
    let nothing_read = verdict == Verdict::NothingLeft;
    if !nothing_read || scan.talk.details {
        show_rejects(
            &findings.read.rejects,
            &source_names,
            scan.talk.details,
            rejects_kept,
            terminal,
        );
    }
    if let Verdict::TooMany(most) = verdict {
        return Err(too_many(&findings.read.rejects, most));
    }
    if scan.fail_if_empty && !nothing_read && is_empty(&findings.counts) {
        return Err(empty(findings));
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
        false => pool.install(|| nightly.add(findings, &inputs, &settings))?,
    };
    outputs.write(asked, |report, out| renderer.render(report, out), change)?;
    progress.stop();
    nightly.tidy()?;

    if nothing_read {
        return Err(nothing_left(&findings.read.rejects, &source_names));
    }
    if scan.talk.closing && terminal.is_json() {
        let (message, facts) = (closing::headline(findings), renderer.facts()?);
        terminal.tell(Level::Info, "done", &message, facts);
    } else if scan.talk.closing {
        let costs = progress.costs();
        let closing = closing::Closing {
            findings,
            settings: &settings,
            index: nightly.usage(),
            costs: &costs,
            outputs: &written,
            files_skipped,
            details: scan.talk.details,
            terminal,
        };
        terminal.say(closing.lines().trim_end());
    }
    Ok(verdict.status())
}

/// What the rejects mean for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Clean,
    SomeRejected,
    /// More than that many.
    TooMany(u64),
    /// There were records, and every one was rejected.
    NothingLeft,
}

impl Verdict {
    fn of(findings: &Findings, most_rejects: Option<u64>) -> Verdict {
        let rejected = findings.read.rejects.len() as u64;
        match most_rejects {
            _ if rejected == 0 => Verdict::Clean,
            Some(most) if rejected > most => Verdict::TooMany(most),
            _ if findings.counts.documents == 0 => Verdict::NothingLeft,
            _ => Verdict::SomeRejected,
        }
    }

    fn status(self) -> Status {
        match self {
            Verdict::Clean => Status::Done,
            Verdict::SomeRejected => Status::SomeRejected,
            Verdict::TooMany(_) | Verdict::NothingLeft => Status::Failed,
        }
    }
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
    fn write(self, stop: &Stop, known: Option<&Findings>) {
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
    findings: Option<&'a Findings>,
    labels: &'a [(String, String)],
) -> metrics::Run<'a> {
    metrics::Run {
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
    findings: &'a Findings,
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
            // An index exports them, a scan does not.
            Report::Records(_) => Ok(()),
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

    fn summarized<'a>(&'a self, stages: &'a [StageCost]) -> Run<'a> {
        Run {
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

/// The memory that may be taken, if there is room for what does not fit.
fn memory(
    limit: Option<u64>,
    temp_dir: Option<&Path>,
    input: Option<u64>,
) -> Result<Option<Memory>, Stop> {
    let Some(limit) = limit else { return Ok(None) };
    let spill = Spill::new(temp_dir)?;
    // Hashes take up to half of what articles take, and those of pages that lose boilerplate are kept twice.
    let needed = input.map_or(0, |bytes| bytes / 4 * 3).saturating_sub(limit);
    if let Some(free) = spill.free().filter(|&free| free < needed) {
        let directory = temp_dir.map_or_else(std::env::temp_dir, Path::to_owned);
        return Err(Stop::Failed(anyhow!(
            "--memory {} may need {} of room in {}, and there is {}; free some, or choose another place with --temp-dir",
            Size(limit),
            Size(needed),
            directory.display(),
            Size(free)
        )));
    }
    Ok(Some(Memory {
        limit,
        store: Arc::new(spill),
    }))
}

/// Whether there was nothing to read: no document, or none with a word.
fn is_empty(counts: &Counts) -> bool {
    counts.documents == counts.empty
}

fn empty(findings: &Findings) -> Stop {
    let read = match (findings.read.sources, findings.counts.documents) {
        (0, _) => "there was no file to read".to_owned(),
        (files, 0) => format!("{} held none", counted(files, "file")),
        (_, documents) => format!("{} had no word", counted(documents, "document")),
    };
    Stop::Failed(anyhow!("no document was read: {read}; nothing was written"))
}

/// What directories held beside inputs, as the reports know it.
fn files_skipped(
    Skipped {
        unknown_ending,
        hidden,
        same_file,
    }: Skipped,
) -> FilesSkipped {
    FilesSkipped {
        unknown_ending,
        hidden,
        same_file,
    }
}

fn unreadable(error: ReadError) -> Stop {
    match error {
        ReadError::UnknownFormat { .. } => Stop::Usage(error.into()),
        _ => Stop::Failed(error.into()),
    }
}

/// Shows the first rejects, or all of them.
fn show_rejects(
    rejects: &[Reject],
    source_names: &[&str],
    all: bool,
    kept: bool,
    terminal: Terminal,
) {
    let shown = if all { rejects.len() } else { REJECTS_SHOWN };
    for reject in rejects.iter().take(shown) {
        terminal.tell(
            Level::Warning,
            "reject",
            &format!(
                "{} {}",
                terminal.paint(Style::Warning, "rejected:"),
                described(reject, source_names)
            ),
            json!({
                "file": source_names.get(reject.source as usize),
                "line": reject.line,
                "reason": reject.reason.to_string(),
            }),
        );
    }
    let more = rejects.len().saturating_sub(shown) as u64;
    let where_all = if kept {
        ""
    } else {
        "; --rejects FILE keeps them all"
    };
    if more > 0 {
        terminal.tell(
            Level::Warning,
            "rejects",
            &format!(
                "{} {}{where_all}",
                terminal.paint(Style::Warning, "rejected:"),
                counted(more, "more record")
            ),
            json!({"more": more, "all": rejects.len()}),
        );
    }
}

/// `file:line: reason`, fit for a terminal.
fn described(reject: &Reject, source_names: &[&str]) -> String {
    let file = source_names.get(reject.source as usize).unwrap_or(&"");
    escaped(&format!("{file}:{}: {}", reject.line, reject.reason))
}

fn too_many(rejects: &[Reject], most: u64) -> Stop {
    let rejected = counted(rejects.len() as u64, "record");
    let was = if rejects.len() == 1 { "was" } else { "were" };
    Stop::Failed(match most {
        0 => anyhow!("{rejected} {was} rejected and none may be; nothing was written"),
        most => anyhow!("{rejected} {was} rejected and at most {most} may be; nothing was written"),
    })
}

fn nothing_left(rejects: &[Reject], source_names: &[&str]) -> Stop {
    let first = rejects
        .first()
        .map(|reject| described(reject, source_names))
        .unwrap_or_default();
    Stop::Failed(match rejects.len() as u64 {
        1 => anyhow!("the only record was rejected: {first}"),
        all => anyhow!(
            "all {} were rejected; the first: {first}",
            counted(all, "record")
        ),
    })
}

//! The scan command: opens inputs, runs the pipeline, judges the rejects, writes the reports.

use std::io::{self, Write};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use rayon::ThreadPoolBuilder;
use wirecopy::document::{Corpus, ReadError, Reject};
use wirecopy::pipeline::{self, Findings, Settings};
use wirecopy::read::{Inputs, Skipped};
use wirecopy::report::summary::{self, FilesSkipped, Output, Run};
use wirecopy::report::{clusters, members, pairs, rejects, sites};

use super::args::ScanArguments;
use super::closing;
use super::figures::counted;
use super::meaning::Scan;
use super::outputs::{Outputs, Pending, Report};
use super::progress::Progress;
use super::signals;
use super::status::{Status, Stop};
use super::terminal::{Style, Terminal, escaped};

/// Rejects that are shown where all are not asked for.
const REJECTS_SHOWN: usize = 5;

/// Runs the command.
pub fn run(typed: ScanArguments, terminal: Terminal) -> Result<Status, Stop> {
    let scan = Scan::of(typed)?;
    let pending = Arc::new(Pending::default());
    let progress = Arc::new(Progress::new(scan.talk.progress, terminal));
    signals::watch(Arc::clone(&pending), Arc::clone(&progress), terminal)
        .context("cannot listen for signals")
        .map_err(Stop::Failed)?;

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

    let pool = ThreadPoolBuilder::new().num_threads(scan.threads).build()?;
    let found = pool.install(|| pipeline::scan(&inputs, &scan.settings, &*progress));
    progress.stop();
    let findings = found.map_err(unreadable)?;

    let verdict = Verdict::of(&findings, scan.most_rejects);
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

    progress.begin_reports();
    let asked = |report| !nothing_read || matches!(report, Report::Rejects(_) | Report::Summary);
    let renderer = Renderer {
        findings: &findings,
        source_names: &source_names,
        settings: &scan.settings,
        written: &written,
        files_skipped,
        progress: &progress,
    };
    outputs.write(asked, |report, out| {
        renderer.render(report, out, pool.current_num_threads())
    })?;
    progress.stop();

    if nothing_read {
        return Err(nothing_left(&findings.read.rejects, &source_names));
    }
    if scan.talk.closing {
        let costs = progress.costs();
        let closing = closing::Closing {
            findings: &findings,
            settings: &scan.settings,
            costs: &costs,
            outputs: &written,
            files_skipped,
            details: scan.talk.details,
            terminal,
        };
        terminal.say(closing.lines().trim_end());
    }
    Ok(if verdict == Verdict::Clean {
        Status::Done
    } else {
        Status::SomeRejected
    })
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
}

/// Makes reports of what was found.
struct Renderer<'a> {
    findings: &'a Findings,
    source_names: &'a [&'a str],
    settings: &'a Settings,
    written: &'a [Output],
    files_skipped: FilesSkipped,
    progress: &'a Progress,
}

impl Renderer<'_> {
    fn render(&self, report: Report, mut out: &mut dyn Write, threads: usize) -> io::Result<()> {
        let out = &mut out;
        match report {
            Report::Pairs(format) => pairs::write(self.findings, format, out),
            Report::Clusters(format) => clusters::write(self.findings, format, out),
            Report::Members(format) => members::write(self.findings, format, out),
            Report::Sites(format) => sites::write(self.findings, format, out),
            Report::Rejects(format) => {
                rejects::write(&self.findings.read.rejects, self.source_names, format, out)
            }
            Report::Summary => {
                let run = Run {
                    settings: self.settings,
                    threads,
                    files_skipped: self.files_skipped,
                    stages: &self.progress.costs(),
                    outputs: self.written,
                    index: None,
                };
                summary::write(self.findings, run, out)
            }
        }
    }
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
        terminal.say(&format!(
            "{} {}",
            terminal.paint(Style::Warning, "rejected:"),
            described(reject, source_names)
        ));
    }
    let more = rejects.len().saturating_sub(shown) as u64;
    let where_all = if kept {
        ""
    } else {
        "; --rejects FILE keeps them all"
    };
    if more > 0 {
        terminal.say(&format!(
            "{} {}{where_all}",
            terminal.paint(Style::Warning, "rejected:"),
            counted(more, "more record")
        ));
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

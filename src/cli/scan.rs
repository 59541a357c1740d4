//! The scan command: opens inputs, runs the pipeline, judges the rejects, writes the reports.

use std::io::{self, Write};
use std::sync::Arc;

use anyhow::Context;
use rayon::ThreadPoolBuilder;
use wirecopy::document::Corpus;
use wirecopy::pipeline::{self, Findings, Settings};
use wirecopy::read::Inputs;
use wirecopy::report::summary::{self, FilesSkipped, Output, Run};
use wirecopy::report::{clusters, members, pairs, rejects, sites};

use super::args::ScanArguments;
use super::closing;
use super::inputs::{files_skipped, unreadable};
use super::meaning::Scan;
use super::outputs::{Named, Outputs, Pending, Report};
use super::progress::Progress;
use super::rejected::{self, Verdict};
use super::signals;
use super::status::{Status, Stop};
use super::terminal::Terminal;

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

    let verdict = Verdict::of(
        findings.read.rejects.len(),
        findings.counts.documents,
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
        return Err(rejected::nothing_left(
            &findings.read.rejects,
            &source_names,
        ));
    }
    if scan.talk.closing {
        let costs = progress.costs();
        let closing = closing::Closing {
            findings: &findings,
            run: closing::Run {
                catalog: &findings.catalog,
                read: &findings.read,
                counts: &findings.counts,
                removed: &findings.removed,
                settings: &scan.settings,
                costs: &costs,
                outputs: &written,
                files_skipped,
                details: scan.talk.details,
                terminal,
            },
        };
        terminal.say(closing.lines().trim_end());
    }
    Ok(if verdict == Verdict::Clean {
        Status::Done
    } else {
        Status::SomeRejected
    })
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
                };
                summary::write(self.findings, run, out)
            }
        }
    }
}

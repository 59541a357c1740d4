//! The dedup command: opens inputs, finds duplicates, judges the rejects, writes the documents that stay.

mod closing;
mod documents;
mod meaning;

use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use rayon::ThreadPoolBuilder;
use wirecopy::cluster::duplicates::Preference;
use wirecopy::index::Addition;
use wirecopy::pipeline::{self, Settings};
use wirecopy::read::Inputs;
use wirecopy::report::summary::Output;
use wirecopy::report::{duplicates, rejects};

use super::args::DedupArguments;
use super::closing::Run;
use super::inputs::{empty, files_skipped, is_empty, memory, source_names, unreadable};
use super::nightly::Nightly;
use super::outputs::{Outputs, Pending, Wanted};
use super::progress::Progress;
use super::rejected::{self, Verdict};
use super::signals;
use super::status::{Status, Stop};
use super::terminal::Terminal;
use documents::Documents;
use meaning::{Dedup, Report};

/// Runs the command.
pub fn run(typed: DedupArguments, terminal: Terminal) -> Result<Status, Stop> {
    let dedup = Dedup::of(typed)?;
    let pending = Arc::new(Pending::default());
    let progress = Arc::new(Progress::new(dedup.talk.progress, terminal));
    signals::watch(Arc::clone(&pending), Arc::clone(&progress), terminal)
        .context("cannot listen for signals")
        .map_err(Stop::Failed)?;

    let inputs = Inputs::open(&dedup.inputs, dedup.reading).map_err(unreadable)?;
    if let Some(total) = inputs.total_bytes() {
        progress.expect_bytes(total);
    }
    let format = documents::format_of(&inputs, &dedup.wanted)?;
    let source_names = source_names(&inputs);
    let written: Vec<Output> = dedup.wanted.iter().map(Wanted::described).collect();
    let rejects_kept = dedup
        .wanted
        .iter()
        .any(|wanted| matches!(wanted.report, Report::Rejects(_)));
    let outputs = Outputs::check(dedup.wanted, &source_names, pending)?;

    let settings = Settings {
        memory: memory(
            dedup.memory,
            dedup.temp_dir.as_deref(),
            inputs.total_bytes(),
        )?,
        ..dedup.settings
    };
    let mut nightly = Nightly::open(dedup.index, &settings, terminal)?;
    let before = nightly.before()?;

    let pool = ThreadPoolBuilder::new()
        .num_threads(dedup.threads)
        .build()?;
    let preference = Preference {
        keep: dedup.keep,
        seen: &|catalog, doc| !catalog.is_new(doc),
    };
    let found = pool
        .install(|| pipeline::duplicates_after(&inputs, before, &settings, preference, &*progress));
    progress.stop();
    let found = found.map_err(unreadable)?;

    let rejects = &found.read.rejects;
    let verdict = Verdict::of(&found.read, found.counts.documents.read, dedup.most_rejects);
    let nothing_read = verdict == Verdict::NothingLeft;
    if !nothing_read || dedup.talk.details {
        let all = dedup.talk.details;
        rejected::show(rejects, &source_names, all, rejects_kept, terminal);
    }
    if let Verdict::TooMany(most) = verdict {
        return Err(rejected::too_many(rejects, most));
    }

    if dedup.fail_if_empty && !nothing_read && is_empty(&found.read, &found.counts) {
        return Err(empty(&found.read, &found.counts));
    }

    progress.begin_reports();
    let documents = Documents {
        inputs: &inputs,
        found: &found,
        format,
        mark: dedup.mark.as_deref(),
    };
    pool.install(|| documents.check())?;
    let addition = Addition {
        catalog: &found.catalog,
        new: found.staying(),
        compared: &[],
        names: &[],
        boilerplate: &found.boilerplate,
        replaced: &found.read.replaced,
    };
    let change = match nothing_read {
        true => None,
        false => pool.install(|| nightly.add(&addition, &inputs, &settings))?,
    };
    outputs.write(
        |report| !nothing_read || matches!(report, Report::Rejects(_)),
        |report, mut out| match report {
            Report::Documents(packing) => packing.write(out, |out| documents.write(out)),
            Report::Removed(format) => duplicates::write(
                &found,
                &source_names,
                format,
                &mut out as &mut &mut dyn Write,
            ),
            Report::Rejects(format) => rejects::write(rejects, &source_names, format, &mut out),
        },
        change,
    )?;
    progress.stop();
    nightly.tidy(terminal);

    if nothing_read {
        return Err(rejected::nothing_left(rejects, &source_names));
    }
    if dedup.talk.closing {
        let closing = closing::Closing {
            inputs: &inputs,
            found: &found,
            index: nightly.usage(),
            joined: addition.new.len() as u64,
            marked: dedup.mark.is_some(),
            run: Run {
                catalog: &found.catalog,
                read: &found.read,
                counts: &found.counts,
                removed: &found.removed,
                settings: &settings,
                costs: &progress.costs(),
                outputs: &written,
                files_skipped: files_skipped(inputs.skipped()),
                details: dedup.talk.details,
                terminal,
            },
        };
        terminal.say(closing.lines().trim_end());
    }
    Ok(verdict.status())
}

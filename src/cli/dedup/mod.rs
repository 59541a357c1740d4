//! The dedup command: opens inputs, finds duplicates, judges the rejects, writes the documents that stay.

mod closing;
mod documents;
mod meaning;

use std::io::Write;

use wirecopy::cluster::duplicates::Preference;
use wirecopy::index::Addition;
use wirecopy::pipeline::{self, Settings};
use wirecopy::report::summary::Output;
use wirecopy::report::{duplicates, rejects};

use super::args::DedupArguments;
use super::closing::Run;
use super::inputs::files_skipped;
use super::nightly::Nightly;
use super::outputs::Wanted;
use super::rejected::Verdict;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;
use documents::Documents;
use meaning::{Dedup, Report};

/// Runs the command.
pub fn run(typed: DedupArguments, terminal: Terminal) -> Result<Status, Stop> {
    let dedup = Dedup::of(typed)?;
    let watch = Watch::start(dedup.setup.talk, terminal)?;
    let written: Vec<Output> = dedup.wanted.iter().map(Wanted::described).collect();
    let wanted_targets = dedup.wanted.clone();
    let has_rejects_file = dedup
        .wanted
        .iter()
        .any(|wanted| matches!(wanted.report, Report::Rejects(_)));
    let session = Session::open(dedup.setup, dedup.wanted, has_rejects_file, watch)?;
    let inputs = &session.inputs;
    let format = documents::format_of(inputs, &wanted_targets)?;
    let settings = Settings {
        memory: session.memory()?,
        ..dedup.settings
    };
    let mut nightly = Nightly::open(dedup.index, &settings, terminal)?;
    let before = nightly.before()?;

    let preference = Preference {
        keep: dedup.keep,
        seen: &|catalog, doc| !catalog.is_new(doc),
    };
    let found = session.run(|progress| {
        pipeline::duplicates_after(inputs, before, &settings, preference, progress)
    })?;
    let verdict = session.judge(&found.read, &found.counts, found.counts.documents.read)?;
    let nothing_read = verdict == Verdict::NothingLeft;

    session.progress.begin_reports();
    let documents = Documents {
        inputs,
        found: &found,
        format,
        mark: dedup.mark.as_deref(),
    };
    session.install(|| documents.check())?;
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
        false => session.install(|| nightly.add(&addition, inputs, &settings))?,
    };
    let source_names = session.source_names();
    session.outputs.write(
        |report| !nothing_read || matches!(report, Report::Rejects(_)),
        |report, mut out| match report {
            Report::Documents(packing) => packing.write(out, |out| documents.write(out)),
            Report::Removed(format) => duplicates::write(
                &found,
                &source_names,
                format,
                &mut out as &mut &mut dyn Write,
            ),
            Report::Rejects(format) => {
                rejects::write(&found.read.rejects, &source_names, format, &mut out)
            }
        },
        change,
    )?;
    session.progress.stop();
    nightly.tidy(terminal);

    if nothing_read {
        return Err(session.nothing_left(&found.read));
    }
    if session.talk.closing {
        let closing = closing::Closing {
            inputs,
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
                costs: &session.progress.costs(),
                outputs: &written,
                files_skipped: files_skipped(inputs.skipped()),
                details: session.talk.details,
                terminal,
            },
        };
        terminal.say(closing.lines().trim_end());
    }
    Ok(verdict.status())
}

//! The dedup command: finds duplicates and writes the documents without them.

mod closing;
mod documents;
mod plan;

use std::io::Write;

use wirecopy::cluster::duplicates::Preference;
use wirecopy::index::Addition;
use wirecopy::pipeline::{self, Settings};
use wirecopy::report::summary::Output;
use wirecopy::report::{duplicates, rejects};

use super::args::DedupArguments;
use super::closing::RunFacts;
use super::inputs::files_skipped;
use super::nightly::NightlyIndex;
use super::outputs::WantedOutput;
use super::rejected::RejectVerdict;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;
use closing::DedupClosing;
use documents::DocumentsWriter;
use plan::{DedupOutput, DedupPlan};

/// Runs the command.
pub fn run(typed: DedupArguments, terminal: Terminal) -> Result<Status, Stop> {
    let plan = DedupPlan::of(typed)?;
    let watch = Watch::start(plan.setup.verbosity.progress, terminal)?;
    let has_rejects_file = plan
        .wanted
        .iter()
        .any(|wanted| matches!(wanted.report, DedupOutput::Rejects(_)));
    let session = Session::open(plan.setup, plan.wanted, has_rejects_file, watch)?;
    let inputs = &session.inputs;
    let format = documents::format_of(inputs, session.outputs.wanted())?;
    let settings = Settings {
        memory: session.memory()?,
        ..plan.settings
    };
    let mut nightly = NightlyIndex::open(plan.index, &settings, terminal)?;
    let before = nightly.before()?;

    let preference = Preference {
        keep: plan.keep,
        seen: &|catalog, doc| !catalog.is_new(doc),
    };
    let found = session.run(|progress| {
        pipeline::duplicates_after(inputs, before, &settings, preference, progress)
    })?;
    let verdict = session.judge(&found.read, &found.counts, found.counts.documents.read)?;
    let nothing_left = verdict == RejectVerdict::NothingLeft;

    session.progress.begin_reports();
    let documents = DocumentsWriter {
        inputs,
        found: &found,
        format,
        mark: plan.mark.as_deref(),
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
    let change = match nothing_left {
        true => None,
        false => session.install(|| nightly.add(&addition, inputs, &settings))?,
    };
    let source_names = session.source_names();
    session.outputs.write(
        |report| !nothing_left || matches!(report, DedupOutput::Rejects(_)),
        |report, mut out| match report {
            DedupOutput::Documents(packing) => packing.write(out, |out| documents.write(out)),
            DedupOutput::Removed(format) => duplicates::write(
                &found,
                &source_names,
                format,
                &mut out as &mut &mut dyn Write,
            ),
            DedupOutput::Rejects(format) => {
                rejects::write(&found.read.rejects, &source_names, format, &mut out)
            }
        },
        change,
    )?;
    session.progress.stop();
    nightly.tidy(terminal);

    if nothing_left {
        return Err(session.nothing_left(&found.read));
    }
    if session.verbosity.closing {
        let written: Vec<Output> = session
            .outputs
            .wanted()
            .map(WantedOutput::described)
            .collect();
        let closing = DedupClosing {
            inputs,
            found: &found,
            index: nightly.usage(),
            added: addition.new.len() as u64,
            marked: plan.mark.is_some(),
            run: RunFacts {
                catalog: &found.catalog,
                read: &found.read,
                counts: &found.counts,
                removed: &found.removed,
                settings: &settings,
                costs: &session.progress.costs(),
                outputs: &written,
                files_skipped: files_skipped(inputs),
                details: session.verbosity.details,
                terminal,
            },
        };
        terminal.say(closing.lines().trim_end());
    }
    Ok(verdict.status())
}

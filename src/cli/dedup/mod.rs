//! The dedup command: finds duplicates and writes the documents without them.

mod closing;
mod documents;
mod plan;

use std::io::{self, Write};

use crate::catalog::DocNo;
use crate::cluster::duplicates::{Preference, RecordNumber};
use crate::index::Addition;
use crate::pipeline::{self, Duplicates, Settings};
use crate::report::summary::{IndexUse, Output};
use crate::report::{duplicates, rejects};
use anyhow::anyhow;

use super::args::dedup::DedupArguments;
use super::closing::ClosingFacts;
use super::nightly::NightlyIndex;
use super::outputs::WantedOutput;
use super::rejected::RejectVerdict;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::{Terminal, escaped};
use closing::DedupClosing;
use documents::{DocumentsForm, DocumentsWriter};
use plan::{DedupOutput, DedupPlan, PreferPlan};

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
    let named = session
        .outputs
        .wanted()
        .find_map(|wanted| match wanted.report {
            DedupOutput::Documents(encoding) => encoding,
            DedupOutput::Removed(_) | DedupOutput::Rejects(_) => None,
        });
    let form = DocumentsForm::of(inputs, named, plan.marks.is_some());
    let mut settings = Settings {
        memory: session.memory()?,
        ..plan.settings
    };
    let mut nightly = NightlyIndex::open(plan.index, &mut settings, terminal)?;
    let before = nightly.before()?;
    let corpus = &session.corpus();

    let number = |place| match &plan.prefer.field {
        Some(field) => inputs.number(place, field),
        None => Ok(None),
    };
    let preference = Preference {
        keep: plan.prefer.keep,
        sites: &plan.prefer.sites,
        number: plan
            .prefer
            .field
            .as_ref()
            .map(|_| &number as &RecordNumber<'_>),
        seen: &|catalog, doc| !catalog.is_new(doc),
    };
    let found = session.run(|progress| {
        pipeline::duplicates_after(corpus, before, &settings, preference, progress)
    })?;
    let verdict = session.judge(&found.read, &found.counts, found.counts.documents.read)?;
    if let Some(field) = &plan.prefer.field {
        some_number(&found, field)?;
    }
    let new = found.staying();
    let stop = failure(&session, verdict, &found, &new, &mut nightly)?;

    session.progress.begin_reports();
    let results = DedupResults {
        session: &session,
        found: &found,
        settings: &settings,
        prefer: &plan.prefer,
        documents: DocumentsWriter {
            inputs,
            found: &found,
            form,
            marks: plan.marks.as_ref(),
            originals: match plan.marks {
                Some(_) => found.originals(),
                None => Vec::new(),
            },
        },
    };
    session.install(|| results.documents.check())?;
    let addition = Addition {
        catalog: &found.catalog,
        new,
        compared: &[],
        names: &[],
        boilerplate: &found.boilerplate,
        replaced: &found.read.replaced,
        withdrawn: &found.read.withdrawn,
        conflicts: found.read.conflicting(),
    };
    let change = match &stop {
        Some(_) => None,
        None => session.install(|| nightly.add(&addition, inputs, &settings))?,
    };
    session.outputs.write(
        |output| stop.is_none() || matches!(output, DedupOutput::Rejects(_)),
        |output, out| results.render(output, out),
        change,
    )?;
    session.progress.stop();
    nightly.tidy(terminal);

    if let Some(stop) = stop {
        return Err(stop);
    }
    if session.verbosity.closing {
        results.close(nightly.usage(), addition.new.len() as u64);
    }
    Ok(verdict.status())
}

/// Fails if no document has a number in the field by which documents are preferred.
fn some_number(found: &Duplicates, field: &str) -> Result<(), Stop> {
    let documents = found.decided.len() as u64;
    if documents == 0 || found.without_number < documents {
        return Ok(());
    }
    Err(Stop::Failed(anyhow!(
        "no record has a number in a field called `{}` (--prefer); nothing was written",
        escaped(field)
    )))
}

/// The error for a run that writes no document: every record was rejected, nothing is new for the
/// index, or too much in it would be replaced.
fn failure(
    session: &Session<DedupOutput>,
    verdict: RejectVerdict,
    found: &Duplicates,
    new: &[DocNo],
    nightly: &mut NightlyIndex,
) -> Result<Option<Stop>, Stop> {
    match verdict {
        RejectVerdict::NothingLeft => Ok(Some(session.nothing_left(&found.read))),
        // With --no-add, a run can be repeated at any time.
        _ if nightly.usage().is_some_and(|usage| !usage.adds) => Ok(None),
        _ => {
            let copies = found.duplicates.len() as u64;
            let documents = found.counts.documents.read;
            nightly.refusal(&found.catalog, &found.read, documents, new, copies)
        }
    }
}

/// Results of a run, for its outputs and closing lines.
struct DedupResults<'a> {
    session: &'a Session<DedupOutput>,
    found: &'a Duplicates,
    settings: &'a Settings,
    documents: DocumentsWriter<'a>,
    prefer: &'a PreferPlan,
}

impl DedupResults<'_> {
    /// Writes one output.
    fn render(&self, output: DedupOutput, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let names = self.session.source_names();
        match output {
            DedupOutput::Documents(_) => self.documents.write(out),
            DedupOutput::Removed(encoding) => duplicates::write(self.found, &names, encoding, out),
            DedupOutput::Rejects(encoding) => {
                rejects::write(&self.found.read.rejects, &names, encoding, out)
            }
        }
    }

    /// Prints the closing lines. `added` is the number of documents added to the index.
    fn close(&self, index: Option<IndexUse>, added: u64) {
        let session = self.session;
        let outputs: Vec<Output> = session
            .outputs
            .wanted()
            .map(WantedOutput::described)
            .collect();
        let costs = session.progress.costs();
        let closing = DedupClosing {
            corpus: &session.corpus(),
            found: self.found,
            index,
            added,
            marked: self.documents.marks.is_some(),
            prefer: self.prefer,
            note: self.documents.form.note(&session.inputs),
            run: ClosingFacts {
                catalog: &self.found.catalog,
                source_names: &session.source_names(),
                read: &self.found.read,
                counts: &self.found.counts,
                removed: &self.found.removed,
                settings: self.settings,
                costs: &costs,
                outputs: &outputs,
                inputs: &session.input_facts(),
                details: session.verbosity.details,
                terminal: session.terminal,
            },
        };
        session.terminal.say(closing.lines().trim_end());
    }
}

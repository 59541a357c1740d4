//! The explain command: runs a scan and explains two of its documents.

mod plan;
mod text;

use crate::pipeline::{ExplainError, Explainer, Explanation, Settings};
use crate::read::Inputs;
use crate::report::explain::{html, json};

use super::args::explain::{ExplainArguments, ExplainFormat};
use super::args::running::UseWhen;
use super::inputs::unreadable;
use super::nightly::NightlyIndex;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;
use plan::{ExplainOutput, ExplainPlan};

/// Runs the command; `colour` is that of the text.
pub fn run(typed: ExplainArguments, colour: UseWhen, terminal: Terminal) -> Result<Status, Stop> {
    let plan = ExplainPlan::of(typed, colour)?;
    let watch = Watch::start(plan.setup.verbosity.progress, terminal)?;
    let session = Session::open(plan.setup, vec![plan.wanted], true, watch)?;
    let mut settings = Settings {
        memory: session.memory()?,
        ..plan.settings
    };
    let mut nightly = NightlyIndex::open(plan.index, &mut settings, terminal)?;
    let mut before = nightly.before()?;
    before.requested_ids = plan.ids.to_vec();

    let explainer =
        session.run(|progress| Explainer::new(&session.inputs, before, &settings, progress))?;
    let findings = explainer.findings();
    let documents = findings.catalog.len() as u64;
    let verdict = session.judge_or_stop(&findings.read, &findings.counts, documents)?;

    let explained = session.install(|| explained(&explainer, &plan.ids))?;
    session.outputs.write(
        |_| true,
        |ExplainOutput(format), mut out| match format {
            ExplainFormat::Text => text::write(&explained, plan.layout, &mut out),
            ExplainFormat::Json => json::write(&explained, &mut out),
            ExplainFormat::Html => html::write(&explained, &mut out),
        },
        None,
    )?;
    Ok(verdict.status())
}

/// The explanation of the documents with these ids.
fn explained(explainer: &Explainer<'_, Inputs>, [a, b]: &[String; 2]) -> Result<Explanation, Stop> {
    let find = |id: &String| explainer.find(id).map_err(stopped);
    explainer.explain(find(a)?, find(b)?).map_err(unreadable)
}

/// The error that ends the program if a document is not found.
fn stopped(error: ExplainError) -> Stop {
    match error {
        ExplainError::Read(error) => unreadable(error),
        error @ ExplainError::Unknown { .. } => error.into(),
    }
}

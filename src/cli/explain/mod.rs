//! The explain command: runs a scan, and tells of two of its documents whatever there is to tell.

mod meaning;
mod text;

use wirecopy::pipeline::{ExplainError, Explainer, Explanation, Settings};
use wirecopy::read::Inputs;
use wirecopy::report::explain::{html, json};

use super::args::{ExplainArguments, ExplainFormat, When};
use super::inputs::unreadable;
use super::nightly::Nightly;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;
use meaning::{Explain, Report};

/// Runs the command; `colour` is that of the text.
pub fn run(typed: ExplainArguments, colour: When, terminal: Terminal) -> Result<Status, Stop> {
    let explain = Explain::of(typed, colour)?;
    let watch = Watch::start(explain.setup.talk, terminal)?;
    let session = Session::open(explain.setup, vec![explain.wanted], true, watch)?;
    let settings = Settings {
        memory: session.memory()?,
        ..explain.settings
    };
    let mut nightly = Nightly::open(explain.index, &settings, terminal)?;
    let mut before = nightly.before()?;
    before.requested_ids = explain.ids.to_vec();

    let explainer =
        session.run(|progress| Explainer::new(&session.inputs, before, &settings, progress))?;
    let findings = explainer.findings();
    let documents = findings.catalog.len() as u64;
    let verdict = session.judge_or_stop(&findings.read, &findings.counts, documents)?;

    let explained = session.install(|| explained(&explainer, &explain.ids))?;
    session.outputs.write(
        |_| true,
        |Report(format), mut out| match format {
            ExplainFormat::Text => text::write(&explained, explain.layout, &mut out),
            ExplainFormat::Json => json::write(&explained, &mut out),
            ExplainFormat::Html => html::write(&explained, &mut out),
        },
        None,
    )?;
    Ok(verdict.status())
}

fn explained(explainer: &Explainer<'_, Inputs>, [a, b]: &[String; 2]) -> Result<Explanation, Stop> {
    let find = |id: &String| explainer.find(id).map_err(stopped);
    explainer.explain(find(a)?, find(b)?).map_err(unreadable)
}

fn stopped(error: ExplainError) -> Stop {
    match error {
        ExplainError::Read(error) => unreadable(error),
        error @ ExplainError::Unknown { .. } => error.into(),
    }
}

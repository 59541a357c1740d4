//! The explain command: runs a scan, and tells of two of its documents whatever there is to tell.

mod meaning;
mod text;

use std::sync::Arc;

use anyhow::Context;
use rayon::ThreadPoolBuilder;
use wirecopy::pipeline::{ExplainError, Explainer, Explanation, Settings};
use wirecopy::read::Inputs;
use wirecopy::report::explain::{html, json};

use super::args::{ExplainArguments, ExplainFormat, When};
use super::inputs::{memory, source_names, unreadable};
use super::nightly::Nightly;
use super::outputs::{Outputs, Pending};
use super::progress::Progress;
use super::rejected::{self, Verdict};
use super::signals;
use super::status::{Status, Stop};
use super::terminal::Terminal;
use meaning::{Explain, Report};

/// Runs the command; `colour` is that of the text.
pub fn run(typed: ExplainArguments, colour: When, terminal: Terminal) -> Result<Status, Stop> {
    let explain = Explain::of(typed, colour)?;
    let pending = Arc::new(Pending::default());
    let progress = Arc::new(Progress::new(explain.talk.progress, terminal));
    signals::watch(Arc::clone(&pending), Arc::clone(&progress), terminal)
        .context("cannot listen for signals")
        .map_err(Stop::Failed)?;

    let inputs = Inputs::open(&explain.inputs, explain.reading).map_err(unreadable)?;
    if let Some(total) = inputs.total_bytes() {
        progress.expect_bytes(total);
    }
    let source_names = source_names(&inputs);
    let outputs = Outputs::check(vec![explain.wanted], &source_names, pending)?;
    let settings = Settings {
        memory: memory(
            explain.memory,
            explain.temp_dir.as_deref(),
            inputs.total_bytes(),
        )?,
        ..explain.settings
    };
    let mut nightly = Nightly::open(explain.index, &settings, terminal)?;
    let mut before = nightly.before()?;
    before.requested_ids = explain.ids.to_vec();

    let pool = ThreadPoolBuilder::new()
        .num_threads(explain.threads)
        .build()?;
    let explainer = pool
        .install(|| Explainer::new(&inputs, before, &settings, &*progress))
        .map_err(unreadable)?;
    progress.stop();

    let findings = explainer.findings();
    let rejects = &findings.read.rejects;
    let documents = findings.catalog.len() as u64;
    let verdict = Verdict::of(&findings.read, documents, explain.most_rejects);
    if verdict != Verdict::NothingLeft {
        rejected::show(rejects, &source_names, explain.talk.details, true, terminal);
    }
    match verdict {
        Verdict::TooMany(most) => return Err(rejected::too_many(rejects, most)),
        Verdict::NothingLeft => return Err(rejected::nothing_left(rejects, &source_names)),
        Verdict::Clean | Verdict::SomeRejected => {}
    }

    let explained = pool.install(|| explained(&explainer, &explain.ids))?;
    outputs.write(
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

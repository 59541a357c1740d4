//! The explain command: runs a scan and explains two of its documents.

pub mod plan;
mod text;

use crate::document::Corpus;
use crate::pipeline::{ExplainError, Explainer, Explanation, Settings};
use crate::report::explain::{html, json};
use std::io::{self, Write};

use super::args::explain::{ExplainArguments, ExplainFormat};
use super::args::running::UseWhen;
use super::inputs::unreadable;
use super::layout;
use super::nightly::NightlyIndex;
use super::outputs::NamedOutput;
use super::plan::IndexPlan;
use super::progress::Progress;
use super::session::{Session, Watch};
use super::status::{Status, Stop};
use super::terminal::Terminal;
use plan::{ExplainOutput, ExplainPlan};

/// Runs the command; `colour` is that of the text.
pub fn run(typed: ExplainArguments, colour: UseWhen, terminal: &Terminal) -> Result<Status, Stop> {
    let plan = ExplainPlan::of(typed, colour)?;
    let watch = Watch::start(plan.setup.verbosity.progress, terminal)?;
    Ok(finish(plan, watch)?.1)
}

/// Explains two documents and writes the output of the plan.
pub fn finish(plan: ExplainPlan, watch: Watch) -> Result<(Explanation, Status), Stop> {
    let session = Session::open(plan.setup, plan.wanted, true, watch)?;
    let search = ExplainSearch {
        corpus: &session.inputs,
        index: plan.index,
        settings: Settings {
            memory: session.memory()?,
            ..plan.settings
        },
        ids: &plan.ids,
    };
    let explainer = search.run(&session, &session.progress)?;
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
    Ok((explained, verdict.status()))
}

/// A scan that is run to explain two documents.
pub struct ExplainSearch<'s, C> {
    pub corpus: &'s C,
    /// Index to search.
    pub index: Option<IndexPlan>,
    pub settings: Settings,
    /// Ids of the two documents.
    pub ids: &'s [String; 2],
}

impl<'s, C: Corpus> ExplainSearch<'s, C> {
    /// Runs the scan and explains the documents.
    pub fn explained<R: NamedOutput>(
        self,
        session: &Session<R>,
        progress: &Progress,
    ) -> Result<Explanation, Stop> {
        let ids = self.ids;
        let explainer = self.run(session, progress)?;
        session.install(|| explained(&explainer, ids))
    }

    fn run<R: NamedOutput>(
        mut self,
        session: &Session<R>,
        progress: &Progress,
    ) -> Result<Explainer<'s, C>, Stop> {
        let settings = &mut self.settings;
        let mut nightly = NightlyIndex::open(self.index, settings, &session.terminal)?;
        let mut before = nightly.before()?;
        before.requested_ids = self.ids.to_vec();
        let (corpus, settings) = (self.corpus, &self.settings);
        let found = session.install(|| Explainer::new(corpus, before, settings, progress));
        progress.stop();
        found.map_err(unreadable)
    }
}

/// The explanation of the documents with these ids.
fn explained<C: Corpus>(
    explainer: &Explainer<'_, C>,
    [a, b]: &[String; 2],
) -> Result<Explanation, Stop> {
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

/// Writes an explanation as text of the usual width, without colour.
pub fn plain_text(explained: &Explanation, out: &mut impl Write) -> io::Result<()> {
    text::write(explained, layout::PLAIN, out)
}

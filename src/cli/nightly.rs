//! Use of an index in a run: reads earlier documents from it and adds new ones.

use std::path::Path;

use serde_json::json;
use wirecopy::document::Corpus;
use wirecopy::index::{Addition, Index, IndexError, PendingChange, Writer};
use wirecopy::pipeline::{EarlierRuns, Settings};
use wirecopy::report::summary::IndexUse;

use super::log::LogLevel;
use super::plan::IndexPlan;
use super::status::Stop;
use super::terminal::{MessageStyle, Terminal, escaped};

/// The index of a run, if it has one.
pub struct NightlyIndex {
    opened: Option<(IndexPlan, OpenIndex)>,
    expired: u64,
}

enum OpenIndex {
    ToRead(Index),
    ToWrite(Writer),
}

impl NightlyIndex {
    /// Opens the index of the plan, and makes the settings follow it. Fails if it was made with other
    /// settings.
    pub fn open(
        plan: Option<IndexPlan>,
        settings: &mut Settings,
        terminal: Terminal,
    ) -> Result<NightlyIndex, Stop> {
        let open = |plan: IndexPlan| -> Result<(IndexPlan, OpenIndex), Stop> {
            let opened = if plan.adds {
                OpenIndex::ToWrite(open_to_write(&plan.directory, plan.wait, terminal)?)
            } else {
                OpenIndex::ToRead(Index::open(&plan.directory)?)
            };
            if let Some(index) = opened.index() {
                let led = index.settings().lead(settings);
                led.map_err(|error| Stop::Usage(error.into()))?;
            }
            Ok((plan, opened))
        };
        Ok(NightlyIndex {
            opened: plan.map(open).transpose()?,
            expired: 0,
        })
    }

    /// The earlier documents.
    pub fn before(&mut self) -> Result<EarlierRuns, Stop> {
        let opened = self.opened.as_ref();
        let known = opened.and_then(|(plan, opened)| Some((plan, opened.index()?)));
        let Some((plan, index)) = known else {
            return Ok(EarlierRuns::default());
        };
        let (before, expired) = index.before(plan.again, plan.since)?;
        self.expired = expired;
        Ok(before)
    }

    /// Writes new documents to the index, but does not publish them yet.
    pub fn add<C: Corpus>(
        &mut self,
        addition: &Addition<'_>,
        corpus: &C,
        settings: &Settings,
    ) -> Result<Option<PendingChange<'_>>, IndexError> {
        match &mut self.opened {
            Some((plan, OpenIndex::ToWrite(writer))) => writer
                .add(addition, corpus, settings, plan.now, plan.since)
                .map(Some),
            _ => Ok(None),
        }
    }

    /// Merges small segments of many runs.
    pub fn tidy(&mut self, terminal: Terminal) {
        if let Some((_, OpenIndex::ToWrite(writer))) = &mut self.opened {
            tidy(writer, terminal);
        }
    }

    /// Facts about the index for the reports.
    pub fn usage(&self) -> Option<IndexUse> {
        let (plan, _) = self.opened.as_ref()?;
        Some(IndexUse {
            expired: self.expired,
            adds: plan.adds,
        })
    }
}

impl OpenIndex {
    fn index(&self) -> Option<&Index> {
        match self {
            OpenIndex::ToRead(index) => Some(index),
            OpenIndex::ToWrite(writer) => writer.index(),
        }
    }
}

/// Opens an index to write to it. If another run writes to it, prints that and waits, or fails.
pub fn open_to_write(
    directory: &Path,
    wait: bool,
    terminal: Terminal,
) -> Result<Writer, IndexError> {
    Writer::open(directory, wait, &|holder| {
        terminal.say(&format!(
            "{holder} writes to the index; waiting for it to finish"
        ));
    })
}

/// Merges small segments of many runs. The run itself has succeeded by then, and a failure would
/// make the user repeat it, so an error here is only a warning.
pub fn tidy(writer: &mut Writer, terminal: Terminal) {
    if let Err(error) = writer.tidy() {
        let warning = terminal.paint(MessageStyle::Warning, "warning:");
        let message = format!(
            "segments of the index were not merged; the next run tries again: {:#}",
            anyhow::Error::from(error)
        );
        let line = format!("{warning} {}", escaped(&message));
        terminal.tell(LogLevel::Warning, "not_merged", &line, json!({}));
    }
}

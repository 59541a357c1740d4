//! What a scan does with an index: it takes what is known from it, and adds what is new.

use std::path::Path;

use serde_json::json;
use wirecopy::document::Corpus;
use wirecopy::index::{Addition, Index, IndexError, IndexSettings, Prepared, Writer};
use wirecopy::pipeline::{EarlierRuns, Settings};
use wirecopy::report::summary::IndexUse;

use super::log::Level;
use super::meaning::IndexPlan;
use super::status::Stop;
use super::terminal::{Style, Terminal, escaped};

/// The index of a run, if there is one.
pub struct Nightly {
    opened: Option<(IndexPlan, Opened)>,
    expired: u64,
}

enum Opened {
    ToRead(Index),
    ToWrite(Writer),
}

impl Nightly {
    /// Opens the index that is planned on, which must have been made with these settings.
    pub fn open(
        plan: Option<IndexPlan>,
        settings: &Settings,
        terminal: Terminal,
    ) -> Result<Nightly, Stop> {
        let open = |plan: IndexPlan| -> Result<(IndexPlan, Opened), Stop> {
            let opened = if plan.adds {
                Opened::ToWrite(open_to_write(&plan.directory, plan.wait, terminal)?)
            } else {
                Opened::ToRead(Index::open(&plan.directory)?)
            };
            if let Some(index) = opened.index() {
                let checked = index.settings().check(&IndexSettings::of(settings));
                checked.map_err(Stop::usage)?;
            }
            Ok((plan, opened))
        };
        Ok(Nightly {
            opened: plan.map(open).transpose()?,
            expired: 0,
        })
    }

    /// What is known from it.
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

    /// Writes new documents, but does not make them known yet.
    pub fn add<C: Corpus>(
        &mut self,
        addition: &Addition<'_>,
        corpus: &C,
        settings: &Settings,
    ) -> Result<Option<Prepared<'_>>, IndexError> {
        match &mut self.opened {
            Some((plan, Opened::ToWrite(writer))) => writer
                .add(addition, corpus, settings, plan.now, plan.since)
                .map(Some),
            _ => Ok(None),
        }
    }

    /// Merges what many nights left.
    pub fn tidy(&mut self, terminal: Terminal) {
        if let Some((_, Opened::ToWrite(writer))) = &mut self.opened {
            tidy(writer, terminal);
        }
    }

    /// What the reports tell of it.
    pub fn usage(&self) -> Option<IndexUse> {
        let (plan, _) = self.opened.as_ref()?;
        Some(IndexUse {
            expired: self.expired,
            adds: plan.adds,
        })
    }
}

impl Opened {
    fn index(&self) -> Option<&Index> {
        match self {
            Opened::ToRead(index) => Some(index),
            Opened::ToWrite(writer) => writer.index(),
        }
    }
}

/// Opens an index to write to it; where somebody else does, says so and waits, or fails.
pub fn open_to_write(
    directory: &Path,
    wait: bool,
    terminal: Terminal,
) -> Result<Writer, IndexError> {
    Writer::open(directory, wait, &|holder| {
        terminal.say(&format!(
            "{holder} writes to the index; waiting until it is done"
        ));
    })
}

/// Merges what many nights left. What was asked for is done by then, and would be done again by who is told that it failed: so this only warns.
pub fn tidy(writer: &mut Writer, terminal: Terminal) {
    if let Err(error) = writer.tidy() {
        let warning = terminal.paint(Style::Warning, "warning:");
        let words = format!(
            "segments of the index were not merged, which the next run tries again: {error}"
        );
        let line = format!("{warning} {}", escaped(&words));
        terminal.tell(Level::Warning, "not_merged", &line, json!({}));
    }
}

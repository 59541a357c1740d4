//! Use of an index in a run: reads earlier documents from it and adds new ones.

use std::path::Path;

use anyhow::anyhow;
use jiff::Timestamp;
use serde_json::json;
use wirecopy::catalog::{Catalog, DocNo, ReadTally};
use wirecopy::document::Corpus;
use wirecopy::index::{Addition, Index, IndexError, PendingChange, Writer};
use wirecopy::pipeline::{EarlierRuns, Settings};
use wirecopy::report::summary::IndexUse;

use super::figures::{count, counted};
use super::log::LogLevel;
use super::plan::IndexPlan;
use super::status::Stop;
use super::terminal::{MessageStyle, Terminal, escaped};

/// The index of a run, if it has one.
pub struct NightlyIndex {
    opened: Option<(IndexPlan, OpenIndex)>,
    expired: u64,
    nothing_new: bool,
}

enum OpenIndex {
    ToRead(Index),
    ToWrite(Writer),
}

impl NightlyIndex {
    /// Opens the index of the plan, and makes the settings follow it. Fails if it was made with
    /// other settings.
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
            nothing_new: false,
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

    /// The error for a run that has nothing new for the index: each of its documents was there
    /// before it began, or is one of `copies` copies. Such a run mostly repeats a night, and would
    /// replace the outputs of that night with empty ones.
    pub fn nothing_new(
        &mut self,
        catalog: &Catalog,
        read: &ReadTally,
        new: &[DocNo],
        copies: u64,
    ) -> Result<Option<Stop>, Stop> {
        let is_of_run = read.known.iter().any(|known| known.is_of_run);
        let has_new = !new.is_empty() || !read.replaced.is_empty() || is_of_run;
        let Some((_, opened)) = self.opened.as_ref().filter(|_| !has_new) else {
            return Ok(None);
        };
        let known = read.known.iter().map(|known| known.doc);
        let mut serials: Vec<u64> = known.filter_map(|doc| catalog.serial(doc)).collect();
        serials.sort_unstable();
        let span = match opened.index() {
            Some(index) => index.added(&serials)?,
            None => None,
        };
        let Some(added) = span else { return Ok(None) };
        self.nothing_new = true;
        let documents = read.known.len() as u64;
        Ok(Some(Stop::Failed(nothing_to_add(documents, copies, added))))
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
            nothing_new: self.nothing_new,
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

/// The message for a run without anything new. Its documents were added between two times.
fn nothing_to_add(documents: u64, copies: u64, [first, last]: [i64; 2]) -> anyhow::Error {
    let time = |seconds| {
        let time = Timestamp::from_second(seconds);
        time.map_or(seconds.to_string(), |time| time.to_string())
    };
    let known = match (documents, copies) {
        (1, 0) => "the only document is in the index already".to_owned(),
        (all, 0) => format!("all {} are in the index already", counted(all, "document")),
        (some, copies) => format!(
            "no document is new: {} in the index already, {} that copy one there",
            count(some),
            count(copies)
        ),
    };
    if first == last {
        let at = time(first);
        return anyhow!(
            "{known}, added at {at}; the outputs stay as they were. If this run repeats that \
             night, add --as-of {at} to write its outputs again"
        );
    }
    anyhow!(
        "{known}, added between {} and {}; the outputs stay as they were. To write the outputs of \
         a night again, give its time with --as-of",
        time(first),
        time(last)
    )
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

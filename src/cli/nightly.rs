//! Use of an index in a run: reads earlier documents from it and adds new ones.

use std::path::Path;

use crate::catalog::{Catalog, DocNo, ReadTally, Reread};
use crate::document::Corpus;
use crate::index::{Addition, Index, IndexError, PendingChange, Writer};
use crate::pipeline::{EarlierRuns, Settings};
use crate::report::summary::IndexUse;
use anyhow::anyhow;
use jiff::Timestamp;
use serde_json::json;

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
    mostly_replaces: bool,
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
        terminal: &Terminal,
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
            mostly_replaces: false,
        })
    }

    /// The earlier documents.
    pub fn before(&mut self) -> Result<EarlierRuns, Stop> {
        let Some((plan, opened)) = &self.opened else {
            return Ok(EarlierRuns::default());
        };
        let (mut before, expired) = match opened.index() {
            Some(index) => index.before(plan.again, plan.since)?,
            None => (EarlierRuns::of_new_index(), 0),
        };
        before.replace_by_id_alone(plan.allow_replacing);
        if plan.replace_night {
            before.set_reread(Reread::Withdrawn);
        }
        self.expired = expired;
        Ok(before)
    }

    /// The earlier documents for a scan. If it only asks the index, documents that are there
    /// already show their matches.
    pub fn before_scan(&mut self) -> Result<EarlierRuns, Stop> {
        let mut before = self.before()?;
        if self.opened.as_ref().is_some_and(|(plan, _)| !plan.adds) {
            before.set_reread(Reread::All);
        }
        Ok(before)
    }

    /// The error for a run that must not change the index: it has nothing new, or would mostly
    /// replace documents. `documents` were read; the other arguments are those of `nothing_new`.
    pub fn refusal(
        &mut self,
        catalog: &Catalog,
        read: &ReadTally,
        documents: u64,
        new: &[DocNo],
        copies: u64,
    ) -> Result<Option<Stop>, Stop> {
        let opened = self.opened.as_ref();
        let guarded = opened.is_some_and(|(plan, _)| plan.adds && !plan.allow_replacing);
        if guarded && read.mostly_replaces(documents) {
            self.mostly_replaces = true;
            return Ok(Some(Stop::Failed(too_many_replaced(read, documents))));
        }
        self.nothing_new(catalog, read, new, copies)
    }

    /// The error for a run that has nothing new for the index: each of its documents was there
    /// before it began, or is one of `copies` copies. Such a run mostly repeats a night, and would
    /// replace the outputs of that night with empty ones.
    fn nothing_new(
        &mut self,
        catalog: &Catalog,
        read: &ReadTally,
        new: &[DocNo],
        copies: u64,
    ) -> Result<Option<Stop>, Stop> {
        let is_of_run = read.known.iter().any(|known| known.is_of_run);
        let changes = !read.replaced.is_empty() || !read.withdrawn.is_empty();
        let has_new = !new.is_empty() || changes || is_of_run;
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
    pub fn tidy(&mut self, terminal: &Terminal) {
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
            mostly_replaces: self.mostly_replaces,
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

/// The message for a run that would mostly replace documents of the index.
fn too_many_replaced(read: &ReadTally, documents: u64) -> anyhow::Error {
    let all = counted(documents + read.known.len() as u64, "document");
    let replaced = count(read.replaced.len() as u64);
    let doubtful = match read.replaced_by_id_alone {
        0 => String::new(),
        some => format!(
            ", {} of them with another page, title and time of publication",
            count(some)
        ),
    };
    anyhow!(
        "{replaced} of {all} would replace one of the index with the same id{doubtful}; nothing \
         was changed. If ids begin again in every file, name another field with --id-field; if \
         these are new texts of the same documents, add --allow-replacing"
    )
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
    terminal: &Terminal,
) -> Result<Writer, IndexError> {
    Writer::open(directory, wait, &|holder| {
        terminal.say(&format!(
            "{holder} writes to the index; waiting for it to finish"
        ));
    })
}

/// Merges small segments of many runs. The run itself has succeeded by then, and a failure would
/// make the user repeat it, so an error here is only a warning.
pub fn tidy(writer: &mut Writer, terminal: &Terminal) {
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

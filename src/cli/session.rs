//! The set-up that scan, dedup, tune and explain share: inputs, outputs, threads and rejects.

use std::sync::Arc;

use crate::catalog::ReadTally;
use crate::error::ReadError;
use crate::pipeline::{Counts, Memory};
use crate::read::{Inputs, ReadSettings, WithReference};
use crate::report::summary::InputFacts;
use anyhow::Context;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::json;

use super::args::running::UseWhen;
use super::closing_dates::DateLines;
use super::conflicts;
use super::inputs::{
    input_facts, memory, none_left_out, nothing_read, source_names, unreadable, unseen_names,
};
use super::log::LogLevel;
use super::outputs::{NamedOutput, Outputs, PendingOutputs, WantedOutput};
use super::plan::{RunSetup, Verbosity};
use super::progress::Progress;
use super::reference::{Reference, nothing_to_compare};
use super::rejected::{self, RejectVerdict};
use super::signals;
use super::status::Stop;
use super::terminal::Terminal;

/// Surroundings of a run: its progress, the temporary files that an interrupt removes, the
/// receiver of its messages, and the source of its inputs.
#[derive(Clone)]
pub struct Watch {
    pub pending: Arc<PendingOutputs>,
    pub progress: Arc<Progress>,
    terminal: Terminal,
    open: Arc<OpenInputs>,
}

/// Opens the inputs that are named.
pub type OpenInputs = dyn Fn(&[String], ReadSettings) -> Result<Inputs, ReadError> + Send + Sync;

/// A command that has opened its inputs and checked its outputs.
pub struct Session<R> {
    pub inputs: Inputs,
    /// Reference that the inputs are compared with instead of each other.
    reference: Reference,
    pub outputs: Outputs<R>,
    pub progress: Arc<Progress>,
    pub terminal: Terminal,
    pub verbosity: Verbosity,
    setup: RunSetup,
    open: Arc<OpenInputs>,
    pool: ThreadPool,
    rejects_kept: bool,
}

impl Watch {
    /// Starts to listen for signals.
    pub fn start(progress: UseWhen, terminal: &Terminal) -> Result<Watch, Stop> {
        let pending = Arc::new(PendingOutputs::default());
        let progress = Arc::new(Progress::new(progress, terminal));
        signals::watch(Arc::clone(&pending), Arc::clone(&progress), terminal)
            .context("cannot listen for signals")
            .map_err(Stop::Failed)?;
        Ok(Watch {
            pending,
            progress,
            terminal: terminal.clone(),
            open: Arc::new(Inputs::open),
        })
    }

    /// The same within another program, which takes the messages, asks for the progress, gives the
    /// inputs, and interrupts the run itself.
    pub fn embedded(terminal: Terminal, open: Arc<OpenInputs>) -> Watch {
        Watch {
            pending: Arc::default(),
            progress: Arc::new(Progress::asked()),
            terminal,
            open,
        }
    }

    /// Interrupts the run, unless its outputs are in place already; then it ends as usual.
    pub fn interrupt(&self) {
        if self.pending.stop() {
            self.progress.interrupt();
        }
    }
}

impl<R: NamedOutput> Session<R> {
    /// Opens the inputs, checks the outputs, and starts the threads. `rejects_kept` is true if the
    /// outputs include a rejects file, or the command has none.
    pub fn open(
        mut setup: RunSetup,
        wanted: Vec<WantedOutput<R>>,
        rejects_kept: bool,
        watch: Watch,
    ) -> Result<Session<R>, Stop> {
        let Watch {
            pending,
            progress,
            terminal,
            open,
        } = watch;
        let reading = setup.reading.clone();
        // First, because opening standard input waits for its first bytes.
        let outputs = Outputs::check(wanted, pending)?;
        let inputs = open(&setup.inputs, reading).map_err(unreadable)?;
        none_left_out(&inputs)?;
        let reference = match setup.reference.take() {
            Some(plan) => plan.open()?,
            None => Reference::default(),
        };
        for part in std::iter::once(&inputs).chain(&reference.parts) {
            outputs.spare(&source_names(part))?;
        }
        if let Some(total) = total_bytes(&inputs, &reference.parts) {
            progress.expect_bytes(total);
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(setup.threads)
            .build()?;
        Ok(Session {
            inputs,
            reference,
            outputs,
            progress,
            terminal,
            verbosity: setup.verbosity,
            setup,
            open,
            pool,
            rejects_kept,
        })
    }

    /// The inputs and the reference.
    pub fn corpus(&self) -> WithReference<'_> {
        self.corpus_of(&self.inputs)
    }

    /// Other inputs and the reference.
    pub fn corpus_of<'c>(&'c self, inputs: &'c Inputs) -> WithReference<'c> {
        WithReference::new(inputs, &self.reference.parts)
    }

    /// The inputs, opened once more.
    pub fn reopened(&self) -> Result<Inputs, Stop> {
        (self.open)(&self.setup.inputs, self.setup.reading.clone()).map_err(unreadable)
    }

    /// Names of the inputs and of the files of the reference, by number.
    pub fn source_names(&self) -> Vec<&str> {
        let parts = std::iter::once(&self.inputs).chain(&self.reference.parts);
        parts.flat_map(source_names).collect()
    }

    /// Counts of what was left out and assumed of inputs and reference.
    pub fn input_facts(&self) -> InputFacts {
        input_facts(&self.inputs, &self.reference.parts)
    }

    /// Number of threads that do the work.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// The limit to memory, if there is one, with a temporary file for data beyond it.
    pub fn memory(&self) -> Result<Option<Memory>, Stop> {
        let temp_dir = self.setup.temp_dir.as_deref();
        let total = total_bytes(&self.inputs, &self.reference.parts);
        memory(self.setup.memory, temp_dir, total)
    }

    /// Runs work on the threads of the session.
    pub fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }

    /// Runs stages of the pipeline on the threads of the session, and shows their progress.
    pub fn run<T: Send>(
        &self,
        work: impl FnOnce(&Progress) -> Result<T, ReadError> + Send,
    ) -> Result<T, Stop> {
        let progress = &*self.progress;
        let result = self.pool.install(|| work(progress));
        progress.stop();
        result.map_err(unreadable)
    }

    /// Prints rejected records, and judges a run that read this many documents. Fails if more
    /// records were rejected than permitted, if no record has a field that the user named, or if
    /// the user wants a run without documents to fail.
    pub fn judge(
        &self,
        read: &ReadTally,
        counts: &Counts,
        documents: u64,
    ) -> Result<RejectVerdict, Stop> {
        if documents > 0 || !read.known.is_empty() {
            unseen_names(&self.inputs, "", |_| true)?;
        }
        let verdict = RejectVerdict::of(read, documents, self.setup.permitted_rejects);
        let nothing_left = verdict == RejectVerdict::NothingLeft;
        if !nothing_left || self.verbosity.details {
            rejected::show(
                read,
                &self.source_names(),
                self.verbosity.details,
                self.rejects_kept,
                &self.terminal,
            );
        }
        conflicts::show(
            read,
            &self.source_names(),
            self.verbosity.details,
            &self.terminal,
        );
        if self.setup.strict && read.conflicting() > 0 {
            return Err(conflicts::not_permitted(read.conflicting()));
        }
        if let RejectVerdict::TooMany(most) = verdict {
            return Err(rejected::too_many(read.rejected(), most));
        }
        if verdict == RejectVerdict::UnknownLoss {
            return Err(rejected::unknown_loss(&read.rejects, &self.source_names()));
        }
        if !nothing_left {
            self.reference.unseen_names()?;
            if let Some(stop) = nothing_to_compare(&self.reference.parts, counts) {
                return Err(stop);
            }
        }
        if self.setup.fail_if_empty
            && !nothing_left
            && let Some(stop) = nothing_read(read, counts)
        {
            return Err(stop);
        }
        Ok(verdict)
    }

    /// Like [`judge`](Session::judge), and also fails if every record was rejected, and tells about
    /// the dates.
    pub fn judge_or_stop(
        &self,
        read: &ReadTally,
        counts: &Counts,
        documents: u64,
    ) -> Result<RejectVerdict, Stop> {
        match self.judge(read, counts, documents)? {
            RejectVerdict::NothingLeft => Err(self.nothing_left(read)),
            verdict => {
                self.tell_dates(read);
                Ok(verdict)
            }
        }
    }

    /// Tells which dates were not understood, and the order of day and month. For commands without
    /// closing lines.
    fn tell_dates(&self, read: &ReadTally) {
        let dates = DateLines {
            source_names: &self.source_names(),
            read,
            details: self.verbosity.details,
        };
        for line in dates.lines().lines().filter(|_| self.verbosity.closing) {
            self.terminal
                .tell(LogLevel::Warning, "dates", line, json!({}));
        }
    }

    /// The error for a run in which every record was rejected.
    pub fn nothing_left(&self, read: &ReadTally) -> Stop {
        rejected::nothing_left(read, &self.source_names())
    }
}

/// Total bytes of inputs and reference, if they are known in advance.
fn total_bytes(inputs: &Inputs, reference: &[Inputs]) -> Option<u64> {
    let parts = std::iter::once(inputs).chain(reference);
    parts.map(Inputs::total_bytes).sum()
}

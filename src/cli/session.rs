//! What scan, dedup, tune and explain share: they open inputs, check outputs, start threads, run,
//! and judge the rejected records.

use std::sync::Arc;

use anyhow::Context;
use rayon::{ThreadPool, ThreadPoolBuilder};
use wirecopy::catalog::ReadTally;
use wirecopy::error::ReadError;
use wirecopy::pipeline::{Counts, Memory};
use wirecopy::read::Inputs;

use super::inputs::{empty, is_empty, memory, source_names, unreadable};
use super::meaning::{Setup, Talk};
use super::outputs::{Named, Outputs, Pending, Wanted};
use super::progress::Progress;
use super::rejected::{self, Verdict};
use super::signals;
use super::status::Stop;
use super::terminal::Terminal;

/// Progress on the terminal, and temporary files that a signal removes.
#[derive(Clone)]
pub struct Watch {
    pub pending: Arc<Pending>,
    pub progress: Arc<Progress>,
    terminal: Terminal,
}

impl Watch {
    /// Starts to watch for signals.
    pub fn start(talk: Talk, terminal: Terminal) -> Result<Watch, Stop> {
        let pending = Arc::new(Pending::default());
        let progress = Arc::new(Progress::new(talk.progress, terminal));
        signals::watch(Arc::clone(&pending), Arc::clone(&progress), terminal)
            .context("cannot listen for signals")
            .map_err(Stop::Failed)?;
        Ok(Watch {
            pending,
            progress,
            terminal,
        })
    }
}

/// A command that has opened its inputs and checked its outputs.
pub struct Session<R> {
    pub inputs: Inputs,
    pub progress: Arc<Progress>,
    pub terminal: Terminal,
    pub talk: Talk,
    setup: Setup,
    pub outputs: Outputs<R>,
    pool: ThreadPool,
    rejects_kept: bool,
}

impl<R: Named> Session<R> {
    /// Opens the inputs, checks every output that is wanted, and starts the threads.
    /// `rejects_kept` says that a rejects file is among them, or that the command has none.
    pub fn open(
        mut setup: Setup,
        wanted: Vec<Wanted<R>>,
        rejects_kept: bool,
        watch: Watch,
    ) -> Result<Session<R>, Stop> {
        let Watch {
            pending,
            progress,
            terminal,
        } = watch;
        let reading = std::mem::take(&mut setup.reading);
        let inputs = Inputs::open(&setup.inputs, reading).map_err(unreadable)?;
        if let Some(total) = inputs.total_bytes() {
            progress.expect_bytes(total);
        }
        let outputs = Outputs::check(wanted, &source_names(&inputs), pending)?;
        let pool = ThreadPoolBuilder::new()
            .num_threads(setup.threads)
            .build()?;
        Ok(Session {
            inputs,
            progress,
            terminal,
            talk: setup.talk,
            setup,
            outputs,
            pool,
            rejects_kept,
        })
    }

    /// Names of the inputs, by number of the source.
    pub fn source_names(&self) -> Vec<&str> {
        source_names(&self.inputs)
    }

    /// Number of threads that do the work.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// The limit to memory with a temporary file for what does not fit, if there is a limit.
    pub fn memory(&self) -> Result<Option<Memory>, Stop> {
        let temp_dir = self.setup.temp_dir.as_deref();
        memory(self.setup.memory, temp_dir, self.inputs.total_bytes())
    }

    /// Runs work on the threads of the session.
    pub fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }

    /// Runs the stages on the threads of the session, under a progress bar.
    pub fn run<T: Send>(
        &self,
        work: impl FnOnce(&Progress) -> Result<T, ReadError> + Send,
    ) -> Result<T, Stop> {
        let progress = &*self.progress;
        let result = self.pool.install(|| work(progress));
        progress.stop();
        result.map_err(unreadable)
    }

    /// Shows rejected records and says what they mean for a run that read so many documents. More
    /// rejects than permitted are an error, and nothing to read is one if the user asked for that.
    pub fn judge(
        &self,
        read: &ReadTally,
        counts: &Counts,
        documents: u64,
    ) -> Result<Verdict, Stop> {
        let verdict = Verdict::of(read, documents, self.setup.most_rejects);
        let nothing_left = verdict == Verdict::NothingLeft;
        if !nothing_left || self.talk.details {
            rejected::show(
                &read.rejects,
                &self.source_names(),
                self.talk.details,
                self.rejects_kept,
                self.terminal,
            );
        }
        if let Verdict::TooMany(most) = verdict {
            return Err(rejected::too_many(&read.rejects, most));
        }
        if self.setup.fail_if_empty && !nothing_left && is_empty(read, counts) {
            return Err(empty(read, counts));
        }
        Ok(verdict)
    }

    /// As [`judge`](Session::judge); also an error if every record was rejected.
    pub fn judge_or_stop(
        &self,
        read: &ReadTally,
        counts: &Counts,
        documents: u64,
    ) -> Result<Verdict, Stop> {
        match self.judge(read, counts, documents)? {
            Verdict::NothingLeft => Err(self.nothing_left(read)),
            verdict => Ok(verdict),
        }
    }

    /// The error that every record was rejected.
    pub fn nothing_left(&self, read: &ReadTally) -> Stop {
        rejected::nothing_left(&read.rejects, &self.source_names())
    }
}

//! Progress on standard error, and the time and memory of each stage.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::pipeline::{Observer, Stage};
use crate::platform;
use crate::report::summary::StageCost;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;

use super::args::running::UseWhen;
use super::figures;
use super::log::LogLevel;
use super::terminal::Terminal;

/// Interval between lines of progress if there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Progress of a run, shared by all its threads.
pub struct Progress {
    display: ProgressDisplay,
    /// Size of all inputs, if known.
    input_bytes: OnceLock<u64>,
    began: Instant,
    stages: Mutex<Stages>,
    documents: Arc<AtomicU64>,
    done: AtomicU64,
    /// Time of the next line, in milliseconds since `began`.
    next_line: AtomicU64,
    interrupted: AtomicBool,
}

/// Display of progress.
enum ProgressDisplay {
    Nowhere,
    /// A bar on a terminal.
    Bar(ProgressBar),
    /// Lines in a log, at intervals.
    Lines(Terminal),
    /// The program that runs the command asks for it.
    Asked,
}

/// Progress of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageProgress {
    /// Name of the stage.
    pub stage: &'static str,
    /// Unit of the amounts: bytes, documents or pairs; `None` if there are no amounts.
    pub unit: Option<&'static str>,
    /// Amount done so far.
    pub done: u64,
    /// Whole amount, if known.
    pub total: Option<u64>,
}

/// Payload with which an interrupted run unwinds.
#[derive(Debug)]
pub struct Interrupted;

/// The current stage, and the cost of each stage.
#[derive(Default)]
struct Stages {
    current: Option<(&'static str, ProgressUnit, Option<u64>, Instant)>,
    costs: Vec<StageCost>,
    /// Seconds that processors had worked when the costs were last charged.
    worked: f64,
}

/// Unit of a stage's progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProgressUnit {
    Bytes,
    Documents,
    Pairs,
    Nothing,
}

impl ProgressUnit {
    /// Name in the JSON log.
    fn name(self) -> Option<&'static str> {
        match self {
            ProgressUnit::Bytes => Some("bytes"),
            ProgressUnit::Documents => Some("documents"),
            ProgressUnit::Pairs => Some("pairs"),
            ProgressUnit::Nothing => None,
        }
    }
}

impl Progress {
    /// Decides on the display. `Auto` shows progress only on a terminal and not as JSON.
    pub fn new(when: UseWhen, terminal: &Terminal) -> Progress {
        let on_terminal = io::stderr().is_terminal() && !terminal.is_json();
        let display = match (when.or_else(|| on_terminal), on_terminal) {
            (false, _) => ProgressDisplay::Nowhere,
            (true, true) => ProgressDisplay::Bar(ProgressBar::no_length().with_style(style(
                ProgressUnit::Nothing,
                false,
                Arc::default(),
            ))),
            (true, false) => ProgressDisplay::Lines(terminal.clone()),
        };
        Progress::shown(display)
    }

    /// Progress that [`state`](Progress::state) tells.
    pub fn asked() -> Progress {
        Progress::shown(ProgressDisplay::Asked)
    }

    fn shown(display: ProgressDisplay) -> Progress {
        Progress {
            display,
            input_bytes: OnceLock::new(),
            began: Instant::now(),
            stages: Mutex::default(),
            documents: Arc::default(),
            done: AtomicU64::new(0),
            next_line: AtomicU64::new(LINE_EVERY.as_millis() as u64),
            interrupted: AtomicBool::new(false),
        }
    }

    /// Progress of the current stage; `None` before the first.
    pub fn state(&self) -> Option<StageProgress> {
        let (stage, unit, total, _) = self.stages().current?;
        Some(StageProgress {
            stage,
            unit: unit.name(),
            done: self.done.load(Ordering::Relaxed),
            total,
        })
    }

    /// Makes the threads of the run unwind with [`Interrupted`] when they next report progress.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }

    fn go_on(&self) {
        if self.interrupted.load(Ordering::Relaxed) {
            // Unlike a panic, this prints nothing.
            std::panic::resume_unwind(Box::new(Interrupted));
        }
    }

    /// Sets the size of all inputs, before reading begins.
    pub fn expect_bytes(&self, total: u64) {
        let _ = self.input_bytes.set(total);
    }

    /// Begins the stage that writes reports, which is not part of the pipeline.
    pub fn begin_reports(&self) {
        self.start("reports", ProgressUnit::Nothing, None);
    }

    /// Ends the display and the current stage.
    pub fn stop(&self) {
        let mut stages = self.stages();
        stages.charge();
        stages.current = None;
        drop(stages);
        if let ProgressDisplay::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }

    /// Cost of each stage, and of the current one until now.
    pub fn costs(&self) -> Vec<StageCost> {
        let mut stages = self.stages();
        stages.charge();
        stages.costs.clone()
    }

    fn start(&self, name: &'static str, unit: ProgressUnit, total: Option<u64>) {
        self.go_on();
        let mut stages = self.stages();
        stages.charge();
        stages.current = Some((name, unit, total, Instant::now()));
        self.done.store(0, Ordering::Relaxed);
        match &self.display {
            ProgressDisplay::Nowhere | ProgressDisplay::Asked => {}
            ProgressDisplay::Bar(bar) => {
                bar.set_message(name);
                match total {
                    Some(total) => bar.set_length(total),
                    None => bar.unset_length(),
                }
                bar.set_style(style(unit, total.is_some(), Arc::clone(&self.documents)));
                bar.reset();
                bar.enable_steady_tick(Duration::from_millis(200));
            }
            ProgressDisplay::Lines(terminal) => terminal.tell(
                LogLevel::Info,
                "progress",
                &format!("{name} ..."),
                json!({"stage": name, "done": 0, "total": total}),
            ),
        }
    }

    /// Prints a line for a log, if it is time.
    fn line(&self, terminal: &Terminal) {
        let now = self.began.elapsed().as_millis() as u64;
        let due = self.next_line.load(Ordering::Relaxed);
        let next = now + LINE_EVERY.as_millis() as u64;
        // Several threads may find that it is time; one of them prints.
        if now < due
            || self
                .next_line
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_err()
        {
            return;
        }
        let Some((name, unit, total, began)) = self.stages().current else {
            return;
        };
        let done = self.done.load(Ordering::Relaxed);
        let documents = self.documents.load(Ordering::Relaxed);
        let elapsed = began.elapsed();
        let figures = figures_of(unit, done, total, documents, elapsed);
        terminal.tell(
            LogLevel::Info,
            "progress",
            &format!("{name} ... {figures}"),
            json!({
                "stage": name,
                "done": done,
                "total": total,
                "unit": unit.name(),
                "documents_read": documents,
                "seconds": elapsed.as_secs_f64(),
            }),
        );
    }

    fn stages(&self) -> MutexGuard<'_, Stages> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Progress {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        let (name, unit) = match stage {
            Stage::Read => ("read", ProgressUnit::Bytes),
            Stage::Boilerplate => ("boilerplate", ProgressUnit::Documents),
            Stage::Candidates => ("candidates", ProgressUnit::Documents),
            Stage::Verify => ("verify", ProgressUnit::Pairs),
            Stage::Cluster => ("cluster", ProgressUnit::Documents),
        };
        let expected = if stage == Stage::Read {
            self.input_bytes.get().copied()
        } else {
            None
        };
        // A total of 0 is unknown: a stage may begin again when it knows its total.
        self.start(name, unit, total.or(expected).filter(|&total| total > 0));
    }

    fn advance(&self, amount: u64) {
        self.go_on();
        match &self.display {
            ProgressDisplay::Nowhere => {}
            ProgressDisplay::Asked => {
                self.done.fetch_add(amount, Ordering::Relaxed);
            }
            ProgressDisplay::Bar(bar) => bar.inc(amount),
            ProgressDisplay::Lines(terminal) => {
                self.done.fetch_add(amount, Ordering::Relaxed);
                self.line(terminal);
            }
        }
    }

    fn documents(&self, read: u64) {
        self.documents.fetch_add(read, Ordering::Relaxed);
    }
}

impl Stages {
    /// Adds the time since the last call to the current stage. A stage that runs twice has one
    /// entry.
    fn charge(&mut self) {
        let worked = platform::cpu_seconds();
        let cpu_seconds = worked - std::mem::replace(&mut self.worked, worked);
        let Some((stage, .., since)) = &mut self.current else {
            return;
        };
        let now = Instant::now();
        let seconds = now.duration_since(*since).as_secs_f64();
        *since = now;
        let peak_memory_bytes = peak_memory();
        match self.costs.iter_mut().find(|cost| cost.stage == *stage) {
            Some(cost) => {
                cost.seconds += seconds;
                cost.cpu_seconds += cpu_seconds;
                cost.peak_memory_bytes = peak_memory_bytes;
            }
            None => self.costs.push(StageCost {
                stage,
                seconds,
                cpu_seconds,
                peak_memory_bytes,
            }),
        }
    }
}

/// Peak memory of this process, if the system reports it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn style(unit: ProgressUnit, bounded: bool, documents: Arc<AtomicU64>) -> ProgressStyle {
    let template = match (unit, bounded) {
        (ProgressUnit::Bytes, true) => {
            "{msg:10} {bar:24} {documents}, {decimal_bytes} of {decimal_total_bytes}, \
             {decimal_bytes_per_sec}, {eta} left"
        }
        (ProgressUnit::Bytes, false) => {
            "{msg:10} {spinner} {documents}, {decimal_bytes}, {decimal_bytes_per_sec}"
        }
        (ProgressUnit::Documents, true) => {
            "{msg:10} {bar:24} {human_pos} of {human_len} documents, {per_sec}, {eta} left"
        }
        (ProgressUnit::Pairs, true) => {
            "{msg:10} {bar:24} {human_pos} of {human_len} pairs, {per_sec}, {eta} left"
        }
        (ProgressUnit::Documents | ProgressUnit::Pairs | ProgressUnit::Nothing, _) => {
            "{msg:10} {spinner} {elapsed}"
        }
    };
    // A template that does not parse must not end the run.
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key(
        "documents",
        move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = out.write_str(&figures::counted(
                documents.load(Ordering::Relaxed),
                "document",
            ));
        },
    )
}

/// Amount, rate and remaining time, for a line in a log.
fn figures_of(
    unit: ProgressUnit,
    done: u64,
    total: Option<u64>,
    documents: u64,
    elapsed: Duration,
) -> String {
    let amount = |n: u64| match unit {
        ProgressUnit::Bytes => figures::bytes(n),
        ProgressUnit::Documents => figures::counted(n, "document"),
        ProgressUnit::Pairs | ProgressUnit::Nothing => figures::counted(n, "pair"),
    };
    let per_second = done as f64 / elapsed.as_secs_f64().max(1e-3);
    let mut parts = Vec::new();
    if unit == ProgressUnit::Bytes {
        parts.push(figures::counted(documents, "document"));
    }
    parts.push(match total {
        Some(total) => format!("{} of {}", amount(done), amount(total)),
        None => amount(done),
    });
    parts.push(format!("{}/s", amount(per_second as u64)));
    if let Some(left) = total
        .map(|total| total.saturating_sub(done))
        .filter(|_| per_second > 0.0)
    {
        parts.push(format!(
            "{} left",
            figures::seconds(left as f64 / per_second)
        ));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::running::LogFormat;

    #[test]
    fn a_stage_that_runs_twice_has_one_entry() {
        let progress = Progress::new(
            UseWhen::Never,
            &Terminal::new(UseWhen::Never, LogFormat::Text),
        );
        for stage in [Stage::Read, Stage::Verify, Stage::Read] {
            progress.begin(stage, None);
        }
        let stages: Vec<_> = progress.costs().iter().map(|cost| cost.stage).collect();
        assert_eq!(stages, ["read", "verify"]);
    }

    #[test]
    fn all_templates_parse() {
        for unit in [
            ProgressUnit::Bytes,
            ProgressUnit::Documents,
            ProgressUnit::Pairs,
            ProgressUnit::Nothing,
        ] {
            for bounded in [true, false] {
                style(unit, bounded, Arc::default());
            }
        }
    }

    #[test]
    fn figures_of_a_log_line() {
        let ten = Duration::from_secs(10);
        let text = figures_of(
            ProgressUnit::Bytes,
            20_000_000,
            Some(100_000_000),
            1234,
            ten,
        );
        assert_eq!(
            text,
            "1,234 documents, 20 MB of 100 MB, 2.0 MB/s, 40.0 s left"
        );
        assert_eq!(
            figures_of(ProgressUnit::Pairs, 5000, None, 0, ten),
            "5,000 pairs, 500 pairs/s"
        );
    }
}

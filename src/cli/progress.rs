//! Progress: how far the run is, on standard error; and what each stage cost, for the summary.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;
use wirecopy::pipeline::{Observer, Stage};
use wirecopy::report::summary::StageCost;

use super::args::When;
use super::figures;
use super::log::Level;
use super::terminal::Terminal;

/// How often a line is written where there is no terminal to draw on.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Watches a run; shared by all its threads.
pub struct Progress {
    shown: Shown,
    /// Bytes of all inputs, where known.
    input_bytes: OnceLock<u64>,
    began: Instant,
    stages: Mutex<Stages>,
    documents: Arc<AtomicU64>,
    done: AtomicU64,
    /// Milliseconds since `began` at which the next line is due.
    next_line: AtomicU64,
}

/// Where progress shows.
enum Shown {
    Nowhere,
    /// A bar that is drawn anew, on a terminal.
    Bar(ProgressBar),
    /// A line now and then, in a log.
    Lines(Terminal),
}

/// The stage under way and those before it.
#[derive(Default)]
struct Stages {
    current: Option<(&'static str, Unit, Option<u64>, Instant)>,
    costs: Vec<StageCost>,
}

/// What a stage counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    Documents,
    Pairs,
    Nothing,
}

impl Unit {
    /// What a log calls it.
    fn name(self) -> Option<&'static str> {
        match self {
            Unit::Bytes => Some("bytes"),
            Unit::Documents => Some("documents"),
            Unit::Pairs => Some("pairs"),
            Unit::Nothing => None,
        }
    }
}

impl Progress {
    /// Shows progress when told to, and in doubt when standard error is a terminal that people read.
    pub fn new(when: When, terminal: Terminal) -> Progress {
        let on_terminal = io::stderr().is_terminal() && !terminal.is_json();
        let shown = match (when.or_else(|| on_terminal), on_terminal) {
            (false, _) => Shown::Nowhere,
            (true, true) => Shown::Bar(ProgressBar::no_length().with_style(style(
                Unit::Nothing,
                false,
                Arc::default(),
            ))),
            (true, false) => Shown::Lines(terminal),
        };
        Progress {
            shown,
            input_bytes: OnceLock::new(),
            began: Instant::now(),
            stages: Mutex::default(),
            documents: Arc::default(),
            done: AtomicU64::new(0),
            next_line: AtomicU64::new(LINE_EVERY.as_millis() as u64),
        }
    }

    /// Tells how many bytes there are to read, before it begins.
    pub fn expect_bytes(&self, total: u64) {
        let _ = self.input_bytes.set(total);
    }

    /// The writing of reports begins: a stage that the pipeline does not know.
    pub fn begin_reports(&self) {
        self.start("reports", Unit::Nothing, None);
    }

    /// Nothing more is shown.
    pub fn stop(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }

    /// What each stage cost, the current one up to now.
    pub fn costs(&self) -> Vec<StageCost> {
        let mut stages = self.stages();
        stages.charge();
        stages.costs.clone()
    }

    fn start(&self, name: &'static str, unit: Unit, total: Option<u64>) {
        let mut stages = self.stages();
        stages.charge();
        stages.current = Some((name, unit, total, Instant::now()));
        self.done.store(0, Ordering::Relaxed);
        match &self.shown {
            Shown::Nowhere => {}
            Shown::Bar(bar) => {
                bar.set_message(name);
                match total {
                    Some(total) => bar.set_length(total),
                    None => bar.unset_length(),
                }
                bar.set_style(style(unit, total.is_some(), Arc::clone(&self.documents)));
                bar.reset();
                bar.enable_steady_tick(Duration::from_millis(200));
            }
            Shown::Lines(terminal) => terminal.tell(
                Level::Info,
                "progress",
                &format!("{name} ..."),
                json!({"stage": name, "done": 0, "total": total}),
            ),
        }
    }

    /// A line for a log, if one is due.
    fn line(&self, terminal: Terminal) {
        let now = self.began.elapsed().as_millis() as u64;
        let due = self.next_line.load(Ordering::Relaxed);
        let next = now + LINE_EVERY.as_millis() as u64;
        // Of the threads that find a line due, one writes it.
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
            Level::Info,
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
            Stage::Read => ("read", Unit::Bytes),
            Stage::Boilerplate => ("boilerplate", Unit::Documents),
            Stage::Candidates => ("candidates", Unit::Documents),
            Stage::Verify => ("verify", Unit::Pairs),
            Stage::Cluster => ("cluster", Unit::Documents),
        };
        let expected = if stage == Stage::Read {
            self.input_bytes.get().copied()
        } else {
            None
        };
        // Nothing to do yet is not a total: a stage may begin again once it knows.
        self.start(name, unit, total.or(expected).filter(|&total| total > 0));
    }

    fn advance(&self, amount: u64) {
        match &self.shown {
            Shown::Nowhere => {}
            Shown::Bar(bar) => bar.inc(amount),
            Shown::Lines(terminal) => {
                self.done.fetch_add(amount, Ordering::Relaxed);
                self.line(*terminal);
            }
        }
    }

    fn documents(&self, read: u64) {
        self.documents.fetch_add(read, Ordering::Relaxed);
    }
}

impl Stages {
    /// Charges the current stage for the time since it was last charged; a stage that comes twice is one.
    fn charge(&mut self) {
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
                cost.peak_memory_bytes = peak_memory_bytes;
            }
            None => self.costs.push(StageCost {
                stage,
                seconds,
                peak_memory_bytes,
            }),
        }
    }
}

/// The most memory that this process has held, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn style(unit: Unit, bounded: bool, documents: Arc<AtomicU64>) -> ProgressStyle {
    let template = match (unit, bounded) {
        (Unit::Bytes, true) => {
            "{msg:10} {bar:24} {documents}, {decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left"
        }
        (Unit::Bytes, false) => {
            "{msg:10} {spinner} {documents}, {decimal_bytes}, {decimal_bytes_per_sec}"
        }
        (Unit::Documents, true) => {
            "{msg:10} {bar:24} {human_pos} of {human_len} documents, {per_sec}, {eta} left"
        }
        (Unit::Pairs, true) => {
            "{msg:10} {bar:24} {human_pos} of {human_len} pairs, {per_sec}, {eta} left"
        }
        (Unit::Documents | Unit::Pairs | Unit::Nothing, _) => "{msg:10} {spinner} {elapsed}",
    };
    // A template that did not parse would show plainly, not end the run.
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

/// The figures of a line in a log: amount, rate and time left.
fn figures_of(
    unit: Unit,
    done: u64,
    total: Option<u64>,
    documents: u64,
    elapsed: Duration,
) -> String {
    let amount = |n: u64| match unit {
        Unit::Bytes => figures::bytes(n),
        Unit::Documents => figures::counted(n, "document"),
        Unit::Pairs | Unit::Nothing => figures::counted(n, "pair"),
    };
    let per_second = done as f64 / elapsed.as_secs_f64().max(1e-3);
    let mut parts = Vec::new();
    if unit == Unit::Bytes {
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
    use crate::cli::args::LogFormat;

    #[test]
    fn a_stage_that_comes_twice_is_charged_once() {
        let progress = Progress::new(When::Never, Terminal::new(When::Never, LogFormat::Text));
        for stage in [Stage::Read, Stage::Verify, Stage::Read] {
            progress.begin(stage, None);
        }
        let stages: Vec<_> = progress.costs().iter().map(|cost| cost.stage).collect();
        assert_eq!(stages, ["read", "verify"]);
    }

    #[test]
    fn every_template_parses() {
        for unit in [Unit::Bytes, Unit::Documents, Unit::Pairs, Unit::Nothing] {
            for bounded in [true, false] {
                style(unit, bounded, Arc::default());
            }
        }
    }

    #[test]
    fn figures_of_a_log_line() {
        let ten = Duration::from_secs(10);
        let text = figures_of(Unit::Bytes, 20_000_000, Some(100_000_000), 1234, ten);
        assert_eq!(
            text,
            "1,234 documents, 20 MB of 100 MB, 2.0 MB/s, 40.0 s left"
        );
        assert_eq!(
            figures_of(Unit::Pairs, 5000, None, 0, ten),
            "5,000 pairs, 500 pairs/s"
        );
    }
}

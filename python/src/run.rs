//! Runs on a thread of their own, while the thread of Python passes messages and progress on and
//! listens for an interrupt.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::intern;
use pyo3::prelude::*;
use wirecopy::cli::embedded::{CommandError, EmbeddedRun, GivenInputs, LogLevel, Message};

use super::errors::{RunError, exception};

/// Interval at which the thread of Python looks up from waiting.
const TICK: Duration = Duration::from_millis(50);

/// Time in which an interrupted run should end. After it, the exception is raised all the same, and
/// the run ends by itself without changing a file.
const GRACE: Duration = Duration::from_millis(700);

/// Stack of the thread of a run, as large as that of a program.
const STACK: usize = 8 << 20;

/// Name of the logger of Python that gets the messages.
const LOGGER: &str = "wirecopy";

/// Event that the thread of a run tells the thread of Python.
enum Event<T> {
    Message(Message),
    Done(Result<T, CommandError>),
}

/// Runs `work` without the lock of the interpreter. `progress` is called with the stage, its unit,
/// the amount done and the whole amount.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    inputs: GivenInputs,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&EmbeddedRun) -> Result<T, CommandError> + Send + 'static,
) -> PyResult<T> {
    let (sender, events) = mpsc::channel();
    let events = Mutex::new(events);
    let messages = Mutex::new(sender.clone());
    let receive = move |message| {
        let messages = messages.lock().unwrap_or_else(PoisonError::into_inner);
        // After an interrupt, nobody listens any more.
        let _ = messages.send(Event::Message(message));
    };
    let run = Arc::new(EmbeddedRun::new(inputs, Arc::new(receive)));
    let of_thread = Arc::clone(&run);
    thread::Builder::new()
        .name("wirecopy".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let done = work(&of_thread);
            let _ = sender.send(Event::Done(done));
        })
        .map_err(|error| RunError::new_err(format!("cannot start a thread: {error}")))?;
    match attend(py, &events, &run, progress) {
        Ok(done) => done.map_err(exception),
        Err(interrupt) => {
            run.interrupt();
            py.detach(|| wait_for_end(&events));
            Err(interrupt)
        }
    }
}

/// Passes on messages and progress until the run is done. An exception is that of a signal or of
/// the program's own logging or progress.
fn attend<T: Send>(
    py: Python<'_>,
    events: &Mutex<Receiver<Event<T>>>,
    run: &EmbeddedRun,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Result<T, CommandError>> {
    let logger = py
        .import(intern!(py, "logging"))?
        .call_method1(intern!(py, "getLogger"), (LOGGER,))?;
    loop {
        match py.detach(|| next(events, TICK)) {
            Ok(Event::Done(done)) => return Ok(done),
            Ok(Event::Message(message)) => log(&logger, &message)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let message = "the thread of the run has ended".to_owned();
                return Ok(Err(CommandError::Internal(message)));
            }
        }
        if let (Some(progress), Some(state)) = (progress, run.progress()) {
            progress.call1((state.stage, state.unit, state.done, state.total))?;
        }
        py.check_signals()?;
    }
}

/// The next event, if it comes in time.
fn next<T>(
    events: &Mutex<Receiver<Event<T>>>,
    time: Duration,
) -> Result<Event<T>, RecvTimeoutError> {
    let events = events.lock().unwrap_or_else(PoisonError::into_inner);
    events.recv_timeout(time)
}

/// Waits until an interrupted run has ended.
fn wait_for_end<T>(events: &Mutex<Receiver<Event<T>>>) {
    let end = Instant::now() + GRACE;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match next(events, left) {
            Ok(Event::Message(_)) => {}
            Ok(Event::Done(_)) | Err(_) => return,
        }
    }
}

/// Hands a message to `logging`.
fn log(logger: &Bound<'_, PyAny>, message: &Message) -> PyResult<()> {
    let level = match message.level {
        LogLevel::Info => "info",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
    };
    logger.call_method1(level, ("%s", &message.text))?;
    Ok(())
}

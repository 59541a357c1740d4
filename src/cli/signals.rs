//! Signals: temporary files are removed, and the exit status tells which signal ended the program.

use std::sync::Arc;
use std::{io, process, thread};

use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::log::LogLevel;
use super::outputs::PendingOutputs;
use super::progress::Progress;
use super::status::Status;
use super::terminal::Terminal;

/// Makes SIGINT and SIGTERM remove all temporary files and end the program. Once its outputs are in
/// place, the program ignores them and ends as usual.
pub fn watch(
    pending: Arc<PendingOutputs>,
    progress: Arc<Progress>,
    terminal: &Terminal,
) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let terminal = terminal.clone();
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let Some(signal) = signals.forever().next() else {
                return;
            };
            if !pending.remove_for_good() {
                return;
            }
            progress.stop();
            let word = if signal == SIGINT {
                "interrupted"
            } else {
                "terminated"
            };
            let status = Status::Interrupted(signal as u8).code();
            terminal.tell(
                LogLevel::Warning,
                "interrupted",
                &format!("{word}; no output is incomplete"),
                json!({"exit_status": status}),
            );
            process::exit(status.into());
        })?;
    Ok(())
}

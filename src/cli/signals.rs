//! Interruption: what was begun is taken back, and the status says which signal it was.

use std::sync::Arc;
use std::{io, process, thread};

use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::log::Level;
use super::outputs::Pending;
use super::progress::Progress;
use super::status::Status;
use super::terminal::Terminal;

/// From here on, SIGINT and SIGTERM end the program and leave no temporary file, until its outputs are there.
pub fn watch(pending: Arc<Pending>, progress: Arc<Progress>, terminal: Terminal) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
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
                Level::Warning,
                "interrupted",
                &format!("{word}; no output is half written"),
                json!({"exit_status": status}),
            );
            process::exit(status.into());
        })?;
    Ok(())
}

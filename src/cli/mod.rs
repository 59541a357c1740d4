//! The program: reads the command line, runs the library, writes reports and messages.
//!
//! May import: `attribution`, `candidates`, `catalog`, `cluster`, `compare`, `document`, `error`,
//! `index`, `pipeline`, `platform`, `read`, `report`, `sketch`, `storage`, `text`, `tuning`.
//! Imported by: nothing of this crate.
//!
//! - Arguments: `args` is what a user types, and `values` parses single values. `config` adds
//!   the environment and `wirecopy.toml`. `plan` checks everything and makes settings of it.
//! - Commands: `scan`, `dedup`, `explain`, `tune` and `index`. The first four share
//!   `session`, and use an index through `nightly`.
//! - Messages: `terminal` prints them, in the format of `log` if asked. `progress`,
//!   `rejected` and `closing` are what a run prints.
//! - Files: only `outputs` opens files to write; `print` writes to standard output.
//! - Another program: `embedded` runs commands for it, such as the Python package.
//! - The end: `status` has the exit statuses, `advice` adds the flag that helps to an error of
//!   the library, and `signals` removes temporary files.

mod advice;
mod args;
mod closing;
mod closing_dates;
mod closing_fields;
mod config;
mod conflicts;
mod dedup;
pub mod embedded;
mod explain;
mod figures;
mod index;
mod inputs;
mod layout;
mod log;
mod nightly;
mod outputs;
mod plan;
mod print;
mod progress;
mod reference;
mod rejected;
mod scan;
mod session;
mod signals;
mod status;
mod terminal;
mod tune;
mod values;

use std::ffi::OsString;

use args::Command;
use args::running::LogFormat;
use config::{ConfigError, Configured};
use status::{Status, Stop};
use terminal::Terminal;

/// Runs the command that the arguments name. `argv` begins with the name of the program.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> Status {
    let argv: Vec<OsString> = argv.into_iter().collect();
    let (arguments, used) = match config::configured(&argv) {
        Ok(Configured::Run(arguments, used)) => (arguments, used),
        Ok(Configured::Printed(settings)) => {
            let (color, log_format) = config::message_format(&argv);
            return ended(print::text(&settings), &Terminal::new(color, log_format));
        }
        Err(error) => return without_arguments(error, &argv),
    };
    let terminal = &Terminal::new(arguments.color, arguments.log_format);
    terminal.catch_panics();
    if let Some((name, running)) = arguments.command.running() {
        used.tell(name, running.quiet, terminal);
    }
    let result = match arguments.command {
        Command::Scan(scan) => scan::run(*scan, &used, terminal),
        Command::Dedup(dedup) => dedup::run(*dedup, terminal),
        Command::Explain(explain) => explain::run(*explain, arguments.color, terminal),
        Command::Tune(tune) => tune::run(*tune, arguments.color, terminal),
        Command::Index { command } => index::run(command, terminal),
        Command::Completions { shell } => print::completions(shell),
        Command::Man { command } => print::manual(&command),
    };
    let result = result.map_err(|stop| used.hinted(stop));
    ended(result, terminal)
}

/// Prints the error, if there is one, and returns the exit status.
fn ended(result: Result<Status, Stop>, terminal: &Terminal) -> Status {
    result.unwrap_or_else(|stop| {
        terminal.error(&stop);
        stop.status()
    })
}

/// Prints why there are no arguments: help was asked for, or something is wrong.
fn without_arguments(error: ConfigError, argv: &[OsString]) -> Status {
    let (color, log_format) = config::message_format(argv);
    let terminal = &Terminal::new(color, log_format);
    let stop = match error {
        ConfigError::Typed(message) if !message.use_stderr() || log_format == LogFormat::Text => {
            // Requested help goes to standard output, errors to standard error. A failure to print
            // cannot be reported.
            let _ = message.print();
            return if message.use_stderr() {
                Status::Usage
            } else {
                Status::Done
            };
        }
        ConfigError::Typed(message) => Stop::usage(config::one_line(&message)),
        ConfigError::Set(stop) => stop,
    };
    ended(Err(stop), terminal)
}

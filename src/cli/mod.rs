//! The command line: from what was typed ([`args`]) to what is meant ([`meaning`]), the run itself ([`scan`], [`dedup`], [`explain`], [`index`]), what is said about it
//! ([`progress`], [`rejected`], [`closing`], [`log`]), where reports go ([`outputs`]), and how it ends ([`signals`], [`status`]). What was not typed but
//! set in a file or the environment comes in by [`config`].

mod advice;
mod args;
mod closing;
mod config;
mod dedup;
mod explain;
mod figures;
mod index;
mod inputs;
mod layout;
mod log;
mod meaning;
mod nightly;
mod outputs;
mod progress;
mod rejected;
mod scan;
mod session;
mod signals;
mod status;
mod terminal;
mod tune;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::CommandFactory;

use args::{Arguments, Command, LogFormat};
use config::ConfigError;
use status::{Status, Stop};
use terminal::Terminal;

/// Does what the arguments say; `argv` begins with the program's name.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> Status {
    let argv: Vec<OsString> = argv.into_iter().collect();
    let configured = match config::configured(&argv) {
        Ok(configured) => configured,
        Err(refused) => return refuse(refused, &argv),
    };
    let arguments = configured.arguments;
    let terminal = Terminal::new(arguments.color, arguments.log_format);
    terminal.catch_panics();
    if let Some(settings) = configured.printed {
        return ended(print(|out| out.write_all(settings.as_bytes())), terminal);
    }
    let sources = configured.sources;
    let result = match arguments.command {
        Command::Scan(scan) => {
            if scan.running.verbose && !sources.is_empty() {
                terminal.say(&format!("settings from {}", sources.join(", ")));
            }
            scan::run(*scan, terminal).map_err(|stop| config::hinted(stop, &sources))
        }
        Command::Dedup(dedup) => dedup::run(*dedup, terminal),
        Command::Explain(explain) => explain::run(*explain, arguments.color, terminal),
        Command::Tune(tune) => tune::run(*tune, arguments.color, terminal),
        Command::Index { command } => index::run(command, terminal),
        Command::Completions { shell } => print(|out| {
            clap_complete::generate(
                shell,
                &mut Arguments::command(),
                env!("CARGO_BIN_NAME"),
                out,
            );
            Ok(())
        }),
        Command::Man { command } => man(command.as_deref()),
    };
    ended(result, terminal)
}

/// The status, and the word on what went wrong.
fn ended(result: Result<Status, Stop>, terminal: Terminal) -> Status {
    result.unwrap_or_else(|stop| {
        terminal.error(&stop);
        stop.status()
    })
}

/// Says why there are no arguments, or what was asked for instead of a run.
fn refuse(refused: ConfigError, argv: &[OsString]) -> Status {
    let (color, log_format) = config::talk_wanted(argv);
    let terminal = Terminal::new(color, log_format);
    let stop = match refused {
        ConfigError::Typed(said) if !said.use_stderr() || log_format == LogFormat::Text => {
            // Help that was asked for goes to standard output, anything else to standard error; there is nobody to tell if that fails.
            let _ = said.print();
            return if said.use_stderr() {
                Status::Usage
            } else {
                Status::Done
            };
        }
        ConfigError::Typed(said) => Stop::usage(config::one_line(&said)),
        ConfigError::Set(stop) => stop,
    };
    ended(Err(stop), terminal)
}

/// Prints the manual page of the program, or of one of its commands.
fn man(command: Option<&str>) -> Result<Status, Stop> {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let page = match command {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(found) => found.clone(),
            None => {
                let names: Vec<_> = program
                    .get_subcommands()
                    .map(clap::Command::get_name)
                    .collect();
                return Err(Stop::usage(format!(
                    "there is no command '{name}'; there are {}",
                    names.join(", ")
                )));
            }
        },
    };
    print(|out| clap_mangen::Man::new(page).render(out))
}

/// Prints what `render` makes; it does not matter whether anybody reads to the end.
fn print(render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<Status, Stop> {
    let mut bytes = Vec::new();
    render(&mut bytes)?;
    outputs::unless_closed(
        io::stdout()
            .write_all(&bytes)
            .and_then(|()| io::stdout().flush()),
    )?;
    Ok(Status::Done)
}

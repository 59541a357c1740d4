//! The command line: from what was typed ([`args`]) to what is meant ([`meaning`]), the run itself ([`scan`], [`dedup`]), what is said about it
//! ([`progress`], [`rejected`], [`closing`]), where reports go ([`outputs`]), and how it ends ([`signals`], [`status`]).

mod args;
mod closing;
mod dedup;
mod figures;
mod inputs;
mod meaning;
mod outputs;
mod progress;
mod rejected;
mod scan;
mod signals;
mod status;
mod terminal;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::{CommandFactory, Parser};

use args::{Arguments, Command};
use status::{Status, Stop};
use terminal::Terminal;

/// Does what the arguments say; `argv` begins with the program's name.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> Status {
    let arguments = match Arguments::try_parse_from(argv) {
        Ok(arguments) => arguments,
        Err(said) => {
            // Help that was asked for goes to standard output, anything else to standard error; there is nobody to tell if that fails.
            let _ = said.print();
            return if said.use_stderr() {
                Status::Usage
            } else {
                Status::Done
            };
        }
    };
    let terminal = Terminal::new(arguments.color);
    let ended = match arguments.command {
        Command::Scan(scan) => scan::run(*scan, terminal),
        Command::Dedup(dedup) => dedup::run(*dedup, terminal),
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
    ended.unwrap_or_else(|stop| {
        terminal.error(&stop);
        stop.status()
    })
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

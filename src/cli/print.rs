//! Text for standard output that is no report: completions, manual pages, facts and settings.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Arguments;
use super::outputs;
use super::status::{Status, Stop};

/// Prints a text.
pub fn text(text: &str) -> Result<Status, Stop> {
    // A reader may close the pipe early.
    outputs::unless_closed(
        io::stdout()
            .write_all(text.as_bytes())
            .and_then(|()| io::stdout().flush()),
    )?;
    Ok(Status::Done)
}

/// Prints a completion script.
pub fn completions(shell: Shell) -> Result<Status, Stop> {
    rendered(|out| {
        clap_complete::generate(
            shell,
            &mut Arguments::command(),
            env!("CARGO_PKG_NAME"),
            out,
        );
        Ok(())
    })
}

/// Prints the manual page of the program, or of one of its commands.
pub fn manual(command: Option<&str>) -> Result<Status, Stop> {
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
                    "there is no command '{name}'; the commands are {}",
                    names.join(", ")
                )));
            }
        },
    };
    rendered(|out| clap_mangen::Man::new(page).render(out))
}

fn rendered(render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<Status, Stop> {
    let mut bytes = Vec::new();
    render(&mut bytes)?;
    text(&String::from_utf8_lossy(&bytes))
}

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

/// Prints the manual page of the program, or of the command with this path, such as `index info`.
pub fn manual(path: &[String]) -> Result<Status, Stop> {
    // A page says the version in one line.
    let mut page = Arguments::command()
        .disable_help_subcommand(true)
        .long_version(None);
    page.build();
    for name in path {
        let Some(found) = page.find_subcommand(name) else {
            return Err(Stop::usage(no_command(name, &page)));
        };
        page = found.clone();
    }
    rendered(|out| clap_mangen::Man::new(page).render(out))
}

/// Message that a command has no command of that name.
fn no_command(name: &str, parent: &clap::Command) -> String {
    let names: Vec<_> = parent
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    let known = if names.is_empty() {
        format!("{} has none", parent.get_name())
    } else {
        format!("the commands are {}", names.join(", "))
    };
    format!("there is no command '{name}'; {known}")
}

fn rendered(render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<Status, Stop> {
    let mut bytes = Vec::new();
    render(&mut bytes)?;
    text(&String::from_utf8_lossy(&bytes))
}

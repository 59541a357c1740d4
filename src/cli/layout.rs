//! How a text on standard output looks: as wide as the terminal, and in colour where that is wanted.

use std::io::{self, IsTerminal};

use terminal_size::{Width, terminal_size};

use super::args::When;
use super::outputs::Target;

/// Columns of a text that goes to no terminal.
const USUAL_WIDTH: usize = 80;

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Its columns.
    pub width: usize,
    /// Whether it has colour.
    pub colour: bool,
}

/// How a text looks that goes there, of so many columns if that was said.
pub fn of(width: Option<usize>, colour: When, target: &Target) -> Layout {
    let on_terminal = *target == Target::Stdout && io::stdout().is_terminal();
    let columns = || {
        let size = terminal_size().filter(|_| on_terminal);
        size.map_or(USUAL_WIDTH, |(Width(columns), _)| usize::from(columns))
    };
    let unless_told =
        || on_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Layout {
        width: width.unwrap_or_else(columns),
        colour: colour.or_else(unless_told),
    }
}

impl Layout {
    /// The words, bold if there is colour.
    pub fn strong(self, words: &str) -> String {
        match self.colour {
            true => format!("\x1b[1m{words}\x1b[0m"),
            false => words.to_owned(),
        }
    }
}

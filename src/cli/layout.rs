//! The layout of a text on standard output: the width of the terminal, and colour if wanted.

use std::io::{self, IsTerminal};

use terminal_size::{Width, terminal_size};

use super::args::When;
use super::outputs::Target;

/// The columns if the text does not go to a terminal.
const USUAL_WIDTH: usize = 80;

/// Width and colour of a text.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The number of columns.
    pub width: usize,
    /// Whether to use colour.
    pub colour: bool,
}

/// The layout of a text that goes to `target`; a given `width` overrides that of the terminal.
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
    /// The words, bold if colour is used.
    pub fn strong(self, words: &str) -> String {
        match self.colour {
            true => format!("\x1b[1m{words}\x1b[0m"),
            false => words.to_owned(),
        }
    }
}

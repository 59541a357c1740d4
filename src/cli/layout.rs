//! Width and colour of a text on standard output.

use std::io::{self, IsTerminal};

use terminal_size::{Width, terminal_size};

use super::args::running::UseWhen;
use super::outputs::OutputTarget;

/// Number of columns if the text does not go to a terminal.
const USUAL_WIDTH: usize = 80;

/// Width and colour of a text.
#[derive(Debug, Clone, Copy)]
pub struct TextLayout {
    /// Number of columns.
    pub width: usize,
    /// True to use colour.
    pub colour: bool,
}

/// The layout of a text that does not go to a terminal.
pub const PLAIN: TextLayout = TextLayout {
    width: USUAL_WIDTH,
    colour: false,
};

/// The layout of a text for `target`. `width` overrides the width of the terminal.
pub fn of(width: Option<usize>, colour: UseWhen, target: &OutputTarget) -> TextLayout {
    let on_terminal = *target == OutputTarget::Stdout && io::stdout().is_terminal();
    let columns = || {
        let size = terminal_size().filter(|_| on_terminal);
        size.map_or(USUAL_WIDTH, |(Width(columns), _)| usize::from(columns))
    };
    let by_default =
        || on_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    TextLayout {
        width: width.unwrap_or_else(columns),
        colour: colour.or_else(by_default),
    }
}

impl TextLayout {
    /// The words in bold, if colour is used.
    pub fn strong(self, words: &str) -> String {
        match self.colour {
            true => format!("\x1b[1m{words}\x1b[0m"),
            false => words.to_owned(),
        }
    }
}

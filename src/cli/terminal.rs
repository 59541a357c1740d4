//! Standard error, as a person sees it or as a log takes it: colour where it is wanted, and nothing that a hostile record could do to a terminal.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use serde_json::{Value, json};
use terminal_size::{Width, terminal_size_of};
pub use wirecopy::text::escaping::escaped;

use super::args::{LogFormat, When};
use super::log::{self, Level};
use super::status::Stop;

/// How to talk to standard error.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    colour: bool,
    log_format: LogFormat,
}

/// How a piece of talk looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A figure that matters.
    Strong,
    /// What may be passed over.
    Faint,
    /// What went wrong.
    Alarm,
    /// What went not quite right.
    Warning,
}

impl Terminal {
    /// In colour when told to, and in doubt when it is a terminal and `NO_COLOR` (<https://no-color.org>) is not set.
    pub fn new(colour: When, log_format: LogFormat) -> Terminal {
        let wanted = || {
            io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        };
        Terminal {
            colour: log_format == LogFormat::Text && colour.or_else(wanted),
            log_format,
        }
    }

    /// Whether it is a log for machines.
    pub fn is_json(self) -> bool {
        self.log_format == LogFormat::Json
    }

    /// From here on, a panic is told in the same format as all else.
    pub fn catch_panics(self) {
        if self.is_json() {
            std::panic::set_hook(Box::new(move |panic| {
                self.tell(Level::Error, "panic", &panic.to_string(), json!({}));
            }));
        }
    }

    /// How many columns of a line are left for a title after so many others: as the terminal has, else `usual`.
    pub fn room(self, others: usize, usual: usize) -> usize {
        let stderr = io::stderr();
        let size = terminal_size_of(&stderr).filter(|_| stderr.is_terminal());
        size.map_or(usual, |(Width(columns), _)| {
            usize::from(columns).saturating_sub(others).clamp(10, usual)
        })
    }

    /// The words in that style.
    pub fn paint(self, style: Style, words: impl fmt::Display) -> String {
        let code = match style {
            Style::Strong => "1",
            Style::Faint => "2",
            Style::Alarm => "1;31",
            Style::Warning => "1;33",
        };
        if self.colour {
            format!("\x1b[{code}m{words}\x1b[0m")
        } else {
            words.to_string()
        }
    }

    /// Says a line.
    pub fn say(self, line: &str) {
        self.tell(Level::Info, "note", line, json!({}));
    }

    /// Says a line to a person, or tells a log the same with the fields of an object; that nobody hears it is no error.
    pub fn tell(self, level: Level, event: &str, line: &str, fields: Value) {
        let line = match self.log_format {
            LogFormat::Text => line.to_owned(),
            LogFormat::Json => log::object(jiff::Timestamp::now(), level, event, line, fields),
        };
        // In one piece, for other processes may write to the same file.
        let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }

    /// Says what went wrong.
    pub fn error(self, stop: &Stop) {
        if self.is_json() {
            let fields = json!({"exit_status": stop.status().code()});
            return self.tell(Level::Error, "error", &stop.to_string(), fields);
        }
        self.say(&format!(
            "{} {}",
            self.paint(Style::Alarm, "error:"),
            escaped(&stop.to_string())
        ));
        if let Stop::Usage(_) = stop {
            self.say("\nFor more information, try '--help'.");
        }
    }
}

/// At most `most` characters of the text, escaped, with an ellipsis where some are missing.
pub fn excerpt(text: &str, most: usize) -> String {
    let mut rest = text.char_indices().skip(most);
    match rest.next() {
        None => escaped(text),
        Some((end, _)) => format!("{}…", escaped(text[..end].trim_end())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts() {
        for (text, expected) in [
            ("", ""),
            ("abc", "abc"),
            ("abcd", "abc…"),
            ("ab cd", "ab…"),
            ("éééé", "ééé…"),
        ] {
            assert_eq!(excerpt(text, 3), expected);
        }
    }
}

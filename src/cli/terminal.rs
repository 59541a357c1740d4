//! Messages on standard error: colour, JSON, and escapes for text that could act on a terminal.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

pub use crate::text::escaping::escaped;
use serde_json::{Value, json};
use terminal_size::{Width, terminal_size_of};

use super::args::running::{LogFormat, UseWhen};
use super::log::{self, LogLevel};
use super::status::Stop;

/// Texts of a corpus in quotation marks, escaped, in one line.
pub fn quoted(texts: &[String]) -> String {
    let quoted = texts.iter().map(|text| format!("\"{}\"", escaped(text)));
    quoted.collect::<Vec<_>>().join(", ")
}

/// Messages of a run: their format on standard error, or who receives them instead.
#[derive(Clone)]
pub struct Terminal {
    colour: bool,
    log_format: LogFormat,
    receiver: Option<Arc<Receiver>>,
}

/// Receiver of messages.
pub type Receiver = dyn Fn(Message) + Send + Sync;

/// A message of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Severity.
    pub level: LogLevel,
    /// The text, of one line or more.
    pub text: String,
}

/// Style of a part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageStyle {
    /// A figure that stands out.
    Strong,
    /// Less important text.
    Faint,
    /// The word before an error.
    Error,
    /// The word before a warning.
    Warning,
}

impl Terminal {
    /// Decides on colour. `Auto` means colour on a terminal, unless `NO_COLOR`
    /// (<https://no-color.org>) is set.
    pub fn new(colour: UseWhen, log_format: LogFormat) -> Terminal {
        let wanted = || {
            io::stderr().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        };
        Terminal {
            colour: log_format == LogFormat::Text && colour.or_else(wanted),
            log_format,
            receiver: None,
        }
    }

    /// Hands messages over instead of printing them.
    pub fn received(receiver: Arc<Receiver>) -> Terminal {
        Terminal {
            colour: false,
            log_format: LogFormat::Text,
            receiver: Some(receiver),
        }
    }

    /// Returns true if messages are JSON.
    pub fn is_json(&self) -> bool {
        self.log_format == LogFormat::Json
    }

    /// Makes a panic print its message in this format too.
    pub fn catch_panics(&self) {
        if self.is_json() {
            let terminal = self.clone();
            std::panic::set_hook(Box::new(move |panic| {
                terminal.tell(LogLevel::Error, "panic", &panic.to_string(), json!({}));
            }));
        }
    }

    /// Number of columns for a title in a line with `others` further columns. Without a terminal,
    /// it is `usual`.
    pub fn room(&self, others: usize, usual: usize) -> usize {
        let stderr = io::stderr();
        let is_terminal = self.receiver.is_none() && stderr.is_terminal();
        let size = terminal_size_of(&stderr).filter(|_| is_terminal);
        size.map_or(usual, |(Width(columns), _)| {
            usize::from(columns).saturating_sub(others).clamp(10, usual)
        })
    }

    /// The words in a style.
    pub fn paint(&self, style: MessageStyle, words: impl fmt::Display) -> String {
        let code = match style {
            MessageStyle::Strong => "1",
            MessageStyle::Faint => "2",
            MessageStyle::Error => "1;31",
            MessageStyle::Warning => "1;33",
        };
        if self.colour {
            format!("\x1b[{code}m{words}\x1b[0m")
        } else {
            words.to_string()
        }
    }

    /// Prints a line.
    pub fn say(&self, line: &str) {
        self.tell(LogLevel::Info, "note", line, json!({}));
    }

    /// Prints a line, or a JSON object with the same message and further fields. A failure to print
    /// is ignored.
    pub fn tell(&self, level: LogLevel, event: &str, line: &str, fields: Value) {
        if let Some(receive) = &self.receiver {
            let text = line.trim().to_owned();
            return receive(Message { level, text });
        }
        let line = match self.log_format {
            LogFormat::Text => line.to_owned(),
            LogFormat::Json => log::object(jiff::Timestamp::now(), level, event, line, fields),
        };
        // One write, because other processes may write to the same file.
        let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }

    /// Prints an error.
    pub fn error(&self, stop: &Stop) {
        if self.is_json() {
            let fields = json!({"exit_status": stop.status().code()});
            return self.tell(LogLevel::Error, "error", &stop.to_string(), fields);
        }
        self.say(&format!(
            "{} {}",
            self.paint(MessageStyle::Error, "error:"),
            escaped(&stop.to_string())
        ));
        if let Stop::Usage(_) = stop {
            self.say("\nFor more information, try '--help'.");
        }
    }
}

/// The first `most` characters of a text, escaped, with an ellipsis if some are missing.
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
    fn excerpts_of_named_lengths() {
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

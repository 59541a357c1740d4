//! The colour and format of messages about wrong arguments.

use std::ffi::OsString;
use std::{env, fs};

use clap::ValueEnum;
use toml::de::DeTable;

use super::file::USUAL_FILE;
use super::flags::variable_of;
use crate::cli::args::running::{LogFormat, UseWhen};

/// The colour and format of messages when the arguments are wrong: the best guess from what was
/// typed, the environment and the file.
pub fn message_format(argv: &[OsString]) -> (UseWhen, LogFormat) {
    let words: Vec<&str> = argv
        .iter()
        .map(|word| word.to_str().unwrap_or_default())
        .collect();
    let outside_file =
        |key: &str| {
            let flag = format!("--{key}");
            let typed = words.iter().enumerate().find_map(|(at, word)| {
                match word.strip_prefix(&*flag)? {
                    "" => words.get(at + 1).copied(),
                    rest => rest.strip_prefix('='),
                }
            });
            typed
                .map(str::to_owned)
                .or_else(|| env::var(variable_of(key)).ok())
        };
    let file = outside_file("config").unwrap_or_else(|| USUAL_FILE.to_owned());
    let text = fs::read_to_string(file).unwrap_or_default();
    let (table, _) = DeTable::parse_recoverable(&text);
    let wanted = |key: &str| {
        let in_file = || Some(table.get_ref().get(key)?.get_ref().as_str()?.to_owned());
        outside_file(key).or_else(in_file)
    };
    fn parsed<T: ValueEnum + Default>(name: Option<String>) -> T {
        let value = name.and_then(|name| T::from_str(&name, false).ok());
        value.unwrap_or_default()
    }
    (parsed(wanted("color")), parsed(wanted("log-format")))
}

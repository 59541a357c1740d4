//! The settings of a command by name, for a program that embeds it.

use std::any::TypeId;
use std::path::PathBuf;

use clap::Arg;

use super::flags::{Flags, is_list, is_switch, key, nearest};
use crate::cli::status::Stop;

/// Flags that only a command line has a use for, and `sample`, which is a function of its own.
const LEFT_OUT: [&str; 10] = [
    "color",
    "format",
    "help",
    "log_format",
    "print_config",
    "progress",
    "quiet",
    "sample",
    "version",
    "width",
];

/// Description of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingInfo {
    /// Name of the flag, with underscores.
    pub name: String,
    /// Heading of the flag in the help.
    pub heading: String,
    /// One line about it.
    pub help: String,
    /// The kind of its values.
    pub kind: SettingKind,
    /// True if it takes several values.
    pub is_list: bool,
    /// The values that it can have, if they are few.
    pub choices: Vec<String>,
    /// Its value if it is not set, if it has one.
    pub default: Option<String>,
}

/// Kind of the values of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// True or false.
    Switch,
    /// A number.
    Number,
    /// A whole number, or a text that stands for one, such as `2G` or `3d`.
    Count,
    /// A path.
    Path,
    /// A text.
    Text,
}

/// The settings of a command, in the order of its help.
pub fn settings(command: &str) -> Vec<SettingInfo> {
    let flags = Flags::of_command(command);
    named(&flags).map(described).collect()
}

/// Fails if a command has no setting of one of these names, or has one with another kind of values.
/// Each name comes with true for a setting that is switched on or off.
pub fn check_settings<'n>(
    command: &str,
    settings: impl IntoIterator<Item = (&'n str, bool)>,
) -> Result<(), Stop> {
    let flags = Flags::of_command(command);
    settings
        .into_iter()
        .try_for_each(|(name, switches)| check_setting(&flags, command, name, switches))
}

fn check_setting(flags: &Flags, command: &str, name: &str, switches: bool) -> Result<(), Stop> {
    let flag = name.replace('_', "-");
    if let Some(arg) = named(flags).find(|arg| key(arg) == flag) {
        return match (is_switch(arg), switches) {
            (true, false) => Err(Stop::usage(format!("{name} is true or false"))),
            (false, true) => Err(Stop::usage(format!(
                "{name} takes a value, not true or false"
            ))),
            _ => Ok(()),
        };
    }
    let message = match nearest(&flag, named(flags).map(key)) {
        Some(nearest) => format!("did you mean {}?", nearest.replace('-', "_")),
        None => format!("the settings are the long flags of `wirecopy {command} --help`"),
    };
    Err(Stop::usage(format!(
        "{command} has no setting {name}; {message}"
    )))
}

fn named(flags: &Flags) -> impl Iterator<Item = &Arg> {
    flags.all().filter(|arg| {
        let id = arg.get_id().as_str();
        !arg.is_positional() && !LEFT_OUT.contains(&id)
    })
}

fn described(arg: &Arg) -> SettingInfo {
    let text =
        |text: Option<&clap::builder::StyledStr>| text.map(ToString::to_string).unwrap_or_default();
    let defaults = arg.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|value| value.to_string_lossy()).collect();
    let choices = arg.get_possible_values();
    SettingInfo {
        name: key(arg).replace('-', "_"),
        heading: arg.get_help_heading().unwrap_or_default().to_owned(),
        help: text(arg.get_help()),
        kind: kind(arg),
        is_list: is_list(arg) || arg.get_value_delimiter().is_some(),
        choices: match is_switch(arg) {
            true => Vec::new(),
            false => choices
                .iter()
                .map(|one| one.get_name().to_owned())
                .collect(),
        },
        default: (!defaults.is_empty() && !is_switch(arg)).then(|| defaults.join(",")),
    }
}

fn kind(arg: &Arg) -> SettingKind {
    if is_switch(arg) {
        return SettingKind::Switch;
    }
    let parsed = arg.get_value_parser().type_id();
    let counts = [
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<i64>(),
        TypeId::of::<usize>(),
    ];
    if parsed == TypeId::of::<f64>() {
        SettingKind::Number
    } else if parsed == TypeId::of::<PathBuf>() {
        SettingKind::Path
    } else if counts.iter().any(|count| parsed == *count) {
        SettingKind::Count
    } else {
        SettingKind::Text
    }
}

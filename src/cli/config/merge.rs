//! The merged arguments, and the errors if there are none.

use std::ffi::OsString;
use std::path::Path;

use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::environment::UnknownVariable;
use super::file::SettingsFile;
use super::flags::{CONFIGURED, Flags, SCAN, one_line};
use super::layers::{Layers, Setting, SettingOrigin};
use crate::cli::args::Arguments;
use crate::cli::status::Stop;

/// The merged command line, environment and file.
pub enum Configured {
    /// The arguments of a run, and what else than the command line they come from.
    Run(Arguments, UsedSettings),
    /// The settings as a `wirecopy.toml`, which `--print-config` asked for.
    Printed(String),
}

/// The settings that were found besides the command line.
#[derive(Debug, Clone, Default)]
pub struct UsedSettings {
    /// The settings file, if one was read.
    pub file: Option<UsedFile>,
    /// The variables in force.
    pub variables: Vec<String>,
    /// Keys and variables that the command has no use for.
    pub unused: Vec<String>,
    /// Variables that look like settings and are none.
    pub unknown: Vec<UnknownVariable>,
    /// The files and variables in force, for errors.
    sources: Vec<String>,
}

/// A settings file that was read.
#[derive(Debug, Clone)]
pub struct UsedFile {
    /// The path, as given.
    pub path: String,
    /// True if `--config` names it.
    pub is_typed: bool,
}

/// The reason why there are no arguments.
pub enum ConfigError {
    /// The command line alone is wrong, or asks for help; clap has the message.
    Typed(clap::Error),
    /// A setting of the file or the environment is wrong.
    Set(Stop),
}

/// Works out the arguments; `argv` begins with the program's name.
pub fn configured(argv: &[OsString]) -> Result<Configured, ConfigError> {
    merged(argv, false)
}

/// Works out the arguments without the environment, and with a file only if `--config` names it.
pub fn configured_alone(argv: &[OsString]) -> Result<Configured, ConfigError> {
    merged(argv, true)
}

fn merged(argv: &[OsString], alone: bool) -> Result<Configured, ConfigError> {
    let flags = Flags::of(SCAN);
    // Required flags may come from another layer, so the first parse does not ask for them.
    let typed = match flags.relaxed.clone().try_get_matches_from(argv) {
        Ok(typed) => typed,
        Err(relaxed) => {
            let strict = Arguments::command().try_get_matches_from(argv);
            return Err(ConfigError::Typed(strict.err().unwrap_or(relaxed)));
        }
    };
    let configured = typed.subcommand().and_then(|(name, typed)| {
        let name = CONFIGURED.into_iter().find(|&one| one == name)?;
        Some((name, typed))
    });
    let Some((name, typed)) = configured else {
        let matches = Arguments::command().try_get_matches_from(argv);
        let matches = matches.map_err(ConfigError::Typed)?;
        return run(&matches, UsedSettings::default());
    };

    let flags = Flags::of(name);
    let environment = match alone {
        true => Vec::new(),
        false => flags.environment().map_err(ConfigError::Set)?,
    };
    let file = match alone && typed.get_raw("config").is_none() {
        true => None,
        false => flags.file(typed).map_err(ConfigError::Set)?,
    };
    let (file, in_file) = match file {
        None => (None, Vec::new()),
        Some(SettingsFile {
            path,
            is_typed,
            settings,
        }) => (Some(UsedFile { path, is_typed }), settings),
    };
    let mut layers = flags.by_precedence([flags.typed(typed), environment, in_file]);
    spare_texts(&flags, typed, &mut layers);
    only_named_index(&layers, file.as_ref()).map_err(ConfigError::Set)?;

    let used = UsedSettings::of(&flags, &layers, file);
    let print = typed.get_flag("print_config");
    let mut strict = Arguments::command();
    if print {
        strict = strict.mut_subcommand(name, |command| command.mut_args(|arg| arg.required(false)));
    }
    let matches = strict
        .try_get_matches_from(whole(argv, name, &layers.kept))
        .map_err(|error| match used.sources.is_empty() {
            true => ConfigError::Typed(error),
            false => ConfigError::Set(used.hinted(Stop::usage(one_line(&error)))),
        })?;
    match matches.subcommand() {
        Some((_, set)) if print => {
            let printed = flags.printed(set, &layers).map_err(ConfigError::Set)?;
            Ok(Configured::Printed(printed))
        }
        _ => run(&matches, used),
    }
}

/// Checks that a settings file with this text is valid.
pub fn check(text: &str, path: &str) -> Result<(), Stop> {
    Flags::of(SCAN).keys(text, path).map(|_| ())
}

/// The arguments of a run.
fn run(matches: &ArgMatches, used: UsedSettings) -> Result<Configured, ConfigError> {
    let arguments = Arguments::from_arg_matches(matches).map_err(ConfigError::Typed)?;
    Ok(Configured::Run(arguments, used))
}

/// The command line with the settings in force. Flags are inserted after the command, where typed
/// ones follow; inputs come last, after the documents that `explain` names.
fn whole(argv: &[OsString], command: &str, kept: &[Setting]) -> Vec<OsString> {
    let at = argv.iter().skip(1).position(|word| word == command);
    let after_command = at.map_or(argv.len(), |at| at + 2);
    let (inputs, flags): (Vec<&Setting>, Vec<&Setting>) =
        kept.iter().rev().partition(|set| set.id == "inputs");
    let arguments = |settings: Vec<&Setting>| {
        let all = settings.into_iter().flat_map(|set| set.arguments.clone());
        all.collect::<Vec<_>>()
    };
    let mut whole = argv.to_vec();
    whole.splice(after_command..after_command, arguments(flags));
    whole.extend(arguments(inputs));
    whole
}

/// Leaves out the inputs of the settings where `explain` compares two files, or where an input
/// would stand for a document that is not named.
fn spare_texts(flags: &Flags, typed: &ArgMatches, layers: &mut Layers) {
    if flags.name != "explain" {
        return;
    }
    let name = |id| typed.get_one::<String>(id);
    let is_file = |name: Option<&String>| name.is_some_and(|name| Path::new(name).is_file());
    let (a, b) = (name("a"), name("b"));
    if b.is_none() || is_file(a) && is_file(b) {
        let is_inputs = |set: &mut Setting| set.id == "inputs" && set.origin != SettingOrigin::Flag;
        let inputs = layers.kept.extract_if(.., is_inputs);
        layers.unused.extend(inputs);
    }
}

/// Fails if an index comes from a file or a variable that nobody named for this run. A run changes
/// its index, so a setting that is left over would mix up two of them.
fn only_named_index(layers: &Layers, file: Option<&UsedFile>) -> Result<(), Stop> {
    let (place, or_config) = match layers.origin_of("index") {
        Some(SettingOrigin::Environment(name)) => (name.clone(), String::new()),
        Some(SettingOrigin::File { path, line }) if file.is_some_and(|file| !file.is_typed) => {
            (format!("{path}:{line}"), format!(" or --config {path}"))
        }
        _ => return Ok(()),
    };
    Err(Stop::usage(format!(
        "{place}: an index is used only if --index or a file that --config names asks for it: add \
         --index DIRECTORY{or_config}, or remove this setting"
    )))
}

impl UsedSettings {
    fn of(flags: &Flags, layers: &Layers, file: Option<UsedFile>) -> UsedSettings {
        let name = |set: &Setting| match &set.origin {
            SettingOrigin::Environment(name) => name.clone(),
            _ => set.key.clone(),
        };
        UsedSettings {
            file,
            variables: layers.variables(),
            unused: layers.unused.iter().map(name).collect(),
            unknown: flags.unknown_variables(),
            sources: layers.sources(),
        }
    }

    /// Adds the names of the other layers to a usage error.
    pub fn hinted(&self, stop: Stop) -> Stop {
        match stop {
            Stop::Usage(error) if !self.sources.is_empty() => Stop::usage(format!(
                "{error:#} (settings of {} count too; --print-config shows all)",
                self.sources.join(", ")
            )),
            stop => stop,
        }
    }
}

//! The merged arguments, and the errors if there are none.

use std::ffi::OsString;

use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::flags::{CONFIGURED, Flags, one_line};
use crate::cli::args::Arguments;
use crate::cli::status::Stop;

/// The merged command line, environment and file.
pub struct Configured {
    pub arguments: Arguments,
    /// The files and variables in force, for messages.
    pub sources: Vec<String>,
    /// The settings as a `wirecopy.toml`, if `--print-config` asked for them.
    pub printed: Option<String>,
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
    let flags = Flags::new();
    // Required flags may come from another layer, so the first parse does not ask for them.
    let typed = match flags.relaxed.clone().try_get_matches_from(argv) {
        Ok(typed) => typed,
        Err(relaxed) => {
            let strict = Arguments::command().try_get_matches_from(argv);
            return Err(ConfigError::Typed(strict.err().unwrap_or(relaxed)));
        }
    };
    let Some((CONFIGURED, typed)) = typed.subcommand() else {
        let matches = Arguments::command().try_get_matches_from(argv);
        let matches = matches.map_err(ConfigError::Typed)?;
        return Configured::new(&matches, Vec::new(), None);
    };

    let environment = flags.environment().map_err(ConfigError::Set)?;
    let file = flags.file(typed).map_err(ConfigError::Set)?;
    let layers = flags.by_precedence([flags.typed(typed), environment, file]);
    let sources = layers.sources();

    let command = argv.iter().skip(1).position(|word| word == CONFIGURED);
    let after_command = command.map_or(argv.len(), |at| at + 2);
    let set = layers
        .kept
        .iter()
        .rev()
        .flat_map(|set| set.arguments.clone());
    let mut whole = argv.to_vec();
    whole.splice(after_command..after_command, set.collect::<Vec<_>>());

    let print = typed.get_flag("print_config");
    let mut strict = Arguments::command();
    if print {
        strict = strict.mut_subcommand(CONFIGURED, |scan| scan.mut_args(|arg| arg.required(false)));
    }
    let matches = strict
        .try_get_matches_from(whole)
        .map_err(|error| match &sources[..] {
            [] => ConfigError::Typed(error),
            sources => ConfigError::Set(hinted(Stop::usage(one_line(&error)), sources)),
        })?;
    let printed = match matches.subcommand() {
        Some((_, scan)) if print => Some(flags.printed(scan, &layers).map_err(ConfigError::Set)?),
        _ => None,
    };
    Configured::new(&matches, sources, printed)
}

/// Checks that a settings file with this text is valid.
pub fn check(text: &str, path: &str) -> Result<(), Stop> {
    Flags::new().keys(text, path).map(|_| ())
}

/// Adds the names of the other layers to a usage error.
pub fn hinted(stop: Stop, sources: &[String]) -> Stop {
    match stop {
        Stop::Usage(error) if !sources.is_empty() => Stop::usage(format!(
            "{error:#} (settings of {} count too; --print-config shows all)",
            sources.join(", ")
        )),
        stop => stop,
    }
}

impl Configured {
    fn new(
        matches: &ArgMatches,
        sources: Vec<String>,
        printed: Option<String>,
    ) -> Result<Configured, ConfigError> {
        Ok(Configured {
            arguments: Arguments::from_arg_matches(matches).map_err(ConfigError::Typed)?,
            sources,
            printed,
        })
    }
}

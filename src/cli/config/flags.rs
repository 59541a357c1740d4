//! The flags of a command as keys of a file and variables of the environment.

use std::ffi::{OsStr, OsString};

use clap::builder::{Resettable, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory};

use super::layers::{Layers, Setting, SettingOrigin};
use crate::cli::args::Arguments;
use crate::cli::status::Stop;

/// Prefix of the variables of the environment.
pub const PREFIX: &str = "WIRECOPY_";

/// The command whose flags are the settings.
pub const SCAN: &str = "scan";

/// The commands that take settings.
pub const CONFIGURED: [&str; 4] = [SCAN, "dedup", "explain", "tune"];

/// Flags that can only be typed.
const TYPED_ONLY: [&str; 4] = ["help", "version", "config", "print_config"];

/// Heading of the flags of scan that name its own outputs. Other commands have flags of the same
/// names, for outputs of their own.
const OWN_OUTPUTS: &str = "Reports";

/// Heading of the flags that need an index.
const OF_INDEX: &str = "Index";

/// The least similarity of a suggested name, the same as clap's for flags.
const SIMILAR: f64 = 0.7;

/// The flags of a command, as clap knows them.
pub struct Flags {
    /// Name of the command.
    pub name: &'static str,
    /// The program without required flags.
    pub relaxed: Command,
    scan: Command,
    command: Command,
}

impl Flags {
    /// Reads the flags of a command from the definition of the command line.
    pub fn of(name: &'static str) -> Flags {
        let relax = |arg: Arg| {
            arg.required(false)
                .requires(Resettable::Reset)
                .required_unless_present(Resettable::Reset)
        };
        let relaxed = CONFIGURED.iter().fold(Arguments::command(), |all, name| {
            all.mut_subcommand(name, |command| command.mut_args(relax))
        });
        let mut built = relaxed.clone();
        // Passes the global flags on to each command.
        built.build();
        let command = |name: &str| built.find_subcommand(name).cloned().unwrap_or_default();
        Flags {
            name,
            scan: command(SCAN),
            command: command(name),
            relaxed,
        }
    }

    /// Reads the flags of a command by its name.
    pub fn of_command(name: &str) -> Flags {
        let known = CONFIGURED.into_iter().find(|&known| known == name);
        Flags::of(known.unwrap_or(SCAN))
    }

    /// All flags and arguments of the command.
    pub fn all(&self) -> impl Iterator<Item = &Arg> {
        self.command.get_arguments()
    }

    /// The flags that can be set, in the order of the help. They are those of scan.
    pub fn settings(&self) -> impl Iterator<Item = &Arg> {
        let all = self.scan.get_arguments();
        all.filter(|arg| !TYPED_ONLY.contains(&id(arg)))
    }

    /// The flags of the command that can only be typed, because scan has none like them.
    pub fn own(&self) -> impl Iterator<Item = &Arg> {
        let all = self.command.get_arguments();
        let is_setting = |arg: &Arg| self.settings().any(|one| id(one) == id(arg));
        all.filter(move |arg| !TYPED_ONLY.contains(&id(arg)) && !arg.is_positional())
            .filter(move |arg| !is_setting(arg) || !self.takes(id(arg)))
    }

    /// Returns true if the command has a use for this setting.
    pub fn takes(&self, setting: &str) -> bool {
        let is_setting = |arg: &&Arg| id(arg) == setting;
        let is_output = |arg: &Arg| arg.get_help_heading() == Some(OWN_OUTPUTS);
        self.name == SCAN
            || self.flag(setting).is_some()
                && self
                    .settings()
                    .find(is_setting)
                    .is_some_and(|arg| !is_output(arg))
    }

    /// The flags on the command line.
    pub fn typed(&self, typed: &ArgMatches) -> Vec<Setting> {
        let source = |arg: &&Arg| typed.value_source(id(arg));
        self.command
            .get_arguments()
            .filter(|arg| !TYPED_ONLY.contains(&id(arg)))
            .filter(|arg| source(arg) == Some(ValueSource::CommandLine))
            .map(|arg| setting(arg, Vec::new(), SettingOrigin::Flag))
            .collect()
    }

    /// The arguments for values of a flag, if clap accepts them; `truth` reads a yes or a no.
    pub fn arguments(
        &self,
        arg: &Arg,
        values: &[OsString],
        truth: impl TypedValueParser<Value = bool>,
    ) -> Result<Vec<OsString>, clap::Error> {
        let arguments = match values {
            [value] if is_switch(arg) => match truth.parse_ref(&self.scan, Some(arg), value)? {
                true => vec![format!("--{}", key(arg)).into()],
                false => Vec::new(),
            },
            values => values.iter().map(|value| argument(arg, value)).collect(),
        };
        self.check(&arguments)?;
        Ok(arguments)
    }

    /// The settings of one layer, if none of them conflicts with another.
    pub fn agreeing(&self, layer: &str, settings: Vec<Setting>) -> Result<Vec<Setting>, Stop> {
        let all: Vec<_> = settings
            .iter()
            .flat_map(|set| set.arguments.clone())
            .collect();
        self.check(&all)
            .map_err(|error| Stop::usage(format!("{layer}: {}", one_line(&error))))?;
        Ok(settings)
    }

    /// Checks settings as arguments of scan, so that a file is as valid for one command as for
    /// another.
    fn check(&self, arguments: &[OsString]) -> Result<(), clap::Error> {
        let begin = [env!("CARGO_PKG_NAME"), SCAN].map(OsString::from);
        let argv = begin.iter().chain(arguments);
        self.relaxed.clone().try_get_matches_from(argv).map(|_| ())
    }

    /// Merges the layers; they come highest first.
    pub fn by_precedence(&self, layers: [Vec<Setting>; 3]) -> Layers {
        let mut merged = Layers::default();
        for layer in layers {
            let mut fit = Vec::new();
            for set in layer {
                let higher = &merged.kept;
                if set.origin != SettingOrigin::Flag && !self.takes(&set.id) {
                    merged.unused.push(set);
                } else if higher.iter().any(|higher| higher.id == set.id) {
                    continue;
                } else if let Some(higher) = higher.iter().find(|one| self.conflict(one, &set)) {
                    let other = higher.key.clone();
                    merged.set_aside.push((set, other));
                } else {
                    fit.push(set);
                }
            }
            merged.kept.extend(fit);
        }
        self.drop_index_settings(&mut merged);
        merged
    }

    /// Leaves out what only a run with an index has a use for, if there is none. A scan without one
    /// is likely to be a mistake, which clap then tells.
    fn drop_index_settings(&self, layers: &mut Layers) {
        if self.name == SCAN || layers.origin_of("index").is_some() {
            return;
        }
        let is_unused = |set: &mut Setting| {
            let heading = self.flag(&set.id).and_then(Arg::get_help_heading);
            set.origin != SettingOrigin::Flag && heading == Some(OF_INDEX)
        };
        let unused = layers.kept.extract_if(.., is_unused);
        layers.unused.extend(unused);
    }

    fn conflict(&self, one: &Setting, other: &Setting) -> bool {
        let excludes = |one: &Setting, other: &Setting| {
            let arg = self.flag(&one.id);
            let conflicts = arg.map(|arg| self.command.get_arg_conflicts_with(arg));
            conflicts.is_some_and(|all| all.iter().any(|arg| id(arg) == other.id))
        };
        !one.is_off() && !other.is_off() && (excludes(one, other) || excludes(other, one))
    }

    /// The flag of the command with this id.
    fn flag(&self, of: &str) -> Option<&Arg> {
        self.command.get_arguments().find(|arg| id(arg) == of)
    }
}

/// clap's id of a flag.
pub fn id(arg: &Arg) -> &str {
    arg.get_id().as_str()
}

/// The key in the file: the long flag without its dashes.
pub fn key(arg: &Arg) -> &str {
    arg.get_long().unwrap_or(id(arg))
}

/// The setting of a flag.
pub fn setting(arg: &Arg, arguments: Vec<OsString>, origin: SettingOrigin) -> Setting {
    Setting {
        id: id(arg).to_owned(),
        key: key(arg).to_owned(),
        arguments,
        origin,
    }
}

/// The variable of the environment.
pub fn variable(arg: &Arg) -> String {
    variable_of(key(arg))
}

/// The variable of the environment for a key.
pub fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('-', "_").to_ascii_uppercase())
}

/// Returns true if a flag takes no value.
pub fn is_switch(arg: &Arg) -> bool {
    !arg.get_action().takes_values()
}

/// Returns true if a flag can be repeated.
pub fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// The argument for a value.
fn argument(arg: &Arg, value: &OsStr) -> OsString {
    let mut typed = OsString::new();
    if !arg.is_positional() {
        typed.push(format!("--{}=", key(arg)));
    } else if value != "-" && value.as_encoded_bytes().starts_with(b"-") {
        // A file, although its name begins like a flag.
        typed.push("./");
    }
    typed.push(value);
    typed
}

/// The name that is most similar to an unknown one, if any is similar.
pub fn nearest<'a>(unknown: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // The common prefix would make all names similar.
    let bare = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_owned();
    names
        .map(|name| (strsim::jaro(&bare(unknown), &bare(name)), name))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// clap's message on one line, without the usage.
pub fn one_line(error: &clap::Error) -> String {
    let message = error.render().to_string();
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    let end = ["\n\nUsage:", "\n\nFor more"]
        .iter()
        .filter_map(|mark| message.find(mark))
        .min();
    let lines = message[..end.unwrap_or(message.len())]
        .lines()
        .map(str::trim);
    let joined = lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    joined.replace(" tip: ", "; tip: ")
}

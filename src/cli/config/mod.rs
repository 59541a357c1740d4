//! Settings from `wirecopy.toml` and the environment, merged with the command line.
//!
//! A flag overrides the environment, which overrides the file, which overrides the default. Each
//! key and each variable is turned into the argument that a user would type, and clap parses and
//! checks all of them. A flag added to [`ScanArguments`](super::args::ScanArguments) is therefore
//! a key and a variable at once, with the same values and the same errors. This module only
//! decides precedence: a setting is dropped if a higher layer sets the same flag, or a flag that
//! conflicts with it.
//!
//! clap's own `env` feature cannot replace this (clap 4.6). A variable that conflicts with a typed
//! flag is an error there instead of being overridden, errors do not name the variable, and an
//! empty variable is a value. Its `default_values`, the other place for the values of a file, do
//! not count for `requires`, and `overrides_with` would accept two conflicting flags on one
//! command line.

mod print;
mod talk;

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::Path;
use std::{env, fs};

use clap::builder::{BoolValueParser, BoolishValueParser, Resettable, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches};
use toml::de::{DeTable, DeValue};

use super::args::Arguments;
use super::status::Stop;
pub use talk::talk_wanted;

/// The file that is read if none is named and it exists.
pub const USUAL_FILE: &str = "wirecopy.toml";

/// Prefix of the environment variables.
const PREFIX: &str = "WIRECOPY_";

/// The variable that names the file if no flag does.
const FILE_VARIABLE: &str = "WIRECOPY_CONFIG";

/// The command that takes settings.
const CONFIGURED: &str = "scan";

/// Flags that can only be typed.
const TYPED_ONLY: [&str; 4] = ["help", "version", "config", "print_config"];

/// The least similarity of a suggested name, the same as clap's for flags.
const SIMILAR: f64 = 0.7;

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

/// The place where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum SettingOrigin {
    Flag,
    Environment(String),
    File { path: String, line: usize },
    Default,
}

/// One flag as one layer sets it.
#[derive(Debug)]
struct Setting {
    /// clap's id of the flag.
    id: String,
    /// The arguments to insert. Empty for a typed flag, and for a flag that is switched off, which
    /// still overrides the lower layers.
    arguments: Vec<OsString>,
    origin: SettingOrigin,
}

/// All layers, after precedence.
#[derive(Default)]
struct Layers {
    /// The settings in force, the highest layer first.
    kept: Vec<Setting>,
    /// The settings that conflict with a flag of a higher layer, and the key of that flag.
    set_aside: Vec<(Setting, String)>,
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

/// The flags of the command, as clap knows them.
struct Flags {
    /// The program without its required flags.
    relaxed: Command,
    scan: Command,
}

impl Flags {
    fn new() -> Flags {
        let relax = |arg: Arg| {
            arg.required(false)
                .requires(Resettable::Reset)
                .required_unless_present(Resettable::Reset)
        };
        let relaxed = Arguments::command().mut_subcommand(CONFIGURED, |scan| scan.mut_args(relax));
        let mut built = relaxed.clone();
        // Passes the global flags on to each command.
        built.build();
        let scan = built.find_subcommand(CONFIGURED).cloned();
        Flags {
            relaxed,
            scan: scan.unwrap_or_default(),
        }
    }

    /// The flags that can be set, in the order of the help.
    fn settings(&self) -> impl Iterator<Item = &Arg> {
        let all = self.scan.get_arguments();
        all.filter(|arg| !TYPED_ONLY.contains(&id(arg)))
    }

    /// The flags on the command line.
    fn typed(&self, typed: &ArgMatches) -> Vec<Setting> {
        let source = |arg: &&Arg| typed.value_source(id(arg));
        self.settings()
            .filter(|arg| source(arg) == Some(ValueSource::CommandLine))
            .map(|arg| Setting::new(arg, Vec::new(), SettingOrigin::Flag))
            .collect()
    }

    /// The settings of the environment. Empty and unknown variables are ignored.
    fn environment(&self) -> Result<Vec<Setting>, Stop> {
        let mut settings = Vec::new();
        for arg in self.settings() {
            let name = variable(arg);
            let Some(value) = env::var_os(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let values = match value.to_str() {
                Some(list) if is_list(arg) => list.split(',').map(OsString::from).collect(),
                _ => vec![value],
            };
            let arguments = self
                .arguments(arg, &values, BoolishValueParser::new())
                .map_err(|error| Stop::usage(format!("{name}: {}", one_line(&error))))?;
            settings.push(Setting::new(
                arg,
                arguments,
                SettingOrigin::Environment(name),
            ));
        }
        self.agreeing("the environment", settings)
    }

    /// The settings of the named file, or of the usual one if it exists.
    fn file(&self, typed: &ArgMatches) -> Result<Vec<Setting>, Stop> {
        let named = typed
            .get_raw("config")
            .and_then(|mut values| values.next_back())
            .map(OsStr::to_owned)
            .or_else(|| env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty()));
        let path = Path::new(named.as_deref().unwrap_or(OsStr::new(USUAL_FILE)));
        match fs::read_to_string(path) {
            Ok(text) => self.keys(&text, &path.display().to_string()),
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Stop::usage(format!(
                "cannot read the settings in {}: {error}",
                path.display()
            ))),
        }
    }

    /// The settings of a file with this text.
    fn keys(&self, text: &str, path: &str) -> Result<Vec<Setting>, Stop> {
        let line = |at: usize| text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line(span.start));
            Stop::usage(format!("{path}:{line}: {}", error.message()))
        })?;
        let mut keys: Vec<_> = table.get_ref().iter().collect();
        keys.sort_by_key(|(name, _)| name.span().start);
        let mut settings = Vec::new();
        for (name, value) in keys {
            let line = line(name.span().start);
            let wrong = |message: String| Stop::usage(format!("{path}:{line}: {message}"));
            let arg = self.settings().find(|arg| key(arg) == name.get_ref());
            let arg = arg.ok_or_else(|| wrong(self.unknown(name.get_ref())))?;
            let arguments = self.value(arg, value.get_ref()).map_err(wrong)?;
            let path = path.to_owned();
            settings.push(Setting::new(
                arg,
                arguments,
                SettingOrigin::File { path, line },
            ));
        }
        self.agreeing(path, settings)
    }

    /// The arguments for a value of the file.
    fn value(&self, arg: &Arg, value: &DeValue<'_>) -> Result<Vec<OsString>, String> {
        let values: Vec<&DeValue<'_>> = match value {
            DeValue::Array(list) if !is_switch(arg) => {
                list.iter().map(|one| one.get_ref()).collect()
            }
            one => vec![one],
        };
        let texts: Vec<OsString> = values.iter().map(|value| described(value).into()).collect();
        let arguments = self
            .arguments(arg, &texts, BoolValueParser::new())
            .map_err(|error| one_line(&error))?;
        // clap would take a file called `true`, but nobody means one.
        let unfit = values
            .iter()
            .find(|value| value.is_bool() || value.is_array() || value.is_table());
        match unfit {
            Some(unfit) if !is_switch(arg) => Err(format!(
                "invalid value '{}' for '{arg}': it takes no {}",
                described(unfit),
                unfit.type_str()
            )),
            _ => Ok(arguments),
        }
    }

    /// The arguments for values of a flag, if clap accepts them; `truth` reads a yes or a no.
    fn arguments(
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

    fn check(&self, arguments: &[OsString]) -> Result<(), clap::Error> {
        let begin = [env!("CARGO_BIN_NAME"), CONFIGURED].map(OsString::from);
        let argv = begin.iter().chain(arguments);
        self.relaxed.clone().try_get_matches_from(argv).map(|_| ())
    }

    /// The settings of one layer, if none of them conflicts with another.
    fn agreeing(&self, layer: &str, settings: Vec<Setting>) -> Result<Vec<Setting>, Stop> {
        let all: Vec<_> = settings
            .iter()
            .flat_map(|set| set.arguments.clone())
            .collect();
        self.check(&all)
            .map_err(|error| Stop::usage(format!("{layer}: {}", one_line(&error))))?;
        Ok(settings)
    }

    /// The message for a key that belongs to no flag.
    fn unknown(&self, name: &str) -> String {
        match nearest(name, self.settings().map(key)) {
            Some(nearest) => format!("unknown key '{name}'; did you mean '{nearest}'?"),
            None => {
                format!("unknown key '{name}'; the keys are the long flags of {CONFIGURED} --help")
            }
        }
    }

    /// Merges the layers; they come highest first.
    fn by_precedence(&self, layers: [Vec<Setting>; 3]) -> Layers {
        let mut merged = Layers::default();
        for layer in layers {
            let mut fit = Vec::new();
            for set in layer {
                let higher = &merged.kept;
                if higher.iter().any(|higher| higher.id == set.id) {
                    continue;
                }
                match higher.iter().find(|higher| self.conflict(higher, &set)) {
                    Some(higher) => {
                        let other = self.settings().find(|arg| id(arg) == higher.id);
                        merged
                            .set_aside
                            .push((set, other.map_or("", key).to_owned()));
                    }
                    None => fit.push(set),
                }
            }
            merged.kept.extend(fit);
        }
        merged
    }

    fn conflict(&self, one: &Setting, other: &Setting) -> bool {
        let excludes = |one: &Setting, other: &Setting| {
            let arg = self.settings().find(|arg| id(arg) == one.id);
            let conflicts = arg.map(|arg| self.scan.get_arg_conflicts_with(arg));
            conflicts.is_some_and(|all| all.iter().any(|arg| id(arg) == other.id))
        };
        !one.is_off() && !other.is_off() && (excludes(one, other) || excludes(other, one))
    }
}

impl Setting {
    fn new(arg: &Arg, arguments: Vec<OsString>, origin: SettingOrigin) -> Setting {
        Setting {
            id: id(arg).to_owned(),
            arguments,
            origin,
        }
    }

    fn is_off(&self) -> bool {
        self.arguments.is_empty() && self.origin != SettingOrigin::Flag
    }
}

impl Layers {
    /// The files and variables in force, each once.
    fn sources(&self) -> Vec<String> {
        let mut sources: Vec<String> = Vec::new();
        for set in &self.kept {
            match &set.origin {
                SettingOrigin::File { path: source, .. } | SettingOrigin::Environment(source)
                    if !sources.contains(source) =>
                {
                    sources.push(source.clone());
                }
                _ => {}
            }
        }
        sources
    }
}

fn id(arg: &Arg) -> &str {
    arg.get_id().as_str()
}

/// The key in the file: the long flag without its dashes.
fn key(arg: &Arg) -> &str {
    arg.get_long().unwrap_or(id(arg))
}

/// The variable of the environment.
fn variable(arg: &Arg) -> String {
    variable_of(key(arg))
}

fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('-', "_").to_ascii_uppercase())
}

fn is_switch(arg: &Arg) -> bool {
    !arg.get_action().takes_values()
}

fn is_list(arg: &Arg) -> bool {
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

/// The value as a user would type it.
fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) if number.radix() != 10 => value.to_string(),
            _ => number.as_str().to_owned(),
        },
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(list) => {
            let values: Vec<String> = list.iter().map(|one| described(one.get_ref())).collect();
            format!("[{}]", values.join(", "))
        }
        DeValue::Table(table) => {
            let keys: Vec<&str> = table.keys().map(|key| &**key.get_ref()).collect();
            format!("{{{}}}", keys.join(", "))
        }
    }
}

/// The name that is most similar to an unknown one, if any is similar.
fn nearest<'a>(unknown: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
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
